"""What Ruby's libraries do: Kernel, File, Dir, FileUtils, Pathname, Open3, Net::HTTP and friends, ActiveRecord."""

from __future__ import annotations

import re

from guardsh.languages import rubynet, strings
from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.pythonfiles import in_directory, parent
from guardsh.languages.things import (
    Function,
    Items,
    Known,
    Made,
    Named,
    Pairs,
    absolute,
    concatenated,
    every,
    form_text,
    globbed,
    home_expanded,
    json_text,
    one_of,
    path_join,
    text,
    texts,
)
from guardsh.reading.model import HOLE, STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.languages.calls import Call
    from guardsh.languages.things import Thing
    from guardsh.languages.treesitter import Walker

_RISKY = {"Kernel", "FileUtils", "File", "Dir", "Process", "Object", "IO", "Open3", "Pathname"}
_SHELL = {"system", "exec", "spawn", "`"}
_TREES = {"rm_rf", "rm_r", "rmtree", "remove_dir", "remove_entry", "remove_entry_secure", "safe_unlink"}


def path(value: Value) -> Made:
    """A Pathname."""
    return Made("pathlib.Path", (value,))


def handles(name: str) -> bool:
    """Is this a module or class of Ruby's own?"""
    return name in _RISKY or name in rubynet.HTTP_CLIENTS


def element(walker: Walker, holder: Thing, key: Thing) -> Thing:
    """`holder[key]`."""
    if holder == Named("ENV"):
        return _environment(walker, text(key).text, None)
    if holder == Named("Dir"):
        return Items((), globbed(text(key)))
    if isinstance(holder, Pairs):
        return holder.get(text(key).text) or UNKNOWN
    if isinstance(holder, Items):
        if (
            isinstance(key, Known)
            and isinstance(key.value, int)
            and -len(holder.items) <= key.value < len(holder.items)
        ):
            return holder.items[key.value]
        return one_of(*every(holder)) if every(holder) else UNKNOWN
    if isinstance(holder, Value) and holder.known and isinstance(key, Known) and isinstance(key.value, int):
        return strings.sliced(holder, [key, Known(key.value + 1), None])
    return UNKNOWN.but(origins=text(holder).origins)


def _environment(walker: Walker, name: str, default: Thing | None) -> Thing:
    if name in walker.environment:
        known: Thing = walker.environment[name]
        return known
    value = walker.context.environment.get(name)
    if value is not None:
        return Value(value, origins=(Origin("environment", name),))
    return default if default is not None else Value(HOLE, origins=(Origin("unset", name),))


def call(made: Call, thing: Thing | None, block: Function | None) -> Thing:
    """A call of a method, with the block that is given to it."""
    blocks = [each for each in made.arguments if isinstance(each, Made) and each.name == "block"]
    if blocks:
        made = made.but(arguments=tuple(each for each in made.arguments if each not in blocks))
        return _each_method(made, thing, blocks[0].arguments[0])
    name = made.name
    if name in ("send", "public_send", "__send__", "method") and (thing is None or isinstance(thing, (Named, Made))):
        return _sent(made, thing, block)
    if name in ("const_get",) and made.text(0).known:
        return Named(made.text(0).text)
    if name == "call" and isinstance(thing, Function):
        result: Thing = made.walker.call_function(thing, made.arguments)
        return result
    found = _of_named(made, thing.name, block) if isinstance(thing, Named) else None
    if found is None and (thing is None or thing == Named("Kernel")):
        found = _kernel(made, block)
    if found is None and thing is not None:
        found = _method(made, thing, block)
    if found is None:
        _run_block(made, block, UNKNOWN)
        return (
            UNKNOWN.but(origins=text(thing).origins)
            if isinstance(thing, Value)
            else Made(f".{name}", tuple(each for each in (thing, *made.arguments) if each is not None))
        )
    return found


def _sent(made: Call, thing: Thing | None, block: Function | None) -> Thing:
    name = made.text(0)
    if made.name == "method":
        prefix = f"{thing.name}." if isinstance(thing, Named) else ""
        return Named(prefix + name.text)
    if not name.known:
        if thing is None or (isinstance(thing, Named) and thing.name in _RISKY):
            made.acts.unreadable(made.span, "a method that isn't known")
        return UNKNOWN
    return call(made.but(name=name.text, arguments=made.arguments[1:]), thing, block)


