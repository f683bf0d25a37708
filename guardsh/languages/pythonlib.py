"""What Python's libraries do: calls to acts, and to what is known of their results.

A function is known by its full name after imports and aliases are resolved, a method by its name and its object.
"""

from __future__ import annotations

from guardsh.languages import pythonfiles, pythonnet, pythonrun, strings
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.calls import Call
from guardsh.languages.things import (
    Bound,
    Function,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    every,
    one_of,
    spread,
    text,
)
from guardsh.reading.model import HOLE, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.pythonvalues import Values
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span

_TABLES = (pythonfiles.FUNCTIONS, pythonrun.FUNCTIONS, pythonnet.FUNCTIONS)

# Other names of the same function or module.
_SAME = {
    "posixpath": "os.path",
    "posix": "os",
    "nt": "os",
    "ntpath": "os.path",
    "_io": "io",
    "urllib2": "urllib.request",
    "commands": "subprocess",
    "psycopg": "psycopg2",
    "builtins.open": "open",
    "io.open": "open",
    "codecs.open": "open",
    "os.fdopen": "open",
    "gzip.open": "open",
    "bz2.open": "open",
    "lzma.open": "open",
    "aiofiles.open": "open",
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.PurePath": "pathlib.Path",
    "pathlib.PurePosixPath": "pathlib.Path",
    "anyio.Path": "pathlib.Path",
}
# Modules whose functions this reader knows; an attribute of these that isn't known by name can't be told.
_RISKY = {"os", "shutil", "subprocess", "builtins", "pty", "pathlib", "posix"}


def canonical(name: str) -> str:
    """The full name by which a function is known here."""
    if name in _SAME:
        return _SAME[name]
    top, _, rest = name.partition(".")
    return f"{_SAME[top]}.{rest}" if top in _SAME and rest else name


def handles(name: str) -> bool:
    """Is anything known of this function?"""
    return any(canonical(name) in table for table in _TABLES)


def imported(walker: Values, module: str) -> None:
    """Notes an import: the kind of database, and the project's own module whose top level runs."""
    top = canonical(module).partition(".")[0]
    walker.seen[f"import {top}"] = module
    pythonnet.imported(walker, module)
    import sys

    if top in sys.stdlib_module_names or not top.isidentifier() or module.startswith("."):
        return
    stem = f"{walker.acts.directory}/{module.replace('.', '/')}"
    for path in (f"{stem}.py", f"{stem}/__init__.py"):
        if walker.context.read_text(path) is not None:
            walker.acts.code_file(Value(path), "python-module")
            return


def constant(walker: Values, name: str) -> Thing:
    """An attribute of a module or class that isn't called."""
    known: dict[str, Thing] = {
        "os.sep": Value("/"),
        "os.path.sep": Value("/"),
        "os.devnull": Value("/dev/null"),
        "os.curdir": Value("."),
        "os.pardir": Value(".."),
        "os.linesep": Value("\n"),
        "sys.argv": Items((), UNKNOWN.but(origins=(Origin("input", "argv"),))),
        "sys.executable": Value("python3"),
        "sys.platform": Value("linux"),
        "os.name": Value("posix"),
        "tempfile.tempdir": Value("/tmp"),
    }
    return known.get(canonical(name), Named(name))


def attribute(walker: Values, thing: Thing, name: str) -> Thing:
    """An attribute of a value or of what a call returned."""
    found = pythonfiles.attribute(walker, thing, name) or pythonnet.attribute(walker, thing, name)
    if found is not None:
        return found
    if isinstance(thing, Made) and thing.name == "instance":
        return Bound(thing, name)
    if isinstance(thing, (Function, Known)):
        return UNKNOWN
    return Bound(thing, name)


