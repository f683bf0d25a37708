"""HTTP requests: method, host, path, body and credential, whichever program or library sends them.

A request is one effect, except for GraphQL mutations (one effect per top-level field) and files sent along (one more
effect of kind `send` each). Its details, each only where it applies:

    host              lower case, without port and user
    path              percent-decoded, without query
    operation         GraphQL: query, mutation, subscription, unknown; JSON-RPC and AWS-like APIs: call
    field             GraphQL: the top-level field; else the method or action that is called
    argument          the values given to that field, for people
    credential        literal (a token stands in the text), env (from a variable), file (from a file)
    credential_file   that file
    sends             the file whose content is in the body
"""

from __future__ import annotations

import re

from guardsh.reading.model import HERE, HOLE, MARKS, Effect, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from guardsh.reading.model import Act, Context, Place, Span

LARGEST_BODY = 200_000
MOST_OPERATIONS = 50

_SECRET_HEADERS = re.compile(
    r"(?i)^(?:proxy-)?authorization$|api-?key|access-?key|auth-?token|access-?token|private-token|job-token|-token$|"
    r"^token$|secret|^cookie$|^x-auth|^apikey$|-key$"
)
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][\w+.-]*)://|//)?(?:(?P<user>[^/?#@]*)@)?(?P<host>\[[^\]]*\]|[^/?#:]*)(?::(?P<port>[^/?#]*))?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?"
)
_SQL = re.compile(
    r"(?is)^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|insert|update|delete|drop|truncate|alter|create|with|grant|revoke|"
    r"replace|merge|rename|optimize|system|begin|call|exec|execute|do|set|show|describe|explain|copy|vacuum)\b"
)
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def request_effects(
    method: Value | str,
    url: Value,
    headers: Sequence[Value] = (),
    body: Value | None = None,
    *,
    credential: Value | None = None,
    sends: Sequence[Value] = (),
    span: Span = (0, 0),
    directory: str = "/",
    place: Place = HERE,
    index: int = 0,
) -> tuple[Effect, ...]:
    """The effects of one request.

    `method` is "" where none was given: GET, or POST with a body. `headers` are "Name: value" each. `body` is what is
    sent, as far as known: HOLE for unknown, with an origin of kind "file" where it is a file's content. `credential` is
    one given by other means than a header (curl -u, requests' auth=). `sends` are paths of files sent beside the body.
    """
    parts = _URL.match(url.text)
    assert parts is not None  # every part of the pattern may be empty
    base = [("host", _host(parts)), ("path", _decoded(parts["path"] or "/"))]
    base += _credential(headers, credential, parts["user"], url)
    files = _files(body, sends)
    if files:
        base.append(("sends", files[0].text))
    effects = []
    for verb, more in _operations(_verb(method, headers, parts["query"] or "", body, sends), headers, parts, body):
        effects.append(_effect("request", verb, url, (*base, *more), span, directory, place, index))
    for file in files:
        effects.append(_effect("send", "", file, tuple(base), span, directory, place, index))
    return tuple(effects)


def looks_like_sql(text: str) -> bool:
    """Does the text begin as an SQL statement does?"""
    return _SQL.match(text) is not None


def statements(url: Value, body: Value | None, context: Context) -> tuple[Act, ...]:
    """The SQL that a request carries to a database's HTTP interface, read as SQL."""
    parts = _URL.match(url.text)
    if body is None or parts is None:
        return ()
    from guardsh.languages import read

    texts = []
    for record in _records(body.text):
        texts += [
            value
            for key in ("sql", "query", "statement", "stmt", "command")
            for value in [record.get(key)]
            if isinstance(value, str)
        ]
    if _SQL.match(body.text):
        texts.append(body.text)
    acts: list[Act] = []
    for text in texts[:MOST_OPERATIONS]:
        if looks_like_sql(text):
            acts += read("sql", text, context.but(program="http"))
    return tuple(acts)


def read(code: str, context: Context, variant: str = "graphql") -> tuple[Act, ...]:
    """A GraphQL document on its own, as clients for one API are given it (`gh api graphql -f query=…`)."""
    from guardsh.languages.graphql import operations

    return tuple(
        Effect(kind="request", verb="POST", target=Value(""), details=_named(each), directory=context.directory)
        for each in operations(code)
    )


