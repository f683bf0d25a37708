"""Gemini CLI's settings.json. Source: google-gemini/gemini-cli docs/hooks."""

from __future__ import annotations

from guardsh.agents import edit
from guardsh.agents.setups import JsonHooks, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Gemini(JsonHooks):
    """Groups with a matcher; time-outs are in milliseconds."""

    NAME = HOOK = "gemini"
    PROGRAM = "gemini"
    INSTRUCTIONS = "GEMINI.md"
    USER, PROJECT = ".gemini/settings.json", ".gemini/settings.json"
    SYSTEM = ("/etc/gemini-cli/settings.json", "/Library/Application Support/GeminiCli/settings.json")
    # Every tool: those of MCP servers have any name.
    EVENTS = (("BeforeTool", ".*"), ("AfterTool", "^(write_file|replace|edit)$"))
    SHELL_EVENT = "BeforeTool"
    REFUSES = ("decision", "deny")

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        handler = {"name": "guardsh", "type": "command", "command": line_of(argv), "timeout": time_out * 1000}
        return {"matcher": matcher, "hooks": [handler]}

    def _seconds(self, handler: dict[str, Any]) -> float:
        time_out = handler.get("timeout", 60_000)
        return time_out / 1000 if isinstance(time_out, (int, float)) else 0

    def switched_off(self, text: str) -> bool:
        values = edit.parse(text) if text.strip() else {}
        config = values.get("hooksConfig") if isinstance(values, dict) else None
        if not isinstance(config, dict):
            return False
        disabled = config.get("disabled")
        return config.get("enabled") is False or isinstance(disabled, list) and "guardsh" in disabled

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "session_id": "guardsh-doctor",
            "transcript_path": "",
            "cwd": directory,
            "hook_event_name": "BeforeTool",
            "timestamp": "",
            "tool_name": "run_shell_command",
            "tool_input": {"command": command},
        }


SETUP = Gemini()
