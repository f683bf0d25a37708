"""What the run of one agent is remembered by: what it made, what it moved, what was refused to it.

One small file for each session in the state directory, a line for each thing, appended: `seconds<TAB>kind<TAB>text`. A
session that isn't known, has no file, or whose file can't be read remembers nothing, so that everything counts as a
person's.
"""

from __future__ import annotations

import os
import stat
import time

from guardsh import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardsh.facts.world import World
    from guardsh.reading.reader import Reading
    from guardsh.rules.loading import Rules
    from guardsh.verdict import Verdict

MADE, MOVED, REFUSED = "made", "moved", "refused"
ABOUT = "about"  # files that a file tool is about to write, with one of these instead of the time:
OTHERS, NEW, OURS = 0.0, 1.0, 2.0  # it holds others' work; it isn't there yet; it is as committed, or as we left it
LEFT = "left"  # files as a file tool left them: only the agent's changes are in them

LIFE = 3 * 24 * 3600.0  # seconds after its last line until a session is forgotten
JUST = 1800.0  # seconds in which something was "just" moved or refused
MOST_BYTES = 512 * 1024  # of a file; beyond it nothing more is remembered
MOST_PATHS = 1000  # remembered of one command
KEPT = 500  # sessions
_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Session:
    """The memory of one session. `Session()` keeps it in the process only; `Session.load(id)` in a file.

    Nothing here raises: what can't be read isn't known, what can't be written is forgotten.
    """

    def __init__(self, path: str = "") -> None:
        self.path = path
        self._things: dict[str, dict[str, float]] | None = None if path else _nothing()

    @classmethod
    def load(cls, name: str, folder: str = "") -> Session:
        """The session of this id, as the agent gives it. The file is read when something is asked first."""
        if not name:
            return cls()
        try:
            return cls(os.path.join(folder or places.state_dir("sessions"), _file_name(name)))
        except OSError:
            return cls()

    def made(self, path: str) -> bool:
        """Did the session make this file or directory, or a directory that it is in?

        Or are all changes in the file the session's: it was as committed before, and is now as a file tool left it?
        """
        made = self._known()[MADE]
        return bool(made) and any(part in made for part in _upwards(path)) or self._left(path)

    def moved(self, path: str) -> bool:
        """Was something just moved from or to this path, or a place below it?"""
        now = time.time()
        below = path.rstrip("/") + "/"
        return any(
            now - when < JUST and (place == path or place.startswith(below))
            for place, when in self._known()[MOVED].items()
        )

    def refused(self, shape: str) -> bool:
        """Was a command of this shape (a program's name) just refused?"""
        return time.time() - self._known()[REFUSED].get(shape, 0.0) < JUST

    def remember_made(self, *paths: str) -> None:
        """These absolute paths weren't there before the session made them."""
        self._remember(MADE, [path for path in paths if not self.made(path)])

    def remember_moved(self, *paths: str) -> None:
        """Something was moved from or to these absolute paths."""
        self._remember(MOVED, paths)

    def remember_refused(self, *shapes: str) -> None:
        """Commands of these shapes were refused, or nobody was there to allow them."""
        self._remember(REFUSED, shapes)

    def about_to_write(self, path: str, unchanged: bool) -> None:
        """A file tool may write this file next; `unchanged`: it is as committed."""
        if not os.path.lexists(path):
            state = NEW
        else:
            state = OURS if unchanged or self.made(path) else OTHERS
        self._remember(ABOUT, [path], state)

    def wrote(self, path: str) -> None:
        """A file tool has written this file."""
        before = self._known()[ABOUT].get(path, OTHERS)
        if before == NEW:
            self.remember_made(path)
        elif before == OURS and (now := _state(path)):
            self._remember(LEFT, [f"{now} {path}"])

    def _left(self, path: str) -> bool:
        left = self._known()[LEFT]
        return bool(left) and f"{_state(path)} {path}" in left

    # ------------------------------------------------------------ the file

    def _known(self) -> dict[str, dict[str, float]]:
        if self._things is None:
            self._things = _read(self.path)
        return self._things

    def _remember(self, kind: str, texts: Iterable[str], value: float | None = None) -> None:
        now = time.time() if value is None else value
        fresh = [text for text in list(dict.fromkeys(texts))[:MOST_PATHS] if text]
        if not fresh:
            return
        self._known()[kind].update(dict.fromkeys(fresh, now))
        if self.path:
            try:
                _append(self.path, "".join(f"{now:.0f}\t{kind}\t{_escaped(text)}\n" for text in fresh))
            except OSError:
                pass


