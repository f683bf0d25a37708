"""Which shell each agent uses, and whether it is guarded."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.agents import AGENTS, SHELL_ONLY, shells


def program(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("agent", "environment", "expected"),
    [
        ("claude-code", {"SHELL": "/x/zsh"}, "/x/zsh"),
        ("claude-code", {"SHELL": "/x/zsh", "CLAUDE_CODE_SHELL": "/g/bash"}, "/g/bash"),
        ("claude-code", {"SHELL": "/x/fish", "CLAUDE_CODE_SHELL": "/g/fish"}, "BASH"),
        ("gemini", {"SHELL": "/x/zsh"}, "BASH"),
        ("copilot", {}, "BASH"),
        ("kiro", {}, "BASH"),
        ("kiro", {"KIRO_CHAT_SHELL": "BASH"}, "BASH"),
        ("goose", {"GOOSE_SHELL": "bash"}, "BASH"),
        ("opencode", {"SHELL": "/x/zsh"}, "/x/zsh"),
        ("opencode", {}, "BASH"),
        ("cline", {"SHELL": "/x/zsh"}, "/bin/bash"),
        ("zed", {"SHELL": "/x/zsh"}, "/bin/sh"),
        ("aider", {"SHELL": "/x/zsh"}, "/x/zsh"),
        ("aider", {}, "/bin/sh"),
        ("continue", {}, "/bin/bash"),
        ("cursor", {"SHELL": "/x/zsh"}, "/x/zsh"),
        ("windsurf", {"SHELL": "/x/zsh"}, ""),
    ],
)
def test_the_shell(agent: str, environment: dict[str, str], expected: str, tmp_path: Path) -> None:
    bash = program(tmp_path, "bash", "exit 0")
    given = {key: value.replace("BASH", bash) for key, value in environment.items()}
    used = shells.used_by(agent, str(tmp_path), {"PATH": str(tmp_path), **given})
    assert used.program == expected.replace("BASH", bash)


def test_settings_decide_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "settings.json").write_text('{"env": {"CLAUDE_CODE_SHELL": "/g/bash"}}')
    (tmp_path / ".config" / "opencode").mkdir(parents=True)
    (tmp_path / ".config" / "opencode" / "opencode.json").write_text('{"shell": "/g/zsh"}')
    assert shells.used_by("claude-code", str(tmp_path), {"SHELL": "/x/zsh"}).program == "/g/bash"
    assert shells.used_by("opencode", str(tmp_path), {"SHELL": "/x/bash"}).program == "/g/zsh"
    (tmp_path / ".claude" / "settings.json").write_text("{,}")
    assert shells.used_by("claude-code", str(tmp_path), {"SHELL": "/x/zsh"}).program == "/x/zsh"


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("echo 'guardsh: BLOCKED' >&2; exit 126", True),
        ("echo 'guardsh-canary: not found' >&2; exit 127", False),
        ("echo 'guardsh: BLOCKED' >&2; exit 0", False),
        ("echo 'guardsh: x'; exit 126", False),
        ("exit 126", False),
    ],
)
def test_a_guarded_shell_is_known_by_what_it_does(text: str, guarded: bool, tmp_path: Path) -> None:
    used = shells.Used(program(tmp_path, "bash", text), "")
    assert shells.refuses(used, {"PATH": "/bin:/usr/bin"}) is guarded


def test_a_shell_that_isnt_there_guards_nothing() -> None:
    assert not shells.refuses(shells.Used("/nonexistent/bash", ""), {})
    assert not shells.refuses(shells.Used("/bin/bash", ""), {"PATH": "/bin:/usr/bin"})


def test_every_agent_is_thought_of() -> None:
    assert set(shells.FIXES) <= {*AGENTS, *SHELL_ONLY}
    assert set(shells.STEPS) == set(shells.PROGRAMS) == set(SHELL_ONLY)
    for text in shells.STEPS.values():
        assert shells.FRONT in text.format(front=shells.FRONT) or "/bin/sh" in text
        assert all(len(line) <= 120 for line in text.splitlines())
