from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from guardsh.record import log
from guardsh.report import plots, summary
from guardsh.report.page import page
from guardsh.report.words import duration, percent
from tests.report.counting_test import entry

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
RECORDS = [
    entry(day=1),
    entry(log.BLOCKED, "refuse", day=1, rules=["files.delete-home"], score=98, text="x <script>alert(1)</script>"),
    *[entry(log.YES, seconds=float(n), day=2, rules=["git.reset-hard"]) for n in range(1, 7)],
    entry(log.NO, seconds=400.0, day=3, agent='"><img src=x>', rules=['x"><b>.y']),
    entry(log.BLOCKED, day=3, text=f"curl -H 'Authorization: Bearer {TOKEN}' https://x.example \u202e"),
]


class Tags(HTMLParser):
    """Which tags and attributes there are, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update({name: value or "" for name, value in attrs})
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def made() -> str:
    return page(summary(RECORDS), "2026-11-23 08:14")


def test_it_stands_alone_without_scripts(made: str) -> None:
    tags = Tags(made)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(tags.tags)
    assert not [name for name in tags.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "default-src 'none'" in made
    assert not re.search(r"url\(|@import|https?:(?!//x\.example)", made)


def test_everything_is_escaped_redacted_and_visible(made: str) -> None:
    assert "<script>alert" not in made and "&lt;script&gt;alert(1)" in made
    assert "<img" not in made and "<b>" not in made
    assert TOKEN not in made and TOKEN[8:] not in made
    assert "\u202e" not in made and "&lt;U+202E&gt;" in made


def test_it_says_what_was_counted(made: str) -> None:
    for part in (
        "2026-11-01 to 2026-11-03",
        "<dt>commands</dt><dd>10</dd>",
        "<dt>stopped</dt><dd>9 (90 %)</dd>",
        "<dt>answered yes</dt><dd>6 of 7</dd>",
        "Rules that people nearly always say yes to",
        "nobody answered",
        "git.reset-hard: 6 yes",
    ):
        assert part in made, part


def test_its_plots_are_well_formed(made: str) -> None:
    found = re.findall(r"<svg.*?</svg>", made, re.DOTALL)
    assert len(found) >= 3
    for one in found:
        ElementTree.fromstring(one)


def test_an_empty_log_is_a_page_too() -> None:
    empty = page(summary([]), "now")
    assert "Nothing is in the log." in empty and Tags(empty).open == []


def test_bars_stay_in_their_room() -> None:
    bars = [(f"label {n} " * 9, [("yes", n), ("agent's dialog", 1000 * n), ("no", 0)]) for n in range(30)]
    for drawn in (plots.lying(bars, "t"), plots.standing(bars, "t"), plots.lying([], "t"), plots.standing([], "t")):
        root = ElementTree.fromstring(drawn)
        width, height = map(float, root.attrib["viewBox"].split()[2:])
        for shape in root.iter("rect"):
            x, y, w, h = (float(shape.attrib[name]) for name in ("x", "y", "width", "height"))
            assert min(x, y) >= 0 and x + w <= width and y + h <= height and min(w, h) >= 1
    assert 'class="agent-s-dialog"' in plots.lying(bars, "t")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "-"), (0, 9, "0 %"), (1, 2, "50 %"), (1, 200, "0.50 %"), (3, 200, "1.5 %"), (9, 9, "100 %")],
)
def test_percent(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@pytest.mark.parametrize(("seconds", "said"), [(4.4, "4 s"), (89, "89 s"), (180, "3 min"), (7200, "2.0 h")])
def test_duration(seconds: float, said: str) -> None:
    assert duration(seconds) == said
