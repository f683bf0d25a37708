"""What git discards, saved and brought back. The tests take things away by hand, as the command would: they write files
and move names; no discarding command of git's is run.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from guardsh.undo import gitplan, keep, restore, store
from tests.facts.gitwork import git, repository, write
from tests.undo.support import ABOUT, LIMITS, names, planned


@pytest.fixture
def made(project: Path) -> Path:
    """Two commits, then changes: staged, changed again, untracked."""
    top = repository(project / "r", {"a.py": "1\n", "b.py": "b\n", ".gitignore": "*.key\n"})
    write(top, {"a.py": "1\n2\n"})
    git(top, "commit", "-qam", "second")
    shutil.copy(top / ".git" / "index", top / ".git" / "clean-index")
    write(top, {"a.py": "mine\n", "new.py": "staged\n"})
    git(top, "add", "new.py")
    write(top, {"new.py": "staged, then changed\n"})
    return top


def said(top: Path) -> list[str]:
    asked = ("status --porcelain -uall", "for-each-ref", "symbolic-ref HEAD", "ls-files --stage", "stash list", "reflog")
    return [git(top, *words.split()) for words in asked]


def saved_for(text: str, top: Path, home: Path) -> store.Save:
    wanted = planned(text, top, home)
    assert not wanted.holes, wanted.holes
    before = sorted(os.listdir(top / ".git" / "refs")), git(top, "count-objects"), git(top, "for-each-ref")
    made = keep.save(wanted, LIMITS, ABOUT, whole=True)
    after = sorted(os.listdir(top / ".git" / "refs")), git(top, "count-objects"), git(top, "for-each-ref")
    assert after == before, "nothing is added to the repository"
    return made


def discard(top: Path, commit: str = "HEAD") -> None:
    """The work tree and the index as a commit has them: what a hard reset leaves."""
    shutil.copy(top / ".git" / "clean-index", top / ".git" / "index")
    write(top, {"a.py": git(top, "show", f"{commit}:a.py")})
    (top / "new.py").unlink(missing_ok=True)


def test_a_hard_reset(made: Path, home: Path) -> None:
    before = said(made)
    assert names(planned("git reset --hard", made, home), made) >= {"a.py", "new.py"}
    saved = saved_for("git reset --hard", made, home)
    discard(made)
    assert said(made) != before
    done = restore.undo(saved, LIMITS)
    assert not done.left and not done.problems, done
    assert said(made) == before and (made / "a.py").read_text() == "mine\n"
    assert (made / "new.py").read_text() == "staged, then changed\n"


def test_a_hard_reset_to_another_commit(made: Path, home: Path) -> None:
    before = said(made)
    saved = saved_for("git reset --hard HEAD~1", made, home)
    discard(made, "HEAD~1")
    first = git(made, "rev-parse", "HEAD~1").strip()
    git(made, "update-ref", "refs/heads/main", first)
    git(made, "read-tree", first)
    done = restore.undo(saved, LIMITS)
    assert not done.left and not done.problems, done
    assert said(made)[:5] == before[:5]
    assert done.replaced, "where the branch was is saved"


def test_a_branch_that_moved_on_stays(made: Path, home: Path) -> None:
    saved = saved_for("git reset --hard", made, home)
    discard(made)
    git(made, "commit", "-q", "--allow-empty", "-m", "since")
    since = git(made, "rev-parse", "HEAD")
    done = restore.undo(saved, LIMITS)
    assert any("moved on" in left for left in done.left)
    assert git(made, "rev-parse", "HEAD") == since
    over = restore.undo(saved, LIMITS, over=True)
    assert git(made, "rev-parse", "HEAD") != since and over.replaced
    again = store.find(over.replaced)
    assert again is not None
    restore.undo(again, LIMITS, over=True)
    assert git(made, "rev-parse", "HEAD") == since


def test_what_is_staged_since_stays(made: Path, home: Path) -> None:
    saved = saved_for("git reset --hard", made, home)
    discard(made)
    write(made, {"other.py": "other\n"})
    git(made, "add", "other.py")
    staged = git(made, "ls-files", "--stage")
    done = restore.undo(saved, LIMITS)
    assert any("staged since" in left for left in done.left)
    assert git(made, "ls-files", "--stage") == staged


def test_what_was_staged_outlives_gc(made: Path, home: Path) -> None:
    """The objects of what is staged are kept: nothing but the index holds them."""
    blob = git(made, "rev-parse", ":new.py").strip()
    saved = saved_for("git reset --hard", made, home)
    discard(made)
    path = made / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.unlink()
    restore.undo(saved, LIMITS)
    assert git(made, "show", ":new.py") == "staged\n"


def test_only_the_paths_that_are_named(made: Path, home: Path) -> None:
    write(made, {"b.py": "mine too\n"})
    assert names(planned("git checkout -- b.py", made, home), made) & {"a.py", "b.py"} == {"b.py"}


def test_another_branch(made: Path, home: Path) -> None:
    git(made, "branch", "side", "HEAD~1")
    before = said(made)
    saved = saved_for("git checkout -f side", made, home)
    discard(made, "side")
    git(made, "symbolic-ref", "HEAD", "refs/heads/side")
    git(made, "read-tree", "side")
    done = restore.undo(saved, LIMITS)
    assert not done.left and not done.problems, done
    assert said(made)[:5] == before[:5]


def test_a_clean_tree_needs_nothing(made: Path, home: Path) -> None:
    discard(made)
    for text in ("git reset --hard", "git checkout -- .", "git clean -fd", "git stash clear"):
        wanted = planned(text, made, home)
        assert not wanted.roots and not wanted.git and not wanted.holes, text


def test_what_clean_would_delete(made: Path, home: Path) -> None:
    discard(made)
    write(made, {"n.md": "n", "d/x": "x", "d/y.key": "k", "my.key": "k", 'odd "\t\\ ü': "o"})
    (made / "empty").mkdir()
    assert names(planned("git clean -f", made, home), made) == {"n.md", 'odd "\t\\ ü'}
    found = names(planned("git clean -fdx", made, home), made)
    assert found == {"n.md", "d", "my.key", "empty", 'odd "\t\\ ü'}
    assert names(planned("git clean -fdX", made, home), made) >= {"my.key"}
    assert names(planned("cd d && git clean -fdq -e x", made, home), made) == set()


def test_clean_that_follows_something_unknown(made: Path, home: Path) -> None:
    write(made, {"my.key": "k"})
    found = planned("git checkout --orphan x && git rm -rf . && git clean -fd", made, home)
    assert found.holes
    assert names(found, made) >= {"my.key", "a.py", "b.py"}


def test_stashes(made: Path, home: Path) -> None:
    git(made, "stash", "push", "-q", "-m", "the first")
    write(made, {"b.py": "second stash\n"})
    git(made, "stash", "push", "-q", "-m", "the second")
    listed = git(made, "stash", "list")
    saved = saved_for("git stash clear", made, home)
    (made / ".git" / "refs" / "stash").unlink()
    (made / ".git" / "logs" / "refs" / "stash").unlink()
    assert git(made, "stash", "list") == ""
    assert not restore.undo(saved, LIMITS).problems
    assert git(made, "stash", "list") == listed
    assert git(made, "show", "stash@{0}:b.py") == "second stash\n"


def test_stashes_made_since_stay_on_top(made: Path, home: Path) -> None:
    git(made, "stash", "push", "-q", "-m", "old")
    saved = saved_for("git stash drop", made, home)
    (made / ".git" / "refs" / "stash").unlink()
    (made / ".git" / "logs" / "refs" / "stash").unlink()
    write(made, {"b.py": "since\n"})
    git(made, "stash", "push", "-q", "-m", "new")
    assert not restore.undo(saved, LIMITS).problems
    listed = git(made, "stash", "list").splitlines()
    assert ["new" in listed[0], "old" in listed[1], len(listed)] == [True, True, 2]
    assert git(made, "show", "stash@{0}:b.py") == "since\n"


def branch(made: Path) -> str:
    """A branch with a commit of its own, and its settings."""
    tree = git(made, "write-tree").strip()
    commit = git(made, "commit-tree", tree, "-p", "HEAD", "-m", "only here").strip()
    git(made, "update-ref", "--create-reflog", "refs/heads/side", commit)
    git(made, "config", "branch.side.remote", "origin")
    return commit


def drop(made: Path, commit: str, name: str = "refs/heads/side") -> None:
    """Takes a name and its only commit away, as a deletion and a prune would."""
    (made / ".git" / name).unlink()
    (made / ".git" / "logs" / name).unlink(missing_ok=True)
    path = made / ".git" / "objects" / commit[:2] / commit[2:]
    path.chmod(0o644)
    path.unlink()


def test_a_branch(made: Path, home: Path) -> None:
    commit = branch(made)
    log = (made / ".git/logs/refs/heads/side").read_text()
    saved = saved_for("git branch -D side", made, home)
    drop(made, commit)
    git(made, "config", "--unset", "branch.side.remote")
    done = restore.undo(saved, LIMITS)
    assert not done.problems, done
    assert git(made, "rev-parse", "side").strip() == commit and git(made, "show", "-s", "--format=%s", commit) == "only here\n"
    assert git(made, "config", "branch.side.remote") == "origin\n"
    assert (made / ".git/logs/refs/heads/side").read_text() == log


def test_a_tag_and_a_reference(made: Path, home: Path) -> None:
    git(made, "tag", "-a", "v1", "-m", "annotated")
    tag = git(made, "rev-parse", "v1").strip()
    wanted = planned("git tag -d v1", made, home)
    assert wanted.git[0].refs == (("refs/tags/v1", tag),)
    saved = keep.save(wanted, LIMITS, ABOUT, whole=True)
    drop(made, tag, "refs/tags/v1")
    assert not restore.undo(saved, LIMITS).problems
    assert git(made, "cat-file", "-p", "v1").endswith("annotated\n")
    commit = branch(made)
    saved = saved_for("git update-ref -d refs/heads/side", made, home)
    drop(made, commit)
    restore.undo(saved, LIMITS)
    assert git(made, "rev-parse", "side").strip() == commit


def test_reflogs(made: Path, home: Path) -> None:
    before = git(made, "reflog")
    saved = saved_for("git reflog expire --expire=now --all", made, home)
    for name in ("HEAD", "refs/heads/main"):
        (made / ".git" / "logs" / name).write_text("")
    git(made, "commit", "-q", "--allow-empty", "-m", "since")
    restore.undo(saved, LIMITS)
    now = git(made, "reflog").splitlines()
    assert "since" in now[0]
    assert [line.split(" ", 2)[2] for line in now[1:]] == [line.split(" ", 2)[2] for line in before.splitlines()]


def test_history(made: Path, home: Path) -> None:
    discard(made)
    git(made, "tag", "v1")
    before = said(made)
    wanted = planned("git filter-branch --force --env-filter x HEAD", made, home)
    saved = keep.save(wanted, LIMITS, ABOUT, whole=True)
    other = git(made, "commit-tree", "HEAD^{tree}", "-m", "rewritten").strip()
    for name in ("refs/heads/main", "refs/tags/v1"):
        git(made, "update-ref", name, other)
    done = restore.undo(saved, LIMITS, over=True)
    assert not done.problems, done
    assert said(made)[:5] == before[:5]


def test_a_work_tree(made: Path, home: Path) -> None:
    git(made, "worktree", "add", "-q", str(made.parent / "wt"), "-b", "side")
    write(made.parent / "wt", {"report.key": "r", "a.py": "changed there\n"})
    before = git(made, "worktree", "list")
    saved = saved_for(f"git worktree remove --force {made.parent}/wt", made, home)
    shutil.rmtree(made.parent / "wt")
    shutil.rmtree(made / ".git" / "worktrees")
    assert not restore.undo(saved, LIMITS).problems
    assert git(made, "worktree", "list") == before
    assert git(made.parent / "wt", "status", "--porcelain", "--ignored") == " M a.py\n!! report.key\n"


def test_a_merge_that_is_not_finished(made: Path, home: Path) -> None:
    discard(made)
    tree = git(made, "rev-parse", "HEAD~1^{tree}").strip()
    other = git(made, "commit-tree", tree, "-p", "HEAD~1", "-m", "other").strip()
    git(made, "merge", "--no-commit", "--no-ff", "-s", "ours", "-q", other)
    write(made, {"a.py": "half merged\n"})
    saved = saved_for("git reset --hard", made, home)
    for name in ("MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"):
        (made / ".git" / name).unlink(missing_ok=True)
    restore.undo(saved, LIMITS)
    assert (made / ".git" / "MERGE_HEAD").read_text().strip() == other


def test_no_filter_and_no_hook_is_run(made: Path, home: Path) -> None:
    (made / ".gitattributes").write_text("*.py filter=bad\n")
    for key in ("clean", "smudge"):
        git(made, "config", f"filter.bad.{key}", f"touch {home}/ran")
    git(made, "config", "core.fsmonitor", f"touch {home}/ran")
    hook = made / ".git" / "hooks" / "reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {home}/ran\n")
    hook.chmod(0o755)
    saved = keep.save(planned("git reset --hard HEAD~1", made, home), LIMITS, ABOUT, whole=True)
    restore.undo(saved, LIMITS, over=True)
    assert not (home / "ran").exists()


# ---------------------------------------------------------------- not saved


def test_what_git_cannot_tell_is_a_hole(made: Path, home: Path) -> None:
    for text in ("git --git-dir=x clean -fd", "cd /nowhere && git reset --hard", "git update-ref --stdin < x"):
        assert planned(text, made, home).holes, text
    git(made, "update-index", "--assume-unchanged", "b.py")
    assert "assume-unchanged" in planned("git reset --hard", made, home).holes[0]


def test_submodules_are_a_hole(made: Path, home: Path) -> None:
    (made / ".gitmodules").write_text("")
    git(made, "config", "submodule.recurse", "true")
    assert "submodules" in planned("git reset --hard", made, home).holes[0]


def test_a_broken_repository_is_a_hole(made: Path, home: Path) -> None:
    (made / ".git" / "index").write_bytes(b"broken")
    assert planned("git reset --hard", made, home).holes


def test_a_bundle_that_cannot_be_made_saves_nothing(made: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from guardsh.facts import git as trusted

    branch(made)
    wanted = planned("git branch -D side", made, home)
    real = trusted.Repository.ask

    def ask(self: trusted.Repository, *words: str, **more: object) -> str | None:
        return None if words[0] == "bundle" else real(self, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trusted.Repository, "ask", ask)
    with pytest.raises(store.NotSaved, match="bundle"):
        keep.save(wanted, LIMITS, ABOUT, whole=True)
    assert not store.saves()


def test_git_that_is_busy_is_told(made: Path, home: Path) -> None:
    saved = saved_for("git reset --hard", made, home)
    discard(made)
    (made / ".git" / "index.lock").touch()
    assert any("busy" in problem for problem in restore.undo(saved, LIMITS).problems)


@pytest.mark.parametrize(
    ("text", "path"),
    [("plain", "plain"), ('"a\\tb"', "a\tb"), ('"\\303\\274"', "ü"), ('"q\\"\\\\"', 'q"\\'), ('"', '"'), ('"\\377"', "\udcff")],
)
def test_quoted_paths(text: str, path: str) -> None:
    assert gitplan.unquoted(text) == path
