"""What an agent wraps around the command that it runs: recognised exactly and completely, or not at all.

The housekeeping of a recognised wrapper (sourcing the agent's own snapshot, noting the working directory) passes; the
command inside is what is judged, shown, recorded and approved, so that the wrapper's random parts don't change the act.
A text that only resembles a wrapper is judged as it stands, wrapper and all.

Sources: command lines of Claude Code 2.0 to 2.1, openai/codex core/src/tools/runtimes/mod.rs, Cursor's shell executor
(BashState and ZshState), google-gemini/gemini-cli packages/core tools/shell.ts and services/shellExecutionService.ts.
"""

from __future__ import annotations

import os
import stat

from guardsh import places
from guardsh.frozen import Frozen
from guardsh.patterns import DOTALL, VERBOSE, compiled
from guardsh.shell import arguments
from guardsh.shell.arguments import Invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping


class Unwrapped(Frozen):
    """The command that an agent means."""

    text: str
    name: str  # $0
    arguments: tuple[str, ...]  # $1 …
    dialect: str
    agent: str = ""  # whose wrapper was taken off, "" if none was


def unwrap(invocation: Invocation, environment: Mapping[str, str]) -> Unwrapped:
    """The command inside an agent's wrapper, or the text as it stands."""
    for mark, known in _MARKS:
        if mark in invocation.text:  # so that other texts don't pay for compiling patterns
            found = known(invocation, environment)
            if found is not None:
                return found
    return Unwrapped(invocation.text, invocation.name, invocation.arguments, invocation.dialect)


