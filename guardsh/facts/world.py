"""The surroundings of one judgement: files, git, names and the session, asked only when a rule wants to know, and once.

A fact is True only when it is proven. Whatever can't be found out in time proves nothing.
"""

from __future__ import annotations

from guardsh.facts import files, known, names, paths
from guardsh.facts.places import Places
from guardsh.facts.surroundings import Target, above, joined
from guardsh.reading.model import GLOBS, HOLE, MARKS, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardsh.facts.git import Repository

MANY = 1000


class World(Places):
    """What commands meet, and every question that rules ask of it."""

    # --- facts ------------------------------------------------------------------------------------------------------

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

        `matches`: what an active glob in it matches now, if known. `recursive`: what is below it counts too.
        `follow`: a link stands for what it points to (reading, writing), not for itself (deleting, moving).
        """
        key = ("fact", name, path, directory, matches, recursive, follow)
        return self._once(key, lambda: self._path_fact(name, Target(path, directory, matches, recursive, follow)))

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
        """Lines for people: what the files of a target are, by count, size, newest change and what of them is in no
        commit.
        """
        from guardsh.facts import losses

        return losses.of_target(self, Target(path, directory, matches, recursive, False))

    def git_lost(self, directory: str, paths: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Lines for people: what isn't committed in the repository of a directory, by count and name."""
        from guardsh.facts import losses

        repository = self.repository(directory)
        return losses.of_repository(repository, directory, paths) if repository is not None else ()

    def _path_fact(self, name: str, target: Target) -> bool:
        if name in paths.ZONES:
            return name in self.target_zones(target)
        question = getattr(self, "_is_" + name.removeprefix("path.").replace("-", "_"), None)
        if question is None:
            raise ValueError(f"no such fact: {name}")
        return bool(question(target))

    # --- facts that files, git and the session know -----------------------------------------------------------------

    def targets(self, target: Target) -> tuple[str, ...] | None:
        """The absolute paths that a target means now, links in it kept; None if they can't be known."""
        if not target.path or HOLE in target.path + target.directory or TOKEN in target.path:
            return None
        written: tuple[str, ...] = (target.path,)
        if any(mark in target.path for mark in GLOBS):
            written = target.matches or self.glob(target.path, target.directory, MANY + 1)
        return tuple(self._real_known(joined(path, target.directory), path.endswith("/")) for path in written)

    def _kinds(self, target: Target) -> set[str]:
        found = self.targets(target)
        return {"unknown"} if found is None else {self.kind(path) for path in found}

    def _is_missing(self, target: Target) -> bool:
        return self._kinds(target) <= {"missing"}

    def _is_exists(self, target: Target) -> bool:
        return bool(self._kinds(target) - {"missing", "unknown"})

    def _is_directory(self, target: Target) -> bool:
        found = self.targets(target) or ()
        return any(self.kind(self.resolve(path) if target.follow else path) == "directory" for path in found)

    def _is_many(self, target: Target) -> bool:
        found = self.targets(target)
        return bool(found) and self.survey(found or ()).files > MANY

    def survey(self, found: tuple[str, ...]) -> files.Survey:
        """Count and size of what is at and below some paths."""
        return self._once(("survey", found), lambda: files.survey(found))

    def _is_mount(self, target: Target) -> bool:
        mounts = self._once(("mounts",), files.mount_points)
        for path in self.targets(target) or ():
            if self.kind(path) not in ("directory", "file"):
                continue
            if path in mounts or (not mounts and files.crosses_mount(path)):
                return True
            if target.recursive and any(mount.startswith(path.rstrip("/") + "/") for mount in mounts):
                return True
        return False

    def _is_session(self, target: Target) -> bool:
        found = self.targets(target)
        return bool(found) and self.session is not None and all(map(self.session.made, found or ()))

    def _is_moved(self, target: Target) -> bool:
        return self.session is not None and any(map(self.session.moved, self.targets(target) or ()))

    def _is_clean(self, target: Target) -> bool:
        found = self._there(target)
        repository = self.repository_of(found)
        if not found or repository is None or len(found) > MANY:
            return False
        listing = repository.clean_targets(found)
        return listing.committed and not self.not_made_again(listing.changed + listing.untracked + listing.ignored)

    def _is_precious(self, target: Target) -> bool:
        found = self._there(target)[:MANY]
        if not found:
            return False
        zones = self.target_zones(target)
        if "path.build" in zones or "path.temporary" in zones:
            return False
        return any(self._holds_work(path) for path in self.uncommitted(found))

    def _there(self, target: Target) -> tuple[str, ...]:
        """The targets that exist."""
        return tuple(path for path in self.targets(target) or () if self.kind(path) not in ("missing", "unknown"))

    def repository_of(self, found: tuple[str, ...]) -> Repository | None:
        """The repository that the files are in; of a linked worktree itself, that one."""
        if not found:
            return None
        linked = len(found) == 1 and self.kind(f"{found[0]}/.git") == "file"
        return self.repository(found[0] if linked else above(found[0]))

    def uncommitted(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """The files (or directories) at and below some paths that are in no commit as they are, without what the
        session or a tool made.

        Outside of git, or where git gives no answer, that is every one.
        """
        return self._once(("uncommitted", found), lambda: self._find_uncommitted(found))

    def _find_uncommitted(self, found: tuple[str, ...]) -> tuple[str, ...]:
        repository = self.repository_of(found)
        left = found
        listing = repository.clean_targets(found) if repository is not None else None
        if repository is None or listing is None or not listing.known:
            return tuple(path for path in left if self.session is None or not self.session.made(path.rstrip("/")))
        seen = self.not_made_again(listing.changed + listing.untracked + listing.ignored)
        left = tuple(path for path in seen if not self._from_session(path, repository))
        hidden = self.not_made_again(listing.hidden)  # of which the start of the session tells nothing
        return left + tuple(path for path in hidden if self.session is None or not self.session.made(path.rstrip("/")))

    def _from_session(self, path: str, repository: Repository) -> bool:
        """Did the session make this file, or was it as committed, or not there, when the session began?"""
        if self.session is None:
            return False
        from guardsh.facts import baseline

        return self.session.made(path.rstrip("/")) or baseline.came_after(self.session, path, repository)

    def not_made_again(self, listed: tuple[str, ...]) -> tuple[str, ...]:
        """Leaves out build output and caches: files by sure names, whole directories that git lists as one also by
        likely ones.
        """
        left = []
        for path in listed:
            folder = above(path)
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
        if repository is None:
            return False
        if name == "git.session":
            return self._only_session_changes(repository, directory, pathspecs)
        return repository.fact(name, directory, pathspecs, ref)

    def _only_session_changes(self, repository: Repository, directory: str, pathspecs: tuple[str, ...]) -> bool:
        """Is there something uncommitted, and was all of it made by the session?"""
        if self.session is None:
            return False
        status = repository.status(pathspecs, directory=directory if pathspecs else "", every=True)
        found = status.changed + status.untracked
        return bool(found) and all(self._from_session(path, repository) for path in found)


# --- rule examples --------------------------------------------------------------------------------------------------

_EXISTS = known.words("path.exists path.clean path.precious path.session path.directory path.many path.mount")
_UNCLEAN = frozenset(("git.dirty", "git.untracked"))
_NAMES = known.words("production staging test local remote backup")


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
        self.saved = "saved by guardsh" if "loss.saved" in given else ""
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
            return bool(self.given & _EXISTS) or bool(
                self._example_kinds(path, directory, matches) - {"missing", "unknown"}
            )
        if name == "path.directory":
            return "directory" in self._example_kinds(path, directory, matches)
        if name in paths.ZONES:
            return name in self.target_zones(Target(path, directory, matches, recursive, follow))
        if name in _EXISTS or name == "path.moved":
            return False
        raise ValueError(f"no such fact: {name}")

    def _example_kinds(self, path: str, directory: str, matches: tuple[str, ...]) -> set[str]:
        return self._kinds(Target(path, directory, matches, False, False))

    def zones(self, path: str, *, directory: str, recursive: bool = False, follow: bool = True) -> frozenset[str]:
        project = self.project(directory)
        inside = project == "/home/u/project"
        return paths.zones(
            path, directory=directory, home=self.home, project=project if inside else "", recursive=recursive
        )

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
        if name in (
            "git.dirty",
            "git.untracked",
            "git.stash",
            "git.unpushed",
            "git.session",
            "branch.mine",
            "branch.merged",
        ):
            return False
        raise ValueError(f"no such fact: {name}")

    def name_facts(self, text: str) -> frozenset[str]:
        return super().name_facts(text) | (self.given & _NAMES)

    def session_refused(self, shape: str) -> bool:
        return "session.refused" in self.given

    def lost(
        self, path: str, *, directory: str, matches: tuple[str, ...] = (), recursive: bool = False
    ) -> tuple[str, ...]:
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
