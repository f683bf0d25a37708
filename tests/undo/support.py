"""A home and a project for undo's tests. What a command would take is taken by the test itself, file by file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from guardsh.config import Settings
from guardsh.facts.world import World
from guardsh.judge import judge
from guardsh.rules.loading import Rules, compile_files, pack_files
from guardsh.undo import keep, store
from guardsh.undo.keep import About
from guardsh.undo.plan import Plan, Root, plan
from guardsh.undo.store import Limits, Save
from guardsh.verdict import Verdict

LIMITS = Limits(1 << 30, 1 << 30, 30, 100_000, 30.0)
ABOUT = About("a command", "/", "yes")
_rules: list[Rules] = []


def rules() -> Rules:
    """guardsh's own packs, compiled once."""
    if not _rules:
        _rules.append(compile_files(pack_files()))
    return _rules[0]


def world(project: Path, home: Path, session: Any = None) -> World:
    """The project as a command meets it."""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    return World(str(project), str(home), environment, "u", session=session, known_home=str(home), git_timeout=5.0)


def verdict_on(text: str, where: World, settings: Settings | None = None) -> Verdict:
    """guardsh's verdict on a text; nothing is run."""
    return judge(text, where, rules(), settings or Settings())


def planned(text: str, project: Path, home: Path) -> Plan:
    """What would be saved for a text."""
    where = world(project, home)
    return plan(verdict_on(text, where), where)


def names(made: Plan, project: Path) -> set[str]:
    """The paths of a plan, relative to the project."""
    return {os.path.relpath(root.path, project) for root in made.roots}


def save(*paths: Path, unlinks: bool = False, whole: bool = True, limits: Limits = LIMITS) -> Save:
    """Saves some paths."""
    return keep.save(Plan(tuple(Root(str(path)) for path in paths), unlinks=unlinks), limits, ABOUT, whole=whole)


def numbers() -> list[int]:
    """The numbers of all saves."""
    return [one.number for one in store.saves()]


def make_tree(folder: Path) -> None:
    """A tree with everything that has to come back: modes, times, links, names of one file, attributes, empty folders."""
    (folder / "deep" / "empty").mkdir(parents=True)
    for number in range(4):
        (folder / f"f{number}").write_text(f"file {number}\n" * (number + 1))
    (folder / "nothing").touch()
    (folder / "deep" / "big").write_bytes(bytes(range(256)) * 8000)
    (folder / os.fsdecode(b"odd \xff\nname")).write_bytes(b"\0\1\2")
    os.link(folder / "f1", folder / "deep" / "same")
    os.symlink("f2", folder / "soft")
    os.symlink("/nowhere/at/all", folder / "broken")
    (folder / "f3").chmod(0o640)
    os.utime(folder / "f2", ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    os.utime(folder / "deep", ns=(10**18, 10**18))
    try:
        os.setxattr(folder / "f0", "user.colour", b"green")
    except OSError:
        pass


def picture(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Everything in a directory: kind, mode, time, content, attributes, links, and which names are one file."""
    found: dict[str, tuple[Any, ...]] = {}
    first: dict[int, str] = {}
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in [*folders, *sorted(files)]:
            path = os.path.join(place, name)
            short, status = os.path.relpath(path, folder), os.lstat(path)
            if os.path.islink(path):
                found[short] = ("link", os.readlink(path), status.st_mtime_ns)
            elif os.path.isdir(path):
                found[short] = ("folder", status.st_mode, status.st_mtime_ns)
            else:
                attributes = {key: os.getxattr(path, key) for key in os.listxattr(path)}
                same = first.setdefault(status.st_ino, short) if status.st_nlink > 1 else ""
                found[short] = ("file", status.st_mode, status.st_mtime_ns, Path(path).read_bytes(), attributes, same)
    return found


def take(folder: Path) -> None:
    """Removes a tree that the test has made."""
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(place, name))
        for name in folders:
            path = os.path.join(place, name)
            os.unlink(path) if os.path.islink(path) else os.rmdir(path)
    os.rmdir(folder)
