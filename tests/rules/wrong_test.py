"""From the log to an example."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.rules.loading import Rules, compile_files, pack_files
from guardsh.rules.schema import check_pack
from guardsh.rules.wrong import Unusable, entry, example, quoted

from .packs import toml

STOP = {"action": "confirm", "rules": ["git.push-force"], "text": "git push -f", "request": "r1", "hash": "aaaabbbb1"}
LATER = {**STOP, "request": "r2", "hash": "aaaacccc2", "text": "git push -f x"}
PASSED = {
    "action": "pass",
    "rules": [],
    "text": "acme rm /home/ana/shop/x",
    "directory": "/home/ana/shop",
    "hash": "ccc1112",
}
LOG: list[dict[str, Any]] = [STOP, LATER, PASSED]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return compile_files(pack_files())


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("r1", STOP), ("r2", LATER), ("last", LATER), ("aaaabb", STOP), ("aaaacccc2", LATER), ("ccc111", PASSED)],
)
def test_an_entry_by_its_name(name: str, wanted: dict[str, Any]) -> None:
    assert entry(name, LOG) is wanted


@pytest.mark.parametrize("name", ["r3", "", "aaa", "ffffffff"])
def test_no_such_entry(name: str) -> None:
    with pytest.raises(Unusable, match="no entry"):
        entry(name, LOG)


def test_several_entries_and_cut_ones_are_said() -> None:
    with pytest.raises(Unusable, match="several"):
        entry("aaaaaa", [{**STOP, "hash": "aaaaaa1"}, {**STOP, "hash": "aaaaaa2"}])
    with pytest.raises(Unusable, match="the beginning only"):
        entry("r1", [{**STOP, "sha256": "x", "length": 9000}])


def test_a_stop_becomes_a_near_miss(rules: Rules) -> None:
    made = example({**STOP, "text": "git push -f https://ana:hunter2secret@git.example/x main"}, rules)
    assert (made.rule, made.kind, made.stopped) == ("git.push-force", "spares", True)
    assert "hunter2secret" not in made.line
    assert made.line.startswith('spares = ["git push -f https://')


def test_a_stop_that_a_state_decided(rules: Rules) -> None:
    assert not example({**STOP, "rules": ["git.reset-hard"], "text": "git reset --hard"}, rules).stopped


def test_a_pass_becomes_a_catch_without_the_names_of_places(rules: Rules) -> None:
    made = example({**PASSED, "text": "acme rm /home/ana/shop/x /home/ana/y"}, rules, "/home/ana")
    assert made.line == 'catches = ["acme rm /home/u/project/x /home/u/y"]'
    assert made.rule == ""


@pytest.mark.parametrize("text", ['say "x"', "a\nb\tc", "back\\slash", "é 漢 \U0001f600", "\x01\x7f", ""])
def test_a_line_is_toml(text: str) -> None:
    assert toml.loads(f"spares = [{quoted(text)}]")["spares"] == [text]
    rule = f'id = "t.x"\ncommand = "t"\nscore = 50\nloses = "x"\nspares = [{quoted(text)}]'
    check_pack(toml.loads(f'[pack]\nid = "t"\n[[rule]]\n{rule}'), "t.toml")
