"""Services in Ruby: Net::HTTP and other clients, ActiveRecord and database drivers, cloud clients."""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.things import (
    Bound,
    Items,
    Made,
    Named,
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
    from guardsh.languages.calls import Call
    from guardsh.languages.things import Function, Thing

HTTP_CLIENTS = {
    "HTTParty",
    "Faraday",
    "RestClient",
    "HTTP",
    "Excon",
    "Typhoeus",
    "HTTPX",
    "Net::HTTP",
    "URI",
    "OpenURI",
}
VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "post_form", "get_response"}


# --- HTTP ---


def http(made: Call, owner: str, block: Function | None) -> Thing | None:
    request = re.fullmatch(r"Net::HTTP::(Get|Post|Put|Patch|Delete|Head)", owner)
    if request and made.name == "new":
        return Made("request", (Value(request[1].upper()), made.text(0), made.thing(1)))
    if owner == "Net::HTTP" and made.name in ("new", "start"):
        connection = Made("connection", (made.text(0),))
        if block is not None:
            made.walker.callback(block, (connection,), made.span)
        return connection
    if owner == "URI" and made.name in ("parse", "join"):
        return made.text(0)
    if owner == "URI" and made.name in ("open", "read"):
        return get(made, made.text(0))
    if owner in HTTP_CLIENTS and made.name in ("new", "with", "auth", "headers"):
        return Made("client", made.arguments)
    if owner in HTTP_CLIENTS and made.name in VERBS:
        return send(made, made.name.partition("_")[0].upper(), made.text(0))
    if owner == "RestClient::Request" or (owner in HTTP_CLIENTS and made.name in ("execute", "request")):
        return send(
            made, text(made.option("method") or made.thing(0)).text.upper(), text(made.option("url") or made.thing(1))
        )
    return None


def get(made: Call, url: Value) -> Thing:
    made.acts.request("GET", url, span=made.span)
    return Value(HOLE, origins=(Origin("downloaded", url.text),))


def send(made: Call, verb: str, url: Value, base: Value | None = None) -> Thing:
    if base is not None and "://" not in url.text:
        url = concatenated(base, url)
    body: Thing | None = made.option("body") or made.option("json") or made.option("payload") or made.option("form")
    if body is None and len(made.arguments) > 1 and verb != "GET" and verb != "DELETE":
        body = made.arguments[1]
    value = None
    if body is not None:
        value = json_text(body) if isinstance(body, Pairs) and made.option("json") is not None else form_text(body)
    headers = header_values(
        made.option("headers") or next((each for each in reversed(made.arguments) if isinstance(each, Pairs)), None)
    )
    made.acts.request(verb, url, headers, value, span=made.span)
    return Value(HOLE, origins=(Origin("downloaded", url.text),))


def perform(made: Call, connection: Made, request: Made) -> Thing:
    """connection.request(Net::HTTP::Delete.new(path))"""
    verb, target, headers = request.arguments
    url = text(target)
    if "://" not in url.text:
        url = joined(Value("https://"), text(connection.arguments[0]), url)
    added = [
        (key, value)
        for (kind, key), value in made.walker.attributes.items()
        if kind == "request" and not key.startswith(".")
    ]
    body = made.walker.attributes.get(("request", ".body")) or made.walker.attributes.get(("request", ".set_form_data"))
    made.acts.request(
        text(verb),
        url,
        header_values(headers) + header_values(Pairs(tuple(added))),
        text(body) if body is not None else None,
        span=made.span,
    )
    return UNKNOWN


# --- databases and services ---


def database(made: Call, thing: Thing) -> Thing | None:
    """ActiveRecord, Sequel and database drivers."""
    from guardsh.languages.http import looks_like_sql

    name, acts = made.name, made.acts
    if name in (
        "execute",
        "exec",
        "exec_query",
        "query",
        "run",
        "exec_params",
        "select_all",
        "async_exec",
        "update",
        "execute_batch",
        "execute_sql",
    ):
        values = [value for value in texts(made.thing(0)) if looks_like_sql(value.text)]
        for value in values:
            acts.sql(value, span=made.span)
        return Made("rows") if values else None
    if name in ("delete_all", "destroy_all", "truncate", "truncate_tables") and isinstance(thing, (Named, Made, Bound)):
        limited = isinstance(thing, Made) and thing.name.startswith((".where", ".find"))
        acts.data(
            "delete" if limited else "delete all",
            Value(thing.name) if isinstance(thing, Named) else Value(""),
            "orm",
            made.span,
        )
    elif name in ("drop_table", "drop_database", "drop_schema", "drop_all", "remove_column") and not isinstance(
        thing, Items
    ):
        verb = "alter drop column" if name == "remove_column" else name.replace("_", " ")
        acts.effect("sql", verb, made.text(0) if made.arguments else Value(""), span=made.span)
    elif name in ("flushall", "flushdb"):
        acts.data(name.upper(), Value(""), "redis", made.span)
    elif re.match(r"(?:delete|terminate|destroy|purge|drop|deregister)_\w+$", name) and _is_service(thing):
        acts.data(name, made.text(0) if isinstance(made.thing(0), Value) else _first(made), "aws", made.span)
    else:
        return None
    return Made("done")


def _is_service(thing: Thing) -> bool:
    while isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
        thing = thing.arguments[0]
    return isinstance(thing, Named) and thing.name.startswith(
        ("Aws::", "Google::Cloud", "Azure::", "Octokit", "DropletKit", "Fog::", "Stripe")
    )


def _first(made: Call) -> Value:
    options = next((each for each in made.arguments if isinstance(each, Pairs)), Pairs())
    return next((value for _, value in options.items if isinstance(value, Value)), Value(""))
