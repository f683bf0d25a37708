"""Bringing back what was saved: file by file, never over newer work unless told to, and only once what it replaces is
saved itself.

Each file is written beside its place and put there in one step, so that wherever it is stopped every file is either as
it was or as it was saved; to go on, undo again.
"""

from __future__ import annotations

import errno
import os
import stat

from guardsh.frozen import Frozen
from guardsh.undo.keep import linked, xattrs
from guardsh.undo.store import ABSENT, FILE, FOLDER, LINK, SAME, Entry, Save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from guardsh.facts.git import Repository
    from guardsh.undo.store import Limits

# What an entry meets now.
GONE = "gone"  # it isn't there: comes back
ALIKE = "alike"  # it is there as it was saved
KNOWN = "known"  # it is another content that git can bring back, or an empty file: is replaced
NEWER = "newer"  # it is something else: stays, unless told otherwise
MADE = "made"  # it wasn't there, and is now: stays, unless git knows it or told otherwise
PIECE = 1 << 20
SECONDS = 10.0  # for one question to git
AT_ONCE = 500  # paths in one question


class Item(Frozen):
    """An entry and what it meets."""

    entry: Entry
    state: str
    changed: bool = False  # the saved content was written to after it was saved


class Done(Frozen):
    """What an undo did."""

    back: tuple[str, ...] = ()  # paths that were brought back, or taken away again
    left: tuple[str, ...] = ()  # where newer work stays
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replaced: int = 0  # number of the save that holds what was replaced, 0 if nothing was


class Broken(Exception):
    """A save can't be read."""


def look(found: Save, paths: Iterable[str] = ()) -> tuple[dict[str, Any], list[Item], list[dict[str, Any]]]:
    """Header, items and git's parts of a save, limited to some absolute paths and what is below. Raises Broken."""
    try:
        header, entries, git = found.read()
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise Broken(f"save {found.number} can't be read: {problem}") from None
    wanted = [path.rstrip("/") or "/" for path in paths]
    chosen = [entry for entry in entries if not wanted or any(_below(entry.path, path) for path in wanted)]
    if wanted:
        chosen = _with_others(chosen, entries)
        git = []
    return header, Present(found).items(chosen), git


