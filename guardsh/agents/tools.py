"""Tools of agents that aren't a shell, as effects: file tools, PowerShell, and the tools of MCP servers.

An MCP tool is known by its name and arguments only. Its name says the operation (`mcp__railway__volume_delete`: "volume
delete", an effect of kind `call` that rules match by its verb); its arguments may hold code that is read as such: SQL,
GraphQL, an HTTP request, shell text, a program; and paths that a file operation is about.
"""

from __future__ import annotations

import re

from guardsh.agents.hook import FILE, SHELL, Call
from guardsh.reading.model import Context, Effect, Value
from guardsh.verdict import CONFIRM, PASS, REFUSE, Finding, Step, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from guardsh.config import Settings
    from guardsh.facts.world import World
    from guardsh.reading.model import Act
    from guardsh.rules.loading import Rules

    Arguments = dict[str, Any]

_ORDER = (PASS, CONFIRM, REFUSE)
_PROSE = re.compile(
    r"\s*(?:delete|update|insert|set|do|call|show|replace|merge|rename|copy|execute|begin)\b"
    r"(?!.*(?:\b(?:from|where|set|into|table|values|using)\b|[=;*(]))",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

MOST_TEXTS = 300  # of arguments that are looked at
DEEPEST = 8
LONGEST = 20_000  # characters of a call that are shown and bound; the rest counts by its hash

# What arguments are called, whatever the server.
SQL_KEYS = frozenset(("sql", "query", "queries", "statement", "statements", "sql_query", "sqlquery", "q"))
SEARCH_KEYS = frozenset(("query", "queries", "q"))  # may be words to look for, too
GRAPHQL_KEYS = frozenset(("query", "mutation", "document", "graphql", "gql", "body", "operation"))
SHELL_KEYS = frozenset(
    ("command", "cmd", "commands", "shell_command", "command_line", "commandline", "bash", "shell", "script")
)
CODE_KEYS = frozenset(("code", "source", "script", "program", "snippet", "expression", "function", "cell"))
PATH_KEYS = frozenset(
    ("path", "paths", "file", "files", "file_path", "filepath", "filename", "directory", "folder", "dir")
)
FROM_KEYS = frozenset(("source", "src", "from", "old_path", "oldpath", "source_path"))
TO_KEYS = frozenset(("destination", "dest", "target", "to", "new_path", "newpath", "destination_path"))
METHOD_KEYS = ("method", "http_method", "httpMethod", "verb")
BODY_KEYS = ("body", "data", "json", "payload")
REMOTE_KEYS = frozenset(
    ("owner", "repo", "repository", "project_id", "bucket", "branch", "host", "drive_id", "site_id")
)

# What operations are called.
DELETING = frozenset(("delete", "remove", "unlink", "rm", "trash", "erase"))
WRITING = frozenset(("write", "save", "create", "overwrite", "put"))
EDITING = frozenset(("edit", "update", "append", "patch", "replace", "modify", "insert"))
MOVING = frozenset(("move", "rename", "mv"))
RUNNING = frozenset(("run", "exec", "execute", "shell", "terminal", "bash", "command", "process", "spawn", "eval"))
FILES = frozenset(("file", "files", "directory", "directories", "folder", "dir", "path", "paths", "fs"))
LANGUAGES = {
    "python": "python", "py": "python", "ipython": "python", "jupyter": "python", "javascript": "javascript",
    "js": "javascript", "node": "javascript", "nodejs": "javascript", "typescript": "typescript", "ts": "typescript",
    "ruby": "ruby", "php": "php", "perl": "perl", "powershell": "powershell", "bash": "bash", "sh": "bash",
    "shell": "bash", "zsh": "bash",
}  # fmt: skip


def judged(call: Call, world: World, rules: Rules, settings: Settings) -> Verdict:
    """The verdict on a call of a file tool, of PowerShell or of an MCP tool."""
    verdict = _judged(call, world, rules, settings)
    return verdict.but(findings=tuple(map(_without_route, verdict.findings)))


def _without_route(finding: Finding) -> Finding:
    """Facts say by which kind of tool it goes; people see the tool itself in the text."""
    return finding.but(notes=tuple(note for note in finding.notes if not note.startswith("runs through tool.")))


def _judged(call: Call, world: World, rules: Rules, settings: Settings) -> Verdict:
    from guardsh.judge import judge_effects

    if call.kind == FILE:
        effects = [_file_effect(how, path, call, world) for how, path in call.touched]
        paths = " ".join(path for _, path in call.touched)
        return judge_effects(effects, world, rules, settings, f"{call.tool} {paths}", ("tool.file",))
    if call.kind == SHELL:
        return _judged_code(call.dialect, call.text, world, rules, settings)
    return _judged_tool(call, world, rules, settings)


def shown(tool: str, arguments: Arguments) -> str:
    """A call as people and the log see it: `mcp__railway__volume_delete {"volumeId": "3d2c"}`."""
    import json

    text = f"{tool} {json.dumps(arguments, ensure_ascii=False, sort_keys=True)}"
    if len(text) <= LONGEST:
        return text
    from hashlib import sha256

    return f"{text[:LONGEST]}… (sha256 {sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()})"


def parsed(text: str, directory: str) -> Call | None:
    """The call of an MCP tool in the form that `shown` gives; None for other text."""
    import json

    from guardsh.agents.hook import TOOL

    tool, _, rest = text.partition(" ")
    if not tool.startswith("mcp__"):
        return None
    try:
        arguments = json.loads(rest or "{}")
    except (ValueError, RecursionError):
        return None
    return Call(TOOL, tool, directory, arguments=arguments) if isinstance(arguments, dict) else None


def _file_effect(how: str, path: str, call: Call, world: World) -> Effect:
    """What a file tool does to one file; replacing one that isn't there makes it."""
    kind = "create" if how == "overwrite" and world.kind(path) == "missing" else how
    return Effect(kind, target=Value(path), directory=call.directory)


# ---------------------------------------------------------------- MCP tools


def _judged_tool(call: Call, world: World, rules: Rules, settings: Settings) -> Verdict:
    from guardsh.judge import judge, judge_effects

    arguments = call.arguments or {}
    text = shown(call.tool, arguments)
    server, words = named(call.tool)
    reading = _Arguments(server, words, arguments, world)
    effects = reading.effects
    if not reading.about_files:
        about = f"{server} {' '.join(words)} {text.partition(' ')[2]}"
        effects = [
            Effect("call", " ".join(words), Value(about), (("server", server),), directory=call.directory),
            *effects,
        ]
    verdicts = [judge_effects(effects, world, rules, settings, text, ("tool.mcp",))]
    verdicts += [judge(shell, world, rules, settings).but(text=shell) for shell in reading.shell]
    verdict = max(verdicts, key=lambda one: (_ORDER.index(one.action), one.score))
    if verdict.action == PASS and reading.unread:
        return _unread(text, reading.unread)
    return verdict


def named(tool: str) -> tuple[str, list[str]]:
    """The server and the operation's words: `mcp__railway__volumeDelete` is railway, [volume, delete]."""
    _, server, operation = [*tool.split("__", 2), "", ""][:3]
    return server, [word.lower() for word in _WORD.findall(operation or server)]


class _Arguments:
    """What an MCP tool's arguments hold."""

    def __init__(self, server: str, words: Sequence[str], arguments: Arguments, world: World) -> None:
        self.server = frozenset(word.lower() for word in _WORD.findall(server))
        self.words = frozenset(words)
        self.world = world
        self.context = Context(world.directory, world.home, world.environment, world.read_text)
        self.effects: list[Effect] = []
        self.shell: list[str] = []
        self.unread = ""  # why something in it can't be read
        self.about_files = False  # is the operation one on files here, whose paths are known?
        for key, text, beside in _texts(arguments):
            self._text(key, text, beside)

    def _text(self, key: str, text: str, beside: Arguments) -> None:
        from guardsh.languages import graphql, http

        if text.startswith(("http://", "https://")) and key not in CODE_KEYS:
            self._request(text, beside)
        elif key in SQL_KEYS and http.looks_like_sql(text) and not (key in SEARCH_KEYS and _PROSE.match(text)):
            self._acts("sql", text)
        elif key in GRAPHQL_KEYS and graphql.looks_like(text):
            self._acts("graphql", text)
        elif key in SHELL_KEYS and (self.words & RUNNING or key != "script"):
            self.shell.append(_with_arguments(text, beside))
        elif key in CODE_KEYS and (language := self._language(beside)):
            self._acts(language, text)
        elif self.words & (FILES | DELETING | MOVING) and not REMOTE_KEYS & set(map(str.lower, beside)):
            self._path(key, text)

    def _request(self, url: str, beside: Arguments) -> None:
        from guardsh.languages import http

        method = next((beside[key] for key in METHOD_KEYS if isinstance(beside.get(key), str)), "")
        body = next((_as_text(beside[key]) for key in BODY_KEYS if beside.get(key)), None)
        headers = beside.get("headers")
        lines = [Value(f"{name}: {value}") for name, value in headers.items()] if isinstance(headers, dict) else []
        self.effects += http.request_effects(
            method, Value(url), lines, None if body is None else Value(body), directory=self.world.directory
        )

    def _acts(self, language: str, text: str) -> None:
        from guardsh.languages import read

        effects, shell, unread = _sorted_out(read(language, text, self.context), language)
        self.effects += effects
        self.shell += shell
        self.unread = self.unread or unread

    def _language(self, beside: Arguments) -> str:
        said = beside.get("language", beside.get("lang", ""))
        for word in (said.lower() if isinstance(said, str) else "", *sorted(self.words), *sorted(self.server)):
            if word in LANGUAGES:
                return LANGUAGES[word]
        return ""

    def _path(self, key: str, text: str) -> None:
        """A path that the operation is about, if both its name and the argument's say so."""
        kind = ""
        if key in FROM_KEYS and self.words & MOVING:
            kind = "move"
        elif key in TO_KEYS and self.words & MOVING:
            kind = "overwrite"
        elif key in PATH_KEYS and (self.words & FILES or "/" in text):
            kind = _kind_of(self.words)
        if kind:
            self.about_files = True
            self.effects.append(
                Effect(kind, target=Value(text), recursive=kind == "delete", directory=self.world.directory)
            )


def _kind_of(words: frozenset[str]) -> str:
    for kind, meant in (("delete", DELETING), ("move", MOVING), ("edit", EDITING), ("overwrite", WRITING)):
        if words & meant:
            return kind
    return ""


def _texts(values: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str, Arguments]]:
    """Every text in the arguments with its key, in lower case, and what stands beside it; at most MOST_TEXTS."""
    from itertools import islice

    yield from islice(_all_texts(values, key, {}, depth), MOST_TEXTS)


