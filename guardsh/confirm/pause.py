"""A pause: for a while a person isn't asked about what they do themselves.

It begins in an unlocked terminal only. What is refused stays refused, everything is still recorded, and an agent's
commands are asked about as before unless the person paused those too. It ends by itself, by `guardsh pause --end`, and
with the machine's run.
"""

from __future__ import annotations

import json
import os

from guardsh import places
from guardsh.confirm import clock
from guardsh.confirm.clock import Moment

PAUSED = "paused"  # what became of a command, in the log: it would have been asked about, and ran
LONGEST = 8 * 3600.0


def begin(seconds: float, agents: bool = False) -> None:
    """Begins a pause; who calls this has made sure that a person wants it. Raises OSError or ValueError."""
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"a pause lasts at most {LONGEST / 3600:g} hours")
    moment = clock.now()
    record = {"boot": moment.boot, "seconds": moment.seconds, "life": seconds, "agents": agents}
    places.replace_private(_path(), json.dumps(record))


def end() -> bool:
    """Ends it; was there one? Raises OSError if it can't be ended."""
    was = left() > 0
    try:
        os.unlink(_path())
    except FileNotFoundError:
        pass
    return was


def left(agents: bool = False) -> float:
    """Seconds for which nobody is asked, or with `agents` not even about an agent's commands; 0 without a pause."""
    try:
        record = json.loads(places.read_private(_path()))
        life = min(float(record["life"]), LONGEST)
        since, moment = Moment(str(record["boot"]), float(record["seconds"])), clock.now()
        if agents and record["agents"] is not True:
            return 0.0
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return 0.0
    return life - (moment.seconds - since.seconds) if moment.within(since, life) else 0.0


def _path() -> str:
    return os.path.join(places.state_dir(), "pause.json")
