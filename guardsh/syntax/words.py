"""Words: quotes, expansions, assignments, arrays and extended patterns."""

from __future__ import annotations

from guardsh.patterns import compiled

from .expansions import (
    BARE,
    ansi_quoted,
    balanced,
    bracketed,
    double_quoted,
    expansion,
    process_substitution,
    read_subscript,
    single_quoted,
)
from .nodes import Assignment, Element, Literal, Word
from .parts import Parts
from .source import Splice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .source import Source

BREAKS = "()<>;&| \t\n"
_PLAIN = compiled(r"[^\\'\"`$()<>;&| \t\n]+")
_GROUP_TEXT = compiled(r"[^\\'\"`$()]+")
_BLANKS = compiled(r"(?:[ \t\n]|\\\n|#[^\n]*)+")
_NAME = compiled(r"[A-Za-z_][A-Za-z0-9_]*")
_EQUALS = compiled(r"\+?=")
_ASSIGNING = compiled(r"[A-Za-z_][A-Za-z0-9_]*\+?=\Z")
_BROKEN_NAME = compiled(r"(?:\\\n)+[A-Za-z0-9_+=\[]")

# How a ( inside a word is read.
NO_GROUP, PATTERN, REGULAR, COMPOUND = 0, 1, 2, 3


def read_word(source: Source, i: int, group: int = PATTERN) -> tuple[Word, int]:
    """The word at `i` and the offset behind it; without parts if a metacharacter stands there."""
    text, length = source.text, len(source.text)
    match = _PLAIN.match(text, i)
    if match and group != REGULAR:
        end = match.end()
        if end == length or text[end] in " \n\t;|&)":
            span = source.span(i, end)
            return Word(span, (Literal(span, match.group()),)), end
    return _read_parts(source, i, group, Parts(source), i)


def _read_parts(source: Source, i: int, group: int, parts: Parts, start: int) -> tuple[Word, int]:
    text, length, plain_end = source.text, len(source.text), -1
    while i < length:
        match = _PLAIN.match(text, i)
        if match:
            parts.literal(match.group(), False, i, match.end())
            i = plain_end = match.end()
            continue
        character = text[i]
        if character == "\\":
            end = min(i + 2, length)
            if not text.startswith("\n", i + 1):
                parts.literal(text[i + 1 : end] or "\\", True, i, end)
            i = end
        elif character == "'":
            i = single_quoted(source, i, parts)
        elif character == '"':
            i = double_quoted(source, i + 1, parts)
        elif character == "$":
            i = _dollar(source, i, parts)
        elif character == "`":
            i = expansion(source, i, parts, BARE)
        elif character in "<>" and text.startswith("(", i + 1):
            i = process_substitution(source, i, parts)
        elif character == "(" and _opens_group(text, start, i, group, plain_end, source.dialect):
            i = _group(source, i, parts)
        elif character == "|" and group == REGULAR:
            parts.literal("|", False, i, i + 1)
            i += 1
        else:
            break
    return parts.word(start, i), i


def _dollar(source: Source, i: int, parts: Parts) -> int:
    if source.text.startswith("'", i + 1):
        return ansi_quoted(source, i, parts)
    if source.text.startswith('"', i + 1):
        return double_quoted(source, i + 2, parts)
    return expansion(source, i, parts, BARE)


def _opens_group(text: str, start: int, i: int, group: int, plain_end: int, dialect: str) -> bool:
    """An extended pattern, a group of a regular expression, or the array of `eval name=(…)`."""
    if group == REGULAR:
        return True
    if dialect == "zsh":
        return False  # glob qualifiers
    if group == COMPOUND and _ASSIGNING.match(text[start:i]):
        return True
    return group != NO_GROUP and plain_end == i and text[i - 1] in "?*+@!"


