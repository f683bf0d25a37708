"""What guardsh adds to the start of a shell: whole processes, medians.

Run it from an environment with guardsh's dependencies; it judges with the rules of this checkout, in a home of its own.

python benchmarks/shell_start.py [runs]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOME = tempfile.mkdtemp(prefix="guardsh-benchmark-")
START = f"""
import sys
sys.path[:0] = [{TOP!r}, {sysconfig.get_path("purelib")!r}]
sys.argv[0] = "guardsh"
import guardsh.places
guardsh.places.home = lambda: {HOME!r}
from guardsh.__main__ import main
sys.exit(main())
"""
WAYS = {
    "bash -c": ["/bin/bash"],
    "python -I -S": [sys.executable, "-I", "-S", "-c", "pass"],
    "guardsh -c": [sys.executable, "-I", "-S", "-c", START],
}
COMMANDS = ["true", "ls -la && git status", "cd guardsh && for f in *.py; do echo \"$f\" | sed 's/x/y/'; done"]


def seconds(argv: list[str]) -> float:
    """One run of a command, its output thrown away."""
    began = time.perf_counter()
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=TOP, check=False
    )
    spent = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{argv[-1]}: status {done.returncode}: {done.stderr.decode()}")
    return spent


def medians(runs: int, command: str) -> dict[str, float]:
    """The median milliseconds of each way to run a command; they take turns, so that a busy machine hits all alike."""
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(runs + 2):
        for way, argv in WAYS.items():
            spent = seconds([*argv, "-c", command])
            if number >= 2:  # the first two fill the caches
                taken[way].append(spent * 1000)
    return {way: statistics.median(times) for way, times in taken.items()}


def main() -> None:
    """Prints a line for each command."""
    runs = int(sys.argv[1]) if sys.argv[1:] else 50
    try:
        for command in COMMANDS:
            found = medians(runs, command)
            ways = " · ".join(f"{way} {milliseconds:.1f} ms" for way, milliseconds in found.items())
            print(f"{command!r}: {ways} · guardsh adds {found['guardsh -c'] - found['bash -c']:.1f} ms")
    finally:
        shutil.rmtree(HOME)


if __name__ == "__main__":
    main()
