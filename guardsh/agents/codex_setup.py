"""Codex's hooks.json. Source: openai/codex codex-rs/hooks/src/engine/discovery.rs, output_parser.rs."""

from __future__ import annotations

import os
import shlex

from guardsh.agents.setups import JsonHooks, Note, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

BEFORE = "^(Bash|apply_patch|Edit|Write|mcp__.*)$"
AFTER = "^(apply_patch|Edit|Write)$"


class Codex(JsonHooks):
    """Groups with a matcher, in hooks.json beside config.toml."""

    NAME = HOOK = "codex"
    PROGRAM = "codex"
    USER, PROJECT = ".codex/hooks.json", ".codex/hooks.json"
    SYSTEM = ("/etc/codex/hooks.json",)
    HOME_VARIABLE = "CODEX_HOME"
    EVENTS = (("PreToolUse", BEFORE), ("PostToolUse", AFTER))
    SHELL_EVENT = "PreToolUse"
    REFUSES = ("hookSpecificOutput", "permissionDecision", "deny")
    AFTERWARDS = "open /hooks in codex and trust guardsh's hooks: until then codex doesn't run them"

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        # Codex starts hooks with the user's own shell, which may be one that doesn't know this line's syntax.
        line = shlex.join(["/bin/sh", "-c", line_of(argv)])
        return {"matcher": matcher, "hooks": [{"type": "command", "command": line, "timeout": time_out}]}

    def notes(self, home: str, directory: str, environment: Mapping[str, str]) -> Iterator[Note]:
        folder = environment.get("CODEX_HOME") or os.path.join(home, ".codex")
        path = os.path.join(folder, "config.toml")
        if _hooks_are_off(path):
            yield Note("hooks are switched off", f"take hooks = false out of {path}")
        yield Note("runs only once it is trusted, which can't be seen from here", "/hooks in codex shows it", False)

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "session_id": "guardsh-doctor",
            "turn_id": "guardsh-doctor",
            "transcript_path": None,
            "cwd": directory,
            "hook_event_name": "PreToolUse",
            "model": "",
            "permission_mode": "bypassPermissions",
            "tool_name": "Bash",
            "tool_input": {"command": command},
            "tool_use_id": "guardsh-doctor",
        }


def _hooks_are_off(path: str) -> bool:
    import tomli

    try:
        with open(path, "rb") as file:
            features = tomli.load(file).get("features")
    except (OSError, tomli.TOMLDecodeError, UnicodeDecodeError):
        return False
    return isinstance(features, dict) and (features.get("hooks") is False or features.get("codex_hooks") is False)


SETUP = Codex()
