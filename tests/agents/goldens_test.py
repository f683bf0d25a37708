"""Recorded payloads of every agent but Claude Code, and what each answer means to the agent that gets it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from guardsh import places
from guardsh.agents import AGENTS, hook
from guardsh.facts.session import Session
from tests.agents.forms import GOLDENS, OTHERS, decision

PATHS = [path for agent in OTHERS for path in sorted((GOLDENS / agent).glob("*.json"))]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ana"
    (path / "pocket" / "src").mkdir(parents=True, mode=0o700)
    path.chmod(0o700)
    (path / ".bashrc").write_text("PATH=~/bin:$PATH\n")
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


@pytest.mark.parametrize("path", PATHS, ids=[f"{path.parent.name}-{path.stem}" for path in PATHS])
def test_payload(path: Path, home: Path) -> None:
    agent = path.parent.name
    golden = json.loads(path.read_text().replace("/home/ana", str(home)))
    environment = {"HOME": str(home), "PATH": os.defpath, "PWD": str(home / "pocket")}
    module = hook.load(agent)
    answer = hook.respond(module, json.dumps(golden["payload"]).encode(), environment)
    told, reason = decision(agent, answer)
    assert told == golden["decision"]
    if told is None:
        assert answer == module.PASS
    for part in golden["says"]:
        assert part in reason
    for part in golden["hides"]:
        assert part not in reason


def test_every_agent_has_its_goldens() -> None:
    assert {*OTHERS, "claude-code"} == set(AGENTS)
    for agent in OTHERS:
        names = {path.stem for path in PATHS if path.parent.name == agent}
        assert {"shell-pass", "shell-refused", "shell-confirm", "founding-incident"} <= names


@pytest.mark.parametrize("agent", [agent for agent in OTHERS if (GOLDENS / agent / "after-write.json").exists()])
def test_what_a_file_tool_wrote_is_the_agents(agent: str, home: Path) -> None:
    """The same session's file, noted before and after it was written, is the session's own."""
    target = home / "pocket" / "src" / "a.py"
    environment = {"HOME": str(home), "PATH": os.defpath, "PWD": str(home / "pocket")}
    module = hook.load(agent)
    for name in ("write-project-file", "after-write"):
        path = GOLDENS / agent / f"{name}.json"
        if not path.exists():
            path = GOLDENS / agent / "patch-project.json"
            target = home / "pocket" / "src" / "b.py"
        text = path.read_text().replace("/home/ana", str(home))
        if name == "after-write":
            text = text.replace(str(home / "pocket" / "src" / "a.py"), str(target))
            target.write_text("x")
        answer = hook.respond(module, json.dumps(json.loads(text)["payload"]).encode(), environment)
        assert answer == module.PASS
    sessions = home / ".local" / "state" / "guardsh" / "sessions"
    (session,) = sessions.iterdir()
    assert Session(str(session)).made(str(target))
