"""Services in Python: HTTP libraries, sockets, databases, data stores and cloud clients."""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.calls import Call
from guardsh.languages.things import (
    Bound,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    absolute,
    concatenated,
    every,
    form_text,
    header_values,
    json_text,
    text,
)
from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.languages.pythonvalues import Values
    from guardsh.languages.things import Thing

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_LIBRARIES = ("requests", "httpx", "niquests", "curl_cffi.requests", "requests_html", "cloudscraper", "grequests")
_SESSIONS = {
    *(f"{library}.{name}" for library in _LIBRARIES for name in ("Session", "session", "Client", "AsyncClient")),
    *("aiohttp.ClientSession", "urllib3.PoolManager", "requests_html.HTMLSession", "cloudscraper.create_scraper"),
    *("http.client.HTTPSConnection", "http.client.HTTPConnection", "starlette.testclient.TestClient", "httplib2.Http"),
}
_CONNECTIONS = {"http.client.HTTPSConnection": "https", "http.client.HTTPConnection": "http"}

# The kind of SQL by the library that a program imports.
_DIALECTS = {
    "sqlite3": "sqlite",
    "aiosqlite": "sqlite",
    "psycopg2": "postgres",
    "asyncpg": "postgres",
    "pg8000": "postgres",
    "pymysql": "mysql",
    "MySQLdb": "mysql",
    "mysql": "mysql",
    "aiomysql": "mysql",
    "duckdb": "duckdb",
    "clickhouse_connect": "clickhouse",
    "clickhouse_driver": "clickhouse",
    "snowflake": "snowflake",
    "pymssql": "tsql",
    "oracledb": "oracle",
    "cx_Oracle": "oracle",
}
_CONNECTS = re.compile(
    r"^(?:psycopg2?|pymysql|MySQLdb|mysql\.connector|asyncpg|sqlite3|duckdb|snowflake\.connector|oracledb|cx_Oracle|pyodbc|pymssql|sqlalchemy|clickhouse_\w+|aiosqlite|aiomysql|pg8000)\.(?:\w+\.)?(?:connect|create_engine|create_pool|create_async_engine|get_client|Client|Connect|Connection)$"
)
_RUNS_SQL = {
    *(
        "execute",
        "executemany",
        "executescript",
        "exec_driver_sql",
        "execute_sql",
        "raw",
        "fetch",
        "fetchrow",
        "fetchval",
    ),
    *(
        "query",
        "query_df",
        "command",
        "run_sql",
        "sql",
        "exec",
        "fetch_all",
        "fetch_one",
        "read_sql",
        "read_sql_query",
        "scalar",
    ),
    *("run_query", "execute_query", "run", "executeQuery", "query_and_wait"),
}
# Clients of services whose delete-like methods remove something that isn't in this process.
_SERVICES = re.compile(
    r"^(?:boto3|botocore|aioboto3|aiobotocore|boto|google\.cloud|googleapiclient|azure|kubernetes|docker|digitalocean|pydo|hcloud|"
    r"openstack|libcloud|pymongo|motor|mongoengine|redis|rediscluster|elasticsearch|opensearchpy|cassandra|qdrant_client|pinecone|"
    r"weaviate|chromadb|stripe|github|gitlab|supabase|firebase_admin|heroku3|cloudflare|CloudFlare|minio|influxdb_client|neo4j|"
    r"kafka|confluent_kafka|paramiko|pysftp|ftplib|linode_api4|vultr|twilio|slack_sdk|shopify|meilisearch|typesense|milvus|pymilvus|"
    r"huggingface_hub|wandb|mlflow|airtable|notion_client|databricks|snowflake|tencentcloud|oci|scaleway|consul|etcd3|hvac|nomad)\b"
)
_DESTROYS = re.compile(
    r"(?i)^(?:(?:batch_|force_|async_|a|bulk_)?(?:delete|terminate|destroy|drop|purge|truncate|flush|wipe|prune|deregister|decommission|nuke|"
    r"empty|remove|rm|rmtree|rmdir|unlink|clear|reset|revoke|disable|erase|shred|kill|shutdown)(?:_|$|[A-Z])|"
    r"(?:delete|drop|flush|prune|terminate|remove)(?:all|db|many|one|index|collection|database)?$|.*_(?:delete|destroy|purge|flush)$)"
)
_HARMLESS = {
    "remove_listener",
    "remove_all_listeners",
    "reset_mock",
    "clear_cache",
    "disable_warnings",
    "flush",
    "reset",
    "clear",
}


