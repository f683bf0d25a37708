"""The components of a path, and how they fit names and places. A component may hold marks (`guardsh.reading.model`)."""

from __future__ import annotations

from guardsh.reading.model import GLOBS, HOLE, MARKS, STAR, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def could_be(part: str, name: str) -> bool:
    """May a component with marks stand for this name? One without marks: is it this name?"""
    if not any(mark in part for mark in MARKS):
        return part == name
    if not any(char.isalnum() for char in part):
        return False
    return _could_match(part, name)


def _could_match(part: str, name: str) -> bool:
    if not part:
        return not name
    first, rest = part[0], part[1:]
    if first in (STAR, HOLE, TOKEN):
        least = 1 if first == TOKEN else 0
        return any(_could_match(rest, name[index:]) for index in range(least, len(name) + 1))
    if not name:
        return False
    return (first in GLOBS or first == name[0]) and _could_match(rest, name[1:])


def fits(part: str, pattern: str) -> bool:
    """Does a component fit one of the patterns in `known`, where `*` stands for any text?"""
    if "*" not in pattern:
        return part == pattern or (len(part) > 1 and could_be(part, pattern))
    head, tail = pattern.split("*", 1)
    return len(part) >= len(head) + len(tail) and part.startswith(head) and part.endswith(tail)


def starts(place: Place, patterns: Iterable[Place], below: bool = False) -> bool:
    """Is the path one of these places or below it (with `below`: only below)?"""
    return any(len(place) >= len(pattern) + below and all(map(fits, place, pattern)) for pattern in patterns)


def holds(place: Place, patterns: Iterable[Place]) -> bool:
    """Do these components come in a row anywhere in the path?"""
    return any(starts(place[index:], patterns) for index in range(len(place)))


def among(part: str, wanted: Iterable[str]) -> bool:
    """Is the component one of these names, or may it be?"""
    if part in wanted:
        return True
    return any(mark in part for mark in MARKS) and any(could_be(part, name) for name in wanted)
