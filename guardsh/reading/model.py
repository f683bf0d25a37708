"""What reading yields: commands as they would run, and their effects.

A value is text as far as it is known. What isn't known stays visible in it as one of the marks below, code points of the
private use area that `guardsh.syntax` refuses in its input.
"""

from __future__ import annotations

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Union

    Act = Union["Effect", "ShellText", "Arguments", "CodeFile"]

Span = tuple[int, int]

HOLE = "\uf8f0"  # unknown text, possibly empty, that may hold anything
TOKEN = "\uf8f1"  # unknown text, not empty, without slash, blank or glob character: a number, a date, a random name
STAR = "\uf8f2"  # an active * (or extended glob) that wasn't replaced by names
ANY = "\uf8f3"  # an active ?
SET = "\uf8f4"  # an active [ ; the rest of the bracket expression follows as it stands, up to its ]
MARKS = HOLE + TOKEN + STAR + ANY + SET
GLOBS = STAR + ANY + SET

_SHOWN = {ord(HOLE): "…", ord(TOKEN): "…", ord(STAR): "*", ord(ANY): "?", ord(SET): "["}


class Origin(Frozen):
    """Where a part of a value comes from."""

    kind: str  # environment · unset · input · output · decoded · downloaded · transformed · generated · file · temporary · item
    detail: str = ""  # the variable, program, path or URL


class Value(Frozen):
    """An argument, as far as it is known, and where in the judged text it was written."""

    text: str
    span: Span = (0, 0)
    origins: tuple[Origin, ...] = ()
    matches: tuple[str, ...] = ()  # what an active glob matches now, bounded
    options: tuple[str, ...] = ()  # texts that it may have, where several are known; the text is then HOLE

    @property
    def known(self) -> bool:
        """Is every character known?"""
        return not any(mark in self.text for mark in MARKS)

    @property
    def shown(self) -> str:
        """The text for people: unknown parts as …"""
        return self.text.translate(_SHOWN)

    def comes_from(self, kind: str) -> bool:
        """Has any part this origin?"""
        return any(origin.kind == kind for origin in self.origins)


class Place(Frozen):
    """Where a command runs: here, or through ssh, docker exec, kubectl exec … elsewhere."""

    kind: str = "here"  # here · host · container · throwaway (a container made for this command, without mounts)
    name: str = ""  # host, container or pod, as far as known


HERE = Place()


class Redirect(Frozen):
    """A redirection as it would be done."""

    operator: str  # < > >> >| <> <& >& &> &>> << <<- <<<
    target: Value | None = None  # path; None for here-documents
    descriptor: int | str | None = None


class Command(Frozen):
    """One simple command as it would run."""

    words: tuple[Value, ...]  # the program's word and its arguments; empty for a redirection alone
    span: Span = (0, 0)  # of the simple command in the judged text
    redirects: tuple[Redirect, ...] = ()
    environment: tuple[tuple[str, Value], ...] = ()  # variables set for it by the text (prefix or export)
    directory: str = "/"  # absolute working directory; holds HOLE where unknown
    stdin: Value | None = None  # what it reads on standard input, as far as known; None: the caller's own
    via: tuple[str, ...] = ()  # what it runs through: sudo, xargs, ssh, a function's name …
    place: Place = HERE
    index: int = 0  # order of reading within the whole text

    @property
    def name(self) -> str:
        """The last component of the program's path; "" where there is none."""
        return self.words[0].text.rsplit("/", 1)[-1] if self.words else ""


class Effect(Frozen):
    """What a command does to something, whoever does it: rm, shutil.rmtree and fs.rmSync delete alike."""

    kind: str  # one of KINDS
    verb: str = ""  # sql: "drop table", "delete all" …; request: the method; run: what kind of code; else ""
    target: Value | None = None  # path, URL, table, …
    details: tuple[tuple[str, str], ...] = ()  # request: host, path, operation, field, credential; sql: database …
    recursive: bool = False
    span: Span = (0, 0)
    directory: str = "/"
    place: Place = HERE
    index: int = 0  # of the command that has this effect

    def detail(self, name: str) -> str:
        """One of the details, "" if it isn't there."""
        for key, value in self.details:
            if key == name:
                return value
        return ""


KINDS = {
    "delete": "removes a file or tree",
    "overwrite": "replaces a file's content",
    "truncate": "empties a file",
    "edit": "changes a file in place",
    "append": "adds to a file",
    "create": "makes a file, directory or link",
    "move": "takes a file away from where it was",
    "permissions": "changes mode, owner or attributes",
    "read": "reads a file",
    "send": "sends local data to another machine",
    "request": "sends an HTTP request",
    "sql": "runs an SQL statement",
    "data": "runs an operation of another data store (verb: dropDatabase, FLUSHALL …)",
    "run": "runs code that can't be read (verb: downloaded, decoded, transformed, generated, own-file, unknown, program)",
    "call": "calls a tool of an agent (verb: the operation)",
}


class ShellText(Frozen):
    """Text that a shell is given by code in another language (os.system, system(), `…`)."""

    text: Value
    dialect: str = "sh"


class Arguments(Frozen):
    """A program started with these arguments by code in another language (subprocess.run([...]))."""

    words: tuple[Value, ...]


class CodeFile(Frozen):
    """A file that code runs: source, exec(open(f).read()), \\i f, require('./x')."""

    path: Value
    language: str


class Context(Frozen):
    """What a language reader may know of its surroundings."""

    directory: str
    home: str
    environment: Mapping[str, str]
    read_text: Callable[[str], str | None]  # absolute path -> text of a small regular file, or None
    span: Span = (0, 0)  # where the code stands in the judged text
    program: str = ""  # the program that runs the code: psql, mysql, python3 …
