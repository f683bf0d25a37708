"""What an expression of a program is, as far as it can be told without running it. Shared by the language readers."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.languages.acts import UNKNOWN, joined
from guardsh.reading.model import ANY, HOLE, MARKS, SET, STAR, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Union

    Thing = Union[Value, "Known", "Items", "Pairs", "Named", "Made", "Bound", "OneOf", "Function"]

LONGEST = 60_000  # characters of a computed text
MOST_CHOICES = 6


class Known(Frozen):
    """A number, truth value or nothing."""

    value: object


class Items(Frozen):
    """A list, tuple or set; `rest` stands for further items of which only the form is known."""

    items: tuple[Thing, ...] = ()
    rest: Thing | None = None


class Pairs(Frozen):
    """A dictionary or object with the keys that are known."""

    items: tuple[tuple[str, Thing], ...] = ()
    open: bool = False  # there may be others

    def get(self, key: str) -> Thing | None:
        """The last value for a key."""
        for name, thing in reversed(self.items):
            if name == key:
                return thing
        return None


class Named(Frozen):
    """Something of a library or built in, by its full name: os.path.join, child_process.exec."""

    name: str


class Made(Frozen):
    """What a call of a named function or class returned."""

    name: str
    arguments: tuple[Thing, ...] = ()
    keywords: tuple[tuple[str, Thing], ...] = ()

    def argument(self, index: int, keyword: str = "") -> Thing | None:
        """An argument by position or keyword."""
        return argument(self.arguments, self.keywords, index, keyword)


class Bound(Frozen):
    """An attribute or method of something that was made."""

    thing: Thing
    name: str


class OneOf(Frozen):
    """One of several, after a condition."""

    things: tuple[Thing, ...]


class Function:
    """A function of the program itself; `node` belongs to the language's tree."""

    __slots__ = ("called", "name", "node", "owner", "scope")

    def __init__(self, name: str, node: object, scope: object) -> None:
        self.name, self.node, self.scope, self.called = name, node, scope, False
        self.owner: Thing | None = None  # of a method: an instance of its class


NOTHING = Known(None)


def argument(
    arguments: Sequence[Thing], keywords: Sequence[tuple[str, Thing]], index: int, keyword: str = ""
) -> Thing | None:
    """An argument by position or keyword; None if it isn't given."""
    if 0 <= index < len(arguments):
        return arguments[index]
    for name, thing in keywords:
        if keyword and name == keyword:
            return thing
    return None


def text(thing: Thing | None) -> Value:
    """The text of a thing; unknown text where it has none. A path object is its path."""
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, Known) and thing.value is not None and not isinstance(thing.value, bool):
        return Value(str(thing.value))
    if isinstance(thing, Made) and thing.name in ("pathlib.Path", "URL", "buffer") and thing.arguments:
        return text(thing.arguments[0])
    if isinstance(thing, OneOf):
        origins = tuple(origin for each in thing.things for origin in text(each).origins)
        return UNKNOWN.but(origins=origins[:8])
    return UNKNOWN


def texts(thing: Thing | None) -> list[Value]:
    """The texts that a thing may be: several for one of several, the items of a list."""
    if isinstance(thing, OneOf):
        return [each for choice in thing.things for each in texts(choice)]
    if isinstance(thing, Items):
        return [each for item in every(thing) for each in texts(item)]
    return [text(thing)]


def every(thing: Thing | None) -> list[Thing]:
    """What iterating over a thing yields."""
    if isinstance(thing, Items):
        return [*thing.items, *([thing.rest] if thing.rest is not None else [])]
    if isinstance(thing, Pairs):
        return [Value(key) for key, _ in thing.items] or [UNKNOWN]
    if isinstance(thing, OneOf):
        return [each for choice in thing.things for each in every(choice)]
    if isinstance(thing, Value):
        return [UNKNOWN.but(origins=thing.origins)]
    if isinstance(thing, (Made, Bound)):
        return [Bound(thing, "[]")]
    return [UNKNOWN]


def one_of(*things: Thing) -> Thing:
    """One of these; equal ones count once, too many are unknown."""
    found: list[Thing] = []
    for thing in things:
        for choice in thing.things if isinstance(thing, OneOf) else (thing,):
            if choice not in found:
                found.append(choice)
    if len(found) == 1:
        return found[0]
    if len(found) > MOST_CHOICES or not found:
        return UNKNOWN
    return OneOf(tuple(found))


