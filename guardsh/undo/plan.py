"""Which files, and what of git, have to be saved for the losses of a verdict. Looks, and changes nothing."""

from __future__ import annotations

import os

from guardsh.facts import files
from guardsh.facts.surroundings import Target
from guardsh.frozen import Frozen
from guardsh.reading.model import GLOBS, HOLE, MARKS
from guardsh.undo import gitindex
from guardsh.verdict import TAKING, Loss, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.facts.world import World

NOTED = 20  # from here a finding says that something is lost
MOST = 20_000  # names that a walk for a glob looks at
JOURNALS = ("-wal", "-shm", "-journal")  # what belongs to an SQLite database (https://sqlite.org/tempfiles.html)
_MERGING = (
    "MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "CHERRY_PICK_HEAD", "REVERT_HEAD", "AUTO_MERGE", "SQUASH_MSG",
    "rebase-merge", "rebase-apply",
)  # fmt: skip


class Root(Frozen):
    """A path that is saved with everything below it."""

    path: str
    repositories: bool = False  # what git keeps is a part of it


class GitWork(Frozen):
    """What has to be known to bring a repository back."""

    top: str
    git_dir: str
    common_dir: str
    head: str = ""  # content of HEAD
    index: bool = False
    refs: tuple[tuple[str, str], ...] = ()  # name and object
    stashes: tuple[tuple[str, str], ...] = ()  # object and message, newest first
    reflogs: tuple[str, ...] = ()  # names below logs/
    commits: tuple[str, ...] = ()  # objects that no name holds
    config: tuple[tuple[str, str], ...] = ()
    bundled: bool = False  # are the objects of refs, stashes and commits kept?


class Plan(Frozen):
    """What to save, and what of the losses can't be."""

    roots: tuple[Root, ...] = ()
    git: tuple[GitWork, ...] = ()
    holes: tuple[str, ...] = ()
    unlinks: bool = False  # the text does nothing to these but unlink them


def plan(verdict: Verdict, world: World) -> Plan:
    """What is to be saved before the text of a verdict runs; an empty plan where nothing that matters is lost."""
    planner = Planner(world)
    for loss in verdict.losses:
        if loss.kind in TAKING:
            planner.files(loss)
        else:
            planner.repository(loss, verdict.losses)
    return planner.plan(all(loss.unlinks for loss in verdict.losses))


