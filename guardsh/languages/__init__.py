"""Code handed to other interpreters, read in its own language.

`read(language, code, context)` yields the acts of a text: effects of the same kinds as a shell command's, text that a
shell is given, programs that are started, files whose code runs. So `rm -rf ~`, `shutil.rmtree(Path.home())` and
`fs.rmSync(os.homedir())` meet the same rules.

Spans. `Effect.span` and the span of a `Value` are offsets (start, end) into `code`, or (0, 0) where the place isn't
known; the caller maps them to the judged text. Code within the code (an `eval` of a literal, SQL in a string) has the
span of the expression that holds it.

Marks. `code` may hold the marks of `guardsh.reading.model` (unknown text). They count as an unknown identifier or
literal, and the rest is read.

Bounds. Text over `LARGEST` characters, too deep or too long to walk, or that the language's parser rejects yields an
effect `run`/`unreadable` beside what could be read; nothing raises.
"""

from __future__ import annotations

from guardsh.reading.model import MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.model import Act, Context

LARGEST = 400_000  # characters of code that are read
DEEPEST = 6  # code within code within code …

# language -> module of this package; a module has `read(code, context)` or `read(code, context, variant)`
LANGUAGES = {
    "applescript": "applescript",
    "awk": "awk",
    "clojure": "loose",
    "cmd": "cmd",
    "elixir": "loose",
    "erlang": "loose",
    "go": "loose",
    "graphql": "http",
    "groovy": "loose",
    "haskell": "loose",
    "java": "loose",
    "javascript": "javascript",
    "javascript-module": "javascript",
    "jsx": "javascript",
    "julia": "loose",
    "kotlin": "loose",
    "lisp": "loose",
    "lua": "lua",
    "mongosh": "mongosh",
    "perl": "perl",
    "php": "php",
    "powershell": "powershell",
    "powershell-encoded": "powershell",
    "python": "python",
    "python-module": "python",
    "r": "loose",
    "redis": "redis",
    "ruby": "ruby",
    "rust": "loose",
    "scala": "loose",
    "sed": "sed",
    "sql": "sql",
    "swift": "loose",
    "tcl": "loose",
    "tsx": "javascript",
    "typescript": "javascript",
}

_SHELLS = {"bash", "sh", "dash", "ksh", "zsh", "shell"}
_depth = 0


def known(language: str) -> bool:
    """Is there a reader for this language (`sql:postgres` names a dialect of one)?"""
    name = language.partition(":")[0]
    return name in LANGUAGES or name in _SHELLS


def read(language: str, code: str, context: Context) -> tuple[Act, ...]:
    """What `code` does. Never raises; what can't be read is in the answer as an effect run/unreadable."""
    global _depth
    from guardsh.languages.acts import unreadable

    directory = context.directory
    if not code.strip():
        return ()
    if len(code) > LARGEST:
        return (unreadable(why="too long", directory=directory),)
    if _depth >= DEEPEST:
        return (unreadable(why="nested too deeply", directory=directory),)
    if not code.strip(MARKS + " \t\r\n;"):
        return (unreadable(why="unknown text", directory=directory),)
    _depth += 1
    try:
        return _reader(language)(code, context)
    except RecursionError:
        return (unreadable(why="nested too deeply", directory=directory),)
    except MemoryError:
        return (unreadable(why="too complex", directory=directory),)
    except Exception as error:  # a reader's own failure must not become silence, nor a traceback
        return (unreadable(why=f"{language}: {type(error).__name__}", directory=directory),)
    finally:
        _depth -= 1


def _reader(language: str) -> Callable[[str, Context], tuple[Act, ...]]:
    name, _, variant = language.partition(":")
    if name in _SHELLS:
        return lambda code, context: _shell(name, code)
    if name not in LANGUAGES:
        raise LookupError(language)
    module = __import__(f"guardsh.languages.{LANGUAGES[name]}", fromlist=["read"])
    return lambda code, context: module.read(code, context, variant or name)


def _shell(dialect: str, code: str) -> tuple[Act, ...]:
    from guardsh.reading.model import ShellText, Value

    return (ShellText(Value(code), "sh" if dialect in ("shell", "dash") else dialect),)
