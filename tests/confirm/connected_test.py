from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from guardsh import places
from guardsh.confirm import clock, connected, processes
from guardsh.confirm.clock import Moment


@pytest.fixture
def sign(home: Path) -> Path:
    return home / f".local/state/guardsh/approvers/{os.getpid()}.json"


def changed(sign: Path, **values: object) -> None:
    record = json.loads(sign.read_text())
    sign.write_text(json.dumps({**record, **values}))


def test_nobody_is_there_until_somebody_says_so_and_after_they_left(sign: Path) -> None:
    assert not connected.anyone()
    connected.beat()
    assert connected.anyone()
    assert sign.stat().st_mode & 0o777 == 0o600
    connected.leave()
    assert not connected.anyone()
    connected.leave()


def test_a_sign_grows_old(monkeypatch: pytest.MonkeyPatch, sign: Path) -> None:
    connected.beat()
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(real.boot, real.seconds + connected.ALIVE + 1))
    assert not connected.anyone()
    connected.beat()
    assert connected.anyone()
    monkeypatch.setattr(clock, "now", lambda: Moment("another start", real.seconds + connected.ALIVE + 1))
    assert not connected.anyone()


def test_a_sign_is_of_one_process_and_its_start(sign: Path) -> None:
    connected.beat()
    changed(sign, start="0")
    assert not connected.anyone(), "a reused process id"
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    connected.beat()
    other = sign.with_name(f"{gone.pid}.json")
    sign.rename(other)
    assert not connected.anyone(), "not this process's"
    changed(other, pid=gone.pid)
    assert not connected.anyone(), "a process that is gone"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "start": 1, "boot": 2, "seconds": []}'])
def test_a_broken_sign_is_nobody(sign: Path, text: str) -> None:
    connected.beat()
    sign.write_text(text)
    assert not connected.anyone()


def test_a_sign_open_to_others_is_nobody(sign: Path) -> None:
    connected.beat()
    sign.chmod(0o644)
    assert not connected.anyone()


def test_what_cannot_be_read_is_nobody(sign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.beat()

    def unknown(pid: int) -> None:
        raise processes.Unknown("x")

    monkeypatch.setattr(processes, "process", unknown)
    assert not connected.anyone()
    with pytest.raises(OSError):
        connected.beat()
    monkeypatch.setattr(places, "home", lambda: "/dev/null")
    assert not connected.anyone()
    connected.leave()
    connected.tidy()


def test_signs_of_the_gone_are_taken_away(sign: Path) -> None:
    connected.beat()
    stale = sign.with_name("999999999.json")
    stale.write_text(sign.read_text())
    stale.chmod(0o600)
    connected.tidy()
    assert sign.exists() and not stale.exists()
