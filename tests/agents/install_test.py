"""guardsh goes into an agent's settings and out again without a trace, and refuses where it can't do that well."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guardsh import places
from guardsh.agents import claude_code_setup as setup
from guardsh.agents import hook, install
from tests.support import TOP

AGENT = "claude-code"
USERS = """{
    "model": "opus",
    "permissions": {"allow": ["Bash(ls:*)"], "deny": []},
    "hooks": {
        "PreToolUse": [
            {"matcher": "Bash", "hooks": [{"type": "command", "command": "my-own-hook"}]}
        ],
        "Stop": [{"hooks": [{"type": "command", "command": "say \\u00fcber"}]}]
    },
    "env": {}
}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


@pytest.fixture
def settings(home: Path) -> Path:
    (home / ".claude").mkdir()
    return home / ".claude" / "settings.json"


def put_in(path: Path, version: tuple[int, ...] = ()) -> str:
    return install.apply(AGENT, install.installation(AGENT, str(path), version))


def take_out(path: Path) -> None:
    install.apply(AGENT, install.removal(AGENT, str(path)))


def hooks(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())["hooks"]
    return found


# ---------------------------------------------------------------- in and out

CONTENTS = [
    "{}",
    "{}\n",
    '{ "hooks" : { } }',
    USERS,
    USERS.replace("\n", "\r\n"),
    "",
    " \n",
    "\ufeff" + USERS,
    '{"hooks": {"PreToolUse": []}}',
]


@pytest.mark.parametrize("content", CONTENTS)
def test_taking_it_out_gives_every_byte_back(settings: Path, content: str) -> None:
    settings.write_bytes(content.encode())
    backup = put_in(settings)
    assert settings.read_bytes() != content.encode()
    assert json.loads(settings.read_text("utf-8-sig"))["hooks"]["PreToolUse"][-1]["matcher"] == setup.BEFORE
    assert os.path.exists(backup) and os.stat(backup).st_mode & 0o777 == 0o600
    take_out(settings)
    assert settings.read_bytes() == content.encode()


def test_a_file_that_wasnt_there_goes_again(settings: Path) -> None:
    settings.parent.rmdir()
    put_in(settings)
    assert set(hooks(settings)) == {"PreToolUse", "PostToolUse", "SessionStart"}
    take_out(settings)
    assert not settings.exists()


def test_what_is_put_in(settings: Path) -> None:
    settings.write_text(USERS)
    put_in(settings)
    before, ours = hooks(settings)["PreToolUse"]
    assert before["hooks"][0]["command"] == "my-own-hook"
    (handler,) = ours["hooks"]
    assert handler == {
        "type": "command",
        "command": sys.executable,
        "args": handler["args"],
        "timeout": hook.TIME_OUT,
        "onFailure": "block",
    }
    assert os.path.isabs(handler["command"]) and handler["args"][:3] == ["-I", "-S", "-c"]
    assert str(TOP) in handler["args"][3] and hook.TIME_OUT > hook.DEADLINE
    assert list(json.loads(settings.read_text())) == ["model", "permissions", "hooks", "env"]
    for line in USERS.splitlines()[:6]:
        assert line in settings.read_text()


def test_an_older_claude_code_gets_a_line_that_denies_when_it_crashes(settings: Path) -> None:
    put_in(settings, (2, 1, 294))
    (handler,) = hooks(settings)["PreToolUse"][0]["hooks"]
    assert "args" not in handler and handler["command"].endswith("|| exit 2")
    assert not list(setup.weaknesses(handler, (2, 1, 294)))
    put_in(settings, (2, 1, 295))
    (handler,) = hooks(settings)["PreToolUse"][0]["hooks"]
    assert handler["onFailure"] == "block"


