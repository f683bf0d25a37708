"""Writes tests/data/tldr-golden.tsv anew: what is stopped of every program's documented uses, by rule.

    python -m tests.write_golden

Run it when the test of these has shown a drift, and each line of the drift is right.
"""

from __future__ import annotations

from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge
from guardsh.rules.loading import compile_files, pack_files
from guardsh.verdict import PASS

from .support import TOP, corpus


def main() -> None:
    """Judges all of the corpus and writes one line for each rule: its id and the numbers of the commands."""
    rules = compile_files(pack_files())
    found: dict[str, list[int]] = {}
    for record in corpus("tldr-commands.jsonl"):
        verdict = judge(record["command"], ExampleWorld(), rules, Settings())
        if verdict.action != PASS:
            found.setdefault(verdict.findings[0].rule, []).append(int(record["id"].partition(":")[2]))
    lines = ["rule\tnumbers"]
    lines += [f"{rule}\t{' '.join(map(str, sorted(numbers)))}" for rule, numbers in sorted(found.items())]
    (TOP / "tests/data/tldr-golden.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
