"""Requests for a person's yes, and approvals: one yes, for one act, once, for a short time.

A request is a few files in ~/.local/state/guardsh/requests, each written whole or not at all and never changed:

    7QK2.asked   what is to be approved: the verdict, redacted, its binding, when and by whom
    7QK2.yes     a person approved it; who renames this file may run the act, and a rename has one winner
    7QK2.no      a person refused it, or took the yes back; holds their word to the agent
    7QK2.used    the yes was used
    7QK2.hook    the yes was used by an agent's hook; the shell that the hook lets through may take this one, once
    7QK2.ran     that was done

Whatever is broken, missing, too old, from another start of the machine or open to others counts as no.
"""

from __future__ import annotations

import json
import os
import re

from guardsh import places
from guardsh.confirm import clock
from guardsh.confirm.clock import Moment
from guardsh.frozen import Frozen
from guardsh.show.safe import clean, redacted
from guardsh.verdict import CONFIRM, Finding, Step, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

MINUTES = 10
LIFE = MINUTES * 60.0  # seconds that a request waits, and that a yes holds
HANDED = 60.0  # seconds in which the shell must follow the hook
KEPT = 3600.0  # seconds until the files of an old request go
MOST = 100  # requests kept at once; beyond it none is opened
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0/O, 1/I/L, U/V's like
LENGTH = 4

OPEN, APPROVED, DENIED, USED, EXPIRED = "open", "approved", "denied", "used", "expired"

_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}\\Z")
# What differs between two looks at the same thing: ages, and counts that were broken off for want of time.
_PASSING = re.compile(
    r"\b(?:\d+ (?:second|minute|hour|day|week|month|year)s? ago|just now|more than [\d.,]+|[\d.,]+ \w+ or more)\b"
)


class Request(Frozen):
    """What waits for a person's yes."""

    id: str
    binding: str
    verdict: Verdict  # redacted, without bindings
    directory: str
    agent: str  # a name for showing; "" if none is known
    asked: float  # wall clock, for showing
    since: Moment
    state: str = OPEN
    word: str = ""  # of the person who refused
    session: str = ""  # the agent's own id of it; "" if none is known
    like: str = ""  # the act's shape, "" if its like can't be allowed with it
    likeness: str = ""  # that shape in words: "git checkout of files in src"

    def left(self) -> float:
        """Seconds until it expires, 0 if it has."""
        try:
            moment = clock.now()
        except OSError:
            return 0.0
        return LIFE - (moment.seconds - self.since.seconds) if moment.within(self.since, LIFE) else 0.0


class NotOpen(Exception):
    """The request can't be answered; the message says why."""


def binding(verdict: Verdict, *, directory: str = "", programs: Iterable[tuple[str, str]] = ()) -> str:
    """What a yes is bound to, as a SHA-256 in hex: the unwrapped text, what the verdict read (variables, file hashes),
    the directory (default: the current one), the programs as resolved (name, path), and the losses shown.

    Ages in the losses ("2 hours ago") and unfinished counts ("more than 5,413 files") are left out, lest the same act
    change by waiting for its answer. Raises OSError if the current directory is gone.
    """
    from hashlib import sha256

    losses = [[f.rule, f.loses, [_PASSING.sub("", lost) for lost in f.lost]] for f in verdict.findings]
    parts = [
        "guardsh 1",
        verdict.action,
        verdict.text,
        sorted(map(list, verdict.bindings)),
        os.path.realpath(directory or os.getcwd()),
        sorted(map(list, programs)),
        losses,
        verdict.problem,
    ]
    return sha256(json.dumps(parts).encode("ascii")).hexdigest()


def ask(
    verdict: Verdict,
    bound: str,
    *,
    directory: str = "",
    agent: str = "",
    session: str = "",
    like: str = "",
    likeness: str = "",
) -> Request | None:
    """The open request for this act, a new one unless it was asked before; None if none can be kept.

    `like` and `likeness` are the act's shape (`guardsh.confirm.shapes`), by which a person may allow its like. The
    answer's state may be `denied` (with the person's word): then the same act was refused within the last minutes.
    Nothing but a `confirm` can be asked for.
    """
    if verdict.action != CONFIRM:
        return None
    import time

    try:
        folder = _folder()
        known = [_request(folder, name) for name in _tidy(folder)]
        for request in known:
            if request is not None and request.binding == bound and request.state in (OPEN, APPROVED, DENIED):
                return request
        if len(known) >= MOST:
            return None
        shown = clean(_short_home(directory or os.getcwd()))
        request = Request("", bound, redacted(verdict), shown, clean(agent), time.time(), clock.now())
        return _create(folder, request.but(session=session[:200], like=like, likeness=clean(likeness)))
    except (OSError, ValueError):
        return None


