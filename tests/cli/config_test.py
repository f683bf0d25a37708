from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from guardsh import config, places
from guardsh.cli.config import command

USER = """\
mode = "observe"
confirm_from = 50
on_request = ["notify", "me"]
bash = "/usr/local/bin/bash"
[rules.disable]
"git.push-force" = "we do that"
[pack.git]
refuse_from = 80
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    (home / ".config/guardsh").mkdir(parents=True, mode=0o700)
    for folder in (home, home / ".config", home / ".config/guardsh"):
        folder.chmod(0o700)
    work = home / "work"
    work.mkdir()
    monkeypatch.setattr(places, "home", lambda: str(home))
    monkeypatch.setattr(config, "SYSTEM", str(tmp_path / "nosuch"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(work)
    return home


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def shown(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["show", *arguments])
    return done.exit_code, done.output


def test_defaults() -> None:
    status, output = shown()
    assert status == 0
    assert "confirm_from      40        default\n" in output


def test_where_each_value_came_from(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = home / ".config/guardsh/config.toml"
    write(user, USER)
    write(home / "work/.guardsh.toml", "confirm_from = 70\nrefuse_from = 70\n")
    monkeypatch.setenv("GUARDSH_AUDIT_REQUIRED", "1")
    status, output = shown()
    lines = {line.split()[0]: line.split() for line in output.splitlines() if line}
    assert status == 0
    assert lines["mode"] == ["mode", "observe", str(user)]
    assert lines["confirm_from"] == ["confirm_from", "50", str(user)]
    assert lines["refuse_from"] == ["refuse_from", "70", f"{home}/work/.guardsh.toml"]
    assert lines["audit.required"] == ["audit.required", "true", "the", "environment"] or lines["audit.required"][
        2:
    ] == ["environment"]
    assert lines["bash"][1:] == ["/usr/local/bin/bash", str(user)]
    assert lines["pack.git.refuse_from"][1:] == ["80", str(user)]
    assert lines['rules.disable."git.push-force"'][-1] == str(user)
    assert "left alone" in output and "confirm_from is left alone: this layer may only tighten" in output


def test_as_json(home: Path) -> None:
    write(home / ".config/guardsh/config.toml", USER)
    status, output = shown("--json")
    values = {one["key"]: (one["value"], one["from"]) for one in json.loads(output)["settings"]}
    assert status == 0
    assert values["on_request"] == (["notify", "me"], f"{home}/.config/guardsh/config.toml")
    assert values["profile"] == ("standard", "default")


def test_what_is_broken_is_said(home: Path) -> None:
    write(home / ".config/guardsh/config.toml", "confrim_from = 3\n")
    status, output = shown()
    assert status == 1
    assert "everything is confirmed" in output and 'did you mean "confirm_from"' in output
    assert "confirm_from      0 " in output
