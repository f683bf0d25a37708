"""Components of paths and the patterns they fit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies

from guardsh.facts import components
from guardsh.facts.known import Places
from guardsh.reading.model import ANY, HOLE, SET, STAR, TOKEN

PLACES = Places(((".claude", "settings.json"), ("etc", "cron.*"), ("proc", "*", "environ")))


@given(strategies.text(f"ab.{STAR}{ANY}{SET}", max_size=8), strategies.text("ab.", max_size=8))
def test_matching_is_what_a_regular_expression_says(pattern: str, name: str) -> None:
    expression = "".join({STAR: ".*", ANY: ".", SET: "."}.get(char) or re.escape(char) for char in pattern)
    assert components.matches(pattern, name) == bool(re.fullmatch(expression, name))


@pytest.mark.parametrize(
    ("part", "name", "may", "meant"),
    [
        ("id_rsa", "id_rsa", True, True),
        ("id_rsa", "id_dsa", False, False),
        (f"id_{STAR}", "id_rsa", True, True),
        (f"i{STAR}", "id_rsa", True, False),
        (STAR, "id_rsa", False, False),
        (TOKEN, "id_rsa", False, False),
        (f"{STAR}rsa", ".rsa", True, False),
        (f"id{TOKEN}rsa", "id_rsa", True, True),
        (f"id_rsa{TOKEN}", "id_rsa", False, False),
        (f"id_rsa{HOLE}", "id_rsa", True, True),
    ],
)
def test_what_a_component_may_stand_for(part: str, name: str, may: bool, meant: bool) -> None:
    assert (components.could_be(part, name), components.is_meant(part, name)) == (may, meant)


def test_places_at_the_start_and_in_a_row() -> None:
    assert components.starts(("etc", "cron.d", "x"), PLACES)
    assert components.starts(("proc", "7", "environ"), PLACES)
    assert not components.starts(("etc", "cron.d"), PLACES, below=True)
    assert not components.starts(("x", ".claude", "settings.json"), PLACES)
    assert not components.starts((), PLACES)
    assert components.holds(("x", ".claude", "settings.json"), PLACES)


def test_globs_are_certain_of_nothing_but_may_mean_something() -> None:
    globbed = (".claude", f"sett{STAR}")
    assert not components.starts(globbed, PLACES)
    assert components.may_start(globbed, PLACES)
    assert components.may_hold(("x", *globbed), PLACES)
    assert not components.may_start((STAR, f"{STAR}.json"), PLACES)
    assert components.may_be_among(f".en{STAR}", frozenset({".env"}))
    assert not components.may_be_among("x", frozenset({".env"}))


def test_base_and_public() -> None:
    assert components.base(("a", STAR, f".{STAR}")) == (("a",), True)
    assert components.base(("a", f"b{STAR}")) == (("a", f"b{STAR}"), False)
    assert components.public(("private", "tmp", "x")) == ("tmp", "x")
    assert components.public(("private", "x")) == ("private", "x")
