"""From the tables of a pack, as written, to the records that the matcher uses.

Compiled records are plain dictionaries of plain values, so that the index can keep them with `marshal` and a command
loads only those of its own program.
"""

from __future__ import annotations

from guardsh.rules.schema import as_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Table = dict[str, Any]
    Index = dict[str, list[Table]]

LISTS = (
    "flags", "all", "not", "operands", "no_operands", "effect", "verb", "target", "no_target", "host", "path",
    "operation", "field", "credential", "when", "unless", "undo",
)  # fmt: skip
DESCRIPTION_LISTS = ("values", "optional", "flags", "directory", "saves", "credential", "host", "context", "starts")

PROGRAM, RULE, EFFECT = "program ", "rule ", "effect "  # prefixes of the index's keys
VARIABLE = "variable "
UNDESCRIBED = RULE + "*"


def compile_packs(packs: Iterable[Table]) -> Index:
    """One index of all packs: programs by name, rules by program name, effect kind or variable."""
    index: Index = {}
    for pack in packs:
        for program in pack.get("program", ()):
            for name in as_list(program["name"]):
                _add_program(index, name, _program(program, name, pack["pack"]["id"]))
        for rule in pack.get("rule", ()):
            compiled = compile_rule(rule, pack["pack"])
            for key in _keys(compiled):
                index.setdefault(key, []).append(compiled)
    return index


def compile_rule(rule: Table, pack: Table) -> Table:
    """The rule as the matcher wants it: lists are lists, command words are split, the pack's steps are its own too."""
    compiled: Table = dict(rule)
    for key in LISTS:
        if key in rule:
            compiled[key] = as_list(rule[key])
    for key in ("options", "variable"):
        if key in rule:
            compiled[key] = {name: as_list(globs) for name, globs in rule[key].items()}
    compiled["command"] = [words.split() for words in as_list(rule.get("command", ()))]
    for key in ("raise", "lower"):
        steps = [*rule.get(key, ()), *pack.get(key, ())]
        compiled[key] = [_step(step) for step in steps]
    compiled["pack"] = pack["id"]
    for key in ("catches", "spares"):
        compiled.pop(key, None)
    return compiled


def _step(step: Table) -> Table:
    made: Table = {"by": step["by"], "why": step.get("why", "")}
    for key in ("when", "unless", "flags", "operands"):
        if key in step:
            made[key] = as_list(step[key])
    if "options" in step:
        made["options"] = {name: as_list(globs) for name, globs in step["options"].items()}
    return made


def _program(program: Table, name: str, pack: str) -> Table:
    made = describe(program)
    made["name"] = name
    made["pack"] = pack
    made["sub"] = {words: describe(sub) for words, sub in program.get("sub", {}).items()}
    return made


def describe(table: Mapping[str, Any]) -> Table:
    """A description with its lists as lists; keys that aren't there stay away."""
    made: Table = {key: value for key, value in table.items() if key not in ("name", "sub")}
    for key in DESCRIPTION_LISTS:
        if key in table:
            made[key] = as_list(table[key])
    for key in ("effects", "runs"):
        if key in table:
            made[key] = [
                {
                    k: as_list(v)
                    if k
                    in (
                        "on",
                        "when",
                        "unless",
                        "until",
                        "directory",
                        "replace",
                        "arguments",
                        "zero",
                        "from",
                        "lines",
                        "size",
                    )
                    else v
                    for k, v in entry.items()
                }
                for entry in table[key]
            ]
    if "items" in table:
        made["items"] = {key: as_list(value) for key, value in table["items"].items()}
    if "request" in table:
        made["request"] = {
            k: v if k in ("host", "default", "style") else as_list(v) for k, v in table["request"].items()
        }
    return made


def _add_program(index: Index, name: str, program: Table) -> None:
    """A program described in two packs keeps the first's reading of options and gains the other's knowledge."""
    known = index.setdefault(PROGRAM + name, [])
    if not known:
        known.append(program)
        return
    first = known[0] = dict(known[0])
    merge(first, program)
    for words, sub in program["sub"].items():
        first["sub"] = {**first["sub"], words: merged(first["sub"].get(words, {}), sub)}


def merged(first: Table, second: Table) -> Table:
    """Both descriptions in one."""
    both = dict(first)
    merge(both, second)
    return both


def merge(into: Table, other: Table) -> None:
    """Add what `other` says to `into`: lists are joined, single values kept."""
    for key, value in other.items():
        if key in ("name", "sub", "pack"):
            continue
        if key not in into:
            into[key] = value
        elif isinstance(value, list):
            into[key] = into[key] + [item for item in value if item not in into[key]]


def _keys(rule: Table) -> list[str]:
    names: list[str] = []
    for words in rule["command"]:
        for name in words[0].split("|"):
            key = UNDESCRIBED if "*" in name else RULE + name
            if key not in names:
                names.append(key)
    if names:
        return names
    if "effect" in rule:
        return [EFFECT + kind for kind in rule["effect"]]
    return [VARIABLE + name for name in rule.get("variable", {})]
