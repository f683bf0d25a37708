"""Is the installed bashlex the one that the tables were computed from?

Reading needs the tables only, so a start-up that leaves site-packages out, and finds no bashlex, is fine.
"""

from __future__ import annotations

import sys

from . import tables

_PRIME = (1 << 61) - 1
_SOURCES = ("parser.py", "tokenizer.py")  # the grammar; the token types and reserved words


def of(folder: str) -> int:
    """Checksum of the bashlex in `folder`. Raises OSError."""
    check = 0
    for name in _SOURCES:
        with open(f"{folder}/{name}", "rb") as file:
            check = (check * 31 + int.from_bytes(file.read(), "big")) % _PRIME
    return check


def fits() -> bool:
    """False if another bashlex is installed. It is found without importing it, which would recompute the tables."""
    for finder in sys.meta_path:
        spec = finder.find_spec("bashlex", None)
        if spec is not None:
            try:
                return any(of(folder) == tables.SIGNATURE for folder in spec.submodule_search_locations or ())
            except OSError:
                return False
    return True
