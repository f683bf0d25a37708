"""Which shell each agent runs commands with, whether that one is guarded, and how to make it so.

An agent's hook sees the command's text; a guarded shell sees it too, and what the hook doesn't: commands of agents
without hooks, of subagents whose hooks don't fire, of scripts. Sources: the agents' code and documentation, as named in
their modules; openai/codex core/src/shell.rs, google-gemini/gemini-cli utils/shell-utils.ts, sst/opencode, cline/cline
shared/src/parse/shell.ts, paul-gauthier/aider aider/run_cmd.py, continuedev/continue runTerminalCommand.ts, zed
crates/util/src/shell.rs.
"""

from __future__ import annotations

import os
import subprocess

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FRONT = "~/.local/share/guardsh/shells"  # where the instructions below put the front doors
_CANARY = "guardsh-canary"
_SHELLS = ("bash", "zsh")


class Used(Frozen):
    """The shell of an agent."""

    program: str  # "" if it isn't known
    fix: str  # how to give the agent a guarded one; "" if nobody can
    options: tuple[str, ...] = ("-c",)  # in front of the command


# agent -> how to make it use the front doors, after `guardsh shims DIR`
FIXES = {
    "claude-code": f'"env": {{"CLAUDE_CODE_SHELL": "{FRONT}/bash"}} in ~/.claude/settings.json',
    "cursor": f"start Cursor with SHELL={FRONT}/bash",
    "codex": '[shell_environment_policy] set = { BASH_ENV = "…" } in ~/.codex/config.toml; its shell is your own one',
    "gemini": f'start Gemini with PATH="{FRONT}:$PATH"',
    "copilot": f'start Copilot with PATH="{FRONT}:$PATH"',
    "vscode": f'"chat.tools.terminal.terminalProfile.linux": {{"path": "{FRONT}/bash", "args": []}} in its settings',
    "opencode": f'"shell": "{FRONT}/bash" in ~/.config/opencode/opencode.json',
    "cline": "the CLI's /bin/bash can't be changed; in VS Code its terminal profile can",
    "kiro": f"export KIRO_CHAT_SHELL={FRONT}/bash",
    "goose": f"export GOOSE_SHELL={FRONT}/bash",
    "openhands": f'start OpenHands with PATH="{FRONT}:$PATH", and without tmux',
    "aider": f"start aider with SHELL={FRONT}/bash",
    "continue": f"start Continue with SHELL={FRONT}/bash",
    "zed": "Zed's /bin/sh can't be changed: tool_permissions in its settings, or a dev container",
}


def used_by(agent: str, home: str, environment: Mapping[str, str]) -> Used:
    """The shell that an agent would use, started from a terminal with this environment."""
    program, options = _program(agent, home, environment)
    return Used(program, FIXES.get(agent, ""), options)


def _program(agent: str, home: str, environment: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    shell = environment.get("SHELL", "")
    plain = ("-c",)
    if agent == "claude-code":
        return _of_claude_code(home, environment), plain
    if agent == "codex":
        return _of_codex(environment), ("-lc",)
    if agent in ("gemini", "copilot", "openhands"):
        return _on_path("bash", environment), plain
    if agent == "kiro":
        named = environment.get("KIRO_CHAT_SHELL") or environment.get("AMAZON_Q_CHAT_SHELL") or "bash"
        return _on_path(named, environment), plain
    if agent == "goose":
        return _on_path(environment.get("GOOSE_SHELL") or "bash", environment), plain
    if agent == "opencode":
        named = _setting(os.path.join(home, ".config/opencode/opencode.json"), "shell")
        return named or shell or _on_path("bash", environment) or "/bin/sh", plain
    if agent == "cline":
        return "/bin/bash", plain
    if agent == "zed":
        return "/bin/sh", plain
    if agent in ("cursor", "vscode"):
        return shell, plain
    if agent == "aider":
        return shell or "/bin/sh", ("-i", "-c")
    if agent == "continue":
        return shell or "/bin/bash", ("-l", "-c")
    return "", plain


def _of_claude_code(home: str, environment: Mapping[str, str]) -> str:
    """CLAUDE_CODE_SHELL and SHELL if they are a bash or zsh, else the first zsh or bash on PATH."""
    folder = environment.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude")
    said = _setting(os.path.join(folder, "settings.json"), "env", "CLAUDE_CODE_SHELL")
    for named in (said, environment.get("CLAUDE_CODE_SHELL", ""), environment.get("SHELL", "")):
        if os.path.basename(named) in _SHELLS:
            return named
    return _on_path("zsh", environment) or _on_path("bash", environment)


def _of_codex(environment: Mapping[str, str]) -> str:
    """The shell in the password database, if it is one that Codex knows."""
    import pwd

    try:
        named = pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:
        named = ""
    if os.path.basename(named) in (*_SHELLS, "sh"):
        return named
    return _on_path("bash", environment) or _on_path("zsh", environment) or "/bin/sh"


def _on_path(name: str, environment: Mapping[str, str]) -> str:
    import shutil

    return shutil.which(name, path=environment.get("PATH")) or ""


def _setting(path: str, *keys: str) -> str:
    """A text in a JSON file, "" if there is none, or the file can't be read."""
    from guardsh.agents import edit

    try:
        with open(path, encoding="utf-8-sig") as file:
            value = edit.parse(file.read())
        for key in keys:
            value = value[key]
    except (OSError, UnicodeDecodeError, edit.Broken, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""


def refuses(used: Used, environment: Mapping[str, str]) -> bool:
    """Does this shell refuse guardsh's canary? No program is called so: a shell without a guard doesn't find it."""
    try:
        done = subprocess.run(
            [os.path.expanduser(used.program), *used.options, _CANARY],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            cwd="/",
            env=dict(environment),
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return False
    return done.returncode == 126 and b"guardsh: " in done.stderr


STEPS = {
    "aider": """\
aider has no hooks. It runs commands with $SHELL -i -c, so give it a guarded one:

    guardsh shims {front}
    SHELL={front}/bash aider

In your shell's start-up file:  alias aider='SHELL={front}/bash aider'
With no terminal (scripts, CI) aider uses /bin/sh whatever SHELL says; there, add --no-suggest-shell-commands.
""",
    "continue": """\
Continue calls no hook before a command. It runs commands with $SHELL -l -c, so give it a guarded one:

    guardsh shims {front}
    SHELL={front}/bash cn

For the editor's extension: start the editor with that SHELL. In a remote workspace the commands go to a terminal of
VS Code instead:  "terminal.integrated.defaultProfile.linux" with a profile whose path is {front}/bash
""",
    "zed": """\
Zed's own agent has no hooks and always runs commands with /bin/sh, which SHELL doesn't change. What is left:

    "agent": {{"tool_permissions": {{"tools": {{"terminal": {{"default": "confirm"}}}}}}}}   in Zed's settings.json
    a dev container whose /bin/sh is guardsh's front door

Agents that run in Zed over ACP (Claude Code, Gemini CLI, Codex) have hooks of their own: guardsh install AGENT.
""",
}
PROGRAMS = {"aider": "aider", "continue": "cn", "zed": "zed zeditor"}
