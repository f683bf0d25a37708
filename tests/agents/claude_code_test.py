"""Claude Code's payloads and the answers to them, both ways."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from guardsh import places
from guardsh.agents import claude_code, hook
from guardsh.agents.hook import Answer

GOLDENS = sorted((Path(__file__).parent / "goldens" / "claude_code").glob("*.json"))


@pytest.mark.parametrize("path", GOLDENS, ids=[path.stem for path in GOLDENS])
def test_payload(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "ana"
    (home / "pocket" / "src").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / ".bashrc").write_text("PATH=~/bin:$PATH\n")
    monkeypatch.setattr(places, "home", lambda: str(home))
    golden = json.loads(path.read_text().replace("/home/ana", str(home)))
    data = json.dumps(golden["payload"]).encode()
    answer = hook.respond(claude_code, data, {"HOME": str(home), "PATH": os.defpath})
    assert (answer.status, answer.stderr) == (0, "")
    if golden["decision"] is None:
        assert answer == claude_code.PASS == Answer("", "", 0)
        return
    told = json.loads(answer.stdout)["hookSpecificOutput"]
    assert told["permissionDecision"] == golden["decision"]
    for part in golden["says"]:
        assert part in told["permissionDecisionReason"]
    for part in golden["hides"]:
        assert part not in told["permissionDecisionReason"]


def test_answers_are_exactly_claude_codes() -> None:
    assert claude_code.deny("no: “x”\n").stdout == (
        '{"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny", '
        '"permissionDecisionReason": "no: \\u201cx\\u201d\\n"}}\n'
    )
    assert claude_code.ask("?").stdout == (
        '{"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "ask", '
        '"permissionDecisionReason": "?"}}\n'
    )


@pytest.mark.parametrize(
    ("environment", "dialect"),
    [
        ({}, "bash"),
        ({"SHELL": "/bin/zsh"}, "zsh"),
        ({"SHELL": "/usr/bin/fish"}, "bash"),
        ({"SHELL": "/bin/zsh", "CLAUDE_CODE_SHELL": "/bin/bash"}, "bash"),
        ({"SHELL": "/bin/bash", "CLAUDE_CODE_SHELL": "/usr/bin/fish"}, "bash"),
        ({"SHELL": "/bin/zsh", "CLAUDE_CODE_SHELL": "/usr/bin/fish"}, "zsh"),
    ],
)
def test_the_shell_is_the_one_that_claude_code_takes(environment: dict[str, str], dialect: str) -> None:
    values = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}, "cwd": "/p"}
    call = claude_code.read(values, environment)
    assert call is not None and call.dialect == dialect
