"""Small changes to a JSON file's text: what isn't changed keeps its bytes, order, indentation and line ends."""

from __future__ import annotations

import json
import re
from json.decoder import JSONDecodeError, JSONDecoder

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder()


class Broken(ValueError):
    """The text isn't the JSON that is expected; the message says where."""


class _Member(Frozen):
    """A member of an object (with its key) or an element of an array, by its place in the text."""

    key: str
    start: int  # of the key, or of the element
    value: int
    end: int


def parse(text: str) -> Any:
    """The value of a JSON text. Raises Broken with line and column."""
    try:
        return json.loads(text)
    except JSONDecodeError as error:
        raise Broken(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise Broken("it is nested too deep") from None


def append(text: str, keys: tuple[str, ...], value: object) -> str:
    """The text with `value` as the last element of the array under these keys; what is missing on the way is made.

    An empty text counts as an empty object. Raises Broken if something on the way is of another type.
    """
    if not text.strip():
        text = "{}\n"
    parse(text)
    style = _Style(text)
    start = _skip(text, 0)
    for depth, key in enumerate(keys):
        members = _members(text, start, "{", keys[:depth])
        found = [member for member in members if member.key == key]
        if not found:
            made: object = [value]
            for missing in reversed(keys[depth + 1 :]):
                made = {missing: made}
            return _inserted(text, start, members, f"{json.dumps(key)}: {style.value(made, depth + 1)}", style, depth)
        start = found[-1].value
    elements = _members(text, start, "[", keys)
    return _inserted(text, start, elements, style.value(value, len(keys) + 1), style, len(keys))


def remove(text: str, keys: tuple[str, ...], unwanted: Callable[[Any], bool]) -> str:
    """The text without the unwanted elements of the array under these keys, and without what is empty then.

    Raises Broken as `append`. An array or object that was empty before stays.
    """
    parse(text)
    starts = [_skip(text, 0)]
    members: list[_Member] = []
    for depth, key in enumerate(keys):
        found = [member for member in _members(text, starts[-1], "{", keys[:depth]) if member.key == key]
        if not found:
            return text
        members.append(found[-1])
        starts.append(found[-1].value)
    elements = _members(text, starts[-1], "[", keys)
    going = [element for element in elements if unwanted(json.loads(text[element.value : element.end]))]
    if not going:
        return text
    if len(going) < len(elements):
        return _without(text, elements, going)
    for depth in range(len(keys) - 1, 0, -1):
        siblings = _members(text, starts[depth], "{", keys[:depth])
        if len(siblings) > 1:
            return _without(text, siblings, [members[depth]])
    return _without(text, _members(text, starts[0], "{", ()), [members[0]])


class _Style:
    """How the text is laid out."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        found = re.search(r"\n([ \t]+)\S", text)
        self.indent = found[1] if found else "  "
        self.flat = "\n" not in text.strip() and text.strip() not in ("{}", "[]", "")

    def value(self, value: object, depth: int) -> str:
        """A value as it stands at this depth."""
        if self.flat:
            return json.dumps(value, ensure_ascii=False)
        lines = json.dumps(value, ensure_ascii=False, indent=self.indent).split("\n")
        return (self.newline + self.indent * depth).join(lines)

    def gap(self, depth: int) -> str:
        """What stands before a member at this depth."""
        return "" if self.flat else self.newline + self.indent * depth


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None
    return found.end()


def _members(text: str, start: int, opening: str, keys: tuple[str, ...]) -> list[_Member]:
    """The members of the object or array that begins at `start`. Raises Broken if it is something else."""
    if text[start] != opening:
        kind = "an object" if opening == "{" else "an array"
        raise Broken(f"{'.'.join(keys) or 'the whole'} isn't {kind}")
    found: list[_Member] = []
    at = _skip(text, start + 1)
    while text[at] not in "}]":
        first, key = at, ""
        if opening == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        end = _DECODER.raw_decode(text, at)[1]
        found.append(_Member(key, first, at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _inserted(text: str, start: int, members: list[_Member], new: str, style: _Style, depth: int) -> str:
    if members:
        at = members[-1].end
        return f"{text[:at]},{' ' if style.flat else style.gap(depth + 1)}{new}{text[at:]}"
    close = _skip(text, start + 1)
    return f"{text[: start + 1]}{style.gap(depth + 1)}{new}{style.gap(depth)}{text[close:]}"


def _without(text: str, members: list[_Member], going: list[_Member]) -> str:
    """The text without some members, their commas and the blanks before them."""
    for member in reversed(going):
        place = members.index(member)
        if place > 0:
            start, end = members[place - 1].end, member.end
        elif len(members) > 1:
            start, end = member.start, members[1].start
        else:
            start, end = _opening(text, member.start) + 1, _skip(text, member.end)
        text = text[:start] + text[end:]
        members = [other for other in members if other is not member]
        shift = end - start
        members = [
            other
            if other.start < start
            else _Member(other.key, other.start - shift, other.value - shift, other.end - shift)
            for other in members
        ]
    return text


def _opening(text: str, at: int) -> int:
    """Where the bracket before this place is; only blanks are between."""
    at -= 1
    while text[at] in " \t\r\n":
        at -= 1
    return at
