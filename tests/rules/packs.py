"""Packs written for a test, and what they make of a command."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from guardsh.facts.world import ExampleWorld, World
from guardsh.reading.invocation import Invocation
from guardsh.reading.reader import Reading, read
from guardsh.rules import matching
from guardsh.rules.compiling import compile_packs
from guardsh.rules.conditions import Situation
from guardsh.rules.loading import Rules
from guardsh.rules.schema import check_pack
from guardsh.syntax import parse
from guardsh.verdict import Finding

if sys.version_info >= (3, 11):
    import tomllib as toml
else:
    import tomli as toml


def rules_of(*texts: str) -> Rules:
    """The rules of packs given as TOML."""
    packs: list[dict[str, Any]] = [toml.loads(text) for text in texts]
    for pack in packs:
        check_pack(pack, "pack.toml")
    return Rules(compile_packs(packs))


def world_of(given: Iterable[str] = (), **more: Any) -> ExampleWorld:
    """The examples' world with these facts."""
    return ExampleWorld(given=frozenset(given), **more)


def reading_of(text: str, rules: Rules, world: World | None = None) -> Reading:
    """What a text would run."""
    return read(parse(text, "bash"), text, world or ExampleWorld(), rules)


def invocation_of(text: str, program: str = "") -> Invocation:
    """The first command of a text; `program` is a [[program]] table without its head."""
    pack = '[pack]\nid = "p"\n' + (f"[[program]]\n{program}\n" if program else "")
    return reading_of(text, rules_of(pack)).commands[0]


def findings(text: str, rules: Rules, world: World | None = None) -> list[Finding]:
    """What the rules find in a text, in the order of its commands."""
    world = world or ExampleWorld()
    return [one.finding for one in matching.findings(reading_of(text, rules, world), world, rules)]


def scores(text: str, rules: Rules, given: Iterable[str] = (), **more: Any) -> dict[str, int]:
    """The score of each rule that matches."""
    return {finding.rule: finding.score for finding in findings(text, rules, world_of(given, **more))}


def situation(text: str, rules: Rules, world: World | None = None, effect: str = "") -> Situation:
    """The last command of a text in its surroundings; with `effect`, its last effect of that kind."""
    world = world or ExampleWorld()
    reading = reading_of(text, rules, world)
    if not effect:
        return Situation(world, reading, reading.commands[-1])
    found = [one for one in reading.effects if one.kind == effect][-1]
    return Situation(world, reading, reading.commands[found.index], found, rules)
