"""What the benchmarks share: this checkout's guardsh with a home of its own, a project to judge in, and the corpora.

The corpora lie beside the checkout, in ../shared/corpus; or where GUARDSH_CORPUS says.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from guardsh import places  # noqa: E402
from guardsh.config import Settings  # noqa: E402
from guardsh.facts.world import World  # noqa: E402
from guardsh.judge import judge  # noqa: E402
from guardsh.rules.loading import Rules  # noqa: E402
from guardsh.rules.store import in_force  # noqa: E402
from guardsh.verdict import Verdict  # noqa: E402

CORPUS = Path(os.environ.get("GUARDSH_CORPUS", TOP.parent / "shared" / "corpus"))


class Judge:
    """Judges texts in one empty, clean repository, with the standard settings and no session."""

    def __init__(self, project: str, home: str) -> None:
        self.project, self.home = project, home
        self.rules: Rules = in_force()
        self.settings = Settings()
        self.environment = {"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}

    def __call__(self, text: str) -> Verdict:
        world = World(self.project, self.home, self.environment, user="ana", known_home=self.home)
        return judge(text, world, self.rules, self.settings)


@contextmanager
def judging() -> Iterator[Judge]:
    """A judge in a throw-away project below a throw-away home."""
    with tempfile.TemporaryDirectory(prefix="guardsh-benchmark-") as folder:
        home = os.path.join(os.path.realpath(folder), "home", "ana")
        project = os.path.join(home, "project")
        os.makedirs(project, mode=0o700)
        os.chmod(home, 0o700)
        subprocess.run(["git", "init", "-q", project], check=True)
        places.home = lambda: home  # the rules are compiled there, not in the user's cache
        yield Judge(project, home)


def records(name: str) -> list[dict[str, str]]:
    """The records of a corpus, [] if it isn't there."""
    try:
        with (CORPUS / name).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    except FileNotFoundError:
        return []


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def summary(values: Sequence[float]) -> str:
    """Median, 99th percentile and the worst of some milliseconds."""
    return (
        f"median {statistics.median(values):.2f} ms · 99th percentile {percentile(values, 99):.2f} ms · "
        f"max {max(values):.1f} ms"
    )
