"""awk: system(), commands at either end of a pipe, files that print writes and getline reads.

Source: POSIX awk, gawk manual 4.10 (redirecting output) and 3.6 (getline); `|&` and /inet/ are gawk's.
"""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.scan import Token, lexed, unescaped
from guardsh.languages.things import Known, concatenated, one_of, text, texts
from guardsh.reading.model import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_PATTERN = re.compile(
    r"""(?P<space>[ \t\r]+|\\\n|\#[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*(?:"|$))
    |(?P<directive>@(?:include|load)\s+"[^"]*")
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<op>\|&|\|\||&&|>>|==|!=|<=|>=|!~|\+=|-=|\+\+|--|[^\s\w])""",
    re.X | re.M,
)
_STATEMENTS = {
    *(
        "print",
        "printf",
        "getline",
        "if",
        "else",
        "while",
        "for",
        "do",
        "in",
        "return",
        "next",
        "exit",
        "delete",
        "BEGIN",
        "END",
    ),
    *("function", "func", "break", "continue", "nextfile", "switch", "case", "default", "BEGINFILE", "ENDFILE"),
}
_ENDS = (";", "\n", "{", "}", ")", "|", "|&", ">", ">>", ",", "?", ":")
LONGEST = 300  # tokens of one expression
_STANDARD = ("/dev/stdout", "/dev/stderr", "-", "/dev/tty", "/dev/null", "")


def read(code: str, context: Context, variant: str = "awk") -> tuple[Act, ...]:
    """The acts of an awk program."""
    acts = Acts(context)
    _Awk(code, acts).run()
    return acts.done()


