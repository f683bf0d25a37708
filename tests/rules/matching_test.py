"""Which rules match, and what each then scores."""

from __future__ import annotations

import pytest

from .packs import findings, rules_of, scores

PACK = """
[pack]
id = "t"
[[program]]
name = "t"
values = ["-n", "--mode", "-C"]
flags = ["--force", "--force-late", "--dry-run"]
effects = [{ kind = "delete", on = "operands", when = ["-d"], recursive = ["-r"] }]
[[program]]
name = "tt"
same = "t"
[[rule]]
id = "t.rule"
command = "t"
score = 50
loses = "x"
"""


def with_rule(text: str, command: str = '"t"') -> str:
    """The pack with further keys in its rule."""
    return PACK.replace('command = "t"', (f"command = {command}\n" if command else "") + text)


def matches(rule: str, text: str, command: str = '"t"', **more: object) -> bool:
    return "t.rule" in scores(text, rules_of(with_rule(rule, command)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "text", "wanted"),
    [
        ('"t push"', "t push", True),
        ('"t push"', "t -n 3 push x", True),
        ('"t push"', "t pull", False),
        ('"t push"', "t", False),
        ('"t push"', "/usr/bin/t push", True),
        ('"t push"', "tt push", True),
        ('"t push"', "T push", True),
        ('"t push"', "sudo t push", False),  # sudo isn't described here
        ('"t push|pull"', "t pull", True),
        ('["t a", "t b"]', "t b", True),
        ('"t del*"', "t delete-all", True),
        ('"t ** delete"', "t a b delete c", True),
        ('"t ** delete"', "t delete", True),
        ('"t ** delete"', "t a b", False),
        ('"t|u x"', "u x", True),
        ('"* delete|rm"', "vendor delete x", True),
        ('"* delete|rm"', "t delete x", False),  # described programs are judged by their own rules
        ('"* ** delete"', "vendor a delete", True),
        ('"Remove-*"', "Remove-Thing x", True),  # a glob for the program's name
        ('"Remove-*"', "remover x", False),
    ],
)
def test_command_words(command: str, text: str, wanted: bool) -> None:
    assert matches("", text, command) is wanted


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ('flags = ["-f", "--force"]', ["t -f", "t --force", "t -xf", "t x --force"], ["t", "t -- -f"]),
        ('flags = ["--dry-run"]', ["t --dry"], ["t --dr=0"]),
        ('all = ["-a", "-b"]', ["t -ab", "t -b -a"], ["t -a", "t"]),
        ('not = ["--dry-run"]', ["t", "t --dry-run=false"], ["t --dry-run"]),
        ('options = { "--mode" = ["hard|full", "x*"] }', ["t --mode hard", "t --mode=XY"], ["t", "t --mode soft"]),
        ('options = { "-n" = "1", "--mode" = "*" }', ["t -n1", "t --mode a"], ["t -n 2"]),
        ('operands = ["prod*", "live"]', ["t a prod-1", "t LIVE", 't "prod$(x)"'], ["t", "t alive", 't "$(x)"']),
        ('no_operands = ["all"]', ["t", "t one"], ["t one all"]),
        ("count = [1, 2]", ["t a", "t a b"], ["t", "t a b c"]),
        ("count = [2]", ["t a b", "t a b c"], ["t a"]),
        ("count = 1", ["t a", "t a b"], ["t"]),
        ("argument = '^--set=.*\\bdrop'", ["t --set=x,drop", "t a --set=drop"], ["t", "t drop"]),
    ],
)  # fmt: skip
def test_arguments(rule: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not matches(rule, text)] == []
    assert [text for text in no if matches(rule, text)] == []


def test_a_program_described_by_its_options_alone_is_judged_by_its_words_too() -> None:
    described = """
[[program]]
name = "cli"
values = ["-p"]
[[program]]
name = "quiet"
data = false
[[program]]
name = "reader"
reads = true
"""
    rules = rules_of(with_rule("", '"* delete"') + described)
    texts = ("cli -p x delete", "quiet delete", "reader delete", "t delete", "u delete")
    assert [text for text in texts if "t.rule" in scores(text, rules)] == ["cli -p x delete", "u delete"]


