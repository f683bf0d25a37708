"""The audit log: one JSON object a line for every verdict, passes too, in the state directory.

    log.jsonl            the newest entries
    log.000001.jsonl     older ones, the lowest number first
    side-1.jsonl …       what writers wrote that couldn't get at log.jsonl in time, because somebody stopped or slept
                         while writing; readers put all of them into order by time

Every entry holds the hash of the entry before it in its file, or in the file before (`prev`), and its own (`hash`:
SHA-256 of the line without that field), so that a changed, removed or inserted line shows (`verify`). It is evidence
against accidents and careless hands: who owns the account can write the whole chain anew.
"""

from __future__ import annotations

import fcntl
import os
import stat
import sys
import time

try:
    from _json import encode_basestring_ascii as _quoted
except ImportError:  # a Python without the accelerator
    from json.encoder import py_encode_basestring_ascii as _quoted

from guardsh import places
from guardsh.frozen import Frozen
from guardsh.record.redact import redact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from guardsh.verdict import Verdict

# What became of a command.
RAN = "ran"  # passed
OBSERVED = "observed"  # would have been stopped, and ran because the mode is observe
BLOCKED = "blocked"  # refused, or nobody to ask
ASKED = "asked"  # handed to the agent's own dialog
YES = "asked-yes"  # a person typed the phrase, or had approved it
NO = "asked-no"
LIKE = "like-yes"  # a person had allowed its like in this session
# What a person said to a request, before the command comes again.
APPROVED = "approved"
DENIED = "denied"

TEXT_BYTES = 4096  # of a command's text; the rest is told by its length and hash
FIELD_CHARS = 1024
RULES = 20
LOCK_SECONDS = 0.05
SIDES = 64
FILE_BYTES = 8 << 20
FILES_KEPT = 64  # of each kind, older ones are deleted

_HASH_FIELD = b',"hash":"'
_ENDING_BYTES = len(_HASH_FIELD) + 64 + len(b'"}\n')
_TAIL_BYTES = 1 << 20


class Entry(Frozen):
    """One verdict and what became of it. Texts are redacted when it is written."""

    text: str
    action: str  # pass, confirm or refuse
    outcome: str  # RAN, BLOCKED …
    score: int = 0
    rules: tuple[str, ...] = ()
    understood: bool = True
    agent: str = ""
    session: str = ""
    directory: str = ""
    request: str = ""  # id of the request that a person answers
    seconds: float = 0.0  # that a person took to answer
    saved: str = ""  # how to bring back what it took, or why that can't be


class Busy(OSError):
    """No file of the log could be locked in time."""


def entry(
    verdict: Verdict,
    outcome: str,
    *,
    agent: str = "",
    session: str = "",
    directory: str = "",
    request: str = "",
    seconds: float = 0.0,
    saved: str = "",
) -> Entry:
    """The entry for a verdict."""
    rules = tuple(dict.fromkeys(finding.rule for finding in verdict.findings))[:RULES]
    return Entry(
        verdict.text,
        verdict.action,
        outcome,
        verdict.score,
        rules,
        verdict.understood,
        agent,
        session,
        directory,
        request,
        seconds,
        saved,
    )


def write(entry: Entry, folder: str = "", *, file_bytes: int = FILE_BYTES) -> bool:
    """Appends an entry to the log in `folder` (default: log/ in the state directory); was it written, whole?

    Raises nothing. That the log can't be written is said on stderr, once an hour.
    """
    try:
        _append(folder or places.state_dir("log"), _fields(entry), file_bytes)
        return True
    except Exception as problem:
        _say_unwritten(problem)
        return False


# ---------------------------------------------------------------- one line


