"""Outputs put together: in sequence, as one of several, repeated."""

from __future__ import annotations

from guardsh.reading import output
from guardsh.reading.model import HOLE, Origin, Value


def test_together() -> None:
    assert output.together([Value("a"), Value("b")]) == Value("ab")
    assert output.together([]) == output.NOTHING
    assert output.together([Value(""), Value("a")]) == Value("a")
    both = output.together([Value("a"), Value(HOLE, options=("x", "y"))])
    assert (both.text, both.options) == (HOLE, ("ax", "ay"))


def test_any_of() -> None:
    assert output.any_of([Value("a"), Value("a")]).text == "a"
    assert output.any_of([Value("a"), Value("b")]).options == ("a", "b")
    many = output.any_of([Value(str(n)) for n in range(99)])
    assert len(many.options) == output.OPTIONS
    assert many.options[-1] == HOLE


def test_repeated() -> None:
    assert output.repeated([Value("")]) == output.NOTHING
    assert set(output.repeated([Value("a")]).options) == {"a", HOLE}


def test_origins_are_kept() -> None:
    origin = Origin("downloaded", "https://x.example")
    assert output.any_of([Value("a", origins=(origin,)), Value("b")]).origins == (origin,)
    assert output.together([Value("a", origins=(origin,)), Value("b")]).origins == (origin,)


def test_changed_and_variants() -> None:
    value = Value(HOLE, options=("a", "b"))
    assert output.changed(value, str.upper).options == ("A", "B")
    assert output.changed(Value("a"), str.upper).text == "A"
    assert [one.text for one in output.variants(value)] == ["a", "b"]
    assert output.variants(Value("a")) == [Value("a")]
