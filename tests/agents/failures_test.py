"""Whatever is wrong with a payload, or goes wrong with the hook: a denial in that agent's own form, for every agent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from guardsh import places
from guardsh.agents import hook
from guardsh.agents.hook import Answer
from tests.agents.forms import GOLDENS, OTHERS, decision
from tests.support import TOP

# What each payload can't do without; the rest may be missing.
NEEDED = {
    "cursor": ("hook_event_name", "command"),
    "codex": ("hook_event_name", "tool_name", "tool_input", "cwd"),
    "gemini": ("hook_event_name", "tool_name", "tool_input", "cwd"),
    "copilot": ("toolName", "toolArgs", "cwd"),
    "vscode": ("hook_event_name", "tool_name", "tool_input", "cwd"),
    "opencode": ("tool", "args", "directory"),
    "windsurf": ("agent_action_name", "tool_info"),
    "cline": ("hookName", "preToolUse"),
    "amp": ("tool", "input"),
    "kiro": ("hook_event_name", "tool_name", "tool_input", "cwd"),
    "goose": ("event", "tool_name", "tool_input"),
    "openhands": ("event_type", "tool_name", "tool_input", "working_dir"),
}
# Where the working directory is, and where the command is.
COMMAND = {
    "cursor": ("command",),
    "copilot": ("toolArgs", "command"),
    "opencode": ("args", "command"),
    "windsurf": ("tool_info", "command_line"),
    "cline": ("preToolUse", "parameters", "command"),
    "amp": ("command",),
}
NAMES = {"copilot": "toolName", "opencode": "tool", "amp": "tool"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    (path / "pocket").mkdir(parents=True)
    path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


def good(agent: str, home: Path) -> dict[str, Any]:
    text = (GOLDENS / agent / "shell-pass.json").read_text().replace("/home/ana", str(home))
    payload: dict[str, Any] = json.loads(text)["payload"]
    return payload


def told(agent: str, home: Path, values: Any) -> str | None:
    data = values if isinstance(values, bytes) else json.dumps(values).encode()
    answer = hook.respond(hook.load(agent), data, {"HOME": str(home), "PATH": os.defpath})
    # What may come from Copilot CLI as well is answered for both.
    both = agent == "vscode" and "permissionDecision" in json.loads(answer.stdout or "{}")
    found = decision("copilot" if both else agent, answer)
    assert len(found[1]) < 10_000
    return found[0]


def changed(values: dict[str, Any], way: tuple[str, ...], to: object) -> dict[str, Any]:
    if not way:
        return to  # type: ignore[return-value]
    return {**values, way[0]: changed(values[way[0]], way[1:], to)} if len(way) > 1 else {**values, way[0]: to}


BROKEN = [
    b"", b"  \n", b"hello", b'{"a": ', b"{}{}", b"\xff\xfe\x00", b"\0" * 1000, b"[" * 200_000, b"[]", b'"x"', b"1",
    b"null", b"{}", b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("agent", OTHERS)
def test_broken_json_is_denied(agent: str, home: Path) -> None:
    for data in BROKEN:
        assert told(agent, home, data) == "deny", data[:20]
    assert not (home / ".local").exists()


@pytest.mark.parametrize("agent", OTHERS)
def test_missing_fields_and_wrong_types_are_denied(agent: str, home: Path) -> None:
    values = good(agent, home)
    for name in NEEDED[agent]:
        assert told(agent, home, {key: value for key, value in values.items() if key != name}) == "deny", name
        for wrong in (7, [1], True, {"x": 1} if isinstance(values[name], str) else "x"):
            assert told(agent, home, {**values, name: wrong}) == "deny", (name, wrong)
    way = COMMAND.get(agent, ("tool_input", "command"))
    for wrong in (7, None, {"a": 1}, [1], []):
        if not (agent == "amp" and wrong is None):  # then the input's own command counts
            assert told(agent, home, changed(values, way, wrong)) == "deny", wrong
    assert not (home / ".local").exists()


@pytest.mark.parametrize("agent", OTHERS)
def test_a_directory_that_isnt_absolute_is_denied(agent: str, home: Path) -> None:
    text = json.dumps(good(agent, home)).replace(f"{home}/pocket", "pocket")
    assert told(agent, home, text.encode()) == "deny"


@pytest.mark.parametrize("agent", OTHERS)
def test_other_events_are_denied(agent: str, home: Path) -> None:
    values = good(agent, home)
    name = next((name for name in NEEDED[agent] if name in ("hook_event_name", "agent_action_name", "hookName", "event",
                                                            "event_type")), None)  # fmt: skip
    if name is not None:
        assert told(agent, home, {**values, name: "Stop"}) == "deny"


@pytest.mark.parametrize("agent", OTHERS)
def test_unknown_and_optional_fields_dont_matter(agent: str, home: Path) -> None:
    values = good(agent, home)
    assert told(agent, home, {**values, "new_field": {"x": [1]}, "another": None}) is None
    inner = COMMAND.get(agent, ("tool_input", "command"))[:-1]
    if inner:
        part: Any = values
        for name in inner:
            part = part[name]
        assert told(agent, home, changed(values, inner, {**part, "more": [1]})) is None


@pytest.mark.parametrize("agent", OTHERS)
def test_strange_commands_have_an_answer(agent: str, home: Path) -> None:
    way = COMMAND.get(agent, ("tool_input", "command"))
    for command in ("\ud800", "ls \udcff", "\x00", "ls \x00 -la", " ", "#", "x" * 300_000, "((" * 5000):
        told(agent, home, changed(good(agent, home), way, command))


@pytest.mark.parametrize("agent", OTHERS)
def test_own_failures_are_denials(agent: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(hook, "judged", fail)
    assert told(agent, home, good(agent, home)) == "deny"


@pytest.mark.parametrize("agent", OTHERS)
def test_an_approval_serves_the_same_act_once(agent: str, home: Path) -> None:
    from guardsh.confirm import requests

    values = json.loads((GOLDENS / agent / "founding-incident.json").read_text().replace("/home/ana", str(home)))[
        "payload"
    ]
    assert told(agent, home, values) == "deny"
    (request,) = requests.waiting()
    assert request.agent == agent
    requests.approve(request.id)
    assert [told(agent, home, values), told(agent, home, values)] == [None, "deny"]


# ---------------------------------------------------------------- the process


def run(agent: str, home: Path, data: bytes, before: str = "") -> tuple[str | None, str]:
    program = (
        f"import sys; sys.path.insert(0, {str(TOP)!r})\n"
        f"import guardsh.places; guardsh.places.home = lambda: {str(home)!r}\n"
        f"from guardsh.agents import hook\nmodule = hook.load({agent!r})\n{before}\nhook.main({agent!r})"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=data,
        capture_output=True,
        timeout=60,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
    )
    assert b"Traceback" not in done.stderr
    answer = Answer(done.stdout.decode(), done.stderr.decode(), done.returncode)
    return decision(agent, answer)


@pytest.mark.parametrize("agent", OTHERS)
def test_the_process_passes_and_denies(agent: str, home: Path) -> None:
    refused = json.loads((GOLDENS / agent / "shell-refused.json").read_text().replace("/home/ana", str(home)))
    assert run(agent, home, json.dumps(good(agent, home)).encode())[0] is None
    assert run(agent, home, json.dumps(refused["payload"]).encode())[0] == "deny"


@pytest.mark.parametrize("agent", OTHERS)
@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("import time; hook.respond = lambda *a: time.sleep(100); hook.serve.__defaults__ = (0.7,)", "too long"),
        ("import os; hook.respond = lambda *a: os.kill(os.getpid(), 9)", "failed"),
        ("hook.LARGEST = 10", "larger"),
    ],
    ids=["hangs", "is killed", "huge"],
)
def test_whatever_goes_wrong_is_a_denial_in_time(agent: str, before: str, said: str, home: Path) -> None:
    start = time.monotonic()
    found, reason = run(agent, home, json.dumps(good(agent, home)).encode(), before)
    assert found == "deny" and said in reason and reason.startswith("guardsh: BLOCKED, nothing ran: ")
    assert time.monotonic() - start < 15
