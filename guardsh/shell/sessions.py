"""Which agent's session this shell belongs to, by the variables that agents set for their commands.

They are hints, as every variable is: whoever sets another session's id only gets the memory of what an agent made.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardsh.facts.session import Session

# Variables that hold the same id that the agent gives its hooks, so that hook and shell share one memory. OpenCode,
# Goose, Cursor and Cline tell their commands no session. Sources: Claude Code's documentation (env-vars), openai/codex
# core/src/unified_exec, the changelog of Copilot CLI 1.0.29, google-gemini/gemini-cli hooks/hookRunner.ts.
VARIABLES = (
    "CLAUDE_CODE_SESSION_ID",
    "CODEX_THREAD_ID",
    "COPILOT_AGENT_SESSION_ID",
    "AMP_CURRENT_THREAD_ID",
    "GEMINI_SESSION_ID",
)


def name_in(environment: Mapping[str, str]) -> str:
    """The session's id in an environment, "" for none."""
    for variable in VARIABLES:
        if name := environment.get(variable):
            return name
    return ""


def current() -> Session | None:
    """The memory of the session that this process belongs to; None, and nothing imported, without one."""
    name = name_in(os.environ)
    if not name:
        return None
    from guardsh.facts.session import Session

    return Session.load(name)
