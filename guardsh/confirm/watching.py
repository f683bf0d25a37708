"""`guardsh watch`: a person's own terminal as the place where requests are answered, full screen, while it runs.

`Watch` holds what is chosen and typed and decides what a key means; `guardsh.confirm.board` draws it; `show` connects
both with a terminal. A yes is the phrase, typed by hand under the request that it is for, after that request was shown.
All else is no answer, or a no.
"""

from __future__ import annotations

import time

from guardsh.confirm import approver, board, connected, passphrase, past, presence, remembered, requests
from guardsh.confirm.board import Board
from guardsh.confirm.phrase import AND_THE_LIKE, phrase, same
from guardsh.confirm.requests import APPROVED, OPEN, Request
from guardsh.confirm.terminal import EMPTY, PASTED, WRONG, Answer, Hand, NoTerminal, Terminal, terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from prompt_toolkit import Application
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.output import Output

SETTLE = 0.5  # seconds after another request was shown in which keys are still meant for what was there before
LOOK = 0.5  # seconds between two looks at the requests
REMEMBER = 3.0  # … at the log
LONGEST = 500  # characters of an entry


def watch(environment: Mapping[str, str]) -> Answer:
    """Asks the passphrase and runs the screen until the person leaves; `yes` if it ran."""
    if reason := presence.may_approve(environment):
        return Answer(False, f"Not started: {reason}. Run guardsh watch {approver.ELSEWHERE}.")
    if environment.get("TERM", "dumb") == "dumb":
        return Answer(False, "This terminal has no full screen (TERM=dumb): use guardsh pending and approve.")
    try:
        with terminal() as where:
            if reason := approver.not_the_person(where):
                return Answer(False, f"Not started: {reason}")
            return _watched(where, environment)
    except NoTerminal as error:
        return Answer(False, f"Not started: {error}. Run guardsh watch {approver.ELSEWHERE}.")
    except OSError as error:
        return Answer(False, f"Not started: {error}.")


def _watched(where: Terminal, environment: Mapping[str, str]) -> Answer:
    def reason() -> str | None:
        return presence.may_approve(environment) or presence.background(where.descriptor)

    watching = Watch(reason, driven=presence.typed_into(environment))
    connected.tidy()
    connected.beat()
    try:
        signal = show(watching, where, colour=where.colour(environment))
    finally:
        connected.leave()
    if signal:
        import os

        os.kill(os.getpid(), signal)
    return Answer(True, "Left: shells no longer wait for an answer. What waits: guardsh pending.")


