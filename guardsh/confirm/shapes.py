"""The shape of an act: what another act must share with it to count as its like.

The same rules, program, subcommand, options, facts, directory, surroundings and kinds of targets. Files of one
directory with the same ending are of one kind; every other operand (a branch, a table, a URL) is like itself alone.
What isn't known completely has no shape, and so nothing is like it.
"""

from __future__ import annotations

import os
import stat

from guardsh.frozen import Frozen
from guardsh.reading.model import HERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.config import Settings
    from guardsh.facts.world import World
    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Effect, Value
    from guardsh.rules.loading import Rules
    from guardsh.rules.matching import Found
    from guardsh.verdict import Verdict

MOST_PARTS = 6  # acts in one text
MOST_FINDINGS = 20  # a verdict holds no more, so that there may be others
_ON_FILES = frozenset(("delete", "overwrite", "truncate", "edit", "append", "create", "move", "permissions", "read"))


class Shape(Frozen):
    """What likeness is told by, and in words for a person."""

    key: str  # SHA-256 in hex
    words: str


class _Unknown(Exception):
    """A part of the act isn't known."""


def shape(
    verdict: Verdict,
    world: World,
    rules: Rules,
    settings: Settings,
    values: Callable[[str, str], str],
    dialect: str = "bash",
    arguments: Sequence[str] = (),
) -> Shape | None:
    """The shape of a verdict's act; None if it has none. Raises nothing.

    `values` tells what a binding (kind, name) of the verdict holds now: which program, which variable, which file.
    """
    from guardsh.reading.reader import read
    from guardsh.rules import matching
    from guardsh.syntax import parse

    if not verdict.understood or len(verdict.findings) >= MOST_FINDINGS:
        return None
    try:
        text = verdict.text
        reading = read(parse(text, dialect), text, world, rules, dialect, tuple(arguments))
        found = matching.findings(reading, world, rules)
        return _shape(verdict, found, world, settings, values)
    except Exception:
        return None


def _shape(
    verdict: Verdict, found: list[Found], world: World, settings: Settings, values: Callable[[str, str], str]
) -> Shape | None:
    """Raises _Unknown, and whatever asking for facts raises."""
    import json
    from hashlib import sha256

    parts: dict[str, str] = {}
    for finding in verdict.findings:
        if finding.score < settings.confirm_from:
            continue
        same = [one for one in found if (one.finding.rule, one.finding.span) == (finding.rule, finding.span)]
        if not same:
            return None
        for one in same:
            facts = [step.why for step in finding.steps[1:]]
            parts[json.dumps([finding.rule, facts, _part(one, world, values)])] = _in_words(one, world)
    if not 0 < len(parts) <= MOST_PARTS:
        return None
    around = sorted((kind, name, values(kind, name)) for kind, name in verdict.bindings if kind != "program")
    whole = json.dumps(["guardsh 1", os.path.realpath(world.directory), around, sorted(parts)])
    words = " and ".join(dict.fromkeys(parts.values()))
    return Shape(sha256(whole.encode("ascii")).hexdigest(), words)


def _part(found: Found, world: World, values: Callable[[str, str], str]) -> list[object]:
    """Everything about one command, and its effect, that its like must share."""
    from guardsh.judge import program_of

    invocation, effect = found.situation.invocation, found.situation.effect
    command = invocation.command
    program = program_of(command)
    directory = command.directory
    return [
        [_text(command.words[0]), program and values("program", program)] if command.words else [],
        [_text(one) for one in invocation.operands[: invocation.base]],
        sorted([one.name, one.value and _text(one.value), [*map(_text, one.words)]] for one in invocation.options),
        sorted(set(map(str, _targets(invocation, effect)))),
        [[one.operator, str(one.descriptor), _target(one.target, directory, True)] for one in command.redirects],
        sorted([name, _text(value)] for name, value in command.environment),
        [name for name in command.via],
        [command.place.kind, command.place.name],
        _known(command.directory),
        command.stdin and _text(command.stdin),
        _effect(effect),
    ]