def find(name: str) -> Request | None:
    """The request of this id (in either case), whatever its state; None if there is none or it can't be read."""
    name = name.strip().upper()
    if not _ID.match(name):
        return None
    try:
        return _request(_folder(), name)
    except OSError:
        return None


def waiting() -> list[Request]:
    """The requests that are open or approved and not used, oldest first. Raises OSError."""
    folder = _folder()
    found = (_request(folder, name) for name in places.names_in(folder, ".asked"))
    live = [request for request in found if request is not None and request.state in (OPEN, APPROVED)]
    return sorted(live, key=lambda request: request.since.seconds)


def approve(name: str, bound: str = "") -> Request:
    """Writes a person's yes; who calls this has made sure that it is one. Raises NotOpen or OSError.

    With `bound`, the binding of the request as it was shown, only if it still is that one.
    """
    request = _answerable(name)
    if request.state != OPEN:
        raise NotOpen(f"request {request.id} is {request.state}")
    if bound and request.binding != bound:
        raise NotOpen(f"request {request.id} isn't the one that was shown")
    moment = clock.now()
    yes = {"binding": request.binding, "boot": moment.boot, "seconds": moment.seconds}
    folder = _folder()
    places.create_private(_path(folder, request.id, "yes"), json.dumps(yes))
    if os.path.lexists(_path(folder, request.id, "used")):
        # Somebody else approved it meanwhile, and it has run.
        _remove(_path(folder, request.id, "yes"))
        raise NotOpen(f"request {request.id} is {USED}")
    return request.but(state=APPROVED)


def deny(name: str, word: str = "") -> Request:
    """Writes a person's no, and takes back a yes that wasn't used. Raises NotOpen or OSError."""
    request = _answerable(name)
    if request.state == USED:
        raise NotOpen(f"request {request.id} was approved and has run")
    folder = _folder()
    if request.state != DENIED:
        # The no before the yes goes: whoever takes the yes meanwhile looks for a no afterwards.
        places.create_private(_path(folder, request.id, "no"), json.dumps({"word": clean(word)[:500]}))
        for ending in ("yes", "hook"):
            _remove(_path(folder, request.id, ending))
    return request.but(state=DENIED, word=clean(word)[:500])


def take(bound: str, *, layer: str = "shell") -> bool:
    """Uses up a person's yes to exactly this act: True once, for one caller, within its time.

    `layer` is "hook" for an agent's hook, which only lets through, and "shell" for who runs the act. A yes that a hook
    took serves the shell behind it for a minute, once: together they are one execution.
    """
    try:
        folder = _folder()
        if layer == "shell" and _take(folder, bound, "hook", "ran", HANDED):
            return True
        if not (name := _take(folder, bound, "yes", "used", LIFE)):
            return False
        if layer == "hook":
            moment = clock.now()
            handed = {"binding": bound, "boot": moment.boot, "seconds": moment.seconds}
            places.create_private(_path(folder, name, "hook"), json.dumps(handed))
        return True
    except (OSError, ValueError):
        return False


def _take(folder: str, bound: str, ending: str, becomes: str, life: float) -> str:
    """The id of the request whose file was renamed by us and is a valid yes to this act; "" if there is none."""
    for name in places.names_in(folder, f".{ending}"):
        if not _ID.match(name) or not _says_yes(_path(folder, name, ending), bound, life):
            continue
        try:
            os.rename(_path(folder, name, ending), _path(folder, name, becomes))
        except FileNotFoundError:
            continue
        # Judged again under the new name, where nobody else takes it: this is the file that was won.
        if _says_yes(_path(folder, name, becomes), bound, life) and not os.path.lexists(_path(folder, name, "no")):
            return name
    return ""


def _says_yes(path: str, bound: str, life: float) -> bool:
    try:
        yes = json.loads(places.read_private(path))
        since = Moment(str(yes["boot"]), float(yes["seconds"]))
        return bool(bound) and yes["binding"] == bound and clock.now().within(since, life)
    except _BROKEN:
        return False


