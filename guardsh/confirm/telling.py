"""Telling the person that a request waits: by the desktop, and by a command of theirs. Never waits, raises nothing.

Everything that is told is redacted, and shows what hides in it. A command that asks again is told again: the first
message may have been missed.
"""

from __future__ import annotations

import os
import sys

from guardsh.confirm.requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from guardsh.config import Settings

LONGEST = 300  # characters of a message
STRONG = 70  # from this score on the desktop keeps the message until it is dismissed
# Not by PATH, which an agent may set: what stands there would be told, and the person not.
FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin", "/run/current-system/sw/bin")


def tell(request: Request, settings: Settings, environment: Mapping[str, str]) -> None:
    """Tells the person of a request that waits for them."""
    if settings.on_request:
        told = {"GUARDSH_REQUEST": request.id, "GUARDSH_AGENT": request.agent, "GUARDSH_REASON": reason(request)}
        _start([*settings.on_request, message(request)], {**environment, **told})
    if settings.notify and (command := desktop(request, environment)):
        _start(command, _with_bus(environment))


def message(request: Request) -> str:
    """ "guardsh request 7QK2: claude-code would delete a Railway volume"."""
    from guardsh.show.text import visible

    agent = f"{visible(request.agent)} " if request.agent else ""
    return f"guardsh request {request.id}: {agent}{reason(request)}"[:LONGEST]


def reason(request: Request) -> str:
    """What it would do, on one line."""
    from guardsh import show

    return show.why(request.verdict) or "needs a decision"


def desktop(request: Request, environment: Mapping[str, str]) -> list[str]:
    """The command that shows a message on this desktop; [] where there is no desktop or no such command."""
    from guardsh.show.text import visible

    title = f"guardsh request {request.id}" + (f" of {visible(request.agent)}" if request.agent else "")
    text = f"{reason(request)} (score {request.verdict.score}). Answer it in guardsh watch."[:LONGEST]
    if sys.platform == "darwin":
        return _by_osascript(title, text)
    if not any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")):
        return []
    program = _found("notify-send")
    urgency = "critical" if request.verdict.score >= STRONG else "normal"
    # notify-send(1): the body may hold markup.
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return [program, "--app-name=guardsh", f"--urgency={urgency}", "--", title, body] if program else []


def _by_osascript(title: str, text: str) -> list[str]:
    """The texts are arguments, not parts of the script, so that nothing in them is run."""
    program = _found("osascript")
    script = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
    return [program, *(word for line in script for word in ("-e", line)), title, text] if program else []


def _found(name: str) -> str:
    paths = (os.path.join(folder, name) for folder in FOLDERS)
    return next((path for path in paths if os.access(path, os.X_OK)), "")


def _bus(environment: Mapping[str, str]) -> str:
    """The address of the session's message bus; an agent's commands may lack the variable."""
    if address := environment.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    socket = f"/run/user/{os.getuid()}/bus"
    return f"unix:path={socket}" if os.path.exists(socket) else ""


def _with_bus(environment: Mapping[str, str]) -> dict[str, str]:
    address = _bus(environment)
    return {**environment, **({"DBUS_SESSION_BUS_ADDRESS": address} if address else {})}


def _start(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Starts a command and leaves it alone, with nothing of ours open in it."""
    import subprocess

    try:
        subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    except (OSError, ValueError):
        return
