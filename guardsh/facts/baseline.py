"""How a working tree was when the session began in it, so that what came after can be told from what was there.

One small private file for each session and working tree, beside the session's memory: when it was made, where the stash
was, and the paths that were in no commit then (nothing of their contents). Whatever is missing, too large, too old or
not ours proves nothing, and then everything counts as a person's.
"""

from __future__ import annotations

import os
import stat
import time

from guardsh import places
from guardsh.facts import files
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.facts.git import Repository
    from guardsh.facts.session import Session
    from guardsh.facts.world import World

IDLE = 3600.0  # seconds without a command of the session after which a person may have worked in the tree
MOST_BYTES = 256 * 1024
ENDING = ".start"


class Baseline(Frozen):
    """What was in no commit at the start."""

    top: str
    time: float
    stash: str
    paths: frozenset[str]  # absolute; directories that git lists as one end in a slash

    def had(self, path: str) -> bool:
        """Was this path, or something at or below it, or a directory that it is in, there and in no commit?"""
        if path in self.paths or path + "/" in self.paths:
            return True
        folder = path
        while len(folder) > len(self.top):
            folder = folder.rpartition("/")[0]
            if folder + "/" in self.paths:
                return True
        return False


def take(session: Session, world: World, anew: bool = False) -> None:
    """Notes how the working tree of the world's directory is, if that isn't noted, or long ago. Raises nothing.

    `anew`: the session starts now, whatever is noted of an earlier run of it.
    """
    try:
        repository = world.repository(world.directory) if session.path else None
        if repository is None:
            return
        path = _path(session.path, repository.top)
        if anew or not _in_use(path):
            _write(path, repository)
    except (OSError, ValueError):
        return


def came_after(session: object, path: str, repository: Repository) -> bool:
    """Is it proven that this file, which is in no commit as it is, was written by nobody before the session began?

    A file that was moved here keeps the time of its contents, and isn't proven. Where another session works in the same
    tree, nothing is.
    """
    start = _known(session, repository)
    if start is None or start.had(path):
        return False
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return True  # deleted since: what it held is committed
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime >= start.time


def _known(session: object, repository: Repository) -> Baseline | None:
    """The session's baseline of a working tree, if it still tells what is new."""
    name = getattr(session, "path", "")
    if not name:
        return None
    path = _path(name, repository.top)
    start = _read(path, repository.top)
    if start is None or start.stash != _stash(repository) or _shared(path, start.time):
        return None
    return start


def _path(session: str, top: str) -> str:
    from zlib import crc32

    return f"{session}.{crc32(os.fsencode(top)):08x}{ENDING}"


def _in_use(path: str) -> bool:
    """Is there a baseline, with a command of the session not long ago? Then this one is noted, too."""
    try:
        found = os.stat(path, follow_symlinks=False)
        if time.time() - found.st_mtime > IDLE:
            return False
        os.utime(path, follow_symlinks=False)
    except OSError:
        return False
    return True


def _shared(path: str, since: float) -> bool:
    """Has another session worked in the same tree since?"""
    folder, name = os.path.split(path)
    ending = "." + name.rsplit(".", 2)[1] + ENDING
    try:
        for other in os.listdir(folder):
            if other.endswith(ending) and other != name and os.lstat(os.path.join(folder, other)).st_mtime >= since:
                return True
    except OSError:
        return True
    return False


def _stash(repository: Repository) -> str:
    """What the stash points to: who pops one brings back work that is older than the session."""
    text = files.read_text(f"{repository.common_dir}/refs/stash", 4096)
    return text.strip() if text else str(repository.has_stash())


def _write(path: str, repository: Repository) -> None:
    now = time.time()
    status = repository.status(every=True)
    listed = [*status.changed, *status.untracked, *status.ignored]
    lines = [f"{now:.3f}\t{_stash(repository)}\t{repository.top}", *listed]
    text = "\0".join(lines) + "\0"
    if not status.known or len(text) > MOST_BYTES:
        _forget(path)
        return
    places.replace_private(path, text.encode("utf-8", "surrogateescape").decode("latin-1"))


def _read(path: str, top: str) -> Baseline | None:
    try:
        text = places.read_private(path, 2 * MOST_BYTES).encode("latin-1").decode("utf-8", "surrogateescape")
        first, *listed = text.split("\0")[:-1]
        when, stash, noted = first.split("\t", 2)
        return Baseline(top, float(when), stash, frozenset(listed)) if noted == top else None
    except (OSError, ValueError):
        return None


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
