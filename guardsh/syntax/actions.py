"""The semantic actions: what each production of bashlex's grammar makes of its right side.

An action gets the values of the right side: a Token for a terminal, what its own action gave for a nonterminal. The
names are those of bashlex's actions without their p_; a production that isn't here passes its first value on.
"""

from __future__ import annotations

from .nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    Assignment,
    Case,
    Clause,
    Conditional,
    Coprocess,
    For,
    Function,
    Group,
    If,
    Item,
    Literal,
    Pipeline,
    Redirection,
    Script,
    Select,
    Simple,
    Subshell,
    While,
    Word,
)
from .tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .nodes import Command, Span

    Values = list[Any]


def _around(first: Any, last: Any) -> Span:
    return first.span[0], last.span[1]


# ---------------------------------------------------------------- redirections and simple commands


def word_list(v: Values) -> list[Word]:
    if len(v) == 1:
        return [v[0].word]
    v[0].append(v[1].word)
    return v[0]  # type: ignore[no-any-return]


def redirection(v: Values) -> Redirection:
    operator, target = v[-2], v[-1]
    word = target.word
    if word is None or isinstance(word, Assignment):
        word = Word(target.span, (Literal(target.span, target.value),))
    made = Redirection(_around(v[0], target), operator.value, word, _descriptor(v[0]))
    if target.awaited:
        target.awaited.redirection = made
    return made


def _descriptor(token: Token) -> int | str | None:
    if token.type == "NUMBER":
        return int(token.value)
    return token.value[1:-1] if token.type == "REDIR_WORD" else None


def listed(v: Values) -> Values:
    """redirection_list and simple_command: the elements in a list."""
    if len(v) == 1:
        return [v[0]]
    v[0].append(v[1])
    return v[0]  # type: ignore[no-any-return]


def command(v: Values) -> Command:
    if len(v) == 2:
        return v[0].but(span=_around(v[0], v[1][-1]), redirections=tuple(v[1]))  # type: ignore[no-any-return]
    return _simple(v[0]) if isinstance(v[0], list) else v[0]


def _simple(elements: Values) -> Simple:
    assignments, words, redirections = [], [], []
    for element in elements:
        if element.__class__ is Redirection:
            redirections.append(element)
        elif element.type == "ASSIGNMENT_WORD":
            assignments.append(element.word)
        else:
            words.append(element.word)
    return Simple(_around(elements[0], elements[-1]), tuple(assignments), tuple(words), tuple(redirections))


# ---------------------------------------------------------------- lists and pipelines


class _Listed:
    """A command of a list that is being read, its operator still to come."""

    __slots__ = ("command", "operator", "end")

    def __init__(self, command: Command) -> None:
        self.command = command
        self.operator = ""
        self.end = command.span[1]

    def item(self) -> Item:
        return Item((self.command.span[0], self.end), self.command, self.operator)


def _operator(listed: _Listed, token: Token) -> None:
    listed.operator = token.value  # empty at the end of the text
    if token.type != "NEWLINE":
        listed.end = token.span[1]


def list1(v: Values) -> list[_Listed]:
    if len(v) == 1:
        return [_Listed(v[0])]
    _operator(v[0][-1], v[1])
    v[0].extend(v[3])
    return v[0]  # type: ignore[no-any-return]


def list0(v: Values) -> list[_Listed]:
    _operator(v[0][-1], v[1])
    return v[0]  # type: ignore[no-any-return]


def second(v: Values) -> Any:
    """list: the commands behind the leading newlines."""
    return v[1]


def compound_list(v: Values) -> Script:
    items = tuple(listed.item() for listed in v[-1])
    return Script(_around(items[0], items[-1]), items)


def pipeline(v: Values) -> tuple[list[Command], list[bool]]:
    if len(v) == 1:
        return [v[0]], []
    (commands, errors), (more, more_errors) = v[0], v[3]
    return commands + more, [*errors, v[1].value == "|&", *more_errors]


def pipeline_command(v: Values) -> Command:
    if len(v) == 1:
        commands, errors = v[0]
        if len(commands) == 1:
            return commands[0]  # type: ignore[no-any-return]
        return Pipeline(_around(commands[0], commands[-1]), tuple(commands), tuple(errors))
    prefix, inner = v
    if inner.__class__ is Token:  # `time` or `!` alone
        inner = Simple((prefix.span[1], prefix.span[1]), (), ())
    if not isinstance(inner, Pipeline):
        inner = Pipeline(inner.span, (inner,), ())
    span = _around(prefix, inner)
    if prefix.type == "BANG":
        return inner.but(span=span, negated=not inner.negated)
    return inner.but(span=span, timed=True)


