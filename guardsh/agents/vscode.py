"""VS Code's agent mode (Copilot Chat): PreToolUse and PostToolUse, for every tool, whatever a matcher says.

Sources: code.visualstudio.com/docs/agent-customization/hooks; microsoft/vscode-copilot-chat chatHookService.ts and
hookExecutor.ts. The reason is shown to the user, so the model gets it as context too.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import DELETE, EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "vscode"
PASS = Answer()

SHELL_TOOLS = ("run_in_terminal", "runInTerminal", "runTerminalCommand", "run_terminal_command")
TYPING_TOOLS = ("send_to_terminal",)
FILE_TOOLS = {
    "create_file": OVERWRITE, "createFile": OVERWRITE, "create_directory": OVERWRITE,
    "replace_string_in_file": EDIT, "multi_replace_string_in_file": EDIT, "insert_edit_into_file": EDIT,
    "editFiles": EDIT, "edit_notebook_file": EDIT, "edit_files": EDIT, "delete_file": DELETE,
}  # fmt: skip
PATCH_TOOLS = ("apply_patch",)
TASK_TOOLS = ("create_and_run_task",)
# Known to be VS Code's and no other agent's.
OWN_TOOLS = frozenset((*SHELL_TOOLS, *TYPING_TOOLS, *FILE_TOOLS, *TASK_TOOLS)) - {"delete_file"}


def caller(payload: Mapping[str, Any]) -> Any:
    """The agent that sends this: Copilot CLI runs the same files."""
    from guardsh.agents import copilot

    return copilot.caller(payload)


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What VS Code's agent is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, ("PreToolUse", "PostToolUse"), "hook_event_name", "hookEventName")
    name = fields.optional(payload, "tool_name", "toolName") or fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input", "toolInput")
    session = fields.optional(payload, "session_id", "sessionId")
    call = Call(SHELL, name, fields.directory(payload.get("cwd")), session, can_ask=True)
    found = _tool(call, arguments, environment)
    return fields.written(found) if event == "PostToolUse" else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    shell, home = fields.dialect(environment, "SHELL"), environment.get("HOME", "")
    if call.tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"), shell)
    if call.tool in TYPING_TOOLS:
        return fields.typed(call, arguments.get("command", arguments.get("text")), shell)
    if call.tool in PATCH_TOOLS:
        return fields.patched(call, arguments, home)
    if call.tool in TASK_TOOLS:
        return fields.shell(call, _task(fields.mapping(arguments, "task")), shell)
    if how := FILE_TOOLS.get(call.tool):
        return fields.files(call, arguments, how, home)
    return fields.other(call, call.tool, arguments, environment)


def _task(task: dict[str, Any]) -> object:
    """A task's command line; its arguments reach the shell as they are."""
    words = task.get("args")
    command = task.get("command")
    if isinstance(command, str) and isinstance(words, list) and all(isinstance(word, str) for word in words):
        return " ".join([command, *words])
    return command


def deny(reason: str) -> Answer:
    """The tool isn't used; user and model read the reason."""
    return _decision("deny", reason, additionalContext=reason)


def ask(reason: str) -> Answer:
    """VS Code asks its user, who reads the reason."""
    return _decision("ask", reason)


def _decision(decision: str, reason: str, **more: str) -> Answer:
    told = {
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": reason,
        **more,
    }
    return Answer(fields.as_json({"hookSpecificOutput": told}))
