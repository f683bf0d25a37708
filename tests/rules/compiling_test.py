"""From tables as written to the records of the index."""

from __future__ import annotations

import marshal

from guardsh.rules.compiling import compile_packs, compile_rule, describe
from guardsh.rules.loading import compile_files, pack_files

from .packs import rules_of

PACK = {"id": "t", "raise": [{"when": "production", "by": 15}]}
RULE = {"id": "t.x", "command": "t|u a b", "flags": "-f", "score": 50, "loses": "x", "catches": ["t"], "spares": ["u"]}


def test_texts_become_lists_and_examples_stay_behind() -> None:
    made = compile_rule({**RULE, "options": {"-n": "1"}, "lower": [{"flags": "-q", "by": 3}]}, PACK)
    assert made["command"] == [["t|u", "a", "b"]]
    assert made["flags"] == ["-f"]
    assert made["options"] == {"-n": ["1"]}
    assert made["raise"] == [{"by": 15, "why": "", "when": ["production"]}]
    assert made["lower"] == [{"by": 3, "why": "", "flags": ["-q"]}]
    assert made["pack"] == "t"
    assert "catches" not in made
    assert "spares" not in made


def test_rules_are_found_by_program_effect_or_variable() -> None:
    def keys(**changes: object) -> list[str]:
        rule = {key: value for key, value in {**RULE, **changes}.items() if value is not None}
        return sorted(compile_packs([{"pack": PACK, "rule": [rule]}]))

    assert keys() == ["rule t", "rule u"]
    assert keys(command=["t a", "t b", "v"]) == ["rule t", "rule v"]
    assert keys(command="* delete") == ["rule *"]
    assert keys(command=None, effect=["delete", "move"]) == ["effect delete", "effect move"]
    assert keys(effect="delete") == ["rule t", "rule u"]
    assert keys(command=None, variable={"PAGER": "*", "EDITOR": "*"}) == ["variable PAGER", "variable EDITOR"][::-1]


def test_descriptions_of_one_program_are_joined() -> None:
    rules = rules_of(
        '[pack]\nid = "a"\n[[program]]\nname = ["t", "u"]\nvalues = ["-n"]\nstyle = "word"\n'
        '[program.sub."x"]\nstops = 0',
        '[pack]\nid = "b"\n[[program]]\nname = "t"\nvalues = ["-n", "-m"]\nstyle = "gnu"\nreads = true\n'
        '[program.sub."x"]\nvalues = ["-k"]\n[program.sub."y"]\nreads = true',
    )
    joined = rules.program("t")
    assert joined is not None
    assert joined["values"] == ["-n", "-m"]
    assert joined["style"] == "word"
    assert joined["reads"] is True
    assert joined["sub"]["x"] == {"stops": 0, "values": ["-k"]}
    assert set(joined["sub"]) == {"x", "y"}
    alone = rules.program("u")
    assert alone is not None
    assert alone["values"] == ["-n"]
    assert set(alone["sub"]) == {"x"}
    assert "values" not in alone["sub"]["x"]


def test_another_spelling_of_a_program_has_its_description_and_rules() -> None:
    rules = rules_of(
        '[pack]\nid = "a"\n[[program]]\nname = "t"\nvalues = ["-n"]\n[program.sub."x"]\nstops = 0\n'
        '[[program]]\nname = "tt"\n'
        'same = "t"\nflags = ["-z"]\n[[rule]]\nid = "a.x"\ncommand = "t x"\nscore = 50\nloses = "x"\n'
        '[[rule]]\nid = "a.y"\ncommand = "tt y"\nscore = 50\nloses = "x"'
    )
    about = rules.program("tt")
    assert about is not None
    assert (about["values"], about["flags"], about["sub"]) == (["-n"], ["-z"], {"x": {"stops": 0}})
    assert [rule["id"] for rule in rules.of_program("tt")] == ["a.y", "a.x"]
    assert [rule["id"] for rule in rules.of_program("t")] == ["a.x"]
    assert rules.program("nobody") is None


def test_descriptions_have_lists() -> None:
    made = describe(
        {
            "directory": "-C",
            "effects": [{"kind": "delete", "on": "first", "verb": "v"}],
            "request": {"url": "first", "host": "a.example"},
            "items": {"under": "first"},
        }
    )
    assert made["directory"] == ["-C"]
    assert made["effects"] == [{"kind": "delete", "on": ["first"], "verb": "v"}]
    assert made["request"] == {"url": ["first"], "host": "a.example"}
    assert made["items"] == {"under": ["first"]}


def test_all_records_can_be_stored() -> None:
    rules = compile_files(pack_files())
    for key in rules.keys():  # noqa: SIM118 - a method of Rules
        assert marshal.loads(marshal.dumps(rules.records(key))) == rules.records(key)
