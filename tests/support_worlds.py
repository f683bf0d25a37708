"""Worlds for judging a corpus: the same on every machine, in which all that a command names is as a test says.

No file of the machine is looked at. Whatever lies outside of system directories, devices and the like exists, if the
state says so, as that state's files; the directory that a command changes to, or starts in, is a project then. What
lies in a home outside of a project can't be tracked.
"""

from __future__ import annotations

from guardsh.facts import paths
from guardsh.facts.surroundings import Target
from guardsh.facts.world import ExampleWorld

MISSING = "missing"  # nothing that is named is there
TRACKED = "tracked"  # it is there, committed and unchanged
PERSONS = "persons"  # it is there, a person's, and in no commit
OWN = "own"  # it is there, and the agent made it in this session
STATES = (MISSING, TRACKED, PERSONS, OWN)

_OF_FILES = {
    MISSING: frozenset(("path.missing",)),
    TRACKED: frozenset(("path.exists", "path.clean")),
    PERSONS: frozenset(("path.exists", "path.precious")),
    OWN: frozenset(("path.exists", "path.session")),
}
_OF_GIT = {
    MISSING: frozenset(("git.repository", "git.clean", "git.unchanged")),
    TRACKED: frozenset(("git.repository", "git.clean", "git.unchanged")),
    PERSONS: frozenset(("git.repository", "git.dirty", "git.untracked")),
    OWN: frozenset(("git.repository", "git.dirty", "git.untracked", "git.session")),
}
_ABOUT_FILES = frozenset().union(*_OF_FILES.values())
_ABOUT_GIT = frozenset().union(*_OF_GIT.values())
_NO_PROJECT = frozenset(("path.root", "path.home", "path.system", "path.temporary"))
_NOBODYS = frozenset(("path.root", "path.home", "path.system", "path.device", "path.git", "path.unknown", "path.above"))


class StateWorld(ExampleWorld):
    """The examples' world, with every named path in one state."""

    def __init__(self, state: str = MISSING, directory: str = "/home/u/project") -> None:
        super().__init__()
        self.state = state
        self.directory = directory

    def project(self, directory: str) -> str:
        parts = directory.split("/")
        return "/".join(parts[: 7 if parts[1] in ("Users", "home") else 2])

    def zones(self, path: str, *, directory: str, recursive: bool = False, follow: bool = True) -> frozenset[str]:
        project = self.project(directory)
        own = not paths.zones(project, directory="/", home=self.home, project="") & _NO_PROJECT
        return paths.zones(
            path, directory=directory, home=self.home, project=project if own else "", recursive=recursive
        )

    def kind(self, path: str) -> str:
        found = super().kind(path)
        if found != "missing" or self.state == MISSING or not self._in_state(path, self.directory):
            return found
        last = path.rstrip("/").rsplit("/", 1)[-1]
        return "file" if "." in last[1:] and not path.endswith("/") else "directory"

    def path_fact(
        self,
        name: str,
        path: str,
        *,
        directory: str,
        matches: tuple[str, ...] = (),
        recursive: bool = False,
        follow: bool = True,
    ) -> bool:
        if name in _ABOUT_FILES and self._in_state(path, directory):
            return name in _OF_FILES[self.state]
        if name == "path.precious":
            zones = self.target_zones(Target(path, directory, matches, recursive, follow))
            return self.state == PERSONS and "path.unknown" not in zones and "path.device" not in zones
        return super().path_fact(name, path, directory=directory, matches=matches, recursive=recursive, follow=follow)

    def git_fact(self, name: str, directory: str, *, paths: tuple[str, ...] = (), ref: str = "") -> bool:
        if name in _ABOUT_GIT:
            return name in _OF_GIT[self.state]
        return super().git_fact(name, directory, paths=paths, ref=ref)

    def _in_state(self, path: str, directory: str) -> bool:
        zones = self.zones(path, directory=directory)
        if self.state == TRACKED and "path.project" not in zones and self._in_home(path, directory):
            return False
        return not zones & _NOBODYS

    def _in_home(self, path: str, directory: str) -> bool:
        return paths.normal(path, directory, self.home).startswith(("/home/", "/root/", "/Users/"))


def starts_in(record: dict[str, str]) -> str:
    """The directory that the agent of a corpus record works in: terminal-bench's tasks lie in /app."""
    return "/app" if record["agent"] in ("chaterm", "ob1", "mini-swe-agent") else "/home/u/project"
