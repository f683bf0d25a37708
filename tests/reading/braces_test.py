"""Brace expansion, as bash prints it."""

from __future__ import annotations

import pytest

from guardsh.reading import braces
from guardsh.syntax import NotUnderstood
from tests.reading.support import expanded, reading

CASES = [
    ("{a,b}", ["a", "b"]),
    ("x{a,b}y", ["xay", "xby"]),
    ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
    ("{a,{b,c}d}", ["a", "bd", "cd"]),
    ("{1..3}", ["1", "2", "3"]),
    ("{3..1}", ["3", "2", "1"]),
    ("{01..03}", ["01", "02", "03"]),
    ("{1..10..4}", ["1", "5", "9"]),
    ("{a..e..2}", ["a", "c", "e"]),
    ("{-1..1}", ["-1", "0", "1"]),
    ("{a}", ["{a}"]),
    ("{}", ["{}"]),
    ("{a,b", ["{a,b"]),
    ("a,b}", ["a,b}"]),
    ("\"{a,b}\"", ["{a,b}"]),
    ("{\"a b\",c}", ["a b", "c"]),
    ("\\{a,b}", ["{a,b}"]),
    ("{a\\,b,c}", ["a,b", "c"]),
    ("{,x}a", ["a", "xa"]),
    ("${x}{a,b}", ["a", "b"]),
    ("{$x,b}", ["b"]),
    ("{a..}", ["{a..}"]),
    ("{1..a}", ["{1..a}"]),
    ("{a,b}{", ["a{", "b{"]),
]


@pytest.mark.parametrize(("word", "words"), CASES, ids=[word for word, _ in CASES])
def test_expands(word: str, words: list[str]) -> None:
    assert expanded(f"p {word}") == [words]


@pytest.mark.parametrize("word", ["{1..100000}", "{a,b}" * 12, "{1..30}{1..30}"])
def test_too_many(word: str) -> None:
    with pytest.raises(NotUnderstood, match="too many words"):
        reading(f"p {word}")


def test_the_limit_is_reachable() -> None:
    assert len(expanded(f"p {{1..{braces.LIMIT}}}")[0]) == braces.LIMIT
