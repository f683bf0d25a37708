"""Processes as the kernel tells them: parents, names, terminal, start; from /proc on Linux, from ps on macOS."""

from __future__ import annotations

import os
import sys

from guardsh.frozen import Frozen

PROC = "/proc"
DEEPEST = 64


class Process(Frozen):
    """One process."""

    pid: int
    parent: int
    terminal: str  # its controlling terminal as the kernel numbers or names it; "" without one
    start: str  # with the pid it names this process for as long as the machine runs
    names: tuple[str, ...]  # what it may be called: program, first argument, script, parts of the script's path


class Unknown(OSError):
    """The kernel doesn't tell."""


def process(pid: int) -> Process:
    """What is known of a process. Raises Unknown."""
    return _from_ps(pid) if sys.platform == "darwin" else _from_proc(pid)


def ancestors(pid: int = 0) -> list[Process]:
    """The parents of a process (default: this one), nearest first, up to the first process. Raises Unknown.

    A parent that ends meanwhile leaves a gap; then the walk is made once more.
    """
    try:
        return _walk(pid or os.getpid())
    except Unknown:
        return _walk(pid or os.getpid())


def _walk(pid: int) -> list[Process]:
    found: list[Process] = []
    parent = process(pid).parent
    while parent > 0:
        found.append(process(parent))
        if len(found) > DEEPEST:
            raise Unknown("there are too many parent processes")
        parent = found[-1].parent
    return found


def _from_proc(pid: int) -> Process:
    """proc(5): stat holds the name in parentheses, which may itself hold any character."""
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:
            head, _, tail = file.read().decode("utf-8", "replace").rpartition(")")
        with open(f"{PROC}/{pid}/cmdline", "rb") as file:
            arguments = file.read(65_536).decode("utf-8", "replace").rstrip("\0").split("\0")
        fields = tail.split()
        terminal = "" if fields[4] == "0" else fields[4]
        return Process(pid, int(fields[1]), terminal, fields[19], names_of(head.partition("(")[2], arguments))
    except (OSError, ValueError, IndexError) as error:
        raise Unknown(f"process {pid} can't be read") from error


def _from_ps(pid: int) -> Process:
    """ps(1) as POSIX and macOS have it; lstart is five words."""
    import subprocess

    fields = ["pid=", "ppid=", "tty=", "lstart=", "command="]
    asked = ["/bin/ps", "-ww", "-p", str(pid), *(word for field in fields for word in ("-o", field))]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=3, env={"LC_ALL": "C", "TZ": "UTC"}, check=True)
        words = done.stdout.decode("utf-8", "replace").split()
        terminal = "" if words[2].startswith("?") else words[2]
        return Process(pid, int(words[1]), terminal, " ".join(words[3:8]), names_of("", words[8:]))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise Unknown(f"process {pid} can't be read") from error


def names_of(program: str, arguments: list[str]) -> tuple[str, ...]:
    """What a process may be called: `node /usr/lib/node_modules/x-cli/main.js` is node, main and x-cli."""
    names = [program, _stem(arguments[0].lstrip("-")) if arguments else ""]
    for script in _scripts(arguments[1:9]):
        parts = script.split("/")
        # Whose home it lies in says nothing about the program.
        names += [_stem(part) for part in (parts[3:] if parts[:2] in (["", "home"], ["", "Users"]) else parts)]
    return tuple(dict.fromkeys(name.lower() for name in names if name))


def _scripts(arguments: list[str]) -> list[str]:
    """The first operand or the module of python's -m, and what lies among installed packages or versions."""
    found = [word for word in arguments if "/node_modules/" in word or "/versions/" in word]
    for number, word in enumerate(arguments):
        if word == "-m" and number + 1 < len(arguments):
            return [*found, arguments[number + 1].partition(".")[0]]
        if word == "-c":
            return found
        if not word.startswith("-"):
            return [*found, word]
    return found


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    for ending in (".js", ".mjs", ".cjs", ".py", ".ts", ".exe"):
        name = name.removesuffix(ending)
    return name
