"""The surroundings of one judgement: files, git, names and the session, asked only when a rule wants to know, and once.

A fact is True only when it is proven. Whatever can't be found out in time proves nothing.
"""

from __future__ import annotations

import os

from guardsh.facts import files, known, names, paths
from guardsh.reading.model import GLOBS, HOLE, MARKS, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol, TypeVar

    from guardsh.facts.git import Repository

    T = TypeVar("T")

    class Session(Protocol):
        """What the session remembers (guardsh's session memory has these)."""

        def made(self, path: str) -> bool: ...

        def moved(self, path: str) -> bool: ...

        def refused(self, shape: str) -> bool: ...


MANY = 1000
MOST_MATCHES = 200
_GIT_REDIRECTED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


class World:
    """What commands meet: the directory they start in, the user, the environment, and everything that can be looked up from there."""

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
        self._known_home = known_home
        self.home = home or self.environment.get("HOME", "") or self.known_home
        self._cache: dict[tuple[object, ...], object] = {}
        self._repositories: dict[str, Repository | None] = {}

    @classmethod
    def current(cls, session: Session | None = None) -> World:
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

    # --- files ----------------------------------------------------------------------------------------------------------------

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
        """The names that bash would put in place of a word with active globs, as bash would write them; () if none, or unknown."""
        return self._once(("glob", pattern, directory, limit), lambda: files.glob(pattern, directory, limit))

    def resolve(self, path: str) -> str:
        """The path without symbolic links, as far as it exists."""
        return self._once(("resolve", path), lambda: files.resolve(path))

    def project(self, directory: str) -> str:
        """The top of the git repository or project that the directory is in; the directory itself where nothing marks one."""
        return self._project(directory)[0]

    def _project(self, directory: str) -> tuple[str, bool]:
        """The project, and whether something marks it as one."""
        return self._once(("project", directory), lambda: self._find_project(directory))

    def _find_project(self, directory: str) -> tuple[str, bool]:
        if HOLE in directory:
            return directory, False
        marked = ""
        for folder in _upwards(directory):
            if folder in (self.home, self.known_home, "/"):
                break
            if self._has(folder, ".git"):
                return folder, True
            if not marked and any(self._has(folder, name) for name in known.PROJECT_FILES):
                marked = folder
        return (marked, True) if marked else (directory, False)

    def _has(self, folder: str, name: str) -> bool:
        return self.kind(f"{folder}/{name}") not in ("missing", "unknown")

    def _own_project(self, directory: str) -> str:
        """The project that protects and owns what is in it; "" for a directory that only happens to be the current one."""
        project, marked = self._project(directory)
        if marked:
            return project
        if HOLE in directory or "path.temporary" in paths.zones("x", directory=directory, home="", project=""):
            return ""
        here = paths.zones(directory, directory="/", home=self.home, project="")
        return "" if here & {"path.home", "path.root"} else directory

    # --- facts ----------------------------------------------------------------------------------------------------------------

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
        """Is this `path.*` fact proven for a target as written?

        `matches`: what an active glob in it matches now, if known. `recursive`: what is below it counts too. `follow`: a link stands
        for what it points to (reading, writing), not for itself (deleting, moving).
        """
        key = ("fact", name, path, directory, matches, recursive, follow)
        return self._once(key, lambda: self._path_fact(name, _Target(path, directory, matches, recursive, follow)))

    def zones(self, path: str, *, directory: str, recursive: bool = False, follow: bool = True) -> frozenset[str]:
        """The facts about where a path is, by its text, its resolved path and its identity: harm if any says so, else only if all do."""
        key = ("zones", path, directory, recursive, follow)
        return self._once(key, lambda: self._zones(_Target(path, directory, (), recursive, follow)))

    def git_fact(self, name: str, directory: str, *, paths: tuple[str, ...] = (), ref: str = "") -> bool:
        """Is this `git.*` or `branch.*` fact proven for the repository of a directory?

        `paths`: only for these pathspecs, as written. `ref`: the branch as written, "" for the current one.
        """
        return self._once(("git", name, directory, paths, ref), lambda: self._git_fact(name, directory, paths, ref))

    def name_facts(self, text: str) -> frozenset[str]:
        """production, staging, test, backup, local and remote, as far as a name, host or URL says so."""
        found = names.name_facts(text)
        if "://" in text:
            found |= names.host_facts(names.url_host(text))
        return found

    def session_refused(self, shape: str) -> bool:
        """Was the session just refused the like?"""
        return self.session is not None and self.session.refused(shape)

    def lost(
        self, path: str, *, directory: str, matches: tuple[str, ...] = (), recursive: bool = False
    ) -> tuple[str, ...]:
        """Lines for people: what the files of a target are, by count, size, newest change and what of them is in no commit."""
        from guardsh.facts import losses

        return losses.of_target(self, _Target(path, directory, matches, recursive, False))

    def git_lost(self, directory: str, paths: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Lines for people: what isn't committed in the repository of a directory, by count and name."""
        from guardsh.facts import losses

        repository = self.repository(directory)
        return losses.of_repository(repository, directory, paths) if repository is not None else ()

    def repository(self, directory: str) -> Repository | None:
        """The git repository of a directory; None outside of any, and where GIT_DIR and its like point elsewhere."""
        if any(self.environment.get(variable) for variable in _GIT_REDIRECTED) or HOLE in directory:
            return None
        if directory not in self._repositories:
            from guardsh.facts import git

            self._repositories[directory] = git.find(self.resolve(directory), home=self.known_home, timeout=self.git_timeout)
        return self._repositories[directory]

    # --- what is behind them ----------------------------------------------------------------------------------------------------

    def _once(self, key: tuple[object, ...], find: Callable[[], T]) -> T:
        if key not in self._cache:
            self._cache[key] = find()
        return self._cache[key]  # type: ignore[return-value]

    def _path_fact(self, name: str, target: _Target) -> bool:
        if name in paths.ZONES:
            return name in self._target_zones(target)
        question = getattr(self, "_is_" + name.removeprefix("path.").replace("-", "_"), None)
        if question is None:
            raise ValueError(f"no such fact: {name}")
        return bool(question(target))

    def _target_zones(self, target: _Target) -> frozenset[str]:
        whole = self.zones(target.path, directory=target.directory, recursive=target.recursive, follow=target.follow)
        if not target.matches:
            return whole
        each = [
            self.zones(match, directory=target.directory, recursive=target.recursive, follow=target.follow)
            for match in target.matches[:MOST_MATCHES]
        ]
        found = (whole & paths.POSITION) | (whole & {"path.unknown", "path.outside"})
        found |= frozenset().union(*each) & paths.HARM
        if len(target.matches) <= MOST_MATCHES:
            found |= frozenset.intersection(*each) & {"path.build"}
        if files.traps(target.matches):
            found |= {"path.unknown"}
        return found

    def _zones(self, target: _Target) -> frozenset[str]:
        project = self._own_project(target.directory)
        found = self._text_zones(target.path, target, project, self.home)
        if self.known_home and self.known_home != self.home:
            found |= self._text_zones(target.path, target, project, self.known_home) & paths.HARM
        if not target.path or target.path.startswith(HOLE) or HOLE in target.directory:
            return found
        whole = paths.normal(target.path, target.directory, self.home)
        if whole.startswith("/dev/") and found == {"path.temporary"}:
            return found  # /dev/stdout leads wherever our own output goes
        real = self._real(target)
        if real != whole:
            behind = self._text_zones(real, target, self.resolve(project) if project else "", self.resolve(self.home))
            found = self._both(found, behind)
        found |= self._same(real, project)
        if "path.project" in found or "path.project-root" in found:
            if self._project(target.directory)[1]:
                found -= {"path.temporary"}
        if "path.build" in found and not self._surely_build(real, project, target.directory):
            found -= {"path.build"}
        elif "path.build" not in found and self._marked_as_cache(real):
            found |= {"path.build"}
        return found

    def _text_zones(self, path: str, target: _Target, project: str, home: str) -> frozenset[str]:
        blind = bool(project) and self._once(("blind", project), lambda: files.is_case_blind(project))
        return paths.zones(
            path, directory=target.directory, home=home, project=project, case_blind=blind, recursive=target.recursive
        )

    @staticmethod
    def _both(text: frozenset[str], real: frozenset[str]) -> frozenset[str]:
        """What a path and the path behind its links say together."""
        found = ((text | real) & paths.HARM) | (text & real & paths.BENIGN) | (text & {"path.unknown", "path.empty-prefix"})
        if "path.outside" in real or ("path.outside" in text and not real & paths.POSITION):
            found |= {"path.outside"}
        return found

    def _real(self, target: _Target) -> str:
        """The path without links; of a path with marks, its known beginning."""
        path = target.path if target.path.startswith("/") else f"{target.directory}/{target.path}"
        if paths.is_drive(paths.normal(target.path, target.directory)):
            return paths.normal(target.path, target.directory)
        parts = path.split("/")
        cut = next((index for index, part in enumerate(parts) if any(mark in part for mark in MARKS)), len(parts))
        if cut == len(parts):
            return self._real_known(path, target.follow or path.endswith("/"))
        start = self.resolve("/".join(parts[:cut]) or "/")
        return paths.normal("/".join([start, *parts[cut:]]), "/")

    def _real_known(self, path: str, follow: bool) -> str:
        if follow:
            return self.resolve(path)
        above, _, last = path.rstrip("/").rpartition("/")
        if last in ("", ".", ".."):
            return self.resolve(path)
        return f"{self.resolve(above or '/').rstrip('/')}/{last}"

    def _same(self, real: str, project: str) -> frozenset[str]:
        """Is it a home, the project or what holds the project under another name: a bind mount, another case?"""
        found: set[str] = set()
        here = None if any(mark in real for mark in MARKS) else self._identity(real)
        if here is None:
            return frozenset()
        if here in (self._identity(self.home), self._identity(self.known_home)):
            found.add("path.home")
        if here == self._identity("/"):
            found.add("path.root")
        if project:
            above = list(_upwards(project))
            if here == self._identity(above[0]):
                found.add("path.project-root")
            elif any(here == self._identity(folder) for folder in above[1:]):
                found.add("path.above")
        return frozenset(found)

    def _identity(self, path: str) -> tuple[int, int] | None:
        return self._once(("identity", path), lambda: files.identity(path)) if path else None

    def _surely_build(self, real: str, project: str, directory: str) -> bool:
        """Names like `dist` count only for directories, or files in them, of which git tracks nothing."""
        strength = paths.build_strength(real, directory=directory, home=self.home, project=self.resolve(project) if project else "")
        if strength != "likely" or any(mark in real for mark in MARKS):
            return True
        if real.rsplit("/", 1)[-1].lower() in known.BUILD_LIKELY and self.kind(real) in ("file", "device", "other", "unknown"):
            return False
        repository = self.repository(directory)
        return repository is None or repository.tracks_nothing(real)

    def _marked_as_cache(self, real: str) -> bool:
        """Does the directory say itself that it can be made again (CACHEDIR.TAG, https://bford.info/cachedir/; pyvenv.cfg)?"""
        if any(mark in real for mark in MARKS) or self.kind(real) != "directory":
            return False
        if self.kind(f"{real}/pyvenv.cfg") == "file" and self.kind(f"{real}/bin/python") in ("link", "file"):
            return True
        tag = self.read_text(f"{real}/CACHEDIR.TAG", 4096)
        return tag is not None and tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")

    # --- facts that files, git and the session know ----------------------------------------------------------------------------

    def targets(self, target: _Target) -> tuple[str, ...] | None:
        """The absolute paths that a target means now, links in it kept; None if they can't be known."""
        if not target.path or HOLE in target.path + target.directory or TOKEN in target.path:
            return None
        written: tuple[str, ...] = (target.path,)
        if any(mark in target.path for mark in GLOBS):
            written = target.matches or self.glob(target.path, target.directory, MANY + 1)
        return tuple(self._real_known(_joined(path, target.directory), path.endswith("/")) for path in written)

    def _kinds(self, target: _Target) -> set[str]:
        found = self.targets(target)
        return {"unknown"} if found is None else {self.kind(path) for path in found}

    def _is_missing(self, target: _Target) -> bool:
        return self._kinds(target) <= {"missing"}

    def _is_exists(self, target: _Target) -> bool:
        return bool(self._kinds(target) - {"missing", "unknown"})

    def _is_directory(self, target: _Target) -> bool:
        found = self.targets(target) or ()
        return any(self.kind(self.resolve(path) if target.follow else path) == "directory" for path in found)

    def _is_many(self, target: _Target) -> bool:
        found = self.targets(target)
        return bool(found) and self.survey(found or ()).files > MANY

    def survey(self, found: tuple[str, ...]) -> files.Survey:
        """Count and size of what is at and below some paths."""
        return self._once(("survey", found), lambda: files.survey(found))

    def _is_mount(self, target: _Target) -> bool:
        mounts = self._once(("mounts",), files.mount_points)
        for path in self.targets(target) or ():
            if self.kind(path) not in ("directory", "file"):
                continue
            if path in mounts or files.crosses_mount(path):
                return True
            if target.recursive and any(mount.startswith(path.rstrip("/") + "/") for mount in mounts):
                return True
        return False

    def _is_session(self, target: _Target) -> bool:
        found = self.targets(target)
        return bool(found) and self.session is not None and all(map(self.session.made, found or ()))

    def _is_moved(self, target: _Target) -> bool:
        return self.session is not None and any(map(self.session.moved, self.targets(target) or ()))

    def _is_clean(self, target: _Target) -> bool:
        found = self._there(target)
        repository = self.repository_of(found)
        if not found or repository is None:
            return False
        listing = repository.clean_targets(found)
        return listing.committed and not self._not_made_again(listing.changed + listing.untracked + listing.ignored)

    def _is_precious(self, target: _Target) -> bool:
        found = self._there(target)
        if not found:
            return False
        zones = self._target_zones(target)
        if "path.build" in zones or "path.temporary" in zones:
            return False
        return any(self._holds_work(path) for path in self.uncommitted(found))

    def _there(self, target: _Target) -> tuple[str, ...]:
        """The targets that exist, at most as many as git can be asked for at once."""
        found = tuple(path for path in self.targets(target) or () if self.kind(path) not in ("missing", "unknown"))
        return found if len(found) <= MANY else ()

    def repository_of(self, found: tuple[str, ...]) -> Repository | None:
        """The repository that the files are in; of a linked worktree itself, that one."""
        if not found:
            return None
        linked = len(found) == 1 and self.kind(f"{found[0]}/.git") == "file"
        return self.repository(found[0] if linked else _above(found[0]))

    def uncommitted(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """The files (or directories) at and below some paths that are in no commit as they are, without what the session or a tool made.

        Outside of git, or where git gives no answer, that is every one.
        """
        return self._once(("uncommitted", found), lambda: self._find_uncommitted(found))

    def _find_uncommitted(self, found: tuple[str, ...]) -> tuple[str, ...]:
        repository = self.repository_of(found)
        left = found
        if repository is not None:
            listing = repository.clean_targets(found)
            if listing.known:
                left = self._not_made_again(listing.changed + listing.untracked + listing.ignored + listing.hidden)
        return tuple(path for path in left if self.session is None or not self.session.made(path.rstrip("/")))

    def _not_made_again(self, listed: tuple[str, ...]) -> tuple[str, ...]:
        """Leaves out build output and caches: files by sure names, whole directories that git lists as one also by likely ones."""
        left = []
        for path in listed:
            folder = _above(path)
            strength = paths.build_strength(path, directory=folder, home=self.home, project=self.project(folder))
            if strength == "sure" or (strength == "likely" and path.endswith("/")):
                continue
            left.append(path)
        return tuple(left)

    def _holds_work(self, path: str) -> bool:
        """Does a file or directory hold anything that isn't empty and wasn't made by the session?"""
        seen = files.survey((path.rstrip("/"),), sample=MANY)
        if self.session is None or not seen.complete or seen.files > MANY:
            return seen.size > 0 or not seen.complete
        if self.kind(path.rstrip("/")) != "directory":
            return seen.size > 0
        below = (f"{path.rstrip('/')}/{name}" for name in seen.names)
        return any(files.survey((file,)).size > 0 for file in below if not self.session.made(file))

    def _git_fact(self, name: str, directory: str, pathspecs: tuple[str, ...], ref: str) -> bool:
        repository = self.repository(directory)
        return repository is not None and repository.fact(name, directory, pathspecs, ref)


class _Target:
    """A target as a rule asks for it."""

    def __init__(self, path: str, directory: str, matches: tuple[str, ...], recursive: bool, follow: bool) -> None:
        self.path = path
        self.directory = directory
        self.matches = matches
        self.recursive = recursive
        self.follow = follow


def _joined(path: str, directory: str) -> str:
    return path if path.startswith("/") else f"{directory}/{path}"


def _above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] or "/"


def _upwards(directory: str) -> list[str]:
    """The directory and everything that holds it, up to the root."""
    parts = [part for part in directory.split("/") if part]
    return ["/" + "/".join(parts[:end]) for end in range(len(parts), -1, -1)]


# --- rule examples ------------------------------------------------------------------------------------------------------------------

_EXISTS = frozenset("path.exists path.clean path.precious path.session path.directory path.many path.mount".split())
_UNCLEAN = frozenset(("git.dirty", "git.untracked"))
_NAMES = frozenset("production staging test local remote backup".split())


class ExampleWorld(World):
    """The surroundings of a rule's example: /home/u/project, a clean git repository on `main`. It touches no real file.

    `given`: facts that hold for whatever is asked. `file_texts`: contents by absolute path, or relative to the project.
    """

    def __init__(
        self,
        given: frozenset[str] = frozenset(),
        files: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        environment = {"HOME": "/home/u", "USER": "u", "PWD": "/home/u/project", "PATH": "/usr/bin:/bin", **(env or {})}
        super().__init__("/home/u/project", "/home/u", environment, "u", known_home="/home/u")
        self.given = given
        self.files = {paths.normal(path, self.directory): text for path, text in (files or {}).items()}

    def read_text(self, path: str, limit: int = 262144) -> str | None:
        text = self.files.get(paths.normal(path, self.directory))
        return text if text is not None and len(text) <= limit else None

    def kind(self, path: str) -> str:
        if any(mark in path for mark in MARKS):
            return "unknown"
        whole = paths.normal(path, self.directory)
        if whole in self.files:
            return "file"
        if self.entries(whole, 1) or whole in ("/", "/home", "/home/u", "/home/u/project", "/home/u/project/.git"):
            return "directory"
        return "missing"

    def entries(self, path: str, limit: int) -> tuple[str, ...]:
        start = paths.normal(path, self.directory).rstrip("/") + "/"
        found = {name[len(start) :].split("/", 1)[0] for name in self.files if name.startswith(start)}
        return tuple(sorted(found))[:limit]

    def glob(self, pattern: str, directory: str, limit: int = 1000) -> tuple[str, ...]:
        return files.glob(pattern, directory, limit, entries=self.entries, kind=self.kind)

    def resolve(self, path: str) -> str:
        return path if any(mark in path for mark in MARKS) else paths.normal(path, self.directory)

    def project(self, directory: str) -> str:
        inside = f"{directory}/".startswith("/home/u/project/")
        return "/home/u/project" if inside else directory

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
        if name in self.given:
            return True
        if name == "path.missing":
            return not self.given & _EXISTS and self._example_kinds(path, directory, matches) <= {"missing"}
        if name == "path.exists":
            return bool(self.given & _EXISTS) or bool(self._example_kinds(path, directory, matches) - {"missing", "unknown"})
        if name == "path.directory":
            return "directory" in self._example_kinds(path, directory, matches)
        if name in paths.ZONES:
            return name in self._target_zones(_Target(path, directory, matches, recursive, follow))
        if name in _EXISTS or name == "path.moved":
            return False
        raise ValueError(f"no such fact: {name}")

    def _example_kinds(self, path: str, directory: str, matches: tuple[str, ...]) -> set[str]:
        return self._kinds(_Target(path, directory, matches, False, False))

    def zones(self, path: str, *, directory: str, recursive: bool = False, follow: bool = True) -> frozenset[str]:
        project = self.project(directory)
        inside = project == "/home/u/project"
        return paths.zones(path, directory=directory, home=self.home, project=project if inside else "", recursive=recursive)

    def git_fact(self, name: str, directory: str, *, paths: tuple[str, ...] = (), ref: str = "") -> bool:
        if name in self.given:
            return True
        if name == "git.repository":
            return True
        if name == "git.clean":
            return not self.given & _UNCLEAN
        if name == "git.unchanged":
            return "git.dirty" not in self.given
        if name == "branch.protected":
            return _example_protected(ref)
        if name in ("git.dirty", "git.untracked", "git.stash", "git.unpushed", "git.session", "branch.mine", "branch.merged"):
            return False
        raise ValueError(f"no such fact: {name}")

    def name_facts(self, text: str) -> frozenset[str]:
        return super().name_facts(text) | (self.given & _NAMES)

    def session_refused(self, shape: str) -> bool:
        return "session.refused" in self.given

    def lost(self, path: str, *, directory: str, matches: tuple[str, ...] = (), recursive: bool = False) -> tuple[str, ...]:
        return ()

    def git_lost(self, directory: str, paths: tuple[str, ...] = ()) -> tuple[str, ...]:
        return ()

    def repository(self, directory: str) -> Repository | None:
        return None


def _example_protected(ref: str) -> bool:
    from guardsh.facts.git import protected_name

    if any(mark in ref for mark in MARKS):
        return False
    name = ref.lstrip("+").rsplit(":", 1)[-1]
    for prefix in ("refs/heads/", "origin/", "upstream/"):
        name = name.removeprefix(prefix)
    return name in ("", "HEAD", "@") or protected_name(name)
