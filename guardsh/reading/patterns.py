"""Shell patterns (bash manual, 3.5.8.1), and the expansions of ${…} that use them.

No regular expressions but for single characters: a pattern is a judged text's own, and must not cost time without end.
"""

from __future__ import annotations

from guardsh.reading.model import ANY, GLOBS, HOLE, SET, STAR, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Union

    Token = Union[str, "_Bracket"]

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9a-fA-F", "word": r"\w", "cntrl": r"\x00-\x1f", "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}  # fmt: skip


LONGEST = 300  # characters of a text in which every match of a pattern with * is looked for
_EXTENDED = ("@(", "+(", "!(", "*(", "?(", STAR + "(", ANY + "(")


class _Bracket:
    """[…]: the characters that it matches."""

    def __init__(self, inside: str) -> None:
        import re

        try:
            self.rule: re.Pattern[str] | None = re.compile(_bracket(inside), re.S)
        except re.error:
            self.rule = None

    def fits(self, sign: str) -> bool:
        """A bracket that makes no expression fits."""
        return self.rule is None or self.rule.match(sign) is not None


def _tokens(pattern: str) -> list[Token]:
    """The parts of a pattern whose active characters are marks: STAR, ANY, a character, a bracket expression."""
    made: list[Token] = []
    place = 0
    while place < len(pattern):
        sign = pattern[place]
        place += 1
        if sign in (STAR, HOLE, TOKEN):
            if made[-1:] != [STAR]:
                made.append(STAR)
        elif sign == SET:
            end = _bracket_end(pattern, place)
            if end is None:
                made.append("[")
            else:
                made.append(_Bracket(pattern[place:end]))
                place = end + 1
        else:
            made.append(sign)
    return made


def _is(token: Token, sign: str) -> bool:
    if isinstance(token, _Bracket):
        return token.fits(sign)
    return token == ANY or token == sign


def _ends(tokens: list[Token], text: str, start: int) -> list[int]:
    """Where a match that begins at `start` may end, in ascending order. Takes tokens times characters steps."""
    places = {start}
    for token in tokens:
        if token == STAR:
            places = set(range(min(places), len(text) + 1))
        else:
            places = {place + 1 for place in places if place < len(text) and _is(token, text[place])}
        if not places:
            return []
    return sorted(places)


def _starts(tokens: list[Token], text: str) -> list[int]:
    """Where a match that ends with the text may begin, in ascending order."""
    places = {len(text)}
    for token in reversed(tokens):
        if token == STAR:
            places = set(range(max(places) + 1))
        else:
            places = {place - 1 for place in places if place > 0 and _is(token, text[place - 1])}
        if not places:
            return []
    return sorted(places)


def _bracket_end(pattern: str, place: int) -> int | None:
    if pattern[place : place + 1] in ("!", "^"):
        place += 1
    if pattern[place : place + 1] == "]":
        place += 1
    while place < len(pattern) and pattern[place] != "]":
        if pattern[place] in ("[", SET) and pattern[place + 1 : place + 2] == ":":
            close = pattern.find(":]", place)
            place = close + 1 if close >= 0 else place
        place += 1
    return place if place < len(pattern) else None


def _bracket(inside: str) -> str:
    negated = inside[:1] in ("!", "^")
    inside = inside[1:] if negated else inside
    inside = inside.replace(SET, "[").replace(STAR, "*").replace(ANY, "?")
    for name, members in _CLASSES.items():
        inside = inside.replace(f"[:{name}:]", f"\0{members}\0")
    parts = inside.split("\0")
    made = "".join(p if n % 2 else p.replace("\\", "\\\\").replace("[", r"\[").replace("]", r"\]").replace("^", r"\^") for n, p in enumerate(parts))
    return f"[{'^' if negated else ''}{made}]" if made else "."


def extended(pattern: str) -> bool:
    """Does it hold an extended pattern, @(a|b) and its kin, which isn't read here?"""
    return "(" in pattern and any(sign in pattern for sign in _EXTENDED)


def fits(pattern: str, text: str) -> bool:
    """Does the whole text match the pattern? One that can't be read fits."""
    return extended(pattern) or len(text) in _ends(_tokens(pattern), text, 0)


def without_prefix(text: str, pattern: str, longest: bool) -> str:
    """${text#pattern}, ${text##pattern}; HOLE where that can't be known"""
    if extended(pattern):
        return HOLE
    ends = _ends(_tokens(pattern), text, 0)
    return text[ends[-1 if longest else 0] :] if ends else text


def without_suffix(text: str, pattern: str, longest: bool) -> str:
    """${text%pattern}, ${text%%pattern}; HOLE where that can't be known"""
    if extended(pattern):
        return HOLE
    starts = _starts(_tokens(pattern), text)
    return text[: starts[0 if longest else -1]] if starts else text


def replaced(text: str, pattern: str, by: str, how: str) -> str:
    """${text/pattern/by}; how is "/", "//" (all), "/#" (at the start) or "/%" (at the end); HOLE where that can't be known."""
    if not pattern:
        return text
    tokens = _tokens(pattern)
    if extended(pattern) or STAR in tokens and len(text) > LONGEST:
        return HOLE
    if how == "/#":
        ends = _ends(tokens, text, 0)
        return by + text[ends[-1] :] if ends else text
    if how == "/%":
        starts = _starts(tokens, text)
        return text[: starts[0]] + by if starts else text
    made, place = "", 0
    while place < len(text):
        ends = [end for end in _ends(tokens, text, place) if end > place]
        if not ends:
            made += text[place]
            place += 1
            continue
        made += by
        place = ends[-1]
        if how == "/":
            break
    return made + text[place:]


def active(text: str) -> str:
    """Unquoted text with its glob characters made active."""
    if "*" in text or "?" in text or "[" in text:
        return text.replace("*", STAR).replace("?", ANY).replace("[", SET)
    return text


def without_open_brackets(text: str) -> str:
    """A [ that no ] closes is an ordinary character: the [ command."""
    for place, sign in enumerate(text):
        if sign == SET and _bracket_end(text, place + 1) is None:
            text = text[:place] + "[" + text[place + 1 :]
    return text


def passive(text: str) -> str:
    """Marks of glob characters turned back into the characters."""
    if any(mark in text for mark in GLOBS):
        return text.replace(STAR, "*").replace(ANY, "?").replace(SET, "[")
    return text
