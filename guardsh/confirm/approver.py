"""What only a person may do, at a terminal of theirs: set the passphrase, unlock a terminal, approve a request.

Each function checks that no agent speaks for this process, asks on the controlling terminal and answers; whatever is
missing or doubtful is a no.
"""

from __future__ import annotations

import time

from guardsh.confirm import passphrase, presence, remembered, requests, unlocked
from guardsh.confirm.requests import Request
from guardsh.confirm.terminal import Answer, NoTerminal, Terminal, ask, terminal
from guardsh.record import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ELSEWHERE = "in a terminal of your own, opened by you"
WRONG_PAUSE = 1.0  # seconds after a wrong passphrase


def approve(name: str, environment: Mapping[str, str]) -> Answer:
    """Shows a request and takes the person's yes to it: passphrase (unless the terminal is unlocked), then phrase."""
    if reason := presence.may_approve(environment):
        return Answer(False, f"Not approved: {reason}. Approve it {ELSEWHERE}.")
    try:
        with terminal() as where:
            request = _open_request(name)
            asked = not unlocked.here() or presence.typed_into(environment)
            if asked and (reason := not_the_person(where)):
                return Answer(False, f"Not approved: {reason}")
            where.show(f"\n{_from(request)}")
            answer = ask(where, request.verdict, done="approved", likeness=remembered.offered(request))
            if not answer.yes:
                return answer
            return Answer(True, allow(request, like=answer.like))
    except requests.NotOpen as error:
        return Answer(False, f"Not approved: {error}.")
    except NoTerminal as error:
        return Answer(False, f"Not approved: {error}. Approve it {ELSEWHERE}.")
    except OSError as error:
        return Answer(False, f"Not approved: {error}.")


def allow(request: Request, *, like: bool = False) -> str:
    """Writes a person's yes to a request as it was shown, and to its like; returns what to tell them.

    Who calls this has made sure that it is a person's. Raises requests.NotOpen or OSError.
    """
    requests.approve(request.id, request.binding)
    _record(request, log.APPROVED)
    said = f"Approved: it runs once, if it comes again within {requests.MINUTES} minutes."
    if not like:
        return said
    try:
        kept = remembered.remember(request)
    except OSError as error:
        return f"{said} Its like can't be remembered: {error}."
    return f"{said} {_for_the_like(kept)}" if kept else f"{said} Its like isn't covered."


def refuse(name: str, word: str = "") -> Request:
    """Writes a no, and takes back a yes that wasn't used. Raises requests.NotOpen or OSError."""
    request = requests.deny(name, word)
    _record(request, log.DENIED)
    return request


def _for_the_like(kept: remembered.Like) -> str:
    return f"In this session so does: {kept.words}, for {_length(remembered.HOURS)}. guardsh deny --forget {kept.id}"


def _record(request: Request, outcome: str) -> None:
    """The answer's own entry in the log; if it can't be written, that is said once an hour, and the answer stands."""
    seconds = max(time.time() - request.asked, 0.1)
    log.write(
        log.entry(
            request.verdict,
            outcome,
            agent=request.agent,
            session=request.session,
            directory=request.directory,
            request=request.id,
            seconds=seconds,
        )
    )


def unlock(environment: Mapping[str, str], hours: float = unlocked.HOURS) -> Answer:
    """Unlocks this terminal after the passphrase."""
    if reason := presence.may_approve(environment):
        return Answer(False, f"Not unlocked: {reason}. Unlock one {ELSEWHERE}.")
    try:
        with terminal() as where:
            if reason := not_the_person(where):
                return Answer(False, f"Not unlocked: {reason}")
            unlocked.unlock(hours)
    except OSError as error:
        return Answer(False, f"Not unlocked: {error}.")
    return Answer(True, f"This terminal is unlocked for {_length(hours)}, or until guardsh unlock --lock.")


def setup(environment: Mapping[str, str]) -> Answer:
    """Sets the passphrase, or changes it after the old one."""
    if reason := presence.may_approve(environment):
        return Answer(False, f"Nothing was set: {reason}. Run guardsh setup {ELSEWHERE}.")
    try:
        with terminal() as where:
            if passphrase.is_set() and (reason := not_the_person(where, "The passphrase until now: ")):
                return Answer(False, f"Nothing was changed: {reason}")
            return _new_passphrase(where)
    except NoTerminal as error:
        return Answer(False, f"Nothing was set: {error}. Run guardsh setup {ELSEWHERE}.")
    except OSError as error:
        return Answer(False, f"Nothing was set: {error}.")


def _length(hours: float) -> str:
    if hours < 1:
        return f"{round(hours * 60)} minutes"
    return "an hour" if hours == 1 else f"{hours:g} hours"


def _new_passphrase(where: Terminal) -> Answer:
    where.show(
        "With this passphrase you say yes to what an agent asks for. Choose one that you\n"
        "use for nothing else and that no file on this machine holds:\n"
        f"{passphrase.SHORTEST} characters or more.\n"
    )
    first = where.line("New passphrase: ", hidden=True, by_hand=False)
    if first.text is None:
        return Answer(False, f"{first.reason} Nothing was set.")
    if passphrase.too_short(first.text):
        return Answer(False, f"That is too short: {passphrase.SHORTEST} characters or more. Nothing was set.")
    again = where.line("The same again: ", hidden=True, by_hand=False)
    if again.text != first.text:
        return Answer(False, "These two differ. Nothing was set.")
    passphrase.store(first.text)
    return Answer(True, "The passphrase is set. Unlock a terminal: guardsh unlock. See what waits: guardsh pending.")


def not_the_person(where: Terminal, prompt: str = "Passphrase: ") -> str:
    """Why whoever sits there isn't known to be the person, as the end of a sentence; "" after the right passphrase."""
    if not passphrase.is_set():
        return f"no passphrase is set yet. Run guardsh setup {ELSEWHERE}."
    line = where.line(prompt, hidden=True, by_hand=False)
    if line.text is None:
        return line.reason[:1].lower() + line.reason[1:]
    try:
        if passphrase.matches(line.text):
            return ""
    except passphrase.NoPassphrase as error:
        return f"{error}."
    time.sleep(WRONG_PAUSE)
    return "that isn't the passphrase."


def _open_request(name: str) -> Request:
    request = requests.find(name)
    if request is None:
        raise requests.NotOpen(f"there is no request {name.strip().upper()[:20]}; guardsh pending lists them")
    if request.state != requests.OPEN:
        raise requests.NotOpen(f"request {request.id} is {request.state}")
    return request


def _from(request: Request) -> str:
    """ "request 7QK2 of claude-code in ~/shop, 9:12 left"."""
    from guardsh.show.text import visible

    whose = f" of {visible(request.agent)}" if request.agent else ""
    return f"request {request.id}{whose} in {visible(request.directory)}, {time_left(request)} left\n"


def time_left(request: Request) -> str:
    """ "9:41"."""
    seconds = int(request.left())
    return f"{seconds // 60}:{seconds % 60:02}"
