"""Tasks that a project defines for itself: npm scripts, make targets, just recipes, composer scripts.

Each is read from its file as far as it is plain shell; what isn't there yields nothing, what can't be read is noted.
"""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading.invocation import Invocation
from guardsh.reading.model import HOLE, Origin, Value
from guardsh.reading.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from guardsh.reading.reader import Call, Reader

    Table = dict[str, Any]

LINES = 2000
NESTED_TARGETS = 40
_LIFECYCLE = ("test", "start", "stop", "restart", "install", "i", "ci", "add", "publish", "pack", "version")
_OWN = frozenset(
    "install i ci add remove uninstall update upgrade outdated list ls audit init create link unlink publish pack version view "
    "info config get set cache why dedupe prune rebuild login logout whoami token team org owner access dist-tag deprecate "
    "unpublish exec x dlx import patch fetch store root bin help doctor fund search star ping workspaces workspace global".split()
)


def run(reader: Reader, call: Call, invocation: Invocation, about: Table, values: list[Value]) -> Value | None:
    """Walk the task that a command names, or the default one; `about["task"]` says which kind of project file defines it."""
    kind = about.get("task", "")
    finder = _KINDS.get(kind.removesuffix("-or-program"))
    if finder is None:
        return None
    directory = invocation.command.directory
    named = [*invocation.operands[: invocation.base], *values]
    if kind.endswith("-or-program") and named:
        _installed_program(reader, call, invocation, named)
    for name, text, place in finder(reader, call, invocation, [value.text for value in named], directory):
        key = f"task {place} {name}"
        if key in reader.active or len(reader.active) > NESTED_TARGETS:
            continue
        reader.active.append(key)
        try:
            state = call.state.copy()
            state.directories = (place.rpartition("/")[0] or "/",)
            value = Value(text, values[0].span if values else call.span, (Origin("file", place),))
            reader.shell_text(value, call.but(state=state, stdin=None, via=(*call.via, name)))
        finally:
            reader.active.pop()
    return Value(HOLE, origins=(Origin("output", invocation.command.name),))


def _installed_program(reader: Reader, call: Call, invocation: Invocation, values: list[Value]) -> None:
    """`pnpm NAME` starts the installed program NAME where it is no script and no command of the client itself."""
    from guardsh.reading import walk

    words = values[1:] if values[0].text in ("run", "exec") else values
    if not words or words[0].text in _OWN or words[0].text in _package(reader, call, invocation.command.directory)[1]:
        return
    start = invocation.command.words.index(words[0])
    walk.run(reader, call.but(words=invocation.command.words[start:]))


Task = tuple[str, str, str]  # name, shell text, file


def _npm(reader: Reader, call: Call, invocation: Invocation, words: list[str], directory: str) -> list[Task]:
    """`run NAME`, or the name itself where the client allows that; with the scripts before and after it."""
    names = words[1:2] if words[:1] in (["run"], ["run-script"], ["rum"]) else []
    rest = words[2:]
    if not names and words and (words[0] not in _OWN or words[0] in _LIFECYCLE):
        names, rest = {"t": ["test"], "tst": ["test"]}.get(words[0], words[:1]), words[1:]
    if words[:1] in (["install"], ["i"], ["ci"], ["add"]):
        names, rest = ["install", "prepublish", "prepare"], []
    path, scripts = _package(reader, call, directory)
    found: list[Task] = []
    for name in names:
        for each in (f"pre{name}", name, f"post{name}"):
            text = scripts.get(each)
            if text is not None:
                more = "".join(" " + quoted(word) for word in rest) if each == name else ""
                found.append((each, text + more, path))
    return found


def _package(reader: Reader, call: Call, directory: str) -> tuple[str, dict[str, str]]:
    """The nearest package.json from a directory upwards, and its scripts."""
    import json

    path = directory
    for _ in range(12):
        file = path.rstrip("/") + "/package.json"
        text = reader.file_text(file, call.state)
        if text is not None:
            try:
                scripts = json.loads(text).get("scripts", {})
            except (ValueError, AttributeError, RecursionError):
                return file, {}
            return file, {k: v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, dict) else {}
        if path in ("", "/"):
            break
        path = path.rpartition("/")[0]
    return directory + "/package.json", {}


def _composer(reader: Reader, call: Call, invocation: Invocation, words: list[str], directory: str) -> list[Task]:
    import json

    name = words[1] if words[:1] in (["run"], ["run-script"]) and len(words) > 1 else words[0] if words else ""
    file = directory.rstrip("/") + "/composer.json"
    text = reader.file_text(file, call.state)
    try:
        script = json.loads(text).get("scripts", {}).get(name) if text else None
    except (ValueError, AttributeError, RecursionError):
        return []
    lines = [script] if isinstance(script, str) else script if isinstance(script, list) else []
    made = [_composer_line(line) for line in lines if isinstance(line, str)]
    return [(name, "\n".join(made), file)] if made else []


def _composer_line(line: str) -> str:
    if line.startswith("@php "):
        return line[1:]
    return "composer run " + line[1:] if line.startswith("@") else line if "::" not in line else ":"


