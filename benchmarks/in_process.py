"""How long a one-line command takes to be judged: in process, warm, on commands that agents really issued.

python benchmarks/in_process.py [commands]
"""

from __future__ import annotations

import sys
import time

from support import judging, records, summary


def measure(most: int = 0) -> list[float]:
    """Milliseconds for each one-line command of the corpus; the first hundred are judged twice, to be warm."""
    texts = [record["command"] for record in records("agent-commands.jsonl") if "\n" not in record["command"].strip()]
    texts = texts[: most or None]
    with judging() as judge:
        for text in texts[:100]:
            judge(text)
        taken = []
        for text in texts:
            began = time.perf_counter()
            judge(text)
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def main() -> None:
    """Prints one line."""
    taken = measure(int(sys.argv[1]) if sys.argv[1:] else 0)
    print(f"in process, {len(taken):,} one-line commands: {summary(taken)}" if taken else "in process: no corpus here")


if __name__ == "__main__":
    main()
