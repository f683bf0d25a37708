"""The log holds every entry, whatever its writers meet, and shows what was done to it afterwards."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from guardsh.record import log
from guardsh.verdict import CONFIRM, PASS, Finding, Step, Verdict


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said about an unwritable log is remembered per test."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    path = tmp_path / "log"
    path.mkdir(mode=0o700)
    return str(path)


def passed(text: str, **more: str) -> log.Entry:
    return log.Entry(text=text, action=PASS, outcome=log.RAN, **more)


def texts(folder: str) -> list[str]:
    return [record["text"] for record in log.read(folder)]


def in_child(work: Callable[[], None]) -> int:
    """Runs `work` in a child process and gives its id; the child's exit status tells whether it raised."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as problem:
        print(repr(problem), file=sys.stderr)
        os._exit(1)


def status(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# ---------------------------------------------------------------- what an entry holds


def test_entry_of_a_verdict(folder: str) -> None:
    finding = Finding("git.reset", "git", 62, (Step(62, "throws work away"),), (0, 5), "3 changed files")
    verdict = Verdict(CONFIRM, 62, (finding, finding), text="git reset --hard")
    before = time.time()
    written = log.entry(verdict, log.BLOCKED, agent="claude-code", session="s1", directory="/home/u/p", request="7QK2")
    assert log.write(written, folder)
    (record,) = log.read(folder)
    assert {key: record[key] for key in record if key not in ("time", "prev", "hash")} == {
        "action": "confirm",
        "outcome": "blocked",
        "score": 62,
        "rules": ["git.reset"],
        "understood": True,
        "agent": "claude-code",
        "session": "s1",
        "directory": "/home/u/p",
        "request": "7QK2",
        "text": "git reset --hard",
    }
    assert record["time"] >= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(before - 1))
    assert record["time"].endswith("Z") and record["prev"] == ""


@pytest.mark.parametrize("text", ["", "a\nb\tc", 'say "hi" \\ ', "\x00\x1b[31m", "Grüße 🦊", "\udc80 byte", "x" * 4096])
def test_any_text_comes_back(folder: str, text: str) -> None:
    assert log.write(passed(text), folder)
    assert texts(folder) == [text]
    assert log.verify(folder) == log.Report(1, 1)


@pytest.mark.parametrize("char", ["x", "é", "🦊"])
def test_long_text_is_cut_with_its_length_and_hash(folder: str, char: str) -> None:
    from hashlib import sha256

    text = char * 10_000
    assert log.write(passed(text), folder)
    (record,) = log.read(folder)
    assert text.startswith(record["text"]) and 4090 <= len(record["text"].encode()) <= 4096
    assert record["length"] == len(text.encode())
    assert record["sha256"] == sha256(text.encode()).hexdigest()


def test_secrets_stay_out_of_every_field(folder: str) -> None:
    token = "ghp_" + "A1b2" * 9
    assert log.write(
        passed(f"curl -H 'Authorization: Bearer {token}'", agent=token, session=token, directory=f"/{token}"), folder
    )
    assert token[4:] not in Path(folder, "log.jsonl").read_text()


def test_secret_at_the_cut_is_hidden_before_cutting(folder: str) -> None:
    token = "ghp_" + "A1b2" * 9
    assert log.write(passed("x" * 4080 + " " + token), folder)
    assert "A1b2" not in Path(folder, "log.jsonl").read_text()


def test_only_the_user_can_read_it(folder: str) -> None:
    old = os.umask(0)
    try:
        assert log.write(passed("ls"), folder)
    finally:
        os.umask(old)
    assert os.stat(os.path.join(folder, "log.jsonl")).st_mode & 0o777 == 0o600


# ---------------------------------------------------------------- many writers


def test_entries_of_eight_writers_are_all_there(folder: str) -> None:
    def writer(name: int) -> Callable[[], None]:
        def work() -> None:
            for number in range(200):
                assert log.write(passed(f"{name} {number}"), folder)

        return work

    children = [in_child(writer(name)) for name in range(8)]
    assert [status(child) for child in children] == [0] * 8
    assert sorted(texts(folder)) == sorted(f"{name} {number}" for name in range(8) for number in range(200))
    report = log.verify(folder)
    assert (report.entries, report.problems, report.notes) == (1600, (), ())


def test_stopped_writer_holds_nobody_up(folder: str) -> None:
    assert log.write(passed("first"), folder)
    locked, ready = os.pipe()

    def hold() -> None:
        log._open_locked(folder)
        os.write(ready, b"x")
        time.sleep(60)

    child = in_child(hold)
    try:
        os.read(locked, 1)
        os.kill(child, signal.SIGSTOP)
        start = time.monotonic()
        for number in range(3):
            assert log.write(passed(f"beside {number}"), folder)
        assert time.monotonic() - start < 2
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert log.write(passed("last"), folder)
    assert sorted(os.listdir(folder)) == ["log.jsonl", "side-1.jsonl"]
    assert texts(folder) == ["first", "beside 0", "beside 1", "beside 2", "last"]
    assert log.verify(folder) == log.Report(5, 2)


def test_writer_killed_in_the_middle_costs_one_line(folder: str) -> None:
    assert log.write(passed("whole"), folder)
    path = Path(folder, "log.jsonl")
    path.write_bytes(path.read_bytes() + path.read_bytes()[:200])
    assert log.write(passed("after"), folder)
    assert log.write(passed("more"), folder)
    assert texts(folder) == ["whole", "after", "more"]
    report = log.verify(folder)
    assert report.problems == () and report.notes == ("log.jsonl, line 2: isn't a whole entry",)


