"""The agents that guardsh stands in front of: one module for each hook, all by the mould of `guardsh.agents.hook`."""

from __future__ import annotations

# name as people type it -> module that reads its hook's payloads and forms the answers
AGENTS = {
    "claude-code": "guardsh.agents.claude_code",
    "cursor": "guardsh.agents.cursor",
    "codex": "guardsh.agents.codex",
    "gemini": "guardsh.agents.gemini",
    "copilot": "guardsh.agents.copilot",
    "vscode": "guardsh.agents.vscode",
    "opencode": "guardsh.agents.opencode",
    "windsurf": "guardsh.agents.windsurf",
    "cline": "guardsh.agents.cline",
    "amp": "guardsh.agents.amp",
    "kiro": "guardsh.agents.kiro",
    "goose": "guardsh.agents.goose",
    "openhands": "guardsh.agents.openhands",
}

# These have no hook that runs before a command: only the shell that they use can guard them.
SHELL_ONLY = ("aider", "continue", "zed")
