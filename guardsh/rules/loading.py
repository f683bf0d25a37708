"""Finding packs, validating them, and keeping them compiled so that a command loads only what concerns it."""

from __future__ import annotations

import os
import sys

from guardsh.frozen import Frozen
from guardsh.rules import compiling
from guardsh.rules.compiled import open_compiled, write_compiled
from guardsh.rules.schema import PackError, check_pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Table = dict[str, Any]

    from guardsh.rules.compiled import Compiled, Signature

FORMAT = 8  # of the compiled file; raise it with every change of the compiled records


class Problem(Frozen):
    """A pack that couldn't be used."""

    file: str
    message: str


class Keeper:
    """What is remembered of packs: this one trusts every file and remembers nothing."""

    def check(self, file: str) -> None:
        """Raise PackError if the file mustn't be used, whatever it says."""

    def keep(self, file: str, pack: Table) -> None:
        """Remember a pack that can be used."""

    def last_good(self, file: str) -> Table | None:
        """What was remembered of a pack, None if nothing was."""
        return None


class Rules:
    """The rules in force: asked by program name, effect kind or variable; loads what is asked for.

    problems: packs that are missing from the rules, so that these can't be relied on. warnings: packs that broke, and
    whose last good version stays in force.
    """

    def __init__(
        self,
        index: dict[str, list[Table]] | None = None,
        problems: tuple[Problem, ...] = (),
        warnings: tuple[Problem, ...] = (),
    ) -> None:
        self._index: dict[str, list[Table]] = index or {}
        self._stored: Compiled | None = None
        self.problems = problems
        self.warnings = warnings

    @property
    def said(self) -> tuple[str, ...]:
        """What a person must be told about broken packs."""
        return tuple(problem.message for problem in (*self.problems, *self.warnings))

    @classmethod
    def stored(cls, compiled: Compiled, warnings: tuple[Problem, ...] = ()) -> Rules:
        """Rules of a compiled file."""
        rules = cls(warnings=warnings)
        rules._stored = compiled
        return rules

    def hold(self) -> None:
        """Reads everything now, for a process that is about to close its descriptors. Raises OSError."""
        if self._stored is not None:
            self._stored.hold()

    def records(self, key: str) -> list[Table]:
        """The compiled records of one key of the index, [] for none."""
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = [] if self._stored is None else self._stored.records(key)
        return found

    def program(self, name: str) -> Table | None:
        """The description of a program, following `same` one step, or None if no pack describes it."""
        found = self.records(compiling.PROGRAM + name)
        if not found:
            return None
        record = found[0]
        if "same" in record:
            other = self.records(compiling.PROGRAM + record["same"])
            if other:
                return compiling.merged({**record, "sub": {}}, other[0]) | {"sub": {**other[0]["sub"], **record["sub"]}}
        return record

    def of_program(self, name: str) -> list[Table]:
        """Rules whose command begins with this program, or with the one it is the same as."""
        found = self.records(compiling.RULE + name)
        record = self.records(compiling.PROGRAM + name)
        if record and "same" in record[0]:
            found = found + [rule for rule in self.records(compiling.RULE + record[0]["same"]) if rule not in found]
        return found

    def of_undescribed(self) -> list[Table]:
        """Rules for programs that no pack describes."""
        return self.records(compiling.UNDESCRIBED)

    def of_effect(self, kind: str) -> list[Table]:
        """Rules on an effect, whatever program has it."""
        return self.records(compiling.EFFECT + kind)

    def of_variable(self, name: str) -> list[Table]:
        """Rules on a variable that the text sets."""
        return self.records(compiling.VARIABLE + name)

    def keys(self) -> list[str]:
        """Every key of the index."""
        return list(self._index) if self._stored is None else self._stored.keys()


