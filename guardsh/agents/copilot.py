"""GitHub Copilot CLI's hooks: `preToolUse` (its own names) and `PreToolUse` (VS Code's names).

Source: docs.github.com/en/copilot/reference/hooks-reference. VS Code runs the files in ~/.copilot/hooks too and reads
only `hookSpecificOutput`, Copilot only the flat fields; before a payload was read nobody knows who asks, so an answer
here has both. A hook that exits with something else than 0 is a denial in Copilot CLI, not in VS Code.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import DELETE, EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "copilot"
PASS = Answer()

SHELL_TOOLS = ("bash", "Bash", "shell")
TYPING_TOOLS = ("write_bash", "write_powershell")
POWERSHELL_TOOLS = ("powershell", "PowerShell")
FILE_TOOLS = {
    "create": OVERWRITE, "Write": OVERWRITE, "write": OVERWRITE, "edit": EDIT, "Edit": EDIT, "MultiEdit": EDIT,
    "str_replace": EDIT, "delete": DELETE,
}  # fmt: skip
PATCH_TOOLS = ("apply_patch",)
# Copilot's own tools that only look, or only talk to the model or the user. All others are judged by their arguments:
# a tool of an MCP server is called SERVER-TOOL.
HARMLESS = (
    "view", "Read", "grep", "glob", "rg", "read_bash", "stop_bash", "list_bash", "read_powershell", "stop_powershell",
    "list_powershell", "web_fetch", "web_search", "task", "read_agent", "list_agents", "report_intent", "show_file",
    "ask_user", "store_memory", "update_todo", "sql", "skill", "fetch_copilot_cli_documentation", "task_complete",
    "exit_plan_mode", "Grep", "Glob", "Task", "TodoWrite", "WebFetch", "WebSearch",
)  # fmt: skip
BEFORE, AFTER = ("preToolUse", "PreToolUse"), ("postToolUse", "PostToolUse")


def caller(payload: Mapping[str, Any]) -> Any:
    """The agent that sends this, by its own names for fields and tools."""
    from guardsh.agents import copilot, vscode

    if "toolName" in payload and "hookEventName" not in payload:
        return copilot
    name = payload.get("tool_name", payload.get("toolName"))
    if name in vscode.OWN_TOOLS or "hookEventName" in payload or "tool_use_id" in payload:
        return vscode
    return copilot


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Copilot CLI is about to do, None for a tool that can't hurt. Raises Malformed.

    With the event in its own spelling the payload doesn't name it: what has a result comes after the tool.
    """
    name = fields.optional(payload, "toolName", "tool_name") or fields.text(payload, "toolName")
    arguments = fields.mapping(payload, "toolArgs", "tool_input")
    session = fields.optional(payload, "sessionId", "session_id")
    call = Call(SHELL, name, fields.directory(payload.get("cwd")), session, can_ask=True)
    said = fields.optional(payload, "hook_event_name", "hookEventName")
    event = fields.event({"event": said}, BEFORE + AFTER, "event") if said else ""
    found = _tool(call, arguments, environment)
    return fields.written(found) if event in AFTER or "toolResult" in payload else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    home = environment.get("HOME", "")
    if call.tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"))
    if call.tool in POWERSHELL_TOOLS:
        return fields.shell(call, arguments.get("command"), "powershell")
    if call.tool in TYPING_TOOLS:
        return fields.typed(call, arguments.get("input"))
    if call.tool == "str_replace_editor":
        command = fields.text(arguments, "command")
        how = OVERWRITE if command == "create" else EDIT
        return None if command == "view" else fields.files(call, arguments, how, home)
    if call.tool in PATCH_TOOLS:
        return fields.patched(call, arguments, home)
    if call.tool in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[call.tool], home)
    if call.tool in HARMLESS:
        return None
    return fields.other(call, call.tool, arguments, environment) or fields.tool(call, "", call.tool, arguments)


def deny(reason: str) -> Answer:
    """The tool isn't used; the agent reads the reason, which is required."""
    return _decision("deny", reason.strip() or "guardsh: BLOCKED, nothing ran")


def ask(reason: str) -> Answer:
    """Copilot CLI asks its user, who reads the reason."""
    return _decision("ask", reason)


def _decision(decision: str, reason: str) -> Answer:
    said = {"permissionDecision": decision, "permissionDecisionReason": reason}
    return Answer(fields.as_json({**said, "hookSpecificOutput": {"hookEventName": "PreToolUse", **said}}))
