"""Codex's PreToolUse and PostToolUse hooks (CLI, IDE extension, desktop app).

Source: openai/codex codex-rs/hooks/src (schema.rs, engine/output_parser.rs, events/pre_tool_use.rs). Codex lets a tool
run whose hook says `ask`, an `allow` without new input, an unknown field, a denial without a reason, or exits with
anything but 0, or 2 with a text: so a pass prints nothing, and a denial is exactly the object below.
"""

from __future__ import annotations

import os

from guardsh.agents import fields
from guardsh.agents.hook import SHELL, Answer, Call, Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "codex"
PASS = Answer()

SHELL_TOOLS = ("Bash", "shell", "local_shell", "exec_command", "shell_command", "container.exec")
PATCH_TOOLS = ("apply_patch", "Edit", "Write")


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Codex is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, ("PreToolUse", "PostToolUse"), "hook_event_name")
    tool = fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input")
    directory = fields.below(fields.directory(payload.get("cwd")), fields.optional(arguments, "workdir"))
    call = Call(SHELL, tool, directory, fields.optional(payload, "session_id"))
    if event == "PostToolUse":
        return fields.written(_patch(call, arguments, environment)) if tool in PATCH_TOOLS else None
    if tool in SHELL_TOOLS:
        return fields.shell(call, arguments.get("command", arguments.get("cmd")), _dialect(arguments))
    if tool in PATCH_TOOLS:
        return _patch(call, arguments, environment)
    return fields.other(call, tool, arguments, environment)


def _patch(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call:
    try:
        return fields.patched(call, arguments, environment.get("HOME", ""))
    except Malformed:
        if call.tool == "apply_patch":
            raise
    return fields.files(call, arguments, fields.OVERWRITE, environment.get("HOME", ""))


def _dialect(arguments: Mapping[str, Any]) -> str:
    """The shell that the model names, else the one in the password database, which Codex uses rather than SHELL."""
    named = arguments.get("shell")
    if not isinstance(named, str) or not named:
        import pwd

        try:
            named = pwd.getpwuid(os.getuid()).pw_shell
        except KeyError:
            named = ""
    return fields.dialect({"shell": named}, "shell")


def deny(reason: str) -> Answer:
    """The tool isn't used; the model reads the reason, which mustn't be empty."""
    decision = {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": reason.strip() or "guardsh: BLOCKED, nothing ran",
    }
    return Answer(fields.as_json({"hookSpecificOutput": decision}))


def ask(reason: str) -> Answer:
    """As `deny`: Codex would let the tool run."""
    return deny(reason)
