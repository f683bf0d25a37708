"""What is odd about rules, each with a rule that is so and one that isn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.rules.lint import ADVICE, SHADOWED, Remark, lint
from guardsh.rules.loading import compile_files, pack_files
from guardsh.rules.schema import PackError

RULE = """
[[rule]]
id = "t.rm"
command = "t rm"
score = 50
loses = "what {operand} holds"
instead = "t list"
catches = ["t rm x"]
spares = ["t list"]
"""


def remarks(tmp_path: Path, rule: str = RULE, more: str = "", pack: str = "") -> list[Remark]:
    file = tmp_path / "t.toml"
    file.write_text(
        f'[pack]\nid = "t"\n{pack}\n[[program]]\nname = "t"\n[[program]]\nname = "u"\nsame = "t"\n{rule}{more}'
    )
    rules = compile_files([str(file)])
    assert not rules.problems, rules.said
    return [remark for remark in lint([str(file)], rules) if remark.rule == "t.rm"]


def test_a_good_rule_is_not_odd(tmp_path: Path) -> None:
    assert remarks(tmp_path) == []


@pytest.mark.parametrize(
    ("before", "after", "kind", "text"),
    [
        ('"t rm x"', '"t remove x"', "dead", "no example is ever matched"),
        ('instead = "t list"', 'instead = "t rm y"', "instead", "`t rm y` doesn't pass: what y holds"),
        ('instead = "t list"\n', "", "advice", "neither what to do instead nor an advice"),
        ("score = 50", "score = 10", "score", "it scores 10: nobody will ever see it"),
        ('spares = ["t list"]', 'spares = ["ls t.txt"]', "near-miss", "is a use of t"),
        ("{operand} holds", "{operan} holds", "wording", "loses: {operan} is never filled in"),
        ('holds"', 'holds."', "wording", "ends with a full stop"),
        ("score = 50", f'score = 50\nphrase = "{"x" * 70}"', "wording", "70 characters to type"),
        ("score = 50", 'score = 30\nphrase = "yes"', "wording", "nobody is asked to type it"),
    ],
)
def test_what_is_odd_is_said(tmp_path: Path, before: str, after: str, kind: str, text: str) -> None:
    assert before in RULE
    found = remarks(tmp_path, RULE.replace(before, after))
    assert [remark.kind for remark in found] == [kind]
    assert text in found[0].text
    assert found[0].file == str(tmp_path / "t.toml")


def test_a_rule_that_another_one_always_outdoes_is_shadowed(tmp_path: Path) -> None:
    other = RULE.replace("t.rm", "t.other").replace("score = 50", "score = 60")
    assert [(one.kind, one.text) for one in remarks(tmp_path, more=other)] == [
        (SHADOWED, "in each of its examples t.other scores more")
    ]
    assert remarks(tmp_path, RULE.replace('["t rm x"]', '["t rm x", "t rm y"]'), other + 'operands = ["x"]') == []


def test_a_destroyed_home_is_refused(tmp_path: Path) -> None:
    rule = RULE.replace('command = "t rm"', 'effect = "delete"\nwhen = "path.home"').replace('"t rm x"', '"rm -rf ~"')
    rm = '[[program]]\nname = "rm"\neffects = [{ kind = "delete", on = "operands", recursive = ["-r"] }]\n'
    (found,) = remarks(tmp_path, rm + rule)
    assert (found.kind, found.text) == ("score", "50 at most, where path.home asks for 90 and up")


def test_what_raises_a_whole_pack_counts(tmp_path: Path) -> None:
    low = RULE.replace("score = 50", "score = 10")
    assert remarks(tmp_path, low, pack='raise = [{ when = "production", by = 40 }]') == []


def test_another_spelling_of_the_program_is_a_near_miss_too(tmp_path: Path) -> None:
    assert remarks(tmp_path, RULE.replace('spares = ["t list"]', 'spares = ["sudo u list"]')) == []


def test_a_broken_pack_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text("[[[")
    with pytest.raises(PackError):
        list(lint([str(file)], compile_files([])))


def test_nothing_is_odd_about_our_packs() -> None:
    rules = compile_files(pack_files())
    odd = [remark for remark in lint(pack_files(), rules) if remark.kind not in (ADVICE, SHADOWED)]
    assert [f"{remark.rule}: {remark.kind}: {remark.text}" for remark in odd] == []
