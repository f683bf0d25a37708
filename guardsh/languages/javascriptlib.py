"""What JavaScript's libraries do: Node's modules, Bun, Deno, and packages that agents reach for.

Names are full names after imports: `fs.rmSync`, also for fs/promises, node:fs and fs-extra.
"""

from __future__ import annotations

from guardsh.languages import javascriptfiles, javascriptnet, strings
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.calls import Call
from guardsh.languages.javascriptfiles import finished
from guardsh.languages.strings import decoded
from guardsh.languages.things import (
    Bound,
    Function,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    absolute,
    concatenated,
    every,
    globbed,
    json_text,
    one_of,
    text,
    texts,
)
from guardsh.reading.model import HOLE, STAR, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.javascript import JavaScript
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span

_FILE_MODULES = {"fs", "fs-extra", "graceful-fs", "original-fs", "fs/promises", "mz/fs", "@tauri-apps/plugin-fs"}
_NODE = {
    "fs",
    "child_process",
    "path",
    "os",
    "http",
    "https",
    "vm",
    "util",
    "url",
    "crypto",
    "process",
    "worker_threads",
    "net",
}
_GLOBALS = _NODE | {
    *(
        "fetch",
        "require",
        "Buffer",
        "Bun",
        "Deno",
        "globalThis",
        "window",
        "global",
        "JSON",
        "Object",
        "Array",
        "String",
        "Promise",
    ),
    *(
        "eval",
        "Function",
        "setTimeout",
        "setInterval",
        "setImmediate",
        "queueMicrotask",
        "atob",
        "btoa",
        "decodeURIComponent",
    ),
    *(
        "console",
        "URL",
        "Math",
        "module",
        "exports",
        "encodeURIComponent",
        "structuredClone",
        "XMLHttpRequest",
        "axios",
        "cd",
    ),
}


def risky(name: str) -> bool:
    """Is an unknown member of this something to ask about?"""
    return name in ("fs", "child_process", "process", "globalThis", "Deno", "Bun")


def imported(walker: JavaScript, source: str) -> Thing:
    """What `require(source)` or `import … from source` gives."""
    name = source.removeprefix("node:").removesuffix("/promises") if source != "timers/promises" else source
    if source.startswith((".", "/")):
        _own_module(walker, source)
        return Made("module", (Value(source),))
    walker.seen[f"import {name}"] = source
    return (
        Named("fs" if name in _FILE_MODULES else name)
        if HOLE not in source
        else Made("attribute unknown", (Value("a module"),))
    )


def _own_module(walker: JavaScript, source: str) -> None:
    stem = absolute(Value(source), walker.acts.directory).text
    for suffix in ("", ".js", ".mjs", ".cjs", ".ts", "/index.js", "/index.ts"):
        path = stem + suffix
        if path.endswith((".js", ".mjs", ".cjs", ".ts")) and walker.context.read_text(path) is not None:
            walker.acts.code_file(Value(path), "javascript-module")
            return


def unbound(walker: JavaScript, name: str) -> Thing:
    """A name that the program doesn't declare."""
    if name == "undefined":
        return Known(None)
    if name in ("__dirname", "__filename"):
        script = walker.context.program
        if not script.startswith("/"):
            return UNKNOWN
        return Value(script.rpartition("/")[0] if name == "__dirname" else script)
    return Named(name) if name in _GLOBALS else Made("name", (Value(name),))


def member(walker: JavaScript, thing: Thing, name: str) -> Thing:
    """A member of something of a library."""
    if isinstance(thing, Named):
        if thing.name in ("globalThis", "window", "global"):
            return unbound(walker, name)
        if thing.name == "process.env":
            return _environment(walker, name)
        if thing.name == "process" and name == "mainModule":
            return Made("module", (Value("."),))
        if thing.name == "path" and name in ("sep", "posix"):
            return Value("/") if name == "sep" else thing
        if name in ("promises", "default", "native") or thing.name == "process.binding":
            return thing
        if thing.name == "process" and name in ("argv", "execArgv"):
            return Items((), UNKNOWN.but(origins=(Origin("input", "argv"),)))
        if f"{thing.name}.{name}" in ("process.execPath", "process.argv0"):
            return Value("node")
        return Named(f"{thing.name}.{name}")
    if isinstance(thing, Items) and name == "length":
        return UNKNOWN
    if isinstance(thing, Made) and thing.name == "entry" and name in ("name", "path", "parentPath"):
        return Value(STAR) if name == "name" else thing.arguments[0]
    if (
        isinstance(thing, Made)
        and thing.name in ("output", "response")
        and name in ("stdout", "stderr", "data", "body", "text")
    ):
        return javascriptnet.payload(thing) if name != "text" else Bound(thing, name)
    if isinstance(thing, Made) and thing.name == "module" and name == "require":
        return Named("require")
    if isinstance(thing, Made) and thing.name == "URL" and name in ("href", "pathname"):
        return text(thing.arguments[0])
    return Bound(thing, name)


