"""Git's objects and files beside a save: made in a repository of guardsh's own that borrows the user's objects, so that
nothing is added to the user's.
"""

from __future__ import annotations

import os
import time

from guardsh.facts import files, git
from guardsh.undo.store import Limits, NotSaved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.facts.git import Repository
    from guardsh.undo.plan import GitWork

MOST_STAYING = 1000  # newest references that a bundle counts on
MOST_OUTPUT = 256 << 20
LARGEST_FILE = 64 << 20  # of an index or reflog


def kept(work: GitWork, folder: str, number: int, deadline: float, limits: Limits) -> tuple[dict[str, Any], int]:
    """Writes what belongs to a repository into the folder; what the manifest says of it, and its bytes.

    Raises NotSaved or OSError.
    """
    repository = git.find(work.top, timeout=max(deadline - time.monotonic(), 0.1))
    if repository is None:
        raise NotSaved(f"the repository {work.top} can't be read")
    part: dict[str, Any] = {
        "top": work.top,
        "git_dir": work.git_dir,
        "common_dir": work.common_dir,
        "head": work.head,
        "refs": work.refs,
        "stashes": work.stashes,
        "config": work.config,
        "reflogs": {},
        "index": "",
        "staged": "",
        "bundle": "",
    }
    size = 0
    if work.index and files.kind(f"{work.git_dir}/index") == "file":
        part["index"] = f"index-{number}"
        part["staged"] = staged(repository)
        size += _copied(f"{work.git_dir}/index", os.path.join(folder, part["index"]))
    for place, name in enumerate(work.reflogs):
        copy = f"reflog-{number}-{place}"
        size += _copied(f"{work.common_dir}/logs/{name}", os.path.join(folder, copy))
        part["reflogs"][name] = copy
    if work.bundled:
        size += _bundle(work, repository, folder, f"bundle-{number}", part, limits)
    return part, size


def staged(repository: Repository) -> str:
    """A digest of what the index says, whatever times it keeps; "" if git doesn't tell."""
    from hashlib import sha256

    printed = repository.ask("ls-files", "-v", "--stage", "-z", most=MOST_OUTPUT)
    return "" if printed is None else sha256(printed.encode("utf-8", "surrogateescape")).hexdigest()


def _copied(path: str, to: str) -> int:
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise NotSaved(f"{path} is too large")
    with open(to, "xb") as copy:
        copy.write(data)
        copy.flush()
        os.fsync(copy.fileno())
    return len(data)


def _bundle(work: GitWork, repository: Repository, folder: str, name: str, part: dict[str, Any], limits: Limits) -> int:
    """A bundle of everything that the command takes and nothing that stays holds (git-bundle(1)); its bytes, 0 if
    nothing is in it.
    """
    wanted = list(dict.fromkeys([*(sha for _, sha in work.refs), *(sha for sha, _ in work.stashes), *work.commits]))
    if not wanted:
        return 0
    staying = [sha for sha in _staying(work, repository) if sha not in wanted] if not work.commits else []
    missing = repository.ask("rev-list", "--max-count=1", *wanted, *(f"^{sha}" for sha in staying), "--")
    if missing is None:
        raise NotSaved("git doesn't find what it is to save")
    tags = [sha for ref, sha in work.refs if ref.startswith("refs/tags/")]
    if not missing.strip() and not tags:
        return 0
    mirror = _mirror(repository, folder, wanted)
    try:
        path = os.path.join(folder, name)
        excluded = [f"^{sha}" for sha in staying]
        done = mirror.ask("bundle", "create", "--quiet", path, "--all", *excluded)
        if done is None:
            if tags and not missing.strip():
                return 0
            raise NotSaved("git can't bundle what it is to save")
        size = os.stat(path).st_size
        if size > limits.largest:
            raise NotSaved(f"it is larger than {limits.largest:,} bytes")
        _synced(path)
        part["bundle"] = name
        return size
    finally:
        _removed(mirror.git_dir)


def _staying(work: GitWork, repository: Repository) -> list[str]:
    """The objects of all references that the command doesn't take."""
    printed = repository.ask(
        "for-each-ref", "--sort=-creatordate", f"--count={MOST_STAYING}", "--format=%(objectname) %(refname)"
    )
    taken = {name for name, _ in work.refs} | {"refs/stash"}
    pairs = [line.partition(" ") for line in (printed or "").splitlines()]
    return list(dict.fromkeys(sha for sha, _, name in pairs if name not in taken))


def _mirror(repository: Repository, folder: str, wanted: list[str]) -> Repository:
    """A repository without objects of its own that has a name for each object that is wanted."""
    place = os.path.join(folder, "borrowing.git")
    for below in ("objects/info", "refs"):
        os.makedirs(os.path.join(place, below), 0o700)
    config = repository.config() or {}
    form = config.get("extensions.objectformat", "")
    version = "1" if form else "0"
    text = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
    text += f"[extensions]\n\tobjectFormat = {form}\n" if form else ""
    names = "".join(f"{sha} refs/saved/{number:06}\n" for number, sha in enumerate(wanted))
    contents = {
        "HEAD": "ref: refs/heads/none\n",
        "config": text,
        "packed-refs": "# pack-refs with: sorted \n" + names,
        "objects/info/alternates": f"{repository.common_dir}/objects\n",
    }
    shallow = files.read_text(f"{repository.common_dir}/shallow", 1 << 20)
    if shallow:
        contents["shallow"] = shallow
    for name, content in contents.items():
        with open(os.path.join(place, name), "x", encoding="utf-8", errors="surrogateescape") as file:
            file.write(content)
    return git.Repository(place, place, place, "", 30.0, git.trusted_git())


def _synced(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _removed(path: str) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)