# ---------------------------------------------------------------- make and just


def _make(reader: Reader, call: Call, invocation: Invocation, words: list[str], directory: str) -> list[Task]:
    """The recipes of the targets and of what they need; variables as far as they are plain."""
    named = [v.text for option in ("-f", "--file", "--makefile") for v in invocation.values(option)]
    texts = [value.text for option in ("--eval", "-E") for value in invocation.values(option)]
    place = ""
    for name in named or ["GNUmakefile", "makefile", "Makefile"]:
        file = normal(name, directory, call.state.home)
        text = _stdin_text(reader, call) if name in ("-", "/dev/stdin") else reader.file_text(file, call.state)
        if text is not None:
            place = place or (file if name != "-" and not file.startswith("/dev/") else "")
            texts.append(text)
            if not named:
                break
    given = dict(word.split("=", 1) for word in words if "=" in word)
    makefile = Makefile(lambda name: reader.file_text(normal(name, directory, call.state.home), call.state), given)
    for text in texts:
        makefile.read(text)
    if not texts and not makefile.shell:
        return []
    place = place or directory.rstrip("/") + "/Makefile"
    found: list[Task] = [("$(shell)", text, place) for text in makefile.shell]
    targets = [word for word in words if "=" not in word] or [makefile.first]
    _target_recipes(targets, makefile.rules, makefile.variables, place, found, set())
    return found


def _stdin_text(reader: Reader, call: Call) -> str | None:
    return reader.content(call.stdin, call.state).text if call.stdin is not None else None


MakeRules = dict[str, tuple[list[str], list[str]]]  # target -> prerequisites, recipe lines


class Makefile:
    """What a makefile says: rules, variables, and the commands that it runs while it is read."""

    def __init__(self, text_of: Callable[[str], str | None], given: dict[str, str]) -> None:
        self.text_of = text_of
        self.given = frozenset(given)  # variables of the command line win
        self.variables = dict(given)
        self.rules: MakeRules = {}
        self.shell: list[str] = [given["SHELL"]] if "SHELL" in given else []
        self.first = ""
        self.current: list[str] = []
        self.defining = ""
        self.depth = 0

    def read(self, text: str) -> None:
        """Take in a makefile's text."""
        for line in text.replace("\\\n\t", " ").replace("\\\n", " ").split("\n")[:LINES]:
            self._line(line)

    def _line(self, line: str) -> None:
        if self.defining:
            if line.strip() == "endef":
                self.defining = ""
            else:
                self.variables[self.defining] = (self.variables.get(self.defining, "") + "\n" + line.strip()).strip("\n")
            return
        if line.startswith("\t") and self.current:
            for target in self.current:
                self.rules[target][1].append(line[1:])
            return
        line = line.split("#", 1)[0].rstrip()
        if not line.strip():
            return
        word, _, rest = line.strip().partition(" ")
        if word == "define":
            self.defining = rest.strip().split("=")[0].strip(" :?+")
            self.variables.pop(self.defining, None)
        elif word in ("include", "-include", "sinclude"):
            self._include(rest)
        elif not self._assignment(line):
            self._shell_calls(line)
            self._rule(line)

    def _include(self, names: str) -> None:
        if self.depth > 5:
            return
        self.depth += 1
        for name in _make_expanded(names, self.variables).split()[:20]:
            text = self.text_of(name)
            if text is not None:
                self.read(text)
        self.depth -= 1

    def _assignment(self, line: str) -> bool:
        name, sign, value = _make_assignment(line)
        if not sign:
            return False
        self.current = []
        self._shell_calls(value)
        if sign == "!=":
            self.shell.append(_make_expanded(value, self.variables))
            value = HOLE
        if name in self.given or sign == "?=" and name in self.variables:
            return True
        self.variables[name] = f"{self.variables.get(name, '')} {value}".strip() if sign == "+=" else value
        return True

    def _shell_calls(self, text: str) -> None:
        """$(shell command) outside of recipes runs while the file is read, or when its variable is used."""
        start = text.find("$(shell ")
        while start >= 0:
            end = _closing(text, start + 1)
            self.shell.append(_make_expanded(text[start + 8 : end], self.variables))
            start = text.find("$(shell ", end)

    def _rule(self, line: str) -> None:
        head, colon, rest = line.partition(":")
        if not colon or line.startswith((" ", "\t")):
            return
        needs, semicolon, recipe = rest.lstrip(":").partition(";")
        if _make_assignment(needs.strip())[1]:  # target: NAME = value
            name, _, value = _make_assignment(needs.strip())
            self.variables.setdefault(name, value)
            return
        self.current = _make_expanded(head, self.variables).split()
        for target in self.current:
            known = self.rules.setdefault(target, ([], []))
            known[0].extend(_make_expanded(needs, self.variables).split())
            if semicolon:
                known[1].append(recipe.strip())
            if not self.first and not target.startswith(".") and "%" not in target:
                self.first = target


