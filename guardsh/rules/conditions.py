"""Facts about one command or effect, as rules name them (rules/README.md, Facts). True means proven."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading.model import HERE, HOLE, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from guardsh.facts.world import World
    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Command, Effect
    from guardsh.reading.reader import Reading
    from guardsh.rules.loading import Rules

_CHANGES = frozenset("delete overwrite truncate edit append create move permissions run data sql".split())
_ON_FILES = frozenset("delete overwrite truncate edit append create move permissions read send".split())
_STATE = frozenset(
    "path.mount path.missing path.exists path.clean path.precious path.session path.directory path.many "
    "path.moved".split()
)
_DISTURBED = frozenset("path.clean path.missing git.clean git.unchanged git.session".split())
_THERE = ("path.exists", "path.precious", "path.many")
_UNFOLLOWED = ("delete", "move")
_NAMED = ("production", "staging", "test", "backup", "remote")
_LONGEST = 4000  # characters of a command that names are looked for in


class Situation:
    """One command, or one effect of it, in its surroundings."""

    def __init__(
        self,
        world: World,
        reading: Reading,
        invocation: Invocation,
        effect: Effect | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.rules = rules
        self.world = world
        self.reading = reading
        self.invocation = invocation
        self.effect = effect
        self.operands: tuple[Value, ...] = invocation.operands[invocation.base :]
        self._names: frozenset[str] | None = None
        self._targets: list[str] | None = None
        self._hosts: frozenset[str] | None = None

    def target_texts(self) -> list[str]:
        """The effect's target as written and, of a file, as the absolute path that it means."""
        if self._targets is None:
            effect = self.effect
            target = effect.target if effect is not None else None
            self._targets = [target.text if target is not None else ""]
            if target is not None and effect is not None and effect.kind in _ON_FILES:
                self._targets.append(normal(target.text, effect.directory))
        return self._targets

    def holds(self, fact: str, *, every: bool = False) -> bool:
        """Is the fact proven? Of a command's several operands, for any of them, or with `every` for all."""
        family, _, name = fact.partition(".")
        if family == "path":
            return self._path(fact, every)
        if family == "git":
            return self._git(fact)
        if family == "branch":
            return self._branch(fact, every)
        if family == "credential":
            return self._credential(name)
        if fact in _NAMED:
            return fact in self.names()
        if fact == "loss.saved":
            return self._saved()
        return _SINGLE[fact](self)

    # ------------------------------------------------------------ paths

    def _path(self, fact: str, every: bool) -> bool:
        if self.effect is not None:
            target = self.effect.target
            return target is not None and self._path_of(fact, target, self.effect.directory, self.effect.recursive)
        found = [self._path_of(fact, operand, self.invocation.command.directory, True) for operand in self.operands]
        return bool(found) and (all(found) if every else any(found))

    def _path_of(self, fact: str, target: Value, directory: str, recursive: bool) -> bool:
        place = self.effect.place if self.effect is not None else self.invocation.command.place
        if fact == "path.empty":
            return target.comes_from("empty")
        if fact in _STATE and place != HERE:
            return False
        if place.kind == "host" and fact in ("path.project", "path.outside"):
            # nothing on another machine is this project's
            known = ("path.project", "path.outside")
            return fact == "path.outside" and any(
                self.world.path_fact(
                    name, target.text, directory=directory, matches=target.matches, recursive=recursive
                )
                for name in known
            )
        if fact in _THERE and self._absent(target, directory):
            return False
        if fact == "path.session" and self._made(target, directory):
            return True
        if fact == "path.moved" and target.text and self._moved(target, directory):
            return True
        if fact in _DISTURBED and self.disturbed():
            return False
        follow = self.effect is None or self.effect.kind not in _UNFOLLOWED
        return self.world.path_fact(
            fact, target.text, directory=directory, matches=target.matches, recursive=recursive, follow=follow
        )

    def _made(self, target: Value, directory: str) -> bool:
        """Did the judged text itself make it, or what it lies in?"""
        path = normal(target.text, directory, self.world.home)
        index = self.effect.index if self.effect is not None else self.invocation.command.index
        made = {path for path, maker in self.reading.made if maker < index}
        while made and path not in ("", "/"):
            if path in made:
                return True
            path = path.rpartition("/")[0]
        return False

    def _absent(self, target: Value, directory: str) -> bool:
        """Does a test in the text say that it isn't there when the command runs?"""
        path = normal(target.text, directory, self.world.home)
        index = self.effect.index if self.effect is not None else self.invocation.command.index
        return any(path == other and begin <= index < end for other, begin, end in self.reading.absent)

    def _moved(self, target: Value, directory: str) -> bool:
        """Did an earlier command of the same text move something into it, or move or copy something out of it?"""
        path = normal(target.text, directory, self.world.home)
        index = self.effect.index if self.effect is not None else self.invocation.command.index
        copies = {e.index for e in self.reading.effects if e.kind == "move" or e.verb in ("copy", "move")}
        for effect in self.reading.effects:
            if effect.index >= index or effect.index not in copies or effect.target is None:
                continue
            if effect.kind not in ("move", "overwrite", "read", "create"):
                continue
            if effect.verb == "copy" and effect.kind != "read" and self._made(target, directory):
                continue  # a new place for copies, whose originals are still there
            other = normal(effect.target.text, effect.directory, self.world.home)
            if other == path or other.startswith(path.rstrip("/") + "/"):
                return True
        return False

    # ------------------------------------------------------------ git

    def _git(self, fact: str) -> bool:
        if self.invocation.command.place != HERE:
            return False
        if fact in ("git.unchanged", "git.clean") and self._made(Value("."), self.invocation.command.directory):
            return True  # the repository came to be in this very text
        if fact in _DISTURBED and self.disturbed():
            return False
        paths = self._pathspecs() if fact in ("git.unchanged", "git.dirty", "git.session") else ()
        return self.world.git_fact(fact, self.invocation.command.directory, paths=paths)

    def _pathspecs(self) -> tuple[str, ...]:
        """The paths that a git command is limited to: what stands behind its --; () for the whole tree."""
        texts = [word.text for word in self.invocation.command.words]
        if "--" not in texts:
            return ()
        behind = texts[texts.index("--") + 1 :]
        return tuple(behind) if behind and all(word.known for word in self.invocation.command.words) else ()

    def _branch(self, fact: str, every: bool) -> bool:
        """About the branches that a command names, as `source:destination` too; of the current one if it names none."""
        if self.invocation.command.place != HERE and fact != "branch.protected":
            return False
        words = self.operands[1:] if self.invocation.description.get("remote") else self.operands
        names = [word.text.lstrip("+").rpartition(":")[2].removeprefix("refs/heads/") for word in words]
        if fact == "branch.protected" and any(_protected(name) for name in names):
            return True
        refs = [name if name != "HEAD" else "" for name in names] or [""]
        found = [self.world.git_fact(fact, self.invocation.command.directory, ref=ref) for ref in refs]
        return all(found) if every or fact != "branch.protected" else any(found)

    def _saved(self) -> bool:
        """Has guardsh saved what this takes? Only what is on this machine counts, and is no production's or backup."""
        command = self.invocation.command
        place = self.effect.place if self.effect is not None else command.place
        if not self.world.saved or place != HERE or command.place != HERE:
            return False
        return not self.names() & {"production", "backup", "remote"}

    def disturbed(self) -> bool:
        """May an earlier command of the same text have changed files, so that what is seen now needn't hold then?"""
        index = self.effect.index if self.effect is not None else self.invocation.command.index
        return any(place < index for place in self.reading.disturbing)

    # ------------------------------------------------------------ names

    def names(self) -> frozenset[str]:
        """production, staging, test, backup, remote, by all names that the command and its surroundings give."""
        if self._names is None:
            texts = [word.text for word in self.invocation.command.words[1:]]
            if self.effect is not None:
                if self.effect.target is not None:
                    texts.append(self.effect.target.text)
                texts += [
                    text
                    for name, text in self.effect.details
                    if name in ("host", "path", "database", "field", "argument")
                ]
            texts += self._context()
            found: frozenset[str] = frozenset()
            for text in dict.fromkeys(texts):
                if text:
                    found |= self.world.name_facts(text[:_LONGEST])
            self._names = found
        return self._names

    def _context(self) -> list[str]:
        """Values of the variables and files that tell this program its target."""
        about = self.invocation.description
        given = dict(self.invocation.command.environment)
        texts = []
        for name in about.get("context", ()):
            value = given.get(name)
            text = value.text if value is not None else self.world.environment.get(name, "")
            if text:
                texts.append(text)
        for file in about.get("context_files", ()):
            texts += self.from_file(file)
        command = self.invocation.command
        if command.place.kind == "host" and command.place.name:
            texts.append(command.place.name)
        return texts

    def from_file(self, file: dict[str, str]) -> list[str]:
        """What a file of the project says about where this program acts (`context_files` of its description)."""
        import re

        path = normal(file["path"].replace("~", self.world.home, 1), self.invocation.command.directory, self.world.home)
        text = self.world.read_text(path)
        if not text:
            return []
        return re.findall(file["find"], text)[:4] if "find" in file else [text.strip()[:200]]

    def local(self) -> bool:
        """Does everything that names a host name this machine? With no name at all: is that the program's default?"""
        found = self.host_texts()
        about = self.invocation.description
        if self.effect is not None and self.effect.kind in ("request", "send"):
            host = self.effect.detail("host")
            return bool(host) and "local" in self.world.name_facts("https://" + host)
        if found:
            return all("local" in self.world.name_facts(text) for text in found)
        command = self.invocation.command
        if any(HOLE in operand.text for operand in self.operands[:1]):
            return False
        return bool(about.get("here")) and (command.place == HERE or self._in_own_container(command))

    def _in_own_container(self, command: Command) -> bool:
        """Does it run in a container of a program that works on this machine (docker exec), and nowhere further?"""
        if command.place.kind not in ("container", "throwaway") or self.rules is None:
            return False
        through = [self.rules.program(name) or {} for name in command.via]
        places = [about for about in through if _leads_elsewhere(about)]
        return bool(places) and all(about.get("here") for about in places)

    def host_texts(self) -> list[str]:
        """What names the host, as the program's description says, and every URL among its words."""
        given = dict(self.invocation.command.environment)
        found = []
        for selector in self.invocation.description.get("host", ()):
            if selector.startswith("variable:"):
                name = selector[9:]
                text = given[name].text if name in given else self.world.environment.get(name, "")
                found += [text] if text else []
            else:
                values = [value.text for value in self.invocation.select([selector])]
                found += [t for t in values if _has_host(t)] if selector in ("operands", "first") else values
        urls = [word.text for word in self.invocation.command.words[1:] if _has_host(word.text)]
        return list(dict.fromkeys(found + urls))

    # ------------------------------------------------------------ the rest

    def _credential(self, name: str) -> bool:
        if self.effect is None:
            return name == "file" and any(word.comes_from("file") for word in self.invocation.command.words)
        kind = self.effect.detail("credential")
        if name == "literal":
            return kind == "literal"
        if kind != "file":
            return False
        file = self.effect.detail("credential_file")
        if name == "foreign":
            return bool(file) and not self._in_project(file)
        return True

    def _in_project(self, file: str) -> bool:
        project = self.world.project(self.world.directory)
        return file == project or file.startswith(project.rstrip("/") + "/")

    def answered(self) -> bool:
        """Is something piped in that answers a program's own question?"""
        stdin = self.invocation.command.stdin
        if stdin is None or stdin.comes_from("file"):
            return False
        if stdin.known:
            return 0 < len(stdin.text.strip()) <= 40
        return any(origin.kind == "output" and origin.detail == "yes" for origin in stdin.origins)

    def key_read(self) -> bool:
        """Does a key or credential file flow into standard input?"""
        stdin = self.invocation.command.stdin
        files = [o.detail for o in stdin.origins if o.kind == "file"] if stdin is not None else []
        return any(self.world.path_fact("path.secret", file, directory="/") for file in files)

    def temporary_database(self) -> bool:
        """Is the database a file that is temporary or that the text itself makes, or only in memory?"""
        given = self.effect.detail("database") if self.effect is not None else ""
        command, operands = self.invocation.command, self.invocation.operands[self.invocation.base :]
        file = given or (operands[0].text if operands and self.invocation.description.get("here") else "")
        if not file or command.place != HERE or "://" in file:
            return False
        if file == ":memory:":
            return True
        if self._made(Value(file), command.directory):
            return True
        return "/" in file and self.world.path_fact("path.temporary", file, directory=command.directory)

    def only_settings(self) -> bool:
        """Is what is appended known, and nothing but settings that might be given now without a question?"""
        from guardsh.rules import appended

        return self.rules is not None and appended.only_settings(self, self.rules)

    def runs_described(self) -> bool:
        """Does a variable that names a program name one that does what it is for (ssh for GIT_SSH_COMMAND)?"""
        for _, value in self.invocation.command.environment:
            words = value.text.split()
            if words and words[0].rsplit("/", 1)[-1] in (
                "ssh",
                "cat",
                "less",
                "more",
                "vim",
                "vi",
                "nano",
                "true",
                "echo",
                "code",
                "delta",
                "bat",
            ):
                if not any(sign in value.text for sign in ";|&$`") and "ProxyCommand" not in value.text:
                    return True
        return False


