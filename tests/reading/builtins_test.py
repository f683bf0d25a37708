"""Builtins: what they change, what text they run."""

from __future__ import annotations

import pytest

from guardsh.reading.builtins import options_of
from guardsh.reading.model import Value
from tests.reading.support import expanded, ran

VALUES = [
    ("read x <<< 'a b'; p $x", [["a", "b"]]),
    ("read x y <<< 'a b c'; p $x / $y", [["a", "/", "b", "c"]]),
    ("read -a x <<< 'a b'; p ${x[1]}", [["b"]]),
    ("read -ra x <<< 'a b'; p ${x[1]}", [["b"]]),
    ("read <<< a; p $REPLY", [["a"]]),
    ("IFS=: read x y <<< a:b; p $x $y", [["a", "b"]]),
    ("IFS= read -r x <<< ' a '; p \"$x\"", [[" a "]]),
    ("read -p prompt x <<< a; p $x", [["a"]]),
    ("read -u 3 x 3<<< a; p $x", [["a"]]),
    ("mapfile -t x <<< $'a\\nb'; p ${x[1]}", [["b"]]),
    ("readarray x < f; p ${x[0]}", [["1"]]),
    ("mapfile -d , x <<< a,b; p ${x[0]}", [["a"]]),
    ("printf -v x '%s-%s' a b; p $x", [["a-b"]]),
    ("printf -v 'x[1]' a; p ${x[1]}", [["a"]]),
    ("set -- a b; shift; p $1", [["b"]]),
    ("set -- a b c; shift 2; p $1", [["c"]]),
    ("set a b; p $2", [["b"]]),
    ("set -x -- a; p $1", [["a"]]),
    ("set -f; p *.x", [["*.x"]]),
    ("set -o noglob; p {a,b}*", [["a*", "b*"]]),
    ("getopts ab: o -b v; p $OPTARG", [["v"]]),
    ("hash -p /x/y z; z", []),
    ("f() { return; x=1; }; x=0; f; p $x", [["0"], ["1"]]),
    ("for i in 1; do x=1; break; x=2; done; p $x", [["2"], ["1"], []]),
    ("unset x; p ${x-none}", [["none"]]),
    ("shopt -s lastpipe; echo a | read x; p $x", [["a"], []]),
    ("source f.env; p $A", [["1"]]),
    (". ./f.env; p $A", [["1"]]),
    ("source args.sh a b", [["a", "b"]]),
]
FILES = {"f": "1\n2\n", "f.env": "A=1\n", "args.sh": 'p "$@"\n'}


@pytest.mark.parametrize(("text", "readings"), VALUES, ids=[text for text, _ in VALUES])
def test_values(text: str, readings: list[list[str]]) -> None:
    assert sorted(expanded(text, FILES)) == sorted(readings)


RUNS = [
    "eval q", "eval 'x; q'", "eval x ';' q", "eval -- q", "eval \"$(echo q)\"", "command q", "command -p q", "builtin command q",
    "exec q", "exec -a x q", "exec -cl q", "exec 3>&1 q", "trap q EXIT", "trap -- 'x; q' 0 INT", "trap '$x' EXIT; x=q",
    "mapfile -C q -c 1 x", "source s.sh", ". s.sh", "source <(echo q)", "echo q | source /dev/stdin", "alias x=q; x",
    "alias s='sudo '; alias x=q; s x", "jobs -x q", "compgen -C q", "complete -F f x; f() { :; }; q", "bind -x '\"a\": q'",
    "test -v 'x[$(q)]'", "[ -v 'x[$(q)]' ]", "let 'x[$(q)]=1'", "unset 'x[$(q)]'", "read 'x[$(q)]'", "wait -p 'x[$(q)]'",
    "hash -p /x/q ls; ls", "while read -r x; do $x; done <<< q", "set -- q; \"$@\"", "command eval q",
]  # fmt: skip


@pytest.mark.parametrize("text", RUNS)
def test_text_that_runs(text: str) -> None:
    found = ran(text, {"s.sh": "q\n"})
    assert "q" in found or "/x/q" in found


def test_nothing_more_runs() -> None:
    assert ran("command -v q") == ["command -v q"]
    assert ran("trap '' EXIT; trap - INT; trap") == ["trap  EXIT", "trap - INT", "trap"]
    assert ran("alias x=q") == ["alias x=q"]
    assert ran("type q; hash q") == ["type q", "hash q"]


def test_a_loop_over_more_lines_than_are_told_apart_sees_each() -> None:
    lines = "\n".join(f"a{n}" for n in range(40))
    found = ran(f"while read -r x; do p $x; done <<E\n{lines}\nE")
    assert {f"p a{n}" for n in range(40)} <= set(found)


def test_a_script_that_isn_t_there_leaves_variables_open() -> None:
    assert expanded("source gone; p $A") == [["…"]]


@pytest.mark.parametrize(
    ("line", "values", "operands", "letters", "given"),
    [
        ("read -r x", "", ["x"], "r", {}),
        ("read -u 3 x", "u", ["x"], "u", {"u": "3"}),
        ("read -u3 x", "u", ["x"], "u", {"u": "3"}),
        ("read -ru3 x", "u", ["x"], "ru", {"u": "3"}),
        ("read -- -x", "", ["-x"], "", {}),
        ("set +x a", "", ["a"], "x", {}),
        ("read -u", "u", [], "u", {}),
    ],
)
def test_options_of(line: str, values: str, operands: list[str], letters: str, given: dict[str, str]) -> None:
    found = options_of(tuple(map(Value, line.split())), values)
    assert ([o.text for o in found[0]], found[1], {k: v.text for k, v in found[2].items()}) == (operands, letters, given)
