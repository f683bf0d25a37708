"""The file that compiled packs are kept in, made so that a command reads only the few records that concern it.

    guardsh-packs\\n  8 bytes: length of the head  head  records

The head holds what the file was made from, what is to be said about it, and where each key's records lie: in buckets,
each of which is parsed when a key of it is asked for. Everything is in Python's `marshal` format. Reading all of the
two megabytes took 4 ms, a seventh of guardsh's start.
"""

from __future__ import annotations

import marshal
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Table = dict[str, Any]
    Signature = tuple[tuple[str, int, int], ...]
    Said = tuple[tuple[str, str], ...]

_MAGIC = b"guardsh-packs\n"
_FRONT = len(_MAGIC) + 8
_FIRST = 1 << 15  # bytes read at first, more than a head has
_BUCKETS = 128


class Compiled:
    """An open file of compiled packs."""

    def __init__(self, file: Any, start: int, signature: Signature, said: Said, buckets: tuple[bytes, ...]) -> None:
        self.signature = signature
        self.said = said
        self._file = file
        self._start = start
        self._buckets = buckets
        self._body = b""

    def records(self, key: str) -> list[Table]:
        """The records of a key, [] for none. Of a broken file raises OSError, EOFError, ValueError or TypeError."""
        place = marshal.loads(self._buckets[_bucket(key)]).get(key)
        if place is None:
            return []
        offset, length = place
        if self._body:
            found = marshal.loads(self._body[offset : offset + length])
        else:
            found = marshal.loads(os.pread(self._file.fileno(), length, self._start + offset))
        return found  # type: ignore[no-any-return]

    def keys(self) -> list[str]:
        """Every key."""
        return [key for bucket in self._buckets for key in marshal.loads(bucket)]

    def hold(self) -> None:
        """Reads the whole file and closes it, for a process that is about to close its descriptors. Raises OSError."""
        self._body = os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size, self._start)
        self._file.close()


def open_compiled(path: str) -> Compiled | None:
    """The compiled packs in a file that nobody else can have written; None without one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        file = open(descriptor, "rb", buffering=0)  # noqa: SIM115 - the result keeps it open
    except OSError:  # a directory
        os.close(descriptor)
        return None
    try:
        state = os.fstat(descriptor)
        if state.st_uid != os.getuid() or state.st_mode & 0o022:
            return None
        front = os.pread(descriptor, _FIRST, 0)
        start = _FRONT + int.from_bytes(front[len(_MAGIC) : _FRONT], "big")
        if not front.startswith(_MAGIC) or start > state.st_size:
            return None
        head = front[_FRONT:start] if start <= _FIRST else os.pread(descriptor, start - _FRONT, _FRONT)
        size, signature, said, buckets = marshal.loads(head)
        if size != state.st_size - start or len(buckets) != _BUCKETS:
            return None
        return Compiled(file, start, signature, said, buckets)
    except (OSError, EOFError, ValueError, TypeError):
        return None


def write_compiled(
    path: str, signature: Signature, index: Mapping[str, list[Table]], said: Iterable[tuple[str, str]]
) -> None:
    """Replaces the compiled file in one step; not being able to is no harm, it is made again next time."""
    places: list[dict[str, tuple[int, int]]] = [{} for _ in range(_BUCKETS)]
    body = bytearray()
    for key, records in index.items():
        record = marshal.dumps(records)
        places[_bucket(key)][key] = (len(body), len(record))
        body += record
    head = marshal.dumps((len(body), signature, tuple(said), tuple(map(marshal.dumps, places))))
    content = _MAGIC + len(head).to_bytes(8, "big") + head + bytes(body)
    temporary = f"{path}.{os.getpid()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            done = os.write(descriptor, content)
        finally:
            os.close(descriptor)
        if done == len(content):
            os.replace(temporary, path)
        else:
            os.unlink(temporary)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass


def _bucket(key: str) -> int:
    """A number that is the same in every process, unlike hash()."""
    return sum(key.encode("utf-8", "surrogatepass")) % _BUCKETS
