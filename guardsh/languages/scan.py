"""A tolerant reader for languages that are read by tokens: Perl, PHP, Lua.

No grammar: strings, comments and regular expressions are told from code, calls and assignments are found in it, and
arguments are evaluated as far as they are literals, variables and what joins them. Every call in the text counts,
wherever it stands; what can't be evaluated is unknown text.
"""

from __future__ import annotations

import re

from guardsh.frozen import Frozen
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.things import Items, Known, Made, Pairs, add, concatenated, every, one_of, text
from guardsh.reading.model import MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.acts import Acts
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span

MOST_TOKENS = 60_000
DEEPEST = 60


class Token(Frozen):
    """A token: string (literal), pattern (with variables to fill in), shell (`…`), word, variable, number, op, mark."""

    kind: str
    text: str
    start: int
    end: int


_STOPS = {";", ",", ")", "]", "}", "=>", ":", "{"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Scanner:
    """One pass over the tokens of a text; a language derives from it."""

    joins: tuple[str, ...] = (".",)  # operators that join texts
    bare: frozenset[str] = frozenset()  # functions called without parentheses
    ends: frozenset[str] = frozenset()  # words that end an expression: if, unless, or …

    def __init__(self, code: str, acts: Acts) -> None:
        self.acts, self.context = acts, acts.context
        self.tokens = self.lex(code)
        if len(self.tokens) > MOST_TOKENS:
            acts.unreadable(why="too long to follow")
            self.tokens = self.tokens[:MOST_TOKENS]
        self.variables: dict[str, Thing] = {}
        self.seen: dict[str, Thing] = {}
        self.block = 0  # how many { are open: an assignment in there may not happen
        self.depth = 0

    def lex(self, code: str) -> list[Token]:
        """The tokens of a text."""
        raise NotImplementedError

    def interpolate(self, source: str) -> Value:
        """A text with its variables filled in."""
        raise NotImplementedError

    def call(self, name: str, receiver: Thing | None, arguments: list[Thing], span: Span) -> Thing:
        """Acts on a call; what it returns."""
        raise NotImplementedError

    def run(self) -> None:
        """Reads the whole text."""
        index = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "op" and token.text in ("{", "}"):
                self.block = max(0, self.block + (1 if token.text == "{" else -1))
                index += 1
                continue
            if token.kind == "mark":
                self.acts.unreadable((token.start, token.end), "unknown code")
            _, after = self.expression(index)
            index = max(after, index + 1)

    def at(self, index: int) -> Token:
        """A token, or an empty one behind the end."""
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        end = self.tokens[-1].end if self.tokens and index > 0 else 0
        return Token("end", "", end, end)

    def expression(self, index: int) -> tuple[Thing, int]:
        """The value of an expression and the index behind it; calls in it are done."""
        if self.depth > DEEPEST:
            self.acts.unreadable((self.at(index).start, self.at(index).end), "nested too deeply")
            return UNKNOWN, len(self.tokens)
        self.depth += 1
        try:
            return self._expression(index)
        finally:
            self.depth -= 1

    def _expression(self, index: int) -> tuple[Thing, int]:
        result: Thing | None = None
        joining = True
        while index < len(self.tokens):
            token = self.at(index)
            if token.text in _STOPS and token.kind == "op":
                break
            if token.kind == "word" and token.text in self.ends and result is not None:
                break
            if token.kind == "op" and token.text not in _CLOSING:
                joining = token.text in self.joins
                unary = result is None
                if unary and token.text == "-" and self.at(index + 1).kind == "number":
                    number, index = self.term(index + 1)
                    result = (
                        Known(-number.value) if isinstance(number, Known) and isinstance(number.value, int) else UNKNOWN
                    )
                    continue
                if not joining and not unary:
                    _, index = self.expression(index + 1)
                    return one_of(result, UNKNOWN) if token.text in (
                        "||",
                        "?",
                        "//",
                        "??",
                    ) and result else UNKNOWN, index
                index += 1
                continue
            thing, index = self.term(index)
            if result is None:
                result = thing
            elif joining:
                result = add(result, thing) if isinstance(result, Items) else concatenated(result, thing)
            else:
                result = UNKNOWN
            joining = False
        return (UNKNOWN if result is None else result), index

    def term(self, index: int) -> tuple[Thing, int]:
        """A literal, variable, call or something in brackets, with what follows it: methods, items."""
        token = self.at(index)
        span = (token.start, token.end)
        thing: Thing = UNKNOWN
        if token.kind == "string":
            thing, index = Value(token.text, span), index + 1
        elif token.kind == "pattern":
            thing, index = self.interpolate(token.text).but(span=span), index + 1
        elif token.kind == "shell":
            thing = self.call("`", None, [self.interpolate(token.text)], span)
            index += 1
        elif token.kind == "list":
            thing, index = Items(tuple(Value(word, span) for word in token.text.split())), index + 1
        elif token.kind == "number":
            thing, index = _number(token.text), index + 1
        elif token.kind == "variable":
            thing, index = self._variable(index)
        elif token.kind == "word":
            thing, index = self.word(index)
        elif token.text in ("(", "["):
            items, index = self.listed(index)
            thing = (
                items[0] if len(items) == 1 and token.text == "(" and not isinstance(items[0], Pairs) else _list(items)
            )
        else:
            index += 1
        return self._followed(thing, index)

    def _variable(self, index: int) -> tuple[Thing, int]:
        token = self.at(index)
        following = self.at(index + 1)
        if following.text in ("=", ".=", "||=", "??=", "..=") and following.kind == "op":
            thing, after = self.expression(index + 2)
            self.assign(token.text, thing, following.text)
            return thing, after
        return self.variables.get(token.text, UNKNOWN), index + 1

    def assign(self, name: str, thing: Thing, operator: str = "=") -> None:
        """Gives a variable its value; one of both where the assignment may not happen."""
        before = self.variables.get(name)
        if operator == ".=":
            thing = concatenated(before if before is not None else Value(""), thing)
        elif before is not None and (self.block or operator != "="):
            thing = one_of(before, thing)
        self.variables[name] = thing

    def word(self, index: int) -> tuple[Thing, int]:
        """A word: a function that is called, a constant, a key word."""
        token, following = self.at(index), self.at(index + 1)
        span = (token.start, token.end)
        holder = self.at(index - 2)
        inside = following.text == "}" and self.at(index - 1).text == "{"
        if following.text == "=>" or (inside and (holder.kind == "variable" or holder.text in ("->", "]", "}"))):
            return Value(token.text, span), index + 1  # a key
        if following.text == "(" and following.kind == "op":
            arguments, after = self.listed(index + 1)
            span = (token.start, self.at(after - 1).end)
            return self.call(token.text, None, arguments, span), after
        if token.text in self.bare:
            arguments, after = self.unbracketed(index + 1)
            return self.call(token.text, None, arguments, (token.start, self.at(after - 1).end)), after
        if following.text == "=" and following.kind == "op" and re.match(r"\w+$", token.text):
            thing, after = self.expression(index + 2)
            self.assign(token.text, thing)
            return thing, after
        if token.text in self.variables:
            return self.variables[token.text], index + 1
        return Made("name", (Value(token.text),)), index + 1

    def unbracketed(self, index: int) -> tuple[list[Thing], int]:
        """Arguments without parentheses, up to the end of the statement."""
        arguments: list[Thing] = []
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind == "word" and token.text in self.ends:
                break
            if token.kind == "op" and token.text in (";", ")", "]", "}", "{"):
                break
            thing, after = self.expression(index)
            arguments.append(thing)
            index = max(after, index + 1)
            if self.at(index).text in (",", "=>") and self.at(index).kind == "op":
                index += 1
            else:
                break
        return arguments, index

    def listed(self, index: int) -> tuple[list[Thing], int]:
        """What stands between brackets, separated by commas; keys and values become one table at the end."""
        close = _CLOSING[self.at(index).text]
        index += 1
        items: list[Thing] = []
        pairs: list[tuple[str, Thing]] = []
        key: str | None = None
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind == "op" and token.text == close:
                index += 1
                break
            if token.kind == "op" and token.text in (",", ";", "]", "}", ")", ":", "{"):
                index += 1
                continue
            if token.kind == "op" and token.text == "=>":
                key = text(items.pop()).text if items else ""
                index += 1
                continue
            thing, after = self.expression(index)
            index = max(after, index + 1)
            if key is not None:
                pairs.append((key, thing))
                key = None
            else:
                items.append(thing)
        return ([*items, Pairs(tuple(pairs))] if pairs else items), index

    def _followed(self, thing: Thing, index: int) -> tuple[Thing, int]:
        """Methods, members and items behind a term."""
        for _ in range(200):
            token, following = self.at(index), self.at(index + 1)
            if token.kind != "op":
                break
            if token.text in ("->", "::", "?->", ":") and following.kind in ("word", "variable"):
                method = following.text
                if self.at(index + 2).text == "(" and self.at(index + 2).kind == "op":
                    arguments, index = self.listed(index + 2)
                elif token.text == ":":
                    break
                else:
                    arguments, index = [], index + 2
                span = (following.start, self.at(index - 1).end)
                thing = self.call(method, thing, arguments, span)
            elif token.text == "(" and not isinstance(thing, (Known, Items)):
                arguments, index = self.listed(index)
                name = text(thing)
                if isinstance(thing, Value) and name.known and re.match(r"[\w\\.:]+$", name.text):
                    thing = self.call(name.text, None, arguments, (token.start, self.at(index - 1).end))
            elif token.text in ("[", "->") and (token.text == "[" or following.text in ("[", "{")):
                keys, index = self.listed(index if token.text == "[" else index + 1)
                thing = _item(thing, keys)
            else:
                break
        return thing, index


def _number(source: str) -> Thing:
    try:
        return Known(int(source.replace("_", ""), 0))
    except ValueError:
        return UNKNOWN


def _list(items: Sequence[Thing]) -> Thing:
    if len(items) == 1 and isinstance(items[0], Pairs):
        return items[0]
    return Items(tuple(items))


def _item(thing: Thing, keys: Sequence[Thing]) -> Thing:
    key = keys[0] if keys else UNKNOWN
    if isinstance(thing, Pairs):
        return thing.get(text(key).text) or UNKNOWN
    if isinstance(thing, Items):
        if isinstance(key, Known) and isinstance(key.value, int) and 0 <= key.value < len(thing.items):
            return thing.items[key.value]
        return one_of(*every(thing)) if every(thing) else UNKNOWN
    return UNKNOWN.but(origins=text(thing).origins)


def lexed(code: str, pattern: re.Pattern[str], convert: Callable[[re.Match[str]], Token | None]) -> list[Token]:
    """Tokens by a pattern; marks outside of strings are tokens of their own kind."""
    found: list[Token] = []
    position = 0
    while position < len(code) and len(found) <= MOST_TOKENS:
        match = pattern.match(code, position)
        if match is None:
            if code[position] in MARKS:
                found.append(Token("mark", code[position], position, position + 1))
            position += 1
            continue
        token = convert(match)
        position = max(match.end(), position + 1)
        if token is not None:
            found.append(token)
            position = max(position, token.end)
    return found


def unescaped(source: str, quote: str = "") -> str:
    """Escapes of a double-quoted string replaced."""
    plain = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "0": "\0", "\n": ""}

    def replace(match: re.Match[str]) -> str:
        body = match[1]
        if body[0] == "x" and len(body) > 1:
            return chr(int(body[1:].strip("{}"), 16) % 0x110000)
        return plain.get(body, body)

    return re.sub(r"\\(x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]+\}|.)", replace, source, flags=re.S)
