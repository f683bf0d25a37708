"""Kiro CLI's PreToolUse hook (`preToolUse` in agents of CLI 2).

Source: kiro.dev/docs/cli/hooks. Exit status 2 blocks, and the model reads standard error; any other lets the tool run.
There is no way to ask.
"""

from __future__ import annotations

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import SHELL, Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "kiro"
PASS = Answer()

BEFORE, AFTER = ("PreToolUse", "preToolUse"), ("PostToolUse", "postToolUse")
SHELL_TOOLS = ("shell", "execute_bash", "execute_cmd", "executeBash")
FILE_TOOLS = {"fs_write", "write", "fsWrite", "write_file", "fs_append", "fsAppend", "str_replace", "strReplace"}
CHANGING = {"str_replace", "strReplace", "insert", "append", "fs_append", "fsAppend"}
AWS_TOOLS = ("use_aws", "aws")


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Kiro is about to do, None for a tool that can't hurt. Raises Malformed."""
    event = fields.event(payload, BEFORE + AFTER, "hook_event_name")
    name = fields.text(payload, "tool_name")
    arguments = fields.mapping(payload, "tool_input")
    call = Call(SHELL, name, fields.directory(payload.get("cwd")), fields.optional(payload, "session_id"))
    found = _tool(call, arguments, environment)
    return fields.written(found) if event in AFTER else found


def _tool(call: Call, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    if call.tool in SHELL_TOOLS:
        folder = fields.below(call.directory, fields.optional(arguments, "working_dir", "cwd"))
        shell = fields.dialect(environment, "KIRO_CHAT_SHELL", "AMAZON_Q_CHAT_SHELL")
        return fields.shell(call.but(directory=folder), arguments.get("command"), shell)
    if call.tool in FILE_TOOLS:
        words = (call.tool, fields.optional(arguments, "command"))
        how = (
            EDIT
            if any(word in CHANGING or "replace" in word.lower() or "append" in word.lower() for word in words)
            else OVERWRITE
        )
        return fields.files(call, arguments, how, environment.get("HOME", ""))
    if call.tool in AWS_TOOLS:
        service, operation = fields.text(arguments, "service_name"), fields.text(arguments, "operation_name")
        return fields.shell(call, ["aws", service, operation, *_options(arguments)])
    return fields.other(call, call.tool, arguments, environment)


def _options(arguments: Mapping[str, Any]) -> list[str]:
    """The options of an AWS call, as the command line has them."""
    parameters = arguments.get("parameters")
    words: list[str] = []
    for name, value in parameters.items() if isinstance(parameters, dict) else ():
        words += [f"--{name.lstrip('-')}", value if isinstance(value, str) else fields.as_json(value).strip()]
    for name in ("region", "profile_name"):
        if value := fields.optional(arguments, name):
            words += [f"--{name.removesuffix('_name')}", value]
    return words


def deny(reason: str) -> Answer:
    """The tool isn't used; the model reads the reason."""
    return Answer(stderr=reason, status=2)


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
