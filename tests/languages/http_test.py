"""HTTP requests: method, host, path, what the body asks for, whose credential."""

from __future__ import annotations

import pytest

from guardsh.languages.http import request_effects, statements
from guardsh.reading.model import HOLE, Effect, Origin, Value
from tests.languages.support import context

RAILWAY = "https://backboard.railway.app/graphql/v2"
DELETES = '{"query":"mutation { volumeDelete(volumeId: \\"3d2c42fb\\") }"}'


def sent(method: str = "", url: str = RAILWAY, headers: tuple[str, ...] = (), body: str | None = None) -> list[Effect]:
    value = None if body is None else Value(body.replace("…", HOLE))
    return list(request_effects(method, Value(url), [Value(header) for header in headers], value))


def test_the_founding_case_shows_all_its_parts() -> None:
    (effect,) = sent("POST", headers=("Authorization: Bearer 0123abcd",), body=DELETES)
    assert (effect.kind, effect.verb) == ("request", "POST")
    assert dict(effect.details) == {
        "host": "backboard.railway.app",
        "path": "/graphql/v2",
        "credential": "literal",
        "operation": "mutation",
        "field": "volumeDelete",
        "argument": "3d2c42fb",
    }


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "verb"),
    [
        ("", "https://a.example/v1", (), None, "GET"),
        ("", "https://a.example/v1", (), "x=1", "POST"),
        ("delete", "https://a.example/v1", (), None, "DELETE"),
        ("POST", "https://a.example/v1", ("X-HTTP-Method-Override: DELETE",), "", "DELETE"),
        ("POST", "https://a.example/v1", ("x-http-method: delete",), "", "DELETE"),
        ("POST", "https://a.example/v1?a=b&_method=delete", (), None, "DELETE"),
        ("POST", "https://a.example/v1", (), "a=1&_method=DELETE", "DELETE"),
        ("POST", "https://a.example/v1", (), '{"_method": "DELETE"}', "DELETE"),
    ],
)
def test_the_verb_is_what_the_server_does(
    method: str, url: str, headers: tuple[str, ...], body: str | None, verb: str
) -> None:
    assert [effect.verb for effect in sent(method, url, headers, body)] == [verb]


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://API.Example.com:8443/v1/db?x=1#y", "api.example.com", "/v1/db"),
        ("api.example.com/v1", "api.example.com", "/v1"),
        ("https://u:p@api.example.com", "api.example.com", "/"),
        ("http://[::1]:8080/a", "::1", "/a"),
        ("https://api.example.com./%64elete", "api.example.com", "/delete"),
        ("//api.example.com/a", "api.example.com", "/a"),
        (f"https://{HOLE}/v1", HOLE, "/v1"),
        ("", "", "/"),
    ],
)
def test_host_and_path(url: str, host: str, path: str) -> None:
    (effect,) = sent(url=url)
    assert (effect.detail("host"), effect.detail("path")) == (host, path)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"query":"{ projects { id } }"}', [("query", "projects")]),
        ('{"query":"query Q { projects { deletedAt } }"}', [("query", "projects")]),
        ('{"query":"# mutation\\n{ a }"}', [("query", "a")]),
        ('{"query":"query { log(text: \\"mutation { x }\\") }"}', [("query", "log")]),
        ('{"query":"mutation { ok: volumeDelete(id: 1) b }"}', [("mutation", "volumeDelete"), ("mutation", "b")]),
        ('{"query":"mutation { ...F } fragment F on M { dropAll }"}', [("mutation", "dropAll")]),
        ('{"query":"mutation { ... on M { dropAll } }"}', [("mutation", "dropAll")]),
        ('{"query":"mutation { volume { delete(id: 1) { ok } } }"}', [("mutation", "volume.delete")]),
        ('[{"query":"{ a }"},{"query":"mutation { b }"}]', [("query", "a"), ("mutation", "b")]),
        ('{"query":"mutation { volumeDelete(volumeId: "3d2c") }"}', [("mutation", "volumeDelete")]),
        ('{"query":"mutation { volumeDelete(", "variables": {}}', [("mutation", "volumeDelete")]),
        ('{"query":"mutation { …(id: 1) }"}', [("mutation", HOLE)]),
        ('{"query":"mutation($v: ID!) { volumeDelete(id: $v) }","variables":{"v": …}}', [("mutation", "volumeDelete")]),
        ('{"query":"mutation A { a } query B { b }","operationName":"B"}', [("query", "b")]),
        ('{"query":"mutation A { a } query B { b }","operationName":"…"}', [("mutation", "a"), ("query", "b")]),
        ('{"query":"…"}', [("unknown", "")]),
        ("…", [("unknown", "")]),
        ('{"extensions":{"persistedQuery":{"sha256Hash":"00"}}}', [("unknown", "")]),
        ("query=mutation%20%7B%20volumeDelete%20%7D", [("mutation", "volumeDelete")]),
    ],
)
def test_graphql_operations(body: str, found: list[tuple[str, str]]) -> None:
    assert [(effect.detail("operation"), effect.detail("field")) for effect in sent(body=body)] == found


