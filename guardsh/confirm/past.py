"""What the log tells a person who decides: the last commands of a session, and how many answers there were today."""

from __future__ import annotations

import time

from guardsh.frozen import Frozen
from guardsh.record import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHOWN = 6  # commands
_ANSWERS = (log.APPROVED, log.DENIED, log.NO)
_COMMANDS = {  # and what is said of them
    log.RAN: "",
    log.OBSERVED: "",
    log.BLOCKED: "  (stopped)",
    log.NO: "  (denied)",
    log.ASKED: "  (asked by the agent)",
    log.YES: "  (allowed)",
    log.LIKE: "  (like an allowed one)",
}


class Past(Frozen):
    """Recent entries of the log; none where it can't be read, which is said."""

    entries: tuple[dict[str, Any], ...] = ()
    problem: str = ""

    def commands(self, session: str, count: int = SHOWN) -> list[str]:
        """The last commands of a session, oldest first, a line each: "08:14 ran  git status"."""
        if not session:
            return []
        of_it = [one for one in self.entries if one.get("session") == session]
        return [_line(one) for one in of_it if str(one.get("outcome")) in _COMMANDS][-count:]

    def answered_today(self, now: float = 0.0) -> int:
        """Questions that a person answered since midnight."""
        today = time.strftime("%Y-%m-%d", time.localtime(now or time.time()))
        return sum(is_answer(one) and local(one).startswith(today) for one in self.entries)


def past(size: int = 1 << 18) -> Past:
    """The recent past. Raises nothing."""
    try:
        return Past(tuple(log.recent(size=size)))
    except (OSError, ValueError) as error:
        return Past(problem=f"the log can't be read: {error}")


def is_answer(record: dict[str, Any]) -> bool:
    """Is this entry a person's own answer, rather than a command or the use of an earlier yes?"""
    outcome = record.get("outcome")
    return outcome in _ANSWERS or (outcome == log.YES and bool(record.get("seconds")))


def local(record: dict[str, Any]) -> str:
    """An entry's time on the local clock, 2026-11-23 08:14:02; "" if it has none."""
    from datetime import datetime

    try:
        when = datetime.fromisoformat(str(record.get("time", "")).replace("Z", "+00:00"))
        return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return ""


def _line(record: dict[str, Any]) -> str:
    from guardsh.show.text import visible

    return f"{local(record)[11:16] or '--:--'}  {visible(str(record.get('text', '')))}{_COMMANDS[record['outcome']]}"
