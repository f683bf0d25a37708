from __future__ import annotations

import time
from pathlib import Path

import pytest

from guardsh.confirm.past import past
from guardsh.record import log
from guardsh.record.log import Entry


def wrote(text: str, outcome: str = log.RAN, session: str = "s-1", **more: float) -> None:
    assert log.write(Entry(text, "pass", outcome, session=session, **more))  # type: ignore[arg-type]


def test_the_last_commands_of_a_session() -> None:
    for number in range(9):
        wrote(f"echo {number}")
    wrote("echo other", session="s-2")
    wrote("rm x", log.BLOCKED)
    wrote("rm x", log.APPROVED, seconds=3)
    wrote("rm\n\u202ex", log.YES)
    lines = past().commands("s-1", 4)
    assert [line[7:] for line in lines] == ["echo 7", "echo 8", "rm x  (stopped)", "rm⏎<U+202E>x  (allowed)"]
    assert all(line[2] == ":" for line in lines)
    assert past().commands("") == []


def test_answers_of_today_are_counted_and_uses_of_them_are_not() -> None:
    wrote("a", log.APPROVED, seconds=1)
    wrote("a", log.YES)
    wrote("b", log.DENIED)
    wrote("c", log.YES, seconds=2)
    wrote("d", log.NO, seconds=2)
    wrote("e", log.LIKE)
    assert past().answered_today() == 4
    assert past().answered_today(time.time() + 3 * 86400) == 0


def test_entries_that_make_no_sense_are_left_out(home: Path) -> None:
    wrote("echo 1")
    path = home / ".local/state/guardsh/log/log.jsonl"
    path.write_text(path.read_text() + '{"hash": "x", "session": "s-1", "outcome": []}\n{"hash": "y", "time": 7}\n{')
    assert len(past().commands("s-1")) == 1
    assert past().answered_today() == 0


def test_a_log_that_cannot_be_read_is_said(home: Path) -> None:
    (home / ".local").write_text("in the way")
    assert past().commands("s-1") == []
    assert "can't be read" in past().problem


@pytest.mark.parametrize("size", [600, 2000])
def test_only_the_end_of_the_log_is_read(size: int) -> None:
    for number in range(20):
        wrote(f"echo {number}")
    found = past(size)
    assert 0 < len(found.entries) <= size // 200
    assert found.entries[-1]["text"] == "echo 19"