def item(walker: Values, whole: Thing, key: Thing) -> Thing:
    """`whole[key]` of something that is no list or dictionary of the program."""
    name = text(key)
    if isinstance(whole, Named):
        if canonical(whole.name) == "os.environ":
            return pythonrun.environment(walker, name.text)
        if whole.name == "sys.modules":
            return Named(name.text)
        if whole.name.endswith(".__dict__"):
            return Named(f"{whole.name[:-9]}.{name.text}")
        if whole.name == "plumbum.local":
            return Made("plumbum.command", (name,))
        return UNKNOWN
    if isinstance(whole, Made) and whole.name == "plumbum.command":
        return Made("plumbum.command", (*whole.arguments, *(every(key) if isinstance(key, Items) else (key,))))
    if isinstance(whole, Made) and whole.name in ("vars", "globals", "locals"):
        inner = whole.arguments[0] if whole.arguments else None
        if isinstance(inner, Named):
            return Named(f"{inner.name}.{name.text}")
        return walker.globals.find(name.text) or Named(f"builtins.{name.text}")
    if isinstance(whole, (Made, Bound)):
        return Bound(whole, f"[{name.text}]")
    return UNKNOWN.but(origins=text(whole).origins)


def entered(thing: Thing) -> Thing:
    """What `with thing as x` gives to x."""
    if isinstance(thing, Made) and thing.name == "tempfile.TemporaryDirectory":
        return text(thing.arguments[0])
    return thing


def call(
    walker: Values, thing: Thing, arguments: tuple[Thing, ...], keywords: tuple[tuple[str, Thing], ...], span: Span
) -> Thing:
    """Calls something of a library; the acts go to `walker.acts`."""
    made = Call(walker, "", arguments, keywords, span)
    if isinstance(thing, Named):
        name = canonical(thing.name)
        handler = next((table[name] for table in _TABLES if name in table), None)
        if handler is not None:
            act = handler
            return spread(arguments, lambda things: act(made.but(name=name, arguments=tuple(things))))
        if name.startswith("sh.") and name.count(".") == 1:
            return pythonrun.started(made, (Value(name[3:]), *arguments))
        prefix, _, last = name.rpartition(".")
        if not prefix or name.removeprefix("builtins.") in _BUILTINS or prefix == "builtins":
            return _builtin(made.but(name=name))
        return _method(made.but(name=last), Named(prefix))
    if isinstance(thing, Bound):
        return spread([thing.thing], lambda things: _method(made.but(name=thing.name), things[0]))
    if isinstance(thing, Made) and thing.name == "functools.partial":
        inner = thing.arguments[0]
        return walker.apply(inner, (*thing.arguments[1:], *arguments), (*thing.keywords, *keywords), span)
    if isinstance(thing, Made) and thing.name == "plumbum.command":
        return pythonrun.started(made, (*thing.arguments, *arguments))
    if isinstance(thing, Made) and thing.name == "attribute unknown":
        walker.acts.unreadable(span, f"an attribute of {text(thing.arguments[0]).shown} that isn't known")
        return UNKNOWN
    _callbacks(made)
    return UNKNOWN.but(origins=text(thing).origins)


def finish(walker: Values) -> None:
    """What only the whole program shows."""
    if "socket connect" in walker.seen and (
        "dup2" in walker.seen or "pty.spawn" in walker.seen or "socket stdin" in walker.seen
    ):
        walker.acts.effect("run", "reverse-shell", Value(walker.seen["socket connect"]))


# --- methods ---


def _method(made: Call, thing: Thing) -> Thing:
    found = pythonfiles.method(made, thing) or pythonrun.method(made, thing) or pythonnet.method(made, thing)
    if found is not None:
        return found
    if isinstance(thing, Value):
        return _text_method(made, thing)
    if isinstance(thing, (Items, Pairs)):
        return _container_method(made, thing)
    _callbacks(made)
    if isinstance(thing, Named):
        return Made(f"{thing.name}.{made.name}", made.arguments, made.keywords)
    return Made(f".{made.name}", (thing, *made.arguments), made.keywords)


def _text_method(made: Call, thing: Value) -> Thing:
    name = made.name
    if name == "format":
        return strings.braced(thing, made.arguments, made.keywords)
    if name == "join":
        return strings.join(thing, made.thing(0))
    if name in ("split", "rsplit", "splitlines"):
        separator = made.thing(0, "sep")
        given = text(separator).text if isinstance(separator, Value) else None
        return strings.split(thing, "\n" if name == "splitlines" else given)
    if name in ("encode", "decode", "format_map", "expandtabs", "ljust", "rjust"):
        return thing
    if name == "hex":
        return UNKNOWN
    if name in ("startswith", "endswith", "isdigit", "count", "find", "index"):
        return Known(None) if thing.known else UNKNOWN
    if name in ("read", "readlines", "readline", "getvalue", "get", "json", "result", "values", "items", "keys"):
        return UNKNOWN.but(origins=thing.origins)
    if not thing.text.strip(HOLE):
        _callbacks(made)
    return strings.changed(thing, name, made.arguments)


