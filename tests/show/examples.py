"""Verdicts for tests that show, ask about or bind one."""

from __future__ import annotations

from typing import Any

from guardsh.verdict import CONFIRM, Finding, Step, Verdict


def one(text: str, part: str, *, action: str = CONFIRM, score: int = 62, loses: str, **more: Any) -> Verdict:
    """A verdict with one finding at `part` of the text."""
    start = text.index(part)
    values = {"steps": (Step(score, "example"),), **more}
    finding = Finding(
        rule="example.rule", pack="example", score=score, span=(start, start + len(part)), loses=loses, **values
    )
    return Verdict(action=action, score=score, findings=(finding,), text=text, commands=1)
