"""What a pack may say, and what is said about one that says something else."""

from __future__ import annotations

import copy
import re
import sys
from typing import Any

import pytest

from guardsh.reading.model import KINDS
from guardsh.rules import schema
from guardsh.rules.schema import PackError, check_pack, nearest
from tests.support import TOP

README = (TOP / "rules" / "README.md").read_text(encoding="utf-8")

PACK: dict[str, Any] = {
    "pack": {"id": "acme", "title": "Acme", "raise": [{"when": "production", "by": 15}]},
    "program": [
        {
            "name": "acme",
            "values": ["-p"],
            "effects": [{"kind": "delete", "on": "operands", "recursive": ["-r"]}],
            "runs": [{"as": "shell", "on": "-c"}],
            "request": {"url": "first"},
            "context_files": [{"path": "acme.toml", "find": r"app = (\w+)"}],
            "sub": {"volume rm": {"reads": False, "effects": [{"kind": "data", "on": ["operands"]}]}},
        }
    ],
    "rule": [
        {
            "id": "acme.volume",
            "command": "acme volume rm",
            "count": [1, 3],
            "options": {"--mode": ["hard"]},
            "score": 75,
            "loses": "volume {operand}",
            "lower": [{"when": ["local", "test"], "by": 40, "why": "only here"}],
            "catches": ["acme volume rm v1", {"run": "acme volume rm v2", "given": ["git.dirty"]}],
            "spares": ["acme volume list"],
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The pack above with one value replaced: "rule.0.score"."""
    pack = copy.deepcopy(PACK)
    inner: Any = pack
    *outer, last = path.split(".")
    for part in outer:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return pack


def said(pack: dict[str, Any]) -> str:
    with pytest.raises(PackError) as caught:
        check_pack(pack, "acme.toml")
    return str(caught.value)


def test_a_good_pack_is_taken() -> None:
    check_pack(PACK, "acme.toml")
    check_pack({"pack": {"id": "empty"}}, "empty.toml")


WRONG = [
    ("rule.0.scroe", 4, "acme.toml: rule acme.volume: unknown key 'scroe'; did you mean \"score\"?"),
    ("rule.0.xyzzy", 4, "acme.toml: rule acme.volume: unknown key 'xyzzy'"),
    ("rules", [], "acme.toml: unknown key 'rules'; did you mean \"rule\"?"),
    ("pack.titel", "x", "acme.toml: [pack]: unknown key 'titel'; did you mean \"title\"?"),
    ("pack", None, "acme.toml: the table [pack] with an id is missing"),
    ("pack.id", "", "acme.toml: [pack] has no id"),
    ("pack.raise", [{"by": 3}], "acme.toml: [pack]: raise has no condition"),
    ("rule.0.score", 101, "acme.toml: rule acme.volume: score 101 isn't between 0 and 100"),
    ("rule.0.score", -1, "acme.toml: rule acme.volume: score -1 isn't between 0 and 100"),
    ("rule.0.score", True, "acme.toml: rule acme.volume: score must be a number"),
    ("rule.0.score", "75", "acme.toml: rule acme.volume: score must be a number"),
    ("rule.0.score", None, "acme.toml: rule acme.volume: score is missing"),
    ("rule.0.loses", None, "acme.toml: rule acme.volume: loses is missing"),
    ("rule.0.id", None, "acme.toml: rule 1: id is missing"),
    ("rule.0.command", None, "the rule would match nothing"),
    ("rule.0.flags", [1], "acme.toml: rule acme.volume: flags must be a list of texts"),
    ("rule.0.exposure", 1, "acme.toml: rule acme.volume: exposure must be true or false"),
    ("rule.0.when", ["productoin"], "rule acme.volume: unknown fact 'productoin'; did you mean \"production\"?"),
    ("rule.0.unless", "path.tmp", "rule acme.volume: unknown fact 'path.tmp'"),
    ("rule.0.effect", "delte", "rule acme.volume: unknown effect 'delte'; did you mean \"delete\"?"),
    ("rule.0.argument", "(", "rule acme.volume: argument: isn't a regular expression"),
    ("rule.0.count", [1, 2, 3], "rule acme.volume: count must be a number or a list [least, most]"),
    ("rule.0.count", ["1"], "rule acme.volume: count must be"),
    ("rule.0.options", {"-n": 1}, "rule acme.volume: options.-n must be a list of texts"),
    ("rule.0.variable", {"A": [1]}, "rule acme.volume: variable.A must be a list of texts"),
    ("rule.0.lower", [{"when": "local"}], "rule acme.volume: lower needs `by`"),
    ("rule.0.lower", [{"when": "local", "by": -5}], "rule acme.volume: lower needs `by`"),
    ("rule.0.lower", [{"when": "lokal", "by": 5}], "rule acme.volume: lower: unknown fact 'lokal'"),
    ("rule.0.lower", [{"wenn": "local", "by": 5}], "lower: unknown key 'wenn'; did you mean \"when\"?"),
    ("rule.0.raise", [{"options": {"-n": 1}, "by": 5}], "raise: options.-n must be a list of texts"),
    ("rule.0.raise", [{"why": "x", "by": 5}], "raise has no condition"),
    ("rule.0.catches", "acme volume rm v1", "rule acme.volume: catches must be a list"),
    ("rule.0.catches", [{"runs": "x"}], "catches: an example is a command or a table with `run`"),
    ("rule.0.spares", [{"run": "x", "giv": []}], "spares: unknown key 'giv'; did you mean \"given\"?"),
    ("rule.0.spares", [{"run": "x", "given": ["git.dirt"]}], "unknown fact 'git.dirt'; did you mean \"git.dirty\"?"),
    ("program.0.name", None, "acme.toml: program program 1: name is missing"),
    ("program.0.value", ["-p"], "acme.toml: program acme: unknown key 'value'; did you mean \"values\"?"),
    ("program.0.style", "wrod", "program acme: unknown style 'wrod'; did you mean \"word\"?"),
    ("program.0.output", "decode", "program acme: unknown output 'decode'; did you mean \"decoded\"?"),
    ("program.0.answer", "basname", "program acme: unknown answer 'basname'"),
    ("program.0.stops", True, "program acme: stops must be a number"),
    ("program.0.effects", [{"kind": "remove"}], "program acme: unknown effect 'remove'; did you mean \"move\"?"),
    ("program.0.effects", [{"kind": "delete", "recursive": 1}], "effects: recursive must be true or false or a list"),
    ("program.0.effects", [{"kind": "delete", "an": "first"}], "effects: unknown key 'an'"),
    ("program.0.runs", [{"on": "-c"}], "program acme: runs needs `as`"),
    ("program.0.runs", [{"as": "pyton", "on": "-c"}], "unknown `as` 'pyton'; did you mean \"python\"?"),
    ("program.0.request", {"urls": "first"}, "request: unknown key 'urls'; did you mean \"url\"?"),
    ("program.0.items", {"below": ["first"]}, "items: unknown key 'below'"),
    ("program.0.context_files", [{"find": "x"}], "context_files needs `path`"),
    ("program.0.context_files", [{"path": "x", "find": "("}], "context_files: find: isn't a regular expression"),
    ("program.0.sub", {"rm": 3}, "program acme: sub.rm must be a table"),
    ("program.0.sub", {"rm": {"sub": {}}}, "program acme rm: unknown key 'sub'"),
    ("program.0.sub", {"rm": {"style": "x"}}, "program acme rm: unknown style 'x'"),
]


@pytest.mark.parametrize(
    ("path", "value", "message"), WRONG, ids=[f"{path}={value!r}"[:60] for path, value, _ in WRONG]
)
def test_what_is_not_known_is_refused_by_name(path: str, value: Any, message: str) -> None:
    assert message in said(changed(path, value))


def test_an_id_is_used_once() -> None:
    pack = copy.deepcopy(PACK)
    pack["rule"].append(copy.deepcopy(pack["rule"][0]))
    assert said(pack) == "acme.toml: rule acme.volume: this id is used twice"


def test_a_text_stands_for_a_list_of_one() -> None:
    assert schema.as_list("x") == ["x"]
    assert schema.as_list(["x", "y"]) == ["x", "y"]


def test_the_nearest_spelling_is_named_only_if_it_is_near() -> None:
    assert nearest("flag", schema.RULE_KEYS) == '; did you mean "flags"?'
    assert nearest("qqqqq", schema.RULE_KEYS) == ""


def test_every_kind_and_fact_of_the_schema_is_answered() -> None:
    from guardsh.rules.conditions import _SINGLE

    single = {
        fact
        for fact in schema.FACTS
        if "." not in fact or fact.split(".")[0] in ("argument", "input", "place", "session", "tool")
    }
    assert single - {"production", "staging", "test", "backup", "remote"} == set(_SINGLE)
    assert "delete" in KINDS


# ---------------------------------------------------------------- the authors' guide says all of it


def tables() -> dict[str, list[str]]:
    """The keys in the first column of the guide's tables, by the heading above them."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in README.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        if line.startswith("| `"):
            found.setdefault(heading, []).extend(re.findall(r"`([^`]+)`", line.split("|")[1]))
    return found


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("Programs", schema.PROGRAM_KEYS),
        ("Effects", schema.EFFECT_KEYS),
        ("Runs", schema.RUNS_KEYS),
        ("Requests", schema.REQUEST_KEYS),
        ("Rules", schema.RULE_KEYS),
        ("Steps", schema.STEP_KEYS),
        ("Examples", schema.EXAMPLE_KEYS),
    ],
)
def test_the_guide_has_a_line_for_every_key(heading: str, keys: dict[str, str]) -> None:
    assert sorted(tables()[heading]) == sorted(keys)


def test_the_guide_names_every_fact_kind_style_and_output() -> None:
    facts = README[README.index("### Facts") : README.index("## Choosing a score")]
    assert set(re.findall(r"^\| `([^`]+)`", facts, re.M)) == schema.FACTS
    programs = README[README.index("## Programs") : README.index("## Rules")]
    for word in (*KINDS, *schema.STYLES, *schema.OUTPUTS):
        assert f"`{word}`" in programs, word


def test_the_guides_example_is_a_good_pack() -> None:
    if sys.version_info >= (3, 11):
        import tomllib as toml
    else:
        import tomli as toml
    example = README.split("```toml\n")[1].split("```")[0]
    check_pack(toml.loads(example), "README.md")
