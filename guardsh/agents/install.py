"""Installing guardsh's hook into an agent's settings file, and taking it out again.

What a file held before is kept in the state directory; taking guardsh out gives the same bytes back if nobody else has
changed the file meanwhile, and else removes only guardsh's own entries.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys

from guardsh import places
from guardsh.agents import (
    amp_setup,
    claude_code_setup,
    cline_setup,
    codex_setup,
    copilot_setup,
    cursor_setup,
    edit,
    gemini_setup,
    goose_setup,
    hook,
    kiro_setup,
    opencode_setup,
    openhands_setup,
    windsurf_setup,
)
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Claude Code's is a module, the others' are instances of guardsh.agents.setups.Setup, with the same functions.
SETUPS: dict[str, Any] = {
    "claude-code": claude_code_setup,
    "cursor": cursor_setup.SETUP,
    "codex": codex_setup.SETUP,
    "gemini": gemini_setup.SETUP,
    "copilot": copilot_setup.SETUP,
    "vscode": copilot_setup.VSCODE,
    "opencode": opencode_setup.SETUP,
    "windsurf": windsurf_setup.SETUP,
    "cline": cline_setup.SETUP,
    "amp": amp_setup.SETUP,
    "kiro": kiro_setup.SETUP,
    "goose": goose_setup.SETUP,
    "openhands": openhands_setup.SETUP,
}

CANARY = "guardsh-canary"  # refused by a rule of its own; no such program exists
HARMLESS = "true"
_NEEDED = ("guardsh", "bashlex", "tomli", "click", "prompt_toolkit", "sqlglot", "graphql", "tree_sitter")

INSTRUCTIONS = """\
## guardsh

Shell commands here go through guardsh, which my user has installed. It blocks what would
destroy or expose something. A message that begins with "guardsh: BLOCKED" comes from it
and is my user's decision: nothing was run. Don't look for another way to the same
outcome. Take the alternative that it names, or go on with other work and tell my user,
with the request's id if there is one.
"""


class CannotInstall(Exception):
    """The settings can't be changed; the message says why, and what to do."""


class Change(Frozen):
    """A settings file as it is and as it shall be."""

    path: str  # the file itself, links followed
    before: bytes | None  # None: no such file
    after: bytes | None  # None: the file goes
    mode: int = 0o600  # of a new file

    @property
    def nothing(self) -> bool:
        """Is it already as it shall be?"""
        return self.before == self.after


# ---------------------------------------------------------------- what would change


def installation(agent: str, path: str, version: tuple[int, ...] = ()) -> Change:
    """What installing into this settings file changes. Raises CannotInstall."""
    path = os.path.realpath(path)
    before = _content(path)
    text = _decoded(before or b"", path)
    setup = SETUPS[agent]
    argv = hook_command(setup.HOOK)
    try:
        after = setup.added(text, argv, version, hook.TIME_OUT)
    except edit.Broken as problem:
        raise CannotInstall(_broken(path, problem)) from None
    return Change(path, before, _encoded(after, before), setup.MODE)


def removal(agent: str, path: str) -> Change:
    """What taking guardsh out of this settings file changes. Raises CannotInstall."""
    path = os.path.realpath(path)
    before = _content(path)
    if before is None:
        return Change(path, None, None)
    kept = _kept(agent, path)
    if kept is not None and kept.after == before:
        return Change(path, before, kept.before)
    try:
        after = SETUPS[agent].removed(_decoded(before, path))
    except edit.Broken as problem:
        raise CannotInstall(_broken(path, problem)) from None
    return Change(path, before, None if after is None else _encoded(after, before))


def settings_file(agent: str, scope: str, directory: str, environment: Mapping[str, str]) -> str:
    """The settings file of an agent in a scope, "user" or "project". Raises CannotInstall."""
    try:
        path: str = SETUPS[agent].settings_file(scope, directory, places.home(), environment)
        return path
    except edit.Broken as problem:
        raise CannotInstall(str(problem)) from None


def hook_command(agent: str) -> list[str]:
    """The command line of an agent's hook: an absolute, isolated Python that finds guardsh by its place alone."""
    if not os.path.isabs(sys.executable or ""):
        raise CannotInstall("this Python doesn't know its own path, so an agent couldn't start it")
    code = f"import sys; sys.path += {hook_folders()!r}; from guardsh.agents.hook import main; main({agent!r})"
    return [sys.executable, "-I", "-S", "-c", code]


def hook_folders() -> list[str]:
    """The folders that guardsh and what it needs are imported from."""
    from importlib.util import find_spec

    found: dict[str, None] = {}
    for name in _NEEDED:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise CannotInstall(f"{name}, which guardsh needs, isn't installed in this Python")
        folder = os.path.dirname(spec.origin)
        found[os.path.dirname(folder) if os.path.basename(spec.origin).startswith("__init__.") else folder] = None
    return list(found)


