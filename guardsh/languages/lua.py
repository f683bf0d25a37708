"""Lua, read tolerantly by tokens: os.execute, io.popen, os.remove, os.rename, io.open, load, dofile, redis.call."""

from __future__ import annotations

import re

from guardsh.languages import strings
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.scan import Scanner, Token, lexed, unescaped
from guardsh.languages.things import Items, Known, Made, Pairs, text
from guardsh.reading.model import HOLE, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_PATTERN = re.compile(
    r"""(?P<space>\s+|--\[(?P<level>=*)\[[\s\S]*?(?:\](?P=level)\]|\Z)|--[^\n]*)
    |(?P<long>\[(?P<equals>=*)\[(?P<body>[\s\S]*?)(?:\](?P=equals)\]|\Z))
    |(?P<quoted>'(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z))
    |(?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<number>\d[\w.]*)
    |(?P<op>\.\.\.?|==|~=|<=|>=|::|[^\s\w])""",
    re.X,
)
_KEYWORDS = frozenset(
    (
        "local",
        "then",
        "do",
        "end",
        "else",
        "elseif",
        "if",
        "for",
        "while",
        "repeat",
        "until",
        "in",
        "return",
        "function",
    )
    + ("and", "or", "not", "break")
)


def read(code: str, context: Context, variant: str = "lua") -> tuple[Act, ...]:
    """The acts of a Lua program."""
    acts = Acts(context)
    _Lua(code, acts).run()
    return acts.done()


class _Lua(Scanner):
    """The pass over a program's tokens."""

    joins = ("..",)
    ends = _KEYWORDS

    def lex(self, code: str) -> list[Token]:
        return lexed(code, _PATTERN, _token)

    def interpolate(self, source: str) -> Value:
        return Value(source)

    def word(self, index: int) -> tuple[Thing, int]:
        token, following = self.at(index), self.at(index + 1)
        if token.text in _KEYWORDS:
            return UNKNOWN, index + 1
        if following.kind == "string" and token.text not in self.variables:  # os.execute "id"
            return self.call(token.text, None, [Value(following.text)], (token.start, following.end)), index + 2
        return super().word(index)

    def call(self, name: str, receiver: Thing | None, arguments: list[Thing], span: Span) -> Thing:
        first = text(arguments[0]) if arguments else UNKNOWN
        alias = self.variables.get(name)
        if isinstance(alias, Made) and alias.name == "name" and receiver is None:
            name = text(alias.arguments[0]).text
        acts = self.acts
        if name in ("os.execute", "io.popen", "vim.fn.system", "vim.fn.systemlist"):
            acts.shell(first, span=span)
            program = first.text.strip().partition(" ")[0]
            kind = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded"}.get(program, "output")
            return Value(HOLE, origins=(Origin(kind, program),))
        if name in ("os.remove", "vim.fn.delete", "lfs.rmdir", "vim.loop.fs_unlink"):
            recursive = name == "vim.fn.delete" and len(arguments) > 1 and "r" in text(arguments[1]).text
            acts.delete(first, span, recursive)
        elif name == "os.rename" and len(arguments) > 1:
            acts.move(first, text(arguments[1]), span)
        elif name == "io.open":
            acts.open(first, text(arguments[1]).text if len(arguments) > 1 else "r", span)
            return Value(HOLE, origins=(Origin("file", first.text),))
        elif name in ("load", "loadstring", "dostring"):
            acts.nested("lua", first, span)
        elif name in ("dofile", "loadfile"):
            acts.code_file(first, "lua")
        elif name in ("redis.call", "redis.pcall"):
            acts.nested("redis", strings.join(Value(" "), Items(tuple(arguments))), span)
        else:
            return self._other(name, receiver, arguments)
        return Known(True)

    def _other(self, name: str, receiver: Thing | None, arguments: list[Thing]) -> Thing:
        first = text(arguments[0]) if arguments else UNKNOWN
        if name == "os.getenv":
            value = self.context.environment.get(first.text)
            if value is None:
                return Value(HOLE, origins=(Origin("unset", first.text),))
            return Value(value, origins=(Origin("environment", first.text),))
        if name == "os.tmpname":
            return Value("/tmp/" + TOKEN, origins=(Origin("temporary"),))
        if name in ("string.format",):
            return strings.formatted(first, Items(tuple(arguments[1:])))
        if name == "table.concat" and arguments and not isinstance(arguments[0], Pairs):
            return strings.join(text(arguments[1]) if len(arguments) > 1 else Value(""), arguments[0])
        if name == "string.char":
            codes = [each.value for each in arguments if isinstance(each, Known) and isinstance(each.value, int)]
            return Value("".join(chr(code % 256) for code in codes)) if len(codes) == len(arguments) else UNKNOWN
        if name == "require":
            return Made("name", (first,))
        return receiver if isinstance(receiver, Value) and receiver.origins else UNKNOWN


def _token(match: re.Match[str]) -> Token | None:
    kind, start, end = match.lastgroup or "op", match.start(), match.end()
    if match["space"] is not None:
        return None
    if match["long"] is not None:
        return Token("string", match["body"], start, end)
    if match["quoted"] is not None:
        return Token("string", unescaped(match[0][1:-1]), start, end)
    return Token(kind, match[0], start, end)
