"""Commands: an LR parser on the tables of bashlex's grammar, one semantic action for each of its productions.

bashlex's own driver, scanner and actions aren't used: they can't read half of bash, and its import recomputes the
tables. Commands are read as if they stood between ( and ): so a script, a substitution and the inside of backquotes
are all a `compound_list`, and bashlex's special cases for the end of the input aren't needed.
"""

from __future__ import annotations

from . import actions, tables
from .errors import NotUnderstood
from .nodes import Script
from .source import DEPTH
from .tokens import Lexer, Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .source import Source

    Action = Callable[[list[Any]], Any]

_OPENING = {"LEFT_PAREN", "LEFT_CURLY", "IF", "ELIF", "WHILE", "UNTIL", "FOR", "CASE"}
_SEPARATORS = {"NEWLINE", "SEMICOLON", "AMPERSAND"}
_STACK = 1000  # symbols: about 300 commands of one pipeline

# Rows of the tables as they are first needed: most scripts visit few of the states.
_ACTIONS: list[dict[str, int] | int | None] = [None] * len(tables.ACTIONS)
_GOTOS: dict[tuple[int, str], int] = {}
_PRODUCTIONS: tuple[tuple[str, int, Action | None], ...] = tuple(
    (name, length, actions.action(function, length)) for name, length, function in tables.PRODUCTIONS
)


def read_script(source: Source) -> Script:
    """All of `source`."""
    return _Run(source, Lexer(source, 0, closing=False)).script()


def read_complete(source: Source) -> int:
    """The end of the last line of `source` up to which all commands are complete."""
    run = _Run(source, Lexer(source, 0, closing=False))
    try:
        run.script()
    except NotUnderstood:
        pass
    return source.place(run.complete)


def read_substitution(source: Source, start: int) -> tuple[Script, int]:
    """Commands from `start` to the ) that ends a substitution, and the offset behind it."""
    pending, source.pending = source.pending, False
    lexer = Lexer(source, start, closing=True)
    script = _Run(source, lexer).script()
    if source.pending:
        source.fail("a here-document whose body begins behind its substitution", lexer.at)
    source.pending = pending
    return script, lexer.at


def _row(state: int) -> dict[str, int] | int:
    """What to do in `state`, by the next token, or without one."""
    terminals, steps = tables.ROWS[tables.ACTIONS[state]]
    row = _ACTIONS[state] = dict(zip(terminals, steps)) if terminals else steps[0]
    return row


def _goto(state: int, name: str) -> int:
    names, states = tables.GOTOS[state]
    following = _GOTOS[state, name] = states[names.index(name)]
    return following


class _Run:
    """One run of the parser."""

    def __init__(self, source: Source, lexer: Lexer) -> None:
        self.source = source
        self.lexer = lexer
        self.start = lexer.at
        self.ended = 0  # tokens given out since the end of the text
        first = Token("LEFT_PAREN", "(", source.span(lexer.at, lexer.at))
        row = _row(0)
        assert isinstance(row, dict)
        self.states = [0, row[first.type]]
        self.values: list[Any] = [first]
        self.complete = lexer.at  # end of the complete commands read

    def script(self) -> Script:
        try:
            return self._parse()
        except NotUnderstood as problem:
            if not self.lexer.closing and self.source.strict:
                problem.complete = self.source.place(self.complete)
            raise

    def _parse(self) -> Script:
        states, values = self.states, self.values
        ahead: Token | None = None
        while True:
            row = _ACTIONS[states[-1]]
            if row is None:
                row = _row(states[-1])
            if isinstance(row, int):
                step = row
            else:
                if ahead is None:
                    ahead = self._token()
                step = row.get(ahead.type, 0)
            if step > 0:
                assert ahead is not None
                self._check(ahead)
                states.append(step)
                values.append(ahead)
                ahead = None
            elif step < 0:
                name, length, action = _PRODUCTIONS[-step]
                if name == "subshell" and len(values) == length:
                    return self._finish(values)
                self._reduce(name, length, action)
            else:
                assert ahead is not None
                if ahead.type == "RIGHT_PAREN" and len(values) <= 2 and (self.lexer.closing or self.ended):
                    return Script(self.source.span(self.start, self.start), ())
                self._refuse(ahead)

    def _reduce(self, name: str, length: int, action: Action | None) -> None:
        states, values = self.states, self.values
        if length == 0:
            values.append(None)
        elif action is None:
            if length > 1:
                del values[1 - length :]
        else:
            right = values[-length:]
            del values[-length:]
            values.append(action(right))
            if name == "pipeline_command" and right[-1].__class__ is Token:
                self.lexer.push(right[-1])  # `time` and `!` alone: the terminator ends the list, too
        if length:
            del states[-length:]
        states.append(_GOTOS.get((states[-1], name)) or _goto(states[-1], name))

    def _finish(self, values: list[Any]) -> Script:
        closing = values[-1]
        if not self.lexer.closing and not self.ended:
            self._refuse(closing)
        script: Script = values[1]
        return script

    def _token(self) -> Token:
        """The next token; at the end of the text a newline and a )."""
        token = self.lexer.token()
        if token.type != "EOF":
            return token
        if self.lexer.closing:
            self.source.problem("unexpected EOF while looking for matching `)'", self.lexer.at, True)
        self.ended += 1
        if self.ended > 2:
            self._refuse(token)
        return Token("NEWLINE", "", token.span) if self.ended == 1 else Token("RIGHT_PAREN", "", token.span)

    def _check(self, token: Token) -> None:
        values, type_ = self.values, token.type
        if type_ == "NEWLINE":
            if len(values) == 2 or len(values) in (3, 5) and isinstance(values[2], list):
                if len(values) < 5 or values[3].__class__ is Token and values[3].type in _SEPARATORS:
                    self._completed()
        elif type_ in _OPENING and len(values) > 8:
            depth = self.source.budget.depth
            depth += sum(1 for value in values if value.__class__ is Token and value.type in _OPENING)
            if depth > DEPTH or len(values) > _STACK:
                self.source.fail("nested too deep", self.lexer.at)
        elif len(values) > _STACK:
            self.source.fail("too many commands inside each other or in one pipeline", self.lexer.at)

    def _completed(self) -> None:
        if not self.ended and self.lexer.whole:
            self.complete = self.lexer.at

    def _refuse(self, token: Token) -> None:
        if self.ended:
            self.source.problem("syntax error: unexpected end of file", len(self.source.text), True)
        shown = "newline" if token.type == "NEWLINE" else token.value
        start = self.lexer.at - len(token.value)
        self.source.problem(f"syntax error near unexpected token `{shown}'", start)
