"""Losses in words."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from guardsh.facts.losses import ago, counted, size
from guardsh.facts.world import World

from .gitwork import git, repository, write


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return repository(tmp_path / "app", {"a.py": "1\n2\n3\n", "src/b.py": "b\n", ".gitignore": "node_modules\n"})


def world(top: Path) -> World:
    return World(str(top), "/home/u", {}, "u", known_home="/home/u", git_timeout=10.0)


def test_a_directory_by_count_size_and_commit(top: Path) -> None:
    write(top, {"src/new.py": "new\n", "src/node_modules/x.js": "x"})
    lines = world(top).lost("src", directory=str(top), recursive=True)
    assert lines == ("3 files, 7 bytes", "newest change just now", "1 of them not as in the last commit: src/new.py")


def test_files_that_are_all_committed_or_none(top: Path) -> None:
    assert world(top).lost("src", directory=str(top))[2] == "all of it committed"
    write(top, {"x/a": "1", "x/b": "2"})
    assert world(top).lost("x", directory=str(top))[2] == "none of it in a commit: x/a, x/b"


def test_outside_of_git_and_missing(tmp_path: Path) -> None:
    write(tmp_path, {"d/a": "1" * 1500})
    os.utime(tmp_path / "d/a", (0, time.time() - 7300))
    assert world(tmp_path).lost("d", directory=str(tmp_path)) == ("1 file, 1.5 KB", "newest change 2 hours ago")
    assert world(tmp_path).lost("none", directory=str(tmp_path)) == ()


def test_odd_names_are_said(tmp_path: Path) -> None:
    write(tmp_path, {"-rf": "x", "a": "x"})
    lines = world(tmp_path).lost("\uf8f2", directory=str(tmp_path), matches=("-rf", "a"))
    assert any("'-rf'" in line for line in lines)


def test_what_a_reset_would_lose(top: Path) -> None:
    write(top, {"a.py": "1\nx\ny\nz\n", "new.py": "x"})
    (top / "src/b.py").unlink()
    os.utime(top / "a.py", (0, time.time() - 730))
    lines = world(top).git_lost(str(top))
    assert lines == (
        "2 changed files, 1 untracked: a.py, src/b.py, new.py",
        "a.py  +3 −2  12 minutes ago",
        "src/b.py  +0 −1  deleted",
    )
    assert world(top).git_lost(str(top), ("src",)) == ("1 changed file: src/b.py", "src/b.py  +0 −1  deleted")


def test_a_clean_tree_loses_nothing(top: Path, tmp_path: Path) -> None:
    assert world(top).git_lost(str(top)) == ()
    assert world(tmp_path).git_lost(str(tmp_path)) == ()


def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"a": "x"})
    git(tmp_path, "add", "a")
    assert world(tmp_path).git_lost(str(tmp_path))[0] == "1 changed file: a"


def test_long_lists_are_cut(top: Path) -> None:
    write(top, {f"n{number}/x": "x" for number in range(9)})
    assert world(top).git_lost(str(top))[0] == "9 untracked: n0/, n1/, n2/ …"


def test_names_cannot_talk_to_the_terminal(top: Path) -> None:
    write(top, {"\x1b[2J\u202e": "x"})
    assert "\x1b" not in world(top).git_lost(str(top))[0]
    assert "\u202e" not in world(top).git_lost(str(top))[0]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 KB"), (61_000_000_000, "61 GB"), (10**18, "1000 PB")],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


def test_counts_and_times() -> None:
    assert (counted(1, "file"), counted(1204, "file"), counted(20000, "file", more=True)) == (
        "1 file",
        "1,204 files",
        "more than 20,000 files",
    )
    assert size(2000, more=True) == "2.0 KB or more"
    assert [ago(0, now) for now in (-5, 59, 60, 7200, 172_800)] == [
        "just now",
        "just now",
        "1 minute ago",
        "2 hours ago",
        "2 days ago",
    ]
