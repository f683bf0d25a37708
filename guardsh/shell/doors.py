"""Front doors: small POSIX-sh files called bash, sh and zsh, in a directory of their own, that start guardsh.

Agents judge a shell by its file name. A front door starts an absolute, isolated Python. If that is gone or broken, it
starts nothing, except for a person who opens an interactive shell on a terminal: they get the real one, with a warning.
"""

from __future__ import annotations

import os
import stat
import sys

from guardsh.shell import real

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ("bash", "sh", "zsh")
MARK = "# guardsh front door"
_FOLDERS_NEEDED = ("guardsh", "bashlex", "click")


class CannotMake(Exception):
    """A front door can't be made or removed; the message says why."""


def start_words(python: str = "") -> list[str]:
    """The words that start guardsh with an isolated Python; its arguments follow. Raises CannotMake."""
    python = python or sys.executable or ""
    if not os.path.isabs(python):
        raise CannotMake("this Python doesn't know its own path, so nothing could start it")
    door = os.path.join(os.path.dirname(os.path.abspath(__file__)), "door.py")
    return [python, "-I", "-S", door, ":".join(_folders())]


def _folders() -> list[str]:
    """The folders that guardsh and what it needs are imported from."""
    from importlib.util import find_spec

    found: dict[str, None] = {}
    for name in _FOLDERS_NEEDED:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise CannotMake(f"{name}, which guardsh needs, isn't installed in this Python")
        found[os.path.dirname(os.path.dirname(os.path.abspath(spec.origin)))] = None
    if broken := [folder for folder in found if ":" in folder]:
        raise CannotMake(f"a folder that guardsh is imported from has a colon in its name: {broken[0]}")
    return list(found)


def make(folder: str, start: Sequence[str]) -> list[str]:
    """Writes the front doors of the shells that this machine has; their paths. Raises CannotMake or OSError.

    Run again, it brings them up to date. A file of the same name that isn't a front door is left alone and raised.
    """
    folder = os.path.abspath(folder)
    if folder in real.DIRECTORIES:
        raise CannotMake(f"{folder} holds the real shells: give the front doors a directory of their own")
    wanted = [name for name in NAMES if name != "zsh" or has_real("zsh")]
    os.makedirs(folder, exist_ok=True)
    for name in wanted:
        if os.path.lexists(os.path.join(folder, name)) and not is_door(os.path.join(folder, name)):
            raise CannotMake(f"{folder}/{name} is there and isn't a front door of guardsh")
    return [_write(os.path.join(folder, name), text(name, start)) for name in wanted]


def remove(folder: str) -> list[str]:
    """Removes the front doors in a directory, and an empty directory with them; their paths. Raises OSError."""
    found = [path for name in NAMES if is_door(path := os.path.join(os.path.abspath(folder), name))]
    for path in found:
        os.unlink(path)
    if found and not os.listdir(folder):
        os.rmdir(folder)
    return found


def is_door(path: str) -> bool:
    """Is this file a front door?"""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        with open(path, encoding="utf-8", errors="replace") as file:
            return MARK in file.read(200)
    except OSError:
        return False


def has_real(dialect: str) -> bool:
    """Is there a real shell of this dialect?"""
    try:
        return bool(real.find(dialect))
    except real.NoShell:
        return False


def _write(path: str, content: str) -> str:
    """Puts a file in its place in one step: a shell that starts meanwhile finds the old one or the new one."""
    temporary = f"{path}.{os.getpid()}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o755)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            os.fchmod(descriptor, 0o755)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


# ---------------------------------------------------------------- what a front door says

_DOOR = """\
#!/bin/sh
{mark}: {name}. Made by `guardsh shims`; `guardsh shims --remove` takes it away.
# It has guardsh judge what the real shell would run. guardsh starts from an absolute path, whatever PATH says.

guardsh_typed() {{ # would the shell read commands that somebody types?
    [ -t 0 ] && [ -t 2 ] || return 1
    while [ $# -gt 0 ]; do
        case $1 in
            -i | -l | -il | -li | --login | --norc | --noprofile | --noediting) shift ;;
            --init-file | --rcfile) shift && [ $# -gt 0 ] && shift || return 1 ;;
            *) return 1 ;;
        esac
    done
}}

if [ -x {python} ] && [ -r {door} ]; then
    if ! guardsh_typed "$@" || {start} --works </dev/null >/dev/null 2>&1; then
        exec {start} --as "$0" "$@"
    fi
fi
{person}
if guardsh_typed "$@" && guardsh_person; then
    echo "guardsh: WARNING: guardsh can't start, so this shell isn't guarded. Try: guardsh doctor" >&2
    for guardsh_folder in {directories}; do
        [ -x "$guardsh_folder/{name}" ] && exec "$guardsh_folder/{name}" "$@"
    done
fi
echo "guardsh: BLOCKED, nothing ran: guardsh can't start ({python_shown} or what it needs is gone)" >&2
echo "  Tell your user: install guardsh again, or take this directory out of PATH and SHELL." >&2
exit 126
"""

_PERSON = """
guardsh_person() {{ # does nothing speak for an agent: no variable that one sets, none among the parents?
{marks}
    [ -d /proc/self ] || return 0
    guardsh_pid=$PPID
    while [ "$guardsh_pid" -gt 1 ]; do
        guardsh_names=$(tr '\\0 ' '//' <"/proc/$guardsh_pid/cmdline") || return 1
        case /$guardsh_names/ in
            {programs}) return 1 ;;
        esac
        guardsh_pid=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$guardsh_pid/status") || return 1
        [ -n "$guardsh_pid" ] || return 1
    done
}}
"""


def text(name: str, start: Sequence[str]) -> str:
    """The front door of a shell."""
    return _DOOR.format(
        mark=MARK,
        name=name,
        python=quoted(start[0]),
        python_shown=start[0].translate({ord(sign): "?" for sign in '"`$\\'}),
        door=quoted(next((word for word in start if word.endswith(".py")), start[0])),
        start=" ".join(map(quoted, start)),
        person=person_function(),
        directories=" ".join(real.DIRECTORIES),
    )


def person_function() -> str:
    """sh code that defines guardsh_person, for where guardsh itself can't be asked."""
    from guardsh.confirm.presence import MARKERS, PROGRAMS

    marks = []
    for _, wanted in MARKERS:
        tests = [_set_test(variable, value) for variable, value in wanted]
        marks.append(f"    {' && '.join(tests)} && return 1")
    programs = " | ".join(f"*/{name}/* | */{name}.*/*" for name in sorted(PROGRAMS))
    return _PERSON.format(marks="\n".join(marks), programs=programs)


def _set_test(variable: str, value: str) -> str:
    return f'[ "${{{variable}-}}" = {value} ]' if value else f'[ -n "${{{variable}-}}" ]'


def shown(path: str) -> str:
    """A path as it may stand in a text in double quotes."""
    return path.translate({ord(sign): "?" for sign in '"`$\\'})


def quoted(word: str) -> str:
    """A word as sh takes it literally."""
    return "'" + word.replace("'", "'\\''") + "'"
