"""Files in Python: os, os.path, shutil, pathlib, glob, tempfile, open."""

from __future__ import annotations

from guardsh.languages.acts import UNKNOWN, joined
from guardsh.languages.calls import Call
from guardsh.languages.things import (
    Items,
    Known,
    Made,
    OneOf,
    absolute,
    globbed,
    home_expanded,
    normal,
    path_join,
    spread,
    text,
)
from guardsh.reading.model import HOLE, STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.languages.pythonvalues import Values
    from guardsh.languages.things import Thing

_TEMPORARY = Value("/tmp/" + TOKEN, origins=(Origin("temporary"),))


def path(value: Value) -> Made:
    """A pathlib path."""
    return Made("pathlib.Path", (value,))


def in_directory(directory: Value, name: str = STAR) -> Value:
    """An entry of a directory, whatever its name."""
    if directory.text in ("", "."):
        return directory.but(text=name)
    return path_join(directory, Value(name))


# --- functions ---


def _delete(recursive: bool) -> Callable[[Call], Thing]:
    def act(call: Call) -> Thing:
        for target in call.texts(0, "path"):
            call.acts.delete(target, call.span, recursive)
        return Known(None)

    return act


def _two(how: str) -> Callable[[Call], Thing]:
    def act(call: Call) -> Thing:
        source, destination = call.text(0, "src"), call.text(1, "dst")
        if how == "move":
            call.acts.move(source, destination, call.span)
        elif how == "link":
            call.acts.effect("create", target=destination, span=call.span)
        else:
            call.acts.copy(source, destination, call.span, how == "tree")
        return destination

    return act


def _one(kind: str, recursive: bool = False) -> Callable[[Call], Thing]:
    def act(call: Call) -> Thing:
        for target in call.texts(0, "path"):
            call.acts.effect(kind, target=target, recursive=recursive, span=call.span)
        return Known(None)

    return act


def _open(call: Call) -> Thing:
    target = call.thing(0, "file")
    mode = call.given(1, "mode")
    for each in call.texts(0, "file") if not isinstance(target, Known) else []:
        call.acts.open(each, text(mode).text if mode is not None else "r", call.span)
    return Made("open", (text(target), text(mode) if mode is not None else Value("r")))


def _os_open(call: Call) -> Thing:
    from guardsh.languages.things import Named

    flags = call.thing(1, "flags")
    reads = flags == Named("os.O_RDONLY")
    call.acts.effect("read" if reads else "overwrite", target=call.text(0), span=call.span)
    return UNKNOWN


def _join(call: Call) -> Thing:
    parts = [text(each) for each in call.arguments]
    return path_join(*parts) if parts else UNKNOWN


def _home(call: Call) -> Thing:
    return home_expanded(call.text(0), call.walker.context.home)


def _variables(call: Call) -> Thing:
    import re

    value = call.text(0)

    def replace(match: re.Match[str]) -> str:
        return str(call.walker.context.environment.get(match[1] or match[2], match[0]))

    return value.but(text=re.sub(r"\$(?:\{(\w+)\}|(\w+))", replace, value.text))


def _absolute(call: Call) -> Thing:
    return absolute(call.text(0), call.acts.directory)


def _parent(call: Call) -> Thing:
    return parent(call.text(0))


def parent(value: Value) -> Value:
    """The directory part of a path."""
    head, slash, tail = value.text.rstrip("/").rpartition("/")
    if HOLE in tail and not slash:
        return UNKNOWN.but(origins=value.origins)
    return value.but(text=head or slash)


def _base(call: Call) -> Thing:
    value = call.text(0)
    return value.but(text=value.text.rpartition("/")[2])


def _extension(call: Call) -> Thing:
    value = call.text(0)
    stem, dot, suffix = value.text.rpartition(".")
    if not dot or "/" in suffix:
        return Items((value, Value("")))
    return Items((value.but(text=stem), value.but(text=dot + suffix)))


def _list(call: Call) -> Thing:
    return Items((), Value(STAR))


def _scan(call: Call) -> Thing:
    return Items((), path(in_directory(call.text(0) if call.arguments else Value("."))))


def _walk(call: Call) -> Thing:
    top = call.text(0)
    below = in_directory(top, STAR + STAR)
    names = Items((), Value(STAR))
    return Items((Items((top, names, names)), Items((below, names, names))))


def _glob(call: Call) -> Thing:
    root = call.keyword("root_dir")
    pattern = globbed(call.text(0, "pathname"))
    return Items((), path_join(text(root), pattern) if root is not None else pattern)


def _temporary(made: bool) -> Callable[[Call], Thing]:
    def act(call: Call) -> Thing:
        parent_of = call.keyword("dir")
        value = (
            in_directory(text(parent_of), TOKEN) if parent_of is not None and parent_of != Known(None) else _TEMPORARY
        )
        if call.name.endswith("mkstemp"):
            return Items((UNKNOWN, value))
        return Made(call.name, (value,)) if made else value

    return act


