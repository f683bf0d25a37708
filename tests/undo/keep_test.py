"""Saving whole or not at all, in each way."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardsh.undo import contents, keep, restore, store
from guardsh.undo.store import NotSaved
from tests.support import TOP
from tests.undo.support import LIMITS, make_tree, numbers, picture, save, take


@pytest.fixture
def tree(project: Path) -> Path:
    make_tree(project / "data")
    return project / "data"


def linked(saved: store.Save) -> set[str]:
    return {entry.path for entry in saved.read()[1] if entry.kind == "file" and entry.size and keep.linked(entry)}


def test_copies_bring_everything_back(tree: Path) -> None:
    before = picture(tree)
    saved = save(tree)
    assert picture(tree) == before, "saving changes nothing, not even a time"
    take(tree)
    done = restore.undo(saved, LIMITS)
    assert not done.left and not done.problems
    assert picture(tree) == before


def test_links_bring_everything_back(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    before = picture(tree)
    saved = save(tree, unlinks=True)
    assert str(tree / "f2") in linked(saved)
    assert str(tree / "f1") not in linked(saved), "what has another name is copied"
    take(tree)
    assert not restore.undo(saved, LIMITS).problems
    assert picture(tree) == before


def test_links_are_shared_among_processes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    monkeypatch.setattr(contents, "SHARED_OUT", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    for number in range(200):
        (project / f"{number}").write_text(f"{number}\n")
    before = picture(project)
    with open(project / "7", "ab"):
        saved = save(project, unlinks=True)
    assert len(linked(saved)) == 199
    take(project)
    restore.undo(saved, LIMITS)
    assert picture(project) == before


def test_a_linking_process_that_is_stopped_saves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    monkeypatch.setattr(contents, "SHARED_OUT", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    real, parent = contents.Contents._linked, os.getpid()

    def stopped(self: contents.Contents, *more: object) -> list[int]:
        if os.getpid() != parent:
            os._exit(9)
        return real(self, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(contents.Contents, "_linked", stopped)
    for name in "abcd":
        (project / name).write_text(name)
    with pytest.raises(NotSaved, match="stopped"):
        save(project, unlinks=True)
    assert numbers() == []


def test_nothing_is_linked_that_is_not_only_unlinked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    assert not linked(save(tree))


def test_small_losses_are_copied_even_if_they_are_unlinked(tree: Path) -> None:
    assert not linked(save(tree, unlinks=True))


def test_what_is_open_for_writing_is_copied(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    with open(tree / "f2", "ab"):
        saved = save(tree, unlinks=True)
    assert str(tree / "f2") not in linked(saved) and str(tree / "f3") in linked(saved)


def test_what_is_written_to_after_it_was_linked_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MANY", 1)
    saved = save(tree, unlinks=True)
    with open(tree / "f2", "ab") as file:
        file.write(b"later")
    (tree / "f2").unlink()
    done = restore.undo(saved, LIMITS, [str(tree / "f2")])
    assert any("written to after it was saved" in note for note in done.notes)
    assert (tree / "f2").read_bytes().endswith(b"later"), "nothing of it is lost either"


def test_clones_fall_back_to_copies(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refuse(*_more: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "no clones here")

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    before = picture(tree)
    saved = save(tree)
    take(tree)
    restore.undo(saved, LIMITS)
    assert picture(tree) == before


def test_clones_bring_everything_back(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file system clones, the system call is stood in for by one that copies."""
    import fcntl
    import struct

    asked = []

    def clone(descriptor: int, request: int, argument: object) -> int:
        asked.append(request)
        if request == contents._FICLONE:
            source, start = argument, 0
        else:
            assert isinstance(argument, bytes)
            source, _, _, start = struct.unpack("qQQQ", argument)
        assert isinstance(source, int) and start % 4096 == 0
        os.pwrite(descriptor, os.pread(source, os.fstat(source).st_size, 0), start)
        return 0

    monkeypatch.setattr(fcntl, "ioctl", clone)
    monkeypatch.setattr(contents, "CLONED", 1)
    before = picture(tree)
    saved = save(tree)
    assert set(asked) == {contents._FICLONE, contents._FICLONERANGE}
    take(tree)
    restore.undo(saved, LIMITS)
    assert picture(tree) == before


def test_the_same_content_is_kept_once(project: Path) -> None:
    for name in ("a", "b"):
        (project / name).write_bytes(b"x" * 50_000)
        (project / f"big-{name}").write_bytes(b"y" * 2_000_000)
    first = save(project)
    assert first.bytes == 2_050_000
    assert save(project).bytes == 0
    assert [one.bytes for one in store.saves()] == [2_050_000, 0]
    store.forget(first)
    take(project)
    assert not restore.undo(store.saves()[0], LIMITS).problems
    assert (project / "b").read_bytes() == b"x" * 50_000 and (project / "big-a").stat().st_size == 2_000_000


def test_a_damaged_save_is_not_leant_on(project: Path) -> None:
    (project / "a").write_bytes(b"x" * 50_000)
    (project / "big").write_bytes(b"y" * 2_000_000)
    first = save(project)
    for path in Path(first.path).glob("[po]*-*"):
        path.write_bytes(b"z" + path.read_bytes()[1:])
    second = save(project)
    assert second.bytes == 2_050_000
    take(project)
    assert not restore.undo(second, LIMITS).problems


def test_many_files_are_copied_by_several_threads(project: Path) -> None:
    for number in range(200):
        (project / f"{number}").write_text(f"{number}\n")
    before = picture(project)
    saved = save(project)
    take(project)
    restore.undo(saved, LIMITS)
    assert picture(project) == before


