"""Putting guardsh's hook into Claude Code's settings, and looking what is there.

Source: code.claude.com/docs/en/hooks and /settings (2.1, autumn 2026).
"""

from __future__ import annotations

import os
import shlex

from guardsh.agents import edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from guardsh.agents.setups import Note

NAME = HOOK = "claude-code"
MODE = 0o600  # of a new file
TRACES = ()  # what else than its program on PATH, or its settings, would show that it is here
AFTERWARDS = ""
PROJECT_IS_SHARED = False
PROGRAM = "claude"
INSTRUCTIONS = "CLAUDE.md"

# Anchored: a matcher with other signs than letters, digits, _ - , | and blanks is a regular expression, which Claude
# Code looks for anywhere in the tool's name, so that `Write` would also meet TodoWrite.
BEFORE = "^(Bash|PowerShell|Monitor|Write|Edit|MultiEdit|NotebookEdit|mcp__.*)$"
AFTER = "^(Write|Edit|MultiEdit|NotebookEdit)$"
START = "startup|resume|clear"  # not after a compaction, which is in the midst of a session
EVENTS = (("PreToolUse", BEFORE), ("PostToolUse", AFTER), ("SessionStart", START))

BLOCKS_SINCE = (2, 1, 295)  # from here on `onFailure: block` makes a hook that doesn't start, or crashes, a denial


def settings_file(scope: str, directory: str, home: str, environment: Mapping[str, str]) -> str:
    """The settings file of a scope, "user" or "project".

    A project's is settings.local.json, which isn't shared: the hook's absolute path would stop everybody else's agents.
    """
    if scope == "project":
        return os.path.join(directory, ".claude", "settings.local.json")
    return os.path.join(environment.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude"), "settings.json")


def all_settings_files(directory: str, home: str, environment: Mapping[str, str]) -> list[str]:
    """Every settings file that a session in this directory reads, of which a later one overrides an earlier one."""
    return [
        settings_file("user", directory, home, environment),
        os.path.join(directory, ".claude", "settings.json"),
        settings_file("project", directory, home, environment),
        "/Library/Application Support/ClaudeCode/managed-settings.json",
        "/etc/claude-code/managed-settings.json",
    ]


def added(text: str, argv: list[str], version: tuple[int, ...], time_out: int) -> str:
    """The settings with guardsh's hooks, the same at every call. Raises edit.Broken."""
    text = removed(text)
    for event, matcher in EVENTS:
        group = {"matcher": matcher, "hooks": [_handler(argv, version, time_out)]}
        text = edit.append(text, ("hooks", event), group)
    return text


def removed(text: str) -> str:
    """The settings without guardsh's hooks. Raises edit.Broken."""
    if not text.strip():
        return text
    for event, _ in EVENTS:
        text = edit.remove(text, ("hooks", event), _is_ours)
    return text


def hooks(text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """guardsh's hooks in the settings: event, matcher and handler. Raises edit.Broken."""
    values = edit.parse(text) if text.strip() else {}
    events = values.get("hooks") if isinstance(values, dict) else None
    for event, groups in events.items() if isinstance(events, dict) else ():
        for group in groups if isinstance(groups, list) else ():
            for handler in _handlers(group):
                if _runs_guardsh(handler):
                    yield str(event), str(group.get("matcher", "")), handler


def guards_commands(event: str) -> bool:
    """Does a hook of this event see shell commands?"""
    return event == "PreToolUse"


def gaps(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What isn't seen, with hooks of these events and matchers."""
    if ("PreToolUse", BEFORE) not in set(found):
        yield "doesn't see every tool that it should"


def notes(home: str, directory: str, environment: Mapping[str, str]) -> Iterator[Note]:
    """What else in Claude Code's configuration weakens the hook: nothing that can be seen."""
    yield from ()


def switched_off(text: str) -> bool:
    """Do these settings switch all hooks off? Raises edit.Broken."""
    values = edit.parse(text) if text.strip() else {}
    return isinstance(values, dict) and values.get("disableAllHooks") is True


def argv_of(handler: dict[str, Any]) -> list[str]:
    """How Claude Code starts this handler."""
    command, arguments = handler.get("command"), handler.get("args")
    if not isinstance(command, str):
        return []
    if isinstance(arguments, list):
        return [command, *map(str, arguments)]
    return ["/bin/sh", "-c", command]


def weaknesses(handler: dict[str, Any], version: tuple[int, ...]) -> Iterator[str]:
    """What a handler leaves open, in the running version of Claude Code (() if it isn't known)."""
    shell_form = not isinstance(handler.get("args"), list)
    if shell_form and not str(handler.get("command", "")).rstrip().endswith("|| exit 2"):
        yield "a hook that crashes lets the command through"
    if not shell_form and handler.get("onFailure") != "block":
        yield "a hook that doesn't start lets the command through"
    if not shell_form and version and version < BLOCKS_SINCE:
        yield f"Claude Code before {'.'.join(map(str, BLOCKS_SINCE))} lets commands through if the hook doesn't start"
    time_out = handler.get("timeout", 600)
    if not isinstance(time_out, (int, float)) or time_out < 10:
        yield "its time-out is shorter than the hook's own deadline"


def canary(directory: str, command: str) -> dict[str, Any]:
    """The payload that Claude Code would send for this command."""
    return {
        "session_id": "guardsh-doctor",
        "transcript_path": "/dev/null",
        "cwd": directory,
        "permission_mode": "bypassPermissions",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": command, "description": "guardsh's own test"},
        "tool_use_id": "guardsh-doctor",
    }


def refused(status: int, stdout: str) -> bool:
    """Is this the answer that makes Claude Code refuse?"""
    if status == 2:
        return True
    try:
        answer = edit.parse(stdout)["hookSpecificOutput"]
        return bool(status == 0 and answer["permissionDecision"] == "deny")
    except (edit.Broken, KeyError, TypeError):
        return False


def passed(status: int, stdout: str) -> bool:
    """Is this the answer that leaves it to Claude Code?"""
    return status == 0 and not stdout


def _handler(argv: list[str], version: tuple[int, ...], time_out: int) -> dict[str, Any]:
    if version and version < BLOCKS_SINCE:
        return {"type": "command", "command": f"{shlex.join(argv)} || exit 2", "timeout": time_out}
    return {"type": "command", "command": argv[0], "args": argv[1:], "timeout": time_out, "onFailure": "block"}


def _is_ours(group: Any) -> bool:
    """Does the group hold nothing but guardsh's own hooks?"""
    handlers = _handlers(group)
    return bool(handlers) and all(map(_runs_guardsh, handlers))


def _handlers(group: Any) -> list[dict[str, Any]]:
    found = group.get("hooks") if isinstance(group, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _runs_guardsh(handler: dict[str, Any]) -> bool:
    words = " ".join(argv_of(handler))
    return "guardsh.agents.hook" in words or ("guardsh" in words and "hook claude" in words)
