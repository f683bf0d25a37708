"""The directory, user and project that commands start in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.facts.surroundings import Surroundings, above, joined, upwards
from guardsh.reading.model import HOLE, STAR

from .gitwork import write


def around(directory: Path | str, home: Path | str = "/home/u") -> Surroundings:
    return Surroundings(str(directory), str(home), {}, "u", known_home=str(home))


def test_the_project_is_the_top_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "x", "a/package.json": "{}", "a/b/c": "x"})
    assert around(tmp_path).project(str(tmp_path / "a/b")) == str(tmp_path)


def test_without_git_the_nearest_project_file_marks_it(tmp_path: Path) -> None:
    write(tmp_path, {"Makefile": "", "a/package.json": "{}", "a/b/c/d": "x"})
    assert around(tmp_path, tmp_path.parent).project(str(tmp_path / "a/b/c")) == str(tmp_path / "a")
    assert around(tmp_path, tmp_path.parent).project(str(tmp_path)) == str(tmp_path)


def test_the_home_is_no_project(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "x", "Makefile": "", "a/b": "x"})
    assert around(tmp_path, tmp_path).project(str(tmp_path / "a")) == str(tmp_path / "a")


@pytest.mark.parametrize("directory", ["/", f"{HOLE}/x", "/nonexistent/x"])
def test_elsewhere_the_directory_stands_for_itself(directory: str) -> None:
    assert around("/").project(directory) == directory


def test_the_home_of_this_user_is_known_without_the_environment() -> None:
    import pwd

    assert Surroundings("/", "/x", {}, "u").known_home in (pwd.getpwuid(os.getuid()).pw_dir, "")


def test_home_falls_back_to_the_environment_and_then_the_password_database() -> None:
    assert Surroundings("/", "", {"HOME": "/e"}, known_home="/k").home == "/e"
    assert Surroundings("/", "", {}, known_home="/k").home == "/k"


def test_the_current_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("USER", "x")
    here = Surroundings.current()
    assert (here.directory, here.home, here.user) == (os.getcwd(), "/home/x", "x")


def test_look_ups_are_kept(tmp_path: Path) -> None:
    here = around(tmp_path)
    assert here.kind(str(tmp_path / "a")) == "missing"
    (tmp_path / "a").touch()
    assert here.kind(str(tmp_path / "a")) == "missing"
    assert around(tmp_path).kind(str(tmp_path / "a")) == "file"
    assert here.kind(STAR) == "unknown"


def test_paths_are_taken_apart() -> None:
    assert upwards("/a/b") == ["/a/b", "/a", "/"]
    assert (above("/a/b/"), above("/a"), above("/")) == ("/a", "/", "/")
    assert (joined("x", "/d"), joined("/x", "/d")) == ("/d/x", "/x")