def test_words_of_the_command_are_no_operands() -> None:
    assert not matches('operands = ["push"]', "t push x", '"t push"')
    assert matches("count = [1, 1]", "t push x", '"t push"')


def test_nothing_is_short_for_an_option_of_any_program() -> None:
    rule = 'flags = ["--allow-data-loss"]'
    assert matches(rule, "tool sync --allow-data-loss", '"*"')
    assert not matches(rule, "tool list --all", '"*"')
    described = rules_of(with_rule(rule, '"*"') + '[[program]]\nname = "tool"\nvalues = ["-n"]')
    assert scores("tool list --all", described) == {}
    assert scores("tool list --allow-data-loss", described) == {"t.rule": 50}


def test_what_is_read_on_standard_input() -> None:
    rule = "input = '(?i)^drop '"
    assert matches(rule, "t <<< 'drop table x'")
    assert matches(rule, "t <<E\nDrop x\nE")
    assert not matches(rule, "t <<< 'select 1'")
    assert not matches(rule, "t 'drop table x'")


def test_variables_that_the_text_sets() -> None:
    rule = 'variable = { EDITOR = ["sh*"], PAGER = "*" }'
    assert matches(rule, "EDITOR='sh -c x' t")
    assert matches(rule, "EDITOR='sh -c x' anything", "")
    assert matches(rule, "export PAGER=less; git log", "")
    assert not matches(rule, "EDITOR=vi t")
    assert not matches(rule, "EDITOR=vi anything", "")
    assert not matches(rule, "git log", "", env={"PAGER": "less"})


def test_effects() -> None:
    delete = 'effect = "delete"'
    assert matches(delete, "t -d x", "")
    assert not matches(delete, "t x", "")
    assert matches(delete, "t -d x")
    assert not matches('effect = ["overwrite"]', "t -d x", "")
    assert matches('effect = ["overwrite", "append"]', "echo >> x", "")
    assert matches(delete + '\ntarget = ["*.db"]', "t -d a b.db")
    assert not matches(delete + '\ntarget = ["*.db"]', "t -d a")
    assert matches(delete + '\ntarget = ["/home/u/project/a"]', "t -d ../project/a")
    assert not matches(delete + '\nno_target = ["*.log"]', "t -d a.log")
    assert matches(delete + '\nno_target = ["*.log"]', "t -d a.log b")
    assert matches(delete + "\nrecursive = true", "t -d -r a")
    assert not matches(delete + "\nrecursive = true", "t -d a")
    assert matches(delete + "\nrecursive = false", "t -d a")
    assert matches(delete + '\nwhen = "path.temporary"', "t -d /tmp/x")
    assert not matches(delete + '\nwhen = "path.temporary"', "t -d x")


def test_a_rule_on_an_effect_needs_its_command_too() -> None:
    both = with_rule('effect = "delete"', '"t push"')
    assert scores("t push -d x", rules_of(both)) == {"t.rule": 50}
    assert scores("t pull -d x", rules_of(both)) == {}


def test_when_and_unless() -> None:
    assert matches('when = ["production", "superuser"]', "t prod", given=["superuser"]) is False
    assert matches('when = "production"', "t prod-db")
    assert not matches('when = "production"', "t x")
    assert not matches('unless = "production"', "t prod-db")
    assert matches('unless = ["production", "test"]', "t x")


def test_unless_holds_only_if_it_is_so_of_all_operands() -> None:
    rule = 'unless = "path.temporary"'
    assert not matches(rule, "t /tmp/a /tmp/b")
    assert matches(rule, "t /tmp/a b")


# ---------------------------------------------------------------- scoring


def score(steps: str, text: str, base: int = 50, given: tuple[str, ...] = ()) -> int:
    return scores(text, rules_of(with_rule(steps).replace("score = 50", f"score = {base}")), given)["t.rule"]


