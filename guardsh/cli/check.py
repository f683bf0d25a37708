"""guardsh check: what would happen, without its happening."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from guardsh.verdict import CONFIRM, PASS, REFUSE, Verdict

STATUS = {PASS: 0, CONFIRM: 10, REFUSE: 20}


@click.command(short_help="judge commands without running them")
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--stdin-jsonl", is_flag=True, help='Judge {"command", "cwd"} lines, one answer a line.')
@click.option("--dialect", type=click.Choice(["bash", "sh", "zsh"]), default="bash", show_default=True, help="Its shell.")
def command(text: str | None, as_json: bool, stdin_jsonl: bool, dialect: str) -> None:
    """Judge TEXT (or standard input) without running it.

    Exit status: 0 pass, 10 confirm, 20 refuse.
    """
    if stdin_jsonl:
        lines(dialect)
        return
    from guardsh.cli.common import judged

    text = sys.stdin.read() if text is None else text
    verdict = judged(text, dialect=dialect)
    if as_json:
        click.echo(json.dumps(described(verdict), ensure_ascii=False))
    else:
        from guardsh import show

        click.echo(show.why(verdict))
    raise SystemExit(STATUS[verdict.action])


def lines(dialect: str) -> None:
    """Judge every line of standard input as it comes, in order; a line that can't be read is answered with confirm."""
    from guardsh.cli.common import Judge

    judge = Judge()
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(_answer(judge, line, dialect), ensure_ascii=True), flush=True)


def _answer(judge: Any, line: str, dialect: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        text, directory = record["command"], record.get("cwd")
        if not isinstance(text, str) or not isinstance(directory, (str, type(None))):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        return {
            "verdict": CONFIRM, "score": 50, "rule": "guardsh.not-understood", "understood": False,
            "reason": 'the line isn\'t a JSON object with the texts "command" and "cwd"',
        }  # fmt: skip
    answer = described(judge(text, directory, dialect=dialect))
    if "id" in record:
        answer["id"] = record["id"]
    return answer


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
