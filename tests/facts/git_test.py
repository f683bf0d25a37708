"""What git says, and that asking it runs nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from guardsh.facts import git as facts_git
from guardsh.facts.git import Listing, Repository, Status, find, trusted_git

from .gitwork import git, repository, write

SLOW = 10.0  # time-out for tests on a busy machine


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return repository(tmp_path / "work")


def found(top: Path, **options: object) -> Repository:
    answer = find(str(top), home=str(top), timeout=SLOW, **options)  # type: ignore[arg-type]
    assert answer is not None
    return answer


def facts(top: Path, **options: object) -> set[str]:
    asked = found(top, **options)
    names = ("git.clean", "git.unchanged", "git.dirty", "git.untracked", "git.stash", "git.unpushed")
    return {name for name in names if asked.fact(name)}


def test_a_clean_tree(top: Path) -> None:
    assert facts(top) == {"git.clean", "git.unchanged", "git.unpushed"}
    assert found(top).status() == Status(True)


def test_a_changed_file(top: Path) -> None:
    write(top, {"a.py": "other\n"})
    assert facts(top) == {"git.dirty", "git.unpushed"}
    assert found(top).status().changed == (f"{top}/a.py",)


def test_a_change_of_the_same_size_right_after_the_commit(top: Path) -> None:
    write(top, {"a.py": "b\n"})
    assert "git.dirty" in facts(top)


def test_staged_changes_are_changes(top: Path) -> None:
    write(top, {"new.py": "x"})
    git(top, "add", "new.py")
    assert facts(top) == {"git.dirty", "git.unpushed"}


def test_untracked_files(top: Path) -> None:
    write(top, {"new/x.py": "x", "é.py": "x"})
    assert facts(top) == {"git.unchanged", "git.untracked", "git.unpushed"}
    assert set(found(top).status().untracked) == {f"{top}/new/", f"{top}/é.py"}


def test_ignored_files_are_listed_only_with_every(top: Path) -> None:
    write(top, {".gitignore": "data/\n", "data/x": "x"})
    git(top, "add", ".gitignore")
    git(top, "commit", "-q", "-m", "ignore")
    assert "git.clean" in facts(top)
    assert found(top).status(every=True).ignored == (f"{top}/data/",)


def test_pathspecs_are_read_where_the_command_stands(top: Path) -> None:
    write(top, {"src/b.py": "other\n"})
    asked = found(top)
    assert not asked.fact("git.dirty", str(top / "src"), ("nothing.py",))
    assert asked.fact("git.dirty", str(top / "src"), ("b.py",))
    assert asked.fact("git.unchanged", str(top), ("a.py",))
    assert asked.fact("git.dirty", str(top), ("*.py",))
    assert not asked.fact("git.unchanged", str(top), (":(top)a.py",))
    assert not asked.fact("git.unchanged", str(top), ("../outside",))


def test_names_that_are_not_utf_8(top: Path) -> None:
    name = os.fsdecode(os.fsencode(top) + b"/\xff\n.py")
    Path(name).write_text("x")
    assert found(top).status().untracked == (name,)


def test_hidden_changes_keep_a_tree_from_being_proven_clean(top: Path) -> None:
    git(top, "update-index", "--assume-unchanged", "a.py")
    write(top, {"a.py": "hidden\n"})
    assert facts(top) == {"git.unpushed"}
    assert found(top).clean_targets((str(top / "a.py"),)).hidden == (f"{top}/a.py",)


def test_a_stash_in_files_and_packed(top: Path) -> None:
    write(top, {"a.py": "x\n"})
    git(top, "stash", "-q")
    assert "git.stash" in facts(top)
    git(top, "pack-refs", "--all")
    assert "git.stash" in facts(top)


def test_unpushed_commits(top: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(top, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(top, "push", "-q", "-u", "origin", "main")
    assert "git.unpushed" not in facts(top)
    write(top, {"a.py": "2\n"})
    git(top, "commit", "-q", "-am", "second")
    assert found(top).fact("git.unpushed")
    assert found(top).fact("git.unpushed", ref="main")


def test_the_repository_is_found_from_below_and_not_outside(top: Path, tmp_path: Path) -> None:
    assert found(top / "src").top == str(top)
    assert find(str(tmp_path)) is None or find(str(tmp_path)).top != str(top)  # type: ignore[union-attr]


@pytest.mark.parametrize("broken", ["gitdir: /nowhere", "", "x", "gitdir: "])
def test_a_broken_git_file_is_no_repository(tmp_path: Path, broken: str) -> None:
    (tmp_path / ".git").write_text(broken)
    assert find(str(tmp_path)) is None


def test_a_broken_git_directory_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert find(str(tmp_path)) is None


def test_a_repository_with_a_broken_index_proves_nothing(top: Path) -> None:
    (top / ".git" / "index").write_bytes(b"broken")
    assert facts(top) == {"git.unpushed"}
    assert found(top).clean_targets((str(top / "src"),)) == Listing(False)


def test_a_broken_configuration_proves_nothing(top: Path) -> None:
    (top / ".git" / "config").write_text("[broken")
    assert facts(top) == set()


def test_without_git_nothing_is_proven(top: Path) -> None:
    assert facts(top, git="") == set()
    assert facts(top, git="/nonexistent/git") == set()


def test_a_hanging_git_is_asked_once_and_proves_nothing(top: Path, tmp_path: Path) -> None:
    stub = tmp_path / "git"
    stub.write_text("#!/bin/sh\nsleep 30\n")
    stub.chmod(0o755)
    start = time.monotonic()
    asked = find(str(top), timeout=0.2, git=str(stub))
    assert asked is not None
    for name in ("git.clean", "git.dirty", "git.unpushed", "branch.merged", "git.unchanged"):
        assert not asked.fact(name)
    assert asked.clean_targets((str(top / "a.py"),)) == Listing(False)
    assert time.monotonic() - start < 3


def test_more_output_than_anybody_reads_proves_nothing(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = found(top)
    assert asked.config() is not None
    write(top, {f"new{number}": "x" for number in range(20)})
    monkeypatch.setattr(facts_git, "MOST_OUTPUT", 10)
    assert asked.ask("status", "--porcelain=v1", most=10) is None


def test_trusted_git_is_absolute_and_not_writable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = tmp_path / "git"
    stub.write_text("")
    stub.chmod(0o777)
    monkeypatch.setattr(facts_git, "GIT_PLACES", (str(tmp_path / "none"), str(stub)))
    assert trusted_git() == ""
    stub.chmod(0o755)
    assert trusted_git() == str(stub)


# --- repositories that want to run something ------------------------------------------------------------------------


def runs_marker(tmp_path: Path) -> tuple[str, Path]:
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    program.chmod(0o755)
    return str(program), marker


@pytest.mark.parametrize(
    "setting",
    [
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "core.pager",
        "pager.status",
        "core.sshCommand",
        "core.editor",
        "gpg.program",
        "alias.status",
    ],
)
def test_no_program_that_a_repository_names_is_run(top: Path, tmp_path: Path, setting: str) -> None:
    program, marker = runs_marker(tmp_path)
    git(top, "config", setting, f"!{program}" if setting.startswith("alias") else program)
    git(top, "config", "filter.evil.required", "true")
    (top / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    time.sleep(0.01)
    write(top, {"a.py": "z\n", "src/b.py": "more\n"})
    asked = found(top)
    for name in ("git.clean", "git.dirty", "git.untracked", "git.unpushed", "branch.mine", "branch.merged"):
        asked.fact(name)
    asked.clean_targets((str(top / "src"),))
    asked.tracks_nothing(str(top / "src"))
    from guardsh.facts.losses import of_repository

    assert of_repository(asked, str(top))
    assert not marker.exists()


def test_the_marker_would_show_it(top: Path, tmp_path: Path) -> None:
    program, marker = runs_marker(tmp_path)
    git(top, "config", "filter.evil.clean", program)
    (top / ".git" / "info" / "attributes").write_text("* filter=evil\n")
    write(top, {"a.py": "z\n"})
    git(top, "status")
    assert marker.exists()


def test_hooks_do_not_run_and_the_index_is_not_written(top: Path, tmp_path: Path) -> None:
    program, marker = runs_marker(tmp_path)
    hook = top / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to(program)
    os.utime(top / "a.py")
    before = (top / ".git" / "index").read_bytes()
    assert "git.clean" in facts(top)
    assert not marker.exists()
    assert (top / ".git" / "index").read_bytes() == before


def test_a_driver_name_that_cannot_be_switched_off_ends_the_asking(top: Path, tmp_path: Path) -> None:
    program, marker = runs_marker(tmp_path)
    with (top / ".git" / "config").open("a") as config:
        config.write(f'[filter "a=b"]\n\tclean = {program}\n')
    (top / ".git" / "info" / "attributes").write_text("* filter=a=b\n")
    write(top, {"a.py": "z\n"})
    assert "git.clean" not in facts(top) and "git.dirty" not in facts(top)
    assert not marker.exists()


def test_a_submodule_is_not_entered(top: Path, tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner")
    git(top, "submodule", "-q", "add", str(inner), "sub")
    git(top, "commit", "-q", "-m", "sub")
    program, marker = runs_marker(tmp_path)
    git(top / "sub", "config", "core.fsmonitor", program)
    write(top, {"sub/a.py": "changed\n"})
    assert "git.clean" in facts(top)
    assert found(top).clean_targets((str(top / "sub"),)).hidden == (f"{top}/sub",)
    assert not found(top).clean_targets((str(top / "sub"),)).committed
    assert not marker.exists()


def test_changes_in_submodules_count_where_git_would_reset_them(top: Path, tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner")
    git(top, "submodule", "-q", "add", str(inner), "sub")
    git(top, "commit", "-q", "-m", "sub")
    assert "git.clean" in facts(top)
    git(top, "config", "submodule.recurse", "true")
    assert "git.clean" not in facts(top)


def test_a_repository_cannot_ask_for_a_careless_look(top: Path) -> None:
    for setting in (
        "core.ignoreStat=true",
        "core.checkStat=minimal",
        "core.trustctime=false",
        "status.showUntrackedFiles=no",
    ):
        git(top, "config", *setting.split("="))
    write(top, {"new": "x"})
    assert "git.untracked" in facts(top)
    status = os.stat(top / "a.py")
    write(top, {"a.py": "b\n"})
    os.utime(top / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "git.dirty" in facts(top)


def test_the_environment_does_not_lead_elsewhere(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other")
    write(top, {"a.py": "z\n"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.worktree")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(other))
    assert "git.dirty" in facts(top)


def test_a_work_tree_elsewhere_proves_nothing(top: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    git(top, "config", "core.worktree", str(other))
    assert not facts(top) & {"git.clean", "git.unchanged"}


# --- targets --------------------------------------------------------------------------------------------------------


def test_what_is_below_some_paths(top: Path) -> None:
    write(top, {".gitignore": "*.log\n", "src/new.py": "x", "src/x.log": "x", "a.py": "z\n"})
    listing = found(top).clean_targets((str(top / "src"), str(top / "a.py")))
    assert listing == Listing(True, 2, (f"{top}/a.py",), (f"{top}/src/new.py",), (f"{top}/src/x.log",), ())
    assert not listing.clean and not listing.committed
    assert found(top).clean_targets((str(top / "none"),)) == Listing(True, 0)
    assert not found(top).clean_targets((str(top / "none"),)).clean


def test_committed_and_unchanged(top: Path) -> None:
    assert found(top).clean_targets((str(top / "src"),)).clean
    assert found(top).clean_targets((str(top / "src" / "b.py"),)).clean


def test_names_are_no_patterns(top: Path) -> None:
    write(top, {"*.py": "x"})
    assert found(top).clean_targets((str(top / "*.py"),)).untracked == (f"{top}/*.py",)


@pytest.mark.parametrize("path", ["", ".git", ".git/objects", "..", "../other"])
def test_the_commits_themselves_and_other_places_are_unknown(top: Path, path: str) -> None:
    assert found(top).clean_targets((os.path.normpath(f"{top}/{path}"),)) == Listing(False)


def test_a_linked_worktree_can_be_clean_as_a_whole(top: Path, tmp_path: Path) -> None:
    git(top, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "feature")
    linked = Path(os.path.realpath(tmp_path / "linked"))
    asked = found(linked)
    assert (asked.top, asked.branch()) == (str(linked), "feature")
    assert asked.clean_targets((str(linked),)).clean
    write(linked, {"new.py": "x"})
    assert not found(linked).clean_targets((str(linked),)).clean
    assert found(linked).has_ref("refs/heads/main")


def test_whether_something_is_tracked(top: Path) -> None:
    assert not found(top).tracks_nothing(str(top / "src"))
    assert not found(top).tracks_nothing(str(top))
    assert found(top).tracks_nothing(str(top / "dist"))
    assert found(top).tracks_nothing("/somewhere/else")
    assert not found(top, git="").tracks_nothing(str(top / "dist"))


def test_an_unknown_fact_is_a_mistake(top: Path) -> None:
    with pytest.raises(ValueError, match="no such fact: git.nonsense"):
        found(top).fact("git.nonsense")