def _environment(walker: JavaScript, name: str) -> Thing:
    if name in walker.environment:
        known: Thing = walker.environment[name]
        return known
    value = walker.context.environment.get(name)
    if value is None:
        return Value(HOLE, origins=(Origin("unset", name),))
    return Value(value, origins=(Origin("environment", name),))


def call(walker: JavaScript, thing: Thing, arguments: tuple[Thing, ...], span: Span) -> Thing:
    """Calls something of a library."""
    made = Call(walker, "", arguments, (), span)
    if isinstance(thing, Named):
        made = made.but(name=thing.name)
        handler = (
            _FUNCTIONS.get(thing.name)
            or javascriptfiles.FUNCTIONS.get(thing.name)
            or javascriptnet.FUNCTIONS.get(thing.name)
        )
        if handler is not None:
            result: Thing = handler(made)
            return result
        prefix, _, last = thing.name.rpartition(".")
        if prefix:
            return _method(made.but(name=last), Named(prefix))
        return javascriptnet.called(made, thing) or _handed(made)
    if isinstance(thing, Bound):
        return _method(made.but(name=thing.name), thing.thing)
    if isinstance(thing, Made) and thing.name == "attribute unknown":
        walker.acts.unreadable(span, f"a member of {text(thing.arguments[0]).shown} that isn't known")
        return UNKNOWN
    if isinstance(thing, Made) and thing.name == "new Function":
        return UNKNOWN
    return javascriptnet.called(made, thing) or _handed(made)


def constructed(walker: JavaScript, thing: Thing, arguments: tuple[Thing, ...], span: Span) -> Thing:
    """`new thing(…)`."""
    made = Call(walker, thing.name if isinstance(thing, Named) else "", arguments, (), span)
    if made.name in ("Function", "AsyncFunction"):
        walker.acts.nested(
            "javascript",
            concatenated(Value("async function f() {"), made.text(len(arguments) - 1), Value("}\nf()")),
            span,
        )
        return Made("new Function")
    if made.name in ("Deno.Command",):
        words = [made.thing(0), *every(made.option("args") or Items())]
        return _started(made, words)
    if made.name in ("vm.Script",):
        walker.acts.nested("javascript", made.text(0), span)
    elif made.name in ("worker_threads.Worker", "Worker"):
        walker.acts.code_file(made.text(0), "javascript")
    elif made.name == "URL":
        return Made(
            "URL",
            (
                made.text(0)
                if len(arguments) < 2 or "://" in made.text(0).text
                else concatenated(made.text(1), made.text(0)),
            ),
        )
    elif made.name == "Promise" and arguments:
        walker.callback(arguments[0], (UNKNOWN, UNKNOWN), span)
        return UNKNOWN
    found = javascriptnet.constructed(made, thing)
    return found if found is not None else Made(f"new {made.name}", arguments)


def tagged(walker: JavaScript, thing: Thing, written: str, template: Thing, span: Span) -> Thing:
    """A tagged template: zx, execa and Bun run `$` text in a shell; sql and gql tags hold their language."""
    tag = written.rpartition(".")[2]
    for value in texts(template):
        if tag in ("$", "sh", "bash", "exec", "shell", "execa", "$sync") or written.startswith(("$(", "$.")):
            walker.acts.shell(value, "bash" if tag == "$" else "sh", span)
        elif tag in ("sql", "$executeRaw", "$queryRaw", "Sql", "raw", "SQL", "db", "pg"):
            walker.acts.sql(value, span=span)
        elif tag in ("gql", "graphql") and "mutation" in value.text:
            walker.acts.nested("graphql", value, span)
    if tag == "raw":
        return template
    return Made("output", (UNKNOWN,)) if "$" in tag else template


# --- functions ---


