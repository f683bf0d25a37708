"""Claude Code's hooks: PreToolUse before a tool runs, PostToolUse after a file tool has run, SessionStart.

Source: code.claude.com/docs/en/hooks (2.1, autumn 2026). VS Code's agent mode, Copilot CLI and Cursor run the hooks of
Claude Code's settings too, with their own names for fields and tools; they get answers in their own form.
"""

from __future__ import annotations

import os

from guardsh.agents.hook import FILE, SHELL, STARTED, TOOL, WRITTEN, Answer, Call, Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "claude-code"
PASS = Answer()  # nothing printed and status 0: no opinion

SHELL_TOOLS = ("Bash", "Monitor", "run_in_terminal", "runTerminalCommand", "Shell")
FILE_TOOLS = {"Write": "file_path", "Edit": "file_path", "MultiEdit": "file_path", "NotebookEdit": "notebook_path"}
# Modes in which a hook's "ask" makes Claude Code ask. Under bypassPermissions it is approved in silence (issue 77212),
# in auto before 2.1.211 too; dontAsk turns it into a denial that names no request.
ASKING_MODES = ("default", "plan", "acceptEdits")


def caller(payload: Mapping[str, Any]) -> Any:
    """The agent that sends this, by what only it says; Claude Code in doubt, whose form the others know too."""
    from guardsh.agents import claude_code

    if "cursor_version" in payload or "generation_id" in payload:
        from guardsh.agents import cursor

        return cursor.AsClaudeCode
    if "permission_mode" not in payload and ("toolName" in payload or "timestamp" in payload):
        from guardsh.agents import copilot

        return copilot.caller(payload)
    return claude_code


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Claude Code is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = _text(payload, "hook_event_name")
    if event == "SessionStart":
        return _started(payload)
    tool = _text(payload, "tool_name")
    arguments = payload.get("tool_input")
    if not isinstance(arguments, dict):
        raise Malformed("tool_input is missing, or isn't an object")
    directory = _text(payload, "cwd")
    if not directory.startswith("/"):
        raise Malformed("cwd isn't an absolute path")
    session = payload.get("session_id", "")
    if not isinstance(session, str):
        raise Malformed("session_id isn't a text")
    call = Call(SHELL, tool, directory, session, can_ask=payload.get("permission_mode") in ASKING_MODES)
    if event == "PostToolUse":
        return _file(call, arguments).but(kind=WRITTEN) if tool in FILE_TOOLS else None
    if event != "PreToolUse":
        raise Malformed(f"the event {event[:40]!r} isn't one that guardsh answers")
    if tool in FILE_TOOLS:
        return _file(call, arguments)
    if tool == "PowerShell":
        return call.but(text=_text(arguments, "command"), dialect="powershell")
    if tool in SHELL_TOOLS or isinstance(arguments.get("command"), str) and not tool.startswith("mcp__"):
        return call.but(text=_text(arguments, "command"), dialect=_dialect(environment))
    if tool.startswith("mcp__"):
        return call.but(kind=TOOL, arguments=arguments)
    return None


def _started(payload: dict[str, Any]) -> Call:
    directory = _text(payload, "cwd")
    if not directory.startswith("/"):
        raise Malformed("cwd isn't an absolute path")
    return Call(STARTED, "SessionStart", directory, _text(payload, "session_id"))


def deny(reason: str) -> Answer:
    """The tool isn't used; Claude reads the reason."""
    return _decision("deny", reason)


def ask(reason: str) -> Answer:
    """Claude Code asks its user, who reads the reason."""
    return _decision("ask", reason)


def noted(text: str) -> Answer:
    """The tool is used as Claude Code's own rules say; its user reads a line (`systemMessage`, no decision)."""
    import json

    return Answer(json.dumps({"systemMessage": text}) + "\n")


def _decision(decision: str, reason: str) -> Answer:
    import json

    answer = {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": decision,
            "permissionDecisionReason": reason,
        }
    }
    return Answer(json.dumps(answer) + "\n")


def _file(call: Call, arguments: dict[str, Any]) -> Call:
    path = _text(arguments, FILE_TOOLS[call.tool])
    if not path:
        raise Malformed(f"{FILE_TOOLS[call.tool]} is empty")
    return call.but(kind=FILE, path=os.path.normpath(os.path.join(call.directory, path)), edits=call.tool != "Write")


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is missing" if value is None else f"{name} isn't a text")
    return value


def _dialect(environment: Mapping[str, str]) -> str:
    """bash or zsh, as Claude Code chooses: CLAUDE_CODE_SHELL if it is one of them, then SHELL, then bash."""
    for variable in ("CLAUDE_CODE_SHELL", "SHELL"):
        name = environment.get(variable, "").rsplit("/", 1)[-1]
        if name in ("bash", "zsh"):
            return name
    return "bash"
