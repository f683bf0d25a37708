"""Whether a command may run: judged, asked about where that is possible, recorded; and what is said if it may not."""

from __future__ import annotations

import os
import sys
import time

from guardsh import config, patterns
from guardsh.config_file import OBSERVE
from guardsh.facts.world import World
from guardsh.frozen import Frozen
from guardsh.judge import judge
from guardsh.record import log
from guardsh.rules import store
from guardsh.shell import sessions
from guardsh.shell.unwrap import Unwrapped
from guardsh.verdict import CONFIRM, PASS, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.confirm.shapes import Shape
    from guardsh.undo.keep import About

BLOCKED = 126
SYNTAX_ERROR = 2
_UNRECORDED = "guardsh: BLOCKED, nothing ran: the log can't be written, and the configuration requires it\n"


class Answer(Frozen):
    """May it run, and if not, with which exit status does guardsh end?"""

    may_run: bool
    status: int = 0


RUN = Answer(True)
_HARMLESS = Unwrapped("true", "bash", (), "bash")


def say(text: str) -> None:
    """Writes to standard error; that nobody reads it changes nothing."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        while data:
            data = data[os.write(2, data) :]
    except OSError:
        pass


def works() -> bool:
    """Can commands be judged here? Raises what goes wrong in guardsh itself."""
    gate = Gate()
    return not gate.settings.broken and not gate.rules.problems and gate.judge(_HARMLESS).action == PASS


class Gate:
    """Judges commands in this process's surroundings: its directory, its environment, its user."""

    def __init__(self, runner: int = 0) -> None:
        """`runner` is the process that runs what passes, by default this one."""
        self.runner = runner or os.getpid()
        self.session = sessions.current()
        self.world = World.current(self.session)
        self.settings = config.load(self.world.directory, self.world.environment)
        self.rules = store.in_force(self.settings.packs)
        for problem in (*self.settings.problems, *self.rules.said):
            say(f"guardsh: {problem}\n")

    def look_again(self) -> None:
        """Takes the surroundings as they are now, after other commands have run."""
        self.world = World.current(self.session)

    def judge(self, command: Unwrapped, past: str = "") -> Verdict:
        """The verdict on a command, whatever is done about it; `past` is what the same shell ran before it."""
        text = past + command.text
        verdict = judge(text, self.world, self.rules, self.settings, command.dialect, command.arguments, past=len(past))
        return _without(past, verdict) if past else verdict

    def ask(self, command: Unwrapped, origin: str = "") -> Answer:
        """Judges a command and says so where it is stopped; `origin` is how the shell begins its messages."""
        return self.act(command, self.judge(command), origin)

    def act(
        self, command: Unwrapped, verdict: Verdict, origin: str = "", again: Callable[[], Verdict] | None = None
    ) -> Answer:
        """What follows from a verdict; `again` judges the same once more, where it isn't the command's text alone."""
        answer = self._follow(command, verdict, origin, again)
        patterns.keep()
        return answer

    def _follow(self, command: Unwrapped, verdict: Verdict, origin: str, again: Callable[[], Verdict] | None) -> Answer:
        if verdict.syntax_error:
            say(_as_said_by(origin, verdict.problem))
            self._record(command, verdict, log.BLOCKED)
            return Answer(False, SYNTAX_ERROR)
        if verdict.action == PASS:
            return self._run(command, verdict, log.RAN)
        if self.settings.mode == OBSERVE:
            return self._run(command, verdict, log.OBSERVED)
        if verdict.action == CONFIRM:
            again = again or (lambda: self.judge(command))
            verdict, saved = self._saved(command, verdict, again)
            if verdict.action == PASS:
                return self._run(command, verdict, log.RAN, saved=saved)
            return self._paused(command, verdict) or self._confirm(command, verdict, again)
        return self._blocked(command, verdict)

    def _paused(self, command: Unwrapped, verdict: Verdict) -> Answer | None:
        """The answer where a person doesn't want to be asked now; None where they do."""
        from guardsh.confirm import pause, presence

        if not pause.left():
            return None
        if not pause.left(agents=True) and (command.agent or presence.agent_speaks(self.world.environment)):
            return None
        return self._run(command, verdict, pause.PAUSED)

    def _saved(self, command: Unwrapped, verdict: Verdict, again: Callable[[], Verdict]) -> tuple[Verdict, str]:
        """The verdict once what the command takes is saved, and what is said of that; the same where it can't be."""
        if not verdict.losses:
            return verdict, ""
        from guardsh.undo import passing

        lowered, kept = passing.to_pass(verdict, again, self.world, self.settings, self._about(command, "saved"))
        return lowered, kept.said

    def _save(self, command: Unwrapped, verdict: Verdict, outcome: str) -> str:
        """Saves what a command takes that is about to run, as far as it can be; what is said of that."""
        if not verdict.losses:
            return ""
        from guardsh.undo import passing

        about = self._about(command, "score" if outcome == log.RAN else "yes")
        return passing.before(verdict, self.world, self.settings, about).said

    def _about(self, command: Unwrapped, how: str) -> About:
        from guardsh.undo.keep import About

        agent, session = command.agent or _marked(self.world), sessions.name_in(self.world.environment)
        return About(command.text, self.world.directory, how, agent, session, "shell")

    def _run(self, command: Unwrapped, verdict: Verdict, outcome: str, seconds: float = 0.0, saved: str = "") -> Answer:
        saved = saved or self._save(command, verdict, outcome)
        recorded = self._record(command, verdict, outcome, seconds=seconds, saved=saved)
        if recorded or not self.settings.audit_required:
            self._learn(command, verdict.but(action=PASS))
            return RUN
        say(_UNRECORDED)
        return Answer(False, BLOCKED)

    def _record(
        self,
        command: Unwrapped,
        verdict: Verdict,
        outcome: str,
        request: str = "",
        seconds: float = 0.0,
        saved: str = "",
    ) -> bool:
        agent = command.agent or _marked(self.world)
        directory = self.world.directory
        session = sessions.name_in(self.world.environment)
        return log.write(
            log.entry(
                verdict,
                outcome,
                agent=agent,
                session=session,
                directory=directory,
                request=request,
                seconds=seconds,
                saved=saved,
            )  # fmt: skip
        )

    def _learn(self, command: Unwrapped, verdict: Verdict) -> None:
        """What the session remembers of a command that runs, or of one that was stopped."""
        if self.session is not None:
            from guardsh.facts import session

            session.learn(self.session, command.text, verdict, self.world, self.rules, command.dialect)

    def _confirm(self, command: Unwrapped, verdict: Verdict, again: Callable[[], Verdict]) -> Answer:
        from guardsh.shell import approval

        bound = approval.bound(verdict, self.world)
        if approval.taken(bound):
            return self._approved(command, verdict)
        if approval.covered(verdict, self.settings):
            return self._run(command, verdict, log.YES)
        session = sessions.name_in(self.world.environment)
        shape = self._shape(command, verdict) if session else None
        if approval.like(verdict, session, shape):
            return self._approved(command, verdict, log.LIKE)
        # What an agent wrapped is an agent's, whatever else speaks for a person at this terminal.
        began = time.monotonic()
        typed = None if command.agent else approval.typed(verdict, self.world, self.settings, session, shape)
        if typed is not None:
            seconds = max(time.monotonic() - began, 0.1)
            if typed.yes:
                return self._approved(command, verdict, seconds=seconds)
            self._record(command, verdict, log.NO, seconds=seconds)
            return Answer(False, BLOCKED)
        asked = approval.request(verdict, bound, self.world, command.agent, self.settings, session, shape)
        if approval.answered(asked, self.settings):
            # The yes is to the act as it was shown. What has changed while it was waited for, is asked anew.
            self.look_again()
            verdict = _stricter(verdict, again())
            bound = approval.bound(verdict, self.world)
            if approval.taken(bound):
                return self._approved(command, verdict)
            asked = approval.request(verdict, bound, self.world, command.agent, self.settings, session, shape)
        return self._blocked(command, verdict, asked.id, asked.denied)

    def _shape(self, command: Unwrapped, verdict: Verdict) -> Shape | None:
        from guardsh.shell import approval

        return approval.shape(verdict, self.world, self.rules, self.settings, command.dialect, command.arguments)

    def _approved(self, command: Unwrapped, verdict: Verdict, outcome: str = log.YES, seconds: float = 0.0) -> Answer:
        from guardsh.shell import approval

        answer = self._run(command, verdict, outcome, seconds)
        if answer.may_run:
            approval.cover(verdict, self.settings, self.runner)
        return answer

    def _blocked(self, command: Unwrapped, verdict: Verdict, request: str = "", denied: str | None = None) -> Answer:
        from guardsh import show

        self._record(command, verdict, log.BLOCKED, request)
        self._learn(command, verdict)
        colour = sys.stderr is not None and show.colours(sys.stderr, self.world.environment)
        say(show.blocked(verdict, request=request, denied=denied, width=_width(), colour=colour))
        return Answer(False, BLOCKED)


