"""Words to fields: every expansion of the bash manual, 3.5, on values that may be unknown.

A word can have several readings where a variable may hold one of several values; each reading is a list of fields. What
can't be known is in the fields as a mark, never left out.
"""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading import braces, patterns
from guardsh.reading.model import GLOBS, HOLE, MARKS, SET, STAR, TOKEN, Origin, Value
from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from guardsh.reading.state import State

    T = TypeVar("T")

    Chunks = list["Chunk"]

READINGS = 64  # of one word; of a whole command, see `walk.COMBINATIONS`
LONG = 65536  # characters of one value; what is longer becomes unknown behind that


class Chunk(Frozen):
    """A piece of a word after expansion."""

    text: str
    quoted: bool = True  # neither split nor globbed
    split: bool = False  # came from an unquoted expansion
    origins: tuple[Origin, ...] = ()
    ends_field: bool = False  # a new field begins behind it ("$@")


_NOTHING = Chunk("", quoted=False)


class Expander:
    """Expands words at one point of the script. `substitute` reads a command substitution and gives its output."""

    def __init__(
        self,
        state: State,
        substitute: Callable[[nodes.Script], Value],
        process: Callable[[nodes.ProcessSubstitution], Value],
        evaluate: Callable[[str, nodes.Span], None],
        glob: Callable[[str, str], tuple[str, ...]],
        step: Callable[[int], None],
    ) -> None:
        self.state = state
        self.substitute = substitute
        self.process = process
        self.evaluate = evaluate  # reads text whose own substitutions the shell would do: ${x@P}, arithmetic on variables
        self.glob = glob
        self.step = step  # counts work; raises when it is too much

    # ------------------------------------------------------------ words

    def fields(self, word: nodes.Word) -> list[list[Value]]:
        """The readings of a word, each a list of fields. Raises braces.TooManyWords."""
        parts = word.parts
        if len(parts) == 1 and isinstance(parts[0], nodes.Literal):
            only = parts[0]
            if only.quoted or not any(sign in only.text for sign in "*?[{~"):
                return [[Value(only.text, word.span)]]
        readings: list[list[Value]] = [[]]
        for expanded in braces.expand(parts):
            options = [self._split(chunks, word.span) for chunks in self.chunks(expanded, tilde=True)]
            readings = _combined(readings, options)
        words = sum(map(len, readings))
        if words > 16:
            self.step(words // 4)
        return readings

    def text(self, word: nodes.Word, *, tilde: bool = True) -> tuple[Value, ...]:
        """The values of a word where neither splitting nor globbing happens: assignments, case, redirections."""
        parts = word.parts
        if len(parts) == 1 and isinstance(parts[0], nodes.Literal) and (parts[0].quoted or "~" not in parts[0].text):
            return (Value(parts[0].text, word.span),)
        found = [self._joined(chunks, word.span) for chunks in self.chunks(parts, tilde=tilde, assignment=True)]
        return tuple(dict.fromkeys(found))

    def pattern(self, word: nodes.Word) -> tuple[Value, ...]:
        """The values of a word used as a pattern: unquoted glob characters are marks, quoted ones plain."""
        found = []
        for chunks in self.chunks(word.parts, tilde=True):
            text = "".join(c.text if c.quoted else patterns.active(c.text) for c in chunks)
            found.append(Value(text, word.span, _origins(chunks)))
        return tuple(dict.fromkeys(found))

    def _joined(self, chunks: Chunks, span: nodes.Span) -> Value:
        text = "".join(chunk.text + (" " if chunk.ends_field else "") for chunk in chunks)
        return Value(_limited(text), span, _origins(chunks))

    def _split(self, chunks: Chunks, span: nodes.Span) -> list[Value]:
        fields: list[list[Chunk]] = []
        current: list[Chunk] = []
        started = False
        separators = self.state.look_up("IFS")[0].text
        for chunk in chunks:
            if chunk.split and chunk.text and separators:
                for piece, hard in _pieces(chunk.text, separators):
                    if piece:
                        current.append(chunk.but(text=piece))
                        started = True
                        continue
                    if started:
                        fields.append(current)
                        current, started = [], False
                        hard -= 1
                    fields += [[Chunk("", origins=chunk.origins)] for _ in range(hard)]
            elif chunk.quoted or chunk.text:
                current.append(chunk)
                started = True
            if chunk.ends_field:
                if started:
                    fields.append(current)
                current, started = [], False
        if started:
            fields.append(current)
        made: list[Value] = []
        for field in fields:
            made += self._globbed(field, span)
        return made

    def _globbed(self, field: Chunks, span: nodes.Span) -> list[Value]:
        globbing = not self.state.no_glob
        text = "".join(c.text if c.quoted or not globbing else patterns.active(c.text) for c in field)
        if SET in text:
            text = patterns.without_open_brackets(text)
        value = Value(_limited(text), span, _origins(field))
        if not globbing or not any(mark in value.text for mark in GLOBS):
            return [value]
        found = self.glob(value.text, self.state.directory)
        if not found:
            return [value]
        options = [Value(name, span, value.origins) for name in found if name.startswith("-")]
        return [*options, value.but(matches=found)]

    # ------------------------------------------------------------ parts

    def chunks(self, parts: Iterable[nodes.Part], tilde: bool, assignment: bool = False) -> list[Chunks]:
        readings: list[Chunks] = [[]]
        for place, part in enumerate(parts):
            if place % 2 == 1 and place > 16:
                self.step(1)
            options = self._part(part, first=tilde and place == 0, assignment=assignment)
            if len(options) == 1:
                for reading in readings:
                    reading.extend(options[0])
            else:
                many = len(readings) * len(options) > READINGS
                readings = _combined(readings, options)
                if many:
                    readings.append([Chunk(HOLE, origins=(Origin("transformed", "too many values"),))])
        return readings

    def _part(self, part: nodes.Part, first: bool, assignment: bool) -> list[Chunks]:
        if isinstance(part, nodes.Literal):
            if part.quoted:
                return [[Chunk(part.text)]]
            if "~" in part.text and (first or assignment):
                return [self._tilde(part.text, first, assignment)]
            return [[Chunk(part.text, quoted=False)]]
        if isinstance(part, nodes.Parameter):
            from guardsh.reading.parameters import expand

            return expand(self, part)
        if isinstance(part, nodes.CommandSubstitution):
            value = self.substitute(part.body)
            texts = value.options or (value.text,)
            return [[Chunk(text.rstrip("\n"), part.quoted, not part.quoted, value.origins)] for text in texts]
        if isinstance(part, nodes.ProcessSubstitution):
            value = self.process(part)
            return [[Chunk(value.text, True, False, value.origins)]]
        if isinstance(part, nodes.Arithmetic):
            return [[self.arithmetic(part.expression, part.quoted)]]
        raise TypeError(f"unknown part {type(part).__name__}")

    def _tilde(self, text: str, first: bool, assignment: bool) -> Chunks:
        pieces = text.split(":") if assignment else [text]
        made = []
        for place, piece in enumerate(pieces):
            if piece.startswith("~") and (first or place):
                piece = self.home_of(piece)
            made.append(piece)
        return [Chunk(":".join(made), quoted=False)]

    def home_of(self, text: str) -> str:
        """Tilde expansion of a text that begins with ~"""
        prefix, slash, rest = text.partition("/")
        if prefix == "~":
            home = self.state.look_up("HOME")[0].text
        elif prefix == "~+":
            home = self.state.directory
        elif prefix == "~-":
            if not self.state.before:
                return text
            home = self.state.before
        elif prefix[1:].replace("-", "a").replace("_", "a").isalnum():
            home = "/root" if prefix == "~root" else "/home/" + prefix[1:]
        else:
            return text
        return home + slash + rest

    def arithmetic(self, expression: nodes.Word, quoted: bool = True) -> Chunk:
        """$((…)): a number if it is one of plain digits, else an unknown one; substitutions inside are read."""
        origins: tuple[Origin, ...] = ()
        texts = []
        for chunks in self.chunks(expression.parts, tilde=False):
            texts.append("".join(chunk.text for chunk in chunks))
            origins += _origins(chunks)
        for text in texts:
            self.evaluate_names(text, expression.span)
            self.assign_in(text)
        known = self.number(texts[0]) if len(texts) == 1 else TOKEN
        return Chunk(known, quoted, False, origins)

    def number(self, text: str) -> str:
        """The value of an arithmetic expression that is a number or a variable with one, else TOKEN."""
        text = text.strip()
        if text[:1] == "(" and text[-1:] == ")" and "(" not in text[1:]:
            text = text[1:-1].strip()
        for _ in range(4):
            if text.lstrip("+-").isdigit() and text.isascii():
                sign, digits = text[: len(text) - len(text.lstrip("+-"))], text.lstrip("+-")
                if len(digits) > 1 and digits[0] == "0":
                    return TOKEN
                return digits if sign.count("-") % 2 == 0 else "-" + digits
            values = self.state.look_up(text) if text.isidentifier() else ()
            if len(values) != 1:
                break
            text = values[0].text.strip() or "0"
        return TOKEN

    def assign_in(self, text: str) -> None:
        """x = 1, x += 2, x++ within an arithmetic expression: the variable may be another number from here on."""
        if "=" not in text and "++" not in text and "--" not in text:
            return
        import re

        for match in re.finditer(r"(?:\+\+|--)\s*([A-Za-z_]\w*)|([A-Za-z_]\w*)\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))", text):
            name = match[1] or match[2]
            rest = text[match.end() :]
            only = match[0].endswith("=") and match[0][-2:-1] not in "-+*/%&|^<>" and not text[: match.start()].strip()
            number = self.number(rest) if only else TOKEN
            values = (Value(number),) if number != TOKEN else (*self.state.look_up(name), Value(TOKEN))
            self.state.assign(name, tuple(dict.fromkeys(values)))

    def evaluate_names(self, text: str, span: nodes.Span) -> None:
        """Arithmetic evaluates the values of variables again, and theirs: x[$(cmd)] in one of them runs cmd."""
        seen: set[str] = set()
        pending = [text]
        while pending:
            text = pending.pop()
            if "$(" in text or "`" in text:
                self.evaluate(text, span)
            for name in _names(text) - seen:
                seen.add(name)
                if name in self.state.variables or name in self.state.arrays or name in self.state.references:
                    pending += [value.text for value in self.state.look_up(name)]


def _names(text: str) -> set[str]:
    """The names of variables in an arithmetic expression."""
    found, name = set(), ""
    for sign in text + " ":
        if sign.isalnum() or sign == "_":
            name += sign
            continue
        if name and not name[0].isdigit():
            found.add(name)
        name = ""
    return found


def _combined(readings: list[list[T]], options: list[list[T]]) -> list[list[T]]:
    """Every reading with every option; where that is too many, each of them at least once."""
    if len(readings) * len(options) <= READINGS:
        return [one + other for one in readings for other in options]
    first = [one + options[0] for one in readings]
    return first + [readings[0] + other for other in options[1:]]


def _pieces(text: str, separators: str) -> list[tuple[str, int]]:
    """Field splitting: text, and between it "" with how many separators that aren't blanks stand there."""
    found: list[tuple[str, int]] = []
    piece, hard, between = "", 0, False
    for sign in text:
        if sign in separators:
            if piece:
                found.append((piece, 0))
                piece = ""
            between = True
            hard += sign not in " \t\n"
            continue
        if between:
            found.append(("", hard))
            hard, between = 0, False
        piece += sign
    if piece:
        found.append((piece, 0))
    if between:
        found.append(("", hard))
    return found


def _origins(chunks: Chunks) -> tuple[Origin, ...]:
    found: dict[Origin, None] = {}
    for chunk in chunks:
        for origin in chunk.origins:
            found[origin] = None
    return tuple(found)


def _limited(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG] + HOLE


def unknown(text: str) -> bool:
    """Holds the text anything that isn't known?"""
    return any(mark in text for mark in MARKS)


__all__ = ["HOLE", "STAR", "Chunk", "Expander", "unknown"]
