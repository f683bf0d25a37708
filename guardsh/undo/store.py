"""Where saves are kept, and for how long.

    ~/.local/state/guardsh/undo/
        12-1764000000-52311/     save 12: when it was made, and how many bytes it holds
            manifest             JSON lines: the header, the entries, what git is to bring back
            index                digests and places of what is in the packs, for later saves to share
            pack-… object-…      contents, by their SHA-256; packs and objects that several saves hold are one file
            link-…               files that were linked, because the command unlinks them
            bundle-0             git's objects
        new-PID-…/               a save being written; it gets its number by one rename, when it is whole
        last                     the highest number that was given

A save is there whole or not at all, wherever its writer is stopped. Everything is private to the user.
"""

from __future__ import annotations

import os
import time

from guardsh import places
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Table = dict[str, Any]

FILE, FOLDER, LINK, SAME, ABSENT = "file", "folder", "link", "same", "absent"
LOCK_SECONDS = 2.0
STALE = 3600.0  # seconds until what an ended writer left is cleared away
VERSION = 1


class NotSaved(Exception):
    """Something can't be saved whole; the message says what and why."""


class Limits(Frozen):
    """What saving may cost."""

    bytes: int  # of all saves together
    largest: int  # bytes of one save
    days: int  # until a save is let go
    files: int  # of one save
    seconds: float  # that a command waits for being saved


class Entry:
    """One file, directory or link as it was. A plain class: there may be a hundred thousand of them."""

    __slots__ = ("path", "kind", "mode", "mtime", "atime", "size", "place", "xattrs", "owner", "status")

    def __init__(
        self, path: str, kind: str, mode: int = 0, mtime: int = 0, atime: int = 0, size: int = 0, place: Any = None,
        xattrs: dict[str, str] | None = None, owner: tuple[int, int] = (0, 0), status: os.stat_result | None = None,
    ) -> None:  # fmt: skip
        self.path = path
        self.kind = kind  # FILE, FOLDER, LINK, SAME (another name of an entry before), ABSENT (wasn't there)
        self.mode = mode
        self.mtime = mtime  # nanoseconds
        self.atime = atime
        self.size = size
        self.place = place  # of a file: [name, offset, digest]; of a link: what it says; of SAME: the other's path
        self.xattrs = xattrs  # in base64
        self.owner = owner
        self.status = status  # while it is saved

    def row(self) -> list[Any]:
        """The entry as JSON values."""
        return [
            self.path, self.kind, self.mode, self.mtime, self.atime, self.size, self.place, self.xattrs, self.owner,
        ]  # fmt: skip


class Save(Frozen):
    """One save as its manifest tells; entries and git's part are read when asked for."""

    number: int
    time: float
    bytes: int
    path: str

    def header(self) -> Table:
        """command, directory, agent, session, how, holes, files, size. Raises OSError or ValueError if it is broken."""
        (header,) = self._lines(1)
        return dict(header)

    def read(self) -> tuple[Table, list[Entry], list[Table]]:
        """Header, entries and git's parts. Raises OSError or ValueError if the manifest is broken."""
        header, rows, git = self._lines(3)
        if header.get("version") != VERSION:
            raise ValueError(f"save {self.number} is of another version of guardsh")
        return header, [Entry(*row) for row in rows], git

    def _lines(self, count: int) -> list[Any]:
        import json

        with open(os.path.join(self.path, "manifest"), encoding="ascii") as file:
            return [json.loads(file.readline()) for _ in range(count)]


def folder() -> str:
    """The directory of all saves. Raises OSError."""
    return places.state_dir("undo")


def saves() -> list[Save]:
    """All whole saves, oldest first. Raises OSError."""
    where = folder()
    found = (_save(where, name) for name in os.listdir(where))
    return sorted((save for save in found if save is not None), key=lambda save: save.number)


def find(number: int) -> Save | None:
    """The save of this number. Raises OSError."""
    return next((save for save in saves() if save.number == number), None)


def _save(where: str, name: str) -> Save | None:
    parts = name.split("-")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    number, when, size = map(int, parts)
    return Save(number, float(when), size, os.path.join(where, name))


