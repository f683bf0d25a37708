"""What PowerShell's cmdlets and .NET's classes do."""

from __future__ import annotations

import re

from guardsh.languages import strings
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.things import (
    Bound,
    Items,
    Known,
    Made,
    Named,
    absolute,
    every,
    form_text,
    globbed,
    header_values,
    json_text,
    text,
)
from guardsh.reading.model import HOLE, STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.languages.powershell import PowerShell
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span

    Cmdlet = Callable[[PowerShell, "_Bound", Thing | None, Span], Thing]

ALIASES = {
    **dict.fromkeys(("ri", "rm", "del", "erase", "rd", "rmdir"), "remove-item"),
    **dict.fromkeys(("mi", "mv", "move"), "move-item"),
    **dict.fromkeys(("ci", "cp", "copy", "cpi"), "copy-item"),
    **dict.fromkeys(("rni", "ren"), "rename-item"),
    **dict.fromkeys(("gci", "ls", "dir"), "get-childitem"),
    **dict.fromkeys(("gi",), "get-item"),
    **dict.fromkeys(("gc", "cat", "type"), "get-content"),
    **dict.fromkeys(("sc",), "set-content"),
    **dict.fromkeys(("ac",), "add-content"),
    **dict.fromkeys(("clc",), "clear-content"),
    **dict.fromkeys(("cli",), "clear-item"),
    **dict.fromkeys(("ni", "md", "mkdir"), "new-item"),
    **dict.fromkeys(("iex",), "invoke-expression"),
    **dict.fromkeys(("iwr", "curl", "wget"), "invoke-webrequest"),
    **dict.fromkeys(("irm",), "invoke-restmethod"),
    **dict.fromkeys(("saps", "start"), "start-process"),
    **dict.fromkeys(("spps", "kill"), "stop-process"),
    **dict.fromkeys(("sl", "cd", "chdir", "pushd"), "set-location"),
    **dict.fromkeys(("rp",), "remove-itemproperty"),
    **dict.fromkeys(("?", "where"), "where-object"),
    **dict.fromkeys(("%", "foreach"), "foreach-object"),
    **dict.fromkeys(("icm",), "invoke-command"),
    **dict.fromkeys(("echo", "write"), "write-output"),
    **dict.fromkeys(("sasv",), "start-service"),
    **dict.fromkeys(("spsv",), "stop-service"),
}
_SWITCHES = (
    *("recurse", "force", "whatif", "confirm", "verbose", "passthru", "usebasicparsing", "wait", "nonewline", "append"),
    *("noclobber", "asjob", "directory", "file", "hidden", "raw", "nologo", "noprofile", "debug", "full", "quick"),
)
_REMOVES = re.compile(
    r"^(?:remove|clear|uninstall|disable|reset|unregister|revoke|stop|dismount|disconnect|suspend|erase|delete|format)-"
)
_QUIET = re.compile(
    r"^(?:get|write|select|where|foreach|sort|measure|test|compare|group|format-(?:table|list|wide|custom)|out-(?:string|host|null|default)|convert|join|split|resolve|read|show|tee|import|add-type|new-object|start-sleep|set-(?:variable|strictmode|psdebug|executionpolicy)|clear-(?:host|variable))"
)


class _Bound:
    """The arguments of a cmdlet: by parameter, and in order."""

    def __init__(self, words: list[Thing]) -> None:
        self.named: dict[str, Thing] = {}
        self.rest: list[Thing] = []
        index = 0
        while index < len(words):
            word = words[index]
            written = word.text if isinstance(word, Value) else ""
            index += 1
            if not re.match(r"-[A-Za-z]", written):
                self.rest.append(word)
                continue
            name, colon, value = written[1:].lower().partition(":")
            if colon and value:
                self.named[name] = Value(value)
            elif _is_switch(name) or index >= len(words) or _is_parameter(words[index]):
                self.named[name] = Known(True)
                if colon and index < len(words):
                    index += 1  # -Confirm:$false
            else:
                self.named[name] = words[index]
                index += 1

    def get(self, *names: str) -> Thing | None:
        """A parameter by its name or a beginning of it."""
        for given, thing in self.named.items():
            if any(name.startswith(given) for name in names):
                return thing
        return None

    def value(self, position: int, *names: str) -> Thing | None:
        """A parameter by name, else by position."""
        found = self.get(*names)
        if found is not None:
            return found
        return self.rest[position] if position < len(self.rest) else None


