"""Gemini CLI's BeforeTool and AfterTool hooks.

Sources: google-gemini/gemini-cli docs/hooks, packages/core/src/hooks/hookRunner.ts. The JSON decides whatever the exit
status; no output is no decision. `ask` isn't used: versions before the spring of 2026 take it for a yes, and the
payload doesn't say which one is running.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "gemini"
PASS = Answer()

SHELL_TOOLS = ("run_shell_command",)
FILE_TOOLS = {"write_file": OVERWRITE, "replace": EDIT, "edit": EDIT}
# Gemini's own tools that only look, or only talk to the model or the user. All others are judged by name and arguments.
HARMLESS = frozenset((
    "read_file", "read_many_files", "list_directory", "glob", "search_file_content", "grep_search", "web_fetch",
    "google_web_search", "save_memory", "write_todos", "ask_user", "activate_skill", "get_internal_docs",
    "enter_plan_mode", "exit_plan_mode", "codebase_investigator", "cli_help", "complete_task",
))  # fmt: skip


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Gemini is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, ("BeforeTool", "AfterTool"), "hook_event_name")
    name = fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input")
    folder = fields.directory(payload.get("cwd"))
    if name in SHELL_TOOLS:
        folder = fields.below(folder, fields.optional(arguments, "dir_path", "directory"))
    call = Call(SHELL, name, folder, fields.optional(payload, "session_id"))
    found = _tool(call, payload, arguments, environment)
    return fields.written(found) if event == "AfterTool" else found


def _tool(
    call: Call, payload: dict[str, Any], arguments: dict[str, Any], environment: Mapping[str, str]
) -> Call | None:
    if call.tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"))
    if call.tool in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[call.tool], environment.get("HOME", ""))
    context = payload.get("mcp_context")
    if isinstance(context, dict):
        server = fields.optional(context, "server_name", "serverName", "server")
        operation = fields.optional(context, "tool_name", "toolName", "tool") or call.tool
        return fields.tool(call, server, operation, arguments)
    if call.tool in HARMLESS:
        return None
    return fields.other(call, call.tool, arguments, environment) or fields.tool(call, "", call.tool, arguments)


def deny(reason: str) -> Answer:
    """The tool isn't used; the model reads the reason."""
    return Answer(fields.as_json({"decision": "deny", "reason": reason}))


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
