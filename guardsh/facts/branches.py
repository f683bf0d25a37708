"""Facts about branches: shared by custom, one's own, already merged."""

from __future__ import annotations

from guardsh.facts import files
from guardsh.facts.git import Repository, protected_name
from guardsh.reading.model import MARKS

MOST_COMMITS = 200


def plain_name(repository: Repository, ref: str) -> str:
    """The branch that a word of a command means: `+main`, `HEAD:main`, `:x`, `refs/heads/x`, `origin/x`, "" and HEAD
    the current one.

    "" if that isn't known.
    """
    if any(mark in ref for mark in MARKS):
        return ""
    name = ref.lstrip("+").rsplit(":", 1)[-1]
    if name in ("", "HEAD", "@"):
        return repository.branch()
    if name.startswith("refs/heads/"):
        return name[11:]
    name = name.removeprefix("refs/remotes/")
    remote, _, rest = name.partition("/")
    if rest and not repository.has_ref(f"refs/heads/{name}") and remote in repository.remotes():
        return rest
    return name


def fact(repository: Repository, name: str, ref: str) -> bool:
    """Is a `branch.*` fact proven for a branch as written? Raises ValueError for a name that isn't one."""
    branch = plain_name(repository, ref)
    if name == "branch.protected":
        return protected(repository, branch)
    if name == "branch.mine":
        return mine(repository, branch)
    if name == "branch.merged":
        return merged(repository, branch)
    raise ValueError(f"no such fact: {name}")


def protected(repository: Repository, branch: str) -> bool:
    """Is it main, master, release …, or the branch that a remote calls its HEAD?"""
    return bool(branch) and (protected_name(branch) or branch in default_branches(repository))


def default_branches(repository: Repository) -> tuple[str, ...]:
    """The branches that the remotes' HEADs name, as far as they were fetched."""
    found = []
    for remote in repository.remotes():
        text = files.read_text(f"{repository.common_dir}/refs/remotes/{remote}/HEAD", 4096) or ""
        start = f"ref: refs/remotes/{remote}/"
        if text.startswith(start):
            found.append(text[len(start) :].strip())
    return tuple(found)


def mine(repository: Repository, branch: str) -> bool:
    """A local branch that isn't protected, and of which the remotes have nothing, or only this user's commits."""
    if not branch or branch.startswith("-") or protected(repository, branch):
        return False
    if not repository.has_ref(f"refs/heads/{branch}"):
        return False
    config = repository.config()
    if config is None:
        return False
    published = [f"refs/remotes/{remote}/{branch}" for remote in repository.remotes()]
    published = [ref for ref in published if repository.has_ref(ref)]
    if not published:
        return True
    email = config.get("user.email", "").lower()
    return bool(email) and _authors(repository, published) <= {email}


def _authors(repository: Repository, published: list[str]) -> set[str]:
    """Who wrote what only these branches have; somebody unknown if that can't be told."""
    shared = [f"refs/remotes/{remote}/{base}" for remote in repository.remotes() for base in _bases(repository)]
    shared = [ref for ref in shared if repository.has_ref(ref)]
    if not shared:
        return {""}
    printed = repository.ask(
        "log", "--no-show-signature", f"--max-count={MOST_COMMITS}", "--format=%ae", *published, "--not", *shared, "--"
    )
    if printed is None:
        return {""}
    return {line.strip().lower() for line in printed.splitlines()}


def _bases(repository: Repository) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*default_branches(repository), "main", "master", "develop", "trunk")))


def merged(repository: Repository, branch: str) -> bool:
    """Has another shared branch, here or on a remote, all of its commits? (The current one counts, unless it is the
    same.)
    """
    if not branch or branch.startswith("-") or not repository.has_ref(f"refs/heads/{branch}"):
        return False
    bases = [base for base in _bases(repository) if base != branch]
    holders = [f"refs/heads/{base}" for base in bases]
    holders += [f"refs/remotes/{remote}/{base}" for remote in repository.remotes() for base in (*bases, branch)]
    holders = [ref for ref in holders if repository.has_ref(ref)]
    if repository.branch() != branch:
        holders.append("HEAD")
    if not holders:
        return False
    return repository.ask("rev-list", "--max-count=1", f"refs/heads/{branch}", "--not", *holders, "--") == ""