def test_rotation_by_size_loses_nothing(folder: str) -> None:
    def writer(name: int) -> Callable[[], None]:
        def work() -> None:
            for number in range(50):
                assert log.write(passed(f"{name} {number}"), folder, file_bytes=5000)

        return work

    children = [in_child(writer(name)) for name in range(4)]
    assert [status(child) for child in children] == [0] * 4
    assert len(list(Path(folder).glob("log.*.jsonl"))) > 5
    assert sorted(texts(folder)) == sorted(f"{name} {number}" for name in range(4) for number in range(50))
    assert log.verify(folder).problems == ()


def test_only_so_many_files_are_kept(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FILES_KEPT", 3)
    for number in range(60):
        assert log.write(passed(str(number)), folder, file_bytes=1000)
    assert len(list(Path(folder).glob("log.*.jsonl"))) == 3
    assert texts(folder)[-1] == "59"
    assert log.verify(folder).problems == ()


# ---------------------------------------------------------------- where it can't be written


def test_unwritable_folder_is_said_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert not log.write(passed("ls"), str(tmp_path / "file"))
    said = capfd.readouterr()
    assert said.out == "" and said.err.startswith("guardsh: verdicts aren't recorded, the log can't be written: ")
    assert said.err.count("\n") == 1 and "file/log.jsonl" in said.err
    assert not log.write(passed("ls"), str(tmp_path / "file"))
    assert capfd.readouterr().err == ""


def test_read_only_directory(folder: str) -> None:
    os.chmod(folder, 0o500)

    def work() -> None:
        if os.getuid() == 0:
            os.chmod(os.path.dirname(folder), 0o755)
            os.chown(folder, 65534, 65534)
            os.setgid(65534)
            os.setuid(65534)
        assert not log.write(passed("ls"), folder)

    assert status(in_child(work)) == 0
    os.chmod(folder, 0o700)
    assert os.listdir(folder) == []


def test_full_disk_leaves_no_half_line(folder: str) -> None:
    for number in range(3):
        assert log.write(passed(str(number)), folder)
    size = os.path.getsize(os.path.join(folder, "log.jsonl"))

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
        assert not log.write(passed("too much"), folder)

    assert status(in_child(work)) == 0
    assert os.path.getsize(os.path.join(folder, "log.jsonl")) == size
    assert log.write(passed("3"), folder)
    assert texts(folder) == ["0", "1", "2", "3"]
    assert log.verify(folder) == log.Report(4, 1)


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path)], ids=["fifo", "directory", "link"]
)
def test_something_else_in_the_logs_place(folder: str, make: Callable[[str], None]) -> None:
    make(os.path.join(folder, "log.jsonl"))
    assert not log.write(passed("ls"), folder)
    assert not os.path.exists(os.path.join(folder, "elsewhere"))


def test_closed_stderr_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(sys, "stderr", None)
    assert not log.write(passed("ls"), str(tmp_path / "file"))


# ---------------------------------------------------------------- what was done to it


def lines(folder: str) -> list[bytes]:
    return Path(folder, "log.jsonl").read_bytes().splitlines(keepends=True)


def tampered(folder: str, changed: list[bytes]) -> tuple[str, ...]:
    Path(folder, "log.jsonl").write_bytes(b"".join(changed))
    return log.verify(folder).problems


@pytest.fixture
def five(folder: str) -> str:
    for number in range(5):
        assert log.write(passed(f"number {number}"), folder)
    return folder


def test_changed_line_shows(five: str) -> None:
    kept = lines(five)
    assert tampered(five, [*kept[:2], kept[2].replace(b"number 2", b"number 9"), *kept[3:]]) == (
        "log.jsonl, line 3: was changed after it was written",
    )


def test_changed_last_line_shows(five: str) -> None:
    kept = lines(five)
    assert tampered(five, [*kept[:4], kept[4].replace(b"ran", b"no!")]) == (
        "log.jsonl, line 5: was changed after it was written",
    )


def test_removed_line_shows(five: str) -> None:
    kept = lines(five)
    assert len(tampered(five, kept[:2] + kept[3:])) == 1


def test_removed_first_line_shows(five: str) -> None:
    assert len(tampered(five, lines(five)[1:])) == 1


def test_swapped_lines_show(five: str) -> None:
    kept = lines(five)
    assert len(tampered(five, [kept[1], kept[0], *kept[2:]])) == 3


def test_foreign_line_shows(five: str) -> None:
    assert tampered(five, [*lines(five), b'{"text":"hello"}\n']) == ("log.jsonl, line 6: isn't a whole entry",)


def test_removed_file_shows(folder: str) -> None:
    for number in range(20):
        assert log.write(passed(str(number)), folder, file_bytes=2000)
    os.unlink(os.path.join(folder, "log.000002.jsonl"))
    assert len(log.verify(folder).problems) == 1


def test_broken_lines_are_left_out_when_reading(five: str) -> None:
    Path(five, "log.jsonl").write_bytes(b"".join([*lines(five), b"[1]\n", b"\xff\xfe\n", b'{"a":1}\n', b"[" * 100_000]))
    assert len(texts(five)) == 5


# ---------------------------------------------------------------- following


def test_follow_gives_what_comes(folder: str) -> None:
    assert log.write(passed("old"), folder)
    following = log.follow(folder, pause=0)
    assert next(following) is None
    for number in range(8):
        assert log.write(passed(f"new {number}"), folder, file_bytes=1500)
    got = []
    while (record := next(following)) is not None:
        got.append(record["text"])
    assert got == [f"new {number}" for number in range(8)]


def test_time_never_stands_still_for_the_reader(folder: str) -> None:
    for number in range(50):
        assert log.write(passed(str(number)), folder)
    times = [record["time"] for record in log.read(folder)]
    assert times == sorted(times)
    assert json.loads(lines(folder)[0])["time"] == times[0]
