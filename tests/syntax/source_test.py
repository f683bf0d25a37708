"""Bounds: whatever the text, an answer comes soon, and it is a tree or NotUnderstood."""

from __future__ import annotations

import time

import pytest

from guardsh.syntax import NotUnderstood, SyntaxProblem, complete_prefix, parse

N = 100_000

ENDLESS = {
    text[:12]: text * (N // len(text))
    for text in (
        *("(", "((", "$(", "$((", "$((a) ", "${x:-", '"${x:-', "`", "`\\", "$(`", "{ ", "if ", "if a; then ", "while "),
        *(
            "case a in b) ",
            "f() { ",
            "! ",
            "a | ",
            "a && ",
            "a $(",
            "<(",
            "[[ ",
            "[[ a =~ (",
            "@(",
            "x[",
            "x=(",
            "$[",
            "'",
        ),
        *(
            '"$(',
            "${x/${x/",
            "$(cat <<E\n",
            "cat <<E\n",
            "a \\\n",
            "a &\\\n& ",
            "((a) x",
            "\\",
            "$'",
            "time ",
            "coproc ",
        ),
        *("function f ", "for x in ", "elif a; then b; ", ";; ", "\n", "#", "a;", "x=1 ", "$a", "{", "}", "]]", ")"),
    )
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_text(text: str) -> None:
    started = time.perf_counter()
    try:
        parse(text)
    except NotUnderstood:
        pass
    complete_prefix(text)
    assert time.perf_counter() - started < 10  # far more than it takes: what hangs, hangs for longer


@pytest.mark.parametrize(
    "text", ["( " * 50 + "a" + " )" * 50, "$(" * 50 + "a" + ")" * 50, "if a; then " * 50 + "b" + "; fi" * 50]
)
def test_nesting_within_the_bound(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("opening, closing", [
    ("( ", " )"), ("$(", ")"), ("{ ", "; }"), ("$((a) ", ")"), ("${x:-", "}"), ("if a; then ", "; fi"),
    ("$(( ( ", ") ))"), ('"$(', ')"'), ("<(", ")"), ("f() { ", "; }"), ("( $(", ") )"),
])  # fmt: skip
def test_nesting_beyond_the_bound(opening: str, closing: str) -> None:
    with pytest.raises(NotUnderstood, match="deep"):
        parse(opening * 200 + "a" + closing * 200)


def test_size() -> None:
    parse("# " + "x" * 900_000)
    with pytest.raises(NotUnderstood, match="longer than"):
        parse("# " + "x" * 1_000_000)


def test_ordinary_long_scripts() -> None:
    parse("rm " + "x " * 10_000)
    parse('echo a b c | grep "x$y" > /dev/null\n' * 2_700)  # 100 KB
    parse("cat <<E\n" + "a $b\n" * 20_000 + "E")


def test_arithmetic_that_turns_out_to_be_subshells_is_read_once() -> None:
    parse("$((" * 15 + "a" + ") )" * 15)
    parse("echo 'a${b'c")


@pytest.mark.parametrize("text, reason", [
    ("a\0b", "NUL"), ("a \uf8f0", "private"), ("a \uf8ff", "private"), ("a $'\\uf8f5'", "private"),
    ("| &\\\n" * 60, "token"), ("a &\\\n& " * 60 + "b", "broken"), ("a | " * 400 + "a", "pipeline"),
])  # fmt: skip
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        parse(text)


def test_an_unknown_dialect_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        parse("a", "fish")


def test_a_mistake_in_the_parser_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("a mistake")

    monkeypatch.setattr("guardsh.syntax.commands.Lexer", broken)
    with pytest.raises(NotUnderstood, match="internal error"):
        parse("a")
    assert complete_prefix("a\n") == ""


def test_too_deep_recursion_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("guardsh.syntax.commands.Lexer", endless)
    with pytest.raises(NotUnderstood, match="deep"):
        parse("a")


def test_the_message_names_the_place() -> None:
    assert str(SyntaxProblem("what", 3)) == "what (at character 3)"
