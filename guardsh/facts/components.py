"""The components of a path, and how they fit names and places. A component may hold marks (`guardsh.reading.model`)."""

from __future__ import annotations

from guardsh.reading.model import ANY, GLOBS, HOLE, MARKS, SET, STAR, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from guardsh.facts.known import Places

    Parts = Sequence[str]
    Place = tuple[str, ...]

_PRIVATE = frozenset(("tmp", "var", "etc"))  # macOS: /tmp is a link to /private/tmp


def parts_of(path: str) -> tuple[str, ...]:
    """The components of a path."""
    return tuple(part for part in path.split("/") if part)


def public(parts: Parts) -> tuple[str, ...]:
    """Without macOS's /private in front of tmp, var and etc."""
    if len(parts) >= 2 and parts[0] == "private" and parts[1] in _PRIVATE:
        return tuple(parts[1:])
    return tuple(parts)


def is_everything(part: str) -> bool:
    """Does the component match every name, or every name with a dot? `*`, `.*`, `**`, `?*`, `.[!.]*`"""
    return STAR in part and not part.strip(GLOBS + ".")


def base(parts: Parts) -> tuple[tuple[str, ...], bool]:
    """The path without trailing components that match everything, and whether there were some."""
    end = len(parts)
    while end and is_everything(parts[end - 1]):
        end -= 1
    return tuple(parts[:end]), end < len(parts)


def is_marked(part: str) -> bool:
    """Does it hold marks?"""
    return not part.isascii() and any(mark in part for mark in MARKS)


def matches(pattern: str, name: str) -> bool:
    """Does a name fit a pattern with marks? On a mismatch, the last * takes one more character: never more than n * m
    steps.
    """
    at, here, star, mark = 0, 0, -1, 0
    while here < len(name):
        if at < len(pattern) and pattern[at] == STAR:
            star, mark = at, here
            at += 1
        elif at < len(pattern) and (pattern[at] in (ANY, SET) or pattern[at] == name[here]):
            at += 1
            here += 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return all(char == STAR for char in pattern[at:])


def could_be(part: str, name: str) -> bool:
    """May a component with marks stand for this name? (`*` alone stands for no name in particular.) Without marks: is
    it that?
    """
    if not is_marked(part):
        return part == name
    if not any(char.isalnum() for char in part):
        return False
    return matches(part.replace(HOLE, STAR).replace(TOKEN, ANY + STAR), name)


def is_meant(part: str, name: str) -> bool:
    """Does a component stand for this name, and give at least half of it? `*.json` means no file in particular."""
    return _means((part,), (name,))


def starts(place: Place, places: Places, below: bool = False) -> bool:
    """Is the path certainly one of these places or below it (with `below`: only below)?"""
    if not place:
        return False
    return _starts_at(place, 0, places, below)


def _starts_at(place: Place, index: int, places: Places, below: bool = False) -> bool:
    left = len(place) - index - below
    for pattern in places.beginning(place[index]):
        if left >= len(pattern) and all(map(_fits, place[index : index + len(pattern)], pattern)):
            return True
    return False


def holds(place: Place, places: Places) -> bool:
    """Do the components of one of these places certainly come in a row anywhere in the path?"""
    for index in range(len(place)):
        if _starts_at(place, index, places):
            return True
    return False


def may_start(place: Place, places: Places) -> bool:
    """Is the path one of these places or below it, or is that what its globs mean?"""
    if starts(place, places):
        return True
    if not any(map(is_marked, place)):
        return False
    return any(len(place) >= len(pattern) and _means(place, pattern) for pattern in places.every)


def may_hold(place: Place, places: Places) -> bool:
    """Do the components of one of these places come in a row anywhere in the path, or is that what its globs mean?"""
    if holds(place, places):
        return True
    if not any(map(is_marked, place)):
        return False
    return any(may_start(place[index:], places) for index in range(len(place)))


def may_be_among(part: str, wanted: Collection[str]) -> bool:
    """Is the component one of these names, or does its glob mean one?"""
    if part in wanted:
        return True
    return is_marked(part) and any(is_meant(part, name) for name in wanted)


def _fits(part: str, pattern: str) -> bool:
    """Does a component fit one of the patterns in `known`, where `*` stands for any text?"""
    if "*" not in pattern:
        return part == pattern
    head, tail = pattern.split("*", 1)
    return len(part) >= len(head) + len(tail) and part.startswith(head) and part.endswith(tail)


def _means(place: Place, pattern: Place) -> bool:
    """Does each component fit or may stand for the pattern's, and do they give half of it?"""
    if not all(_fits(part, wanted) or _may_stand(part, wanted) for part, wanted in zip(place, pattern)):
        return False
    given = sum(char not in MARKS for part, _ in zip(place, pattern) for char in part)
    return given * 2 >= sum(map(len, pattern))


def _may_stand(part: str, wanted: str) -> bool:
    """could_be, but for a leading dot, which a glob matches only if it is written."""
    if wanted.startswith(".") and part[:1] in (STAR, ANY, SET):
        return False
    return "*" not in wanted and could_be(part, wanted)