def _change_directory(call: Call) -> Thing:
    target = call.text(0, "path")
    call.acts.directory = absolute(target, call.acts.directory).text
    return Known(None)


def _current(call: Call) -> Thing:
    value = Value(call.acts.directory)
    return path(value) if call.name.startswith("pathlib") else value


def _path(call: Call) -> Thing:
    parts = [text(each) for each in call.arguments]
    return path(path_join(*parts) if parts else Value("."))


def _extract(call: Call) -> Thing:
    target = call.given(1, "extract_dir")
    call.acts.effect("create", target=text(target) if target is not None else Value("."), span=call.span)
    return Known(None)


def _touch(call: Call) -> Thing:
    return Known(None)


def _input_lines(call: Call) -> Thing:
    return Items((), UNKNOWN.but(origins=(Origin("file", call.text(0).text),)))


FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    "os.remove": _delete(False),
    "os.unlink": _delete(False),
    "os.rmdir": _delete(False),
    "os.removedirs": _delete(False),
    "shutil.rmtree": _delete(True),
    "send2trash.send2trash": _delete(True),
    "os.rename": _two("move"),
    "os.renames": _two("move"),
    "os.replace": _two("move"),
    "shutil.move": _two("move"),
    "shutil.copy": _two("copy"),
    "shutil.copy2": _two("copy"),
    "shutil.copyfile": _two("copy"),
    "shutil.copytree": _two("tree"),
    "distutils.dir_util.copy_tree": _two("tree"),
    "distutils.dir_util.remove_tree": _delete(True),
    "setuptools.distutils.dir_util.remove_tree": _delete(True),
    "os.symlink": _two("link"),
    "os.link": _two("link"),
    "os.truncate": _one("truncate"),
    "os.chmod": _one("permissions"),
    "os.lchmod": _one("permissions"),
    "os.chown": _one("permissions"),
    "os.lchown": _one("permissions"),
    "os.chflags": _one("permissions"),
    "shutil.chown": _one("permissions"),
    "os.mkdir": _one("create"),
    "os.makedirs": _one("create"),
    "os.mkfifo": _one("create"),
    "os.open": _os_open,
    "open": _open,
    "zipfile.ZipFile": _open,
    "tarfile.open": _open,
    "sqlite3.connect": lambda call: Made("sqlite3.connect", call.arguments, call.keywords),
    "shutil.unpack_archive": _extract,
    "os.path.join": _join,
    "os.path.expanduser": _home,
    "os.path.expandvars": _variables,
    "os.path.abspath": _absolute,
    "os.path.realpath": _absolute,
    "os.path.normpath": lambda call: call.text(0).but(text=normal(call.text(0).text)),
    "os.path.dirname": _parent,
    "os.path.basename": _base,
    "os.path.splitext": _extension,
    "os.path.split": lambda call: Items((_parent(call), _base(call))),
    "os.path.relpath": lambda call: call.text(0),
    "os.listdir": _list,
    "os.scandir": _scan,
    "os.walk": _walk,
    "os.fwalk": _walk,
    "glob.glob": _glob,
    "glob.iglob": _glob,
    "tempfile.mkdtemp": _temporary(False),
    "tempfile.mktemp": _temporary(False),
    "tempfile.mkstemp": _temporary(False),
    "tempfile.gettempdir": lambda call: Value("/tmp"),
    "tempfile.TemporaryDirectory": _temporary(True),
    "tempfile.NamedTemporaryFile": _temporary(True),
    "tempfile.TemporaryFile": _temporary(True),
    "os.chdir": _change_directory,
    "contextlib.chdir": _change_directory,
    "os.getcwd": _current,
    "os.getcwdb": _current,
    "pathlib.Path.cwd": _current,
    "pathlib.Path.home": lambda call: path(Value(call.walker.context.home)),
    "pathlib.Path": _path,
    "os.fsync": _touch,
    "json.dump": _touch,
    "fileinput.input": _input_lines,
    "numpy.save": _one("overwrite"),
    "numpy.savez": _one("overwrite"),
    "numpy.savetxt": _one("overwrite"),
    "os.path.exists": lambda call: UNKNOWN,
    "os.path.isfile": lambda call: UNKNOWN,
    "os.path.isdir": lambda call: UNKNOWN,
    "os.path.getsize": lambda call: Value(TOKEN),
    "os.stat": lambda call: UNKNOWN,
}


# --- methods and attributes of paths and open files ---


def attribute(walker: Values, thing: Thing, name: str) -> Thing | None:
    """An attribute of a path, a directory entry or an open file; None for anything else."""
    if isinstance(thing, Made) and thing.name.startswith("tempfile.") and name == "name":
        return thing.arguments[0]
    if not (isinstance(thing, Made) and thing.name == "pathlib.Path"):
        return None
    value = text(thing)
    last = value.text.rstrip("/").rpartition("/")[2]
    if name == "parent":
        return path(parent(value))
    if name == "parents":
        return Items(tuple(path(each) for each in _parents(value)), path(UNKNOWN))
    if name == "name":
        return value.but(text=last)
    if name == "path":
        return value
    if name == "stem":
        return value.but(text=last.rpartition(".")[0] or last)
    if name == "suffix":
        return value.but(text="." + last.rpartition(".")[2] if "." in last else "")
    return None


