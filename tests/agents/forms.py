"""What the answers of each agent's hook mean to that agent: strict, so that a field too many is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from guardsh.agents.hook import Answer

GOLDENS = Path(__file__).parent / "goldens"
OTHERS = (
    "cursor", "codex", "gemini", "copilot", "vscode", "opencode", "windsurf", "cline", "amp", "kiro", "goose",
    "openhands",
)  # fmt: skip


def decision(agent: str, answer: Answer) -> tuple[str | None, str]:
    """pass (None), deny or ask as the agent understands it, and the reason that its model or user reads."""
    if agent in ("opencode", "windsurf", "amp", "kiro"):
        return _by_status(answer)
    assert (answer.status, answer.stderr) == (0, "")
    if not answer.stdout:
        assert agent not in ("cursor", "cline"), "it must always have an answer"
        return None, ""
    assert answer.stdout.startswith("{") and answer.stdout.endswith("}\n") and answer.stdout.count("\n") == 1
    told: dict[str, Any] = json.loads(answer.stdout)
    found: tuple[str | None, str] = globals()[f"_of_{agent}"](told)
    return found


def _by_status(answer: Answer) -> tuple[str | None, str]:
    assert not answer.stdout
    if answer.status == 0:
        assert not answer.stderr
        return None, ""
    assert answer.status == 2 and answer.stderr.strip()
    return "deny", answer.stderr


def _of_cursor(told: dict[str, Any]) -> tuple[str | None, str]:
    if told == {"permission": "allow"}:
        return None, ""
    assert set(told) == {"permission", "user_message", "agent_message"}
    assert told["user_message"] == told["agent_message"] != "" and told["permission"] == "deny"
    return "deny", told["user_message"]


def _of_codex(told: dict[str, Any]) -> tuple[str | None, str]:
    assert set(told) == {"hookSpecificOutput"}
    inner = told["hookSpecificOutput"]
    assert set(inner) == {"hookEventName", "permissionDecision", "permissionDecisionReason"}
    assert (inner["hookEventName"], inner["permissionDecision"]) == ("PreToolUse", "deny")
    assert inner["permissionDecisionReason"].strip()
    return "deny", inner["permissionDecisionReason"]


def _of_gemini(told: dict[str, Any]) -> tuple[str | None, str]:
    assert set(told) == {"decision", "reason"} and told["decision"] == "deny" and told["reason"]
    return "deny", told["reason"]


def _of_openhands(told: dict[str, Any]) -> tuple[str | None, str]:
    return _of_gemini(told)


def _of_goose(told: dict[str, Any]) -> tuple[str | None, str]:
    assert set(told) == {"decision", "reason"} and told["decision"] == "block" and told["reason"]
    return "deny", told["reason"]


def _of_cline(told: dict[str, Any]) -> tuple[str | None, str]:
    if told == {"cancel": False}:
        return None, ""
    assert set(told) == {"cancel", "errorMessage"} and told["cancel"] is True and told["errorMessage"]
    return "deny", told["errorMessage"]


def _of_copilot(told: dict[str, Any]) -> tuple[str | None, str]:
    inner = told.pop("hookSpecificOutput")
    assert set(told) == {"permissionDecision", "permissionDecisionReason"} and told["permissionDecisionReason"]
    assert inner == {"hookEventName": "PreToolUse", **told}
    return told["permissionDecision"], told["permissionDecisionReason"]


def _of_vscode(told: dict[str, Any]) -> tuple[str | None, str]:
    assert set(told) == {"hookSpecificOutput"}
    inner = told["hookSpecificOutput"]
    context = inner.pop("additionalContext", None)
    assert set(inner) == {"hookEventName", "permissionDecision", "permissionDecisionReason"}
    assert inner["hookEventName"] == "PreToolUse"
    assert context == (inner["permissionDecisionReason"] if inner["permissionDecision"] == "deny" else None)
    return inner["permissionDecision"], inner["permissionDecisionReason"]
