"""What the README says is so: its commands exist, its examples answer as shown, its files are there."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from pathlib import Path

import click
import pytest
import tomli
from click.testing import CliRunner

from guardsh import config_file
from guardsh.__main__ import SUBCOMMANDS
from guardsh.cli import COMMANDS, main
from guardsh.config import Settings
from tests.support import TOP

README = (TOP / "README.md").read_text(encoding="utf-8")
CONTEXT = click.Context(main)


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def guardsh_lines() -> list[str]:
    """Every use of guardsh in a fenced block or between backticks."""
    lines = [line for fence in fences("sh") + fences("console") for line in fence.splitlines()]
    spans = re.findall(r"`(guardsh [^`]*)`", README)
    found = [re.sub(r"\s+#.*", "", line.removeprefix("$ ")) for line in lines] + spans
    return sorted({line for line in found if line.startswith("guardsh ") and not line.startswith("guardsh COMMAND")})


def test_the_first_screen_says_what_it_is_shows_it_and_lets_one_try_it() -> None:
    first = README.splitlines()[:30]
    assert first[0] == "# guardsh"
    assert any("docs/demo.svg" in line for line in first)
    assert sum("guardsh demo" in line and line.startswith("python3 -m venv") for line in first) == 1
    assert any(line.startswith("| what") for line in first)


def test_the_two_commands_are_single_lines_that_need_nothing_else() -> None:
    commands = [line for fence in fences("sh") for line in fence.splitlines() if line.startswith("python3 -m venv")]
    assert [line.split(" && ")[-1] for line in commands] == [".venv/bin/guardsh demo", ".venv/bin/python -m pytest"]
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install -q ") for line in commands)
    assert "[dev]" in commands[1] and "[dev]" not in commands[0]


@pytest.mark.parametrize("line", guardsh_lines())
def test_every_command_in_it_is_one_that_exists(line: str) -> None:
    words = shlex.split(line.replace("[", " ").replace("]", " "))[1:]
    if words[0] in ("-c", "-s", "FILE"):
        return
    assert words[0] in COMMANDS
    command = main.get_command(CONTEXT, words[0])
    assert command is not None
    if isinstance(command, click.Group) and words[1:]:
        command = command.get_command(CONTEXT, words[1])
        assert command is not None, line
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_subcommand_is_in_it_and_has_help_that_fits_a_screen(name: str) -> None:
    assert re.search(rf"guardsh {name}\b", README)
    assert name in SUBCOMMANDS
    done = CliRunner().invoke(main, [name, "--help"], prog_name="guardsh")
    assert done.exit_code == 0
    assert len(done.output.splitlines()) <= 40
    command = main.get_command(CONTEXT, name)
    assert command is not None and command.help
    assert all(getattr(one, "help", "set") for one in command.params if isinstance(one, click.Option))


def test_help_lists_every_subcommand() -> None:
    said = CliRunner().invoke(main, ["--help"], prog_name="guardsh").output
    assert all(re.search(rf"^  {name} +\w", said, re.MULTILINE) for name in COMMANDS)
    assert len(said.splitlines()) <= 40


def test_its_transcripts_are_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guardsh.cli.common.load", lambda *_: Settings())
    transcripts = re.findall(r"^\$ guardsh (.*)\n((?:(?!\$ ).+\n)+)", "".join(fences("console")), re.MULTILINE)
    assert transcripts
    for line, said in transcripts:
        assert CliRunner().invoke(main, shlex.split(line), prog_name="guardsh").output == said


def test_its_configuration_is_a_valid_one() -> None:
    tables = [tomli.loads(fence) for fence in fences("toml")]
    assert tables
    for table in tables:
        config_file.check(table, "README.md")


@pytest.mark.parametrize("document", ["README.md", "docs/security.md", "rules/README.md"])
def test_its_links_lead_somewhere(document: str) -> None:
    path = TOP / document
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (path.parent / link).exists(), link


def test_the_picture_shows_the_block_and_needs_nothing_from_elsewhere() -> None:
    picture = (TOP / "docs" / "demo.svg").read_text(encoding="utf-8")
    assert "guardsh: BLOCKED" in picture and "is there, with its" in picture
    assert not re.search(r"(href|src|url\(|<script|@import)", picture)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("git")), reason="the picture is of a run with both")
def test_the_picture_is_of_the_demo_as_it_plays_now() -> None:
    """If it isn't: python docs/make_picture.py."""
    script = runpy.run_path(str(TOP / "docs" / "make_picture.py"))
    drawn = (TOP / "docs" / "demo.svg").read_text(encoding="utf-8")
    assert _words(script["drawn"](script["shown"](script["played"]()))) == _words(drawn)


def _words(picture: str) -> list[str]:
    """The lines of a picture without what differs from run to run."""
    lines = re.findall(r">([^<>]+)</text>", picture)
    return [re.sub(r"request \w+|\d+\.\d\d seconds", "…", line) for line in lines]


def test_the_licence_is_the_whole_gpl() -> None:
    text = (TOP / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 3, 29 June 2007" in text
    assert len(text.splitlines()) > 600
    project = tomli.loads(Path(TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "GPL-3.0-or-later"


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    script = (TOP / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m 1 -E '([^']+)' README.md", script)
    assert pattern is not None
    found = [line for line in README.splitlines() if re.search(pattern[1], line)]
    assert len(found) == 1 and found[0].endswith("python -m pytest")
