"""Judging past sessions: what would have been stopped. Nothing is run, asked or stored.

Each session is judged in its order with a memory of its own, against this machine as it is now: a file that the session
made then, and that is there still, counts as somebody else's unless the session's log says that it was made.
"""

from __future__ import annotations

import os

from guardsh import config
from guardsh.agents import hook
from guardsh.facts import session as memory
from guardsh.facts.session import Session
from guardsh.facts.world import World
from guardsh.frozen import Frozen
from guardsh.record import sessions
from guardsh.rules import store
from guardsh.verdict import PASS, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from guardsh.agents.hook import Call
    from guardsh.config import Settings
    from guardsh.rules.loading import Rules

NOTED = 20


class Judged(Frozen):
    """One past command with the verdict on it."""

    session: str
    call: Call
    verdict: Verdict

    @property
    def stopped(self) -> bool:
        """Would it have been stopped?"""
        return self.verdict.action != PASS

    @property
    def rule(self) -> str:
        """The rule that decided, "" for none."""
        return self.verdict.worst.rule if self.verdict.worst else ""


class Report:
    """The sums over all sessions."""

    def __init__(self) -> None:
        self.sessions: dict[str, int] = {}  # session -> stops
        self.commands = 0
        self.understood = 0
        self.noted = 0
        self.stopped = 0
        self.stops: list[Judged] = []
        self.unreadable: list[tuple[str, str]] = []  # file and reason

    def add(self, judged: Judged) -> None:
        """Counts one command."""
        self.sessions.setdefault(judged.session, 0)
        self.commands += 1
        self.understood += judged.verdict.understood or judged.verdict.syntax_error
        if judged.stopped:
            self.stopped += 1
            self.sessions[judged.session] += 1
            self.stops.append(judged)
        elif judged.verdict.score >= NOTED:
            self.noted += 1

    def by_rule(self) -> list[tuple[str, list[Judged]]]:
        """The stops of each rule, the rule with the most first."""
        found: dict[str, list[Judged]] = {}
        for stop in self.stops:
            found.setdefault(stop.rule, []).append(stop)
        return sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))


class Replay:
    """Judges what sessions did, each with its own memory."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._settings: dict[str, Settings] = {}
        self._rules: dict[tuple[str, ...], Rules] = {}
        self._sessions: dict[str, Session] = {}

    def judge(self, past: sessions.Past) -> Judged | None:
        """The verdict on one thing that a session did; None for what is only remembered, or can't hurt."""
        session = self._sessions.setdefault(past.session, Session())
        if past.made:
            session.remember_made(past.made)
        call = past.call
        if call is None:
            return None
        settings = self._settings_for(call.directory)
        rules = self._rules_for(settings.packs)
        home, user = self.environment.get("HOME", ""), self.environment.get("USER", "")
        world = World(call.directory, home, self.environment, user, session=session)
        verdict = hook.judged(call, world, rules, settings)
        if call.kind == hook.SHELL:
            memory.learn(session, call.text, verdict, world, rules, call.dialect)
        return Judged(past.session, call, verdict)

    def _settings_for(self, directory: str) -> Settings:
        found = self._settings.get(directory)
        if found is None:
            found = self._settings[directory] = config.load(directory, self.environment)
        return found

    def _rules_for(self, packs: tuple[str, ...]) -> Rules:
        found = self._rules.get(packs)
        if found is None:
            found = self._rules[packs] = store.in_force(packs)
        return found


def replay(
    paths: Iterable[str],
    environment: Mapping[str, str],
    directory: str,
    read_bytes: Callable[[int], None] = lambda count: None,
) -> Report:
    """The report on all sessions in these files and folders; `read_bytes` is told how far it has come."""
    report, judge = Report(), Replay(environment)
    for path in paths:
        for file in sessions.files_in(path):
            try:
                for judged in _judged(judge, sessions.read(file, directory)):
                    report.add(judged)
            except sessions.Unreadable as problem:
                if file == path or not file.endswith((".md", ".markdown")):
                    report.unreadable.append((file, str(problem)))
            read_bytes(size_of(file))
    return report


def _judged(judge: Replay, past: Iterable[sessions.Past]) -> Iterator[Judged]:
    for one in past:
        judged = judge.judge(one)
        if judged is not None:
            yield judged


def size_of(path: str) -> int:
    """The bytes of a file, 0 if it can't be looked at."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
