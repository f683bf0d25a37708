"""Shell patterns as regular expressions."""

from __future__ import annotations

import pytest

from guardsh.reading import patterns

FITS = [
    ("*", "", True),
    ("a*", "abc", True),
    ("a*", "b", False),
    ("?", "a", True),
    ("?", "", False),
    ("[abc]x", "bx", True),
    ("[!a]", "b", True),
    ("[!a]", "a", False),
    ("[^a]", "b", True),
    ("[a-c]", "b", True),
    ("[]a]", "]", True),
    ("[[:digit:]]", "7", True),
    ("[[:digit:]]", "x", False),
    ("[[:upper:][:digit:]]", "Q", True),
    ("[a", "[a", True),
    ("a.b", "axb", False),
    ("a.b", "a.b", True),
    ("(", "(", True),
]


@pytest.mark.parametrize(("pattern", "text", "fits"), FITS)
def test_fits(pattern: str, text: str, fits: bool) -> None:
    assert patterns.fits(patterns.without_open_brackets(patterns.active(pattern)), text) is fits


def test_a_pattern_that_makes_no_expression_fits() -> None:
    assert patterns.fits(patterns.active("[z-a]"), "x")


def test_the_bracket_command_is_no_pattern() -> None:
    assert patterns.without_open_brackets(patterns.active("[")) == "["
    assert patterns.passive(patterns.active("a*b?[c]")) == "a*b?[c]"


@pytest.mark.parametrize(
    ("how", "text", "pattern", "by", "made"),
    [
        ("/", "aXbX", "X", "-", "a-bX"),
        ("//", "aXbX", "X", "-", "a-b-"),
        ("/#", "aXa", "a", "-", "-Xa"),
        ("/%", "aXa", "a", "-", "aX-"),
        ("//", "a.b", ".", "\\1", "a\\1b"),
        ("/", "abc", "", "x", "abc"),
    ],
)
def test_replaced(how: str, text: str, pattern: str, by: str, made: str) -> None:
    assert patterns.replaced(text, patterns.active(pattern), by, how) == made
