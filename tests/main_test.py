from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guardsh import __main__ as start
from tests.support import TOP


@pytest.mark.parametrize(
    "arguments", [["check", "ls"], ["explain"], ["rules", "test"], ["--help"], ["--version"], ["-h"], ["hook", "x"]]
)
def test_subcommands(arguments: list[str]) -> None:
    assert start.is_subcommand(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-c", "check"],
        ["-lc", "ls"],
        ["-h", "-c", "ls"],
        ["-euo", "pipefail", "-c", "ls"],
        ["./check"],
        ["script.sh", "check"],
        ["-"],
        ["--"],
        ["--login"],
        ["--norc", "check"],
        ["-s", "check"],
        ["Check"],
    ],
)
def test_shell_use(arguments: list[str]) -> None:
    assert not start.is_subcommand(arguments)


def test_completion_asks_without_arguments() -> None:
    assert start.is_subcommand([], "bash_complete")
    assert not start.is_subcommand(["-c", "ls"], "bash_complete")


def test_every_subcommand_is_known_here() -> None:
    from guardsh.cli import COMMANDS

    assert set(COMMANDS) <= start.SUBCOMMANDS


@pytest.mark.parametrize(
    "argv, called, dialect",
    [
        (["guardsh", "-c", "ls"], ["bash", "-c", "ls"], "bash"),
        (["/usr/bin/guardsh", "f.sh"], ["bash", "f.sh"], "bash"),
        (["-guardsh"], ["-bash"], "bash"),
        (["/opt/shells/bash", "-c", "ls"], ["/opt/shells/bash", "-c", "ls"], "bash"),
        (["/opt/shells/sh", "-c", "ls"], ["/opt/shells/sh", "-c", "ls"], "sh"),
        (["zsh", "-lc", "ls"], ["zsh", "-lc", "ls"], "zsh"),
        (["bash", "check"], ["bash", "check"], "bash"),
        (["bash", "--version"], ["bash", "--version"], "bash"),
        (["guardsh", "--as", "-zsh", "-c", "ls"], ["-zsh", "-c", "ls"], "zsh"),
        (["guardsh", "--as", "/opt/shells/sh", "check"], ["/opt/shells/sh", "check"], "sh"),
        (["guardsh", "--as", "fish", "-c", "ls"], ["fish", "-c", "ls"], "bash"),
    ],
)
def test_which_shell_is_meant(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], called: list[str], dialect: str
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(start, "_shell", lambda argv, dialect: seen.extend((argv, dialect)) or 7)
    assert start._main(argv) == 7
    assert seen == [called, dialect]


@pytest.mark.parametrize("error", [ValueError("x"), OSError(5, "Input/output error"), RecursionError(), MemoryError()])
def test_a_failure_is_a_line_and_its_own_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fails(argv: list[str]) -> int:
        raise error

    monkeypatch.setattr(start, "_main", fails)
    monkeypatch.delenv("GUARDSH_DEBUG", raising=False)
    assert start.main() == 125
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("guardsh: failed, nothing ran: ") and "Traceback" not in err
    monkeypatch.setenv("GUARDSH_DEBUG", "1")
    assert start.main() == 125
    assert "Traceback" in capsys.readouterr().err


def test_a_word_keeps_its_bytes() -> None:
    assert start._as_utf8("ls") == "ls"
    assert start._as_utf8("\udcff") == "\udcff"


def test_the_module_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "guardsh", "-Z"], cwd=TOP, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "bash: -Z: invalid option\n")


# Modules of Python's library that may be imported on the way of a plain pass, beside those that Python itself starts
# with. Each costs time in front of every command; whoever adds one should know what it costs (python -X importtime).
_NAMES = """
    _heapq _json _locale _sha2 _sha256 _signal _sre _stat errno fcntl gc genericpath grp heapq itertools marshal math
    posixpath pwd select stat time zlib
"""
PLAIN = frozenset(_NAMES.split())


def test_a_plain_pass_imports_little(tmp_path: Path) -> None:
    from tests.shell.support_shell import Shell

    shell = Shell(tmp_path, "")
    command = "ls -la && git status"
    shell.run("-c", command)  # makes the caches, as an earlier run has
    before = "import os, sys\nstarted = set(sys.modules)\n"
    tells = "def tell(*_):\n    os.write(1, ' '.join(set(sys.modules) - started).encode())\n    os._exit(0)\n"
    shell = Shell(tmp_path, before + tells + "os.execv = tell")
    done = shell.run("-c", command)
    assert done.status == 0, done.err
    others = {name for name in done.out.split() if name.split(".")[0] not in ("guardsh", "__main__")}
    assert sorted(others - PLAIN) == []
