"""Here-documents: where their bodies begin and end, and what is expanded in them."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.syntax import NotUnderstood, nodes, parse
from guardsh.syntax.walk import walk
from tests.syntax.builders import bare, cmd, math, quo, sub, var


def documents(text: str) -> list[nodes.HereDocument]:
    return [node for node in walk(parse(text)) if isinstance(node, nodes.HereDocument)]


def programs(text: str) -> list[str]:
    """The names of the commands, in order."""
    simple = (node for node in walk(parse(text)) if isinstance(node, nodes.Simple))
    return [text[slice(*command.words[0].span)] for command in simple if command.words]


BODIES: list[tuple[str, list[Any]]] = [
    ("cat <<E\na $b\nE", [quo("a "), var("b", quoted=True), quo("\n")]),
    ("cat <<E\n$(a) `a`\nE\n", [sub(cmd("a"), quoted=True), quo(" "), sub(cmd("a"), quoted=True), quo("\n")]),
    ("cat <<'E'\na $b \\\n`\nE", [quo("a $b \\\n`\n")]),
    ("cat <<\\E\n$b\nE", [quo("$b\n")]),
    ("cat <<\"E\"x\n$b\nEx", [quo("$b\n")]),
    ("cat <<E\n\\$b \\a \\` \\\\ \\\" \"'\nE", [quo("$b \\a ` \\ \\\" \"'\n")]),
    ("cat <<E\na\\\nb\nE", [quo("ab\n")]),
    ("cat <<E\na\\\nE\nE", [quo("aE\n")]),
    ("cat <<E\na\nE\\\n\nb", [quo("a\n")]),
    ("cat <<E\na\\\\\nE", [quo("a\\\n")]),
    ("cat <<E\nE", []),
    ("cat <<E", []),
    ("cat <<E\na\nb", [quo("a\nb\n")]),
    ("cat <<E\n E\nE \nE", [quo(" E\nE \n")]),
    ("cat <<E\\\nF\na\nEF\n", [quo("a\n")]),
    ("cat <<-E\n\ta\n\t\t b\t\n\tE\nc", [quo("a\n b\t\n")]),
    ("cat <<-'\tE'\n\ta\n\tE\n", [quo("a\n")]),
    ("cat <<E\n${x:-a}\nE", [var("x", ":-", quo("a"), quoted=True), quo("\n")]),
    ("cat <<E\n$((1))$\nE", [math("1", quoted=True), quo("$\n")]),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", BODIES)
def test_bodies(text: str, expected: list[Any]) -> None:
    (document,) = documents(text)
    assert bare(document.body.parts) == bare(tuple(expected))


@pytest.mark.parametrize("text, names", [
    ("cat <<E; a\nb\nE\nc", ["cat", "a", "c"]),
    ("cat <<E | a\nb\nE\nc", ["cat", "a", "c"]),
    ("cat <<E &&\nb\nE\nc", ["cat", "c"]),
    ("cat <<E <<F; a\nb\nE\nc\nF\nd", ["cat", "a", "d"]),
    ("cat <<E 'a\nb' c\nd\nE\ne", ["cat", "e"]),
    ("cat <<E # <<F\nb\nE\nc", ["cat", "c"]),
    ("a $(cat <<E\nb\nE\n) c\nd", ["a", "cat", "d"]),
    ("a $(cat <<E\nb\nE) c\nd", ["a", "cat", "d"]),
    ("a \"$(cat <<'E'\nb \" ' )\nE\n)\" c\nd", ["a", "cat", "d"]),
    ("cat <<E $(a\nb)\nc\nE\nd", ["cat", "a", "b", "d"]),
    ("if cat <<E; then\nb\nE\nc; fi", ["cat", "c"]),
    ("{ cat <<E\nb\nE\n}; c", ["cat", "c"]),
    ("(cat <<E)\nb\nE\nc", ["cat", "c"]),
    ("f() { cat; } <<E\nb\nE\nc", ["cat", "c"]),
    ("a `cat <<E\nb\nE\n` c\nd", ["a", "`cat <<E\nb\nE\n`", "d"]),
    ("cat <<'a\nb'\nc\nd", ["cat"]),
])  # fmt: skip
def test_what_is_a_command_and_what_a_body(text: str, names: list[str]) -> None:
    assert programs(text) == names


@pytest.mark.parametrize("text", [
    "a $(cat <<E)\nb\nE\nc",
    "cat <<$(a)\nb\n$(a)",
    "cat <<E; a=(\nb)\nE\n",
    "cat <<E; [[ a\n]]\nE\n",
])  # fmt: skip
def test_bodies_in_odd_places_are_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse(text)


def test_the_delimiter() -> None:
    (document,) = documents("cat <<-'E F'\n$a\n\tE F\n")
    assert (document.delimiter, document.quoted) == ("E F", True)


@pytest.mark.parametrize("text", ["cat <<E\nab $c d\nE\n", "cat <<-E\n\t\tab $c d\n\tE\n", "cat <<E\na\\\nb $c d\nE\n"])
def test_places_in_a_body(text: str) -> None:
    (parameter,) = (node for node in walk(parse(text)) if isinstance(node, nodes.Parameter))
    assert text[slice(*parameter.span)] == "$c"
