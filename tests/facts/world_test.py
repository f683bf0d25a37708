"""The surroundings of one judgement."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardsh.facts import files
from guardsh.facts import git as facts_git
from guardsh.facts.world import ExampleWorld, World
from guardsh.reading.model import HOLE, STAR, TOKEN

from .gitwork import git, repository, write


class Memory:
    """A session that made and moved these paths."""

    def __init__(self, made: set[str] | None = None, moved: set[str] | None = None) -> None:
        self._made = made or set()
        self._moved = moved or set()

    def made(self, path: str) -> bool:
        return path in self._made

    def moved(self, path: str) -> bool:
        return path in self._moved

    def refused(self, shape: str) -> bool:
        return shape == "again"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def top(home: Path) -> Path:
    return repository(home / "app", {"a.py": "a\n", "src/b.py": "b\n", ".gitignore": "node_modules/\n*.log\n/data\n"})


def world(directory: Path, home: Path, session: Memory | None = None, **environment: str) -> World:
    return World(str(directory), str(home), environment, "u", session=session, known_home=str(home), git_timeout=10.0)


def facts(asked: World, path: str, *, recursive: bool = False, follow: bool = True) -> set[str]:
    names = ("missing", "exists", "directory", "clean", "precious", "session", "many", "mount", "moved")
    options = {"directory": asked.directory, "recursive": recursive, "follow": follow}
    return {name for name in names if asked.path_fact(f"path.{name}", path, **options)}  # type: ignore[arg-type]


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_committed_file_is_clean(top: Path, home: Path) -> None:
    assert facts(world(top, home), "a.py") == {"exists", "clean"}
    assert facts(world(top, home), "src") == {"exists", "directory", "clean"}
    assert facts(world(top / "src", home), "../a.py") == {"exists", "clean"}


def test_a_missing_target_is_neither_clean_nor_precious(top: Path, home: Path) -> None:
    assert facts(world(top, home), "none") == {"missing"}
    assert facts(world(top, home), f"none{STAR}") == {"missing"}


def test_an_unknown_target_is_nothing(top: Path, home: Path) -> None:
    for path in (HOLE, f"{HOLE}/a", f"x{TOKEN}", ""):
        assert facts(world(top, home), path) == set()


def test_changed_and_untracked_files_are_precious(top: Path, home: Path) -> None:
    write(top, {"a.py": "mine\n", "new/x.py": "x"})
    assert facts(world(top, home), "a.py") == {"exists", "precious"}
    assert facts(world(top, home), "new", recursive=True) == {"exists", "directory", "precious"}
    assert facts(world(top, home), "src") == {"exists", "directory", "clean"}
    assert facts(world(top, home), STAR, recursive=True) == {"exists", "directory", "precious"}
    assert facts(world(top, home), f"{STAR}.py") == {"exists", "precious"}


def test_ignored_files_are_precious_unless_a_tool_makes_them(top: Path, home: Path) -> None:
    write(top, {"data/x.csv": "1", "node_modules/x/index.js": "x", "src/node_modules/y.js": "y", "src/run.log": "log"})
    assert "precious" in facts(world(top, home), "data")
    assert facts(world(top, home), "node_modules") == {"exists", "directory"}
    assert "precious" in facts(world(top, home), "src")
    (top / "src/run.log").unlink()
    assert facts(world(top, home), "src") == {"exists", "directory", "clean"}


def test_empty_files_and_directories_hold_nothing(top: Path, home: Path) -> None:
    write(top, {"empty.txt": ""})
    (top / "folder").mkdir()
    assert facts(world(top, home), "empty.txt") == {"exists"}
    assert facts(world(top, home), "folder") == {"exists", "directory"}


def test_outside_of_git_every_file_is_precious(home: Path) -> None:
    write(home, {"notes/a.txt": "a"})
    assert facts(world(home, home), "notes") == {"exists", "directory", "precious"}


def test_the_repository_as_a_whole_is_never_clean(top: Path, home: Path) -> None:
    assert facts(world(top, home), str(top), recursive=True) == {"exists", "directory", "precious"}
    assert facts(world(top, home), ".git", recursive=True) == {"exists", "directory", "precious"}


def test_a_clean_linked_worktree_is_clean(top: Path, home: Path) -> None:
    git(top, "worktree", "add", "-q", "../linked")
    assert facts(world(top, home), "../linked") == {"exists", "directory", "clean"}


def test_what_the_session_made_is_not_precious(top: Path, home: Path) -> None:
    write(top, {"new/x.py": "x", "new/y.py": "y"})
    both = Memory({f"{top}/new/x.py", f"{top}/new/y.py"})
    assert facts(world(top, home, both), "new") == {"exists", "directory"}
    assert "precious" in facts(world(top, home, Memory({f"{top}/new/x.py"})), "new")
    assert facts(world(top, home, Memory({f"{top}/new"})), "new") == {"exists", "directory", "session", "precious"}
    write(home, {"loose/x": "x"})
    assert facts(world(home, home, Memory({f"{home}/loose/x"})), "loose") == {"exists", "directory"}
    assert "precious" in facts(world(home, home, Memory()), "loose")


def test_what_was_just_moved(top: Path, home: Path) -> None:
    assert "moved" in facts(world(top, home, Memory(moved={f"{top}/src"})), "src")


def test_refusals_are_remembered(top: Path, home: Path) -> None:
    assert world(top, home, Memory()).session_refused("again")
    assert not world(top, home, Memory()).session_refused("other")
    assert not world(top, home).session_refused("again")


def test_many_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guardsh.facts.world.MANY", 3)
    write(home, {f"d/{number}": "x" for number in range(4)})
    assert "many" in facts(world(home, home), "d")
    (home / "d/0").unlink()
    assert "many" not in facts(world(home, home), "d")


def test_more_matches_than_git_is_asked_for_are_not_proven_clean(
    top: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guardsh.facts.world.MANY", 1)
    assert facts(world(top, home), STAR) == {"exists", "directory", "many"}
    write(top, {"a.py": "changed\n"})
    assert "precious" in facts(world(top, home), STAR)


def test_mounts_below_count_when_what_is_below_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, {"d/e/x": "x"})
    monkeypatch.setattr(files, "mount_points", lambda: frozenset({f"{home}/d/e"}))
    assert "mount" in facts(world(home, home), "d/e")
    assert "mount" in facts(world(home, home), "d", recursive=True)
    assert "mount" not in facts(world(home, home), "d")
    assert "mount" not in facts(world(home, home), "d/e/x", recursive=True)


def test_a_fifo_is_not_waited_for(home: Path) -> None:
    os.mkfifo(home / "fifo")
    start = time.monotonic()
    assert facts(world(home, home), "fifo") == {"exists"}
    assert world(home, home).read_text(str(home / "fifo")) is None
    assert time.monotonic() - start < 2


def test_names_that_are_not_utf_8(top: Path, home: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    Path(f"{top}/{name}").write_text("x")
    assert facts(world(top, home), name) == {"exists", "precious"}
    assert facts(world(top, home), f"caf{STAR}") == {"exists", "precious"}


def test_an_unreadable_directory_proves_nothing_harmless(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "closed").mkdir()

    def refuse(_path: str) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", refuse)
    assert facts(world(home, home), "closed") == {"exists", "directory", "precious"}


def test_a_directory_that_was_deleted(home: Path) -> None:
    gone = home / "gone"
    asked = world(gone, home)
    assert facts(asked, "a") == {"missing"}
    assert asked.project(str(gone)) == str(gone)
    assert not asked.git_fact("git.clean", str(gone))
    assert asked.git_lost(str(gone)) == ()


def test_the_world_of_a_process_in_a_deleted_directory(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        f"import os, sys; sys.path.insert(0, {os.getcwd()!r}); os.rmdir(os.getcwd())\n"
        "from guardsh.facts.world import World\nprint(World.current().directory)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=gone,
        env={"PWD": str(gone), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(gone), done.stderr


# --- git ------------------------------------------------------------------------------------------------------------


def test_git_facts(top: Path, home: Path) -> None:
    asked = world(top, home)
    assert asked.git_fact("git.repository", str(top))
    assert asked.git_fact("git.clean", str(top / "src"))
    assert asked.git_fact("branch.protected", str(top))
    assert not asked.git_fact("git.repository", str(home))
    assert not asked.git_fact("git.clean", f"{HOLE}/x")


def test_a_redirected_repository_proves_nothing(top: Path, home: Path) -> None:
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        assert not world(top, home, None, **{variable: "/elsewhere"}).git_fact("git.clean", str(top))


def test_changes_that_are_all_the_session_s(top: Path, home: Path) -> None:
    write(top, {"a.py": "agent\n", "new/x.py": "x"})
    made = {f"{top}/a.py", f"{top}/new/x.py"}
    assert world(top, home, Memory(made)).git_fact("git.session", str(top))
    assert not world(top, home, Memory({f"{top}/a.py"})).git_fact("git.session", str(top))
    assert not world(top, home).git_fact("git.session", str(top))


def test_no_clean_tree_is_the_session_s(top: Path, home: Path) -> None:
    assert not world(top, home, Memory({f"{top}/a.py"})).git_fact("git.session", str(top))


def test_git_is_asked_once_for_each_question(top: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = world(top, home)
    calls: list[list[str]] = []
    real = facts_git.output_of
    monkeypatch.setattr(facts_git, "output_of", lambda command, *rest: calls.append(command) or real(command, *rest))
    for _ in range(3):
        asked.git_fact("git.clean", str(top))
        asked.path_fact("path.clean", "a.py", directory=str(top))
    once = len(calls)
    assert once <= 6
    asked.git_fact("git.clean", str(top))
    assert len(calls) == once


def test_plain_questions_do_not_load_git(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.path.insert(0, '.')\nfrom guardsh.facts.world import World\n"
        "asked = World('/nonexistent', '/home/u', {}, 'u', known_home='/home/u')\n"
        "asked.path_fact('path.build', 'src', directory='/nonexistent'); asked.glob('x', '/')\n"
        "asked.kind('/'); asked.name_facts('prod')\n"
        "heavy = {'subprocess', 'typing', 're', 'json', 'inspect', 'dataclasses', 'pathlib', 'signal', 'select'}\n"
        "heavy |= {'guardsh.facts.git', 'guardsh.facts.run', 'guardsh.facts.losses'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


# --- names ----------------------------------------------------------------------------------------------------------


def test_a_url_tells_its_host(home: Path) -> None:
    asked = world(home, home)
    assert asked.name_facts("postgres://u:p@db.example.com/prod") == {"production", "remote"}
    assert asked.name_facts("http://localhost:3000/x") == {"local"}
    assert asked.name_facts("prod") == {"production"}


def test_an_unknown_fact_is_a_mistake(home: Path) -> None:
    with pytest.raises(ValueError, match="path.nonsense"):
        world(home, home).path_fact("path.nonsense", "x", directory=str(home))
    with pytest.raises(ValueError, match="path.nonsense"):
        ExampleWorld().path_fact("path.nonsense", "x", directory="/home/u/project")
    with pytest.raises(ValueError, match="git.nonsense"):
        ExampleWorld().git_fact("git.nonsense", "/home/u/project")


# --- examples -------------------------------------------------------------------------------------------------------


def example(path: str, *given: str, files: dict[str, str] | None = None) -> set[str]:
    asked = ExampleWorld(frozenset(given), files)
    names = (
        *("missing", "exists", "directory", "clean", "precious", "session", "many"),
        *("project", "project-root", "temporary", "home"),
    )
    return {name for name in names if asked.path_fact(f"path.{name}", path, directory=asked.directory)}


def test_an_example_project_has_only_the_files_it_is_given() -> None:
    assert example("a") == {"missing", "project"}
    assert example("a", files={"a": "x"}) == {"exists", "project"}
    assert example("src", files={"src/b/c": "x"}) == {"exists", "directory", "project"}
    assert example("src/x", files={"/home/u/project/src/x": "x"}) == {"exists", "project"}
    assert example(f"s{STAR}", files={"src/x": "x"}) == {"exists", "directory", "project"}
    assert example("/home/u") == {"exists", "directory", "home"}
    assert example(".") == {"exists", "directory", "project-root"}
    assert example("/tmp/x") == {"missing", "temporary"}


def test_given_facts_hold_and_make_the_target_exist() -> None:
    assert example("a", "path.precious") == {"exists", "precious", "project"}
    assert example("a", "path.clean") == {"exists", "clean", "project"}
    assert example("a", "path.exists", "path.directory") == {"exists", "directory", "project"}
    assert example("a", "path.temporary") == {"missing", "project", "temporary"}


def test_an_example_repository_is_clean_and_on_main() -> None:
    asked = ExampleWorld()
    here = asked.directory
    held = {
        name
        for name in ("repository", "clean", "unchanged", "dirty", "untracked", "stash", "unpushed", "session")
        if asked.git_fact(f"git.{name}", here)
    }
    assert held == {"repository", "clean", "unchanged"}
    assert asked.git_fact("branch.protected", here)
    assert asked.git_fact("branch.protected", here, ref="HEAD:refs/heads/release/1")
    assert not asked.git_fact("branch.protected", here, ref="feature")
    assert not asked.git_fact("branch.mine", here, ref="feature")


def test_given_changes_make_the_example_repository_unclean() -> None:
    dirty = ExampleWorld(frozenset({"git.dirty"}))
    assert not dirty.git_fact("git.clean", dirty.directory) and not dirty.git_fact("git.unchanged", dirty.directory)
    untracked = ExampleWorld(frozenset({"git.untracked"}))
    assert not untracked.git_fact("git.clean", untracked.directory)
    assert untracked.git_fact("git.unchanged", untracked.directory)
    assert ExampleWorld(frozenset({"branch.mine"})).git_fact("branch.mine", "/home/u/project", ref="feature")


def test_an_example_has_files_environment_and_names() -> None:
    asked = ExampleWorld(frozenset({"production", "session.refused"}), {"Makefile": "x:\n"}, {"PGHOST": "db"})
    assert asked.read_text("/home/u/project/Makefile") == "x:\n"
    assert asked.read_text("/home/u/project/none") is None
    assert asked.read_text("/etc/passwd") is None
    assert asked.environment["PGHOST"] == "db"
    assert (asked.directory, asked.home, asked.user) == ("/home/u/project", "/home/u", "u")
    assert asked.name_facts("anything") == {"production"}
    assert asked.session_refused("x")
    assert asked.project("/home/u/project/src") == "/home/u/project"
    assert asked.lost("x", directory=asked.directory) == () and asked.git_lost(asked.directory) == ()


def test_an_example_touches_no_real_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ExampleWorld(frozenset(), {"src/a.py": "x"})

    def touched(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a real file was looked at")

    for name in ("stat", "lstat", "open", "scandir", "readlink", "listdir"):
        monkeypatch.setattr(os, name, touched)
    monkeypatch.setattr(os.path, "realpath", touched)
    try:
        for name in (
            "missing",
            "exists",
            "clean",
            "precious",
            "build",
            "home",
            "mount",
            "many",
            "session",
            "moved",
            "directory",
        ):
            for path in ("src", f"{STAR}", "/etc/passwd", HOLE, "dist", "/dev/stdout"):
                asked.path_fact(f"path.{name}", path, directory=asked.directory, recursive=True)
        assert asked.glob(f"src/{STAR}", asked.directory) == ("src/a.py",)
        assert asked.git_fact("git.clean", asked.directory)
        assert asked.resolve("/home/u/x/../y") == "/home/u/y"
        assert asked.entries("/home/u/project", 5) == ("src",)
    finally:
        monkeypatch.undo()
