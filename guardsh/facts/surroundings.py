"""What commands meet, before any question is asked of it: directory, user, environment, files, project and
repository.
"""

from __future__ import annotations

import os

from guardsh.facts import files, known, paths
from guardsh.reading.model import HOLE, MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol, TypeVar

    from typing_extensions import Self

    from guardsh.facts.git import Repository

    T = TypeVar("T")

    class Session(Protocol):
        """What the session remembers (guardsh's session memory has these)."""

        def made(self, path: str) -> bool: ...

        def moved(self, path: str) -> bool: ...

        def refused(self, shape: str) -> bool: ...


# What lies here is the machine's or its services', whoever has changed into it.
_OF_THE_MACHINE = ("/var/", "/srv/", "/etc/", "/usr/", "/opt/", "/mnt/", "/media/", "/Volumes/", "/boot/", "/lib")
_GIT_REDIRECTED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


class Target:
    """A target as a rule asks for it."""

    def __init__(self, path: str, directory: str, matches: tuple[str, ...], recursive: bool, follow: bool) -> None:
        self.path = path
        self.directory = directory
        self.matches = matches
        self.recursive = recursive
        self.follow = follow


MOST_NAMES = 5000  # of a directory that are looked through for signs of a project


class Surroundings:
    """The directory that commands start in, the user, the environment, and what of the file system is near.

    Each look-up is done once.
    """

    def __init__(
        self,
        directory: str,
        home: str = "",
        environment: Mapping[str, str] | None = None,
        user: str = "",
        *,
        session: Session | None = None,
        known_home: str = "",
        git_timeout: float = 0.3,
    ) -> None:
        self.directory = directory
        self.environment: Mapping[str, str] = {} if environment is None else environment
        self.user = user
        self.session = session
        self.git_timeout = git_timeout
        self.saved = ""  # how what the judged text would take was saved: "saved: guardsh undo 12"
        self._known_home = known_home
        self.home = home or self.environment.get("HOME", "") or self.known_home
        self._cache: dict[tuple[object, ...], object] = {}
        self._repositories: dict[str, Repository | None] = {}

    @classmethod
    def current(cls, session: Session | None = None) -> Self:
        """The world of this process. A working directory that was deleted is taken from PWD, or is unknown."""
        try:
            directory = os.getcwd()
        except OSError:
            directory = os.environ.get("PWD", HOLE)
        environment = dict(os.environ)
        return cls(directory, environment.get("HOME", ""), environment, environment.get("USER", ""), session=session)

    @property
    def known_home(self) -> str:
        """The user's home by the password database, "" if that doesn't say. The environment has no say in it."""
        if not self._known_home:
            import pwd

            try:
                self._known_home = pwd.getpwuid(os.getuid()).pw_dir
            except (KeyError, OSError):
                self._known_home = "/"
        return "" if self._known_home == "/" else self._known_home

    def _once(self, key: tuple[object, ...], find: Callable[[], T]) -> T:
        if key not in self._cache:
            self._cache[key] = find()
        return self._cache[key]  # type: ignore[return-value]

    # --- files ------------------------------------------------------------------------------------------------------

    def read_text(self, path: str, limit: int = 262144) -> str | None:
        """The text of a regular file of at most `limit` bytes, None for everything else; never waits."""
        return files.read_text(path, limit)

    def kind(self, path: str) -> str:
        """file, directory, link, device, other, missing or unknown. A path with marks is unknown."""
        if any(mark in path for mark in MARKS):
            return "unknown"
        return self._once(("kind", path), lambda: files.kind(path))

    def entries(self, path: str, limit: int) -> tuple[str, ...]:
        """The sorted names in a directory, at most `limit`; () if it can't be read."""
        return files.entries(path, limit)

    def glob(self, pattern: str, directory: str, limit: int = 1000) -> tuple[str, ...]:
        """The names that bash would put in place of a word with active globs, as bash would write them; () if none,
        or unknown.
        """
        return self._once(("glob", pattern, directory, limit), lambda: files.glob(pattern, directory, limit))

    def resolve(self, path: str) -> str:
        """The path without symbolic links, as far as it exists."""
        return self._once(("resolve", path), lambda: files.resolve(path))

    def project(self, directory: str) -> str:
        """The top of the git repository or project that the directory is in; the directory itself where nothing marks
        one.
        """
        return self._project(directory)[0]

    def _project(self, directory: str) -> tuple[str, bool]:
        """The project, and whether something marks it as one."""
        return self._once(("project", directory), lambda: self._find_project(directory))

    def _find_project(self, directory: str) -> tuple[str, bool]:
        if HOLE in directory:
            return directory, False
        folders: list[str] = []
        for folder in upwards(directory):
            if folder in (self.home, self.known_home, "/"):
                break
            folders.append(folder)
        for folder in folders:
            if self._has(folder, ".git"):
                return folder, True
        for folder in folders:
            if not known.PROJECT_FILES.isdisjoint(self._names_in(folder)):
                return folder, True
        if self._started_in(directory):
            return self.directory, True
        return directory, False

    def _started_in(self, directory: str) -> bool:
        """Is it, or lies it in, the directory that the work began in? That is somebody's, even below /tmp."""
        start = self.directory
        if start in ("/", self.home, self.known_home) or not (directory + "/").startswith(start + "/"):
            return False
        above = paths.normal("..", start)
        return "path.temporary" not in paths.zones("x", directory=start, home=self.home, project="") or (
            "path.temporary" in paths.zones("x", directory=above, home=self.home, project="")
        )

    def _names_in(self, folder: str) -> tuple[str, ...]:
        return self._once(("names", folder), lambda: self.entries(folder, MOST_NAMES))

    def _has(self, folder: str, name: str) -> bool:
        return self.kind(f"{folder}/{name}") not in ("missing", "unknown")

    def _own_project(self, directory: str) -> str:
        """The project that protects and owns what is in it; "" for a directory that only happens to be the current
        one.
        """
        project, marked = self._project(directory)
        if marked:
            return project
        if HOLE in directory or "path.temporary" in paths.zones("x", directory=directory, home=self.home, project=""):
            return ""
        if f"{directory}/".startswith(_OF_THE_MACHINE):
            return ""
        here = paths.zones(directory, directory="/", home=self.home, project="")
        return "" if here & {"path.home", "path.root"} else directory

    def repository(self, directory: str) -> Repository | None:
        """The git repository of a directory; None outside of any, and where GIT_DIR and its like point elsewhere."""
        if any(self.environment.get(variable) for variable in _GIT_REDIRECTED) or HOLE in directory:
            return None
        if directory not in self._repositories:
            from guardsh.facts import git

            self._repositories[directory] = git.find(
                self.resolve(directory), home=self.known_home, timeout=self.git_timeout
            )
        return self._repositories[directory]


def joined(path: str, directory: str) -> str:
    return path if path.startswith("/") else f"{directory}/{path}"


def above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] or "/"


def upwards(directory: str) -> list[str]:
    """The directory and everything that holds it, up to the root."""
    parts = [part for part in directory.split("/") if part]
    return ["/" + "/".join(parts[:end]) for end in range(len(parts), -1, -1)]
