"""Asking a person on the controlling terminal, and nowhere else: standard input and output are never touched.

Whatever isn't the phrase, typed by hand after it was asked for, is a no.
"""

from __future__ import annotations

import contextlib
import os
import time

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.output import Output

    from guardsh.verdict import Verdict

TTY = "/dev/tty"
PATIENCE = 120.0  # seconds to type a phrase
FAST_KEYS, FAST_SECONDS = 5, 0.050  # more keys than that in this time come from no hand

STOPPED = "Stopped."
PASTED = "Pasted text doesn't count."
SLOW = "No answer in time."
EMPTY = "Nothing was typed."
WRONG = "That isn't it."


class NoTerminal(OSError):
    """There is no terminal on which a person could be asked now; the message says why."""


class Line(Frozen):
    """What was typed: a text, or None with the reason why it doesn't count."""

    text: str | None
    reason: str = ""
    signal: int = 0  # that ended the question, and is still to act


class Answer(Frozen):
    """A person's answer; `said` is what they were told."""

    yes: bool
    said: str
    like: bool = False  # and its like in this session


class Terminal:
    """The controlling terminal, open for reading and writing."""

    def __init__(self, descriptor: int, source: Input, sink: Output) -> None:
        self.descriptor = descriptor
        self.source, self.sink = source, sink

    def show(self, text: str) -> None:
        """Writes text to the terminal."""
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self.descriptor, data) :]

    def width(self) -> int:
        """Its columns, between 40 and 100."""
        try:
            return min(max(os.get_terminal_size(self.descriptor).columns, 40), 100)
        except OSError:
            return 80

    def colour(self, environment: Mapping[str, str]) -> bool:
        """May colours be shown?"""
        return environment.get("TERM", "dumb") != "dumb" and not environment.get("NO_COLOR")

    def line(self, prompt: str, *, hidden: bool = False, by_hand: bool = True, patience: float = PATIENCE) -> Line:
        """One line, typed after this call; with `by_hand` a pasted one doesn't count. Leaves no typed keys behind."""
        from guardsh.confirm import presence

        if reason := presence.background(self.descriptor):
            return Line(None, f"{reason[0].upper()}{reason[1:]}.")
        with quiet(self.descriptor):
            line = read_line(self.source, self.sink, prompt, hidden=hidden, by_hand=by_hand, patience=patience)
        if line.signal:
            os.kill(os.getpid(), line.signal)
        return line


@contextlib.contextmanager
def terminal(path: str = TTY) -> Iterator[Terminal]:
    """The controlling terminal. Raises NoTerminal if there is none, or if this process isn't in its foreground."""
    from guardsh.confirm import presence

    with contextlib.ExitStack() as stack:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
            reader = stack.enter_context(open(descriptor, encoding="utf-8", errors="replace", closefd=True))
            again = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
            writer = stack.enter_context(open(again, "w", encoding="utf-8", errors="replace", closefd=True))
        except OSError as error:
            raise NoTerminal(f"there is no terminal to ask on ({error.strerror})") from error
        if not os.isatty(descriptor):
            raise NoTerminal(f"{path} is no terminal")
        if reason := presence.background(descriptor):
            raise NoTerminal(reason)
        yield _open(reader, writer)


def _open(reader: Any, writer: Any) -> Terminal:
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.input.vt100 import Vt100Input
    from prompt_toolkit.output.vt100 import Vt100_Output

    def size() -> Size:
        try:
            columns, rows = os.get_terminal_size(writer.fileno())
        except OSError:
            columns, rows = 0, 0
        return Size(rows=rows or 24, columns=columns or 80)

    # Without asking for the cursor's position: its answer would be keys that nobody typed.
    sink = Vt100_Output(writer, size, term=os.environ.get("TERM"), enable_cpr=False)
    return Terminal(reader.fileno(), Vt100Input(reader), sink)


@contextlib.contextmanager
def quiet(descriptor: int) -> Iterator[None]:
    """No echo and no line editing by the terminal; what was typed before is thrown away, and what is left over after.

    The change and the flush are one step (TCSAFLUSH), so that nothing slips in between; and the rest of a paste doesn't
    reach the shell as commands.
    """
    import termios

    before = termios.tcgetattr(descriptor)
    during = [*before[:6], list(before[6])]
    during[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, during)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def confirm(verdict: Verdict, *, patience: float = PATIENCE, path: str = TTY) -> Answer:
    """Shows a verdict on the controlling terminal and has its phrase typed there: one try. Every failure is a no.

    Who calls this has made sure that the terminal is a person's (`presence.may_ask`).
    """
    try:
        with terminal(path) as where:
            return ask(where, verdict, patience=patience)
    except NoTerminal as error:
        return Answer(False, str(error))
    except Exception as error:
        return Answer(False, f"asking failed ({type(error).__name__})")


