"""What git knows of some files and branches: read from its files where that is simple, else asked from a trusted git.

The repository is somebody else's: its configuration may name programs (fsmonitor, filters, hooks, ssh). None of them
is run: git is called by an absolute path, with an environment of our own, every driver that the configuration names
switched off, no lock taken, no network, and bounded in time and output. Whatever fails is unknown, and then no fact
is proven.
"""

from __future__ import annotations

import os

from guardsh.facts import files, known
from guardsh.facts.run import output_of
from guardsh.frozen import Frozen
from guardsh.reading.model import MARKS

GIT_PLACES = (
    "/usr/bin/git",
    "/bin/git",
    "/usr/local/bin/git",
    "/opt/homebrew/bin/git",
    "/opt/local/bin/git",
    "/run/current-system/sw/bin/git",
    "/Library/Developer/CommandLineTools/usr/bin/git",
)
SAFE_PATH = "/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin:/run/current-system/sw/bin"
MOST_OUTPUT = 4 << 20

# Everything in a configuration that may start a program or change what status says (git-config(1)). The empty value
# switches off.
_OVERRIDES = tuple(
    line.strip()
    for line in """
    core.fsmonitor=false
    core.hooksPath=/dev/null
    core.untrackedCache=false
    core.ignoreStat=false
    core.checkStat=default
    core.trustctime=true
    core.pager=cat
    core.editor=false
    core.sshCommand=false
    core.askPass=false
    core.gitProxy=
    core.alternateRefsCommand=
    core.quotePath=false
    diff.external=
    diff.ignoreSubmodules=dirty
    protocol.allow=never
    credential.helper=
    submodule.recurse=false
    status.submoduleSummary=false
    status.relativePaths=false
    log.showSignature=false
    gpg.program=false
    gc.auto=0
    maintenance.auto=false
    color.ui=never
    column.ui=never
    """.strip().splitlines()
)


class Status(Frozen):
    """What `git status` lists, as absolute paths; directories that are listed as one end in a slash."""

    known: bool  # False: git gave no answer, and the rest is empty
    changed: tuple[str, ...] = ()  # tracked files that differ from the last commit, staged or not
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


class Listing(Frozen):
    """What git knows of everything at and below some paths."""

    known: bool
    tracked: int = 0  # files in the index there
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()  # status doesn't look into these: assume-unchanged, skip-worktree, submodules

    @property
    def committed(self) -> bool:
        """Is something tracked there, and no tracked file changed or hidden from status?"""
        return self.known and self.tracked > 0 and not self.changed and not self.hidden

    @property
    def clean(self) -> bool:
        """Is every single file there committed and unchanged?"""
        return self.committed and not self.untracked and not self.ignored


def trusted_git() -> str:
    """The absolute path of a git that others can't write, from a fixed list; "" if there is none."""
    for path in GIT_PLACES:
        try:
            status = os.stat(path)
        except OSError:
            continue
        if status.st_mode & 0o111 and not status.st_mode & 0o022:
            return path
    return ""


def find(directory: str, *, home: str = "", timeout: float = 0.3, git: str | None = None) -> Repository | None:
    """The repository whose working tree holds the directory (an absolute path without links); None outside, or if it
    is broken.
    """
    folder = directory
    while True:
        place = f"{folder.rstrip('/')}/.git"
        sort = files.kind(place, follow=True)
        if sort == "directory":
            return _at(folder, place, home, timeout, git)
        if sort == "file":
            return _at(folder, _linked(place, folder), home, timeout, git)
        if folder in ("/", "") or sort == "unknown":
            return None
        folder = folder.rsplit("/", 1)[0] or "/"


def _linked(place: str, folder: str) -> str:
    """Where a `.git` file of a worktree or submodule points (gitrepository-layout(5)); "" if it doesn't."""
    text = files.read_text(place, 8192) or ""
    if not text.startswith("gitdir: "):
        return ""
    target = text[8:].rstrip("\r\n")
    return os.path.normpath(target if target.startswith("/") else f"{folder}/{target}")


def _at(top: str, git_dir: str, home: str, timeout: float, git: str | None) -> Repository | None:
    if not git_dir or files.kind(f"{git_dir}/HEAD", follow=True) != "file":
        return None
    common = (files.read_text(f"{git_dir}/commondir", 8192) or "").strip()
    if common:
        common = os.path.normpath(common if common.startswith("/") else f"{git_dir}/{common}")
    return Repository(top, git_dir, common or git_dir, home, timeout, trusted_git() if git is None else git)


