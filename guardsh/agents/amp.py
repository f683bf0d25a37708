"""Amp, through the plugin that `guardsh install amp` writes: see `guardsh.agents.amp_setup`.

The plugin sends `{"tool", "input", "command", "directory", "thread"}`, `command` where Amp's own helper finds a shell
command in the call, and takes the exit status: 0 lets the tool run (Amp has no neutral answer), anything else rejects
it with the text on standard error. Amp's own dialog isn't used: it can't be told from one that a program answers.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import DELETE, EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "amp"
PASS = Answer()

SHELL_TOOLS = ("Bash", "shell_command")
FILE_TOOLS = {"create_file": OVERWRITE, "edit_file": EDIT, "undo_edit": EDIT, "delete_file": DELETE}
PATCH_TOOLS = ("apply_patch",)
# Amp's own tools that only look, or only talk to the model or the user; the plugin doesn't send them.
HARMLESS = (
    "Read", "Grep", "glob", "Glob", "list_directory", "finder", "oracle", "librarian", "Task", "todo_write",
    "todo_read", "read_web_page", "web_search", "mermaid", "look_at", "read_thread", "find_thread", "skill", "handoff",
)  # fmt: skip


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Amp is about to do, None for a tool that can't hurt. Raises Malformed."""
    name = fields.text(payload, "tool")
    arguments = fields.mapping(payload, "input")
    folder = fields.directory(payload.get("directory"), environment.get("PWD"))
    command = fields.optional(payload, "command") or fields.optional(arguments, "command", "cmd")
    if name in SHELL_TOOLS or payload.get("command") is not None:
        folder = fields.below(folder, fields.optional(arguments, "cwd", "dir", "workdir"))
        call = Call(SHELL, name, folder, fields.optional(payload, "thread"))
        return fields.shell(call, command or None, fields.dialect(environment, "SHELL"))
    call = Call(SHELL, name, folder, fields.optional(payload, "thread"))
    if name in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[name], environment.get("HOME", ""))
    if name in PATCH_TOOLS:
        return fields.patched(call, arguments, environment.get("HOME", ""))
    if name in HARMLESS:
        return None
    return fields.other(call, name, arguments, environment) or fields.tool(call, "", name, arguments)


def deny(reason: str) -> Answer:
    """The plugin rejects the call with the reason, which the model reads."""
    return Answer(stderr=reason, status=2)


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
