"""Tiny builders for trees, and trees without their places, to write expectations with."""

from __future__ import annotations

from typing import Any

from guardsh.syntax import nodes, parse

PLACE = (0, 0)


def bare(value: Any) -> Any:
    """A tree as nested tuples, without spans."""
    if isinstance(value, nodes.Node):
        fields = [field for field in type(value)._fields if field != "span"]
        return (type(value).__name__, *((field, bare(getattr(value, field))) for field in fields))
    if isinstance(value, tuple):
        return tuple(bare(each) for each in value)
    return value


def tree(text: str, dialect: str = "bash") -> Any:
    return bare(parse(text, dialect))


def first(text: str) -> Any:
    """The first command of a text."""
    return parse(text).items[0].command


def parts(text: str) -> tuple[Any, ...]:
    """The parts of the second word of a text: `parts('x "a$b"')`."""
    command = first(text)
    assert isinstance(command, nodes.Simple), command
    return command.words[1].parts


def lit(text: str) -> nodes.Literal:
    return nodes.Literal(PLACE, text, False)


def quo(text: str) -> nodes.Literal:
    return nodes.Literal(PLACE, text, True)


def word(*made: Any) -> nodes.Word:
    return nodes.Word(PLACE, tuple(lit(part) if isinstance(part, str) else part for part in made))


def var(name: str, operator: str = "", *made: Any, **more: Any) -> nodes.Parameter:
    return nodes.Parameter(PLACE, name, operator, word(*made) if operator or made else None, **more)


def sub(*commands: Any, quoted: bool = False) -> nodes.CommandSubstitution:
    return nodes.CommandSubstitution(PLACE, script(*commands), quoted)


def math(*made: Any, quoted: bool = False) -> nodes.Arithmetic:
    return nodes.Arithmetic(PLACE, word(*made), quoted)


def cmd(*words: Any, assign: tuple[Any, ...] = (), to: tuple[Any, ...] = ()) -> nodes.Simple:
    made = tuple(word(each) if isinstance(each, str) else each for each in words)
    return nodes.Simple(PLACE, assign, made, to)


def let(name: str, value: Any, **more: Any) -> nodes.Assignment:
    return nodes.Assignment(PLACE, name, word(value) if isinstance(value, str) else value, **more)


def redirect(operator: str, target: Any, descriptor: Any = None, document: Any = None) -> nodes.Redirection:
    return nodes.Redirection(PLACE, operator, word(target), descriptor, document)


def script(*made: Any) -> nodes.Script:
    """Commands, each followed by its operator if it has one: script(cmd("a"), "&&", cmd("b"))."""
    items: list[nodes.Item] = []
    for each in made:
        if isinstance(each, str):
            items[-1] = items[-1].but(operator=each)
        else:
            items.append(nodes.Item(PLACE, each, ""))
    return nodes.Script(PLACE, tuple(items))
