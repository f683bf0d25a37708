"""`guardsh rules list|show|new|test|lint|docs`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guardsh.cli.rules import command
from guardsh.config import Settings
from tests.support import TOP

PACK = """
[pack]
id = "acme"
title = "Acme"

[[rule]]
id = "acme.volume-delete"
command = "acme volume delete"
score = 75
loses = "Acme volume {operand}"
catches = ["acme volume delete v1"]
spares = ["acme volume list"]
"""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guardsh.config.load", lambda *_: Settings())


def rules(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_list_names_every_rule_with_its_score_and_loss() -> None:
    done = rules("list", "railway")
    assert done.exit_code == 0
    assert "railway.volume-delete" in done.output and " 85  " in done.output
    assert "git." not in done.output
    whole = rules("list").output
    assert all(f"{pack}  " in whole for pack in ("files", "git", "sql", "http", "terraform"))


def test_show_is_the_page_of_a_rule() -> None:
    done = rules("show", "git.push-force")
    assert done.exit_code == 0
    assert "git.push-force" in done.output and "git push" in done.output


def test_show_names_the_nearest_rule() -> None:
    done = rules("show", "git.push-forc")
    assert done.exit_code == 1
    assert "no rule 'git.push-forc'" in done.output and "git.push-force" in done.output


def test_an_own_pack_is_tested_together_with_the_others(tmp_path: Path) -> None:
    pack = tmp_path / "acme.toml"
    pack.write_text(PACK)
    done = rules("test", str(pack))
    assert (done.exit_code, done.output) == (0, "1 packs, 0 problems\n")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"acme volume delete v1"', '"acme volume list"', "isn't caught by this rule"),
        ('spares = ["acme volume list"]', 'spares = ["acme volume delete v2"]', "should be spared"),
        ('spares = ["acme volume list"]\n', "", "has no spares"),
        ("score = 75", "score = 30", ""),
    ],
)
def test_a_rule_that_doesnt_keep_its_word_fails(tmp_path: Path, before: str, after: str, said: str) -> None:
    pack = tmp_path / "acme.toml"
    assert before in PACK
    pack.write_text(PACK.replace(before, after))
    done = rules("test", str(pack))
    assert said in done.output
    assert done.exit_code == (1 if said else 0)


def test_a_broken_pack_is_named_with_its_place(tmp_path: Path) -> None:
    pack = tmp_path / "acme.toml"
    pack.write_text(PACK.replace("command =", "comand ="))
    done = rules("test", str(pack))
    assert done.exit_code == 1
    assert "acme.toml" in done.output and "acme.volume-delete" in done.output and '"command"' in done.output


def test_the_example_pack_keeps_its_word() -> None:
    done = rules("test", str(TOP / "examples" / "acme.toml"))
    assert (done.exit_code, done.output) == (0, "1 packs, 0 problems\n")


def test_a_new_pack_keeps_its_word_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "frob.toml is written" in rules("new", "frob").output
    assert rules("test", "frob.toml").output == "1 packs, 0 problems\n"
    assert rules("lint", "frob.toml").output == "1 packs, 0 remarks\n"


def test_new_writes_over_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "frob.toml").write_text("mine")
    done = rules("new", "frob")
    assert done.exit_code == 1 and "is there already" in done.output
    assert (tmp_path / "frob.toml").read_text() == "mine"
    assert rules("new", "frob", "--force").exit_code == 0
    for name in ("Frob", "../frob", "fr ob", ""):
        assert "is no name for a pack" in rules("new", name).output


def test_lint_tells_what_is_odd(tmp_path: Path) -> None:
    pack = tmp_path / "acme.toml"
    pack.write_text(PACK.replace('"acme volume list"', '"ls"'))
    done = rules("lint", str(pack))
    assert done.exit_code == 1
    assert "acme.toml: acme.volume-delete: near-miss: " in done.output
    assert "acme.toml: acme.volume-delete: advice: " in done.output
    assert done.output.endswith("1 packs, 2 remarks\n")


def test_lint_names_a_broken_pack(tmp_path: Path) -> None:
    pack = tmp_path / "acme.toml"
    pack.write_text("[[[")
    done = rules("lint", str(pack))
    assert done.exit_code == 1 and "isn't valid TOML" in done.output


def test_own_packs_are_in_force_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme.toml").write_text(PACK)
    monkeypatch.setattr("guardsh.config.load", lambda *_: Settings(packs=(str(tmp_path),)))
    assert "acme.volume-delete" in rules("list", "acme").output
    assert "score 75" in rules("show", "acme.volume-delete").output


def test_docs_are_written_to_a_file(tmp_path: Path) -> None:
    assert rules("docs", str(tmp_path / "rules.md")).exit_code == 0
    assert (tmp_path / "rules.md").read_text() == rules("docs").output
    assert rules("docs", str(tmp_path / "none" / "rules.md")).exit_code == 1
