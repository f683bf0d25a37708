"""What a path is by its text alone: whose, how near to the project, build output, secret … No file is looked at.

A path may hold marks (`guardsh.reading.model`): what isn't known counts as its worst plausible value, and what would
make a loss harmless counts only if it holds whatever the unknown part is.
"""

from __future__ import annotations

from guardsh.facts import components, contents, known
from guardsh.reading.model import GLOBS, HOLE, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Parts = Sequence[str]
    Place = tuple[str, ...]

BENIGN = frozenset(("path.temporary", "path.project", "path.build"))
_BAD_POSITION = frozenset(
    (
        "path.root",
        "path.home",
        "path.home-part",
        "path.system",
        "path.device",
        "path.project-root",
        "path.above",
    )
)
POSITION = _BAD_POSITION | {"path.temporary", "path.project"}
HARM = _BAD_POSITION | {"path.git", "path.secret", "path.startup", "path.guard", "path.backup", "path.data"}
ZONES = HARM | BENIGN | frozenset(("path.outside", "path.unknown", "path.empty-prefix"))

_HOME_VARIABLES = (
    "%userprofile%",
    "%homedrive%%homepath%",
    "%home%",
    "$env:userprofile",
    "$env:home",
    "${env:userprofile}",
)


def normal(path: str, directory: str, home: str = "") -> str:
    """The absolute path that `path` means in `directory`: joined, without `.`, `..`, `//` and a trailing slash.

    Marks stay. A path that begins with an unknown part stays as it is written, and so does a `..` behind one; `HOLE/`
    keeps its slash, because it may be the root. Windows paths become `c:/x`; `home` stands for %USERPROFILE%. An
    empty path stays empty.
    """
    path = _from_windows(path, home)
    if not path:
        return ""
    if not (path.startswith(("/", HOLE)) or is_drive(path)):
        path = f"{directory}/{path}"
    return _collapsed(path, directory)


def is_drive(path: str) -> bool:
    """Does it begin with a Windows drive, `C:/`?"""
    return (
        len(path) >= 2
        and path[1] == ":"
        and path[0].isalpha()
        and path[0].isascii()
        and (len(path) == 2 or path[2] == "/")
    )


def _from_windows(path: str, home: str) -> str:
    lowered = path.lower()
    for variable in _HOME_VARIABLES:
        if home and lowered.startswith(variable):
            path = home + path[len(variable) :]
            return path.replace("\\", "/")
    if path.startswith(("\\\\?\\", "\\\\.\\")):
        path = path[4:]
    if len(path) >= 3 and path[1] == ":" and path[2] == "\\" and path[0].isalpha():
        path = path.replace("\\", "/")
    if is_drive(path):
        return path[0].lower() + path[1:]
    if len(path) > 2 and path[1] == ":" and path[0].isalpha() and path[0].isascii() and path[2].isalnum():
        return f"{path[0].lower()}:/{path[2:]}"  # C:\\Users\\x, whose backslashes a POSIX shell took away
    return path


def _collapsed(path: str, directory: str) -> str:
    kept: list[str] = []
    lead = "/" if path.startswith("/") else ""
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            kept.append(part)
            if lead and len(kept) == 3 and kept[0] == "proc" and kept[2] in ("cwd", "root"):
                kept = [] if kept[2] == "root" else [step for step in directory.split("/") if step]
            continue
        if kept and HOLE not in kept[-1] and kept[-1] != "..":
            if not (len(kept) == 1 and is_drive(kept[0])):
                kept.pop()
        elif kept or not lead:
            kept.append(part)
    if not lead and kept == [HOLE] and len(path) > 1:
        return HOLE + "/"
    return lead + "/".join(kept)


def zones(
    path: str,
    *,
    directory: str,
    home: str,
    project: str,
    case_blind: bool = False,
    recursive: bool = False,
) -> frozenset[str]:
    """The `path.*` facts that the text of a path proves; empty for an empty path.

    `directory`, `home` and `project` are absolute ("" where there is none); `recursive`: what is below counts too, so
    that the directory of an agent's settings is as bad as they are. Harmful facts hold if they may hold; harmless
    ones only if they must.
    """
    whole = normal(path, directory, home)
    if not whole:
        return frozenset()
    where = _Where(home, project, case_blind, recursive)
    if not whole.startswith(HOLE):
        return where.of_known(whole)
    if path.startswith(HOLE):
        return where.of_unknown(whole, directory)
    return frozenset({"path.unknown"} | where.by_name(components.parts_of(whole)[1:], likely=True))


def build_strength(path: str, *, directory: str, home: str, project: str) -> str:
    """ "sure" where the name is build output everywhere, "likely" where some projects keep something else there, ""
    if neither.
    """
    whole = normal(path, directory, home)
    where = _Where(home, project, False, False)
    parts = components.base(components.parts_of(whole))[0]
    below = where.below(parts)
    if where.is_build(parts, below, likely=False):
        return "sure"
    return "likely" if where.is_build(parts, below, likely=True) else ""