# ---------------------------------------------------------------- compound commands


def shell_command(v: Values) -> Command:
    if len(v) == 1:
        return v[0]  # type: ignore[no-any-return]
    return While(_around(v[0], v[4]), v[1], v[3], v[0].type == "UNTIL")


def for_command(v: Values) -> For | Select:
    kind = Select if v[0].value == "select" else For
    words: tuple[Word, ...] | None = None
    if any(value.__class__ is Token and value.type == "IN" for value in v):
        words = next((tuple(value) for value in v if isinstance(value, list)), ())
    return kind(_around(v[0], v[-1]), v[1].value, words, v[-2])


def arith_for_command(v: Values) -> ArithmeticFor:
    return ArithmeticFor(_around(v[0], v[-1]), v[1].word, v[-2])


def subshell(v: Values) -> Subshell:
    return Subshell(_around(v[0], v[2]), v[1])


def group_command(v: Values) -> Group:
    return Group(_around(v[0], v[2]), v[1])


def arith_command(v: Values) -> ArithmeticCommand:
    return ArithmeticCommand(v[0].span, v[0].word)


def cond_command(v: Values) -> Conditional:
    return Conditional(_around(v[0], v[2]), v[1].words)


def if_command(v: Values) -> If:
    branches, otherwise = elif_clause(v[:-1])
    return If(_around(v[0], v[-1]), tuple(reversed(branches)), otherwise)


def elif_clause(v: Values) -> tuple[list[tuple[Script, Script]], Script | None]:
    """The branches, last first, and what follows `else`."""
    if len(v) == 4:
        return [(v[1], v[3])], None
    if len(v) == 6:
        return [(v[1], v[3])], v[5]
    branches, otherwise = v[4]
    branches.append((v[1], v[3]))
    return branches, otherwise


def function_def(v: Values) -> Function:
    named = v[1] if v[0].type == "FUNCTION" else v[0]
    body, redirections = v[-1]
    return Function(_around(v[0], redirections[-1] if redirections else body), named.value, body, redirections)


def function_body(v: Values) -> tuple[Command, tuple[Redirection, ...]]:
    return v[0], tuple(v[1]) if len(v) == 2 else ()


def coproc(v: Values) -> Coprocess:
    if isinstance(v[1], list):
        body: Command = _simple(v[1])
        return Coprocess(_around(v[0], body), "COPROC", body)
    named = v[1].__class__ is Token
    body = v[2] if named else v[1]
    if isinstance(v[-1], list):
        body = command([body, v[-1]])
    return Coprocess(_around(v[0], body), v[1].value if named else "COPROC", body)


# ---------------------------------------------------------------- case


def case_command(v: Values) -> Case:
    clauses = next((tuple(value) for value in v if isinstance(value, list)), ())
    return Case(_around(v[0], v[-1]), v[1].word, clauses)


def case_clause(v: Values) -> list[Clause]:
    if len(v) == 1:
        return [v[0]]
    v[0].append(v[1])
    return v[0]  # type: ignore[no-any-return]


def case_clause_sequence(v: Values) -> list[Clause]:
    clause = v[-2].but(span=_around(v[-2], v[-1]), terminator=v[-1].value)
    if len(v) == 2:
        return [clause]
    v[0].append(clause)
    return v[0]  # type: ignore[no-any-return]


def pattern_list(v: Values) -> Clause:
    patterns, closing, body = v[-3], v[-2], v[-1]
    if body is None:
        body = Script((closing.span[1], closing.span[1]), ())
    first = v[1] if v[1].__class__ is Token else patterns[0]
    return Clause(_around(first, body), tuple(patterns), body, "")


def pattern(v: Values) -> list[Word]:
    if len(v) == 1:
        return [v[0].word]
    v[0].append(v[2].word)
    return v[0]  # type: ignore[no-any-return]


_RENAMED = {
    "p_redirection_heredoc": redirection,
    "p_redirection_list": listed,
    "p_simple_command": listed,
    "p_list": second,
    "p_select_command": for_command,
}
# Productions that only pass on what they hold: an empty list of newlines, the terminator of a list, `time -p`.
_PASSING = {
    *("p_simple_command_element", "p_newline_list", "p_empty", "p_list_terminator", "p_timespec"),
    *("p_inputunit", "p_simple_list", "p_simple_list1", "p_simple_list_terminator"),  # never reached
}


def action(function: str, length: int) -> Callable[[Values], Any] | None:
    """The action that stands for bashlex's `function`; None to pass on the first value. KeyError if it is unknown."""
    if not function or function in _PASSING:
        return None
    return _RENAMED.get(function) or globals()[function[2:]]
