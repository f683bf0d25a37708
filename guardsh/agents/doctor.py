"""What is guarded here, proved by trying it, and what is open and how to close it."""

from __future__ import annotations

import os

from guardsh import config, places
from guardsh.agents import AGENTS, edit, install
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType
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
    yield from _approver()
    yield from _configuration(directory, environment)
    yield from _packs(directory, environment)
    yield from _log()


# ---------------------------------------------------------------- agents


def _agent(agent: str, directory: str, environment: Mapping[str, str]) -> Iterator[Check]:
    setup = install.SETUPS[agent]
    number = install.version_of(agent, environment)
    version = ".".join(map(str, number)) or "-"
    files = [path for path in setup.all_settings_files(directory, places.home(), environment) if os.path.exists(path)]
    if not number and not files:
        yield Check(agent, version, "", "not found", HINT)
        return
    hooks: list[tuple[str, str, dict[str, Any]]] = []
    for path in files:
        try:
            hooks += _hooks(setup, path)
            if setup.switched_off(_text(path)):
                fix = f'take "disableAllHooks" out of {path}'
                yield Check(agent, version, "hook", "switched off in the settings", OPEN, fix)
        except (edit.Broken, OSError, UnicodeDecodeError) as problem:
            yield Check(agent, version, "hook", f"{path}: {problem}", OPEN, "mend the file")
    yield from _tried(agent, setup, hooks, number, directory, environment)


def _hooks(setup: ModuleType, path: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, matcher, handler) for event, matcher, handler in setup.hooks(_text(path)) if event == "PreToolUse"]


def _text(path: str) -> str:
    with open(path, encoding="utf-8-sig") as file:
        return file.read()


def _tried(
    agent: str,
    setup: ModuleType,
    hooks: list[tuple[str, str, dict[str, Any]]],
    number: tuple[int, ...],
    directory: str,
    environment: Mapping[str, str],
) -> Iterator[Check]:
    version = ".".join(map(str, number)) or "-"
    again = f"guardsh install {agent}"
    if not hooks:
        yield Check(agent, version, "hook", "not installed", OPEN, again)
    for path, matcher, handler in hooks:
        if problem := install.problem_of(agent, setup.argv_of(handler), directory, environment):
            yield Check(agent, version, "hook", f"{problem}, in {path}", OPEN, again)
            continue
        yield Check(agent, version, "hook", "canary refused")
        for weakness in setup.weaknesses(handler, number):
            yield Check(agent, version, "hook", weakness, OPEN, f"update {setup.PROGRAM}, then {again}")
        if matcher != setup.BEFORE:
            yield Check(agent, version, "hook", "doesn't see every tool that it should", OPEN, again)


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
