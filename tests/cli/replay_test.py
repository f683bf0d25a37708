"""`guardsh replay` as a newcomer sees it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.cli import replay
from tests.support_home import environment, launcher

FILES = Path(__file__).parent.parent / "record" / "sessions"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    return path


def run(home: Path, *arguments: str | Path) -> Result:
    runner = CliRunner(env={"HOME": str(home), "PATH": os.defpath})
    return runner.invoke(replay.command, list(map(str, arguments)))


def test_report(home: Path) -> None:
    lines = run(home, FILES).output.splitlines()
    assert lines[0] == "4 sessions, 8 commands · 3 would have been stopped (37.50 %) · 1 session without a stop"
    assert lines[1].startswith("  2  files.delete-home      ") and "rm -rf ~" in lines[1]
    assert lines[2].startswith("  1  mcp.destroys-resource  ")
    assert lines[-1] == "0 would have been noted. Read completely: 8 of 8. `--list` shows each."


def test_list_shows_each(home: Path) -> None:
    output = run(home, "--list", FILES).output
    assert output.count("refuse · ") == 2 and output.count("confirm · ") == 1
    assert "^" in output and "`--list`" not in output


def test_json(home: Path) -> None:
    report = json.loads(run(home, "--json", FILES).output)
    assert (report["sessions"], report["commands"], report["stopped"], report["understood"]) == (4, 8, 3, 8)
    assert report["rules"] == {"files.delete-home": 2, "mcp.destroys-resource": 1}
    assert {stop["verdict"] for stop in report["stops"]} == {"refuse", "confirm"}


def test_nothing_to_judge(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    done = run(home, tmp_path / "empty")
    assert done.exit_code == 1 and "no commands found" in done.output
    assert run(home, tmp_path / "missing").exit_code == 2


def test_an_unreadable_file_is_named_and_the_rest_judged(home: Path, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\0")
    (tmp_path / "history").write_text("ls\n")
    done = run(home, tmp_path / "binary", tmp_path / "history")
    assert done.exit_code == 0 and "binary: isn't a text" in done.output and "1 command " in done.output


def test_a_bar_on_a_terminal_for_long_input(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text((json.dumps({"note": "x" * 1000}) + "\n") * 1100 + '{"command": "ls"}\n')
    home = tmp_path / "home"
    argv = [*launcher(tmp_path, home), "replay", str(tmp_path / "a.jsonl")]
    master, slave = pty.openpty()
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=slave, env=environment(home), timeout=60)
    os.close(slave)
    assert b"judging" in os.read(master, 10_000)
    os.close(master)
    assert done.returncode == 0 and done.stdout.startswith(b"1 session, 1 command ")
    quiet = subprocess.run(argv, capture_output=True, env=environment(home), timeout=60)
    assert quiet.stderr == b"" and quiet.stdout == done.stdout