def ask(
    where: Terminal, verdict: Verdict, *, patience: float = PATIENCE, done: str = "run", likeness: str = ""
) -> Answer:
    """The question, the phrase, the answer, on an open terminal; `done` is what a no leaves undone.

    With `likeness`, the words for what is like it, that can be allowed with it for the session.
    """
    from guardsh import show
    from guardsh.confirm.phrase import AND_THE_LIKE, phrase, same

    wanted = phrase(verdict)
    colour = where.colour(os.environ)
    where.show("\n" + show.question(verdict, width=where.width(), colour=colour))
    strong = f"\x1b[1m{wanted}\x1b[0m" if colour else wanted
    rest = "\n  " if len(wanted) > where.width() - 50 else " "
    where.show(f"\n  Type  {strong}  to {_act(done)} it.{rest}Anything else stops it.\n")
    if likeness:
        where.show("\n".join(offered(likeness, where.width())) + "\n")
    line = where.line("  > ", patience=patience)
    if line.text is not None and same(line.text, wanted):
        return Answer(True, "")
    if likeness and line.text is not None and same(line.text, wanted + AND_THE_LIKE):
        return Answer(True, "", like=True)
    reason = line.reason or (WRONG if line.text and line.text.strip() else EMPTY)
    said = f"{reason} Nothing was {done}."
    where.show(f"  {said}\n")
    return Answer(False, said)


def offered(likeness: str, width: int) -> list[str]:
    """The lines that offer to allow an act's like too."""
    from guardsh.confirm.phrase import AND_THE_LIKE
    from guardsh.show.text import visible, wrap

    said = f'Add "{AND_THE_LIKE.strip()}" to allow, for the rest of this session: {visible(likeness)}.'
    return wrap(said, width - 2, "  ", "  ")


def _act(done: str) -> str:
    return {"run": "run", "approved": "approve"}.get(done, done)


def read_line(
    source: Input, sink: Output, prompt: str, *, hidden: bool = False, by_hand: bool = True, patience: float = PATIENCE
) -> Line:
    """One line from prompt_toolkit's input, in an event loop of its own. Never raises for what is typed."""
    import asyncio
    import selectors

    # macOS can wait for /dev/tty with select, but not with kqueue or poll.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        return loop.run_until_complete(_read_line(source, sink, prompt, hidden, by_hand, patience))
    finally:
        loop.close()


async def _read_line(source: Input, sink: Output, prompt: str, hidden: bool, by_hand: bool, patience: float) -> Line:
    import asyncio

    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import DummyHistory

    hand = Hand()
    session: PromptSession[str] = PromptSession(
        input=source,
        output=sink,
        history=DummyHistory(),
        is_password=hidden,
        key_bindings=hand.bindings(by_hand),
        # Not KeyboardInterrupt: asyncio would throw that through the loop, past all cleaning up.
        interrupt_exception=_Stopped,
        eof_exception=_Stopped,
    )
    session.app.timeoutlen = session.app.ttimeoutlen = 0.05
    session.app.key_processor.before_key_press += lambda _processor: hand.key()
    asking = asyncio.ensure_future(session.prompt_async(prompt, set_exception_handler=False, handle_sigint=False))
    with ended_by_signals(asking) as ended:
        try:
            text = await asyncio.wait_for(asking, patience)
        except (_Stopped, EOFError):
            return Line(None, STOPPED)
        except (asyncio.TimeoutError, TimeoutError):
            return Line(None, SLOW)
        except asyncio.CancelledError:
            return Line(None, STOPPED, to_act(ended))
        except _Pasted:
            return Line(None, PASTED)
    if ended:
        return Line(None, STOPPED, to_act(ended))
    return Line(None, PASTED) if by_hand and hand.too_fast else Line(text)


def to_act(ended: list[int]) -> int:
    """The signal that still is to end the process; an interrupt ended the question and has done its work."""
    from signal import SIGINT

    return next((number for number in ended if number != SIGINT), 0)


class _Stopped(Exception):
    """Ctrl-C or Ctrl-D."""


class _Pasted(Exception):
    """Text came by a bracketed paste."""


class Hand:
    """Watches how keys come in: too fast for a hand, or not."""

    def __init__(self) -> None:
        self.too_fast = False
        self._times: list[float] = []

    def forget(self) -> None:
        """Begins anew, with an empty entry."""
        self.too_fast = False
        self._times = []

    def key(self) -> None:
        """Notes one key."""
        self._times = [*self._times[-FAST_KEYS:], time.monotonic()]
        if len(self._times) > FAST_KEYS and self._times[-1] - self._times[0] < FAST_SECONDS:
            self.too_fast = True

    def bindings(self, by_hand: bool) -> KeyBindings:
        """Key bindings that end the prompt at a bracketed paste."""
        from prompt_toolkit.key_binding import KeyBindings
        from prompt_toolkit.keys import Keys

        bindings = KeyBindings()

        @bindings.add(Keys.BracketedPaste, filter=by_hand, eager=True)
        def _paste(event: Any) -> None:
            event.app.exit(exception=_Pasted())

        return bindings


@contextlib.contextmanager
def ended_by_signals(asking: Any) -> Iterator[list[int]]:
    """While asked, these signals stop the question instead of the process, so that the terminal is left as it was."""
    import asyncio
    import signal

    loop = asyncio.get_running_loop()
    ended: list[int] = []
    before: dict[signal.Signals, Any] = {}

    def end(number: int) -> None:
        ended.append(number)
        asking.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        handler = signal.getsignal(number)
        if handler == signal.SIG_IGN:
            continue
        try:
            loop.add_signal_handler(number, end, number)
        except (ValueError, RuntimeError):
            break  # not in the main thread, where no signal arrives
        before[number] = handler
    try:
        yield ended
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
