"""From text to tree: bash's syntax.

    script = parse("ls -la && git status")

The grammar, its productions, token types and reserved words are those of bashlex 0.18, as tables computed
beforehand (`generate_tables`); scanner and semantic actions are guardsh's own.
"""

from __future__ import annotations

from .errors import NotUnderstood, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .nodes import Script

__all__ = ["NotUnderstood", "SyntaxProblem", "parse"]

DIALECTS = ("bash", "sh", "zsh")


def parse(text: str, dialect: str = "bash") -> Script:
    """The tree of `text`.

    Raises SyntaxProblem where bash's grammar refuses the text, NotUnderstood where guardsh can't read it; nothing else.
    """
    try:
        return _parse(text, dialect)
    except NotUnderstood as problem:
        raise problem.with_traceback(None) from None
    except RecursionError:
        raise NotUnderstood("nested too deep") from None
    except Exception as error:  # a mistake of the parser's must not become a yes
        raise NotUnderstood(f"internal error: {error!r}") from None


def _parse(text: str, dialect: str) -> Script:
    import re

    from .commands import read_script
    from .source import SIZE, Budget, Source

    if dialect not in DIALECTS:
        raise NotUnderstood(f"unknown dialect {dialect!r}")
    if len(text) > SIZE:
        raise NotUnderstood(f"longer than {SIZE} characters", SIZE)
    private = re.search("[\0\uf8f0-\uf8ff]", text)
    if private:
        reason = "NUL character" if private.group() == "\0" else "private characters that guardsh uses itself"
        raise NotUnderstood(reason, private.start())
    return Source(text, Budget(), dialect).read(read_script)
