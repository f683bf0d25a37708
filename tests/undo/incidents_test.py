"""What agents did, done again for real in a cage with a person's forced yes, and undone: incidents 2.4 to 2.6.

Each row is one report (by its number at the agent's tracker, or its address). The act is the reported command, or its
nearest form on Linux; it destroys for real, in a throw-away home and repository. Undone means: every file with content,
mode, time and links, every branch, tag and stash, HEAD, and what is staged are as before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.undo.cage import Cage, picture


class Act(NamedTuple):
    report: str
    text: str
    prepare: str = ""  # in the project, by plain bash
    before: str = ""  # what else the agent did before, through guardsh; the state to come back to is behind it
    makes: tuple[str, ...] = ()  # names that weren't there before; they stay, with what the act put there


COMMIT = "git add -A && git commit -qm"
REPOSITORY = (
    "git init -q -b main . && printf 'one\\ntwo\\n' > a.py && mkdir -p src && echo b > src/b.py"
    f" && echo '*.key' > .gitignore && {COMMIT} first && echo three >> a.py && {COMMIT} second"
)
DIRTY = (
    "echo mine >> a.py; echo mine > src/b.py; echo staged > new.py; git add new.py; echo later >> new.py; chmod +x a.py"
)
UNTRACKED = (
    "mkdir -p notes/deep notes/empty; echo n > notes/n.md; echo k > notes/deep/my.key; echo e > .env; ln -s n.md notes/l"
)
REMOTE = (
    "git clone -q --bare . ../origin.git; git remote add origin ../origin.git; git fetch -q; echo x > local;"
    f" {COMMIT} local"
)
NUMBERED = "for i in 1 2 3; do echo $i > $i.txt; done"
TREE = (
    "mkdir -p {0}/deep/empty; for i in 1 2 3; do echo $i > {0}/f$i; done; ln {0}/f1 {0}/hard; ln -s f2 {0}/soft; "
    "chmod 640 {0}/f3; touch -d 2021-02-03T04:05:06.789 {0}/f2; head -c 2000000 /dev/urandom > {0}/deep/big; "
    "touch -d 2020-01-01 {0}/deep"
)


def tree(*names: str) -> str:
    return "; ".join(TREE.format(name) for name in names)


DELETIONS = [
    Act("claude-code 12637: a folder named ~", "rm -rf *", tree("'~'", "other")),
    Act(
        "claude-code 6413: xargs",
        "cd . && xargs rm -rf < .buildignore",
        tree("gen", "data") + "; printf 'gen\\ndata\\n' > .buildignore",
    ),
    Act("claude-code 15711: two absolute paths", 'rm -rf "$HOME/project/one" "$HOME/two"', tree("one", "../two")),
    Act(
        "claude-code 49129: moved in, then removed",
        "rm -rf sd/",
        tree("sd") + "; touch 1.png 2.png; mkdir sd/log",
        "mv *.png sd/log/",
    ),
    Act(
        "claude-code 49129: as one text",
        "mv *.png sd/log/; rm -rf sd/",
        tree("sd") + "; echo 1 > 1.png; echo 2 > 2.png; mkdir sd/log",
    ),
    Act("claude-code 46058: shutil.rmtree", "python3 -c \"import shutil; shutil.rmtree('pdfs')\"", tree("pdfs")),
    Act("claude-code 46058: then rm -rf", "rm -rf pdfs2", tree("pdfs2")),
    Act("claude-code 24196: one path, two spellings", "cp -r Data copy && rm -rf Data", tree("Data"), makes=("copy",)),
    Act("claude-code 48792, 49102: an absolute path", 'rm -rf "$HOME/WebstormProjects"', tree("../WebstormProjects")),
    Act(
        "codex 12277: a clean-up script",
        "bash clean.sh",
        tree("a", "b", "c", "d") + "; printf 'rm -rf a b c\\nrm -r d\\n' > clean.sh",
    ),
    Act(
        "codex 37515: a loop fed by find",
        "find sessions -type f -size +1k -print0 | while IFS= read -r -d '' file; do rm -f -- \"$file\"; done",
        tree("sessions"),
    ),
    Act(
        "gemini-cli 2617: documents and desktop",
        "cd ~ && rm -rf Documents Desktop",
        tree("../Documents", "../Desktop"),
    ),
    Act("gemini-cli 1504: not yet moved", "rm -rf docs/journeys", "mkdir docs; " + tree("docs/journeys")),
    Act(
        "claude-code 83058: recursive /bin/rm outside of the project", "/bin/rm -r ../elsewhere", tree("../elsewhere")
    ),
    Act(
        "Cursor's plan mode: seventy files",
        "rm -rf site",
        "mkdir site; for i in $(seq 70); do echo $i > site/$i.html; done",
    ),
    Act(
        "claude-code 60604: a work tree removed by force",
        "git worktree remove --force ../wt",
        f"{REPOSITORY}; git worktree add -q ../wt -b side; echo w > ../wt/w; echo x >> ../wt/a.py",
    ),
]

MOVES = [
    Act(
        "gemini-cli 4586: a folder that wasn't made",
        'for f in *.txt; do mv "$f" ../new; done',
        NUMBERED,
        makes=("new",),
    ),
    Act("gemini-cli 4586: file by file", "mv 1.txt ../new && mv 2.txt ../new", NUMBERED, makes=("new",)),
    Act(
        "claude-code 43771: many onto one name",
        'for f in a.mp4 b.mp4; do mv "$f" show.mkv; done',
        "echo a > a.mp4; echo b > b.mp4",
        makes=("project/show.mkv",),
    ),
    Act(
        "claude-code 83775: removed after a failed move",
        "mv src/ full/; rm -rf src",
        tree("src") + "; mkdir -p full/src/x",
    ),
    Act("claude-code 80652: removed after a failed copy", "cp -r work /proc/nowhere; rm -rf work", tree("work")),
    Act(
        "claude-code 13318: removed, then linked",
        "rm -rf public/storage && ln -s ../other public/storage",
        "mkdir public; " + tree("public/storage"),
    ),
    Act("claude-code 53548: edited in place", "sed -i 's/.*//' f.js && grep -c . f.js", "seq 1700 > f.js"),
    Act(
        "claude-code 30718: edited in several lines",
        "sed -i 1,5d a.ts\nsed -i '/x/d' b.ts",
        "seq 9 > a.ts; echo x > b.ts",
    ),
    Act("claude-code 37478: .bashrc", "echo 'export A=1' > ~/.bashrc", "seq 99 > ../.bashrc"),
]

GIT = [
    Act("claude-code 4541", "git reset --hard HEAD~1", f"{REPOSITORY}; {DIRTY}; {UNTRACKED}"),
    Act("claude-code 39859", "git reset --hard", f"{REPOSITORY}; {DIRTY}"),
    Act("claude-code 84660", "git reset --hard $(git rev-parse --short HEAD~1)", f"{REPOSITORY}; {DIRTY}"),
    Act("claude-code 70363", "git reset HEAD && git checkout -- .", f"{REPOSITORY}; {DIRTY}"),
    Act("claude-code 16098", "git checkout -- .", f"{REPOSITORY}; {DIRTY}"),
    Act("claude-code 62710", "git checkout a.py", f"{REPOSITORY}; {DIRTY}"),
    Act("gemini-cli 15580", "git reset --hard origin/main", f"{REPOSITORY}; {REMOTE}; {DIRTY}"),
    Act("copilot-intellij-feedback 1562", "git checkout -f side", f"{REPOSITORY}; git branch side HEAD~1; {DIRTY}"),
    Act("claude-code 45974", "git clean -fd", f"{REPOSITORY}; {DIRTY}; {UNTRACKED}", "git stash"),
    Act(
        "claude-code 29179",
        "git checkout --orphan x && git rm -rf . && git clean -fd",
        f"{REPOSITORY}; {UNTRACKED}; echo s > my.key",
    ),
    Act(
        "codex 42355",
        "git clean -fdX -- config/nested",
        f"{REPOSITORY}; mkdir -p config/nested; echo k > config/nested/a.key",
    ),
    Act(
        "Aperant 1477",
        "git checkout -- . && git clean -fd -e .auto",
        f"{REPOSITORY}; {DIRTY}; {UNTRACKED}; mkdir .auto; echo a > .auto/a",
    ),
    Act("claude-code 50817", "git stash drop", f"{REPOSITORY}; {DIRTY}; git stash -q; echo other >> a.py; git stash -q"),
    Act(
        "claude-code 50817: all of them",
        "git stash clear",
        f"{REPOSITORY}; {DIRTY}; git stash -q; echo other >> a.py; git stash -q -m 'a note'",
    ),
    Act(
        "claude-code 95355",
        "git reset --hard HEAD",
        f"{REPOSITORY}; {DIRTY}; git stash -q; echo 9 > .gitignore; git stash -q",
        "git stash pop; git stash pop",
    ),
    Act(
        "claude-code 45893: history rewritten",
        "git filter-branch --force --index-filter 'git rm -q --cached a.py' HEAD",
        f"{REPOSITORY}; git tag v1",
    ),
    Act("claude-code 40697", "git reset --hard origin/main", f"{REPOSITORY}; {REMOTE}; echo more >> a.py"),
    Act(
        "soleur 7053: the index",
        'git --work-tree="$HOME/d" checkout HEAD~1 -- .',
        f"{REPOSITORY}; {DIRTY}; mkdir ../d",
        makes=("d/.gitignore", "d/a.py", "d/src", "d/src/b.py"),
    ),
    Act("soleur 7053: then the files", "git checkout-index -a -f", f"{REPOSITORY}; {DIRTY}"),
    Act("indexable 4170", "git reset --hard HEAD~1", f"{REPOSITORY}; {DIRTY}"),
    Act("constellation-harness 9", "git checkout -- .", f"{REPOSITORY}; echo docs >> src/b.py"),
    Act(
        "claude-code-toolkit 44: the other work tree",
        "git -C ../main checkout -- a.py",
        f"mkdir ../main; cd ../main; {REPOSITORY}; {DIRTY}",
    ),
    Act(
        "PACT-Plugin 678: a report in the work tree",
        "git worktree remove ../wt",
        f"{REPOSITORY}; git worktree add -q ../wt; echo r > ../wt/r.key",
    ),
    Act(
        "a branch and its commits",
        "git branch -D side",
        f"{REPOSITORY}; git checkout -qb side; echo s > s; {COMMIT} s; git checkout -q main",
    ),
    Act("reflogs", "git reflog expire --expire=now --all", f"{REPOSITORY}; git reset -q --hard HEAD~1"),
]

# What can't be brought back, and why.
CANNOT = {
    "claude-code 10077, wellengineered.tech, claude-code 93099: rm -rf reaching ~ or /": "guardsh's saves lie in the home"
    " that goes with it; refused, and only a changed rule lets it run",
    "claude-code 64310, 36339, 29249; codex 40329, 43343; hermes-agent 82842; the Antigravity and Cursor drives": "Windows:"
    " guardsh doesn't run there",
    "claude-code 75275: the agent's own clean-up": "no command went through a shell",
    "codex 42875, claude-code 74539, jcode 604": "the command isn't known",
    "claude-code 78273: a file tool": "no shell's act; the hook saves the file (passing_test.py)",
    "claude-code 70378, 8482: git push --force": "the loss is on another machine",
    "claude-code 40117: git commit --no-verify": "nothing is lost",
    "git gc --prune=now": "objects that neither a name nor a reflog holds aren't saved",
}


def state(cage: Cage) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Everything that is to come back: files, and what git says about each repository."""
    leave = [str(cage.home / name) for name in (".local", ".config", ".cache")]
    repositories = sorted(path.parent for path in cage.home.glob("*/.git"))
    leave += [str(path / ".git") for path in repositories]
    leave += [str(path) for path in cage.home.glob("*.git")]
    return picture(cage.home, tuple(leave)), {str(path): told(cage, path) for path in repositories}


