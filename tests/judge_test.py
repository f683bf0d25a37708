"""The pipeline from text to verdict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardsh import judge as judging
from guardsh.config import Override, Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge, judge_effects
from guardsh.reading.model import Effect, Value
from guardsh.rules.loading import Problem, Rules, compile_files, pack_files
from guardsh.verdict import CONFIRM, PASS, REFUSE, Verdict

from .rules.packs import rules_of

PACK = """
[pack]
id = "t"
[[program]]
name = "tool"
[[rule]]
id = "t.note"
command = "tool note"
score = 25
loses = "a note about {operand}"
[[rule]]
id = "t.little"
command = "tool little"
score = 12
loses = "hardly anything"
[[rule]]
id = "t.stop"
command = "tool stop"
score = 50
loses = "the thing {operand}"
advice = "think"
[[rule]]
id = "t.worse"
command = "tool worse"
score = 80
loses = "the worse thing"
instead = "tool list"
[[rule]]
id = "t.never"
command = "tool never"
score = 95
loses = "everything"
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_of(PACK)


@pytest.fixture(scope="module")
def packs() -> Rules:
    return compile_files(pack_files())


def of(text: str, rules: Rules, world: ExampleWorld | None = None, dialect: str = "bash", **more: Any) -> Verdict:
    return judge(text, world or ExampleWorld(), rules, Settings(**more), dialect)


# ---------------------------------------------------------------- weighing


def test_a_plain_command_passes(rules: Rules) -> None:
    verdict = of("echo hello | tool list", rules)
    assert verdict == Verdict(PASS, 0, text="echo hello | tool list", commands=2)
    assert verdict.worst is None
    assert verdict.reason == ""


@pytest.mark.parametrize(
    ("text", "action", "score", "found"),
    [
        ("tool little", PASS, 12, []),
        ("tool note x", PASS, 25, ["t.note"]),
        ("tool stop x", CONFIRM, 50, ["t.stop"]),
        ("tool never", REFUSE, 95, ["t.never"]),
        ("tool note x; tool worse && tool stop x", CONFIRM, 80, ["t.worse", "t.stop", "t.note"]),
        ("true || tool never; tool stop y", REFUSE, 95, ["t.never", "t.stop"]),
        ("if false; then tool stop y; fi", CONFIRM, 50, ["t.stop"]),
        ("f() { tool stop y; }; f; tool stop z", CONFIRM, 50, ["t.stop", "t.stop"]),
    ],
)
def test_the_worst_decides(rules: Rules, text: str, action: str, score: int, found: list[str]) -> None:
    verdict = of(text, rules)
    assert (verdict.action, verdict.score) == (action, score)
    assert [finding.rule for finding in verdict.findings] == found
    assert verdict.understood
    assert verdict.text == text


def test_a_finding_points_at_its_command_and_says_what_goes(rules: Rules) -> None:
    text = "true; tool stop 'my data' # now"
    (finding,) = of(text, rules).findings
    assert text[slice(*finding.span)] == "tool stop 'my data'"
    assert finding.loses == of(text, rules).reason == "the thing my data"
    assert finding.advice == "think"
    assert finding.pack == "t"
    assert sum(step.by for step in finding.steps) == finding.score


def test_one_finding_for_a_rule_and_place(rules: Rules) -> None:
    assert len(of("for x in 1 2 3; do tool stop $x; done", rules).findings) == 1
    assert len(of("\n".join(f"tool stop {x}" for x in range(30)), rules).findings) == 20


def test_the_verdict_never_changes(rules: Rules) -> None:
    verdict = of("tool stop x", rules)
    for thing, field in ((verdict, "action"), (verdict.findings[0], "score"), (verdict.findings[0].steps[0], "by")):
        with pytest.raises(AttributeError):
            setattr(thing, field, PASS)
    assert isinstance(verdict.findings, tuple)
    assert hash(verdict) == hash(of("tool stop x", rules))


def test_what_a_stop_depended_on_is_bound(packs: Rules) -> None:
    world = ExampleWorld(files={"run.sh": "rm -rf /srv/data\n"}, env={"T": "/srv/data"})
    bound = dict(of('rm -rf "$T" && sh run.sh', packs, world).bindings)
    assert bound["environment"] == "T"
    assert ("file", "/home/u/project/run.sh") in of("sh run.sh", packs, world).bindings
    assert of("ls $T", packs, world).bindings == ()


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("more", "actions"),
    [
        ({}, [PASS, PASS, CONFIRM, CONFIRM, REFUSE]),
        ({"confirm_from": 60}, [PASS, PASS, PASS, CONFIRM, REFUSE]),
        ({"confirm_from": 20}, [PASS, CONFIRM, CONFIRM, CONFIRM, REFUSE]),
        ({"confirm_from": 10}, [CONFIRM, CONFIRM, CONFIRM, CONFIRM, REFUSE]),
        ({"refuse_from": 50}, [PASS, PASS, REFUSE, REFUSE, REFUSE]),
        ({"refuse_from": 101}, [PASS, PASS, CONFIRM, CONFIRM, CONFIRM]),
        ({"pack_refuse_from": (("t", 70),)}, [PASS, PASS, CONFIRM, REFUSE, REFUSE]),
        ({"pack_refuse_from": (("other", 70),)}, [PASS, PASS, CONFIRM, CONFIRM, REFUSE]),
    ],
)
def test_thresholds(rules: Rules, more: dict[str, Any], actions: list[str]) -> None:
    found = [of(f"tool {verb}", rules, **more).action for verb in ("little", "note", "stop", "worse", "never")]
    assert found == actions


def test_a_rule_can_be_turned_off(rules: Rules) -> None:
    off = {"disabled": (("t.stop", "our tool asks itself"),)}
    assert of("tool stop x", rules, **off).action == PASS
    assert of("tool stop x", rules, **off).findings == ()
    assert of("tool stop x; tool worse", rules, **off).score == 80


