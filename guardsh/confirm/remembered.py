"""A yes to what is like an allowed act: for one session, for a few hours, below a score of 70, revocable at any time.

Each is a small private file in ~/.local/state/guardsh/remembered: the act's shape (`guardsh.confirm.shapes`), the
session, the score up to which it holds, and when it was given. Whatever is broken, missing, too old, from another start
of the machine, of another session or scored higher isn't covered.
"""

from __future__ import annotations

import json
import os
import re

from guardsh import places
from guardsh.confirm import clock
from guardsh.confirm.clock import Moment
from guardsh.confirm.requests import ALPHABET, LENGTH, Request
from guardsh.frozen import Frozen
from guardsh.show.safe import clean
from guardsh.verdict import CONFIRM, Verdict

BELOW = 70  # from this score on, every act is asked about
HOURS = 4.0
MOST = 50  # kept at once

_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_SHAPE = re.compile(r"[0-9a-f]{64}\Z")


class Like(Frozen):
    """One remembered yes."""

    id: str
    session: str
    shape: str
    words: str  # what it covers, for showing
    score: int  # the highest that is covered
    agent: str
    directory: str
    since: Moment

    def left(self) -> float:
        """Seconds until it is forgotten, 0 if it is."""
        try:
            moment = clock.now()
        except OSError:
            return 0.0
        life = HOURS * 3600
        return life - (moment.seconds - self.since.seconds) if moment.within(self.since, life) else 0.0


def offered(request: Request) -> str:
    """What a person may allow together with this request, in words; "" if nothing."""
    may = _may(request.verdict) and bool(request.session) and bool(_SHAPE.match(request.like))
    return request.likeness if may else ""


def remember(request: Request) -> Like | None:
    """Keeps a person's yes to what is like this request; None where that isn't allowed. Raises OSError."""
    if not offered(request):
        return None
    agent, directory = request.agent, request.directory
    return keep(request.verdict, request.session, request.like, request.likeness, agent=agent, directory=directory)


def keep(
    verdict: Verdict, session: str, shape: str, words: str, *, agent: str = "", directory: str = ""
) -> Like | None:
    """Keeps a person's yes to acts of this shape in this session; None where that isn't allowed. Raises OSError."""
    import secrets

    if not _may(verdict) or not session or not _SHAPE.match(shape):
        return None
    folder = _folder()
    live = _tidied(folder)
    if len(live) >= MOST:
        raise OSError(f"{MOST} are remembered already: guardsh deny --forget all")
    name = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    kept = Like(name, session, shape, clean(words), verdict.score, clean(agent), clean(directory), clock.now())
    values = {field: getattr(kept, field) for field in Like._fields[:-1]}
    values.update(boot=kept.since.boot, seconds=kept.since.seconds)
    places.create_private(_path(folder, name), json.dumps(values))
    return kept


def covers(verdict: Verdict, session: str, shape: str) -> Like | None:
    """The remembered yes that covers an act of this shape in this session; None if none does."""
    if not session or not shape or not _may(verdict):
        return None
    try:
        found = listed()
    except OSError:
        return None
    return next(
        (one for one in found if one.session == session and one.shape == shape and verdict.score <= one.score), None
    )


def listed() -> list[Like]:
    """What is remembered and holds now, oldest first. Raises OSError."""
    folder = _folder()
    found = [_read(folder, name) for name in places.names_in(folder, ".json")]
    return sorted((one for one in found if one is not None), key=lambda one: one.since.seconds)


def forget(name: str = "") -> list[Like]:
    """Forgets the one of this id, or all; returns what was forgotten. Raises OSError."""
    folder = _folder()
    gone = []
    for one in listed():
        if not name or one.id == name.strip().upper():
            os.unlink(_path(folder, one.id))
            gone.append(one)
    return gone


def _may(verdict: Verdict) -> bool:
    """Only what was read whole, asks, and scores below 70."""
    return verdict.action == CONFIRM and verdict.understood and verdict.score < BELOW


def _tidied(folder: str) -> list[Like]:
    live = []
    for name in list(places.names_in(folder, ".json")):
        one = _read(folder, name)
        if one is None:
            os.unlink(os.path.join(folder, f"{name}.json"))
        else:
            live.append(one)
    return live


def _read(folder: str, name: str) -> Like | None:
    try:
        values = json.loads(places.read_private(os.path.join(folder, f"{name}.json")))
        since = Moment(str(values.pop("boot")), float(values.pop("seconds")))
        texts = [values.pop(field) for field in ("id", "session", "shape", "words", "agent", "directory")]
        score = values.pop("score")
        if values or not all(isinstance(text, str) for text in texts) or type(score) is not int:
            return None
        own, session, shape, words, agent, directory = texts
        one = Like(own, session, shape, words, score, agent, directory, since)
        return one if own == name and _SHAPE.match(one.shape) and one.score < BELOW and one.left() > 0 else None
    except _BROKEN:
        return None


def _folder() -> str:
    return places.state_dir("remembered")


def _path(folder: str, name: str) -> str:
    return os.path.join(folder, f"{name}.json")