class Planner:
    """Collects the parts of one plan."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.roots: dict[str, Root] = {}
        self.git: list[GitWork] = []
        self.holes: list[str] = []
        self.moved: list[tuple[Loss, tuple[str, ...]]] = []
        self.onto: dict[str, int] = {}

    def plan(self, unlinks: bool) -> Plan:
        """The parts together."""
        return Plan(tuple(self.roots.values()), tuple(self.git), tuple(dict.fromkeys(self.holes)), unlinks)

    def hole(self, why: str) -> None:
        self.holes.append(why)

    def root(self, path: str, *, repositories: bool = False) -> None:
        self.roots.setdefault(path, Root(path, repositories))

    # ------------------------------------------------------------ files

    def files(self, loss: Loss) -> None:
        """The files that an effect on files takes."""
        shown = loss.target.translate({ord(mark): "…" for mark in MARKS})
        found = self._targets(loss)
        if found is None:
            if loss.score >= NOTED:
                self.hole(f"it isn't known which files {shown!r} means")
            return
        if not loss.sure and loss.score >= NOTED:
            self.hole(f"what runs before may change what {shown!r} holds")
        if loss.kind == "move":
            self.moved.append((loss, found))
            return
        self._moved_before(loss, found)
        if loss.kind == "overwrite":
            found = tuple(path for target in found for path in self._overwritten(target, loss))
        for path in found:
            if self._counts(path, loss):
                self.root(path)
                if self.world.kind(path) == "file":
                    self._journals(path)

    def _targets(self, loss: Loss) -> tuple[str, ...] | None:
        """The absolute paths that are there; None if they aren't known."""
        target = Target(loss.target, loss.directory, loss.matches, loss.recursive, False)
        if any(mark in loss.target for mark in GLOBS) and not loss.matches:
            return self._walked(loss)
        found = self.world.targets(target)
        if found is None:
            return None
        if loss.kind in ("overwrite", "truncate", "edit"):
            found = tuple(self.world.resolve(path) for path in found)
        return tuple(path for path in found if self.world.kind(path) != "missing")

    def _walked(self, loss: Loss) -> tuple[str, ...] | None:
        """What a program that walks trees finds: every name that fits below where it begins, however deep."""
        if HOLE in loss.target + loss.directory or not loss.target:
            return None
        parts = loss.target.split("/")
        known = next(place for place, part in enumerate(parts) if any(mark in part for mark in GLOBS))
        begin = "/".join(parts[:known]) or ("/" if loss.target.startswith("/") else ".")
        start = self.world.resolve(os.path.join(loss.directory, begin))
        found, waiting, looked = [], [start], 0
        while waiting:
            folder = waiting.pop()
            for name in files.entries(folder, MOST):
                looked += 1
                path = f"{folder.rstrip('/')}/{name}"
                if files.fits(parts[-1], name) or files.fits(parts[-1], name.lstrip(".")):
                    found.append(path)
                elif files.kind(path) == "directory":
                    waiting.append(path)
            if looked > MOST:
                return None
        return tuple(found)

    def _overwritten(self, target: str, loss: Loss) -> list[str]:
        """The file that is replaced: in a directory, the one that is called as what is copied or moved there."""
        if self.world.kind(self.world.resolve(target)) != "directory":
            return [target]
        if loss.verb not in ("copy", "move", "link") or not loss.words:
            return [target] if loss.score >= NOTED else []
        inside = [os.path.normpath(os.path.join(target, os.path.basename(word.rstrip("/")))) for word in loss.words]
        return [path for path in inside if self.world.kind(path) != "missing"]

    def _moved_before(self, loss: Loss, found: tuple[str, ...]) -> None:
        """What the text moves first may be in what it takes then, or be replaced by what it moves to the same name."""
        if loss.kind == "delete":
            for _, sources in self.moved:
                for path in sources:
                    self.root(path)
        elif loss.verb == "move":
            name = os.path.normpath(os.path.join(loss.directory, loss.target))
            if self.world.kind(self.world.resolve(name)) == "directory" or loss.target.endswith("/"):
                return
            self.onto[name] = self.onto.get(name, 0) + max(len(loss.words), 1)
            if self.onto[name] > 1:
                for _, sources in self.moved:
                    for path in sources:
                        self.root(path)

    def _counts(self, path: str, loss: Loss) -> bool:
        """Is what the path holds lost: by what a finding says, or as work that is in no commit?"""
        world = self.world
        if world.kind(path) not in ("file", "directory", "link"):
            if loss.score >= NOTED:
                self.hole(f"{path}: neither file, directory nor link")
            return False
        if loss.score < NOTED:
            zones = world.zones(path, directory=loss.directory, recursive=loss.recursive)
            if zones & {"path.temporary", "path.build", "path.device"}:
                return False
            if files.kind(path) == "directory" and loss.kind != "delete":
                return False
            if world.session is not None and world.session.made(path):
                return False
        return not (loss.sure and self._is_clean(path))

    def _is_clean(self, path: str) -> bool:
        """Can git bring back every single file there?"""
        repository = self.world.repository_of((path,))
        if repository is None:
            return False
        if files.kind(path) == "file" and gitindex.holds(repository.git_dir, repository.top, path):
            return True
        return repository.clean_targets((path,)).clean

    def _journals(self, path: str) -> None:
        for ending in JOURNALS:
            if files.kind(path + ending) == "file":
                self.root(path + ending)

    # ------------------------------------------------------------ git

    def repository(self, loss: Loss, losses: tuple[Loss, ...]) -> None:
        """What git would discard."""
        if loss.kind == "moved":
            for _, found in [one for one in self.moved if one[0].index == loss.index] or self._not_yet(loss, losses):
                for path in found:
                    self.root(path)
            return
        if HOLE in loss.directory:
            self.hole("it isn't known which repository is meant")
            return
        from guardsh.undo.gitplan import GitPlanner

        GitPlanner(self).add(loss)

    def _not_yet(self, loss: Loss, losses: tuple[Loss, ...]) -> list[tuple[Loss, tuple[str, ...]]]:
        moves = [one for one in losses if one.kind == "move" and one.index == loss.index]
        return [(one, self._targets(one) or ()) for one in moves]

    def merging(self, git_dir: str) -> None:
        """What git keeps of a merge or rebase that isn't finished."""
        for name in _MERGING:
            if files.kind(f"{git_dir}/{name}") != "missing":
                self.root(f"{git_dir}/{name}", repositories=True)
