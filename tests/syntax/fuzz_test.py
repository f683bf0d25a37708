"""Mutated text: an answer comes, in time, and never another exception. Set FUZZ to a number for more cases."""

from __future__ import annotations

import os
import random
import time

import pytest

from guardsh.syntax import NotUnderstood, SyntaxProblem, bash_verdict, complete_prefix, nodes, parse
from guardsh.syntax.walk import walk
from tests.support import corpus
from tests.syntax.oracles_test import BASH, TABLES

CASES = int(os.environ.get("FUZZ", "400"))
PIECES = [
    *(";", "&", "&&", "||", "|", "(", ")", "{", "}", '"', "'", "`", "$", "${", "$(", "$((", "))", "((", "<", ">", "<<"),
    *("<<E", ">&", "#", "if", "then", "fi", "do", "done", "in", "esac", "case", "for", "!", "time", "[[", "]]", "="),
    *("E", "1", "x=(", ";;", "*", "[", "]", "@(", "~", "|&", "&>", "<<<", "<(", "+=", "-", "\\", "coproc", "function"),
    *(" ", "\n", "\nE\n", "\\\n", "\t", "\r", "é"),
]
FRAMES = ["$(%s)", "`%s`", '"%s"', "{ %s;}", "(%s)", '"$(%s)"', "${x:-%s}", "if %s; then x; fi", "f() { %s\n}"]


def _mutated(text: str, texts: list[str], chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(6)
        if kind < 2:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 2:
            text = text[:at] + text[at + chance.choice((1, 1, 2, 9)) :]
        elif kind == 3:
            text = text[:at] + chance.choice(texts) + text[at:]
        elif kind == 4:
            text = chance.choice(FRAMES).replace("%s", text)
        else:
            text = text[:at]
    return text


def _check(text: str) -> nodes.Script | None:
    started = time.perf_counter()
    try:
        script = parse(text)
    except SyntaxProblem as problem:
        assert 0 <= problem.complete <= len(text)
        script = None
    except NotUnderstood as problem:
        assert 0 <= problem.offset <= len(text), text
        script = None
    assert time.perf_counter() - started < 5, text
    return script


def _places_nest(script: nodes.Script, text: str) -> bool:
    return all(0 <= node.span[0] <= node.span[1] <= len(text) for node in walk(script))


@pytest.mark.parametrize("seed", range(4))
def test_mutated_tables(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(CASES):
        text = _mutated(chance.choice(TABLES), TABLES, chance)
        script = _check(text)
        assert script is None or _places_nest(script, text), text
        assert text.startswith(complete_prefix(text))


def test_mutated_corpus() -> None:
    chance = random.Random(5)
    texts = [record["command"] for record in corpus("agent-commands.jsonl")]
    for _ in range(CASES):
        text = _mutated(chance.choice(texts), TABLES, chance)
        script = _check(text)
        assert script is None or _places_nest(script, text), text


def test_what_we_refuse_bash_refuses() -> None:
    """A SyntaxProblem for a text that bash accepts costs a question; it should stay rare."""
    chance = random.Random(6)
    texts = list({_mutated(chance.choice(TABLES), TABLES, chance) for _ in range(CASES)})
    wrong = []
    for text in texts:
        try:
            parse(text)
        except SyntaxProblem:
            if bash_verdict(text, BASH, 10).valid:
                wrong.append(text)
        except NotUnderstood:
            pass
    assert len(wrong) <= len(texts) / 50, wrong
