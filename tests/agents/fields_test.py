"""What payloads' fields are read as, and who is asking."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.agents import claude_code, codex, copilot, cursor, fields, vscode
from guardsh.agents.hook import FILE, SHELL, TOOL, Call, Malformed

CALL = Call(SHELL, "t", "/p")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("ls", "ls"),
        (["bash", "-lc", "ls | wc"], "ls | wc"),
        (["/bin/zsh", "-c", "ls"], "ls"),
        (["git", "commit", "-m", "a b"], "git commit -m 'a b'"),
        (["bash", "-c", "a", "b"], "bash -c a b"),
    ],
)
def test_commands(command: object, text: str) -> None:
    assert fields.shell(CALL, command).text == text


@pytest.mark.parametrize(
    ("commands", "text"),
    [(["a", "b c"], "a\nb c"), ('["a", "b"]', "a\nb"), ("[ -f x ] && ls", "[ -f x ] && ls"), ("ls", "ls")],
)
def test_several_commands(commands: object, text: str) -> None:
    assert fields.lines(CALL, commands).text == text


@pytest.mark.parametrize("commands", [None, 1, [], [1], {}, ["a", None]])
def test_commands_that_arent_any(commands: object) -> None:
    with pytest.raises(Malformed):
        fields.lines(CALL, commands)


@pytest.mark.parametrize(
    ("keys", "text"), [("rm -rf x{enter}", "rm -rf x"), ("y{enter}", None), ("C-c", None), ("{down}{enter}", None)]
)
def test_what_is_typed(keys: str, text: str | None) -> None:
    call = fields.typed(CALL, keys)
    assert (call.text if call else None) == text


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ({"path": "a"}, ["/p/a"]),
        ({"filePath": "/x/../y"}, ["/y"]),
        ({"uri": "file:///y"}, ["/y"]),
        ({"path": "~/a"}, ["/home/ana/a"]),
        ({"edits": [{"filePath": "/a"}, {"filePath": "/b"}, {"other": 1}]}, ["/a", "/b"]),
        ({"path": "/a", "edits": [{"old": "x"}]}, ["/a"]),
    ],
)
def test_files(arguments: dict[str, Any], files: list[str]) -> None:
    call = fields.files(CALL, arguments, "edit", "/home/ana")
    assert call.kind == FILE and [path for _, path in call.touched] == files and call.path == files[0]


@pytest.mark.parametrize("arguments", [{}, {"path": ""}, {"path": 1}, {"edits": []}, {"content": "x"}])
def test_files_without_a_path(arguments: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        fields.files(CALL, arguments, "edit")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mcp__a_b__c_d", ("a_b", "c_d")),
        ("mcp__a", ("a", "a")),
        ("mcp_railway_volume_delete", ("railway", "volume_delete")),
        ("@git/push", ("git", "push")),
        ("MCP:volume_delete", ("", "volume_delete")),
        ("computercontroller__run", ("computercontroller", "run")),
        ("read_file", None),
    ],
)
def test_names_of_mcp_tools(name: str, found: tuple[str, str] | None) -> None:
    assert fields.mcp_name(name) == found


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("mcp__a__b", {}, TOOL),
        ("anything", {"command": "ls"}, SHELL),
        ("remove_file", {"path": "/x"}, FILE),
        ("writeNote", {"path": "/x"}, FILE),
        ("read_file", {"path": "/x"}, None),
        ("write_plan", {"text": "x"}, None),
    ],
)
def test_tools_that_nobody_knows(name: str, arguments: dict[str, Any], kind: str | None) -> None:
    call = fields.other(CALL, name, arguments, {})
    assert (call.kind if call else None) == kind


COMMON = {"hook_event_name": "PreToolUse", "cwd": "/p", "tool_name": "Bash", "tool_input": {"command": "ls"}}


@pytest.mark.parametrize(
    ("payload", "caller"),
    [
        ({**COMMON, "session_id": "s", "permission_mode": "default"}, claude_code),
        (COMMON, claude_code),
        ({**COMMON, "timestamp": "t", "permission_mode": "default"}, claude_code),
        ({**COMMON, "timestamp": "t", "tool_use_id": "1", "tool_name": "run_in_terminal"}, vscode),
        ({"hookEventName": "PreToolUse", "timestamp": "t", "tool_name": "x"}, vscode),
        ({**COMMON, "timestamp": "t", "session_id": "s"}, copilot),
        ({"toolName": "bash", "toolArgs": {}, "cwd": "/p"}, copilot),
        ({**COMMON, "cursor_version": "3.9", "tool_name": "Shell"}, cursor.AsClaudeCode),
    ],
)
def test_who_runs_the_hook_in_claude_codes_settings(payload: dict[str, Any], caller: object) -> None:
    assert claude_code.caller(payload) is caller


def test_cursor_with_claude_codes_settings_is_answered_by_status() -> None:
    answer = cursor.AsClaudeCode.deny("guardsh: no")
    assert (answer.status, answer.stdout, answer.stderr) == (2, "", "guardsh: no")
    assert cursor.AsClaudeCode.PASS.stdout == "" and cursor.AsClaudeCode.ask("x").status == 2


def test_a_denial_of_codex_and_copilot_always_has_a_reason() -> None:
    for module in (codex, copilot):
        assert "guardsh: BLOCKED" in module.deny(" \n").stdout
