"""Services in JavaScript: HTTP clients, databases, data stores and cloud clients."""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.calls import Call
from guardsh.languages.things import (
    Bound,
    Function,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    concatenated,
    form_text,
    header_values,
    json_text,
    text,
    texts,
)
from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.languages.things import Thing

_VERBS = {
    "get": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "del": "DELETE",
    "head": "HEAD",
    "options": "OPTIONS",
}
_LIBRARIES = (
    "axios",
    "got",
    "ky",
    "superagent",
    "needle",
    "undici",
    "request",
    "ofetch",
    "$fetch",
    "supertest",
    "wretch",
)
_FETCHES = (
    *("axios", "axios.request", "got", "ky", "request", "request-promise", "ofetch", "ofetch.ofetch", "$fetch"),
    *("superagent", "needle"),
)
_RUNS_SQL = {
    *(
        "query",
        "execute",
        "raw",
        "unsafe",
        "$executeRawUnsafe",
        "$queryRawUnsafe",
        "$executeRaw",
        "$queryRaw",
        "exec",
        "prepare",
    ),
    *(
        "run",
        "all",
        "get",
        "batch",
        "executeSql",
        "any",
        "none",
        "one",
        "oneOrNone",
        "manyOrNone",
        "many",
        "multi",
        "begin",
        "simple",
    ),
}
_DIALECTS = {
    "pg": "postgres",
    "postgres": "postgres",
    "pg-promise": "postgres",
    "@neondatabase/serverless": "postgres",
    "@vercel/postgres": "postgres",
    "mysql": "mysql",
    "mysql2": "mysql",
    "mariadb": "mysql",
    "sqlite3": "sqlite",
    "better-sqlite3": "sqlite",
    "@libsql/client": "sqlite",
    "mssql": "tsql",
}
_SERVICES = re.compile(
    r"^(?:@aws-sdk/|aws-sdk|@google-cloud/|@azure/|@kubernetes/|dockerode|@octokit|octokit|stripe|@supabase/|firebase|@elastic/|@pinecone|@digitalocean|heroku|cloudflare|@upstash|ioredis|redis|mongodb|mongoose|minio|@vercel/)"
)
_DESTROYS = re.compile(
    r"(?i)^(?:delete|terminate|destroy|drop|purge|truncate|flush|wipe|prune|remove|deregister|empty|revoke|disable)(?=$|[A-Z_])"
)


def payload(thing: Made) -> Thing:
    """What a response or a program's output holds."""
    return thing.arguments[0] if thing.arguments else UNKNOWN


def _response(url: Value) -> Made:
    return Made("response", (Value(HOLE, origins=(Origin("downloaded", url.text),)), url))


def _options(made: Call) -> Pairs | None:
    return next((thing for thing in reversed(made.arguments) if isinstance(thing, Pairs)), None)


def _send(
    made: Call, method: str, url: Value, options: Pairs | None, data: Thing | None = None, base: Made | None = None
) -> Thing:
    members = dict(options.items) if options is not None else {}
    defaults = (
        dict(base.arguments[0].items)
        if base is not None and base.arguments and isinstance(base.arguments[0], Pairs)
        else {}
    )
    root = members.get("baseURL") or defaults.get("baseURL") or members.get("prefixUrl") or defaults.get("prefixUrl")
    if root is not None and not re.match(r"[a-z]+://", url.text):
        url = concatenated(text(root).but(text=text(root).text.rstrip("/") + "/"), url.but(text=url.text.lstrip("/")))
    given = text(members["method"]) if "method" in members else Value(method)
    headers = header_values(_headers(members.get("headers"))) + header_values(_headers(defaults.get("headers")))
    body = _body(members, data)
    credential = members.get("auth") or members.get("username") or members.get("password")
    made.acts.request(given, url, headers, body, credential=_credential(credential), span=made.span)
    return _response(url)


def _headers(thing: Thing | None) -> Thing | None:
    return thing.arguments[0] if isinstance(thing, Made) and thing.name == "new Headers" and thing.arguments else thing


def _credential(thing: Thing | None) -> Value | None:
    if isinstance(thing, Pairs):
        return joined(*(text(value) for _, value in thing.items)) if thing.items else None
    return text(thing) if isinstance(thing, Value) else None


def _body(members: dict[str, Thing], data: Thing | None) -> Value | None:
    for key in ("json", "body", "data", "form", "formData"):
        if key in members and data is None:
            data = members[key]
    if data is None or data == Known(None):
        return None
    if isinstance(data, Made) and data.name == "new URLSearchParams" and data.arguments:
        return form_text(data.arguments[0])
    return json_text(data) if isinstance(data, Pairs) else text(data)


def _fetch(made: Call) -> Thing:
    target = made.thing(0)
    if isinstance(target, Made) and target.name == "new Request":
        inner = made.but(arguments=target.arguments)
        return _send(made, "", inner.text(0), _options(inner))
    if isinstance(target, Pairs):
        return _send(made, "", text(target.get("url") or target.get("uri")), target)
    results = [_send(made, "", url, _options(made)) for url in texts(target)]
    return results[0] if results else UNKNOWN


