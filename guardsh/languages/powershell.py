"""PowerShell, read tolerantly: cmdlets with aliases and shortened parameters, .NET calls, pipelines, other programs.

Source: Microsoft's PowerShell 7 reference (about_Parsing, about_Parameters, Microsoft.PowerShell.Management). Paths are
given with `/`. Cmdlets that act like a program of the shell become that program; others that remove something become
effects of kind "data" with the cmdlet's name in lower case.
"""

from __future__ import annotations

import re

from guardsh.languages import powershellcmd, strings
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.scan import Token, lexed
from guardsh.languages.things import Bound, Items, Known, Made, Named, Pairs, add, concatenated, every, one_of, text
from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context

_PATTERN = re.compile(
    r"""(?P<space>[ \t\f]+|`\r?\n|\#[^\n]*(?<!\#>)|<\#[\s\S]*?(?:\#>|\Z))
    |(?P<newline>\r?\n|;)
    |(?P<here>@(?P<quote>["'])\r?\n(?P<body>[\s\S]*?)\r?\n(?P=quote)@)
    |(?P<single>'(?:[^']|'')*(?:'|\Z))
    |(?P<double>"(?:[^"`]|""|`.)*(?:"|\Z))
    |(?P<variable>\$\{[^}]*\}|\$(?:\w+:)?\w+|\$[?^$_])
    |(?P<type>\[[A-Za-z_][\w.]*(?:\[\])?\])
    |(?P<op>&&|\|\||::|\+=|-=|>>|2>&1|[0-9*]?>|[@$](?=[({])|[=|&(){}\[\],;+]|\.(?=\s|\w+\())
    |(?P<word>[^\s'"$(){}\[\],;|&=`<>]+)""",
    re.X,
)
_KEYWORDS = {
    *(
        "if",
        "elseif",
        "else",
        "while",
        "do",
        "until",
        "for",
        "switch",
        "try",
        "catch",
        "finally",
        "begin",
        "process",
        "end",
    ),
    *("return", "throw", "param", "exit", "break", "continue", "in", "filter", "class", "using", "trap", "data"),
}
_COMMAND_LINE = re.compile(
    r"""(?is)^\s*(?:[^\s'"]*[\\/])?(?:powershell|pwsh)(?:\.exe)?\s+(?:-(?!c|f|e(?!p|x))\w+(?:\s+[^-\s]\S*)?\s+)*?"""
    r"-c(?:ommand|omman|omma|omm|om|o)?\s+(?![\"'])(?P<code>.*)$"
)
_DEEPEST = 40
MOST_TOKENS = 30_000


def read(code: str, context: Context, variant: str = "powershell") -> tuple[Act, ...]:
    """The acts of PowerShell text; as "powershell-encoded" of what -EncodedCommand takes."""
    acts = Acts(context)
    if variant == "powershell-encoded":
        code = _decoded(code)
        if not code:
            acts.effect("run", "decoded", Value(HOLE))
            return acts.done()
    line = _COMMAND_LINE.match(code)
    if line is not None:  # a whole command line: what follows -Command is the code, its own quotes included
        code = " " * line.start("code") + line["code"]
    reader = PowerShell(code, acts)
    if len(reader.tokens) > MOST_TOKENS:
        acts.unreadable(why="too long to follow")
    reader.statements(0, "")
    return acts.done()


def _decoded(code: str) -> str:
    import base64
    import binascii

    try:
        code = re.sub(r"\s+|=+$", "", code)
        return base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