def _targets(invocation: Invocation, effect: Effect | None) -> list[object]:
    """The kinds of the operands behind the subcommand."""
    command = invocation.command
    own = invocation.operands[invocation.base :]
    file = effect.target.text if effect is not None and effect.kind in _ON_FILES and effect.target is not None else None
    here = command.place == HERE
    return [_target(one, command.directory, here and _is_path(one, command.directory, file)) for one in own]


def _is_path(value: Value, directory: str, file: str | None) -> bool:
    """Does an operand mean a file? A name without a dot or slash may as well be a branch or a service."""
    if value.text == file or value.matches:
        return True
    return any(mark in value.text for mark in "./") and os.path.lexists(os.path.join(directory, value.text))


def _target(value: Value | None, directory: str, path: bool) -> object:
    if value is None:
        return None
    if not path:
        return _text(value)
    if value.matches:
        return ["pattern", sorted({str(_file_kind(one, directory)) for one in value.matches})]
    return _file_kind(_text(value), directory)


def _file_kind(path: str, directory: str) -> list[str]:
    """Which files count as one kind: of one directory, with the same ending."""
    path = os.path.join(directory, path)
    folder, name = os.path.split(path.rstrip("/") or "/")
    if name in ("", ".", ".."):
        return ["itself", os.path.realpath(path)]
    try:
        mode = os.lstat(path).st_mode
        sort = "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else oct(stat.S_IFMT(mode))
    except FileNotFoundError:
        sort = "absent"
    hidden = "hidden" if name.startswith(".") else ""
    return [sort, os.path.realpath(folder), name if hidden else os.path.splitext(name)[1], hidden]


def _effect(effect: Effect | None) -> object:
    if effect is None:
        return None
    on_files = effect.kind in _ON_FILES and effect.place == HERE
    return [
        effect.kind,
        effect.verb,
        effect.recursive,
        [effect.place.kind, effect.place.name],
        sorted(map(list, effect.details)),
        _target(effect.target, effect.directory, on_files),
    ]


def _text(value: Value) -> str:
    return _known(value.text) if not value.options else _unknown()


def _known(text: str) -> str:
    from guardsh.reading.model import MARKS

    return _unknown() if any(mark in text for mark in MARKS) else text


def _unknown() -> str:
    raise _Unknown


# ---------------------------------------------------------------- in words


def _in_words(found: Found, world: World) -> str:
    """ "git checkout of .py files in ~/shop/src"."""
    invocation, effect = found.situation.invocation, found.situation.effect
    command = invocation.command
    words = [command.name or "a redirection", *(one.text for one in invocation.operands[: invocation.base])]
    for option in invocation.options:
        words += [option.name, *([option.value.text] if option.value is not None else [])]
    files: dict[str, None] = {}
    others: list[str] = []
    file = effect.target.text if effect is not None and effect.kind in _ON_FILES and effect.target is not None else None
    for operand in invocation.operands[invocation.base :]:
        if command.place == HERE and _is_path(operand, command.directory, file):
            for one in operand.matches[:1] or (operand.text,):
                files[_files_in_words(one, command.directory)] = None
        else:
            others.append(operand.text)
    place = f" in {_short(command.directory)}" if not files else ""
    return " ".join([*words, *others]) + (f" of {', '.join(files)}" if files else "") + place


def _files_in_words(path: str, directory: str) -> str:
    kind = _file_kind(path, directory)
    if kind[0] == "itself":
        return _short(kind[1])
    ending = f"{kind[2]} " if kind[2] else ""
    noun = {"directory": "directories", "file": "files"}.get(kind[0], "things that aren't there")
    return f"{ending}{noun} in {_short(kind[1])}"


def _short(path: str) -> str:
    from guardsh import places

    try:
        home = places.home()
    except OSError:
        return path
    return "~" + path[len(home) :] if path == home or path.startswith(home + "/") else path