class Watch:
    """What is chosen, typed and said. `reason` tells why a yes may not be taken now, None if it may."""

    def __init__(self, reason: Callable[[], str | None], driven: str = "") -> None:
        self.reason = reason
        self.driven = driven  # the program by which others could type here; then each yes needs the passphrase
        self.hand = Hand()
        self.requests: tuple[Request, ...] = ()
        self.chosen = ""
        self.typed = ""
        self.said = ""
        self.problem = ""
        self.scroll = 0
        self.furthest = 0
        self.enough = True  # is so much on the screen that an answer can be meant?
        self.helping = False
        self.left = False
        self.news = 0  # requests that came since the last look
        self._secret: tuple[Request, bool] | None = None  # approved by phrase, its like too?; the passphrase is asked
        self._since = 0.0  # when the chosen one was shown
        self._past = past.Past()
        self._looked = -REMEMBER

    # ------------------------------------------------------------ what there is

    def look(self) -> None:
        """Takes the requests as they are now. What was typed for one that is gone, is gone too."""
        try:
            found = tuple(requests.waiting())
            self.problem = ""
        except OSError as error:
            found, self.problem = (), f"The requests can't be read: {error}"
        known = {one.id for one in self.requests}
        self.news = sum(one.id not in known and one.state == OPEN for one in found)
        before = self.request
        self.requests = found
        if before is not None and self.request is None:
            self._gone(before)
        elif before is not None and self.request != before:
            self._clear()  # allowed or changed elsewhere
        if self.request is None:
            self._choose(next((one.id for one in found if one.state == OPEN), found[0].id if found else ""))
        now = time.monotonic()
        if now - self._looked >= REMEMBER:
            self._looked, self._past = now, past.past(1 << 20)

    @property
    def request(self) -> Request | None:
        """The chosen one."""
        return next((one for one in self.requests if one.id == self.chosen), None)

    def board(self) -> Board:
        """What there is to show."""
        request = self.request
        notes = [note for note in (self.problem, self._past.problem) if note]
        if self.driven and not self.requests:
            notes.append(f"Other programs can type here, through {self.driven}: each yes needs the passphrase.")
        return Board(
            self.requests, self.chosen, self.typed, self._secret is not None, self.said, tuple(notes),
            self._past.answered_today(), tuple(self._past.commands(request.session)) if request else (), self.helping,
            self.scroll,
        )  # fmt: skip

    def _gone(self, request: Request) -> None:
        now = requests.find(request.id)
        state = now.state if now is not None else "gone"
        if self.typed or self._secret or not self.said:
            self.said = f"{request.id} is {state}." + (" What was typed for it doesn't count." if self.typed else "")
        self._clear()

    def _choose(self, name: str) -> None:
        self.chosen, self.scroll, self._since = name, 0, time.monotonic()
        self._clear()

    def _clear(self) -> None:
        self.typed, self._secret = "", None
        self.hand.forget()

    # ------------------------------------------------------------ keys

    def key(self, char: str) -> None:
        """A character was typed."""
        if self.helping:
            self.helping = False
            return
        if not char.isprintable():
            return
        request = self.request
        if not self.typed and self._secret is None:
            if char == "?":
                self.helping = True
                return
            if char == "q" and not (request and phrase(request.verdict).startswith("q")):
                self.left = True
                return
        if request is None or time.monotonic() - self._since < SETTLE:
            return
        self.said = ""
        self.typed = (self.typed + char)[:LONGEST]

    def paste(self, text: str) -> None:
        """Text came by a bracketed paste: fine for a passphrase or a word to the agent, nothing for a yes."""
        if self._secret is not None or self.typed.startswith("d "):
            self.typed = (self.typed + "".join(char for char in text if char.isprintable()))[:LONGEST]
            return
        self._clear()
        self.said = f"{PASTED} Nothing was allowed."

    def erase(self, everything: bool = False) -> None:
        """Backspace, or Ctrl-U."""
        self.helping = False
        self.typed = "" if everything else self.typed[:-1]
        if not self.typed:
            self.hand.forget()

    def stop(self) -> None:
        """Escape: what was typed is forgotten."""
        self.helping = False
        self._clear()

    def interrupt(self) -> None:
        """Ctrl-C or Ctrl-D: the same, or with nothing typed the end."""
        if self.typed or self._secret or self.helping:
            self.stop()
        else:
            self.left = True

    def move(self, by: int) -> None:
        """Chooses the next request, or the one before."""
        self.helping = False
        names = [one.id for one in self.requests]
        if self.chosen in names and len(names) > 1:
            self.said = ""
            self._choose(names[(names.index(self.chosen) + by) % len(names)])

    def turn(self, by: int) -> None:
        """Scrolls the detail."""
        self.scroll = max(0, min(self.scroll + by, self.furthest))

    # ------------------------------------------------------------ answers

    def enter(self) -> None:
        """Takes what was typed as an answer."""
        if self.helping:
            self.helping = False
            return
        request, typed, hand_made = self.request, self.typed, not self.hand.too_fast
        secret = self._secret
        self._clear()
        if request is None:
            return
        try:
            self.said = self._answered(request, typed, secret, hand_made)
        except (requests.NotOpen, OSError) as error:
            self.said = f"Nothing was allowed: {error}."
        self._looked = -REMEMBER
        self.look()

    def _answered(self, request: Request, typed: str, secret: tuple[Request, bool] | None, hand_made: bool) -> str:
        if secret is not None:
            return self._by_passphrase(*secret, typed)
        plain = " ".join(typed.split())
        wanted = phrase(request.verdict)
        like = bool(remembered.offered(request)) and same(typed, wanted + AND_THE_LIKE)
        if request.state == OPEN and (like or same(typed, wanted)):
            return self._by_phrase(request, like, hand_made)
        if plain == "d" or plain.startswith("d "):
            word = plain[2:]
            approver.refuse(request.id, word)
            return f"{request.id} is denied" + (f": {word}" if word else ".")
        if plain == "q":
            self.left = True
            return ""
        if not hand_made:
            return f"{PASTED} Nothing was allowed."
        if request.state == APPROVED and plain:
            return f"{request.id} is allowed already; d takes it back."
        return f"{WRONG if plain else EMPTY} Nothing was allowed."

    def _by_phrase(self, request: Request, like: bool, hand_made: bool) -> str:
        if not hand_made:
            return f"{PASTED} Nothing was allowed."
        if not self.enough:
            return "This window is too small to show what would be lost. Nothing was allowed."
        if reason := self.reason():
            return f"Nothing was allowed: {reason}."
        if self.driven:
            self._secret = (request, like)
            return ""
        return f"{request.id}: {approver.allow(request, like=like)}"

    def _by_passphrase(self, request: Request, like: bool, typed: str) -> str:
        if reason := self.reason():
            return f"Nothing was allowed: {reason}."
        if not passphrase.matches(typed):
            time.sleep(approver.WRONG_PAUSE)
            return "That isn't the passphrase. Nothing was allowed."
        return f"{request.id}: {approver.allow(request, like=like)}"


# ---------------------------------------------------------------- the screen