def _answerable(name: str) -> Request:
    request = find(name)
    if request is None:
        raise NotOpen(f"there is no request {name.strip().upper()[:20]}: guardsh pending lists them")
    if request.state == EXPIRED:
        raise NotOpen(f"request {request.id} has expired: it was open for {MINUTES} minutes")
    return request


def _folder() -> str:
    return places.state_dir("requests")


def _path(folder: str, name: str, ending: str) -> str:
    return os.path.join(folder, f"{name}.{ending}")


def _create(folder: str, request: Request) -> Request | None:
    import secrets

    for _try in range(20):
        request = request.but(id="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
        try:
            places.create_private(_path(folder, request.id, "asked"), json.dumps(_written(request)))
            return request
        except FileExistsError:
            continue
    return None


def _request(folder: str, name: str) -> Request | None:
    """The request with its state as the files say; None if it isn't there or is broken."""
    try:
        request = _read(name, json.loads(places.read_private(_path(folder, name, "asked"))))
    except _BROKEN:
        return None
    if os.path.lexists(no := _path(folder, name, "no")):
        live = request.left() > 0
        return request.but(state=DENIED if live else EXPIRED, word=_word(no))
    if os.path.lexists(_path(folder, name, "used")):
        return request.but(state=USED)
    if os.path.lexists(yes := _path(folder, name, "yes")):
        return request.but(state=APPROVED if _says_yes(yes, request.binding, LIFE) else EXPIRED)
    return request if request.left() > 0 else request.but(state=EXPIRED)


def _word(path: str) -> str:
    try:
        return str(json.loads(places.read_private(path))["word"])
    except _BROKEN:
        return ""


def _tidy(folder: str) -> Iterator[str]:
    """Removes what is long past, and yields the ids of the rest."""
    moment = clock.now()
    for name in list(places.names_in(folder, ".asked")):
        request = _request(folder, name)
        if request is not None and moment.within(request.since, KEPT):
            yield name
            continue
        # The request last: while it is there, a remaining yes or no keeps its meaning.
        for ending in ("yes", "hook", "used", "ran", "no", "asked"):
            _remove(_path(folder, name, ending))


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _short_home(path: str) -> str:
    home = places.home()
    return "~" + path[len(home) :] if path == home or path.startswith(home + "/") else path


def _written(request: Request) -> dict[str, Any]:
    """The request as JSON values."""
    return {
        "id": request.id,
        "binding": request.binding,
        "verdict": _plain(request.verdict),
        "directory": request.directory,
        "agent": request.agent,
        "asked": request.asked,
        "boot": request.since.boot,
        "seconds": request.since.seconds,
        "session": request.session,
        "like": request.like,
        "likeness": request.likeness,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Frozen):
        return {field: _plain(getattr(value, field)) for field in type(value)._fields}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _read(name: str, values: dict[str, Any]) -> Request:
    """The request from JSON values. Raises ValueError, KeyError or TypeError if they aren't one."""
    if values["id"] != name or not isinstance(values["binding"], str) or not _ID.match(name):
        raise ValueError("not this request")
    since = Moment(str(values["boot"]), float(values["seconds"]))
    verdict = _verdict(values["verdict"])
    directory, agent, asked = str(values["directory"]), str(values["agent"]), float(values["asked"])
    more = {field: str(values.get(field, "")) for field in ("session", "like", "likeness")}
    return Request(name, values["binding"], verdict, directory, agent, asked, since, **more)


_TYPES: dict[str, type] = {"score": int, "offset": int, "commands": int, "index": int}
_TYPES.update(understood=bool, syntax_error=bool, exposure=bool)
_LISTS = ("findings", "bindings", "losses", "steps", "span", "lost", "notes")


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values, each text, number and list being one. Raises ValueError otherwise."""
    for field, value in values.items():
        if not isinstance(value, list if field in _LISTS else _TYPES.get(field, str)):
            raise ValueError(f"{field} has the wrong type")
    return values


def _verdict(values: dict[str, Any]) -> Verdict:
    findings = tuple(_finding(one) for one in values["findings"])
    return Verdict(**{**_checked(values), "findings": findings, "bindings": (), "losses": ()})


def _finding(values: dict[str, Any]) -> Finding:
    _checked(values)
    steps = tuple(Step(int(step["by"]), str(step["why"])) for step in values["steps"])
    start, end = map(int, values["span"])
    tuples = {"steps": steps, "span": (start, end), "lost": tuple(map(str, values["lost"]))}
    return Finding(**{**values, **tuples, "notes": tuple(map(str, values["notes"]))})
