from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guardsh.confirm import processes


@pytest.mark.parametrize(
    ("program", "arguments", "named"),
    [
        ("bash", ["-bash"], "bash"),
        ("node", ["node", "/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js"], "claude-code"),
        ("node", ["node", "--max-old-space-size", "9", "/x/node_modules/opencode/bin/x"], "opencode"),
        ("MainThread", ["/opt/x/node", "--use-system-ca", "/opt/cursor-agent/versions/7/index.js"], "cursor-agent"),
        ("python3", ["python3", "-m", "openhands.cli.main"], "openhands"),
        ("python", ["/usr/bin/python", "/home/ana/.local/bin/aider", "--yes"], "aider"),
        ("Codex", ["Codex"], "codex"),
        ("claude", ["claude"], "claude"),
    ],
)
def test_what_a_process_is_called(program: str, arguments: list[str], named: str) -> None:
    assert named in processes.names_of(program, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bash", "/home/claude/bin/x.sh"],
        ["python3", "/Users/goose/x.py"],
        ["bash", "-c", "echo claude"],
        ["vim", "-u", "NONE"],
        [""],
        [],
    ],
)
def test_what_it_is_not_called(arguments: list[str]) -> None:
    assert not {"claude", "goose"} & set(processes.names_of("x", arguments))


def test_this_process_has_parents_up_to_the_first() -> None:
    parents = processes.ancestors()
    assert parents[0].pid == os.getppid()
    assert parents[-1].parent == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_name_with_parentheses_and_blanks_is_read(tmp_path: Path) -> None:
    program = tmp_path / "a) 1 2 (b"
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([str(program), "20"])
    try:
        found = processes.process(child.pid)
        assert found.parent == os.getpid()
        assert "a) 1 2 (b" in found.names
        assert found.start.isdigit()
    finally:
        child.kill()
        child.wait()


@pytest.mark.skipif(not os.path.exists("/bin/ps"), reason="no ps here")
def test_ps_tells_the_same_as_proc() -> None:
    by_ps = processes._from_ps(os.getpid())
    assert by_ps.parent == os.getppid()
    assert len(by_ps.start.split()) == 5
    assert by_ps == processes._from_ps(os.getpid())


def test_a_process_that_is_gone_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    with pytest.raises(processes.Unknown):
        processes.process(child.pid)
    with pytest.raises(processes.Unknown):
        processes._from_ps(child.pid)


def test_a_chain_without_end_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "process", lambda pid: processes.Process(pid, pid, "", "1", ()))
    with pytest.raises(processes.Unknown):
        processes.ancestors(7)


def test_without_proc_everything_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "PROC", str(tmp_path))
    if sys.platform == "linux":
        with pytest.raises(processes.Unknown):
            processes.ancestors()