def test_doing_it_again_changes_nothing(settings: Path) -> None:
    settings.write_text(USERS)
    put_in(settings)
    once = settings.read_bytes()
    assert install.installation(AGENT, str(settings)).nothing
    assert put_in(settings) == "" and settings.read_bytes() == once
    take_out(settings)
    assert settings.read_text() == USERS
    assert install.removal(AGENT, str(settings)).nothing


def test_what_the_user_changed_meanwhile_stays(settings: Path) -> None:
    settings.write_text(USERS)
    put_in(settings)
    settings.write_text(settings.read_text().replace('"opus"', '"sonnet"'))
    take_out(settings)
    assert settings.read_text() == USERS.replace('"opus"', '"sonnet"')


def test_installing_again_after_the_user_changed_something_keeps_that(settings: Path) -> None:
    settings.write_text(USERS)
    put_in(settings, (2, 1, 200))
    settings.write_text(settings.read_text().replace('"opus"', '"sonnet"'))
    put_in(settings)
    take_out(settings)
    assert settings.read_text() == USERS.replace('"opus"', '"sonnet"')


def test_a_hook_typed_in_by_hand_is_replaced(settings: Path) -> None:
    by_hand = {"matcher": "Bash", "hooks": [{"type": "command", "command": "guardsh hook claude-code || exit 2"}]}
    settings.write_text(json.dumps({"hooks": {"PreToolUse": [by_hand]}}))
    put_in(settings)
    (group,) = hooks(settings)["PreToolUse"]
    assert group["matcher"] == setup.BEFORE


def test_a_group_shared_with_another_hook_is_left_alone(settings: Path) -> None:
    mixed = {"hooks": [{"type": "command", "command": "other"}, {"type": "command", "command": "guardsh hook claude"}]}
    settings.write_text(json.dumps({"hooks": {"PreToolUse": [mixed]}}))
    put_in(settings)
    take_out(settings)
    assert hooks(settings)["PreToolUse"] == [mixed]


