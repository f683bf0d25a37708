"""Commands that come through a pipe: each is judged as soon as it is complete, and only then given to the real shell.

guardsh stays as the shell's parent. A script that is still being downloaded and a program that keeps a shell open and
writes one line at a time are the same to it: it never waits for the end. After a stop nothing more is given, the shell
sees the end of its input, and guardsh ends with its own status. A command that reads standard input gets what follows
it in the pipe, as with any shell, but only what passed as a command.
"""

from __future__ import annotations

import os
import select
import signal

from guardsh.shell import real
from guardsh.shell.gate import Answer, say
from guardsh.shell.unwrap import Unwrapped
from guardsh.syntax import NotUnderstood, SyntaxProblem, complete_prefix, nodes, parse
from guardsh.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.shell.arguments import Invocation
    from guardsh.shell.gate import Gate

BLOCK = 1 << 16
LONGEST_PAST = 100_000  # characters of earlier commands that a command is judged with
FORWARDED = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM")

# Builtins that leave something behind that a later command's meaning may depend on. Source: the bash manual.
_NAMES = (
    ". alias builtin cd command declare enable eval exec export getopts hash let local mapfile popd printf pushd read "
    "readarray readonly set shift shopt source trap typeset ulimit umask unalias unset"
)
_LASTING = frozenset(_NAMES.split())


def feed(gate: Gate, shell: str, invocation: Invocation, argv: Sequence[str]) -> int:
    """Judges commands from standard input and gives them to the real shell; returns its exit status."""
    gate.rules.hold()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _be_shell(reader, shell, argv)
    os.close(reader)
    _let_go(writer)
    return _Feeder(gate, invocation, writer, child).run()


def _be_shell(reader: int, shell: str, argv: Sequence[str]) -> None:
    try:
        os.dup2(reader, 0, inheritable=True)
        real.become(shell, argv)
    except BaseException as error:
        say(f"guardsh: {shell} can't be started: {error}\n")
    os._exit(125)


def _let_go(writer: int) -> None:
    """Closes everything that only the shell uses: whoever waits for its end must not wait for guardsh."""
    for name in os.listdir("/dev/fd"):
        descriptor = int(name)
        if descriptor > 2 and descriptor != writer:
            try:
                os.close(descriptor)
            except OSError:
                pass
    nothing = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nothing, 1, inheritable=False)
    os.close(nothing)


class _Feeder:
    def __init__(self, gate: Gate, invocation: Invocation, writer: int, child: int) -> None:
        self.gate = gate
        self.invocation = invocation
        self.writer = writer
        self.child = child
        self.waiting = b""  # read and not yet given on
        self.past = ""  # earlier commands that later ones depend on
        self.status: int | None = None  # of the shell, once it has ended

    def run(self) -> int:
        """Feeds until the input ends, the shell ends, or a command is stopped."""
        woken = self._catch_signals()
        stopped = self._loop(woken)
        self._close()
        status = self._wait()
        return status if stopped is None else stopped.status

    def _loop(self, woken: int) -> Answer | None:
        """The answer that stopped the feeding; None if nothing did."""
        poll = select.poll()
        poll.register(0, select.POLLIN)
        poll.register(woken, select.POLLIN)
        poll.register(self.writer, 0)  # tells when the shell no longer reads
        while not self._ended():
            ready = dict(poll.poll())
            if woken in ready:
                os.read(woken, BLOCK)
            if self.writer in ready:
                return None
            if 0 in ready:
                block = os.read(0, BLOCK)
                self.waiting += block
                answer = self._advance(final=not block) if b"\n" in block or not block else None
                if answer is not None or not block:
                    return answer
        return None

    def _advance(self, final: bool) -> Answer | None:
        """Gives on what is complete; at the end of the input, all the rest."""
        lines = self.waiting if final else self.waiting[: self.waiting.rfind(b"\n") + 1]
        text = lines.decode("utf-8", "surrogateescape")
        complete = complete_prefix(text)
        answer = self._give(complete)
        rest = text[len(complete) :]
        if answer is None and rest and (final or _hopeless(rest, self.invocation.dialect)):
            answer = self._give(rest)
        return answer

    def _give(self, text: str) -> Answer | None:
        """Judges a text and gives it to the shell; the answer if it may not run."""
        if not text:
            return None
        if text.strip():
            answer = self._ask(text)
            if not answer.may_run:
                return answer
        given = text.encode("utf-8", "surrogateescape")
        self.waiting = self.waiting[len(given) :]
        try:
            while given:
                given = given[os.write(self.writer, given) :]
        except BrokenPipeError:
            pass  # the shell has ended, which the loop notices
        return None

    def _ask(self, text: str) -> Answer:
        gate, invocation = self.gate, self.invocation
        command = Unwrapped(text, invocation.name, invocation.arguments, invocation.dialect)
        gate.look_again()  # the files are as the commands before have left them
        lasts = lasting(text, invocation.dialect)
        if len(self.past) > LONGEST_PAST:
            say("guardsh: BLOCKED, nothing more ran: this shell has read too much to judge more of it; start another\n")
            return Answer(False, 126)
        past = "" if lasts is None else self.past

        def judged() -> Verdict:
            return gate.judge(command, past)

        verdict = judged()
        if lasts:
            self.past += text if text.endswith("\n") else text + "\n"
        return gate.act(command, verdict, f"{invocation.program.lstrip('-')}: ", judged)

    # ------------------------------------------------------------ the shell and its signals

    def _catch_signals(self) -> int:
        """Passes signals on to the shell; returns a descriptor that wakes the loop when the shell ends."""
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name in FORWARDED:
            number = getattr(signal, name)
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._pass_on)
        return woken

    def _pass_on(self, number: int, _frame: object) -> None:
        if self.status is None:
            try:
                os.kill(self.child, number)
            except ProcessLookupError:
                pass

    def _ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def _close(self) -> None:
        os.close(self.writer)

    def _wait(self) -> int:
        """The shell's exit status; where a signal ended it, the same signal ends this process."""
        if self.status is None:
            _, self.status = os.waitpid(self.child, 0)
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            if number != signal.SIGKILL:
                signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        return os.waitstatus_to_exitcode(self.status)


def _hopeless(text: str, dialect: str) -> bool:
    """Will no further line make this text complete?"""
    try:
        parse(text, dialect)
    except SyntaxProblem as problem:
        return not problem.at_end
    except NotUnderstood:
        return True
    return False


def lasting(text: str, dialect: str) -> bool | None:
    """Does the text leave something behind for later commands? None if it can't be parsed."""
    try:
        script = parse(text, dialect)
    except NotUnderstood:
        return None
    return any(_lasts(item.command) for item in script.items)


def _lasts(command: object) -> bool:
    if isinstance(command, nodes.Pipeline):
        return len(command.commands) == 1 and _lasts(command.commands[0])
    if isinstance(command, nodes.Subshell):
        return False
    if not isinstance(command, nodes.Simple):
        return True
    if not command.words:
        return bool(command.assignments)
    first = command.words[0]
    if not isinstance(first, nodes.Word) or not all(isinstance(part, nodes.Literal) for part in first.parts):
        return True
    return "".join(part.text for part in first.parts if isinstance(part, nodes.Literal)) in _LASTING