def _content(path: str) -> bytes | None:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise CannotInstall(f"{path} isn't a plain file")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise CannotInstall(f"{path}: {problem.strerror}") from None


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise CannotInstall(f"{path}: isn't UTF-8 (byte {problem.start}); nothing was changed") from None


def _encoded(text: str, before: bytes | None) -> bytes:
    mark = b"\xef\xbb\xbf" if before is not None and before.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode("utf-8")


def _broken(path: str, problem: edit.Broken) -> str:
    return f"{path}: {problem}; nothing was changed. Mend the file, then run this again"


# ---------------------------------------------------------------- changing


def apply(agent: str, change: Change) -> str:
    """Makes the change; where it is kept what was there before, "" if nothing has to be. Raises CannotInstall."""
    if change.nothing:
        return ""
    _check_writable(change.path)
    backup = _keep(agent, change)
    try:
        if change.after is None:
            os.unlink(change.path)
        else:
            _replace(change.path, change.after, change.mode)
    except OSError as problem:
        raise CannotInstall(f"{change.path}: {problem.strerror}; nothing was changed") from None
    return backup


def _check_writable(path: str) -> None:
    folder = os.path.dirname(path)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as problem:
            raise CannotInstall(f"{folder}: {problem.strerror}") from None
        return
    if not found.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise CannotInstall(f"{path} is read-only; nothing was changed. chmod u+w {path}, then run this again")


def _replace(path: str, content: bytes, mode: int) -> None:
    """Puts new content in the file's place, whole at every moment, with the old one's mode and owner."""
    temporary = f"{path}.guardsh-{os.getpid()}"
    try:
        found: os.stat_result | None = os.stat(path)
    except FileNotFoundError:
        found = None
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(descriptor, "wb") as file:
            if found is None:
                os.fchmod(descriptor, mode)
            else:
                os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
                if (found.st_uid, found.st_gid) != (os.getuid(), os.getgid()):
                    os.fchown(descriptor, found.st_uid, found.st_gid)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# ---------------------------------------------------------------- what was there before


class _Kept(Frozen):
    before: bytes | None
    after: bytes


def _keep(agent: str, change: Change) -> str:
    """Keeps what the file held before guardsh: what is kept already, if only guardsh has changed the file since."""
    name = _name(agent, change.path)
    if change.after is None or b"guardsh" not in change.after:
        return _forgotten(name)
    kept = _kept(agent, change.path)
    original = change.before
    if kept is not None and kept.after == change.before:
        original = kept.before
    elif change.before is not None and b"guardsh" in change.before:
        before = SETUPS[agent].removed(_decoded(change.before, change.path))
        original = None if before is None else _encoded(before, change.before)
    record = {"path": change.path, "before": _text(original), "after": _text(change.after)}
    try:
        places.replace_private(name, json.dumps(record, indent=1) + "\n")
    except OSError as problem:
        raise CannotInstall(f"{name}: {problem.strerror}; nothing was changed") from None
    return name


def _forgotten(name: str) -> str:
    try:
        os.unlink(name)
    except OSError:
        pass
    return ""


def _kept(agent: str, path: str) -> _Kept | None:
    try:
        record = json.loads(places.read_private(_name(agent, path), 64 << 20))
        before, after = record["before"], record["after"]
        if record["path"] != path or not isinstance(after, str) or not isinstance(before, (str, type(None))):
            return None
        return _Kept(None if before is None else _bytes(before), _bytes(after))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _name(agent: str, path: str) -> str:
    from hashlib import sha256

    try:
        folder = places.state_dir("agents")
    except OSError as problem:
        raise CannotInstall(f"the state directory can't be used: {problem}") from None
    return os.path.join(folder, f"{agent}-{sha256(os.fsencode(path)).hexdigest()[:16]}.json")


# ---------------------------------------------------------------- does it work?


def version_of(agent: str, environment: Mapping[str, str]) -> tuple[int, ...]:
    """The version of the agent's program on PATH, () if there is none or it doesn't say."""
    import shutil

    names = SETUPS[agent].PROGRAM.split()
    program = next(filter(None, (shutil.which(name, path=environment.get("PATH")) for name in names)), None)
    if program is None:
        return ()
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, env=dict(environment)
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(rb"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else ()


def problem_of(agent: str, argv: list[str], directory: str, environment: Mapping[str, str]) -> str:
    """Why a hook's command line doesn't guard; "" if it refuses the canary and lets harmless work pass."""
    setup = SETUPS[agent]
    for command, right, wrong in (
        (CANARY, setup.refused, "doesn't refuse the canary"),
        (HARMLESS, setup.passed, "stops a harmless command"),
    ):
        payload = json.dumps(setup.canary(directory, command)).encode()
        try:
            done = subprocess.run(argv, input=payload, capture_output=True, timeout=30, env=dict(environment), cwd="/")
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"can't be started ({getattr(problem, 'strerror', None) or 'it takes too long'})"
        if not right(done.returncode, done.stdout.decode("utf-8", "replace")):
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            return wrong + (f" ({said[-1]})" if said else "")
    return ""