def _each_method(made: Call, thing: Thing | None, function: Thing) -> Thing:
    """`list.each(&File.method(:delete))`."""
    for each in made.walker.items(every(thing)):
        if isinstance(function, Value) and isinstance(each, (Made, Value)):  # &:delete
            _method(made.but(name=function.text, arguments=()), each, None)
        else:
            made.walker.callback(function, (each,), made.span)
    return UNKNOWN


def _run_block(made: Call, block: Function | None, *given: Thing) -> Thing:
    if block is None:
        return UNKNOWN
    result: Thing = made.walker.callback(block, given, made.span)
    return result


# --- Kernel ---


def _kernel(made: Call, block: Function | None) -> Thing | None:
    name, acts = made.name, made.acts
    if name in _SHELL:
        return shell(made, list(made.arguments))
    if name in ("eval", "instance_eval", "class_eval", "module_eval") and made.arguments:
        for choice in texts(made.thing(0)):
            acts.nested("ruby", choice, made.span)
        return UNKNOWN
    if name == "require":
        made.walker.seen[f"import {made.text(0).text}"] = ""
        return Known(True)
    if name in ("require_relative", "load"):
        target = made.text(0)
        if name == "load" or made.walker.context.read_text(absolute(target, acts.directory).text + ".rb") is not None:
            acts.code_file(target if name == "load" else concatenated(target, Value(".rb")), "ruby")
        return Known(True)
    if name == "open":
        if made.text(0).text.startswith("|"):
            return shell(made, [made.text(0).but(text=made.text(0).text[1:])])
        if "://" in made.text(0).text:
            return rubynet.get(made, made.text(0))
        return _open(made, block)
    if name in ("syscall", "fork", "trap", "at_exit", "loop", "lambda", "proc", "Thread"):
        return block if name in ("lambda", "proc") and block is not None else _run_block(made, block)
    if name in (
        "rm",
        "rm_r",
        "rm_rf",
        "rm_f",
        "mv",
        "cp",
        "cp_r",
        "mkdir",
        "mkdir_p",
        "touch",
        "cd",
        "chmod",
        "chmod_R",
        "chown_R",
    ):
        return _file_utils(made, block)
    if name == "sh":  # rake
        return shell(made, list(made.arguments))
    if name in ("URI", "Pathname"):
        return path(made.text(0)) if name == "Pathname" else made.text(0)
    if name in ("__dir__", "__FILE__"):
        script = made.walker.context.program
        return Value(script.rpartition("/")[0]) if script.startswith("/") else UNKNOWN
    if name == "gets":
        return UNKNOWN.but(origins=(Origin("input", "stdin"),))
    if name in ("format", "sprintf") and isinstance(made.thing(0), Value):
        return strings.formatted(made.text(0), Items(made.arguments[1:]))
    return None


def shell(made: Call, given: Sequence[Thing]) -> Thing:
    """system, exec, spawn, `…`: one text is a shell's, several are a program and its arguments."""
    options = next((each for each in given[1:] if isinstance(each, Pairs)), None)
    words = [each for each in given if not isinstance(each, Pairs)]
    variables = (
        [(key, text(value)) for key, value in given[0].items]
        if given and isinstance(given[0], Pairs) and len(given) > 1
        else []
    )
    variables += list(made.walker.environment.items())
    where = options.get("chdir") if options is not None else None
    directory = absolute(text(where), made.acts.directory) if where is not None else None
    if len(words) == 1 and not isinstance(words[0], Items):
        for value in texts(words[0]):
            if directory is not None or variables:
                made.acts.program([Value("sh"), Value("-c"), value], directory, variables, made.span)
            else:
                made.acts.shell(value, span=made.span)
    elif words:
        made.acts.program(
            [text(each) for word in words for each in (every(word) if isinstance(word, Items) else [word])],
            directory,
            variables,
            made.span,
        )
    program = text(words[0]).text.strip().partition(" ")[0].rpartition("/")[2] if words else ""
    kinds = {"curl": "downloaded", "wget": "downloaded", "base64": "decoded"}
    return Value(HOLE, origins=(Origin(kinds.get(program, "output"), program),))


# --- classes and modules ---


