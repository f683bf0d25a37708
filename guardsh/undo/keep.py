"""Saving: what a plan names is walked, copied and written as one save, or not at all."""

from __future__ import annotations

import gc
import os
import stat
import time

from guardsh.frozen import Frozen
from guardsh.undo import store
from guardsh.undo.store import ABSENT, FILE, FOLDER, LINK, SAME, Entry, Limits, NotSaved, Save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.undo.plan import Plan

MANY = 1000  # files, or
LARGE = 64 << 20  # bytes, from which linking is worth its care
TOLD = 50  # holes that are written down


class About(Frozen):
    """Whose command it is that something is saved for."""

    text: str
    directory: str
    how: (
        str  # saved: passes because of it; yes: somebody allowed it; score: it passes anyway; undo: replaced by an undo
    )
    agent: str = ""
    session: str = ""
    layer: str = ""
    key: str = ""


def save(plan: Plan, limits: Limits, about: About, *, whole: bool) -> Save:
    """Saves everything that a plan names. Raises NotSaved, and then nothing is kept.

    `whole`: anything that can't be saved means that nothing is; else it is noted as a hole of the save.
    """
    if whole and plan.holes:
        raise NotSaved(plan.holes[0])
    # Looking for garbage among a hundred thousand entries that all stay costs a fifth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _saved(plan, limits, about, whole)
    finally:
        if collecting:
            gc.enable()


def _saved(plan: Plan, limits: Limits, about: About, whole: bool) -> Save:
    deadline = time.monotonic() + limits.seconds
    try:
        walk = Walk(limits, deadline, whole)
        walk.holes += plan.holes
        for root in plan.roots:
            walk.add(root.path, repositories=root.repositories)
        if not walk.entries and not plan.git:
            raise NotSaved("nothing of it is there")
        store.make_room(walk.size, limits)
        staged = store.begin()
    except OSError as problem:
        raise NotSaved(f"the saves can't be written ({problem.strerror or problem})") from None
    try:
        return _written(staged, walk, plan, about, deadline, limits)
    except OSError as problem:
        store.remove(staged)
        raise NotSaved(f"the saves can't be written ({problem.strerror or problem})") from None
    except BaseException:
        store.remove(staged)
        raise


def _written(staged: str, walk: Walk, plan: Plan, about: About, deadline: float, limits: Limits) -> Save:
    from guardsh.undo import bundles
    from guardsh.undo.contents import Contents

    links = plan.unlinks and (walk.files >= MANY or walk.size >= LARGE)
    contents = Contents(staged, deadline, () if links else _recent())
    contents.keep(walk.entries, links)
    for entry, problem in contents.problems:
        walk.hole(f"{entry.path}: {problem}")
        walk.entries.remove(entry)
    walk.attributes()
    git, size = [], contents.size
    for number, work in enumerate(plan.git):
        part, more = bundles.kept(work, staged, number, deadline, limits)
        git.append(part)
        size += more
    return store.commit(staged, _header(walk, about), walk.entries, git, size)


def _recent() -> tuple[str, ...]:
    """The newest saves first: the same content is most often in these."""
    return tuple(save.path for save in reversed(store.saves()[-32:]))


def _header(walk: Walk, about: About) -> dict[str, Any]:
    from guardsh.record.redact import redact

    return {
        "command": redact(about.text)[:4096],
        "directory": about.directory,
        "how": about.how,
        "agent": about.agent,
        "session": about.session,
        "layer": about.layer,
        "key": about.key,
        "files": walk.files,
        "size": walk.size,
        "holes": walk.holes[:TOLD],
        "more_holes": max(0, len(walk.holes) - TOLD),
    }


