"""trust as a person meets it, on a real terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from guardsh import config_file
from guardsh.cli.trust import nearest
from guardsh.confirm import passphrase
from tests.cli.persons_test import SECRET, Window, guardsh, home, window  # noqa: F401 - fixtures


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / "project" / ".guardsh.toml"
    file.parent.mkdir()
    file.write_text("confirm_from = 60\n# red\n")
    return file


def trusted(project: Path) -> bool:
    return config_file.trusted(str(project), project.read_bytes())


def test_the_nearest_file(project: Path, tmp_path: Path) -> None:
    (project.parent / "a/b").mkdir(parents=True)
    assert nearest(str(project.parent / "a/b")) == str(project)
    assert nearest("/") == ""


def test_a_person_trusts_what_they_have_seen(window: Callable[..., Window], project: Path) -> None:  # noqa: F811
    passphrase.store(SECRET)
    person = window()
    person.start(f"cd {project.parent}; guardsh trust")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("confirm_from = 60", "red", "Type  trust this", ">")
    assert not trusted(project)
    person.type("trust this")
    person.expect("Trusted as it is now")
    assert trusted(project)
    assert "is no longer trusted" in person.run("guardsh trust --revoke")
    assert not trusted(project)
    assert "wasn't trusted" in person.run("guardsh trust --revoke")


def test_anything_else_changes_nothing(window: Callable[..., Window], project: Path) -> None:  # noqa: F811
    passphrase.store(SECRET)
    person = window()
    person.start(f"cd {project.parent}; guardsh trust")
    person.expect("Passphrase: ")
    person.type("wrong horse battery")
    person.expect("Not trusted: that isn't the passphrase")
    person.start(f"cd {project.parent}; guardsh trust")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("Anything else changes nothing", ">")
    person.type("yes")
    person.expect("Nothing was changed")
    assert not trusted(project)


def test_what_was_changed_meanwhile_is_not_trusted(window: Callable[..., Window], project: Path) -> None:  # noqa: F811
    passphrase.store(SECRET)
    person = window()
    person.start(f"cd {project.parent}; guardsh trust")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("Anything else changes nothing", ">")
    project.write_text("confirm_from = 90\n")
    person.type("trust this")
    person.expect("Trusted")
    assert not trusted(project), "only what was shown"


@pytest.mark.parametrize("asked", ["CODEX_CI=1 guardsh trust", "setsid -w guardsh trust"])
def test_nobody_else_trusts(asked: str, window: Callable[..., Window], project: Path) -> None:  # noqa: F811
    passphrase.store(SECRET)
    assert "Not trusted: " in window().run(f"cd {project.parent}; {asked}")
    assert not trusted(project)


def test_a_broken_file_is_not_trusted(window: Callable[..., Window], project: Path) -> None:  # noqa: F811
    project.write_text("confrim_from = 1\n")
    assert 'did you mean "confirm_from"' in window().run(f"cd {project.parent}; guardsh trust")
    assert "There is no .guardsh.toml" in window().run("cd /; guardsh trust")
