"""One configuration file: reading it, checking it, its last good version, and a person's trust in it.

TOML is parsed only where the bytes differ from the last good version, which is kept parsed in the state directory: a
parser's import is a third of guardsh's start.
"""

from __future__ import annotations

import os
import stat

from guardsh import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Table = dict[str, Any]

ENFORCE = "enforce"
OBSERVE = "observe"
INLINE = "inline"
UNLOCKED = "unlocked"
LARGEST = 1 << 20  # of a configuration file, in bytes

# confirm from, refuse from, points off a local loss on a throw-away file system, waits for an answer
PROFILES = {
    "relaxed": (60, 90, 0, True),
    "standard": (40, 90, 0, True),
    "strict": (20, 90, 0, True),
    "unattended": (40, 90, 40, False),
}


class Bad(ValueError):
    """A configuration that can't be used; says which file, which key, and what was probably meant."""


def content_of(path: str, own: bool) -> bytes:
    """The bytes of a configuration file. Raises OSError; Unsafe if it must be one's `own` and others may write it."""
    if own:
        places.check_unwritable(os.path.dirname(os.path.realpath(path)))
        places.check_unwritable(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Bad(f"{path}: not a plain file")
        content = os.read(descriptor, LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > LARGEST:
        raise Bad(f"{path}: larger than {LARGEST} bytes")
    return content


def table_of(path: str, content: bytes) -> Table:
    """The checked table of a file; not parsed again where the last good version has the same bytes. Raises Bad."""
    good = kept(path)
    if good is not None and good[0] == content:
        table = good[1]
    else:
        table = _parsed(path, content)
    check(table, path)
    return table


def _parsed(path: str, content: bytes) -> Table:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Bad(f"{path}: {error}") from None


# ---------------------------------------------------------------- the last good version


def kept(path: str) -> tuple[bytes, Table] | None:
    """Bytes and table of a file's last good version, None without one or where it can't be relied on."""
    import marshal

    try:
        whose, content, table = marshal.loads(_private_bytes("config", path))
    except (OSError, EOFError, ValueError, TypeError):
        return None
    if whose != path or not isinstance(content, bytes) or not isinstance(table, dict):
        return None
    return content, table


def keep(path: str, content: bytes, table: Table) -> None:
    """Remembers a good version. Where that can't be done, a later broken file means that everything is confirmed."""
    import marshal

    good = kept(path)
    if good is not None and good[0] == content:
        return
    try:
        _write_private("config", path, marshal.dumps((path, content, table)))
    except (OSError, ValueError):
        return


# ---------------------------------------------------------------- trust


def trusted(path: str, content: bytes) -> bool:
    """Has a person trusted this path with exactly this content?"""
    try:
        return _private_bytes("trust", path) == os.fsencode(path) + b"\0" + content
    except OSError:
        return False


def trust(path: str) -> None:
    """Trusts a project file as it is now. Raises Bad if it can't be used, OSError if trust can't be kept."""
    path = os.path.abspath(path)
    trust_content(path, content_of(path, own=False))


def trust_content(path: str, content: bytes) -> None:
    """Trusts an absolute path with this content, which a person has seen. Raises as `trust`."""
    check(_parsed(path, content), path)
    _write_private("trust", path, os.fsencode(path) + b"\0" + content)


def distrust(path: str) -> bool:
    """Takes trust in a project file back; says whether there was any. Raises OSError."""
    try:
        os.unlink(_private_path("trust", os.path.abspath(path)))
    except FileNotFoundError:
        return False
    return True


# ---------------------------------------------------------------- what is kept about a file


def _private_path(kind: str, path: str) -> str:
    return os.path.join(places.state_dir(kind), path.replace("%", "%25").replace("/", "%2F")[-200:])


def _private_bytes(kind: str, path: str) -> bytes:
    """What was kept, if nobody but this user can have written or read it. Raises OSError."""
    descriptor = os.open(_private_path(kind, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise places.Unsafe(f"what is kept about {path} is open to others")
        return os.read(descriptor, 4 * LARGEST)
    finally:
        os.close(descriptor)


def _write_private(kind: str, path: str, content: bytes) -> None:
    """Keeps bytes in one step, whole or not at all. Raises OSError."""
    kept = _private_path(kind, path)
    temporary = f"{kept[:-30]}.{os.getpid()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, kept)
    except OSError:
        os.unlink(temporary)
        raise


# ---------------------------------------------------------------- checking a table

_CHOICES = {
    "mode": (ENFORCE, OBSERVE),
    "profile": tuple(PROFILES),
    "confirm.terminal": (INLINE, UNLOCKED),
}
KINDS = {
    "mode": "choice",
    "profile": "choice",
    "confirm_from": "score",
    "refuse_from": "score",
    "bash": "program",
    "sh": "program",
    "zsh": "program",
    "packs": "texts",
    "on_request": "texts",
    "confirm": "table",
    "confirm.terminal": "choice",
    "confirm.notify": "truth",
    "confirm.wait": "seconds",
    "audit": "table",
    "audit.required": "truth",
    "undo": "table",
    "undo.enabled": "truth",
    "undo.max_bytes": "count",
    "undo.max_age_days": "count",
    "undo.max_files": "count",
    "undo.max_seconds": "count",
    "pack": "table",
    "pack.*": "table",
    "pack.*.refuse_from": "score",
    "rules": "table",
    "rules.disable": "table",
    "rules.disable.*": "reason",
    "rules.score": "table",
    "rules.score.*": "table",
    "rules.score.*.score": "score",
    "rules.score.*.reason": "reason",
}
_WANTED = {
    "score": "a whole number from 0 to 100",
    "seconds": "a whole number of seconds from 0 to 600",
    "program": "an absolute path",
    "texts": "a list of texts",
    "table": "a table",
    "truth": "true or false",
    "count": "a whole number from 1",
    "reason": "a text that says why",
}


def check(table: Table, path: str) -> None:
    """Raises Bad, naming file, key and the nearest spelling, unless the table is a valid configuration."""
    _check_keys(table, "", "", path)
    low, high = table.get("confirm_from"), table.get("refuse_from")
    if low is not None and high is not None and low > high:
        raise Bad(f"{path}: confirm_from {low} is above refuse_from {high}")


def _check_keys(table: Table, shown: str, pattern: str, path: str) -> None:
    for key, value in table.items():
        place, kind_of = f"{shown}{key}", f"{pattern}{key}"
        if kind_of not in KINDS:
            kind_of = f"{pattern}*"
        if kind_of not in KINDS:
            raise Bad(f'{path}: unknown key "{place}"{_nearest(place, pattern)}')
        check_value(value, place, kind_of, path)
        if KINDS[kind_of] == "table":
            _check_keys(value, f"{place}.", f"{kind_of}.", path)
    if pattern == "rules.score.*." and set(table) != {"score", "reason"}:
        raise Bad(f"{path}: {shown[:-1]} needs score and reason")


def check_value(value: object, place: str, kind_of: str, path: str) -> None:
    kind = KINDS[kind_of]
    if kind == "choice":
        if value not in _CHOICES[kind_of]:
            raise Bad(f"{path}: {place} is one of {', '.join(_CHOICES[kind_of])}, not {value!r}")
    elif not _fits(value, kind):
        raise Bad(f"{path}: {place} is {_WANTED[kind]}, not {value!r}")


def _fits(value: object, kind: str) -> bool:
    if kind == "score":
        return type(value) is int and 0 <= value <= 100
    if kind == "seconds":
        return type(value) is int and 0 <= value <= 600
    if kind == "truth":
        return type(value) is bool
    if kind == "count":
        return type(value) is int and value > 0
    if kind == "table":
        return isinstance(value, dict)
    if kind == "texts":
        return isinstance(value, list) and all(isinstance(text, str) and text for text in value)
    if kind == "program":
        return isinstance(value, str) and value.startswith("/")
    return isinstance(value, str) and bool(value.strip())


def _nearest(place: str, pattern: str) -> str:
    import difflib

    known = [key for key in KINDS if "*" not in key]
    near = difflib.get_close_matches(place, known, 1, 0.5) if "*" not in pattern else ["refuse_from"]
    return f'; did you mean "{near[0]}"?' if near else ""
