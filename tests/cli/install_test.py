"""`guardsh install`, `uninstall`, `doctor` and `hook` as a person meets them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.agents import install as installing
from guardsh.cli import doctor, install, uninstall
from guardsh.confirm import passphrase, presence
from tests.support_home import environment, launcher

USERS = '{\n  "model": "opus"\n}\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    (path / ".claude").mkdir(parents=True)
    path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    monkeypatch.setattr(presence, "agent_speaks", lambda _: None)
    real = installing.hook_command

    def with_home(agent: str) -> list[str]:
        argv = real(agent)
        patch = f"; import guardsh.places; guardsh.places.home = lambda: {str(path)!r}; from"
        return [*argv[:-1], argv[-1].replace("; from", patch)]

    monkeypatch.setattr(installing, "hook_command", with_home)
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def settings(home: Path) -> Path:
    return home / ".claude" / "settings.json"


def run(home: Path, command: object, *arguments: str) -> Result:
    runner = CliRunner(env={"HOME": str(home), "PATH": os.defpath, "CLAUDE_CONFIG_DIR": None})
    return runner.invoke(command, list(arguments))  # type: ignore[arg-type]


def test_in_and_out_again(home: Path, settings: Path) -> None:
    settings.write_text(USERS)
    done = run(home, install.command, "claude-code")
    assert done.exit_code == 0
    assert done.output.startswith(f"guardsh stands in front of claude-code.\n  settings: {settings}\n")
    assert "tested: the canary is refused" in done.output and "CLAUDE.md" in done.output
    assert "guardsh setup" in done.output and "approve" not in done.output
    again = run(home, install.command, "claude-code")
    assert again.output.startswith("guardsh stands in front of claude-code already.")
    done = run(home, uninstall.command, "claude-code")
    assert (done.exit_code, done.output) == (0, f"guardsh is out of {settings}.\n")
    assert settings.read_text() == USERS
    assert run(home, uninstall.command, "claude-code").output == f"guardsh wasn't in {settings}.\n"


def test_a_project_gets_settings_of_its_own(home: Path) -> None:
    done = run(home, install.command, "claude-code", "--project")
    assert done.exit_code == 0
    assert "guardsh" in (home / ".claude" / "settings.local.json").read_text()
    assert not (home / ".claude" / "settings.json").exists()
    run(home, uninstall.command, "claude-code", "--project")
    assert not (home / ".claude" / "settings.local.json").exists()


def test_dry_runs_change_nothing(home: Path, settings: Path) -> None:
    settings.write_text(USERS)
    done = run(home, install.command, "claude-code", "--dry-run")
    assert done.output.startswith(f"--- {settings}\n+++ {settings}\n") and '+  "hooks": {' in done.output
    assert settings.read_text() == USERS and not (home / ".local").exists()
    run(home, install.command, "claude-code")
    installed = settings.read_text()
    assert run(home, install.command, "claude-code", "--dry-run").output == f"{settings}: nothing to change\n"
    done = run(home, uninstall.command, "claude-code", "--dry-run")
    assert '-  "hooks": {' in done.output and settings.read_text() == installed


def test_broken_settings_are_said_with_their_place(home: Path, settings: Path) -> None:
    settings.write_text('{\n  "a": 1,\n}\n')
    for command in (install.command, uninstall.command):
        done = run(home, command, "claude-code")
        assert done.exit_code == 1 and f"{settings}: line 3, column 1: " in done.output
    assert settings.read_text() == '{\n  "a": 1,\n}\n'


def test_a_hook_that_doesnt_guard_isnt_installed(home: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text(USERS)
    monkeypatch.setattr(installing, "hook_command", lambda _: ["/bin/true"])
    done = run(home, install.command, "claude-code")
    assert done.exit_code == 1 and "the hook doesn't refuse the canary; nothing was changed" in done.output
    assert settings.read_text() == USERS


def test_an_agent_cant_take_it_out(home: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, install.command, "claude-code")
    installed = settings.read_text()
    monkeypatch.setattr(presence, "agent_speaks", lambda _: "CLAUDE_CODE_CHILD_SESSION is set")
    done = run(home, uninstall.command, "claude-code")
    assert done.exit_code == 1 and "in a terminal of your own" in done.output
    assert settings.read_text() == installed


def test_unknown_agents_are_named(home: Path) -> None:
    done = run(home, install.command, "nobody")
    assert done.exit_code == 2 and "claude-code" in done.output


# ---------------------------------------------------------------- doctor


def rows(home: Path) -> tuple[int, dict[tuple[str, str], tuple[str, str, str]]]:
    done = run(home, doctor.command, "--json")
    return done.exit_code, {
        (row["what"], row["part"]): (row["state"], row["found"], row["fix"]) for row in json.loads(done.output)
    }


def test_doctor_before_and_after(home: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "is_set", lambda: True)
    assert rows(home)[1][("claude-code", "")] == ("hint", "not found", "")
    settings.write_text(USERS)
    status, found = rows(home)
    assert status == 1
    assert found[("claude-code", "hook")] == ("open", "not installed", "guardsh install claude-code")
    run(home, install.command, "claude-code")
    status, found = rows(home)
    assert status == 0
    assert found[("claude-code", "hook")] == ("ok", "canary refused", "")
    assert found[("approver", "passphrase")][0] == "ok"
    assert found[("packs", "")][1].endswith(" rules, 0 problems")
    assert found[("log", "")][1].endswith(" entries, the chain is whole")
    lines = run(home, doctor.command).output.splitlines()
    assert lines[0].startswith("claude-code  ") and lines[0].endswith("  ok")


def change(settings: Path, **handler: object) -> None:
    values = json.loads(settings.read_text())
    for group in values["hooks"]["PreToolUse"]:
        for one in group["hooks"]:
            one.update(handler)
    settings.write_text(json.dumps(values))


def test_doctor_finds_what_is_open(home: Path, settings: Path) -> None:
    run(home, install.command, "claude-code")
    installed = settings.read_text()

    def said() -> str:
        status, found = rows(home)
        assert status == 1 and found[("claude-code", "hook")][0] == "open"
        return found[("claude-code", "hook")][1]

    change(settings, command="/nonexistent/python")
    assert "can't be started" in said()
    settings.write_text(installed)
    change(settings, onFailure="ignore")
    assert "doesn't start lets the command through" in said()
    settings.write_text(installed.replace("mcp__", "xyz__"))
    assert "every tool" in said()
    settings.write_text("{,}")
    (home / ".claude" / "settings.local.json").write_text('{"disableAllHooks": true}')
    done = run(home, doctor.command)
    assert done.exit_code == 1
    assert f"{settings}: line 1, column 2" in done.output and "switched off in the settings" in done.output


def test_doctor_says_what_is_open_in_guardsh_itself(home: Path) -> None:
    configuration = home / ".config" / "guardsh"
    configuration.mkdir(parents=True)
    (configuration / "config.toml").write_text('mode = "observe"\n')
    status, found = rows(home)
    assert status == 1 and found[("config", "mode")][1] == "observe: nothing is stopped"
    (configuration / "config.toml").write_text("mode = 7\n")
    status, found = rows(home)
    assert status == 1 and "config.toml" in found[("config", "")][1]


def test_doctor_shows_a_log_that_was_changed(home: Path) -> None:
    from guardsh.record import log

    for _ in range(2):
        assert log.write(log.Entry("ls", "pass", log.RAN))
    path = home / ".local/state/guardsh/log/log.jsonl"
    path.write_text(path.read_text().replace("ls", "pwd", 1))
    status, found = rows(home)
    assert status == 1 and found[("log", "")][0] == "open" and "was changed" in found[("log", "")][1]


def test_doctor_tells_of_other_agents_and_of_shells(home: Path, tmp_path: Path) -> None:
    (home / ".cursor").mkdir()
    for agent in ("cursor", "codex", "goose"):
        assert run(home, install.command, agent).exit_code == 0
    status, found = rows(home)
    assert status == 0
    for agent in ("cursor", "codex", "goose"):
        assert found[(agent, "hook")][0] in ("ok", "hint")
        assert found[(agent, "shell")][0] == "hint"
    assert found[("windsurf", "")] == found[("zed", "")] == ("hint", "not found", "")
    assert "trusted" in found[("codex", "hook")][1]
    assert run(home, doctor.command).output.splitlines()[-1].startswith("not found: claude-code, gemini, ")
    settings = home / ".cursor" / "hooks.json"
    settings.write_text(settings.read_text().replace("beforeMCPExecution", "x"))
    status, found = rows(home)
    assert status == 1 and "every tool" in found[("cursor", "hook")][1]


def test_agents_without_hooks_are_told_of(home: Path) -> None:
    for agent, part in (("aider", "SHELL="), ("continue", "SHELL="), ("zed", "tool_permissions")):
        done = run(home, install.command, agent)
        assert done.exit_code == 0 and part in done.output
    assert list(home.iterdir()) == [home / ".claude"]


@pytest.mark.parametrize("agent", ["cursor", "codex", "gemini", "copilot", "cline", "opencode"])
def test_other_agents_in_and_out(home: Path, agent: str) -> None:
    before = sorted(home.rglob("*"))
    dry = run(home, install.command, agent, "--dry-run")
    assert dry.exit_code == 0 and "guardsh" in dry.output and sorted(home.rglob("*")) == before
    done = run(home, install.command, agent)
    assert done.exit_code == 0 and done.output.startswith(f"guardsh stands in front of {agent}.\n")
    assert "the canary is refused" in done.output and "  open: " not in done.output
    done = run(home, uninstall.command, agent)
    assert done.exit_code == 0 and done.output.startswith("guardsh is out of ")
    assert not [path for path in home.rglob("*") if path.is_file() and not {".local", ".cache"} & {*path.parts}]


def test_a_shared_project_file_is_pointed_out(home: Path) -> None:
    assert "keep it out of git" in run(home, install.command, "cursor", "--project").output
    done = run(home, install.command, "amp", "--project")
    assert done.exit_code == 1 and "no hooks of a project" in done.output


# ---------------------------------------------------------------- hook


@pytest.mark.parametrize(("command", "decision"), [("ls", None), ("rm -rf ~", "deny"), ("guardsh-canary", "deny")])
def test_hook_by_its_name(tmp_path: Path, command: str, decision: str | None) -> None:
    home = tmp_path / "ana"
    payload = installing.SETUPS["claude-code"].canary(str(tmp_path), command)
    done = subprocess.run(
        [*launcher(tmp_path, home), "hook", "claude-code"],
        input=json.dumps(payload).encode(),
        capture_output=True,
        env=environment(home),
        timeout=60,
    )
    assert done.returncode == 0
    told = json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] if done.stdout else None
    assert told == decision
