"""`guardsh report` as people and programs see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.cli import report as cli
from guardsh.record import log
from guardsh.show.text import width_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


@pytest.fixture
def written() -> None:
    def write(text: str, action: str, outcome: str, **more: object) -> None:
        entry = log.Entry(text, action, outcome, agent="codex", session="s1")
        assert log.write(entry.but(**more))

    for number in range(20):
        write(f"echo {number}", "pass", log.RAN)
    rules = ("git.branch-delete",)
    for number in range(6):
        name = f"AAA{number + 2}"
        write("git branch -D x", "confirm", log.BLOCKED, rules=rules, request=name)
        write("git branch -D x", "confirm", log.APPROVED, rules=rules, request=name, seconds=9.0)
        write("git branch -D x", "confirm", log.YES, rules=rules)
    write("rm -rf ~", "refuse", log.BLOCKED, rules=("files.delete-home",), session="s2")
    write("echo", "pass", log.RAN, session="s3")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.command, list(arguments))


def test_the_summary(written: None) -> None:
    lines = run().output.splitlines()
    head = " ".join(" ".join(lines[:2]).split())
    assert "34 commands · 7 stopped (21 %) · 0 noted · yes to 6 of 6 answered, half of them within 9 s" in head
    assert "1 of 3 sessions without a stop (33 %)." in lines
    assert lines[4].split() == ["rule", "stops", "notes", "yes", "no", "yes-rate", "within"]
    assert lines[5].split() == ["git.branch-delete", "6", "0", "6", "0", "100", "%", "9", "s"]
    assert any(line.startswith("git.branch-delete: yes to 6 of 6.") for line in lines)
    assert all(width_of(line) <= 80 for line in lines[:3])


def test_as_json(written: None) -> None:
    plain = json.loads(run("--json").output)
    assert plain["all"]["stops"] == 7 and plain["nearly_always_yes"] == ["git.branch-delete"]
    assert {one["name"] for one in plain["by_pack"]} >= {"git", "files"}
    assert plain["sessions"] == 3 and plain["sessions_without_a_stop"] == 1


def test_the_page_is_written_for_this_user_alone(written: None, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    done = run("--html", str(file))
    assert done.exit_code == 0 and "Written: " in done.output
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("--html", "-").output.startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_is_said(written: None, tmp_path: Path) -> None:
    done = run("--html", str(tmp_path / "none" / "report.html"))
    assert done.exit_code == 1 and "guardsh: no report: " in done.output


def test_an_empty_log() -> None:
    done = run()
    assert (done.exit_code, done.output) == (0, "Nothing is in the log of these days.\n")


def test_a_log_that_cannot_be_read(home: Path) -> None:
    (home / ".local").write_text("in the way")
    done = run()
    assert done.exit_code == 1 and "the log can't be read" in done.output
