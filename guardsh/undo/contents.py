"""Copies what files hold into a save: packed and shared by SHA-256, cloned where the file system can, or linked.

- Small contents go into packs, one for each thread; the same content is kept once, also across saves.
- Where the file system clones (btrfs, XFS, APFS's like), contents are cloned and not read.
- A link is made only of what the command surely unlinks, that has one name, and that no process has open for writing
  (a lease shows it, fcntl(2)). What is written to it between saving and unlinking shows by its size and time.

A file that changes while it is copied is tried again, and is then not saved.
"""

from __future__ import annotations

import os
import time

from guardsh.undo.store import Entry, NotSaved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Stat = os.stat_result

PACKED = 1 << 20  # bytes from which a content is a file of its own
CLONED = 1 << 15  # bytes from which cloning is cheaper than copying
PIECE = 1 << 20
THREADS = 4
FEW = 48  # files that one thread copies
RECORD = 32 + 8 + 8  # of an index: digest, offset, number of the pack's name
SHARED = 20_000  # records of earlier saves that are looked through for the same content
SHARED_OUT = 2000  # files from which linking is shared among processes
TRIES = 3

_FICLONE = 0x40049409  # ioctl_ficlone(2)
_FICLONERANGE = 0x4020940D
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)
_QUIET = getattr(os, "O_NOATIME", 0)


class Changing(Exception):
    """A file changes while it is copied."""


