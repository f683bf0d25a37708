"""A command is found wherever it hides, or the text is asked about; there is no third outcome."""

from __future__ import annotations

import pytest

from tests.reading import hiding_places
from tests.reading.support import judged, rules_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.verdict import Verdict

TABLES = ("LISTS", "PIPES", "COMPOUND", "FUNCTIONS", "SUBSTITUTIONS", "NAMES", "SHELLS", "WRAPPERS", "LANGUAGES", "INJECTIONS")


def _cases() -> list[object]:
    return [
        pytest.param(row, id=f"{name.lower()}-{number}-{shown(row)}")
        for name in TABLES
        for number, row in enumerate(getattr(hiding_places, name))
    ]


def shown(row: hiding_places.Row) -> str:
    return (row if isinstance(row, str) else row[0])[:60].encode("unicode_escape").decode()


def _verdict(row: hiding_places.Row) -> Verdict:
    text, files = (row, {}) if isinstance(row, str) else row
    return judged(hiding_places.filled(text), {name: hiding_places.filled(content) for name, content in files.items()})


@pytest.mark.parametrize("row", _cases())
def test_hidden(row: hiding_places.Row) -> None:
    verdict = _verdict(row)
    assert verdict.action in ("refuse", "confirm"), rules_found(verdict)
    assert "guardsh failed" not in verdict.problem


@pytest.mark.xfail(reason="known gap")
@pytest.mark.parametrize("row", hiding_places.KNOWN_GAPS, ids=shown)
def test_known_gap(row: hiding_places.Row) -> None:
    assert _verdict(row).action in ("refuse", "confirm")


def test_the_table_is_large() -> None:
    assert sum(len(getattr(hiding_places, name)) for name in TABLES) >= 1200


def test_most_are_found() -> None:
    """Asking is the exception: where the command can be read, it is refused for what it is."""
    rows = [row for name in TABLES for row in getattr(hiding_places, name)]
    assert sum(_verdict(row).action == "refuse" for row in rows) >= len(rows) * 0.9


def test_without_the_command_the_shell_forms_pass() -> None:
    """What is found is the command, not the form that hides it."""
    rows = [row for name in ("LISTS", "PIPES", "COMPOUND") for row in getattr(hiding_places, name) if isinstance(row, str) and "CANARY" in row]
    stopped = [row for row in rows if judged(row.replace("CANARY", "pwd")).action != "pass"]
    assert [row for row in stopped if "[$(" not in row] == []
