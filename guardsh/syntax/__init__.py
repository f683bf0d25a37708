"""From text to tree: bash's syntax.

    script = parse("ls -la && git status")

The grammar, its productions, token types and reserved words are those of bashlex 0.18, as tables computed
beforehand (`generate_tables`); scanner and semantic actions are guardsh's own.
"""

from __future__ import annotations

from .errors import NotUnderstood, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .bash_says import BashSays
    from .nodes import Script
    from .source import Source

__all__ = ["NotUnderstood", "SyntaxProblem", "bash_verdict", "complete_prefix", "parse"]

DIALECTS = ("bash", "sh", "zsh")
FIRST_PRIVATE, LAST_PRIVATE = "\uf8f0", "\uf8ff"  # the reading marks unknown parts of values with these
_fits: bool | None = None


def parse(text: str, dialect: str = "bash", *, marks: bool = False) -> Script:
    """The tree of `text`. With `marks`, the reading's marks for unknown parts may stand in it, as ordinary characters.

    Raises SyntaxProblem where bash's grammar refuses the text, NotUnderstood where guardsh can't read it; nothing else.
    """
    try:
        script = _source(text, dialect, marks).read(_reader())
        if dialect == "zsh":
            from .zsh import check

            check(script)
    except NotUnderstood as problem:
        if dialect == "zsh" and isinstance(problem, SyntaxProblem):
            raise NotUnderstood(f"zsh: {problem.reason}", problem.offset) from None
        raise problem.with_traceback(None) from None
    except RecursionError:
        raise NotUnderstood("nested too deep") from None
    except Exception as error:  # a mistake of the parser's must not become a yes
        raise NotUnderstood(f"internal error: {error!r}") from None
    return script


def bash_verdict(text: str, bash: str = "/bin/bash", timeout: float = 2.0) -> BashSays:
    """What the real bash says about the syntax of `text`; nothing is run and nothing raised. See `bash_says`."""
    from . import bash_says

    return bash_says.bash_verdict(text, bash, timeout)


def complete_prefix(text: str, offset: int | None = None) -> str:
    """The longest prefix of `text`, up to `offset`, that consists of whole lines of complete commands.

    That is what bash would run before it meets an error at `offset`, and, of a script that comes in pieces, what can be
    judged and run already. It ends behind the newline, and behind the here-documents, of its last command. Empty where
    nothing is complete or understood.
    """
    from .commands import read_complete

    try:
        return text[: _source(text[:offset], "bash").read(read_complete)]
    except Exception:  # RecursionError and what else there may be: nothing is known to be complete
        return ""


def _reader() -> Callable[[Source], Script]:
    """The parser, if its tables fit the installed bashlex."""
    from . import signature
    from .commands import read_script

    global _fits
    if _fits is None:
        _fits = signature.fits()
    if not _fits:
        raise NotUnderstood("the installed bashlex isn't the one that guardsh was made for")
    return read_script


def _source(text: str, dialect: str, marks: bool = False) -> Source:
    from .source import SIZE, Budget, Source

    if dialect not in DIALECTS:
        raise NotUnderstood(f"unknown dialect {dialect!r}")
    if len(text) > SIZE:
        raise NotUnderstood(f"longer than {SIZE} characters", SIZE)
    if "\0" in text:
        raise NotUnderstood("NUL character", text.index("\0"))
    if not marks and not text.isascii():
        from guardsh.patterns import compiled

        private = compiled(f"[{FIRST_PRIVATE}-{LAST_PRIVATE}]").search(text)
        if private:
            raise NotUnderstood("private characters that guardsh uses itself", private.start())
    return Source(text, Budget(), dialect)
