"""What a pack may say: every key with its kind. A key nobody knows would be a rule nobody runs, so it is an error."""

from __future__ import annotations

from guardsh.reading.model import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Table = dict[str, Any]


class PackError(Exception):
    """A pack that can't be used: the message names file, rule or program, and the nearest valid spelling."""


TEXT, NUMBER, FLAG, TEXTS, TABLE, TABLES, ANY = (
    "text",
    "a number",
    "true or false",
    "a list of texts",
    "a table",
    "a list of tables",
    "anything",
)

PACK_KEYS = {"id": TEXT, "title": TEXT, "raise": TABLES, "lower": TABLES}
PROGRAM_KEYS = {
    "name": TEXTS,
    "values": TEXTS,
    "optional": TEXTS,
    "flags": TEXTS,
    "style": TEXT,
    "stops": NUMBER,
    "splits": TEXT,
    "starts": TEXTS,
    "assigns": FLAG,
    "reads": FLAG,
    "directory": TEXTS,
    "sub": TABLE,
    "same": TEXT,
    "effects": TABLES,
    "runs": TABLES,
    "request": TABLE,
    "output": TEXT,
    "saves": TEXTS,
    "credential": TEXTS,
    "data": FLAG,
    "host": TEXTS,
    "here": FLAG,
    "context": TEXTS,
    "context_files": TABLES,
    "items": TABLE,
    "remote": FLAG,
    "answer": TEXT,
    "chosen": TABLE,
}
EFFECT_KEYS = {
    "kind": TEXT,
    "on": TEXTS,
    "verb": TEXT,
    "when": TEXTS,
    "unless": TEXTS,
    "recursive": ANY,
    "default": TEXT,
}
RUNS_KEYS = {
    "as": TEXT,
    "on": TEXTS,
    "when": TEXTS,
    "unless": TEXTS,
    "place": TEXT,
    "items": TEXT,
    "until": TEXTS,
    "dialect": TEXT,
    "directory": TEXTS,
    "replace": TEXTS,
    "task": TEXT,
    "package": FLAG,
    "arguments": TEXTS,
    "zero": TEXTS,
    "each": FLAG,
    "from": TEXTS,
    "lines": TEXTS,
    "size": TEXTS,
    "separators": TABLE,
    "keys": TABLE,
}
REQUEST_KEYS = {
    key: TEXTS
    for key in (
        "url",
        "method",
        "body",
        "file",
        "header",
        "user",
        "get",
        "head",
        "form",
        "upload",
        "json",
        "config",
        "field",
        "raw",
        "post",
        "elsewhere",
    )
} | {"host": TEXT, "default": TEXT, "style": TEXT}
RULE_KEYS = {
    "id": TEXT,
    "command": TEXTS,
    "flags": TEXTS,
    "all": TEXTS,
    "not": TEXTS,
    "options": TABLE,
    "operands": TEXTS,
    "no_operands": TEXTS,
    "count": ANY,
    "argument": TEXT,
    "input": TEXT,
    "variable": TABLE,
    "effect": TEXTS,
    "verb": TEXTS,
    "target": TEXTS,
    "no_target": TEXTS,
    "host": TEXTS,
    "path": TEXTS,
    "operation": TEXTS,
    "field": TEXTS,
    "credential": TEXTS,
    "recursive": FLAG,
    "when": TEXTS,
    "unless": TEXTS,
    "score": NUMBER,
    "exposure": FLAG,
    "raise": TABLES,
    "lower": TABLES,
    "loses": TEXT,
    "instead": TEXT,
    "advice": TEXT,
    "phrase": TEXT,
    "lists": TEXT,
    "undo": TEXTS,
    "catches": ANY,
    "spares": ANY,
}
STEP_KEYS = {
    "when": TEXTS,
    "unless": TEXTS,
    "flags": TEXTS,
    "operands": TEXTS,
    "options": TABLE,
    "by": NUMBER,
    "why": TEXT,
}
EXAMPLE_KEYS = {"run": TEXT, "given": TEXTS, "files": TABLE, "env": TABLE, "in": TEXT}
STYLES = ("gnu", "word", "pairs", "bundle", "none")
OUTPUTS = ("downloaded", "decoded", "transformed", "generated", "token", "temporary", "secret", "file", "dump")

FACTS = frozenset(
    """
    path.root path.home path.home-part path.system path.device path.temporary path.project-root path.project
    path.above path.outside path.build path.git path.secret path.startup path.guard path.backup path.mount path.data
    path.unknown path.empty-prefix path.empty path.missing path.exists path.clean path.precious path.session
    path.directory path.many path.moved git.clean git.unchanged git.dirty git.untracked git.repository git.stash
    git.unpushed git.session branch.protected branch.mine branch.merged production staging test local remote backup
    credential.literal credential.file credential.foreign input.answered unattended superuser place.host
    place.container place.throwaway loop session.refused tool.file tool.mcp loss.saved recursive glob input.secret
    input.key input.file input.dump input.any argument.secret interpreter harmless-value local-file settings
    temporary-database
    """.split()
)


