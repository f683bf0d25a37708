"""pause and trust as a person meets them, on real terminals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from guardsh.cli import pause as cli
from guardsh.confirm import passphrase, pause
from guardsh.record import log
from tests.cli.persons_test import SECRET, Window, guardsh, home, window  # noqa: F401 - fixtures


def test_a_length() -> None:
    for text, seconds in (("30m", 1800), ("2h", 7200), ("90s", 90), ("5", 300), ("1.5h", 5400)):
        assert cli.Length().convert(text, None, None) == seconds
    for text in ("", "m", "-5", "1d", "1e9", "٣m", "nan"):
        assert CliRunner().invoke(cli.command, ["--", text]).exit_code == 2


def unlocked(window: Callable[..., Window]) -> Window:  # noqa: F811
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh unlock")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("is unlocked")
    return person


def test_only_an_unlocked_terminal_pauses(window: Callable[..., Window], home: Path) -> None:  # noqa: F811
    assert "terminal is locked" in window().run("guardsh pause 30m")
    assert pause.left() == 0
    person = unlocked(window)
    assert "For 30 minutes nobody asks you;" in person.run("guardsh pause 30m")
    assert 1700 < pause.left() <= 1800 and pause.left(agents=True) == 0
    assert [entry["text"] for entry in log.read()] == ["guardsh pause 30 minutes"]
    assert "Nobody asks you for another 30 minutes" in person.run("guardsh pause")
    assert "The pause is over." in person.run("guardsh pause --end")
    assert "There is no pause." in person.run("guardsh pause")
    assert "nobody asks you or agents" in person.run("guardsh pause 2h --agents")
    assert pause.left(agents=True) > 7000


@pytest.mark.parametrize("asked", ["setsid -w guardsh pause 5m", "guardsh pause 9h"])
def test_nobody_else_pauses(asked: str, window: Callable[..., Window]) -> None:  # noqa: F811
    assert "Not paused: " in unlocked(window).run(asked)
    assert pause.left() == 0
