"""Is a file system proven to be throw-away: gone with the container, or with the machine's memory?

Proven means by the kernel's own table of mounts, and for a container's writable layer also by the mark that the
container's runtime puts beside it. What the environment says proves nothing, since a command may set it.
"""

from __future__ import annotations

import os

from guardsh.facts.files import _unescaped, read_text_of_kernel

MOUNTS = "/proc/self/mountinfo"
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")  # Docker; Podman
IN_MEMORY = ("tmpfs", "ramfs")
LAYERED = ("overlay", "fuse-overlayfs", "fuse.fuse-overlayfs", "aufs")


def mounts(text: str) -> dict[str, str]:
    """Mount point and file system type, by the text of /proc/PID/mountinfo (proc_pid_mountinfo(5))."""
    found = {}
    for line in text.splitlines():
        fields = line.split(" ")
        if "-" in fields and len(fields) > fields.index("-") + 1 > 6:
            found[_unescaped(fields[4])] = fields[fields.index("-") + 1]
    return found


def is_throwaway(
    path: str, recursive: bool = False, *, table: dict[str, str] | None = None, marks: bool | None = None
) -> bool:
    """Does an absolute path without links lie on a throw-away file system, and, if `recursive`, all that is below it?

    `table` and `marks` stand in for what the kernel and the container's runtime say.
    """
    table = mounts(read_text_of_kernel(MOUNTS)) if table is None else table
    marks = any(map(_is_roots, CONTAINER_MARKS)) if marks is None else marks
    below = path.rstrip("/") + "/"
    holding = [point for point in table if below.startswith(point.rstrip("/") + "/")]
    if recursive:
        holding = [max(holding, key=len, default="")] + [point for point in table if point.startswith(below)]
    else:
        holding = [max(holding, key=len, default="")]
    return all(_goes(point, table.get(point, ""), marks) for point in holding)


def _goes(point: str, kind: str, marks: bool) -> bool:
    return kind in IN_MEMORY or (point == "/" and kind in LAYERED and marks)


def _is_roots(path: str) -> bool:
    try:
        return os.lstat(path).st_uid == 0
    except OSError:
        return False
