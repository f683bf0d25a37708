"""AppleScript: `do shell script`, Terminal's `do script`, and Finder's deletions.

Source: Apple's AppleScript Language Guide, `do shell script`.
"""

from __future__ import annotations

import re

from guardsh.languages.acts import Acts
from guardsh.languages.things import concatenated
from guardsh.reading.model import HOLE, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context

_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMAND = re.compile(rf"do\s+(?:shell\s+)?script\s+((?:{_STRING}|[^\n\"&]+)(?:\s*&\s*(?:{_STRING}|[^\n\"&]+))*)", re.I)
_DELETE = re.compile(rf"\b(?:delete|move)\b[^\n\"]*?({_STRING})", re.I)


def read(code: str, context: Context, variant: str = "applescript") -> tuple[Act, ...]:
    """The acts of AppleScript text."""
    acts = Acts(context)
    code = re.sub(r"\(\*[\s\S]*?\*\)|¬\s*\n", lambda match: " " * len(match[0]), code)
    variables = dict(re.findall(rf"\bset\s+(\w+)\s+to\s+({_STRING})\s*$", code, re.M | re.I))
    for match in _COMMAND.finditer(code):
        acts.shell(_joined(match[1], variables), span=match.span())
    for match in _DELETE.finditer(re.sub(_COMMAND, "", code)):
        acts.delete(_path(_unquoted(match[1])), match.span())
    if re.search(r"\bempty\s+(?:the\s+)?trash\b", code, re.I):
        acts.delete(Value(f"{context.home}/.Trash"), recursive=True)
    if re.search(r"\btell\b[^\n]*\"(?:System Events|Finder)\"[^\n]*\b(?:shut down|restart)\b", code, re.I):
        acts.program([Value("shutdown")])
    return acts.done()


def _joined(expression: str, variables: dict[str, str]) -> Value:
    parts = []
    for piece in re.findall(rf"{_STRING}|[^\"&]+", expression):
        piece = piece.strip()
        if piece.startswith('"'):
            parts.append(Value(_unquoted(piece)))
        elif piece and not re.match(r"(?:with|without|in|as|user name|password)\b", piece):
            name = re.sub(r"^quoted form of\s+", "", piece).split()[0]
            parts.append(Value(_unquoted(variables[name]) if name in variables else HOLE))
    return concatenated(*parts)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1], flags=re.S)


def _path(text: str) -> Value:
    """`Macintosh HD:Users:u:x` is /Users/u/x."""
    if ":" in text and "/" not in text:
        return Value("/" + text.partition(":")[2].replace(":", "/"))
    return Value(text)
