"""The agents whose hooks guardsh answers: one module for each, all by the mould of `guardsh.agents.hook`."""

from __future__ import annotations

# name as people type it -> module
AGENTS = {
    "claude-code": "guardsh.agents.claude_code",
}
