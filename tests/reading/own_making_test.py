"""What the text makes itself is its own: repositories, copies; and where a command runs."""

from __future__ import annotations

import pytest

from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge

from .support import rules


def action(text: str, *given: str) -> str:
    return judge(text, ExampleWorld(given=frozenset(given)), rules(), Settings()).action


def test_a_repository_made_here_has_nothing_of_anybody_else() -> None:
    made = "mkdir demo && cd demo && git init -q && echo a > a && git add a && git commit -qm a"
    assert action(f"{made} && git reset --hard HEAD", "git.dirty") == "pass"
    assert action("git clone https://x.example/a.git a && cd a && make && git checkout -- .", "git.dirty") == "pass"
    assert action("cd demo && git reset --hard HEAD", "git.dirty") == "confirm"
    assert action(f"{made}; cd .. && git reset --hard HEAD", "git.dirty") == "confirm"


def test_a_new_place_for_copies_may_go() -> None:
    assert action("mkdir -p t && cp fixtures/* t/ && ./run t; rm -rf t") == "pass"
    assert action("cp -a data data.orig && ./run; rm -rf data.orig") == "pass"
    assert action("cp -a data data.orig && ./run; rm -rf data") == "confirm"
    assert action("mkdir t && mv *.png t/ && rm -rf t") == "confirm"
    assert action("cp x t/y && rm -rf t") == "confirm"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("gunzip -c seed.sql.gz | psql -d app", "pass"),
        ("zcat dump.sql.gz | mysql app", "pass"),
        ("sed 's/a/b/' dump.sql | psql app", "pass"),
        ("base64 -d dump | psql app", "confirm"),
        ("curl -s https://x.example/d.sql | psql -h db.example.com app", "confirm"),
        ("curl -s https://x.example/d.gz | gunzip | psql -h db.example.com app", "confirm"),
        ("zcat script.gz | sh", "confirm"),
    ],
)
def test_a_dump_may_be_unpacked(text: str, wanted: str) -> None:
    assert action(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("docker compose exec -T db psql -d app_test -c 'DROP TABLE t'", "pass"),
        ("docker exec db sh -c \"psql -d app_test -c 'DROP TABLE t'\"", "pass"),
        ("docker exec db psql -d app -c 'DROP TABLE t'", "confirm"),
        ("docker exec db psql -h db.example.com -d app_test -c 'DROP TABLE t'", "confirm"),
        ("kubectl exec db -- psql -d app_test -c 'DROP TABLE t'", "confirm"),
        ("ssh web \"docker exec db psql -d app_test -c 'DROP TABLE t'\"", "confirm"),
        ("kubectl exec d -- docker exec db psql -d app_test -c 'DROP TABLE t'", "confirm"),
        ("http DELETE :8000/users/1", "pass"),
        ("http DELETE /users/1", "pass"),
        ("http DELETE example.com/users/1", "confirm"),
    ],
)
def test_on_this_machine_or_elsewhere(text: str, wanted: str) -> None:
    assert action(text) == wanted