def _effect(
    kind: str,
    verb: str,
    target: Value,
    details: tuple[tuple[str, str], ...],
    span: Span,
    directory: str,
    place: Place,
    index: int,
) -> Effect:
    return Effect(
        kind=kind, verb=verb, target=target, details=details, span=span, directory=directory, place=place, index=index
    )


# --- method and place ---


def _verb(method: Value | str, headers: Sequence[Value], query: str, body: Value | None, sends: Sequence[Value]) -> str:
    given = method if isinstance(method, str) else method.text
    verb = given.strip().upper() or ("POST" if body is not None or sends else "GET")
    for name, value in map(_header, headers):
        if name.lower() in ("x-http-method-override", "x-http-method", "x-method-override") and value:
            return value.strip().upper()
    pairs = _pairs(query)
    if body is not None and len(body.text) <= LARGEST_BODY:
        pairs += [
            (key, value) for record in _records(body.text) for key, value in record.items() if isinstance(value, str)
        ]
        pairs += _pairs(body.text) if _is_form(body.text) else []
    for key, value in pairs:
        if key.lower() in ("_method", "x-http-method-override", "$method") and value:
            return value.strip().upper()
    return verb


def _host(parts: re.Match[str]) -> str:
    return _decoded(parts["host"] or "").strip("[]").lower().rstrip(".")


