"""What a program does, by its description in the packs: effects, what it runs, requests, output."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading.invocation import Invocation, read_arguments
from guardsh.reading.model import GLOBS, HERE, HOLE, STAR, Arguments, CodeFile, Effect, Origin, Place, ShellText, Value
from guardsh.reading.reader import Call, Reader
from guardsh.syntax import NotUnderstood

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.reading.model import Act

    Table = dict[str, Any]

SHELLS = ("shell", "sh", "bash", "zsh", "dash", "ksh")
ITEMS = 64  # of xargs, known ones told apart


def program(reader: Reader, call: Call) -> Value:
    """A program, or a builtin that packs describe: noted, its effects too, what it runs walked; its output."""
    name = call.words[0].text.rsplit("/", 1)[-1]
    if not name or any(mark in name for mark in HOLE + GLOBS):
        return _unknown_program(reader, call, name)
    invocation = note(reader, call)
    about = invocation.description
    output = Value(HOLE, origins=(Origin("output", name),))
    if about:
        _effects(reader, call, invocation)
        if "request" in about:
            from guardsh.reading import requests

            requests.send(reader, call, invocation, about["request"])
        for run in about.get("runs", ()):
            ran = _run(reader, call, invocation, run)
            output = ran if ran is not None else output
        output = _output(reader, call, invocation, output)
    if "/" in call.words[0].text:
        _run_file(reader, call, call.words[0], "program", call.words[1:])
    return output


def note(reader: Reader, call: Call) -> Invocation:
    """Record the command, once for each directory it may run in; what it writes by redirections becomes effects."""
    name = call.words[0].text.rsplit("/", 1)[-1] if call.words else ""
    description = reader.rules.program(name) if name else None
    if description is None and name != name.lower():
        description = reader.rules.program(name.lower())
    first: Invocation | None = None
    for directory in call.state.directories:
        invocation = read_arguments(reader.command(call, directory), description)
        moved = _moved(invocation, directory, call.state.home)
        if moved != directory:
            invocation = invocation.but(command=invocation.command.but(directory=moved))
        reader.invocations.append(invocation)
        _redirects(reader, call, directory)
        first = first or invocation
    assert first is not None
    return first


def _moved(invocation: Invocation, directory: str, home: str) -> str:
    for option in invocation.description.get("directory", ()):
        for value in invocation.values(option):
            directory = normal(value.text, directory, home)
    return directory


def redirection_alone(reader: Reader, call: Call) -> None:
    """Redirections without a command: `> file` truncates."""
    note(reader, call)
    redirected(reader, call, Value(""))


def _redirects(reader: Reader, call: Call, directory: str) -> None:
    for redirect in call.redirects:
        target = redirect.target
        if target is None or redirect.operator in ("<", "<&") or target.text in ("", "-"):
            if target is not None and redirect.operator == "<":
                reader.effect("read", call, target, directory=directory)
            continue
        if redirect.operator in (">&", "&>") and target.text.rstrip("-").isdigit():
            continue
        kind = "append" if redirect.operator in (">>", "&>>") else "create" if redirect.operator == "<>" else "overwrite"
        _file_effect(reader, call, kind, target, directory=directory)


def redirected(reader: Reader, call: Call, output: Value) -> Value:
    """Where output goes: into a file, whose content is then known, or on."""
    kept: Value | None = output
    for redirect in call.redirects:
        if redirect.target is None or redirect.descriptor not in (None, 1) or redirect.operator in ("<", "<&", "<>"):
            continue
        if redirect.operator == ">&" and redirect.target.text.isdigit():
            continue
        path = normal(redirect.target.text, call.state.directory, call.state.home)
        if redirect.operator in (">>", "&>>") and path in call.state.files:
            output = _appended(call.state.files[path], output)
        if not path.startswith("/dev/"):
            call.state.files[path] = output
        kept = None
    return kept if kept is not None else Value("")


def _appended(first: Value, second: Value) -> Value:
    return Value(first.text + second.text, second.span, (*first.origins, *second.origins))


def _file_effect(reader: Reader, call: Call, kind: str, target: Value, **more: Any) -> None:
    """An effect on a file; a file that the text itself makes is remembered as its own."""
    reader.effect(kind, call, target, **more)
    if kind in ("create", "overwrite", "append") and call.place == HERE and target.known:
        path = normal(target.text, call.state.directory, call.state.home)
        if path not in call.state.made and reader.world.kind(path) == "missing":
            call.state.made[path] = max(len(reader.invocations) - 1, 0)


# ---------------------------------------------------------------- effects


def _applies(invocation: Invocation, entry: Table) -> bool:
    when, unless = entry.get("when", ()), entry.get("unless", ())
    return (not when or any(invocation.has(o) for o in when)) and not any(invocation.has(o) for o in unless)


def _effects(reader: Reader, call: Call, invocation: Invocation) -> None:
    for entry in invocation.description.get("effects", ()):
        if not _applies(invocation, entry):
            continue
        recursive = entry.get("recursive", False)
        if isinstance(recursive, (list, str)):
            options = [recursive] if isinstance(recursive, str) else recursive
            recursive = any(invocation.has(option) for option in options)
        directory = invocation.command.directory
        targets = targets_of(invocation, entry.get("on", ["operands"]))
        if not targets and "default" in entry:
            targets = [Value(entry["default"], call.words[0].span)]
        for target in targets:
            verb = entry.get("verb", "")
            for where in dict.fromkeys((directory, *call.state.directories[1:])):
                _file_effect(reader, call, entry["kind"], target, verb=verb, recursive=recursive, directory=where)


def targets_of(invocation: Invocation, selectors: list[str]) -> list[Value]:
    """The values of selectors, `items` (what find or fd goes through) included."""
    found: list[Value] = []
    for selector in selectors:
        found += items_of(invocation) if selector == "items" else invocation.select([selector])
    return found


def items_of(invocation: Invocation) -> list[Value]:
    """What a program that walks trees comes upon: starting points joined with the patterns of its name tests."""
    about = invocation.description.get("items")
    if not about:
        return []
    starts = invocation.select(about.get("under", ["leading"])) or [Value(".", invocation.command.words[0].span)]
    names: list[Value | None] = []
    if not any(invocation.has(option) for option in about.get("or", ())):
        names += _names(invocation, about.get("named", []))
    made: list[Value] = []
    for start in starts:
        base = start.text.rstrip("/") if start.text != "/" else ""
        for name in names or [None]:
            text = f"{base}/{STAR}" if name is None else f"{base}/{STAR}/{_globbed(name.text)}"
            made.append(Value(text, start.span, (*start.origins, Origin("item", start.text))))
    return made


def _names(invocation: Invocation, options: list[str]) -> list[Value]:
    found: list[Value] = []
    negated = False
    for option in invocation.options:
        if option.name in ("-not", "!"):
            negated = True
            continue
        if option.name in options and option.value is not None and not negated:
            found.append(option.value)
        negated = False
    return found


def _globbed(name: str) -> str:
    from guardsh.reading.patterns import active

    return active(name.rsplit("/", 1)[-1] or name)


# ---------------------------------------------------------------- what it runs


def _run(reader: Reader, call: Call, invocation: Invocation, run: Table) -> Value | None:
    """One entry of `runs`; its output if that is what the program prints."""
    if not _applies(invocation, run):
        return None
    language = run["as"]
    call = _placed(call, invocation, run)
    if language == "command":
        return _run_command(reader, call, invocation, run)
    values = targets_of(invocation, run.get("on", ["operands"]))
    if run.get("on") == ["stdin"]:
        values = values or ([] if call.stdin is None else [call.stdin])
    if not values:
        return None
    if language == "task":
        from guardsh.reading import tasks

        return tasks.run(reader, call, invocation, run, values)
    if language.endswith("-file"):
        rest = invocation.operands[invocation.base + 1 :]
        for value in values:
            _run_file(reader, call, value, language[:-5], rest, run.get("dialect", ""))
        return Value(HOLE, origins=(Origin("output", language),))
    if language in SHELLS and len(values) > 1 and run.get("on") != ["stdin"]:
        values = [Value(" ".join(v.text for v in values), values[0].span, tuple(o for v in values for o in v.origins))]
    output: Value | None = None
    for value in values:
        output = code(reader, call, language, value, run.get("dialect", ""))
    return output


def _placed(call: Call, invocation: Invocation, run: Table) -> Call:
    """The call through this program: elsewhere, if the description says so, and with the variables that it sets."""
    place = call.place
    if "place" in run:
        kind, _, selector = run["place"].partition(":")
        names = invocation.select([selector]) if selector else []
        place = Place(kind, names[0].text if names else HOLE)
    return call.but(
        via=(*call.via, invocation.command.name),
        place=place,
        depth=call.depth + 1,
        environment=(*call.environment, *invocation.assignments),
        redirects=(),
    )


def _run_command(reader: Reader, call: Call, invocation: Invocation, run: Table) -> Value | None:
    from guardsh.reading import walk

    lists = _word_lists(invocation, run)
    if "items" in run:
        call = call.but(via=(*call.via, "loop"))
    output: Value | None = None
    state = call.state
    if "directory" in run:
        moved = invocation.select(run["directory"])
        if moved:
            state = state.copy()
            state.directories = (normal(moved[0].text, state.directory, state.home),)
    for words in lists:
        if not words:
            continue
        if run.get("package"):
            words = (words[0].but(text=program_of_package(words[0].text)), *words[1:])
        for complete in _with_items(reader, call, invocation, run, words):
            plain = complete[0].text in reader.active
            output = walk.run(reader, call.but(words=complete, state=state)) if not plain else None
    return output


def program_of_package(package: str) -> str:
    """The program that a package is started as: without version; `@scope/cli` is the scope's own."""
    scope, slash, name = package.rpartition("/")
    name = name.partition("@")[0] if not name.startswith("@") else name
    if slash and scope.startswith("@") and name in ("cli", "cli-bin", "cmd"):
        return scope[1:]
    return name


