"""Reading agents' payloads: what every agent's module needs, each wrong type or missing field a `Malformed`.

Agents rename their tools' arguments from release to release, so paths are looked for under every name that one of them
uses; a file tool without any is an error, not a pass.
"""

from __future__ import annotations

import os

from guardsh.agents.hook import FILE, SHELL, TOOL, WRITTEN, Call, Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

OVERWRITE, EDIT, DELETE, MOVE = "overwrite", "edit", "delete", "move"

PATHS = (
    "file_path", "filePath", "path", "target_file", "targetFile", "notebook_path", "absolute_path", "filename", "file",
    "dirPath", "uri",
)  # fmt: skip
LISTS = ("replacements", "edits", "files", "operations", "changes")  # of a tool that changes several files at once
PATCHES = ("input", "patch", "patchText", "command", "diff", "patch_text", "content")
SHELLS = ("bash", "zsh", "sh")
_KEY = r"\{[a-zA-Z+-]+\}"  # a key that is typed, as in `ls{enter}`


def text(values: Mapping[str, Any], name: str) -> str:
    """The text under a name. Raises Malformed if it is missing or something else."""
    value = values.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is missing" if value is None else f"{name} isn't a text")
    return value


def optional(values: Mapping[str, Any], *names: str) -> str:
    """The text under the first of some names that is there and not empty, "" for none. Raises Malformed."""
    for name in names:
        if values.get(name) is not None and (found := text(values, name)):
            return found
    return ""


