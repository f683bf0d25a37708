"""Who is asking: does anything speak for an agent, and is this process one that may hear a person's yes?

Every function answers with the reason why not, or None. What can't be found out is a reason too.
"""

from __future__ import annotations

import os
import sys

from guardsh.confirm import processes
from guardsh.confirm.processes import Process, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Variables that an agent sets for the commands it runs: (agent, variables that must all be set, "" for any value).
# CURSOR_TRACE_ID and CLAUDECODE are missing on purpose: they also reach the terminals of the people who use an IDE.
# Sources: the agents' documentation and code; each may change with a release.
MARKERS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("claude-code", (("CLAUDE_CODE_CHILD_SESSION", ""),)),
    ("codex", (("CODEX_THREAD_ID", ""),)),
    ("codex", (("CODEX_CI", ""),)),
    ("codex", (("CODEX_SANDBOX", ""),)),
    ("gemini", (("GEMINI_CLI", ""),)),
    ("copilot", (("COPILOT_CLI", ""),)),
    ("copilot", (("COPILOT_AGENT_SESSION_ID", ""),)),
    ("cursor", (("CURSOR_AGENT", ""),)),
    ("cursor", (("CURSOR_EXTENSION_HOST_ROLE", "agent-exec"),)),
    ("opencode", (("OPENCODE", ""),)),
    ("opencode", (("OPENCODE_PID", ""),)),
    ("opencode", (("OPENCODE_CLIENT", ""),)),
    ("cline", (("CLINE_ACTIVE", ""),)),
    ("goose", (("GOOSE_TERMINAL", ""),)),
    ("amp", (("AMP_CURRENT_THREAD_ID", ""),)),
    ("vscode", (("TERM_PROGRAM", "vscode"), ("GIT_PAGER", "cat"))),
    ("zed", (("TERM_PROGRAM", "zed"), ("PAGER", "cat"))),
    ("antigravity", (("ANTIGRAVITY_AGENT", ""),)),
    ("augment", (("AUGMENT_AGENT", ""),)),
    ("qwen", (("QWEN_CODE", ""),)),
    ("crush", (("CRUSH", ""),)),
    ("replit", (("REPL_ID", ""),)),
    ("pi", (("PI_CODING_AGENT", ""),)),
    ("openclaw", (("OPENCLAW_SHELL", ""),)),
    ("", (("AI_AGENT", ""),)),
    ("", (("AGENT", ""),)),
)

# What agents' processes are called, or the packages that their scripts lie in. IDEs are missing: their terminals are a
# person's too.
PROGRAMS: dict[str, str] = {
    "claude": "claude-code",
    "claude-code": "claude-code",
    "codex": "codex",
    "gemini": "gemini",
    "gemini-cli": "gemini",
    "copilot": "copilot",
    "copilot-agent": "copilot",
    "cursor-agent": "cursor",
    "opencode": "opencode",
    "cline": "cline",
    "goose": "goose",
    "goosed": "goose",
    "amp": "amp",
    "aider": "aider",
    "aider-chat": "aider",
    "openhands": "openhands",
    "openhands-cli": "openhands",
    "kiro-cli": "kiro",
    "kiro-cli-chat": "kiro",
    "qchat": "kiro",
    "continue-cli": "continue",
    "qwen": "qwen",
    "qwen-code": "qwen",
    "crush": "crush",
    "auggie": "augment",
    "droid": "droid",
    "openclaw": "openclaw",
    "plandex": "plandex",
    "pi-coding-agent": "pi",
}


# What lets other processes of this user type into a terminal: its name, the variable that it sets, its process's names.
# Sources: tmux(1) send-keys, screen(1) stuff, zellij action write-chars, wezterm cli send-text, kitten @ send-text.
TYPED_INTO: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tmux", "TMUX", ("tmux", "tmux: server")),
    ("screen", "STY", ("screen",)),
    ("zellij", "ZELLIJ", ("zellij",)),
    ("wezterm", "WEZTERM_UNIX_SOCKET", ("wezterm-gui", "wezterm-mux-server")),
    ("kitty with remote control", "KITTY_LISTEN_ON", ()),
)


def typed_into(environment: Mapping[str, str]) -> str:
    """The program by which other processes may type into this terminal; "" if none is known."""
    for name, variable, _ in TYPED_INTO:
        if environment.get(variable):
            return name
    try:
        parents = processes.ancestors()
    except Unknown:
        return "a terminal that can't be found out"
    above = {name for parent in parents for name in parent.names}
    return next((name for name, _, names in TYPED_INTO if above.intersection(names)), "")


def agent_speaks(environment: Mapping[str, str]) -> str | None:
    """Why this process may belong to an agent: a mark in the environment, or an agent among the parents."""
    return marked(environment) or among_parents()