def spread(things: Sequence[Thing], call: Callable[[Sequence[Thing]], Thing]) -> Thing:
    """The results of a call for each choice of its arguments."""
    for index, thing in enumerate(things):
        if isinstance(thing, OneOf):
            before, after = things[:index], things[index + 1 :]
            return one_of(*(spread([*before, choice, *after], call) for choice in thing.things))
    return call(things)


def add(left: Thing, right: Thing) -> Thing:
    """What + makes of two things: text, a longer list, a number."""
    if isinstance(left, Items) and isinstance(right, Items):
        return Items((*left.items, *right.items), left.rest or right.rest)
    if isinstance(left, Items) or isinstance(right, Items):
        known = left if isinstance(left, Items) else right
        assert isinstance(known, Items)
        return known.but(rest=known.rest or UNKNOWN) if known is left else UNKNOWN
    if isinstance(left, Known) and isinstance(right, Known):
        one, two = left.value, right.value
        if isinstance(one, (int, float)) and isinstance(two, (int, float)):
            return Known(one + two)
    return concatenated(left, right)


def concatenated(*parts: Thing) -> Value:
    """Texts one after the other; adjoining unknown parts become one."""
    value = joined(*(text(part) for part in parts))
    if len(value.text) > LONGEST:
        return UNKNOWN.but(origins=value.origins)
    while HOLE + HOLE in value.text:
        value = value.but(text=value.text.replace(HOLE + HOLE, HOLE))
    return value


def path_join(*parts: Value) -> Value:
    """Path components joined as os.path.join does: an absolute one begins anew."""
    result = parts[0]
    for part in parts[1:]:
        if part.text.startswith("/"):
            result = part.but(origins=result.origins + part.origins)
        elif not result.text or result.text.endswith("/"):
            result = joined(result, part)
        else:
            result = joined(result, Value("/"), part)
    return result


def normal(path: str) -> str:
    """A path without `.`, `..` and doubled slashes, as far as they are known."""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != ".." and not any(mark in parts[-1] for mark in MARKS):
            parts.pop()
        elif not (part == ".." and not parts and path.startswith("/")):
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts) or "."


def absolute(path: Value, directory: str) -> Value:
    """A path as it stands in a directory."""
    return path.but(text=normal(path.text if path.text.startswith("/") else f"{directory}/{path.text}"))


def globbed(pattern: Value) -> Value:
    """A glob pattern as the paths it yields."""
    return pattern.but(text=pattern.text.translate({ord("*"): STAR, ord("?"): ANY, ord("["): SET}))


def home_expanded(path: Value, home: str) -> Value:
    """`~` at the beginning replaced by the home directory."""
    if path.text == "~" or path.text.startswith("~/"):
        return path.but(text=home + path.text[1:])
    return path


def json_text(thing: Thing | None, depth: int = 0) -> Value:
    """A thing as JSON, unknown parts as marks."""
    import json

    origins = text(thing).origins if isinstance(thing, (Value, OneOf)) else ()
    if isinstance(thing, Value):
        return Value(json.dumps(thing.text, ensure_ascii=False), origins=origins)
    if isinstance(thing, Known):
        return Value(json.dumps(thing.value, default=str))
    if isinstance(thing, Pairs) and depth < 30:
        parts: list[Value] = []
        for key, value in thing.items:
            parts += [
                Value((", " if parts else "") + json.dumps(key, ensure_ascii=False) + ": "),
                json_text(value, depth + 1),
            ]
        return joined(Value("{"), *parts, Value("}"))
    if isinstance(thing, Items) and depth < 30:
        parts = []
        for item in every(thing):
            parts += [Value(", " if parts else ""), json_text(item, depth + 1)]
        return joined(Value("["), *parts, Value("]"))
    return Value(f'"{HOLE}"', origins=origins)


def form_text(thing: Thing | None) -> Value:
    """A dictionary as a form's body; text as it stands."""
    if not isinstance(thing, Pairs):
        return text(thing)
    parts: list[Value] = []
    for key, value in thing.items:
        parts += [Value(("&" if parts else "") + key + "="), text(value)]
    return joined(*parts) if parts else Value("")


def header_values(thing: Thing | None) -> list[Value]:
    """Headers of a dictionary, "Name: value" each."""
    if isinstance(thing, OneOf):
        return [value for choice in thing.things for value in header_values(choice)]
    if isinstance(thing, Items):  # a list of pairs
        pairs = [item for item in thing.items if isinstance(item, Items) and len(item.items) == 2]
        return [joined(text(pair.items[0]), Value(": "), text(pair.items[1])) for pair in pairs]
    if not isinstance(thing, Pairs):
        return []
    return [joined(Value(f"{key}: "), text(value)) for key, value in thing.items]
