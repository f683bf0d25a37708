"""How often agents' ordinary work is stopped, with what they name missing, tracked, a person's, or the agent's own.

    python -m benchmarks.corpus_states [CORPUS.jsonl]

CORPUS.jsonl has one {"agent", "command"} a line; without it, the corpus beside the checkout is taken. Nothing is run.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from guardsh.config import Settings
from guardsh.judge import judge
from guardsh.rules.loading import compile_files, pack_files
from guardsh.verdict import PASS
from tests.support import CORPUS
from tests.support_worlds import STATES, StateWorld, starts_in


def main(path: Path) -> None:
    """Prints a line for each state, then which rules stop most and how each agent fares."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rules = compile_files(pack_files())
    for state in STATES:
        by_rule: Counter[str] = Counter()
        by_agent: Counter[str] = Counter()
        unread = 0
        for record in records:
            verdict = judge(record["command"], StateWorld(state, starts_in(record)), rules, Settings())
            unread += not verdict.understood and not verdict.syntax_error
            if verdict.action != PASS:
                by_rule[verdict.findings[0].rule] += 1
                by_agent[record["agent"]] += 1
        stops = sum(by_rule.values())
        rate = 100 * stops / len(records)
        print(f"{state:8} {stops:5} of {len(records)} stopped, {rate:.2f} %; {unread} not understood")
        print("         " + ", ".join(f"{rule} {count}" for rule, count in by_rule.most_common(12)))
        print("         " + ", ".join(f"{agent} {count}" for agent, count in by_agent.most_common()))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "agent-commands.jsonl")
