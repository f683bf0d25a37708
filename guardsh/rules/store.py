"""The rules in force for this user: guardsh's packs and the user's own, compiled in the user's cache."""

from __future__ import annotations

import os

from guardsh.rules.loading import Rules, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def in_force(extra: Sequence[str] = ()) -> Rules:
    """The rules of all packs; `extra` are files or directories of further ones. Without a usable cache they are compiled anew."""
    from guardsh import places

    files: list[str] = []
    for path in extra:
        if os.path.isdir(path):
            files += sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".toml"))
        else:
            files.append(path)
    try:
        cache: str | None = places.cache_dir()
    except OSError:
        cache = None
    return load(files, cache)
