"""From what a text would do to what would have to be saved for it: a list of `Loss`, without looking at anything."""

from __future__ import annotations

from guardsh.reading.model import HERE, HOLE
from guardsh.verdict import TAKING, Loss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Effect
    from guardsh.reading.reader import Reading
    from guardsh.rules.matching import Found

KINDS = {
    "moved": "the files that the command moves",
    "changes": "changed files of the work tree, with the index and where HEAD is",
    "tracked": "all files of the work tree that git knows, with the index",
    "untracked": "what git clean would delete",
    "stashes": "the stashes",
    "branches": "the branches that are named",
    "tags": "the tags that are named",
    "refs": "the references that are named",
    "reflogs": "the reflogs, and the commits that only they hold",
    "history": "all branches, tags and reflogs, with all commits",
    "worktree": "the work tree that is named, and what git knows about it",
}

# How the effects of programs and languages that remove names, and leave the content alone, are called. What overwrites
# (shred), or moves somewhere else (trash), has another verb.
_UNLINKING = frozenset(("", "find"))
_UNREAD = frozenset(("run", "sql", "data", "call", "request"))  # what it does to files isn't known
_SHELLS = frozenset(("command", "shell", "bash", "sh", "zsh"))
_BUILTINS = frozenset(
    "cd pushd popd : true false set shopt export unset local declare typeset readonly test [ read".split()
)
_GLOBAL = ("-C", "-c", "-p", "-P", "--no-pager", "--paginate", "--no-optional-locks", "--literal-pathspecs")


def losses(reading: Reading, found: list[Found]) -> tuple[Loss, ...]:
    """Everything that the commands of a reading take from this machine, in order."""
    scores: dict[int, int] = {}
    for one in found:
        if one.situation.effect is not None:
            known = id(one.situation.effect)
            scores[known] = max(scores.get(known, 0), one.finding.score)
    order = _Order(reading)
    made = [
        _of_effect(effect, scores.get(id(effect), 0), order)
        for effect in reading.effects
        if effect.kind in TAKING and effect.place == HERE and effect.target is not None
    ]
    for one in found:
        made += [_of_rule(kind, one, order) for kind in one.rule.get("undo", ())]
    return tuple(sorted(dict.fromkeys(made), key=lambda loss: loss.index))


def _of_effect(effect: Effect, score: int, order: _Order) -> Loss:
    assert effect.target is not None
    return Loss(
        effect.kind, effect.span, effect.directory, effect.target.text, effect.target.matches, effect.recursive,
        effect.verb, order.sources(effect), effect.index, score, order.sure(effect.index), order.unlinks,
    )  # fmt: skip


def _of_rule(kind: str, found: Found, order: _Order) -> Loss:
    invocation = found.situation.invocation
    command = invocation.command
    words = _behind_subcommand(invocation)
    here = command.place == HERE and HOLE not in command.directory
    sure = here and words is not None and order.sure(command.index)
    return Loss(
        kind, found.finding.span, command.directory, words=words or (), index=command.index,
        score=found.finding.score, sure=sure,
    )  # fmt: skip


def _behind_subcommand(invocation: Invocation) -> tuple[str, ...] | None:
    """The words behind the subcommand; None if one isn't known, or an option before it leads to another repository."""
    words = invocation.command.words
    if not all(word.known for word in words):
        return None
    if not invocation.base:
        return tuple(word.text for word in words[1:])
    last = invocation.operands[invocation.base - 1]
    place = next((place for place, word in enumerate(words) if word is last), None)
    if place is None:
        place = next((place for place, word in enumerate(words[1:], 1) if word.text == last.text), len(words))
    before = [word.text for word in words[1:place] if word.text.startswith("-")]
    if not all(word in _GLOBAL or word.startswith("-c") for word in before):
        return None
    return tuple(word.text for word in words[place + 1 :])


class _Order:
    """What else a text does, and when."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.taking: dict[int, set[str]] = {}
        for effect in reading.effects:
            verb = effect.verb if effect.kind == "delete" else "other"
            self.taking.setdefault(effect.index, set()).add(f"{effect.kind} {verb}")
        self.unread = {effect.index for effect in reading.effects if effect.kind in _UNREAD}
        self.unlinks = all(self._only_unlinks(index) for index in reading.disturbing)

    def sources(self, effect: Effect) -> tuple[str, ...]:
        """What a copy, move or link puts in place of its target."""
        if effect.kind != "overwrite" or effect.verb not in ("copy", "move", "link"):
            return ()
        found = [
            one.target for one in self.reading.effects if one.index == effect.index and one.kind in ("read", "move")
        ]
        names = [name for value in found if value is not None for name in value.matches or (value.text,)]
        return tuple(dict.fromkeys(names))

    def sure(self, index: int) -> bool:
        """Does everything before this command do to files no more than is known of it?"""
        return all(self._is_plain(place) for place in self.reading.disturbing if place < index)

    def _is_plain(self, index: int) -> bool:
        """A program described by what it does to its operands, or that only runs the commands it is given."""
        invocation = self.reading.commands[index]
        if not invocation.command.words or invocation.command.name in _BUILTINS:
            return True
        runs = invocation.description.get("runs", ())
        passes_on = bool(runs) and all(run["as"].removesuffix("-file") in _SHELLS for run in runs)
        return invocation.described and index not in self.unread and (passes_on or "effects" in invocation.description)

    def _only_unlinks(self, index: int) -> bool:
        kinds = self.taking.get(index, set())
        return (
            bool(kinds) and all(kind.removeprefix("delete ") in _UNLINKING for kind in kinds) and self._is_plain(index)
        )
