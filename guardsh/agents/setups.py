"""The mould of an agent's set-up: where its hooks are configured, how guardsh's go in and out, how they are tried.

Three kinds: entries in a JSON file that others write too (`JsonHooks`), a JSON file of guardsh's own (`OwnJson`), and a
program of guardsh's own that the agent loads (`OwnProgram`). Claude Code's set-up, a module, has the same functions.
"""

from __future__ import annotations

import json
import os
import shlex

from guardsh.agents import edit, hook
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    Handler = dict[str, Any]
    Found = tuple[str, str, Handler]  # event, matcher and handler

# In front of whatever exits with something else than 0 or 2, or doesn't start: most agents take that for a yes, and
# some a status 2 without a text as well.
_ELSE = ' || { [ $? -eq 2 ] || echo "guardsh: BLOCKED, nothing ran: the hook failed" >&2; exit 2; }'


class Note(Frozen):
    """Something about an agent's configuration that weakens the guard, or may."""

    text: str
    fix: str
    open: bool = True  # False: it may be so


def line_of(argv: list[str]) -> str:
    """A hook's command line for agents that start it with a shell; whatever goes wrong is a denial."""
    return shlex.join(argv) + _ELSE


def is_ours(command: str, agent: str) -> bool:
    """Does this command line start the agent's hook of guardsh?"""
    return "guardsh.agents.hook" in command or ("guardsh" in command and f"hook {agent}" in command)


class Setup:
    """What every set-up has. Subclasses say the rest."""

    NAME: str
    HOOK: str  # the hook that is installed; another agent's where both read the same file
    PROGRAM: str  # names on PATH, the first that is there counts
    INSTRUCTIONS = "AGENTS.md"
    MODE = 0o600  # of a new file
    TRACES: tuple[str, ...] = ()  # directories below home that show that the agent is here, though it isn't on PATH
    USER: str  # the settings file below home
    PROJECT = ""  # the one below a project; "" if there is none
    PROJECT_IS_SHARED = True  # with the others who work on the project
    SYSTEM: tuple[str, ...] = ()
    HOME_VARIABLE = ""  # a variable that names the directory which USER's first part stands for
    EVENTS: tuple[tuple[str, str], ...]  # each event with the matcher that guardsh's hook needs there
    SHELL_EVENT: str  # the one that comes before a command
    REFUSES: tuple[str, ...] = ()  # the way to the answer's decision, and what it is; () for status 2
    AFTERWARDS = ""  # what a person has to do after the installation

    def settings_file(self, scope: str, directory: str, home: str, environment: Mapping[str, str]) -> str:
        """The settings file of a scope, "user" or "project". Raises edit.Broken if there is no such scope."""
        if scope == "project":
            if not self.PROJECT:
                raise edit.Broken(f"{self.NAME} has no hooks of a project's own")
            return os.path.join(directory, self.PROJECT)
        first, _, rest = self.USER.partition("/")
        folder = environment.get(self.HOME_VARIABLE) if self.HOME_VARIABLE else ""
        return os.path.join(folder, rest) if folder else os.path.join(home, first, rest)

    def all_settings_files(self, directory: str, home: str, environment: Mapping[str, str]) -> list[str]:
        """Every settings file that a session in this directory reads."""
        found = [self.settings_file("user", directory, home, environment)]
        if self.PROJECT:
            found.append(self.settings_file("project", directory, home, environment))
        return [*found, *self.SYSTEM]

    def added(self, text: str, argv: list[str], version: tuple[int, ...], time_out: int) -> str:
        """The settings with guardsh's hooks, the same at every call. Raises edit.Broken."""
        raise NotImplementedError

    def removed(self, text: str) -> str | None:
        """The settings without guardsh's hooks; None if the file goes. Raises edit.Broken."""
        raise NotImplementedError

    def hooks(self, text: str) -> Iterator[Found]:
        """guardsh's hooks in the settings. Raises edit.Broken."""
        raise NotImplementedError

    def guards_commands(self, event: str) -> bool:
        """Does a hook of this event see shell commands?"""
        return event == self.SHELL_EVENT

    def gaps(self, found: Iterable[tuple[str, str]]) -> Iterator[str]:
        """What isn't seen, with hooks of these events and matchers."""
        if set(self.EVENTS) - set(found):
            yield "doesn't see every tool that it should"

    def switched_off(self, text: str) -> bool:
        """Do these settings switch all hooks off? Raises edit.Broken."""
        values = edit.parse(text) if text.strip().startswith("{") else {}
        return isinstance(values, dict) and values.get("disableAllHooks") is True

    def argv_of(self, handler: Handler) -> list[str]:
        """How the agent starts this handler."""
        command, arguments = handler.get("command"), handler.get("args")
        if not isinstance(command, str):
            return []
        return [command, *map(str, arguments)] if isinstance(arguments, list) else ["/bin/sh", "-c", command]

    def weaknesses(self, handler: Handler, version: tuple[int, ...]) -> Iterator[str]:
        """What a handler leaves open."""
        command = handler.get("command")
        if isinstance(command, str) and "args" not in handler and not _denies_if_it_fails(command):
            yield "a hook that crashes lets the command through"
        if self._seconds(handler) < hook.DEADLINE + 2:
            yield "its time-out is shorter than the hook's own deadline"

    def _seconds(self, handler: Handler) -> float:
        time_out = handler.get("timeout", 60)
        return time_out if isinstance(time_out, (int, float)) else 0

    def notes(self, home: str, directory: str, environment: Mapping[str, str]) -> Iterator[Note]:
        """What else in the agent's configuration weakens the hook."""
        yield from ()

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        """The payload that the agent would send for this command."""
        raise NotImplementedError

    def canary(self, directory: str, command: str) -> dict[str, Any]:
        """The payload for guardsh's own test."""
        return self.payload(directory, command)

    def refused(self, status: int, stdout: str) -> bool:
        """Is this the answer that makes the agent refuse?"""
        if not self.REFUSES:
            return status == 2
        try:
            answer: Any = edit.parse(stdout)
            for name in self.REFUSES[:-1]:
                answer = answer[name]
            return bool(str(answer) == self.REFUSES[-1])
        except (edit.Broken, KeyError, TypeError):
            return False

    def passed(self, status: int, stdout: str) -> bool:
        """Is this the answer that leaves it to the agent?"""
        return status == 0 and stdout == hook.load(self.NAME).PASS.stdout


