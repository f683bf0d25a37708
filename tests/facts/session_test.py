"""What a session remembers, for how long, and that doubt means it remembers nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from guardsh.facts import session
from guardsh.facts.session import Session


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "sessions").mkdir()
    return str(tmp_path / "sessions")


def test_a_new_session_knows_nothing_and_leaves_nothing(folder: str) -> None:
    new = Session.load("s1", folder)
    assert not new.made("/p/a") and not new.moved("/p") and not new.refused("git")
    assert os.listdir(folder) == []


def test_what_was_made_is_known_to_the_next_process(folder: str) -> None:
    Session.load("s1", folder).remember_made("/p/new", "/p/a b\tc\\n\nd")
    again = Session.load("s1", folder)
    assert again.made("/p/new") and again.made("/p/new/x/y") and again.made("/p/a b\tc\\n\nd")
    assert not again.made("/p") and not again.made("/p/newer") and not again.made("/p/old")
    assert not Session.load("s2", folder).made("/p/new")


def test_what_was_moved(folder: str) -> None:
    Session.load("s1", folder).remember_moved("/p/src/a")
    again = Session.load("s1", folder)
    assert again.moved("/p/src/a") and again.moved("/p/src") and again.moved("/p/src/")
    assert not again.moved("/p/src/a/b") and not again.moved("/p/s")


def test_refused_and_moved_are_soon_past(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Session.load("s1", folder).remember_refused("git")
    Session.load("s1", folder).remember_moved("/p/a")
    Session.load("s1", folder).remember_made("/p/b")
    assert Session.load("s1", folder).refused("git") and not Session.load("s1", folder).refused("npm")
    later = time.time() + session.JUST + 2
    monkeypatch.setattr(session.time, "time", lambda: later)
    late = Session.load("s1", folder)
    assert not late.refused("git") and not late.moved("/p/a") and late.made("/p/b")


def test_memory_without_a_file() -> None:
    memory = Session()
    memory.remember_made("/p/a")
    assert memory.made("/p/a")
    assert not Session.load("").made("/p/a")


def test_the_file_is_private(folder: str) -> None:
    old = os.umask(0)
    try:
        Session.load("s1", folder).remember_made("/p/a")
    finally:
        os.umask(old)
    assert os.stat(os.path.join(folder, "s1")).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "x" * 5000, ".", "\udc80", "ä"])
def test_any_id_stays_in_the_folder(folder: str, name: str) -> None:
    Session.load(name, folder).remember_made("/p/a")
    assert Session.load(name, folder).made("/p/a")
    (kept,) = os.listdir(folder)
    assert kept.startswith("h-")


def test_a_file_open_to_others_counts_for_nothing(folder: str) -> None:
    Session.load("s1", folder).remember_made("/p/a")
    os.chmod(os.path.join(folder, "s1"), 0o622)
    assert not Session.load("s1", folder).made("/p/a")
    Session.load("s1", folder).remember_made("/p/b")
    os.chmod(os.path.join(folder, "s1"), 0o600)
    assert not Session.load("s1", folder).made("/p/b")


def test_a_link_counts_for_nothing(folder: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_text(f"{time.time():.0f}\tmade\t/p/a\n")
    os.chmod(tmp_path / "other", 0o600)
    os.symlink(tmp_path / "other", os.path.join(folder, "s1"))
    assert not Session.load("s1", folder).made("/p/a")
    Session.load("s1", folder).remember_made("/p/b")
    assert "/p/b" not in (tmp_path / "other").read_text()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"x", b"1\tmade\n", b"a\tmade\t/p/a\n", b"9\tother\t/p/a\n", b"9\tmade\t/p/a"]
)
def test_broken_files(folder: str, content: bytes) -> None:
    path = Path(folder, "s1")
    path.write_bytes(content)
    path.chmod(0o600)
    assert not Session.load("s1", folder).made("/p/a")


def test_old_sessions_are_forgotten(folder: str) -> None:
    Session.load("old", folder).remember_made("/p/a")
    past = time.time() - session.LIFE - 60
    os.utime(os.path.join(folder, "old"), (past, past))
    assert not Session.load("old", folder).made("/p/a")
    Session.load("new", folder).remember_made("/p/a")
    assert os.listdir(folder) == ["new"]


def test_only_so_much_is_remembered(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_BYTES", 2000)
    for number in range(200):
        Session.load("s1", folder).remember_made(f"/p/{number}")
    assert os.path.getsize(os.path.join(folder, "s1")) <= 2000
    assert Session.load("s1", folder).made("/p/1") and not Session.load("s1", folder).made("/p/199")


def test_unwritable_folder_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    new = Session.load("s1", str(tmp_path / "file"))
    new.remember_made("/p/a")
    assert new.made("/p/a")


class Clean:
    """A world in which every file is as committed, or none."""

    def __init__(self, clean: bool) -> None:
        self.clean = clean
        self.directory = "/"

    def path_fact(self, name: str, path: str, *, directory: str) -> bool:
        assert name == "path.clean"
        return self.clean


def write(memory: Session, path: Path, clean: bool, text: str) -> None:
    """A file tool at work, with the hooks around it."""
    session.make_file(memory, str(path), Clean(clean))  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    memory.wrote(str(path))


def test_a_file_tool_makes_what_is_missing(tmp_path: Path) -> None:
    memory = Session()
    write(memory, tmp_path / "new" / "deep" / "file", False, "x")
    assert memory.made(str(tmp_path / "new")) and memory.made(str(tmp_path / "new" / "deep" / "file"))
    assert not memory.made(str(tmp_path))


def test_a_file_that_wasnt_written_after_all_is_not_the_sessions(tmp_path: Path) -> None:
    memory = Session()
    session.make_file(memory, str(tmp_path / "a"), Clean(False))  # type: ignore[arg-type]
    (tmp_path / "a").write_text("a person's")
    assert not memory.made(str(tmp_path / "a"))


def test_changes_to_a_committed_file_are_the_sessions_until_somebody_else_changes_it(
    folder: str, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_text("committed")
    write(Session.load("s1", folder), path, True, "the agent's")
    assert Session.load("s1", folder).made(str(path))
    write(Session.load("s1", folder), path, False, "the agent's again")
    assert Session.load("s1", folder).made(str(path))
    path.write_text("a person's too")
    assert not Session.load("s1", folder).made(str(path))
    write(Session.load("s1", folder), path, False, "the agent's on top")
    assert not Session.load("s1", folder).made(str(path))


def test_a_changed_file_stays_a_persons(tmp_path: Path) -> None:
    memory = Session()
    (tmp_path / "a").write_text("a person's")
    write(memory, tmp_path / "a", False, "the agent's")
    assert not memory.made(str(tmp_path / "a"))
