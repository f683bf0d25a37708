"""Perl, read tolerantly by tokens: system, exec, qx, unlink, File::Path, open, eval, requests, DBI.

Source: perldoc perlop (quote-like operators), perlfunc.
"""

from __future__ import annotations

import re

from guardsh.languages import strings
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.scan import Scanner, Token, lexed, unescaped
from guardsh.languages.things import (
    Items,
    Known,
    Made,
    Pairs,
    absolute,
    concatenated,
    every,
    form_text,
    globbed,
    header_values,
    home_expanded,
    one_of,
    text,
    texts,
)
from guardsh.reading.model import HOLE, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_PATTERN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*|^=\w+[\s\S]*?(?:^=cut\b[^\n]*|\Z))
    |(?P<here><<~?(?P<quote>["']?)(?P<tag>[A-Za-z_]\w*)(?P=quote))
    |(?P<single>'(?:[^'\\]|\\.)*(?:'|\Z))
    |(?P<double>"(?:[^"\\]|\\.)*(?:"|\Z))
    |(?P<back>`(?:[^`\\]|\\.)*(?:`|\Z))
    |(?P<glob><[$\w*./?~-]*[*?/~.][$\w*./?~{},-]*>)
    |(?P<quoted>\b(?:qq|qw|qx|qr|q|m|s|tr|y)\b(?=\s*[^\w\s,;=)>]|\s*\#)(?!\s*=>))
    |(?P<variable>[$@%&]\#?\{?\^?\w+(?:::\w+)*\}?|\$[_!@/\\,;.0&])
    |(?P<word>[A-Za-z_]\w*(?:(?:::|')[A-Za-z_]\w*)*)
    |(?P<number>\d[\w.]*)
    |(?P<op>->|=>|\.=|\|\|=|//=|\|\||&&|==|!=|=~|!~|<=|>=|\.\.|::|\*\*|\+\+|--|[^\s\w])""",
    re.X | re.M,
)
_BARE = {
    *(
        "system",
        "exec",
        "unlink",
        "rmdir",
        "rename",
        "open",
        "require",
        "do",
        "eval",
        "kill",
        "chdir",
        "mkdir",
        "chmod",
    ),
    *(
        "chown",
        "truncate",
        "print",
        "printf",
        "say",
        "return",
        "rmtree",
        "remove_tree",
        "move",
        "copy",
        "glob",
        "readpipe",
    ),
    *("die", "warn", "symlink", "link", "utime", "opendir", "sysopen", "syswrite", "push", "join", "split", "sprintf"),
    *("lc", "uc", "getstore", "get", "getprint", "mirror", "use", "no"),
}
_ENDS = {
    *(
        "if",
        "unless",
        "for",
        "foreach",
        "while",
        "until",
        "or",
        "and",
        "xor",
        "not",
        "cmp",
        "eq",
        "ne",
        "lt",
        "gt",
        "le",
    ),
    *("ge",),
}
_BLOCKS = frozenset(("while", "if", "unless", "until", "elsif"))
_VERBS = ("get", "post", "put", "patch", "delete", "head")


def read(code: str, context: Context, variant: str = "perl") -> tuple[Act, ...]:
    """The acts of a Perl program."""
    acts = Acts(context)
    code = re.sub(r"(?ms)^__(?:END|DATA)__$.*", "", code)
    _Perl(code, acts).run()
    return acts.done()


class _Perl(Scanner):
    """The pass over a program's tokens."""

    bare, ends = frozenset(_BARE), frozenset(_ENDS)

    def lex(self, code: str) -> list[Token]:
        found = []
        for token in _lex(code):
            if token.kind == "code":  # s/…/…/e
                self.acts.nested("perl", Value(token.text), (token.start, token.end))
            elif token.kind == "words":
                found.append(Token("list", token.text, token.start, token.end))
            else:
                found.append(token)
        return found

    def interpolate(self, source: str) -> Value:
        return _interpolate(self, source)

    def call(self, name: str, receiver: Thing | None, arguments: list[Thing], span: Span) -> Thing:
        return _call(self, name, receiver, arguments, span)

    def word(self, index: int) -> tuple[Thing, int]:
        token, following = self.at(index), self.at(index + 1)
        if token.text in ("for", "foreach"):
            return self._loop(index + 1)
        if token.text in ("my", "our", "local", "state"):
            return UNKNOWN, index + 1
        if token.text in _BLOCKS and following.text == "(":
            return UNKNOWN, self.listed(index + 1)[1]
        if token.text in self.bare and following.text in ("for", "foreach"):
            _, after = self._loop(index + 2)
            return self.call(token.text, None, [], (token.start, token.end)), after
        if token.text in ("exec", "system") and following.text == "{":  # exec {PROGRAM} LIST
            arguments, after = self.unbracketed(self.listed(index + 1)[1])
            return self.call(token.text, None, arguments, (token.start, self.at(after - 1).end)), after
        return super().word(index)

    def _loop(self, index: int) -> tuple[Thing, int]:
        """`for my $f (LIST)`, `… for LIST`: the variable is each item."""
        name = "$_"
        if self.at(index).text in ("my", "our"):
            index += 1
        if self.at(index).kind == "variable" and self.at(index + 1).text == "(":
            name, index = self.at(index).text, index + 1
        items, index = self.listed(index) if self.at(index).text == "(" else self.unbracketed(index)
        things = [each for item in items for each in (every(item) if isinstance(item, Items) else [item])]
        self.variables[name] = one_of(*things) if things else UNKNOWN
        return UNKNOWN, index


def _lex(code: str) -> list[Token]:
    after: dict[int, int] = {}  # where a line's here-documents end
    previous = ""

    def convert(match: re.Match[str]) -> Token | None:
        nonlocal previous
        kind, start, end = match.lastgroup or "op", match.start(), match.end()
        before, previous = previous, match[0] if not match["space"] else previous
        if match["space"] is not None:
            line = code.find("\n", start, end)
            return Token("skip", "", start, after.pop(line)) if line in after else None
        if match["here"] is not None:
            return _here(match, code, after)
        if match["quoted"] is not None:
            return _quoted(match, code)
        if match["single"] is not None:
            return Token("string", re.sub(r"\\(['\\])", r"\1", match[0][1:-1]), start, end)
        if match["double"] is not None:
            return Token("pattern", match[0][1:-1], start, end)
        if match["back"] is not None:
            return Token("shell", match[0][1:-1], start, end)
        if match["glob"] is not None:
            return Token("pattern", f"\0{match[0][1:-1]}", start, end)
        if match["op"] == "/" and (
            before
            in (
                "",
                "(",
                ",",
                "=",
                "=~",
                "!~",
                "{",
                ";",
                "&&",
                "||",
                "if",
                "and",
                "or",
                "not",
                "split",
                "grep",
                "unless",
            )
        ):
            return _regex(code, start, "/", end)
        return Token(kind, match[0], start, end)

    return [token for token in lexed(code, _PATTERN, convert) if token.kind != "skip"]


def _here(match: re.Match[str], code: str, after: dict[int, int]) -> Token:
    line = code.find("\n", match.end())
    body = after.get(line, line + 1) if line >= 0 else len(code)
    close = re.compile(rf"^\s*{re.escape(match['tag'])}$", re.M).search(code, body)
    stop = close.start() if close else len(code)
    if line >= 0:
        after[line] = close.end() if close else len(code)
    return Token("string" if match["quote"] == "'" else "pattern", code[body:stop], match.start(), match.end())


def _quoted(match: re.Match[str], code: str) -> Token:
    operator, position = match["quoted"], match.end()
    while position < len(code) and code[position].isspace():
        position += 1
    body, end = _delimited(code, position)
    if operator in ("s", "tr", "y"):
        opening = code[position : position + 1]
        replacement, end = _delimited(code, end if opening in _PAIRS else end - 1)
        flags = re.compile(r"[a-z]*").match(code, end)
        end = flags.end() if flags else end
        runs = operator == "s" and flags is not None and "e" in flags[0]
        return Token("code" if runs else "regex", replacement, match.start(), end)
    if operator in ("m", "qr"):
        flags = re.compile(r"[a-z]*").match(code, end)
        return Token("regex", body, match.start(), flags.end() if flags else end)
    kinds = {"q": "string", "qq": "pattern", "qx": "shell", "qw": "words"}
    return Token(kinds[operator], body, match.start(), end)


def _delimited(code: str, position: int) -> tuple[str, int]:
    """The text between delimiters that begin at `position`, and the index behind the closing one."""
    opening = code[position : position + 1]
    closing = _PAIRS.get(opening, opening)
    depth, index = 1, position + 1
    while index < len(code):
        char = code[index]
        if char == "\\":
            index += 2
            continue
        if char == closing:
            depth -= 1
            if not depth:
                return code[position + 1 : index], index + 1
        elif char == opening:
            depth += 1
        index += 1
    return code[position + 1 :], len(code)


def _regex(code: str, start: int, delimiter: str, end: int) -> Token:
    body, stop = _delimited(code, start)
    flags = re.compile(r"[a-z]*").match(code, stop)
    return Token("regex", body, start, flags.end() if flags else stop)


def _interpolate(scanner: Scanner, source: str) -> Value:
    if source.startswith("\0"):
        return globbed(_interpolate(scanner, source[1:]))
    parts: list[Thing] = []
    position = 0
    for match in re.finditer(r"\\.|\$\{?(\w+)\}?((?:->)?[\[{][^\]}]*[\]}])*|@\{?(\w+)\}?|@\{\[(.*?)\]\}", source, re.S):
        if match[0][0] == "\\":
            continue
        parts.append(Value(unescaped(source[position : match.start()])))
        position = match.end()
        known = (
            scanner.variables.get("$" + match[1])
            if match[1] and not match[2]
            else scanner.variables.get(f"@{match[3]}")
        )
        if match[1] == "ENV" and match[2]:
            parts.append(_environment(scanner, match[2].strip("{}'\"")))
        elif isinstance(known, Items):
            parts.append(strings.join(Value(" "), known))
        else:
            parts.append(known if known is not None else UNKNOWN)
    parts.append(Value(unescaped(source[position:])))
    return concatenated(*parts)


def _environment(scanner: Scanner, name: str) -> Value:
    value = scanner.context.environment.get(name)
    return (
        Value(HOLE, origins=(Origin("unset", name),))
        if value is None
        else Value(value, origins=(Origin("environment", name),))
    )


# --- calls ---


def _call(scanner: Scanner, name: str, receiver: Thing | None, arguments: list[Thing], span: Span) -> Thing:
    name = name.rpartition("::")[2]
    if receiver is not None:
        return _method(scanner, name, receiver, arguments, span)
    acts = scanner.acts
    flat = [each for argument in arguments for each in (every(argument) if isinstance(argument, Items) else [argument])]
    if name in ("system", "exec", "`", "readpipe"):
        return _run(scanner, [text(each) for each in flat], span)
    if name in ("unlink", "rmdir", "rmtree", "remove_tree", "pathrmdir", "pathrm", "pathempty"):
        for target in flat or [scanner.variables.get("$_", UNKNOWN)]:
            if not isinstance(target, (Pairs, Known)):
                for each in texts(target):
                    acts.delete(_path(scanner, each), span, name not in ("unlink", "rmdir"))
        return Known(1)
    if name in ("rename", "move", "mv") and len(flat) > 1:
        acts.move(text(flat[0]), text(flat[1]), span)
    elif name in ("copy", "cp") and len(flat) > 1:
        acts.copy(text(flat[0]), text(flat[1]), span)
    elif name in ("open", "sysopen"):
        return _open(scanner, arguments, span)
    elif name in ("chmod", "chown", "truncate", "mkdir", "symlink", "link"):
        _change(scanner, name, flat, span)
    elif name == "chdir" and flat:
        acts.directory = absolute(_path(scanner, text(flat[0])), acts.directory).text
    elif name in ("eval",) and arguments:
        acts.nested("perl", text(arguments[0]), span)
    elif name in ("do", "require") and flat and isinstance(flat[0], Value) and flat[0].text not in ("", HOLE):
        acts.code_file(flat[0], "perl")
    elif name == "kill" and len(flat) > 1:
        signal = text(flat[0]).text.removeprefix("SIG")
        acts.program([Value("kill"), Value(f"-{signal}"), Value("--"), *(text(each) for each in flat[1:])], span=span)
    else:
        return _function(scanner, name, flat, span)
    return Known(1)


def _function(scanner: Scanner, name: str, flat: list[Thing], span: Span) -> Thing:
    first = text(flat[0]) if flat else UNKNOWN
    if name == "glob":
        return Items((), globbed(first))
    if name == "join":
        return strings.join(first, Items(tuple(flat[1:])))
    if name in ("sprintf",):
        return strings.formatted(first, Items(tuple(flat[1:])))
    if name in ("decode_base64", "unpack", "decode"):
        if name == "unpack" and len(flat) > 1:
            return strings.decoded(text(flat[1]), "hex" if first.text.startswith("H") else "uu")
        return strings.decoded(first, "base64")
    if name == "chr" and flat and isinstance(flat[0], Known) and isinstance(flat[0].value, int):
        return Value(chr(flat[0].value % 0x110000))
    if name in ("reverse", "lc", "uc", "shell_quote"):
        return first.but(text=first.text[::-1]) if name == "reverse" and first.known else first
    if name in ("get", "getstore", "getprint", "head") and "://" in first.text:
        scanner.acts.request("GET", first, span=span)
        if name == "getstore" and len(flat) > 1:
            scanner.acts.effect("overwrite", target=text(flat[1]), span=span)
        return Value(HOLE, origins=(Origin("downloaded", first.text),))
    if name in ("tempdir", "tempfile"):
        return Value("/tmp/" + TOKEN, origins=(Origin("temporary"),))
    if name in ("catfile", "catdir"):
        return strings.join(Value("/"), Items(tuple(flat)))
    return UNKNOWN


def _run(scanner: Scanner, words: list[Value], span: Span) -> Thing:
    if len(words) == 1:
        scanner.acts.shell(words[0], span=span)
    elif words:
        scanner.acts.program(words, span=span)
    program = words[0].text.strip().partition(" ")[0].rpartition("/")[2] if words else ""
    kinds = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded"}
    return Value(HOLE, origins=(Origin(kinds.get(program, "output"), program),))


def _open(scanner: Scanner, arguments: list[Thing], span: Span) -> Thing:
    """open(my $fh, MODE, PATH), open(FH, ">path"), open(FH, "cmd |"), open(FH, "-|", "cmd")."""
    given = [text(each) for each in arguments[1:]]
    if not given:
        return UNKNOWN
    mode, paths = given[0].text.strip(), given[1:]
    if mode in ("-|", "|-"):
        return _run(scanner, paths, span)
    if not paths:
        if mode.startswith("|") or mode.endswith("|"):
            return _run(scanner, [given[0].but(text=mode.strip("| "))], span)
        match = re.match(r"(\+?[<>]{0,2})\s*(.*)", mode, re.S)
        mode, paths = (match[1], [given[0].but(text=match[2])]) if match else ("", paths)
    kinds = {">>": "append", ">": "overwrite", "+<": "edit", "+>": "overwrite"}
    kind = next(
        (kind for sign, kind in kinds.items() if mode.startswith(sign)), "overwrite" if HOLE in mode else "read"
    )
    for path in paths[:1]:
        if path.text != HOLE or kind != "read":
            scanner.acts.effect(kind, target=_path(scanner, path), span=span)
    return UNKNOWN


def _change(scanner: Scanner, name: str, flat: list[Thing], span: Span) -> None:
    skipped = {"chmod": 1, "chown": 2, "truncate": 0, "mkdir": 0, "symlink": 1, "link": 1}[name]
    kinds = {"chmod": "permissions", "chown": "permissions", "truncate": "truncate"}
    for target in flat[skipped:] if name in ("chmod", "chown") else flat[skipped : skipped + 1]:
        scanner.acts.effect(kinds.get(name, "create"), target=text(target), span=span)


def _path(scanner: Scanner, value: Value) -> Value:
    return home_expanded(value, scanner.context.home) if value.text.startswith("~/") else value


def _method(scanner: Scanner, name: str, receiver: Thing, arguments: list[Thing], span: Span) -> Thing:
    from guardsh.languages.http import looks_like_sql

    first = text(arguments[0]) if arguments else UNKNOWN
    if name in ("do", "prepare", "selectall_arrayref", "selectrow_array", "execute", "query") and looks_like_sql(
        first.text
    ):
        scanner.acts.sql(first, span=span)
        return UNKNOWN
    if name in ("remove_tree", "remove", "rmtree", "unlink") and isinstance(receiver, Made) and receiver.arguments:
        scanner.acts.delete(text(receiver.arguments[0]), span, name != "unlink")
        return UNKNOWN
    if name in (*_VERBS, "request") and "://" in first.text + (text(arguments[1]).text if len(arguments) > 1 else ""):
        verb, url = (first.text, text(arguments[1])) if name == "request" else (name.upper(), first)
        options = next((each for each in arguments if isinstance(each, Pairs)), Pairs())
        body = options.get("content") or options.get("Content")
        scanner.acts.request(
            verb,
            url,
            header_values(options.get("headers") or options),
            form_text(body) if body is not None else None,
            span=span,
        )
        return Value(HOLE, origins=(Origin("downloaded", url.text),))
    if name == "new" and isinstance(receiver, Made) and receiver.arguments[:1] == (Value("HTTP::Request"),):
        _request(scanner, arguments, span)
        return UNKNOWN
    if name in ("content", "decoded_content", "body"):
        return receiver
    if name in ("path", "new", "child") and arguments and isinstance(arguments[0], Value):
        return Made("object", (first,))
    return receiver if isinstance(receiver, Value) and receiver.origins else UNKNOWN


def _request(scanner: Scanner, arguments: list[Thing], span: Span) -> None:
    """HTTP::Request->new(DELETE => $url), HTTP::Request->new("DELETE", $url)"""
    if arguments and isinstance(arguments[0], Pairs):
        verb, url = arguments[0].items[0]
        scanner.acts.request(verb, text(url), span=span)
    elif len(arguments) > 1:
        scanner.acts.request(text(arguments[0]), text(arguments[1]), span=span)