def _is_switch(name: str) -> bool:
    return any(switch.startswith(name) for switch in _SWITCHES)


def _is_parameter(thing: Thing) -> bool:
    return isinstance(thing, Value) and re.match(r"-[A-Za-z]", thing.text) is not None


def path(reader: PowerShell, value: Value) -> Value:
    """A path with `/`, the home directory for ~, and active globs."""
    written = value.text.replace("\\", "/")
    if written == "~" or written.startswith("~/"):
        written = reader.context.home + written[1:]
    return globbed(value.but(text=re.sub(r"^\./", "", written) if written not in (".", "./") else "."))


def _paths(reader: PowerShell, thing: Thing | None) -> list[Value]:
    things = every(thing) if isinstance(thing, Items) else [] if thing is None else [thing]
    return [path(reader, text(each)) for each in things]


def call(reader: PowerShell, name: Value, words: list[Thing], piped: Thing | None, span: Span) -> Thing:
    """A command with its arguments, and what is piped into it; what it yields."""
    acts = reader.acts
    if not name.known:
        acts.program([name, *(text(word) for word in words)], span=span)
        return UNKNOWN
    lower = name.text.lower().rpartition("\\")[2]
    lower = ALIASES.get(lower, lower)
    handler = _CMDLETS.get(lower)
    bound = _Bound(words)
    if handler is not None:
        return handler(reader, bound, piped, span)
    if bound.get("whatif") is not None or lower in ("new-alias", "set-alias"):
        return UNKNOWN
    if re.match(r"[a-z]+-[a-z]\w*$", lower):
        return _other(reader, lower, bound, piped, span)
    return _program(reader, name, words, span)


def _program(reader: PowerShell, name: Value, words: list[Thing], span: Span) -> Thing:
    written = name.text.replace("\\", "/")
    program = written.rpartition("/")[2].lower().removesuffix(".exe")
    values = [text(each) for word in words for each in (every(word) if isinstance(word, Items) else [word])]
    if written.lower().endswith(".ps1"):
        reader.acts.code_file(path(reader, name), "powershell")
    elif program in ("powershell", "pwsh", "cmd"):
        nested_shell(reader, program, values, span)
    else:
        reader.acts.program([name.but(text=written), *values], span=span)
    return Value(HOLE, origins=(Origin("output", program),))


def nested_shell(reader: PowerShell, program: str, values: list[Value], span: Span) -> None:
    """A nested cmd or powershell reads the rest of its words as text."""
    for index, value in enumerate(values):
        lower = value.text.lower()
        rest = Value(" ".join(each.text for each in values[index + 1 :]))
        if program == "cmd" and lower[:2] in ("/c", "/k", "/r"):
            reader.acts.nested("cmd", rest if len(lower) == 2 else Value(f"{value.text[2:]} {rest.text}"), span)
            return
        if program != "cmd" and lower.startswith("-") and "-command".startswith(lower):
            reader.acts.nested("powershell", rest, span)
            return
        if program != "cmd" and re.match(r"-e(?:nc?|c|ncodedcommand)?$", lower):
            reader.acts.nested("powershell-encoded", rest, span)
            return
        if program != "cmd" and lower.startswith("-f") and "-file".startswith(lower):
            reader.acts.code_file(path(reader, rest), "powershell")
            return
    if program != "cmd":
        index = 0
        while index < len(values) and values[index].text.startswith("-"):
            takes = re.match(
                r"(?i)-(?:ep|ex\w*|version|v|w\w*|psconsolefile|inputformat|outputformat|configurationname)$",
                values[index].text,
            )
            index += 2 if takes else 1
        if index < len(values):
            reader.acts.nested("powershell", Value(" ".join(each.text for each in values[index:])), span)


