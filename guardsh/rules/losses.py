"""What would be lost, named and counted: asked only for the finding that stops a command.

Files are counted, the changes of a work tree listed; for everything else it is said where it lies, as far as the
command, its variables and the project's files tell. Nothing here opens a connection.
"""

from __future__ import annotations

from guardsh.reading.model import HERE, HOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from guardsh.rules.conditions import Situation
    from guardsh.rules.matching import Found
    from guardsh.verdict import Finding

_FILES = ("delete", "overwrite", "truncate", "edit", "move")
# Long options that say where a command acts, as most command lines call them, and the word for each.
_WHERE = {
    "project": "project", "project-id": "project", "region": "region", "zone": "zone", "location": "location",
    "profile": "profile", "account": "account", "account-id": "account", "subscription": "subscription",
    "resource-group": "resource group", "org": "organisation", "organization": "organisation", "team": "team",
    "namespace": "namespace", "context": "context", "kube-context": "context", "cluster": "cluster", "app": "app",
    "environment": "environment", "env": "environment", "stage": "stage", "stack": "stack", "workspace": "workspace",
    "site": "site", "service": "service", "database": "database", "dbname": "database", "host": "host",
}  # fmt: skip
_LONGEST = 120
BACKUP_TOO = "data and a backup go in one command"


def named(found: Found, stopping: Sequence[Found] = ()) -> Finding:
    """The finding with the lines that say what would be gone. Read-only and bounded; without an answer, as it was.

    `stopping` are all findings that stop the text, this one among them.
    """
    finding = found.finding.but(lost=tuple(_lost(found)))
    if _with_its_backup(stopping):
        finding = finding.but(notes=(*finding.notes, BACKUP_TOO))
    return finding


def _lost(found: Found) -> Sequence[str]:
    situation = found.situation
    effect, world, command = situation.effect, situation.world, situation.invocation.command
    if found.rule.get("lists") == "changes":
        return world.git_lost(command.directory) if command.place == HERE else ()
    if effect is not None and effect.kind in _FILES and effect.target is not None:
        if command.place != HERE:
            return ()
        target = effect.target
        return world.lost(target.text, directory=effect.directory, matches=target.matches, recursive=effect.recursive)
    where = list(dict.fromkeys(_where(situation)))
    return [", ".join(where)] if where else ()


def _where(situation: Situation) -> Iterator[str]:
    """ "in region eu-west-1", "on db.example.com" …, each from what names it nearest."""
    invocation = situation.invocation
    said: set[str] = set()
    for option in invocation.options:
        word = _WHERE.get(option.name[2:]) if option.name.startswith("--") else None
        if word and option.value is not None and _plain(option.value.text):
            said.add(option.value.text)
            yield f"on {option.value.text}" if word == "host" else f"in {word} {option.value.text}"
    if situation.effect is not None and _plain(database := situation.effect.detail("database")):
        yield f"in database {database}"
    if situation.effect is None or situation.effect.kind not in ("request", "send"):
        for host in situation.host_texts():
            if host not in said and _plain(host):
                yield f"on {_without_credentials(host)}"
    yield from _surroundings(situation)


def _without_credentials(host: str) -> str:
    """A host, or host and path of a URL."""
    _, url, rest = host.partition("://")
    return rest.rpartition("@")[2].partition("?")[0] if url else host


def _surroundings(situation: Situation) -> Iterator[str]:
    """What variables and files of the project say, as far as the program's description names them."""
    about, command = situation.invocation.description, situation.invocation.command
    given = dict(command.environment)
    for name in about.get("context", ()):
        text = given[name].text if name in given else situation.world.environment.get(name, "")
        if _plain(text):
            yield f"{name}={text}"
    for file in about.get("context_files", ()):
        for text in situation.from_file(file):
            if _plain(text):
                yield f"{text} by {file['path']}"


def _plain(text: str) -> bool:
    """May it be shown as a name: known, short, on one line?"""
    return bool(text) and HOLE not in text and len(text) <= _LONGEST and text.isprintable()


def _with_its_backup(stopping: Sequence[Found]) -> bool:
    """Is a backup among the things that go, and something that is none?"""
    kinds = {_is_backup(one.situation) for one in stopping if not one.finding.exposure}
    return kinds == {True, False}


def _is_backup(situation: Situation) -> bool:
    effect = situation.effect
    if effect is not None and effect.target is not None:
        texts = [effect.target.text]
    else:
        texts = [operand.text for operand in situation.operands]
    return any("backup" in situation.world.name_facts(text) for text in texts)
