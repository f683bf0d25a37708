"""Where targets are, links, spellings and projects taken into account."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.facts import files
from guardsh.facts.world import World
from guardsh.reading.model import HOLE, STAR

from .gitwork import git, repository, write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def top(home: Path) -> Path:
    return repository(home / "app")


def shown(home: Path, directory: Path, path: str, **options: bool) -> str:
    asked = World(str(directory), str(home), {}, "u", known_home=str(home), git_timeout=10.0)
    return " ".join(sorted(fact[5:] for fact in asked.zones(path, directory=str(directory), **options)))


def test_a_project_in_a_temporary_directory_is_a_project(home: Path, top: Path) -> None:
    assert shown(home, top, "a.py") == "project"
    assert shown(home, top, ".") == "project-root"
    assert shown(home, top / "src", "..") == "project-root"


def test_a_home_that_happens_to_be_current_is_no_project(home: Path, top: Path) -> None:
    assert shown(home, home, "app") == "home-part"


def test_where_the_work_began_is_somebodys_even_below_tmp(home: Path) -> None:
    assert shown(Path("/home/u"), home, "x") == "project"
    assert shown(Path("/home/u"), home, STAR) == "project-root"
    assert shown(Path("/home/u"), Path("/tmp"), "x") == "temporary"


def test_a_link_to_elsewhere_is_as_bad_as_what_it_leads_to(home: Path, top: Path) -> None:
    write(home, {".ssh/id_rsa": "key"})
    (top / "innocent").symlink_to(home / ".ssh/id_rsa")
    (top / "folder").symlink_to(home / ".ssh")
    assert shown(home, top, "innocent") == "outside secret"
    assert shown(home, top, "innocent", follow=False) == "project"
    assert shown(home, top, "folder/id_rsa") == "outside secret"
    assert shown(home, top, "folder/id_rsa", follow=False) == "outside secret"
    assert shown(home, top, "folder/", follow=False) == "home-part secret"


def test_dots_behind_a_link_lead_where_the_kernel_goes(home: Path, top: Path) -> None:
    write(home, {"deep/er/x": "x"})
    (top / "link").symlink_to(home / "deep/er")
    assert shown(home, top, "link/../..") == "above home"


def test_a_link_to_build_output_elsewhere_is_not_proven(home: Path, top: Path) -> None:
    write(home, {"important/x": "x"})
    (top / "node_modules").symlink_to(home / "important")
    assert "build" not in shown(home, top, f"node_modules/{STAR}").split()
    assert "build" in shown(home, top, "node_modules", follow=False).split()


def test_another_spelling_of_home_and_project(home: Path, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = files.identity
    monkeypatch.setattr(files, "identity", lambda path: real(path.replace("/HOME", "/home").replace("/App", "/app")))
    assert "home" in shown(home, top, str(home).replace("/home", "/HOME")).split()
    assert "project-root" in shown(home, top, "../App").split()


def test_the_home_of_the_password_database_counts_whatever_home_says(home: Path, top: Path) -> None:
    asked = World(str(top), "/tmp/other", {"HOME": "/tmp/other"}, "u", known_home=str(home))
    assert "path.home" in asked.zones(str(home), directory=str(top))
    assert "path.home" in asked.zones("/tmp/other", directory=str(top))


def test_likely_build_output_that_git_tracks_is_none(home: Path, top: Path) -> None:
    write(top, {"dist/x.js": "x", "build/y.js": "y", "tmp": "a file\n"})
    git(top, "add", "dist")
    git(top, "commit", "-q", "-m", "dist")
    assert shown(home, top, "dist") == "project"
    assert shown(home, top, "build") == "build project"
    assert shown(home, top, "build/y.js") == "build project"
    assert shown(home, top, "tmp") == "project"
    assert shown(home, top, "out") == "build project"


def test_likely_build_output_is_not_proven_without_git(home: Path, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(top, {"dist/x.js": "x", "node_modules/y.js": "y"})
    monkeypatch.setattr("guardsh.facts.git.trusted_git", lambda: "")
    assert shown(home, top, "dist") == "project"
    assert shown(home, top, "node_modules") == "build project"


def test_directories_that_say_that_they_are_caches(home: Path, top: Path) -> None:
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
    write(
        top,
        {
            "stuff/CACHEDIR.TAG": tag,
            "other/CACHEDIR.TAG": "no",
            "myenv/pyvenv.cfg": "home = /usr",
            "myenv/bin/python": "",
        },
    )
    assert shown(home, top, "stuff") == "build project"
    assert shown(home, top, "myenv") == "build project"
    assert shown(home, top, "other") == "project"


def test_matches_tell_more_than_the_glob(home: Path, top: Path) -> None:
    write(top, {"node_modules/x": "x", "node.js": "x"})
    asked = World(str(top), str(home), {}, "u", known_home=str(home), git_timeout=10.0)

    def holds(name: str, path: str, *matches: str) -> bool:
        return asked.path_fact(name, path, directory=str(top), matches=matches)

    assert holds("path.build", f"node_{STAR}", "node_modules")
    assert not holds("path.build", f"node{STAR}", "node_modules", "node.js")
    assert holds("path.data", f".e{STAR}", ".env", ".eslintrc")
    assert not holds("path.data", f".e{STAR}", ".eslintrc")
    assert holds("path.project-root", STAR, "node.js")
    assert holds("path.unknown", STAR, "-rf", "a")
    assert not holds("path.unknown", f"./{STAR}", "./-rf", "./a")


def test_standard_output_is_not_followed(home: Path, top: Path) -> None:
    assert shown(home, top, "/dev/stdout") == "temporary"
    assert shown(home, top, "/dev/null") == "temporary"


def test_unknown_parts_stay_unknown(home: Path, top: Path) -> None:
    assert shown(home, top, HOLE) == "unknown"
    assert shown(home, top, f"{HOLE}/{STAR}") == "above empty-prefix root unknown"
    assert shown(home, top, f"src/{HOLE}") == "project"


def test_a_link_in_front_of_an_unknown_part_is_followed(home: Path, top: Path) -> None:
    write(home, {".ssh/x": "x"})
    (top / "link").symlink_to(home / ".ssh")
    assert "secret" in shown(home, top, f"link/{STAR}").split()
