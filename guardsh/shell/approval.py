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
    from guardsh.facts.world import World
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


def typed(verdict: Verdict, world: World, settings: Settings) -> bool | None:
    """Has a person typed the phrase on this terminal? None where nobody can be asked here."""
    from guardsh.confirm import presence, terminal

    if not settings.waits or presence.may_ask(world.environment, settings.terminal) is not None:
        return None
    try:
        with terminal.terminal() as where:
            return terminal.ask(where, verdict).yes
    except terminal.NoTerminal:
        return None
    except Exception:
        return None  # asking failed, which is no yes; the request stays for another terminal


def request(verdict: Verdict, act: str, world: World, agent: str, tell: Sequence[str] = ()) -> Asked:
    """Opens a request, or finds the one that is open for the same act; `tell` is the command that tells the person."""
    from guardsh.confirm import presence

    named = agent or presence.agent_named(world.environment)
    found = requests.ask(verdict, act, directory=world.directory, agent=named)
    if found is None:
        return Asked()
    if found.state == requests.DENIED:
        return Asked("", found.word)
    if tell and found.state == requests.OPEN:
        _tell(tell, found)
    return Asked(found.id)


def _tell(command: Sequence[str], found: requests.Request) -> None:
    """Starts the command that tells the person, with the request in its environment, and leaves it alone.

    It is told again at each retry: the first message may have been missed. What is told is redacted already.
    """
    import subprocess

    told = {"GUARDSH_REQUEST": found.id, "GUARDSH_AGENT": found.agent, "GUARDSH_REASON": found.verdict.reason}
    try:
        subprocess.Popen(
            [*command, f"guardsh request {found.id}: {found.verdict.reason}"],
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    except (OSError, ValueError):
        return
