"""What was there when a session began is a person's; what came after it in the same working tree is the session's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from guardsh.facts import baseline
from guardsh.facts.session import Session
from guardsh.facts.world import World

from .gitwork import git, repository, write


@pytest.fixture
def top(tmp_path: Path) -> Path:
    files = {"a.py": "a\n", "src/b.py": "b\n", ".gitignore": ".env\n/data\n"}
    return repository(Path(os.path.realpath(tmp_path)) / "home" / "app", files)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    path = tmp_path / "sessions"
    path.mkdir(mode=0o700)
    return str(path)


def world(top: Path, session: Session, **environment: str) -> World:
    home = str(top.parent)
    return World(str(top), home, environment, "u", session=session, known_home=home, git_timeout=10.0)


def begin(top: Path, folder: str, name: str = "s1") -> Session:
    session = Session.load(name, folder)
    baseline.take(session, world(top, session))
    time.sleep(0.02)  # times of files are a tick behind the clock
    return session


def only_ours(top: Path, session: Session) -> bool:
    return world(top, session).git_fact("git.session", str(top))


def later(path: Path) -> None:
    """Files are written in a test within the clock's tick."""
    now = time.time() + 5
    os.utime(path, (now, now))


def test_what_came_after_the_start_is_the_sessions(top: Path, folder: str) -> None:
    session = begin(top, folder)
    assert not only_ours(top, session)  # there is nothing
    write(top, {"a.py": "x\n", "new/x.py": "x\n"})
    (top / "src" / "b.py").unlink()
    assert only_ours(top, session)
    assert only_ours(top, Session.load("s1", folder))
    assert not only_ours(top, Session.load("s2", folder)) and not only_ours(top, Session())


def test_what_was_there_is_a_persons(top: Path, folder: str) -> None:
    write(top, {"a.py": "a person's\n", "notes/own.txt": "x"})
    session = begin(top, folder)
    write(top, {"src/b.py": "x\n"})
    assert not only_ours(top, session)
    write(top, {"a.py": "changed again\n"})
    later(top / "a.py")
    asked = world(top, session)
    assert asked.git_fact("git.session", str(top), paths=("src",))
    assert not asked.git_fact("git.session", str(top), paths=("a.py",))
    assert asked.path_fact("path.precious", "notes/own.txt", directory=str(top))


def test_ignored_files_that_were_there_stay_precious(top: Path, folder: str) -> None:
    write(top, {".env": "KEY=1\n", "data/old.db": "x"})
    session = begin(top, folder)
    write(top, {"data/new.db": "x", "src/.env": "K=2\n"})
    asked = world(top, session)
    assert asked.path_fact("path.precious", ".env", directory=str(top))
    assert asked.path_fact("path.precious", "data/new.db", directory=str(top))  # git lists the directory only
    assert not asked.path_fact("path.precious", "src/.env", directory=str(top))


def test_a_file_that_was_moved_here_is_older_than_the_session(top: Path, folder: str) -> None:
    notes = top.parent / "notes.txt"
    notes.write_text("a person's")
    os.utime(notes, (1_700_000_000, 1_700_000_000))
    session = begin(top, folder)
    notes.rename(top / "notes.txt")
    assert not only_ours(top, session)


def test_a_stash_that_was_popped_is_older_than_the_session(top: Path, folder: str) -> None:
    write(top, {"a.py": "a person's\n"})
    git(top, "stash")
    session = begin(top, folder)
    git(top, "stash", "pop")
    assert not only_ours(top, session)


def test_two_sessions_in_one_tree_prove_nothing(top: Path, folder: str) -> None:
    one = begin(top, folder, "s1")
    two = begin(top, folder, "s2")
    write(top, {"a.py": "x\n"})
    assert not only_ours(top, one)
    assert only_ours(top, two)  # the other one hasn't done anything since
    baseline.take(one, world(top, one))
    assert not only_ours(top, two)


def test_after_a_long_pause_the_tree_may_hold_a_persons_work(
    top: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begin(top, folder)
    write(top, {"a.py": "x\n"})
    baseline.take(session, world(top, session))
    assert only_ours(top, session)
    monkeypatch.setattr(baseline, "IDLE", -1.0)
    baseline.take(session, world(top, session))
    assert not only_ours(top, session)


def test_a_session_that_starts_anew_forgets_the_old_start(top: Path, folder: str) -> None:
    session = begin(top, folder)
    write(top, {"a.py": "x\n"})
    baseline.take(session, world(top, session), anew=True)
    assert not only_ours(top, session)


def test_it_is_private_and_holds_paths_only(top: Path, folder: str) -> None:
    write(top, {"a.py": "a secret\n", "ü\n b.txt": "another"})
    begin(top, folder)
    (file,) = Path(folder).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and b"secret" not in file.read_bytes()
    assert not only_ours(top, Session.load("s1", folder))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text("nonsense"),
        lambda file: file.write_bytes(b"\xff\0\xff\0"),
        lambda file: file.write_text(""),
        lambda file: file.chmod(0o644),
        lambda file: file.write_text(file.read_text().replace("/app", "/other", 1)),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), file.mkdir()),
    ],
)
def test_a_broken_one_proves_nothing(top: Path, folder: str, spoil: object) -> None:
    session = begin(top, folder)
    write(top, {"a.py": "x\n"})
    assert only_ours(top, session)
    (file,) = Path(folder).iterdir()
    spoil(file)  # type: ignore[operator]
    assert not only_ours(top, session)


def test_too_much_to_note_is_not_noted(top: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "MOST_BYTES", 100)
    write(top, {f"new/file-{number}.txt": "x" for number in range(20)})
    session = begin(top, folder)
    assert not list(Path(folder).iterdir()) and not only_ours(top, session)


def test_outside_of_git_and_without_a_session_nothing_is_noted(tmp_path: Path, top: Path, folder: str) -> None:
    session = Session.load("s1", folder)
    baseline.take(session, World(str(tmp_path), str(tmp_path), {}, "u", session=session))
    baseline.take(session, world(top, session, GIT_DIR="/elsewhere"))
    baseline.take(Session(), world(top, Session()))
    assert not list(Path(folder).iterdir())


def test_a_folder_that_cant_be_written_stops_nothing(top: Path, folder: str) -> None:
    session = Session.load("s1", folder + "/missing")
    baseline.take(session, world(top, session))
    write(top, {"a.py": "x\n"})
    assert not only_ours(top, session)
