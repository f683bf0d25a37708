"""Matching of values against a rule's globs, where a part of either may be anything."""

from __future__ import annotations

from guardsh.reading.model import ANY, HOLE, SET, STAR, TOKEN

_WILD = HOLE + STAR + TOKEN
_SINGLE = ANY + SET


def matches(pattern: str, text: str) -> bool:
    """Can the text be something that the glob `pattern` (* ? and | for alternatives) names? Case is ignored; [*] is the character.

    Unknown parts of the text match anything: `prod-*` matches `prod-` + HOLE, and HOLE alone.
    """
    pattern, text = pattern.lower(), text.lower()
    if "[*]" in pattern:
        return pattern.replace("[*]", "*") == text.replace(STAR, "*")
    if "|" in pattern:
        return any(_meets(alternative, text) for alternative in pattern.split("|"))
    return _meets(pattern, text)


def _meets(pattern: str, text: str) -> bool:
    if pattern == text or pattern == "*":
        return True
    wild_pattern = "*" in pattern or "?" in pattern
    wild_text = any(mark in text for mark in _WILD + _SINGLE)
    if not wild_pattern and not wild_text:
        return False
    if not wild_text and pattern.count("*") == 1 and "?" not in pattern:
        head, _, tail = pattern.partition("*")
        return len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
    return _intersects(pattern[:300], text[:4000] if wild_text else text)


def _intersects(pattern: str, text: str) -> bool:
    """Do two globs share a string? Row by row over the pattern, like an edit distance."""
    row = [True] + [False] * len(text)
    for place, mark in enumerate(text):
        row[place + 1] = row[place] and mark in _WILD
    for sign in pattern:
        new = [row[0] and sign == "*"] + [False] * len(text)
        for place, mark in enumerate(text):
            if sign == "*":
                new[place + 1] = row[place + 1] or new[place] or row[place]
            elif mark in _WILD:
                new[place + 1] = row[place + 1] or row[place] or new[place]
            elif sign == "?" or mark in _SINGLE or sign == mark:
                new[place + 1] = row[place]
        row = new
    return row[-1]