# A word without expansions: quoted or plain characters only. Each alternative begins with a character of its own, so
# that matching is linear.
_WORD = r"""(?:'[^']*'|"(?:[^"\\$`]|\\.)*"|\\.|[^\s'"\\$`;&|<>(){}*?\[\]#~!^])+"""
_PART = r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(.)"""
_ESCAPED = r'\\([$`"\\\n])'


def _match(pattern: str, text: str, verbose: bool = False) -> re.Match[str] | None:
    """The match of a pattern with the whole text."""
    return compiled(pattern, DOTALL | VERBOSE if verbose else DOTALL).fullmatch(text)


def _literal(word: str) -> str:
    """What a word without expansions stands for."""
    return "".join(_unquoted(*part.groups()) for part in compiled(_PART, DOTALL).finditer(word))


def _unquoted(single: str | None, double: str | None, escaped: str | None, plain: str | None) -> str:
    if single is not None:
        return single
    if double is not None:
        return compiled(_ESCAPED).sub(lambda match: "" if match.group(1) == "\n" else match.group(1), double)
    if escaped is not None:
        return "" if escaped == "\n" else escaped
    return plain or ""


# ---------------------------------------------------------------- Claude Code

_CLAUDE_CODE = rf"""(?:(?:source|\.)\ (?P<snapshot>{_WORD})(?:\ 2>/dev/null)?(?:\ \|\|\ true)?\ &&\ )?
    (?P<exports>(?:export\ [A-Za-z_][A-Za-z0-9_]*={_WORD}\ &&\ )*)
    (?:(?:shopt\ -u\ extglob
         |setopt\ NO_EXTENDED_GLOB(?:\ NO_BARE_GLOB_QUAL)?
         |\{{\ shopt\ -u\ extglob\ \|\|\ setopt\ NO_EXTENDED_GLOB(?:\ NO_BARE_GLOB_QUAL)?;\ \}}
       )\ (?:2>/dev/null|>/dev/null\ 2>&1)\ \|\|\ true\ &&\ )?
    (?:\{{\ (?:\\builtin\ (?:unalias|unset\ -f)\ --\ '[A-Za-z0-9_-]+';\ )+\}}\ >/dev/null\ 2>&1\ \|\|\ true\ &&\ )?
    eval\ (?P<command>{_WORD})(?:\ \\?<\ ?/dev/null)?
    \ &&\ pwd\ -P\ >\|\ (?P<directory>{_WORD})\s*"""
_CLAUDE_SNAPSHOT = r"shell-snapshots/snapshot-(?:bash|zsh|sh)[A-Za-z0-9_.-]*\.sh"
_CLAUDE_DIRECTORY = r"(?:/[A-Za-z0-9_.+-]+)*/claude-(?:[A-Za-z0-9]+-)?cwd"


def _claude_code(invocation: Invocation, environment: Mapping[str, str]) -> Unwrapped | None:
    found = _match(_CLAUDE_CODE, invocation.text, verbose=True)
    if found is None or not _match(_CLAUDE_DIRECTORY, _literal(found["directory"])):
        return None
    if found["snapshot"] is not None:
        snapshot = _literal(found["snapshot"])
        if not _own_file(snapshot, ".claude", environment.get("CLAUDE_CONFIG_DIR", ""), _CLAUDE_SNAPSHOT):
            return None
    # What the wrapper exports is the command's surroundings, so it is judged with it.
    exports = found["exports"].replace(" && ", "\n")
    if exports.count("\n") != exports.count("export "):
        return None
    text = exports + _literal(found["command"])
    return Unwrapped(text, invocation.name, invocation.arguments, invocation.dialect, "claude-code")


# ---------------------------------------------------------------- Codex

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_CODEX_CAPTURES = rf'(?:__CODEX_SNAPSHOT_[A-Z0-9_]+="\$\{{{_NAME}(?:\+x|-)\}}"\n)*'
_CODEX_RESTORE = (
    rf'if \[ -n "\$\{{__CODEX_SNAPSHOT_[A-Z0-9_]+\}}" \]; '
    rf'then export {_NAME}="\$\{{__CODEX_SNAPSHOT_[A-Z0-9_]+\}}"; else unset {_NAME}; fi\n'
)
_CODEX_PROXY = (
    rf'if \[ -n "\$__CODEX_SNAPSHOT_PROXY_ENV_SET" \] \|\| \[ -n "\$\{{{_NAME}\+x\}}" \]; then\n'
    rf"(?:{_CODEX_RESTORE})*fi\n"
)
_CODEX = (
    rf"(?:{_CODEX_CAPTURES}\n)?"
    rf"if \. (?P<snapshot>'[^']*') >/dev/null 2>&1; then :; fi\n\n"
    rf"(?:(?:{_CODEX_RESTORE}|{_CODEX_PROXY})+\n)?"
    rf"exec (?P<shell>'[^']*') (?P<option>-l?c) (?P<command>{_WORD})(?P<rest>(?: {_WORD})*)\s*"
)
_CODEX_SHIFTED = '. "$1" && shift && exec "$@"'
_CODEX_SNAPSHOT = r"shell_snapshots/[A-Za-z0-9_.-]+\.(?:sh|zsh)"


def _codex(invocation: Invocation, environment: Mapping[str, str]) -> Unwrapped | None:
    if invocation.text == _CODEX_SHIFTED:
        snapshot, *words = invocation.arguments or ("",)
    elif found := _match(_CODEX, invocation.text):
        snapshot = _literal(found["snapshot"])
        rest = [_literal(word) for word in compiled(_WORD, DOTALL).findall(found["rest"])]
        words = [_literal(found["shell"]), found["option"], _literal(found["command"]), *rest]
    else:
        return None
    if not words or not _own_file(snapshot, ".codex", environment.get("CODEX_HOME", ""), _CODEX_SNAPSHOT):
        return None
    dialect = arguments.dialect_of(words[0])
    inner = arguments.parse(words, dialect, terminal=False) if dialect else None
    if inner is None or inner.mode != arguments.COMMAND:
        return None
    return Unwrapped(inner.text, inner.name, inner.arguments, dialect, "codex")


# ---------------------------------------------------------------- Cursor

_RESTORE = r"(?:builtin\ eval\ \"\$\{__CURSOR_SANDBOX_ENV_RESTORE:-\}\"\ 2>/dev/null;\ )?"
_INSIDE = r"(?:builtin\ export\ PWD=\"\$\(builtin\ pwd\)\";\ )?"
_COMMAND = r"builtin\ eval\ \"\$1\"(?:\ <\ /dev/null)?;\ \};\ COMMAND_EXIT_CODE=\$\?;\ "
_CURSOR_BASH = rf"""
    snap=\$\(command\ cat\ <&3\)(?:\ &&|;)\ builtin\ shopt\ -s\ extglob(?:\ &&|;)\ builtin\ eval\ (?:--\ )?"\$snap"
    (?:\ &&|;)\ \{{\ (?:builtin\ set\ \+u\ 2>/dev/null\ \|\|\ true;\ )?{_RESTORE}{_INSIDE}
    (?:builtin\ shopt\ -s\ expand_aliases\ 2>/dev/null;\ )?{_COMMAND}
    dump_bash_state\ >&4;\ builtin\ exit\ \$COMMAND_EXIT_CODE"""
_CURSOR_ZSH = rf"""(?:builtin\ export\ PATH="/usr/bin:/bin:/usr/sbin:/sbin\$\{{PATH:\+:\$PATH\}}";\ )?
    snap=\$\(command\ cat\ <&3\);\ builtin\ unsetopt\ aliases\ 2>/dev/null;\ builtin\ unalias\ -m\ '\*'\ 2>/dev/null
    \ \|\|\ true;\ (?:builtin\ setopt\ extendedglob;\ )?builtin\ eval\ "\$snap"\ &&\ \{{\ 
    (?:builtin\ unsetopt\ nounset\ 2>/dev/null\ \|\|\ true;\ )?{_RESTORE}{_INSIDE}
    (?:builtin\ setopt\ aliases\ 2>/dev/null;\ )?{_COMMAND}
    dump_zsh_state\ >&4;\ builtin\ exit\ \$COMMAND_EXIT_CODE"""


def _cursor(invocation: Invocation, environment: Mapping[str, str]) -> Unwrapped | None:
    if invocation.name != "--" or len(invocation.arguments) != 1:
        return None
    if not any(_match(pattern, invocation.text, verbose=True) for pattern in (_CURSOR_BASH, _CURSOR_ZSH)):
        return None
    if not (_pipe(3) and _pipe(4)):
        return None
    text = invocation.arguments[0]
    if restored := environment.get("__CURSOR_SANDBOX_ENV_RESTORE"):
        text = f"{restored}\n{text}"
    return Unwrapped(text, "--", invocation.arguments, invocation.dialect, "cursor")


def _pipe(descriptor: int) -> bool:
    """Is this descriptor one that a parent process talks through? A file could hold anything."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


# ---------------------------------------------------------------- Gemini CLI

_GEMINI_OPTIONS = "shopt -u promptvars nullglob extglob nocaseglob dotglob; "
_GEMINI = (
    rf"""_bgpids_file=(?P<file>{_WORD})\n\(\n  trap 'jobs -p > "\$_bgpids_file"' EXIT\n"""
    r"""(?P<command>.*)\n\)\n__code=\$\?\nexit \$__code\s*"""
)
_GEMINI_BEFORE = rf"\{{ (?P<command>.*[;&]) \}}; __code=\$\?; pgrep -g 0 >(?P<file>{_WORD}) 2>&1; exit \$__code;?\s*"
_GEMINI_FILE = r"(?:/[A-Za-z0-9_.+-]+)*/(?:gemini-shell-[A-Za-z0-9]+/bgpids|shell_pgrep_[A-Za-z0-9]+)\.tmp"


def _gemini(invocation: Invocation, environment: Mapping[str, str]) -> Unwrapped | None:
    if not invocation.text.startswith(_GEMINI_OPTIONS):
        return None
    text = invocation.text[len(_GEMINI_OPTIONS) :]
    found = _match(_GEMINI, text) or _match(_GEMINI_BEFORE, text)
    if found is not None:
        # A command that closes the wrapper's parenthesis itself can't be read alone, so it isn't understood.
        if not _match(_GEMINI_FILE, _literal(found["file"])):
            return None
        text = found["command"]
    return Unwrapped(text, invocation.name, invocation.arguments, invocation.dialect, "gemini")


_MARKS = (
    ("pwd -P >|", _claude_code),
    ("shell_snapshots/", _codex),
    (_CODEX_SHIFTED, _codex),
    ("COMMAND_EXIT_CODE", _cursor),
    (_GEMINI_OPTIONS, _gemini),
)


# ---------------------------------------------------------------- files of the agents


def _own_file(path: str, folder: str, configured: str, below: str) -> bool:
    """Is the path one that the agent keeps below the user's home, in its own folder, and that only the user may write?

    `configured` is the folder by the agent's own variable; since that is only a hint, it too must lie in the home.
    """
    try:
        home = places.home()
    except places.Unsafe:
        return False
    for top in (os.path.join(home, folder), configured):
        rest = path.removeprefix(f"{top}/")
        inside = top.startswith(f"{home}/") and rest != path
        if inside and _match(below, rest) and "/../" not in path and _unwritable(path):
            return True
    return False


def _unwritable(path: str) -> bool:
    """May only the user write the file and its directory? A file that isn't there is none that anybody wrote."""
    try:
        places.check_unwritable(os.path.dirname(path))
        places.check_unwritable(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