@pytest.mark.parametrize(
    ("steps", "text", "wanted"),
    [
        ('raise = [{ when = "production", by = 15 }]', "t prod", 65),
        ('raise = [{ when = "production", by = 15 }]', "t x", 50),
        ('raise = [{ when = ["production", "superuser"], by = 15 }]', "t prod", 50),
        ('raise = [{ unless = "local", by = 15 }]', "t x", 65),
        ('raise = [{ flags = ["--force"], by = 5 }, { operands = ["all"], by = 7 }]', "t --force all", 62),
        ('raise = [{ options = { "--mode" = ["hard"] }, by = 9 }]', "t --mode hard", 59),
        ('raise = [{ options = { "--mode" = ["hard"] }, by = 9 }]', "t --mode soft", 50),
        ('lower = [{ when = "test", by = 30 }]', "t test", 20),
        ('lower = [{ when = "test", by = 30 }, { flags = ["-q"], by = 30 }]', "t -q test", 0),
        ('raise = [{ flags = ["-x"], by = 10 }]\nlower = [{ when = "test", by = 30 }]', "t -x test", 30),
        ('raise = [{ flags = ["-x"], by = 80 }]', "t -x", 89),
    ],
)
def test_steps(steps: str, text: str, wanted: int) -> None:
    assert score(steps, text) == wanted


def test_a_score_from_90_may_reach_100_and_one_below_never_90() -> None:
    step = 'raise = [{ flags = ["-x"], by = 30 }]'
    assert score(step, "t -x", 90) == 100
    assert score(step, "t -x", 89) == 89
    assert score('lower = [{ flags = ["-x"], by = 30 }]', "t -x", 95) == 65


@pytest.mark.parametrize("fact", ["production", "backup", "path.precious"])
def test_no_lowering_against_what_must_not_be_lost(fact: str) -> None:
    steps = f'raise = [{{ when = "{fact}", by = 10 }}]\nlower = [{{ flags = ["-q"], by = 40 }}]'
    assert score(steps, "t -q x", given=(fact,)) == 60
    assert score(steps, "t -q x") == 10


def test_a_raise_needs_one_target_and_a_lower_all() -> None:
    steps = 'raise = [{ when = "path.home", by = 10 }]\nlower = [{ when = "path.temporary", by = 20 }]'
    assert score(steps, "t ~ /tmp/x") == 60
    assert score(steps, "t x /tmp/x") == 50
    assert score(steps, "t /tmp/y /tmp/x") == 30


def test_the_packs_steps_count_for_each_of_its_rules() -> None:
    pack = PACK.replace('id = "t"\n', 'id = "t"\nraise = [{ when = "production", by = 15 }]\n', 1)
    assert scores("t prod", rules_of(pack)) == {"t.rule": 65}


def test_the_arithmetic_is_told() -> None:
    steps = 'raise = [{ when = "production", by = 15 }]\nlower = [{ flags = ["-q"], by = 5, why = "quiet" }]'
    (finding,) = findings(
        "t x -q prod", rules_of(with_rule(steps).replace('loses = "x"', 'loses = "all of {operand}"'))
    )
    assert [(step.by, step.why) for step in finding.steps] == [
        (50, "all of x"),
        (15, "the target is called production"),
    ]
    (finding,) = findings("t x -q", rules_of(with_rule(steps)))
    assert [(step.by, step.why) for step in finding.steps] == [(50, "x"), (-5, "quiet")]


def test_spans_point_at_the_target_of_an_effect() -> None:
    text = "true; t -d 'a b' c"
    found = findings(text, rules_of(with_rule('effect = "delete"', "")))
    assert [text[slice(*finding.span)] for finding in found] == ["'a b'", "c"]


def test_notes_tell_what_it_runs_through_and_whose_credential_it_is() -> None:
    http = """
[pack]
id = "h"
[[program]]
name = "sudo"
stops = 0
runs = [{ as = "command", on = "operands" }]
[[program]]
name = "fetch"
values = ["-H"]
request = { url = "operands", header = "-H" }
[[rule]]
id = "h.rule"
effect = "request"
score = 50
loses = "x"
"""
    rules = rules_of(http)
    (finding,) = findings("sudo fetch -H 'Authorization: Bearer abcdefgh12345678' https://x.example", rules)
    assert finding.notes == ("the credential stands in the command itself", "runs through sudo")


def test_notes_tell_which_variable_is_empty() -> None:
    rules = rules_of(with_rule('effect = "delete"', ""))
    (finding,) = findings('t -d "$NOWHERE/x"', rules)
    assert finding.notes == ("$NOWHERE isn't set here",)
    (finding,) = findings('t -d "$HOME/x"', rules)
    assert finding.notes == ()
