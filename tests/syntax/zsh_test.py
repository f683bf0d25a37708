"""Other shells' readings of the same text."""

from __future__ import annotations

import pytest

from guardsh.syntax import NotUnderstood, SyntaxProblem, parse

SAME = [
    *("ls -la && git status", "for x in a b; do echo $x; done", "if [[ $a == b* ]]; then c; fi", 'a="$b" c', "a=(b c)"),
    *("f() { a; }", "${x:-y} ${x#y} ${x/y/z} ${x:1:2} ${x: -1} ${#x} ${x[@]}", "cat <<E\n$a\nE", "[ a = b ]", "$'a'"),
    *('curl "$HOST:8080/x"', "echo $PATH:/usr/bin", "a | b 2>&1 >c", "echo {a,b}", "((a > 1))", "`a` $(b) <(c)"),
]

DIFFERENT = [
    *("rm =ls", "=rm -rf x", "rm *(.)", "rm **/x", "rm (a|b)", "${(f)x}", "${=x}", "rm $=x", 'rm "$~x"', "${x:h}"),
    *("rm -rf $x:h", 'rm "$x:h"', "rm $x[1]", "${x[2]}", "${!x}", "$#x", "repeat 3 rm x", "foreach x (a b) rm $x; end"),
    *("coproc rm x", "a >! b", "rm x<1-9>", "nocorrect rm x", "- rm x", "${x@Q}", "${${x}:-y}", "${x^^}", "${+x}"),
    *("f() rm x", "for x (a b) rm $x", "if (( a )) { rm x }", "{ a } always { b }", "a &| b", "rm x=(y)"),
    *("${x:t:r}", "${x::=y}"),
]


@pytest.mark.parametrize("text", SAME)
def test_zsh_reads_it_the_same(text: str) -> None:
    assert parse(text, "zsh") == parse(text)


@pytest.mark.parametrize("text", DIFFERENT)
def test_zsh_reads_it_otherwise(text: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse(text, "zsh")
    assert not isinstance(caught.value, SyntaxProblem)


@pytest.mark.parametrize("text", [
    "[[ a > b ]]", "[[ a || b ]]", "((a > b))", "$'a\\'b'", "function f\n{\nrm x\n}",
])  # fmt: skip
def test_sh_may_read_it_otherwise(text: str) -> None:
    parse(text)
    with pytest.raises(NotUnderstood):
        parse(text, "sh")


@pytest.mark.parametrize("text", ["[ a = b ]", "[[ a == b ]]", "a &>b", "$'a\\n'", "f() { a; }", "((a + 1))"])
def test_sh_reads_it_the_same(text: str) -> None:
    assert parse(text, "sh") == parse(text)
