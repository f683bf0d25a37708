"""Lines of an interactive shell: each is judged as a whole when Enter is pressed, before the shell reads it.

The shell's start-up code (guardsh.shell.prompts) asks here in two ways. A server, one for each shell, that starts and
ends with it, answers the ordinary line in milliseconds, but says only `pass`, `more` (the line isn't complete yet) or
`ask`. Everything that isn't a pass is done by a process of its own (`line`), on the terminal: it asks, shows, records.

What earlier lines left behind (variables, functions, aliases, directories) is judged with each line.
"""

from __future__ import annotations

import os
import stat

from guardsh import places
from guardsh.confirm.processes import Unknown, process
from guardsh.shell.feeding import LONGEST_PAST, lasting
from guardsh.shell.gate import Gate
from guardsh.shell.unwrap import Unwrapped
from guardsh.verdict import PASS, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

PASSES, MORE, ASK = "pass", "more", "ask"
STATUS = {PASSES: 0, MORE: 3}  # of the process for one line; a stop is 126
LARGEST = 1 << 20  # bytes of one request
_BEFORE = "shopt -s expand_aliases\n"


def folder_of(shell: int, make: bool = False) -> str:
    """The directory of an interactive shell's server, by the shell's process id. Raises OSError."""
    path = os.path.join(places.state_dir("lines"), str(shell))
    if make:
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            pass
    return path


class Lines:
    """What one interactive shell was told, judged line by line."""

    def __init__(self, gate: Gate, shell: int, dialect: str = "bash") -> None:
        self.gate = gate
        self.dialect = dialect
        self.path = os.path.join(folder_of(shell, make=True), "past")

    def past(self, aliases: str) -> str:
        """The shell's aliases, and the earlier lines that left something behind."""
        try:
            lines = places.read_private(self.path, LONGEST_PAST)
        except FileNotFoundError:
            lines = ""
        return (_BEFORE if self.dialect == "bash" else "") + (aliases.rstrip("\n") + "\n" if aliases else "") + lines

    def judged(self, text: str, aliases: str) -> Verdict:
        """The verdict on a line after what was before it. Raises OSError if that can't be read."""
        directory = self.gate.world.directory.replace("'", "'\\''")
        return self.gate.judge(self._command(text), f"{self.past(aliases)}cd -- '{directory}'\n")

    def incomplete(self, text: str) -> bool:
        """Would the shell ask for another line?"""
        from guardsh.syntax import NotUnderstood, SyntaxProblem, parse

        if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
            return True
        try:
            parse(text)  # zsh too: what bash finds incomplete, zsh asks to be completed
        except SyntaxProblem as problem:
            return problem.at_end
        except NotUnderstood:
            return False
        return False

    def ran(self, text: str) -> None:
        """Remembers a line that runs, if later ones may depend on it. Raises OSError."""
        if lasting(text, self.dialect) is False:
            return
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape") + b"\n")

    def _command(self, text: str) -> Unwrapped:
        return Unwrapped(text, self.dialect, (), self.dialect)

    def act(self, text: str, verdict: Verdict) -> bool:
        """Does what follows from a verdict; may the line run?"""
        if verdict.syntax_error and verdict.action == PASS:
            return True  # the shell says it, and runs nothing
        may_run = self.gate.act(self._command(text), verdict).may_run
        if may_run:
            self.ran(text)
        return may_run

    def note(self, text: str, verdict: Verdict) -> None:
        """Records a line that runs already. Raises nothing: the configuration doesn't require a record."""
        try:
            self.act(text, verdict)
        except Exception:
            return


def line(shell: int, dialect: str, text: str, aliases: str = "") -> int:
    """Judges one line on the terminal: 0 if it may run, 3 if it isn't complete, 126 if not."""
    lines = Lines(Gate(), shell, dialect)
    if lines.incomplete(text):
        return STATUS[MORE]
    return 0 if lines.act(text, lines.judged(text, aliases)) else 126


# ---------------------------------------------------------------- the server


def serve(shell: int, dialect: str) -> int:
    """Answers a shell's requests until that ends. Returns 0; raises OSError."""
    try:
        os.setsid()  # what is typed on the terminal isn't for it
    except PermissionError:
        pass
    folder = folder_of(shell, make=True)
    asked, answered = (_pipe(os.path.join(folder, name)) for name in ("asked", "answered"))
    try:
        _serve(shell, dialect, asked, answered)
    finally:
        for name in ("asked", "answered", "past"):
            try:
                os.unlink(os.path.join(folder, name))
            except FileNotFoundError:
                continue
        os.rmdir(folder)
    return 0


def _pipe(path: str) -> int:
    """A named pipe, new and open."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    os.mkfifo(path, 0o600)
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        raise places.Unsafe(f"{path} isn't a pipe")
    return descriptor


def _serve(shell: int, dialect: str, asked: int, answered: int) -> None:
    import select

    start = process(shell).start
    lines: Lines | None = None
    waiting = b""
    while _lives(shell, start):
        if not select.select([asked], [], [], 5.0)[0]:
            continue
        waiting += os.read(asked, 1 << 16)
        request, waiting = _request(waiting)
        if request is None:
            continue
        number, directory, text, aliases, environment = request
        answer, verdict = ASK, None
        try:
            lines = lines or Lines(Gate(), shell, dialect)
            answer, verdict = _answer(lines, directory, text, aliases, environment)
        except Exception:
            lines = None  # what went wrong is said by the process that asks
        os.write(answered, f"{number} {answer}\n".encode())
        if lines is not None and verdict is not None:
            lines.note(text, verdict)  # nobody waits for this


def _answer(
    lines: Lines, directory: str, text: str, aliases: str, environment: Mapping[str, str]
) -> tuple[str, Verdict | None]:
    """The answer to a request, and the verdict if it is still to be recorded."""
    if lines.incomplete(text):
        return MORE, None
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    lines.gate = Gate()
    verdict = lines.judged(text, aliases)
    if verdict.action != PASS or verdict.losses:
        return ASK, None  # what is lost is saved first, which may take its time
    if lines.gate.settings.audit_required:
        return (PASSES if lines.act(text, verdict) else ASK), None
    return PASSES, verdict


def _lives(shell: int, start: str) -> bool:
    try:
        return process(shell).start == start
    except Unknown:
        return False


def _request(data: bytes) -> tuple[tuple[str, str, str, str, dict[str, str]] | None, bytes]:
    """The first whole request and what follows it: number, directory, text, aliases, NAME=VALUE …, each ended by a NUL,
    the last followed by another.
    """
    if len(data) > LARGEST:
        return None, b""
    end = _end_of(data)
    if end < 0:
        return None, data
    number, directory, text, aliases, *entries = data[:end].decode("utf-8", "surrogateescape").split("\0")
    pairs = (entry.partition("=") for entry in entries if "=" in entry)
    return (number, directory, text, aliases, {name: value for name, _, value in pairs}), data[end + 2 :]


def _end_of(data: bytes) -> int:
    """Where the two NULs are that end a request, behind its four fields, which may be empty."""
    place = -1
    for _ in range(4):
        place = data.find(b"\0", place + 1)
        if place < 0:
            return -1
    return data.find(b"\0\0", place)


def main(way: str, words: list[str]) -> int | NoReturn:
    """`guardsh --line SHELL DIALECT TEXT ALIASES` and `guardsh --serve SHELL DIALECT`."""
    shell, dialect, *more = words
    return serve(int(shell), dialect) if way == "--serve" else line(int(shell), dialect, *more)
