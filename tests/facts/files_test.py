"""Looking at files: bounded, never waiting, any names."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from guardsh.facts import files
from guardsh.reading.model import ANY, HOLE, SET, STAR, TOKEN


def test_kinds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "fifo")
    found = {name: files.kind(str(tmp_path / name)) for name in ("file", "link", "fifo", "none", "file/below")}
    assert found == {"file": "file", "link": "link", "fifo": "other", "none": "missing", "file/below": "missing"}
    assert files.kind(str(tmp_path)) == "directory"
    assert files.kind(str(tmp_path / "link"), follow=True) == "file"
    assert files.kind("/dev/null") == "device"
    assert files.kind("a\0b") == "unknown"
    assert files.kind("/" + "x" * 5000) == "unknown"


def test_reading_takes_small_regular_files_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"caf\xe9")
    os.mkfifo(tmp_path / "fifo")
    start = time.monotonic()
    assert files.read_text(str(tmp_path / "a"), 100) == "caf\udce9"
    assert files.read_text(str(tmp_path / "a"), 4) == "caf\udce9"
    assert files.read_text(str(tmp_path / "a"), 3) is None
    for name in (str(tmp_path / "fifo"), str(tmp_path), str(tmp_path / "none"), "/dev/zero", "/dev/tty", "a\0"):
        assert files.read_text(name, 100) is None
    assert time.monotonic() - start < 2


def test_entries_are_sorted_and_bounded(tmp_path: Path) -> None:
    for name in (b"b", b"a", b"\xff"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).touch()
    assert files.entries(str(tmp_path), 10) == ("a", "b", "\udcff")
    assert len(files.entries(str(tmp_path), 2)) == 2
    assert files.entries(str(tmp_path / "none"), 10) == ()


def test_a_survey_counts_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "big").write_bytes(b"x" * 1000)
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "a").write_bytes(b"12345")
    (tree / "sub" / "b").write_bytes(b"123")
    (tree / "link").symlink_to(outside)
    os.utime(tree / "a", (1, 1_000_000))
    found = files.survey([str(tree)])
    assert (found.files, found.complete, set(found.names)) == (3, True, {"a", "sub/b", "link"})
    assert found.size == 8
    assert found.newest > 1_000_000
    assert files.survey([str(tree / "a")]) == files.Survey(1, 5, 1_000_000.0, True, ("a",))
    assert files.survey([str(tmp_path / "none")]) == files.Survey(0, 0, 0.0, True)


def test_a_survey_ends_at_its_bounds_and_says_so(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / str(number)).touch()
    assert not files.survey([str(tmp_path)], most=10).complete
    assert files.survey([str(tmp_path)], most=10).files < 50
    assert not files.survey([str(tmp_path / "1"), str(tmp_path)], budget=-1.0, most=64).complete


def test_a_survey_of_an_unreadable_directory_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: str) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", refuse)
    assert files.survey([str(tmp_path)]) == files.Survey(0, 0, 0.0, False)
    assert files.entries(str(tmp_path), 5) == ()


@pytest.mark.parametrize(
    "pattern",
    ["*", ".*", "*.py", "s*/*.py", "*/", "a?c", "./*", "none*", "*/none", "s*/..", "d*/.h*", "*a*b*"],
)
def test_globs_match_as_in_bash(tmp_path: Path, pattern: str) -> None:
    for name in ("a.py", "b.py", ".hidden", "abc", "src/x.py", "src/.y.py", "dir/.h", "ab", "--", "-rf", "~"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    printed = subprocess.run(
        ["bash", "--norc", "-c", f"shopt -s nullglob globskipdots 2>/dev/null; LC_ALL=C; printf '%s\\n' {pattern}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    want = {line for line in printed if line} - {".", ".."}
    marked = pattern.replace("*", STAR).replace("?", ANY)
    assert set(files.glob(marked, str(tmp_path), 100)) == want


def test_globs_of_brackets_match_any_character(tmp_path: Path) -> None:
    for name in ("a1", "ab", "b1"):
        (tmp_path / name).touch()
    assert files.glob(f"a{SET}", str(tmp_path), 10) == ("a1", "ab")
    assert files.glob(f"{tmp_path}/b{STAR}", "/", 10) == (f"{tmp_path}/b1",)


def test_globs_are_bounded_and_unknown_parts_match_nothing(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"f{number:02}").touch()
    assert len(files.glob(STAR, str(tmp_path), 5)) == 5
    assert files.glob(f"{HOLE}{STAR}", str(tmp_path), 5) == ()
    assert files.glob(f"{TOKEN}/{STAR}", str(tmp_path), 5) == ()


def test_an_awkward_pattern_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / ("a" * 200)).touch()
    start = time.monotonic()
    assert files.glob(f"{STAR}a" * 50 + "b", str(tmp_path), 5) == ()
    assert time.monotonic() - start < 1


def test_names_that_mean_something_else_in_a_command() -> None:
    assert files.traps(["a", "-rf", "~", "*", "b~", "a-b"]) == ("-rf", "~", "*")


def test_mount_points_are_read_from_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "36 35 98:0 /mnt1 /mnt/with\\040blank rw,noatime master:1 - ext3 /dev/root rw\n"
    monkeypatch.setattr(files, "read_text_of_kernel", lambda _path: line)
    assert files.mount_points() == {"/mnt/with blank"}


def test_mount_points_are_unknown_where_there_is_no_list() -> None:
    assert files.read_text_of_kernel("/no/such/file") == ""


def test_identity_is_the_same_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    assert files.identity(str(tmp_path / "a")) == files.identity(str(tmp_path / "b"))
    assert files.identity(str(tmp_path / "none")) is None


def test_case_matters_unless_both_spellings_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dir").mkdir()
    if not (tmp_path / "dIR").exists():
        assert not files.is_case_blind(str(tmp_path / "Dir"))
    monkeypatch.setattr(files, "identity", lambda _path: (1, 2))
    assert files.is_case_blind(str(tmp_path / "Dir"))
    assert not files.is_case_blind("/123")


def test_resolving_follows_links(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    assert files.resolve(f"{tmp_path}/b/../b/x") == f"{os.path.realpath(tmp_path)}/a/x"
    assert files.resolve("a\0b") == "a\0b"
