"""Inside bash: a BASH_ENV file that has what bash was given with -c judged before its first command.

It reaches every `bash -c` below the guarded one: of make, npm, scripts and programs. Not reached are bash -p, sh, a
script's own commands (only what it gives to another bash -c), and what was started without the variable.

A text that guardsh has just judged as the shell itself isn't judged again: before it becomes bash it leaves the text in
a file named by its process id, which stays the same, and the first bash of that id takes it.
"""

from __future__ import annotations

import os
import time

from guardsh import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LIVES = 5  # seconds in which bash must have started
_KEPT = 200  # files; taken ones stay behind, empty


def leave_judged(text: str) -> None:
    """Notes that this process has judged a text and becomes the bash that runs it; otherwise it is judged twice."""
    try:
        folder = places.state_dir("judged")
        names = os.listdir(folder)
        if len(names) > _KEPT:
            _tidy(folder, names)
        path = os.path.join(folder, str(os.getpid()))
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        with open(descriptor, "wb") as file:
            file.write(f"{int(time.time())} {text}".encode("utf-8", "surrogateescape"))
    except OSError:
        return


def _tidy(folder: str, names: Sequence[str]) -> None:
    for name in names:
        path = os.path.join(folder, name)
        try:
            if time.time() - os.lstat(path).st_mtime > LIVES:
                os.unlink(path)
        except FileNotFoundError:
            continue


def judge(text: str, name: str, arguments: Sequence[str]) -> int:
    """Judges what the bash that started this process is about to run; 0, or the status that it ends with."""
    from guardsh.shell.arguments import COMMAND, Invocation
    from guardsh.shell.gate import Gate
    from guardsh.shell.unwrap import unwrap

    os.environ.pop("BASH_ENV", None)  # what guardsh starts itself isn't judged
    gate = Gate(runner=os.getppid())
    invocation = Invocation(COMMAND, "bash", name, text=text, name=name, arguments=tuple(arguments))
    return gate.ask(unwrap(invocation, gate.world.environment), "bash: -c: ").status


# ---------------------------------------------------------------- the file

_ENVIRONMENT = """\
# guardsh: has what bash was given with -c judged before its first command. Made by `guardsh init bash-env`.
# Set BASH_ENV to this file's path. Tracing is off while it runs.
{{ case $- in *x*) __guardsh_traced=x ;; *) __guardsh_traced= ;; esac; set +x; }} 2>/dev/null
if [[ -n ${{BASH_EXECUTION_STRING-}} ]]; then
    __guardsh_judged=
    if [[ -n ${{EPOCHSECONDS-}} && -s {judged}/$$ ]]; then
        # guardsh judged it as the shell that this process was, a moment ago: taken once.
        IFS= read -r -d '' __guardsh_judged 2>/dev/null <{judged}/$$ || :
        : 2>/dev/null >|{judged}/$$ || __guardsh_judged=
    fi
    if [[ ${{__guardsh_judged%%[!0-9]*}} != '' && ${{__guardsh_judged#* }} == "$BASH_EXECUTION_STRING" ]] &&
        (( EPOCHSECONDS - ${{__guardsh_judged%%[!0-9]*}} <= {lives} )); then
        :
    elif [[ -x {python} && -r {door} ]]; then
        {start} --inside "$BASH_EXECUTION_STRING" "$0" "$@"
        case $? in
            0) ;;
            # In POSIX mode no function of the environment comes before `exit`.
            2) POSIXLY_CORRECT=1; exit 2 ;;
            *) POSIXLY_CORRECT=1; exit 126 ;;
        esac
    else
{person}
        if [[ -t 2 ]] && guardsh_person; then
            echo "guardsh: WARNING: guardsh can't start, so this isn't guarded. Try: guardsh doctor" >&2
            unset -f guardsh_person
        else
            echo "guardsh: BLOCKED, nothing ran: guardsh can't start ({python_shown} or what it needs is gone)" >&2
            echo "  Tell your user: install guardsh again, or take BASH_ENV out of the environment." >&2
            POSIXLY_CORRECT=1
            exit 126
        fi
    fi
    unset __guardsh_judged
fi
case $__guardsh_traced in
    x) unset __guardsh_traced; set -x ;;
    *) unset __guardsh_traced ;;
esac
"""


def environment_file(start: Sequence[str]) -> str:
    """The text of the BASH_ENV file; `start` are the words that start guardsh. Raises OSError."""
    from guardsh.shell.doors import person_function, quoted, shown

    return _ENVIRONMENT.format(
        judged=quoted(places.state_dir("judged")),
        lives=LIVES,
        python=quoted(start[0]),
        python_shown=shown(start[0]),
        door=quoted(next((word for word in start if word.endswith(".py")), start[0])),
        start=" ".join(map(quoted, start)),
        person=person_function(),
    )
