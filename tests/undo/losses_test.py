"""What a text takes, as its verdict says it. Nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.facts.world import ExampleWorld
from guardsh.undo.losses import KINDS
from guardsh.verdict import TAKING, Loss
from tests.undo.support import rules, verdict_on


def losses(text: str) -> tuple[Loss, ...]:
    return verdict_on(text, ExampleWorld(frozenset(("git.dirty", "git.untracked", "path.precious", "path.exists")))).losses


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("git reset --hard HEAD~1", "changes", ("--hard", "HEAD~1")),
        ("git -C ../x checkout -- a.py", "changes", ("--", "a.py")),
        ("git clean -fdx build", "untracked", ("-fdx", "build")),
        ("git stash drop stash@{1}", "stashes", None),
        ("git branch -D a b", "branches", ("-D", "a", "b")),
        ("git tag -d v1", "tags", ("-d", "v1")),
        ("git update-ref -d refs/heads/x", "refs", None),
        ("git reflog expire --expire=now --all", "reflogs", None),
        ("git worktree remove ../wt", "worktree", None),
        ("git filter-branch --env-filter x", "history", None),
        ("git rm -rf .", "tracked", ("-rf", ".")),
        ("mv a b ../new", "moved", None),
        ("rm -rf x", "delete", None),
        ("echo x > f", "overwrite", None),
        ("sed -i s/a/b/ f", "edit", None),
        ("truncate -s 0 f", "truncate", None),
    ],
)
def test_kinds(text: str, kind: str, words: tuple[str, ...] | None) -> None:
    if kind == "moved":
        found = verdict_on(text, ExampleWorld()).losses
    else:
        found = losses(text)
    assert kind in {loss.kind for loss in found}, found
    assert kind in TAKING or kind in KINDS
    if words is not None:
        assert [loss.words for loss in found if loss.kind == kind][0] == words
    assert all(loss.sure for loss in found if loss.kind == kind)


def test_what_is_not_sure(tmp_path: Path) -> None:
    for text in ("./x; rm -rf y", "git stash pop && git reset --hard", "git --git-dir=x clean -fd", "git clean -fd $(cat x)"):
        assert not losses(text)[-1].sure, text


def test_plain_commands_take_nothing() -> None:
    for text in ("ls", "git status", "cat a | grep b", "docker compose down", "curl -X DELETE https://api.example/x"):
        assert losses(text) == (), text


def test_every_rule_that_counts_on_saving_says_what_is_saved() -> None:
    """The schema refuses others; this is that some are there."""
    lowered = [rule for key in ("delete", "overwrite") for rule in rules().of_effect(key)]
    assert any("loss.saved" in step.get("when", ()) for rule in lowered for step in rule["lower"])