def told(cage: Cage, repository: Path) -> list[str]:
    """What git says of a repository."""
    asked = (
        "status --porcelain -uall --ignored", "for-each-ref", "symbolic-ref HEAD", "ls-files --stage", "stash list",
        "worktree list", "config --local --list",
    )  # fmt: skip
    return [cage.run("git", "-C", str(repository), *words.split(), check=False).stdout for words in asked]


def reflog(cage: Cage) -> str:
    return cage.run("git", "reflog", check=False).stdout


def replayed(cage: Cage, act: Act) -> None:
    """Does an act and undoes it."""
    cage.bash(act.prepare)
    if act.before:
        cage.shell(act.before, forced=True)
    files, git = state(cage)
    logged, number = reflog(cage), cage.saved()
    ran = cage.shell(act.text, forced=True)
    made = range(cage.saved(), number, -1)
    assert list(made), f"nothing was saved: {ran.stderr} {cage.log()[-1:]}"
    assert state(cage) != (files, git) or reflog(cage) != logged, "the act did nothing"
    for save in made:
        undone = cage.guardsh("undo", str(save), "--over", check=False)
        assert undone.returncode == 0, undone.stderr
    files_now, git_now = state(cage)
    for name in files:
        assert files_now.get(name) == files[name], name
    extra = {name for name in set(files_now) - set(files) if not name.startswith(tuple(f"{one}/" for one in act.makes))}
    assert extra <= set(act.makes), "something stays that wasn't there"
    assert git_now == git
    if "reflog" in act.text:
        assert reflog(cage) == logged


@pytest.mark.parametrize("act", DELETIONS + MOVES, ids=lambda act: act.report)
def test_files(act: Act, tmp_path: Path) -> None:
    replayed(Cage(tmp_path), act)


@pytest.mark.parametrize("act", GIT, ids=lambda act: act.report)
def test_git(act: Act, tmp_path: Path) -> None:
    replayed(Cage(tmp_path), act)


def test_what_cannot_be_undone_says_why() -> None:
    assert all(report.strip() and reason.strip() for report, reason in CANNOT.items())


def test_a_home_is_refused_and_nothing_is_saved_into_itself(tmp_path: Path) -> None:
    cage = Cage(tmp_path)
    cage.bash("echo n > n.md")
    done = cage.shell("rm -rf tests/ patches/ plan/ ~/")
    assert done.returncode == 126 and (cage.work / "n.md").exists()
    assert cage.saved() == 0