def _all_texts(value: Any, key: str, beside: Arguments, depth: int) -> Iterator[tuple[str, str, Arguments]]:
    if isinstance(value, str):
        yield key, value, beside
    elif depth > DEEPEST:
        return
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _all_texts(inner, str(name).lower(), value, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _all_texts(inner, key, beside, depth + 1)


def _with_arguments(command: str, beside: Arguments) -> str:
    """A command line; where its arguments come as a list of their own, quoted behind it."""
    words = beside.get("args", beside.get("arguments"))
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return command
    import shlex

    return " ".join([command, *map(shlex.quote, words)])


def _as_text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)


# ---------------------------------------------------------------- code


def _judged_code(language: str, text: str, world: World, rules: Rules, settings: Settings) -> Verdict:
    """The verdict on text in a language that isn't a shell's that guardsh knows."""
    from guardsh.judge import judge, judge_effects
    from guardsh.languages import read

    context = Context(world.directory, world.home, world.environment, world.read_text, (0, len(text)), language)
    effects, shell, unread = _sorted_out(read(language, text, context), language)
    verdicts = [judge_effects(effects, world, rules, settings, text)]
    verdicts += [judge(inner, world, rules, settings).but(text=text) for inner in shell]
    verdict = max(verdicts, key=lambda one: (_ORDER.index(one.action), one.score))
    return _unread(text, unread) if verdict.action == PASS and unread else verdict


def _sorted_out(acts: Sequence[Act], language: str) -> tuple[list[Effect], list[str], str]:
    """The effects, the shell texts, and why something in it can't be followed ("": all can)."""
    import shlex

    effects: list[Effect] = []
    shell: list[str] = []
    unread = ""
    for act in acts:
        if isinstance(act, Effect):
            effects.append(act)
            if act.kind == "run" and act.verb == "unreadable":
                unread = f"{language} that can't be read"
        elif hasattr(act, "words"):
            shell.append(" ".join(shlex.quote(word.text) if word.known else word.text for word in act.words))
        elif hasattr(act, "text"):
            shell.append(act.text.text)
        else:
            effects.append(Effect("run", "own-file", act.path))
    return effects, shell, unread


def _unread(text: str, why: str) -> Verdict:
    from guardsh.judge import UNREAD

    finding = Finding(
        "guardsh.not-understood", "guardsh", UNREAD, (Step(UNREAD, f"can't be read: {why}"),), (0, len(text)),
        f"run a text that guardsh can't read: {why}", advice="use the shell for it, in simple commands",
        phrase="run it unread", exposure=True,
    )  # fmt: skip
    return Verdict(CONFIRM, UNREAD, (finding,), False, why, text=text)
