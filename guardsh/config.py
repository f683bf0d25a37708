"""Configuration: system, user and project files and the environment, laid over each other into one Settings record.

/etc/guardsh/config.toml comes first, the user's ~/.config/guardsh/config.toml (below the home that the password
database names) overrides it. Everything else can only tighten: a configuration below another HOME or XDG_CONFIG_HOME,
every .guardsh.toml from the root down to the working directory (until a person trusts its exact content), and
GUARDSH_* variables, because an agent can set or write all of these.

A file that can't be used is a problem to be said; its last good version stays in force, and without one everything is
confirmed (`broken`).
"""

from __future__ import annotations

import os

from guardsh import config_file, places
from guardsh.config_file import ENFORCE, INLINE, PROFILES, UNLOCKED, Bad
from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Table = dict[str, Any]

SYSTEM = "/etc/guardsh/config.toml"
PROJECT = ".guardsh.toml"


_UNDO = {
    "enabled": "undo",
    "max_bytes": "undo_bytes",
    "max_age_days": "undo_days",
    "max_files": "undo_files",
    "max_seconds": "undo_seconds",
}


class Override(Frozen):
    """A rule's score as the configuration wants it."""

    rule: str
    score: int
    reason: str
    raises: bool = False  # from a layer that only tightens: it may raise the rule's score, never lower it


class Settings(Frozen):
    """What the layers say together; the defaults are the standard profile."""

    mode: str = ENFORCE  # or OBSERVE: everything runs, everything is recorded
    profile: str = "standard"
    confirm_from: int = 40
    refuse_from: int = 90
    pack_refuse_from: tuple[tuple[str, int], ...] = ()  # by pack, where it is lower
    throwaway: int = 0  # points off a local loss on a file system proven to be throw-away
    waits: bool = True  # false: never waits for an answer
    disabled: tuple[tuple[str, str], ...] = ()  # rule and the reason given
    scores: tuple[Override, ...] = ()
    packs: tuple[str, ...] = ()  # files or directories of further packs, absolute
    shells: tuple[tuple[str, str], ...] = ()  # dialect (bash, sh, zsh) and the program to run
    audit_required: bool = False
    terminal: str = INLINE  # or UNLOCKED: a yes counts in an unlocked terminal only
    on_request: tuple[str, ...] = ()  # command that tells the person about a request
    undo: bool = True  # is what a command takes from this machine saved before?
    undo_bytes: int = 5_000_000_000  # of all saves together
    undo_days: int = 30  # until a save is let go
    undo_files: int = 100_000  # of one save
    undo_seconds: int = 5  # that a command waits for being saved
    notify: bool = True  # on the desktop, too
    wait: int = 100  # seconds that a shell waits for the answer of a connected approver
    broken: bool = False  # a layer couldn't be used and has no last good version: everything is confirmed
    problems: tuple[str, ...] = ()  # to be said on stderr
    notes: tuple[str, ...] = ()  # what a layer wanted and may not, for `config show`
    origins: tuple[tuple[str, str], ...] = ()  # key and the layer that set it, for `config show`

    def shell(self, dialect: str) -> str:
        """The configured program of a dialect, "" for none."""
        return dict(self.shells).get(dialect, "")

    def refuses_from(self, pack: str) -> int:
        """The score from which findings of a pack are refused."""
        return min([self.refuse_from, *(score for name, score in self.pack_refuse_from if name == pack)])


# ---------------------------------------------------------------- loading


def load(directory: str, environment: Mapping[str, str], system: str = SYSTEM) -> Settings:
    """The settings for a working directory and an environment. Raises nothing: problems are in the record."""
    building = _Building()
    for path, loosens in _files(directory, environment, system):
        _add_file(building, path, loosens)
    try:
        building.add(_from_environment(environment), "environment", "the environment", loosens=False)
    except Bad as problem:
        building.problem(str(problem), broken=True)
    return building.settings()


def _files(directory: str, environment: Mapping[str, str], system: str) -> Iterator[tuple[str, bool]]:
    """Existing configuration files in the order in which they apply, and whether each may loosen."""
    if _exists(system, doubt=True):
        yield system, True
    try:
        user = os.path.join(places.home(), ".config", "guardsh", "config.toml")
    except places.Unsafe:
        user = ""  # a user without a home has no configuration
    if user and _exists(user, doubt=True):
        yield user, True
    for other in _other_homes(environment):
        if other != user and _exists(other):
            yield other, False
    for project in _projects(directory):
        yield project, False


