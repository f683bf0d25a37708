"""A person's yes to one act: taken if it is there, asked for where a person is, requested where nobody is."""

from __future__ import annotations

import os
import stat

from guardsh import places
from guardsh.confirm import requests
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.config import Settings
    from guardsh.confirm.processes import Process
    from guardsh.confirm.requests import Request
    from guardsh.confirm.shapes import Shape
    from guardsh.confirm.terminal import Answer
    from guardsh.facts.world import World
    from guardsh.rules.loading import Rules
    from guardsh.verdict import Verdict


class Asked(Frozen):
    """What came of a request: the id under which a person can answer, "" if none could be opened."""

    id: str = ""
    denied: str | None = None  # the word of a person who has refused this act already, "" for a no without a word

    @property
    def word(self) -> str:
        """The word of a person who has refused this act, "" for none."""
        return self.denied or ""


def bound(verdict: Verdict, world: World) -> str:
    """What a yes to this verdict is bound to.

    Beside the text and the losses: the directory, what the variables and files that the verdict read hold now, and
    which programs its commands' names mean.
    """
    values = tuple((f"{kind}:{name}", _value(kind, name, world)) for kind, name in verdict.bindings)
    return requests.binding(verdict.but(bindings=values), directory=world.directory)


def _value(kind: str, name: str, world: World) -> str:
    if kind == "environment":
        return world.environment.get(name, "unset")
    if kind == "program":
        return _program(name, world)
    if kind != "file":
        return ""
    from hashlib import sha256

    try:
        with open(os.path.join(world.directory, name), "rb") as file:
            return sha256(file.read(8 << 20)).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"


def _program(name: str, world: World) -> str:
    """Path, inode and time of change of the program that a name means in a PATH; "" for builtins and functions."""
    name, _, path = name.partition("\0")
    folders = (path or world.environment.get("PATH", "")).split(":")
    candidates = [name] if "/" in name else [os.path.join(world.directory, folder, name) for folder in folders]
    for candidate in candidates:
        try:
            found = os.stat(candidate)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(found.st_mode) and os.access(candidate, os.X_OK):
            return f"{candidate} {found.st_ino} {found.st_mtime_ns}"
    return ""


def taken(act: str) -> bool:
    """Uses up a person's yes to this act, if there is one."""
    return requests.take(act, layer="shell")


def cover(verdict: Verdict, settings: Settings, runner: int) -> None:
    """Notes what the process that runs an approved text may do: shells below it judge parts of the same text again."""
    from guardsh.confirm import processes

    try:
        folder = places.state_dir("approved")
        for name in os.listdir(folder):
            if not os.path.isdir(f"{processes.PROC}/{name}") and os.path.isdir(processes.PROC):
                os.unlink(os.path.join(folder, name))
        lines = [processes.process(runner).start, *_losses(verdict, settings)]
        places.replace_private(os.path.join(folder, str(runner)), "\n".join(lines))
    except OSError:
        return  # it is asked again


def covered(verdict: Verdict, settings: Settings) -> bool:
    """Is this a part of what a process above runs with a person's yes? Each loss that was approved counts once."""
    from guardsh.confirm import processes

    wanted = _losses(verdict, settings)
    if not wanted or not verdict.understood:
        return False
    try:
        folder = places.state_dir("approved")
        running = os.listdir(folder)
        parents = [processes.process(os.getpid()), *processes.ancestors()] if running else []
        return any(_take(folder, process, wanted) for process in parents if str(process.pid) in running)
    except OSError:
        return False


def _take(folder: str, process: Process, wanted: Sequence[str]) -> bool:
    """Uses up the losses that were approved for a process, all of them or none."""
    path = os.path.join(folder, str(process.pid))
    mine = f"{path}.{os.getpid()}"
    try:
        os.rename(path, mine)  # whoever renames it is alone with it
        start, *left = places.read_private(mine).split("\n")
        found = start == process.start and all(wanted.count(loss) <= left.count(loss) for loss in wanted)
        if found:
            for loss in wanted:
                left.remove(loss)
        os.unlink(mine)
        places.replace_private(path, "\n".join([start, *left]))
    except (OSError, ValueError):
        return False
    return found


def _losses(verdict: Verdict, settings: Settings) -> list[str]:
    """Rule and loss of every finding that a person is asked about, each on one line."""
    return [
        f"{finding.rule} {finding.loses}".replace("\n", " ")
        for finding in verdict.findings
        if finding.score >= settings.confirm_from
    ]


def shape(
    verdict: Verdict, world: World, rules: Rules, settings: Settings, dialect: str, arguments: Sequence[str] = ()
) -> Shape | None:
    """What other acts would have to share with this one to be covered by a yes to its like; None if nothing can be."""
    from guardsh.confirm import remembered, shapes

    if not verdict.understood or verdict.score >= remembered.BELOW:
        return None

    def value(kind: str, name: str) -> str:
        return _value(kind, name, world)

    return shapes.shape(verdict, world, rules, settings, value, dialect, arguments)


def like(verdict: Verdict, session: str, shape: Shape | None) -> bool:
    """Has a person allowed what is like this act in this session?"""
    from guardsh.confirm import remembered

    return shape is not None and remembered.covers(verdict, session, shape.key) is not None


def typed(
    verdict: Verdict, world: World, settings: Settings, session: str = "", shape: Shape | None = None
) -> Answer | None:
    """A person's answer on this terminal; None where nobody can be asked here."""
    from guardsh.confirm import presence, remembered, terminal

    if not settings.waits or presence.may_ask(world.environment, settings.terminal) is not None:
        return None
    words = shape.words if shape is not None and session else ""
    try:
        with terminal.terminal() as where:
            answer = terminal.ask(where, verdict, likeness=words)
        if answer.like and shape is not None:
            remembered.keep(verdict, session, shape.key, words, directory=world.directory)
        return answer
    except terminal.NoTerminal:
        return None
    except Exception:
        return None  # asking failed, which is no yes; the request stays for another terminal


def request(
    verdict: Verdict,
    act: str,
    world: World,
    agent: str,
    settings: Settings,
    session: str = "",
    shape: Shape | None = None,
) -> Asked:
    """Opens a request, or finds the one that is open for the same act, and tells the person."""
    from guardsh.confirm import presence, telling

    named = agent or presence.agent_named(world.environment)
    like, words = (shape.key, shape.words) if shape is not None and session else ("", "")
    found: Request | None = requests.ask(
        verdict, act, directory=world.directory, agent=named, session=session, like=like, likeness=words
    )
    if found is None:
        return Asked()
    if found.state == requests.DENIED:
        return Asked("", found.word)
    if found.state == requests.OPEN:
        telling.tell(found, settings, world.environment)
    return Asked(found.id)


def answered(asked: Asked, settings: Settings) -> bool:
    """Waits for the answer to a request while an approver is connected; was it answered?"""
    if not asked.id or not settings.waits or settings.wait <= 0:
        return False
    from guardsh.confirm import connected, waiting

    if not connected.anyone():
        return False
    return waiting.wait(asked.id, settings.wait)
