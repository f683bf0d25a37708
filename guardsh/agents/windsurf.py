"""Windsurf's Cascade hooks: before a command, a file write, an MCP tool; after a write.

Source: docs.windsurf.com/windsurf/cascade/hooks. Exit status 2 blocks with the text on standard error; any other lets
the action go on. There is no way to ask.
"""

from __future__ import annotations

import os

from guardsh.agents import fields
from guardsh.agents.fields import EDIT, OVERWRITE
from guardsh.agents.hook import FILE, SHELL, TOOL, Answer, Call, Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NAME = "windsurf"
PASS = Answer()

EVENTS = ("pre_run_command", "pre_write_code", "pre_mcp_tool_use", "post_write_code")


def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """What Cascade is about to do. Raises Malformed."""
    event = fields.event(payload, EVENTS, "agent_action_name")
    about = fields.mapping(payload, "tool_info")
    session = fields.optional(payload, "trajectory_id")
    if event == "pre_run_command":
        call = Call(SHELL, event, fields.directory(about.get("cwd")), session)
        return fields.shell(call, about.get("command_line"), fields.dialect(environment, "SHELL"))
    if event == "pre_mcp_tool_use":
        # The payload names no directory; the hook runs in the workspace, or where its configuration says.
        call = Call(TOOL, event, fields.directory(about.get("cwd"), environment.get("PWD")), session)
        server, tool = fields.optional(about, "mcp_server_name"), fields.text(about, "mcp_tool_name")
        return fields.tool(call, server, tool, fields.mapping(about, "mcp_tool_arguments"))
    path = fields.text(about, "file_path")
    if not path.startswith("/"):
        raise Malformed("file_path isn't an absolute path")
    call = Call(FILE, event, os.path.dirname(path), session)
    found = fields.touching(call, [(EDIT if _edits(about) else OVERWRITE, path)])
    return fields.written(found) if event == "post_write_code" else found


def _edits(about: Mapping[str, Any]) -> bool:
    """Does it change parts of a file? An edit of nothing into something is a new file or a new content."""
    edits = about.get("edits")
    if not isinstance(edits, list) or not edits:
        return False
    return all(isinstance(edit, dict) and bool(edit.get("old_string")) for edit in edits)


def deny(reason: str) -> Answer:
    """The action is blocked; Cascade reads the reason."""
    return Answer(stderr=reason, status=2)


def ask(reason: str) -> Answer:
    """As `deny`."""
    return deny(reason)
