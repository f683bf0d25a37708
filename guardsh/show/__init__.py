"""What people and agents read about a verdict, as plain text. Every function redacts what it shows.

A finding's `loses` is what is gone, or revealed, as a noun phrase ("the home directory /home/ana") and reads on as
"would lose …" or, for exposure, "would expose …". Where no noun fits it may be a phrase that begins with one of `VERBS`
in its plain form ("run a program downloaded from get.example.com") and reads on as "would …".
"""

from __future__ import annotations

from guardsh.show.safe import redacted
from guardsh.show.text import excerpt, visible, width_of, wrap
from guardsh.verdict import CONFIRM, PASS, REFUSE, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Verbs that no noun phrase begins with; a `loses` that begins with one follows "would" directly.
_VERBS = (
    "add allow append bypass change close delete destroy detach disable discard drop enable erase execute expose "
    "forget format give grant hand install kill leave let make merge move open overwrite print publish remove "
    "rename replace reset restart reveal revoke rewrite run send shut skip start stop switch throw truncate turn "
    "uninstall upgrade upload weaken wipe"
)
VERBS = frozenset(_VERBS.split())
STOPS = 40  # findings from here on count among the reasons of a stop

NOT_ALLOWED = "not allowed: the same outcome by retry, rewording, another tool or a script"
_ALSO = 3  # further findings named in a message
_LISTED = 8  # lines of lost things


def blocked(
    verdict: Verdict, *, request: str = "", denied: str | None = None, width: int = 80, colour: bool = False
) -> str:
    """The block for stderr and agents after a stop, ending in a newline: refused, or waiting for a person.

    `request` is the id under which a person can say yes; "" if none is open. `denied` is the word of a person who just
    said no to this act ("" for a no without a word). The first line says all by itself and isn't broken; the others
    keep to `width` columns, except a command that is to be copied.
    """
    verdict = redacted(verdict)
    lines = [_paint(colour, "1;31", _first_line(verdict))]
    lines += _shown_part(verdict, width, colour)
    worst = verdict.worst
    if worst is not None:
        lines += _losses(worst, width)
        lines += _also(verdict, width)
        lines += _ways_out(worst, width)
    lines += wrap(NOT_ALLOWED, width, "  ", "    ")
    lines += wrap(_last_line(verdict, request, denied), width, "  ", "    ")
    return "\n".join(lines) + "\n"


def question(verdict: Verdict, *, width: int = 80, colour: bool = False) -> str:
    """The block that a person decides by, without the phrase to type, ending in a newline."""
    verdict = redacted(verdict)
    head, score = "guardsh  needs your word", f"score {verdict.score}"
    gap = " " * max(width - 1 - len(head) - len(score), 2)
    lines = [_paint(colour, "1;33", head + gap + score)]
    lines += _shown_part(verdict, width, colour)
    if verdict.worst is None:
        lines += wrap(f"can't be read: {_problem(verdict)}", width, "  ", "    ")
        return "\n".join(lines) + "\n"
    lines += wrap(_would(verdict.worst), width, "  ", "    ")
    lines += _listed(verdict.worst, width)
    for note in verdict.worst.notes:
        lines += wrap(f"note: {visible(note)}", width, "  ", "    ")
    lines += _also(verdict, width)
    lines += _ways_out(verdict.worst, width, "instead: ")
    lines += [*_arithmetic(verdict.worst, width)] if len(verdict.worst.steps) > 1 else []
    return "\n".join(lines) + "\n"


