"""What would be lost, named and counted: asked only for the finding that stops a command."""

from __future__ import annotations

from guardsh.reading.model import HERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.rules.matching import Found
    from guardsh.verdict import Finding

_FILES = ("delete", "overwrite", "truncate", "edit", "move")


def named(found: Found) -> Finding:
    """The finding with the lines that say what would be gone. Read-only and bounded; without an answer, as it was."""
    finding, situation = found.finding, found.situation
    effect, world = situation.effect, situation.world
    if situation.invocation.command.place != HERE:
        return finding
    if found.rule.get("lists") == "changes":
        return finding.but(lost=world.git_lost(situation.invocation.command.directory))
    if effect is not None and effect.kind in _FILES and effect.target is not None:
        lost = world.lost(
            effect.target.text, directory=effect.directory, matches=effect.target.matches, recursive=effect.recursive
        )
        return finding.but(lost=lost)
    return finding