def mapping(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object under the first of some names that is there; some agents send it as JSON text. Raises Malformed."""
    for name in names:
        value = values.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            value = _parsed(value, name)
        if isinstance(value, dict):
            return value
        raise Malformed(f"{name} isn't an object")
    raise Malformed(f"{names[0]} is missing")


def _parsed(value: str, name: str) -> Any:
    from guardsh.agents.payload import parse

    try:
        return parse(value.encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Malformed(f"{name} isn't an object") from None


def event(payload: Mapping[str, Any], wanted: Iterable[str], *names: str) -> str:
    """The event that the payload is about, which must be one of these. Raises Malformed."""
    found = optional(payload, *names)
    if not found:
        raise Malformed(f"{names[0]} is missing")
    if found not in wanted:
        raise Malformed(f"the event {found[:40]!r} isn't one that guardsh answers")
    return found


def directory(*candidates: object) -> str:
    """The first of some directories that is given; it must be an absolute path. Raises Malformed."""
    for candidate in candidates:
        if isinstance(candidate, list) and candidate:
            candidate = candidate[0]
        if candidate is None or candidate in ("", []):
            continue
        if not isinstance(candidate, str) or not candidate.startswith("/"):
            raise Malformed("the working directory isn't an absolute path")
        return candidate
    raise Malformed("the working directory is missing")


def below(folder: str, name: str) -> str:
    """A directory that may be given relative to another one."""
    return os.path.normpath(os.path.join(folder, name)) if name else folder


def dialect(environment: Mapping[str, str], *variables: str) -> str:
    """The shell that an agent uses, by the first of some variables that names one; bash without any."""
    for variable in variables:
        name = environment.get(variable, "").rsplit("/", 1)[-1]
        if name in SHELLS:
            return name
    return "bash"


# ---------------------------------------------------------------- calls


def shell(call: Call, command: object, dialect: str = "bash") -> Call:
    """The call with this command: a text, a list of words (`["bash", "-lc", text]` too). Raises Malformed."""
    if isinstance(command, list) and command and all(isinstance(word, str) for word in command):
        command = _of_words(command)
    if not isinstance(command, str):
        raise Malformed("command is missing" if command is None else "command isn't a text")
    return call.but(kind=SHELL, text=command, dialect=dialect)


def _of_words(words: Sequence[str]) -> str:
    name = words[0].rsplit("/", 1)[-1]
    if len(words) == 3 and name in SHELLS and words[1] in ("-c", "-lc", "-ic", "-lic"):
        return words[2]
    import shlex

    return shlex.join(words)


def lines(call: Call, commands: object, dialect: str = "bash") -> Call:
    """The call with several commands, one after the other: a list, or a JSON text of one. Raises Malformed."""
    if isinstance(commands, str) and commands.lstrip().startswith("["):
        try:
            commands = _parsed(commands, "commands")
        except Malformed:
            return shell(call, commands, dialect)
    if not isinstance(commands, list):
        return shell(call, commands, dialect)
    if not commands:
        raise Malformed("commands is empty")
    return shell(call, "\n".join(shell(call, one, dialect).text for one in commands), dialect)


def typed(call: Call, keys: object, dialect: str = "bash") -> Call | None:
    """What is typed into a program that runs already: a command line if it has several words, else an answer to it."""
    if not isinstance(keys, str):
        raise Malformed("what is typed is missing, or isn't a text")
    import re

    line = re.sub(_KEY, "", keys).strip()
    return shell(call, line, dialect) if " " in line else None


def files(call: Call, arguments: Mapping[str, Any], how: str, home: str = "") -> Call:
    """The call of a file tool, with every path that its arguments name. Raises Malformed if there is none."""
    found = list(_paths(arguments))
    if not found:
        raise Malformed("the file's path is missing")
    return touching(call, [(how, path) for path in found], home)


def _paths(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name in PATHS:
        value = arguments.get(name)
        if value is not None:
            if not isinstance(value, str) or not value:
                raise Malformed(f"{name} is empty" if value == "" else f"{name} isn't a text")
            yield value
            break
    for name in LISTS:
        inner = arguments.get(name)
        for one in inner if isinstance(inner, list) else ():
            if isinstance(one, dict) and any(key in one for key in PATHS):
                yield from _paths(one)


def touching(call: Call, changes: Iterable[tuple[str, str]], home: str = "") -> Call:
    """The call of a file tool that does this to these paths."""
    made = tuple(dict.fromkeys((how, _absolute(path, call.directory, home)) for how, path in changes))
    how, path = made[0]
    return call.but(kind=FILE, path=path, edits=how == EDIT, files=made)


def _absolute(path: str, directory: str, home: str) -> str:
    path = path.removeprefix("file://")
    if home and (path == "~" or path.startswith("~/")):
        path = home + path[1:]
    return os.path.normpath(os.path.join(directory, path))


def patched(call: Call, arguments: Mapping[str, Any], home: str = "") -> Call:
    """The call of a tool that applies a patch. Raises Malformed if no file can be found in it."""
    from guardsh.agents import patches

    found = next((arguments[name] for name in PATCHES if isinstance(arguments.get(name), str)), None)
    if found is None:
        raise Malformed("the patch is missing")
    changes = patches.changes(found)
    if not changes:
        raise Malformed("the patch names no file")
    return touching(call, changes, home)


def tool(call: Call, server: str, operation: str, arguments: dict[str, Any]) -> Call:
    """The call of another tool, an MCP server's above all, under the name that rules know such tools by."""
    clean = "".join(char if char.isalnum() else "-" for char in server).strip("-") or "mcp"
    return call.but(kind=TOOL, tool=f"mcp__{clean}__{operation}", arguments=arguments)


def mcp_name(name: str) -> tuple[str, str] | None:
    """Server and operation of a tool that is named in one of the agents' ways for MCP tools, else None.

    `mcp__server__operation`, `mcp_server_operation`, `@server/operation`, `MCP:operation`, `server__operation`.
    """
    if name.startswith("mcp__"):
        server, _, operation = name[5:].partition("__")
    elif name.startswith("mcp_"):
        server, _, operation = name[4:].partition("_")
    elif name.startswith("@"):
        server, _, operation = name[1:].partition("/")
    elif name.startswith("MCP:"):
        server, operation = "", name[4:]
    elif "__" in name:
        server, _, operation = name.partition("__")
    else:
        return None
    return server, operation or server


def written(call: Call | None) -> Call | None:
    """The call of a file tool as one that has run; None for any other."""
    return call.but(kind=WRITTEN) if call is not None and call.kind == FILE else None


def other(call: Call, name: str, arguments: dict[str, Any], environment: Mapping[str, str]) -> Call | None:
    """A tool that the agent's module doesn't know, by what its name and arguments say; None if they say nothing."""
    if found := mcp_name(name):
        return tool(call, *found, arguments)
    if isinstance(arguments.get("command"), str):
        return shell(call, arguments["command"], dialect(environment, "SHELL"))
    how = _by_name(name)
    if how and any(isinstance(arguments.get(key), str) and arguments[key] for key in PATHS):
        return files(call, arguments, how, environment.get("HOME", ""))
    return None


def _by_name(name: str) -> str:
    from guardsh.agents import tools

    words = set(tools.named(f"mcp__x__{name}")[1])
    for how, meant in ((DELETE, tools.DELETING), (EDIT, tools.EDITING), (OVERWRITE, tools.WRITING)):
        if words & meant:
            return how
    return ""


# ---------------------------------------------------------------- answers


def as_json(answer: Mapping[str, Any]) -> str:
    """An answer as one line of JSON."""
    import json

    return json.dumps(answer) + "\n"