def check_pack(raw: Mapping[str, Any], file: str) -> None:
    """Raise PackError if the table of a pack file isn't what rules/README.md describes."""
    _keys(raw, {"pack": TABLE, "program": TABLES, "rule": TABLES}, file)
    if "pack" not in raw:
        raise PackError(f"{file}: the table [pack] with an id is missing")
    _keys(raw["pack"], PACK_KEYS, f"{file}: [pack]")
    if not raw["pack"].get("id"):
        raise PackError(f"{file}: [pack] has no id")
    _steps(raw["pack"], f"{file}: [pack]")
    for number, program in enumerate(raw.get("program", ()), 1):
        names = program.get("name", f"program {number}")
        _program(program, f"{file}: program {names if isinstance(names, str) else ', '.join(map(str, names))}")
    seen: set[str] = set()
    for number, rule in enumerate(raw.get("rule", ()), 1):
        where = f"{file}: rule {rule.get('id', number)}"
        _rule(rule, where)
        if rule["id"] in seen:
            raise PackError(f"{where}: this id is used twice")
        seen.add(rule["id"])


def _program(program: Mapping[str, Any], where: str) -> None:
    _keys(program, PROGRAM_KEYS, where)
    if not program.get("name"):
        raise PackError(f"{where}: name is missing")
    _description(program, where)


def _description(table: Mapping[str, Any], where: str) -> None:
    if table.get("style", "gnu") not in STYLES:
        raise PackError(f"{where}: unknown style {table['style']!r}{nearest(table['style'], STYLES)}")
    if table.get("output", "file") not in OUTPUTS:
        raise PackError(f"{where}: unknown output {table['output']!r}{nearest(table['output'], OUTPUTS)}")
    for effect in table.get("effects", ()):
        _keys(effect, EFFECT_KEYS, f"{where}: effects")
        if effect.get("kind") not in KINDS:
            raise PackError(f"{where}: unknown effect {effect.get('kind')!r}{nearest(effect.get('kind', ''), KINDS)}")
        if not _fits(effect.get("recursive", True), FLAG) and not _fits(effect["recursive"], TEXTS):
            raise PackError(f"{where}: effects: recursive must be {FLAG} or {TEXTS}")
    for run in table.get("runs", ()):
        _keys(run, RUNS_KEYS, f"{where}: runs")
        _runs(run, where)
    if "request" in table:
        _keys(table["request"], REQUEST_KEYS, f"{where}: request")
    if "items" in table:
        _keys(
            table["items"],
            {"under": TEXTS, "named": TEXTS, "or": TEXTS, "empty": TEXTS, "acts": TEXTS},
            f"{where}: items",
        )
    for name, globs in table.get("chosen", {}).items():
        if not _fits(globs, TEXTS):
            raise PackError(f"{where}: chosen.{name} must be {TEXTS}")
    for file in table.get("context_files", ()):
        _keys(file, {"path": TEXT, "find": TEXT}, f"{where}: context_files")
        if "path" not in file:
            raise PackError(f"{where}: context_files needs `path`")
        _regular_expression(file.get("find", ""), f"{where}: context_files: find", groups=1)
    if "answer" in table:
        from guardsh.reading.answers import WAYS

        if table["answer"] not in WAYS:
            raise PackError(f"{where}: unknown answer {table['answer']!r}{nearest(table['answer'], WAYS)}")
    for words, sub in table.get("sub", {}).items():
        if not isinstance(sub, dict):
            raise PackError(f"{where}: sub.{words} must be a table")
        _keys(sub, {k: v for k, v in PROGRAM_KEYS.items() if k not in ("name", "sub")}, f"{where} {words}")
        _description(sub, f"{where} {words}")


def _runs(run: Mapping[str, Any], where: str) -> None:
    from guardsh.languages import LANGUAGES

    if "as" not in run:
        raise PackError(f"{where}: runs needs `as`")
    kinds = ["command", "task", "shell", "bash", "sh", "zsh", "foreign", *LANGUAGES]
    if run["as"].removesuffix("-file").partition(":")[0] not in kinds:
        raise PackError(f"{where}: runs: unknown `as` {run['as']!r}{nearest(run['as'], kinds)}")


