"""guardsh check: what would happen, without its happening."""

from __future__ import annotations

import json
import os
import sys

import click

from guardsh.verdict import CONFIRM, PASS, REFUSE, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.cli.common import Judge

STATUS = {PASS: 0, CONFIRM: 10, REFUSE: 20}


@click.command(short_help="judge commands without running them")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--stdin-jsonl", is_flag=True, help='Judge {"command", "cwd"} lines, one answer a line.')
@click.option("--dialect", type=click.Choice(["bash", "sh", "zsh"]), default="bash", help="The shell (bash).")
def command(text: str | None, as_json: bool, stdin_jsonl: bool, dialect: str) -> None:
    """Judge TEXT (or standard input) without running it: what a shell would be told, in one line.

    With --stdin-jsonl each line of standard input is judged as it comes, without memory of those before.

    Exit status: 0 pass, 10 confirm, 20 refuse; with --stdin-jsonl 0.
    """
    if stdin_jsonl:
        lines(dialect)
        return
    from guardsh.cli.common import judged, text_given

    verdict = judged(text_given(text), dialect=dialect)
    click.echo(json.dumps(described(verdict)) if as_json else said(verdict))
    raise SystemExit(STATUS[verdict.action])


def said(verdict: Verdict) -> str:
    """The verdict in one line: "refuse 98: would lose the home directory /home/ana"."""
    from guardsh import show
    from guardsh.show.text import visible

    if verdict.syntax_error:
        return f"syntax error, nothing would run: {visible(verdict.problem)}"
    why = show.why(verdict)
    return f"{verdict.action} {verdict.score}: {why}" if why else verdict.action


def lines(dialect: str) -> None:
    """Judge every line of standard input as it comes, in order; a line that can't be read is answered with confirm."""
    from guardsh.cli.common import Judge

    judge = Judge()
    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(_answer(judge, line, dialect)), flush=True)


def _answer(judge: Judge, line: bytes, dialect: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        text, directory = record["command"], record.get("cwd")
        if not isinstance(text, str) or not isinstance(directory, (str, type(None))):
            raise TypeError
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _unread('the line isn\'t a JSON object with the texts "command" and "cwd"')
    try:
        answer = described(judge(text, directory and os.path.abspath(directory), dialect=dialect))
    except Exception as error:
        if os.environ.get("GUARDSH_DEBUG") == "1":
            raise
        answer = _unread(f"guardsh failed on it ({type(error).__name__})")
    if "id" in record:
        answer["id"] = record["id"]
    return answer


def _unread(reason: str) -> dict[str, Any]:
    """The answer where nothing could be judged; the keys are those of `described`."""
    from guardsh.judge import UNREAD

    return {
        "verdict": CONFIRM,
        "score": UNREAD,
        "rule": "guardsh.not-understood",
        "understood": False,
        "reason": reason,
        "syntax_error": False,
        "findings": [],
    }


def described(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON has it; texts in it are redacted."""
    from guardsh.record.redact import redact

    worst = verdict.worst
    return {
        "verdict": verdict.action,
        "score": verdict.score,
        "rule": worst.rule if worst else "",
        "understood": verdict.understood,
        "reason": redact(verdict.reason),
        "syntax_error": verdict.syntax_error,
        "findings": [
            {
                "rule": finding.rule,
                "score": finding.score,
                "span": list(finding.span),
                "loses": redact(finding.loses),
                "lost": [redact(line) for line in finding.lost],
                "notes": [redact(note) for note in finding.notes],
                "instead": redact(finding.instead),
                "exposure": finding.exposure,
            }
            for finding in verdict.findings
        ],
    }
