"""Examples of rules, run both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.rules import examples
from guardsh.rules.examples import Failure, check, judged
from guardsh.rules.loading import Rules, compile_files, pack_files
from guardsh.rules.schema import PackError

PACK = """
[pack]
id = "t"
[[program]]
name = "t"
[[rule]]
id = "t.rm"
command = "t rm"
not = ["--dry-run"]
score = 50
loses = "x"
lower = [{ when = "git.clean", by = 45 }]
catches = [%s]
spares = [%s]
"""


def failures(tmp_path: Path, catches: str, spares: str, more: str = "") -> list[Failure]:
    file = tmp_path / "t.toml"
    file.write_text(PACK % (catches, spares) + more, encoding="utf-8")
    rules = compile_files([str(file)])
    assert not rules.problems
    return list(check([str(file)], rules))


def problem(tmp_path: Path, catches: str, spares: str, more: str = "") -> str:
    (failure,) = failures(tmp_path, catches, spares, more)
    assert (failure.file, failure.rule) == (str(tmp_path / "t.toml"), "t.rm")
    return failure.problem


CAUGHT = '{ run = "t rm x", given = ["git.dirty"] }'


def test_good_examples_say_nothing(tmp_path: Path) -> None:
    assert failures(tmp_path, CAUGHT, '"t rm --dry-run x", "t list", "t rm x"', 'instead = "t list"') == []


def test_a_command_that_is_not_caught_is_reported(tmp_path: Path) -> None:
    assert problem(tmp_path, f'{CAUGHT}, "t remove x"', '"t list"') == "isn't caught by this rule"


def test_a_command_that_another_rule_catches_is_reported_with_it(tmp_path: Path) -> None:
    other = '[[rule]]\nid = "t.other"\ncommand = "t remove"\nscore = 60\nloses = "y"\n'
    other += 'catches = ["t remove"]\nspares = ["t"]'
    said = problem(tmp_path, f'{CAUGHT}, "t remove x"', '"t list"', other)
    assert said == "isn't caught by this rule (but by t.other 60)"


def test_a_command_that_is_caught_too_softly_is_reported(tmp_path: Path) -> None:
    soft = '{ run = "t rm x", given = ["git.dirty", "git.clean"] }'
    less = failures(tmp_path, soft, '"t list"', 'raise = [{ when = "git.repository", by = 20 }]')
    assert [one.problem for one in less] == ["is caught with 25 only, which stops nothing"]


def test_a_command_that_should_be_spared_is_reported(tmp_path: Path) -> None:
    assert problem(tmp_path, CAUGHT, '{ run = "t rm y", given = ["git.untracked"] }') == (
        "should be spared, but the rule matches"
    )


def test_examples_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    assert "can't be read" in problem(tmp_path, f"{CAUGHT}, 'echo \"'", '"t list"')
    assert "can't be read" in problem(tmp_path, CAUGHT, "'if then'")


def test_a_rule_needs_examples_both_ways(tmp_path: Path) -> None:
    assert "has no catches" in problem(tmp_path, "", '"t list"')
    assert "has no spares" in problem(tmp_path, CAUGHT, "")


def test_what_to_do_instead_must_pass(tmp_path: Path) -> None:
    instead = 'instead = "t purge x"\n[[rule]]\nid = "t.purge"\ncommand = "t purge"\nscore = 60\nloses = "y"\n'
    said = failures(tmp_path, CAUGHT, '"t list"', instead + 'catches = ["t purge"]\nspares = ["t list"]')
    assert [(one.example, one.problem) for one in said] == [("t purge x", "instead must pass, but y")]


def test_a_rule_below_every_threshold_must_match_too(tmp_path: Path) -> None:
    low = '[[rule]]\nid = "t.low"\ncommand = "t low"\nscore = 5\nloses = "y"\ncatches = ["t lower"]\nspares = ["t"]'
    said = failures(tmp_path, CAUGHT, '"t list"', low)
    assert [(one.rule, one.problem) for one in said] == [("t.low", "isn't caught by this rule")]
    assert failures(tmp_path, CAUGHT, '"t list"', low.replace("t lower", "t low")) == []


def test_an_examples_state_is_its_world() -> None:
    rules = compile_files(pack_files())
    run = {"run": "sh x.sh", "files": {"x.sh": "rm -rf $D"}, "env": {"D": "/srv/data"}, "in": "/home/u/project"}
    assert judged(run, rules).action == "confirm"
    assert judged({**run, "env": {"D": "build"}}, rules).action == "pass"
    assert judged({"run": "git reset --hard", "given": "git.dirty"}, rules).action == "confirm"
    assert judged("git reset --hard", rules).action == "pass"
    assert examples.shown(run) == "sh x.sh"


def test_a_broken_pack_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text("[pack]\n", encoding="utf-8")
    with pytest.raises(PackError):
        list(check([str(file)], Rules()))


@pytest.fixture(scope="module")
def ours() -> Rules:
    rules = compile_files(pack_files())
    assert rules.said == ()
    return rules


@pytest.mark.parametrize("file", pack_files(), ids=lambda file: Path(file).stem)
def test_the_examples_of_our_packs(file: str, ours: Rules) -> None:
    assert [f"{one.rule}: {one.example!r} {one.problem}" for one in check([file], ours)] == []