def _input(situation: Situation, kind: str) -> bool:
    stdin = situation.invocation.command.stdin
    return stdin is not None and stdin.comes_from(kind)


_BUCKETS = ("s3", "gs", "az", "abfs", "abfss", "wasb", "oss", "cos", "b2", "r2", "swift", "file", "oci", "obs")


def _has_host(text: str) -> bool:
    """Is it a URL that names a host? The first part of a bucket's URL doesn't."""
    scheme, found, _ = text.partition("://")
    return bool(found) and scheme.rpartition("=")[2].lower() not in _BUCKETS


def _leads_elsewhere(about: dict[str, Any]) -> bool:
    """Does a program run commands on hosts or in containers?"""
    return any("place" in run for one in (about, *about.get("sub", {}).values()) for run in one.get("runs", ()))


def _protected(name: str) -> bool:
    from guardsh.facts.git import protected_name

    return bool(name) and protected_name(name)


def disturbing(reading_commands: tuple[Invocation, ...], effects: tuple[Effect, ...]) -> tuple[int, ...]:
    """The order numbers of the commands after which facts about files needn't hold any more."""
    changing = {effect.index for effect in effects if effect.kind in _CHANGES and not _to_nowhere(effect)}
    found = []
    for place, invocation in enumerate(reading_commands):
        if invocation.command.words and not invocation.description.get("reads") or place in changing:
            found.append(place)
    return tuple(found)


