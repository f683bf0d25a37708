"""Assignments in all their places."""

from __future__ import annotations

import pytest

from tests.reading.support import expanded, ran

CASES = [
    ("x=1; p $x", [["1"]]),
    ("x=1 y=$x; p $y", [["1"]]),
    ("x=1; x+=2; p $x", [["12"]]),
    ("x=1 p $x", [[]]),
    ("f() { p $x; }; x=1 f; p $x", [["1"], []]),
    ("x=1 eval 'p $x'; p $x", [["1"], []]),
    ("x=2; x=1 eval 'p $x'; p $x", [["1"], ["2"]]),
    ("IFS=, read a b <<< 1,2; p $a $b", [["1", "2"]]),
    ("declare x=1; p $x", [["1"]]),
    ("declare -i x=5; p $x", [["5"]]),
    ("declare -u x=a; p $x", [["A"]]),
    ("declare -l x; x=A; p $x", [["a"]]),
    ("declare -n r=x; r=1; p $x $r", [["1", "1"]]),
    ("declare -a a=(1 2); p ${a[1]}", [["2"]]),
    ("readonly x=1; p $x", [["1"]]),
    ("export x=1 y=2; p $x $y", [["1", "2"]]),
    ("f() { local x=1; p $x; }; x=2; f; p $x", [["1"], ["2"]]),
    ("f() { local x; p $x; }; x=2; f", [[]]),
    ("f() { local a=(1 2); }; a=(3); f; p $a", [["3"]]),
    ("f() { declare -g x=1; }; f; p $x", [["1"]]),
    ("f() { x=1; }; f; p $x", [["1"]]),
    ("f() { if a; then local x=1; fi; }; x=2; f; p $x", [["2"]]),
    ("if a; then y=1; else y=2; fi; export x=$y; p $x", [["1"], ["2"]]),
    ("x=(a b); x=c; p \"${x[@]}\"", [["c", "b"]]),
    ("x=a; x=(b); p $x", [["b"]]),
    ("unset x; p $x", [[]]),
    ("x=1; unset x; p ${x-u}", [["u"]]),
    ("let x=5; p $x", [["5"]]),
    ("BASH_ALIASES[l]='p 1'; l", [["1"]]),
]


@pytest.mark.parametrize(("text", "readings"), CASES, ids=[text for text, _ in CASES])
def test_assigned(text: str, readings: list[list[str]]) -> None:
    assert sorted(expanded(text)) == sorted(readings)


@pytest.mark.parametrize("text", ["PS4='$(q)'", "PS1='`q`' bash", "PROMPT_COMMAND=q", "export PROMPT_COMMAND='q'", "declare -i x='a[$(q)]'"])
def test_text_that_the_shell_runs_by_itself(text: str) -> None:
    assert "q" in ran(text)
