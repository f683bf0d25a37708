"""Looking at files within bounds: never a read that may block, never an endless walk, names of any bytes.

Paths are absolute text, with bytes that aren't UTF-8 as surrogates (`os.fsdecode`).
"""

from __future__ import annotations

import os
import stat
import time

from guardsh.facts.components import matches
from guardsh.frozen import Frozen
from guardsh.reading.model import GLOBS, HOLE, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_ENTRIES = 20_000
BUDGET = 0.05  # seconds for one survey
SAMPLE = 8

_SPECIAL_OPEN = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)


class Survey(Frozen):
    """What is in some files and directories, as far as the bounds allowed to look."""

    files: int  # everything but directories
    size: int  # bytes of the regular files
    newest: float  # latest change of a file, seconds since 1970; 0.0: there is none
    complete: bool  # was all of it seen?
    names: tuple[str, ...] = ()  # some of the files, as paths below what was asked for


def kind(path: str, follow: bool = False) -> str:
    """file, directory, link, device, other (FIFO, socket), missing, or unknown where it can't be told."""
    try:
        mode = (os.stat(path) if follow else os.lstat(path)).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError):
        return "unknown"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISLNK(mode):
        return "link"
    return "device" if stat.S_ISBLK(mode) or stat.S_ISCHR(mode) else "other"


def read_text(path: str, limit: int) -> str | None:
    """The text of a regular file of at most `limit` bytes; None for everything else. Opening never waits (FIFOs,
    terminals).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _SPECIAL_OPEN)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        data = b""
        while len(data) <= limit:
            piece = os.read(descriptor, limit + 1 - len(data))
            if not piece:
                return data.decode("utf-8", "surrogateescape")
            data += piece
        return None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def entries(path: str, limit: int) -> tuple[str, ...]:
    """The sorted names in a directory; at most `limit`; () if it can't be read."""
    found: list[str] = []
    try:
        with os.scandir(path) as listing:
            for entry in listing:
                found.append(entry.name)
                if len(found) >= limit:
                    break
    except (OSError, ValueError):
        return ()
    return tuple(sorted(found))


def survey(targets: Iterable[str], *, most: int = MOST_ENTRIES, budget: float = BUDGET, sample: int = SAMPLE) -> Survey:
    """Counts what is in and below the targets, without following links, until `most` entries or `budget` seconds are
    used up.

    Up to `sample` files are named.
    """
    walk = _Walk(most, time.monotonic() + budget, sample)
    for target in targets:
        walk.target(target)
    return Survey(walk.files, walk.size, walk.newest, walk.complete, tuple(walk.names))


class _Walk:
    """The running totals of one survey."""

    def __init__(self, most: int, deadline: float, sample: int) -> None:
        self.sample = sample
        self.left = most
        self.deadline = deadline
        self.files = 0
        self.size = 0
        self.newest = 0.0
        self.complete = True
        self.names: list[str] = []

    def target(self, path: str) -> None:
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            self.complete = False
            return
        if not stat.S_ISDIR(status.st_mode):
            self.count(status, path.rsplit("/", 1)[-1])
            return
        waiting = [path]
        while waiting and self.go_on():
            self.directory(waiting.pop(), path, waiting)
        if waiting:
            self.complete = False

    def directory(self, folder: str, top: str, waiting: list[str]) -> None:
        try:
            with os.scandir(folder) as listing:
                for entry in listing:
                    self.left -= 1
                    if not self.go_on():
                        self.complete = False
                        return
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        self.count(entry.stat(follow_symlinks=False), entry.path[len(top) + 1 :])
        except FileNotFoundError:
            pass
        except OSError:
            self.complete = False

    def go_on(self) -> bool:
        return self.left > 0 and (self.left % 64 != 0 or time.monotonic() < self.deadline)

    def count(self, status: os.stat_result, name: str) -> None:
        self.files += 1
        if stat.S_ISREG(status.st_mode):
            self.size += status.st_size
        self.newest = max(self.newest, status.st_mtime)
        if len(self.names) < self.sample:
            self.names.append(name)


