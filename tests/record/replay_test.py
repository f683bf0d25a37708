"""Replaying judges each session with its own memory, and leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from guardsh import places
from guardsh.record import replay

FILES = Path(__file__).parent / "sessions"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    (path / "project").mkdir(parents=True)
    path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


def report(home: Path, *paths: Path) -> replay.Report:
    return replay.replay(list(map(str, paths)), {"HOME": str(home), "PATH": os.defpath}, str(home / "project"))


def write(path: Path, *commands: tuple[str, str]) -> Path:
    """JSONL of (session, command)."""
    directory = str(path.parent / "home" / "project")
    lines = (json.dumps({"session": session, "command": command, "cwd": directory}) for session, command in commands)
    path.write_text("\n".join(lines))
    return path


def test_sums(home: Path, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", ("s1", "ls"), ("s1", "rm -rf ~"), ("s2", "git status"), ("s2", "echo ${"), ("s3", "pwd")
    )
    found = report(home, path)
    assert (len(found.sessions), found.commands) == (3, 5)
    assert [stop.verdict.text for stop in found.stops if stop.rule == "files.delete-home"] == ["rm -rf ~"]
    assert found.sessions["s1"] == 1 and found.sessions["s3"] == 0
    assert found.by_rule()[0][0]


def test_each_session_has_a_memory_of_its_own(home: Path, tmp_path: Path) -> None:
    judge = replay.Replay({"HOME": str(home)})
    path = write(tmp_path / "a.jsonl", ("s1", "mkdir out && touch out/a"), ("s2", "ls"))
    for past in replay.sessions.read(str(path), str(home)):
        judge.judge(past)
    made = str(home / "project" / "out" / "a")
    assert judge._sessions["s1"].made(made) and not judge._sessions["s2"].made(made)


def test_what_a_log_says_was_made_is_the_sessions(home: Path) -> None:
    judge = replay.Replay({"HOME": str(home)})
    for past in replay.sessions.read(str(FILES / "claude.jsonl"), str(home)):
        judge.judge(past)
    assert judge._sessions["11111111-2222-3333-4444-555555555555"].made("/home/ana/pocket/made.txt")


def test_tools_are_judged_too(home: Path) -> None:
    found = report(home, FILES / "claude.jsonl")
    assert {stop.rule for stop in found.stops} == {"files.delete-home", "mcp.destroys-resource"}


def test_nothing_is_stored(home: Path, tmp_path: Path) -> None:
    report(home, FILES)
    state = home / ".local" / "state"
    assert not state.exists() or not [path for path in state.rglob("*") if path.is_file()]


def test_unreadable_files_are_named_if_they_were_asked_for(home: Path, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "README.md").write_text("# Hello")
    assert report(home, tmp_path / "logs").unreadable == []
    ((file, reason),) = report(home, tmp_path / "logs" / "README.md").unreadable
    assert file.endswith("README.md") and reason == "isn't a SpecStory history"


def test_progress_is_told_in_bytes(home: Path) -> None:
    told: list[int] = []
    replay.replay([str(FILES)], {"HOME": str(home)}, str(home), told.append)
    assert sum(told) == sum(path.stat().st_size for path in FILES.iterdir())
