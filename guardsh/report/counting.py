"""The log's entries, counted: commands, notes, and acts that were stopped, each act once however often it was tried."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.record import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Record = dict[str, Any]

# What came of an act that was stopped.
REFUSED = "refused"  # by policy; nobody was asked
YES = "yes"
NO = "no"
UNANSWERED = "unanswered"
DIALOG = "agent's dialog"  # asked in the agent's own dialog, whose answer isn't known
OBSERVED = "observed"  # ran, because the mode is observe
ENDS = (YES, NO, UNANSWERED, DIALOG, OBSERVED, REFUSED)

FIELDS = ("rule", "pack", "agent", "day")
LEAST_ANSWERS = 5  # before a rule is said to be always answered alike
NEARLY = 0.9  # of the answers


class Act(Frozen):
    """Something that was stopped, and what came of it."""

    day: str  # local, 2026-11-23
    time: str  # local, 2026-11-23 08:14:02
    rule: str
    agent: str
    session: str
    text: str  # redacted
    score: int
    end: str  # one of ENDS
    seconds: float = 0.0  # until it was answered

    @property
    def pack(self) -> str:
        """The rule's pack."""
        return self.rule.partition(".")[0]


class Group(Frozen):
    """What is alike in one field, counted."""

    name: str
    commands: int = 0
    notes: int = 0
    stops: int = 0
    yes: int = 0
    no: int = 0
    seconds: float = 0.0  # median time of an answer, 0 without one

    @property
    def answers(self) -> int:
        """Yes and no together."""
        return self.yes + self.no

    @property
    def yes_rate(self) -> float | None:
        """The share of yes among the answers; None without any."""
        return self.yes / self.answers if self.answers else None


class Summary(Frozen):
    """Everything that a report says."""

    first: str = ""  # local times of the first and the last entry
    last: str = ""
    commands: int = 0
    noted: int = 0
    unread: int = 0  # commands that weren't understood
    likes: int = 0  # that ran as the like of an allowed one
    acts: tuple[Act, ...] = ()
    sessions: int = 0
    quiet: int = 0  # sessions without a stop
    passed: tuple[tuple[str, str, int, int], ...] = ()  # field, its value, commands, notes

    @property
    def whole(self) -> Group:
        """All of it as one group."""
        return _group("", self.commands, self.noted, self.acts)


def summary(records: Iterable[Record], since: str = "") -> Summary:
    """Counts entries of the log, in their order; `since` is a local day from which on they count."""
    counting = _Counting()
    for record in records:
        try:
            counting.add(record, since)
        except (ValueError, TypeError, AttributeError, KeyError):
            continue  # not an entry of ours
    return counting.summary()


def by(found: Summary, field: str) -> list[Group]:
    """The groups by a field (rule, pack, agent or day): days in order, the others by their number of stops."""
    passed = {value: (commands, notes) for name, value, commands, notes in found.passed if name == field}
    acts: dict[str, list[Act]] = {value: [] for value in passed}
    for act in found.acts:
        acts.setdefault(str(getattr(act, field)), []).append(act)
    groups = [_group(value, *passed.get(value, (0, 0)), ours) for value, ours in acts.items()]
    if field == "day":
        return sorted(groups, key=lambda one: one.name)
    return sorted(groups, key=lambda one: (-one.stops, -one.notes, one.name))


def nearly_always_yes(found: Summary) -> list[Group]:
    """Rules that people nearly always say yes to: perhaps their score is too high for this user."""
    return [
        group
        for group in by(found, "rule")
        if group.name and group.answers >= LEAST_ANSWERS and (group.yes_rate or 0) >= NEARLY
    ]


def _group(name: str, commands: int, notes: int, acts: Iterable[Act]) -> Group:
    from statistics import median

    acts = list(acts)
    ends = [act.end for act in acts]
    times = [act.seconds for act in acts if act.seconds > 0 and act.end in (YES, NO)]
    return Group(name, commands, notes, len(acts), ends.count(YES), ends.count(NO), median(times) if times else 0.0)


class _Counting:
    def __init__(self) -> None:
        self.times: list[str] = []
        self.commands = self.noted = self.unread = self.likes = 0
        self.acts: dict[str, Act] = {}
        self.sessions: dict[str, bool] = {}  # was something stopped in it?
        self.passed: dict[tuple[str, str], list[int]] = {}

    def add(self, record: Record, since: str) -> None:
        """Counts one entry. Raises ValueError, TypeError, AttributeError or KeyError for what isn't one."""
        time, outcome = _local(str(record["time"])), str(record["outcome"])
        if time[:10] < since:
            return
        act = self._act(record, outcome, time)
        self.times = [self.times[0] if self.times else time, time]
        if outcome not in (log.APPROVED, log.DENIED):
            self._command(record, outcome, time, act)
        if act is None:
            return
        name = str(record.get("request", "")) or f"entry {len(self.acts)}"
        known = self.acts.get(name)
        if known is not None and act.end == UNANSWERED and known.end in (YES, NO):
            return  # the same act, tried again after its answer
        self.acts[name] = act if known is None else known.but(end=act.end, seconds=act.seconds or known.seconds)

    def _command(self, record: Record, outcome: str, time: str, act: Act | None) -> None:
        rules = record.get("rules") or []
        noted = record.get("action") == "pass" and bool(rules)
        self.commands += 1
        self.noted += noted
        self.unread += not record.get("understood", True)
        self.likes += outcome == log.LIKE
        rule = str(rules[0]) if rules else ""
        values = (rule, rule.partition(".")[0], str(record.get("agent", "")), time[:10])
        for field, value in zip(FIELDS, values):
            counted = self.passed.setdefault((field, value), [0, 0])
            counted[0] += 1
            counted[1] += noted
        if session := str(record.get("session", "")):
            self.sessions[session] = self.sessions.get(session, False) or act is not None

    def _act(self, record: Record, outcome: str, time: str) -> Act | None:
        """The act that an entry tells of; None where nothing was stopped, or it was told before."""
        end = _end(record, outcome)
        if not end:
            return None
        rules = record.get("rules") or ["guardsh.not-understood" if not record.get("understood", True) else ""]
        texts = (str(rules[0]), *(str(record.get(field, "")) for field in ("agent", "session", "text")))
        rule, agent, session, text = texts
        score, seconds = int(record.get("score", 0)), float(record.get("seconds", 0.0))
        return Act(time[:10], time, rule, agent, session, text, score, end, seconds)

    def summary(self) -> Summary:
        passed = tuple((field, value, counted[0], counted[1]) for (field, value), counted in self.passed.items())
        return Summary(
            self.times[0] if self.times else "",
            self.times[-1] if self.times else "",
            self.commands,
            self.noted,
            self.unread,
            self.likes,
            tuple(self.acts.values()),
            len(self.sessions),
            sum(not stopped for stopped in self.sessions.values()),
            passed,
        )


def _end(record: Record, outcome: str) -> str:
    """What came of what an entry tells of; "" if it tells of nothing that was stopped."""
    if outcome == log.BLOCKED:
        return REFUSED if record.get("action") == "refuse" else UNANSWERED if record.get("action") == "confirm" else ""
    if outcome == log.YES:
        # Without a time it is the use of a yes that has its own entry.
        return YES if record.get("seconds") else ""
    if outcome == log.OBSERVED:
        return OBSERVED
    return {log.APPROVED: YES, log.DENIED: NO, log.NO: NO, log.ASKED: DIALOG}.get(outcome, "")


def _local(time: str) -> str:
    """A time of the log on the local clock. Raises ValueError."""
    from datetime import datetime

    return datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M:%S")