def learn(session: Session, text: str, verdict: Verdict, world: World, rules: Rules, dialect: str = "bash") -> None:
    """Remembers what a judged shell text makes and moves if it passed, or which programs were refused if it didn't.

    Call it before the text runs, while what it makes isn't there yet. Raises nothing: what isn't learnt is asked about.
    """
    from guardsh.reading.reader import read
    from guardsh.syntax import parse
    from guardsh.verdict import PASS

    if not verdict.understood:
        return
    try:
        reading = read(parse(text, dialect), text, world, rules, dialect)
        if verdict.action == PASS:
            session.remember_made(*(path for path, _ in reading.made))
            session.remember_moved(*_moved(reading))
        else:
            session.remember_refused(*_stopped(reading, verdict))
    except Exception:
        return


def _moved(reading: Reading) -> list[str]:
    """Both ends of what the text moves."""
    moving = {effect.index for effect in reading.effects if effect.kind == "move"}
    return [
        os.path.normpath(os.path.join(effect.directory, effect.target.text))
        for effect in reading.effects
        if effect.index in moving and effect.place.kind == "here" and effect.target and effect.target.known
    ]


def _stopped(reading: Reading, verdict: Verdict) -> list[str]:
    """The programs of the commands that decided."""
    spans = [finding.span for finding in verdict.findings if finding.score >= verdict.score]
    commands = [invocation.command for invocation in reading.commands]
    return [command.name for command in commands if any(_overlap(command.span, span) for span in spans)]


def make_file(session: Session, path: str, world: World) -> None:
    """Remembers that a file tool may write this absolute path next, and which directories it makes for that."""
    unchanged = world.path_fact("path.clean", path, directory=world.directory)
    session.about_to_write(path, unchanged)
    missing = ""
    for part in _upwards(path)[1:]:
        if os.path.lexists(part):
            break
        missing = part
    if missing:
        session.remember_made(missing)


def _state(path: str) -> str:
    """What shows that a file was changed since: its size and times; "" if it isn't a file."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}" if stat.S_ISREG(found.st_mode) else ""


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < max(other[1], other[0] + 1) and other[0] < max(one[1], one[0] + 1)


def _nothing() -> dict[str, dict[str, float]]:
    return {kind: {} for kind in (MADE, MOVED, REFUSED, ABOUT, LEFT)}


def _upwards(path: str) -> list[str]:
    """The path and every directory that it is in, but the root."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _file_name(name: str) -> str:
    """A session's file name: its id where that is a plain word, else the id's hash."""
    if len(name) <= 80 and all(char in _NAME for char in name):
        return name
    from hashlib import sha256

    return "h-" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _unescaped(text: str) -> str:
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


def _read(path: str) -> dict[str, dict[str, float]]:
    """The things in a session's file; nothing if it is missing, old, somebody else's or broken."""
    things = _nothing()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return things
    try:
        found = os.fstat(descriptor)
        if not _trusted(found) or time.time() - found.st_mtime > LIFE:
            return things
        data = os.read(descriptor, MOST_BYTES + 1)
    except OSError:
        return things
    finally:
        os.close(descriptor)
    for line in data.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        when, _, rest = line.partition("\t")
        kind, _, text = rest.partition("\t")
        if kind in things and when.isdecimal() and len(when) < 16:
            things[kind][_unescaped(text)] = float(when)
    return things


def _trusted(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _append(path: str, lines: str) -> None:
    data = lines.encode("utf-8", "surrogateescape")
    flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        _forget_old(os.path.dirname(path))
        descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    try:
        found = os.fstat(descriptor)
        if not _trusted(found) or found.st_size + len(data) > MOST_BYTES:
            return
        if time.time() - found.st_mtime > LIFE:
            os.ftruncate(descriptor, 0)
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _forget_old(folder: str) -> None:
    """Removes the files of sessions that are long over, and the oldest where there are too many."""
    now = time.time()
    ages = []
    for name in os.listdir(folder):
        try:
            ages.append((now - os.lstat(os.path.join(folder, name)).st_mtime, name))
        except FileNotFoundError:
            continue
    for place, (age, name) in enumerate(sorted(ages)):
        if age > LIFE or place >= KEPT:
            try:
                os.unlink(os.path.join(folder, name))
            except OSError:
                continue
