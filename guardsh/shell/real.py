"""The real shell: which program it is, and becoming it so that nobody notices that guardsh was there."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Never the caller's PATH: guardsh's own shims may come first there, or a program that somebody put there.
DIRECTORIES = ("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin", "/run/current-system/sw/bin")
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


class NoShell(OSError):
    """The real shell can't be found; the message says what was looked for."""


def find(dialect: str, configured: str = "") -> str:
    """The path of the real shell of a dialect: the configured one, or the first in DIRECTORIES. Raises NoShell."""
    candidates = [configured] if configured else [f"{directory}/{dialect}" for directory in DIRECTORIES]
    for path in candidates:
        if _is_program(path):
            return path
    place = configured or f"{dialect} in {', '.join(DIRECTORIES)}"
    raise NoShell(f'there is no real shell: {place} (set it in the configuration: {dialect} = "/path/of/{dialect}")')


def _is_program(path: str) -> bool:
    """Is this an executable that isn't a script? A script could be one of guardsh's own front doors."""
    try:
        if not os.access(path, os.X_OK):
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and os.read(descriptor, 2) != b"#!"
    except OSError:
        return False
    finally:
        os.close(descriptor)


def become(path: str, argv: Sequence[str]) -> None:
    """Replaces this process by the real shell. Returns never; raises OSError."""
    restore(os.environ)
    os.execv(path, list(argv))


def restore(environment: Mapping[str, str]) -> None:
    """Undoes what Python's start changed for programs started from here.

    SIGPIPE and SIGXFSZ, which Python ignores, get their default action. What they were when guardsh was started can't
    be found out any more; the default is what nearly every program is started with. Handlers, as of SIGINT, end with
    the exec by themselves, and signals ignored from outside stay so.
    """
    # The module behind signal, which costs milliseconds to import because it makes enumerations.
    signals = __import__("_signal")

    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signals, name):
            signals.signal(getattr(signals, name), signals.SIG_DFL)
    if _coerced(environment):
        del os.environ["LC_CTYPE"]


def _coerced(environment: Mapping[str, str]) -> bool:
    """Did Python set LC_CTYPE, as it does in the C locale (PEP 538)? Only Linux tells how the environment was."""
    if environment.get("LC_CTYPE") not in _COERCED or environment.get("LC_ALL"):
        return False
    if environment.get("LANG", "") not in ("", "C", "POSIX"):
        return False
    try:
        with open("/proc/self/environ", "rb") as file:
            return not any(entry.startswith(b"LC_CTYPE=") for entry in file.read().split(b"\0"))
    except OSError:
        return False
