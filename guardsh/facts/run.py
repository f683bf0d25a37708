"""Runs one trusted program and takes what it prints, bounded in time and size. Lighter than subprocess, which costs 8
ms to import.
"""

from __future__ import annotations

import os
import time

from guardsh.frozen import Frozen


class Printed(Frozen):
    """How a program ended."""

    text: str
    status: int  # exit status, negative for a signal
    timed_out: bool = False


def output_of(command: list[str], environment: dict[str, str], timeout: float, most: int) -> Printed | None:
    """Runs `command` (an absolute path and its arguments) with nothing on standard input, and returns what it printed.

    After `timeout` seconds, or more than `most` bytes, its process group is killed: `timed_out`, or None. None too if
    it can't start.
    """
    reading, writing = os.pipe()
    try:
        child = _start(command, environment, writing)
    except (OSError, ValueError):
        os.close(reading)
        return None
    finally:
        os.close(writing)
    deadline = time.monotonic() + timeout
    try:
        data, finished = _read(reading, deadline, most)
    finally:
        os.close(reading)
    status = _wait(child, deadline) if finished else None
    if status is None:
        _kill(child)
        return Printed("", -9, timed_out=True) if time.monotonic() >= deadline else None
    return Printed(data.decode("utf-8", "surrogateescape"), status)


def _start(command: list[str], environment: dict[str, str], writing: int) -> int:
    import signal

    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
    ]
    return os.posix_spawn(
        command[0],
        [os.fsencode(word) for word in command],
        environment,
        file_actions=actions,
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD),
    )


def _read(reading: int, deadline: float, most: int) -> tuple[bytes, bool]:
    """What comes until the end; False if it is too much or takes too long."""
    import select

    ready = select.poll()
    ready.register(reading, select.POLLIN | select.POLLHUP)
    pieces: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            return b"", False
        piece = os.read(reading, 65536)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
        size += len(piece)
        if size > most:
            return b"", False


def _wait(child: int, deadline: float) -> int | None:
    """The exit status once its output has ended; None if it doesn't end in time."""
    pause = 0.0002
    while True:
        try:
            ended, status = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            return None
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(pause)
        pause = min(pause * 2, 0.005)


def _kill(child: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(child, 9)
        except OSError:
            pass
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        pass
