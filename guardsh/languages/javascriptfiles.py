"""Files in JavaScript: fs and its promises, fs-extra, rimraf, del, Deno and Bun; path."""

from __future__ import annotations

from guardsh.languages.acts import UNKNOWN
from guardsh.languages.calls import Call
from guardsh.languages.pythonfiles import in_directory, parent
from guardsh.languages.things import (
    Function,
    Items,
    Known,
    Made,
    absolute,
    concatenated,
    globbed,
    normal,
    path_join,
    text,
    texts,
)
from guardsh.reading.model import HOLE, STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.languages.things import Thing


def _delete(made: Call) -> Thing:
    recursive = made.set("recursive") or made.name in ("fs.remove", "fs.removeSync", "rimraf", "rimraf.sync", "del")
    for target in made.texts(0):
        made.acts.delete(target, made.span, recursive)
    return finished(made)


def _delete_tree(made: Call) -> Thing:
    for target in texts(made.thing(0)):
        made.acts.delete(globbed(target), made.span, True)
    return finished(made)


def _empty(made: Call) -> Thing:
    made.acts.delete(in_directory(made.text(0)), made.span, True)
    return finished(made)


def _two(how: str) -> Callable[[Call], Thing]:
    def act(made: Call) -> Thing:
        if how == "move":
            made.acts.move(made.text(0), made.text(1), made.span)
        elif how == "link":
            made.acts.effect("create", target=made.text(1), span=made.span)
        else:
            made.acts.copy(made.text(0), made.text(1), made.span, how == "tree")
        return finished(made)

    return act


def _one(kind: str) -> Callable[[Call], Thing]:
    def act(made: Call) -> Thing:
        flag = made.option("flag") or made.option("flags")
        for target in made.texts(0):
            if kind == "overwrite" and isinstance(flag, Value):
                made.acts.open(target, flag.text, made.span)
            else:
                made.acts.effect(kind, target=target, span=made.span)
        return finished(made)

    return act


def finished(made: Call) -> Thing:
    """Calls the callback at the end, as Node's functions take it."""
    if made.arguments and isinstance(made.arguments[-1], Function):
        made.walker.callback(made.arguments[-1], (Known(None), UNKNOWN), made.span)
    return Known(None)


def _read_file(made: Call) -> Thing:
    where = absolute(made.text(0), made.acts.directory)
    if made.arguments and made.thing(0) != Known(0):
        made.acts.effect("read", target=made.text(0), span=made.span)
    value = Value(HOLE, origins=(*where.origins, Origin("file", where.text)))
    if made.arguments and isinstance(made.arguments[-1], Function):
        made.walker.callback(made.arguments[-1], (Known(None), value), made.span)
    return value


def _open(made: Call) -> Thing:
    flags = made.given(1)
    made.acts.open(made.text(0), text(flags).text if isinstance(flags, Value) else "r", made.span)
    return Made("open", (made.text(0),))


def _listing(made: Call) -> Thing:
    entries: Thing = Value(STAR)
    if made.set("withFileTypes"):
        entries = Made("entry", (made.text(0),))
    found = Items((), entries)
    if made.arguments and isinstance(made.arguments[-1], Function):
        made.walker.callback(made.arguments[-1], (Known(None), found), made.span)
    return found


def _glob(made: Call) -> Thing:
    return Items((), globbed(made.text(0)))


def _join(made: Call) -> Thing:
    parts = [text(each) for each in made.arguments]
    if made.name == "path.join":  # unlike resolve, an absolute part doesn't begin anew
        parts = [*parts[:1], *(part.but(text=part.text.lstrip("/")) for part in parts[1:])]
    joined = path_join(*parts) if parts else Value(".")
    return (
        absolute(joined, made.acts.directory) if made.name == "path.resolve" else joined.but(text=normal(joined.text))
    )


def _directory_name(made: Call) -> Thing:
    return parent(made.text(0))


def _base_name(made: Call) -> Thing:
    return made.text(0).but(text=made.text(0).text.rstrip("/").rpartition("/")[2])


def _temporary(made: Call) -> Thing:
    prefix = made.text(0)
    value = concatenated(prefix, Value(TOKEN)) if prefix.text != HOLE else Value("/tmp/" + TOKEN)
    finished(made)
    return value.but(origins=(*value.origins, Origin("temporary")))


_BOTH = ("", "Sync")

FUNCTIONS: dict[str, Callable[[Call], Thing]] = {
    **{f"fs.{name}{sync}": _delete for name in ("rm", "rmdir", "unlink", "remove") for sync in _BOTH},
    **{f"fs.{name}{sync}": _empty for name in ("emptyDir", "emptydir") for sync in _BOTH},
    **{f"fs.{name}{sync}": _two("move") for name in ("rename", "move") for sync in _BOTH},
    **{f"fs.{name}{sync}": _two("copy") for name in ("copyFile", "copy") for sync in _BOTH},
    **{f"fs.cp{sync}": _two("tree") for sync in _BOTH},
    **{f"fs.{name}{sync}": _two("link") for name in ("symlink", "link") for sync in _BOTH},
    **{
        f"fs.{name}{sync}": _one("overwrite")
        for name in ("writeFile", "outputFile", "writeJson", "writeJSON", "outputJson")
        for sync in _BOTH
    },
    **{f"fs.appendFile{sync}": _one("append") for sync in _BOTH},
    **{f"fs.truncate{sync}": _one("truncate") for sync in _BOTH},
    **{f"fs.{name}{sync}": _one("permissions") for name in ("chmod", "chown", "lchown") for sync in _BOTH},
    **{f"fs.{name}{sync}": _one("create") for name in ("mkdir", "ensureDir", "mkdirp", "ensureFile") for sync in _BOTH},
    **{f"fs.mkdtemp{sync}": _temporary for sync in _BOTH},
    **{f"fs.{name}{sync}": _read_file for name in ("readFile", "readJson", "readJSON") for sync in _BOTH},
    **{f"fs.readdir{sync}": _listing for sync in _BOTH},
    **{f"fs.open{sync}": _open for sync in _BOTH},
    **{f"fs.glob{sync}": _glob for sync in _BOTH},
    "fs.createWriteStream": _one("overwrite"),
    "fs.createReadStream": _read_file,
    **{
        name: _delete_tree
        for name in ("rimraf", "rimraf.sync", "rimraf.rimraf", "rimraf.rimrafSync", "rimraf.native", "rimraf.manual")
    },
    **{
        name: _delete_tree
        for name in (
            "del",
            "del.sync",
            "del.deleteAsync",
            "del.deleteSync",
            "del.deleteAsync",
            "trash",
            "rmrf",
            "rm-rf",
        )
    },
    **{
        name: _glob
        for name in (
            "glob",
            "glob.sync",
            "glob.globSync",
            "glob.glob",
            "fast-glob",
            "fast-glob.sync",
            "globby",
            "globby.globby",
            "globby.globbySync",
        )
    },
    "Bun.write": _one("overwrite"),
    "Deno.remove": _delete,
    "Deno.removeSync": _delete,
    "Deno.rename": _two("move"),
    "Deno.writeTextFile": _one("overwrite"),
    "Deno.writeFile": _one("overwrite"),
    "Deno.truncate": _one("truncate"),
    "Deno.readTextFile": _read_file,
    "path.join": _join,
    "path.resolve": _join,
    "path.normalize": lambda made: made.text(0).but(text=normal(made.text(0).text)),
    "path.dirname": _directory_name,
    "path.basename": _base_name,
}