class _Where:
    """One question: the home and project it is asked for."""

    def __init__(self, home: str, project: str, case_blind: bool, recursive: bool) -> None:
        self.case_blind = case_blind
        self.recursive = recursive
        self.home = self._own(home)
        self.project = self._own(project)

    def _own(self, path: str) -> tuple[str, ...]:
        parts = components.public(components.parts_of(path))
        return tuple(part.casefold() for part in parts) if self.case_blind else parts

    def of_unknown(self, whole: str, directory: str) -> frozenset[str]:
        """A path that begins with an unknown part: what it would be without that part, if that is worse."""
        found = {"path.unknown"}
        rest = whole[1:]
        if rest.startswith("/"):
            found.add("path.empty-prefix")
            found |= self.of_known(_collapsed(rest, directory)) & HARM
            behind = components.parts_of(rest)
        elif rest:
            found |= self.of_known(normal(rest, directory)) & HARM if not directory.startswith(HOLE) else set()
            behind = components.parts_of(rest)[1:]
        else:
            behind = ()
        if behind:
            found |= self.by_name(behind, likely=True)
        return frozenset(found)

    def of_known(self, whole: str) -> frozenset[str]:
        """A path that begins at a root. With a HOLE in it: as one name, and as nothing."""
        if HOLE not in whole:
            return self.of_one(whole)
        before, after = whole.split(HOLE, 1)
        as_name = self.of_one(_collapsed(whole.replace(HOLE, TOKEN), "/"))
        if "path.temporary" in as_name and "/.." not in after and "path.temporary" in self.of_one(before + TOKEN):
            return as_name
        as_nothing = self.of_one(_collapsed(whole.replace(HOLE, ""), "/"))
        found = ((as_name | as_nothing) & HARM) | (as_name & as_nothing & BENIGN)
        if "path.outside" in as_name | as_nothing and not found & POSITION:
            found |= {"path.outside"}
        if before == "/":
            found |= {"path.unknown"}
        return found

    def of_one(self, whole: str) -> frozenset[str]:
        parts = components.parts_of(whole)
        if parts and any(mark in parts[0] for mark in GLOBS) and not components.is_everything(parts[0]):
            return self._of_globbed_top(parts)
        return self._of_parts(parts)

    def _of_globbed_top(self, parts: Parts) -> frozenset[str]:
        """`/us*`, `/hom*/x`: what each known top directory that matches would be."""
        tops = known.SYSTEM | known.SYSTEM_HOLDERS | {"tmp"}
        meant = [self._of_parts((name, *parts[1:])) for name in tops if components.could_be(parts[0], name)]
        found = frozenset().union(*meant) & HARM
        return found or self._of_parts(parts)

    def _of_parts(self, written: Parts) -> frozenset[str]:
        parts, everything = components.base(written)
        parts = components.public(parts)
        place = tuple(part.casefold() for part in parts)
        own = place if self.case_blind else parts
        found = self._position(place, own)
        if everything and "path.system" in found and _is_temporary((*place, TOKEN)):
            found = (found - {"path.system"}) | {"path.temporary"}
        below = self.below(parts)
        found |= self.by_name(parts, likely="path.project" in found, below=below, everything=everything)
        if components.starts(place, known.SYSTEM_CACHES):
            found.discard("path.system")
        if not found & POSITION:
            found.add("path.outside")
        return frozenset(found)

    def below(self, parts: Parts) -> tuple[str, ...]:
        """The components below the project, else below the home, else below the temporary directory: where names of
        build output count.
        """
        own = tuple(part.casefold() for part in parts) if self.case_blind else tuple(parts)
        place = tuple(part.casefold() for part in parts)
        if self.project and own[: len(self.project)] == self.project:
            return place[len(self.project) :]
        if _is_temporary((*place, TOKEN)):
            return place[2:]
        depth = self._home_depth(place, own)
        return place[depth:]

    # --- position ---------------------------------------------------------------------------------------------------

    def _position(self, place: Place, own: Place) -> set[str]:
        found: set[str] = set()
        if not place or _is_drive_root(place):
            found.add("path.root")
        if place and place[0] == "dev":
            found.add(_device(place))
        depth = self._home_depth(place, own)
        if _is_home_holder(place) or (depth and len(place) == depth):
            found.add("path.home")
        in_own_home = bool(self.home) and own[: len(self.home)] == self.home
        if _is_temporary(place) and not in_own_home:
            found.add("path.temporary")
        elif _is_system(place):
            found.add("path.system")
        inside = bool(self.project) and own[: len(self.project)] == self.project
        if inside and len(own) == len(self.project):
            found.add("path.project-root")
        elif self.project and self.project[: len(own)] == own:
            found.add("path.above")
        if depth and len(place) == depth + 1 and not (inside and self.project != own[:depth]):
            found.add("path.home-part")
        if inside and not found - {"path.temporary"}:
            found.add("path.project")
        return found

    def _home_depth(self, place: Place, own: Place) -> int:
        """How many components of the path are a home directory; 0: it isn't in one."""
        if self.home and own[: len(self.home)] == self.home:
            return len(self.home)
        if not place:
            return 0
        if _drive_depth(place):
            start = _drive_depth(place)
            return start + 2 if len(place) >= start + 2 and place[start] == "users" else 0
        if place[0] in ("home", "users"):
            return 2 if len(place) >= 2 else 0
        if place[0] == "root":
            return 1
        if place[:2] == ("var", "root"):
            return 2
        if place[:2] in (("var", "home"), ("usr", "home"), ("export", "home")):
            return 3 if len(place) >= 3 else 0
        return 0

    # --- names ------------------------------------------------------------------------------------------------------

    def by_name(self, parts: Parts, *, likely: bool, below: Place | None = None, everything: bool = False) -> set[str]:
        """What the names in a path say: build, git, secret, startup, guard, backup, data."""
        place = tuple(part.casefold() for part in parts)
        if below is None:
            below = place
        found: set[str] = set()
        if not place:
            return found
        own = tuple(parts) if not self.case_blind else place
        in_home = place[self._home_depth(place, own) :] if self._home_depth(place, own) else ()
        if self.is_build(place, below, likely=likely):
            found.add("path.build")
        if ".git" in place and not ("path.build" in found and place[-1].endswith(".lock")):
            found.add("path.git")
        if contents.is_secret(place, in_home):
            found.add("path.secret")
        if contents.is_startup(place, in_home):
            found.add("path.startup")
        if contents.is_guard(place, in_home, self.recursive or everything):
            found.add("path.guard")
        if any(contents.is_backup(part) for part in (below or place[-1:])):
            found.add("path.backup")
        if contents.is_data(place, below):
            found.add("path.data")
        return found

    def is_build(self, parts: Parts, below: Place, *, likely: bool) -> bool:
        """Is it build output, a cache or a fetched dependency by its name?"""
        place = tuple(part.casefold() for part in parts)
        own = place if self.case_blind else tuple(parts)
        depth = self._home_depth(place, own)
        if depth and components.starts(place[depth:], known.HOME_CACHES):
            return True
        if components.starts(place, known.SYSTEM_CACHES):
            return True
        if any(part in known.BUILD or part.startswith(known.BUILD_PREFIXES[:2]) for part in below):
            return True
        if components.holds(below, known.BUILD_PLACES):
            return True
        if below and contents.is_build_file(below[-1]):
            return True
        return likely and contents.is_likely_build(below)