def marked(environment: Mapping[str, str]) -> str | None:
    """The mark of an agent in the environment."""
    for agent, wanted in MARKERS:
        if all(_is_set(environment.get(name, ""), value) for name, value in wanted):
            shown = " and ".join(name for name, _value in wanted)
            return f"{shown} is set, which {agent or 'an agent'} does for its commands"
    return None


def agent_named(environment: Mapping[str, str]) -> str:
    """The agent's name for showing, by its mark or its process; "" if none is known."""
    for agent, wanted in MARKERS:
        if all(_is_set(environment.get(name, ""), value) for name, value in wanted):
            named = agent or environment.get("AI_AGENT", "") or environment.get("AGENT", "")
            return named if named.isprintable() and len(named) <= 40 else "an agent"
    try:
        return next((PROGRAMS[name] for one in processes.ancestors() for name in one.names if name in PROGRAMS), "")
    except Unknown:
        return ""


def _is_set(value: str, wanted: str) -> bool:
    return value == wanted if wanted else value.lower() not in ("", "0", "false", "no", "off")


def among_parents(leader: int = 0) -> str | None:
    """An agent among the parent processes; with `leader` only among those up to that one."""
    try:
        parents = processes.ancestors()
    except Unknown as error:
        return f"the parent processes can't be read ({error})"
    for parent in parents:
        agent = next((PROGRAMS[name] for name in parent.names if name in PROGRAMS), "")
        if agent:
            return f"{agent} is among the parent processes (pid {parent.pid})"
        if parent.pid == leader:
            return None
    return None


def outside_session() -> str | None:
    """Why this process isn't an ordinary one of its terminal: the session's leader must be among its parents.

    A process that left its parents (nohup and a double fork) keeps the terminal, but not the leader above it.
    """
    leader = os.getsid(0)
    if leader == os.getpid():
        return None
    try:
        if any(parent.pid == leader for parent in processes.ancestors()):
            return None
    except Unknown as error:
        return f"the parent processes can't be read ({error})"
    return "this process was detached from the shell of its terminal"


def background(descriptor: int) -> str | None:
    """Why the terminal isn't ours now: another process group is in its foreground."""
    try:
        return None if os.tcgetpgrp(descriptor) == os.getpgrp() else "it doesn't run in the foreground of its terminal"
    except OSError as error:
        return f"its terminal's foreground can't be read ({error.strerror})"


def may_ask(environment: Mapping[str, str], setting: str = "inline") -> str | None:
    """Why a person can't be asked on this process's terminal.

    In an unlocked terminal they can, unless an agent runs in that same session. Elsewhere only if nothing speaks for an
    agent and the setting `confirm.terminal` is "inline"; every other value closes it.
    """
    from guardsh.confirm import unlocked

    if unlocked.here():
        return among_parents(os.getsid(0)) or outside_session()
    if setting != "inline":
        return "only an unlocked terminal may ask (confirm.terminal)"
    return agent_speaks(environment) or outside_session()


def may_approve(environment: Mapping[str, str]) -> str | None:
    """Why this process can't take a person's yes to somebody else's request (besides the passphrase)."""
    from guardsh.confirm import unlocked

    if reason := restrained():
        return reason
    if unlocked.here():
        return among_parents(os.getsid(0)) or outside_session()
    return agent_speaks(environment) or outside_session()


def restrained() -> str | None:
    """The kernel's marks of a sandbox on this process (Linux): no_new_privs, or more seccomp than the first process.

    Agents confine their commands by these, and they can't be taken off again. A container runs all its processes under
    one seccomp filter, so that only what is beyond the first process's counts; where that one can't be seen, all does.
    """
    if sys.platform != "linux":
        return None
    try:
        own = _status("self")
    except (OSError, ValueError) as error:
        return f"the kernel's marks of a sandbox can't be read ({error})"
    try:
        first = _status("1")
    except (OSError, ValueError):
        first = {}
    if own["NoNewPrivs"]:
        return "this process runs in a sandbox (no_new_privs)"
    if any(own.get(field, 0) > first.get(field, 0) for field in ("Seccomp", "Seccomp_filters")):
        return "this process runs in a sandbox (seccomp)"
    return None


_MARKS = ("NoNewPrivs", "Seccomp", "Seccomp_filters")


def _status(pid: str) -> dict[str, int]:
    """The marks in /proc/PID/status. Raises OSError or ValueError."""
    found: dict[str, int] = {}
    with open(f"{processes.PROC}/{pid}/status", encoding="utf-8", errors="replace") as file:
        for line in file:
            field, _, value = line.partition(":")
            if field in _MARKS:
                found[field] = int(value)
    if "NoNewPrivs" not in found:
        raise ValueError("no such field")
    return found


def session_leader() -> Process:
    """The leader of this process's session, with the terminal that both have. Raises Unknown."""
    leader = processes.process(os.getsid(0))
    own = processes.process(os.getpid())
    if not own.terminal or own.terminal != leader.terminal:
        raise Unknown("this process has no terminal")
    return leader
