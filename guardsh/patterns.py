"""Regular expressions that are compiled once for this Python, not at every start.

Importing `re` and compiling the scanner's patterns took 9 ms, a quarter of guardsh's start. `compiled` gives the same
object as re.compile: from the code that the engine was given before, kept in the user's cache for exactly this Python
and these patterns, else from `re`. The engine checks code that it is given; a file that others may write isn't read.
"""

from __future__ import annotations

import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

    Key = tuple[str, int]

DOTALL, VERBOSE = 16, 64  # as in re, without the import
_NAME = "patterns.bin"
_MOST = 300

_kept: dict[Key, bytes] | None = None  # what the cache holds, None until it is looked at
_fresh: dict[Key, bytes] = {}  # what it doesn't hold yet
_objects: dict[Key, re.Pattern[str]] = {}


def compiled(text: str, flags: int = 0) -> re.Pattern[str]:
    """re.compile(text, flags)."""
    found = _objects.get((text, flags))
    if found is None:
        found = _objects[(text, flags)] = _compiled(text, flags)
    return found


def _compiled(text: str, flags: int) -> re.Pattern[str]:
    global _kept
    if _kept is None:
        _kept = _read()
    kept = _kept.get((text, flags))
    if kept is None:
        kept = _fresh[(text, flags)] = marshal.dumps(_arguments(text, flags))
    try:
        if arguments := marshal.loads(kept):
            found: re.Pattern[str] = __import__("_sre").compile(text, *arguments)
            return found
    except Exception:  # no code of this engine: made anew, and kept for the next time
        _fresh[(text, flags)] = marshal.dumps(_arguments(text, flags))
    import re

    return re.compile(text, flags)


def keep() -> None:
    """Keeps what had to be compiled for the next start. Not being able to is no harm."""
    if not _fresh:
        return
    codes = {**(_kept or {}), **_fresh}
    _fresh.clear()
    if len(codes) > _MOST:  # of earlier versions of guardsh
        codes = {key: codes[key] for key in _objects if key in codes}
    content = marshal.dumps((_engine(), codes))
    temporary = ""
    try:
        path = _path()
        temporary = f"{path}.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass


def _path() -> str:
    from guardsh import places

    return os.path.join(places.cache_dir(), _NAME)


def _read() -> dict[Key, bytes]:
    """The codes in the cache, {} if it is missing, another Python's, somebody else's or broken."""
    try:
        descriptor = os.open(_path(), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            state = os.fstat(descriptor)
            if state.st_uid != os.getuid() or state.st_mode & 0o022:
                return {}
            engine, codes = marshal.loads(os.read(descriptor, state.st_size))
        finally:
            os.close(descriptor)
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return codes if engine == _engine() and isinstance(codes, dict) else {}


def _engine() -> tuple[str, int, int]:
    """What codes depend on: the exact Python and its engine."""
    try:
        engine = __import__("_sre")
    except ImportError:
        return (sys.version, 0, 0)
    return (sys.version, engine.MAGIC, engine.CODESIZE)


def _arguments(text: str, flags: int) -> tuple[Any, ...]:
    """The further arguments of the engine's compile function, as `re` computes them; () where this `re` is another."""
    try:
        import re

        new = sys.version_info >= (3, 11)
        compiler = __import__("re._compiler" if new else "sre_compile", fromlist=["_code"])
        parser = __import__("re._parser" if new else "sre_parse", fromlist=["parse"])
        tree = parser.parse(text, flags)
        names = tree.state.groupdict
        groups: list[str | None] = [None] * tree.state.groups
        for name, number in names.items():
            groups[number] = name
        code = [int(one) for one in compiler._code(tree, flags)]
        made = (int(flags | tree.state.flags), code, tree.state.groups - 1, dict(names), tuple(groups))
        return made if __import__("_sre").compile(text, *made) == re.compile(text, flags) else ()
    except Exception:
        return ()
