"""guardsh undo, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.cli import main
from guardsh.undo import keep
from guardsh.undo.keep import About
from guardsh.undo.plan import Plan, Root
from tests.undo.support import LIMITS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path.resolve() / "home"
    made.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(made))
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def saved(home: Path) -> Path:
    """Two files, saved as 1."""
    for name in ("a.txt", "b.txt"):
        (home / name).write_text(f"one\n{name}\n")
    roots = tuple(Root(str(home / name)) for name in ("a.txt", "b.txt"))
    keep.save(Plan(roots, holes=("x: a hole",)), LIMITS, About("rm a.txt b.txt \x1b[31m", str(home), "yes"), whole=False)
    return home


def undo(*words: str) -> Result:
    return CliRunner().invoke(main, ["undo", *words])


def test_nothing_is_saved(home: Path) -> None:
    assert undo().output == "Nothing is saved.\n"
    assert undo("list", "--json").output == "[]\n"
    done = undo("7")
    assert done.exit_code == 1 and "there is no save 7" in done.output


def test_the_list(saved: Path) -> None:
    line = undo("list").output
    assert line.split()[:3] == ["1", "just", "now"] and "2 files, 20 bytes" in line and "rm a.txt" in line
    assert "\x1b" not in line, "a command's text can't command the terminal"
    (row,) = json.loads(undo("list", "--json").output)
    assert (row["number"], row["how"], row["files"]) == (1, "yes", 2)
    assert undo().output == line


def test_show(saved: Path) -> None:
    (saved / "a.txt").unlink()
    (saved / "b.txt").write_text("two\nb.txt\n")
    shown = undo("show", "1").output
    assert f"+ {saved}/a.txt" in shown and f"! {saved}/b.txt" in shown
    assert "-two" in shown and "+one" in shown and "not saved: x: a hole" in shown
    assert {entry["state"] for entry in json.loads(undo("show", "1", "--json").output)["entries"]} == {"gone", "newer"}
    assert (saved / "b.txt").read_text() == "two\nb.txt\n"


def test_show_of_what_is_all_there(saved: Path) -> None:
    assert "everything is there as it was" in undo("show", "1").output


def test_bringing_back(saved: Path) -> None:
    (saved / "a.txt").unlink()
    (saved / "b.txt").write_text("two\n")
    done = undo("1")
    assert done.exit_code == 1
    assert f"back: {saved}/a.txt" in done.output and f"stays, as it is newer: {saved}/b.txt" in done.output
    assert "--over" in done.output
    assert ((saved / "a.txt").read_text(), (saved / "b.txt").read_text()) == ("one\na.txt\n", "two\n")
    done = undo("1", "--over")
    assert done.exit_code == 0 and "what was replaced is saved: guardsh undo 2" in done.output
    assert (saved / "b.txt").read_text() == "one\nb.txt\n"
    assert undo("2", "--over").exit_code == 0
    assert (saved / "b.txt").read_text() == "two\n"


def test_one_path(saved: Path) -> None:
    (saved / "a.txt").unlink()
    (saved / "b.txt").unlink()
    assert undo("1", "b.txt").exit_code == 0
    assert not (saved / "a.txt").exists() and (saved / "b.txt").exists()
    assert undo("restore", "1", "--quiet").output == ""
    assert (saved / "a.txt").exists()


def test_all_is_there(saved: Path) -> None:
    done = undo("1")
    assert done.exit_code == 0 and "everything is there as it was" in done.output


def test_forgetting(saved: Path) -> None:
    assert undo("forget", "1").output == "save 1 is deleted\n"
    assert undo().output == "Nothing is saved.\n"
    assert undo("forget", "1").exit_code == 1


def test_broken_saves_are_told(saved: Path) -> None:
    manifest = next((saved / ".local/state/guardsh/undo").glob("1-*/manifest"))
    manifest.write_text("{")
    assert "can't be read" in undo().output
    for words in (("show", "1"), ("1",)):
        done = undo(*words)
        assert done.exit_code == 1 and "can't be read" in done.output


def test_a_home_that_cannot_be_read(home: Path) -> None:
    (home / ".local").write_text("a file in its place")
    assert undo().exit_code == 1 and "can't be read" in undo().output
