"""`guardsh log` as people and programs see it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.cli import log as cli
from guardsh.record import log


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.command, list(arguments))


def write(text: str, action: str = "pass", outcome: str = log.RAN, **more: object) -> None:
    assert log.write(log.Entry(text, action, outcome, **more))


def test_a_line_for_each_entry() -> None:
    write("ls -la", agent="claude-code")
    write("rm -rf ~\necho \x1b[31m\u202e", "refuse", log.BLOCKED, score=98, rules=("files.delete-home",))
    first, second = run().output.splitlines()
    assert first[10:20].replace(":", "").strip().isdigit() and "ran" in first and first.endswith("ls -la")
    assert "claude-code" in first and "  0  " in first
    assert "blocked" in second and " 98 " in second and "files.delete-home" in second
    assert "rm -rf ~⏎echo <U+001B>[31m<U+202E>" in second or "\x1b" not in second and "\u202e" not in second


def test_filters() -> None:
    write("a", session="s1", rules=("git.push",))
    write("b", "confirm", log.ASKED, session="s2", rules=("github.x", "git.reset"))
    write("c", "refuse", log.BLOCKED, session="s2")

    def shown(*arguments: str) -> list[str]:
        return [json.loads(line)["text"] for line in run("--json", *arguments).output.splitlines()]

    assert shown() == ["a", "b", "c"]
    assert shown("-n", "2") == ["b", "c"] and shown("-n", "0") == []
    assert shown("--action", "confirm") == ["b"]
    assert shown("--session", "s2") == ["b", "c"]
    assert shown("--rule", "git") == ["a", "b"] and shown("--rule", "git.reset") == ["b"]
    assert shown("--rule", "git", "-n", "1") == ["b"]


def test_an_empty_log() -> None:
    assert run().output == "Nothing is in the log.\n"
    assert run("--json").output == ""
    assert run("verify").output == "0 entries in 0 files: whole\n"


def test_verify_tells_what_was_changed(home: Path) -> None:
    for number in range(3):
        write(f"number {number}")
    done = run("verify")
    assert (done.exit_code, done.output) == (0, "3 entries in 1 files: whole\n")
    path = home / ".local/state/guardsh/log/log.jsonl"
    path.write_text(path.read_text().replace("number 1", "number 7"))
    done = run("verify")
    assert done.exit_code == 1
    assert done.output == "log.jsonl, line 2: was changed after it was written\n3 entries in 1 files: 1 problems\n"


def test_a_log_that_cant_be_read(home: Path) -> None:
    (home / ".local").write_text("a file")
    for arguments in ([], ["verify"]):
        done = run(*arguments)
        assert done.exit_code == 1 and "can't be read" in done.output


def test_follow_shows_the_last_and_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    write("old")

    def wait(_: float) -> None:
        if len(list(log.read())) > 2:
            raise KeyboardInterrupt
        write("new")

    monkeypatch.setattr(log.time, "sleep", wait)
    assert [line.split()[-1] for line in run("--follow").output.splitlines() if line and line != "Aborted!"] == [
        "old",
        "new",
        "new",
    ]
