"""What the shell would know at a point of the script: variables, functions, directory, files written so far."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.arrays import Array
from guardsh.reading.model import HERE, HOLE, TOKEN, Origin, Place, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardsh.syntax import nodes

    Functions = tuple["nodes.Function | None", ...]  # what a name may be; None: no function
    Binding = tuple["tuple[Value, ...] | None", "tuple[Array, ...] | None", str, bool, bool, str]

ALTERNATIVES = 8  # values of one variable that are told apart; more become unknown
DIRECTORIES = 16  # working directories that are told apart
_NUMBERS = frozenset(
    "? $ ! # RANDOM SRANDOM SECONDS LINENO EPOCHSECONDS EPOCHREALTIME BASHPID PPID UID EUID SHLVL COLUMNS LINES BASH_SUBSHELL "
    "HISTCMD OPTIND HOSTNAME".split()
)
_OWN_TEXT = frozenset("BASH_COMMAND BASH_EXECUTION_STRING READLINE_LINE COMP_LINE".split())  # text of the script itself
_COPIED = ("variables", "arrays", "functions", "aliases", "exported", "attributes", "references")


class Frame(Frozen):
    """Through what and where commands run at this point."""

    via: tuple[str, ...] = ()
    place: Place = HERE
    depth: int = 0


class State:
    """One point of the script; copied for subshells and branches."""

    def __init__(self, directory: str, environment: Mapping[str, str], home: str) -> None:
        self.environment = environment
        self.home = home
        self.directories: tuple[str, ...] = (directory,)
        self.before = environment.get("OLDPWD", "")  # OLDPWD
        self.variables: dict[str, tuple[Value, ...]] = {}
        self.arrays: dict[str, tuple[Array, ...]] = {}
        self.attributes: dict[str, str] = {}  # letters of declare: i, l, u
        self.references: dict[str, str] = {}  # declare -n
        self.unset: set[str] = set()
        self.exported: dict[str, None] = {}
        self.functions: dict[str, Functions] = {}
        self.aliases: dict[str, str] = {}
        self.positional: tuple[Value, ...] | None = ()
        self.zero = Value("bash")  # $0
        self.last = Value("/bin/bash")  # $_
        self.options = ""  # letters of set: a (allexport), f (noglob), x (xtrace); L for lastpipe
        self.loose = False  # code that couldn't be read may have set any variable
        self.scope: dict[str, Binding] | None = None  # what local variables of the function hide; shared by its branches
        self.frame = Frame()
        self.history: dict[str, tuple[Value, ...]] | None = None  # every value since a trap was set that may run at any time
        # shared by all copies: what is written is seen by everybody
        self.files: dict[str, Value] = {}  # absolute path -> content written by the text itself
        self.made: dict[str, int] = {}  # absolute paths that the text itself made, and the number of the command that did
        self.sinks: dict[str, str] = {}  # descriptor -> the path it writes to

    def copy(self) -> State:
        """An independent copy, for a subshell or a branch; what is written to files is seen by all."""
        other = State.__new__(State)
        other.__dict__.update(self.__dict__)
        for name in _COPIED:
            setattr(other, name, getattr(self, name).copy())
        other.unset = set(self.unset)
        return other

    def child(self, environment: tuple[tuple[str, Value], ...] = ()) -> State:
        """A new shell started from here: it inherits the environment, exported functions and files only."""
        other = self.copy()
        given = {**_grouped(self.child_environment()), **_grouped(environment)}
        other.variables = {name: bounded(tuple(dict.fromkeys(values))) for name, values in given.items()}
        other.exported = dict.fromkeys(given)
        other.functions = {name: (*found, None) for name, found in self.functions.items() if name in self.exported}
        other.exported.update((name, None) for name in other.functions)
        other.unset = {name for name in self.unset if name not in given}
        other.arrays, other.aliases, other.attributes, other.references = {}, {}, {}, {}
        other.positional, other.zero, other.options, other.scope = (), Value("bash"), "", None
        return other

    def become(self, other: State) -> None:
        """Be at the other point."""
        self.__dict__.update(other.__dict__)

    def join(self, other: State) -> None:
        """Become the point that is reached from here or from `other`."""
        for name in {**self.variables, **other.variables}:
            if name in self.arrays or name in other.arrays:
                continue
            if self.variables.get(name) != other.variables.get(name):
                both = self._own(name) + tuple(v for v in other._own(name) if v not in self._own(name))
                self.variables[name] = bounded(both)
        for name in {**self.arrays, **other.arrays}:  # before the names that are unset are joined
            mine, others = self.arrays.get(name), other.arrays.get(name)
            if mine != others:
                mine, others = mine or self.array(name) or (Array(),), others or other.array(name) or (Array(),)
                self.variables.pop(name, None)
                self.arrays[name] = _bounded_arrays((*mine, *(array for array in others if array not in mine)))
        for name in {**self.functions, **other.functions}:
            if self.functions.get(name) != other.functions.get(name):
                found = (*self.functions.get(name, (None,)), *other.functions.get(name, (None,)))
                self.functions[name] = tuple(dict.fromkeys(found))[:ALTERNATIVES]
        self.aliases = {**self.aliases, **other.aliases}
        self.exported = {**self.exported, **other.exported}
        self.attributes = {**self.attributes, **other.attributes}
        self.references = {**self.references, **other.references}
        self.unset &= other.unset
        self.options += "".join(letter for letter in other.options if letter not in self.options and letter != "f")
        if self.positional != other.positional:
            self.positional = None
        self.directories = limited(self.directories + other.directories)
        self.loose = self.loose or other.loose

    @property
    def directory(self) -> str:
        """The directory that is most likely the working directory."""
        return self.directories[0]

    @property
    def no_glob(self) -> bool:
        """set -f"""
        return "f" in self.options

    def _own(self, name: str) -> tuple[Value, ...]:
        found = self.variables.get(name)
        return found if found is not None else self.look_up(name)

    # ------------------------------------------------------------ variables

    def resolved(self, name: str) -> str:
        """The variable that a name reference leads to."""
        for _ in range(8):
            if name not in self.references:
                break
            name = self.references[name]
        return name

    def look_up(self, name: str) -> tuple[Value, ...]:
        """The values that $name may have now: one, or several where branches differ; never empty."""
        found = self.variables.get(name)
        if found is not None:
            return found
        if name in self.references:
            return self.look_up(self.resolved(name))
        if name in self.arrays:
            values = tuple(value for array in self.arrays[name] for value in array.get("0") or (_unset(name),))
            return bounded(tuple(dict.fromkeys(values))) or (_unset(name),)
        special = self._special(name)
        if special is not None:
            return special
        if name not in self.unset and name in self.environment:
            return (Value(self.environment[name], origins=(Origin("environment", name),)),)
        if name == "HOME" and name not in self.unset:
            return (Value(self.home),)
        if self.loose and name not in self.unset:
            return (Value(HOLE, origins=(Origin("input", name),)),)
        return (_unset(name),)

    def _special(self, name: str) -> tuple[Value, ...] | None:
        """Parameters and variables that the shell sets itself (bash manual, 3.4.2 and 5.2)."""
        if name == "PWD":
            return tuple(Value(d) for d in self.directories)
        if name == "OLDPWD":
            return (Value(self.before),) if self.before else (_unset(name),)
        if name in _NUMBERS:
            return (Value(TOKEN),)
        if name == "IFS":
            return (Value(" \t\n"),)
        if name == "_":
            return (self.last,)
        if name == "BASH":
            return (Value("/bin/bash"),)
        if name == "BASH_SOURCE":
            return (self.zero,)
        if name == "FUNCNAME":
            return (Value(self.frame.via[-1] if self.frame.via else ""),)
        if name in _OWN_TEXT:
            return (Value(HOLE, origins=(Origin("transformed", name),)),)
        return None

    def is_set(self, name: str) -> bool | None:
        """Is the variable set? None where that isn't known."""
        name = self.resolved(name)
        if name in self.variables or name in self.arrays:
            return True
        if name in self.unset:
            return False
        if name in self.environment or name in ("HOME", "_") or self._special(name) is not None:
            return True
        return None if self.loose else False

    def assign(self, name: str, values: tuple[Value, ...]) -> None:
        """NAME=value, with every value it may get."""
        name = self.resolved(name)
        self.unset.discard(name)
        letters = self.attributes.get(name, "")
        if "l" in letters or "u" in letters:
            values = tuple(v.but(text=v.text.lower() if "l" in letters else v.text.upper()) for v in values)
        if name in self.arrays:
            self.arrays[name] = _bounded_arrays(tuple(a.put("0", v) for a in self.arrays[name] for v in values))
            return
        self.variables[name] = bounded(values)
        if self.history is not None:
            self.history[name] = bounded(tuple(dict.fromkeys((*self.history.get(name, ()), *values))))
        if "a" in self.options:
            self.exported[name] = None

    def assign_array(self, name: str, alternatives: tuple[Array, ...]) -> None:
        """NAME=(…), with every array it may become."""
        name = self.resolved(name)
        self.variables.pop(name, None)
        self.unset.discard(name)
        self.arrays[name] = _bounded_arrays(alternatives)

    def array(self, name: str) -> tuple[Array, ...] | None:
        """The arrays that a name may stand for; a plain variable is an array of one item; None if it is unset."""
        name = self.resolved(name)
        found = self.arrays.get(name)
        if found is not None:
            return found
        if self.is_set(name) is False:
            return None
        return tuple(Array((("0", value),)) for value in self.look_up(name))

    def forget(self, name: str) -> None:
        """unset NAME"""
        name = self.resolved(name)
        self.variables.pop(name, None)
        self.arrays.pop(name, None)
        self.attributes.pop(name, None)
        self.unset.add(name)

    def binding(self, name: str) -> Binding:
        """All that is known of a name, to be put back later."""
        return (
            self.variables.get(name), self.arrays.get(name), self.attributes.get(name, ""), name in self.unset,
            name in self.exported, self.references.get(name, ""),
        )  # fmt: skip

    def bind(self, name: str, binding: Binding) -> None:
        """Put back what was known of a name."""
        values, arrays, letters, unset, exported, reference = binding
        for table in (self.variables, self.arrays, self.attributes, self.references):
            table.pop(name, None)
        if values is not None:
            self.variables[name] = values
        if arrays is not None:
            self.arrays[name] = arrays
        if letters:
            self.attributes[name] = letters
        if reference:
            self.references[name] = reference
        self.unset.discard(name)
        if unset:
            self.unset.add(name)
        self.exported.pop(name, None)
        if exported:
            self.exported[name] = None

    def child_environment(self) -> tuple[tuple[str, Value], ...]:
        """Variables that the text gives to programs: exported ones, and changes of the caller's own; once per value."""
        return tuple(
            (name, value)
            for name, values in self.variables.items()
            if name in self.exported or name in self.environment
            for value in values
        )