def _handed(made: Call) -> Thing:
    """Functions given to something unknown may be called by it."""
    for thing in made.arguments:
        if isinstance(thing, Function):
            made.walker.callback(thing, (), made.span)
        elif isinstance(thing, Named) and thing.name in (
            "fs.rmSync",
            "fs.unlinkSync",
            "fs.rm",
            "fs.unlink",
            "child_process.execSync",
        ):
            made.walker.callback(thing, (UNKNOWN,), made.span)
        elif isinstance(thing, Pairs):
            for _, each in thing.items:
                if isinstance(each, Function):
                    made.walker.callback(each, (), made.span)
    return Made(f"{made.name}()", made.arguments) if made.name else UNKNOWN


def _require(made: Call) -> Thing:
    return imported(made.walker, made.text(0).text)


def _shell(made: Call) -> Thing:
    directory, variables = _place(made)
    for value in texts(made.thing(0)):
        if directory is not None or variables:
            made.acts.program([Value("sh"), Value("-c"), value], directory, variables, made.span)
        else:
            made.acts.shell(value, span=made.span)
    finished(made)
    return _output(made, made.text(0).text.strip().partition(" ")[0])


def _run(made: Call) -> Thing:
    """execFile, spawn: a program and a list of arguments; with `shell` text."""
    listed = made.thing(1)
    given = every(listed) if isinstance(listed, Items) else []
    if made.set("shell"):
        words = [made.text(0), *(text(each) for each in given)]
        line = concatenated(*(part for word in words for part in (word, Value(" "))))
        return _shell(made.but(arguments=(line.but(text=line.text.rstrip()), *made.arguments[1:])))
    if isinstance(made.thing(0), Items):  # Bun.spawn([…])
        given = every(made.thing(0))
        return _started(made, given)
    return _started(made, [made.thing(0), *given])


def _started(made: Call, words: Sequence[Thing]) -> Thing:
    directory, variables = _place(made)
    values = [text(word) for word in words]
    if values and values[0].text.rpartition("/")[2] in ("sh", "bash", "zsh", "cmd.exe", "powershell.exe"):
        made.walker.seen["shell"] = ""
    made.acts.program(values, directory, variables, made.span)
    given = made.option("input")
    if given is not None and values:
        _reads(made, values[0].text, text(given))
    finished(made)
    return _output(made, values[0].text if values else "")


def _place(made: Call) -> tuple[Value | None, list[tuple[str, Value]]]:
    directory, variables = made.option("cwd"), made.option("env")
    own = variables.items if isinstance(variables, Pairs) else tuple(made.walker.environment.items())
    real = made.walker.context.environment
    changed = [(key, text(value)) for key, value in own if real.get(key) != text(value).text][:30]
    where = absolute(text(directory), made.acts.directory) if isinstance(directory, Value) else None
    return where, changed


def _reads(made: Call, program: str, given: Value) -> None:
    name = program.rpartition("/")[2]
    if name in ("sh", "bash", "zsh", "dash"):
        made.acts.shell(given, span=made.span)
    elif name in ("node", "python", "python3"):
        made.acts.nested("javascript" if name == "node" else "python", given, made.span)


def _output(made: Call, program: str) -> Thing:
    kinds = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded"}
    name = program.rpartition("/")[2]
    return Made("output", (Value(HOLE, origins=(Origin(kinds.get(name, "output"), name),)), Value(program)))


def _bun_spawn(made: Call) -> Thing:
    command = made.option("cmd")
    return _started(made, every(command)) if isinstance(command, Items) else _run(made)


def _shelljs(made: Call) -> Thing:
    name = made.name.rpartition(".")[2]
    if name == "exec":
        return _shell(made)
    if name in ("cd",):
        return _change_directory(made)
    if name in ("echo", "pwd", "which", "test", "ls", "cat", "grep", "head", "tail", "set", "config"):
        return UNKNOWN
    words = [Value(name), *(each for argument in made.arguments for each in texts(argument))]
    made.acts.program([globbed(word) if index > 1 else word for index, word in enumerate(words)], span=made.span)
    return UNKNOWN


def _fork(made: Call) -> Thing:
    made.acts.code_file(made.text(0), "javascript")
    return UNKNOWN


def _evaluate(made: Call) -> Thing:
    for choice in texts(made.thing(0)):
        made.acts.nested("javascript", choice, made.span)
    return UNKNOWN


