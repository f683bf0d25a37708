"""Programs and code in Python: os.system, subprocess, exec, eval, sockets, environment variables, encodings."""

from __future__ import annotations

from guardsh.languages import strings
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.calls import Call
from guardsh.languages.things import (
    Bound,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    absolute,
    every,
    text,
)
from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.pythonvalues import Values
    from guardsh.languages.things import Thing


def environment(walker: Values, name: str, default: Thing | None = None) -> Thing:
    """An environment variable: what the program set, else the real one, else the default."""
    if name in walker.environment:
        return walker.environment[name]
    known = walker.context.environment.get(name)
    if known is not None:
        return Value(known, origins=(Origin("environment", name),))
    if default is not None and default != Known(None):
        return default
    return Value(HOLE, origins=(Origin("unset", name),))


def acts_alone(name: str) -> bool:
    """Does a function act when it is called with one unknown argument?"""
    return name in ("os.remove", "os.unlink", "os.rmdir", "shutil.rmtree", "os.system", "os.popen")


# --- programs ---


def started(call: Call, words: Sequence[Thing]) -> Thing:
    """A program with its arguments, in the directory and environment that the call gives it."""
    values = [text(each) for word in words for each in (every(word) if isinstance(word, Items) else [word])]
    call.acts.program(values, _directory(call), _variables(call), call.span)
    return _output(values[0].text if values else "")


def _directory(call: Call) -> Value | None:
    directory = call.keyword("cwd")
    if directory is None or directory == Known(None):
        return None
    value = text(directory)
    return absolute(value, call.acts.directory) if value.text != HOLE else value


def _variables(call: Call) -> list[tuple[str, Value]]:
    variables = call.keyword("env")
    own = variables.items if isinstance(variables, Pairs) else tuple(call.walker.environment.items())
    real = call.walker.context.environment
    return [(key, text(value)) for key, value in own if real.get(key) != text(value).text][:30]


def _output(program: str) -> Made:
    name = program.rpartition("/")[2]
    kinds = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded", "xxd": "decoded"}
    return Made("output", (Value(HOLE, origins=(Origin(kinds.get(name, "output"), name),)), Value(name)))


def _shell(call: Call, what: Thing) -> Thing:
    for value in [text(each) for each in (what.things if isinstance(what, OneOf) else [what])]:
        directory = _directory(call)
        variables = _variables(call)
        if directory is not None or variables:
            call.acts.program([Value("sh"), Value("-c"), value], directory, variables, call.span)
        else:
            call.acts.shell(value, span=call.span)
    return _output(text(what).text.strip().partition(" ")[0])


def _system(call: Call) -> Thing:
    _shell(call, call.thing(0, "command") if call.arguments else call.thing(0, "cmd"))
    return UNKNOWN


def _subprocess(call: Call) -> Thing:
    what = call.thing(0, "args")
    _standard_input(call, what)
    if call.true("shell"):
        words = every(what) if isinstance(what, Items) else [what]
        return _shell(call, words[0]) if words else UNKNOWN
    if isinstance(what, Items):
        words = [*what.items, *([what.rest] if what.rest is not None else [])]
        return started(call, words)
    if isinstance(what, OneOf):
        for each in what.things:
            started(call, every(each) if isinstance(each, Items) else [each])
        return _output("")
    return started(call, [what])


def _standard_input(call: Call, what: Thing) -> None:
    """Text that a program is given on its standard input: `sh` reads it as commands."""
    given = call.keyword("input")
    stdin = call.keyword("stdin")
    if isinstance(stdin, Made) and "socket" in stdin.name:
        call.walker.seen["socket stdin"] = ""
    words = every(what) if isinstance(what, Items) else [what]
    name = text(words[0]).text.rpartition("/")[2] if words else ""
    if given is not None:
        _reads(call, name, text(given))


_INTERPRETERS = {
    "python": "python",
    "python3": "python",
    "node": "javascript",
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
}
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "ash")
_CLIENTS = ("psql", "mysql", "sqlite3", "mariadb", "duckdb")


def _reads(call: Call, program: str, given: Value) -> None:
    if program in _SHELLS:
        call.acts.shell(given, "bash" if program in ("bash", "zsh") else "sh", call.span)
    elif program in _INTERPRETERS:
        call.acts.nested(_INTERPRETERS[program], given, call.span)
    elif program in _CLIENTS and given.text != HOLE:
        from guardsh.languages import read

        call.acts.extend(read("sql", given.text, call.acts.context.but(program=program)), call.span)