def imported(walker: Values, module: str) -> None:
    """Notes which kind of database and which services a program uses."""
    for name, dialect in _DIALECTS.items():
        if module == name or module.startswith(name + "."):
            known = walker.seen.get("dialect", dialect)
            walker.seen["dialect"] = dialect if known == dialect else ""


# --- HTTP ---


def _request(method: str) -> Callable[[Call], Thing]:
    def act(call: Call) -> Thing:
        if not method:
            return _send(call, call.thing(0, "method"), call.thing(1, "url"))
        return _send(call, Value(method), call.thing(0, "url"))

    return act


def _send(call: Call, method: Thing, url: Thing, base: Value | None = None, session: str = "") -> Thing:
    address = text(url)
    if base is not None and not re.match(r"[a-z]+://", address.text):
        address = concatenated(
            base.but(text=base.text.rstrip("/")), Value("" if address.text.startswith("/") else "/"), address
        )
    headers = header_values(call.keyword("headers")) + header_values(call.walker.attributes.get((session, "headers")))
    call.acts.request(
        text(method),
        address,
        headers,
        _body(call),
        credential=_credential(call, session),
        sends=_files(call),
        span=call.span,
    )
    return Made("response", (address,))


def _body(call: Call) -> Value | None:
    given = call.keyword("json")
    if given is not None and given != Known(None):
        return json_text(given)
    for name in ("data", "content", "body"):
        given = call.keyword(name)
        if given is not None and given != Known(None):
            if isinstance(given, Made) and given.name == "open":
                path = absolute(text(given.arguments[0]), call.acts.directory)
                return Value(HOLE, origins=(Origin("file", path.text),))
            return form_text(given)
    return None


def _files(call: Call) -> list[Value]:
    found: list[Value] = []
    things = [call.keyword("files")]
    while things and len(found) < 20:
        thing = things.pop()
        if isinstance(thing, Made) and thing.name == "open":
            found.append(text(thing.arguments[0]))
        elif isinstance(thing, Pairs):
            things += [value for _, value in thing.items]
        elif isinstance(thing, Items):
            things += every(thing)
    return found


def _credential(call: Call, session: str) -> Value | None:
    given = call.keyword("auth") or call.walker.attributes.get((session, "auth"))
    if isinstance(given, Items):
        return joined(*(text(each) for each in given.items))
    if isinstance(given, Made) and given.arguments:
        return joined(*(text(each) for each in given.arguments))
    return text(given) if isinstance(given, Value) else None


def _urlopen(call: Call) -> Thing:
    thing = call.thing(0, "url")
    data = call.given(1, "data")
    if isinstance(thing, Made) and thing.name == "urllib.request.Request":
        data = data or thing.argument(1, "data")
        method, headers = thing.argument(9, "method"), thing.argument(2, "headers")
        url = text(thing.argument(0, "url"))
        extra = call.walker.attributes.get(("urllib.request.Request", "added"))
    else:
        method, headers, extra, url = None, None, None, text(thing)
    call.acts.request(
        text(method) if method is not None else "",
        url,
        header_values(headers) + header_values(extra),
        _data(call, data),
        span=call.span,
    )
    return Made("response", (url,))


def _data(call: Call, data: Thing | None) -> Value | None:
    if data is None or data == Known(None):
        return None
    if isinstance(data, Made) and data.name == "open":
        return Value(HOLE, origins=(Origin("file", absolute(text(data.arguments[0]), call.acts.directory).text),))
    return text(data)


def _retrieve(call: Call) -> Thing:
    call.acts.request("GET", call.text(0), span=call.span)
    target = call.given(1, "filename") or call.keyword("out")
    if target is not None:
        call.acts.effect("overwrite", target=text(target), span=call.span)
    return UNKNOWN


def _dumps(call: Call) -> Thing:
    return json_text(call.thing(0))


def _encoded(call: Call) -> Thing:
    return form_text(call.thing(0))


def _gql(call: Call) -> Thing:
    value = call.text(0)
    if "mutation" in value.text:
        from guardsh.languages import read

        call.acts.extend(read("graphql", value.text, call.acts.context), call.span)
    return value