def show(watching: Watch, where: Terminal, *, colour: bool) -> int:
    """Runs the screen on a terminal until the person leaves; the signal that ended it and is still to act, or 0."""
    import asyncio
    import selectors
    import termios

    termios.tcflush(where.descriptor, termios.TCIFLUSH)  # what was typed ahead is meant for nobody
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())  # as in terminal.read_line
    try:
        return loop.run_until_complete(_show(watching, where.source, where.sink, colour))
    finally:
        loop.close()
        termios.tcflush(where.descriptor, termios.TCIFLUSH)


async def _show(watching: Watch, source: Input, sink: Output, colour: bool) -> int:
    import asyncio

    from guardsh.confirm.terminal import ended_by_signals, to_act

    application = screen(watching, source, sink, colour)
    running = asyncio.ensure_future(application.run_async(set_exception_handler=False, handle_sigint=False))
    with ended_by_signals(running) as ended:
        try:
            await running
        except (asyncio.CancelledError, EOFError):
            pass
    return to_act(ended)


def screen(watching: Watch, source: Input, sink: Output, colour: bool) -> Application[None]:
    """The full-screen application."""
    from prompt_toolkit import Application
    from prompt_toolkit.data_structures import Point
    from prompt_toolkit.layout import FormattedTextControl, Layout, Window
    from prompt_toolkit.output import ColorDepth

    cursor = Point(0, 0)

    def text() -> Any:
        nonlocal cursor
        size = application.output.get_size()
        made = board.drawn(watching.board(), size.columns, size.rows)
        watching.furthest, watching.enough = made.furthest, made.enough
        watching.scroll = min(watching.scroll, made.furthest)
        cursor = Point(*made.cursor)
        fragments: list[tuple[str, str]] = []
        for line in made.lines:
            fragments += [*line, ("", "\n")]
        return fragments[:-1]

    control = FormattedTextControl(text, focusable=True, get_cursor_position=lambda: cursor)
    application: Application[None] = Application(
        layout=Layout(Window(control, always_hide_cursor=False, wrap_lines=False)),
        key_bindings=_bindings(watching),
        style=_style(colour),
        color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
        full_screen=True,
        input=source,
        output=sink,
    )
    application.timeoutlen = application.ttimeoutlen = 0.05
    application.key_processor.before_key_press += lambda _processor: watching.hand.key()
    application.pre_run_callables.append(lambda: _background(application, watching))
    return application


def _background(application: Application[None], watching: Watch) -> None:
    watching.look()
    application.create_background_task(_look_again(application, watching))


async def _look_again(application: Application[None], watching: Watch) -> None:
    """Looks at the requests, leaves signs of life, and draws anew."""
    import asyncio

    beat = 0.0
    while not watching.left:
        watching.look()
        if watching.news:
            application.output.bell()
        if time.monotonic() - beat >= connected.BEAT:
            beat = time.monotonic()
            try:
                connected.beat()
            except OSError as error:
                watching.problem = f"Shells can't see that somebody is here: {error}"
        application.invalidate()
        await asyncio.sleep(LOOK)
    application.exit()


def _bindings(watching: Watch) -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()

    def on(*keys: Any, does: Callable[[Any], None]) -> None:
        for key in keys:

            @bindings.add(key, eager=key != Keys.Any)
            def _pressed(event: Any) -> None:
                does(event)
                if watching.left and not event.app.is_done:
                    event.app.exit()

    on(Keys.Any, does=lambda event: watching.key(event.data))
    on(Keys.BracketedPaste, does=lambda event: watching.paste(event.data))
    on("enter", does=lambda event: watching.enter())
    on("backspace", does=lambda event: watching.erase())
    on("c-u", "c-w", does=lambda event: watching.erase(everything=True))
    on("escape", does=lambda event: watching.stop())
    on("c-c", "c-d", does=lambda event: watching.interrupt())
    on("up", "s-tab", does=lambda event: watching.move(-1))
    on("down", "tab", does=lambda event: watching.move(1))
    on("pageup", does=lambda event: watching.turn(-5))
    on("pagedown", does=lambda event: watching.turn(5))
    on("c-l", does=lambda event: event.app.renderer.clear())
    return bindings


def _style(colour: bool) -> Any:
    """Colours, and the same signs without any: bold, reversed and underlined letters."""
    from prompt_toolkit.styles import Style

    painted = {
        "head": "reverse", "rule": "ansibrightblack", "chosen": "bold", "whose": "bold ansiyellow",
        "marks": "bold ansired", "dim": "ansibrightblack", "more": "ansibrightblack", "said": "bold",
        "phrase": "bold ansigreen", "typed": "bold",
    }  # fmt: skip
    if colour:
        return Style.from_dict(painted)
    words = {name: look.split() for name, look in painted.items()}
    return Style.from_dict({name: " ".join(one for one in look if "ansi" not in one) for name, look in words.items()})