def _word_lists(invocation: Invocation, run: Table) -> list[tuple[Value, ...]]:
    if "until" in run:
        return [option.words for option in invocation.options if option.name in run["on"]]
    return [tuple(targets_of(invocation, run.get("on", ["operands"])))]


def _with_items(
    reader: Reader, call: Call, invocation: Invocation, run: Table, words: tuple[Value, ...]
) -> list[tuple[Value, ...]]:
    """The words with what a program like xargs or find puts into them."""
    if "items" not in run:
        return [words]
    if run["items"] == "stdin":
        items = _stdin_items(reader, call)
    else:
        items = targets_of(invocation, [run["items"]]) or [Value(HOLE, words[0].span, (Origin("item"),))]
    tokens = ["{}"] if "{}" in run.get("replace", ()) else []
    tokens += [value.text for option in run.get("replace", ()) for value in invocation.values(option)]
    tokens += ["{}"] if any(invocation.has(option) and not invocation.values(option) for option in run.get("replace", ())) else []
    present = [token for token in tokens if token and any(token in word.text for word in words)]
    if not present:
        return [(*words, *items)] if run["items"] == "stdin" else [words]
    made = []
    for item in items:
        replaced = words
        for token in present:
            replaced = tuple(
                w.but(text=w.text.replace(token, item.text), origins=(*w.origins, *item.origins)) if token in w.text else w
                for w in replaced
            )
        made.append(replaced)
    return made