def explain(verdict: Verdict, *, width: int = 80, colour: bool = False) -> str:
    """The verdict with its arithmetic line by line, ending in a newline."""
    verdict = redacted(verdict)
    lines: list[str] = []
    for number, finding in enumerate(verdict.findings):
        head = _heading(verdict, finding) if number == 0 else f"also · {finding.score} · {finding.rule}"
        lines += [_paint(colour, "1", head), *_underlined(excerpt(verdict.text, finding.span, width), colour)]
        lines += _arithmetic(finding, width)
        lines += wrap(_would(finding), width, "  ", "    ")
        if finding.lost:
            lines += wrap("lost: " + ", ".join(map(visible, finding.lost)), width, "  ", "    ")
        for note in finding.notes:
            lines += wrap(f"note: {visible(note)}", width, "  ", "    ")
        lines += _ways_out(finding, width, "instead: ")
    if not verdict.findings:
        lines += [_paint(colour, "1", _heading(verdict, None))]
        lines += _shown_part(verdict, width, colour) if not verdict.understood else []
    lines += wrap("read: " + _read(verdict), width, "  ", "    ")
    return "\n".join(lines) + "\n"


def why(verdict: Verdict) -> str:
    """One line: what the text would do, or why it can't be read; "" for a plain pass."""
    return _why(redacted(verdict))


def colours(stream: Any, environment: Mapping[str, str]) -> bool:
    """May this stream be painted? Only a terminal that isn't dumb, and not against NO_COLOR (no-color.org)."""
    try:
        return bool(stream.isatty()) and not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"
    except (OSError, ValueError):
        return False


def would(finding: Finding) -> str:
    """ "would lose the home directory /home/ana": the sentence for one finding, redacted, on one line."""
    from guardsh.show.safe import clean

    return _would(finding.but(loses=clean(finding.loses)))


def _would(finding: Finding) -> str:
    loses = visible(finding.loses) or f"something that {finding.rule} protects"
    if loses.split()[0].lower() in VERBS:
        return f"would {loses}"
    return f"would expose {loses}" if finding.exposure else f"would lose {loses}"


def _why(verdict: Verdict) -> str:
    worst = verdict.worst
    if worst is not None and (verdict.understood or worst.score >= STOPS):
        return _would(worst)
    return "" if verdict.understood else f"can't be read: {_problem(verdict)}"


def _problem(verdict: Verdict) -> str:
    return visible(verdict.problem) or "this text isn't understood"


def _first_line(verdict: Verdict) -> str:
    person = "until a person says yes" if verdict.action == CONFIRM else "by your user's policy"
    return f"guardsh: BLOCKED {person}, nothing ran: {_why(verdict) or 'this needs a decision'}"


def _last_line(verdict: Verdict, request: str, denied: str | None) -> str:
    if denied is not None:
        word = visible(denied).rstrip(".")
        return f"Your user said no{': ' + word if word else ''}. Go on with other work."
    if verdict.action == REFUSE:
        return "Go on with other work, and tell your user that this was blocked."
    if request:
        return f"Tell your user: guardsh request {request}. After a yes the same command runs once."
    return "Go on with other work, and tell your user that this needs their yes, which can't be given here."


def _shown_part(verdict: Verdict, width: int, colour: bool) -> list[str]:
    if not verdict.text:
        return []
    worst = verdict.worst
    if worst is not None and (verdict.understood or worst.score >= STOPS):
        return _underlined(excerpt(verdict.text, worst.span, width), colour)
    return _underlined(excerpt(verdict.text, (verdict.offset, verdict.offset + 1), width), colour)


def _losses(finding: Finding, width: int) -> list[str]:
    lines: list[str] = []
    if finding.lost:
        word = "exposed" if finding.exposure else "lost"
        more = len(finding.lost) - _LISTED
        named = ", ".join(map(visible, finding.lost[:_LISTED])) + (f", and {more:,} more" if more > 0 else "")
        lines += wrap(f"{word}: {named}", width, "  ", "    ")
    for note in finding.notes:
        lines += wrap(f"note: {visible(note)}", width, "  ", "    ")
    return lines


def _listed(finding: Finding, width: int) -> list[str]:
    lines: list[str] = []
    for thing in finding.lost[:_LISTED]:
        shown = visible(thing)
        lines += [f"      {shown}"] if width_of(shown) + 6 <= width else wrap(shown, width, "      ", "        ")
    more = len(finding.lost) - _LISTED
    return [*lines, f"      … and {more:,} more"] if more > 0 else lines


