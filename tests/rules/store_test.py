"""The rules in force for a user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh import places
from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge
from guardsh.rules import loading
from guardsh.rules.store import files_of, in_force

from .loading_test import GOOD, score, write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, and one small pack as guardsh's own."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    packs = tmp_path / "own"
    packs.mkdir()
    write(packs / "own.toml", GOOD.format("own", 50))
    monkeypatch.setattr(places, "home", lambda: str(folder))
    monkeypatch.setattr(loading, "pack_directory", lambda: str(packs))
    return folder


def test_directories_stand_for_the_packs_in_them(home: Path) -> None:
    packs = home / "packs"
    packs.mkdir()
    files = [write(packs / f"{name}.toml", GOOD.format(name, 20)) for name in ("b", "a")]
    (packs / "notes.txt").write_text("x")
    assert files_of([str(packs), files[0], str(home / "none.toml")]) == [*sorted(files), str(home / "none.toml")]
    assert score(in_force([str(packs)]), "a") == 20


def test_a_pack_that_is_not_there_is_a_problem(home: Path) -> None:
    rules = in_force([str(home / "none.toml")])
    assert "none.toml: can't be read" in rules.problems[0].message
    verdict = judge("ls", ExampleWorld(), rules, Settings())
    assert verdict.action == "confirm"
    assert verdict.findings[0].rule == "guardsh.broken"


def test_a_broken_pack_keeps_its_last_good_version(home: Path) -> None:
    mine = write(home / "mine.toml", GOOD.format("mine", 70))
    in_force([mine])
    write(Path(mine), '[pack]\nid = "mine"\n[[rule]]\nid = "mine.x"\nscroe = 3\n')
    rules = in_force([mine])
    assert rules.problems == ()
    assert score(rules, "mine") == 70
    assert "rule mine.x: unknown key 'scroe'; did you mean \"score\"?" in rules.said[0]
    assert judge("ls", ExampleWorld(), rules, Settings()).action == "pass"


def test_a_pack_that_others_may_write_is_not_used(home: Path) -> None:
    mine = write(home / "mine.toml", GOOD.format("mine", 70))
    os.chmod(mine, 0o666)
    assert "may be written by everybody" in in_force([mine]).problems[0].message
    os.chmod(mine, 0o644)
    assert score(in_force([mine]), "mine") == 70
    os.chmod(mine, 0o646)
    rules = in_force([mine])
    assert "may be written by everybody" in rules.said[0]
    assert score(rules, "mine") == 70  # as it was when nobody else could write it


def test_a_pack_in_a_directory_that_others_may_write_is_not_used(home: Path) -> None:
    folder = home / "open"
    folder.mkdir()
    mine = write(folder / "mine.toml", GOOD.format("mine", 70))
    folder.chmod(0o777)
    assert "may be written by everybody" in in_force([mine]).problems[0].message


@pytest.mark.parametrize("damage", ["open", "other", "empty"])
def test_a_remembered_pack_that_cannot_be_relied_on_is_not_used(home: Path, damage: str) -> None:
    mine = write(home / "mine.toml", GOOD.format("mine", 70))
    in_force([mine])
    (kept,) = (home / ".local/state/guardsh/packs").iterdir()
    for compiled in (home / ".cache/guardsh").iterdir():
        compiled.unlink()
    if damage == "open":
        kept.chmod(0o644)
    elif damage == "empty":
        kept.write_bytes(b"")
    else:
        import marshal

        kept.write_bytes(marshal.dumps(("/else.toml", {"pack": {"id": "mine"}})))
    write(Path(mine), "[[[")
    assert in_force([mine]).problems


def test_without_a_usable_home_rules_are_compiled_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe() -> str:
        raise places.Unsafe("no home")

    monkeypatch.setattr(places, "home", unsafe)
    assert score(in_force(), "own") == 50
