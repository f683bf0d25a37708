"""Running one program within bounds."""

from __future__ import annotations

import time
from pathlib import Path

from guardsh.facts.run import output_of


def script(folder: Path, body: str) -> str:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_what_it_prints_and_its_status(tmp_path: Path) -> None:
    printed = output_of(
        [script(tmp_path, 'printf "%s|" "$@" "$X"; cat; exit 3'), "a b", "\udcff"],
        {"X": "1", "PATH": "/usr/bin:/bin"},
        5,
        100,
    )
    assert printed is not None
    assert (printed.text, printed.status, printed.timed_out) == ("a b|\udcff|1|", 3, False)


def test_it_is_killed_with_its_children_when_time_is_up(tmp_path: Path) -> None:
    start = time.monotonic()
    printed = output_of([script(tmp_path, "sleep 20 & echo started; wait")], {"PATH": "/usr/bin:/bin"}, 0.3, 100)
    assert printed is not None and printed.timed_out and not printed.text
    assert time.monotonic() - start < 5


def test_it_is_killed_if_it_closes_its_output_and_stays(tmp_path: Path) -> None:
    printed = output_of([script(tmp_path, "exec >&-; sleep 20")], {"PATH": "/usr/bin:/bin"}, 0.3, 100)
    assert printed is not None and printed.timed_out


def test_too_much_output_is_no_answer(tmp_path: Path) -> None:
    start = time.monotonic()
    assert output_of([script(tmp_path, "while :; do echo xxxxxxxxxxxxxxxx; done")], {}, 5, 1000) is None
    assert time.monotonic() - start < 4


def test_what_cannot_start_is_no_answer(tmp_path: Path) -> None:
    assert output_of([str(tmp_path / "none")], {}, 1, 100) is None
    assert output_of([str(tmp_path / "a\0b")], {}, 1, 100) is None