def _fields(entry: Entry) -> str:
    """The entry's fields as JSON, without braces, `prev` and `hash`."""
    text, cut = _bounded(redact(entry.text))
    if entry.seconds:
        cut = f',"seconds":{entry.seconds:.1f}{cut}'
    if entry.saved:
        cut = f',"saved":{_short(entry.saved)}{cut}'
    return (
        f'"time":"{_now()}","action":{_quoted(entry.action)},"outcome":{_quoted(entry.outcome)},"score":{int(entry.score)},'
        f'"rules":[{",".join(map(_quoted, entry.rules))}],"understood":{"true" if entry.understood else "false"},'
        f'"agent":{_short(entry.agent)},"session":{_short(entry.session)},"directory":{_short(entry.directory)},'
        f'"request":{_quoted(entry.request)},"text":{_quoted(text)}{cut}'
    )


def _short(text: str) -> str:
    return _quoted(redact(text[:FIELD_CHARS])) if text else '""'


def _bounded(text: str) -> tuple[str, str]:
    """A redacted text cut to what the log holds, and the further fields that tell what was cut."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= TEXT_BYTES:
        return text, ""
    kept = raw[:TEXT_BYTES].decode("utf-8", "ignore")
    return kept, f',"length":{len(raw)},"sha256":"{_sha256(raw)}"'


def _now() -> str:
    seconds = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1e6) % 1_000_000:06d}Z"


def _sha256(data: bytes) -> str:
    # The module behind hashlib, which costs a millisecond to import because it loads OpenSSL.
    for module in ("_sha2", "_sha256", "hashlib"):
        try:
            return str(__import__(module).sha256(data).hexdigest())
        except ImportError:
            continue
    raise OSError("this Python has no SHA-256")


def _line(fields: str, previous: str) -> bytes:
    body = f'{{"prev":"{previous}",{fields}}}'.encode("ascii")
    return body[:-1] + _HASH_FIELD + _sha256(body).encode("ascii") + b'"}\n'


def _hash_in(line: bytes) -> str:
    """The hash at the end of a whole line; "" if it has none."""
    ending = line[-_ENDING_BYTES:]
    if not ending.startswith(_HASH_FIELD) or not ending.endswith(b'"}\n'):
        return ""
    return ending[len(_HASH_FIELD) : -3].decode("ascii", "replace")


def _is_intact(line: bytes) -> bool:
    found = _hash_in(line)
    return bool(found) and _sha256(line[:-_ENDING_BYTES] + b"}") == found


# ---------------------------------------------------------------- appending


def _append(folder: str, fields: str, file_bytes: int) -> None:
    while True:
        descriptor, stem = _open_locked(folder)
        try:
            size = os.fstat(descriptor).st_size
            previous = _last_hash(descriptor, size) if size else _hash_before(folder, stem)
            seal = b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
            line = seal + _line(fields, previous)
            if size and size + len(line) > file_bytes:
                _rotate(folder, stem)
                continue
            if os.write(descriptor, line) != len(line):
                os.ftruncate(descriptor, size)
                raise OSError("no space left for the log")
            return
        finally:
            os.close(descriptor)


def _open_locked(folder: str) -> tuple[int, str]:
    """A file of the log, open and locked, and its name's stem. Raises Busy or another OSError."""
    deadline = time.monotonic() + LOCK_SECONDS
    while (descriptor := _try_lock(folder, "log")) < 0:
        if time.monotonic() > deadline:
            return _open_side(folder)
        time.sleep(0.001)
    return descriptor, "log"


def _open_side(folder: str) -> tuple[int, str]:
    for number in range(1, SIDES + 1):
        stem = f"side-{number}"
        descriptor = _try_lock(folder, stem)
        if descriptor >= 0:
            return descriptor, stem
    raise Busy("every file of the log is being written by a process that doesn't go on")


def _try_lock(folder: str, stem: str) -> int:
    """The locked file, or -1 if somebody else has the lock or has just put another file in its place."""
    path = os.path.join(folder, f"{stem}.jsonl")
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            raise places.Unsafe(f"{path} isn't a plain file of this user")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.stat(path), found):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return -1


def _last_hash(descriptor: int, size: int) -> str:
    """The hash of the last whole line; "" if there is none."""
    ending = os.pread(descriptor, _ENDING_BYTES, max(size - _ENDING_BYTES, 0))
    if found := _hash_in(ending):
        return found
    start = max(size - _TAIL_BYTES, 0)
    for line in reversed(os.pread(descriptor, size - start, start).splitlines(keepends=True)):
        if found := _hash_in(line):
            return found
    return ""