class Walk:
    """Lists what is at and below some paths, with everything but the contents."""

    def __init__(self, limits: Limits, deadline: float, whole: bool) -> None:
        self.limits = limits
        self.deadline = deadline
        self.whole = whole
        self.entries: list[Entry] = []
        self.holes: list[str] = []
        self.files = 0
        self.size = 0
        self.seen: set[str] = set()
        self.named: dict[tuple[int, int], str] = {}  # files with several names: the first of them
        self.owner = os.getuid()
        self.own = _identity(store.folder())

    def hole(self, why: str) -> None:
        """Something isn't saved. Raises NotSaved where everything has to be."""
        if self.whole:
            raise NotSaved(why)
        self.holes.append(why)

    def add(self, path: str, *, repositories: bool) -> None:
        """Lists a path and all below it; one that isn't there is noted as absent.

        `repositories`: a repository in it is a part of what is lost, and not something that needs a closer look.
        """
        if path in self.seen:
            return
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            self.seen.add(path)
            self.entries.append(Entry(path, ABSENT))
            return
        except (OSError, ValueError) as problem:
            self.hole(f"{path}: can't be looked at ({getattr(problem, 'strerror', None) or problem})")
            return
        waiting = [(path, status)]
        while waiting:
            folder, status = waiting.pop()
            if (status.st_dev, status.st_ino) == self.own:
                self.hole(f"{folder}: guardsh's own saves are there")
                continue
            self._one(folder, status)
            if stat.S_ISDIR(status.st_mode):
                waiting += self._below(folder, status.st_dev, repositories)

    def _below(self, folder: str, device: int, repositories: bool) -> list[tuple[str, os.stat_result]]:
        """Notes what is in a directory, and returns the directories in it."""
        found = []
        try:
            with os.scandir(folder) as listing:
                for child in listing:
                    if child.name == ".git" and not repositories:
                        self.hole(f"{folder}: holds a repository")
                    status = child.stat(follow_symlinks=False)
                    if not stat.S_ISDIR(status.st_mode):
                        self._one(child.path, status)
                    elif status.st_dev != device:
                        self.hole(f"{child.path}: something is mounted there")
                    else:
                        found.append((child.path, status))
        except OSError as problem:
            self.hole(f"{folder}: can't be read ({problem.strerror})")
        return found

    def _one(self, path: str, status: os.stat_result) -> None:
        if path in self.seen:
            return
        self.seen.add(path)
        self._count(status)
        kind = _kind(status.st_mode)
        if not kind:
            self.hole(f"{path}: neither file, directory nor link")
            return
        if status.st_uid != self.owner and self.owner != 0:
            self.hole(f"{path}: belongs to another user")
        try:
            place = self._place(path, kind, status)
            kind = SAME if place is not None and kind == FILE else kind
            self.entries.append(
                Entry(
                    path, kind, status.st_mode, status.st_mtime_ns, status.st_atime_ns,
                    status.st_size if kind == FILE else 0, place, None,
                    (status.st_uid, status.st_gid), status,
                )
            )  # fmt: skip
        except OSError as problem:
            self.hole(f"{path}: can't be read ({problem.strerror})")

    def attributes(self) -> None:
        """Notes the extended attributes; files that were linked keep their own."""
        for entry in self.entries:
            if entry.kind == FOLDER or entry.kind == FILE and not linked(entry):
                try:
                    entry.xattrs = xattrs(entry.path)
                except OSError as problem:
                    self.hole(f"{entry.path}: its attributes can't be read ({problem.strerror})")

    def _place(self, path: str, kind: str, status: os.stat_result) -> str | None:
        if kind == LINK:
            return os.readlink(path)
        if kind == FILE and status.st_nlink > 1:
            first = self.named.setdefault((status.st_dev, status.st_ino), path)
            return None if first == path else first
        return None

    def _count(self, status: os.stat_result) -> None:
        self.files += 1
        if self.files > self.limits.files:
            raise NotSaved(f"it is more than {self.limits.files:,} files")
        if stat.S_ISREG(status.st_mode):
            self.size += status.st_size
            if self.size > self.limits.largest:
                raise NotSaved(f"it is larger than {self.limits.largest:,} bytes")
        if self.files % 256 == 0 and time.monotonic() > self.deadline:
            raise NotSaved("saving it takes too long ([undo] max_seconds)")


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return FOLDER
    return LINK if stat.S_ISLNK(mode) else ""


def linked(entry: Entry) -> bool:
    """Is the content of a file kept as a link to it?"""
    return entry.place is not None and str(entry.place[0]).startswith("link-")


def xattrs(path: str) -> dict[str, str] | None:
    """Extended attributes, access control lists among them (xattr(7)); None for none, or where there are no such."""
    if not hasattr(os, "listxattr"):
        return None
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return None
    if not names:
        return None
    from base64 import b64encode

    return {name: b64encode(os.getxattr(path, name, follow_symlinks=False)).decode("ascii") for name in names}
