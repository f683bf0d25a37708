"""Which files a patch changes: in the form of `apply_patch` (openai/codex codex-rs/apply-patch), or a unified diff."""

from __future__ import annotations

_MARKS = (("*** Add File: ", "overwrite"), ("*** Update File: ", "edit"), ("*** Delete File: ", "delete"))
_MOVE = "*** Move to: "


def changes(patch: str) -> list[tuple[str, str]]:
    """What is done to which path, as written, in the patch's order: overwrite, edit, delete or move."""
    found: list[tuple[str, str]] = []
    lines = patch.split("\n")
    for line in map(str.rstrip, lines):
        for mark, how in _MARKS:
            if line.lstrip().startswith(mark):
                found.append((how, line.lstrip()[len(mark) :].strip()))
        if line.lstrip().startswith(_MOVE) and found:
            found[-1] = ("move", found[-1][1])
            found.append(("overwrite", line.lstrip()[len(_MOVE) :].strip()))
    return [(how, path) for how, path in found if path] or _of_diff(lines)


def _of_diff(lines: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for before, after in zip(lines, lines[1:]):
        if not before.startswith("--- ") or not after.startswith("+++ "):
            continue
        old, new = _path(before), _path(after)
        if new == "/dev/null":
            found.append(("delete", old))
        else:
            found.append(("overwrite" if old == "/dev/null" else "edit", new))
    return found


def _path(line: str) -> str:
    """The path in a diff's head line, without its time and git's a/ or b/."""
    path = line[4:].split("\t", 1)[0].strip()
    return path[2:] if path.startswith(("a/", "b/")) else path