def _parents(value: Value) -> list[Value]:
    found: list[Value] = []
    while value.text not in ("", "/", ".") and len(found) < 12:
        value = parent(value)
        found.append(value)
    return found


def method(call: Call, thing: Thing) -> Thing | None:
    """A method of a path or an open file; None for anything else."""
    if isinstance(thing, Made) and thing.name == "pathlib.Path":
        return _path_method(call, text(thing))
    if isinstance(thing, Made) and thing.name == "open":
        return _file_method(call, thing)
    if isinstance(thing, Made) and thing.name.startswith("tempfile.") and call.name == "cleanup":
        return Known(None)
    if call.name in _WRITERS and call.arguments and not isinstance(thing, (Value, Items, Known)):
        target = call.thing(0)
        if isinstance(target, (Value, OneOf)) or (isinstance(target, Made) and target.name == "pathlib.Path"):
            if text(target).known:
                call.acts.effect("overwrite", target=text(target), span=call.span)
            return UNKNOWN
    return None


# Methods of data frames and figures that write a file.
_WRITERS = {
    "to_csv",
    "to_excel",
    "to_parquet",
    "to_pickle",
    "to_feather",
    "to_hdf",
    "savefig",
    "write_csv",
    "write_parquet",
}


def _file_method(call: Call, file: Made) -> Thing:
    name, target = call.name, text(file)
    target = text(file.arguments[0])
    if name in ("read", "readline", "read_text"):
        where = absolute(target, call.acts.directory).text if target.text != HOLE else HOLE
        return Value(HOLE, origins=(*target.origins, Origin("file", where)))
    if name in ("readlines", "__iter__"):
        return Items((), Value(HOLE, origins=(Origin("file", target.text),)))
    if name == "truncate":
        call.acts.effect("truncate", target=target, span=call.span)
    if name in ("extractall", "extract"):
        into = call.given(0 if name == "extractall" else 1, "path")
        call.acts.effect("create", target=text(into) if into is not None else Value("."), span=call.span)
    return file if name == "__enter__" else UNKNOWN


def _path_method(call: Call, value: Value) -> Thing | None:
    name, acts, span = call.name, call.acts, call.span
    if name in ("unlink", "rmdir", "rmtree", "remove", "rmtree_p", "remove_p"):
        acts.delete(value, span, name.startswith("rmtree"))
    elif name in ("rename", "replace", "move", "move_into"):
        acts.move(value, call.text(0, "target"), span)
        return path(call.text(0, "target"))
    elif name in ("copy", "copy_into"):
        acts.copy(value, call.text(0, "target"), span)
    elif name in ("write_text", "write_bytes"):
        acts.effect("overwrite", target=value, span=span)
    elif name in ("read_text", "read_bytes"):
        acts.effect("read", target=value, span=span)
        return Value(HOLE, origins=(*value.origins, Origin("file", absolute(value, acts.directory).text)))
    elif name == "open":
        return _open(call.but(arguments=(value, *call.arguments)))
    elif name in ("chmod", "lchmod"):
        acts.effect("permissions", target=value, span=span)
    elif name in ("mkdir", "touch", "symlink_to", "hardlink_to", "link_to"):
        acts.effect("create", target=value, span=span)
    else:
        return _path_result(call, value)
    return Known(None)


def _path_result(call: Call, value: Value) -> Thing | None:
    name = call.name
    if name in ("joinpath", "__truediv__"):
        return path(path_join(value, *(text(each) for each in call.arguments)))
    if name in ("expanduser",):
        return path(home_expanded(value, call.walker.context.home))
    if name in ("resolve", "absolute", "readlink"):
        return path(absolute(value, call.acts.directory))
    if name in ("as_posix", "__str__", "__fspath__"):
        return value
    if name in ("iterdir", "walk"):
        return Items((), path(in_directory(value)))
    if name in ("glob", "rglob"):
        pattern = globbed(call.text(0, "pattern"))
        if name == "rglob":
            pattern = joined(Value(f"{STAR}{STAR}/"), pattern)
        return Items((), path(in_directory(value, pattern.text)))
    if name in ("with_suffix", "with_name", "with_stem"):
        return spread([call.thing(0)], lambda things: path(_renamed(value, name, text(things[0]))))
    if name in ("relative_to",):
        return path(value)
    if name in ("exists", "is_file", "is_dir", "stat", "is_symlink", "samefile", "match"):
        return UNKNOWN
    return None


def _renamed(value: Value, how: str, new: Value) -> Value:
    head, slash, last = value.text.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    if how == "with_name":
        last = new.text
    elif how == "with_stem":
        last = new.text + (dot + suffix if dot else "")
    else:
        last = (stem if dot else last) + new.text
    return value.but(text=head + slash + last)
