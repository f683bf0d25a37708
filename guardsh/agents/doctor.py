"""What is guarded here, proved by trying it, and what is open and how to close it."""

from __future__ import annotations

import os

from guardsh import config, places
from guardsh.agents import AGENTS, SHELL_ONLY, edit, install, shells
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

OK, OPEN, HINT = "ok", "open", "hint"


class Check(Frozen):
    """One thing that was looked at."""

    what: str  # the agent, or a part of guardsh
    version: str
    part: str
    found: str
    state: str = OK  # OK, OPEN, or HINT: nothing is wrong, but something may be better
    fix: str = ""  # what to do about it


def checks(directory: str, environment: Mapping[str, str]) -> Iterator[Check]:
    """Every check, for a session that starts in this directory."""
    for agent in AGENTS:
        yield from _agent(agent, directory, environment)
    for agent in SHELL_ONLY:
        yield from _without_hooks(agent, environment)
    yield from _start_up_file(environment)
    yield from _approver()
    yield from _configuration(directory, environment)
    yield from _packs(directory, environment)
    yield from _log()


# ---------------------------------------------------------------- agents


def _agent(agent: str, directory: str, environment: Mapping[str, str]) -> Iterator[Check]:
    setup, home = install.SETUPS[agent], places.home()
    number = install.version_of(agent, environment)
    version = ".".join(map(str, number)) or "-"
    files = [path for path in setup.all_settings_files(directory, home, environment) if os.path.exists(path)]
    traces = [one for one in setup.TRACES if os.path.isdir(os.path.join(home, one))]
    if not number and not files and not traces:
        yield Check(agent, version, "", "not found", HINT)
        return
    hooks: list[_Hook] = []
    for path in files:
        try:
            hooks += [_Hook(path, *found) for found in setup.hooks(_text(path))]
            if setup.switched_off(_text(path)):
                yield Check(agent, version, "hook", "switched off in the settings", OPEN, f"switch hooks on in {path}")
        except (edit.Broken, OSError, UnicodeDecodeError) as problem:
            yield Check(agent, version, "hook", f"{path}: {problem}", OPEN, "mend the file")
    if not hooks:
        state = OPEN if number or files else HINT
        yield Check(agent, version, "hook", "not installed", state, f"guardsh install {agent}")
    else:
        yield from _tried(agent, hooks, number, directory, environment)
        for note in setup.notes(home, directory, environment):
            yield Check(agent, version, "hook", note.text, OPEN if note.open else HINT, note.fix)
    yield from _shell(agent, version, bool(hooks), environment)


class _Hook(Frozen):
    """One of guardsh's hooks in an agent's settings."""

    path: str
    event: str
    matcher: str
    handler: dict[str, Any]


def _text(path: str) -> str:
    with open(path, encoding="utf-8-sig") as file:
        return file.read()


def _tried(
    agent: str, hooks: list[_Hook], number: tuple[int, ...], directory: str, environment: Mapping[str, str]
) -> Iterator[Check]:
    setup = install.SETUPS[agent]
    version = ".".join(map(str, number)) or "-"
    again = f"guardsh install {agent}"
    guarding = [one for one in hooks if setup.guards_commands(one.event)]
    if not guarding:
        yield Check(agent, version, "hook", "doesn't see commands", OPEN, again)
    for one in guarding:
        if problem := install.problem_of(agent, setup.argv_of(one.handler), directory, environment):
            yield Check(agent, version, "hook", f"{problem}, in {one.path}", OPEN, again)
            continue
        yield Check(agent, version, "hook", "canary refused")
        for weakness in setup.weaknesses(one.handler, number):
            yield Check(agent, version, "hook", weakness, OPEN, f"update {setup.PROGRAM.split()[0]}, then {again}")
    for gap in setup.gaps((one.event, one.matcher) for one in hooks):
        yield Check(agent, version, "hook", gap, OPEN, again)


# ---------------------------------------------------------------- shells


def _shell(agent: str, version: str, hooked: bool, environment: Mapping[str, str]) -> Iterator[Check]:
    """The shell that the agent would use; with a hook that works, one without a guard is a hint only."""
    used = shells.used_by(agent, places.home(), environment)
    if not used.program:
        yield Check(agent, version, "shell", "not known which", HINT)
    elif shells.refuses(used, environment):
        yield Check(agent, version, "shell", f"{used.program}: canary refused")
    else:
        yield Check(agent, version, "shell", f"{used.program}, not guarded", HINT if hooked else OPEN, used.fix)


def _without_hooks(agent: str, environment: Mapping[str, str]) -> Iterator[Check]:
    import shutil

    if any(shutil.which(name, path=environment.get("PATH")) for name in shells.PROGRAMS[agent].split()):
        yield Check(agent, "-", "hook", "this agent has none", HINT, f"guardsh install {agent} says what to do")
        yield from _shell(agent, "-", False, environment)
    else:
        yield Check(agent, "-", "", "not found", HINT)


def _start_up_file(environment: Mapping[str, str]) -> Iterator[Check]:
    """Does BASH_ENV put guardsh into the bash that make, npm and scripts start?"""
    bash = shells.Used("/bin/bash", "")
    if not environment.get("BASH_ENV"):
        yield Check("bash", "-", "BASH_ENV", "not set: bash that make or npm start isn't judged", HINT)
    elif shells.refuses(bash, environment):
        yield Check("bash", "-", "BASH_ENV", "canary refused")
    else:
        yield Check("bash", "-", "BASH_ENV", f"{environment['BASH_ENV']}, not guarded", HINT)


# ---------------------------------------------------------------- guardsh itself


def _approver() -> Iterator[Check]:
    from guardsh.confirm import passphrase

    if passphrase.is_set():
        yield Check("approver", "-", "passphrase", "set")
    else:
        fix = "guardsh setup, in a terminal of yours"
        yield Check("approver", "-", "passphrase", "not set: nobody can say yes to a request", HINT, fix)


def _configuration(directory: str, environment: Mapping[str, str]) -> Iterator[Check]:
    from guardsh.config_file import OBSERVE

    settings = config.load(directory, environment)
    for problem in settings.problems:
        yield Check("config", "-", "", problem, OPEN, "mend the file")
    if settings.mode == OBSERVE:
        yield Check("config", "-", "mode", "observe: nothing is stopped", OPEN, 'mode = "enforce"')
    elif not settings.problems:
        yield Check("config", "-", "mode", f"{settings.mode}, profile {settings.profile}")


def _packs(directory: str, environment: Mapping[str, str]) -> Iterator[Check]:
    from guardsh.rules import loading, store

    settings = config.load(directory, environment)
    rules = store.in_force(settings.packs)
    for problem in rules.problems:
        yield Check("packs", "-", "", problem.message, OPEN, "guardsh rules test FILE")
    files = loading.pack_files(list(settings.packs))
    count = sum(len(loading.read_pack(file).get("rule", ())) for file in files)
    if not rules.problems:
        yield Check("packs", "-", "", f"{len(files)} packs, {count:,} rules, 0 problems")


def _log() -> Iterator[Check]:
    from guardsh.record import log

    try:
        report = log.verify()
        folder = places.state_dir("log")
    except OSError as problem:
        yield Check("log", "-", "", f"can't be read: {problem}", OPEN, "mend what it says")
        return
    if not os.access(folder, os.W_OK):
        yield Check("log", "-", "", f"{folder} can't be written", OPEN, f"chmod u+w {folder}")
    elif report.problems:
        yield Check("log", "-", "", report.problems[0], OPEN, "guardsh log verify shows all")
    else:
        yield Check("log", "-", "", f"{report.entries:,} entries, the chain is whole")