def _hash_before(folder: str, stem: str) -> str:
    """What an empty file's first entry follows: the newest full file's last one; beside it, the last of log.jsonl."""
    older = _numbered(os.listdir(folder), stem)
    path = os.path.join(folder, older[-1] if older else "log.jsonl")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        return _last_hash(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def _numbered(names: list[str], stem: str) -> list[str]:
    """The full files of a stem, oldest first."""
    found = []
    for name in names:
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == stem and parts[2] == "jsonl" and parts[1].isdecimal():
            found.append((int(parts[1]), name))
    return [name for _, name in sorted(found)]


def _rotate(folder: str, stem: str) -> None:
    """Gives the current file, which is locked, its number; the oldest go."""
    older = _numbered(os.listdir(folder), stem)
    number = int(older[-1].split(".")[1]) + 1 if older else 1
    os.rename(os.path.join(folder, f"{stem}.jsonl"), os.path.join(folder, f"{stem}.{number:06d}.jsonl"))
    for name in older[: max(len(older) + 1 - FILES_KEPT, 0)]:
        os.unlink(os.path.join(folder, name))


def _say_unwritten(problem: Exception) -> None:
    """Says it on stderr, unless it was said within the hour. That is noted outside of the home, which may be full."""
    path = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"guardsh-{os.getuid()}-unlogged")
    try:
        if time.time() - os.lstat(path).st_mtime < 3600:
            return
        os.unlink(path)
    except OSError:
        pass
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except OSError:
        pass
    said = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    place = getattr(problem, "filename", None)
    where = f"{place}: {said}" if isinstance(place, str) else said
    try:
        sys.stderr.write(f"guardsh: verdicts aren't recorded, the log can't be written: {where}\n")
    except (OSError, ValueError, AttributeError):
        pass


# ---------------------------------------------------------------- reading


def read(folder: str = "") -> Iterator[dict[str, Any]]:
    """Every entry of all files, by time. Lines that are no entries are left out. Raises OSError."""
    from heapq import merge

    lanes = _lanes(folder or places.state_dir("log"))
    yield from merge(*(_entries(files) for files in lanes.values()), key=_time_of)


def recent(folder: str = "", size: int = 1 << 18) -> list[dict[str, Any]]:
    """The entries within the last `size` bytes of each current file, by time. Raises OSError."""
    folder = folder or places.state_dir("log")
    found: list[dict[str, Any]] = []
    for path, about in _stats(folder):
        if path.rpartition("/")[2].count(".") > 1:
            continue  # a full file
        start = max(about.st_size - size, 0)
        lines, _ = _lines_from(path, start)
        found += [one for line in lines if (one := _parsed(line)) is not None]
    return sorted(found, key=_time_of)


def follow(folder: str = "", pause: float = 0.3) -> Iterator[dict[str, Any] | None]:
    """The entries written from now on, as they come, and None before each pause. Raises OSError."""
    folder = folder or places.state_dir("log")
    seen = {(found.st_dev, found.st_ino): found.st_size for _, found in _stats(folder)}
    while True:
        fresh: list[dict[str, Any]] = []
        for path, found in _stats(folder):
            key = (found.st_dev, found.st_ino)
            lines, seen[key] = _lines_from(path, seen.get(key, 0))
            fresh += [one for line in lines if (one := _parsed(line)) is not None]
        yield from sorted(fresh, key=_time_of)
        yield None
        time.sleep(pause)


def _stats(folder: str) -> list[tuple[str, os.stat_result]]:
    found = []
    for files in _names(folder).values():
        for name in files:
            path = os.path.join(folder, name)
            try:
                found.append((path, os.stat(path)))
            except FileNotFoundError:
                continue
    return found


