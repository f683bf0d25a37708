"""An interactive guardsh: the user's own shell, with its rc files, history, completion, job control and prompt, and the
guard in it.

bash starts with an rc file of guardsh's that reads what bash would have read, then sets the guard up. A login shell's
files are read by it too, so this becomes no login shell itself (as in VS Code's integration). zsh starts with a ZDOTDIR
of guardsh's. sh becomes bash in POSIX mode, since dash and its like have nothing that a guard could hold on to.
"""

from __future__ import annotations

import os

from guardsh import places
from guardsh.shell import doors, prompts, real

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.config import Settings
    from guardsh.shell.arguments import Invocation

# Options that leave out what the guard stands on.
CANNOT = ("-p", "--wordexp", "--pretty-print", "-r", "--restricted")

_BASHRC = """\
# Made anew by guardsh at each start of an interactive shell.
{read}
{guard}
"""
_LOGIN = """\
[ -f /etc/profile ] && . /etc/profile
if [ -f ~/.bash_profile ]; then . ~/.bash_profile
elif [ -f ~/.bash_login ]; then . ~/.bash_login
elif [ -f ~/.profile ]; then . ~/.profile
fi"""
_ZSHENV = """\
# Made anew by guardsh at each start of an interactive zsh: the user's files are read, then the guard is set up.
__guardsh_zdotdir=$ZDOTDIR
{restore}
[[ -f ${{ZDOTDIR:-$HOME}}/.zshenv ]] && . ${{ZDOTDIR:-$HOME}}/.zshenv
{remember}
ZDOTDIR=$__guardsh_zdotdir
"""
_ZSHRC = """\
__guardsh_zdotdir=$ZDOTDIR
{restore}
[[ -f ${{ZDOTDIR:-$HOME}}/.zshrc ]] && . ${{ZDOTDIR:-$HOME}}/.zshrc
unset __guardsh_zdotdir __guardsh_user_zdotdir
{guard}
"""


class CannotGuard(Exception):
    """This interactive shell can't be guarded; the message says why."""


def become(invocation: Invocation, settings: Settings, start: Sequence[str] = ()) -> None:
    """Becomes the interactive shell. Returns never; raises CannotGuard or OSError.

    `start` are the words that start guardsh, by default this one's own.
    """
    start = list(start) or start_words()
    wrong = [option for option in invocation.options if option in CANNOT]
    if wrong:
        raise CannotGuard(f"with {wrong[0]} nothing in an interactive shell can be judged")
    if invocation.dialect == "zsh":
        _zsh(invocation, settings, start)
    _bash(invocation, settings, start)


def start_words() -> list[str]:
    """The words that start this guardsh again."""
    return doors.start_words()


def _bash(invocation: Invocation, settings: Settings, start: Sequence[str]) -> None:
    posix = invocation.dialect == "sh" or "--posix" in invocation.options or "-o posix" in invocation.options
    shell = real.find("bash", settings.shell("bash"))
    folder = places.state_dir("shells")
    read = "" if posix else _files(invocation)
    path = _written(
        folder, "posixrc" if posix else _name(invocation), _BASHRC.format(read=read, guard=prompts.bash(start))
    )
    options = [option for option in _handed_on(invocation) if option != "--norc"]
    program = invocation.program.lstrip("-")
    if posix:
        os.environ["ENV"] = path
        real.become(shell, [program, "--posix", "-i", *options])
    real.become(shell, [program, "--rcfile", path, "-i", *options])


def _name(invocation: Invocation) -> str:
    """A name for the rc file by what it reads, so that two shells that start at once don't take each other's."""
    kind = "login" if invocation.login else "norc" if "--norc" in invocation.options else "rc"
    given = invocation.startup[-1] if invocation.startup else ""
    return f"{kind}-{given}".replace("%", "%25").replace("/", "%2F")[-200:]


def _files(invocation: Invocation) -> str:
    """Code that reads what bash would have read; /etc/bash.bashrc, where bash has one, it reads itself before."""
    if invocation.login:
        return "" if "--noprofile" in invocation.options else _LOGIN
    if "--norc" in invocation.options:
        return ""
    file = doors.quoted(invocation.startup[-1]) if invocation.startup else "~/.bashrc"
    return f"[ -f {file} ] && . {file}"


def _handed_on(invocation: Invocation) -> list[str]:
    """The options as words for the real shell; of what is no option nothing is handed on, but $1 …"""
    words: list[str] = []
    long = [option for option in invocation.options if option.startswith("--")]
    for option in invocation.options:
        if not option.startswith("--"):
            words += option.split(" ", 1)
    return [*long, *words, *(["-s", "--", *invocation.arguments] if invocation.arguments else [])]


def _zsh(invocation: Invocation, settings: Settings, start: Sequence[str]) -> None:
    if any(option in ("-f", "-o norcs", "--norcs") or "rcs" in option.lower() for option in invocation.options):
        raise CannotGuard("a zsh without its start-up files can't be guarded")
    shell = real.find("zsh", settings.shell("zsh"))
    folder = places.state_dir("shells", "zsh")
    users = os.environ.get("ZDOTDIR")
    restore = f"ZDOTDIR={doors.quoted(users)}" if users else "unset ZDOTDIR"
    remember = "__guardsh_user_zdotdir=${ZDOTDIR-}"
    again = "[[ -n $__guardsh_user_zdotdir ]] && ZDOTDIR=$__guardsh_user_zdotdir || unset ZDOTDIR"
    _written(folder, ".zshenv", _ZSHENV.format(restore=restore, remember=remember))
    _written(folder, ".zshrc", _ZSHRC.format(restore=again, guard=prompts.zsh(start)))
    for name in (".zprofile", ".zlogin"):
        code = f"[[ -f ${{__guardsh_user_zdotdir:-$HOME}}/{name} ]] && . ${{__guardsh_user_zdotdir:-$HOME}}/{name}\n"
        _written(folder, name, code)
    os.environ["ZDOTDIR"] = folder
    login = ["-l"] if invocation.login else []
    words = [word for option in invocation.options for word in option.split(" ", 1)]
    real.become(shell, [invocation.program.lstrip("-"), "-i", *login, *words])


def _written(folder: str, name: str, content: str) -> str:
    path = os.path.join(folder, name)
    places.replace_private(path, content)
    return path
