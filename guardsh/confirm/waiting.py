"""A shell that waits for the answer to its request: only while an approver is connected, and only so long."""

from __future__ import annotations

import time

from guardsh.confirm import connected, requests

LOOK = 0.2  # seconds between two looks at the request
LOOK_FOR_SOMEONE = 2.0  # … at whether an approver is still connected


def wait(name: str, patience: float) -> bool:
    """Waits for the answer to a request; was it answered (whichever way)?

    False at once where no approver is connected, and as soon as the last one leaves or the time is over.
    """
    until = time.monotonic() + patience
    looked = -LOOK_FOR_SOMEONE
    while (now := time.monotonic()) < until:
        request = requests.find(name)
        if request is None or request.state != requests.OPEN:
            return request is not None and request.state in (requests.APPROVED, requests.DENIED)
        if now - looked >= LOOK_FOR_SOMEONE:
            if not connected.anyone():
                return False
            looked = now
        time.sleep(LOOK)
    return False
