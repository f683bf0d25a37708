from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from guardsh.confirm import clock, presence, processes, unlocked
from guardsh.confirm.clock import Moment
from guardsh.confirm.processes import Process


@pytest.fixture(autouse=True)
def leader(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The leader of this session, in a terminal; a test may put another in its place."""
    found = [Process(os.getsid(0), 1, "34816", "4711", ("bash",))]
    monkeypatch.setattr(presence, "session_leader", lambda: found[0])
    return found


@pytest.fixture
def record(home: Path) -> Path:
    return home / f".local/state/guardsh/unlocked/{os.getsid(0)}.json"


def later(monkeypatch: pytest.MonkeyPatch, seconds: float, boot: str = "") -> None:
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(boot or real.boot, real.seconds + seconds))


def test_a_terminal_is_locked_until_it_is_unlocked(record: Path) -> None:
    assert not unlocked.here()
    unlocked.unlock()
    assert unlocked.here()
    assert unlocked.left() == pytest.approx(unlocked.HOURS * 3600, abs=5)
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.parent.stat().st_mode) == 0o700


def test_it_can_be_locked_again() -> None:
    assert unlocked.lock() is False
    unlocked.unlock()
    assert unlocked.lock() is True
    assert not unlocked.here()


@pytest.mark.parametrize("change", [{"terminal": "34817"}, {"start": "4712"}, {"pid": 99}])
def test_another_terminal_or_leader_is_locked(change: dict[str, object], leader: list[Process]) -> None:
    unlocked.unlock()
    leader[0] = leader[0].but(**change)
    assert not unlocked.here()


def test_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked.unlock(1)
    later(monkeypatch, 3601)
    assert not unlocked.here()


def test_it_does_not_outlive_the_machines_run_or_come_from_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked.unlock()
    with monkeypatch.context() as patch:
        later(patch, 1, boot="another")
        assert not unlocked.here()
    with monkeypatch.context() as patch:
        later(patch, -100)
        assert not unlocked.here()


def test_without_a_terminal_there_is_nothing_to_unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Process:
        raise processes.Unknown("no terminal")

    unlocked.unlock()
    monkeypatch.setattr(presence, "session_leader", none)
    assert not unlocked.here()
    with pytest.raises(OSError):
        unlocked.unlock()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null", "[" * 40_000])
def test_a_broken_record_is_locked(content: str, record: Path) -> None:
    unlocked.unlock()
    record.write_text(content)
    assert not unlocked.here()


@pytest.mark.parametrize(
    "change", [{"life": "x"}, {"life": -1}, {"life": float("nan")}, {"seconds": None}, {"boot": ""}]
)
def test_a_forged_record_is_locked(change: dict[str, object], record: Path) -> None:
    unlocked.unlock()
    record.write_text(json.dumps({**json.loads(record.read_text()), **change}))
    assert not unlocked.here()


def test_no_record_lasts_longer_than_a_day(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked.unlock(10_000)
    later(monkeypatch, 25 * 3600)
    assert not unlocked.here()


def test_a_record_or_directory_open_to_others_is_locked(record: Path) -> None:
    unlocked.unlock()
    record.chmod(0o644)
    assert not unlocked.here()
    record.chmod(0o600)
    assert unlocked.here()
    record.parent.chmod(0o777)
    assert not unlocked.here()


def test_old_records_are_cleared_away(record: Path) -> None:
    unlocked.unlock()
    for name in ("1.json", "2.json"):
        (record.parent / name).write_text("{}")
        (record.parent / name).chmod(0o600)
    unlocked.unlock()
    assert list(record.parent.iterdir()) == [record]
