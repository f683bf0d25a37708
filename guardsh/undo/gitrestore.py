"""Bringing back what git discarded: references, HEAD, index, stashes and reflogs, with a trusted git and no hooks.

A reference that moved on since is newer work and stays, unless what it holds now is in what comes back, or told
otherwise; what it then replaces is saved as a bundle first.
"""

from __future__ import annotations

import os

from guardsh.facts import files, git
from guardsh.undo.bundles import staged
from guardsh.undo.plan import GitWork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.facts.git import Repository
    from guardsh.undo.store import Save

SECONDS = 60.0


class Part:
    """What a save holds of one repository, and what there is to do with it."""

    def __init__(self, found: Save, part: dict[str, Any], over: bool) -> None:
        self.save = found
        self.part = part
        self.over = over
        self.back: list[str] = []
        self.left: list[str] = []
        self.problems: list[str] = []
        self.top = str(part["top"])
        self.repository = self._found()
        self.names = {str(name): str(sha) for name, sha in part["refs"]}
        self.stashes = [(str(sha), str(message)) for sha, message in part["stashes"]]

    def _found(self) -> Repository | None:
        """The repository; of a work tree that was removed, the one that it belonged to."""
        found = git.find(self.top, timeout=SECONDS) if self.top else None
        common = str(self.part["common_dir"])
        if found is None and files.kind(f"{common}/HEAD") == "file":
            found = git.Repository(self.top, common, common, "", SECONDS, git.trusted_git())
        return found

    def ask(self, *arguments: str) -> str | None:
        return self.repository.ask(*arguments) if self.repository is not None else None

    # ------------------------------------------------------------ what there is to do

    def moved(self) -> list[tuple[str, str, str, bool]]:
        """References that aren't as saved: name, saved object, present one ("" if it is gone), may it be replaced?"""
        found = []
        for name, sha in self.names.items():
            now = (self.ask("rev-parse", "--verify", "--quiet", name) or "").strip()
            if now != sha:
                found.append((name, sha, now, not now or self._holds(sha, now)))
        return found

    def _holds(self, sha: str, now: str) -> bool:
        """Is everything that a reference holds now in what comes back?"""
        return self.ask("merge-base", "--is-ancestor", now, sha) is not None

    def head_moved(self) -> bool:
        head = str(self.part["head"])
        git_dir = self.repository.git_dir if self.repository is not None else ""
        return bool(head) and (files.read_text(f"{git_dir}/HEAD", 4096) or "").strip() != head

    def index_differs(self) -> bool:
        if not self.part["index"] or self.repository is None:
            return False
        return str(self.part["staged"]) != staged(self.repository)

    def staged(self) -> bool:
        """Is something staged now that no commit holds?"""
        return bool(self.ask("ls-files", "-z")) and self.ask("diff-index", "--cached", "--quiet", "HEAD", "--") is None

    def missing_stashes(self) -> list[str]:
        """Saved stashes that are gone."""
        now = (self.ask("log", "-g", "--format=%H", "refs/stash", "--") or "").split() if self.stashes else []
        return [sha for sha, _ in self.stashes if sha not in now]

    def _index(self) -> str:
        assert self.repository is not None
        return f"{self.repository.git_dir}/index"

    def replaces(self) -> list[GitWork]:
        """What has to be saved before, so that this undo can be undone."""
        repository = self.repository
        if repository is None:
            return []
        refs = [(name, now) for name, _, now, may in self.moved() if now and (may or self.over)]
        head = (files.read_text(f"{repository.git_dir}/HEAD", 4096) or "").strip()
        index = self.index_differs()
        if not refs and not index and not self.head_moved():
            return []
        return [
            GitWork(
                repository.top,
                repository.git_dir,
                repository.common_dir,
                head=head,
                index=index,
                refs=tuple(refs),
                bundled=bool(refs),
            )  # fmt: skip
        ]

    # ------------------------------------------------------------ doing it

    def objects(self) -> None:
        """Puts the objects of the bundle back where git doesn't have them any more."""
        bundle = str(self.part["bundle"])
        if not bundle or self.repository is None:
            return
        wanted = [*self.names.values(), *(sha for sha, _ in self.stashes)]
        if wanted and self.ask("rev-list", "--objects", "--quiet", *wanted, "--") is not None:
            return
        if self.ask("bundle", "unbundle", os.path.join(self.save.path, bundle)) is None:
            self.problems.append(f"{self.top}: git doesn't take its objects back")

    def restore(self) -> None:
        """References, HEAD, configuration, index, stashes, reflogs."""
        if self.repository is None:
            if self.part["head"] or self.names or self.stashes:
                self.problems.append(f"{self.top}: its repository isn't there")
            return
        newer = self.staged() if self.index_differs() else False
        held = not self._references()
        self._config()
        if not held:
            self._head()
            self._put_index(newer)
        self._put_stashes()
        self._reflogs()

    def _references(self) -> bool:
        """False if the branch of HEAD stays where it is, so that HEAD and index have to stay too."""
        whole = True
        for name, sha, now, may in self.moved():
            if not may and not self.over:
                self.left.append(f"{name} (it moved on since)")
                whole = whole and self.part["head"] != f"ref: {name}"
                continue
            zero = "0" * len(sha)
            if self.ask("-c", "core.logAllRefUpdates=false", "update-ref", "--", name, sha, now or zero) is None:
                self.problems.append(f"{self.top}: git doesn't set {name}")
                whole = False
            else:
                self.back.append(name)
        return whole

    def _head(self) -> None:
        if not self.head_moved():
            return
        head = str(self.part["head"])
        arguments = (
            ["symbolic-ref", "HEAD", head[5:]]
            if head.startswith("ref: ")
            else ["update-ref", "--no-deref", "HEAD", head]
        )
        if self.ask("-c", "core.logAllRefUpdates=false", *arguments) is None:
            self.problems.append(f"{self.top}: git doesn't set HEAD")
        else:
            self.back.append("HEAD")

    def _config(self) -> None:
        have = (self.repository.config() if self.repository is not None else None) or {}
        for key, value in self.part["config"]:
            if key not in have and self.ask("config", "--local", str(key), str(value)) is None:
                self.problems.append(f"{self.top}: git doesn't set {key}")

    def _put_index(self, newer: bool) -> None:
        if not self.index_differs():
            return
        if newer and not self.over:
            self.left.append(f"{self._index()} (something is staged since)")
            return
        try:
            _locked_write(self._index(), _content(os.path.join(self.save.path, str(self.part["index"]))))
            self.back.append(self._index())
        except FileExistsError:
            self.problems.append(f"{self.top}: git is busy here (index.lock)")
        except OSError as problem:
            self.problems.append(f"{self._index()}: {problem.strerror}")

    def _put_stashes(self) -> None:
        """Stashes that are gone come back in their order; those made since stay on top, and none is taken out."""
        if not self.stashes or self.repository is None:
            return
        printed = self.ask("log", "-g", "--format=%H", "refs/stash", "--") or ""
        now, saved = printed.split(), [sha for sha, _ in self.stashes]
        if set(saved) <= set(now):
            return
        log = f"{self.repository.common_dir}/logs/refs/stash"
        kept = _content(os.path.join(self.save.path, str(self.part["reflogs"].get("refs/stash", "")))).splitlines()
        if len(kept) == len(saved):
            newer = [line for line in _content(log).splitlines() if _logged(line) not in saved]
            top = next((sha for sha in now if sha not in saved), saved[0])
            done = self.ask("-c", "core.logAllRefUpdates=false", "update-ref", "--", "refs/stash", top) is not None
            os.makedirs(os.path.dirname(log), exist_ok=True)
            _locked_write(log, b"".join(line + b"\n" for line in kept + newer))
        else:
            missing = [(sha, message) for sha, message in reversed(self.stashes) if sha not in now]
            done = all(
                self.ask("stash", "store", "--quiet", "-m", message, sha) is not None for sha, message in missing
            )
        if done:
            self.back.append(f"stashes: {len(set(saved) - set(now))}")
        else:
            self.problems.append(f"{self.top}: git doesn't take the stashes back")

    def _reflogs(self) -> None:
        """Lines that are gone come back in front; lines written since stay behind them."""
        for name, copy in dict(self.part["reflogs"]).items():
            path = f"{self.part['common_dir']}/logs/{name}"
            if name == "refs/stash":
                continue
            saved = _content(os.path.join(self.save.path, str(copy)))
            now = _content(path)
            lines = set(saved.splitlines())
            wanted = saved + b"".join(line + b"\n" for line in now.splitlines() if line not in lines)
            if wanted == now:
                continue
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                _locked_write(path, wanted)
                self.back.append(f"reflog of {name}")
            except OSError as problem:
                self.problems.append(f"{path}: {problem.strerror}")


def _logged(line: bytes) -> str:
    """The object that a line of a reflog leads to."""
    return line.split(b" ")[1].decode("ascii", "replace") if line.count(b" ") > 1 else ""


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _locked_write(path: str, data: bytes) -> None:
    """Replaces a file of git's in git's own way: through its lock. Raises OSError."""
    lock = f"{path}.lock"
    with open(lock, "xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.unlink(lock)
            raise
    os.replace(lock, path)
