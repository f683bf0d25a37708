"""Windsurf's hooks.json. Source: docs.windsurf.com/windsurf/cascade/hooks."""

from __future__ import annotations

from guardsh.agents.setups import JsonHooks, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Windsurf(JsonHooks):
    """One command for each event; there are no matchers and no time-outs."""

    NAME = HOOK = "windsurf"
    PROGRAM = "windsurf"
    INSTRUCTIONS = ".windsurf/rules/guardsh.md"
    TRACES = (".codeium/windsurf",)
    USER, PROJECT = ".codeium/windsurf/hooks.json", ".windsurf/hooks.json"
    SYSTEM = ("/etc/windsurf/hooks.json", "/Library/Application Support/Windsurf/hooks.json")
    EVENTS = (("pre_run_command", ""), ("pre_write_code", ""), ("pre_mcp_tool_use", ""), ("post_write_code", ""))
    SHELL_EVENT = "pre_run_command"
    FLAT = True

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        return {"command": line_of(argv), "show_output": event != "post_write_code"}

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "agent_action_name": "pre_run_command",
            "trajectory_id": "guardsh-doctor",
            "execution_id": "guardsh-doctor",
            "timestamp": "",
            "tool_info": {"command_line": command, "cwd": directory},
        }


SETUP = Windsurf()
