"""Reading a hook's JSON without the `json` package, whose import (for `re`) costs more than judging most commands."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    from _json import make_scanner
except ImportError:  # a Python without the accelerator
    from json.scanner import make_scanner

_BLANK = " \t\r\n"


def parse(data: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises ValueError (RecursionError if it is nested too deep)."""
    text = data.decode("utf-8-sig")
    try:
        value, end = _scan(text, len(text) - len(text.lstrip(_BLANK)))
    except StopIteration:
        raise ValueError("no JSON value where one is expected") from None
    if text[end:].strip(_BLANK):
        raise ValueError("something follows the JSON value")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")


class _Plain:
    """What the scanner asks of its decoder: nothing but plain values."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(_no_constant)
    memo: dict[str, str] = {}


_scan = make_scanner(_Plain)  # type: ignore[arg-type]