def test_a_rules_score_can_be_set(rules: Rules) -> None:
    lower = {"scores": (Override("t.stop", 10, "a toy"),)}
    assert of("tool stop x", rules, **lower).action == PASS
    verdict = of("tool note x", rules, scores=(Override("t.note", 95, "never here"),))
    assert (verdict.action, verdict.score) == (REFUSE, 95)
    assert verdict.findings[0].steps[-1].why == "set in the configuration: never here"
    assert sum(step.by for step in verdict.findings[0].steps) == 95


def test_an_override_that_only_tightens_never_lowers(rules: Rules) -> None:
    assert of("tool stop x", rules, scores=(Override("t.stop", 10, "no", raises=True),)).score == 50
    assert of("tool stop x", rules, scores=(Override("t.stop", 70, "yes", raises=True),)).score == 70


@pytest.mark.parametrize("text", ["ls", "tool stop x", "tool never", "if"])
def test_where_rules_or_settings_are_broken_everything_is_asked(rules: Rules, text: str) -> None:
    broken = Rules(rules._index, (Problem("/p.toml", "/p.toml: rule x: unknown key 'y'"),))
    for verdict in (of(text, broken), of(text, rules, broken=True, problems=("/c.toml: bad",))):
        assert verdict.action == (REFUSE if "never" in text else CONFIRM)
        assert verdict.score >= 50
    if text == "ls":
        assert of(text, broken).findings[0].notes == ("/p.toml: rule x: unknown key 'y'",)
        assert of(text, rules, broken=True, problems=("/c.toml: bad",)).findings[0].notes == ("/c.toml: bad",)


def test_a_pack_whose_last_good_version_is_in_force_asks_nothing(rules: Rules) -> None:
    assert of("ls", Rules(rules._index, warnings=(Problem("/p.toml", "broken"),))).action == PASS


# ---------------------------------------------------------------- what can't be read


def test_what_is_not_understood_is_asked_with_its_place(rules: Rules) -> None:
    text = "tool list; echo " + "$(" * 300 + "id" + ")" * 300
    verdict = of(text, rules)
    assert verdict.action == CONFIRM
    assert not verdict.understood
    assert not verdict.syntax_error
    assert verdict.problem
    assert 0 <= verdict.offset <= len(text)
    assert verdict.findings[0].rule == "guardsh.not-understood"
    assert verdict.problem in verdict.reason


def test_a_syntax_error_runs_nothing_and_says_what_bash_says(rules: Rules) -> None:
    verdict = of("tool list\nif then", rules)
    assert verdict.syntax_error
    assert not verdict.understood
    assert verdict.action == PASS
    assert "syntax error" in verdict.problem
    assert "bash" in verdict.problem


def test_of_a_syntax_error_only_what_is_before_it_is_judged(rules: Rules) -> None:
    assert of("tool stop x\nif then", rules).score == 50
    assert of("tool stop x\nif then\ntool list", rules).findings[0].rule == "t.stop"
    assert of("if then\ntool list", rules).score < 40


def test_what_bash_refuses_is_judged_as_other_shells_take_it(packs: Rules) -> None:
    verdict = of("[System.IO.Directory]::Delete('E:\\x', $true)", packs)
    assert verdict.action == CONFIRM


def test_zsh_text_that_is_not_understood_is_asked(rules: Rules) -> None:
    verdict = of("tool list\nif then", rules, dialect="zsh")
    assert (verdict.action, verdict.syntax_error) == (CONFIRM, False)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError(5, "x"), MemoryError(), RecursionError()])
def test_a_failure_within_is_a_question(rules: Rules, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(judging, "weigh", fail)
    verdict = of("ls", rules)
    assert (verdict.action, verdict.understood) == (CONFIRM, False)
    assert judge_effects((), ExampleWorld(), rules, Settings()).action == CONFIRM


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["rm", "-rf", "/", '"', "'", "$(", ")", "`", "{", "}", "<<E", "\n", "E", ";", "&&", "|", "$x", "${x:-",
             "((", "))", "[[",
             "case", "esac", "if", "fi", "do", "done", "for", "in",
             "\\", "é", "\0", "\x7f", "$'", "sudo", "git", "tool never", " "]
        ),
        max_size=25,
    )
)  # fmt: skip
def test_it_never_raises(words: list[str]) -> None:
    rules = rules_of(PACK)
    for text in (" ".join(words), "".join(words)):
        verdict = of(text, rules)
        assert verdict.action in (PASS, CONFIRM, REFUSE)
        assert verdict.understood or verdict.problem
        assert verdict.action != PASS or verdict.score < 40


def test_appending_a_harmless_command_lowers_nothing(packs: Rules) -> None:
    for text in ("rm -rf ~", "git push -f origin main", "dropdb shop", "curl -X DELETE https://api.example.com/x"):
        assert of(text + "; true", packs).score >= of(text, packs).score >= 40


# ---------------------------------------------------------------- effects without a text


def test_effects_are_judged_as_commands_are(packs: Rules) -> None:
    world = ExampleWorld()
    keys = Effect("overwrite", target=Value("/home/u/.ssh/authorized_keys"), directory="/home/u/project")
    verdict = judge_effects((keys,), world, packs, Settings(), "Write keys", ("tool.file",))
    assert verdict.action != PASS
    assert verdict.findings[0].span == (0, len("Write keys"))
    plain = Effect("overwrite", target=Value("src/a.py"), directory="/home/u/project")
    assert judge_effects((plain,), world, packs, Settings(), "Write src/a.py", ("tool.file",)).action == PASS
    assert judge_effects((), world, packs, Settings()).action == PASS