def _to_nowhere(effect: Effect) -> bool:
    return effect.target is not None and effect.target.text.startswith(("/dev/null", "/dev/std", "/dev/fd", "/tmp/"))


def _environment(name: str) -> Callable[[Situation], bool]:
    def holds(situation: Situation) -> bool:
        return any(
            key == name and value.text.lower() in ("1", "true", HOLE)
            for key, value in situation.invocation.command.environment
        )

    return holds


_SINGLE: dict[str, Callable[[Situation], bool]] = {
    "local": Situation.local,
    "input.answered": Situation.answered,
    "unattended": _environment("CI"),
    "superuser": lambda s: any(name in ("sudo", "doas", "pkexec", "run0") for name in s.invocation.command.via),
    "place.host": lambda s: s.invocation.command.place.kind == "host",
    "place.container": lambda s: s.invocation.command.place.kind in ("container", "throwaway"),
    "place.throwaway": lambda s: s.invocation.command.place.kind == "throwaway",
    "loop": lambda s: (
        "loop" in s.invocation.command.via or any(w.comes_from("item") for w in s.invocation.command.words)
    ),
    "session.refused": lambda s: s.world.session_refused(s.invocation.command.name),
    "input.secret": lambda s: _input(s, "secret"),
    "input.dump": lambda s: _input(s, "dump"),
    "argument.secret": lambda s: any(word.comes_from("secret") for word in s.invocation.command.words[1:]),
    "input.file": lambda s: _input(s, "file") or any(r.operator == "<" for r in s.invocation.command.redirects),
    "input.any": lambda s: s.invocation.command.stdin is not None,
    "input.key": Situation.key_read,
    "interpreter": lambda s: any(
        run["as"] in ("shell", "bash", "sh") for run in s.invocation.description.get("runs", ())
    ),
    "harmless-value": Situation.runs_described,
    "local-file": lambda s: any("/" in operand.text and "://" not in operand.text for operand in s.operands),
    "tool.file": lambda s: "tool.file" in s.invocation.command.via,
    "tool.mcp": lambda s: "tool.mcp" in s.invocation.command.via,
    "settings": Situation.only_settings,
    "temporary-database": Situation.temporary_database,
    "recursive": lambda s: s.effect is not None and s.effect.recursive,
    "glob": lambda s: s.effect is not None and s.effect.target is not None and not s.effect.target.known,
}