# ---------------------------------------------------------------- writing


def begin() -> str:
    """A new private directory to write a save into. Raises OSError."""
    where = folder()
    path = os.path.join(where, f"new-{os.getpid()}-{os.urandom(4).hex()}")
    os.mkdir(path, 0o700)
    return path


def commit(staged: str, header: Table, entries: list[Entry], git: list[Table], size: int) -> Save:
    """Makes what was written a save, in one step, once it is on the disk. Raises OSError."""
    import json

    rows = [entry.row() for entry in entries]
    text = "".join(json.dumps(part) + "\n" for part in ({"version": VERSION, **header}, rows, git))
    descriptor = os.open(os.path.join(staged, "manifest"), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    _sync(staged)
    where = os.path.dirname(staged)
    with Locked(where):
        number = _next(where)
        now = int(time.time())
        path = os.path.join(where, f"{number}-{now}-{size}")
        os.rename(staged, path)
        _sync(where)
        _remember(where, number)
    return Save(number, float(now), size, path)


def _next(where: str) -> int:
    known = [save.number for save in (_save(where, name) for name in os.listdir(where)) if save is not None]
    try:
        with open(os.path.join(where, "last"), encoding="ascii") as file:
            known.append(int(file.read(20)))
    except (OSError, ValueError):
        pass
    return max(known, default=0) + 1


def _remember(where: str, number: int) -> None:
    """That a number is never given twice, also when the newest save is gone."""
    descriptor = os.open(os.path.join(where, "last"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, b"%d" % number)
    finally:
        os.close(descriptor)


def _sync(where: str) -> None:
    descriptor = os.open(where, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Locked:
    """Holds the lock of the saves; OSError if somebody else holds it for too long."""

    def __init__(self, where: str) -> None:
        self.path = os.path.join(where, "lock")
        self.descriptor = -1

    def __enter__(self) -> None:
        import fcntl

        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    os.close(self.descriptor)
                    raise OSError("another guardsh holds the lock of the saves") from None
                time.sleep(0.005)

    def __exit__(self, *_error: object) -> None:
        os.close(self.descriptor)


# ---------------------------------------------------------------- letting go


def make_room(wanted: int, limits: Limits) -> None:
    """Lets go what is too old, and then the oldest until `wanted` more bytes fit. Raises NotSaved or OSError.

    Nothing is let go for what wouldn't fit anyway.
    """
    if wanted > limits.largest:
        raise NotSaved(f"it is larger than {limits.largest:,} bytes")
    where = folder()
    _check_disk(where, wanted)
    known = saves()
    now = time.time()
    used = sum(save.bytes for save in known)
    for save in known:
        if now - save.time <= limits.days * 86400 and used + wanted <= limits.bytes:
            break
        forget(save)
        used -= save.bytes
    _clear(where)


def _check_disk(where: str, wanted: int) -> None:
    disk = os.statvfs(where)
    free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    if free - wanted < min(whole // 50, 1 << 30):
        raise NotSaved("the disk has no room for it")


def forget(save: Save) -> None:
    """Deletes a save. Raises OSError."""
    gone = os.path.join(os.path.dirname(save.path), f"gone-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        os.rename(save.path, gone)
    except FileNotFoundError:
        return
    remove(gone)


def remove(path: str) -> None:
    """Deletes a directory of ours. Raises nothing: what stays is cleared away another time."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def _clear(where: str) -> None:
    """Removes what writers left that were stopped in the middle."""
    for name in _left(where):
        path = os.path.join(where, name)
        try:
            process = int(name.split("-")[1])
            alive = os.path.exists(f"/proc/{process}") if os.path.exists("/proc/self") else _is_alive(process)
            if not alive or time.time() - os.lstat(path).st_mtime > STALE:
                remove(path)
        except (OSError, ValueError, IndexError):
            continue


def _left(where: str) -> Iterator[str]:
    for name in os.listdir(where):
        if name.startswith(("new-", "gone-")):
            yield name


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