def _stdin_items(reader: Reader, call: Call) -> list[Value]:
    span = call.words[0].span if call.words else (0, 0)
    if call.stdin is None:
        return [Value(HOLE, span, (Origin("input", "stdin"),))]
    text = reader.content(call.stdin, call.state)
    if text.text.strip() == "":
        return []
    pieces = text.text.replace("\0", "\n").split()
    if len(pieces) > ITEMS:
        pieces = pieces[:ITEMS] + [HOLE]
    return [Value(piece, span, (*text.origins, Origin("item"))) for piece in pieces]


def code(reader: Reader, call: Call, language: str, value: Value, dialect: str = "") -> Value:
    """Code of a language: shell text is walked, other code read by its own reader."""
    if language in SHELLS:
        return reader.shell_text(value, call, dialect="zsh" if language == "zsh" else "bash")
    value = reader.content(value, call.state)
    if value.text.strip() == "":
        return Value("")
    if value.text.strip(HOLE) == "":
        reader.unknown_code(value, call, language)
        return Value(HOLE)
    if call.depth > 16:
        raise NotUnderstood("code is nested too deep", call.span[0])
    from guardsh import languages

    context = reader.context(call)
    if dialect:
        context = context.but(program=dialect)
    for act in languages.read(language, value.text, context):
        perform(reader, call, act, value)
    return Value(HOLE, origins=(Origin("output", language),))