# --- position -------------------------------------------------------------------------------------------------------


def _drive_depth(place: Place) -> int:
    """How many components name a Windows drive: `c:`, `/mnt/c`, `/c`, `/cygdrive/c`."""
    if place and is_drive(place[0]):
        return 1
    if len(place) >= 2 and place[0] in ("mnt", "cygdrive") and len(place[1]) == 1 and place[1].isalpha():
        return 2
    return 1 if place and place[0] in known.DRIVES else 0


def _is_drive_root(place: Place) -> bool:
    return bool(place) and _drive_depth(place) == len(place)


def _is_home_holder(place: Place) -> bool:
    if place in (("home",), ("users",), ("var", "home"), ("usr", "home"), ("export", "home")):
        return True
    depth = _drive_depth(place)
    return bool(depth) and place[depth:] == ("users",)


def _is_temporary(place: Place) -> bool:
    if components.starts(place, known.TEMPORARY, below=True):
        return True
    depth = _drive_depth(place)
    return bool(depth) and components.starts(place[depth:], known.TEMPORARY_WINDOWS, below=True)


def _is_system(place: Place) -> bool:
    if not place:
        return False
    depth = _drive_depth(place)
    if depth:
        if len(place) > depth + 1 and place[depth] == "users":
            return False
        return len(place) > depth and place[depth] in known.SYSTEM_WINDOWS
    if place[0] in known.SYSTEM_HOLDERS:
        return len(place) == 1
    if place == ("tmp",):
        return True
    if place[0] == "dev":
        return len(place) == 1
    return place[0] in known.SYSTEM and not components.starts(place, known.WORK_IN_SYSTEM, below=True)


def _device(place: Place) -> str:
    """Disks and whatever else isn't known to be harmless below /dev; what swallows bytes counts as temporary."""
    if len(place) == 1:
        return "path.system"
    name = place[1]
    if name == "shm":
        return "path.temporary" if len(place) > 2 else "path.system"
    if name in known.HARMLESS_DEVICES or name.startswith(known.HARMLESS_DEVICE_PREFIXES):
        return "path.temporary"
    return "path.device"
