"""What the names in a path say of what is in it: build output, secrets, start-up files, the guard's own files, data,
backups.

Components are lower case; `in_home` is the part of a path below a home directory, () outside of homes.
"""

from __future__ import annotations

from guardsh.facts import components, known, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    Place = tuple[str, ...]


def is_build_file(name: str) -> bool:
    """Is it the name of a file that tools make again?"""
    if name in known.BUILD_FILES or name.startswith(known.BUILD_PREFIXES):
        return True
    return any(name.endswith(suffix) and len(name) > len(suffix) for suffix in known.BUILD_SUFFIXES)


def is_likely_build(below: Place) -> bool:
    """Is one component a name like `dist`, and none before it a directory of sources?"""
    for index, part in enumerate(below):
        if part in known.BUILD_LIKELY:
            return not any(earlier in known.SOURCES for earlier in below[:index])
    return False


def is_secret(place: Place, in_home: Place) -> bool:
    """Keys and credentials, by place or name."""
    name = place[-1]
    if name.endswith(".pub") or (name in known.SECRET_NOT and place[-2:-1] == (".ssh",)):
        return False
    if components.may_start(in_home, known.SECRET_HOME):
        return True
    if components.may_start(place, known.SECRET_SYSTEM) or components.may_hold(place[-3:], known.SECRET_ANYWHERE):
        return True
    if components.may_be_among(name, known.SECRET_FILES):
        return True
    if not name.endswith(known.SECRET_SUFFIXES) or name in known.SECRET_SUFFIXES:
        return False
    return not set(names.words(name)) & known.PUBLIC_WORDS


def is_startup(place: Place, in_home: Place) -> bool:
    """What runs by itself later: shell start-up files, hooks, timers, agents' hooks and tool servers."""
    if in_home and (
        components.may_start(in_home, known.STARTUP_HOME) or components.may_start(in_home, known.AGENT_SETTINGS)
    ):
        return True
    if components.may_start(place, known.STARTUP_SYSTEM) or components.may_start(place, known.AGENT_SETTINGS_SYSTEM):
        return True
    if place[-1] in ("authorized_keys", "authorized_keys2"):
        return True
    return components.may_hold(place, known.STARTUP_PLACES) or components.may_hold(place, known.AGENT_SETTINGS)


def is_guard(place: Place, in_home: Place, holders: bool) -> bool:
    """guardsh's own files and the settings that hold its hooks; with `holders` also the directories of those."""
    if components.may_start(in_home, known.GUARD_HOME):
        return True
    if components.may_start(place, known.GUARD_SYSTEM) or components.may_start(place, known.AGENT_SETTINGS_SYSTEM):
        return True
    if (
        components.may_be_among(place[-1], known.GUARD_FILES)
        or components.may_hold(place, known.AGENT_SETTINGS)
        or components.may_hold(place, known.GUARD_PACKAGE)
    ):
        return True
    return holders and place[-1] in known.AGENT_FOLDERS


def is_backup(part: str) -> bool:
    """Does a component say that it is a backup?"""
    return names.is_backup_name(part)


def is_data(place: Place, below: Place) -> bool:
    """Database files, `.env`, uploads, Terraform's state."""
    name = place[-1]
    if components.may_start(place, known.DATA_SYSTEM) or components.may_hold(below, known.DATA_PLACES):
        return True
    if any(part in known.DATA_NAMES for part in below):
        return True
    if name.startswith(".env.") or (name.endswith(".env") and len(name) > 4):
        return not name.endswith(known.DATA_TEMPLATES)
    if components.may_be_among(name, _DATA_EXACT):
        return True
    return name not in known.BUILD_FILES and name.endswith(known.DATA_SUFFIXES)


_DATA_EXACT = frozenset((".env", "terraform.tfstate"))
