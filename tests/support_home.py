"""A home for guardsh in a temporary folder.

The product takes the home from the password database and from nowhere else, so tests replace `guardsh.places.home`:
with `monkeypatch` in this process, with `launcher` in a process of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support import TOP

_LAUNCHER = """\
import sys

sys.path.insert(0, {top!r})
import guardsh.places

guardsh.places.home = lambda: {home!r}
{before}
from guardsh.__main__ import main

sys.exit(main())
"""


def launcher(folder: Path, home: Path, before: str = "") -> list[str]:
    """The argv that starts all of guardsh with this home; append its arguments. `before` is Python run at its start.

    Writes one file into `folder`; the home is made if missing.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    program = folder / "guardsh-with-a-home.py"
    program.write_text(_LAUNCHER.format(top=str(TOP), home=str(home), before=before), encoding="utf-8")
    return [sys.executable, "-I", str(program)]


def environment(home: Path, **more: str) -> dict[str, str]:
    """A small environment without marks of an agent: nothing of the one that runs the tests but PATH."""
    return {"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath), "TERM": "xterm", "LANG": "C.UTF-8", **more}
