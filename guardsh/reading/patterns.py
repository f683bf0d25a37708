"""Shell patterns (bash manual, 3.5.8.1) as regular expressions, and the expansions of ${…} that use them."""

from __future__ import annotations

from guardsh.reading.model import ANY, GLOBS, HOLE, SET, STAR, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9a-fA-F", "word": r"\w", "cntrl": r"\x00-\x1f", "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}  # fmt: skip


def expression(pattern: str) -> str:
    """The regular expression of a pattern whose active characters are marks; unknown parts match anything."""
    import re

    made, place = "", 0
    while place < len(pattern):
        sign = pattern[place]
        place += 1
        if sign in (STAR, HOLE, TOKEN):
            made += ".*"
        elif sign == ANY:
            made += "."
        elif sign == SET:
            end = _bracket_end(pattern, place)
            if end is None:
                made += re.escape("[")
            else:
                made += _bracket(pattern[place:end])
                place = end + 1
        else:
            made += re.escape(sign)
    return made


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


def fits(pattern: str, text: str) -> bool:
    """Does the whole text match the pattern? A pattern that makes no regular expression fits."""
    import re

    try:
        return re.fullmatch(expression(pattern), text, re.S) is not None
    except re.error:
        return True


def without_prefix(text: str, pattern: str, longest: bool) -> str:
    """${text#pattern}, ${text##pattern}"""
    places = range(len(text), -1, -1) if longest else range(len(text) + 1)
    rule = _compiled(pattern)
    for place in places:
        if rule.fullmatch(text, 0, place):
            return text[place:]
    return text


def without_suffix(text: str, pattern: str, longest: bool) -> str:
    """${text%pattern}, ${text%%pattern}"""
    places = range(len(text) + 1) if longest else range(len(text), -1, -1)
    rule = _compiled(pattern)
    for place in places:
        if rule.fullmatch(text, place):
            return text[:place]
    return text


def _compiled(pattern: str) -> re.Pattern[str]:
    import re

    return re.compile(expression(pattern), re.S)


def replaced(text: str, pattern: str, by: str, how: str) -> str:
    """${text/pattern/by}; how is "/", "//" (all), "/#" (at the start) or "/%" (at the end)."""
    if not pattern:
        return text
    import re

    rule = expression(pattern)
    if how == "/#":
        rule = r"\A(?:" + rule + ")"
    elif how == "/%":
        rule = "(?:" + rule + r")\Z"
    return re.sub(rule, lambda _match: by, text, count=0 if how == "//" else 1, flags=re.S)


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
