from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.shell import real


def program(path: Path, content: bytes = b"\x7fELF", mode: int = 0o755) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


def test_the_first_directory_that_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real, "DIRECTORIES", (str(tmp_path / "a"), str(tmp_path / "b")))
    with pytest.raises(real.NoShell, match="bash in"):
        real.find("bash")
    second = program(tmp_path / "b" / "bash")
    assert real.find("bash") == second
    first = program(tmp_path / "a" / "bash")
    assert real.find("bash") == first


def test_the_callers_path_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bash")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not real.find("bash").startswith(str(tmp_path))


@pytest.mark.parametrize("content, mode", [(b"#!/bin/sh\nexec guardsh", 0o755), (b"\x7fELF", 0o644)])
def test_a_script_and_what_cannot_be_run_are_no_shells(tmp_path: Path, content: bytes, mode: int) -> None:
    path = program(tmp_path / "bin" / "bash", content, mode)
    if mode == 0o644 and os.getuid() == 0 and os.access(path, os.X_OK):
        pytest.skip("this user may run anything")
    with pytest.raises(real.NoShell):
        real.find("bash", path)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_no_shell(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "bash")
    os.chmod(tmp_path / "bash", 0o755)
    with pytest.raises(real.NoShell):
        real.find("bash", str(tmp_path / "bash"))


def test_the_configured_one_and_no_other(tmp_path: Path) -> None:
    own = program(tmp_path / "mine" / "bash")
    assert real.find("bash", own) == own
    with pytest.raises(real.NoShell, match="nowhere"):
        real.find("bash", "/nowhere/bash")