def perform(reader: Reader, call: Call, act: Act, value: Value) -> None:
    """What code in another language does."""
    from guardsh.reading import walk

    inner = call.but(via=(*call.via, "code"), depth=call.depth + 1, stdin=None, redirects=())
    if isinstance(act, Effect):
        span = _span_in(reader, call, value, act.span)
        reader.effects.append(
            act.but(span=span, place=call.place, directory=call.state.directory, index=max(len(reader.invocations) - 1, 0))
        )
    elif isinstance(act, ShellText):
        reader.shell_text(act.text.but(span=value.span), inner)
    elif isinstance(act, Arguments):
        walk.run(reader, inner.but(words=act.words))
    elif isinstance(act, CodeFile):
        _run_file(reader, inner, act.path, act.language, ())


def _span_in(reader: Reader, call: Call, value: Value, span: tuple[int, int]) -> tuple[int, int]:
    """The place in the judged text of a place in code that stands in it word for word."""
    if span == (0, 0):
        return call.span
    start = reader.top.find(value.text, *call.span)
    if start >= 0:
        return start + span[0], start + span[1]
    piece = value.text[span[0] : span[1]]
    start = reader.top.find(piece, *call.span) if len(piece) > 3 else -1
    return (start, start + len(piece)) if start >= 0 else call.span


def _run_file(reader: Reader, call: Call, value: Value, language: str, arguments: tuple[Value, ...], dialect: str = "") -> None:
    """A file that runs: read if it is a small text; what can't be followed is noted as such."""
    path = normal(value.text, call.state.directory, call.state.home)
    if path in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0") or value.text == "-" and language != "program":
        if call.stdin is not None:
            code(reader, call.but(stdin=None), language, call.stdin, dialect)
        return
    if path in reader.active:
        return
    written = call.state.files.get(path)
    if written is not None and not written.known and language != "program":
        code(reader, call, language, written, dialect)
        return
    if written is not None and not written.known and any(o.kind in ("decoded", "downloaded") for o in written.origins):
        reader.unknown_code(written, call, "shell")
        return
    text = reader.file_text(path, call.state)
    if text is None:
        if language != "program":
            reader.effect("run", call, value, "own-file", details=(("language", language),))
        return
    if language == "program":
        language = language_of(text, path)
        if not language:
            return
    reader.active.append(path)
    try:
        _walk_file(reader, call, Value(text, value.span, (Origin("file", path),)), language, arguments, dialect)
    finally:
        reader.active.pop()


def _walk_file(reader: Reader, call: Call, text: Value, language: str, arguments: tuple[Value, ...], dialect: str) -> None:
    inner = call.but(via=(*call.via, text.origins[0].detail), depth=call.depth + 1)
    if language not in SHELLS:
        code(reader, inner, language, text, dialect)
        return
    state = call.state.copy()
    state.positional = arguments
    reader.shell_text(text, inner.but(state=state), dialect="zsh" if language == "zsh" else "bash")


