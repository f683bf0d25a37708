from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardsh.reading.model import HOLE, STAR
from guardsh.rules import globs
from guardsh.rules.globs import matches


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("prod", "PROD"),
        ("prod-*", "prod-eu"),
        ("prod-*", f"prod-{HOLE}"),
        ("*-prod", "eu-prod"),
        ("a|b*", "a"),
        ("a|b*", "bc"),
        ("*a*b*", "xxaxbx"),
        ("*aba*", "abaaba"),
        ("a?c", "abc"),
        ("a?c", f"a{HOLE}c"),
        ("/usr/[*]", "/usr/*"),
        ("/usr/[*]", f"/usr/{STAR}"),
        ("a*", "a\nb"),
        ("$(*)", f"a{HOLE}"),
        ("*", ""),
        ("a**b", "ab"),
    ],
)
def test_what_a_glob_names(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("prod", "prod-eu"),
        ("prod", HOLE),
        ("prod", f"prod{HOLE}"),
        ("ab*bc", "abc"),
        ("*aa*aa*", "aaa"),
        ("a|b*", "ab"),
        ("a?c", "ac"),
        ("/usr/[*]", "/usr/x"),
        ("$(*)", "a"),
        ("a.*", "ab"),
    ],
)
def test_what_it_does_not(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


_SIGNS = "ab*.|?[]"


@given(st.text(alphabet=_SIGNS, max_size=8), st.text(alphabet="ab.*[]?" + HOLE, max_size=10))
def test_it_is_the_regular_expression(pattern: str, text: str) -> None:
    expected = re.fullmatch("|".join(map(globs._expression, pattern.split("|"))), text, re.S) is not None
    if pattern != "*" and pattern != "$(*)":
        assert matches(pattern, text) is expected