def test_saves_are_private(tree: Path, home: Path) -> None:
    save(tree)
    for place, folders, files in os.walk(home / ".local/state/guardsh/undo"):
        for name in [*folders, *files]:
            mode = os.lstat(os.path.join(place, name)).st_mode
            assert not mode & 0o077 or os.path.dirname(place) != str(home), name
    assert (home / ".local/state/guardsh/undo").stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------- not saved


def refused(*paths: Path, **more: object) -> str:
    with pytest.raises(NotSaved) as problem:
        save(*paths, **more)  # type: ignore[arg-type]
    assert not numbers(), "nothing is kept of what isn't whole"
    assert not [name for name in os.listdir(store.folder()) if name.startswith("new-")]
    return str(problem.value)


def test_a_nested_repository_is_not_saved(tree: Path) -> None:
    (tree / "vendor" / ".git").mkdir(parents=True)
    assert "holds a repository" in refused(tree)


def test_a_submodule_is_not_saved(tree: Path) -> None:
    (tree / "vendor").mkdir()
    (tree / "vendor" / ".git").write_text("gitdir: ../.git/modules/vendor\n")
    assert "holds a repository" in refused(tree)


def test_a_special_file_is_not_saved(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    assert "neither file, directory nor link" in refused(tree)


def test_an_unreadable_file_is_not_saved(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = contents._opened

    def opened(path: str) -> int:
        if path.endswith("/f3"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(contents, "_opened", opened)
    assert "f3: can't be read" in refused(tree)


def test_what_is_too_large_or_too_many_is_not_saved(tree: Path) -> None:
    assert "larger than" in refused(tree, limits=LIMITS.but(largest=1000))
    assert "more than 5 files" in refused(tree, limits=LIMITS.but(files=5))


def test_what_takes_too_long_is_not_saved(tree: Path) -> None:
    assert "too long" in refused(tree, limits=LIMITS.but(seconds=-1.0))


def test_a_file_that_changes_while_it_is_saved_is_not_saved(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, count = contents._whole_content, [0]

    def content(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        count[0] += 1
        os.utime(tree / "f1", ns=(count[0], count[0]))
        return data

    monkeypatch.setattr(contents, "_whole_content", content)
    assert "changes while it is saved" in refused(tree / "f1")


def test_a_mount_is_not_saved(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = keep.Walk._below

    def below(self: keep.Walk, folder: str, device: int, repositories: bool) -> list[tuple[str, os.stat_result]]:
        return real(self, folder, device + 1, repositories)

    monkeypatch.setattr(keep.Walk, "_below", below)
    assert "something is mounted there" in refused(tree)


def test_saves_are_not_saved_into_themselves(home: Path) -> None:
    assert "guardsh's own saves are there" in refused(home)


def test_somebody_elses_file_is_not_saved(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: os.lstat(tree).st_uid + 1)
    walk = keep.Walk.__new__(keep.Walk)
    walk.__dict__.update(limits=LIMITS, deadline=time.monotonic() + 9, whole=True, entries=[], holes=[], files=0, size=0)
    walk.__dict__.update(seen=set(), named={}, owner=os.getuid(), own=(0, 0))
    with pytest.raises(NotSaved, match="another user"):
        walk.add(str(tree), repositories=False)


def test_with_a_yes_the_rest_is_saved_and_the_hole_is_told(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    saved = save(tree, whole=False)
    assert saved.header()["holes"] == [f"{tree}/pipe: neither file, directory nor link"]
    assert str(tree / "f1") in {entry.path for entry in saved.read()[1]}


def test_a_state_directory_that_cannot_be_written_saves_nothing(tree: Path, home: Path) -> None:
    (home / ".local").write_text("a file in its place")
    with pytest.raises(NotSaved, match="can't be written"):
        save(tree)


# ---------------------------------------------------------------- stopped in the middle

_SAVER = """
import sys, time
sys.path.insert(0, {top!r})
import guardsh.places
guardsh.places.home = lambda: {home!r}
from guardsh.undo import contents, keep, store
from guardsh.undo.plan import Plan, Root
real = {slow}
def slowly(*more):
    print("x", flush=True)
    time.sleep(0.05)
    return real(*more)
{slow} = slowly
keep.save(Plan((Root({tree!r}),), unlinks={unlinks}), store.Limits(1 << 30, 1 << 30, 30, 9999, 60.0),
          keep.About("x", "/", "yes"), whole=True)
print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("slow", "unlinks"), [("contents._opened", False), ("contents.os.link", True), ("store._sync", False)]
)
def test_killed_while_saving(tree: Path, home: Path, slow: str, unlinks: bool) -> None:
    """Whenever it is killed: the tree is as it was, and a save is there whole or not at all."""
    before = picture(tree)
    program = _SAVER.format(top=str(TOP), home=str(home), tree=str(tree), slow=slow, unlinks=unlinks)
    if unlinks:
        program = program.replace("real =", "keep.MANY = 1\nreal =")
    for wait in (1, 2, 4):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(wait):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert {name: seen[:4] for name, seen in picture(tree).items()} == {
            name: seen[:4] for name, seen in before.items()
        }
        for saved in store.saves():
            assert len(saved.read()[1]) == len(before) + 1
    saved = save(tree)
    assert not [name for name in os.listdir(store.folder()) if name.startswith("new-")], "what was left is cleared away"
    take(tree)
    restore.undo(saved, LIMITS)
    assert {name: seen[:4] for name, seen in picture(tree).items()} == {name: seen[:4] for name, seen in before.items()}
