"""HTTP requests of command-line clients, gathered from their arguments as the packs describe them."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading.invocation import Invocation, read_arguments
from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.reading.model import Effect
    from guardsh.reading.reader import Call, Reader

    Table = dict[str, Any]

CONFIG_LINES = 200


def send(reader: Reader, call: Call, invocation: Invocation, about: Table) -> None:
    """Note the requests of one command. `about` is the `request` table of its description (rules/README.md)."""
    invocation = _with_config(reader, call, invocation, about)
    method, urls, items = _method_and_urls(invocation, about)
    headers = invocation.select(about.get("header", ()))
    body, sends = _body(reader, call, invocation, about, items)
    users = invocation.select(about.get("user", ()))
    if any(invocation.has(option) for option in about.get("head", ())):
        method = Value("HEAD")
    elif any(invocation.has(option) for option in about.get("get", ())):
        method, urls, body = method or Value("GET"), [_with_query(url, body) for url in urls], None
    if method is None and invocation.select(about.get("upload", ())):
        method = Value("PUT")
    if method is None and any(invocation.has(option) for option in about.get("post", ())):
        method = Value("POST")
    from guardsh.languages import http

    for url in urls:
        if "host" in about and "://" not in url.text:
            url = url.but(text=f"https://{about['host']}/{url.text.lstrip('/')}")
        effects = http.request_effects(
            method if method is not None else "", url, headers, body, credential=users[0] if users else None, sends=sends,
            span=call.span, directory=call.state.directory, place=call.place, index=len(reader.invocations) - 1,
        )  # fmt: skip
        for effect in effects:
            effect = _led_elsewhere(effect, invocation, about)
            reader.effects.append(effect.but(span=_span(reader, call, effect.detail("field"), url)))
        from guardsh.reading.actions import perform

        for act in http.statements(url, body, reader.context(call)):
            perform(reader, call, act, body if body is not None else url)


def _led_elsewhere(effect: Effect, invocation: Invocation, about: Table) -> Effect:
    """A request to this machine that an option sends elsewhere (--connect-to, --proxy) counts as one to that host."""
    from guardsh.facts.names import host_facts

    if "local" not in host_facts(effect.detail("host")):
        return effect
    for value in invocation.select(about.get("elsewhere", ())):
        pieces = [piece for piece in value.text.replace("/", ":").split(":") if piece and not piece.isdigit()]
        if pieces and "local" not in host_facts(pieces[-1]):
            return effect.but(details=(("host", pieces[-1]), *(d for d in effect.details if d[0] != "host")))
    return effect


def _span(reader: Reader, call: Call, field: str, url: Value) -> tuple[int, int]:
    """Where to point: at the field within the body if it stands in the text, else at the URL or the command."""
    start = reader.top.find(field, *call.span) if field else -1
    if start >= 0:
        return start, start + len(field)
    start, end = url.span
    return (start, end) if reader.offset == 0 and call.span[0] <= start < end <= call.span[1] else call.span


def _method_and_urls(invocation: Invocation, about: Table) -> tuple[Value | None, list[Value], list[Value]]:
    """The method if one is given, the URLs, and the request items of clients that take them as operands."""
    methods = invocation.select(about.get("method", ()))
    urls = invocation.select(about.get("url", ["operands"]))
    if about.get("style") != "items":
        return (methods[-1] if methods else None), urls, []
    operands = list(invocation.operands[invocation.base :])
    method = methods[-1] if methods else None
    if operands and operands[0].text.isalpha() and (operands[0].text.isupper() or len(operands) > 1):
        method = operands.pop(0)
    urls = [url.but(text="http://localhost" + url.text) if url.text[:1] in (":", "/") else url for url in operands[:1]]
    return method, urls, operands[1:]


def _body(reader: Reader, call: Call, invocation: Invocation, about: Table, items: list[Value]) -> tuple[Value | None, list[Value]]:
    sends: list[Value] = []
    parts: list[Value] = []
    for value in invocation.select(about.get("body", ())):
        parts.append(_part(reader, call, value, sends))
    for value in invocation.select(about.get("json", ())):
        parts.append(_part(reader, call, value, sends))
    for value in invocation.select(about.get("raw", ())):
        parts.append(value)
    for value in (*invocation.select(about.get("file", ())), *invocation.select(about.get("upload", ()))):
        parts.append(_file(reader, call, value.text, value, sends))
    for value in invocation.select(about.get("form", ())):
        name, _, content = value.text.partition("=")
        if content[:1] in ("@", "<"):
            sends.append(value.but(text=_path(call, content[1:].partition(";")[0])))
        parts.append(value)
    fields = [*invocation.select(about.get("field", ())), *(item for item in items if _is_field(item.text))]
    if fields:
        parts.append(_fields(fields))
    if not parts and items and call.stdin is not None:
        parts.append(reader.content(call.stdin, call.state))
    if not parts:
        return None, sends
    origins = tuple(dict.fromkeys(origin for part in parts for origin in part.origins))
    return Value("&".join(part.text for part in parts), parts[0].span, origins), sends


def _part(reader: Reader, call: Call, value: Value, sends: list[Value]) -> Value:
    """One -d: the text, or the file behind its @"""
    if value.text.startswith("@"):
        return _file(reader, call, value.text[1:], value, sends)
    return value


def _file(reader: Reader, call: Call, name: str, value: Value, sends: list[Value]) -> Value:
    if name in ("-", "/dev/stdin"):
        source = call.stdin if call.stdin is not None else Value(HOLE, value.span, (Origin("input", "stdin"),))
        for origin in source.origins:
            if origin.kind == "file":
                sends.append(Value(origin.detail, value.span))
        return reader.content(source, call.state).but(span=value.span)
    path = _path(call, name)
    sends.append(value.but(text=path))
    written = call.state.files.get(path)
    if written is not None:
        return written
    text = reader.file_text(path, call.state)
    return value.but(text=HOLE if text is None else text, origins=(*value.origins, Origin("file", path)))


def _path(call: Call, name: str) -> str:
    return normal(name, call.state.directory, call.state.home)


def _is_field(item: str) -> bool:
    return "=" in item or ":" in item


def _fields(fields: list[Value]) -> Value:
    """name=value items as the JSON body that they become."""
    import json

    made: dict[str, str] = {}
    for field in fields:
        name, _, text = field.text.partition("=")
        made[name.rstrip(":")] = text
    origins = tuple(dict.fromkeys(origin for field in fields for origin in field.origins))
    return Value(json.dumps(made, ensure_ascii=False), fields[0].span, origins)


def _with_query(url: Value, body: Value | None) -> Value:
    if body is None:
        return url
    return url.but(text=url.text + ("&" if "?" in url.text else "?") + body.text)


def _with_config(reader: Reader, call: Call, invocation: Invocation, about: Table) -> Invocation:
    """The command with the options of its configuration file (curl -K) added; an unreadable one is noted."""
    words = list(invocation.command.words)
    for value in invocation.select(about.get("config", ())):
        if value.text == "-":
            text = reader.content(call.stdin, call.state).text if call.stdin is not None else HOLE
        else:
            path = _path(call, value.text)
            written = call.state.files.get(path)
            found = written.text if written is not None else reader.file_text(path, call.state)
            text = HOLE if found is None else found
        if HOLE in text:
            reader.effect("run", call, value, "unreadable", details=(("language", "request"),))
        words += _config_words(text, value)
    if len(words) == len(invocation.command.words):
        return invocation
    return read_arguments(invocation.command.but(words=tuple(words)), invocation.description)


def _config_words(text: str, value: Value) -> list[Value]:
    import re

    words: list[Value] = []
    for line in text.split("\n")[:CONFIG_LINES]:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        option = re.match(r"-?-?[\w-]+", line)
        if option is None:
            continue
        name, rest = option.group(), line[option.end() :].lstrip(" \t").lstrip("=:").strip()
        words.append(value.but(text=name if name.startswith("-") else "--" + name))
        if rest:
            words.append(value.but(text=rest[1:-1].replace('\\"', '"') if rest[:1] == rest[-1:] == '"' else rest))
    return words
