"""Every agent's set-up: in and out without a trace, and what is put in refuses the canary and whatever goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guardsh import places
from guardsh.agents import AGENTS, hook, install
from guardsh.agents.setups import line_of
from tests.agents.forms import OTHERS

SHARED = ("cursor", "codex", "gemini", "windsurf", "openhands")  # files that others write too
OWN = tuple(sorted(set(OTHERS) - set(SHARED)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    real = install.hook_command

    def with_home(agent: str) -> list[str]:
        argv = real(agent)
        patch = f"; import guardsh.places; guardsh.places.home = lambda: {str(path)!r}; from"
        return [*argv[:-1], argv[-1].replace("; from", patch)]

    monkeypatch.setattr(install, "hook_command", with_home)
    return path


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"]}


def settings(agent: str, home: Path, scope: str = "user") -> Path:
    return Path(install.settings_file(agent, scope, str(home / "project"), {}))


def put_in(agent: str, path: Path) -> str:
    return install.apply(agent, install.installation(agent, str(path)))


def take_out(agent: str, path: Path) -> None:
    install.apply(agent, install.removal(agent, str(path)))


def hooks(agent: str, path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    return list(install.SETUPS[agent].hooks(path.read_text()))


@pytest.mark.parametrize("agent", OTHERS)
def test_in_twice_and_out_leaves_nothing(agent: str, home: Path) -> None:
    path = settings(agent, home)
    put_in(agent, path)
    once = path.read_bytes()
    assert install.installation(agent, str(path)).nothing and put_in(agent, path) == ""
    assert path.read_bytes() == once
    setup = install.SETUPS[agent]
    assert {(event, matcher) for event, matcher, _ in hooks(agent, path)} == set(setup.EVENTS)
    assert not list(setup.gaps((event, matcher) for event, matcher, _ in hooks(agent, path)))
    take_out(agent, path)
    assert not path.exists() and install.removal(agent, str(path)).nothing


def users(agent: str) -> str:
    """Settings as a person has them, in their own way of writing."""
    setup = install.SETUPS[agent]
    own = {"command": "my-own-hook"} if setup.FLAT else {"matcher": "x", "hooks": [{"command": "my-own-hook"}]}
    values = {"version": 1, "hooks": {setup.SHELL_EVENT: [own], "Stop": []}, "mine": "ü"}
    return json.dumps(values, indent=4).replace("\n", "\r\n")


@pytest.mark.parametrize("agent", SHARED)
def test_what_a_person_has_there_stays(agent: str, home: Path) -> None:
    path = settings(agent, home)
    path.parent.mkdir(parents=True)
    path.write_bytes(users(agent).encode())
    backup = put_in(agent, path)
    assert b"my-own-hook" in path.read_bytes() and os.stat(backup).st_mode & 0o777 == 0o600
    changed = path.read_bytes().replace(b'"mine"', b'"ours"')
    path.write_bytes(changed)
    take_out(agent, path)
    assert path.read_bytes() == users(agent).encode().replace(b'"mine"', b'"ours"')
    put_in(agent, path)
    take_out(agent, path)
    assert path.read_bytes() == users(agent).encode().replace(b'"mine"', b'"ours"')


@pytest.mark.parametrize("agent", OWN)
def test_somebody_elses_file_is_left_alone(agent: str, home: Path) -> None:
    path = settings(agent, home)
    path.parent.mkdir(parents=True)
    path.write_text('{"hooks": {}}')
    with pytest.raises(install.CannotInstall, match="isn't guardsh's"):
        put_in(agent, path)
    assert install.removal(agent, str(path)).nothing and path.read_text() == '{"hooks": {}}'


def test_openhands_without_the_outer_key(home: Path) -> None:
    path = settings("openhands", home)
    path.parent.mkdir(parents=True)
    path.write_text('{"PreToolUse": [{"matcher": "x", "hooks": []}]}')
    put_in("openhands", path)
    values = json.loads(path.read_text())
    assert "hooks" not in values and len(values["PreToolUse"]) == 2
    take_out("openhands", path)
    assert path.read_text() == '{"PreToolUse": [{"matcher": "x", "hooks": []}]}'


@pytest.mark.parametrize("agent", OTHERS)
def test_scopes(agent: str, home: Path) -> None:
    user = settings(agent, home)
    assert str(user).startswith(f"{home}/") and "project" not in str(user)
    if agent == "amp":
        with pytest.raises(install.CannotInstall, match="no hooks of a project"):
            settings(agent, home, "project")
    else:
        assert str(settings(agent, home, "project")).startswith(f"{home}/project/")


@pytest.mark.parametrize(
    ("agent", "variable"),
    [("codex", "CODEX_HOME"), ("copilot", "COPILOT_HOME"), ("vscode", "COPILOT_HOME"), ("kiro", "KIRO_HOME")],
)
def test_a_home_of_the_agents_own(agent: str, variable: str, home: Path) -> None:
    path = install.settings_file(agent, "user", "/p", {variable: "/elsewhere"})
    assert path.startswith("/elsewhere/") and not path.startswith("/elsewhere/.")


def test_copilot_and_vscode_share_a_file(home: Path) -> None:
    put_in("copilot", settings("copilot", home))
    assert settings("copilot", home) == settings("vscode", home)
    assert install.installation("vscode", str(settings("vscode", home))).nothing


def test_what_is_executed_is_executable(home: Path) -> None:
    put_in("cline", settings("cline", home))
    assert stat.S_IMODE(settings("cline", home).stat().st_mode) == 0o755
    put_in("kiro", settings("kiro", home))
    assert stat.S_IMODE(settings("kiro", home).stat().st_mode) == 0o600


@pytest.mark.parametrize("agent", OTHERS)
def test_what_was_put_in_refuses_the_canary_and_lets_work_pass(agent: str, home: Path) -> None:
    path = settings(agent, home)
    put_in(agent, path)
    setup = install.SETUPS[agent]
    guarding = [handler for event, _, handler in hooks(agent, path) if setup.guards_commands(event)]
    (handler,) = guarding
    assert install.problem_of(agent, setup.argv_of(handler), str(home), environment(home)) == ""
    assert not list(setup.weaknesses(handler, ()))


@pytest.mark.parametrize("agent", OTHERS)
@pytest.mark.parametrize(
    "argv",
    [["/nonexistent/python"], ["/bin/false"], ["/bin/sh", "-c", "kill -9 $$"], ["/bin/sh", "-c", "exit 127"]],
    ids=["missing", "fails", "killed", "127"],
)
def test_a_hook_that_cant_run_is_a_denial(agent: str, argv: list[str], home: Path) -> None:
    """As the agent starts it: by its shell, or by the plugin, which has a test of its own."""
    setup = install.SETUPS[agent]
    if agent in ("opencode", "amp"):
        pytest.skip("the plugin is tested with node")
    text = setup.added("", argv, (), hook.TIME_OUT)
    text = text.replace("guardsh: BLOCKED", "guardsh.agents.hook guardsh: BLOCKED")  # so that it is found as ours
    (handler, *_) = [handler for event, _, handler in setup.hooks(text) if setup.guards_commands(event)]
    done = subprocess.run(setup.argv_of(handler), input=b"{}", capture_output=True, cwd="/", timeout=20)
    if agent == "cline":
        assert json.loads(done.stdout)["cancel"] is True
    else:
        assert done.returncode == 2 and b"guardsh: BLOCKED" in done.stderr


def test_the_line_leaves_a_denial_by_status_as_it_is() -> None:
    line = line_of(["/bin/sh", "-c", "echo no >&2; exit 2"])
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"no\n")
    assert subprocess.run(["/bin/sh", "-c", line_of(["/bin/true"])], capture_output=True).returncode == 0


# ---------------------------------------------------------------- plugins, in node

NODE = shutil.which("node")
HARNESSES = {
    "opencode": """
