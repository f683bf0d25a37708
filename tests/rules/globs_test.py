"""Globs of rules."""

from __future__ import annotations

import pytest

from guardsh.reading.model import HOLE, STAR
from guardsh.rules.globs import matches


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("push", "push", True),
        ("push", "PUSH", True),
        ("push", "pushed", False),
        ("push", "", False),
        ("push|pull", "pull", True),
        ("push|pull", "push|pull", False),
        ("*", "", True),
        ("*", "anything\nat all", True),
        ("s3:*", "s3://x/y", True),
        ("s3:*", "xs3:", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("del*|drop-*", "drop-table", True),
        ("del*|drop-*", "drop", False),
        ("a.c", "abc", False),
        ("a.c*", "abcd", False),
        ("[*]", f"{STAR}", True),
        ("[*].py", "*.py", True),
        ("[*].py", "a.py", False),
        ("(x)*", "(x)y", True),
    ],
)
def test_matching(pattern: str, text: str, wanted: bool) -> None:
    assert matches(pattern, text) is wanted
    assert matches(pattern, text) is wanted  # once more, from the cache


def test_what_is_not_known_is_matched_by_wildcards_only() -> None:
    assert matches("prod-*", f"prod-{HOLE}")
    assert matches("prod-?", f"prod-{HOLE}")
    assert not matches("prod-1", f"prod-{HOLE}")
    assert not matches("prod-1*", f"prod-{HOLE}")
    assert matches("$(*)", f"a{HOLE}")
    assert not matches("$(*)", "a")