class PowerShell:
    """One pass over the tokens of a text."""

    def __init__(self, code: str, acts: Acts) -> None:
        self.acts, self.context = acts, acts.context
        self.tokens = lexed(code, _PATTERN, _token)[:MOST_TOKENS]
        self.variables: dict[str, Thing] = {}
        self.block = 0
        self.depth = 0

    def at(self, index: int) -> Token:
        """A token, or an empty one behind the end."""
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        end = self.tokens[-1].end if self.tokens and index > 0 else 0
        return Token("end", "", end, end)

    def statements(self, index: int, close: str) -> tuple[Thing, int]:
        """Statements up to a closing bracket; the value of the last one."""
        value: Thing = UNKNOWN
        self.depth += 1
        if self.depth > _DEEPEST:
            self.acts.unreadable(why="nested too deeply")
            self.depth -= 1
            return UNKNOWN, len(self.tokens)
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind == "op" and token.text == close:
                index += 1
                break
            if token.kind == "mark":
                self.acts.unreadable((token.start, token.end), "unknown code")
            if token.kind == "newline" or token.text in ("}", ")", "&&", "||", ",", "]") or token.kind == "mark":
                index += 1
                continue
            thing, after = self.pipeline(index)
            value, index = thing, max(after, index + 1)
        self.depth -= 1
        return value, index

    def pipeline(self, index: int) -> tuple[Thing, int]:
        """Commands joined by |; each gets what the one before it yields."""
        piped: Thing | None = None
        while index < len(self.tokens):
            piped, after = self.command(index, piped)
            index = max(after, index + 1)
            while self.at(index).kind == "newline" and self.at(index + 1).text == "|":
                index += 1
            if self.at(index).text != "|" or self.at(index).kind != "op":
                break
            index += 1
            while self.at(index).kind == "newline" and self.at(index).text != ";":
                index += 1
        return (UNKNOWN if piped is None else piped), index

    def command(self, index: int, piped: Thing | None) -> tuple[Thing, int]:
        """One command, assignment, expression or key word."""
        token, following = self.at(index), self.at(index + 1)
        if token.kind == "variable" and following.kind == "op" and following.text in ("=", "+="):
            thing, after = self.pipeline(index + 2)
            self._assign(token.text, thing, following.text)
            return thing, after
        if token.kind == "word":
            lower = token.text.lower()
            if lower == "foreach" and following.text == "(":
                return self._foreach(index + 2)
            if lower == "function":
                return UNKNOWN, index + 2
            if lower in _KEYWORDS:
                return UNKNOWN, index + 1
            if re.match(r"-?\d+$", lower):
                return Known(int(lower)), index + 1
            return self._call(Value(token.text), index + 1, piped, token.start)
        if token.kind == "op" and token.text in ("&", "."):
            thing, after = self.term(index + 1)
            return self._call(text(thing), after, piped, token.start) if not isinstance(thing, Made) else (thing, after)
        if token.text == "{":
            return self._braces(index)
        return self.expression(index)

    def _assign(self, name: str, thing: Thing, operator: str) -> None:
        key = _name(name)
        before = self.variables.get(key)
        if operator == "+=":
            thing = add(before if before is not None else Value(""), thing)
        elif before is not None and self.block:
            thing = one_of(before, thing)
        self.variables[key] = thing

    def _foreach(self, index: int) -> tuple[Thing, int]:
        variable = self.at(index)
        things, index = self.pipeline(index + 2) if self.at(index + 1).text.lower() == "in" else (UNKNOWN, index + 1)
        self.variables[_name(variable.text)] = one_of(*every(things)) if every(things) else UNKNOWN
        return UNKNOWN, index + 1

    def _braces(self, index: int) -> tuple[Thing, int]:
        self.block += 1
        result = self.statements(index + 1, "}")
        self.block -= 1
        return result

    # --- commands ---

    def _call(self, name: Value, index: int, piped: Thing | None, start: int) -> tuple[Thing, int]:
        words: list[Thing] = []
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind == "newline" or (token.kind == "op" and token.text in ("|", "&&", "||", ")", "}", "&")):
                break
            if self._redirects(token):
                index = self._redirect(index, start)
                continue
            if token.text == "{" and token.kind == "op":
                if name.text.lower() in ("foreach-object", "%", "foreach", "where-object", "?"):
                    self.variables["_"] = one_of(*every(piped)) if piped is not None and every(piped) else UNKNOWN
                value, index = self._braces(index)
                words.append(Made("block", (value,)))
                continue
            if token.kind == "op" and token.text in ("2>&1", ",", "=", "+", "]"):
                index += 1
                continue
            thing, after = self.listed(index)
            words.append(thing)
            index = max(after, index + 1)
        span = (start, self.at(index - 1).end)
        return powershellcmd.call(self, name, words, piped, span), index

    def _redirects(self, token: Token) -> bool:
        return token.kind == "op" and token.text.endswith(">") and token.text != "2>&1"

    def _redirect(self, index: int, start: int) -> int:
        kind = "append" if self.at(index).text.endswith(">>") else "overwrite"
        target, index = self._adjoined(index + 1)
        if target != Known(None) and text(target).text.lower() != "nul":
            where = powershellcmd.path(self, text(target))
            self.acts.effect(kind, target=where, span=(start, self.at(index - 1).end))
        return index

    def listed(self, index: int) -> tuple[Thing, int]:
        """An argument: a term, or several with commas."""
        thing, index = self._adjoined(index)
        things = [thing]
        while self.at(index).text == "," and self.at(index).kind == "op":
            thing, index = self._adjoined(index + 1)
            things.append(thing)
        return (things[0] if len(things) == 1 else Items(tuple(things))), index

    def _adjoined(self, index: int) -> tuple[Thing, int]:
        """A term with what is written directly behind it: `$HOME\\x`."""
        thing, index = self.term(index)
        while (
            self.at(index).kind in ("word", "variable", "string", "pattern")
            and self.at(index).start == self.at(index - 1).end
        ):
            following, index = self.term(index)
            thing = concatenated(thing, following)
        return thing, index

    # --- expressions ---

    def expression(self, index: int) -> tuple[Thing, int]:
        """Terms joined by operators, up to the end of the statement."""
        result, index = self.listed(index)
        while index < len(self.tokens):
            token = self.at(index)
            if token.kind in ("newline", "end") or (
                token.kind == "op" and token.text in ("|", ")", "}", "&&", "||", "]", "{")
            ):
                break
            if self._redirects(token):
                index = self._redirect(index, token.start)
            elif token.text == "+":
                thing, index = self.term(index + 1)
                result = add(result, thing)
            elif token.text.lower() in ("-f", "-join"):
                thing, index = self.listed(index + 1)
                result = (
                    strings.braced(text(result), every(thing) if isinstance(thing, Items) else [thing], ())
                    if token.text.lower() == "-f"
                    else strings.join(text(thing), result)
                )
            else:
                thing, after = self.term(index + 1)
                index = max(after, index + 1)
                result = UNKNOWN.but(origins=text(result).origins)
        return result, index

    def term(self, index: int) -> tuple[Thing, int]:
        """A literal, variable, type or something in brackets, with its members."""
        token = self.at(index)
        thing: Thing = UNKNOWN
        if token.kind == "string":
            thing, index = Value(token.text, (token.start, token.end)), index + 1
        elif token.kind == "pattern":
            thing, index = self._interpolated(token), index + 1
        elif token.kind == "variable":
            thing, index = self._variable(token.text), index + 1
        elif token.kind == "type":
            thing, index = Named(token.text[1:-1].lower().removeprefix("system.")), index + 1
            if self.at(index).kind in ("string", "pattern", "variable"):  # a cast
                return self.term(index)
        elif token.text == "(" and token.kind == "op":
            thing, index = self.statements(index + 1, ")")
        elif token.text in ("@", "$") and token.kind == "op":
            if self.at(index + 1).text == "{" and token.text == "@":
                thing, index = self._table(index + 2)
            else:
                thing, index = self.statements(index + 2, "}" if self.at(index + 1).text == "{" else ")")
        elif token.text == "{" and token.kind == "op":
            value, index = self._braces(index)
            thing = Made("block", (value,))
        else:
            thing, index = Value(token.text, (token.start, token.end)) if token.kind == "word" else UNKNOWN, index + 1
        return self._members(thing, index)

    def _table(self, index: int) -> tuple[Thing, int]:
        pairs: list[tuple[str, Thing]] = []
        while index < len(self.tokens) and self.at(index).text != "}":
            if self.at(index).kind == "newline":
                index += 1
                continue
            key = self.at(index).text
            if self.at(index + 1).text == "=":
                thing, after = self.pipeline(index + 2)
                pairs.append((key, thing))
                index = max(after, index + 3)
            else:
                index += 1
        return Pairs(tuple(pairs)), index + 1

    def _members(self, thing: Thing, index: int) -> tuple[Thing, int]:
        for _ in range(50):
            token, following = self.at(index), self.at(index + 1)
            adjacent = token.start == self.at(index - 1).end
            if token.text == "::" and following.kind in ("word", "variable"):
                name, index = following.text.rpartition(".")[2], index + 2
            elif adjacent and token.kind == "word" and token.text.startswith(".") and len(token.text) > 1:
                name, index = token.text.rpartition(".")[2], index + 1
            elif adjacent and token.text == "." and following.kind == "word":
                name, index = following.text, index + 2
            elif adjacent and token.text == "[" and token.kind == "op":
                _, index = self.statements(index + 1, "]")
                thing = UNKNOWN.but(origins=text(thing).origins)
                continue
            else:
                break
            if self.at(index).text == "(" and self.at(index).start == self.at(index - 1).end:
                start = index
                arguments, index = self._arguments(index + 1)
                thing = powershellcmd.method(
                    self, thing, name.lower(), arguments, (self.at(start - 1).start, self.at(index - 1).end)
                )
            else:
                thing = _property(thing, name.lower())
        return thing, index

    def _arguments(self, index: int) -> tuple[list[Thing], int]:
        arguments: list[Thing] = []
        while index < len(self.tokens) and self.at(index).text != ")":
            if self.at(index).text == "," or self.at(index).kind == "newline":
                index += 1
                continue
            thing, after = self._argument(index)
            arguments.append(thing)
            index = max(after, index + 1)
        return arguments, index + 1

    def _argument(self, index: int) -> tuple[Thing, int]:
        thing, index = self.term(index)
        while self.at(index).text == "+":
            following, index = self.term(index + 1)
            thing = add(thing, following)
        return thing, index

    def _variable(self, name: str) -> Thing:
        key = _name(name)
        if key in self.variables:
            return self.variables[key]
        if key in ("home", "env:userprofile", "env:home"):
            return Value(self.context.home)
        if key in ("true", "false", "null"):
            return Known({"true": True, "false": False, "null": None}[key])
        if key in ("pwd", "psscriptroot"):
            return Value(self.acts.directory) if key == "pwd" else UNKNOWN
        if key in ("env:temp", "env:tmp"):
            return Value("/tmp")
        if key.startswith("env:"):
            found = {name.lower(): value for name, value in self.context.environment.items()}.get(key[4:])
            kind = "unset" if found is None else "environment"
            return Value(HOLE if found is None else found, origins=(Origin(kind, key[4:]),))
        return UNKNOWN

    def _interpolated(self, token: Token) -> Value:
        parts: list[Thing] = []
        position = 0
        source = token.text
        for match in re.finditer(
            r"`(.)|\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|(\$\{[^}]*\}|\$(?:\w+:)?\w+)", source, re.S
        ):
            parts.append(Value(source[position : match.start()]))
            position = match.end()
            if match[1] is not None:
                parts.append(Value({"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(match[1], match[1])))
            elif match[2] is not None:
                inner = PowerShell(match[2], self.acts)
                inner.variables, inner.depth = self.variables, self.depth
                parts.append(text(inner.statements(0, "")[0]))
            else:
                parts.append(text(self._variable(match[3])))
        parts.append(Value(source[position:]))
        return concatenated(*parts).but(span=(token.start, token.end))


def _property(thing: Thing, name: str) -> Thing:
    if isinstance(thing, Pairs):
        return thing.get(name) or UNKNOWN
    if name in ("fullname", "path", "pspath", "content", "value", "rawcontent") and isinstance(thing, (Value, Items)):
        return thing
    return Bound(thing, name) if isinstance(thing, (Named, Made, Bound)) else UNKNOWN.but(origins=text(thing).origins)


def _name(variable: str) -> str:
    return variable.lstrip("$").strip("{}").lower().removeprefix("global:").removeprefix("script:")


def _token(match: re.Match[str]) -> Token | None:
    start, end = match.start(), match.end()
    if match["space"] is not None:
        return None
    if match["here"] is not None:
        return Token("string" if match["quote"] == "'" else "pattern", match["body"], start, end)
    if match["single"] is not None:
        return Token("string", match[0][1:-1].replace("''", "'"), start, end)
    if match["double"] is not None:
        return Token("pattern", match[0][1:-1].replace('""', '"'), start, end)
    return Token(match.lastgroup or "op", match[0], start, end)
