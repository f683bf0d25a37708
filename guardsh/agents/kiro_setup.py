"""A hooks file for Kiro CLI 3. Source: kiro.dev/docs/cli/hooks and /docs/cli/v3/hooks-migration."""

from __future__ import annotations

from guardsh.agents import edit
from guardsh.agents.setups import OwnJson, is_ours, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Kiro(OwnJson):
    """~/.kiro/hooks/guardsh.json, for every workspace. Agents of CLI 2 hold their hooks themselves."""

    NAME = HOOK = "kiro"
    PROGRAM = "kiro-cli"
    INSTRUCTIONS = ".kiro/steering/guardsh.md"
    USER, PROJECT = ".kiro/hooks/guardsh.json", ".kiro/hooks/guardsh.json"
    HOME_VARIABLE = "KIRO_HOME"
    EVENTS = (("PreToolUse", ""), ("PostToolUse", ""))
    SHELL_EVENT = "PreToolUse"
    AFTERWARDS = "start Kiro CLI 3 anew; CLI 2 doesn't read this file"

    def values(self, argv: list[str], time_out: int) -> dict[str, Any]:
        action = {"type": "command", "command": line_of(argv)}
        return {
            "version": "v1",
            "hooks": [
                {"name": f"guardsh-{event}", "trigger": event, "action": action, "timeout": time_out, "enabled": True}
                for event, _ in self.EVENTS
            ],
        }

    def hooks(self, text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        values = edit.parse(text) if text.strip() else {}
        found = values.get("hooks") if isinstance(values, dict) else None
        for one in found if isinstance(found, list) else ():
            action = one.get("action") if isinstance(one, dict) else None
            if isinstance(action, dict) and is_ours(str(action.get("command")), self.HOOK):
                yield str(one.get("trigger")), "", {**one, "command": action.get("command")}

    def weaknesses(self, handler: dict[str, Any], version: tuple[int, ...]) -> Iterator[str]:
        yield from super().weaknesses(handler, version)
        if handler.get("enabled", True) is not True:
            yield "isn't enabled"
        if version and version < (3,):
            yield "Kiro CLI before 3 doesn't read it"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "hook_event_name": "PreToolUse",
            "cwd": directory,
            "session_id": "guardsh-doctor",
            "tool_name": "shell",
            "tool_input": {"command": command},
        }


SETUP = Kiro()
