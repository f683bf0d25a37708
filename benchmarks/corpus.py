"""What guardsh makes of real agents' commands: how many it stops, notes, and reads completely.

python benchmarks/corpus.py [--list]     --list shows each stop
"""

from __future__ import annotations

import sys
from collections import Counter

from support import judging, records

from guardsh.frozen import Frozen
from guardsh.syntax import bash_verdict
from guardsh.verdict import PASS, Verdict


class Figures(Frozen):
    """What was counted."""

    commands: int
    valid: int  # of those, what bash accepts
    read: int  # of the valid ones, read completely
    stopped: int
    noted: int
    stops: tuple[tuple[str, Verdict], ...]


def agents() -> Figures:
    """The corpus of agents' commands, judged in an empty, clean repository."""
    texts = [record["command"] for record in records("agent-commands.jsonl")]
    with judging() as judge:
        verdicts = [(text, judge(text)) for text in texts]
    unread = [(text, verdict) for text, verdict in verdicts if not verdict.understood]
    # Only what wasn't read is shown to bash -n: of the rest our parser knows that bash accepts it.
    invalid = sum(verdict.syntax_error or bash_verdict(text).valid is False for text, verdict in unread)
    stops = tuple((text, verdict) for text, verdict in verdicts if verdict.action != PASS)
    noted = sum(verdict.action == PASS and bool(verdict.findings) for _text, verdict in verdicts)
    valid = len(texts) - invalid
    return Figures(len(texts), valid, len(texts) - len(unread), len(stops), noted, stops)


def labelled() -> tuple[int, int, int, int]:
    """Of the labelled commands: right among "stop", all "stop", right among "pass", all "pass"."""
    counts: Counter[tuple[str, bool]] = Counter()
    with judging() as judge:
        for record in records("labelled-dev.jsonl"):
            stopped = judge(record["command"]).action != PASS
            counts[record["expect"], stopped == (record["expect"] == "stop")] += 1
    stop, passed = counts["stop", True], counts["pass", True]
    return stop, stop + counts["stop", False], passed, passed + counts["pass", False]


def main() -> None:
    """Prints the figures, with --list every stop."""
    figures = agents()
    if not figures.commands:
        print("corpus: no corpus here")
        return
    print(
        f"agents' commands, {figures.commands:,}: stopped {figures.stopped} "
        f"({100 * figures.stopped / figures.commands:.2f} %) · noted {figures.noted} · "
        f"read completely {figures.read:,} of {figures.valid:,} that bash accepts "
        f"({100 * figures.read / figures.valid:.2f} %)"
    )
    if "--list" in sys.argv:
        for text, verdict in figures.stops:
            worst = verdict.worst
            print(f"  {verdict.score:3}  {worst.rule if worst else '':30}  {text[:100]!r}")
    stop, stops, passed, passes = labelled()
    if stops and passes:
        print(
            f"labelled commands: {stop} of {stops} to be stopped are stopped ({100 * stop / stops:.1f} %), "
            f"{passed} of {passes} to be passed pass ({100 * passed / passes:.1f} %)"
        )


if __name__ == "__main__":
    main()
