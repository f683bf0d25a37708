"""A script to be judged: its bytes, read once, and the assurance that these are the bytes that will run."""

from __future__ import annotations

import os
import stat

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 8 << 20  # bytes; longer than any text that is judged
_SAMPLE = 80  # bytes in which bash looks for a sign of a binary file (general.c, check_binary_file)


class CannotRun(Exception):
    """The shell can't run this file; the message is the shell's, and `status` its exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Script(Frozen):
    """A script's content as it was judged."""

    path: str  # where it was found; "" for standard input
    content: bytes
    descriptor: int = -1  # open on standard input or on what /dev/fd/N names
    offset: int = 0  # where the script begins in it
    pipe: bool = False  # it came through a pipe and can't be read again

    @property
    def text(self) -> str:
        """The content as text; bytes that aren't UTF-8 stay visible as surrogates."""
        return self.content.decode("utf-8", "surrogateescape")

    def unchanged(self) -> bool:
        """Is what the shell would read now still what was judged? A person may have taken minutes to say yes."""
        if self.pipe:
            return True
        try:
            if self.descriptor >= 0:
                return _read_at(self.descriptor, self.offset) == self.content
            return _content(self.path) == self.content
        except OSError:
            return False

    def hand_on(self) -> None:
        """Puts what was read from a pipe where the shell will read it: under the same descriptor. Raises OSError."""
        if not self.pipe:
            return
        memory = _memory()
        with open(memory, "wb", closefd=False) as file:
            file.write(self.content)
        # The shell opens /dev/fd/N anew and starts at its beginning; the descriptor itself stands at its end, as a pipe
        # that was read to its end gives nothing more to the script's commands.
        os.dup2(memory, self.descriptor, inheritable=True)
        os.close(memory)


def named(file: str, environment: Mapping[str, str], shell: str = "bash") -> Script:
    """The script that a shell finds by this name: in the working directory, else for a bare name in PATH.

    Raises CannotRun with the message of the shell, which calls itself `shell`, where it would not run it.
    """
    path = _found(file, environment)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise CannotRun(f"{file}: {file}: Is a directory", 126)
        if stat.S_ISREG(mode):
            script = Script(path, _content(path))
        elif os.path.realpath(path) == "/dev/null":
            script = Script(path, b"")
        else:
            script = _through_descriptor(file, path)
    except FileNotFoundError:
        raise CannotRun(f"{shell}: {file}: No such file or directory", 127) from None
    except OSError as error:
        raise CannotRun(f"{shell}: {file}: {error.strerror}", 126) from None
    if b"\0" in script.content[:_SAMPLE].split(b"\n", 1)[0]:
        raise CannotRun(f"{file}: {file}: cannot execute binary file", 126)
    return script


def on_stdin() -> Script | None:
    """The script in the file that standard input is, from where it stands; None if it isn't a file. Raises OSError."""
    if not stat.S_ISREG(os.fstat(0).st_mode):
        return None
    offset = os.lseek(0, 0, os.SEEK_CUR)
    return Script("", _read_at(0, offset), descriptor=0, offset=offset)


def _found(file: str, environment: Mapping[str, str]) -> str:
    if "/" in file or os.path.exists(file):
        return file
    for directory in environment.get("PATH", "").split(":"):
        path = os.path.join(directory or ".", file)
        if os.path.isfile(path):
            return path
    return file


def _through_descriptor(file: str, path: str) -> Script:
    """A script that comes through a pipe: `bash <(…)`, `… | bash /dev/stdin`."""
    descriptor = _descriptor(path)
    if descriptor < 0 or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        raise CannotRun(f"guardsh: {file}: this can't be read before it runs, so guardsh doesn't run it", 126)
    return Script(path, _read_all(descriptor), descriptor=descriptor, pipe=True)


def _descriptor(path: str) -> int:
    """N for /dev/fd/N and its other names, -1 for any other path."""
    if path == "/dev/stdin":
        return 0
    for folder in ("/dev/fd/", "/proc/self/fd/"):
        if path.startswith(folder) and path[len(folder) :].isdecimal():
            return int(path[len(folder) :])
    return -1


def _content(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        return _read_all(descriptor)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int) -> bytes:
    parts, size = [], 0
    while size <= LARGEST and (part := os.read(descriptor, 1 << 16)):
        parts.append(part)
        size += len(part)
    if size > LARGEST:
        raise OSError(27, "File too large to be judged")
    return b"".join(parts)


def _read_at(descriptor: int, offset: int) -> bytes:
    """The rest of a file from an offset; the descriptor's own offset, which the shell will use, stays."""
    parts, size = [], 0
    while size <= LARGEST and (part := os.pread(descriptor, 1 << 16, offset + size)):
        parts.append(part)
        size += len(part)
    if size > LARGEST:
        raise OSError(27, "File too large to be judged")
    return b"".join(parts)


def _memory() -> int:
    """A file without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("script")
    import tempfile

    descriptor, path = tempfile.mkstemp()
    os.unlink(path)
    return descriptor
