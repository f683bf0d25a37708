from __future__ import annotations

import time
from typing import Any

import pytest

from guardsh.record import log
from guardsh.report import Group, Summary, by, nearly_always_yes, summary
from guardsh.report.counting import DIALOG, NO, OBSERVED, REFUSED, UNANSWERED, YES


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def entry(outcome: str = log.RAN, action: str = "", day: int = 1, **more: Any) -> dict[str, Any]:
    action = action or ("pass" if outcome == log.RAN else "confirm")
    rules = [] if outcome == log.RAN else ["git.reset-hard"]
    values = {"time": f"2026-11-{day:02}T08:14:02.000000Z", "score": 62, "agent": "codex", "session": "s1", "text": "x"}
    return {**values, "rules": rules, "understood": True, "request": "", "outcome": outcome, "action": action, **more}


def ends(*records: dict[str, Any]) -> list[str]:
    return [act.end for act in summary(records).acts]


def group(found: Summary, field: str, name: str) -> Group:
    return next(one for one in by(found, field) if one.name == name)


def test_commands_and_notes() -> None:
    found = summary([entry(), entry(rules=["files.note"]), entry(understood=False), entry(log.LIKE)])
    assert (found.commands, found.noted, found.unread, found.likes, found.acts) == (4, 1, 1, 1, ())
    assert group(found, "rule", "files.note").notes == 1
    assert (found.first, found.last) == ("2026-11-01 08:14:02", "2026-11-01 08:14:02")


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([entry(log.BLOCKED, "refuse")], [REFUSED]),
        ([entry(log.BLOCKED, request="7QK2")], [UNANSWERED]),
        ([entry(log.ASKED)], [DIALOG]),
        ([entry(log.OBSERVED)], [OBSERVED]),
        ([entry(log.NO, seconds=4.0)], [NO]),
        ([entry(log.YES, seconds=4.0)], [YES]),
        ([entry(log.YES)], []),  # the use of a yes that has its own entry
        ([entry(log.BLOCKED, "pass")], []),  # a syntax error
        ([entry(log.BLOCKED, request="7QK2")] * 3, [UNANSWERED]),  # tried three times
        ([entry(log.BLOCKED, request="7QK2"), entry(log.APPROVED, request="7QK2", seconds=9.0), entry(log.YES)], [YES]),
        ([entry(log.APPROVED, request="7QK2", seconds=9.0), entry(log.YES)], [YES]),  # the shell waited
        ([entry(log.BLOCKED, request="7QK2"), entry(log.DENIED, request="7QK2"), entry(log.BLOCKED)], [NO, UNANSWERED]),
        ([entry(log.DENIED, request="7QK2"), entry(log.BLOCKED, request="7QK2")], [NO]),
        ([entry(log.APPROVED, request="7QK2"), entry(log.DENIED, request="7QK2")], [NO]),  # taken back
        ([entry(log.BLOCKED), entry(log.BLOCKED)], [UNANSWERED, UNANSWERED]),
    ],
)
def test_an_act_counts_once_with_what_came_of_it(records: list[dict[str, Any]], wanted: list[str]) -> None:
    assert ends(*records) == wanted


def test_answers_are_no_commands() -> None:
    found = summary([entry(log.BLOCKED, request="7QK2"), entry(log.APPROVED, request="7QK2"), entry(log.YES)])
    assert found.commands == 2


def test_sessions_without_a_stop() -> None:
    records = [entry(session="a"), entry(session="b"), entry(log.BLOCKED, session="b"), entry(session="")]
    found = summary(records)
    assert (found.sessions, found.quiet) == (2, 1)


def test_groups() -> None:
    records = [
        entry(day=2),
        entry(log.YES, seconds=2.0, rules=["git.reset-hard"], agent="codex", day=1),
        entry(log.YES, seconds=4.0, rules=["git.branch-delete"], agent="gemini", day=2),
        entry(log.NO, seconds=30.0, rules=["git.branch-delete"], agent="gemini", day=2),
        entry(log.BLOCKED, rules=["files.delete-tree"], agent="gemini", day=3),
    ]
    found = summary(records)
    assert [one.name for one in by(found, "rule")] == ["git.branch-delete", "files.delete-tree", "git.reset-hard", ""]
    assert [one.name for one in by(found, "day")] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    git = group(found, "pack", "git")
    assert (git.commands, git.stops, git.yes, git.no, git.answers, git.seconds) == (3, 3, 2, 1, 3, 4.0)
    assert git.yes_rate == pytest.approx(2 / 3)
    assert group(found, "agent", "gemini").stops == 3
    assert group(found, "pack", "files").yes_rate is None
    assert found.whole.stops == 4


def test_rules_that_are_nearly_always_allowed() -> None:
    def answered(rule: str, yes: int, no: int) -> list[dict[str, Any]]:
        return [entry(log.YES, seconds=1.0, rules=[rule])] * yes + [entry(log.NO, seconds=1.0, rules=[rule])] * no

    records = answered("a.a", 5, 0) + answered("b.b", 4, 0) + answered("c.c", 9, 1) + answered("d.d", 8, 2)
    assert [one.name for one in nearly_always_yes(summary(records))] == ["c.c", "a.a"]
    assert nearly_always_yes(summary([])) == []


def test_only_the_days_asked_for_count() -> None:
    found = summary([entry(day=1), entry(day=2), entry(day=3)], "2026-11-02")
    assert (found.commands, found.first[:10]) == (2, "2026-11-02")


def test_what_is_no_entry_is_left_out() -> None:
    broken: list[Any] = [{}, {"time": "x", "outcome": "ran"}, {"time": 7}, entry(score="x", outcome=log.BLOCKED), []]
    assert summary([*broken, entry()]).commands == 1
    assert summary([]).whole == Group("")
