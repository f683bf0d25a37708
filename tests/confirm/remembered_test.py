from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardsh.confirm import clock, remembered
from guardsh.confirm.clock import Moment
from guardsh.verdict import REFUSE
from tests.confirm.acts import RESET, SHAPE, VOLUME, asked, asked_with_its_like

OTHER = RESET.but(text="git reset --hard HEAD~4")


@pytest.fixture
def folder(home: Path) -> Path:
    return home / ".local/state/guardsh/remembered"


def test_the_like_is_covered_in_that_session() -> None:
    kept = remembered.remember(asked_with_its_like())
    assert kept is not None
    assert remembered.covers(RESET, "s-1", SHAPE) == kept
    assert remembered.covers(RESET, "s-1", SHAPE) == kept, "as often as it comes"
    assert remembered.covers(RESET.but(score=50, text="another text"), "s-1", SHAPE) == kept


def test_what_differs_is_not_covered() -> None:
    remembered.remember(asked_with_its_like())
    assert not remembered.covers(RESET, "s-2", SHAPE)
    assert not remembered.covers(RESET, "", SHAPE)
    assert not remembered.covers(RESET, "s-1", "d" * 64)
    assert not remembered.covers(RESET, "s-1", "")
    assert not remembered.covers(RESET.but(score=63), "s-1", SHAPE), "a higher score"
    assert not remembered.covers(RESET.but(score=70), "s-1", SHAPE)
    assert not remembered.covers(RESET.but(action=REFUSE), "s-1", SHAPE)
    assert not remembered.covers(RESET.but(understood=False), "s-1", SHAPE)


@pytest.mark.parametrize("score", [70, 88])
def test_nothing_is_offered_or_remembered_from_70_on(score: int) -> None:
    request = asked_with_its_like(RESET.but(score=score))
    assert remembered.offered(request) == ""
    assert remembered.remember(request) is None
    assert remembered.listed() == []


def test_nothing_is_offered_without_session_or_shape() -> None:
    assert remembered.offered(asked_with_its_like()) == "git reset in ~/shop"
    assert remembered.offered(asked_with_its_like(session="").but(session="")) == ""
    for request in (asked(VOLUME), asked_with_its_like().but(like="x"), asked_with_its_like().but(session="")):
        assert remembered.offered(request) == ""
        assert remembered.remember(request) is None
    unread = asked_with_its_like().but(verdict=RESET.but(understood=False))
    assert remembered.offered(unread) == ""


def test_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.remember(asked_with_its_like())
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(real.boot, real.seconds + remembered.HOURS * 3600 - 60))
    assert remembered.covers(RESET, "s-1", SHAPE)
    monkeypatch.setattr(clock, "now", lambda: Moment(real.boot, real.seconds + remembered.HOURS * 3600 + 1))
    assert not remembered.covers(RESET, "s-1", SHAPE)
    monkeypatch.setattr(clock, "now", lambda: Moment("another start", real.seconds))
    assert not remembered.covers(RESET, "s-1", SHAPE)

    def broken() -> Moment:
        raise OSError("x")

    monkeypatch.setattr(clock, "now", broken)
    assert not remembered.covers(RESET, "s-1", SHAPE)


def test_it_is_listed_and_forgotten(folder: Path) -> None:
    first = remembered.remember(asked_with_its_like())
    second = remembered.remember(asked_with_its_like(OTHER, "s-2"))
    assert first and second
    assert remembered.listed() == [first, second]
    assert remembered.forget(first.id.lower()) == [first]
    assert not remembered.covers(RESET, "s-1", SHAPE)
    assert remembered.forget("ZZZZ") == []
    assert remembered.forget() == [second]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"score": 95},
        {"score": "62"},
        {"score": True},
        {"shape": "x"},
        {"session": None},
        {"id": "ABCD"},
        {"more": 1},
        {"seconds": "x"},
        {"boot": ""},
    ],
)
def test_a_changed_file_covers_nothing(folder: Path, change: dict[str, object]) -> None:
    remembered.remember(asked_with_its_like())
    (path,) = folder.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert remembered.covers(RESET, "s-1", SHAPE) is None
    assert remembered.listed() == []


def test_a_broken_or_open_file_covers_nothing(folder: Path) -> None:
    remembered.remember(asked_with_its_like())
    (path,) = folder.iterdir()
    path.chmod(0o644)
    assert remembered.covers(RESET, "s-1", SHAPE) is None
    path.chmod(0o600)
    assert remembered.covers(RESET, "s-1", SHAPE)
    path.write_text("{")
    assert remembered.covers(RESET, "s-1", SHAPE) is None


def test_a_folder_that_cannot_be_read_covers_nothing(home: Path) -> None:
    (home / ".local").write_text("in the way")
    assert remembered.covers(RESET, "s-1", SHAPE) is None


def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(remembered, "MOST", 1)
    remembered.remember(asked_with_its_like())
    with pytest.raises(OSError, match="forget all"):
        remembered.remember(asked_with_its_like(OTHER, "s-2"))
    (path,) = folder.iterdir()
    path.write_text("broken ones don't count and go")
    remembered.remember(asked_with_its_like(OTHER, "s-2"))
    assert len(list(folder.iterdir())) == 1