_INTERPRETERS = {
    "python": "python", "node": "javascript", "ruby": "ruby", "perl": "perl", "php": "php", "sh": "sh", "bash": "bash",
    "dash": "sh", "zsh": "zsh", "ksh": "bash", "awk": "awk", "sed": "sed", "bun": "javascript", "deno": "typescript",
    "tsx": "typescript", "osascript": "applescript", "lua": "lua",
}  # fmt: skip


def language_of(text: str, path: str) -> str:
    """The language of a program file by its #! line; a text without one is run by the shell."""
    if not text.startswith("#!"):
        return "sh" if text and text.isprintable() is False or "\n" in text else ""
    words = text[2:].split("\n", 1)[0].split()
    names = [word.rsplit("/", 1)[-1] for word in words if not word.startswith("-") and "=" not in word]
    if names and names[0] == "env":
        names = names[1:]
    name = names[0].rstrip("0123456789.") if names else ""
    return _INTERPRETERS.get(name, "")


# ---------------------------------------------------------------- the rest


def _unknown_program(reader: Reader, call: Call, name: str) -> Value:
    """A program whose name isn't known: what it is given may be what it destroys."""
    word = call.words[0]
    note(reader, call)
    for origin in word.origins:
        if origin.kind in ("decoded", "downloaded", "transformed"):
            reader.effect("run", call, word, origin.kind, details=(("language", "shell"),))
            return Value(HOLE)
    if word.matches:
        from guardsh.reading import walk

        for path in word.matches[:ITEMS]:
            walk.run(reader, call.but(words=(word.but(text=path, matches=()), *call.words[1:]), depth=call.depth + 1))
        return Value(HOLE)
    for operand in call.words[1:]:
        if not operand.text.startswith("-"):
            reader.effect("run", call, operand, "program")
    return Value(HOLE, origins=(Origin("output", ""),))


def _output(reader: Reader, call: Call, invocation: Invocation, output: Value) -> Value:
    """What it prints: computed where that is possible, else unknown with its origin."""
    about = invocation.description
    made: Value | None = None
    if "answer" in about:
        from guardsh.reading import answers

        made = answers.answer(about["answer"], reader, call, invocation)
    if made is None:
        made = _described_output(reader, call, invocation, output)
    saved = [value for option in about.get("saves", ()) for value in invocation.select([option])]
    saved = [value for value in saved if value.text not in ("-", "/dev/stdout", "/dev/fd/1")]
    for value in saved:
        call.state.files[normal(value.text, call.state.directory, call.state.home)] = made
    return Value("") if saved else made


def _described_output(reader: Reader, call: Call, invocation: Invocation, output: Value) -> Value:
    about = invocation.description
    if "items" in about:
        found = items_of(invocation)
        return Value("\n".join(item.text for item in found), origins=(Origin("output", invocation.command.name),))
    kind = about.get("output", "")
    origins: tuple[Origin, ...] = ()
    if kind:
        origins += (Origin(kind, _source(invocation)),)
    if call.stdin is not None:
        origins += tuple(o for o in call.stdin.origins if o.kind in ("downloaded", "decoded", "transformed", "file", "secret", "item"))
    if kind == "token":
        return Value("\uf8f1", origins=origins)
    if kind == "temporary":
        return Value("/tmp/\uf8f1", origins=origins)
    origins += tuple(Origin("file", normal(e.target.text, e.directory, call.state.home)) for e in reader.effects if e.kind == "read" and e.target is not None and e.index == len(reader.invocations) - 1)
    return output.but(origins=(*origins, *output.origins))


def _source(invocation: Invocation) -> str:
    operands = [operand.text for operand in invocation.operands[invocation.base :]]
    return operands[0] if operands else invocation.command.name
