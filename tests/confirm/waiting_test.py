from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from guardsh.confirm import connected, requests, waiting
from tests.confirm.acts import RESET, asked


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK", 0.02)
    monkeypatch.setattr(waiting, "LOOK_FOR_SOMEONE", 0.1)


def meanwhile(act: Callable[[], object]) -> None:
    threading.Timer(0.15, act).start()


def waited(name: str, patience: float = 5.0) -> tuple[bool, float]:
    began = time.monotonic()
    answered = waiting.wait(name, patience)
    return answered, time.monotonic() - began


def test_without_an_approver_nobody_waits() -> None:
    answered, took = waited(asked(RESET).id)
    assert not answered and took < 1


def test_a_yes_and_a_no_end_the_waiting() -> None:
    connected.beat()
    name = asked(RESET).id
    meanwhile(lambda: requests.approve(name))
    answered, took = waited(name)
    assert answered and took < 2
    requests.deny(name)
    assert waited(name)[0]


def test_the_approver_leaves() -> None:
    connected.beat()
    meanwhile(connected.leave)
    answered, took = waited(asked(RESET).id)
    assert not answered and took < 2


def test_patience_ends() -> None:
    connected.beat()
    answered, took = waited(asked(RESET).id, 0.3)
    assert not answered and 0.25 < took < 2


def test_a_request_that_is_gone_or_used_is_no_answer() -> None:
    connected.beat()
    assert waited("ZZZZ") == (False, pytest.approx(0, abs=1))
    name = asked(RESET).id
    requests.approve(name)
    assert requests.take(requests.binding(RESET))
    assert not waited(name)[0]
