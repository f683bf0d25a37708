"""A clock that nobody can set back: seconds since this machine was started, sleep included, and which start that was.

Requests, approvals and unlocked terminals expire by it. The wall clock serves only for showing.
"""

from __future__ import annotations

import sys
import time

from guardsh.frozen import Frozen

BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Moment(Frozen):
    """A point of time within one start of the machine."""

    boot: str
    seconds: float

    def within(self, since: Moment, seconds: float) -> bool:
        """Is this moment in the `seconds` after `since`? False if either is from another start of the machine."""
        return self.boot == since.boot and bool(self.boot) and 0 <= self.seconds - since.seconds < seconds


def now() -> Moment:
    """This moment. Raises OSError where the machine's start can't be told."""
    if sys.platform == "darwin":
        # There the monotonic clock goes on while the machine sleeps (clock_gettime(3)).
        return Moment(_mac_boot(), time.clock_gettime(time.CLOCK_MONOTONIC))
    with open(BOOT_ID, encoding="ascii") as file:
        boot = file.read().strip()
    if not boot:
        raise OSError(f"{BOOT_ID} is empty")
    return Moment(boot, time.clock_gettime(time.CLOCK_BOOTTIME))


def _mac_boot() -> str:
    import subprocess

    done = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, timeout=2, check=False
    )
    if done.returncode or not done.stdout.strip():
        raise OSError("kern.bootsessionuuid can't be read")
    return done.stdout.strip()