def _lines_from(path: str, offset: int) -> tuple[list[bytes], int]:
    """The whole lines from an offset on, and where they end."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    whole = data[: data.rfind(b"\n") + 1]
    return whole.splitlines(keepends=True), offset + len(whole)


def _time_of(record: dict[str, Any]) -> str:
    return str(record.get("time", ""))


def _names(folder: str) -> dict[str, list[str]]:
    """The log's file names by stem, in order."""
    names = os.listdir(folder)
    stems = ["log", *(f"side-{number}" for number in range(1, SIDES + 1))]
    return {
        stem: _numbered(names, stem) + ([f"{stem}.jsonl"] if f"{stem}.jsonl" in names else [])
        for stem in stems
        if f"{stem}.jsonl" in names or _numbered(names, stem)
    }


def _lanes(folder: str) -> dict[str, list[tuple[str, Any]]]:
    """By stem, the name and the open file of each; taken again if a rotation came between."""
    for _ in range(5):
        names = _names(folder)
        lanes = {stem: [(name, _open(folder, name)) for name in files] for stem, files in names.items()}
        if names == _names(folder):
            break
    return {stem: [(name, file) for name, file in files if file is not None] for stem, files in lanes.items()}


def _open(folder: str, name: str) -> Any:
    try:
        return open(os.path.join(folder, name), "rb")  # closed by who reads it
    except FileNotFoundError:
        return None


def _entries(files: list[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    for _, file in files:
        with file:
            for line in file:
                record = _parsed(line)
                if record is not None:
                    yield record


def _parsed(line: bytes) -> dict[str, Any] | None:
    import json

    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("hash"), str) else None


# ---------------------------------------------------------------- checking


class Report(Frozen):
    """What `verify` found."""

    entries: int
    files: int
    problems: tuple[str, ...] = ()  # changed, removed or inserted lines
    notes: tuple[str, ...] = ()  # lines cut off by a crash: nothing after them is in doubt


def verify(folder: str = "") -> Report:
    """Follows the chain through all files. Raises OSError.

    What nothing follows can go unseen: entries cut from the end of the newest file, or a whole side file.
    """
    lanes = _lanes(folder or places.state_dir("log"))
    chain = _Chain()
    for stem, files in lanes.items():
        chain.begin(stem, files[0][0] if files else "")
        for name, file in files:
            with file:
                for number, line in enumerate(file, 1):
                    chain.add(line, f"{name}, line {number}")
    return Report(chain.count, sum(map(len, lanes.values())), tuple(chain.problems), tuple(chain.notes))


class _Chain:
    """The state of following the chain; log.jsonl comes first, because the side files hang on it."""

    def __init__(self) -> None:
        self.count = 0
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.hashes = {""}  # of the main files
        self.whole = True  # are the main files' first entries there?
        self.main = True
        self.previous: str | None = ""  # None: not known

    def begin(self, stem: str, first: str) -> None:
        """Entries of the files of a stem follow, of which `first` is the oldest that is left."""
        self.main = stem == "log"
        complete = first in (f"{stem}.jsonl", f"{stem}.000001.jsonl")
        self.whole = complete if self.main else self.whole
        self.previous = "" if complete and self.main else None

    def add(self, line: bytes, place: str) -> None:
        found = _hash_in(line)
        if not found:
            (self.notes if _is_cut_off(line) else self.problems).append(f"{place}: isn't a whole entry")
            return
        self.count += 1
        if not _is_intact(line):
            self.problems.append(f"{place}: was changed after it was written")
        if not self._continues(_previous_in(line)):
            self.problems.append(f"{place}: doesn't follow the entry before it; something is missing or was added")
        self.previous = found
        if self.main:
            self.hashes.add(found)

    def _continues(self, follows: str) -> bool:
        if self.previous is not None:
            return follows == self.previous
        return self.main or not self.whole or follows in self.hashes


def _previous_in(line: bytes) -> str:
    start = len(b'{"prev":"')
    return line[start : max(line.find(b'"', start), start)].decode("ascii", "replace")


def _is_cut_off(line: bytes) -> bool:
    return line.startswith(b"{") and not line.rstrip(b"\n").endswith(b"}")
