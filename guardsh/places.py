"""Where guardsh keeps its things: configuration, state and cache below the home that the password database names.

The environment has no say here: an agent may set HOME or XDG_STATE_HOME for its commands, and must not thereby choose
which configuration, passphrase or approvals count. A directory that somebody else owns or may write is refused.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Unsafe(OSError):
    """A directory or file that can't be trusted, or a home that isn't known."""


def home() -> str:
    """The home directory of the real user, from the password database. Raises Unsafe if there is none."""
    import pwd

    try:
        found = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        raise Unsafe(f"user {os.getuid()} isn't in the password database, so no home is known") from None
    if not os.path.isabs(found):
        raise Unsafe(f"the password database names no home for user {os.getuid()}")
    return found


def config_dir() -> str:
    """~/.config/guardsh, made if missing. Raises Unsafe, or another OSError if it can't be made."""
    return private_dir(".config", "guardsh")


def state_dir(*below: str) -> str:
    """~/.local/state/guardsh, or a directory below it, made if missing. Raises as config_dir."""
    return private_dir(".local", "state", "guardsh", *below)


def cache_dir() -> str:
    """~/.cache/guardsh, made if missing. Raises as config_dir."""
    return private_dir(".cache", "guardsh")


def private_dir(*names: str) -> str:
    """A directory below home with mode 0700, each missing part made so. Raises Unsafe or another OSError.

    Every part from home down is checked: who may write one of them could put another directory in its place.
    """
    path = home()
    check_unwritable(path)
    for name in names:
        path = os.path.join(path, name)
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            pass
        check_unwritable(path)
    if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
        os.chmod(path, 0o700)
    return path


def check_unwritable(path: str) -> os.stat_result:
    """The directory's or file's stat, if only this user or root owns it and may write it. Raises Unsafe otherwise."""
    found = os.stat(path)
    if found.st_uid not in (os.getuid(), 0):
        raise Unsafe(f"{path} belongs to another user (uid {found.st_uid})")
    if found.st_mode & stat.S_IWOTH:
        raise Unsafe(f"{path} may be written by everybody: chmod o-w {path}")
    if found.st_mode & stat.S_IWGRP and not own_group(found.st_gid):
        raise Unsafe(f"{path} may be written by its group: chmod g-w {path}")
    return found


def own_group(gid: int) -> bool:
    """Is this the group of nobody but this user (as Debian and Fedora make one for each)?"""
    import grp
    import pwd

    try:
        user = pwd.getpwuid(os.getuid())
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_gid == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def read_private(path: str, limit: int = 1 << 20) -> str:
    """The text of a file of this user that nobody else may read or write. Raises Unsafe, OSError or UnicodeError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, encoding="utf-8") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Unsafe(f"{path} isn't a plain file")
        if found.st_uid != os.getuid():
            raise Unsafe(f"{path} belongs to another user (uid {found.st_uid})")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise Unsafe(f"{path} is open to others: chmod 600 {path}")
        text = file.read(limit + 1)
    if len(text) > limit:
        raise Unsafe(f"{path} is larger than {limit} characters")
    return text


def create_private(path: str, text: str) -> None:
    """A new file with mode 0600 that is either whole or absent for readers. Raises FileExistsError if it is there."""
    temporary = f"{path}.{os.getpid()}.{os.urandom(6).hex()}.tmp"
    _write_new(temporary, text)
    try:
        os.link(temporary, path)
    finally:
        os.unlink(temporary)


def replace_private(path: str, text: str) -> None:
    """A file with mode 0600 in the place of whatever was there, whole at every moment. Raises OSError."""
    temporary = f"{path}.{os.getpid()}.{os.urandom(6).hex()}.tmp"
    _write_new(temporary, text)
    try:
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _write_new(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        os.unlink(path)
        raise


def names_in(directory: str, ending: str) -> Iterator[str]:
    """The names, without the ending, of a directory's files that have it, sorted. Raises OSError."""
    for name in sorted(os.listdir(directory)):
        if name.endswith(ending):
            yield name[: -len(ending)]
