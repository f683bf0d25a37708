"""Cursor's hooks.json. Source: cursor.com/docs/hooks."""

from __future__ import annotations

from guardsh.agents.setups import JsonHooks, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# For the generic hook the matcher is a tool's name. Shell and MCP tools have hooks of their own, which know more; a
# command that fires both would be asked for twice.
FILE_TOOLS = "^(Write|StrReplace|Edit|MultiEdit|EditNotebook|NotebookEdit|Delete)$"


class Cursor(JsonHooks):
    """Entries for commands, MCP tools, file tools, and after edits."""

    NAME = HOOK = "cursor"
    PROGRAM = "cursor-agent cursor"
    TRACES = (".cursor",)
    USER, PROJECT = ".cursor/hooks.json", ".cursor/hooks.json"
    SYSTEM = ("/etc/cursor/hooks.json", "/Library/Application Support/Cursor/hooks.json")
    EVENTS = (
        ("beforeShellExecution", ""),
        ("beforeMCPExecution", ""),
        ("preToolUse", FILE_TOOLS),
        ("afterFileEdit", ""),
    )
    SHELL_EVENT = "beforeShellExecution"
    REFUSES = ("permission", "deny")
    FLAT = True
    START = '{\n  "version": 1\n}\n'

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        handler: dict[str, Any] = {"command": line_of(argv), "timeout": time_out}
        if event != "afterFileEdit":
            handler["failClosed"] = True
        return {"matcher": matcher, **handler} if matcher else handler

    def weaknesses(self, handler: dict[str, Any], version: tuple[int, ...]) -> Iterator[str]:
        yield from super().weaknesses(handler, version)
        if handler.get("failClosed") is not True:
            yield "a hook that takes too long lets the command through (no failClosed)"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "conversation_id": "guardsh-doctor",
            "generation_id": "guardsh-doctor",
            "hook_event_name": "beforeShellExecution",
            "cursor_version": "",
            "workspace_roots": [directory],
            "command": command,
            "cwd": directory,
            "sandbox": False,
        }


SETUP = Cursor()
