"""Real commands: read whole, seldom stopped; what is stopped, and where we think otherwise, is written down.

The lists in tests/data say what was decided, and why. Judged in worlds that are the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import pytest

from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge
from guardsh.rules.loading import Rules, compile_files, pack_files
from guardsh.syntax import bash_verdict
from guardsh.verdict import PASS, Verdict

from .support import TOP, corpus
from .support_worlds import MISSING, OWN, TRACKED, StateWorld, starts_in

DATA = TOP / "tests" / "data"
AGENTS, LABELLED, TLDR = "agent-commands.jsonl", "labelled-dev.jsonl", "tldr-commands.jsonl"


@lru_cache(maxsize=1)
def rules() -> Rules:
    made = compile_files(pack_files())
    assert made.said == ()
    return made


def of_agent(record: dict[str, str], state: str = MISSING) -> Verdict:
    return judge(record["command"], StateWorld(state, starts_in(record)), rules(), Settings())


def written(name: str) -> Iterator[dict[str, str]]:
    """The lines of a list of decisions, by the names in its first line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    names = lines[0].split("\t")
    for line in lines[1:]:
        fields = line.split("\t")
        assert len(fields) == len(names), line
        assert all(field.strip() for field in fields), line
        yield dict(zip(names, fields))


def by_id(name: str) -> dict[str, dict[str, str]]:
    found = {line["id"]: line for line in written(name)}
    assert len(found) == len(list(written(name))), f"{name}: an id stands twice"
    return found


def shown(record: dict[str, str]) -> str:
    return record["command"][:120].replace("\n", " ⏎ ")


# ---------------------------------------------------------------- agents' commands


@pytest.fixture(scope="module")
def agents() -> list[tuple[dict[str, str], Verdict]]:
    return [(record, of_agent(record)) for record in corpus(AGENTS)]


def test_what_bash_accepts_is_read_whole(agents: list[tuple[dict[str, str], Verdict]]) -> None:
    unread = [record for record, verdict in agents if not verdict.understood and bash_verdict(record["command"]).valid]
    assert len(unread) <= len(agents) // 1000, [shown(record) for record in unread]


def test_one_command_in_two_hundred_is_stopped_at_most(agents: list[tuple[dict[str, str], Verdict]]) -> None:
    stops = [record for record, verdict in agents if verdict.action != PASS]
    assert len(stops) <= len(agents) // 200, [shown(record) for record in stops]


def test_every_stop_is_one_that_was_decided(agents: list[tuple[dict[str, str], Verdict]]) -> None:
    decided = by_id("agent-stops.tsv")
    stops = {record["id"]: (record, verdict) for record, verdict in agents if verdict.action != PASS}
    new = [
        f"{id}\t{verdict.findings[0].rule}\t{shown(record)}"
        for id, (record, verdict) in stops.items()
        if id not in decided
    ]
    assert new == [], "stops that nobody has decided on"
    assert sorted(set(decided) - set(stops)) == [], "listed as stops, but they pass"
    for id, (_, verdict) in stops.items():
        assert verdict.findings[0].rule == decided[id]["rule"], id


@pytest.mark.parametrize("state", [TRACKED, OWN])
def test_seldom_stopped_too_where_everything_is_there(state: str) -> None:
    rate = Counter(of_agent(record, state).action != PASS for record in corpus(AGENTS))
    assert rate[True] <= (rate[True] + rate[False]) // 200


# ---------------------------------------------------------------- what others want stopped


def test_every_disagreement_with_other_guards_is_decided() -> None:
    decided = by_id("labelled-decisions.tsv")
    differing: dict[str, str] = {}
    for record in corpus(LABELLED):
        verdict = judge(record["command"], ExampleWorld(), rules(), Settings())
        ours = "pass" if verdict.action == PASS else "stop"
        if ours != record["expect"]:
            differing[record["id"]] = f"{ours}\t{record['expect']}\t{shown(record)}"
    assert [f"{id}\t{what}" for id, what in differing.items() if id not in decided] == []
    assert sorted(set(decided) - set(differing)) == [], "decided, but there is no disagreement any more"
    for id, what in differing.items():
        assert what.split("\t")[:2] == [decided[id]["ours"], decided[id]["theirs"]]


# ---------------------------------------------------------------- ordinary work


def test_ordinary_work_passes() -> None:
    stopped = {}
    for line in (DATA / "everyday.txt").read_text(encoding="utf-8").splitlines():
        verdict = judge(line, ExampleWorld(), rules(), Settings())
        if verdict.action != PASS:
            stopped[line] = verdict.findings[0].rule
    assert stopped == {}


# ---------------------------------------------------------------- every program's documented uses


def test_what_is_stopped_of_the_documented_uses_is_as_decided() -> None:
    decided = {line["rule"]: set(line["numbers"].split()) for line in written("tldr-golden.tsv")}
    found: dict[str, set[str]] = {}
    texts: dict[str, str] = {}
    for record in corpus(TLDR):
        verdict = judge(record["command"], ExampleWorld(), rules(), Settings())
        if verdict.action != PASS:
            number = record["id"].partition(":")[2]
            found.setdefault(verdict.findings[0].rule, set()).add(number)
            texts[number] = shown(record)
    drift = [
        f"{'+' if number in found.get(rule, ()) else '-'} {rule} {number} {texts.get(number, '')}"
        for rule in sorted(set(decided) | set(found))
        for number in sorted(decided.get(rule, set()) ^ found.get(rule, set()), key=int)
    ]
    assert drift == [], "see each; if it is right, python -m tests.write_golden keeps it"
