"""A JSON text keeps everything that isn't changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardsh.agents import edit

KEYS = ("hooks", "PreToolUse")
NEW = {"matcher": "x", "hooks": [{"type": "command"}]}

TEXTS = [
    "{}",
    "{}\n",
    "{ }",
    "{\n}\n",
    '{"a": 1}',
    '{"a":1,"b":[1,2]}',
    '{\n  "a": 1\n}\n',
    '{\n    "a": [1, 2],\n    "b": {"c": "ä\\u00e4"}\n}',
    '{\n\t"a": 1\n}\n',
    '{\r\n  "a": 1\r\n}\r\n',
    '{"hooks": {}}',
    '{\n  "hooks": {}\n}\n',
    '{\n  "hooks": {\n    "PreToolUse": []\n  }\n}\n',
    '{\n  "hooks": {\n    "PreToolUse": [\n      {"matcher": "Bash", "hooks": []}\n    ],\n    "Stop": [ ]\n  }\n}',
    '{"hooks": {"PreToolUse": [{"matcher": "Bash"}]}}',
    '{\n  "z": "}]",\n  "hooks": {\n    "Stop": []\n  }\n}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_appended_is_there_and_the_rest_stays(text: str) -> None:
    changed = edit.append(text, KEYS, NEW)
    expected = json.loads(text)
    expected.setdefault("hooks", {}).setdefault("PreToolUse", []).append(NEW)
    assert json.loads(changed) == expected
    assert list(json.loads(changed)) == list(expected)
    assert ("\r\n" in changed) == ("\r\n" in text) and changed.count("\r\n") in (0, changed.count("\n"))


# Objects and arrays that were empty before go with what was put into them; blanks in an empty object too.
GIVEN_BACK = [
    text for text in TEXTS if text not in ("{ }", "{\n}\n") and not text.endswith(("{}}", "{}\n}\n", "[]\n  }\n}\n"))
]


@pytest.mark.parametrize("text", GIVEN_BACK)
def test_removing_it_again_gives_the_same_bytes(text: str) -> None:
    assert edit.remove(edit.append(text, KEYS, NEW), KEYS, lambda one: one == NEW) == text


def test_layout() -> None:
    assert edit.append('{\n  "a": 1\n}\n', KEYS, {"b": 2}) == (
        '{\n  "a": 1,\n  "hooks": {\n    "PreToolUse": [\n      {\n        "b": 2\n      }\n    ]\n  }\n}\n'
    )
    assert edit.append("", KEYS, 1) == '{\n  "hooks": {\n    "PreToolUse": [\n      1\n    ]\n  }\n}\n'
    assert edit.append('{"a":1}', KEYS, 1) == '{"a":1, "hooks": {"PreToolUse": [1]}}'


REMOVALS = [
    ('{"a": [1, 2, 3]}', (1,), '{"a": [2, 3]}'),
    ('{"a": [1, 2, 3]}', (2,), '{"a": [1, 3]}'),
    ('{"a": [1, 2, 3]}', (3,), '{"a": [1, 2]}'),
    ('{"a": [1, 2, 3]}', (1, 2), '{"a": [3]}'),
    ('{"a": [1, 2, 3]}', (1, 3), '{"a": [2]}'),
    ('{"a": [1, 2, 3]}', (1, 2, 3), "{}"),
    ('{"b": 1, "a": [1]}', (1,), '{"b": 1}'),
    ('{"a": [1], "b": 1}', (1,), '{"b": 1}'),
    ('{\n  "a": [\n    1\n  ]\n}\n', (1,), "{}\n"),
    ('{"a": []}', (1,), '{"a": []}'),
    ('{"b": []}', (1,), '{"b": []}'),
    ('{"a": [1], "a": [2]}', (1,), '{"a": [1], "a": [2]}'),
    ('{"a": [1], "a": [1, 2]}', (1,), '{"a": [1], "a": [2]}'),
]


@pytest.mark.parametrize(("text", "unwanted", "left"), REMOVALS)
def test_removal(text: str, unwanted: tuple[int, ...], left: str) -> None:
    assert edit.remove(text, ("a",), lambda one: one in unwanted) == left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2"),
        ('{"a": 1,}', "line 1, column 9"),
        ('{\n  // comment\n  "a": 1\n}', "line 2, column 3"),
        ("[]", "the whole isn't an object"),
        ('{"hooks": []}', "hooks isn't an object"),
        ('{"hooks": {"PreToolUse": {}}}', "hooks.PreToolUse isn't an array"),
        ("[" * 100_000, "nested too deep"),
        ("nonsense", "line 1, column 1"),
    ],
)
def test_what_cant_be_edited_is_said_with_its_place(text: str, said: str) -> None:
    for change in (lambda: edit.append(text, KEYS, 1), lambda: edit.remove(text, KEYS, bool)):
        with pytest.raises(edit.Broken, match=said.replace(".", r"\.")):
            change()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=3), VALUES, max_size=4),
    st.lists(VALUES, max_size=4),
    st.sampled_from([None, 1, 2, 4, "\t"]),
    st.booleans(),
)
def test_any_object(values: dict[str, Any], listed: list[Any], indent: Any, first: bool) -> None:
    values = {"hooks": {"PreToolUse": listed}, **values} if first else {**values, "hooks": {"PreToolUse": listed}}
    text = json.dumps(values, indent=indent)
    changed = edit.append(text, KEYS, NEW)
    assert json.loads(changed)["hooks"]["PreToolUse"] == [*listed, NEW]
    back = json.loads(edit.remove(changed, KEYS, lambda one: one == NEW))
    expected = dict(values)
    if not listed:
        del expected["hooks"]
    assert back == expected
