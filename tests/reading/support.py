"""Tiny builders for the tests of the reading: a text in an example world, what would run, what the verdict is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge
from guardsh.reading.reader import Reading, read
from guardsh.rules.loading import Rules, load
from guardsh.syntax import parse
from guardsh.verdict import Verdict


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The packs that come with guardsh."""
    found = load()
    assert not found.problems, found.problems
    return found


def world(files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None) -> ExampleWorld:
    return ExampleWorld(files=files or {}, env=env or {})


def judged(
    text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, dialect: str = "bash"
) -> Verdict:
    """The verdict in the example world; no real file is touched."""
    return judge(text, world(files, env), rules(), Settings(), dialect)


def reading(
    text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, *arguments: str
) -> Reading:
    return read(parse(text), text, world(files, env), rules(), "bash", arguments)


def ran(text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, *arguments: str) -> list[str]:
    """The commands that a text runs, each as its words joined by blanks, unknown parts as …"""
    found = reading(text, files, env, *arguments)
    return [" ".join(word.shown for word in each.command.words) for each in found.commands if each.command.words]


def rules_found(verdict: Verdict) -> list[tuple[str, int]]:
    return [(finding.rule, finding.score) for finding in verdict.findings]


def expanded(text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, *arguments: str) -> list[list[str]]:
    """The arguments of each reading of the program `p` in a text, unknown parts as …"""
    found = reading(text, files, env, *arguments)
    return [[word.shown for word in each.command.words[1:]] for each in found.commands if each.command.name == "p"]


def effects(text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Kind, verb and target of each effect of a text."""
    found = reading(text, files, env)
    return [(each.kind, each.verb, each.target.shown if each.target is not None else "") for each in found.effects]