def _of_named(made: Call, owner: str, block: Function | None) -> Thing | None:
    owners = {
        "FileUtils": _file_utils,
        "FileUtils::Verbose": _file_utils,
        "File": _file,
        "IO": _file,
        "Dir": _dir,
        "Process": _process,
    }
    if owner in owners:
        return owners[owner](made, block)
    if owner in ("Open3", "PTY", "Subprocess", "TTY::Command"):
        given = [each for each in made.arguments if not isinstance(each, Pairs)]
        result = shell(made, made.arguments)
        stdin = made.option("stdin_data")
        if stdin is not None and given and text(given[0]).text.rpartition("/")[2] in ("sh", "bash"):
            made.acts.shell(text(stdin), span=made.span)
        _run_block(made, block, UNKNOWN, UNKNOWN, UNKNOWN)
        return Items((result, UNKNOWN, UNKNOWN))
    if owner == "Pathname" and made.name in ("new", "pwd", "glob"):
        if made.name == "glob":
            return Items((), path(globbed(made.text(0))))
        return path(made.text(0) if made.arguments else Value(made.acts.directory))
    if owner == "Etc" or (owner == "Gem" and made.name == "user_home"):
        return Value(made.walker.context.home)
    if owner in ("Base64", "Zlib::Inflate", "Zlib") and re.match(r".*(?:decode|inflate)", made.name):
        return strings.decoded(
            made.text(0), "zlib" if "nflate" in made.name else "urlsafe" if "url" in made.name else "base64"
        )
    if owner in ("Shellwords",):
        return strings.split(made.text(0), None) if "split" in made.name else made.text(0)
    if owner in ("JSON", "YAML", "Marshal"):
        return (
            json_text(made.thing(0))
            if made.name in ("generate", "dump", "pretty_generate")
            else UNKNOWN.but(origins=made.text(0).origins)
        )
    if owner == "ENV" and made.name in ("fetch", "[]", "delete"):
        return _environment(made.walker, made.text(0).text, made.given(1))
    if owner == "Tempfile" or (owner == "Dir" and made.name == "mktmpdir"):
        return Made("file", (Value("/tmp/" + TOKEN, origins=(Origin("temporary"),)),))
    return rubynet.http(made, owner, block)


def _file_utils(made: Call, block: Function | None) -> Thing | None:
    name, acts = made.name, made.acts
    targets = [each for each in texts(made.thing(0))]
    if name in _TREES or name in ("rm", "rm_f", "remove", "rmdir", "remove_file"):
        for target in targets:
            acts.delete(target, made.span, name in _TREES)
    elif name in ("mv", "move"):
        for target in targets:
            acts.move(target, made.text(1), made.span)
    elif name in ("cp", "cp_r", "copy", "install", "copy_file", "copy_entry"):
        for target in targets:
            acts.copy(target, made.text(1), made.span, name == "cp_r")
    elif name in ("ln", "ln_s", "ln_sf", "symlink"):
        acts.effect("create", target=made.text(1), span=made.span)
    elif name in ("mkdir", "mkdir_p", "makedirs", "touch"):
        for target in targets:
            acts.effect("create", target=target, span=made.span)
    elif name in ("chmod", "chmod_R", "chown", "chown_R"):
        for target in texts(made.thing(len(made.arguments) - 1 if name.startswith("chmod") else 2)):
            acts.effect("permissions", target=target, recursive=name.endswith("_R"), span=made.span)
    elif name in ("cd", "chdir"):
        return _change_directory(made, block)
    else:
        return None
    return Known(None)


def _change_directory(made: Call, block: Function | None) -> Thing:
    before = made.acts.directory
    made.acts.directory = absolute(home_expanded(made.text(0), made.walker.context.home), before).text
    if block is not None:
        result = _run_block(made, block, made.text(0))
        made.acts.directory = before
        return result
    return Known(None)


def _file(made: Call, block: Function | None) -> Thing | None:
    name, acts = made.name, made.acts
    if name in ("delete", "unlink"):
        for argument in made.arguments:
            for target in texts(argument):
                acts.delete(target, made.span)
    elif name == "rename":
        acts.move(made.text(0), made.text(1), made.span)
    elif name == "truncate":
        acts.effect("truncate", target=made.text(0), span=made.span)
    elif name in ("write", "binwrite"):
        acts.effect("overwrite", target=made.text(0), span=made.span)
    elif name in ("chmod", "chown", "lchmod"):
        for argument in made.arguments[1 if name.endswith("chmod") else 2 :]:
            acts.effect("permissions", target=text(argument), span=made.span)
    elif name in ("symlink", "link"):
        acts.effect("create", target=made.text(1), span=made.span)
    elif name in ("read", "binread", "readlines", "foreach"):
        return _contents(made, block)
    elif name in ("open", "new"):
        return _open(made, block)
    elif name == "popen":
        return shell(made, made.arguments[:1])
    else:
        return _file_name(made)
    return Known(None)


