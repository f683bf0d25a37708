from __future__ import annotations

import pytest

from guardsh.confirm.phrase import LONGEST, phrase, same
from guardsh.verdict import CONFIRM, Verdict
from tests.show.examples import one

TOKEN = "ghp_" + "a1B2c3D4e5" * 4


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({"loses": "x", "phrase": "delete volume 3d2c42fb"}, "delete volume 3d2c42fb"),
        ({"loses": "x", "phrase": 'Drop  "Users"'}, "drop users"),
        ({"loses": "the home directory /home/ana"}, "lose home directory /home/ana"),
        ({"loses": "the keys in ~/.ssh", "exposure": True}, "expose keys in ~/.ssh"),
        ({"loses": "open port 22 to everybody", "exposure": True}, "open port 22 to everybody"),
        ({"loses": "a Railway volume and the backups on it"}, "lose railway volume"),
        ({"loses": "rows in the table of the very old customers"}, "lose rows in the table of the very old"),
        ({"loses": "commits on the remote that others may have pulled"}, "lose commits on the remote"),
        ({"loses": "run a program downloaded from https://get.example"}, "run a program downloaded"),
        ({"loses": "таблица", "lost": ("a", "b", "c")}, "lose 3 things"),
        ({"loses": "таблица"}, "lose rule"),
        ({"loses": "x" * 60}, "lose rule"),
        ({"loses": f"{TOKEN}", "phrase": f"drop {TOKEN}"}, "lose rule"),
        ({"loses": "table users", "phrase": "y"}, "lose table users"),
        ({"loses": "table users", "phrase": "yes"}, "lose table users"),
        ({"loses": "table users", "phrase": "drop \u202eusers"}, "lose table users"),
        ({"loses": "table users", "phrase": "drop\x1b[2K"}, "lose table users"),
        ({"loses": ""}, "lose rule"),
    ],
)
def test_the_phrase_names_the_loss(more: dict[str, str], made: str) -> None:
    said = phrase(one("x", "x", **more))  # type: ignore[arg-type]
    assert said == made
    assert 4 <= len(said) <= LONGEST
    assert said == said.lower()


def test_a_text_that_cannot_be_read_has_a_phrase_too() -> None:
    assert phrase(Verdict(CONFIRM, 50, understood=False, problem="x")) == "run it unread"


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("drop users", True),
        ("  Drop   USERS ", True),
        ("drop user", False),
        ("drop users!", False),
        ("dropusers", False),
        ("", False),
        ("y", False),
        ("drop us\u0435rs", False),
    ],
)
def test_what_counts_as_the_phrase(typed: str, right: bool) -> None:
    assert same(typed, "drop users") is right


def test_an_empty_phrase_is_never_typed() -> None:
    assert not same("", "")
