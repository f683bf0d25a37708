"""The table of the README: python benchmarks/figures.py prints it, with --write it goes into README.md."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

import corpus
import in_process
import shell_start
from support import percentile

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- figures: python benchmarks/figures.py --write -->\n", "<!-- end of figures -->\n"


def table() -> str:
    """The rows, measured now; raises SystemExit where a corpus is missing."""
    figures = corpus.agents()
    if not figures.commands:
        sys.exit("there is no corpus to measure with")
    stop, stops, _passed, _passes = corpus.labelled()
    taken = in_process.measure()
    try:
        start = shell_start.medians(50, "true")
    finally:
        shutil.rmtree(shell_start.HOME)
    more = start["guardsh -c"] - start["bash -c"]
    rows = [
        ("| what | measured | by |", "", ""),
        ("|---|---|---|", "", ""),
        (
            f"{stops:,} destructive commands from the tests of other guards: stopped",
            f"**{100 * stop / stops:.1f} %**",
            "corpus.py",
        ),
        (
            f"{figures.commands:,} commands from real agents' sessions: interrupted",
            f"**{100 * figures.stopped / figures.commands:.2f} %** ({figures.stopped})",
            "corpus.py --list",
        ),
        (
            "the same, of what bash accepts: read completely",
            f"{100 * figures.read / figures.valid:.2f} %",
            "corpus.py",
        ),
        (
            "judging one command, in process",
            f"median **{statistics.median(taken):.1f} ms**, 99 of 100 within {percentile(taken, 99):.1f} ms",
            "in_process.py",
        ),
        ("`guardsh -c true`, more than `bash -c true`", f"**{more:.0f} ms**", "shell_start.py"),
    ]
    return "".join(f"| {what} | {value} | `{script}` |\n" if value else f"{what}\n" for what, value, script in rows)


def main() -> None:
    """Prints the table, or writes it."""
    made = table()
    print(made, end="")
    if "--write" in sys.argv:
        text = README.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        README.write_text(f"{before}{BEGIN}{made}{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
