"""`guardsh explain`: the arithmetic, line by line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from guardsh.cli.explain import command
from guardsh.config import Settings


@pytest.fixture
def explain(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr("guardsh.cli.common.load", lambda *_: Settings())

    def run(*arguments: str, stdin: str | None = None) -> str:
        done = CliRunner().invoke(command, arguments, input=stdin)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_a_score_is_shown_step_by_step(explain) -> None:  # type: ignore[no-untyped-def]
    lines = explain("cd infra && terraform destroy -auto-approve").splitlines()
    assert lines[0].startswith("confirm, typed · ") and "terraform.destroy" in lines[0]
    assert lines[1] == "    cd infra && terraform destroy -auto-approve"
    assert set(lines[2].strip()) == {"^"}
    assert lines[2].index("^") == lines[1].index("terraform")
    assert lines[-1] == "  read: 2 commands, understood completely"


def test_the_steps_add_up_to_the_score(explain) -> None:  # type: ignore[no-untyped-def]
    import re

    said = explain("git push --force origin main")
    score = int(re.match(r"\D*(\d+)", said)[1])  # type: ignore[index]
    block = said.split("also ·")[0]
    steps = [int(found) for found in re.findall(r"^ {4,7}([+-]?\d+)   (?!in all)", block, re.MULTILINE)]
    assert len(steps) > 1 and sum(steps) == score


def test_a_plain_pass_says_so(explain) -> None:  # type: ignore[no-untyped-def]
    assert explain("ls") == "pass · 0\n  read: 1 command, understood completely\n"


def test_what_isnt_understood_names_its_place(explain) -> None:  # type: ignore[no-untyped-def]
    said = explain("a=1\nif then")
    assert "not understood from line 2" in said


def test_it_reads_standard_input(explain) -> None:  # type: ignore[no-untyped-def]
    assert explain(stdin="rm -rf /\n").startswith("refuse · 100 · ")


def test_it_never_paints_a_pipe(explain) -> None:  # type: ignore[no-untyped-def]
    assert "\x1b" not in explain("rm -rf /")