def _contents(made: Call, block: Function | None) -> Thing:
    if made.text(0).text.startswith("|"):
        return shell(made, [made.text(0).but(text=made.text(0).text[1:])])
    made.acts.effect("read", target=made.text(0), span=made.span)
    value = Value(HOLE, origins=(Origin("file", absolute(made.text(0), made.acts.directory).text),))
    _run_block(made, block, value)
    return Items((), value) if made.name in ("readlines", "foreach") else value


def _open(made: Call, block: Function | None) -> Thing:
    mode = made.given(1)
    for target in texts(made.thing(0)):
        made.acts.open(target, text(mode).text if isinstance(mode, Value) else "r", made.span)
    file = Made("file", (made.text(0),))
    _run_block(made, block, file)
    return file


def _file_name(made: Call) -> Thing | None:
    name, home = made.name, made.walker.context.home
    if name == "join":
        parts = [text(each) for each in made.arguments]
        return (
            path_join(*parts[:1], *(part.but(text=part.text.lstrip("/")) for part in parts[1:])) if parts else UNKNOWN
        )
    if name in ("expand_path", "absolute_path", "realpath"):
        base = text(made.thing(1)).text if len(made.arguments) > 1 else made.acts.directory
        return absolute(home_expanded(made.text(0), home), base)
    if name == "dirname":
        return parent(made.text(0))
    if name == "basename":
        return made.text(0).but(text=made.text(0).text.rpartition("/")[2])
    return UNKNOWN if name in ("exist?", "file?", "directory?", "size", "stat", "mtime", "extname") else None


def _dir(made: Call, block: Function | None) -> Thing | None:
    name = made.name
    if name in ("rmdir", "delete", "unlink"):
        made.acts.delete(made.text(0), made.span)
        return Known(None)
    if name == "home":
        return Value(made.walker.context.home)
    if name in ("pwd", "getwd"):
        return Value(made.acts.directory)
    if name == "tmpdir":
        return Value("/tmp")
    if name == "mktmpdir":
        value = Value("/tmp/" + TOKEN, origins=(Origin("temporary"),))
        _run_block(made, block, value)
        return value
    if name == "chdir":
        return _change_directory(made, block)
    if name == "mkdir":
        made.acts.effect("create", target=made.text(0), span=made.span)
        return Known(None)
    if name in ("glob", "[]", "children", "entries", "each_child", "foreach", "new", "open"):
        found = globbed(made.text(0)) if name in ("glob", "[]") else Value(STAR)
        _run_block(made, block, found)
        return Items((), found)
    return None


def _process(made: Call, block: Function | None) -> Thing | None:
    if made.name == "kill":
        signal = made.text(0).text.removeprefix("SIG")
        made.acts.program(
            [Value("kill"), Value(f"-{signal}"), Value("--"), *(text(each) for each in made.arguments[1:])],
            span=made.span,
        )
        return UNKNOWN
    return shell(made, made.arguments) if made.name in ("spawn", "exec") else None


# --- methods of values ---