def _statement(call: Call) -> Thing:
    return _sql(call, UNKNOWN) or UNKNOWN


FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    **{f"{library}.{method}": _request(method.upper()) for library in _LIBRARIES for method in _METHODS},
    **{f"{library}.{name}": _request("") for library in _LIBRARIES for name in ("request", "stream")},
    "urllib3.request": _request(""),
    "aiohttp.request": _request(""),
    "urllib.request.urlopen": _urlopen,
    "urllib.urlopen": _urlopen,
    "urllib.request.urlretrieve": _retrieve,
    "wget.download": _retrieve,
    "json.dumps": _dumps,
    "orjson.dumps": _dumps,
    "ujson.dumps": _dumps,
    "urllib.parse.urlencode": _encoded,
    "urllib.parse.quote": lambda call: call.text(0),
    "urllib.parse.urljoin": lambda call: (
        concatenated(call.text(0), call.text(1)) if "://" not in call.text(1).text else call.text(1)
    ),
    "gql.gql": _gql,
    "sqlalchemy.text": lambda call: call.text(0, "text"),
    "sqlalchemy.sql.text": lambda call: call.text(0, "text"),
    "sqlalchemy.sql.expression.text": lambda call: call.text(0, "text"),
    "psycopg2.sql.SQL": lambda call: call.text(0),
    "psycopg2.sql.Identifier": lambda call: call.text(0),
    "textwrap.dedent": lambda call: call.text(0),
    "inspect.cleandoc": lambda call: call.text(0),
    "pandas.read_sql": _statement,
    "pandas.read_sql_query": _statement,
    "duckdb.sql": _statement,
    "duckdb.query": _statement,
    "duckdb.execute": _statement,
    "django.db.connection.cursor": lambda call: Made("cursor"),
}


# --- attributes and methods ---


def attribute(walker: Values, thing: Thing, name: str) -> Thing | None:
    """Attributes of responses and sessions; None for anything else."""
    if isinstance(thing, Made) and thing.name == "response":
        if name in ("text", "content", "body", "data"):
            return _downloaded(thing)
        return Bound(thing, name)
    return None


def _downloaded(response: Made) -> Value:
    return Value(HOLE, origins=(Origin("downloaded", text(response.arguments[0]).text),))


def method(call: Call, thing: Thing) -> Thing | None:
    """A method of a response, session, socket, cursor, data store or cloud client; None if nothing is known of it."""
    name = call.name
    if isinstance(thing, Made) and thing.name == "response":
        if name in ("read", "json", "text", "iter_content", "iter_lines", "readlines", "decode"):
            return _downloaded(thing)
        return thing if name in ("__enter__", "raise_for_status") else None
    root = _root(thing)
    if root in _SESSIONS and (name in _METHODS or name in ("request", "stream")):
        return _session(call, thing, root)
    if isinstance(thing, Bound) and thing.name == "headers" and name == "update" and isinstance(thing.thing, Made):
        call.walker.attributes[(thing.thing.name, "headers")] = call.thing(0)
        return Known(None)
    if name in ("add_header", "putheader") and isinstance(thing, Made):
        added = call.walker.attributes.get((thing.name, "added"))
        before = added.items if isinstance(added, Pairs) else ()
        call.walker.attributes[(thing.name, "added")] = Pairs((*before, (call.text(0).text, call.thing(1))))
        return Known(None)
    if root.startswith("socket."):
        return _socket(call, thing)
    return _service(call, thing, root)


def _root(thing: Thing) -> str:
    """The name of what a chain of attributes and calls began with."""
    for _ in range(12):
        if isinstance(thing, Bound):
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            thing = thing.arguments[0]
        else:
            break
    if isinstance(thing, OneOf):
        return _root(thing.things[0])
    return thing.name if isinstance(thing, (Made, Named)) else ""


