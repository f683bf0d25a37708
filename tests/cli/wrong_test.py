"""`guardsh wrong`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh import places
from guardsh.cli import common
from guardsh.cli.wrong import command
from guardsh.config import Settings
from guardsh.record import log


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    monkeypatch.setattr("guardsh.config.load", lambda *_: Settings())
    common.rules.cache_clear()
    return path


def wrong(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def stopped(text: str, rule: str, **more: str) -> None:
    assert log.write(log.Entry(text, "confirm", log.BLOCKED, score=60, rules=(rule,), **more))


def test_a_false_alarm_becomes_a_line(home: Path) -> None:
    stopped("git push --force origin main", "git.push-force", request="abc123")
    done = wrong("abc123")
    assert done.exit_code == 0
    assert '  spares = ["git push --force origin main"]\n' in done.output
    assert '"git.push-force" = { score = 30' in done.output
    assert wrong("abc123", "--line").output == 'spares = ["git push --force origin main"]\n'


def test_secrets_and_the_names_of_places_are_taken_out(home: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    stopped(f"cat {home}/.netrc; echo {token}", "secrets.read", request="r1", directory=f"{home}/shop")
    line = wrong("r1", "--line").output
    assert token not in line
    assert str(home) not in line
    assert "/home/u/.netrc" in line


def test_where_the_state_decided_that_is_said() -> None:
    stopped("git reset --hard", "git.reset-hard", request="r1")
    assert "Add that as `given`" in wrong("r1").output
    stopped("git push -f origin main", "git.push-force", request="r2")
    assert "given" not in wrong("r2").output


def test_a_rule_of_ones_own_is_mended_in_its_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = tmp_path / "acme.toml"
    pack.write_text('[pack]\nid = "acme"\n[[rule]]\nid = "acme.rm"\ncommand = "acme rm"\nscore = 50\nloses = "x"\n')
    monkeypatch.setattr("guardsh.config.load", lambda *_: Settings(packs=(str(pack),)))
    stopped("acme rm cache", "acme.rm", request="r1")
    done = wrong("r1")
    assert f"The rule is your own: add the line to it in {pack}" in done.output
    assert "[rules.score]" not in done.output


def test_what_passed_becomes_a_catch() -> None:
    assert log.write(log.Entry("acme vanish x", "pass", log.RAN, request="r9"))
    done = wrong("r9")
    assert done.exit_code == 0
    assert 'catches = ["acme vanish x"]' in done.output


def test_no_such_entry_is_said() -> None:
    done = wrong("nothing1")
    assert done.exit_code == 1
    assert "the log has no entry nothing1" in done.output
