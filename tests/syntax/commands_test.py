"""Which tree each construct of the grammar gives."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.syntax import NotUnderstood, SyntaxProblem, complete_prefix, nodes, parse
from tests.syntax.builders import PLACE, bare, cmd, first, let, lit, math, redirect, script, sub, tree, var, word

A, B, C, D = cmd("a"), cmd("b"), cmd("c"), cmd("d")


def group(*made: Any, to: tuple[Any, ...] = ()) -> nodes.Group:
    return nodes.Group(PLACE, script(*made), to)


def pipe(*commands: Any, errors: tuple[bool, ...] | None = None, **more: Any) -> nodes.Pipeline:
    return nodes.Pipeline(PLACE, commands, errors or (False,) * (len(commands) - 1), **more)


def branches(*pairs: tuple[Any, Any]) -> tuple[Any, ...]:
    return tuple((script(test, ";"), script(body, ";")) for test, body in pairs)


def clause(pattern: str, body: Any, terminator: str) -> nodes.Clause:
    return nodes.Clause(PLACE, (word(pattern),), body, terminator)


LISTS: list[tuple[str, Any]] = [
    ("", script()),
    (" \t\n # only a comment", script()),
    ("a", script(A)),
    ("a\n", script(A, "\n")),
    ("a\n\n\nb", script(A, "\n", B)),
    ("a;", script(A, ";")),
    ("a & b", script(A, "&", B)),
    ("a && b || c; d &", script(A, "&&", B, "||", C, ";", D, "&")),
    ("a &&\n\n b", script(A, "&&", B)),
    ("a # b; c\nd", script(A, "\n", D)),
    ("a\r\nb\r", script(cmd("a\r"), "\n", cmd("b\r"))),
    ("a | b |& c", script(pipe(A, B, C, errors=(False, True)))),
    ("a |\nb", script(pipe(A, B))),
    ("! a | b", script(pipe(A, B, negated=True))),
    ("! ! a", script(pipe(A))),
    ("time a", script(pipe(A, timed=True))),
    ("time -p -- a | b", script(pipe(A, B, timed=True))),
    ("time -- a", script(pipe(A, timed=True))),
    ("time ! a", script(pipe(A, timed=True, negated=True))),
    ("a | time b", script(pipe(A, cmd("time", "b")))),
    ("time; a", script(pipe(cmd(), timed=True), ";", A)),
    ("!", script(pipe(cmd(), negated=True))),
    ("!(a)", script(pipe(nodes.Subshell(PLACE, script(A)), negated=True))),
]

COMPOUND: list[tuple[str, Any]] = [
    ("(a; b)", nodes.Subshell(PLACE, script(A, ";", B))),
    ("( a )", nodes.Subshell(PLACE, script(A))),
    ("((a); b)", nodes.Subshell(PLACE, script(nodes.Subshell(PLACE, script(A)), ";", B))),
    ("((a) )", nodes.Subshell(PLACE, script(nodes.Subshell(PLACE, script(A))))),
    ("{ a; } >b", group(A, ";", to=(redirect(">", "b"),))),
    ("((a > 1))", nodes.ArithmeticCommand(PLACE, word("a > 1"))),
    ("((a=$(b)))", nodes.ArithmeticCommand(PLACE, word("a=", sub(B, quoted=True)))),
    ("if a; then b; fi", nodes.If(PLACE, branches((A, B)))),
    ("if a; then b; else c; fi", nodes.If(PLACE, branches((A, B)), script(C, ";"))),
    (
        "if a; then b; elif c; then d; elif d; then c; else a; fi",
        nodes.If(PLACE, branches((A, B), (C, D), (D, C)), script(A, ";")),
    ),
    ("while a; do b; done", nodes.While(PLACE, script(A, ";"), script(B, ";"))),
    ("while a\ndo b\ndone <c", nodes.While(PLACE, script(A, "\n"), script(B, "\n"), False, (redirect("<", "c"),))),
    ("until a; do b; done", nodes.While(PLACE, script(A, ";"), script(B, ";"), until=True)),
    ("for x in 1 2; do b; done", nodes.For(PLACE, "x", (word("1"), word("2")), script(B, ";"))),
    ("for x\n in\n do b; done", nodes.For(PLACE, "x", (), script(B, ";"))),
    ("for x in; do b; done", nodes.For(PLACE, "x", (), script(B, ";"))),
    ("for x; do b; done", nodes.For(PLACE, "x", None, script(B, ";"))),
    ("for x do b; done", nodes.For(PLACE, "x", None, script(B, ";"))),
    ("for x;\n\ndo b; done", nodes.For(PLACE, "x", None, script(B, ";"))),
    ("for x in 1; { b; }", nodes.For(PLACE, "x", (word("1"),), script(B, ";"))),
    ("for in in in; do b; done", nodes.For(PLACE, "in", (word("in"),), script(B, ";"))),
    ("for ((i=0; i<3; i++)); do b; done", nodes.ArithmeticFor(PLACE, word("i=0; i<3; i++"), script(B, ";"))),
    ("for ((;;)) { b; }", nodes.ArithmeticFor(PLACE, word(";;"), script(B, ";"))),
    ("for ((;;)) do b; done", nodes.ArithmeticFor(PLACE, word(";;"), script(B, ";"))),
    ("select x in 1 2; do b; done", nodes.Select(PLACE, "x", (word("1"), word("2")), script(B, ";"))),
    ("select x; do (a) done", nodes.Select(PLACE, "x", None, script(nodes.Subshell(PLACE, script(A))))),
    ("case x in esac", nodes.Case(PLACE, word("x"), ())),
    ("case x\nin\n1) a;; (2) ;;& 3) b;& *) c\nesac", nodes.Case(PLACE, word("x"), (
        clause("1", script(A), ";;"),
        clause("2", script(), ";;&"),
        clause("3", script(B), ";&"),
        clause("*", script(C, "\n"), ""),
    ))),
    ("case x in if|esac) a; esac", nodes.Case(PLACE, word("x"), (
        nodes.Clause(PLACE, (word("if"), word("esac")), script(A, ";"), ""),
    ))),
    ("case x in 1) case y in 2) a;; esac;; 3) b;; esac", nodes.Case(PLACE, word("x"), (
        clause("1", script(nodes.Case(PLACE, word("y"), (clause("2", script(A), ";;"),))), ";;"),
        clause("3", script(B), ";;"),
    ))),
    ("f() { a; }", nodes.Function(PLACE, "f", group(A, ";"))),
    ("f ()\n(a) >b", nodes.Function(PLACE, "f", nodes.Subshell(PLACE, script(A)), (redirect(">", "b"),))),
    ("function f { a; }", nodes.Function(PLACE, "f", group(A, ";"))),
    ("function f() \n { a; }", nodes.Function(PLACE, "f", group(A, ";"))),
    ("function f=g\n{ a; }", nodes.Function(PLACE, "f=g", group(A, ";"))),
    ("[[ -f a && ! ( $b == c* ) ]]", nodes.Conditional(PLACE, tuple(
        word(each) for each in ("-f", "a", "&&", "!", "(", var("b"), "==", "c*", ")")
    ))),
    ("[[ a\n=~ ^(x|y)z$ ]] >b".replace("\n", " "), nodes.Conditional(
        PLACE, (word("a"), word("=~"), word("^(x|y)z$")), (redirect(">", "b"),)
    )),
    ("[[ a =~ (b c) && d == @(e|f) ]]", nodes.Conditional(PLACE, tuple(
        word(each) for each in ("a", "=~", "(b c)", "&&", "d", "==", "@(e|f)")
    ))),
    ("[[ a<b\n # note\n && c ]]", nodes.Conditional(PLACE, tuple(word(each) for each in ("a", "<", "b", "&&", "c")))),
    ("coproc a b", nodes.Coprocess(PLACE, "COPROC", cmd("a", "b"))),
    ("coproc { a; } >b", nodes.Coprocess(PLACE, "COPROC", group(A, ";", to=(redirect(">", "b"),)))),
    ("coproc N { a; }", nodes.Coprocess(PLACE, "N", group(A, ";"))),
]

SIMPLE: list[tuple[str, Any]] = [
    ("x=1 y+=2 a z=3", cmd("a", "z=3", assign=(let("x", "1"), let("y", "2", append=True)))),
    ("x=", cmd(assign=(nodes.Assignment(PLACE, "x", word()),))),
    (">b x=1 a", cmd("a", assign=(let("x", "1"),), to=(redirect(">", "b"),))),
    ("x=1 >b y=2 a", cmd("a", assign=(let("x", "1"), let("y", "2")), to=(redirect(">", "b"),))),
    ("x[1 + 2]=3", cmd(assign=(let("x", "3", subscript=word("1 + 2")),))),
    ("x[$i]+=3", cmd(assign=(let("x", "3", subscript=word(var("i", quoted=True)), append=True),))),
    ("x=(1 [2]=b\n # note\n [c]+=d)", cmd(assign=(nodes.Assignment(PLACE, "x", (
        nodes.Element(PLACE, word("1")),
        nodes.Element(PLACE, word("b"), word("2")),
        nodes.Element(PLACE, word("d"), word("c"), True),
    )),))),
    ("x=(if a=b)", cmd(assign=(nodes.Assignment(PLACE, "x", (
        nodes.Element(PLACE, word("if")), nodes.Element(PLACE, word("a=b")),
    )),))),
    ("export x=1 y a[2]=3", cmd("export", let("x", "1"), "y", let("a", "3", subscript=word("2")))),
    ("declare -a x=(1)", cmd("declare", "-a", nodes.Assignment(PLACE, "x", (nodes.Element(PLACE, word("1")),)))),
    ("eval x=($y 2)", cmd("eval", word("x=(", var("y"), " 2)"))),
    ("a[b c] d", cmd("a[b c]", "d")),
    ("a if then {", cmd("a", "if", "then", "{")),
    ("{a b}", cmd("{a", "b}")),
    ("a#b", cmd("a#b")),
    ("a >b 2>>c <d <>e >|f &>g &>>h", cmd("a", to=(
        redirect(">", "b"), redirect(">>", "c", 2), redirect("<", "d"), redirect("<>", "e"), redirect(">|", "f"),
        redirect("&>", "g"), redirect("&>>", "h"),
    ))),
    ("a 2>&1 <&- >&3- {fd}>b {x[1]}<&- >&b", cmd("a", to=(
        redirect(">&", "1", 2), redirect("<&", "-"), redirect(">&", "3-"), redirect(">", "b", "fd"),
        redirect("<&", "-", "x[1]"), redirect(">&", "b"),
    ))),
    ("a>&-b", cmd("a", "b", to=(redirect(">&", "-"),))),
    ("a 2 >b c2>d", cmd("a", "2", "c2", to=(redirect(">", "b"), redirect(">", "d")))),
    ("a <<<b", cmd("a", to=(redirect("<<<", "b"),))),
    ("a $((1 + $b))", cmd("a", word(math("1 + ", var("b", quoted=True))))),
    ("a &\\\n>b", cmd("a", to=(redirect("&>", "b"),))),
    ("a 2\\\n>b", cmd("a", to=(redirect(">", "b", 2),))),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", LISTS)
def test_lists(text: str, expected: Any) -> None:
    assert tree(text) == bare(expected)


@pytest.mark.parametrize("text, expected", COMPOUND + SIMPLE)
def test_commands(text: str, expected: Any) -> None:
    assert bare(first(text)) == bare(expected)


@pytest.mark.parametrize("text, expected", COMPOUND + SIMPLE)
@pytest.mark.parametrize("around", ["$(%s\n)", "{ %s\n}", "if %s\nthen :; fi", "a | { %s\n}", "cat <(%s\n)", "`%s\n`"])
def test_a_command_reads_the_same_inside_another(text: str, expected: Any, around: str) -> None:
    assert repr(bare(expected)) in repr(tree(around % text))


REFUSED = [
    *("if", "fi", "then", "in", "do a", "a; ]]", ")", "a )", "(a", "{ a", "( )", "{ }", ";", "a ;; b", "a & ; b"),
    *("a | | b", "a | ! b", "! | a", "f() { }", "f() a", "function", "a b() { c; }", "if a; then b; fi c", "{ a; } b"),
    *("for", "for x y; do z; done", "while a do b; done", "case x in a b) c;; esac", "case x in", "coproc", "<", "a >"),
    *("echo a=(b)", "a b=(c)", "command declare a=(1)", "declare >f a=(1)", "a=(b;c)", "a=(1>x)", "[[ a ; b ]]"),
    *("'a", '"a', "`a", "$(a", "${a", "a=(", "a[1", "((a)", "$((1", "[[ a", "for ((;)); do a; done", "}", "a; }"),
    *("[[ ]]", "a &&"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_the_grammar_refuses(text: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(text)


@pytest.mark.parametrize("text", ["(a", "a &&", "if a", "'a", "a |", "{", "$(a", "case x in", "[[ a", "x=(1", "${a"])
def test_a_text_that_stops_too_early_says_so(text: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)
    assert caught.value.at_end


@pytest.mark.parametrize("text, offset, message", [
    ("a ;; b", 2, "syntax error near unexpected token `;;'"),
    ("a\nb )", 4, "syntax error near unexpected token `)'"),
    ("if a; fi", 6, "syntax error near unexpected token `fi'"),
])  # fmt: skip
def test_a_problem_has_a_place_and_bashs_words(text: str, offset: int, message: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)
    assert (caught.value.offset, caught.value.message) == (offset, message)


@pytest.mark.parametrize("text", ["`if`", "cat <<E\n$(if)\nE", "echo $((a); ;; (b))", "cat <<E\n${x:-it's}\nE"])
def test_what_bash_would_only_notice_while_running_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse(text)
    assert not isinstance(caught.value, SyntaxProblem)


@pytest.mark.parametrize("text, complete", [
    ("a\nb\nif x", "a\nb\n"),
    ("a\ncat <<E\nx\nE\nb ;; c", "a\ncat <<E\nx\nE\n"),
    ("cat <<E\nx\n", ""),
    ("a &&\nb\nc", "a &&\nb\n"),
    ("a;\n\n# x\nb", "a;\n\n# x\n"),
    ("for x in 1\ndo\na\ndone\nb", "for x in 1\ndo\na\ndone\n"),
    ("f() {\na\n", ""),
    ("a 'b\nc", ""),
    ("a \\\n& b\nc", "a \\\n& b\n"),
    ("a", ""),
    ("\0a\n", ""),
])  # fmt: skip
def test_complete_prefix(text: str, complete: str) -> None:
    assert complete_prefix(text) == complete


def test_complete_prefix_before_an_offset() -> None:
    assert complete_prefix("a\nb\nc\n", 3) == "a\n"


def test_a_problem_knows_what_was_complete_before_it() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse("a\nb\nc ;; d")
    assert caught.value.complete == 4


def test_places() -> None:
    text = "x=1 a 'b c' >d | e && f"
    items = parse(text).items
    assert [text[slice(*item.span)] for item in items] == ["x=1 a 'b c' >d | e &&", "f"]
    pipeline = items[0].command
    assert isinstance(pipeline, nodes.Pipeline)
    simple = pipeline.commands[0]
    assert isinstance(simple, nodes.Simple)
    shown = [text[slice(*node.span)] for node in (*simple.assignments, *simple.words, *simple.redirections)]
    assert shown == ["x=1", "a", "'b c'", ">d"]


def test_places_behind_a_spliced_line() -> None:
    text = "a &\\\n& bc >&\\\n1 d"
    last = parse(text).items[1].command
    assert isinstance(last, nodes.Simple)
    assert [text[slice(*word.span)] for word in last.words] == ["bc", "d"]


def test_nothing_is_literal_where_an_expansion_is() -> None:
    assert first("a$b") == first("a$b")
    assert lit("a") != lit("b")


def test_subshells_are_not_taken_for_arithmetic() -> None:
    with pytest.raises(NotUnderstood, match="clear"):
        parse("(( $(case x in x) a;; esac) ))")


def test_a_pattern_is_not_taken_for_a_negated_subshell() -> None:
    with pytest.raises(NotUnderstood, match="extglob"):
        parse("shopt -s extglob\n!(a)")