class Contents:
    """The contents of one save, written into `folder`."""

    def __init__(self, folder: str, deadline: float, earlier: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.deadline = deadline
        self.known: dict[bytes, tuple[str, int]] = {}  # digest -> pack or object, offset
        self.shared: dict[str, str] = {}  # packs and objects of earlier saves, by name
        self.used: set[str] = set()  # of those, the ones that this save needs
        self.clones = True
        self.size = 0
        self.problems: list[tuple[Entry, str]] = []
        for path in earlier:
            if len(self.known) < SHARED:
                self._learn(path)

    def keep(self, entries: list[Entry], links: bool) -> None:
        """Copies the files among the entries and notes where; those that can't be are in `problems`.

        Raises NotSaved if it takes too long, OSError if the save can't be written.
        """
        files = [entry for entry in entries if entry.kind == "file" and entry.size]
        if links:
            files = self._link(files)
        count = 1 if len(files) <= FEW else THREADS
        workers = [_Worker(self, number, files[number::count]) for number in range(count)]
        if count == 1:
            workers[0].run()
        else:
            _together([worker.run for worker in workers])
        for worker in workers:
            self.size += worker.size
            self.problems += worker.problems
            if worker.failure is not None:
                raise worker.failure
        self._share()
        self._write_index(workers)

    def late(self) -> bool:
        return time.monotonic() > self.deadline

    def _link(self, files: list[Entry]) -> list[Entry]:
        """Links what can be, and returns the rest: what has several names, is open for writing, or lies elsewhere."""
        here = os.stat(self.folder).st_dev
        single = [
            n for n, one in enumerate(files) if one.status and (one.status.st_nlink, one.status.st_dev) == (1, here)
        ]
        workers = min(os.cpu_count() or 1, THREADS) if len(single) > SHARED_OUT else 1
        children = [self._in_child(files, single[number::workers]) for number in range(1, workers)]
        made = set(self._linked(files, single[::workers]))
        for number, child in enumerate(children, 1):
            made |= set(_from_child(child) if child else self._linked(files, single[number::workers]))
        if self.late():
            raise NotSaved("saving it takes too long ([undo] max_seconds)")
        for number in made:
            files[number].place = [f"link-{number}", 0, ""]
            self.size += files[number].size
        return [entry for number, entry in enumerate(files) if number not in made]

    def _linked(self, files: list[Entry], numbers: list[int]) -> list[int]:
        """Links some of the files; the numbers of those that were. That nobody writes to one shows a lease, which its
        closing ends; that it is the one that was looked at, its two names and unchanged size and time.
        """
        import fcntl

        lease, made = getattr(fcntl, "F_SETLEASE", None), []
        for count, number in enumerate(numbers):
            if lease is None or count % 64 == 0 and self.late():
                break
            entry, status, path = files[number], files[number].status, f"{self.folder}/link-{number}"
            descriptor = -1
            try:
                descriptor = os.open(entry.path, _OPEN)
                fcntl.fcntl(descriptor, lease, fcntl.F_RDLCK)
                os.link(entry.path, path, follow_symlinks=False)
                now = os.fstat(descriptor)
                if status is None or (now.st_ino, now.st_nlink, now.st_size, now.st_mtime_ns) != (
                    status.st_ino, 2, status.st_size, status.st_mtime_ns,
                ):  # fmt: skip
                    os.unlink(path)
                    continue
                made.append(number)
            except OSError:
                continue
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
        return made

    def _in_child(self, files: list[Entry], numbers: list[int]) -> tuple[int, int] | None:
        """Links some of the files in a process of its own, as threads would wait for each other; its id and the end of a
        pipe. None if there can be no such process.
        """
        try:
            reading, writing = os.pipe()
        except OSError:
            return None
        try:
            child = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            return None
        if child == 0:
            try:
                data = memoryview(",".join(map(str, self._linked(files, numbers))).encode("ascii") + b".")
                while data:
                    data = data[os.write(writing, data) :]
            finally:
                os._exit(0)
        os.close(writing)
        return child, reading

    # ------------------------------------------------------------ what earlier saves hold

    def _learn(self, path: str) -> None:
        try:
            with open(os.path.join(path, "index"), "rb") as file:
                names, records = _split_index(file.read(RECORD * SHARED * 2))
        except (OSError, ValueError):
            return
        for name in names:
            self.shared[name] = os.path.join(path, name)
        for digest, offset, number in records:
            self.known.setdefault(digest, (names[number], offset))

    def held(self, name: str, offset: int, size: int, digest: bytes) -> bool:
        """Does an earlier save still hold what it says? A save must not lean on one that is damaged."""
        from hashlib import sha256

        found = sha256()
        try:
            with open(self.shared[name], "rb") as file:
                file.seek(offset)
                while size:
                    piece = file.read(min(PIECE, size))
                    if not piece:
                        return False
                    found.update(piece)
                    size -= len(piece)
        except OSError:
            return False
        return found.digest() == digest

    def _share(self) -> None:
        """Makes the packs of earlier saves that are used a part of this one."""
        for name in self.used:
            os.link(self.shared[name], os.path.join(self.folder, name))

    def _write_index(self, workers: list[_Worker]) -> None:
        import struct

        found = [(digest, worker.name, offset) for worker in workers for digest, offset in worker.records]
        found += [(digest, name, 0) for worker in workers for digest, name in worker.objects]
        if not found:
            return
        names = list(dict.fromkeys(name for _, name, _ in found))
        numbers = {name: number for number, name in enumerate(names)}
        records = [struct.pack("!32sQQ", digest, offset, numbers[name]) for digest, name, offset in found]
        head = "\n".join(names).encode("ascii")
        with open(os.path.join(self.folder, "index"), "wb") as file:
            file.write(struct.pack("!I", len(head)) + head + b"".join(records))


def _split_index(data: bytes) -> tuple[list[str], list[tuple[bytes, int, int]]]:
    """The names and records of an index. Raises ValueError if it isn't one."""
    import struct

    if len(data) < 4:
        raise ValueError("no index")
    (length,) = struct.unpack("!I", data[:4])
    names = data[4 : 4 + length].decode("ascii").split("\n")
    body = data[4 + length :]
    body = body[: len(body) - len(body) % RECORD]
    records = list(struct.iter_unpack("!32sQQ", body))
    if any(number >= len(names) for _, _, number in records):
        raise ValueError("no index")
    return names, records


def _together(runs: list[Callable[[], None]]) -> None:
    import threading

    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Worker:
    """Copies its share of the files into its own pack."""

    def __init__(self, contents: Contents, number: int, files: list[Entry]) -> None:
        self.contents = contents
        self.files = files
        self.number = number
        self.name = f"pack-{os.urandom(8).hex()}"
        self.pack = -1
        self.offset = 0
        self.size = 0
        self.records: list[tuple[bytes, int]] = []  # digest and offset of what is in the pack
        self.objects: list[tuple[bytes, str]] = []  # digest and name
        self.problems: list[tuple[Entry, str]] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        """Never raises: what went wrong is in `failure`."""
        try:
            for entry in self.files:
                if self.contents.late():
                    raise NotSaved("saving it takes too long ([undo] max_seconds)")
                self._file(entry)
            if self.pack >= 0:
                os.fdatasync(self.pack) if hasattr(os, "fdatasync") else os.fsync(self.pack)
        except Exception as problem:
            self.failure = problem
        finally:
            if self.pack >= 0:
                os.close(self.pack)

    def _file(self, entry: Entry) -> None:
        for _try in range(TRIES):
            try:
                descriptor = _opened(entry.path)
            except OSError as problem:
                self.problems.append((entry, f"can't be read ({problem.strerror})"))
                return
            try:
                self._content(entry, descriptor)
                return
            except Changing:
                time.sleep(0.002)
            finally:
                os.close(descriptor)
        self.problems.append((entry, "changes while it is saved"))

    def _content(self, entry: Entry, descriptor: int) -> None:
        before = os.fstat(descriptor)
        if entry.status is not None and (before.st_ino, before.st_dev) != (entry.status.st_ino, entry.status.st_dev):
            raise Changing
        entry.size, entry.mtime, entry.mode = before.st_size, before.st_mtime_ns, before.st_mode
        if before.st_size >= PACKED:
            self._whole(entry, descriptor, before)
        elif self.contents.clones and before.st_size >= CLONED and self._clone_range(entry, descriptor, before):
            pass
        else:
            self._packed(entry, descriptor, before)
        _check_unchanged(descriptor, before)

    # ------------------------------------------------------------ packs

    def _packed(self, entry: Entry, descriptor: int, status: Stat) -> None:
        from hashlib import sha256

        data = _whole_content(descriptor, status.st_size)
        digest = sha256(data).digest()
        found = self._found(digest, status.st_size)
        if found is None:
            found = (self.name, self._append(data))
            self.contents.known[digest] = found
            self.records.append((digest, found[1]))
        entry.place = [found[0], found[1], digest.hex()]

    def _found(self, digest: bytes, size: int) -> tuple[str, int] | None:
        """Where the same content is kept already, in this save or an earlier one."""
        found = self.contents.known.get(digest)
        if found is None or found[0] not in self.contents.shared:
            return found
        if not self.contents.held(found[0], found[1], size, digest):
            return None
        self.contents.used.add(found[0])
        return found

    def _append(self, data: bytes) -> int:
        start = self.offset
        pack = self._open_pack()
        view = memoryview(data)
        while view:
            written = os.pwrite(pack, view, self.offset)
            self.offset += written
            view = view[written:]
        self.size += len(data)
        return start

    def _open_pack(self) -> int:
        if self.pack < 0:
            self.pack = _created(os.path.join(self.contents.folder, self.name))
        return self.pack

    def _clone_range(self, entry: Entry, descriptor: int, status: Stat) -> bool:
        """Clones a content behind the pack's end, at the next block. The block size is at most 64 KB everywhere."""
        import fcntl
        import struct

        block = max(status.st_blksize, 4096) if status.st_blksize <= 1 << 16 else 1 << 16
        start = -(-self.offset // block) * block
        try:
            fcntl.ioctl(self._open_pack(), _FICLONERANGE, struct.pack("qQQQ", descriptor, 0, 0, start))
        except OSError:
            self.contents.clones = False
            return False
        self.offset = start + status.st_size
        self.size += status.st_size
        entry.place = [self.name, start, ""]
        return True

    # ------------------------------------------------------------ files of their own

    def _whole(self, entry: Entry, descriptor: int, status: Stat) -> None:
        name = f"object-{os.urandom(8).hex()}"
        path = os.path.join(self.contents.folder, name)
        copy = _created(path)
        try:
            digest = (
                b"" if self.contents.clones and self._cloned(copy, descriptor) else self._streamed(copy, descriptor)
            )
            found = self._found(digest, status.st_size)
            if found is None:
                os.fsync(copy)
        finally:
            os.close(copy)
        if found is not None:
            os.unlink(path)
            name = found[0]
        else:
            self.size += status.st_size
            if digest:
                self.contents.known[digest] = (name, 0)
                self.objects.append((digest, name))
        entry.place = [name, 0, digest.hex()]

    def _cloned(self, copy: int, descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.ioctl(copy, _FICLONE, descriptor)
        except OSError:
            self.contents.clones = False
            return False
        return True

    def _streamed(self, copy: int, descriptor: int) -> bytes:
        from hashlib import sha256

        digest = sha256()
        while piece := os.read(descriptor, PIECE):
            if self.contents.late():
                raise NotSaved("saving it takes too long ([undo] max_seconds)")
            digest.update(piece)
            view = memoryview(piece)
            while view:
                view = view[os.write(copy, view) :]
        return digest.digest()


def _from_child(child: tuple[int, int]) -> list[int]:
    """The numbers that a child has linked. Raises NotSaved if it didn't end as it should."""
    process, reading = child
    data = b""
    try:
        while piece := os.read(reading, 1 << 16):
            data += piece
    finally:
        os.close(reading)
        os.waitpid(process, 0)
    if not data.endswith(b"."):
        raise NotSaved("guardsh was stopped while it saved")
    return [int(number) for number in data[:-1].split(b",") if number]


def _opened(path: str) -> int:
    """The file, opened without leaving a trace in its access time where that is allowed."""
    try:
        return os.open(path, _OPEN | _QUIET)
    except PermissionError:
        return os.open(path, _OPEN)


def _created(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _whole_content(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size + 1)
    while len(data) < size:
        piece = os.read(descriptor, size + 1 - len(data))
        if not piece:
            raise Changing
        data += piece
    if len(data) != size:
        raise Changing
    return data


def _check_unchanged(descriptor: int, before: Stat) -> None:
    after = os.fstat(descriptor)
    if (after.st_size, after.st_mtime_ns, after.st_ctime_ns) != (
        before.st_size,
        before.st_mtime_ns,
        before.st_ctime_ns,
    ):
        raise Changing
