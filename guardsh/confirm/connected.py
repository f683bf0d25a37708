"""Is an approver there? `guardsh watch` leaves a sign of life; the shell waits for an answer only while there is one.

A sign is a small private file that names the watching process, its start, and when it was last alive. It decides only
about waiting: an answer itself is a request's, and a sign that somebody made up delays a refusal, no more.
"""

from __future__ import annotations

import json
import os

from guardsh import places
from guardsh.confirm import clock, processes
from guardsh.confirm.clock import Moment
from guardsh.confirm.processes import Unknown

BEAT = 2.0  # seconds between two signs of life
ALIVE = 8.0  # seconds for which one holds: a stopped or frozen approver isn't waited for

_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def beat() -> None:
    """Leaves this process's sign of life. Raises OSError."""
    own, moment = processes.process(os.getpid()), clock.now()
    record = {"pid": own.pid, "start": own.start, "boot": moment.boot, "seconds": moment.seconds}
    places.replace_private(_path(own.pid), json.dumps(record))


def leave() -> None:
    """Takes this process's sign away. Raises nothing: it dies with the process anyway."""
    try:
        os.unlink(_path(os.getpid()))
    except OSError:
        pass


def anyone() -> bool:
    """Is an approver connected now? Whatever can't be found out is no."""
    try:
        folder = places.state_dir("approvers")
        return any(_alive(os.path.join(folder, f"{name}.json"), name) for name in places.names_in(folder, ".json"))
    except OSError:
        return False


def tidy() -> None:
    """Removes the signs of processes that are gone. Raises nothing."""
    try:
        folder = places.state_dir("approvers")
        for name in places.names_in(folder, ".json"):
            path = os.path.join(folder, f"{name}.json")
            if not _alive(path, name):
                os.unlink(path)
    except OSError:
        pass


def _alive(path: str, name: str) -> bool:
    try:
        record = json.loads(places.read_private(path))
        since = Moment(str(record["boot"]), float(record["seconds"]))
        if str(record["pid"]) != name or not clock.now().within(since, ALIVE):
            return False
        return processes.process(int(record["pid"])).start == str(record["start"])
    except (*_BROKEN, Unknown):
        return False


def _path(pid: int) -> str:
    return os.path.join(places.state_dir("approvers"), f"{pid}.json")
