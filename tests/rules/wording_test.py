"""Texts of rules, filled in."""

from __future__ import annotations

import pytest

from guardsh.rules.schema import FACTS
from guardsh.rules.wording import fact_in_words, fill

from .packs import rules_of, situation

RULES = rules_of("""
[pack]
id = "t"
[[program]]
name = "t"
values = ["-n"]
effects = [{ kind = "delete", on = "operands", verb = "gone" }]
[program.sub."push"]
[[program]]
name = "fetch"
request = { url = "operands" }
[[program]]
name = "ssh"
stops = 1
runs = [{ as = "shell", on = "operands:2", place = "host:operand:1" }]
""")


@pytest.mark.parametrize(
    ("text", "command", "effect", "wanted"),
    [
        ("all of {operand}", "t a b", "", "all of a"),
        ("all of {operands}", "t a b", "", "all of a b"),
        ("{target} by {program} ({verb})", "t a b", "delete", "b by t (gone)"),
        ("{target}", "t a", "", "a"),
        ("{operand}", "t push a", "", "a"),
        ("{option:-n} and {option:-x}", "t -n 3 a", "", "3 and"),
        ("{host}{path}", "fetch https://a.example/x/y", "request", "a.example/x/y"),
        ("{host}", "ssh web t a", "", "web"),
        ("nothing {operand} here", "t", "", "nothing here"),
        ("plain", "t a", "", "plain"),
        ("{unknown} {}", "t a", "", "{unknown} {}"),
        ("open {operand", "t a", "", "open {operand"),
        ("{operand} {host}", "t '{host}{operand}' x", "", "{host}{operand}"),
        ("{operand}", 't "$(x)/y"', "", "…/y"),
        ("{operand}", "t " + "x" * 100, "", "x" * 80 + "…"),
    ],
)
def test_filling(text: str, command: str, effect: str, wanted: str) -> None:
    assert fill(text, situation(command, RULES, effect=effect)) == wanted


def test_every_fact_has_words() -> None:
    for fact in FACTS:
        words = fact_in_words(fact)
        assert words
        assert not words.startswith("path.")
        assert "." not in words
    assert fact_in_words("path.project-root") == "project root"