const plugin = await (await import(process.argv[2])).Guardsh({ directory: process.argv[3] });
const output = { args: { command: process.argv[5] } };
try {
  await plugin["tool.execute.before"]({ tool: process.argv[4], sessionID: "s" }, output);
  console.log("allow");
} catch (problem) { console.log("deny " + problem.message); }
""",
    "amp": """
let handler;
process.chdir(process.argv[3]);
(await import(process.argv[2])).default({
  on: (name, given) => { handler = given; },
  helpers: { shellCommandFromToolCall: (event) => event.input.cmd ? { command: event.input.cmd } : null },
});
const tool = process.argv[4] === "bash" ? "Bash" : process.argv[4] === "read" ? "Read" : process.argv[4];
const answer = await handler({ tool, input: { cmd: process.argv[5] }, thread: { id: "T" } });
console.log(answer.action === "allow" ? "allow" : "deny " + answer.message);
""",
}


def plugin(agent: str, home: Path, tool: str, command: str, argv: list[str] | None = None, time_out: int = 16) -> str:
    """What the plugin says of a tool, run by node as the agent would run it."""
    if NODE is None:
        pytest.skip("node isn't here")
    module, harness = home / "plugin.mjs", home / "harness.mjs"
    module.write_text(install.SETUPS[agent].content(argv or install.hook_command(agent), time_out))
    harness.write_text(HARNESSES[agent])
    done = subprocess.run(
        [NODE, str(harness), str(module), str(home), tool, command],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(home),
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("agent", ["opencode", "amp"])
def test_the_plugin_stops_and_lets_through(agent: str, home: Path) -> None:
    assert plugin(agent, home, "bash", "rm -rf ~").startswith("deny guardsh: BLOCKED by your user's policy")
    assert plugin(agent, home, "bash", "ls -la") == "allow\n"
    assert plugin(agent, home, "railway_volume_delete", "").startswith("deny guardsh: BLOCKED until a person says yes")


@pytest.mark.parametrize("agent", ["opencode", "amp"])
@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["/nonexistent/python"], "can't be started"),
        (["/bin/false"], "couldn't decide"),
        (["/bin/sh", "-c", "kill -9 $$"], "couldn't decide"),
        (["/bin/sh", "-c", "exec sleep 30"], "took too long"),
        ([sys.executable, "-c", "import nonexistent_module"], "ModuleNotFoundError"),
    ],
    ids=["missing", "fails", "killed", "hangs", "broken"],
)
def test_the_plugin_denies_when_the_hook_cant_run(agent: str, argv: list[str], said: str, home: Path) -> None:
    told = plugin(agent, home, "bash", "ls", argv, time_out=1)
    assert told.startswith("deny guardsh: BLOCKED, nothing ran: ") and said in told


@pytest.mark.parametrize("agent", ["opencode", "amp"])
def test_the_plugin_lets_looking_tools_through_at_once(agent: str, home: Path) -> None:
    assert plugin(agent, home, "read", "x", ["/bin/false"]) == "allow\n"


@pytest.mark.parametrize("agent", ["opencode", "amp", "cline"])
def test_a_changed_program_is_noticed(agent: str, home: Path) -> None:
    path = settings(agent, home)
    put_in(agent, path)
    path.write_text(path.read_text() + "\n# changed\n")
    (handler,) = [handler for _, _, handler in hooks(agent, path)]
    assert list(install.SETUPS[agent].weaknesses(handler, ())) == ["was changed since it was written"]


# ---------------------------------------------------------------- what is open


@pytest.mark.parametrize(
    ("agent", "change", "said"),
    [
        ("cursor", {"failClosed": False}, "failClosed"),
        ("cursor", {"command": "guardsh hook cursor"}, "crashes"),
        ("cursor", {"timeout": 3}, "time-out"),
        ("codex", {"command": "guardsh hook codex"}, "crashes"),
        ("codex", {"timeout": "x"}, "time-out"),
        ("gemini", {"timeout": 16}, "time-out"),
        ("goose", {"on_failure": "allow"}, "on_failure"),
        ("kiro", {"enabled": False}, "enabled"),
        ("openhands", {"timeout": 5}, "time-out"),
        ("windsurf", {"command": "guardsh hook windsurf"}, "crashes"),
        ("copilot", {"timeoutSec": 5}, "time-out"),
    ],
)
def test_what_a_handler_leaves_open(agent: str, change: dict[str, Any], said: str, home: Path) -> None:
    path = settings(agent, home)
    put_in(agent, path)
    setup = install.SETUPS[agent]
    (handler, *_) = [handler for event, _, handler in hooks(agent, path) if setup.guards_commands(event)]
    (found,) = setup.weaknesses({**handler, **change}, ())
    assert said in found


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        ("gemini", '{"hooksConfig": {"enabled": false}}'),
        ("gemini", '{"hooksConfig": {"disabled": ["guardsh"]}}'),
        ("copilot", '{"disableAllHooks": true}'),
    ],
)
def test_hooks_that_are_switched_off(agent: str, text: str) -> None:
    assert install.SETUPS[agent].switched_off(text)
    assert not install.SETUPS[agent].switched_off("{}")


def test_codex_without_hooks(home: Path) -> None:
    (home / ".codex").mkdir()
    notes = install.SETUPS["codex"].notes
    assert [note.open for note in notes(str(home), "/", {})] == [False]
    (home / ".codex" / "config.toml").write_text("[features]\nhooks = false\n")
    assert [note.open for note in notes(str(home), "/", {})] == [True, False]


def test_a_second_hook_through_claude_codes_settings_is_told(home: Path) -> None:
    for agent in ("copilot", "vscode"):
        assert not list(install.SETUPS[agent].notes(str(home), "/p", {}))
    claude = home / ".claude" / "settings.json"
    claude.parent.mkdir()
    claude.write_text("{}")
    put_in("claude-code", claude)
    for agent in ("copilot", "vscode"):
        (note,) = install.SETUPS[agent].notes(str(home), "/p", {})
        assert str(claude) in note.text and not note.open


def test_every_agent_can_be_set_up() -> None:
    assert set(install.SETUPS) == set(AGENTS)
    for name, setup in install.SETUPS.items():
        assert name == setup.NAME and setup.HOOK in AGENTS
