"""What would be lost, in lines for people: counts, sizes, names, times."""

from __future__ import annotations

import os
import time

from guardsh.facts import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.facts.git import Repository
    from guardsh.facts.surroundings import Target
    from guardsh.facts.world import World

MOST_LINES = 5


def of_target(world: World, target: Target) -> tuple[str, ...]:
    """ "214,083 files, 61 GB", "newest change 12 minutes ago", "12 of them in no commit": what a deletion of the
    target would take.

    () where the target isn't known or doesn't exist.
    """
    found = tuple(path for path in world.targets(target) or () if world.kind(path) not in ("missing", "unknown"))
    if not found:
        return ()
    seen = world.survey(found)
    lines = [f"{counted(seen.files, 'file', more=not seen.complete)}, {size(seen.size, more=not seen.complete)}"]
    if seen.newest:
        lines.append(f"newest change {ago(seen.newest)}")
    lines += _uncommitted(world, found, seen)
    for name in files.traps(target.matches):
        lines.append(f"a file named {name!r}: a command may take the name for something else")
    return tuple(lines[:MOST_LINES])


def _uncommitted(world: World, found: tuple[str, ...], seen: files.Survey) -> list[str]:
    repository = world.repository_of(found)
    if repository is None:
        return []
    listing = repository.clean_targets(found)
    if not listing.known:
        return []
    left = world.not_made_again(listing.changed + listing.untracked + listing.ignored)
    if not left:
        return ["all of it committed"] if listing.committed else []
    count = world.survey(tuple(path.rstrip("/") for path in left))
    named = ", ".join(_shown(path, repository.top) for path in left[:3]) + (" …" if len(left) > 3 else "")
    if count.files >= seen.files and not listing.tracked:
        return [f"none of it in a commit: {named}"]
    return [f"{count.files:,} of them not as in the last commit: {named}"]


def of_repository(repository: Repository, directory: str, paths: tuple[str, ...] = ()) -> tuple[str, ...]:
    """ "3 changed files, 2 untracked: src/a.py …", then a line for each of the first changed files. () if clean or
    unknown.
    """
    status = repository.status(paths, directory=directory if paths else "")
    if not status.changed and not status.untracked:
        return ()
    parts = []
    if status.changed:
        parts.append(counted(len(status.changed), "changed file"))
    if status.untracked:
        parts.append(f"{len(status.untracked):,} untracked")
    both = status.changed + status.untracked
    named = ", ".join(_shown(path, repository.top) for path in both[:3]) + (" …" if len(both) > 3 else "")
    lines = [f"{', '.join(parts)}: {named}"]
    return (*lines, *_changes(repository, status.changed))


def _changes(repository: Repository, changed: tuple[str, ...]) -> list[str]:
    """`src/app.py  +120 −4  12 minutes ago`"""
    if not changed:
        return []
    first = changed[: MOST_LINES - 1]
    start = len(repository.top.rstrip("/")) + 1
    printed = repository.ask(
        "--literal-pathspecs", "diff", "--numstat", "-z", "--no-ext-diff", "--no-textconv", "--no-renames",
        "--ignore-submodules=dirty", "HEAD", "--", *(path[start:] for path in first),
    )  # fmt: skip
    counts = {}
    for entry in (printed or "").split("\0"):
        fields = entry.split("\t", 2)
        if len(fields) == 3 and fields[0].isdigit() and fields[1].isdigit():
            counts[fields[2]] = f"  +{fields[0]} −{fields[1]}"
    return [f"{_shown(path, repository.top)}{counts.get(path[start:], '')}{_when(path)}" for path in first]


def _when(path: str) -> str:
    try:
        return "  " + ago(os.lstat(path).st_mtime)
    except OSError:
        return "  deleted"


def _shown(path: str, top: str) -> str:
    """The path below the top, with what a terminal might obey made visible."""
    name = path[len(top.rstrip("/")) + 1 :] if path.startswith(top.rstrip("/") + "/") else path
    return "".join(char if char.isprintable() else "�" for char in name)


def counted(number: int, noun: str, *, more: bool = False) -> str:
    """ "1 file", "1,204 files", "more than 20,000 files"."""
    text = f"{number:,} {noun}{'' if number == 1 else 's'}"
    return f"more than {text}" if more else text


def size(count: int, *, more: bool = False) -> str:
    """ "840 bytes", "3.2 MB", "61 GB or more"."""
    value, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    text = f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
    return f"{text} or more" if more else text


def ago(then: float, now: float | None = None) -> str:
    """ "just now", "12 minutes ago", "3 days ago"."""
    seconds = (time.time() if now is None else now) - then
    for length, unit in ((31_536_000, "year"), (2_592_000, "month"), (86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"
