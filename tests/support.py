"""What several test modules share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
CORPUS = TOP.parent / "shared" / "corpus"


def corpus(name: str) -> Iterator[dict[str, str]]:
    """The records of a corpus file laid beside the checkout; the test is skipped, and says so, without it."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"corpus {name} isn't beside this checkout")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
