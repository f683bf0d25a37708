"""Quotes and expansions inside words."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.syntax import NotUnderstood, nodes, parse
from tests.syntax.builders import PLACE, bare, cmd, lit, math, parts, quo, sub, var, word

A = cmd("a")


def process(direction: str, command: Any) -> nodes.ProcessSubstitution:
    return nodes.ProcessSubstitution(PLACE, direction, sub(command).body)


QUOTES: list[tuple[str, list[Any]]] = [
    ("a", [lit("a")]),
    ("a'b'\"c\"d", [lit("a"), quo("bc"), lit("d")]),
    ("''", [quo("")]),
    ('""', [quo("")]),
    ('""$b', [quo(""), var("b")]),
    ('"$b"', [var("b", quoted=True)]),
    (r"a\ b", [lit("a"), quo(" "), lit("b")]),
    ("a\\\nb", [lit("ab")]),
    ('"a\\\nb"', [quo("ab")]),
    (r'"\a\$\`\"\\"', [quo('\\a$`"\\')]),
    (r"'\a'", [quo("\\a")]),
    ("a\\", [lit("a"), quo("\\")]),
    ("$'a\\tb'", [quo("a\tb")]),
    ("$'it\\'s'", [quo("it's")]),
    ('$"a $b"', [quo("a "), var("b", quoted=True)]),
    ("\"$'a'\"", [quo("$'a'")]),
    ("a{b,c}~*", [lit("a{b,c}~*")]),
    ("@(a|'b c'|$d)", [lit("@(a|"), quo("b c"), lit("|"), var("d"), lit(")")]),
    ("x+(y(z))w", [lit("x+(y(z))w")]),
    ("'a${b'c", [quo("a${b"), lit("c")]),
    ("a=b", [lit("a=b")]),
    ("a[b", [lit("a[b")]),
    ("$", [lit("$")]),
    ("a$", [lit("a$")]),
    ('"$"', [quo("$")]),
    ("$%", [lit("$%")]),
    ("é€", [lit("é€")]),
]

SUBSTITUTIONS: list[tuple[str, list[Any]]] = [
    ("$(a)", [sub(A)]),
    ('"$(a)"', [sub(A, quoted=True)]),
    ("$( )", [sub()]),
    ("$((a) )", [sub(nodes.Subshell(PLACE, sub(A).body))]),
    ("$(a # )\n)", [sub(A, "\n")]),
    ("$(case x in y) a;; esac)", [sub(nodes.Case(PLACE, word("x"), (
        nodes.Clause(PLACE, (word("y"),), sub(A).body, ";;"),
    )))]),
    ("`a`", [sub(A)]),
    (r"`a \`a\``", [sub(cmd("a", word(sub(A))))]),
    (r'"`a \"b c\"`"', [sub(cmd("a", word(quo("b c"))), quoted=True)]),
    (r"`a \"b`", [sub(cmd("a", word(quo('"'), "b")))]),
    ("`a # b`", [sub(A)]),
    ("``", [sub()]),
    ("$(< f)", [sub(nodes.Simple(PLACE, (), (), (nodes.Redirection(PLACE, "<", word("f")),)))]),
    ("<(a)", [process("<", A)]),
    ("a>(a)b", [lit("a"), process(">", A), lit("b")]),
    ('"<(a)"', [quo("<(a)")]),
    ("$\\\n(a)", [sub(A)]),
    ("$\\\n{b}", [var("b")]),
    ("$b\\\nc", [var("bc")]),
    ("${b\\\nc}", [var("bc")]),
    ("<\\\n(a)", [process("<", A)]),
    ("$((1 + (2) ))", [math("1 + (2) ")]),
    ("$(($b + ${c} + $(a)))", [math(
        var("b", quoted=True), " + ", var("c", quoted=True), " + ", sub(A, quoted=True),
    )]),
    ("$(('$b'))", [math("'", var("b", quoted=True), "'")]),
    ('$(("1" + 1))', [math(quo("1"), " + 1")]),
    ("$[1 + a[2]]", [math("1 + a[2]")]),
    ('"$((1))"', [math("1", quoted=True)]),
]

OPERATORS = [*(":-", "-", ":=", "=", ":?", "?", ":+", "+", "#", "##", "%", "%%"), *("/", "//", "/#", "/%", ":")]
OPERATORS += ["^", "^^", ",", ",,", "~", "~~"]

PARAMETERS: list[tuple[str, list[Any]]] = [
    ("$b$1$10", [var("b"), var("1"), var("1"), lit("0")]),
    ("$@$*$#$?$-$$$!$0", [var(name) for name in "@*#?-$!0"]),
    ("${b}${10}${@}${#}${?}${-}${$}${!}", [var(name) for name in ("b", "10", "@", "#", "?", "-", "$", "!")]),
    ("${#b}${#@}${##}${#?}", [var(name, length=True) for name in ("b", "@", "#", "?")]),
    ("${#-x}", [var("#", "-", "x")]),
    ("${##x}", [var("#", "#", "x")]),
    ("${!b}${!#}", [var("b", indirect=True), var("#", indirect=True)]),
    ("${!-x}", [var("!", "-", "x")]),
    ("${!b*}${!b@}", [var("b", "prefix").but(word=None, subscript=word(each)) for each in "*@"]),
    ("${!b[@]}${!b[*]}", [var("b", "keys").but(word=None, subscript=word(each)) for each in "@*"]),
    ("${!b[0]}", [var("b", indirect=True, subscript=word("0"))]),
    ("${b[1]}${b[@]}${#b[*]}", [
        var("b", subscript=word("1")), var("b", subscript=word("@")), var("b", length=True, subscript=word("*")),
    ]),
    ("${b[$(a)]}", [var("b", subscript=word(sub(A, quoted=True)))]),
    *((f"${{b{operator}x}}", [var("b", operator, "x")]) for operator in OPERATORS),
    ("${b:-}", [var("b", ":-")]),
    ("${b:1:$c}", [var("b", ":", "1:", var("c"))]),
    ("${b@Q}", [var("b", "@", "Q")]),
    ("${b/x}", [var("b", "/", "x")]),
    ("${b/x/}", [var("b", "/", "x", replacement=word())]),
    ("${b//x/y/z}", [var("b", "//", "x", replacement=word("y/z"))]),
    (r"${b/\//'}'}", [var("b", "/", quo("/"), replacement=word(quo("}")))]),
    ("${b////x}", [var("b", "//", "/", replacement=word("x"))]),
    ("${b:-$(a)}", [var("b", ":-", sub(A))]),
    ("${b:-`a`}", [var("b", ":-", sub(A))]),
    ("${b:-<(a)}", [var("b", ":-", process("<", A))]),
    ("${b:-${c:-$(a)}}", [var("b", ":-", var("c", ":-", sub(A)))]),
    ("${b:-'a}'\"c}\"\\}}", [var("b", ":-", quo("a}c}}"))]),
    ("${b:-$'\\x41'}", [var("b", ":-", quo("A"))]),
    ("${b:-a{c}}", [var("b", ":-", "a{c"), lit("}")]),
    ("\"${b:-'a}'}\"", [var("b", ":-", quo("'a}'"), quoted=True)]),
    ("\"${b:-'$c'}\"", [var("b", ":-", quo("'"), var("c", quoted=True), quo("'"), quoted=True)]),
    ('"${b:-"a }"}"', [var("b", ":-", quo("a }"), quoted=True)]),
    (r'"${b:-\}\a\"}"', [var("b", ":-", quo('}\\a"'), quoted=True)]),
    ("\"${b#'}'*}\"", [var("b", "#", quo("}"), "*", quoted=True)]),
    ("\"${b%$c}\"", [var("b", "%", var("c"), quoted=True)]),
    ("\"${b:-$'a'}\"", [var("b", ":-", quo("a"), quoted=True)]),
    ("${b c}", [nodes.Parameter(PLACE, "", "", word("b c"))]),
    ("${b.$(a)}", [nodes.Parameter(PLACE, "", "", word("b.", sub(A)))]),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", QUOTES + SUBSTITUTIONS + PARAMETERS)
def test_parts(text: str, expected: list[Any]) -> None:
    assert bare(parts("x " + text)) == bare(tuple(expected))


AROUND = ["x=%s", "cat < %s", "cat <<<%s", "for x in %s; do :; done", "case %s in a) esac", "[[ -n %s ]]"]


@pytest.mark.parametrize("text, expected", SUBSTITUTIONS + PARAMETERS)
@pytest.mark.parametrize("around", AROUND)
def test_parts_elsewhere(text: str, expected: list[Any], around: str) -> None:
    """Where a word is expanded otherwise, the substitutions in it are seen all the same."""
    seen = repr(parse(around % text))
    assert seen.count("CommandSubstitution(") == repr(expected).count("CommandSubstitution(")


@pytest.mark.parametrize("text", [
    "${ a; }", "${|a; }", "${\ta; }", "$'\\uf8f0'", "${b[}\na\n]}", "${b[", '"${b:-<(a)}"', "`a \\",
    "\"${b:-'$(a'b)}\"", "$((a) <<E\n)\na\nE\n)", "<((a) # )\n)", "$(($(case x in a) b;; esac)))",
])  # fmt: skip
def test_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse("x " + text)


def test_nodes_below_backquotes_have_the_place_of_the_whole() -> None:
    (part,) = parts(r"x `a \`b\``")
    inner = part.body.items[0].command.words[1]
    assert part.span == inner.span == inner.parts[0].body.span == (2, 11)


@pytest.mark.parametrize("text", ["a", "'b c'", "$d", "${e:-f g}", "$(h)", '"i $j k"', "$((1 + l))", "<(m)", "$'n'"])
def test_places(text: str) -> None:
    assert parse(f"x {text} y").items[0].command.words[1].span == (2, 2 + len(text))  # type: ignore[union-attr]
