"""Every figure that the README quotes, one after the other: python benchmarks/all.py"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = ("corpus.py", "in_process.py", "shell_start.py")


def main() -> None:
    """Runs each script in a process of its own."""
    for script in SCRIPTS:
        subprocess.run([sys.executable, str(Path(__file__).with_name(script))], check=True)


if __name__ == "__main__":
    main()