class Repository:
    """One working tree with its git directory. Each question is asked once; after a time-out no more are."""

    def __init__(self, top: str, git_dir: str, common_dir: str, home: str, timeout: float, git: str) -> None:
        self.top = top
        self.git_dir = git_dir
        self.common_dir = common_dir
        self._home = home
        self._timeout = timeout
        self._git = git
        self._failed = not git
        self._config: dict[str, str] | None = None
        self._answers: dict[tuple[object, ...], object] = {}

    # --- asking git -------------------------------------------------------------------------------------------------

    def ask(self, *arguments: str, directory: str = "", most: int = MOST_OUTPUT) -> str | None:
        """What a read-only git command prints; None if it fails, takes too long or prints too much."""
        config = self.config()
        if config is None:
            return None
        overrides = list(_OVERRIDES)
        for driver in _filters(config):
            overrides += [f"filter.{driver}.{key}" for key in ("clean=", "smudge=", "process=", "required=false")]
        options = [word for setting in overrides for word in ("-c", setting)]
        return self._run(["-C", directory or self.top, *options, f"--work-tree={self.top}", *arguments], most)

    def config(self) -> dict[str, str] | None:
        """The effective configuration, last value wins, keys as git prints them; None if it isn't known or can't be
        made safe.
        """
        if self._config is None and not self._failed:
            printed = self._run(["-C", self.top, "config", "--null", "--list"], 1 << 20)
            if printed is None or not self._usable(found := _pairs(printed)):
                self._failed = True
            else:
                self._config = found
        return self._config

    def _usable(self, config: dict[str, str]) -> bool:
        """A driver's name with `=` can't be switched off by -c; another work tree isn't the one that was asked for."""
        elsewhere = config.get("core.worktree", "")
        if elsewhere and os.path.realpath(os.path.join(self.git_dir, elsewhere)) != os.path.realpath(self.top):
            return False
        return not any("=" in driver or "\n" in driver for driver in _filters(config))

    def _run(self, arguments: list[str], most: int) -> str | None:
        if self._failed:
            return None
        command = [self._git, f"--git-dir={self.git_dir}", "--no-pager", "--no-optional-locks", *arguments]
        printed = output_of(command, self._environment(), self._timeout, most)
        if printed is None:
            return None
        if printed.timed_out:
            self._failed = True
            return None
        return printed.text if printed.status == 0 else None

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": SAFE_PATH,
            "HOME": self._home or "/",
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "false",
            "SSH_ASKPASS": "false",
            "GIT_SSH_COMMAND": "false",
            "GIT_PAGER": "cat",
            "GIT_FLUSH": "0",
        }

    # --- files ------------------------------------------------------------------------------------------------------

    def status(
        self, paths: tuple[str, ...] = (), *, directory: str = "", every: bool = False, literal: bool = False
    ) -> Status:
        """What isn't as committed, in all or some pathspecs as written in `directory`.

        `every`: each untracked file by itself, and ignored ones too. `literal`: the paths are paths, not patterns. A
        submodule counts as changed if it is at another commit; what was edited in it isn't looked at, as that would
        mean to trust its configuration.
        """
        key = ("status", paths, directory, every, literal)
        if key not in self._answers:
            self._answers[key] = self._status(paths, directory, every, literal)
        return self._answers[key]  # type: ignore[return-value]

    def _status(self, paths: tuple[str, ...], directory: str, every: bool, literal: bool) -> Status:
        arguments = ["--literal-pathspecs"] if literal else []
        arguments += ["status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty"]
        arguments += ["--untracked-files=all", "--ignored=matching"] if every else ["--untracked-files=normal"]
        printed = self.ask(*arguments, "--", *paths, directory=directory)
        if printed is None:
            return Status(known=False)
        sorts: dict[str, list[str]] = {"??": [], "!!": [], "": []}
        for entry in printed.split("\0"):
            if entry:
                sorts.get(entry[:2], sorts[""]).append(f"{self.top.rstrip('/')}/{entry[3:]}")
        return Status(True, tuple(sorts[""]), tuple(sorts["??"]), tuple(sorts["!!"]))

    def clean_targets(self, paths: tuple[str, ...]) -> Listing:
        """What git knows of everything at and below absolute paths without links; unknown where they hold the git
        directory itself.
        """
        below = tuple(self._below(path) for path in paths)
        if not paths or any(path is None for path in below):
            return Listing(known=False)
        status = self.status(tuple(path or "." for path in below), every=True, literal=True)
        flags = self._index_flags(tuple(path or "." for path in below)) if status.known else None
        if flags is None:
            return Listing(known=False)
        return Listing(True, flags[0], status.changed, status.untracked, status.ignored, flags[1])

    def _below(self, path: str) -> str | None:
        """The path relative to the top, None outside of it, in the git directory, or where it holds the git
        directory.
        """
        path = path.rstrip("/") or "/"
        for git_dir in (self.git_dir, self.common_dir):
            if f"{git_dir}/".startswith(f"{path.rstrip('/')}/") or f"{path}/".startswith(f"{git_dir}/"):
                return None
        if path == self.top:
            return "."
        start = self.top.rstrip("/") + "/"
        return path[len(start) :] if path.startswith(start) else None

    def _index_flags(self, paths: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
        """How many files the index has there, and those that status doesn't look into (`git ls-files -v`, mode
        160000).
        """
        printed = self.ask("--literal-pathspecs", "ls-files", "-z", "-v", "--stage", "--", *paths)
        if printed is None:
            return None
        entries = [entry for entry in printed.split("\0") if entry]
        hidden = tuple(
            f"{self.top.rstrip('/')}/{entry.split(chr(9), 1)[-1]}"
            for entry in entries
            if not entry.startswith("H ") or entry.startswith("H 160000")
        )
        return len(entries), hidden

    def tracks_nothing(self, path: str) -> bool:
        """Is it proven that the index has no file at or below an absolute path? (True for a path outside.)"""
        start = self.top.rstrip("/") + "/"
        if not path.startswith(start):
            return path != self.top
        return self.ask("--literal-pathspecs", "ls-files", "-z", "--", path[len(start) :]) == ""

    def hides_changes(self) -> bool:
        """Are there files that status takes for unchanged without looking (assume-unchanged)? A reset writes over
        them.
        """
        key = ("hides",)
        if key not in self._answers:
            printed = self.ask("ls-files", "-v", "-z")
            entries = (printed or "").split("\0")
            self._answers[key] = any(entry[:1].islower() for entry in entries)
        return bool(self._answers[key])

    # --- facts ------------------------------------------------------------------------------------------------------

    def fact(self, name: str, directory: str = "", paths: tuple[str, ...] = (), ref: str = "") -> bool:
        """Is a `git.*` or `branch.*` fact proven? Raises ValueError for a name that isn't one."""
        if name == "git.repository":
            return True
        if name == "git.stash":
            return self.has_stash()
        if name == "git.unpushed":
            return self.unpushed(ref)
        if name.startswith("branch."):
            from guardsh.facts import branches

            return branches.fact(self, name, ref)
        return self._tree_fact(name, directory, paths)

    def _tree_fact(self, name: str, directory: str, paths: tuple[str, ...]) -> bool:
        if any(path.startswith(":") or any(mark in path for mark in MARKS) for path in paths):
            paths = ()
        status = self.status(paths, directory=directory if paths else "")
        if name == "git.dirty":
            return bool(status.changed)
        if name == "git.untracked":
            return bool(status.untracked)
        if name not in ("git.clean", "git.unchanged"):
            raise ValueError(f"no such fact: {name}")
        if not status.known or status.changed or (name == "git.clean" and status.untracked):
            return False
        return not self.hides_changes() and not self._enters_submodules()

    def _enters_submodules(self) -> bool:
        """Do the user's own commands change what is in submodules, where status doesn't look?"""
        recurse = (self.config() or {}).get("submodule.recurse", "false").lower()
        return recurse not in ("false", "no", "off", "0") and files.kind(f"{self.top}/.gitmodules") != "missing"

    # --- refs -------------------------------------------------------------------------------------------------------

    def branch(self) -> str:
        """The current branch; "" if HEAD is detached or can't be read."""
        text = files.read_text(f"{self.git_dir}/HEAD", 4096) or ""
        if text.startswith("ref: refs/heads/") and self._plain_refs():
            return text[16:].strip()
        if self._plain_refs():
            return ""
        return (self.ask("symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()

    def _plain_refs(self) -> bool:
        return files.kind(f"{self.common_dir}/reftable") != "directory"

    def has_ref(self, name: str) -> bool:
        """Does `refs/…` exist?"""
        if not self._plain_refs():
            return self.ask("show-ref", "--quiet", "--verify", name) is not None
        if files.kind(f"{self.common_dir}/{name}", follow=True) == "file":
            return True
        return name in self._packed_refs()

    def _packed_refs(self) -> frozenset[str]:
        key = ("packed",)
        if key not in self._answers:
            text = files.read_text(f"{self.common_dir}/packed-refs", 8 << 20) or ""
            lines = (line.split(" ", 1) for line in text.splitlines() if line[:1] not in ("#", "^", ""))
            self._answers[key] = frozenset(fields[1] for fields in lines if len(fields) == 2)
        return self._answers[key]  # type: ignore[return-value]

    def has_stash(self) -> bool:
        """Are there stashes?"""
        return self.has_ref("refs/stash")

    def remotes(self) -> tuple[str, ...]:
        """The names of the remotes; () if unknown."""
        found = (
            key[7:].rsplit(".", 1)[0] for key in self.config() or () if key.startswith("remote.") and key.count(".") > 1
        )
        return tuple(dict.fromkeys(found))

    def unpushed(self, ref: str = "") -> bool:
        """Has the branch ("": the current commit) commits that no remote-tracking branch has?"""
        from guardsh.facts import branches

        name = branches.plain_name(self, ref) if ref else ""
        start = f"refs/heads/{name}" if name and self.has_ref(f"refs/heads/{name}") else "HEAD"
        return bool(self.ask("rev-list", "--max-count=1", start, "--not", "--remotes", "--"))


def _pairs(printed: str) -> dict[str, str]:
    found = {}
    for entry in printed.split("\0"):
        key, _, value = entry.partition("\n")
        if key:
            found[key] = value
    return found


def _filters(config: dict[str, str]) -> tuple[str, ...]:
    drivers = (key[7:].rsplit(".", 1)[0] for key in config if key.startswith("filter.") and key.count(".") > 1)
    return tuple(dict.fromkeys(drivers))


def protected_name(name: str) -> bool:
    """Is this a branch name that several people share by custom?"""
    lowered = name.lower()
    return lowered in known.PROTECTED_BRANCHES or lowered.startswith(known.PROTECTED_BRANCH_PREFIXES)
