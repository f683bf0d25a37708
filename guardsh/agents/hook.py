"""Answering an agent's hook: read what the agent is about to do, judge it, answer in that agent's own form.

An agent's module says how its payload is read and its answers look (`Agent`); everything else is here. Whatever goes
wrong is a denial: the work is done in a child process, and a parent that does nothing but wait denies when the child
takes too long, dies, or says something that isn't an answer. A hook never waits for a person.
"""

from __future__ import annotations

import os
import time

from guardsh.agents import AGENTS
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, NoReturn, Protocol

    from guardsh.config import Settings
    from guardsh.confirm.shapes import Shape
    from guardsh.facts.session import Session
    from guardsh.facts.world import World
    from guardsh.rules.loading import Rules
    from guardsh.undo.keep import About
    from guardsh.verdict import Verdict

    class Agent(Protocol):
        """What a module of this package has."""

        NAME: str
        PASS: Answer

        @staticmethod
        def read(payload: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
            """What the agent is about to do; None if that is nothing to judge. Raises Malformed."""

        @staticmethod
        def deny(reason: str) -> Answer:
            """The answer that makes the agent refuse. It must work before any payload was read, too."""

        @staticmethod
        def ask(reason: str) -> Answer: ...


SHELL, FILE, TOOL, WRITTEN, STARTED = "shell", "file", "tool", "written", "started"

DEADLINE = 8.0  # seconds for the whole answer; the time-out that `install` configures is twice that
TIME_OUT = 16
ASKS_BELOW = 70  # from here on a yes in the agent's own dialog isn't enough
SAVING = 4.0  # seconds of it for saving what the call takes
LARGEST = 32 << 20  # bytes of a payload
LONGEST = 9000  # characters of a reason; agents cut longer ones, perhaps in the middle


class Answer(Frozen):
    """What the hook process prints, and its exit status."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0


class Call(Frozen):
    """A tool that the agent is about to use."""

    kind: str  # SHELL; FILE; TOOL: any other (MCP); WRITTEN: a file tool has run; STARTED: a session
    tool: str  # its name, as the agent says it
    directory: str  # absolute
    session: str = ""
    text: str = ""  # SHELL: the command
    dialect: str = "bash"
    path: str = ""  # FILE and WRITTEN: the file, absolute
    edits: bool = False  # FILE: changes a part of it, rather than replacing it
    files: tuple[tuple[str, str], ...] = ()  # FILE: overwrite, edit, delete or move, and the path; () for the one above
    arguments: dict[str, Any] | None = None  # TOOL
    can_ask: bool = False  # would the agent's own dialog be enforced now?

    @property
    def touched(self) -> tuple[tuple[str, str], ...]:
        """What a file tool does to which files."""
        return self.files or (("edit" if self.edits else "overwrite", self.path),)


class Malformed(Exception):
    """The payload isn't what this agent sends; the message says what is wrong."""


def main(agent: str) -> NoReturn:
    """The hook process of an agent: payload on standard input, answer on standard output. Never returns."""
    status = 2
    try:
        status = serve(agent)
    except BaseException as problem:
        _say(2, f"guardsh: BLOCKED, nothing ran: the hook failed ({type(problem).__name__})\n")
    finally:
        os._exit(status)


# ---------------------------------------------------------------- the process that can't fail


def serve(agent: str, deadline: float = DEADLINE) -> int:
    """Answers the payload on standard input; the exit status."""
    until = time.monotonic() + deadline
    module = load(agent)
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _child(module, sending, deadline)
    os.close(sending)
    answer = _received(_until_end(receiving, until)) or module.deny(_failed(child, until))
    _end(child)
    return _print(answer)


def load(agent: str) -> Agent:
    """The module of an agent. Raises KeyError for one that isn't known."""
    from importlib import import_module

    module: Any = import_module(AGENTS[agent])
    return module  # type: ignore[no-any-return]


def _child(module: Agent, sending: int, deadline: float) -> NoReturn:
    """Makes the answer, and sends it to the parent: status and lengths in a line, then the texts."""
    import signal

    try:
        # If the parent dies, the system ends this process however deep it is in some library.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(deadline) + 2)
        try:
            payload = _read_payload(0)
        except Malformed as problem:
            answer = module.deny(_not_read(str(problem)))
        else:
            answer = respond(module, payload, dict(os.environ))
        stdout, stderr = answer.stdout.encode("utf-8", "replace"), answer.stderr.encode("utf-8", "replace")
        data = b"%d %d %d\n%s%s" % (answer.status, len(stdout), len(stderr), stdout, stderr)
        while data:
            data = data[os.write(sending, data) :]
    finally:
        os._exit(0)


def _read_payload(descriptor: int) -> bytes:
    parts, size = [], 0
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise Malformed(f"it is larger than {LARGEST >> 20} MB")
    return b"".join(parts)


def _until_end(receiving: int, until: float) -> bytes:
    """What the child sends until it closes, or until there is no time left."""
    import select

    parts: list[bytes] = []
    while (left := until - time.monotonic()) > 0:
        if not select.select([receiving], [], [], left)[0]:
            break
        part = os.read(receiving, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""


def _received(data: bytes) -> Answer | None:
    """The answer in what the child sent; None if it isn't whole."""
    head, _, texts = data.partition(b"\n")
    try:
        status, first, second = map(int, head.split(b" "))
    except ValueError:
        return None
    if status not in (0, 2) or len(texts) != first + second:
        return None
    return Answer(texts[:first].decode("utf-8"), texts[first:].decode("utf-8"), status)


def _failed(child: int, until: float) -> str:
    late = time.monotonic() >= until
    why = "it took too long to judge this" if late else "guardsh failed on this"
    return f"guardsh: BLOCKED, nothing ran: {why}\n  {_OTHERWISE}"


def _end(child: int) -> None:
    import signal

    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except OSError:
        pass


def _print(answer: Answer) -> int:
    """Prints the answer; an answer that can't be printed is told by the exit status alone."""
    _say(2, answer.stderr)
    if answer.stdout and not _say(1, answer.stdout):
        _say(2, "guardsh: BLOCKED, nothing ran: the answer can't be written\n")
        return 2
    return answer.status


def _say(descriptor: int, text: str) -> bool:
    data = text.encode("utf-8", "replace")
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        return False
    return True


# ---------------------------------------------------------------- the answer

_OTHERWISE = "Go on with other work, and tell your user; guardsh doctor looks for the cause."


def respond(module: Agent, payload: bytes, environment: Mapping[str, str]) -> Answer:
    """The answer to a payload. Raises nothing."""
    from guardsh.agents.payload import parse

    try:
        values = parse(payload)
        if not isinstance(values, dict):
            raise Malformed("it isn't a JSON object")
        module = speaker(module, values)
        call = module.read(values, environment)
        return module.PASS if call is None else decide(module, call, environment)
    except Malformed as problem:
        return module.deny(_not_read(str(problem)))
    except (ValueError, RecursionError) as problem:
        return module.deny(_not_read(f"it isn't JSON ({type(problem).__name__})"))
    except Exception as problem:
        if environment.get("GUARDSH_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        return module.deny(f"guardsh: BLOCKED, nothing ran: guardsh failed ({type(problem).__name__})\n  {_OTHERWISE}")


def speaker(module: Agent, values: dict[str, Any]) -> Agent:
    """Whose form the answer needs: agents read each other's settings, so that one's hook is started by another.

    A module may have a function `caller` that tells who it is from the payload.
    """
    caller = getattr(module, "caller", None)
    return caller(values) if caller is not None else module


def _not_read(problem: str) -> str:
    return f"guardsh: BLOCKED, nothing ran: this hook's input can't be understood: {problem}\n  {_OTHERWISE}"


def decide(module: Agent, call: Call, environment: Mapping[str, str]) -> Answer:
    """Judges a call and answers for it; approvals, the log and the session's memory included."""
    from guardsh import config
    from guardsh.facts import baseline
    from guardsh.facts import session as memory
    from guardsh.facts.world import World
    from guardsh.rules import store

    session = memory.Session.load(call.session)
    home, user = environment.get("HOME", ""), environment.get("USER", "")
    world = World(call.directory, home, environment, user, session=session)
    if call.kind == WRITTEN:
        for _, path in call.touched:
            session.wrote(path)
        return module.PASS
    if call.kind == STARTED:
        baseline.take(session, world, anew=True)
        return module.PASS
    settings = config.load(call.directory, environment)
    rules = store.in_force(settings.packs)
    for problem in (*settings.problems, *rules.said):
        _say(2, f"guardsh: {problem}\n")
    verdict = judged(call, world, rules, settings)
    again = None if call.kind == TOOL else lambda: judged(call, world, rules, settings)
    decision = _Decision(module, call, verdict, world, settings, again)
    answer = decision.answer()
    baseline.take(session, world)
    _remember(session, call, verdict.but(action="pass") if decision.passes else verdict, world, rules)
    return answer


def judged(call: Call, world: World, rules: Rules, settings: Settings) -> Verdict:
    """The verdict on a call."""
    from guardsh.judge import judge

    if call.kind == SHELL and call.dialect in ("bash", "sh", "zsh"):
        return judge(call.text, world, rules, settings, call.dialect)
    from guardsh.agents import tools

    return tools.judged(call, world, rules, settings)


def _remember(session: Session, call: Call, verdict: Verdict, world: World, rules: Rules) -> None:
    from guardsh.facts import session as memory

    if call.kind == FILE and verdict.action == "pass":
        for how, path in call.touched:
            if how in ("overwrite", "edit"):
                memory.make_file(session, path, world)
    elif call.kind == SHELL:
        memory.learn(session, call.text, verdict, world, rules, call.dialect)


class _Decision:
    """What follows from a verdict."""

    def __init__(
        self,
        module: Agent,
        call: Call,
        verdict: Verdict,
        world: World,
        settings: Settings,
        again: Callable[[], Verdict] | None = None,
    ) -> None:
        self.again = again  # judges the same once more; None for what may be done on another machine
        self.module = module
        self.call = call
        self.verdict = verdict
        self.world = world
        self.settings = settings
        self.passes = False

    def answer(self) -> Answer:
        from guardsh.config_file import OBSERVE
        from guardsh.record import log
        from guardsh.verdict import CONFIRM, PASS

        if self.verdict.action == PASS:
            return self._pass(log.RAN)
        if self.settings.mode == OBSERVE:
            return self._pass(log.OBSERVED)
        if self.verdict.action == CONFIRM:
            saved = self._saved()
            return self._pass(log.RAN, saved) if saved else self._confirm()
        return self._deny()

    def _saved(self) -> str:
        """How to undo it, if the call can pass because what it takes is saved; "" if it can't."""
        if not self.verdict.losses or self.again is None:
            return ""
        from guardsh.undo import passing
        from guardsh.verdict import PASS

        self.verdict, kept = passing.to_pass(
            self.verdict, self.again, self.world, self.settings, self._about("saved"), SAVING
        )
        return kept.said if self.verdict.action == PASS else ""

    def _save(self, outcome: str) -> str:
        """Saves what a call takes that is about to be made, as far as it can be; what is said of that."""
        if not self.verdict.losses or self.again is None:
            return ""
        from guardsh.record import log
        from guardsh.undo import passing

        about = self._about("score" if outcome == log.RAN else "yes")
        return passing.before(self.verdict, self.world, self.settings, about, SAVING).said

    def _about(self, how: str) -> About:
        from guardsh.undo.keep import About

        return About(self.verdict.text, self.call.directory, how, self.module.NAME, self.call.session, "hook")

    def _confirm(self) -> Answer:
        from guardsh.confirm import requests
        from guardsh.record import log
        from guardsh.shell import approval

        bound = approval.bound(self.verdict, self.world)
        if requests.take(bound, layer="hook"):
            return self._pass(log.YES)
        shape = self._shape() if self.call.session else None
        if approval.like(self.verdict, self.call.session, shape):
            return self._pass(log.LIKE)
        if self.call.can_ask and self.settings.waits and self.verdict.score < ASKS_BELOW:
            return self._ask()
        asked = approval.request(
            self.verdict, bound, self.world, self.module.NAME, self.settings, self.call.session, shape
        )
        return self._deny(asked.id, asked.word)

    def _shape(self) -> Shape | None:
        from guardsh.rules import store
        from guardsh.shell import approval

        if self.call.kind != SHELL:
            return None
        rules = store.in_force(self.settings.packs)
        return approval.shape(self.verdict, self.world, rules, self.settings, self.call.dialect)

    def _pass(self, outcome: str, saved: str = "") -> Answer:
        saved = saved or self._save(outcome)
        if not self._record(outcome, saved=saved) and self.settings.audit_required:
            return self.module.deny(
                "guardsh: BLOCKED, nothing ran: the log can't be written, and the configuration requires it\n"
                f"  {_OTHERWISE}"
            )
        self.passes = True
        noted = getattr(self.module, "noted", None)
        return noted(f"guardsh {saved}") if noted is not None and saved.startswith("saved") else self.module.PASS

    def _ask(self) -> Answer:
        from guardsh import show
        from guardsh.record import log

        self._record(log.ASKED, saved=self._save(log.ASKED))
        return self.module.ask(show.question(self.verdict)[:LONGEST])

    def _deny(self, request: str = "", word: str = "") -> Answer:
        from guardsh import show
        from guardsh.record import log

        self._record(log.BLOCKED, request)
        said = show.blocked(self.verdict, request=request)[:LONGEST]
        return self.module.deny(said + (f"  Your user said no: {word}\n" if word else ""))

    def _record(self, outcome: str, request: str = "", saved: str = "") -> bool:
        from guardsh.record import log

        call = self.call
        return log.write(
            log.entry(
                self.verdict,
                outcome,
                agent=self.module.NAME,
                session=call.session,
                directory=call.directory,
                request=request,
                saved=saved,
            )
        )