def _other_homes(environment: Mapping[str, str]) -> Iterator[str]:
    if environment.get("HOME", "").startswith("/"):
        yield os.path.join(environment["HOME"], ".config", "guardsh", "config.toml")
    if environment.get("XDG_CONFIG_HOME", "").startswith("/"):
        yield os.path.join(environment["XDG_CONFIG_HOME"], "guardsh", "config.toml")


def _projects(directory: str) -> list[str]:
    """Every project file above a directory, outermost first: a nearer one can't hide a stricter one."""
    found = []
    while directory.startswith("/"):
        path = os.path.join(directory, PROJECT)
        if _exists(path):
            found.append(path)
        above = os.path.dirname(directory)
        if above == directory:
            break
        directory = above
    return found[::-1]


def _exists(path: str, doubt: bool = False) -> bool:
    """Is something there? `doubt` is the answer where one can't look: reading it will then fail, and be said."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return doubt
    return True


def _add_file(building: _Building, path: str, loosens: bool) -> None:
    try:
        content = config_file.content_of(path, own=loosens)
        table = config_file.table_of(path, content)
        trusted = not loosens and config_file.trusted(path, content)
        building.add(table, path, path, loosens=loosens or trusted, trusted=trusted)
    except (Bad, OSError) as problem:
        _use_last_good(building, path, loosens, _said(path, problem))
        return
    config_file.keep(path, content, table)


def _said(path: str, problem: Exception) -> str:
    known = isinstance(problem, (Bad, places.Unsafe))
    text = str(problem) if known else getattr(problem, "strerror", None) or str(problem)
    return text if text.startswith(path) else f"{path}: {text}"


def _use_last_good(building: _Building, path: str, loosens: bool, problem: str) -> None:
    good = config_file.kept(path)
    if good is not None:
        try:
            config_file.check(good[1], path)
            building.add(good[1], path, path, loosens=loosens)
        except Bad:
            good = None
    building.problem(problem + (" (its last good version stays in force)" if good else ""), broken=good is None)


# ---------------------------------------------------------------- the environment

_VARIABLES = {
    "GUARDSH_MODE": "mode",
    "GUARDSH_PROFILE": "profile",
    "GUARDSH_CONFIRM_FROM": "confirm_from",
    "GUARDSH_REFUSE_FROM": "refuse_from",
    "GUARDSH_CONFIRM_TERMINAL": "confirm.terminal",
    "GUARDSH_AUDIT_REQUIRED": "audit.required",
}


def _from_environment(environment: Mapping[str, str]) -> Table:
    """GUARDSH_* variables as a table; a value that can't be understood raises Bad, naming the variable."""
    table: Table = {}
    for name, key in _VARIABLES.items():
        if not environment.get(name):
            continue
        value: object = environment[name]
        if config_file.KINDS[key] == "score" and environment[name].isdecimal():
            value = int(environment[name])
        if config_file.KINDS[key] == "truth":
            value = {"1": True, "true": True, "0": False, "false": False}.get(environment[name], value)
        config_file.check_value(value, name, key, "the environment")
        inner = table
        *outer, last = key.split(".")
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return table


# ---------------------------------------------------------------- laying layers over each other