def bounded(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """At most ALTERNATIVES values; what is more becomes one unknown beside the first few."""
    if len(values) <= ALTERNATIVES:
        return values
    return values[: ALTERNATIVES - 1] + (Value(HOLE, values[0].span, (Origin("transformed", "too many values"), *values[-1].origins)),)


def _grouped(environment: tuple[tuple[str, Value], ...]) -> dict[str, tuple[Value, ...]]:
    found: dict[str, tuple[Value, ...]] = {}
    for name, value in environment:
        found[name] = (*found.get(name, ()), value)
    return found


def _bounded_arrays(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """At most ALTERNATIVES arrays; the last takes in the items of all that are more."""
    if len(arrays) <= ALTERNATIVES:
        return arrays
    rest = tuple(dict.fromkeys(value for array in arrays[ALTERNATIVES - 1 :] for value in array.values))
    more = Value(HOLE, origins=(Origin("transformed", "too many values"),))
    return arrays[: ALTERNATIVES - 1] + (Array(tuple((HOLE, value) for value in (*rest, more)), sure=False), Array(((HOLE, more),), sure=False))


def limited(directories: tuple[str, ...]) -> tuple[str, ...]:
    """At most DIRECTORIES directories; what is more becomes one unknown."""
    found = tuple(dict.fromkeys(directories))
    return found if len(found) <= DIRECTORIES else found[: DIRECTORIES - 1] + (HOLE,)


def _unset(name: str) -> Value:
    return Value("", origins=(Origin("unset", name),))
