"""mongosh: JavaScript with `db`. Its operations are effects of kind "data", client "mongodb".

Verbs as the shell names them: dropDatabase, drop (a collection), deleteMany, remove, updateMany …; `all` behind one
that reaches every document (`deleteMany all`). Their target is the collection or database; detail `database` after
`use x` or getSiblingDB("x").
"""

from __future__ import annotations

import re

from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.calls import Call
from guardsh.languages.javascript import JavaScript, tree
from guardsh.languages.things import Bound, Items, Known, Made, Named, Pairs, every, text
from guardsh.reading.model import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_DESTROYS = {
    *(
        "dropDatabase",
        "drop",
        "dropIndex",
        "dropIndexes",
        "dropUser",
        "dropAllUsers",
        "dropRole",
        "dropAllRoles",
        "removeUser",
    ),
    *(
        "deleteOne",
        "findOneAndDelete",
        "replaceOne",
        "bulkWrite",
        "renameCollection",
        "convertToCapped",
        "dropSearchIndex",
    ),
    *("shutdownServer", "removeShard", "reconfig", "revokeRolesFromUser", "dropConnectionPool", "killOp", "fsyncLock"),
}
_MANY = {"deleteMany": "deleteMany", "remove": "remove", "updateMany": "updateMany", "update": "update"}
_COMMANDS = {
    "dropDatabase": "dropDatabase",
    "drop": "drop",
    "delete": "deleteMany",
    "shutdown": "shutdownServer",
    "dropIndexes": "dropIndexes",
}


def read(code: str, context: Context, variant: str = "mongosh") -> tuple[Act, ...]:
    """The acts of mongosh code, with its `use`, `show` and `load` lines."""
    acts = Acts(context)
    walker = _Mongosh(code, acts, True)
    code = re.sub(r"(?m)^\s*(?:show\s+\w+|it|exit|quit|cls|help\s*\w*)\s*;?\s*$", lambda line: " " * len(line[0]), code)
    for match in re.finditer(r"(?m)^\s*use\s+([\w.-]+)\s*;?\s*$", code):
        walker.database = match[1]
    code = re.sub(r"(?m)^\s*use\s+[\w.-]+\s*;?\s*$", lambda line: " " * len(line[0]), code)
    root = tree(code, "javascript")
    if root.has_error:
        acts.unreadable((0, 0), "not valid JavaScript")
    walker.program(root)
    return acts.done()


class _Mongosh(JavaScript):
    """The walk, with the methods of `db`."""

    database = ""

    def apply(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        if isinstance(thing, Bound):
            found = self._operation(thing, arguments, span)
            if found is not None:
                return found
        if isinstance(thing, Made) and thing.name == "name" and text(thing.arguments[0]).text == "load":
            self.acts.code_file(text(arguments[0]) if arguments else UNKNOWN, "mongosh")
            return UNKNOWN
        return super().apply(thing, arguments, span)

    def _operation(self, thing: Bound, arguments: Sequence[Thing], span: Span) -> Thing | None:
        call = Call(self, thing.name, tuple(arguments), (), span)
        if thing.name in ("getCollection", "getSiblingDB", "getDB", "db"):
            self.database = self.database if thing.name == "getCollection" else call.text(0).text
            return Made("name", (call.text(0),))
        if thing.name in ("runCommand", "adminCommand") and isinstance(call.thing(0), Pairs):
            self._command(call.thing(0), span)
            return UNKNOWN
        if thing.name in ("forEach", "map") and arguments:
            self.callback(arguments[0], (Made("name", (UNKNOWN,)),), span)
            return UNKNOWN
        if thing.name in _MANY:
            if isinstance(thing.thing, Items):
                return None
            filtered = bool(arguments) and arguments[0] != Pairs() and arguments[0] != Known(None)
            self._data(_MANY[thing.name] + ("" if filtered else " all"), _collection(thing.thing), span)
            return UNKNOWN
        if thing.name in _DESTROYS:
            target = _collection(thing.thing)
            if target.text in ("db", "rs", "sh") or thing.name == "dropDatabase":
                target = Value(self.database)
            if thing.name in ("dropUser", "dropRole", "dropIndex", "removeUser") and arguments:
                target = call.text(0)
            self._data(thing.name, target, span)
            return UNKNOWN
        return None

    def _command(self, command: Thing, span: Span) -> None:
        if not isinstance(command, Pairs) or not command.items:
            return
        name, value = command.items[0]
        verb = _COMMANDS.get(name)
        if name == "delete":
            deletes = command.get("deletes")
            filters = (
                [each.get("q") for each in every(deletes) if isinstance(each, Pairs)] if deletes is not None else []
            )
            verb = "deleteMany all" if Pairs() in filters else "deleteMany"
        if verb is not None:
            target = (
                Value(self.database)
                if name == "dropDatabase"
                else text(value)
                if isinstance(value, Value)
                else Value("")
            )
            self._data(verb, target, span)

    def _data(self, verb: str, target: Value, span: Span) -> None:
        details = [("client", "mongodb")] + ([("database", self.database)] if self.database else [])
        self.acts.effect("data", verb, target, details=details, span=span)


def _collection(thing: Thing) -> Value:
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, Bound):
        return Value(thing.name)
    if isinstance(thing, Made) and thing.arguments and thing.name == "name":
        return text(thing.arguments[0])
    return Value(thing.name.rpartition(".")[2]) if isinstance(thing, Named) else Value("")
