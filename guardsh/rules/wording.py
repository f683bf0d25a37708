"""Filling the texts of a rule, and facts in words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.rules.conditions import Situation

_FACTS = {
    "production": "the target is called production",
    "staging": "the target is called staging",
    "test": "the target is called a test",
    "local": "on this machine",
    "remote": "on another machine",
    "backup": "a backup is among the targets",
    "path.precious": "holds files that are in no commit",
    "path.clean": "all of it is committed and unchanged",
    "path.session": "made by this session",
    "path.empty": "only what is empty, or links",
    "path.missing": "isn't there now",
    "path.build": "build output, a cache or dependencies",
    "path.temporary": "temporary",
    "path.mount": "crosses a mount",
    "path.many": "over 1,000 files",
    "loss.saved": "saved by guardsh",
    "path.moved": "something was just moved or copied from or into it",
    "git.clean": "the work tree is clean",
    "git.unchanged": "no tracked file is changed",
    "git.dirty": "the work tree has changes",
    "git.untracked": "there are untracked files",
    "git.session": "all that is uncommitted was made by this session",
    "branch.protected": "a protected branch",
    "branch.mine": "a branch of one's own",
    "branch.merged": "all of it is merged",
    "credential.literal": "the credential stands in the command",
    "credential.file": "the credential was read from a file",
    "credential.foreign": "the credential's file isn't part of this project",
    "input.answered": "the program's own question is answered by a pipe",
    "unattended": "CI is set, which answers questions",
    "superuser": "as superuser",
    "place.throwaway": "in a container that is thrown away",
    "settings": "only settings: variables, aliases, a tool's own start-up code",
    "temporary-database": "a temporary database",
    "loop": "for each of many items",
    "session.refused": "the like was just refused",
}  # fmt: skip
_LONGEST = 80


def fact_in_words(fact: str) -> str:
    """A fact as a reason that people read."""
    return _FACTS.get(fact, fact.replace("path.", "").replace("-", " ").replace(".", " "))


def fill(text: str, situation: Situation) -> str:
    """A rule's text with {operand} and its like replaced by what the command says."""
    if "{" not in text:
        return text
    values = _values(text, situation)
    pieces = text.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:  # each once: what is filled in is the command's own text, braces and all
        name, found, rest = piece.partition("}")
        if not found or name not in values:
            filled.append("{" + piece)
            continue
        value = values[name]
        filled.append((value if len(value) <= _LONGEST else value[:_LONGEST] + "…") + rest)
    return " ".join("".join(filled).split())


def _values(text: str, situation: Situation) -> dict[str, str]:
    invocation, effect = situation.invocation, situation.effect
    operands = [operand.shown for operand in situation.operands]
    target = effect.target.shown if effect is not None and effect.target is not None else " ".join(operands[:1])
    values = {
        "operand": operands[0] if operands else "",
        "operands": " ".join(operands[:6]),
        "target": target,
        "program": invocation.command.name,
        "words": " ".join(o.shown for o in invocation.operands[: len(invocation.operands) - len(situation.operands)]),
        "host": effect.detail("host") if effect is not None else invocation.command.place.name,
        "field": effect.detail("field") if effect is not None else "",
        "path": effect.detail("path") if effect is not None else "",
        "verb": effect.verb if effect is not None else "",
    }
    start = text.find("{option:")
    while start >= 0:
        end = text.find("}", start)
        name = text[start + 8 : end]
        found = invocation.values(name)
        values["option:" + name] = found[0].shown if found else ""
        start = text.find("{option:", end)
    return values