def test_links_stay_links(settings: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text(USERS)
    settings.symlink_to(real)
    put_in(settings)
    assert settings.is_symlink() and "guardsh" in real.read_text()
    take_out(settings)
    assert settings.is_symlink() and real.read_text() == USERS


def test_the_mode_stays(settings: Path) -> None:
    settings.write_text(USERS)
    settings.chmod(0o640)
    put_in(settings)
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640


def test_one_file_is_left_behind_by_nothing(settings: Path) -> None:
    settings.write_text(USERS)
    put_in(settings)
    assert os.listdir(settings.parent) == ["settings.json"]


# ---------------------------------------------------------------- where it refuses

REFUSED: list[tuple[str, bytes, str]] = [
    ("broken", b'{\n  "a": 1,\n}', "line 3, column 1"),
    ("comments", b'{\n  // mine\n  "a": 1\n}', "line 2, column 3"),
    ("array", b"[]", "the whole isn't an object"),
    ("hooks", b'{"hooks": []}', "hooks isn't an object"),
    ("event", b'{"hooks": {"PreToolUse": {"a": 1}}}', "hooks.PreToolUse isn't an array"),
    ("latin-1", b'{"a": "\xfc"}', "isn't UTF-8"),
]


@pytest.mark.parametrize(("content", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_file_that_isnt_understood_is_left_alone(settings: Path, content: bytes, said: str) -> None:
    settings.write_bytes(content)
    with pytest.raises(install.CannotInstall) as refused:
        put_in(settings)
    assert said in str(refused.value) and str(settings) in str(refused.value)
    assert settings.read_bytes() == content


def test_a_read_only_file_is_left_alone(settings: Path) -> None:
    settings.write_text(USERS)
    settings.chmod(0o444)
    with pytest.raises(install.CannotInstall, match="read-only"):
        put_in(settings)
    assert settings.read_text() == USERS


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_something_else_than_a_file_is_left_alone(settings: Path, make: Callable[[Path], None]) -> None:
    make(settings)
    with pytest.raises(install.CannotInstall, match="isn't a plain file"):
        put_in(settings)


def test_without_a_place_for_the_backup_nothing_changes(home: Path, settings: Path) -> None:
    settings.write_text(USERS)
    (home / ".local").write_text("a file")
    with pytest.raises(install.CannotInstall, match="state directory"):
        put_in(settings)
    assert settings.read_text() == USERS


def test_a_broken_backup_costs_only_the_exact_bytes(home: Path, settings: Path) -> None:
    settings.write_text(USERS)
    backup = put_in(settings)
    Path(backup).write_text("nonsense")
    take_out(settings)
    assert settings.read_text() == USERS


# ---------------------------------------------------------------- does it work?


def with_home(home: Path) -> list[str]:
    """The hook's command line with the test's home."""
    argv = install.hook_command(AGENT)
    code = argv[-1].replace("; from", f"; import guardsh.places; guardsh.places.home = lambda: {str(home)!r}; from")
    assert code != argv[-1]
    return [*argv[:-1], code]


def test_the_command_line_refuses_the_canary_and_lets_work_pass(home: Path) -> None:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    assert install.problem_of(AGENT, with_home(home), str(home), environment) == ""


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["/bin/true"], "doesn't refuse the canary"),
        (["/bin/false"], "doesn't refuse the canary"),
        (["/nonexistent/python"], "can't be started"),
        ([sys.executable, "-c", "import nonexistent_module"], "doesn't refuse the canary (ModuleNotFoundError"),
        (["/bin/sh", "-c", "echo no >&2; exit 2"], "stops a harmless command (no)"),
        (["/bin/sh", "-c", "echo '{}'"], "doesn't refuse the canary"),
    ],
)
def test_a_command_line_that_doesnt_guard_is_found_out(home: Path, argv: list[str], said: str) -> None:
    assert said in install.problem_of(AGENT, argv, str(home), {"PATH": os.environ["PATH"]})


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("echo '2.1.301 (Claude Code)'", (2, 1, 301)),
        ("echo Hello", ()),
        ("exit 1", ()),
        ("exit 1; echo 1.2.3", ()),
    ],
)
def test_the_version_is_asked_of_the_program(tmp_path: Path, script: str, version: tuple[int, ...]) -> None:
    program = tmp_path / "claude"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert install.version_of(AGENT, {"PATH": str(tmp_path)}) == version
    assert install.version_of(AGENT, {"PATH": str(tmp_path / "elsewhere")}) == ()


@pytest.mark.parametrize(
    ("handler", "version", "said"),
    [
        ({"command": "guardsh hook claude"}, (), "crashes"),
        ({"command": "guardsh hook claude || exit 2"}, (), ""),
        ({"command": "p", "args": []}, (), "doesn't start"),
        ({"command": "p", "args": [], "onFailure": "block"}, (2, 1, 100), "before 2.1.295"),
        ({"command": "p", "args": [], "onFailure": "block"}, (2, 1, 295), ""),
        ({"command": "p", "args": [], "onFailure": "block", "timeout": 3}, (), "time-out"),
        ({"command": "p", "args": [], "onFailure": "block", "timeout": "x"}, (), "time-out"),
    ],
)
def test_what_a_handler_leaves_open(handler: dict[str, Any], version: tuple[int, ...], said: str) -> None:
    found = " ".join(setup.weaknesses(handler, version))
    assert said in found and bool(said) == bool(found)


@pytest.mark.parametrize(
    ("tool", "seen"),
    [
        ("Bash", True), ("PowerShell", True), ("Write", True), ("Edit", True), ("MultiEdit", True),
        ("NotebookEdit", True), ("mcp__railway__volume_delete", True), ("mcp__x", True), ("BashOutput", False),
        ("TodoWrite", False), ("Read", False),
    ],
)  # fmt: skip
def test_the_matcher_means_these_tools(tool: str, seen: bool) -> None:
    import re

    assert bool(re.search(setup.BEFORE, tool)) == seen
    assert not set(setup.BEFORE) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-, |")
