"""Matching of values against a rule's globs. What isn't known of a value is matched by a wildcard only."""

from __future__ import annotations

from guardsh.reading.model import HOLE, STAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection
    from typing import Union

    Alternative = Union[re.Pattern[str], tuple[str, ...]]

_alternatives: dict[str, tuple[Alternative, ...]] = {}
_kinds: dict[tuple[str, ...], tuple[frozenset[str], frozenset[str], tuple[str, ...]]] = {}


def matches(pattern: str, text: str) -> bool:
    """Is the text one that the glob `pattern` names: * any characters, ? one, [*] the character, | alternatives?

    Case is ignored. An unknown part of the text counts as one character that only * and ? match: `prod-*` names
    `prod-` and something unknown, `prod` doesn't name a text of which nothing is known. `$(*)` names texts with such a
    part.
    """
    if pattern == "*":
        return True
    found = _alternatives.get(pattern)
    if found is None:
        if pattern == "$(*)":
            return HOLE in text
        if "*" not in pattern and "?" not in pattern:
            return text.lower() in pattern.lower().split("|")
        found = _alternatives[pattern] = tuple(map(_alternative, pattern.lower().split("|")))
    text = text.lower()
    return any(_fits(one, text) if isinstance(one, tuple) else one.fullmatch(text) is not None for one in found)


def matches_any(globs: Collection[str], text: str) -> bool:
    """Is the text one that any of these globs names? Long lists are sorted once by what they ask."""
    if len(globs) < 5:
        return any(matches(glob, text) for glob in globs)
    key = tuple(globs)
    kinds = _kinds.get(key)
    if kinds is None:
        kinds = _kinds[key] = _sorted(key)
    exact, names, others = kinds
    lowered = text.lower()
    if lowered in exact:
        return True
    if names:
        before, slash, name = lowered.rpartition("/")
        if slash and name in names:
            return True
    return any(matches(glob, text) for glob in others)


def _sorted(globs: Collection[str]) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """Plain texts, last components (of `*/name`), and the other globs."""
    exact, names, others = set(), set(), []
    for glob in globs:
        for one in [glob] if glob == "$(*)" else glob.split("|"):
            plain = one.removeprefix("*/")
            if "*" in plain or "?" in plain or glob == "$(*)" or "/" in plain and plain != one:
                others.append(one)
            elif plain != one:
                names.add(plain.lower())
            else:
                exact.add(one.lower())
    return frozenset(exact), frozenset(names), tuple(others)


def _alternative(glob: str) -> Alternative:
    """What stands between the stars; of a glob with other wildcards a regular expression, which costs more to make."""
    if "?" not in glob and "[*]" not in glob:
        return tuple(glob.split("*"))
    import re

    return re.compile(_expression(glob), re.S)


def _fits(pieces: tuple[str, ...], text: str) -> bool:
    """Is the text these pieces with anything between them?"""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    place, end = len(first), len(text) - len(last)
    if place > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in pieces[1:-1]:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _expression(glob: str) -> str:
    import re

    made = ""
    for piece in re.split(r"(\[\*\]|\*|\?)", glob):
        if piece == "[*]":
            made += f"[*{STAR}]"
        elif piece == "*":
            made += ".*"
        elif piece == "?":
            made += "."
        else:
            made += re.escape(piece)
    return made