def _session(call: Call, thing: Thing, root: str) -> Thing:
    method = call.thing(0, "method") if call.name in ("request", "stream") else Value(call.name)
    url = call.thing(1, "url") if call.name in ("request", "stream") else call.thing(0, "url")
    base: Value | None = None
    if isinstance(thing, Made) and root in _CONNECTIONS:
        base = joined(Value(f"{_CONNECTIONS[root]}://"), text(thing.argument(0, "host")))
        extra = [("body", call.arguments[2])] if len(call.arguments) > 2 else []
        extra += [("headers", call.arguments[3])] if len(call.arguments) > 3 else []
        call = call.but(keywords=(*call.keywords, *extra))
    elif isinstance(thing, Made) and thing.argument(-1, "base_url") is not None:
        base = text(thing.argument(-1, "base_url"))
    if isinstance(thing, Made) and call.keyword("headers") is None and thing.argument(-1, "headers") is not None:
        call = call.but(keywords=(*call.keywords, ("headers", thing.argument(-1, "headers") or UNKNOWN)))
    if isinstance(thing, Made) and call.keyword("auth") is None and thing.argument(-1, "auth") is not None:
        call = call.but(keywords=(*call.keywords, ("auth", thing.argument(-1, "auth") or UNKNOWN)))
    if "fields" in dict(call.keywords):
        call = call.but(keywords=(*call.keywords, ("data", call.thing(-1, "fields"))))
    return _send(call, method, url, base, root)


def _socket(call: Call, thing: Thing) -> Thing | None:
    if call.name in ("connect", "connect_ex"):
        address = call.thing(0)
        parts = [text(each) for each in every(address)] if isinstance(address, Items) else [text(address)]
        call.walker.seen["socket connect"] = ":".join(part.text for part in parts)
        return Known(None)
    if call.name in ("send", "sendall", "sendto") and call.arguments:
        for origin in call.text(0).origins:
            if origin.kind == "file":
                host = call.walker.seen.get("socket connect", HOLE).partition(":")[0]
                call.acts.effect("send", target=Value(origin.detail), details=(("host", host),), span=call.span)
    return Made(f".{call.name}", (thing,)) if call.name in ("makefile", "accept") else UNKNOWN


def _service(call: Call, thing: Thing, root: str) -> Thing | None:
    name = call.name
    if root == "paramiko.SSHClient" and name == "connect":
        call.walker.seen["ssh host"] = call.text(0, "hostname").text
        return Known(None)
    if name in _RUNS_SQL and (call.arguments or call.keywords):
        found = _sql(call, thing)
        if found is not None:
            return found
    return _store(call, thing, root)


def _sql(call: Call, thing: Thing) -> Thing | None:
    from guardsh.languages.http import looks_like_sql

    what = call.given(0) or call.given(-1, "sql") or call.given(-1, "query") or call.given(-1, "statement")
    texts = [text(each) for each in (what.things if isinstance(what, OneOf) else [what])]
    acted = False
    for value in texts:
        if looks_like_sql(value.text) or (
            value.text == HOLE and value.comes_from("file") and call.name.startswith("execute")
        ):
            call.acts.sql(value, call.walker.seen.get("dialect", ""), _connection(call.walker, thing), call.span)
            acted = True
    return Made("rows") if acted else None


def _connection(walker: Values, thing: Thing) -> tuple[tuple[str, str], ...]:
    """Host and database of the connection that a cursor was made from, as far as the chain shows it."""
    for _ in range(12):
        if isinstance(thing, Made) and _CONNECTS.match(thing.name):
            return _address(thing)
        if isinstance(thing, Bound):
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            thing = thing.arguments[0]
        else:
            break
    return ()


def _address(made: Made) -> tuple[tuple[str, str], ...]:
    details = []
    for key, names in (("host", ("host", "hostname", "server")), ("database", ("database", "dbname", "db"))):
        for name in names:
            given = made.argument(-1, name)
            if given is not None:
                details.append((key, text(given).text))
                break
    first = made.arguments[0] if made.arguments else made.argument(-1, "dsn")
    if isinstance(first, Value):
        match = re.match(r"\w[\w+]*://(?:[^@/]*@)?([^:/?]*)(?::\d+)?/?([^?]*)", first.text)
        if match:
            details += [("host", match[1]), ("database", match[2])]
        elif "=" in first.text:
            found = dict(re.findall(r"(host|dbname)=(\S+)", first.text))
            details += [("host", found["host"])] if "host" in found else []
            details += [("database", found["dbname"])] if "dbname" in found else []
        else:
            details.append(("database", first.text))
    return tuple((key, value) for key, value in details if value)