def _make_assignment(line: str) -> tuple[str, str, str]:
    for sign in (":::=", "::=", ":=", "?=", "+=", "!=", "="):
        name, found, value = line.partition(sign)
        plain = name.strip().removeprefix("export ").removeprefix("override ").strip()
        if found and plain and all(c.isalnum() or c in "_.-" for c in plain):
            return plain, sign, value.strip()
    return "", "", ""


def _make_expanded(text: str, variables: dict[str, str], depth: int = 0) -> str:
    """$(NAME) and ${NAME} of plain variables; functions and automatic variables become unknown."""
    if "$" not in text or depth > 8:
        return text
    made, place = "", 0
    while place < len(text):
        if text[place] != "$" or place + 1 >= len(text):
            made += text[place]
            place += 1
            continue
        sign = text[place + 1]
        if sign == "$":
            made += "$"
            place += 2
        elif sign in "({":
            end = _closing(text, place + 1)
            name = text[place + 2 : end]
            made += _make_reference(name, variables, depth)
            place = end + 1
        else:
            made += variables.get(sign, HOLE if sign in "@<^?*+|%" else "")
            place += 2
    return made


def _make_reference(name: str, variables: dict[str, str], depth: int) -> str:
    if name in variables:
        return _make_expanded(variables[name], variables, depth + 1)
    if name == "MAKE":
        return "make"
    if name.startswith("shell "):
        return "$(" + _make_expanded(name[6:], variables, depth + 1) + ")"
    if name in ("CURDIR", "PWD"):
        return "."
    return HOLE if " " in name or name[:1] in "@<^?*" else "${" + name + "}" if name.isidentifier() else HOLE


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "({") - (text[place] in ")}")
        if depth == 0:
            return place
    return len(text)


def _target_recipes(
    targets: list[str], rules: MakeRules, variables: dict[str, str], file: str, found: list[Task], seen: set[str]
) -> None:
    for target in targets:
        if target in seen or len(seen) > NESTED_TARGETS:
            continue
        seen.add(target)
        needs, recipe = rules.get(target) or _pattern_rule(target, rules)
        _target_recipes([need for need in needs if need in rules], rules, variables, file, found, seen)
        automatic = {"@": target, "<": needs[0] if needs else "", "^": " ".join(needs), "?": " ".join(needs)}
        expanded = (_make_expanded(line.strip().lstrip("@-+").strip(), {**variables, **automatic}) for line in recipe)
        lines = [line.lstrip("@-+ ") for text in expanded for line in text.split("\n")]
        if ".ONESHELL" in rules:
            lines = ["\n".join(lines)]
        found += [(target, line, file) for line in lines if line.strip()]  # each line has a shell of its own


def _pattern_rule(target: str, rules: MakeRules) -> tuple[list[str], list[str]]:
    """%.o: %.c, or what .DEFAULT says"""
    for pattern, rule in rules.items():
        stem, percent, end = pattern.partition("%")
        if percent and target.startswith(stem) and target.endswith(end):
            middle = target[len(stem) : len(target) - len(end)]
            return [need.replace("%", middle) for need in rule[0]], rule[1]
    return rules.get(".DEFAULT", ([], []))


def _just(reader: Reader, call: Call, invocation: Invocation, words: list[str], directory: str) -> list[Task]:
    """The recipes named, and what they depend on; {{…}} that isn't a plain variable becomes unknown."""
    named = [v.text for option in ("-f", "--justfile") for v in invocation.values(option)]
    file, text = "", None
    for name in named or ["justfile", "Justfile", ".justfile"]:
        file = normal(name, directory, call.state.home)
        text = reader.file_text(file, call.state)
        if text is not None:
            break
    if text is None:
        return []
    rules: MakeRules = {}
    variables: dict[str, str] = {}
    first = current = ""
    for line in text.split("\n")[:LINES]:
        if line[:1] in (" ", "\t") and current:
            rules[current][1].append(line.strip())
            continue
        name, sign, value = line.partition(":=")
        if sign and name.strip().isidentifier():
            variables[name.strip()] = value.strip().strip("'\"")
            current = ""
            continue
        head, colon, needs = line.partition(":")
        if not colon or line[:1] in ("#", "[", "@", "") and not line.startswith("@"):
            continue
        current = head.split()[0].lstrip("@") if head.split() else ""
        if current:
            rules[current] = (needs.split(), [])
            first = first or current
    found: list[Task] = []
    _target_recipes([w for w in words if w in rules] or [first], {k: (n, [_just_line(r, variables) for r in b]) for k, (n, b) in rules.items()}, {}, file, found, set())
    return found


def _just_line(line: str, variables: dict[str, str]) -> str:
    made = ""
    while "{{" in line:
        before, _, rest = line.partition("{{")
        inside, _, line = rest.partition("}}")
        made += before + variables.get(inside.strip(), HOLE)
    return (made + line).replace("$", "$$")


_KINDS: dict[str, Callable[[Reader, Call, Invocation, list[str], str], list[Task]]] = {
    "npm": _npm,
    "composer": _composer,
    "make": _make,
    "just": _just,
}
