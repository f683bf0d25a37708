"""The stand-in of the demo: what it holds, counts and answers."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from guardsh.demo.standin import HOST, TOKEN, VOLUME, StandIn

DELETION = json.dumps({"query": f'mutation {{ volumeDelete(volumeId: "{VOLUME}") }}'})
QUERY = json.dumps({"query": '{ environment(name: "staging") { id } }'})


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def test_a_deletion_with_the_token_removes_the_volume(standin: StandIn) -> None:
    assert (standin.deletions, standin.volume_is_there) == (0, True)
    assert standin.answer(f"Bearer {TOKEN}", DELETION) == {"data": {"volumeDelete": True}}
    assert (standin.deletions, standin.volume_is_there) == (1, False)
    assert standin.answer(f"Bearer {TOKEN}", DELETION) == {"data": {"volumeDelete": False}}
    standin.reset()
    assert (standin.deletions, standin.volume_is_there) == (0, True)


def test_a_deletion_with_another_token_is_counted_but_removes_nothing(standin: StandIn) -> None:
    assert "errors" in standin.answer("Bearer staging", DELETION)
    assert (standin.deletions, standin.volume_is_there) == (1, True)


@pytest.mark.parametrize("body", ["", "{", "[]", "3", '{"query": 3}', "{}", "\ufffd"])
def test_a_body_that_isnt_a_query_changes_nothing(standin: StandIn, body: str) -> None:
    standin.answer(f"Bearer {TOKEN}", body)
    assert (standin.deletions, standin.volume_is_there) == (0, True)


def test_a_query_isnt_a_deletion(standin: StandIn) -> None:
    assert standin.answer(f"Bearer {TOKEN}", QUERY) == {"data": {}}
    assert standin.deletions == 0


def test_it_answers_for_the_providers_host_as_a_proxy_on_the_loopback_address(standin: StandIn) -> None:
    assert standin.address.startswith("127.0.0.1:")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://{standin.address}"}))
    call = urllib.request.Request(f"http://{HOST}/graphql/v2", DELETION.encode(), {"Authorization": f"Bearer {TOKEN}"})
    with opener.open(call, timeout=10) as answer:
        assert json.load(answer) == {"data": {"volumeDelete": True}}
    assert standin.deletions == 1


def test_its_port_is_free_again_after_it() -> None:
    with StandIn() as running:
        address = running.address
    with pytest.raises(OSError):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://{address}/", timeout=2)
