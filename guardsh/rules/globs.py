"""Matching of values against a rule's globs. What isn't known of a value is matched by a wildcard only."""

from __future__ import annotations

import re

from guardsh.reading.model import HOLE, STAR

_compiled: dict[str, re.Pattern[str]] = {}


def matches(pattern: str, text: str) -> bool:
    """Is the text one that the glob `pattern` names: * any characters, ? one, [*] the character, | alternatives?

    Case is ignored. An unknown part of the text counts as one character that only * and ? match: `prod-*` names
    `prod-` and something unknown, `prod` doesn't name a text of which nothing is known. `$(*)` names texts with such a part.
    """
    if pattern == "*":
        return True
    found = _compiled.get(pattern)
    if found is None:
        if pattern == "$(*)":
            return HOLE in text
        if "*" not in pattern and "?" not in pattern:
            return text.lower() in pattern.lower().split("|")
        found = _compiled[pattern] = re.compile("|".join(map(_expression, pattern.lower().split("|"))), re.S)
    return found.fullmatch(text.lower()) is not None


def _expression(glob: str) -> str:
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
