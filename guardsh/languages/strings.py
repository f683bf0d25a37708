"""Text operations that the language readers compute: what is known stays known, what isn't keeps its origins."""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.things import LONGEST, Items, Known, Pairs, concatenated, every, text
from guardsh.reading.model import HOLE, MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.languages.things import Thing


def arithmetic(operator: str, one: object, two: object) -> Thing:
    """Small integer arithmetic, as in chr(0x60 + 12)."""
    if not isinstance(one, int) or not isinstance(two, int) or abs(one) > 1 << 40 or abs(two) > 1 << 40:
        return UNKNOWN
    results = {
        "Sub": one - two,
        "Mult": one * two,
        "BitXor": one ^ two,
        "BitOr": one | two,
        "BitAnd": one & two,
        "Mod": one % two if two else 0,
        "FloorDiv": one // two if two else 0,
    }
    return Known(results[operator]) if operator in results else UNKNOWN


def sliced(whole: Thing, bounds: Sequence[Thing | None]) -> Thing:
    """A slice of known text or of a list."""
    numbers = [bound.value if isinstance(bound, Known) and isinstance(bound.value, int) else None for bound in bounds]
    plain = all(
        bound is None or (isinstance(bound, Known) and isinstance(bound.value, (int, type(None)))) for bound in bounds
    )
    if isinstance(whole, Value):
        if plain and whole.known:
            return whole.but(text=whole.text[slice(*numbers)])
        return UNKNOWN.but(origins=whole.origins)
    if isinstance(whole, Items):
        if plain and whole.rest is None:
            return Items(whole.items[slice(*numbers)])
        return Items((), whole.rest or (whole.items[0] if whole.items else UNKNOWN))
    return UNKNOWN


def formatted(pattern: Value, values: Thing) -> Value:
    """`pattern % values` of printf's kind; unknown or odd conversions are unknown text."""
    given = list(values.items) if isinstance(values, Items) else [values]
    parts: list[Value] = []
    position = count = 0
    for match in re.finditer(r"%(?:\((\w+)\))?([-+ #0]*[\d*.]*)([a-zA-Z%])", pattern.text):
        parts.append(Value(pattern.text[position : match.start()]))
        position = match.end()
        if match[3] == "%":
            parts.append(Value("%"))
            continue
        thing: Thing = UNKNOWN
        if match[1] and isinstance(values, Pairs):
            thing = values.get(match[1]) or UNKNOWN
        elif count < len(given):
            thing = given[count]
        count += 1
        parts.append(text(thing) if match[3] in "sdi" and not match[2] else UNKNOWN.but(origins=text(thing).origins))
    parts.append(pattern.but(text=pattern.text[position:]))
    return concatenated(*parts)


def braced(pattern: Value, arguments: Sequence[Thing], keywords: Sequence[tuple[str, Thing]]) -> Value:
    """`pattern.format(…)`: {}, {0}, {name}; other fields are unknown text."""
    named = dict(keywords)
    parts: list[Value] = []
    position = count = 0
    for match in re.finditer(r"\{\{|\}\}|\{([^{}]*)\}", pattern.text):
        parts.append(Value(pattern.text[position : match.start()]))
        position = match.end()
        field = match[1]
        if field is None:
            parts.append(Value(match[0][0]))
        elif field in named:
            parts.append(text(named[field]))
        elif field == "" or field.isdecimal():
            index = int(field) if field else count
            count += not field
            parts.append(text(arguments[index]) if index < len(arguments) else UNKNOWN)
        else:
            parts.append(UNKNOWN)
    parts.append(pattern.but(text=pattern.text[position:]))
    return concatenated(*parts)


def split(whole: Value, separator: str | None, limit: int = -1) -> Thing:
    """Known text split; of partly unknown text the parts whose ends are known."""
    if not whole.text.strip(MARKS + " "):
        return Items((), UNKNOWN.but(origins=whole.origins))
    parts = whole.text.split(separator, limit)[:2_000] if separator != "" else list(whole.text[:2_000])
    return Items(tuple(whole.but(text=part) for part in parts))


def join(separator: Value, items: Thing) -> Value:
    """Items with a separator between them."""
    parts: list[Value] = []
    for item in every(items)[:5_000]:
        parts += [separator] if parts else []
        parts.append(text(item))
    if not isinstance(items, Items) or items.rest is not None:
        parts.append(UNKNOWN)
    if sum(len(part.text) for part in parts) > LONGEST:
        return UNKNOWN
    return concatenated(*parts) if parts else Value("")


def changed(value: Value, method: str, arguments: Sequence[Thing]) -> Thing:
    """The result of a text method that needs no more than known text; unknown parts stay unknown."""
    given = [text(argument) for argument in arguments]
    if method in ("strip", "lstrip", "rstrip", "trim", "trimEnd", "trimStart", "chomp"):
        characters = given[0].text if given and given[0].known else None
        name = {"trim": "strip", "trimEnd": "rstrip", "trimStart": "lstrip", "chomp": "rstrip"}.get(method, method)
        return value.but(text=getattr(value.text, name)(characters))
    if method in ("lower", "upper", "casefold", "toLowerCase", "toUpperCase", "downcase", "upcase"):
        name = {"toLowerCase": "lower", "toUpperCase": "upper", "downcase": "lower", "upcase": "upper"}.get(
            method, method
        )
        return value.but(text=getattr(value.text, name)())
    if method in ("replace", "replaceAll") and len(given) >= 2 and given[0].known:
        result = value.text.replace(given[0].text, given[1].text) if given[0].text else value.text
        return joined(value, given[1]).but(text=result) if len(result) < LONGEST else UNKNOWN
    if method in ("removeprefix", "removesuffix") and given and given[0].known:
        return value.but(text=getattr(value.text, method)(given[0].text))
    if method in ("capitalize", "title", "swapcase") and value.known:
        return value.but(text=getattr(value.text, method)())
    return UNKNOWN.but(origins=value.origins)


def decoded(value: Value, how: str) -> Value:
    """Text out of base64, hex, rot13 … where it is known; else unknown, with "decoded" as its origin."""
    from guardsh.reading.model import Origin

    unknown = Value(HOLE, origins=(*value.origins, Origin("decoded", how)))
    if not value.known or len(value.text) > LONGEST:
        return unknown
    result = _decode(value.text, how)
    return value.but(text=result) if result is not None else unknown


def _decode(content: str, how: str) -> str | None:
    import base64
    import binascii
    import codecs
    import zlib

    try:
        raw = content.encode("utf-8", "surrogateescape")
    except UnicodeError:
        return None
    ways = {
        "base64": lambda: base64.b64decode(raw + b"=" * (-len(raw.strip()) % 4)),
        "urlsafe": lambda: base64.urlsafe_b64decode(raw + b"=" * (-len(raw.strip()) % 4)),
        "base32": lambda: base64.b32decode(raw),
        "base85": lambda: base64.b85decode(raw),
        "ascii85": lambda: base64.a85decode(raw),
        "hex": lambda: bytes.fromhex(content),
        "rot13": lambda: codecs.encode(content, "rot13").encode(),
        "zlib": lambda: zlib.decompressobj().decompress(raw, LONGEST),
        "gzip": lambda: zlib.decompressobj(31).decompress(raw, LONGEST),
    }
    try:
        return ways[how]().decode("utf-8", "surrogateescape") if how in ways else None
    except (ValueError, binascii.Error, zlib.error, UnicodeError):
        return None