def _store(call: Call, thing: Thing, root: str) -> Thing | None:
    """Data stores and services by method name; names that mean the same in mongosh or redis-cli are written so."""
    name, acts = call.name, call.acts
    mongo = any(f"import {module}" in call.walker.seen for module in ("pymongo", "motor", "mongoengine"))
    if name in ("drop_database", "dropDatabase"):
        acts.data("dropDatabase", call.text(0), "mongodb", call.span)
    elif (
        name in ("delete_many", "deleteMany", "remove")
        and (mongo or name != "remove")
        and not isinstance(thing, (Items, Value))
    ):
        acts.data(
            "deleteMany all" if call.thing(0) == Pairs() or not call.arguments else "deleteMany",
            _last(thing),
            "mongodb",
            call.span,
        )
    elif name in ("drop", "drop_collection") and mongo and not call.keywords:
        acts.data("drop", call.text(0) if call.arguments else _last(thing), "mongodb", call.span)
    elif name in ("flushall", "flushdb") or (name == "execute_command" and call.arguments):
        acts.data((call.text(0).text if name == "execute_command" else name).upper(), None, "redis", call.span)
    elif name == "drop_all":
        acts.data("drop_all", None, "sqlalchemy", call.span)
    elif name == "delete" and "objects" in _chain(thing) and not _SERVICES.match(root):
        chain = _chain(thing)
        model = chain[chain.index("objects") + 1 :][:1]
        everything = "filter" not in chain and "get" not in chain
        acts.data("delete all" if everything else "delete", Value("".join(model)), "orm", call.span)
    elif _SERVICES.match(root) and _DESTROYS.match(name) and name not in _HARMLESS:
        if name in ("delete", "remove", "destroy", "kill", "terminate", "prune") and not root.startswith("redis"):
            name = f"{name}_{_kind_of(thing) or 'object'}"  # what delete() is called on says what goes
        acts.data(name, _subject(call, thing), _client(thing, root), call.span)
    elif name == "upload_file" and _SERVICES.match(root):
        acts.effect("send", target=call.text(0), details=(("host", root),), span=call.span)
    else:
        return None
    return Made("done")


def _chain(thing: Thing) -> list[str]:
    names = []
    for _ in range(12):
        if isinstance(thing, Bound):
            names.append(thing.name)
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            names.append(thing.name[1:])
            thing = thing.arguments[0]
        elif isinstance(thing, Made) and thing.name == "name":
            return [*names, text(thing.arguments[0]).text]
        elif isinstance(thing, (Named, Made)):
            return [*names, *reversed(thing.name.split("."))]
        else:
            break
    return names


def _kind_of(thing: Thing) -> str:
    """`indices` of `es.indices.delete(…)`, `bucket` of `client.bucket("b").delete()`."""
    names = [name for name in _chain(thing) if name not in ("[]", "all", "list", "filter", "get")]
    return names[0].strip("[]").lower() if names else ""


def _last(thing: Thing) -> Value:
    return Value(thing.name.strip("[]")) if isinstance(thing, Bound) else text(thing)


def _client(thing: Thing, root: str) -> str:
    """`s3` of boto3.client("s3"), else the library."""
    for _ in range(12):
        if isinstance(thing, Bound):
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            first = thing.arguments[1] if len(thing.arguments) > 1 else None
            if thing.name in (".client", ".resource") and isinstance(first, Value):
                return first.text
            thing = thing.arguments[0]
        else:
            break
    if isinstance(thing, Made) and thing.arguments and root.startswith(("boto3", "aioboto3")):
        return text(thing.arguments[0]).text
    return root.partition(".")[0]


def _subject(call: Call, thing: Thing) -> Value:
    """What is deleted: the first text among the arguments, or what the receiver was made with."""
    given = [*call.arguments, *(each for _, each in call.keywords)]
    for each in given:
        if isinstance(each, Value):
            return each
        if isinstance(each, Items) and each.items and isinstance(each.items[0], Value):
            return each.items[0]
    for _ in range(12):
        if isinstance(thing, Bound):
            thing = thing.thing
        elif isinstance(thing, Made) and thing.name.startswith(".") and thing.arguments:
            texts = [each for each in thing.arguments[1:] if isinstance(each, Value)]
            if texts:
                return texts[0]
            thing = thing.arguments[0]
        else:
            break
    return Value("")
