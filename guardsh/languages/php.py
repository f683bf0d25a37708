"""PHP, read tolerantly by tokens: system, exec, `…`, unlink, eval, curl, Guzzle, PDO, Laravel's facades.

Source: the PHP manual (program execution, filesystem functions, strings).
"""

from __future__ import annotations

import re

from guardsh.languages import strings
from guardsh.languages.acts import UNKNOWN, Acts, joined
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
    json_text,
    one_of,
    path_join,
    text,
    texts,
)
from guardsh.reading.model import HOLE, STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_PATTERN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|\#(?!\[)[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|\?>[\s\S]*?(?:<\?(?:php|=)|\Z)|<\?(?:php\b|=)?)
    |(?P<here><<<[ \t]*(?P<quote>["']?)(?P<tag>[A-Za-z_]\w*)(?P=quote)\n(?P<body>[\s\S]*?)^\s*(?P=tag)\b)
    |(?P<single>'(?:[^'\\]|\\.)*(?:'|\Z))
    |(?P<double>"(?:[^"\\]|\\.)*(?:"|\Z))
    |(?P<back>`(?:[^`\\]|\\.)*(?:`|\Z))
    |(?P<variable>\$\w+)
    |(?P<word>\\?[A-Za-z_]\w*(?:\\[A-Za-z_]\w*)*)
    |(?P<number>\d[\w.]*)
    |(?P<op>\?->|->|=>|\.=|\?\?=|\?\?|\|\||&&|===|!==|==|!=|<=|>=|::|\+\+|--|[^\s\w])""",
    re.X | re.M,
)
_RUNS = ("system", "exec", "shell_exec", "passthru", "popen", "proc_open", "pcntl_exec", "`")
_VERBS = ("get", "post", "put", "patch", "delete", "head")
_SQL = (
    "exec",
    "query",
    "prepare",
    "statement",
    "unprepared",
    "select",
    "delete",
    "update",
    "execute",
    "executeStatement",
    "executeQuery",
    "raw",
    "multi_query",
)


def read(code: str, context: Context, variant: str = "php") -> tuple[Act, ...]:
    """The acts of PHP code, with or without its opening tag."""
    acts = Acts(context)
    opening = re.search(r"<\?(?:php\b|=)", code)
    if opening is not None:
        code = " " * opening.start() + code[opening.start() :]
    _Php(code, acts).run()
    return acts.done()


class _Php(Scanner):
    """The pass over a program's tokens."""

    joins = (".",)
    bare = frozenset(
        ("echo", "print", "return", "require", "require_once", "include", "include_once", "throw", "exit", "die")
    )
    ends = frozenset(("as", "and", "or", "xor", "instanceof"))

    def lex(self, code: str) -> list[Token]:
        return lexed(code, _PATTERN, _token)

    def interpolate(self, source: str) -> Value:
        parts: list[Thing] = []
        position = 0
        for match in re.finditer(r"\\.|\{?(\$\w+)((?:(?:->\w+|\[[^\]]*\]))*)\}?|\$\{(\w+)\}", source, re.S):
            if match[0][0] == "\\":
                continue
            parts.append(Value(unescaped(source[position : match.start()])))
            position = match.end()
            name = match[1] or f"${match[3]}"
            if name == "$_ENV" or name == "$_SERVER":
                parts.append(_environment(self, match[2].strip("[]'\"")))
            else:
                parts.append(self.variables.get(name, UNKNOWN) if not match[2] else UNKNOWN)
        parts.append(Value(unescaped(source[position:])))
        return concatenated(*parts)

    def call(self, name: str, receiver: Thing | None, arguments: list[Thing], span: Span) -> Thing:
        name = name.rpartition("\\")[2]
        if receiver is not None:
            return _method(self, name, receiver, arguments, span)
        return _function(self, name, arguments, span)

    def word(self, index: int) -> tuple[Thing, int]:
        token, following = self.at(index), self.at(index + 1)
        if token.text == "foreach" and following.text == "(":
            things, after = self.expression(index + 2)
            if self.at(after).text == "as":
                while after < len(self.tokens) and self.at(after).text != ")":
                    after += 1
                variable = self.at(after - 1)
                if variable.kind == "variable":
                    self.variables[variable.text] = one_of(*every(things)) if every(things) else UNKNOWN
            return UNKNOWN, after + 1
        if token.text in ("new", "static", "public", "private", "const", "final"):
            return (UNKNOWN, index + 1) if token.text != "new" else self._new(index + 1)
        if token.text.lower() in ("true", "false", "null"):
            return Known({"true": True, "false": False, "null": None}[token.text.lower()]), index + 1
        if token.text == "__DIR__":
            script = self.context.program
            return (Value(script.rpartition("/")[0]) if script.startswith("/") else UNKNOWN), index + 1
        if token.text in (
            "function",
            "fn",
            "if",
            "while",
            "for",
            "switch",
            "elseif",
            "catch",
            "isset",
            "empty",
            "unset",
        ):
            if token.text == "function" and following.kind == "word":
                return UNKNOWN, index + 2
            return UNKNOWN, index + 1
        return super().word(index)

    def _new(self, index: int) -> tuple[Thing, int]:
        arguments: list[Thing] = []
        name = self.at(index).text.rpartition("\\")[2]
        index += 1
        if self.at(index).text == "(":
            arguments, index = self.listed(index)
        return Made(f"new {name}", tuple(arguments)), index


def _token(match: re.Match[str]) -> Token | None:
    kind, start, end = match.lastgroup or "op", match.start(), match.end()
    if match["space"] is not None:
        return Token("op", ";", start, end) if match["space"].startswith(("?>", "<?")) else None
    if match["here"] is not None:
        return Token("string" if match["quote"] == "'" else "pattern", match["body"], start, end)
    if match["single"] is not None:
        return Token("string", re.sub(r"\\(['\\])", r"\1", match[0][1:-1]), start, end)
    if match["double"] is not None:
        return Token("pattern", match[0][1:-1], start, end)
    if match["back"] is not None:
        return Token("shell", match[0][1:-1], start, end)
    return Token(kind, match[0], start, end)


def _environment(scanner: Scanner, name: str) -> Value:
    value = scanner.context.environment.get(name)
    return (
        Value(HOLE, origins=(Origin("unset", name),))
        if value is None
        else Value(value, origins=(Origin("environment", name),))
    )


# --- functions ---


def _function(scanner: Scanner, name: str, arguments: list[Thing], span: Span) -> Thing:
    acts = scanner.acts
    values = [text(each) for each in arguments]
    first = values[0] if values else UNKNOWN
    lower = name.lower()
    if lower in _RUNS:
        return _run(scanner, lower, arguments, span)
    if lower in ("unlink", "rmdir"):
        for target in texts(arguments[0]) if arguments else [UNKNOWN]:
            acts.delete(target, span)
    elif lower == "rename" and len(values) > 1:
        acts.move(first, values[1], span)
    elif lower == "copy" and len(values) > 1:
        acts.copy(first, values[1], span)
    elif lower == "file_put_contents":
        acts.effect("overwrite", target=first, span=span)
    elif lower in ("fopen", "gzopen"):
        acts.open(first, values[1].text if len(values) > 1 else "r", span)
        return Made("file", (first,))
    elif lower in ("chmod", "chown", "chgrp"):
        acts.effect("permissions", target=first, span=span)
    elif lower in ("mkdir", "symlink", "touch", "link"):
        acts.effect(
            "create", target=values[1] if lower in ("symlink", "link") and len(values) > 1 else first, span=span
        )
    elif lower == "chdir":
        acts.directory = absolute(first, acts.directory).text
    elif lower in ("eval", "assert", "create_function"):
        code = values[-1] if values else UNKNOWN
        if isinstance(arguments[0], Value) if arguments else False:
            acts.nested("php", code, span)
    elif lower in ("require", "require_once", "include", "include_once"):
        if "vendor/autoload" not in first.text:
            acts.code_file(first, "php") if first.text != HOLE and HOLE not in first.text[:1] else None
    elif lower in ("file_get_contents", "file", "readfile", "parse_ini_file"):
        return _contents(scanner, first, arguments, span)
    elif lower in (
        "array_map",
        "array_walk",
        "call_user_func",
        "call_user_func_array",
        "usort",
        "register_shutdown_function",
    ):
        return _handed(scanner, lower, arguments, span)
    else:
        return _other(scanner, lower, arguments, values, span)
    return Known(True)


def _run(scanner: Scanner, name: str, arguments: list[Thing], span: Span) -> Thing:
    first = arguments[0] if arguments else UNKNOWN
    if name == "pcntl_exec" or isinstance(first, Items):
        words = [first, *(every(arguments[1]) if len(arguments) > 1 else [])] if name == "pcntl_exec" else every(first)
        scanner.acts.program([text(each) for each in words], span=span)
        return UNKNOWN
    for value in texts(first):
        scanner.acts.shell(value, span=span)
    program = text(first).text.strip().partition(" ")[0].rpartition("/")[2]
    kinds = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded"}
    return Value(HOLE, origins=(Origin(kinds.get(program, "output"), program),))


def _contents(scanner: Scanner, first: Value, arguments: list[Thing], span: Span) -> Thing:
    if "://" in first.text and not first.text.startswith("php://"):
        settings = next((each for each in arguments[1:] if isinstance(each, Pairs)), Pairs())
        http = settings.get("http")
        options = http if isinstance(http, Pairs) else Pairs()
        body = options.get("content")
        header = options.get("header")
        headers = [value for value in texts(header)] if header is not None else []
        scanner.acts.request(
            text(options.get("method") or Value("")),
            first,
            headers,
            text(body) if body is not None else None,
            span=span,
        )
        return Value(HOLE, origins=(Origin("downloaded", first.text),))
    if first.text.startswith("php://"):
        return Value(HOLE, origins=(Origin("input", "stdin"),))
    scanner.acts.effect("read", target=first, span=span)
    return Value(HOLE, origins=(Origin("file", absolute(first, scanner.acts.directory).text),))


def _handed(scanner: Scanner, name: str, arguments: list[Thing], span: Span) -> Thing:
    """array_map('unlink', glob('*')), call_user_func('system', 'id')"""
    called = [each for each in arguments if isinstance(each, Value) and each.known and re.match(r"\w+$", each.text)]
    if not called:
        return UNKNOWN
    rest = [each for each in arguments if each is not called[0]]
    if name in ("call_user_func",):
        return scanner.call(called[0].text, None, rest, span)
    for each in every(rest[0])[:20] if rest else [UNKNOWN]:
        scanner.call(called[0].text, None, [each], span)
    return UNKNOWN


def _other(scanner: Scanner, name: str, arguments: list[Thing], values: list[Value], span: Span) -> Thing:
    from guardsh.languages.http import looks_like_sql

    first = values[0] if values else UNKNOWN
    if name in ("base64_decode", "gzinflate", "gzuncompress", "str_rot13", "hex2bin", "convert_uudecode"):
        ways = {"base64_decode": "base64", "str_rot13": "rot13", "hex2bin": "hex"}
        return strings.decoded(first, ways.get(name, name))
    if name == "curl_init":
        return Made("curl", (first,))
    if name in ("curl_setopt", "curl_setopt_array", "curl_exec"):
        return _curl(scanner, name, arguments, span)
    if name in (
        "mysqli_query",
        "mysql_query",
        "pg_query",
        "sqlite_query",
        "mysqli_multi_query",
        "pg_send_query",
        "mysqli_prepare",
    ):
        for value in values:
            if looks_like_sql(value.text):
                scanner.acts.sql(value, "postgres" if name.startswith("pg") else "mysql", span=span)
        return UNKNOWN
    if name in ("mysqli_drop_db", "mysql_drop_db"):
        scanner.acts.effect("sql", "drop database", values[-1] if values else UNKNOWN, span=span)
    if name == "glob":
        return Items((), globbed(first))
    if name == "scandir":
        return Items((), Value(STAR))
    if name in ("implode", "join"):
        return strings.join(first, arguments[1] if len(arguments) > 1 else UNKNOWN)
    if name == "sprintf":
        return strings.formatted(first, Items(tuple(arguments[1:])))
    if name in ("strrev", "trim", "strtolower", "escapeshellarg", "escapeshellcmd", "realpath", "strval", "rtrim"):
        return first.but(text=first.text[::-1]) if name == "strrev" and first.known else first
    if name == "chr" and arguments and isinstance(arguments[0], Known) and isinstance(arguments[0].value, int):
        return Value(chr(arguments[0].value % 256))
    if name in ("getenv", "env"):
        return _environment(scanner, first.text)
    if name == "json_encode":
        return json_text(arguments[0]) if arguments else UNKNOWN
    if name == "http_build_query":
        return form_text(arguments[0]) if arguments else UNKNOWN
    if name == "stream_context_create" and arguments:
        return arguments[0]
    if name == "array":
        return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], Pairs) else Items(tuple(arguments))
    if name in ("sys_get_temp_dir", "tempnam"):
        return Value("/tmp" if name.startswith("sys") else "/tmp/" + TOKEN, origins=(Origin("temporary"),))
    if name in ("dirname", "getcwd"):
        return Value(scanner.acts.directory) if name == "getcwd" else UNKNOWN
    if name in ("base_path", "storage_path", "public_path"):
        folder = {"base_path": "", "storage_path": "storage", "public_path": "public"}[name]
        return path_join(
            Value(scanner.acts.directory), *(part for part in (Value(folder), first) if part.text and part.text != HOLE)
        )
    return UNKNOWN


def _curl(scanner: Scanner, name: str, arguments: list[Thing], span: Span) -> Thing:
    """curl_setopt collects, curl_exec sends."""
    handle = arguments[0] if arguments else UNKNOWN
    if name == "curl_setopt" and len(arguments) > 2:
        option = arguments[1]
        key = text(option.arguments[0]).text if isinstance(option, Made) and option.arguments else text(option).text
        scanner.seen[f"curl {key}"] = arguments[2]
        return UNKNOWN
    if name == "curl_setopt_array" and len(arguments) > 1 and isinstance(arguments[1], Pairs):
        scanner.seen.update({f"curl {key}": value for key, value in arguments[1].items})
        return UNKNOWN
    options = {key[5:]: value for key, value in scanner.seen.items() if key.startswith("curl ")}
    url = (
        text(options.get("CURLOPT_URL"))
        if "CURLOPT_URL" in options
        else text(handle.arguments[0])
        if isinstance(handle, Made) and handle.arguments
        else UNKNOWN
    )
    body = options.get("CURLOPT_POSTFIELDS")
    method = (
        text(options["CURLOPT_CUSTOMREQUEST"])
        if "CURLOPT_CUSTOMREQUEST" in options
        else "POST"
        if "CURLOPT_POST" in options
        else ""
    )
    headers = [value for value in texts(options["CURLOPT_HTTPHEADER"])] if "CURLOPT_HTTPHEADER" in options else []
    credential = text(options["CURLOPT_USERPWD"]) if "CURLOPT_USERPWD" in options else None
    scanner.acts.request(
        method, url, headers, form_text(body) if body is not None else None, credential=credential, span=span
    )
    return Value(HOLE, origins=(Origin("downloaded", url.text),))


# --- methods ---


def _method(scanner: Scanner, name: str, receiver: Thing, arguments: list[Thing], span: Span) -> Thing:
    from guardsh.languages.http import looks_like_sql

    acts = scanner.acts
    owner = (
        text(receiver.arguments[0]).text.rpartition("\\")[2]
        if isinstance(receiver, Made) and receiver.name == "name"
        else ""
    )
    first = text(arguments[0]) if arguments else UNKNOWN
    url = next((text(each) for each in arguments[:2] if "://" in text(each).text), None)
    if name in _SQL and looks_like_sql(first.text):
        acts.sql(first, span=span)
    elif (name in _VERBS or name in ("request", "send")) and (url is not None or owner == "Http"):
        options = next((each for each in arguments if isinstance(each, Pairs)), Pairs())
        verb = first.text if name in ("request", "send") else name.upper()
        body = (
            options.get("json")
            or options.get("form_params")
            or options.get("body")
            or (options if owner == "Http" and name != "get" and len(arguments) > 1 else None)
        )
        value = (json_text(body) if options.get("json") is not None else form_text(body)) if body is not None else None
        acts.request(verb, url or first, header_values(options.get("headers")), value, span=span)
        return Value(HOLE, origins=(Origin("downloaded", (url or first).text),))
    elif owner == "Artisan" and name in ("call", "queue"):
        _artisan(scanner, first, arguments[1:], span)
    elif name in ("run", "start", "fromShellCommandline", "exec") and _is_process(receiver, owner):
        given = arguments or (
            list(receiver.arguments) if isinstance(receiver, Made) and receiver.name != "name" else []
        )
        if given:
            _run(scanner, "exec", given[:1], span)
    elif owner in ("File", "Storage") and name in ("delete", "deleteDirectory", "deleteDirectories", "cleanDirectory"):
        for target in texts(arguments[0]) if arguments else []:
            acts.delete(target, span, name != "delete")
    elif owner == "Schema" and name in ("drop", "dropIfExists", "dropAllTables", "dropColumns", "dropDatabaseIfExists"):
        verb = {"dropColumns": "alter drop column", "dropDatabaseIfExists": "drop database"}.get(name, "drop table")
        acts.effect("sql", verb, first if arguments else Value(""), span=span)
    elif name in ("truncate", "delete", "forceDelete") and not arguments and isinstance(receiver, Made):
        return _rows(scanner, name, receiver, owner, span)
    elif name in ("remove",) and isinstance(receiver, Made) and receiver.name == "new Filesystem":
        for target in texts(arguments[0]) if arguments else []:
            acts.delete(target, span, True)
    elif name in ("flushall", "flushdb", "flushAll", "flushDB") or (
        owner == "Redis" and name.lower().startswith("flush")
    ):
        acts.data(name.upper(), Value(""), "redis", span)
    elif name in ("dropDatabase", "drop") and not arguments:
        acts.data(name, Value(""), "mongodb", span)
    elif name == "deleteMany":
        acts.data(
            "deleteMany all" if not arguments or arguments[0] == Items() else "deleteMany", Value(""), "mongodb", span
        )
    elif isinstance(receiver, Value) and receiver.origins and name in ("body", "getBody", "getContents", "__toString"):
        return receiver
    return Made(f".{name}", (receiver, *arguments))


def _artisan(scanner: Scanner, command: Value, arguments: list[Thing], span: Span) -> None:
    """Artisan::call is `php artisan`."""
    words = [command.but(text=word) for word in command.text.split()]
    for pairs in arguments:
        for key, thing in pairs.items if isinstance(pairs, Pairs) else ():
            words.append(Value(key) if thing == Known(True) else joined(Value(f"{key}="), text(thing)))
    scanner.acts.program([Value("php"), Value("artisan"), *words], span=span)


def _is_process(receiver: Thing, owner: str) -> bool:
    return owner == "Process" or (isinstance(receiver, Made) and receiver.name == "new Process")


def _rows(scanner: Scanner, name: str, receiver: Made, owner: str, span: Span) -> Thing:
    """User::truncate(), DB::table('users')->delete(), User::where(…)->delete()"""
    chain: list[str] = []
    target = Value(owner)
    thing: Thing = receiver
    while isinstance(thing, Made) and thing.name.startswith("."):
        chain.append(thing.name[1:])
        if thing.name in (".table", ".from") and len(thing.arguments) > 1:
            target = text(thing.arguments[1])
        thing = thing.arguments[0]
    if isinstance(thing, Made) and thing.name == "name" and not target.text:
        target = text(thing.arguments[0])
    known = "table" in chain or "query" in chain or owner or "where" in chain
    if not known:
        return UNKNOWN
    limited = any(each.startswith(("where", "find", "first", "take", "limit")) for each in chain)
    verb = "truncate" if name == "truncate" else "delete" if limited else "delete all"
    scanner.acts.effect(
        "sql" if "table" in chain else "data",
        verb,
        target,
        details=() if "table" in chain else (("client", "orm"),),
        span=span,
    )
    return UNKNOWN
