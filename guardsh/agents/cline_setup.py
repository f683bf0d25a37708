"""Cline's executable PreToolUse file. Source: cline/cline sdk/packages/core/src/hooks, apps/vscode/src/core/hooks."""

from __future__ import annotations

import shlex

from guardsh.agents.setups import OwnProgram

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from guardsh.agents.setups import Note

_FILE = """\
#!/bin/sh
# guardsh's hook, written by `guardsh install cline`; `guardsh uninstall cline` takes it away.
# argv: ARGV
LINE && exit 0
# Cline takes a hook that fails for a yes.
printf '%s\\n' '{"cancel": true, "errorMessage": "guardsh: BLOCKED, nothing ran: the hook failed"}'
"""


class Cline(OwnProgram):
    """A file that both the extension and the CLI run before every tool."""

    NAME = HOOK = "cline"
    PROGRAM = "cline"
    INSTRUCTIONS = ".clinerules/guardsh.md"
    TRACES = ("Documents/Cline",)
    USER, PROJECT = "Documents/Cline/Hooks/PreToolUse", ".clinerules/hooks/PreToolUse"
    MODE = 0o755
    SHELL_EVENT = "PreToolUse"
    EVENTS = ((SHELL_EVENT, ""),)
    REFUSES = ("cancel", "True")
    TEMPLATE = _FILE
    LINE = "# argv: "
    AFTERWARDS = "switch hooks on in Cline's settings; a refusal ends Cline's run, as its hooks can't do less"

    def content(self, argv: list[str], time_out: int) -> str:
        return super().content(argv, time_out).replace("LINE &&", f"{shlex.join(argv)} &&")

    def hooks(self, text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for event, matcher, handler in super().hooks(text):
            yield event, matcher, {**handler, "command": "/bin/sh", "args": ["-c", text]}

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "clineVersion": "",
            "hookName": "PreToolUse",
            "taskId": "guardsh-doctor",
            "workspaceRoots": [directory],
            "userId": "",
            "preToolUse": {"toolName": "execute_command", "parameters": {"command": command}},
        }

    def notes(self, home: str, directory: str, environment: Mapping[str, str]) -> Iterator[Note]:
        import os

        from guardsh.agents.setups import Note

        for path in self.all_settings_files(directory, home, environment):
            if os.path.exists(path) and not os.access(path, os.X_OK):
                yield Note(f"{path} isn't executable, so Cline doesn't run it", f"chmod +x {path}")


SETUP = Cline()
