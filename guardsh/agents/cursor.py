"""Cursor's hooks, IDE and cursor-agent: before a shell command, an MCP tool, a file tool; after an edit.

Sources: cursor.com/docs/hooks and /docs/reference/third-party-hooks; tests on Cursor 3.9: `failClosed` blocks when the
hook prints nothing, so a pass is `allow`, which skips none of Cursor's own questions; the model reads `user_message`;
`ask` shows no dialog, so it isn't used; exit status 2 together with JSON shows the JSON.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import DELETE, EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "cursor"
PASS = Answer('{"permission": "allow"}\n')

BEFORE = ("beforeShellExecution", "beforeMCPExecution", "preToolUse", "PreToolUse")
AFTER = ("afterFileEdit", "postToolUse", "PostToolUse")
SHELL_TOOLS = ("Shell", "Bash")
FILE_TOOLS = {
    "Write": OVERWRITE, "StrReplace": EDIT, "Edit": EDIT, "MultiEdit": EDIT, "EditNotebook": EDIT,
    "NotebookEdit": EDIT, "Delete": DELETE,
}  # fmt: skip


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Cursor is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, BEFORE + AFTER, "hook_event_name")
    inner = payload.get("tool_input") if event in ("preToolUse", "PreToolUse") else None
    cwd = inner.get("cwd") or inner.get("working_directory") if isinstance(inner, dict) else None
    directory = fields.directory(cwd, payload.get("cwd"), payload.get("workspace_roots"))
    session = fields.optional(payload, "conversation_id", "session_id")
    call = Call(SHELL, event, directory, session)
    if event == "beforeShellExecution":
        return fields.shell(call, payload.get("command"), fields.dialect(environment, "SHELL"))
    name = fields.optional(payload, "tool_name")
    if event == "afterFileEdit":
        return fields.written(fields.files(call, payload, EDIT, environment.get("HOME", "")))
    arguments = fields.mapping(payload, "tool_input")
    if event == "beforeMCPExecution":
        found = fields.mcp_name(fields.text(payload, "tool_name")) or ("", name)
        return fields.tool(call, found[0] or _server(payload), found[1], arguments)
    fields.text(payload, "tool_name")
    tool = _tool(call.but(tool=name), name, arguments, environment)
    return fields.written(tool) if event in AFTER else tool


def _tool(call: Call, name: str, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    if name in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"), fields.dialect(environment, "SHELL"))
    if name in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[name], environment.get("HOME", ""))
    return fields.other(call, name, arguments, environment)


def _server(payload: Mapping[str, Any]) -> str:
    """A name for an MCP server, of which the payload has only the address or the command line."""
    if name := fields.optional(payload, "mcp_server_name", "server_name", "server"):
        return name
    if address := fields.optional(payload, "url"):
        return address.split("://", 1)[-1].split("/", 1)[0]
    words = [word for word in fields.optional(payload, "command").split() if not word.startswith("-")]
    return words[-1].rsplit("/", 1)[-1] if words else ""


def deny(reason: str) -> Answer:
    """The tool isn't used; the model reads the reason."""
    return Answer(fields.as_json({"permission": "deny", "user_message": reason, "agent_message": reason}))


def ask(reason: str) -> Answer:
    """As `deny`: Cursor shows no dialog for a hook's ask."""
    return deny(reason)


class AsClaudeCode:
    """Cursor where it runs the hooks of Claude Code's settings: only the exit status is understood for certain."""

    NAME = NAME
    PASS = Answer()
    read = staticmethod(read)

    @staticmethod
    def deny(reason: str) -> Answer:
        """The tool isn't used."""
        return Answer(stderr=reason, status=2)

    @staticmethod
    def ask(reason: str) -> Answer:
        """As `deny`."""
        return Answer(stderr=reason, status=2)
