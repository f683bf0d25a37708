"""What find comes upon, as its expression limits it."""

from __future__ import annotations

import pytest

from .support import judged, reading

# an expression, and what is deleted (what a star stands for is written *)
FOUND = [
    ("-delete", ["./*"]),
    ("-name '*.pyc' -delete", ["./*/*.pyc"]),
    ("-type f -name '*.pyc' -delete", ["./*/*.pyc"]),
    ("-name '*.pyc' -type f -delete", ["./*/*.pyc"]),
    (r"\( -name a -o -name b \) -delete", ["./*/a", "./*/b"]),
    (r"-type f \( -name a -or -name b \) -a -delete", ["./*/a", "./*/b"]),
    (r"\( -type d -o -type l \) -name a -delete", ["./*/a"]),
    ("-path './.git' -prune -o -name a -delete", ["./*/a"]),
    (r"-name a ! -path './x/*' -delete", ["./*/a"]),
    # nothing limits these
    ("! -name '*.pyc' -delete", ["./*"]),
    ("-not -name '*.pyc' -delete", ["./*"]),
    (r"! \( -name a -o -name b \) -delete", ["./*"]),
    ("-delete -name '*.pyc'", ["./*"]),
    ("-name '*.pyc' -o -delete", ["./*"]),
    ("-name '*.pyc' -o -type f -delete", ["./*"]),
    ("-name a -delete -o -type f -delete", ["./*"]),
    ("-name a , -delete", ["./*"]),
    (r"\( -name a -o -type f \) -delete", ["./*"]),
    (r"-name a \) -delete", ["./*"]),
]


@pytest.mark.parametrize(("expression", "deleted"), FOUND)
def test_what_an_expression_leaves(expression: str, deleted: list[str]) -> None:
    found = [effect.target.shown for effect in reading(f"find . {expression}").effects if effect.target is not None]
    assert found == deleted


def test_each_starting_point_counts() -> None:
    found = [
        effect.target.shown for effect in reading("find a b/ -name c -delete").effects if effect.target is not None
    ]
    assert found == ["a/*/c", "b/*/c"]


@pytest.mark.parametrize(
    "expression", ["-empty -delete", "-type d -empty -delete", "-xtype l -delete", "-empty -exec rm {} +"]
)
def test_what_holds_nothing_may_go(expression: str) -> None:
    assert judged(f"find . {expression}").action == "pass"
    assert judged("find . -empty | xargs rm -rf").action == "pass"


@pytest.mark.parametrize(
    "expression", ["-delete -empty", "! -empty -delete", "-empty -o -delete", "-type f -delete", "-not -type l -delete"]
)
def test_what_holds_something_is_asked_for(expression: str) -> None:
    assert judged(f"find . {expression}").action == "confirm"


def test_even_what_is_empty_stays_in_the_root() -> None:
    assert judged("find / -type d -empty -delete").action == "refuse"
