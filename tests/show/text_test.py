from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardsh.show.text import INDENT, excerpt, visible, width_of, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rm -rf x", "rm -rf x"),
        ("a\x1b[2Kb", "a<U+001B>[2Kb"),
        ("ls \u202egnp.exe", "ls <U+202E>gnp.exe"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\u00a0b", "a<U+00A0>b"),
        ("\u3164", "<U+3164>"),
        ("p\u0430ypal", "p<U+0430>ypal"),
        ("\u0441\u043e\u0440\u0443", "<U+0441><U+043E><U+0440><U+0443>"),
        ("\uff52\uff4d -rf", "<U+FF52><U+FF4D> -rf"),
        ("\U0001d42bm", "<U+1D42B>m"),
        ("\U000e0041", "<U+E0041>"),
        ("\ue000", "<U+E000>"),
        ("файл.txt", "файл.txt"),
        ("naïve 日本語 été", "naïve 日本語 été"),
        ("a\nb", "a⏎b"),
        ("  a\tb ", "a  b"),
    ],
)
def test_what_hides_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_the_part_is_underlined_where_it_stands() -> None:
    text = "rm -rf tests/ patches/ ~/"
    assert excerpt(text, (23, 25)) == [INDENT + text, INDENT + " " * 23 + "^^"]


def test_only_the_line_with_the_part_is_shown() -> None:
    text = "cd x\nrm -rf y\nls"
    assert excerpt(text, (5, 13)) == [INDENT + "rm -rf y", INDENT + "^^^^^^^^"]


@pytest.mark.parametrize("at", [0, 40, 400, 789])
def test_a_long_line_is_cut_around_the_part(at: int) -> None:
    text = "word " * 80 + "DANGER" + " word" * 80
    text = text[400 - at % 401 :] if at <= 400 else text[:406]
    start = text.index("DANGER")
    line, marks = excerpt(text, (start, start + 6))
    assert width_of(line) <= 80
    assert line[marks.index("^") : marks.rindex("^") + 1] == "DANGER"


def test_wide_characters_take_two_columns() -> None:
    line, marks = excerpt("echo 日本 rm", (8, 10))
    assert line == INDENT + "echo 日本 rm"
    assert marks == INDENT + " " * 10 + "^^"


def test_a_part_longer_than_the_line_goes_on_below_and_is_never_cut() -> None:
    inside = "".join(f"remove('{n:03}');" for n in range(20))
    lines = excerpt(f"python -c '{inside}' && ls", (11, 11 + len(inside)))
    assert all(width_of(line) <= 80 for line in lines)
    shown = "".join(line.strip().strip("…").strip() for line in lines[::2])
    assert shown == inside
    assert all(set(line.strip()) == {"^"} for line in lines[1::2])


def test_a_part_over_lines_shows_each() -> None:
    text = "rm -rf \\\n  /srv/a\nls"
    assert excerpt(text, (0, 17)) == [
        INDENT + "rm -rf \\",
        INDENT + "^" * 8,
        INDENT + "  /srv/a",
        INDENT + "  " + "^" * 6,
    ]


def test_an_endless_part_says_how_much_more_there_is() -> None:
    lines = excerpt("x" * 100_000, (0, 100_000))
    assert len(lines) == 17
    assert lines[-1].strip().endswith("characters more of it")


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab \n\t日\u202e\x1bе'"), max_size=300), st.integers(0, 310), st.integers(0, 310)
)
def test_any_place_in_any_text_is_shown_within_the_width(text: str, start: int, length: int) -> None:
    for line in excerpt(text, (start, start + length)):
        assert width_of(line) <= 80
        assert line.isprintable()


def test_wrap_breaks_at_blanks_and_never_in_a_word() -> None:
    assert wrap("aaa bbb ccc", 8, "- ", "  ") == ["- aaa", "  bbb", "  ccc"]
    assert wrap("a" * 30, 10) == ["a" * 30]