class _Building:
    """Settings while layers are added to them."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = dict(Settings._defaults)
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.broken = False
        self.origins: dict[str, str] = {}

    def problem(self, text: str, broken: bool) -> None:
        """Something to be said; `broken` if nothing good is left to rely on."""
        self.problems.append(text)
        self.broken = self.broken or broken

    def settings(self) -> Settings:
        """The finished record; where something broke, everything is confirmed."""
        values = dict(self.values)
        values["confirm_from"] = min(values["confirm_from"], values["refuse_from"])
        if self.broken:
            values.update(broken=True, mode=ENFORCE, confirm_from=0)
        return Settings(
            **{
                **values,
                "problems": tuple(self.problems),
                "notes": tuple(self.notes),
                "origins": tuple(sorted(self.origins.items())),
            }
        )

    def add(self, table: Table, path: str, source: str, loosens: bool, trusted: bool = False) -> None:
        """Lays a checked table over what is there; a layer that may not loosen changes only what it tightens.

        A trusted project file still may not choose the shell's program or the command that tells of a request.
        """
        self._thresholds(table, source, loosens)
        self._set("mode", table.get("mode"), source, loosens, table.get("mode") == ENFORCE)
        self._set("audit_required", table.get("audit", {}).get("required"), source, loosens, True, better=True)
        self._set("terminal", table.get("confirm", {}).get("terminal"), source, loosens, True, better=UNLOCKED)
        self._set("notify", table.get("confirm", {}).get("notify"), source, loosens, True, better=True)
        wait = table.get("confirm", {}).get("wait")
        self._set("wait", wait, source, loosens, wait is not None and wait <= self.values["wait"])
        self._packs_limits(table.get("pack", {}), source, loosens)
        self._rules(table.get("rules", {}), source, loosens)
        self._programs(table, path, source, loosens and not trusted)
        for key, field in _UNDO.items():
            self._set(field, table.get("undo", {}).get(key), source, loosens, False)
        if "packs" in table:
            packs = tuple(_below(path, pack) for pack in table["packs"])
            self._set("packs", self.values["packs"] + packs, source, loosens, False)

    def _set(self, field: str, value: object, source: str, loosens: bool, tighter: bool, better: object = None) -> None:
        """Sets a field if the layer may loosen, or if the value is the stricter one; else leaves a note."""
        if value is None:
            return
        if loosens or (tighter and (better is None or value == better)):
            self.values[field] = value
            self.origins[field] = source
        elif value != self.values[field]:
            self.notes.append(f"{source}: {field} is left alone: this layer may only tighten")

    def _thresholds(self, table: Table, source: str, loosens: bool) -> None:
        if "profile" in table:
            self._profile(table["profile"], source, loosens)
        for field in ("confirm_from", "refuse_from"):
            value = table.get(field)
            self._set(field, value, source, loosens, value is not None and value <= self.values[field])

    def _profile(self, name: str, source: str, loosens: bool) -> None:
        confirm_from, refuse_from, throwaway, waits = PROFILES[name]
        if loosens:
            self.values.update(confirm_from=confirm_from, refuse_from=refuse_from, throwaway=throwaway, waits=waits)
            self.values["profile"] = name
            self.origins.update(dict.fromkeys(("profile", "confirm_from", "refuse_from"), source))
            return
        now = self.values
        now["waits"] = now["waits"] and waits
        if confirm_from > now["confirm_from"] or refuse_from > now["refuse_from"] or throwaway > now["throwaway"]:
            self.notes.append(f"{source}: profile {name} is left alone: this layer may only tighten")
        elif (confirm_from, refuse_from) != (now["confirm_from"], now["refuse_from"]):
            now.update(profile=name, confirm_from=confirm_from, refuse_from=refuse_from)
            self.origins.update(dict.fromkeys(("profile", "confirm_from", "refuse_from"), source))

    def _packs_limits(self, packs: Table, source: str, loosens: bool) -> None:
        limits = dict(self.values["pack_refuse_from"])
        for pack, table in packs.items():
            if "refuse_from" not in table:
                continue
            score = table["refuse_from"]
            if loosens or score <= limits.get(pack, self.values["refuse_from"]):
                limits[pack] = score
                self.origins[f"pack.{pack}.refuse_from"] = source
            else:
                self.notes.append(f"{source}: pack.{pack}.refuse_from is left alone: this layer may only tighten")
        self.values["pack_refuse_from"] = tuple(sorted(limits.items()))

    def _rules(self, table: Table, source: str, loosens: bool) -> None:
        disable, scores = table.get("disable", {}), table.get("score", {})
        if disable:
            disabled = {**dict(self.values["disabled"]), **disable}
            self._set("disabled", tuple(sorted(disabled.items())), source, loosens, False)
        if scores:
            known = {override.rule: override for override in self.values["scores"]}
            for rule, wanted in scores.items():
                known[rule] = _overridden(known.get(rule), rule, wanted, loosens)
            self._set("scores", tuple(known[rule] for rule in sorted(known)), source, loosens, True)

    def _programs(self, table: Table, path: str, source: str, loosens: bool) -> None:
        shells = dict(self.values["shells"])
        shells.update((name, table[name]) for name in ("bash", "sh", "zsh") if name in table)
        if shells != dict(self.values["shells"]):
            self._set("shells", tuple(sorted(shells.items())), source, loosens, False)
        if "on_request" in table:
            self._set("on_request", tuple(table["on_request"]), source, loosens, False)


def _overridden(known: Override | None, rule: str, wanted: Table, loosens: bool) -> Override:
    """One override for a rule; of layers that only tighten the highest score counts."""
    if known is None or loosens:
        return Override(rule, wanted["score"], wanted["reason"], raises=not loosens)
    return known if known.score >= wanted["score"] else known.but(score=wanted["score"], reason=wanted["reason"])


def _below(path: str, pack: str) -> str:
    """A pack's path: from the home for ~/, else relative to the file that names it."""
    if pack.startswith("~/"):
        try:
            return os.path.join(places.home(), pack[2:])
        except places.Unsafe:
            return pack
    return os.path.normpath(os.path.join(os.path.dirname(path), pack))
