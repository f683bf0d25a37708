from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardsh import places
from guardsh.confirm import clock, pause
from guardsh.confirm.clock import Moment


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(tmp_path))
    return tmp_path


def record(home: Path) -> Path:
    return home / ".local/state/guardsh/pause.json"


def test_it_lasts_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pause.left() == 0
    pause.begin(600)
    assert 599 < pause.left() <= 600 and pause.left(agents=True) == 0
    later = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(later.boot, later.seconds + 601))
    assert pause.left() == 0


def test_agents_are_paused_only_if_it_says_so() -> None:
    pause.begin(60, agents=True)
    assert pause.left(agents=True) > 0


def test_it_ends_when_told() -> None:
    pause.begin(60)
    assert pause.end() and pause.left() == 0 and not pause.end()


def test_another_run_of_the_machine_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pause.begin(60)
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment("another", moment.seconds))
    assert pause.left() == 0


@pytest.mark.parametrize("seconds", [0, -1, pause.LONGEST + 1])
def test_no_length_is_without_end(seconds: float) -> None:
    with pytest.raises(ValueError, match="at most 8 hours"):
        pause.begin(seconds)
    assert pause.left() == 0


@pytest.mark.parametrize("change", [{"life": 1e9}, {"life": "x"}, {"boot": ""}, {"seconds": None}, None, []])
def test_a_record_in_doubt_is_no_pause(home: Path, change: dict[str, object] | list[object] | None) -> None:
    pause.begin(60)
    values = json.loads(record(home).read_text())
    if isinstance(change, dict):
        values.update(change)
        record(home).write_text(json.dumps(values))
        assert pause.left() <= pause.LONGEST if change == {"life": 1e9} else pause.left() == 0
    else:
        record(home).write_text(json.dumps(change))
        assert pause.left() == 0


def test_a_record_that_is_open_to_others_is_no_pause(home: Path) -> None:
    pause.begin(60)
    record(home).chmod(0o644)
    assert pause.left() == 0
    record(home).unlink()
    record(home).symlink_to(home / "elsewhere")
    assert pause.left() == 0


def test_without_a_clock_there_is_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    pause.begin(60)

    def broken() -> Moment:
        raise OSError("no clock")

    monkeypatch.setattr(clock, "now", broken)
    assert pause.left() == 0