def _stricter(before: Verdict, now: Verdict) -> Verdict:
    """What is judged now; what was asked, if it wouldn't be asked about any more."""
    return before if now.action == PASS else now


def _without(past: str, verdict: Verdict) -> Verdict:
    """The verdict with places in the text behind the past. What stands in the past, as a function's commands, is the
    whole text's doing.
    """
    length = len(past)
    whole = (0, len(verdict.text) - length)

    def moved(span: tuple[int, int]) -> tuple[int, int]:
        return (span[0] - length, span[1] - length) if span[0] >= length else whole

    return verdict.but(
        text=verdict.text[length:],
        findings=tuple(finding.but(span=moved(finding.span)) for finding in verdict.findings),
        losses=tuple(loss.but(span=moved(loss.span)) for loss in verdict.losses),
        offset=max(verdict.offset - length, 0),
    )


def _marked(world: World) -> str:
    """The agent by its mark in the environment, "" without one; its processes aren't looked for, for time's sake."""
    from guardsh.confirm import presence

    return presence.agent_named(world.environment) if presence.marked(world.environment) else ""


def _width() -> int:
    """Columns of the terminal that standard error is, between 40 and 100; 80 where it is none."""
    try:
        return min(max(os.get_terminal_size(2).columns, 40), 100)
    except OSError:
        return 80


def _as_said_by(origin: str, message: str) -> str:
    """bash's own message, with the words that bash would begin it with here."""
    lines = [line.removeprefix("/bin/bash: -c: ") for line in message.splitlines()]
    return "".join(f"{origin}{line}\n" for line in lines)