def _container_method(made: Call, thing: Items | Pairs) -> Thing:
    name = made.name
    if isinstance(thing, Pairs):
        if name in ("get", "pop", "setdefault"):
            found = thing.get(made.text(0).text)
            return found if found is not None else made.thing(1) if len(made.arguments) > 1 else UNKNOWN
        if name == "items":
            return Items(
                tuple(Items((Value(key), value)) for key, value in thing.items), UNKNOWN if thing.open else None
            )
        if name == "values":
            return Items(tuple(value for _, value in thing.items), UNKNOWN if thing.open else None)
        return thing if name == "copy" else UNKNOWN
    if name in ("pop", "popleft"):
        return one_of(*every(thing)) if every(thing) else UNKNOWN
    return thing if name in ("copy",) else Known(None)


# --- built-in functions, and functions that call others ---


def _builtin(made: Call) -> Thing:
    name = made.name
    handler = _BUILTINS.get(name.removeprefix("builtins."))
    if handler is not None:
        return handler(made)
    _callbacks(made)
    return Made(name, made.arguments, made.keywords)


def _callbacks(made: Call) -> None:
    """Functions given to something unknown may be called by it."""
    for thing in [*made.arguments, *(thing for _, thing in made.keywords)]:
        if isinstance(thing, Function):
            made.walker.callback(thing, (), made.span)
        elif (
            isinstance(thing, Named)
            and thing.name not in made.walker.seen
            and pythonrun.acts_alone(canonical(thing.name))
        ):
            made.walker.callback(thing, (UNKNOWN,), made.span)


def _getattr(made: Call) -> Thing:
    thing, name = made.thing(0), made.thing(1)
    if isinstance(name, OneOf):
        return one_of(*(made.walker.attribute(thing, text(each).text) for each in name.things))
    if isinstance(name, Value) and name.known:
        found: Thing = made.walker.attribute(thing, name.text)
        return found
    if isinstance(thing, Named) and canonical(thing.name) in _RISKY:
        return Made("attribute unknown", (Value(thing.name),))
    return UNKNOWN


def _module(made: Call) -> Thing:
    name = made.text(0)
    if not name.known:
        return Made("attribute unknown", (Value("a module"),))
    imported(made.walker, name.text)
    return Named(name.text)


def mapped(made: Call) -> Thing:
    function = made.thing(0)
    results = [made.walker.callback(function, (each,), made.span) for each in every(made.thing(1))[:50]]
    return Items((), one_of(*results) if results else UNKNOWN)


def later(made: Call) -> Thing:
    """Thread(target=f, args=(…)), Timer(1, f, …), submit(f, …), register(f, …)."""
    target = made.keyword("target") or made.keyword("function")
    given: Sequence[Thing] = every(made.keyword("args")) if made.keyword("args") else ()
    if target is None:
        functions = [index for index, each in enumerate(made.arguments) if isinstance(each, (Function, Named, Bound))]
        if functions:
            target, given = made.arguments[functions[0]], given or made.arguments[functions[0] + 1 :]
    if target is not None:
        made.walker.callback(target, tuple(given), made.span)
    return Made(made.name, made.arguments, made.keywords)


def _string(made: Call) -> Thing:
    thing = made.thing(0)
    if isinstance(thing, OneOf):
        return one_of(*(text(each) for each in thing.things))
    return text(thing) if made.arguments else Value("")


def _character(made: Call) -> Thing:
    thing = made.thing(0)
    if isinstance(thing, Known) and isinstance(thing.value, int) and 0 <= thing.value < 0x110000:
        return Value(chr(thing.value))
    return UNKNOWN


