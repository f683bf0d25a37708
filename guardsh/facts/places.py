"""Where a target is: by its text, behind its links, and by its identity on the disk."""

from __future__ import annotations

from guardsh.facts import files, known, paths
from guardsh.facts.surroundings import Surroundings, Target, upwards
from guardsh.reading.model import HOLE, MARKS

MOST_MATCHES = 200


class Places(Surroundings):
    """Surroundings that know where paths are."""

    def zones(self, path: str, *, directory: str, recursive: bool = False, follow: bool = True) -> frozenset[str]:
        """The facts about where a path is, by its text, its resolved path and its identity: harm if any says so, else
        only if all do.
        """
        key = ("zones", path, directory, recursive, follow)
        return self._once(key, lambda: self._zones(Target(path, directory, (), recursive, follow)))

    def target_zones(self, target: Target) -> frozenset[str]:
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

    def _zones(self, target: Target) -> frozenset[str]:
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

    def _text_zones(self, path: str, target: Target, project: str, home: str) -> frozenset[str]:
        blind = bool(project) and self._once(("blind", project), lambda: files.is_case_blind(project))
        return paths.zones(
            path, directory=target.directory, home=home, project=project, case_blind=blind, recursive=target.recursive
        )

    @staticmethod
    def _both(text: frozenset[str], real: frozenset[str]) -> frozenset[str]:
        """What a path and the path behind its links say together."""
        found = (
            ((text | real) & paths.HARM) | (text & real & paths.BENIGN) | (text & {"path.unknown", "path.empty-prefix"})
        )
        if "path.outside" in real or ("path.outside" in text and not real & paths.POSITION):
            found |= {"path.outside"}
        return found

    def _real(self, target: Target) -> str:
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
            above = list(upwards(project))
            if here == self._identity(above[0]):
                found.add("path.project-root")
            elif any(here == self._identity(folder) for folder in above[1:]):
                found.add("path.above")
        return frozenset(found)

    def _identity(self, path: str) -> tuple[int, int] | None:
        return self._once(("identity", path), lambda: files.identity(path)) if path else None

    def _surely_build(self, real: str, project: str, directory: str) -> bool:
        """Names like `dist` count only for directories, or files in them, of which git tracks nothing."""
        strength = paths.build_strength(
            real, directory=directory, home=self.home, project=self.resolve(project) if project else ""
        )
        if strength != "likely" or any(mark in real for mark in MARKS):
            return True
        if real.rsplit("/", 1)[-1].lower() in known.BUILD_LIKELY and self.kind(real) in (
            "file",
            "device",
            "other",
            "unknown",
        ):
            return False
        repository = self.repository(directory)
        return repository is None or repository.tracks_nothing(real)

    def _marked_as_cache(self, real: str) -> bool:
        """Does the directory say itself that it can be made again (CACHEDIR.TAG, https://bford.info/cachedir/;
        pyvenv.cfg)?
        """
        if any(mark in real for mark in MARKS) or self.kind(real) != "directory":
            return False
        if self.kind(f"{real}/pyvenv.cfg") == "file" and self.kind(f"{real}/bin/python") in ("link", "file"):
            return True
        tag = self.read_text(f"{real}/CACHEDIR.TAG", 4096)
        return tag is not None and tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")
