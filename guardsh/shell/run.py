"""Being a shell: what is to be run is judged, and the real shell runs it, or nothing does.

    arguments -> the command text, the script file or the script on standard input -> unwrapped -> judged -> exec

Standard output is never written to, standard input is left to the command, and every descriptor stays open.
"""

from __future__ import annotations

import os

from guardsh.shell import arguments, real
from guardsh.shell.arguments import Invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.shell.gate import Gate

OWN_FAILURE = 125
WRONG_ARGUMENTS = 2
BLOCKED = 126


def main(argv: Sequence[str], dialect: str = "bash") -> int:
    """Does what a shell called with argv does; returns the exit status where the real shell doesn't take over.

    Raises what goes wrong in guardsh itself: nothing has run then.
    """
    _fill_closed_descriptors()
    invocation = arguments.parse(argv, dialect, terminal=_is_terminal(0) and _is_terminal(2))
    if invocation.mode == arguments.WRONG:
        return _said(f"{_called(invocation)}: {invocation.problem}\n", WRONG_ARGUMENTS)
    if invocation.mode == arguments.INFORM:
        return _inform(invocation, argv)
    if invocation.mode == arguments.COMMAND:
        return _command(invocation, argv)
    if invocation.mode == arguments.FILE:
        return _file(invocation, argv)
    if _is_terminal(0):
        return _interactive(invocation)
    return _stdin(invocation, argv)


def _inform(invocation: Invocation, argv: Sequence[str]) -> int:
    """--help and --version: of everything else nothing is handed on, so that nothing else can happen."""
    asked = [word for word in argv[1:] if word.lstrip("-") in ("help", "version")][:1]
    real.become(real.find(invocation.dialect), [invocation.program, *asked])
    return OWN_FAILURE


def _command(invocation: Invocation, argv: Sequence[str]) -> int:
    from guardsh.shell.gate import Gate
    from guardsh.shell.unwrap import unwrap

    gate = Gate()
    shell = real.find(invocation.dialect, gate.settings.shell(invocation.dialect))
    if not invocation.runs_nothing:
        command = unwrap(invocation, gate.world.environment)
        command = command.but(text=_with_startup(invocation, command.text))
        answer = gate.ask(command, f"{_called(invocation)}: -c: ")
        if not answer.may_run:
            return answer.status
        if "BASH_ENV" in os.environ and invocation.dialect == "bash":
            from guardsh.shell import inside

            inside.leave_judged(invocation.text)
    real.become(shell, argv)
    return OWN_FAILURE


def _file(invocation: Invocation, argv: Sequence[str]) -> int:
    from guardsh.shell import script
    from guardsh.shell.gate import Gate

    gate = Gate()
    shell = real.find(invocation.dialect, gate.settings.shell(invocation.dialect))
    try:
        found = script.named(invocation.file, gate.world.environment, _called(invocation))
    except script.CannotRun as problem:
        return _said(f"{problem}\n", problem.status)
    return _script(gate, shell, invocation, argv, found, f"{invocation.file}: ")


def _stdin(invocation: Invocation, argv: Sequence[str]) -> int:
    from guardsh.shell import script
    from guardsh.shell.gate import Gate

    gate = Gate()
    shell = real.find(invocation.dialect, gate.settings.shell(invocation.dialect))
    found = script.on_stdin()
    if found is not None:
        return _script(gate, shell, invocation, argv, found, f"{_called(invocation)}: ")
    if invocation.runs_nothing:
        real.become(shell, argv)
    from guardsh.shell import feeding

    return feeding.feed(gate, shell, invocation, argv)


def _script(gate: Gate, shell: str, invocation: Invocation, argv: Sequence[str], found: object, origin: str) -> int:
    """Judges a script that can be read whole, and has the shell run it if it is still the same then."""
    from guardsh.shell.script import Script
    from guardsh.shell.unwrap import Unwrapped

    assert isinstance(found, Script)
    if not invocation.runs_nothing:
        text = _with_startup(invocation, found.text)
        command = Unwrapped(text, invocation.name, invocation.arguments, invocation.dialect)
        answer = gate.ask(command, origin)
        if not answer.may_run:
            return answer.status
        if not found.unchanged():
            return _said("guardsh: BLOCKED, nothing ran: the script was changed while it was judged\n", BLOCKED)
    found.hand_on()
    real.become(shell, argv)
    return OWN_FAILURE


def _interactive(invocation: Invocation) -> int:
    from guardsh.shell import interactive
    from guardsh.shell.gate import Gate

    gate = Gate()  # says what is wrong with rules and configuration before the first prompt
    try:
        interactive.become(invocation, gate.settings)
    except interactive.CannotGuard as problem:
        return _said(f"guardsh: BLOCKED, nothing ran: {problem}\n", BLOCKED)
    return OWN_FAILURE


def _with_startup(invocation: Invocation, text: str) -> str:
    """The text behind the start-up file that an interactive bash was told to read first."""
    if not (invocation.interactive and invocation.startup):
        return text
    quoted = invocation.startup[-1].replace("'", "'\\''")
    return f"source '{quoted}'\n{text}"


def _called(invocation: Invocation) -> str:
    """How the shell names itself in messages."""
    return invocation.program.lstrip("-")


def _said(text: str, status: int) -> int:
    from guardsh.shell.gate import say

    say(text)
    return status


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _fill_closed_descriptors() -> None:
    """Keeps standard descriptors that are closed out of use, lest the log become standard error.

    What is put in their place is closed again by the exec, so that the shell finds them closed.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