def pack_directory() -> str:
    """Where the packs that come with guardsh lie: in the wheel, or at the top of a checkout."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(here, "packs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(here), "rules")


def pack_files(extra: Sequence[str] = ()) -> list[str]:
    """The pack files in force: guardsh's own, then the user's."""
    directory = pack_directory()
    own = sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".toml"))
    return own + list(extra)


def read_pack(file: str) -> Table:
    """The validated table of a pack file. Raises PackError."""
    if sys.version_info >= (3, 11):
        import tomllib as toml
    else:
        import tomli as toml
    try:
        with open(file, "rb") as stream:
            raw: Table = toml.load(stream)
    except toml.TOMLDecodeError as error:
        raise PackError(f"{file}: isn't valid TOML: {error}") from None
    except RecursionError:
        raise PackError(f"{file}: is nested too deep") from None
    except OSError as error:
        raise PackError(f"{file}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise PackError(f"{file}: isn't UTF-8: {error}") from None
    check_pack(raw, file)
    return raw


def compile_files(files: Sequence[str], keeper: Keeper | None = None) -> Rules:
    """Rules of these packs, read now.

    A pack that can't be used is replaced by what the keeper remembers of it, and named in `warnings`; without that it
    is left out and named in `problems`.
    """
    keeper = keeper or Keeper()
    packs: list[Table] = []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    ids: dict[str, str] = {}
    for file in files:
        try:
            keeper.check(file)
            pack = read_pack(file)
            _check_ids(pack, file, ids)
            keeper.keep(file, pack)
        except PackError as error:
            kept = _last_good(keeper, file, ids)
            if kept is None:
                problems.append(Problem(file, str(error)))
                continue
            warnings.append(Problem(file, f"{error} (its last good version stays in force)"))
            pack = kept
        ids.update((rule["id"], file) for rule in pack.get("rule", ()))
        packs.append(pack)
    return Rules(compiling.compile_packs(packs), tuple(problems), tuple(warnings))


def _check_ids(pack: Table, file: str, ids: dict[str, str]) -> None:
    for rule in pack.get("rule", ()):
        if rule["id"] in ids:
            raise PackError(f"{file}: rule {rule['id']}: the id is used in {ids[rule['id']]} too")


def _last_good(keeper: Keeper, file: str, ids: dict[str, str]) -> Table | None:
    kept = keeper.last_good(file)
    if kept is None:
        return None
    try:
        check_pack(kept, file)
        _check_ids(kept, file, ids)
    except PackError:
        return None
    return kept


def load(extra: Sequence[str] = (), cache: str | None = None, keeper: Keeper | None = None) -> Rules:
    """The rules in force.

    extra: paths of the user's own packs. cache: a directory only the user may write, for the compiled file; None
    compiles every time. keeper: remembers good versions of packs.

    A compiled file is used only if it was made from exactly these files (path, size, time of change) and nobody else
    may write it. If a pack can't be used and nothing is remembered of it, the compiled file that was made last of these
    files stays in force; without one the pack is left out. What to do about `problems` is the caller's decision, and
    confirming everything is the safe one.
    """
    files = pack_files(extra)
    keeper = keeper or Keeper()
    if cache is None:
        return compile_files(files, keeper)
    signature = _signature(files, keeper)
    path = os.path.join(cache, _compiled_name(extra))
    before = open_compiled(path)
    if before is not None and before.signature == signature:
        return Rules.stored(before, tuple(Problem(file, message) for file, message in before.said))
    rules = compile_files(files, keeper)
    if not rules.problems:
        said = ((problem.file, problem.message) for problem in rules.warnings)
        write_compiled(path, signature, {key: rules.records(key) for key in rules.keys()}, said)  # noqa: SIM118
    elif before is not None and _files_of(before.signature) == files:
        stays = " (the last good version of all packs stays in force)"
        return Rules.stored(before, tuple(problem.but(message=problem.message + stays) for problem in rules.problems))
    return rules


def _compiled_name(extra: Sequence[str]) -> str:
    """One compiled file for each set of packs, so that projects with packs of their own don't push each other out."""
    if not extra:
        return "packs.bin"
    import zlib

    return f"packs-{zlib.crc32(chr(0).join(extra).encode('utf-8', 'surrogateescape')):08x}.bin"


def _signature(files: Sequence[str], keeper: Keeper) -> Signature:
    found = []
    for file in files:
        try:
            keeper.check(file)
            state = os.stat(file)
            found.append((file, state.st_size, state.st_mtime_ns))
        except (PackError, OSError):
            found.append((file, -1, -1))
    code = os.stat(compiling.__file__)
    return (("format", FORMAT, code.st_mtime_ns), *found)


def _files_of(signature: Signature) -> list[str] | None:
    """The files that a compiled file was made of; None if it has another format."""
    if signature[0][:2] != ("format", FORMAT):
        return None
    return [entry[0] for entry in signature[1:]]
