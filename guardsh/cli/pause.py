"""`guardsh pause 30m`."""

from __future__ import annotations

import os

import click

from guardsh.confirm.terminal import Answer

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Length(click.ParamType):  # type: ignore[type-arg]
    """A length of time: 30m, 2h, 90s; a bare number is minutes."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> float:
        text = str(value)
        number, unit = (text[:-1], text[-1]) if text[-1:] in UNITS else (text, "m")
        if not (number.isascii() and number.replace(".", "", 1).isdigit()):
            self.fail(f"{text!r} is no length of time; write 30m, 2h or 90s", param, context)
        return float(number) * UNITS[unit]


@click.command(short_help="not be asked for a while")
@click.argument("length", type=Length(), required=False, metavar="LENGTH")
@click.option("--agents", is_flag=True, help="Don't ask about agents' commands either.")
@click.option("--end", "ends", is_flag=True, help="End a pause now.")
@click.pass_context
def command(context: click.Context, length: float | None, agents: bool, ends: bool) -> None:
    """Not be asked about your own commands for LENGTH (30m, 2h), from an unlocked terminal.

    What is refused stays refused, everything is recorded, and agents' commands wait for your yes as before unless you
    say --agents. Without LENGTH: says whether there is a pause.

    Exit status: 0 done (or there is a pause), 1 not.
    """
    from guardsh.confirm import pause

    try:
        if ends:
            answer = Answer(True, "The pause is over." if pause.end() else "There was no pause.")
        elif length is None:
            answer = state()
        else:
            answer = begin(length, agents)
    except (OSError, ValueError) as error:
        answer = Answer(False, f"Not paused: {error}.")
    click.echo(answer.said, err=True)
    context.exit(0 if answer.yes else 1)


def state() -> Answer:
    """Is there a pause?"""
    from guardsh.confirm import pause

    left = pause.left()
    if not left:
        return Answer(False, "There is no pause.")
    whom = "you or agents" if pause.left(agents=True) else "you"
    return Answer(True, f"Nobody asks {whom} for another {_shown(left)}.")


def begin(seconds: float, agents: bool) -> Answer:
    """Begins a pause, where a person may. Raises OSError or ValueError."""
    from guardsh.confirm import pause, presence, unlocked
    from guardsh.record import log

    if reason := presence.may_approve(os.environ):
        return Answer(False, f"Not paused: {reason}.")
    if not unlocked.here():
        return Answer(False, "Not paused: this terminal is locked. Unlock it first: guardsh unlock")
    text = f"guardsh pause {_shown(seconds)}{' --agents' if agents else ''}"
    if not log.write(log.Entry(text, "pass", pause.PAUSED, directory=os.getcwd())):
        return Answer(False, "Not paused: the log can't be written.")
    pause.begin(seconds, agents)
    whom = "you or agents" if agents else "you"
    return Answer(True, f"For {_shown(seconds)} nobody asks {whom}; guardsh pause --end ends it.")


def _shown(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f}".removesuffix(".0") + " hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
