"""Bringing back: never over newer work, itself undoable, and whole wherever it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from guardsh.undo import restore, store
from guardsh.undo.restore import ALIKE, GONE, KNOWN, NEWER, Broken
from tests.facts.gitwork import repository
from tests.support import TOP
from tests.undo.support import LIMITS, make_tree, numbers, picture, save, take


@pytest.fixture
def tree(project: Path) -> Path:
    make_tree(project / "data")
    return project / "data"


def states(saved: store.Save, folder: Path) -> dict[str, str]:
    return {os.path.relpath(item.entry.path, folder): item.state for item in restore.look(saved)[1]}


def test_what_is_there_as_it_was_is_left_alone(tree: Path) -> None:
    saved = save(tree)
    assert set(states(saved, tree).values()) == {ALIKE}
    done = restore.undo(saved, LIMITS)
    assert done == restore.Done() and numbers() == [1]


def test_newer_work_stays(tree: Path) -> None:
    saved = save(tree)
    (tree / "f1").write_text("written since\n")
    (tree / "f2").unlink()
    (tree / "soft").unlink()
    (tree / "soft").symlink_to("f3")
    assert states(saved, tree)["f1"] == NEWER and states(saved, tree)["f2"] == GONE
    done = restore.undo(saved, LIMITS)
    assert done.left == (f"{tree}/f1", f"{tree}/soft") or set(done.left) >= {f"{tree}/f1", f"{tree}/soft"}
    assert (tree / "f1").read_text() == "written since\n" and os.readlink(tree / "soft") == "f3"
    assert (tree / "f2").read_text().startswith("file 2")


def test_over_replaces_newer_work_and_saves_it_first(tree: Path) -> None:
    before = picture(tree)
    saved = save(tree)
    (tree / "f3").write_text("written since\n")
    between = picture(tree)
    done = restore.undo(saved, LIMITS, over=True)
    assert done.replaced == 2 and not done.left
    assert picture(tree) == before
    again = store.find(done.replaced)
    assert again is not None
    restore.undo(again, LIMITS, over=True)
    assert {name: seen[3] for name, seen in picture(tree).items() if seen[0] == "file"} == {
        name: seen[3] for name, seen in between.items() if seen[0] == "file"
    }


def test_an_emptied_file_is_no_newer_work(tree: Path) -> None:
    saved = save(tree / "f3")
    (tree / "f3").write_text("")
    assert states(saved, tree) == {"f3": KNOWN}
    assert not restore.undo(saved, LIMITS).left
    assert (tree / "f3").read_text().startswith("file 3")


def test_a_mode_alone_comes_back(tree: Path) -> None:
    saved = save(tree / "f3")
    (tree / "f3").chmod(0o777)
    restore.undo(saved, LIMITS)
    assert (tree / "f3").stat().st_mode & 0o777 == 0o640


def test_what_git_has_may_be_replaced(project: Path) -> None:
    made = repository(project / "r", {"a.py": "committed\n"})
    (made / "a.py").write_text("mine\n")
    saved = save(made / "a.py")
    (made / "a.py").write_text("committed\n")
    assert states(saved, made) == {"a.py": KNOWN}
    assert restore.undo(saved, LIMITS).left == ()
    assert (made / "a.py").read_text() == "mine\n"


def test_some_paths_only(tree: Path) -> None:
    saved = save(tree)
    before = picture(tree)
    take(tree)
    restore.undo(saved, LIMITS, [str(tree / "deep")])
    assert (tree / "deep" / "big").exists() and not (tree / "f2").exists()
    assert (tree / "deep" / "same").read_text() == "file 1\n" * 2, "its content is kept under its other name"
    restore.undo(saved, LIMITS)
    assert picture(tree) == before


def test_what_was_not_there_goes_only_with_over(project: Path) -> None:
    saved = save(project / "made-later")
    (project / "made-later").write_text("x")
    assert restore.undo(saved, LIMITS).left == (f"{project}/made-later",)
    done = restore.undo(saved, LIMITS, over=True)
    assert not (project / "made-later").exists() and done.replaced
    found = store.find(done.replaced)
    assert found is not None
    restore.undo(found, LIMITS)
    assert (project / "made-later").read_text() == "x"


def test_nothing_is_replaced_that_cannot_be_saved(tree: Path) -> None:
    saved = save(tree / "f3")
    (tree / "f3").write_text("newer and longer\n" * 9)
    with pytest.raises(store.NotSaved):
        restore.undo(saved, LIMITS.but(largest=1), over=True)
    assert (tree / "f3").read_text().startswith("newer")


def test_a_file_where_a_directory_was_and_the_other_way_round(project: Path) -> None:
    (project / "a").mkdir()
    (project / "a" / "x").write_text("x")
    (project / "b").write_text("b")
    saved = save(project / "a", project / "b")
    (project / "a" / "x").unlink()
    (project / "a").rmdir()
    (project / "a").write_text("a file now")
    (project / "b").unlink()
    (project / "b").mkdir()
    (project / "b" / "y").write_text("y")
    assert set(restore.undo(saved, LIMITS).left) >= {f"{project}/a", f"{project}/b"}
    done = restore.undo(saved, LIMITS, over=True)
    assert (project / "a" / "x").read_text() == "x" and (project / "b").read_text() == "b"
    assert done.replaced


def test_a_changed_or_cut_save_is_told(tree: Path) -> None:
    saved = save(tree / "f3", tree / "f2")
    pack = next(Path(saved.path).glob("pack-*"))
    pack.write_bytes(b"?" + pack.read_bytes()[1:])
    for name in ("f2", "f3"):
        (tree / name).unlink()
    done = restore.undo(saved, LIMITS)
    assert len(done.problems) == 1 and "was changed in the save" in done.problems[0]
    assert not [name for name in os.listdir(tree) if name.startswith(".guardsh")]
    pack.write_bytes(b"")
    assert "cut off" in restore.undo(saved, LIMITS).problems[0]


def test_a_broken_manifest_is_told(tree: Path) -> None:
    saved = save(tree)
    Path(saved.path, "manifest").write_text("{")
    with pytest.raises(Broken):
        restore.undo(saved, LIMITS)


def test_what_a_command_left_when_it_was_stopped_comes_back_too(tree: Path) -> None:
    before = picture(tree)
    saved = save(tree)
    for name in ("f0", "f2", "deep/big"):
        (tree / name).unlink()
    restore.undo(saved, LIMITS)
    assert picture(tree) == before


_UNDOER = """
import sys, time
sys.path.insert(0, {top!r})
import guardsh.places
guardsh.places.home = lambda: {home!r}
from guardsh.undo import restore, store
for name in ("_into_place", "_dress"):
    def slowly(*more, real=getattr(restore, name), **named):
        print("x", flush=True)
        time.sleep(0.03)
        return real(*more, **named)
    setattr(restore, name, slowly)