def _verb(name: str) -> Callable[[Call], Thing]:
    def act(made: Call) -> Thing:
        return _with_verb(made, _VERBS[name], None)

    return act


def _with_verb(made: Call, verb: str, base: Made | None) -> Thing:
    """client.post(url, data, options); client.delete(url, options)."""
    if verb in ("POST", "PUT", "PATCH") and len(made.arguments) > 1 and not _is_options(made.arguments[1]):
        options = made.arguments[2] if len(made.arguments) > 2 else None
        return _send(made, verb, made.text(0), options if isinstance(options, Pairs) else None, made.arguments[1], base)
    return _send(made, verb, made.text(0), _options(made), None, base)


def _is_options(thing: Thing) -> bool:
    return isinstance(thing, Pairs) and any(
        thing.get(key) is not None for key in ("headers", "json", "body", "searchParams", "form")
    )


def _node_request(made: Call) -> Thing:
    """http.request(url or options, options, callback)."""
    options = _options(made)
    scheme = "https" if made.name.startswith("https") else "http"
    if isinstance(made.thing(0), Pairs) and options is not None:
        host = options.get("hostname") or options.get("host") or Value("localhost")
        path = options.get("path") or Value("/")
        url = joined(Value(f"{scheme}://"), text(host), text(path))
    else:
        url = made.text(0)
    callback = next((thing for thing in made.arguments if isinstance(thing, Function)), None)
    _send(made, "GET" if made.name.endswith(".get") else "", url, options)
    if callback is not None:
        made.walker.callback(callback, (_response(url),), made.span)
    return Made("node request", (url, options if options is not None else Pairs()))


FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    "fetch": _fetch,
    "node-fetch": _fetch,
    "cross-fetch": _fetch,
    "isomorphic-fetch": _fetch,
    "undici.fetch": _fetch,
    "undici.request": _fetch,
    **{f"{library}.{name}": _verb(name) for library in _LIBRARIES for name in _VERBS},
    **{name: _fetch for name in _FETCHES},
    **{f"{scheme}.{name}": _node_request for scheme in ("http", "https") for name in ("request", "get")},
    "axios.create": lambda made: Made("client", made.arguments),
    "got.extend": lambda made: Made("client", made.arguments),
    "ky.create": lambda made: Made("client", made.arguments),
}


def called(made: Call, thing: Thing) -> Thing | None:
    """A call of a client that was made: `api({method, url})`, `knex("table")`."""
    if isinstance(thing, Made) and thing.name == "client":
        options = _options(made)
        url = text(options.get("url")) if options is not None and options.get("url") is not None else made.text(0)
        return _send(made, "", url, options, None, thing)
    if isinstance(thing, Made) and (
        thing.name == "knex" or (thing.name == "name" and text(thing.arguments[0]).text == "knex")
    ):
        return Made("knex", made.arguments)
    if made.name in ("knex", "mongoose", "ioredis", "gql", "graphql-tag", "graphql"):
        if made.name in ("gql", "graphql-tag") and "mutation" in made.text(0).text:
            made.acts.nested("graphql", made.text(0), made.span)
        return Made(made.name, made.arguments)
    return None


def constructed(made: Call, thing: Thing) -> Thing | None:
    """`new DeleteBucketCommand({…})` of the AWS SDK is the deletion; other objects keep their arguments."""
    if isinstance(thing, Named):
        name = thing.name.rpartition(".")[2]
        if name.endswith("Command") and _DESTROYS.match(name) and thing.name.startswith("@aws-sdk/"):
            service = thing.name.partition(".")[0].removeprefix("@aws-sdk/client-")
            made.acts.data(_kebab(name.removesuffix("Command")), _first_text(made), service, made.span)
        return Made(f"new {thing.name}", made.arguments)
    if isinstance(thing, Made) and thing.name == "name":
        return Made(f"new {text(thing.arguments[0]).text}", made.arguments)
    return None


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def _first_text(made: Call) -> Value:
    for thing in made.arguments:
        if isinstance(thing, Value):
            return thing
        if isinstance(thing, Pairs):
            for _, value in thing.items:
                if isinstance(value, Value):
                    return value
    return Value("")


def _root(thing: Thing) -> str:
    for _ in range(15):
        if isinstance(thing, Bound):
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            thing = thing.arguments[0]
        else:
            break
    if isinstance(thing, OneOf):
        return _root(thing.things[0])
    return thing.name.removeprefix("new ") if isinstance(thing, (Made, Named)) else ""


def _dialect(made: Call) -> str:
    found = {dialect for name, dialect in _DIALECTS.items() if f"import {name}" in made.walker.seen}
    return found.pop() if len(found) == 1 else ""


