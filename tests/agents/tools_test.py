"""Tools that aren't a shell: what an MCP tool's name and arguments come to."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.agents import tools
from guardsh.agents.hook import TOOL, Call
from guardsh.facts.world import World

WORLD = World("/home/ana/pocket", "/home/ana", {"HOME": "/home/ana"}, known_home="/home/ana")


def found(tool: str, arguments: dict[str, Any]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The effects in the arguments as (kind, verb, target), and the shell texts."""
    server, words = tools.named(tool)
    reading = tools._Arguments(server, words, arguments, WORLD)
    return [(one.kind, one.verb, one.target.text if one.target else "") for one in reading.effects], reading.shell


@pytest.mark.parametrize(
    ("tool", "server", "words"),
    [
        ("mcp__railway__volume_delete", "railway", ["volume", "delete"]),
        ("mcp__railway__volumeDelete", "railway", ["volume", "delete"]),
        ("mcp__mongodb__drop-collection", "mongodb", ["drop", "collection"]),
        ("mcp__plugin_x_db__executeSQL", "plugin_x_db", ["execute", "sql"]),
        ("mcp__only", "only", ["only"]),
        ("mcp__a__b__c2d", "a", ["b", "c", "2", "d"]),
        ("mcp__", "", []),
    ],
)
def test_names(tool: str, server: str, words: list[str]) -> None:
    assert tools.named(tool) == (server, words)


EFFECTS: list[tuple[str, dict[str, Any], list[tuple[str, str, str]]]] = [
    ("mcp__pg__query", {"sql": "drop table users"}, [("sql", "drop table", "users")]),
    ("mcp__pg__run", {"queries": ["select 1", "drop table a"]}, [("sql", "drop table", "a")]),
    ("mcp__pg__query", {"query": "DELETE a FROM a JOIN b"}, [("sql", "delete all", "a")]),
    ("mcp__pg__query", {"query": "delete from a"}, [("sql", "delete all", "a")]),
    ("mcp__fs__delete_file", {"path": "/home/ana/x"}, [("delete", "", "/home/ana/x")]),
    ("mcp__fs__write_file", {"path": "a/b", "content": "x"}, [("overwrite", "", "a/b")]),
    ("mcp__fs__edit_file", {"path": "/x", "edits": [{"oldText": "a", "newText": "b"}]}, [("edit", "", "/x")]),
    ("mcp__fs__move_file", {"source": "/a", "destination": "/b"}, [("move", "", "/a"), ("overwrite", "", "/b")]),
    ("mcp__fs__create_directory", {"path": "/x"}, [("overwrite", "", "/x")]),
    ("mcp__fs__read_file", {"path": "/etc/passwd"}, []),
    # a file elsewhere, and words that only look like something
    ("mcp__github__delete_file", {"owner": "a", "repo": "b", "path": "README.md"}, []),
    ("mcp__linear__create_issue", {"title": "Drop table users", "description": "delete from x"}, []),
    ("mcp__linear__search", {"query": "delete everything"}, []),
    ("mcp__memory__create_entities", {"entities": [{"name": "a", "observations": ["rm -rf /"]}]}, []),
]


@pytest.mark.parametrize(("tool", "arguments", "effects"), EFFECTS, ids=[f"{row[0]} {row[1]}"[:60] for row in EFFECTS])
def test_effects(tool: str, arguments: dict[str, Any], effects: list[tuple[str, str, str]]) -> None:
    assert [one for one in found(tool, arguments)[0] if one[1] != "select"] == effects


def test_a_request_in_the_arguments() -> None:
    arguments = {
        "url": "https://api.example.com/v1/volumes/1",
        "method": "DELETE",
        "headers": {"Authorization": "Bearer x"},
    }
    (effect,) = found("mcp__http__fetch", arguments)[0]
    assert effect == ("request", "DELETE", "https://api.example.com/v1/volumes/1")


@pytest.mark.parametrize(
    ("tool", "arguments", "shell"),
    [
        ("mcp__shell__run", {"command": "rm -rf ~"}, ["rm -rf ~"]),
        ("mcp__shell__run", {"command": "rm", "args": ["-rf", "a b"]}, ["rm -rf 'a b'"]),
        ("mcp__dc__start_process", {"cmd": "ls"}, ["ls"]),
        ("mcp__x__do", {"steps": [{"command": "a"}, {"command": "b"}]}, ["a", "b"]),
        ("mcp__runner__exec", {"script": "rm x"}, ["rm x"]),
        ("mcp__film__edit", {"script": "INT. NIGHT"}, []),
    ],
)
def test_shell_text_in_the_arguments(tool: str, arguments: dict[str, Any], shell: list[str]) -> None:
    assert found(tool, arguments)[1] == shell


def test_code_in_the_arguments() -> None:
    code = {"code": "import shutil\nshutil.rmtree('/home/ana')"}
    assert ("delete", "", "/home/ana") in found("mcp__python__run", code)[0]
    assert ("delete", "", "/home/ana") in found("mcp__sandbox__run_code", {**code, "language": "Python"})[0]


def deep(levels: int) -> Any:
    value: Any = {"sql": "drop table users"}
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"a": None, "b": 1, "c": [1.5, True], "d": {"": {"": []}}},
        {"x": deep(200)},
        {"url": "https://h", "method": 7, "headers": [1], "body": {"a": [1]}},
        {"url": "https://"},
        {"sql": "\ud800", "path": "\x00", "command": ""},
        {"args": ["x"], "command": "ls"},
        {"queries": ["select 1"] * 5000},
    ],
    ids=lambda value: str(value)[:30],
)
def test_any_arguments_have_a_verdict(arguments: dict[str, Any]) -> None:
    from guardsh.config import Settings
    from guardsh.rules.loading import load

    call = Call(TOOL, "mcp__any__delete_file", WORLD.directory, arguments=arguments)
    assert tools.judged(call, WORLD, load((), None), Settings()).action in ("pass", "confirm", "refuse")


def test_a_call_is_shown_whole_or_with_its_hash() -> None:
    assert tools.shown("mcp__a__b", {"b": 1, "a": "ä"}) == 'mcp__a__b {"a": "ä", "b": 1}'
    one, two = tools.shown("t", {"a": "x" * 50_000 + "1"}), tools.shown("t", {"a": "x" * 50_000 + "2"})
    assert len(one) < 20_200 and one != two and one[:20_000] == two[:20_000]


def test_what_is_shown_can_be_read_back() -> None:
    call = tools.parsed(tools.shown("mcp__a__b", {"x": [1, {"y": "z"}]}), "/p")
    assert call is not None and (call.tool, call.arguments) == ("mcp__a__b", {"x": [1, {"y": "z"}]})
    for text in ("ls", "mcp__a__b nonsense", "mcp__a__b [1]", ""):
        assert tools.parsed(text, "/p") is None