def _other(reader: PowerShell, name: str, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    """A cmdlet that isn't known: one that removes something is an operation on it."""
    if _REMOVES.match(name) and not _QUIET.match(name):
        subject = bound.value(0, "name", "identity", "id", "resourcegroupname", "path", "inputobject")
        reader.acts.data(name, text(subject) if subject is not None else Value(""), "powershell", span)
    return UNKNOWN if piped is None else piped


# --- files ---


def _remove(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    if bound.get("whatif") is not None:
        return UNKNOWN
    given = bound.value(0, "path", "literalpath", "lp")
    targets = _paths(reader, given if given is not None else piped if piped is not None else UNKNOWN)
    if given is None:
        targets += _paths(reader, Items(tuple(bound.rest[1:])))
    recursive = bound.get("recurse") is not None
    for target in targets:
        if re.match(r"(?i)(?:hk(?:lm|cu|cr|u|cc)|registry)::?", target.text):
            reader.acts.program([Value("reg"), Value("delete"), target, Value("/f")], span=span)
        else:
            reader.acts.delete(target, span, recursive)
    return UNKNOWN


def _move(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    sources = _paths(reader, bound.value(0, "path", "literalpath") or piped)
    target = bound.value(1, "destination", "newname")
    for source in sources:
        reader.acts.move(source, path(reader, text(target)), span)
    return UNKNOWN


def _copy(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    target = bound.value(1, "destination")
    for source in _paths(reader, bound.value(0, "path", "literalpath") or piped):
        reader.acts.copy(source, path(reader, text(target)), span, bound.get("recurse") is not None)
    return UNKNOWN


def _writes(kind: str, *names: str) -> Cmdlet:
    def act(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
        added = kind == "overwrite" and bound.get("append") is not None
        for target in _paths(reader, bound.value(0, *(names or ("path", "literalpath", "filepath")))):
            reader.acts.effect("append" if added else kind, target=target, span=span)
        return UNKNOWN

    return act


def _children(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    """What Get-ChildItem yields: the entries, as paths."""
    found: list[Thing] = []
    pattern = bound.get("filter", "include")
    entry = globbed(text(pattern)).text if pattern is not None else STAR
    for folder in _paths(reader, bound.value(0, "path", "literalpath")) or [Value(".")]:
        if STAR in folder.text:
            found.append(folder)
        else:
            below = f"{STAR}{STAR}/" if bound.get("recurse") is not None else ""
            start = "" if folder.text == "." else folder.text.rstrip("/") + "/"
            found.append(folder.but(text=f"{start}{below}{entry}"))
    return Items(tuple(found))


def _item(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    return Items(tuple(_paths(reader, bound.value(0, "path", "literalpath"))))


def _content(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    value = Value(HOLE)
    for target in _paths(reader, bound.value(0, "path", "literalpath")):
        reader.acts.effect("read", target=target, span=span)
        value = Value(HOLE, origins=(Origin("file", absolute(target, reader.acts.directory).text),))
    return value


def _same(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    return UNKNOWN if piped is None else piped


def _joined(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    parts = [text(bound.value(0, "path")), text(bound.value(1, "childpath"))]
    return strings.join(Value("/"), Items(tuple(part.but(text=part.text.rstrip("/\\")) for part in parts)))


def _location(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    targets = _paths(reader, bound.value(0, "path", "literalpath"))
    if targets:
        drive = re.match(r"[A-Za-z]:", targets[0].text)
        reader.acts.directory = targets[0].text if drive else absolute(targets[0], reader.acts.directory).text
    return UNKNOWN


def _volume(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    letter = bound.value(0, "driveletter")
    number = bound.get("number", "disknumber")
    if letter is not None:
        reader.acts.delete(Value(f"{text(letter).text[:1]}:/"), span, True)
    else:
        reader.acts.delete(Value(f"/dev/disk{text(number).text if number is not None else TOKEN}"), span, True)
    return UNKNOWN


# --- programs and code ---


def _expression(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    code = bound.value(0, "command") or piped
    if code is not None:
        reader.acts.nested("powershell", text(code), span)
    return UNKNOWN


def _start(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    program, given = bound.value(0, "filepath"), bound.value(1, "argumentlist", "args")
    words = (
        [each for thing in every(given) if given is not None for each in text(thing).text.split(" ")]
        if given is not None
        else []
    )
    return _program(reader, text(program), [Value(word) for word in words], span)


def _like(*words: str) -> Cmdlet:
    def act(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
        subject = bound.value(0, "name", "id", "servicename", "computername")
        given = (
            [text(each) for each in (every(subject) if isinstance(subject, Items) else [subject])]
            if subject is not None
            else []
        )
        reader.acts.program([*(Value(word) for word in words), *given], span=span)
        return UNKNOWN

    return act


def _property(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    for target in _paths(reader, bound.value(0, "path", "literalpath")):
        name = bound.value(1, "name")
        reader.acts.program([Value("reg"), Value("delete"), target, Value("/v"), text(name), Value("/f")], span=span)
    return UNKNOWN


def _web(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    url = text(bound.value(0, "uri"))
    method, body = bound.get("method", "custommethod"), bound.get("body")
    sent, saved = bound.get("infile"), bound.get("outfile")
    token = bound.get("token", "credential")
    if not re.match(r"(?i)https?://", url.text) and "://" not in url.text and HOLE not in url.text:
        url = url.but(text=f"http://{url.text}")
    reader.acts.request(
        text(method) if method is not None else "",
        url,
        header_values(bound.get("headers")),
        form_text(body) if body is not None else None,
        credential=text(token) if token is not None else None,
        sends=[path(reader, text(sent))] if sent is not None else (),
        span=span,
    )
    if saved is not None:
        reader.acts.effect("overwrite", target=path(reader, text(saved)), span=span)
    return Value(HOLE, origins=(Origin("downloaded", url.text),))


def _query(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    query, file = bound.value(0, "query"), bound.get("inputfile")
    if query is not None:
        server, database = bound.get("serverinstance"), bound.get("database")
        details = [
            (key, text(thing).text) for key, thing in (("host", server), ("database", database)) if thing is not None
        ]
        reader.acts.sql(text(query), "tsql", details, span)
    if file is not None:
        reader.acts.code_file(path(reader, text(file)), "sql")
    return UNKNOWN


def _json(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    return json_text(bound.value(0, "inputobject") or piped)


def _object(reader: PowerShell, bound: _Bound, piped: Thing | None, span: Span) -> Thing:
    kind = bound.value(0, "typename")
    return Made("new", (Value(text(kind).text.lower().removeprefix("system.")),)) if kind is not None else UNKNOWN


_CMDLETS: dict[str, Cmdlet] = {
    "remove-item": _remove,
    "move-item": _move,
    "rename-item": _move,
    "copy-item": _copy,
    "set-content": _writes("overwrite"),
    "out-file": _writes("overwrite"),
    "export-csv": _writes("overwrite"),
    "tee-object": _writes("overwrite"),
    "add-content": _writes("append"),
    "clear-content": _writes("truncate"),
    "clear-item": _writes("truncate"),
    "new-item": _writes("create"),
    "set-acl": _writes("permissions"),
    "get-childitem": _children,
    "get-item": _item,
    "resolve-path": _item,
    "convert-path": _item,
    "get-content": _content,
    "import-csv": _content,
    "where-object": _same,
    "select-object": _same,
    "sort-object": _same,
    "foreach-object": _same,
    "write-output": lambda reader, bound, piped, span: bound.rest[0] if bound.rest else UNKNOWN,
    "join-path": _joined,
    "set-location": _location,
    "push-location": _location,
    "format-volume": _volume,
    "clear-disk": _volume,
    "initialize-disk": _volume,
    "remove-partition": _volume,
    "invoke-expression": _expression,
    "start-process": _start,
    "stop-computer": _like("shutdown"),
    "restart-computer": _like("reboot"),
    "stop-process": _like("kill", "-9"),
    "stop-service": _like("systemctl", "stop"),
    "remove-service": _like("sc.exe", "delete"),
    "remove-itemproperty": _property,
    "invoke-webrequest": _web,
    "invoke-restmethod": _web,
    "invoke-sqlcmd": _query,
    "convertto-json": _json,
    "new-object": _object,
}


# --- .NET ---


def method(reader: PowerShell, thing: Thing, name: str, arguments: list[Thing], span: Span) -> Thing:
    """`[Class]::Method(…)` and `object.Method(…)`."""
    first = text(arguments[0]) if arguments else UNKNOWN
    target = path(reader, first)
    owner = thing.name if isinstance(thing, Named) else ""
    if owner in ("io.directory", "io.file", "io.path", "io.directoryinfo", "io.fileinfo"):
        return _dotnet_file(reader, owner, name, arguments, target, span)
    if owner == "diagnostics.process" and name == "start":
        return _program(
            reader, first, [Value(word) for each in arguments[1:] for word in text(each).text.split(" ")], span
        )
    if owner == "convert" and name == "frombase64string":
        return strings.decoded(first, "base64")
    if owner == "environment" and name in ("getenvironmentvariable", "getfolderpath"):
        return Value(reader.context.home) if "profile" in first.text.lower() else UNKNOWN
    if name in ("getstring", "tostring", "trim"):
        inner = first if arguments else text(thing)
        return inner.but(text=inner.text.replace("\0", ""))
    if name in ("downloadstring", "downloaddata", "getstringasync", "getasync"):
        reader.acts.request("GET", first, span=span)
        return Value(HOLE, origins=(Origin("downloaded", first.text),))
    if name in ("downloadfile",) and len(arguments) > 1:
        reader.acts.request("GET", first, span=span)
        reader.acts.effect("overwrite", target=path(reader, text(arguments[1])), span=span)
        return UNKNOWN
    if name in ("uploadstring", "uploadfile", "uploaddata", "deleteasync", "postasync", "putasync"):
        verb = {"deleteasync": "DELETE", "putasync": "PUT"}.get(name, "POST")
        sends = [path(reader, text(arguments[-1]))] if name == "uploadfile" else ()
        reader.acts.request(verb, first, sends=sends, span=span)
        return UNKNOWN
    if name == "delete" and isinstance(thing, (Items, Value)):
        for each in every(thing) if isinstance(thing, Items) else [thing]:
            reader.acts.delete(path(reader, text(each)), span, bool(arguments))
        return UNKNOWN
    if name == "create" and owner == "scriptblock":
        reader.acts.nested("powershell", first, span)
    if name in ("replace", "substring", "tolower", "toupper") and isinstance(thing, Value):
        return strings.changed(thing, {"tolower": "lower", "toupper": "upper"}.get(name, name), arguments)
    if isinstance(thing, Bound) and name == "invokecommand" or name in ("invokescript", "addscript"):
        reader.acts.nested("powershell", first, span)
    return UNKNOWN.but(origins=text(thing).origins)


def _dotnet_file(reader: PowerShell, owner: str, name: str, arguments: list[Thing], target: Value, span: Span) -> Thing:
    acts = reader.acts
    if name == "delete":
        recursive = len(arguments) > 1 and arguments[1] != Known(False)
        acts.delete(target, span, recursive)
    elif name in ("move", "replace") and len(arguments) > 1:
        acts.move(target, path(reader, text(arguments[1])), span)
    elif name == "copy" and len(arguments) > 1:
        acts.copy(target, path(reader, text(arguments[1])), span)
    elif name.startswith("write") or name in ("create", "openwrite"):
        acts.effect("overwrite", target=target, span=span)
    elif name.startswith("append"):
        acts.effect("append", target=target, span=span)
    elif name.startswith("read") or name == "openread":
        acts.effect("read", target=target, span=span)
        return Value(HOLE, origins=(Origin("file", absolute(target, acts.directory).text),))
    elif name == "combine":
        return strings.join(Value("/"), Items(tuple(path(reader, text(each)) for each in arguments)))
    elif name in ("getfiles", "getdirectories", "enumeratefiles", "getfilesystementries"):
        return Items((target.but(text=f"{target.text.rstrip('/')}/{STAR}"),))
    return UNKNOWN