def _exec(call: Call) -> Thing:
    """os.execl(path, arg0, …), os.execv(path, args), os.spawnl(mode, path, …)."""
    name = call.name.rpartition(".")[2]
    rest = list(call.arguments[1:] if "spawn" in name and not name.startswith("posix") else call.arguments)
    if name.endswith("e") or "spawnve" in name:
        rest = rest[:-1] if len(rest) > 2 else rest
    listed = len(rest) > 1 and not isinstance(rest[1], Value)
    words = every(rest[1]) if listed else rest[1:]
    call.acts.program([text(rest[0]) if rest else UNKNOWN, *(text(word) for word in words[1:])], span=call.span)
    return UNKNOWN


def _asynchronous(call: Call) -> Thing:
    if call.name.endswith("_shell"):
        return _shell(call, call.thing(0, "cmd"))
    return started(call, call.arguments)


def _pty(call: Call) -> Thing:
    call.walker.seen["pty.spawn"] = ""
    return started(call, every(call.thing(0)) if isinstance(call.thing(0), Items) else call.arguments[:1])


def _split(call: Call) -> Thing:
    value = call.text(0)
    import shlex

    try:
        return Items(tuple(value.but(text=word) for word in shlex.split(value.text)))
    except ValueError:
        return Items((), UNKNOWN)


def _kill(call: Call) -> Thing:
    process, signal = call.text(0), call.thing(1)
    name = signal.name.rpartition(".")[2].removeprefix("SIG") if isinstance(signal, Named) else text(signal).text
    target = Value(f"-{process.text}") if call.name == "os.killpg" else process
    call.acts.program([Value("kill"), Value(f"-{name}"), Value("--"), target], span=call.span)
    return UNKNOWN


# --- code ---


def _evaluate(call: Call) -> Thing:
    what = call.thing(0)
    if isinstance(what, Made) and what.name == "compile" and what.arguments:
        what = what.arguments[0]
    for choice in what.things if isinstance(what, OneOf) else [what]:
        call.acts.nested("python", text(choice), call.span)
    return UNKNOWN


def _run_file(call: Call) -> Thing:
    call.acts.code_file(call.text(1 if "spec_from" in call.name or "Loader" in call.name else 0), "python")
    return Made(call.name, call.arguments)


def _decode(how: str) -> Callable[[Call], Thing]:
    return lambda call: strings.decoded(call.text(0), how)


def _codecs(call: Call) -> Thing:
    encoding = call.text(1, "encoding").text.replace("_", "").replace("-", "").lower()
    if encoding in ("utf8", "ascii", "latin1", "unicodeescape", ""):
        return call.text(0)
    return strings.decoded(
        call.text(0), {"hex": "hex", "base64": "base64", "rot13": "rot13", "zlib": "zlib"}.get(encoding, encoding)
    )


def _variable(call: Call) -> Thing:
    return environment(call.walker, call.text(0, "key").text, call.given(1, "default"))


def _set_variable(call: Call) -> Thing:
    call.walker.environment[call.text(0).text] = call.text(1)
    return Known(None)


def _duplicate(call: Call) -> Thing:
    call.walker.seen["dup2"] = ""
    return UNKNOWN


def _manage(call: Call) -> Thing:
    """Django's call_command is its manage.py."""
    options = [Value(f"--{key.replace('_', '-')}={text(value).text}") for key, value in call.keywords]
    arguments = [text(each) for each in call.arguments]
    call.acts.program([Value("python"), Value("manage.py"), *arguments, *options], span=call.span)
    return UNKNOWN


def _loaded(call: Call) -> Thing:
    """Data out of an open file, a text or a path keeps its origin."""
    thing = call.thing(0)
    if isinstance(thing, Made) and thing.name == "open":
        where = absolute(text(thing.arguments[0]), call.acts.directory).text
        return Value(HOLE, origins=(Origin("file", where),))
    return UNKNOWN.but(origins=text(thing).origins)


_EXECS = ("execl", "execle", "execlp", "execlpe", "execv", "execve", "execvp", "execvpe", "posix_spawn", "posix_spawnp")
_SPAWNS = ("spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe")
_SUBPROCESS = ("run", "call", "check_call", "check_output", "Popen")

FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    "os.system": _system,
    "os.popen": _system,
    "platform.popen": _system,
    "popen2.popen2": _system,
    "subprocess.getoutput": _system,
    "subprocess.getstatusoutput": _system,
    "invoke.run": _system,
    "delegator.run": _system,
    "fabric.api.run": _system,
    "fabric.api.local": _system,
    "asyncio.create_subprocess_shell": _asynchronous,
    "asyncio.create_subprocess_exec": _asynchronous,
    "asyncio.subprocess.create_subprocess_shell": _asynchronous,
    "asyncio.subprocess.create_subprocess_exec": _asynchronous,
    **{f"subprocess.{name}": _subprocess for name in _SUBPROCESS},
    "psutil.Popen": _subprocess,
    **{f"os.{name}": _exec for name in (*_EXECS, *_SPAWNS)},
    "pty.spawn": _pty,
    "pexpect.spawn": _system,
    "pexpect.run": _system,
    "shlex.split": _split,
    "shlex.quote": lambda call: call.text(0),
    "pipes.quote": lambda call: call.text(0),
    "os.kill": _kill,
    "os.killpg": _kill,
    "builtins.eval": _evaluate,
    "builtins.exec": _evaluate,
    "builtins.execfile": _run_file,
    "builtins.compile": lambda call: Made("compile", call.arguments),
    "code.InteractiveInterpreter.runsource": _evaluate,
    "timeit.timeit": _evaluate,
    "runpy.run_path": _run_file,
    "importlib.util.spec_from_file_location": _run_file,
    "importlib.machinery.SourceFileLoader": _run_file,
    "imp.load_source": _run_file,
    "base64.b64decode": _decode("base64"),
    "base64.standard_b64decode": _decode("base64"),
    "base64.decodebytes": _decode("base64"),
    "base64.urlsafe_b64decode": _decode("urlsafe"),
    "base64.b32decode": _decode("base32"),
    "base64.b85decode": _decode("base85"),
    "base64.a85decode": _decode("ascii85"),
    "base64.b16decode": _decode("hex"),
    "binascii.unhexlify": _decode("hex"),
    "binascii.a2b_hex": _decode("hex"),
    "binascii.a2b_base64": _decode("base64"),
    "zlib.decompress": _decode("zlib"),
    "gzip.decompress": _decode("gzip"),
    "codecs.decode": _codecs,
    "codecs.encode": _codecs,
    "os.getenv": _variable,
    "os.environ.get": _variable,
    "os.environ.pop": _variable,
    "os.environ.setdefault": _variable,
    "os.putenv": _set_variable,
    "os.dup2": _duplicate,
    "django.core.management.call_command": _manage,
    "json.load": _loaded,
    "json.loads": _loaded,
    "yaml.safe_load": _loaded,
    "yaml.load": _loaded,
    "tomllib.load": _loaded,
    "tomli.load": _loaded,
    "pickle.load": _loaded,
    "toml.load": _loaded,
    "dotenv.dotenv_values": lambda call: Value(
        HOLE,
        origins=(
            Origin(
                "file",
                absolute(call.text(0), call.acts.directory).text if call.arguments else call.acts.directory + "/.env",
            ),
        ),
    ),
}


def method(call: Call, thing: Thing) -> Thing | None:
    """Methods of processes, loaded libraries and remote shells; None for anything else."""
    name = call.name
    if name in ("write", "writelines") and isinstance(thing, Bound) and thing.name == "stdin":
        thing, name = thing.thing, "communicate"
    if isinstance(thing, Made) and thing.name == "output":
        if name == "communicate":
            if call.arguments or call.keywords:
                _reads(call, text(thing.arguments[1]).text, call.text(0, "input"))
            return Items((thing.arguments[0], UNKNOWN))
        return (
            thing.arguments[0] if name in ("read", "decode", "strip", "readlines", "splitlines", "split") else UNKNOWN
        )
    if isinstance(thing, Made) and thing.name.startswith("ctypes."):
        if name in ("system", "popen"):
            return _shell(call, call.thing(0))
        if name in ("unlink", "rmdir", "remove"):
            call.acts.delete(call.text(0), call.span)
        return UNKNOWN
    if name == "exec_command" and call.arguments:
        return _remote(call, thing)
    if (
        isinstance(thing, Made)
        and thing.name in ("invoke.Context", "fabric.Connection")
        and name in ("run", "sudo", "local")
    ):
        return _system(call)
    if name in ("submit", "apply_async", "run_in_executor", "call_later", "call_soon", "add_job"):
        from guardsh.languages import pythonlib

        return pythonlib.later(call)
    if name in ("map", "imap", "imap_unordered", "starmap") and isinstance(thing, Made):
        from guardsh.languages import pythonlib

        return pythonlib.mapped(call)
    if name == "check_returncode":
        return Known(None)
    return None


def _remote(call: Call, thing: Thing) -> Thing:
    """paramiko: a command on another machine."""
    host = call.walker.seen.get("ssh host", HOLE)
    call.acts.program([Value("ssh"), Value(host), call.text(0)], span=call.span)
    return UNKNOWN
