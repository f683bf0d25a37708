from __future__ import annotations

import sys

import pytest

from guardsh.confirm import clock
from guardsh.confirm.clock import Moment


def test_it_goes_on_within_one_start_of_the_machine() -> None:
    first, second = clock.now(), clock.now()
    assert first.boot == second.boot != ""
    assert second.within(first, 60)


@pytest.mark.parametrize(
    ("since", "seconds"),
    [
        (Moment("a", 40.0), 60.0),
        (Moment("a", 100.1), 60.0),  # the future: set back, or forged
        (Moment("b", 90.0), 60.0),
        (Moment("", 90.0), 60.0),
        (Moment("a", float("nan")), 60.0),
        (Moment("a", float("-inf")), 60.0),
    ],
)
def test_not_within(since: Moment, seconds: float) -> None:
    assert not Moment("a", 100.0).within(since, seconds)


def test_a_machine_whose_start_is_unknown_is_never_within() -> None:
    assert not Moment("", 100.0).within(Moment("", 90.0), 60.0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_without_a_boot_id_there_is_no_moment(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(clock, "BOOT_ID", str(tmp_path / "none"))
    with pytest.raises(OSError):
        clock.now()
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setattr(clock, "BOOT_ID", str(tmp_path / "empty"))
    with pytest.raises(OSError):
        clock.now()