def glob(
    pattern: str,
    directory: str,
    limit: int,
    *,
    entries: Callable[[str, int], tuple[str, ...]] = entries,
    kind: Callable[[str], str] = kind,
) -> tuple[str, ...]:
    """What bash puts in place of a word with active globs, sorted; () if nothing matches, or it holds an unknown part.

    `*`, `?` and `[…]` don't match a leading dot, and nothing matches `.` and `..`. What stands between brackets isn't
    known here, so `[…]` matches any character: rather a name too many.
    """
    if HOLE in pattern or TOKEN in pattern:
        return ()
    found = ["/" if pattern.startswith("/") else ""]
    parts = [part for part in pattern.split("/") if part]
    for index, part in enumerate(parts):
        folders = index < len(parts) - 1 or pattern.endswith("/")
        made: list[str] = []
        for before in found:
            prefix = before + "/" if before and not before.endswith("/") else before
            folder = before if before.startswith("/") else f"{directory}/{before}"
            for name in _names(part, folder, entries, kind):
                if not folders or kind(f"{folder}/{name}") in ("directory", "link"):
                    made.append(prefix + name)
        found = sorted(made)[:limit]
    slash = "/" if pattern.endswith("/") else ""
    return tuple(path + slash for path in found)


def _names(
    part: str, folder: str, entries: Callable[[str, int], tuple[str, ...]], kind: Callable[[str], str]
) -> tuple[str, ...]:
    """What one component of a glob stands for in a folder."""
    if any(mark in part for mark in GLOBS):
        return tuple(name for name in entries(folder, MOST_ENTRIES) if fits(part, name))
    return () if kind(f"{folder}/{part}") == "missing" else (part,)


def fits(part: str, name: str) -> bool:
    """Does a name match one component of a glob pattern written with marks?"""
    if name.startswith(".") and not part.startswith("."):
        return False
    return matches(part, name)


def traps(names: Iterable[str]) -> tuple[str, ...]:
    """Names that mean something else than themselves once a glob has put them into a command: options, `~`, `*`."""
    found: list[str] = []
    for name in names:
        if name in ("~", "*", ".*") or name.startswith(("-", "~/", "$")):
            found.append(name)
    return tuple(found)


def mount_points() -> frozenset[str]:
    """Where file systems are mounted, by /proc/self/mountinfo (proc_pid_mountinfo(5)); empty where that doesn't
    exist.
    """
    text = read_text_of_kernel("/proc/self/mountinfo")
    found = set()
    for line in text.splitlines():
        fields = line.split(" ")
        if len(fields) > 4:
            found.add(_unescaped(fields[4]))
    return frozenset(found)


def read_text_of_kernel(path: str, limit: int = 1 << 20) -> str:
    """A file of /proc, which has no size; "" if it can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _SPECIAL_OPEN)
    except OSError:
        return ""
    try:
        data = b""
        while len(data) < limit:
            piece = os.read(descriptor, 65536)
            if not piece:
                break
            data += piece
        return data.decode("utf-8", "surrogateescape")
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _unescaped(field: str) -> str:
    for escape, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(escape, char)
    return field


def crosses_mount(path: str) -> bool:
    """Is the directory on another device than the one that holds it?"""
    try:
        return os.lstat(path).st_dev != os.lstat(path.rsplit("/", 1)[0] or "/").st_dev
    except (OSError, ValueError):
        return False


def identity(path: str) -> tuple[int, int] | None:
    """Device and inode of a directory or file, links followed: the same under every spelling, bind mount and case."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def is_case_blind(directory: str) -> bool:
    """Does the file system that holds the directory take `A` and `a` for the same name? Tried on the directory's own
    name.
    """
    above, _, name = directory.rstrip("/").rpartition("/")
    swapped = name.swapcase()
    if swapped == name:
        return False
    here = identity(directory)
    return here is not None and identity(f"{above}/{swapped}") == here


def resolve(path: str) -> str:
    """The path without symbolic links, as far as it exists."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path
