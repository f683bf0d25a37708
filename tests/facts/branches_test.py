"""Facts about branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.facts.branches import plain_name
from guardsh.facts.git import Repository, find, protected_name
from guardsh.reading.model import HOLE

from .gitwork import git, repository, write


@pytest.fixture
def top(tmp_path: Path) -> Path:
    work = repository(tmp_path / "work")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(work, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(work, "push", "-q", "-u", "origin", "main")
    git(work, "checkout", "-q", "-b", "feature")
    commit(work, "mine")
    return work


def commit(top: Path, text: str, email: str = "u@example.com") -> None:
    write(top, {"a.py": text})
    git(top, "commit", "-q", "-am", text, GIT_AUTHOR_EMAIL=email)


def asked(top: Path) -> Repository:
    answer = find(str(top), home=str(top), timeout=10.0)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("", "feature"),
        ("HEAD", "feature"),
        ("main", "main"),
        ("+main", "main"),
        (":main", "main"),
        ("HEAD:main", "main"),
        ("feature:refs/heads/main", "main"),
        ("origin/main", "main"),
        ("refs/remotes/origin/main", "main"),
        ("fix/a", "fix/a"),
        (HOLE, ""),
    ],
)
def test_the_branch_that_a_word_means(top: Path, ref: str, name: str) -> None:
    assert plain_name(asked(top), ref) == name


@pytest.mark.parametrize("name", ["main", "master", "Main", "release", "release/1.2", "production", "gh-pages"])
def test_protected_names(name: str) -> None:
    assert protected_name(name)


@pytest.mark.parametrize("name", ["feature", "fix-main", "maintain", "my/release", ""])
def test_other_names(name: str) -> None:
    assert not protected_name(name)


def test_the_default_branch_of_a_remote_is_protected(top: Path) -> None:
    assert not asked(top).fact("branch.protected", ref="feature")
    (top / ".git/refs/remotes/origin/HEAD").write_text("ref: refs/remotes/origin/feature\n")
    assert asked(top).fact("branch.protected", ref="feature")
    assert not asked(top).fact("branch.mine", ref="feature")


def test_a_branch_is_mine_unless_others_committed_to_it(top: Path) -> None:
    assert asked(top).fact("branch.mine")
    assert not asked(top).fact("branch.mine", ref="main")
    assert not asked(top).fact("branch.mine", ref="unknown")
    assert not asked(top).fact("branch.mine", ref=HOLE)
    git(top, "push", "-q", "origin", "feature")
    assert asked(top).fact("branch.mine", ref="origin/feature")
    commit(top, "theirs", "other@example.com")
    git(top, "push", "-q", "origin", "feature")
    assert not asked(top).fact("branch.mine")


def test_without_an_address_of_ones_own_nothing_published_is_mine(top: Path) -> None:
    git(top, "push", "-q", "origin", "feature")
    git(top, "config", "--unset", "user.email")
    assert not asked(top).fact("branch.mine")


def test_a_branch_is_merged_when_a_shared_one_has_its_commits(top: Path) -> None:
    assert not asked(top).fact("branch.merged", ref="feature")
    git(top, "push", "-q", "origin", "feature")
    assert asked(top).fact("branch.merged", ref="feature")
    commit(top, "more")
    assert not asked(top).fact("branch.merged", ref="feature")
    git(top, "checkout", "-q", "main")
    git(top, "merge", "-q", "feature")
    assert asked(top).fact("branch.merged", ref="feature")
    assert not asked(top).fact("branch.merged", ref="unknown")


def test_a_detached_head_is_no_branch(top: Path) -> None:
    git(top, "checkout", "-q", "--detach")
    assert asked(top).branch() == ""
    assert not asked(top).fact("branch.mine")
    assert not asked(top).fact("branch.protected")


def test_an_unknown_fact_is_a_mistake(top: Path) -> None:
    with pytest.raises(ValueError, match="no such fact: branch.nonsense"):
        asked(top).fact("branch.nonsense")
