"""Payloads are read as the json package reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardsh.agents import install
from guardsh.agents.payload import parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_any_value(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert parse(f" \n{text}\r\n\t".encode("utf-8", "surrogatepass" if ascii_only else "replace")) == json.loads(
        text.encode("utf-8", "replace")
    )


BROKEN = [b"", b" ", b"{", b'{"a":', b"{} {}", b"[1,]", b"nul", b"NaN", b"[Infinity]", b"\xff", b"\xff\xfe{\x00}\x00"]


@pytest.mark.parametrize("data", [*BROKEN, b'"\x01"', b"'a'", b"{a: 1}", b"\xef\xbb\xbf"])
def test_what_isnt_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse(data)


def test_a_byte_order_mark_is_no_matter() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "\xc3\xa4\\ud800"}') == {"a": "ä\ud800"}


def test_deep_nesting_has_an_end() -> None:
    with pytest.raises((ValueError, RecursionError)):
        parse(b"[" * 1_000_000)


HEAVY = {"json", "typing", "inspect", "dataclasses", "logging", "pathlib", "subprocess", "hashlib", "click"}


def test_a_pass_imports_nothing_heavy(tmp_path: Path) -> None:
    payload = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": "/", "tool_input": {"command": "ls -la"}}
    home = str(tmp_path)
    tmp_path.chmod(0o700)
    code = (
        f"import sys; sys.path += {install.hook_folders()!r}\n"
        f"import guardsh.places; guardsh.places.home = lambda: {home!r}\n"
        "from guardsh.agents import hook, claude_code\n"
        f"answer = hook.respond(claude_code, {json.dumps(payload).encode()!r}, {{'HOME': {home!r}}})\n"
        "assert answer == hook.Answer(), answer\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    for _ in range(2):  # the first run compiles the packs
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done
    assert done.stdout == "\n"
