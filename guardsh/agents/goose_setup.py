"""A plugin of hooks for Goose. Source: aaif-goose/goose documentation/docs/guides/context-engineering/hooks.md."""

from __future__ import annotations

from guardsh.agents.setups import JsonHooks, OwnJson, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Goose(OwnJson, JsonHooks):
    """The hooks.json of a plugin that is guardsh's own."""

    NAME = HOOK = "goose"
    PROGRAM = "goose"
    INSTRUCTIONS = ".goosehints"
    USER = ".agents/plugins/guardsh/hooks/hooks.json"
    PROJECT = USER
    EVENTS = (("PreToolUse", ".*"), ("PostToolUse", "^developer__(write|edit|text_editor)$"))
    SHELL_EVENT = "PreToolUse"
    REFUSES = ("decision", "block")
    AFTERWARDS = "start Goose anew; before its release of August 2026 a hook that takes too long lets a tool through"

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        handler: dict[str, Any] = {"type": "command", "command": line_of(argv), "timeout": time_out}
        if event == "PreToolUse":
            handler["on_failure"] = "block"
        return {"matcher": matcher, "hooks": [handler]}

    def values(self, argv: list[str], time_out: int) -> dict[str, Any]:
        return {"hooks": {event: [self.entry(event, matcher, argv, time_out)] for event, matcher in self.EVENTS}}

    def weaknesses(self, handler: dict[str, Any], version: tuple[int, ...]) -> Iterator[str]:
        yield from super().weaknesses(handler, version)
        if handler.get("on_failure") != "block":
            yield "a hook that takes too long lets the command through (no on_failure)"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "event": "PreToolUse",
            "session_id": "guardsh-doctor",
            "matcher_context": "developer__shell",
            "tool_name": "developer__shell",
            "tool_input": {"command": command},
            "working_dir": directory,
        }


SETUP = Goose()
