"""Unlocked terminals: where a person gave the passphrase, the only ones where a yes to an agent's request counts.

One is bound to the terminal, to the leader of its session and to when that one was started: a new window, a second
pseudo-terminal, `setsid` or a reused process id is another terminal. It is locked again by time, by `guardsh unlock
--lock`, by the end of its shell or of the machine's run.
"""

from __future__ import annotations

import json
import os

from guardsh import places
from guardsh.confirm import clock, presence
from guardsh.confirm.clock import Moment

HOURS = 8.0


def unlock(hours: float = HOURS) -> None:
    """Unlocks this process's terminal; who calls this has checked the passphrase. Raises OSError without a terminal."""
    moment = clock.now()
    record = {**_terminal(), "boot": moment.boot, "seconds": moment.seconds, "life": hours * 3600}
    places.replace_private(_path(), json.dumps(record))
    _tidy()


def lock() -> bool:
    """Locks this process's terminal. Was it unlocked? Raises OSError if it can't be locked."""
    was = here()
    try:
        os.unlink(_path())
    except FileNotFoundError:
        pass
    return was


def here() -> bool:
    """Is this process's terminal unlocked? Whatever can't be found out is no."""
    return left() > 0


def left() -> float:
    """Seconds for which this process's terminal stays unlocked; 0 if it is locked."""
    try:
        record = json.loads(places.read_private(_path()))
        life = min(float(record["life"]), 24 * 3600.0)
        since, moment = Moment(str(record["boot"]), float(record["seconds"])), clock.now()
        same = {name: record[name] for name in ("terminal", "leader", "start")} == _terminal()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return 0.0
    return life - (moment.seconds - since.seconds) if same and moment.within(since, life) else 0.0


def _terminal() -> dict[str, str]:
    leader = presence.session_leader()
    return {"terminal": leader.terminal, "leader": str(leader.pid), "start": leader.start}


def _path() -> str:
    return os.path.join(places.state_dir("unlocked"), f"{os.getsid(0)}.json")


def _tidy() -> None:
    """Removes the records of terminals that were unlocked before the machine was started, or more than a day ago."""
    folder, moment = places.state_dir("unlocked"), clock.now()
    for name in places.names_in(folder, ".json"):
        path = os.path.join(folder, f"{name}.json")
        try:
            record = json.loads(places.read_private(path))
            live = moment.within(Moment(str(record["boot"]), float(record["seconds"])), 24 * 3600.0)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            live = False
        if not live:
            os.unlink(path)
