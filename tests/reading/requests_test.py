"""HTTP requests of command-line clients."""

from __future__ import annotations

import pytest

from tests.reading.support import reading

URL = "https://api.x.example/v1/db"

REQUESTS = [
    ("curl URL", "GET"),
    ("curl -X DELETE URL", "DELETE"),
    ("curl -XDELETE URL", "DELETE"),
    ("curl --request DELETE URL", "DELETE"),
    ("curl --request=DELETE URL", "DELETE"),
    ("curl --reques DELETE URL", "DELETE"),
    ("curl -sSX DELETE URL", "DELETE"),
    ("curl URL -X delete", "DELETE"),
    ("curl -d a=b URL", "POST"),
    ("curl --json '{}' URL", "POST"),
    ("curl -G -d a=b URL", "GET"),
    ("curl -T f URL", "PUT"),
    ("curl -I URL", "HEAD"),
    ("curl -H 'X-HTTP-Method-Override: DELETE' -d '' URL", "DELETE"),
    ("m=DELETE; curl -X $m URL", "DELETE"),
    ("curl -X $(echo DELETE) URL", "DELETE"),
    ("wget URL", "GET"),
    ("wget --method=DELETE URL", "DELETE"),
    ("wget --post-data=x URL", "POST"),
    ("http DELETE URL", "DELETE"),
    ("xh delete URL", "DELETE"),
    ("http URL a=b", "POST"),
    ("curl -K c", "DELETE"),
    ("curl --config - <<< 'request = DELETE\nurl = URL'", "DELETE"),
]


@pytest.mark.parametrize(("text", "method"), REQUESTS, ids=[text for text, _ in REQUESTS])
def test_methods(text: str, method: str) -> None:
    files = {"c": f'-X DELETE\nurl = "{URL}"\n', "f": "x"}
    found = [each for each in reading(text.replace("URL", URL), files).effects if each.kind == "request"]
    assert [(each.verb, each.detail("host")) for each in found] == [(method, "api.x.example")]


def test_several_addresses() -> None:
    found = reading(f"curl {URL}/1 {URL}/2 --url {URL}/3 -X DELETE").effects
    assert [each.detail("path") for each in found if each.kind == "request"] == ["/v1/db/1", "/v1/db/2", "/v1/db/3"]


BODY = '{"query":"mutation { volumeDelete(id: 1) }"}'
BODIES = [
    (f"curl URL -d '{BODY}'", {}),
    ("curl URL -d @b", {"b": BODY}),
    ("curl URL --data-binary @- < b", {"b": BODY}),
    (f"echo '{BODY}' | curl URL -d @-", {}),
    (f"curl URL -d @- <<'E'\n{BODY}\nE", {}),
    (f"cat > b <<'E'\n{BODY}\nE\ncurl URL -d @b", {}),
    (f"x='{BODY}'; curl URL -d \"$x\"", {}),
    (f"curl URL --json '{BODY}'", {}),
    (f"http POST URL --raw '{BODY}'", {}),
]


@pytest.mark.parametrize(("text", "files"), BODIES, ids=[text[:50] for text, _ in BODIES])
def test_bodies(text: str, files: dict[str, str]) -> None:
    found = reading(text.replace("URL", "https://api.x.example/graphql"), files).effects
    assert [each.detail("field") for each in found if each.kind == "request"] == ["volumeDelete"]


def test_an_unreadable_configuration_is_noted() -> None:
    found = reading(f"curl -K gone {URL}").effects
    assert ("run", "unreadable") in [(each.kind, each.verb) for each in found]


def test_the_finding_points_at_the_field() -> None:
    text = f"curl https://api.x.example/graphql -d '{BODY}'"
    found = [each for each in reading(text).effects if each.kind == "request"]
    assert text[slice(*found[0].span)] == "volumeDelete"
