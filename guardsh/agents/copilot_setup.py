"""A hooks file for Copilot CLI that VS Code's agent mode reads too.

Sources: docs.github.com/en/copilot/reference/hooks-reference; code.visualstudio.com/docs/agent-customization/hooks.
"""

from __future__ import annotations

from guardsh.agents import edit
from guardsh.agents.setups import Note, OwnJson, is_ours, line_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

# Copilot CLI reads it, VS Code doesn't: there the hook runs for every tool.
WRITING = "create|edit|apply_patch|str_replace_editor|write"


class Copilot(OwnJson):
    """~/.copilot/hooks/guardsh.json."""

    NAME = HOOK = "copilot"
    PROGRAM = "copilot"
    INSTRUCTIONS = ".github/copilot-instructions.md"
    USER, PROJECT = ".copilot/hooks/guardsh.json", ".github/hooks/guardsh.json"
    HOME_VARIABLE = "COPILOT_HOME"
    EVENTS = (("preToolUse", ""), ("postToolUse", WRITING))
    SHELL_EVENT = "preToolUse"
    REFUSES: tuple[str, ...] = ("permissionDecision", "deny")
    AFTERWARDS = "start Copilot CLI anew, and reload VS Code, which reads this file too"

    def values(self, argv: list[str], time_out: int) -> dict[str, Any]:
        # A line for a shell rather than `exec`: VS Code knows no other, and takes other statuses than 2 for a yes.
        handler = {"type": "command", "bash": line_of(argv), "timeoutSec": time_out}
        return {
            "version": 1,
            "hooks": {"preToolUse": [handler], "postToolUse": [{"matcher": WRITING, **handler}]},
        }

    def hooks(self, text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        values = edit.parse(text) if text.strip() else {}
        events = values.get("hooks") if isinstance(values, dict) else None
        for event, handlers in events.items() if isinstance(events, dict) else ():
            for handler in handlers if isinstance(handlers, list) else ():
                if isinstance(handler, dict) and is_ours(" ".join(self.argv_of(handler)), self.HOOK):
                    yield str(event), str(handler.get("matcher", "")), handler

    def argv_of(self, handler: dict[str, Any]) -> list[str]:
        line = handler.get("bash")
        return ["/bin/sh", "-c", line] if isinstance(line, str) else super().argv_of(handler)

    def weaknesses(self, handler: dict[str, Any], version: tuple[int, ...]) -> Iterator[str]:
        line = handler.get("bash", "")
        yield from super().weaknesses({"command": line, "timeout": handler.get("timeoutSec", 30)}, version)

    def notes(self, home: str, directory: str, environment: Mapping[str, str]) -> Iterator[Note]:
        """Copilot and VS Code run the hooks of Claude Code's settings beside these: two of guardsh's for one call."""
        from guardsh.agents import claude_code_setup

        for path in claude_code_setup.all_settings_files(directory, home, environment)[:3]:
            try:
                with open(path, encoding="utf-8-sig") as file:
                    twice = any(event == "PreToolUse" for event, _, _ in claude_code_setup.hooks(file.read()))
            except (OSError, UnicodeDecodeError, edit.Broken):
                continue
            if twice:
                yield Note(
                    f"{path} may start a second one for the same call, and a yes counts once",
                    'approve such a call twice, or "chat.hookFilesLocations" without .claude in VS Code',
                    False,
                )

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "sessionId": "guardsh-doctor",
            "timestamp": 0,
            "cwd": directory,
            "toolName": "bash",
            "toolArgs": {"command": command},
        }


class VsCode(Copilot):
    """The same file, as VS Code uses it."""

    NAME = "vscode"
    PROGRAM = "code code-insiders codium"
    TRACES = (".config/Code", "Library/Application Support/Code", ".vscode-server")
    REFUSES = ("hookSpecificOutput", "permissionDecision", "deny")
    AFTERWARDS = "reload VS Code; Copilot CLI reads this file too"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "timestamp": "",
            "hook_event_name": "PreToolUse",
            "session_id": "guardsh-doctor",
            "transcript_path": "",
            "cwd": directory,
            "tool_name": "run_in_terminal",
            "tool_input": {"command": command},
            "tool_use_id": "guardsh-doctor",
        }


SETUP, VSCODE = Copilot(), VsCode()