def _bytes(made: Call) -> Thing:
    thing = made.thing(0)
    if isinstance(thing, Items) and thing.rest is None:
        numbers = [each.value for each in thing.items if isinstance(each, Known) and isinstance(each.value, int)]
        if len(numbers) == len(thing.items) and all(0 <= number < 256 for number in numbers):
            return Value(bytes(numbers).decode("utf-8", "surrogateescape"))
    return text(thing)


def _listed(made: Call) -> Thing:
    thing = made.thing(0)
    if isinstance(thing, Value) and thing.known and thing.text:
        return Items(tuple(Value(each) for each in thing.text[:2_000]))
    return (
        thing
        if isinstance(thing, (Items, OneOf))
        else Items(
            tuple(every(thing)) if isinstance(thing, Pairs) else (),
            None if isinstance(thing, Pairs) else every(thing)[0],
        )
        if made.arguments
        else Items()
    )


def _reversed(made: Call) -> Thing:
    thing = _listed(made)
    return Items(tuple(reversed(thing.items))) if isinstance(thing, Items) and thing.rest is None else thing


def _dictionary(made: Call) -> Thing:
    first = made.thing(0)
    base = first.items if isinstance(first, Pairs) else ()
    return Pairs((*base, *made.keywords), open=bool(made.arguments) and not isinstance(first, Pairs))


def _numbered(made: Call) -> Thing:
    things = every(made.thing(0))
    pairs = tuple(Items((Known(index), thing)) for index, thing in enumerate(things[:500]))
    thing = made.thing(0)
    if isinstance(thing, Items) and thing.rest is None:
        return Items(pairs)
    return Items((), Items((UNKNOWN, one_of(*things))))


def _zipped(made: Call) -> Thing:
    lists = [every(each) for each in made.arguments]
    if not lists:
        return Items()
    return Items(tuple(Items(tuple(each)) for each in zip(*(one[:300] for one in lists))))


def _partial(made: Call) -> Thing:
    return Made("functools.partial", made.arguments, made.keywords) if made.arguments else UNKNOWN


def _first(made: Call) -> Thing:
    return one_of(*every(made.thing(0))) if made.arguments else UNKNOWN


_BUILTINS: dict[str, Callable[[Call], Thing]] = {
    "getattr": _getattr,
    "__import__": _module,
    "importlib.import_module": _module,
    "importlib.__import__": _module,
    "map": mapped,
    "filter": lambda made: (mapped(made), made.thing(1))[1],
    "threading.Thread": later,
    "threading.Timer": later,
    "multiprocessing.Process": later,
    "atexit.register": later,
    "asyncio.to_thread": later,
    "functools.partial": _partial,
    "str": _string,
    "repr": _string,
    "os.fspath": _string,
    "os.fsdecode": _string,
    "os.fsencode": _string,
    "chr": _character,
    "bytes": _bytes,
    "bytearray": _bytes,
    "bytes.fromhex": lambda made: strings.decoded(made.text(0), "hex"),
    "list": _listed,
    "tuple": _listed,
    "set": _listed,
    "sorted": _listed,
    "iter": _listed,
    "frozenset": _listed,
    "reversed": _reversed,
    "dict": _dictionary,
    "range": lambda made: Items((), Value(TOKEN)),
    "enumerate": _numbered,
    "zip": _zipped,
    "next": _first,
    "min": _first,
    "max": _first,
    "vars": lambda made: Made("vars", made.arguments),
    "globals": lambda made: Made("globals"),
    "locals": lambda made: Made("locals"),
    "input": lambda made: UNKNOWN.but(origins=(Origin("input", "stdin"),)),
    "int": lambda made: made.thing(0) if isinstance(made.thing(0), Known) else UNKNOWN,
    "print": lambda made: Known(None),
    "len": lambda made: UNKNOWN,
    "isinstance": lambda made: UNKNOWN,
    "tqdm.tqdm": lambda made: made.thing(0),
    "tqdm.auto.tqdm": lambda made: made.thing(0),
    "builtins.reversed": _reversed,
    "asyncio.run": lambda made: made.thing(0),
    "itertools.chain": lambda made: Items(tuple(each for one in made.arguments for each in every(one))),
}
