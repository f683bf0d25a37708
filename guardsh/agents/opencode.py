"""OpenCode, through the plugin that `guardsh install opencode` writes: see `guardsh.agents.opencode_setup`.

The plugin sends `{"tool", "args", "directory", "session"}` and takes the exit status: 0 lets the tool run, anything
else stops it with the text on standard error, which the model reads. A plugin of one's own may send `{"command",
"cwd", "session"}` instead. There is no way to ask (OpenCode 1.18).
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "opencode"
PASS = Answer()

SHELL_TOOLS = ("bash",)
FILE_TOOLS = {"write": OVERWRITE, "edit": EDIT, "multiedit": EDIT}
PATCH_TOOLS = ("patch", "apply_patch")
# OpenCode's own tools that only look, or only talk to the model or the user; the plugin doesn't send them.
HARMLESS = (
    "read", "list", "ls", "glob", "grep", "webfetch", "websearch", "codesearch", "todowrite", "todoread", "task",
    "skill", "question", "lsp", "lsp_hover", "lsp_diagnostics", "invalid", "plan_enter", "plan_exit",
)  # fmt: skip


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What OpenCode is about to do, None for a tool that can't hurt. Raises Malformed."""
    session = fields.optional(payload, "session", "sessionID")
    if "tool" not in payload and "command" in payload:
        call = Call(SHELL, "bash", fields.directory(payload.get("cwd")), session)
        return fields.shell(call, payload["command"], fields.dialect(environment, "SHELL"))
    name = fields.text(payload, "tool")
    arguments = fields.mapping(payload, "args")
    folder = fields.below(
        fields.directory(payload.get("directory")), fields.optional(arguments, "workdir") if name == "bash" else ""
    )
    call = Call(SHELL, name, folder, session)
    found = _tool(call, arguments, environment)
    return fields.written(found) if payload.get("after") is True else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    home = environment.get("HOME", "")
    if call.tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command"), fields.dialect(environment, "SHELL"))
    if call.tool in FILE_TOOLS:
        return fields.files(call, arguments, FILE_TOOLS[call.tool], home)
    if call.tool in PATCH_TOOLS:
        return fields.patched(call, arguments, home)
    if call.tool in HARMLESS:
        return None
    # An MCP server's tool is called SERVER_TOOL; one of a plugin has any name.
    server, _, operation = call.tool.partition("_")
    return fields.tool(call, server, operation or server, arguments)


def deny(reason: str) -> Answer:
    """The plugin throws the reason, which the model reads."""
    return Answer(stderr=reason, status=2)


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
