"""Which files are saved for which text. Nothing is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.facts.session import Session
from guardsh.undo import gitindex
from guardsh.undo.plan import plan
from tests.facts.gitwork import git, repository
from tests.undo.support import names, planned, verdict_on, world


@pytest.fixture
def made(project: Path) -> Path:
    """A repository with files of every kind: committed, changed, untracked, ignored."""
    top = repository(project / "r", {"a.py": "a\n", "b.py": "b\n", "src/c.py": "c\n", ".gitignore": "*.key\nnode_modules\n"})
    old = os.stat(top / "a.py").st_mtime - 100
    for name in ("a.py", "b.py", "src/c.py"):
        os.utime(top / name, (old, old))
    git(top, "update-index", "--refresh", "-q")
    (top / "b.py").write_text("mine\n")
    (top / "notes").mkdir()
    (top / "notes" / "n.md").write_text("n\n")
    (top / "my.key").write_text("k\n")
    (top / ".env").write_text("A=1\n")
    (top / "node_modules").mkdir()
    (top / "node_modules" / "x.js").write_text("x\n")
    return top


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("rm -rf notes", {"notes"}),
        ("rm -rf notes .env my.key", {"notes", ".env", "my.key"}),
        ("rm a.py", set()),
        ("rm -rf node_modules", set()),
        ("rm missing", set()),
        ("rm b.py", {"b.py"}),
        ("rm notes/*.md", {"notes/n.md"}),
        ("rm -rf not*/", {"notes"}),
        ("cd notes && rm n.md", {"notes/n.md"}),
        ("bash -c 'rm -rf notes'", {"notes"}),
        ("python3 -c \"import shutil; shutil.rmtree('notes')\"", {"notes"}),
        ("find . -name '*.md' -delete", {"notes/n.md"}),
        ("for f in b.py .env; do rm $f; done", {"b.py", ".env"}),
        ("sed -i s/a/b/ a.py", set()),
        ("sed -i s/a/b/ b.py", {"b.py"}),
        ("echo x > .env", {".env"}),
        ("echo x > new.txt", set()),
        ("echo x >> .env", set()),
        ("truncate -s 0 notes/n.md", {"notes/n.md"}),
        ("cp a.py b.py", {"b.py"}),
        ("cp a.py notes", set()),
        ("cp src/c.py n.md && cp n.md notes", {"notes/n.md"}),
        ("mv a.py b.py", {"b.py"}),
        ("mv a.py elsewhere", set()),
        ("mv .env my.key ../newdir", {".env", "my.key"}),
        ("for f in .env my.key; do mv $f one; done", {".env", "my.key"}),
        ("mv .env notes/; rm -rf notes", {".env", "notes"}),
        ("ls -l; grep -r x .", set()),
        ("rm -rf /tmp/guardsh-nothing", set()),
    ],
)
def test_of_files(made: Path, home: Path, text: str, saved: set[str]) -> None:
    assert names(planned(f"cd {made}; {text}", made, home), made) == saved


def test_a_database_is_saved_with_its_journal(made: Path, home: Path) -> None:
    for name in ("app.sqlite", "app.sqlite-wal", "app.sqlite-journal", "app.sqlite-other"):
        (made / name).write_text("x")
    found = names(planned("rm app.sqlite", made, home), made)
    assert found == {"app.sqlite", "app.sqlite-wal", "app.sqlite-journal"}


def test_a_link_is_followed_where_its_target_is_written(made: Path, home: Path) -> None:
    (made / "link").symlink_to(".env")
    assert names(planned("echo x > link", made, home), made) == {".env"}
    assert names(planned("rm -f link", made, home), made) == {"link"}


def test_what_is_not_known_is_a_hole(made: Path, home: Path) -> None:
    for text in ('rm -rf "$(cat list)"', "ls | xargs rm -rf"):
        found = planned(text, made, home)
        assert found.holes, text


def test_what_runs_before_may_change_what_is_lost(made: Path, home: Path) -> None:
    assert not planned("mkdir -p x && cp a.py x && rm -rf notes", made, home).holes
    for before in ("./build.sh", "make", "git stash pop", "npm run x"):
        found = planned(f"{before} && rm -rf notes", made, home)
        assert "runs before" in found.holes[0], before
        assert names(found, made) == {"notes"}, "what a person allows is saved all the same"


def test_only_deletions_may_be_linked(made: Path, home: Path) -> None:
    assert planned("rm -rf notes .env", made, home).unlinks
    assert planned("ls; rm -rf notes", made, home).unlinks
    for text in ("echo x > .env; rm -rf notes", "shred -u .env", "./x; rm -rf notes", "trash notes", "mv .env notes; rm -r notes"):
        assert not planned(text, made, home).unlinks, text


def test_what_the_session_made_is_not_saved_for_a_note(made: Path, home: Path) -> None:
    session = Session()
    session.remember_made(str(made / "notes"))
    where = world(made, home, session)
    assert not plan(verdict_on("rm -rf notes; echo x > notes/n.md", where), where).roots


def test_elsewhere_is_not_here(made: Path, home: Path) -> None:
    for text in ("ssh web rm -rf notes", "docker exec web rm -rf notes"):
        assert not planned(text, made, home).roots


# ---------------------------------------------------------------- the index alone


def holds(top: Path, name: str) -> bool:
    return gitindex.holds(str(top / ".git"), str(top), str(top / name))


def test_the_index_tells_what_git_holds(made: Path) -> None:
    assert holds(made, "a.py") and holds(made, "src/c.py")
    assert not holds(made, "b.py"), "changed"
    assert not holds(made, ".env") and not holds(made, "c.py") and not holds(made, "src")
    assert not gitindex.holds(str(made / ".git"), "/elsewhere", str(made / "a.py"))


def test_the_index_tells_nothing_that_is_racy(made: Path) -> None:
    (made / "a.py").write_text("A\n")
    git(made, "add", "a.py")
    os.utime(made / ".git" / "index", ns=(1, os.stat(made / "a.py").st_mtime_ns))
    assert not holds(made, "a.py")


def test_an_index_of_another_form_tells_nothing(made: Path) -> None:
    git(made, "update-index", "--index-version", "4")
    assert not holds(made, "a.py")
    (made / ".git" / "index").write_bytes(b"DIRC")
    assert not holds(made, "a.py")
    (made / ".git" / "index").unlink()
    assert not holds(made, "a.py")