def _group(source: Source, i: int, parts: Parts) -> int:
    """( … ) inside a word, with its quotes and expansions."""
    text, length, nested, start = source.text, len(source.text), 0, i
    while i < length:
        character = text[i]
        if character == "\\":
            if not text.startswith("\n", i + 1):
                parts.literal(text[i + 1 : i + 2], True, i, i + 2)
            i += 2
        elif character == "'":
            i = single_quoted(source, i, parts)
        elif character == '"':
            i = double_quoted(source, i + 1, parts)
        elif character == "$":
            i = _dollar(source, i, parts)
        elif character == "`":
            i = expansion(source, i, parts, BARE)
        elif character == "(" or character == ")":
            nested += 1 if character == "(" else -1
            parts.literal(character, False, i, i + 1)
            i += 1
            if nested == 0:
                if i != balanced(source, start + 1):
                    source.fail("a pattern whose end isn't clear", start)
                return i
        else:
            match = _GROUP_TEXT.match(text, i)
            end = match.end() if match else i + 1
            parts.literal(text[i:end], False, i, end)
            i = end
    return source.problem("unexpected EOF while looking for matching `)'", start, True)


# ---------------------------------------------------------------- assignments


def read_assignment(
    source: Source, i: int, arrays: bool, group: int = PATTERN, spaced: bool = True
) -> tuple[Assignment | Word, int]:
    """The word at `i`, as an assignment if it has the form of one.

    `arrays` allows NAME=(…); `spaced` subscripts with blanks, which only words that may be assignments have.
    """
    text = source.text
    match = _NAME.match(text, i)
    if match is None:
        return read_word(source, i, group)
    j = match.end()
    if _BROKEN_NAME.match(text, j):
        raise Splice(source, j)
    subscript = None
    if text.startswith("[", j):
        if not spaced and not _subscript_is_one_word(source, j):
            return read_word(source, i, group)
        subscript, j = read_subscript(source, j)
        if _BROKEN_NAME.match(text, j):
            raise Splice(source, j)
    equals = _EQUALS.match(text, j)
    if equals is None:
        return read_word(source, i, group) if subscript is None else _subscripted_word(source, i, j)
    append, j = len(equals.group()) == 2, equals.end()
    value: Word | tuple[Element, ...]
    if text.startswith("(", j) and arrays:
        value, end = _array(source, j + 1)
        if text[end : end + 1] not in BREAKS:
            source.fail("a word that goes on behind an array", end)
    else:
        value, end = read_word(source, j, group)
    return Assignment(source.span(i, end), match.group(), value, subscript, append), end


def _subscript_is_one_word(source: Source, i: int) -> bool:
    """Among the arguments of `declare`, a blank ends the word even between brackets."""
    _, end = read_word(source, i)
    return "]" in source.text[i:end]


def _subscripted_word(source: Source, i: int, end: int) -> tuple[Word, int]:
    """A word like a[1 + 2] that turned out not to assign: all up to the bracket belongs to it."""
    parts = Parts(source)
    opening = source.text.index("[", i)
    parts.literal(source.text[i : opening + 1], False, i, opening + 1)
    bracketed(source, opening, parts)
    parts.literal("]", False, end - 1, end)
    return _read_parts(source, end, PATTERN, parts, i)


def _array(source: Source, i: int) -> tuple[tuple[Element, ...], int]:
    """The elements of NAME=(…) from behind the parenthesis."""
    text = source.text
    elements: list[Element] = []
    while True:
        match = _BLANKS.match(text, i)
        if match:
            i = match.end()
            if source.pending and "\n" in match.group():
                source.fail("a here-document whose body begins inside an array", i)
        source.spend(4, i)
        if text.startswith(")", i):
            return tuple(elements), i + 1
        element, end = _element(source, i)
        if end == i:
            at_end = i >= len(text)
            source.problem(f"syntax error near unexpected token `{text[i : i + 1] or 'newline'}'", i, at_end)
        elements.append(element)
        i = end


def _element(source: Source, i: int) -> tuple[Element, int]:
    if not source.text.startswith("[", i):
        value, end = read_word(source, i)
        return Element(value.span, value), end
    subscript, j = read_subscript(source, i)
    equals = _EQUALS.match(source.text, j)
    if equals is None:
        value, end = _subscripted_word(source, i, j)
        return Element(value.span, value), end
    value, end = read_word(source, equals.end())
    return Element(source.span(i, end), value, subscript, len(equals.group()) == 2), end