def _decoded(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")

    return _ESCAPE.sub(replace, text)


def _header(value: Value) -> tuple[str, str]:
    name, _, rest = value.text.partition(":")
    return name.strip(), rest.strip()


def _pairs(query: str) -> list[tuple[str, str]]:
    found = []
    for part in query.split("&")[:200]:
        key, separator, value = part.partition("=")
        if separator:
            found.append((_decoded(key.replace("+", " ")), _decoded(value.replace("+", " "))))
    return found


def _is_form(text: str) -> bool:
    return re.match(r"[\w%.\[\]$+-]+=", text) is not None


# --- credentials and files ---


def _credential(
    headers: Sequence[Value], credential: Value | None, user: str | None, url: Value
) -> list[tuple[str, str]]:
    values = [header for header in headers if _SECRET_HEADERS.search(_header(header)[0])]
    if credential is not None:
        values.append(credential)
    if user and ":" in user:
        values.append(url.but(text=user))
    if re.search(r"(?i)[?&](?:access_?token|api_?key|token|key|secret|apikey|auth)=[^&]", url.text):
        values.append(url.but(text=url.text.partition("?")[2]))
    found: dict[str, str] = {}
    for value in values:
        kind, file = _credential_kind(value)
        found.setdefault(kind, file)
    for kind in ("file", "literal", "env"):
        if kind in found:
            return [("credential", kind)] + ([("credential_file", found[kind])] if found[kind] else [])
    return []


def _credential_kind(value: Value) -> tuple[str, str]:
    for origin in value.origins:
        if origin.kind == "file":
            return "file", origin.detail
    if any(origin.kind in ("variable", "environment", "unset", "input", "output") for origin in value.origins):
        return "env", ""
    return ("literal" if value.known else "env"), ""


def _files(body: Value | None, sends: Sequence[Value]) -> list[Value]:
    files = list(sends)
    for origin in body.origins if body is not None else ():
        if origin.kind == "file" and all(file.text != origin.detail for file in files):
            files.append(Value(origin.detail))
    return files


# --- what the body asks for ---


def _operations(
    verb: str, headers: Sequence[Value], parts: re.Match[str], body: Value | None
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    found: list[tuple[tuple[str, str], ...]] = []
    target = next((value for name, value in map(_header, headers) if name.lower() == "x-amz-target"), "")
    if target:
        found.append((("operation", "call"), ("field", target.rpartition(".")[2])))
    content = next((value.lower() for name, value in map(_header, headers) if name.lower() == "content-type"), "")
    for details in _graphql(content, parts, body):
        if details not in found:
            found.append(details)
    for details in found[:MOST_OPERATIONS]:
        yield verb, details
    if not found:
        yield verb, ()


def _graphql(content: str, parts: re.Match[str], body: Value | None) -> Iterator[tuple[tuple[str, str], ...]]:
    graph = re.search(r"(?:^|[/._-])graphi?ql", _decoded(parts["path"] or "").lower()) is not None
    records = [dict(_pairs(parts["query"] or ""))]
    text = "" if body is None else body.text
    if body is not None and "application/graphql" in content and "json" not in content:
        records.append({"query": text})
    elif len(text) <= LARGEST_BODY:
        records += list(_records(text))
        records += [dict(_pairs(text))] if _is_form(text) else []
        records += _multipart(text)
    if graph and body is not None and _doubtful(text, records):
        yield (("operation", "unknown"),)
    for record in records[: MOST_OPERATIONS + 1]:
        yield from _record(record, graph)
    if graph and body is not None and records == [{}] and text.strip():
        from guardsh.languages.graphql import looks_like

        yield from _document(text, {}) if looks_like(text) else [(("operation", "unknown"),)]


def _doubtful(text: str, records: list[dict[str, Any]]) -> bool:
    """Is the body, or the part that holds the operation, unknown?"""
    return len(text) > LARGEST_BODY or text == HOLE or (text[:1] in tuple(MARKS) and not any(records))


def _record(record: dict[str, Any], graph: bool) -> Iterator[tuple[tuple[str, str], ...]]:
    from guardsh.languages.graphql import looks_like

    query = record.get("query", record.get("mutation"))
    if isinstance(query, str) and (graph or looks_like(query)) and not (not graph and _SQL.match(query)):
        yield from _document(query, record)
    elif graph and record and (query is None) and not _introspects(record):
        yield (("operation", "unknown"),)  # a persisted query: only its hash or name is sent
    elif isinstance(record.get("method"), str) and ("jsonrpc" in record or "params" in record):
        yield (("operation", "call"), ("field", _rpc(record)))
    elif isinstance(record.get("Action"), str):
        yield (("operation", "call"), ("field", record["Action"]))


def _introspects(record: dict[str, Any]) -> bool:
    return set(record) <= {"_method", "access_token", "token", "key", "api_key"}


def _document(query: str, record: dict[str, Any]) -> Iterator[tuple[tuple[str, str], ...]]:
    from guardsh.languages.graphql import operations

    variables, name = record.get("variables"), record.get("operationName")
    if isinstance(variables, str):
        variables = next(_records(variables), {})
    known = name if isinstance(name, str) and not any(mark in name for mark in MARKS) else None
    for operation in operations(query, variables if isinstance(variables, dict) else {}, known):
        yield _named(operation)


def _named(operation: Any) -> tuple[tuple[str, str], ...]:
    details = [("operation", operation.kind), ("field", operation.field), ("argument", operation.argument)]
    return tuple((key, value) for key, value in details if value)


def _rpc(record: dict[str, Any]) -> str:
    method, params = str(record["method"]), record.get("params")
    if method == "tools/call" and isinstance(params, dict) and isinstance(params.get("name"), str):
        return str(params["name"])
    return method


def _multipart(text: str) -> list[dict[str, Any]]:
    """The `operations` part of a GraphQL upload, where a client's form fields were joined by `&`."""
    return [record for key, value in _pairs(text) if key == "operations" for record in _records(value)]


def _records(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a body: one, a batch, or one a line; tolerant of unknown parts."""
    start = text.lstrip()[:1]
    if len(text) > LARGEST_BODY or start not in ("{", "["):
        return
    for value in _json_values(text):
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict):
                yield record


def _json_values(text: str) -> list[Any]:
    import json

    decoder = json.JSONDecoder(strict=False)
    for candidate in (text, _without_bare_marks(text)):
        try:
            values: list[Any] = []
            index = 0
            while index < len(candidate) and len(values) < MOST_OPERATIONS:
                value, index = decoder.raw_decode(candidate, _skip(candidate, index))
                values.append(value)
                index = _skip(candidate, index)
            return values
        except (ValueError, RecursionError):
            continue
    return [_scavenged(text)]


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index] in " \t\r\n,":
        index += 1
    return index


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)


def _without_bare_marks(text: str) -> str:
    """Unknown text outside of JSON strings as null."""
    pieces, end = [], 0
    for match in _STRING.finditer(text):
        pieces += [re.sub(f"[{MARKS}\\w.-]*[{MARKS}][{MARKS}\\w.-]*", "null", text[end : match.start()]), match[0]]
        end = match.end()
    return "".join(pieces) + re.sub(f"[{MARKS}]+", "null", text[end:])


def _scavenged(text: str) -> dict[str, Any]:
    """The members that matter of something that isn't quite JSON."""
    found: dict[str, Any] = {}
    for match in re.finditer(
        r"""["']?(query|mutation|method|sql|operationName|Action)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)|'([^']*))""", text
    ):
        value = match[2] if match[2] is not None else match[3]
        found.setdefault(
            match[1],
            re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), value, flags=re.S),
        )
    return found
