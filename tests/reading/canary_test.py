"""A command is found wherever it hides, or the text is asked about; there is no third outcome."""

from __future__ import annotations

import pytest

from tests.reading import hiding_places
from tests.reading.support import judged, rules_found

TABLES = ("LISTS", "PIPES", "COMPOUND", "FUNCTIONS", "SUBSTITUTIONS", "NAMES", "SHELLS", "WRAPPERS", "LANGUAGES", "INJECTIONS")


def _cases() -> list[object]:
    return [
        pytest.param(row, id=f"{name.lower()}-{number}-{shown(row)}")
        for name in TABLES
        for number, row in enumerate(getattr(hiding_places, name))
    ]


def shown(row: hiding_places.Row) -> str:
    return (row if isinstance(row, str) else row[0])[:60].encode("unicode_escape").decode()


@pytest.mark.parametrize("row", _cases())
def test_hidden(row: hiding_places.Row) -> None:
    text, files = (row, {}) if isinstance(row, str) else row
    files = {name: hiding_places.filled(content) for name, content in files.items()}
    verdict = judged(hiding_places.filled(text), files)
    assert verdict.action in ("refuse", "confirm"), rules_found(verdict)


def test_the_table_is_large() -> None:
    assert sum(len(getattr(hiding_places, name)) for name in TABLES) >= 150