def test_a_graphql_document_as_the_body_or_in_the_query_string() -> None:
    headers = ("Content-Type: application/graphql",)
    assert sent(headers=headers, body="mutation { a }")[0].detail("field") == "a"
    assert sent(url="https://a.example/graphql?query=mutation%7Ba%7D")[0].detail("field") == "a"
    assert sent(url="https://a.example/any", body='{"query":"mutation { a }"}')[0].detail("operation") == "mutation"


@pytest.mark.parametrize(
    ("headers", "body", "field"),
    [
        ((), '{"jsonrpc":"2.0","id":1,"method":"volume_delete","params":[]}', "volume_delete"),
        ((), '{"method":"tools/call","params":{"name":"drop_db","arguments":{}}}', "drop_db"),
        (("X-Amz-Target: DynamoDB_20120810.DeleteTable",), '{"TableName":"t"}', "DeleteTable"),
        ((), "Action=TerminateInstances&InstanceId.1=i-1", "TerminateInstances"),
    ],
)
def test_remote_procedures(headers: tuple[str, ...], body: str, field: str) -> None:
    (effect,) = sent(url="https://a.example/rpc", headers=headers, body=body)
    assert (effect.detail("operation"), effect.detail("field")) == ("call", field)


@pytest.mark.parametrize("body", ['{"query":{"match_all":{}}}', '{"query":"select 1"}', '{"a":1}', "a=b", "[1]", "{"])
def test_other_bodies_are_no_graphql(body: str) -> None:
    (effect,) = sent(url="https://a.example/api", body=body)
    assert effect.detail("operation") == ""


def test_credentials_by_where_they_come_from() -> None:
    def kind(*headers: Value, credential: Value | None = None, url: str = RAILWAY) -> tuple[str, str]:
        (effect,) = request_effects("", Value(url), headers, credential=credential)
        return effect.detail("credential"), effect.detail("credential_file")

    file = Origin("file", "/home/u/other/.env")
    assert kind(Value("Authorization: Bearer abc")) == ("literal", "")
    assert kind(Value("X-API-Key: abc")) == ("literal", "")
    assert kind(Value(f"Authorization: Bearer {HOLE}")) == ("env", "")
    assert kind(Value("Authorization: Bearer abc", origins=(Origin("variable", "T"),))) == ("env", "")
    assert kind(Value("Authorization: Bearer abc", origins=(file,))) == ("file", "/home/u/other/.env")
    assert kind(credential=Value("me:secret")) == ("literal", "")
    assert kind(url="https://me:secret@a.example/") == ("literal", "")
    assert kind(Value("Content-Type: text/plain")) == ("", "")


def test_files_that_are_sent() -> None:
    body = Value(HOLE, origins=(Origin("file", "/home/u/.env"),))
    request, send = request_effects("", Value("https://a.example/x"), (), body)
    assert (request.verb, request.detail("sends")) == ("POST", "/home/u/.env")
    assert (send.kind, send.target, send.detail("host")) == ("send", Value("/home/u/.env"), "a.example")
    upload = request_effects("PUT", Value("https://a.example/x"), sends=[Value("dump.sql")])
    assert [effect.kind for effect in upload] == ["request", "send"]


def test_sql_sent_to_a_database_by_http() -> None:
    found = statements(Value("http://db:8123/"), Value("DROP TABLE logs"), context())
    assert [(act.verb, act.target) for act in found if isinstance(act, Effect)] == [("drop table", Value("logs"))]
    body = Value('{"sql":"delete from users"}')
    assert [
        act.verb for act in statements(Value("https://x/d1/query"), body, context()) if isinstance(act, Effect)
    ] == ["delete all"]
    assert statements(Value("https://x/"), Value('{"query":"{ a }"}'), context()) == ()


def test_large_and_broken_bodies_stay_bounded() -> None:
    assert sent(body='{"query":"mutation { ' + "{" * 30_000)[0].kind == "request"
    assert sent(body="[" * 50_000)[0].kind == "request"
    assert sent(body='{"a":"' + "x" * 300_000)[0].detail("operation") == "unknown"
    many = sent(body='{"query":"mutation { ' + " ".join(f"a{i}: del(id: {i})" for i in range(500)) + ' }"}')
    assert 1 <= len(many) <= 50