def _also(verdict: Verdict, width: int) -> list[str]:
    """What else in the text would be a reason to stop."""
    lines: list[str] = []
    said = {_would(finding) for finding in verdict.findings[:1]}
    places = {_place(finding) for finding in verdict.findings[:1]}
    others = [finding for finding in verdict.findings[1:] if finding.score >= STOPS]
    for finding in others:
        sentence = _would(finding)
        if sentence not in said and _place(finding) not in places and len(lines) < _ALSO:
            lines += [" ".join(wrap(f"also {sentence}", 10_000))]
        said.add(sentence)
        places.add(_place(finding))
    lines = [broken for line in lines for broken in wrap(line, width, "  ", "    ")]
    if not verdict.understood and verdict.findings and verdict.findings[0].score >= STOPS:
        lines += wrap(f"also can't be read: {_problem(verdict)}", width, "  ", "    ")
    return lines


def _place(finding: Finding) -> tuple[object, ...]:
    """What two rules that say the same in other words have in common: command, part of it, and which kind of harm."""
    return (finding.index, finding.span, finding.exposure) if finding.index >= 0 else (finding,)


def _ways_out(finding: Finding, width: int, word: str = "allowed instead: ") -> list[str]:
    lines: list[str] = []
    if finding.instead:
        line = f"  {word}{visible(finding.instead)}"
        # A broken command can't be copied: too long for the line, it gets one of its own, whole.
        lines += [line] if width_of(line) <= width else [f"  {word.rstrip()}", f"    {visible(finding.instead)}"]
    if finding.advice:
        lines += wrap(f"advice: {visible(finding.advice)}", width, "  ", "    ")
    return lines


def _heading(verdict: Verdict, finding: Finding | None) -> str:
    action = "confirm, typed" if verdict.action == CONFIRM and verdict.score >= 70 else verdict.action
    parts = [action, str(verdict.score)]
    if verdict.action == PASS and finding is not None:
        parts[0] = "pass, with a note"
    return " · ".join([*parts, *([finding.rule] if finding is not None else [])])


def _arithmetic(finding: Finding, width: int) -> list[str]:
    """The steps with their signs, and the sum where it isn't plain."""
    indent = "    "
    lines: list[str] = []
    total = 0
    for number, step in enumerate(finding.steps):
        total += step.by
        by = f"{step.by}" if number == 0 else f"{step.by:+d}"
        lines += wrap(visible(step.why), width, f"{indent}{by:>3}   ", f"{indent}      ")
    if total != finding.score:
        lines.append(f"{indent}{finding.score:>3}   {_bounded(finding.score, total)}")
    elif len(finding.steps) > 1:
        lines.append(f"{indent}{finding.score:>3}   in all")
    return lines


def _bounded(score: int, total: int) -> str:
    if score == 89 and total > score:
        return "capped: refused only from 90, for what nobody asks an agent to do"
    if total > score:
        return "capped: no score goes higher here"
    return "held: no score goes lower here"


def _read(verdict: Verdict) -> str:
    count = f"{verdict.commands:,} command{'' if verdict.commands == 1 else 's'}"
    if verdict.understood:
        return f"{count}, understood completely"
    line = verdict.text.count("\n", 0, verdict.offset) + 1
    column = verdict.offset - (verdict.text.rfind("\n", 0, verdict.offset) + 1) + 1
    return f"{count}, not understood from line {line}, column {column}: {_problem(verdict)}"


def _underlined(lines: list[str], colour: bool) -> list[str]:
    return [_paint(colour, "31", line) if set(line.strip()) == {"^"} else line for line in lines]


def _paint(colour: bool, code: str, line: str) -> str:
    return f"\x1b[{code}m{line}\x1b[0m" if colour else line