class _Awk:
    """One pass over the tokens."""

    def __init__(self, code: str, acts: Acts) -> None:
        self.acts = acts
        self.tokens = _lex(code)
        self.variables: dict[str, Thing] = {}

    def at(self, index: int) -> Token:
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        end = self.tokens[-1].end if self.tokens and index > 0 else 0
        return Token("end", "", end, end)

    def run(self) -> None:
        """The whole program; a print's redirection counts outside of its parentheses."""
        index, printing, start = 0, -1, 0
        depth = 0
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind == "mark" and self.at(index - 1).text in ("", ";", "{", "}", "\n"):
                self.acts.unreadable((token.start, token.end), "unknown code")
            if token.text in (";", "\n", "{", "}") and token.kind == "op":
                printing, start, depth = -1, index + 1, 0
            elif token.text in ("print", "printf"):
                printing, depth = index, 0
            elif token.text in ("(", ")") and token.kind == "op":
                depth += 1 if token.text == "(" else -1
            elif token.text == "system" and self.at(index + 1).text == "(":
                value, _ = self.value(index + 2)
                self._shell(value, (token.start, self.at(index + 2).end))
            elif token.kind == "directive":
                self.acts.code_file(Value(token.text.partition('"')[2].rstrip('"')), "awk")
            elif token.text in ("|", "|&") and token.kind == "op":
                self._piped(index, start, printing, depth)
            elif token.text in (">", ">>") and printing >= 0 and depth <= 0:
                self._written(index)
            elif token.text == "<" and self._reads_line(index):
                value, _ = self.value(index + 1)
                for each in texts(value):
                    if each.text not in _STANDARD:
                        self.acts.effect("read", target=each, span=(token.start, token.end))
            elif token.kind == "word" and self.at(index + 1).text == "=" and token.text not in _STATEMENTS:
                value, _ = self.value(index + 2)
                before = self.variables.get(token.text)
                self.variables[token.text] = value if before is None else one_of(before, value)
            index += 1

    def _reads_line(self, index: int) -> bool:
        return self.at(index - 1).text == "getline" or self.at(index - 2).text == "getline"

    def _piped(self, index: int, start: int, printing: int, depth: int) -> None:
        following = self.at(index + 1)
        if following.text == "getline":
            begin = self._beginning(index, start)
            value, _ = self.value(begin)
            self._shell(value, (self.at(begin).start, self.at(index).end))
        elif printing >= 0 and depth <= 0 or self.at(index).text == "|&":
            value, _ = self.value(index + 1)
            self._shell(value, (self.at(index).start, following.end))

    def _beginning(self, index: int, start: int) -> int:
        """Where the text before a | begins."""
        if self.at(index - 1).text == ")" and self.at(index - 1).kind == "op":
            depth = 0
            for begin in range(index - 1, max(start, index - LONGEST) - 1, -1):
                depth += {")": 1, "(": -1}.get(self.at(begin).text, 0) if self.at(begin).kind == "op" else 0
                if depth == 0:
                    return begin
        begin = index
        while begin > start and self.at(begin - 1).text not in (*_ENDS, "(", "=", *_STATEMENTS):
            begin -= 1
        return begin

    def _written(self, index: int) -> None:
        token = self.at(index)
        value, _ = self.value(index + 1)
        for each in texts(value):
            if each.text not in _STANDARD:
                self.acts.effect(
                    "append" if token.text == ">>" else "overwrite",
                    target=each,
                    span=(token.start, self.at(index + 1).end),
                )

    def _shell(self, value: Thing, span: Span) -> None:
        for each in texts(value):
            if each.text.startswith("/inet"):
                host = each.text.split("/")
                self.acts.effect("run", "reverse-shell", Value(":".join(host[4:6])), span=span)
            else:
                self.acts.shell(each, span=span)

    def value(self, index: int) -> tuple[Thing, int]:
        """Texts one after the other are joined; what isn't known is unknown."""
        parts: list[Thing] = []
        depth, last = 0, min(len(self.tokens), index + LONGEST)
        while index < last:
            token = self.at(index)
            if token.kind == "op" and token.text in _ENDS and depth <= 0:
                break
            if token.kind == "string":
                parts.append(Value(token.text, (token.start, token.end)))
            elif token.kind == "op" and token.text in ("(", ")"):
                depth += 1 if token.text == "(" else -1
            elif token.kind == "op" and token.text == "$":
                parts.append(UNKNOWN.but(origins=(Origin("input", "field"),)))
                index += 1 if self.at(index + 1).kind in ("word", "number") else 0
            elif token.kind == "word" and token.text in _STATEMENTS:
                break
            elif token.kind == "word" and self.at(index + 1).text == "(":
                parts.append(UNKNOWN)
                index = self._after_bracket(index + 1)
                continue
            elif token.kind == "word":
                parts.append(self.variables.get(token.text, UNKNOWN))
            elif token.kind == "number":
                parts.append(Known(token.text))
            else:
                parts.append(UNKNOWN)
            index += 1
        if len(parts) == 1:
            return parts[0], index
        return (
            concatenated(*(part if isinstance(part, Value) else text(part) for part in parts)) if parts else UNKNOWN
        ), index

    def _after_bracket(self, index: int) -> int:
        depth, last = 0, min(len(self.tokens), index + LONGEST)
        while index < last:
            depth += {"(": 1, ")": -1}.get(self.at(index).text, 0) if self.at(index).kind == "op" else 0
            index += 1
            if depth == 0:
                break
        return index


def _lex(code: str) -> list[Token]:
    previous = ""

    def convert(match: re.Match[str]) -> Token | None:
        nonlocal previous
        before, start, end = previous, match.start(), match.end()
        if match["space"] is not None:
            return None
        previous = match[0]
        if match["string"] is not None:
            return Token(
                "string", unescaped(match[0].strip('"') if match[0].count('"') == 2 else match[0][1:-1]), start, end
            )
        if match["op"] == "/" and before in ("", "(", ",", "~", "!~", "!", "&&", "||", "{", "}", ";", "\n", "case"):
            regex = re.compile(r"/(?:[^/\\\n]|\\.)*/").match(code, start)
            previous = "/x/"
            return Token("regex", "", start, regex.end()) if regex else None
        return Token(match.lastgroup or "op", match[0], start, end)

    pattern = re.compile(_PATTERN.pattern.replace("[^\\s\\w])", "[^\\s\\w]|\\n)"), re.X | re.M)
    return lexed(code, pattern, convert)
