"""Whether git holds what a file holds, told by the index alone: no program is started for it.

Format: git's Documentation/gitformat-index.txt, versions 2 and 3. Anything else, and anything racy, isn't told here.
"""

from __future__ import annotations

import os
import stat

LARGEST = 16 << 20  # bytes of an index that is read
_FIELDS = 40  # bytes of an entry in front of the object's name
_EXTENDED = 0x4000
_LENGTH = 0x0FFF


def holds(git_dir: str, top: str, path: str) -> bool:
    """Is it proven that the file at an absolute path is as when it was last added? Its content is among git's objects
    then, and its name in the index.
    """
    prefix = top.rstrip("/") + "/"
    if not path.startswith(prefix):
        return False
    try:
        status = os.lstat(path)
        data, written = _index(f"{git_dir}/index")
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(status.st_mode) or data[:4] != b"DIRC" or data[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
        return False
    return any(_is(data, start, status, written) for start in _entries(data, os.fsencode(path[len(prefix) :])))


def _index(path: str) -> tuple[bytes, int]:
    """The index, and when it was written."""
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError("too large")
        return data, os.fstat(file.fileno()).st_mtime_ns


def _entries(data: bytes, name: bytes) -> list[int]:
    """Where entries of this name begin."""
    found, at = [], data.find(name + b"\0")
    while at > 0:
        for digest in (20, 32):
            for more in (0, 2):
                start = at - more - 2 - digest - _FIELDS
                flags = int.from_bytes(data[at - more - 2 : at - more], "big") if start >= 12 else 0
                extended = bool(flags & _EXTENDED) == bool(more)
                if start >= 12 and extended and flags & _LENGTH == min(len(name), _LENGTH) and not flags & 0x3000:
                    found.append(start)
        at = data.find(name + b"\0", at + 1)
    return found


def _is(data: bytes, start: int, status: os.stat_result, written: int) -> bool:
    """Does the entry at this place tell the file as it is? Times of the index's own last moment tell nothing (racy)."""
    numbers = [int.from_bytes(data[start + place : start + place + 4], "big") for place in range(0, _FIELDS, 4)]
    _, _, seconds, nanoseconds, _, inode, mode, _, _, size = numbers
    if stat.S_IFMT(mode) != stat.S_IFREG or not size or bool(mode & 0o100) != bool(status.st_mode & 0o100):
        return False
    told = seconds * 1_000_000_000 + nanoseconds
    return (
        told == status.st_mtime_ns
        and told < written
        and size == status.st_size & 0xFFFFFFFF
        and inode == status.st_ino & 0xFFFFFFFF
    )