def method(made: Call, thing: Thing) -> Thing | None:
    """A method of a client, response, connection or data store; None if nothing is known of it."""
    name = made.name
    if isinstance(thing, Made) and thing.name == "response":
        if name in ("text", "json", "arrayBuffer", "buffer", "toString"):
            return payload(thing)
        if name in ("on", "once") and len(made.arguments) > 1:
            made.walker.callback(made.arguments[1], (payload(thing),), made.span)
            return thing
        return None
    if isinstance(thing, Made) and thing.name == "client" and name in _VERBS:
        return _with_verb(made, _VERBS[name], thing)
    if isinstance(thing, Made) and thing.name == "node request":
        if name in ("write", "end") and made.arguments and not isinstance(made.arguments[0], Function):
            options = thing.arguments[1]
            _send(
                made, "", text(thing.arguments[0]), options if isinstance(options, Pairs) else None, made.arguments[0]
            )
        return thing
    if name in ("connect", "createConnection") and _root(thing) in ("net", "net.Socket", "tls"):
        made.walker.seen["net connect"] = ":".join(text(each).text for each in reversed(made.arguments[:2]))
    if name == "open" and len(made.arguments) > 1 and _root(thing) == "XMLHttpRequest":
        made.acts.request(made.text(0), made.text(1), span=made.span)
        return Known(None)
    if name in _RUNS_SQL and made.arguments:
        found = _sql(made, thing)
        if found is not None:
            return found
    return _store(made, thing)


def _sql(made: Call, thing: Thing) -> Thing | None:
    from guardsh.languages.http import looks_like_sql

    first = made.thing(0)
    if isinstance(first, Pairs):
        first = first.get("text") or first.get("sql") or UNKNOWN
    acted = False
    for value in texts(first):
        if looks_like_sql(value.text) or (value.text == HOLE and value.comes_from("file")):
            made.acts.sql(value, _dialect(made), span=made.span)
            acted = True
    if not acted:
        return None
    callback = made.arguments[-1]
    if isinstance(callback, Function):
        made.walker.callback(callback, (Known(None), UNKNOWN), made.span)
    return Made("rows")


def _store(made: Call, thing: Thing) -> Thing | None:
    name, acts, root = made.name, made.acts, _root(thing)
    mongo = "import mongodb" in made.walker.seen or "import mongoose" in made.walker.seen
    if name == "dropDatabase":
        acts.data("dropDatabase", _named(thing), "mongodb", made.span)
    elif name in ("deleteMany", "remove") and (name == "deleteMany" or mongo) and not isinstance(thing, Value):
        where = made.option("where") if made.option("where") is not None else made.given(0)
        everything = where is None or where == Pairs()
        acts.data(f"{name} all" if everything else name, _named(thing), "mongodb" if mongo else "orm", made.span)
    elif name in ("drop", "dropCollection") and mongo and len(made.arguments) <= 1:
        acts.data("drop", made.text(0) if name == "dropCollection" else _named(thing), "mongodb", made.span)
    elif name.lower() in ("flushall", "flushdb"):
        acts.data(name.upper(), Value(""), "redis", made.span)
    elif name in (
        "dropTable",
        "dropTableIfExists",
        "dropSchema",
        "dropView",
        "dropColumn",
        "dropAllTables",
        "dropAllSchemas",
    ):
        kind = {"dropColumn": "alter drop column"}.get(
            name, "drop " + _kebab(name.removesuffix("IfExists")).split("-", 1)[1].replace("all-", "")
        )
        acts.effect(
            "sql",
            kind.removesuffix("s") if "All" in name else kind,
            made.text(0) if made.arguments else Value(""),
            span=made.span,
        )
    elif root == "knex" and name in ("del", "delete", "truncate"):
        limited = isinstance(thing, Made) and ".where" in thing.name
        acts.effect(
            "sql",
            "truncate" if name == "truncate" else "delete" if limited else "delete all",
            _table(thing),
            span=made.span,
        )
    elif name == "sync" and made.set("force"):
        acts.data("sync force", _named(thing), "sequelize", made.span)
    elif name == "destroy" and (made.set("truncate") or made.option("where") == Pairs()):
        acts.data("delete all", _named(thing), "sequelize", made.span)
    elif _SERVICES.match(root) and _DESTROYS.match(name):
        acts.data(_kebab(name), _first_text(made), root.partition(".")[0].rpartition("/")[2], made.span)
    else:
        return None
    return Made("done")


def _named(thing: Thing) -> Value:
    if isinstance(thing, Bound):
        return Value(thing.name)
    if isinstance(thing, Made) and thing.name == "name" and thing.arguments:
        return text(thing.arguments[0])
    if isinstance(thing, Made) and thing.name.startswith(".") and len(thing.arguments) > 1:
        return text(thing.arguments[1])
    return Value("")


def _table(thing: Thing) -> Value:
    while isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
        thing = thing.arguments[0]
    return text(thing.arguments[0]) if isinstance(thing, Made) and thing.arguments else Value("")