def _below(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _with_others(chosen: list[Entry], entries: list[Entry]) -> list[Entry]:
    """Beside the chosen names of a file the one that its content is kept under."""
    have = {entry.path for entry in chosen}
    first = {entry.place for entry in chosen if entry.kind == SAME} - have
    return [entry for entry in entries if entry.path in have or entry.path in first]


class Present:
    """Compares entries with what is there now."""

    def __init__(self, found: Save) -> None:
        self.save = found
        self.firsts: dict[str, Entry] = {}

    def items(self, entries: list[Entry]) -> list[Item]:
        """What each entry meets."""
        self.firsts = {entry.path: entry for entry in entries if entry.kind == FILE}
        found = [self._item(entry) for entry in entries]
        asked = [item.entry.path for item in found if item.state in (NEWER, MADE)]
        known = _git_has(asked)
        return [item.but(state=KNOWN) if item.entry.path in known else item for item in found]

    def _item(self, entry: Entry) -> Item:
        try:
            status = os.lstat(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            return Item(entry, ALIKE if entry.kind == ABSENT else GONE, self._written(entry))
        except OSError:
            return Item(entry, NEWER)
        if entry.kind == ABSENT:
            return Item(entry, MADE)
        if self._alike(entry, status):
            return Item(entry, ALIKE)
        regular = stat.S_ISREG(status.st_mode)
        harmless = regular and not status.st_size or stat.S_ISDIR(status.st_mode) and entry.kind == FOLDER
        if regular and entry.kind == FILE and not harmless:
            harmless = self._same_content(entry, status)
        return Item(entry, KNOWN if harmless else NEWER, self._written(entry))

    def _alike(self, entry: Entry, status: os.stat_result) -> bool:
        kind = entry.kind
        if kind == SAME:
            first = self.firsts.get(entry.place)
            return first is not None and os.path.lexists(first.path) and os.path.samefile(first.path, entry.path)
        if kind == LINK:
            return stat.S_ISLNK(status.st_mode) and os.readlink(entry.path) == entry.place
        if stat.S_IFMT(status.st_mode) != stat.S_IFMT(entry.mode) or status.st_mode != entry.mode:
            return False
        if kind == FOLDER:
            return True
        return status.st_mtime_ns == entry.mtime and self._same_content(entry, status)

    def _same_content(self, entry: Entry, status: os.stat_result) -> bool:
        if status.st_size != entry.size:
            return False
        try:
            with open(entry.path, "rb") as file:
                for piece in pieces(self.save, entry):
                    if file.read(len(piece)) != piece:
                        return False
            return True
        except (OSError, Broken):
            return False

    def _written(self, entry: Entry) -> bool:
        """Was a file that is only linked written to after it was saved?"""
        if entry.kind != FILE or not linked(entry):
            return False
        try:
            status = os.lstat(os.path.join(self.save.path, entry.place[0]))
        except OSError:
            return True
        return (status.st_size, status.st_mtime_ns) != (entry.size, entry.mtime)


def _git_has(paths: list[str]) -> set[str]:
    """Those of some paths that are files as the last commit of their repository has them."""
    from guardsh.facts import git

    repositories: dict[str, Repository | None] = {}
    asked: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        folder = os.path.realpath(os.path.dirname(path))
        if folder not in repositories:
            repositories[folder] = git.find(folder, timeout=SECONDS)
        repository = repositories[folder]
        if repository is not None and stat.S_ISREG(os.lstat(path).st_mode):
            asked.setdefault(repository.top, []).append((path, os.path.join(folder, os.path.basename(path))))
    found = set()
    for top, pairs in asked.items():
        repository = git.find(top, timeout=SECONDS)
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            listing = repository.clean_targets(tuple(real for _, real in some)) if repository is not None else None
            if listing is None or not listing.known or not listing.tracked:
                continue
            other = listing.changed + listing.untracked + listing.ignored + listing.hidden
            found |= {path for path, real in some if not any(_below(real, listed) for listed in other)}
    return found


# ---------------------------------------------------------------- contents


def pieces(found: Save, entry: Entry) -> Iterable[bytes]:
    """The saved content of a file. Raises Broken if it isn't what was saved, OSError if it can't be read."""
    from hashlib import sha256

    if not entry.size:
        return
    name, offset, wanted = entry.place
    digest, linked = sha256(), name.startswith("link-")
    with open(os.path.join(found.path, name), "rb") as file:
        file.seek(offset)
        left = os.fstat(file.fileno()).st_size if linked else entry.size
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise Broken(f"{entry.path}: its content is cut off")
            left -= len(piece)
            if wanted:
                digest.update(piece)
            yield piece
    if wanted and digest.hexdigest() != wanted:
        raise Broken(f"{entry.path}: its content was changed in the save")


# ---------------------------------------------------------------- bringing back


def undo(found: Save, limits: Limits, paths: Iterable[str] = (), *, over: bool = False) -> Done:
    """Brings a save back, or what of it is at and below some absolute paths.

    over: newer work is replaced too. What is replaced is saved before. Raises Broken if the save can't be read,
    NotSaved if what would be replaced can't be saved; nothing is changed then.
    """
    from guardsh.undo import gitrestore

    header, items, git = look(found, paths)
    parts = [gitrestore.Part(found, part, over) for part in git]
    wanted = (GONE, KNOWN, NEWER, MADE) if over else (GONE, KNOWN)
    acted = [item for item in items if item.state in wanted]
    left = [item.entry.path for item in items if item.state in (NEWER, MADE) and not over]
    replaced = _save_replaced(found, header, acted, parts, limits)
    writer = Writer(found)
    for part in parts:
        part.objects()
    writer.write(acted, [item.entry for item in items if item.entry.kind == FOLDER and item.state == ALIKE])
    for part in parts:
        part.restore()
    changed = [item.entry.path for item in acted if item.changed]
    notes = [f"{path}: written to after it was saved; the newer content comes back" for path in changed]
    notes += [hole for hole in header.get("holes", ())]
    return Done(
        (*writer.back, *(text for part in parts for text in part.back)),
        (*left, *(text for part in parts for text in part.left)),
        (*writer.problems, *(text for part in parts for text in part.problems)),
        tuple(notes),
        replaced,
    )


def _save_replaced(found: Save, header: dict[str, Any], acted: list[Item], parts: list[Any], limits: Limits) -> int:
    from guardsh.undo.keep import About, save
    from guardsh.undo.plan import Plan, Root

    roots = [Root(item.entry.path, True) for item in acted if not _keeps_folder(item)]
    git = [work for part in parts for work in part.replaces()]
    if not git and not any(os.path.lexists(root.path) for root in roots):
        return 0
    about = About(f"guardsh undo {found.number}", str(header.get("directory", "/")), "undo")
    return save(Plan(tuple(roots), tuple(git)), limits, about, whole=True).number


def _keeps_folder(item: Item) -> bool:
    """A directory that is there gets its mode and times back; what is in it isn't touched."""
    return item.entry.kind == FOLDER and os.path.isdir(item.entry.path) and not os.path.islink(item.entry.path)


class Writer:
    """Writes entries of one save back to their places."""

    def __init__(self, found: Save) -> None:
        self.save = found
        self.back: list[str] = []
        self.problems: list[str] = []

    def write(self, items: list[Item], staying: list[Entry]) -> None:
        """Writes the items: directories first, modes and times of these and of those that stayed last."""
        folders = [item.entry for item in items if item.entry.kind == FOLDER]
        folders += [entry for entry in staying if any(_below(item.entry.path, entry.path) for item in items)]
        for item in sorted(items, key=lambda item: (item.entry.kind == SAME, item.entry.kind != FOLDER)):
            try:
                self._one(item)
                self.back.append(item.entry.path)
            except (OSError, Broken) as problem:
                said = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
                self.problems.append(said if said.startswith("/") else f"{item.entry.path}: {said}")
        for entry in sorted(folders, key=lambda entry: -len(entry.path)):
            try:
                _dress(entry)
            except OSError as problem:
                self.problems.append(f"{entry.path}: {problem.strerror}")

    def _one(self, item: Item) -> None:
        entry = item.entry
        if entry.kind == ABSENT:
            _take_away(entry.path)
            return
        if entry.kind == FOLDER:
            if not os.path.isdir(entry.path) or os.path.islink(entry.path):
                if os.path.lexists(entry.path):
                    os.unlink(entry.path)
                os.makedirs(entry.path, 0o700)
            return
        folder = os.path.dirname(entry.path)
        os.makedirs(folder, exist_ok=True)
        if os.path.isdir(entry.path) and not os.path.islink(entry.path):
            _take_away(entry.path)
        temporary = os.path.join(folder, f".guardsh-undo-{os.getpid()}-{os.urandom(4).hex()}")
        try:
            self._beside(entry, temporary)
            _into_place(temporary, entry.path, over=item.state != GONE)
        finally:
            try:
                os.unlink(temporary)
            except FileNotFoundError:
                pass

    def _beside(self, entry: Entry, temporary: str) -> None:
        if entry.kind == LINK:
            os.symlink(entry.place, temporary)
            _dress(entry, temporary)
        elif entry.kind == SAME:
            os.link(entry.place, temporary, follow_symlinks=False)
        else:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:
                for piece in pieces(self.save, entry):
                    file.write(piece)
            if entry.size and linked(entry):
                entry.xattrs = xattrs(os.path.join(self.save.path, entry.place[0]))
            _dress(entry, temporary)


def _into_place(temporary: str, path: str, *, over: bool) -> None:
    """Puts a file where it belongs; where nothing was, nothing that came meanwhile is replaced."""
    if over:
        os.replace(temporary, path)
        return
    try:
        os.link(temporary, path, follow_symlinks=False)
    except OSError as problem:
        if problem.errno in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK) and not os.path.lexists(path):
            os.rename(temporary, path)
            return
        raise


def _take_away(path: str) -> None:
    """Removes what wasn't there; it is saved."""
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path)
    else:
        os.unlink(path)


def _dress(entry: Entry, path: str = "") -> None:
    """Owner, mode, extended attributes and times, as far as this user may set them."""
    path = path or entry.path
    link = entry.kind == LINK
    status = os.lstat(path)
    if (status.st_uid, status.st_gid) != tuple(entry.owner):
        try:
            os.lchown(path, *entry.owner)
        except PermissionError:
            pass
    if not link:
        if entry.xattrs:
            _set_xattrs(path, entry.xattrs)
        os.chmod(path, stat.S_IMODE(entry.mode))
    os.utime(path, ns=(entry.atime, entry.mtime), follow_symlinks=False)


def _set_xattrs(path: str, xattrs: dict[str, str]) -> None:
    from base64 import b64decode

    for name, value in xattrs.items():
        try:
            os.setxattr(path, name, b64decode(value))
        except OSError as problem:
            # What belongs to the system (security.*, trusted.*) the file system sets itself.
            if name.startswith("user."):
                raise OSError(problem.errno, f"the attribute {name} can't be set") from None
