"""The phrase that a person types: it names what is lost, so that typing it is reading it."""

from __future__ import annotations

from guardsh.show.safe import clean
from guardsh.show.text import visible
from guardsh.verdict import Finding, Verdict

LONGEST = 40
AND_THE_LIKE = " and the like"  # typed behind the phrase, it allows what is like it for the session
_TYPED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 _-./~:@+=,#")
_SMALL = ("the ", "a ", "an ", "all ", "your ", "its ")


def phrase(verdict: Verdict) -> str:
    """The phrase for a verdict: its worst finding's own, else verb and loss, else the verb alone.

    Lower case, on one line, at most 40 characters of a plain keyboard, redacted, never empty and never "y" or "yes".
    """
    worst = verdict.worst
    if worst is None or (not verdict.understood and worst.score < 40):
        return "run it unread"
    verb = "expose" if worst.exposure else "lose"
    for wanted in (worst.phrase, _from_loses(worst, verb), _counted(worst, verb)):
        made = plain(clean(wanted))
        if _good(made):
            return made
    return f"{verb} it" if worst.rule == "" else f"{verb} {_topic(worst)}"


def plain(text: str) -> str:
    """The text as it is typed: lower case, single blanks, no quotes, nothing that hides."""
    return " ".join(visible(text).casefold().replace('"', "").replace("'", "").split())


def same(typed: str, wanted: str) -> bool:
    """Has the person typed the phrase? Case and the number of blanks don't matter, all else does."""
    return bool(wanted) and " ".join(typed.casefold().split()) == wanted


def _good(made: str) -> bool:
    """Can it be typed, is it short, and does it say more than yes?"""
    return 4 <= len(made) <= LONGEST and set(made) <= _TYPED and made not in ("yes", "okay", "true", "sure")


def _from_loses(finding: Finding, verb: str) -> str:
    from guardsh.show import VERBS

    loses = finding.loses.strip().split(",")[0].split(" (")[0]
    if loses.split(" ")[0].lower() in VERBS:
        return _short(loses, LONGEST)
    for small in _SMALL:
        loses = loses.removeprefix(small)
    shortened = _short(loses, LONGEST - len(verb) - 1)
    return f"{verb} {shortened}" if shortened else ""


def _short(text: str, room: int) -> str:
    """The text if it fits, else without its clauses, else as many whole words as fit and point to nothing missing."""
    for clause in (" that ", " which ", " and "):
        if len(text) > room:
            text = text.partition(clause)[0]
    words = text.split()
    while words and (len(" ".join(words)) > room or words[-1] in _POINTING):
        words.pop()
    return " ".join(words)


_POINTING = frozenset(["and", "or", "of", "on", "in", "at", "to", "from", "with", "that", "the", "a", "an", "for"])


def _counted(finding: Finding, verb: str) -> str:
    """The number of things where they have no name that can be typed: "lose 3 things"."""
    return f"{verb} {len(finding.lost)} things" if len(finding.lost) > 1 else ""


def _topic(finding: Finding) -> str:
    """The rule's own words as a last resort: "files.delete-untracked" is about "delete untracked"."""
    return plain(finding.rule.rpartition(".")[2].replace("-", " "))[:LONGEST] or "it"
