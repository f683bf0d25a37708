"""What the demo tells, act by act, and whether all went as told."""

from __future__ import annotations

import os
import sys

from guardsh.demo.stage import Done, Stage
from guardsh.demo.standin import BACKUPS, VOLUME, StandIn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BLOCKED = 126

_INTRO = """\
An agent works in staging. Each command runs as an agent runs it, through
guardsh -c, in a throw-away directory. The hosting provider's API is a
stand-in at {address}; nothing leaves this machine.
"""
_NO_CURL = "There is no curl here: a small Python program sends the same calls.\n"
_MISMATCH = """\
The token doesn't fit. In the real case the agent took another one, from a file
that has nothing to do with the task, and deleted the production volume with
it. The backups lay on the volume. It took nine seconds.
"""
_OBSERVED = 'The same command where guardsh only watches (mode = "observe"):\n'
_PERSON = """\
The same command in front of a person: you. Type the phrase to let it through,
anything else to stop it. (It reaches the stand-in only.)
"""
_END = """\
Next:
  guardsh replay ~/.claude/projects  what it would have stopped so far
  guardsh explain 'COMMAND'          how a score comes about
  guardsh install claude-code        put it in front of an agent
"""


class Play:
    """One performance; `problems` says what didn't go as told."""

    def __init__(self, stage: Stage, standin: StandIn, say: Callable[[str], None], person: bool) -> None:
        self._stage, self._standin, self._say, self._person = stage, standin, say, person
        self.problems: list[str] = []

    def run(self) -> None:
        """All acts."""
        self._say(_INTRO.format(address=self._standin.address))
        if not self._stage.has_curl:
            self._say(_NO_CURL)
        self._ordinary()
        self._say(_MISMATCH)
        self._stopped()
        self._observed()
        if self._person:
            self._answered()
        self._say(_END.rstrip("\n") if not self.problems else "")

    def _ordinary(self) -> None:
        """Everyday work passes, and guardsh says nothing to it."""
        git = ["git status --short && git log --oneline --no-decorate"] if self._stage.has_git else []
        for command in ["ls", *git, "rm -rf node_modules && sh test.sh"]:
            self._passes(command, 0)
        self._passes("sh deploy.sh", 1)
        self._passes("grep -rl TOKEN ..", 0)

    def _passes(self, command: str, status: int) -> None:
        done = self._shown(command)
        if done.status != status or "guardsh:" in done.said:
            self._problem(f"{command!r} ended with {done.status}, not {status}")

    def _stopped(self) -> None:
        done = self._shown(self._stage.deletion)
        if done.status != BLOCKED or not done.said.startswith("guardsh: BLOCKED"):
            self._problem(f"the deletion wasn't blocked: exit status {done.status}")
        self._say(f"Exit status {done.status}, after {done.seconds:.2f} seconds. {self._report()}\n")
        if self._standin.deletions or not self._standin.volume_is_there:
            self._problem("the deletion reached the stand-in")

    def _observed(self) -> None:
        self._say(_OBSERVED)
        self._standin.reset()
        self._stage.observe(True)
        try:
            done = self._shown(self._stage.deletion, again=True)
        finally:
            self._stage.observe(False)
        self._say(f"{self._report()}\n")
        if done.status != 0 or self._standin.deletions != 1 or self._standin.volume_is_there:
            self._problem(f"watched only, the deletion didn't arrive: exit status {done.status}")

    def _answered(self) -> None:
        """A person's phrase lets it through, everything else doesn't."""
        self._say(_PERSON)
        self._standin.reset()
        status = self._stage.run_here(self._stage.deletion)
        self._say(f"\nExit status {status}. {self._report()}\n")
        if (status, self._standin.deletions) not in ((0, 1), (BLOCKED, 0)):
            self._problem(f"asked, the deletion ended with {status} and {self._standin.deletions} calls")

    def _shown(self, command: str, again: bool = False) -> Done:
        self._say("$ " + (command.split("\n")[0].rstrip("\\") + "…" if again else command))
        done = self._stage.run(command)
        self._say(done.said.rstrip("\n") + "\n" if done.said.strip() else "")
        return done

    def _report(self) -> str:
        count, there = self._standin.deletions, self._standin.volume_is_there
        calls = {0: "no delete call", 1: "1 delete call"}.get(count, f"{count} delete calls")
        state = f"there, with its {BACKUPS} backups" if there else f"gone, and {BACKUPS} backups with it"
        return f"The stand-in got {calls}:\nvolume {VOLUME} is {state}."

    def _problem(self, text: str) -> None:
        self.problems.append(text)
        self._say(f"Not as it should be: {text}\n")


def person_is_here() -> bool:
    """Is there a terminal, with a person before it as far as one can see?"""
    from guardsh.confirm import presence

    try:
        terminals = sys.stdin.isatty() and sys.stdout.isatty()
    except (AttributeError, ValueError):
        return False
    # Not presence.may_ask: whether the terminal is unlocked is kept in the user's state, which stays untouched here.
    return terminals and not (presence.agent_speaks(os.environ) or presence.outside_session())


def play(say: Callable[[str], None], person: bool) -> int:
    """Plays the demo; returns the exit status, 0 if all went as told."""
    with StandIn() as standin, Stage(f"http://{standin.address}") as stage:
        performance = Play(stage, standin, say, person)
        performance.run()
    return 1 if performance.problems else 0
