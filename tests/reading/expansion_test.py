"""Substitutions within words: what they run, and what they give."""

from __future__ import annotations

import pytest

from tests.reading.support import expanded, ran

RUNS = [
    ("p $(q)", ["q", "p …"]),
    ("p `q`", ["q", "p …"]),
    ("p <(q)", ["q", "p /dev/fd/63"]),
    ("p $((x[$(q)]))", ["q", "p …"]),
    ("a='x[$(q)]'; p $((a))", ["q"]),
    ("cat <<< $(q)", ["q", "cat"]),
]


@pytest.mark.parametrize(("text", "commands"), RUNS, ids=[text for text, _ in RUNS])
def test_runs(text: str, commands: list[str]) -> None:
    found = ran(text)
    assert [each for each in commands if each not in found] == []


GIVES = [
    ("p $(echo a)", ["a"]),
    ("p $(< x)", ["1", "2"]),
    ("p $(cat x)", ["1", "2"]),
    ("p $(cat x y)", ["1", "2", "3"]),
    ("p \"$(cat x)\"", ["1\n2"]),
    ("echo new > x; p $(cat x)", ["new"]),
    ("p $(cat gone)", ["…"]),
    ("p $(pwd)", ["/home/u/project"]),
    ("p $(cd /tmp; pwd) $(pwd)", ["/tmp", "/home/u/project"]),
    ("p *.md", ["*.md"]),
]


@pytest.mark.parametrize(("text", "words"), GIVES, ids=[text for text, _ in GIVES])
def test_gives(text: str, words: list[str]) -> None:
    assert expanded(text, {"x": "1\n2\n", "y": "3\n"}) == [words]


def test_what_is_written_to_a_process_substitution_runs() -> None:
    assert "q" in ran("echo q > >(sh)")
    assert "q" in ran("echo q | tee >(sh) > /dev/null")


def test_a_text_that_evaluates_itself_ends() -> None:
    assert ran("x='$(p ${x@P})'; p ${x@P}")


def test_globs_match_what_the_text_wrote() -> None:
    assert "q" in ran("echo q > a.sh; sh *.sh")
    assert "q" in ran("echo q > a.sh; . ./a*")
