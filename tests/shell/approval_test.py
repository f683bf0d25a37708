from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.facts.world import World
from guardsh.shell import approval
from guardsh.verdict import Finding, Step, Verdict


@pytest.fixture
def verdict() -> Verdict:
    finding = Finding("a.b", "a", 60, (Step(60, "a test"),), (0, 2), "a thing")
    return Verdict("confirm", 60, (finding,), text="rm $X", bindings=(("environment", "X"), ("file", "list")))


def bound(verdict: Verdict, folder: Path, **environment: str) -> str:
    return approval.bound(verdict, World(str(folder), "/home/u", environment))


def test_a_yes_is_bound_to_what_the_verdict_read(verdict: Verdict, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("one")
    first = bound(verdict, tmp_path, X="1", Y="1")
    assert bound(verdict, tmp_path, X="1", Y="2") == first, "a variable that wasn't read"
    assert bound(verdict, tmp_path, X="2") != first
    assert bound(verdict, tmp_path) != first
    (tmp_path / "list").write_text("two")
    assert bound(verdict, tmp_path, X="1") != first
    (tmp_path / "list").unlink()
    assert bound(verdict, tmp_path, X="1") != first
    (tmp_path / "list").write_text("one")
    assert bound(verdict, tmp_path, X="1") == first


def test_a_yes_is_bound_to_the_directory_and_the_text(verdict: Verdict, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = bound(verdict, tmp_path)
    assert bound(verdict, tmp_path / "other") != first
    assert bound(verdict.but(text="rm  $X"), tmp_path) != first


def test_unset_and_empty_are_two_things(verdict: Verdict, tmp_path: Path) -> None:
    assert bound(verdict, tmp_path, X="") != bound(verdict, tmp_path)


def program(folder: Path, name: str, text: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_yes_is_bound_to_the_programs_that_the_names_mean(verdict: Verdict, tmp_path: Path) -> None:
    verdict = verdict.but(bindings=(("program", "tool"),))
    tool = program(tmp_path / "a", "tool")
    path = f"{tmp_path}/b:{tmp_path}/a"
    first = bound(verdict, tmp_path, PATH=path)
    assert bound(verdict, tmp_path, PATH=path) == first
    assert bound(verdict, tmp_path, PATH=f"{tmp_path}/b") != first, "not there"
    nearer = program(tmp_path / "b", "tool")
    assert bound(verdict, tmp_path, PATH=path) != first, "another one comes first"
    nearer.chmod(0o644)
    assert bound(verdict, tmp_path, PATH=path) == first, "what can't be run isn't found"
    os.utime(tool, ns=(1, 1))
    assert bound(verdict, tmp_path, PATH=path) != first, "changed"


def test_a_program_is_found_by_the_path_that_the_text_sets(verdict: Verdict, tmp_path: Path) -> None:
    verdict = verdict.but(bindings=(("program", f"tool\0{tmp_path}/a"),))
    first = bound(verdict, tmp_path, PATH=str(tmp_path / "b"))
    program(tmp_path / "b", "tool")
    assert bound(verdict, tmp_path, PATH=str(tmp_path / "b")) == first
    program(tmp_path / "a", "tool")
    assert bound(verdict, tmp_path, PATH=str(tmp_path / "b")) != first


def test_a_program_by_its_path(verdict: Verdict, tmp_path: Path) -> None:
    tool = program(tmp_path, "tool")
    verdict = verdict.but(bindings=(("program", str(tool)),))
    first = bound(verdict, tmp_path)
    os.utime(tool, ns=(1, 1))
    assert bound(verdict, tmp_path) != first