def _denies_if_it_fails(command: str) -> bool:
    return command.endswith(("|| exit 2", _ELSE)) or command.rstrip("'").endswith("exit 2; }")


class JsonHooks(Setup):
    """Entries in a JSON file: `hooks.EVENT` is a list of handlers (FLAT), or of groups with a matcher and handlers."""

    FLAT = False
    START = ""  # the text of a new file

    def entry(self, event: str, matcher: str, argv: list[str], time_out: int) -> Any:
        """What goes into the list of an event."""
        handler: Handler = {"type": "command", "command": line_of(argv), "timeout": time_out}
        return {"matcher": matcher, "hooks": [handler]}

    def root(self, text: str) -> tuple[str, ...]:
        """The keys under which the events are."""
        return ("hooks",)

    def added(self, text: str, argv: list[str], version: tuple[int, ...], time_out: int) -> str:
        text = self.removed(text) or ""
        if not text.strip():
            text = self.START
        root = self.root(text)
        for event, matcher in self.EVENTS:
            text = edit.append(text, (*root, event), self.entry(event, matcher, argv, time_out))
        return text

    def removed(self, text: str) -> str | None:
        if not text.strip():
            return text
        for event, _ in self.EVENTS:
            text = edit.remove(text, (*self.root(text), event), self._nothing_else)
        return text

    def hooks(self, text: str) -> Iterator[Found]:
        events: Any = edit.parse(text) if text.strip() else {}
        for key in self.root(text):
            events = events.get(key) if isinstance(events, dict) else None
        for event, entries in events.items() if isinstance(events, dict) else ():
            for one in entries if isinstance(entries, list) else ():
                for handler in self._handlers(one):
                    if is_ours(" ".join(self.argv_of(handler)), self.HOOK):
                        yield str(event), str(one.get("matcher", "")), handler

    def _handlers(self, entry: Any) -> list[Handler]:
        if not isinstance(entry, dict):
            return []
        found = [entry] if self.FLAT else entry.get("hooks")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _nothing_else(self, entry: Any) -> bool:
        handlers = self._handlers(entry)
        return bool(handlers) and all(is_ours(" ".join(self.argv_of(one)), self.HOOK) for one in handlers)


class OwnFile(Setup):
    """A file that is guardsh's alone. Somebody else's of that name is left alone."""

    def content(self, argv: list[str], time_out: int) -> str:
        """The whole file."""
        raise NotImplementedError

    def mine(self, text: str) -> bool:
        """Is this a file that guardsh wrote?"""
        return is_ours(text, self.HOOK)

    def added(self, text: str, argv: list[str], version: tuple[int, ...], time_out: int) -> str:
        if text.strip() and not self.mine(text):
            raise edit.Broken("it isn't guardsh's")
        return self.content(argv, time_out)

    def removed(self, text: str) -> str | None:
        return None if self.mine(text) else text


class OwnJson(OwnFile):
    """A JSON file of guardsh's own."""

    def values(self, argv: list[str], time_out: int) -> dict[str, Any]:
        """What is in it."""
        raise NotImplementedError

    def content(self, argv: list[str], time_out: int) -> str:
        return json.dumps(self.values(argv, time_out), indent=2) + "\n"


class OwnProgram(OwnFile):
    """A program of guardsh's own that the agent loads; a line in it holds the hook's command line as JSON."""

    TEMPLATE: str  # with ARGV for the command line as JSON, and MILLISECONDS for its time-out
    LINE = "const argv = "

    def content(self, argv: list[str], time_out: int) -> str:
        return self.TEMPLATE.replace("ARGV", json.dumps(argv)).replace("MILLISECONDS", str(time_out * 1000))

    def switched_off(self, text: str) -> bool:
        return False

    def hooks(self, text: str) -> Iterator[Found]:
        for line in text.splitlines():
            if line.startswith(self.LINE) and self.mine(text):
                argv = edit.parse(line[len(self.LINE) :].rstrip(";"))
                if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
                    raise edit.Broken("its command line can't be read")
                whole = text == self.content(argv, hook.TIME_OUT)
                yield self.SHELL_EVENT, "", {"command": argv[0], "args": argv[1:], "whole": whole}

    def gaps(self, found: Iterable[tuple[str, str]]) -> Iterator[str]:
        yield from ()

    def weaknesses(self, handler: Handler, version: tuple[int, ...]) -> Iterator[str]:
        if handler.get("whole") is not True:
            yield "was changed since it was written"