restore.undo(store.saves()[0], store.Limits(1 << 30, 1 << 30, 30, 9999, 60.0), over=True)
"""


@pytest.mark.parametrize("steps", [1, 4, 9])
def test_killed_while_bringing_back(tree: Path, home: Path, steps: int) -> None:
    """Every file is as it was or as it was saved, what was replaced is saved, and doing it again finishes it."""
    before = picture(tree)
    save(tree)
    newer = {"f2": "newer two\n", "f3": "newer three\n"}
    for name, text in newer.items():
        (tree / name).write_text(text)
    (tree / "f0").unlink()
    (tree / "deep" / "big").unlink()
    program = _UNDOER.format(top=str(TOP), home=str(home))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(steps):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    replaced = store.saves()[1]
    held = {os.path.basename(entry.path): entry for entry in replaced.read()[1]}
    for name, text in newer.items():
        now = (tree / name).read_text()
        assert now in (text, before[name][3].decode())
        assert b"".join(restore.pieces(replaced, held[name])).decode() == text
    for name in ("f0", "deep/big"):
        assert not (tree / name).exists() or (tree / name).read_bytes() == before[name][3]
    restore.undo(store.saves()[0], LIMITS, over=True)
    after = {name: seen for name, seen in picture(tree).items() if ".guardsh-undo" not in name}
    assert {name: seen[:2] + seen[3:] for name, seen in after.items() if seen[0] == "file"} == {
        name: seen[:2] + seen[3:] for name, seen in before.items() if seen[0] == "file"
    }
