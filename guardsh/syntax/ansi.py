"""Decoding of $'…' (bash manual, ANSI-C Quoting)."""

from __future__ import annotations

from guardsh.patterns import DOTALL, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match

_ESCAPE = compiled(
    r"\\(?:x(?:\{([0-9a-fA-F]+)\}?|([0-9a-fA-F]{1,2}))|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})"
    r"|c(\\\\|.)|(.))",
    DOTALL,
)
_LETTERS = {
    "a": b"\a",
    "b": b"\b",
    "e": b"\x1b",
    "E": b"\x1b",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
    "\\": b"\\",
    "'": b"'",
    '"': b'"',
    "?": b"?",
}


def decode(text: str) -> str:
    """The characters that `text`, the inside of $'…', stands for; the string ends at a NUL, as bash's does.

    Raises ValueError for numbers that UTF-8 has no place for.
    """
    if "\\" not in text:
        return text
    raw, position = bytearray(), 0
    for match in _ESCAPE.finditer(text):
        raw += _bytes(text[position : match.start()])
        raw += _value(match)
        position = match.end()
    raw += _bytes(text[position:])
    return bytes(raw).partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _value(match: Match[str]) -> bytes:
    braced, hexadecimal, short, long, octal, control, letter = match.groups()
    if braced or hexadecimal:
        return bytes([int((braced or hexadecimal)[-2:], 16)])
    if short or long:
        return _code_point(int(short or long, 16))
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if control:
        return bytes([0x7F if control == "?" else _bytes(control)[0] & 0x1F])
    return _LETTERS.get(letter) or b"\\" + _bytes(letter)


def _code_point(number: int) -> bytes:
    """UTF-8 as bash writes it, surrogates and the space beyond Unicode included."""
    if number >= 0x200000:
        raise ValueError(f"no such character: {number:#x}")
    if number > 0x10FFFF:
        return bytes([0xF0 | number >> 18, *(0x80 | number >> shift & 0x3F for shift in (12, 6, 0))])
    return chr(number).encode("utf-8", "surrogatepass")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
