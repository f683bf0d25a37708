"""What a git command discards: files of the work tree, references, stashes, reflogs. Asked of a trusted git."""

from __future__ import annotations

import os

from guardsh.facts import files, git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.facts.git import Repository
    from guardsh.undo.plan import GitWork, Planner
    from guardsh.verdict import Loss

SECONDS = 5.0  # for one question to git
MOST = 64 << 20  # bytes of an answer
_REDIRECTED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


class GitPlanner:
    """Adds what one git command takes to a plan."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.world = planner.world

    def add(self, loss: Loss) -> None:
        """Adds one loss; what can't be found out becomes a hole of the plan."""
        if any(self.world.environment.get(name) for name in _REDIRECTED):
            self.planner.hole("variables lead git to another repository")
            return
        repository = git.find(self.world.resolve(loss.directory), home=self.world.home, timeout=SECONDS)
        if repository is None and not loss.sure:  # --work-tree names another directory
            repository = git.find(self.world.resolve(self.world.directory), home=self.world.home, timeout=SECONDS)
        if repository is None or repository.config() is None:
            self.planner.hole(f"the repository of {loss.directory} can't be read")
            return
        if not loss.sure:
            self.planner.hole("what runs before, or isn't known, may change what git discards")
        getattr(self, f"_{loss.kind}")(loss, repository)

    def ask(self, repository: Repository, *arguments: str, directory: str = "") -> str | None:
        """What git prints; None if it fails."""
        return repository.ask(*arguments, directory=directory, most=MOST)

    def work(self, repository: Repository, **more: Any) -> None:
        """Adds git's own part; two parts about one repository stay two."""
        from guardsh.undo.plan import GitWork

        made: GitWork = GitWork(repository.top, repository.git_dir, repository.common_dir, **more)
        if made not in self.planner.git:
            self.planner.git.append(made)

    # ------------------------------------------------------------ the work tree

    def _changes(self, loss: Loss, repository: Repository) -> None:
        status = repository.status(every=False)
        if not status.known:
            self.planner.hole("git doesn't say what is changed")
            return
        if repository.hides_changes():
            self.planner.hole("git is told not to look at some files (assume-unchanged)")
        if files.kind(f"{repository.top}/.gitmodules") != "missing" and (repository.config() or {}).get(
            "submodule.recurse", "false"
        ).lower() not in ("false", "no", "off", "0"):
            self.planner.hole("it reaches into submodules")
        changed = self._limited(status.changed, loss, repository)
        moving = self._moving(loss, repository)
        if not changed and not moving and loss.sure:
            return
        for path in dict.fromkeys((*changed, *moving)):
            self.planner.root(path)
        self._state(repository)

    def _limited(self, changed: tuple[str, ...], loss: Loss, repository: Repository) -> tuple[str, ...]:
        """Of the changed files those that the command's paths mean."""
        if not loss.sure or "--" not in loss.words:
            return changed
        paths = loss.words[loss.words.index("--") + 1 :]
        if not paths or any(path.startswith(":") for path in paths):
            return changed
        status = repository.status(paths, directory=self.world.resolve(loss.directory))
        return status.changed if status.known else changed

    def _moving(self, loss: Loss, repository: Repository) -> list[str]:
        """The files that differ between HEAD and a commit that the command names: it changes, makes or removes them."""
        found: dict[str, None] = {}
        before = loss.words[: loss.words.index("--")] if "--" in loss.words else loss.words
        for word in before:
            name = word.partition("=")[2] if word.startswith("--source=") else word
            if not name or name.startswith("-"):
                continue
            commit = (self.ask(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") or "").strip()
            if not commit:
                continue
            listed = self.ask(
                repository, "diff", "--name-only", "-z", "--no-renames", "--ignore-submodules=dirty", "--no-ext-diff",
                "HEAD", commit, "--",
            )  # fmt: skip
            if listed is None:
                self.planner.hole(f"git doesn't say what {name} changes")
            found.update((f"{repository.top.rstrip('/')}/{path}", None) for path in (listed or "").split("\0") if path)
        return list(found)

    def _state(self, repository: Repository) -> None:
        """HEAD, its branch and the index, what is staged, and a merge that isn't finished."""
        head = (files.read_text(f"{repository.git_dir}/HEAD", 4096) or "").strip()
        commit = (self.ask(repository, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()
        branch = head[5:] if head.startswith("ref: ") else ""
        refs = ((branch, commit),) if branch and commit else ()
        self.work(repository, head=head, index=True, refs=refs)
        self._staged(repository)
        self.planner.merging(repository.git_dir)

    def _staged(self, repository: Repository) -> None:
        """The objects of what is staged, as the files that git keeps them in: nothing else holds these."""
        printed = self.ask(repository, "diff-index", "--cached", "-z", "--no-renames", "HEAD", "--")
        for line in (printed or "").split("\0"):
            fields = line.split(" ")
            if line.startswith(":") and len(fields) > 3 and fields[3].strip("0"):
                path = f"{repository.common_dir}/objects/{fields[3][:2]}/{fields[3][2:]}"
                if files.kind(path) == "file":
                    self.planner.root(path, repositories=True)

    def _tracked(self, loss: Loss, repository: Repository) -> None:
        words = [word for word in loss.words if not word.startswith("-")] if loss.sure else []
        directory = self.world.resolve(loss.directory) if words else ""
        printed = self.ask(repository, "ls-files", "-z", "--full-name", "--", *words, directory=directory)
        if printed is None:
            self.planner.hole("git doesn't say which files it knows")
            return
        for path in printed.split("\0"):
            if path and files.kind(f"{repository.top}/{path}") != "missing":
                self.planner.root(f"{repository.top.rstrip('/')}/{path}")
        self._state(repository)

    def _untracked(self, loss: Loss, repository: Repository) -> None:
        """What `git clean` says that it would remove; where it isn't known what runs before, everything it could."""
        words = [word for word in loss.words if word not in ("-q", "--quiet", "-n", "--dry-run")]
        words = ["-" + word[1:].replace("q", "").replace("i", "") if _is_bundle(word) else word for word in words]
        if not loss.sure:
            words = ["-ffdx"]
        directory = self.world.resolve(loss.directory) if loss.sure else repository.top
        printed = self.ask(
            repository, "-c", "core.quotePath=true", "-c", "clean.requireForce=false", "clean", "--dry-run", *words,
            directory=directory,
        )  # fmt: skip
        if printed is None:
            self.planner.hole("git doesn't say what it would delete")
            return
        for line in printed.splitlines():
            if line.startswith("Would remove "):
                path = os.path.normpath(os.path.join(directory, unquoted(line[13:])))
                self.planner.root(path)

    def _worktree(self, loss: Loss, repository: Repository) -> None:
        words = [word for word in loss.words if not word.startswith("-") and word != "remove"]
        if not words:
            return
        path = self.world.resolve(os.path.join(loss.directory, words[-1]))
        text = files.read_text(f"{path}/.git", 8192) or ""
        if not text.startswith("gitdir: "):
            self.planner.hole(f"{path} isn't a work tree")
            return
        if files.kind(f"{path}/.gitmodules") != "missing":
            self.planner.hole(f"{path} has submodules")
        self.planner.root(path, repositories=True)
        admin = os.path.normpath(os.path.join(path, text[8:].strip()))
        self.planner.root(admin, repositories=True)
        commit = (files.read_text(f"{admin}/HEAD", 4096) or "").strip()
        if commit and not commit.startswith("ref: "):
            self.work(repository, commits=(commit,), bundled=True)

    # ------------------------------------------------------------ references

    def _stashes(self, loss: Loss, repository: Repository) -> None:
        stashes = self.stashes(repository)
        if stashes is None:
            self.planner.hole("git doesn't list the stashes")
        elif stashes:
            self.work(repository, stashes=stashes, reflogs=_logs(repository, ("refs/stash",)), bundled=True)

    def stashes(self, repository: Repository) -> tuple[tuple[str, str], ...] | None:
        """Object and message of each stash, newest first."""
        if not repository.has_stash():
            return ()
        printed = self.ask(repository, "log", "-g", "-z", "--format=%H %gs", "refs/stash", "--")
        if printed is None:
            return None
        pairs = (entry.partition(" ") for entry in printed.split("\0") if entry)
        return tuple((commit, message) for commit, _, message in pairs)

    def _branches(self, loss: Loss, repository: Repository) -> None:
        prefix = "refs/remotes/" if any(word in ("-r", "--remotes") for word in loss.words) else "refs/heads/"
        self._named(prefix, loss, repository)

    def _tags(self, loss: Loss, repository: Repository) -> None:
        self._named("refs/tags/", loss, repository)

    def _refs(self, loss: Loss, repository: Repository) -> None:
        if "--stdin" in loss.words:
            self.planner.hole("the references aren't named")
        self._named("", loss, repository)
        if any(word == "refs/stash" for word in loss.words):
            self._stashes(loss, repository)

    def _named(self, prefix: str, loss: Loss, repository: Repository) -> None:
        refs = []
        for word in loss.words:
            if word.startswith("-"):
                continue
            commit = (self.ask(repository, "rev-parse", "--verify", "--quiet", prefix + word) or "").strip()
            if commit and (prefix or word.startswith("refs/")) and word != "refs/stash":
                refs.append((prefix + word, commit))
        names = [name.removeprefix("refs/heads/") for name, _ in refs]
        config = tuple(
            (key, value)
            for key, value in (repository.config() or {}).items()
            if any(key.startswith(f"branch.{name}.") for name in names)
        )
        logs = _logs(repository, tuple(name for name, _ in refs))
        if refs:
            self.work(repository, refs=tuple(refs), reflogs=logs, config=config, bundled=True)

    # ------------------------------------------------------------ history

    def _reflogs(self, loss: Loss, repository: Repository) -> None:
        logs = tuple(_names_below(f"{repository.common_dir}/logs"))
        self.work(repository, reflogs=logs, commits=self._logged(repository), bundled=True)

    def _logged(self, repository: Repository) -> tuple[str, ...]:
        """Every commit that a reflog names, and that is there."""
        printed = self.ask(repository, "rev-list", "--reflog", "--no-walk", "--ignore-missing")
        if printed is None:
            self.planner.hole("git doesn't list what its reflogs hold")
        return tuple((printed or "").split())

    def _history(self, loss: Loss, repository: Repository) -> None:
        printed = self.ask(repository, "for-each-ref", "--format=%(objectname) %(refname)")
        if printed is None:
            self.planner.hole("git doesn't list its references")
            return
        refs = tuple((name, commit) for commit, _, name in (line.partition(" ") for line in printed.splitlines()))
        stashes = self.stashes(repository) or ()
        logs = tuple(_names_below(f"{repository.common_dir}/logs"))
        self.work(
            repository, refs=tuple(ref for ref in refs if ref[0] != "refs/stash"), stashes=stashes, reflogs=logs,
            commits=self._logged(repository), bundled=True,
        )  # fmt: skip
        self._tracked(loss.but(sure=False), repository)
        self.planner.root(f"{repository.common_dir}/config", repositories=True)


def _logs(repository: Repository, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of some references those that have a reflog in a file."""
    return tuple(name for name in names if files.kind(f"{repository.common_dir}/logs/{name}") == "file")


def _is_bundle(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and word[1] != "-" and "e" not in word


def _names_below(folder: str) -> list[str]:
    found = []
    for place, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(place, name), folder) for name in names]
    return sorted(found)


_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def unquoted(text: str) -> str:
    """A path as git prints it: in double quotes with C escapes where it holds unusual bytes (git-config(1),
    core.quotePath).
    """
    if not (text.startswith('"') and text.endswith('"') and len(text) > 1):
        return text
    data, at, inner = bytearray(), 0, text[1:-1]
    while at < len(inner):
        if inner[at] != "\\":
            data += inner[at].encode("utf-8", "surrogateescape")
            at += 1
        elif inner[at + 1 : at + 2] in _ESCAPES:
            data.append(_ESCAPES[inner[at + 1]])
            at += 2
        else:
            data.append(int(inner[at + 1 : at + 4], 8) & 255)
            at += 4
    return os.fsdecode(bytes(data))