def _later(made: Call) -> Thing:
    if isinstance(made.thing(0), Value) and made.text(0).text != HOLE:
        return _evaluate(made)
    made.walker.callback(made.thing(0), tuple(made.arguments[2:]), made.span)
    return UNKNOWN


def _kill(made: Call) -> Thing:
    signal = made.given(1)
    name = text(signal).text.removeprefix("SIG") if signal is not None else "TERM"
    made.acts.program([Value("kill"), Value(f"-{name}"), Value("--"), made.text(0)], span=made.span)
    return UNKNOWN


def _change_directory(made: Call) -> Thing:
    made.acts.directory = absolute(made.text(0), made.acts.directory).text
    return UNKNOWN


def _buffer(made: Call) -> Thing:
    encoding = made.text(1).text if len(made.arguments) > 1 else "utf8"
    ways = {"base64": "base64", "base64url": "urlsafe", "hex": "hex"}
    if encoding in ways:
        return Made("buffer", (decoded(made.text(0), ways[encoding]),))
    return Made("buffer", (_from_codes(made.thing(0)),))


def _from_codes(thing: Thing) -> Thing:
    if isinstance(thing, Items) and thing.rest is None:
        numbers = [each.value for each in thing.items if isinstance(each, Known) and isinstance(each.value, int)]
        if len(numbers) == len(thing.items) and all(0 <= number < 0x110000 for number in numbers):
            return Value("".join(map(chr, numbers)))
    return text(thing)


def _promisified(made: Call) -> Thing:
    return made.thing(0)


def _assigned(made: Call) -> Thing:
    return Pairs(tuple(pair for each in made.arguments if isinstance(each, Pairs) for pair in each.items), True)


def _all(made: Call) -> Thing:
    return made.thing(0)


_RUNS = (
    *("execa", "execa.execa", "execa.execaSync", "execa.sync", "execaSync", "tinyexec.x"),
    *("cross-spawn", "cross-spawn.sync", "cross-spawn.spawn"),
)
_SHELLS = (
    *("execa.execaCommand", "execa.execaCommandSync", "execa.command", "execa.commandSync"),
    *("exec-sh", "node-cmd.run", "node-cmd.runSync"),
)
_SHELLJS = ("rm", "mv", "cp", "exec", "cd", "mkdir", "chmod", "ln", "touch", "sed")

_FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    "require": _require,
    "module.require": _require,
    "process.mainModule.require": _require,
    "Deno.run": _bun_spawn,
    "Bun.spawn": _bun_spawn,
    "Bun.spawnSync": _bun_spawn,
    **{f"child_process.{name}": _shell for name in ("exec", "execSync")},
    **{f"child_process.{name}": _run for name in ("execFile", "execFileSync", "spawn", "spawnSync")},
    "child_process.fork": _fork,
    **{name: _run for name in _RUNS},
    **{name: _shell for name in _SHELLS},
    **{f"shelljs.{name}": _shelljs for name in _SHELLJS},
    "eval": _evaluate,
    "Function": lambda made: constructed(made.walker, Named("Function"), made.arguments, made.span),
    **{f"vm.{name}": _evaluate for name in ("runInThisContext", "runInNewContext", "runInContext")},
    "setTimeout": _later,
    "setInterval": _later,
    "setImmediate": _later,
    "process.nextTick": _later,
    "queueMicrotask": _later,
    "process.kill": _kill,
    "process.chdir": _change_directory,
    "cd": _change_directory,
    "process.cwd": lambda made: Value(made.acts.directory),
    "process.exit": lambda made: UNKNOWN,
    "os.homedir": lambda made: Value(made.walker.context.home),
    "os.tmpdir": lambda made: Value("/tmp"),
    "url.fileURLToPath": lambda made: UNKNOWN,
    "Buffer.from": _buffer,
    "atob": lambda made: decoded(made.text(0), "base64"),
    "decodeURIComponent": lambda made: made.text(0),
    "encodeURIComponent": lambda made: made.text(0),
    "String": lambda made: made.text(0),
    "String.fromCharCode": lambda made: _from_codes(Items(made.arguments)),
    "String.fromCodePoint": lambda made: _from_codes(Items(made.arguments)),
    "String.raw": lambda made: made.text(0),
    "JSON.stringify": lambda made: json_text(made.thing(0)),
    "JSON.parse": lambda made: UNKNOWN.but(origins=made.text(0).origins),
    "Object.assign": _assigned,
    "Object.keys": lambda made: Items(tuple(every(made.thing(0)))),
    "Array.from": _all,
    "Promise.all": _all,
    "Promise.allSettled": _all,
    "Promise.resolve": _all,
    "util.promisify": _promisified,
    "promisify": _promisified,
    "import": _require,
}