def _rule(rule: Mapping[str, Any], where: str) -> None:
    _keys(rule, RULE_KEYS, where)
    for key in ("id", "score", "loses"):
        if key not in rule:
            raise PackError(f"{where}: {key} is missing")
    if isinstance(rule["score"], bool) or not 0 <= rule["score"] <= 100:
        raise PackError(f"{where}: score {rule['score']} isn't between 0 and 100")
    if not rule.get("command") and not rule.get("effect") and not rule.get("variable"):
        raise PackError(f"{where}: command, effect or variable is missing; the rule would match nothing")
    for kind in as_list(rule.get("effect", ())):
        if kind not in KINDS:
            raise PackError(f"{where}: unknown effect {kind!r}{nearest(kind, KINDS)}")
    _count(rule.get("count", 0), where)
    for key in ("options", "variable"):
        for name, globs in rule.get(key, {}).items():
            if not _fits(globs, TEXTS):
                raise PackError(f"{where}: {key}.{name} must be {TEXTS}")
    _facts(rule, where)
    _steps(rule, where)
    _undo(rule, where)
    for key in ("argument", "input"):
        if key in rule:
            _regular_expression(rule[key], f"{where}: {key}")
    for key in ("catches", "spares"):
        if not isinstance(rule.get(key, []), list):
            raise PackError(f"{where}: {key} must be a list")
        for example in rule.get(key, ()):
            _example(example, f"{where}: {key}")


def _undo(rule: Mapping[str, Any], where: str) -> None:
    """What is saved must be known where a loss that is saved counts less."""
    from guardsh.undo.losses import KINDS as SAVED
    from guardsh.verdict import TAKING

    for kind in as_list(rule.get("undo", ())):
        if kind not in SAVED:
            raise PackError(f"{where}: undo: unknown {kind!r}{nearest(kind, SAVED)}")
    lowered = any("loss.saved" in as_list(step.get("when", ())) for step in rule.get("lower", ()))
    effects = set(as_list(rule.get("effect", ())))
    if lowered and not rule.get("undo") and not (effects and effects <= TAKING):
        raise PackError(f"{where}: lower by loss.saved needs `undo`, or an effect of {', '.join(sorted(TAKING))}")


def _count(count: object, where: str) -> None:
    numbers = count if isinstance(count, list) else [count]
    if not 1 <= len(numbers) <= 2 or not all(_fits(number, NUMBER) for number in numbers):
        raise PackError(f"{where}: count must be a number or a list [least, most]")


def _example(example: object, where: str) -> None:
    if isinstance(example, str):
        return
    if not isinstance(example, dict) or "run" not in example:
        raise PackError(f"{where}: an example is a command or a table with `run`")
    _keys(example, EXAMPLE_KEYS, where)
    for fact in as_list(example.get("given", ())):
        if fact not in FACTS:
            raise PackError(f"{where}: unknown fact {fact!r}{nearest(fact, FACTS)}")


def _regular_expression(text: str, where: str, groups: int = 100) -> None:
    import re

    try:
        if re.compile(text).groups > groups:
            raise PackError(f"{where}: more than {groups} group")
    except re.error as error:
        raise PackError(f"{where}: isn't a regular expression: {error}") from None


def _steps(table: Mapping[str, Any], where: str) -> None:
    for key in ("raise", "lower"):
        for step in table.get(key, ()):
            _keys(step, STEP_KEYS, f"{where}: {key}")
            if not isinstance(step.get("by"), int) or step["by"] < 0:
                raise PackError(f"{where}: {key} needs `by`, a number from 0 up")
            if not set(step) & {"when", "unless", "flags", "operands", "options"}:
                raise PackError(f"{where}: {key} has no condition")
            _facts(step, f"{where}: {key}")
            for name, globs in step.get("options", {}).items():
                if not _fits(globs, TEXTS):
                    raise PackError(f"{where}: {key}: options.{name} must be {TEXTS}")


def _facts(table: Mapping[str, Any], where: str) -> None:
    for key in ("when", "unless"):
        for fact in as_list(table.get(key, ())):
            if fact not in FACTS:
                raise PackError(f"{where}: unknown fact {fact!r}{nearest(fact, FACTS)}")


def _keys(table: Mapping[str, Any], known: Mapping[str, str], where: str) -> None:
    if not isinstance(table, dict):
        raise PackError(f"{where}: must be a table")
    for key, value in table.items():
        if key not in known:
            raise PackError(f"{where}: unknown key {key!r}{nearest(key, known)}")
        if not _fits(value, known[key]):
            raise PackError(f"{where}: {key} must be {known[key]}")


def _fits(value: object, kind: str) -> bool:
    if kind == TEXT:
        return isinstance(value, str)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == TEXTS:
        return isinstance(value, str) or isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == TABLE:
        return isinstance(value, dict)
    if kind == TABLES:
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return True


def as_list(value: Any) -> list[Any]:
    """A text alone stands for a list of one."""
    return [value] if isinstance(value, str) else list(value)


def nearest(word: str, known: Any) -> str:
    """`; did you mean "flags"?` or nothing."""
    import difflib

    close = difflib.get_close_matches(str(word), list(known), 1, 0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