def _method(made: Call, thing: Thing, block: Function | None) -> Thing | None:
    name = made.name
    if isinstance(thing, Items):
        return _list_method(made, thing, block)
    if isinstance(thing, Made) and thing.name == "pathlib.Path":
        return _path_method(made, text(thing), block)
    if isinstance(thing, Made) and thing.name == "file":
        if name in ("read", "gets", "readlines", "each_line"):
            return Value(HOLE, origins=(Origin("file", absolute(text(thing.arguments[0]), made.acts.directory).text),))
        if name in ("unlink", "delete", "truncate"):
            made.acts.effect(
                "delete" if name != "truncate" else "truncate", target=text(thing.arguments[0]), span=made.span
            )
        return thing.arguments[0] if name == "path" else UNKNOWN
    if isinstance(thing, Made) and thing.name == "connection":
        request = made.thing(0)
        if name == "request" and isinstance(request, Made) and request.name == "request":
            return rubynet.perform(made, thing, request)
        if name in rubynet.VERBS:
            return rubynet.send(made, name.upper(), made.text(0), joined(Value("https://"), text(thing.arguments[0])))
        return thing
    if isinstance(thing, Made) and thing.name == "request":
        if name in ("set_form_data", "body"):
            made.walker.attributes[("request", ".body")] = form_text(made.thing(0))
        return thing
    if isinstance(thing, Made) and thing.name == "client" and name in rubynet.VERBS:
        base = thing.arguments[0] if thing.arguments and isinstance(thing.arguments[0], Value) else None
        return rubynet.send(made, name.upper(), made.text(0), base)
    found = rubynet.database(made, thing)
    if found is not None:
        return found
    if isinstance(thing, Value):
        return _text_method(made, thing, block)
    if isinstance(thing, Pairs) and name in ("fetch", "dig", "[]"):
        return thing.get(made.text(0).text) or UNKNOWN
    if isinstance(thing, Pairs) and name == "to_json":
        return json_text(thing)
    return None


def _list_method(made: Call, thing: Items, block: Function | None) -> Thing:
    name, things = made.name, every(thing)
    if name == "join":
        return strings.join(made.text(0) if made.arguments else Value(""), thing)
    if block is not None:
        results = [_run_block(made, block, each) for each in made.walker.items(things)]
        if name in ("map", "collect", "flat_map", "filter_map"):
            return Items(tuple(results)) if thing.rest is None else Items((), one_of(*results) if results else UNKNOWN)
        return thing
    if name in ("first", "last", "pop", "shift", "sample", "max", "min"):
        return one_of(*things) if things else UNKNOWN
    return thing


def _path_method(made: Call, value: Value, block: Function | None) -> Thing | None:
    name, acts = made.name, made.acts
    if name in ("delete", "unlink", "rmdir", "rmtree"):
        acts.delete(value, made.span, name == "rmtree")
    elif name in ("write", "binwrite"):
        acts.effect("overwrite", target=value, span=made.span)
    elif name == "rename":
        acts.move(value, made.text(0), made.span)
    elif name in ("join", "+", "/"):
        return path(path_join(value, *(text(each) for each in made.arguments)))
    elif name in ("parent", "dirname"):
        return path(parent(value))
    elif name in ("expand_path", "realpath"):
        return path(absolute(home_expanded(value, made.walker.context.home), acts.directory))
    elif name in ("children", "each_child", "entries", "glob"):
        entry = path(in_directory(value, globbed(made.text(0)).text if name == "glob" else STAR))
        _run_block(made, block, entry)
        return Items((), entry)
    elif name == "to_s":
        return value
    elif name == "read":
        acts.effect("read", target=value, span=made.span)
        return Value(HOLE, origins=(Origin("file", absolute(value, acts.directory).text),))
    else:
        return None
    return Known(None)


def _text_method(made: Call, thing: Value, block: Function | None) -> Thing:
    name = made.name
    if name in (
        "to_s",
        "to_str",
        "dup",
        "freeze",
        "force_encoding",
        "encode",
        "shellescape",
        "itself",
        "tap",
        "to_sym",
        "squish",
    ):
        return thing
    if name == "unpack1" or (name == "unpack" and made.arguments):
        return strings.decoded(thing, "hex" if made.text(0).text.startswith("H") else "base64")
    if name == "reverse" and thing.known:
        return thing.but(text=thing.text[::-1])
    if name in ("split", "lines", "shellsplit", "each_line", "chars"):
        parts = strings.split(
            thing,
            "\n"
            if "line" in name
            else made.text(0).text
            if isinstance(made.thing(0), Value) and made.arguments
            else None,
        )
        return _list_method(made, parts, block) if block is not None and isinstance(parts, Items) else parts
    if name == "%":
        return strings.formatted(thing, made.thing(0))
    if name in ("gsub", "sub", "tr"):
        return strings.changed(thing, "replace", made.arguments) if name != "tr" else UNKNOWN.but(origins=thing.origins)
    if name in ("read", "body", "string", "strip!", "chomp!"):
        return thing
    _run_block(made, block, UNKNOWN)
    return strings.changed(thing, name, made.arguments)