# --- methods ---


def _method(made: Call, thing: Thing) -> Thing:
    if isinstance(thing, OneOf):
        return one_of(*(_method(made, each) for each in thing.things))
    name = made.name
    if name in ("call", "bind", "apply"):
        return _applied(made, thing)
    if isinstance(thing, Items):
        return _list_method(made, thing)
    if name in ("then", "catch", "finally"):
        given = (
            thing.arguments[0] if isinstance(thing, Made) and thing.name in ("promise",) and thing.arguments else thing
        )
        for function in made.arguments:
            result: Thing = made.walker.callback(function, (given,) if name == "then" else (UNKNOWN,), made.span)
            if name == "then":
                return result
        return thing
    if isinstance(thing, Made) and thing.name == "buffer":
        return text(thing.arguments[0])
    if isinstance(thing, Made) and thing.name == "output":
        if name in ("write", "end") or (made.arguments and name == "write"):
            _reads(made, text(thing.argument(1)).text, made.text(0))
        _handed(made)
        return thing.arguments[0] if name in ("toString", "trim", "text", "split") else thing
    found = javascriptnet.method(made, thing)
    if found is not None:
        return found
    if isinstance(thing, Value):
        return _text_method(made, thing)
    _handed(made)
    if (
        isinstance(thing, Bound)
        and thing.name == "stdin"
        and isinstance(thing.thing, Made)
        and name in ("write", "end")
    ):
        return _method(made, thing.thing)
    return Made(f".{name}", (thing, *made.arguments))


def _applied(made: Call, thing: Thing) -> Thing:
    if made.name == "bind":
        return thing
    given = every(made.thing(1)) if made.name == "apply" else list(made.arguments[1:])
    result: Thing = made.walker.apply(thing, given, made.span)
    return result


def _list_method(made: Call, thing: Items) -> Thing:
    name = made.name
    things = every(thing)
    if name in ("forEach", "map", "flatMap", "filter", "find", "some", "every", "reduce", "sort", "findLast"):
        results = []
        for each in made.walker.items(things):
            given = (UNKNOWN, each) if name == "reduce" else (each, UNKNOWN)
            results.append(made.walker.callback(made.thing(0), given, made.span))
        if name in ("map", "flatMap") and thing.rest is None:
            return Items(tuple(results))
        if name in ("map", "flatMap"):
            return Items((), one_of(*results) if results else UNKNOWN)
        return (
            thing if name in ("filter", "sort") else one_of(*things) if name.startswith("find") and things else UNKNOWN
        )
    if name == "join":
        return strings.join(made.text(0) if made.arguments else Value(","), thing)
    if name == "reverse":
        return Items(tuple(reversed(thing.items)), thing.rest)
    if name in ("concat", "push"):
        return Items(
            (
                *thing.items,
                *(each for one in made.arguments for each in (every(one) if isinstance(one, Items) else [one])),
            ),
            thing.rest,
        )
    if name in ("slice", "flat", "values", "toReversed", "toSorted"):
        return thing if not made.arguments else Items((), one_of(*things) if things else UNKNOWN)
    if name in ("pop", "shift", "at"):
        return one_of(*things) if things else UNKNOWN
    return UNKNOWN


def _text_method(made: Call, thing: Value) -> Thing:
    name = made.name
    if name in ("toString", "valueOf", "normalize", "trimStart", "String"):
        return thing
    if name == "concat":
        return concatenated(thing, *made.arguments)
    if name == "split":
        return strings.split(thing, made.text(0).text if isinstance(made.thing(0), Value) else None)
    if name in ("slice", "substring", "substr", "at"):
        return strings.sliced(thing, [made.given(0), made.given(1) if name != "substr" else None])
    if name in ("forEach", "map", "on", "once", "pipe"):
        _handed(made)
    if name in ("json", "arrayBuffer", "text", "blob"):
        return UNKNOWN.but(origins=thing.origins)
    return strings.changed(thing, name, made.arguments)
