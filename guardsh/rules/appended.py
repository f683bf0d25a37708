"""What a command adds to a start-up file: settings, or code that will run again and again?"""

from __future__ import annotations

from guardsh.facts.known import words
from guardsh.reading.model import MARKS, Value
from guardsh.syntax import NotUnderstood, SyntaxProblem, nodes, parse
from guardsh.syntax.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.invocation import Invocation
    from guardsh.rules.conditions import Situation
    from guardsh.rules.loading import Rules

LONGEST = 4000
NOTICED = 40
# Builtins that set something, or ask whether it is there.
_SETTINGS = words(
    """
    export alias eval source . [ [[ test true : command type declare typeset set setopt unsetopt shopt bindkey autoload
    complete compdef compinit zstyle umask ulimit echo printf
    """
)


def only_settings(situation: Situation, rules: Rules) -> bool:
    """Is what the command appends known, and nothing but settings? Each is judged as if it were given now; `eval` only
    of what a described generator prints, `source` of nothing temporary.
    """
    text = _text(situation.invocation)
    if text is None or not text.strip() or len(text) > LONGEST:
        return False
    from guardsh.reading.reader import read
    from guardsh.rules.matching import findings

    try:
        script = parse(text, "bash")
        reading = read(script, text, situation.world, rules, "bash", ())
    except (NotUnderstood, SyntaxProblem):
        return False
    if any(isinstance(node, nodes.Function) for node in walk(script)):
        return False  # it only runs when something calls it
    sourcing = [one for one in reading.commands if one.command.name in ("source", ".")]
    if any(_is_temporary(operand, one, situation) for one in sourcing for operand in one.operands[:1]):
        return False
    theirs = {one.command.span for one in sourcing}  # what such a file does belongs to it
    named = [one.command.span for one in reading.commands if one.command.name == "alias"]
    for one in reading.commands:
        start, end = one.command.span
        if not _sets(one) and (start, end) not in theirs and not any(a <= start and end <= b for a, b in named):
            return False
    for effect in reading.effects:
        if effect.kind not in ("read", "run") and reading.commands[effect.index].command.span not in theirs:
            return False
    return all(found.finding.score < NOTICED for found in findings(reading, situation.world, rules))


def _is_temporary(operand: Value, invocation: Invocation, situation: Situation) -> bool:
    return situation.world.path_fact("path.temporary", operand.text, directory=invocation.command.directory)


def _sets(invocation: Invocation) -> bool:
    if not invocation.command.words or invocation.description.get("output") == "generated":
        return True
    return invocation.command.words[0].known and invocation.command.name in _SETTINGS


def _text(invocation: Invocation) -> str | None:
    """What it prints into the file: the words of echo and printf, or what it reads. None if that isn't known."""
    command, way = invocation.command, invocation.description.get("answer")
    value: Value | None = command.stdin
    if way == "printf" and len(command.words) > 1:
        from guardsh.reading.answers import formatted

        value = formatted(command.words[1], list(command.words[2:]))
    elif way == "echo":
        said = [word.text for word in command.words[1:] if word.text not in ("-e", "-n", "-E")]
        value = Value(" ".join(said).replace("\\n", "\n"))
    if value is None or any(mark in value.text for mark in MARKS):
        return None
    return value.text
