"""OpenHands' hooks.json. Source: openhands-sdk/openhands/sdk/hooks/config.py."""

from __future__ import annotations

import os

from guardsh.agents import edit
from guardsh.agents.setups import JsonHooks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class OpenHands(JsonHooks):
    """Groups with a matcher; the outer "hooks" may be missing."""

    NAME = HOOK = "openhands"
    PROGRAM = "openhands"
    USER, PROJECT = ".openhands/hooks.json", ".openhands/hooks.json"
    EVENTS = (("PreToolUse", "*"), ("PostToolUse", "file_editor|apply_patch"))
    SHELL_EVENT = "PreToolUse"
    REFUSES = ("decision", "deny")

    def root(self, text: str) -> tuple[str, ...]:
        values = edit.parse(text) if text.strip() else {}
        bare = isinstance(values, dict) and "hooks" not in values and any(isinstance(v, list) for v in values.values())
        return () if bare else ("hooks",)

    def all_settings_files(self, directory: str, home: str, environment: Mapping[str, str]) -> list[str]:
        """The project's file alone where there is one: OpenHands doesn't read the user's then."""
        user, project = super().all_settings_files(directory, home, environment)
        return [project] if os.path.exists(project) else [user]

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "event_type": "PreToolUse",
            "tool_name": "terminal",
            "tool_input": {"command": command},
            "session_id": "guardsh-doctor",
            "working_dir": directory,
            "metadata": {},
        }


SETUP = OpenHands()
