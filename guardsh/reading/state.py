"""What the shell would know at a point of the script: variables, functions, directory, files written so far."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.model import HERE, HOLE, TOKEN, Origin, Place, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardsh.syntax import nodes

ALTERNATIVES = 8  # values of one variable that are told apart; more become unknown
_NUMBERS = frozenset("? $ ! # RANDOM SRANDOM SECONDS LINENO EPOCHSECONDS EPOCHREALTIME BASHPID PPID UID EUID SHLVL COLUMNS LINES BASH_SUBSHELL HISTCMD OPTIND HOSTNAME".split())

_NO_DEFAULT: tuple[Value, ...] = ()


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
        self.before = directory  # OLDPWD
        self.variables: dict[str, tuple[Value, ...]] = {}
        self.arrays: dict[str, tuple[Value, ...]] = {}
        self.unset: set[str] = set()
        self.exported: dict[str, None] = {}
        self.functions: dict[str, nodes.Function] = {}
        self.aliases: dict[str, str] = {}
        self.positional: tuple[Value, ...] | None = ()
        self.files: dict[str, Value] = {}  # absolute path -> content written by the text itself
        self.made: dict[str, int] = {}  # absolute paths that the text itself made, and the number of the command that did
        self.loose = False  # code that couldn't be read may have set any variable
        self.no_glob = False
        self.expand_aliases = False
        self.frame = Frame()

    def copy(self) -> State:
        """An independent copy, for a subshell or a branch; what is written to files is seen by all."""
        other = State.__new__(State)
        other.__dict__.update(self.__dict__)
        for name in ("variables", "arrays", "functions", "aliases", "exported"):
            setattr(other, name, getattr(self, name).copy())
        other.unset = set(self.unset)
        return other

    def join(self, other: State) -> None:
        """Become the point that is reached from here or from `other`."""
        for name in {**self.variables, **other.variables}:
            if self.variables.get(name) != other.variables.get(name):
                both = self._own(name) + tuple(v for v in other._own(name) if v not in self._own(name))
                self.variables[name] = bounded(both)
        for name, items in other.arrays.items():
            if self.arrays.get(name, items) != items:
                self.arrays[name] = tuple(dict.fromkeys(self.arrays[name] + items))[:64]
            else:
                self.arrays[name] = items
        self.functions = {**self.functions, **other.functions}
        self.aliases = {**self.aliases, **other.aliases}
        self.exported = {**self.exported, **other.exported}
        self.unset &= other.unset
        self.directories = tuple(dict.fromkeys(self.directories + other.directories))[:4]
        self.loose = self.loose or other.loose

    @property
    def directory(self) -> str:
        """The directory that is most likely the working directory."""
        return self.directories[0]

    def _own(self, name: str) -> tuple[Value, ...]:
        found = self.variables.get(name)
        return found if found is not None else self.look_up(name)

    def look_up(self, name: str) -> tuple[Value, ...]:
        """The values that $name may have now: one, or several where branches differ; never empty."""
        found = self.variables.get(name)
        if found is not None:
            return found
        if name in self.arrays:
            return self.arrays[name][:1] or (_unset(name),)
        if name == "PWD":
            return tuple(Value(d) for d in self.directories)
        if name == "OLDPWD":
            return (Value(self.before),)
        if name in _NUMBERS:
            return (Value(TOKEN),)
        if name == "IFS":
            return (Value(" \t\n"),)
        if name not in self.unset and name in self.environment:
            return (Value(self.environment[name], origins=(Origin("environment", name),)),)
        if name == "HOME" and name not in self.unset:
            return (Value(self.home),)
        if self.loose and name not in self.unset:
            return (Value(HOLE, origins=(Origin("input", name),)),)
        return (_unset(name),)

    def is_set(self, name: str) -> bool | None:
        """Is the variable set? None where that isn't known."""
        if name in self.variables or name in self.arrays:
            return True
        if name in self.unset:
            return False
        if name in self.environment or name in _NUMBERS or name in ("PWD", "OLDPWD", "HOME", "IFS"):
            return True
        return None if self.loose else False

    def assign(self, name: str, values: tuple[Value, ...]) -> None:
        """NAME=value, with every value it may get."""
        self.unset.discard(name)
        if name in self.arrays:
            self.arrays[name] = values[:1] + self.arrays[name][1:]
        self.variables[name] = bounded(values)

    def forget(self, name: str) -> None:
        """unset NAME"""
        self.variables.pop(name, None)
        self.arrays.pop(name, None)
        self.unset.add(name)

    def child_environment(self) -> tuple[tuple[str, Value], ...]:
        """Variables that the text gives to programs: exported ones, and changes of the caller's own."""
        return tuple(
            (name, values[0])
            for name, values in self.variables.items()
            if name in self.exported or name in self.environment
        )


def bounded(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """At most ALTERNATIVES values; what is more becomes one unknown beside the first few."""
    if len(values) <= ALTERNATIVES:
        return values
    return values[: ALTERNATIVES - 1] + (Value(HOLE, values[0].span, (Origin("item"),)),)


def _unset(name: str) -> Value:
    return Value("", origins=(Origin("unset", name),))
