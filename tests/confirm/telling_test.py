from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from guardsh.config import Settings
from guardsh.confirm import requests, telling
from tests.confirm.acts import RESET, VOLUME, asked
from tests.show.examples import one

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
DESKTOP = {"DISPLAY": ":0", "PATH": "/usr/bin:/bin"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of stub programs that write what they were given beside them."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("notify-send", "osascript", "mine"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > {folder}/{name}.new\n'
            f'printf "%s|" "$GUARDSH_REQUEST" "$GUARDSH_AGENT" "$GUARDSH_REASON" "$DBUS_SESSION_BUS_ADDRESS" '
            f">> {folder}/{name}.new\nmv {folder}/{name}.new {folder}/{name}.told\n"
        )
        program.chmod(0o755)
    monkeypatch.setattr(telling, "FOLDERS", (str(folder),))
    monkeypatch.setattr(sys, "platform", "linux")
    return folder


def told(path: Path) -> list[str]:
    deadline = time.monotonic() + 10
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return path.read_text().splitlines()


def test_the_desktop_tells(programs: Path) -> None:
    request = asked(VOLUME, agent="claude-code")
    telling.tell(request, Settings(), {**DESKTOP, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"})
    assert told(programs / "notify-send.told") == [
        "--app-name=guardsh",
        "--urgency=critical",
        "--",
        f"guardsh request {request.id} of claude-code",
        "would delete a Railway volume and the backups on it (score 88). Answer it in guardsh watch.",
        "|||unix:path=/x|",
    ]
    assert not (programs / "mine.told").exists()


def test_a_small_one_is_no_urgency(programs: Path) -> None:
    assert "--urgency=normal" in telling.desktop(asked(RESET), DESKTOP)


def test_markup_and_what_hides_are_shown_as_they_are(programs: Path) -> None:
    request = asked(one("x", "x", loses="<b>all</b> & \u202emore"), agent="a\u200bb")
    words = telling.desktop(request, DESKTOP)
    assert words[-1].startswith("would lose &lt;b&gt;all&lt;/b&gt; &amp; &lt;U+202E&gt;more")
    assert words[-2].endswith("of a<U+200B>b")


def test_a_script_gets_the_texts_as_arguments(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(one("x", "x", loses='" & (do shell script "id") & "'))
    monkeypatch.setattr(sys, "platform", "darwin")
    words = telling.desktop(request, {})
    assert words[0] == str(programs / "osascript")
    script = words[2:7:2]
    assert script[0] == "on run argv" and "shell" not in " ".join(script)
    assert words[-2] == f"guardsh request {request.id}"
    assert words[-1].startswith(telling.reason(request)) and "do shell script" in words[-1]


def test_nothing_is_started_without_a_desktop_or_a_program(programs: Path) -> None:
    request = asked(RESET)
    assert telling.desktop(request, {"PATH": str(programs)}) == []
    (programs / "notify-send").unlink()
    assert telling.desktop(request, {**DESKTOP, "PATH": str(programs)}) == []


def test_the_configuration_turns_it_off_and_adds_a_command(programs: Path) -> None:
    request = asked(VOLUME, agent="codex")
    settings = Settings(notify=False, on_request=(str(programs / "mine"), "-x"))
    telling.tell(request, settings, DESKTOP)
    reason = "would delete a Railway volume and the backups on it"
    assert told(programs / "mine.told") == [
        "-x",
        f"guardsh request {request.id}: codex {reason}",
        f"{request.id}|codex|{reason}||",
    ]
    time.sleep(0.1)
    assert not (programs / "notify-send.told").exists()


def test_what_is_told_is_redacted(programs: Path) -> None:
    request = asked(one(f"x {TOKEN}", "x", loses=f"what {TOKEN} opens"))
    assert TOKEN not in telling.message(request) and TOKEN not in " ".join(telling.desktop(request, DESKTOP))


@pytest.mark.parametrize("command", ["/nonexistent", "/", "no\0such"])
def test_telling_that_fails_is_nothing(command: str) -> None:
    telling.tell(asked(RESET), Settings(notify=False, on_request=(command,)), dict(os.environ))


def test_telling_never_waits(programs: Path) -> None:
    slow = programs / "notify-send"
    slow.write_text("#!/bin/sh\nexec sleep 3\n")
    began = time.monotonic()
    telling.tell(asked(RESET), Settings(on_request=(str(slow),)), DESKTOP)
    assert time.monotonic() - began < 1.5


def test_a_long_reason_is_cut() -> None:
    request = asked(one("x", "x", loses="y" * 2000))
    assert len(telling.message(request)) == telling.LONGEST


def test_an_unread_text_has_a_reason() -> None:
    request = asked(RESET)
    bare = request.but(verdict=RESET.but(findings=(), understood=False, problem="nested too deep"))
    assert telling.reason(bare) == "can't be read: nested too deep"
    assert telling.reason(request.but(verdict=RESET.but(findings=()))) == "needs a decision"
    assert requests.find(request.id)
