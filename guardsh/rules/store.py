"""The rules in force for this user: guardsh's packs and the user's own, compiled in the user's cache.

A pack of the user's that breaks keeps its last good version in force, which is remembered in the state directory. If a
pack of guardsh's own breaks, or nothing is remembered of the user's, all packs stay as they were compiled last.
"""

from __future__ import annotations

import os

from guardsh.rules.loading import Keeper, Rules, load
from guardsh.rules.schema import PackError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Table = dict[str, Any]

_LARGEST = 1 << 22  # of a remembered pack, in bytes


def in_force(extra: Sequence[str] = ()) -> Rules:
    """The rules of all packs; `extra` are files or directories of further ones.

    Raises nothing: what is wrong with packs is in `problems` and `warnings` of the rules. Without a usable cache they
    are compiled anew.
    """
    from guardsh import places

    files = files_of(extra)
    try:
        cache: str | None = places.cache_dir()
    except OSError:
        cache = None
    return load(files, cache, Remembered(files))


def files_of(extra: Iterable[str]) -> list[str]:
    """The pack files that files and directories of packs stand for. One that can't be looked into is named itself, so
    that reading it fails and is said.
    """
    files: list[str] = []
    for path in extra:
        if not os.path.isdir(path):
            files.append(path)
            continue
        try:
            files += sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".toml"))
        except OSError:
            files.append(path)
    return list(dict.fromkeys(files))


class Remembered(Keeper):
    """Keeps good versions of the user's own packs in the state directory, and refuses packs that others may write."""

    def __init__(self, own: Iterable[str]) -> None:
        self._own = frozenset(own)

    def check(self, file: str) -> None:
        from guardsh import places

        if file not in self._own:
            return
        try:
            places.check_unwritable(os.path.dirname(os.path.realpath(file)))
            places.check_unwritable(file)
        except places.Unsafe as problem:
            raise PackError(str(problem) if str(problem).startswith(file) else f"{file}: {problem}") from None
        except OSError as error:
            raise PackError(f"{file}: can't be read: {error.strerror or error}") from None

    def keep(self, file: str, pack: Table) -> None:
        import marshal

        if file not in self._own:
            return
        try:
            path = _path(file)
            content = marshal.dumps((file, pack))
            temporary = f"{path[:-30]}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb") as stream:
                stream.write(content)
            os.replace(temporary, path)
        except (OSError, ValueError):
            return  # a later broken pack then means that everything is confirmed

    def last_good(self, file: str) -> Table | None:
        import marshal
        import stat

        if file not in self._own:
            return None
        try:
            descriptor = os.open(_path(file), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
            with open(descriptor, "rb") as stream:
                state = os.fstat(descriptor)
                if state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o077 or state.st_size > _LARGEST:
                    return None
                whose, pack = marshal.loads(stream.read())
        except (OSError, EOFError, ValueError, TypeError):
            return None
        return pack if whose == file and isinstance(pack, dict) else None


def _path(file: str) -> str:
    from guardsh import places

    return os.path.join(places.state_dir("packs"), file.replace("%", "%25").replace("/", "%2F")[-200:])
