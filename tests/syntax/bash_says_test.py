"""Asking the real bash about syntax never runs anything."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from guardsh.syntax import bash_verdict


@pytest.mark.parametrize("text", ["ls", "", "-x", "+=", "a=(1)", "cat <<E", "echo " + "x" * 200_000])
def test_valid(text: str) -> None:
    assert bash_verdict(text).valid is True


@pytest.mark.parametrize("text", ["if", "a ;; b", "'", "[[ a | b ]]", "if " + "x" * 200_000])
def test_refused_with_bashs_message(text: str) -> None:
    says = bash_verdict(text)
    assert says.valid is False
    assert "bash" in says.message


def test_extended_patterns_are_tried_before_bash_is_believed() -> None:
    says = bash_verdict("echo !(a)")
    assert (says.valid, says.extglob) == (True, True)
    assert not bash_verdict("ls").extglob


@pytest.mark.parametrize("bash", ["/nonexistent/bash", "/", "/dev/null"])
def test_without_bash_nothing_is_known(bash: str) -> None:
    assert bash_verdict("ls", bash).valid is None


def test_nothing_is_known_of_a_text_that_bash_cannot_get() -> None:
    assert bash_verdict("a\0b").valid is None


def _script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return os.fspath(path)


def test_a_bash_that_hangs_or_dies_is_given_up(tmp_path: Path) -> None:
    assert bash_verdict("ls", _script(tmp_path / "slow", "exec /bin/sleep 60"), timeout=0.1).valid is None
    assert bash_verdict("ls", _script(tmp_path / "dead", "kill -9 $$")).valid is None


def test_nothing_runs(tmp_path: Path) -> None:
    made = tmp_path / "made"
    for text in (": >%s", "x=$(: >%s)", "cat <<E\n$(: >%s)\nE", "((x[$(: >%s)]))", ": >%s\nif"):
        bash_verdict(text % made)
    assert not made.exists()
