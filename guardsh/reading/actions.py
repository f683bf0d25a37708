"""What a program does, by its description in the packs: effects, what it runs, requests, output."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading import output as outputs
from guardsh.reading.invocation import Invocation, read_arguments
from guardsh.reading.items import items_of
from guardsh.reading.model import GLOBS, HERE, HOLE, STAR, TOKEN, Arguments, CodeFile, Effect, Origin, ShellText, Value
from guardsh.reading.reader import Call, Reader
from guardsh.syntax import NotUnderstood

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.reading.model import Act

    Table = dict[str, Any]

SHELLS = ("shell", "sh", "bash", "zsh", "dash", "ksh")
MATCHES = 64  # of a glob in the place of a program
_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/dev/tty")


def program(reader: Reader, call: Call) -> Value:
    """A program, or a builtin that packs describe: noted, its effects too, what it runs walked; its output."""
    from guardsh.reading import runs

    name = call.words[0].text.rsplit("/", 1)[-1]
    if not name or any(mark in name for mark in HOLE + TOKEN + GLOBS):
        return _unknown_program(reader, call, name)
    invocation = note(reader, call)
    about = invocation.description
    if "splits" in about and len(parts := _parts(call.words, about["splits"])) > 1:
        return outputs.any_of([program(reader, call.but(words=part)) for part in parts])
    output = Value(HOLE, origins=(Origin("output", name),))
    if about:
        _effects(reader, call, invocation)
        if "request" in about:
            from guardsh.reading import requests

            requests.send(reader, call, invocation, about["request"])
        for run in about.get("runs", ()):
            ran = runs.run(reader, call, invocation, run)
            output = ran if ran is not None else output
        output = _output(reader, call, invocation, output)
    if call.environment:
        _started_by_variables(reader, call)
    if "/" in call.words[0].text:
        run_file(reader, call, call.words[0], "program", call.words)
    elif call.state.files or "PATH" in call.state.variables:
        _along_path(reader, call, name)
    return output


def _started_by_variables(reader: Reader, call: Call) -> None:
    """Variables that name a program for others to start: PAGER, GIT_SSH_COMMAND … (`starts` of the description of "*")"""
    about = reader.rules.program("*")
    names = about.get("starts", ()) if about is not None else ()
    for name, value in dict.fromkeys(call.environment):
        if name in names and name not in reader.active and value.text.strip():
            reader.active.append(name)
            try:
                inner = call.but(via=(*call.via, name), depth=call.depth + 1, stdin=None, redirects=(), external=True)
                code(reader, inner, "shell", value.but(text=value.text.lstrip("|-! ")))
            finally:
                reader.active.pop()


def _parts(words: tuple[Value, ...], separator: str) -> list[tuple[Value, ...]]:
    """The commands of a program that takes several, each with the program's own word in front: tmux new \\; send-keys x"""
    parts: list[list[Value]] = [[]]
    for word in words[1:]:
        if word.text == separator:
            parts.append([])
        elif word.text.endswith(separator) and not word.text.endswith("\\" + separator) and " " not in word.text:
            parts[-1].append(word.but(text=word.text[: -len(separator)]))
            parts.append([])
        else:
            parts[-1].append(word)
    return [(words[0], *part) for part in parts if part]


def _along_path(reader: Reader, call: Call, name: str) -> None:
    """A program found along a PATH that the text sets, or that the text itself wrote."""
    paths = [value.text for key, value in call.environment if key == "PATH"]
    changed = bool(paths)
    for path in paths or [call.state.look_up("PATH")[0].text]:
        for entry in path.split(":")[:16]:
            file = normal(f"{entry or '.'}/{name}", call.state.directory, call.state.home)
            if file in call.state.files or changed and not entry.startswith(("/usr/", "/bin", "/sbin")) and reader.world.kind(file) == "file":
                run_file(reader, call, call.words[0].but(text=file), "program", call.words)


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


# ---------------------------------------------------------------- redirections


def redirection_alone(reader: Reader, call: Call) -> Value:
    """Redirections without a command: `> file` truncates."""
    note(reader, call)
    return redirected(reader, call, Value(""))


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
        file_effect(reader, call, kind, target, directory=directory)


def _runs_later(reader: Reader, call: Call, path: str, written: Value) -> None:
    """What is written into a shell's start-up file will run: read now as what it will do then."""
    if call.place != HERE or not written.text.strip() or HOLE in written.text or "start-up" in call.via:
        return
    if reader.world.path_fact("path.startup", path, directory="/"):
        state = call.state.copy()
        inner = call.but(state=state, stdin=None, redirects=(), via=(*call.via, "start-up"), depth=call.depth + 1)
        reader.shell_text(written.but(span=call.span), inner)


def redirected(reader: Reader, call: Call, output: Value) -> Value:
    """Where output goes: into a file, whose content is then known, or on."""
    state = call.state
    kept: Value | None = output
    for redirect in call.redirects:
        if redirect.target is None or redirect.descriptor not in (None, 1, 2) or redirect.operator in ("<", "<&"):
            continue
        if redirect.operator == ">&" and redirect.target.text.rstrip("-").isdigit():
            continue
        path = reader.path(redirect.target.text, state)
        if path in _STREAMS:
            continue
        appends = redirect.operator in (">>", "&>>")
        if redirect.descriptor == 2:
            reader.write(path, Value(HOLE, origins=(Origin("output", "errors"),)) if path in reader.consumers else Value(""), state, append=True)
        elif not path.startswith("/dev/") or path in reader.consumers:
            reader.write(path, output, state, append=appends)
            _runs_later(reader, call, path, output)
            kept = None
        else:
            kept = None
    if kept is not None and kept.text and "1" in state.sinks:
        reader.write(state.sinks["1"], kept, state, append=True)
    return kept if kept is not None else Value("")


def file_effect(reader: Reader, call: Call, kind: str, target: Value, **more: Any) -> None:
    """An effect on a file; a file that the text itself makes is remembered as its own."""
    reader.effect(kind, call, target, **more)
    if kind in ("create", "overwrite", "append") and call.place == HERE and target.known:
        path = normal(target.text, call.state.directory, call.state.home)
        if path not in call.state.made and reader.world.kind(path) == "missing":
            call.state.made[path] = max(len(reader.invocations) - 1, 0)


# ---------------------------------------------------------------- effects


def applies(invocation: Invocation, entry: Table) -> bool:
    """Do the conditions of an entry of `effects` or `runs` hold? "operands" among them means that there are some."""
    when, unless = entry.get("when", ()), entry.get("unless", ())
    return (not when or any(_given(invocation, o) for o in when)) and not any(_given(invocation, o) for o in unless)


def _given(invocation: Invocation, condition: str) -> bool:
    if condition == "operands":
        return len(invocation.operands) > invocation.base
    return invocation.has(condition)


def _effects(reader: Reader, call: Call, invocation: Invocation) -> None:
    verbs = set()
    for entry in invocation.description.get("effects", ()):
        if not applies(invocation, entry):
            continue
        recursive = entry.get("recursive", False)
        if isinstance(recursive, (list, str)):
            options = [recursive] if isinstance(recursive, str) else recursive
            recursive = any(invocation.has(option) for option in options)
        directory = invocation.command.directory
        targets = targets_of(invocation, entry.get("on", ["operands"]))
        if not targets and "default" in entry:
            targets = [Value(entry["default"], call.words[0].span)]
        verbs.add(entry.get("verb", ""))
        for target in targets:
            verb = entry.get("verb", "")
            for where in dict.fromkeys((directory, *call.state.directories[1:])):
                file_effect(reader, call, entry["kind"], target, verb=verb, recursive=recursive, directory=where)
                if entry["kind"] == "edit":
                    _edited(reader, call, target)
    if verbs & {"copy", "move", "link"}:
        _carried(reader, call, invocation)
    elif "dd" in verbs and call.stdin is not None:
        for target in invocation.values("of="):
            reader.write(reader.path(target.text, call.state), call.stdin, call.state)


def _edited(reader: Reader, call: Call, target: Value) -> None:
    """What a file that was edited in place holds isn't known any more."""
    path = reader.path(target.text, call.state)
    before = call.state.files.get(path)
    if before is not None and before.text:
        call.state.files[path] = Value(HOLE, origins=(Origin("transformed", path), *before.origins))


def _carried(reader: Reader, call: Call, invocation: Invocation) -> None:
    """cp, mv, ln: the file at the new place has the content of the old one."""
    state = call.state
    into = invocation.select(["-t", "--target-directory"])
    operands = list(invocation.operands[invocation.base :])
    if len(operands) < 2 and not into:
        return
    sources, destination = (operands, into[0]) if into else (operands[:-1], operands[-1])
    target = reader.path(destination.text, state)
    folder = bool(into) or len(sources) > 1 or destination.text.endswith("/") or reader.world.kind(target) == "directory"
    for source in sources[:16]:
        if not source.known or not destination.known:
            continue
        path = reader.path(source.text, state)
        content = state.files.get(path, Value(HOLE, source.span, (Origin("file", path),)))
        state.files[f"{target.rstrip('/')}/{path.rsplit('/', 1)[-1]}" if folder else target] = content


def targets_of(invocation: Invocation, selectors: list[str]) -> list[Value]:
    """The values of selectors, `items` (what find or fd goes through) included."""
    found: list[Value] = []
    for selector in selectors:
        found += items_of(invocation) if selector == "items" else invocation.select([selector])
    return found


# ---------------------------------------------------------------- code in other languages


def code(
    reader: Reader, call: Call, language: str, value: Value, dialect: str = "", arguments: tuple[Value, ...] | None = None
) -> Value:
    """Code of a language: shell text is walked, other code read by its own reader. arguments: $0 $1 … of shell text"""
    if language in SHELLS:
        return reader.shell_text(value, call, dialect="zsh" if language == "zsh" else "bash", arguments=arguments)
    value = reader.content(value, call.state)
    if value.options:
        return outputs.any_of([code(reader, call, language, one, dialect) for one in outputs.variants(value)])
    if value.text.strip() == "":
        return Value("")
    if value.text.strip(HOLE) == "":
        reader.unknown_code(value, call, language)
        return Value(HOLE)
    if call.depth > 16:
        raise NotUnderstood("code is nested too deep", call.span[0])
    from guardsh import languages

    if not languages.known(language):
        reader.effect("run", call, value.but(text=value.text[:2000]), "foreign", details=(("language", language),))
        return Value(HOLE, origins=(Origin("output", language),))
    context = reader.context(call)
    if dialect:
        context = context.but(program=dialect)
    for act in languages.read(language, value.text, context):
        perform(reader, call, act, value)
    return Value(HOLE, origins=(Origin("output", language),))


def perform(reader: Reader, call: Call, act: Act, value: Value) -> None:
    """What code in another language does."""
    from guardsh.reading import walk

    inner = call.but(via=(*call.via, "code"), depth=call.depth + 1, stdin=None, redirects=(), external=True)
    if isinstance(act, Effect):
        span = _span_in(reader, call, value, act.span)
        reader.effects.append(
            act.but(span=span, place=call.place, directory=call.state.directory, index=max(len(reader.invocations) - 1, 0))
        )
        if act.target is not None and act.kind in ("create", "overwrite", "append", "edit"):
            _written_by_code(reader, call, act)
    elif isinstance(act, ShellText):
        reader.shell_text(act.text.but(span=value.span), inner)
    elif isinstance(act, Arguments):
        walk.run(reader, inner.but(words=act.words))
    elif isinstance(act, CodeFile):
        run_file(reader, inner, act.path, act.language, (act.path,))


def _written_by_code(reader: Reader, call: Call, act: Effect) -> None:
    """A file that code writes: its content, where the reader of the language knows it."""
    assert act.target is not None
    content = act.detail("content")
    path = reader.path(act.target.text, call.state)
    if content:
        reader.write(path, Value(content, act.span), call.state, append=act.kind == "append")
    elif act.target.known and not path.startswith("/dev/"):
        call.state.files[path] = Value(HOLE, origins=(Origin("transformed", "code"),))


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


# ---------------------------------------------------------------- files that run


def run_file(
    reader: Reader, call: Call, value: Value, language: str, words: tuple[Value, ...], dialect: str = ""
) -> Value | None:
    """A file that runs: read if it is a small text; what can't be followed is noted as such. words: its $0 $1 …"""
    path = reader.path(value.text, call.state)
    if path in ("/dev/stdin", "/dev/fd/0") or value.text == "-" and language != "program":
        if call.stdin is not None:
            code(reader, call.but(stdin=None), language, call.stdin, dialect, words)
        return None
    if any(mark in path for mark in GLOBS):
        _run_matching(reader, call, value, path, language, words, dialect)
        return None
    if path in reader.active:
        return None
    found = reader.content(reader.from_file(value, call.state), call.state)
    if found.text.strip(HOLE) == "" and HOLE in found.text and not found.options:
        return _unread_file(reader, call, value, path, found, language, dialect)
    output: Value | None = None
    for text in outputs.variants(found):
        as_language = language_of(text.text) if language == "program" else language
        if as_language:
            reader.active.append(path)
            try:
                output = _walk_file(reader, call, text.but(span=value.span), path, as_language, words, dialect)
            finally:
                reader.active.pop()
    return output


def _run_matching(reader: Reader, call: Call, value: Value, path: str, language: str, words: tuple[Value, ...], dialect: str) -> None:
    """`find … -exec sh {}` and `sh *.sh`: each file that the text wrote and the pattern matches."""
    from guardsh.reading.patterns import fits

    found = [written for written in call.state.files if fits(path.replace(f"/{STAR}/", f"/{STAR}"), written)]
    for each in [*found, *(normal(match, call.state.directory, call.state.home) for match in value.matches)][:MATCHES]:
        run_file(reader, call, value.but(text=each, matches=()), language, words, dialect)
    if not found and not value.matches and language != "program":
        reader.effect("run", call, value, "own-file", details=(("language", language),))


def _unread_file(reader: Reader, call: Call, value: Value, path: str, found: Value, language: str, dialect: str) -> Value | None:
    """A file that runs and can't be read: it isn't there (yet), is no text, or holds what nobody knows."""
    from guardsh.reading import walk

    origin = found.origins[0] if found.origins else Origin("output")
    if origin.kind != "file":
        if language != "program" or any(o.kind in ("decoded", "downloaded", "transformed") for o in found.origins):
            reader.unknown_code(found, call, language if language != "program" else "shell")
        return None
    if origin.detail != path and language == "program":  # a copy of, or a link to, another program
        return walk.run(reader, call.but(words=(value.but(text=origin.detail), *call.words[1:]), depth=call.depth + 1, external=True))
    if language != "program":
        reader.effect("run", call, value, "own-file", details=(("language", language),))
    reader.await_file(path, lambda written: _late_file(reader, call, written, language, dialect))
    return None


def _late_file(reader: Reader, call: Call, written: Value, language: str, dialect: str) -> None:
    for text in outputs.variants(reader.content(written, call.state)):
        as_language = language_of(text.text) if language == "program" else language
        if as_language:
            code(reader, call, as_language, text, dialect)


def _walk_file(
    reader: Reader, call: Call, text: Value, path: str, language: str, words: tuple[Value, ...], dialect: str
) -> Value:
    inner = call.but(via=(*call.via, path), depth=call.depth + 1)
    return code(reader, inner, language, text, dialect, words)


_INTERPRETERS = {
    "python": "python", "node": "javascript", "ruby": "ruby", "perl": "perl", "php": "php", "sh": "sh", "bash": "bash",
    "dash": "sh", "zsh": "zsh", "ksh": "bash", "awk": "awk", "gawk": "awk", "sed": "sed", "bun": "javascript",
    "deno": "typescript", "tsx": "typescript", "osascript": "applescript", "lua": "lua", "ash": "sh", "mksh": "bash",
}  # fmt: skip


def language_of(text: str) -> str:
    """The language of a program file by its #! line; a text without one is run by the shell."""
    if not text.startswith("#!"):
        return "sh" if text.strip() and "\0" not in text else ""
    words = text[2:].split("\n", 1)[0].split()
    names = [word.rsplit("/", 1)[-1] for word in words if not word.startswith("-") and "=" not in word]
    if names and names[0] in ("env", "busybox"):
        names = names[1:]
    name = names[0].rstrip("0123456789.") if names else ""
    return _INTERPRETERS.get(name, "")


# ---------------------------------------------------------------- the rest


def _unknown_program(reader: Reader, call: Call, name: str) -> Value:
    """A program whose name isn't known: what it is given may be what it destroys."""
    from guardsh.reading import walk

    word = call.words[0]
    note(reader, call)
    for origin in word.origins:
        if origin.kind in ("decoded", "downloaded", "transformed"):
            reader.effect("run", call, word, origin.kind, details=(("language", "shell"),))
            return Value(HOLE)
    if word.matches:
        for path in word.matches[:MATCHES]:
            walk.run(reader, call.but(words=(word.but(text=path, matches=()), *call.words[1:]), depth=call.depth + 1))
        if len(word.matches) <= MATCHES:
            return Value(HOLE)
    elif any(mark in word.text for mark in GLOBS):
        _run_matching(reader, call, word, reader.path(word.text, call.state), "program", call.words, "")
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
        reader.write(reader.path(value.text, call.state), made, call.state)
    if about.get("output") == "downloaded":
        _saved_by_name(reader, call, invocation, made)
    return Value("") if saved else made


def _saved_by_name(reader: Reader, call: Call, invocation: Invocation, made: Value) -> None:
    """A download is saved under the URL's last component where no other name is given (wget URL, curl -O URL)."""
    for operand in invocation.operands[invocation.base :]:
        name = operand.text.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if "/" in operand.text and name and operand.text.partition("?")[0].rstrip("/").count("/") > ("://" in operand.text) * 2:
            path = reader.path(name, call.state)
            if path not in call.state.files:
                reader.write(path, made, call.state)


def _described_output(reader: Reader, call: Call, invocation: Invocation, output: Value) -> Value:
    about = invocation.description
    if "items" in about:
        found = items_of(invocation)
        kept = tuple(dict.fromkeys(origin for item in found for origin in item.origins if origin.kind == "empty"))
        return Value("\n".join(item.text for item in found), origins=(Origin("output", invocation.command.name), *kept))
    kind = "token" if _chosen(invocation) else about.get("output", "")
    origins: tuple[Origin, ...] = ()
    if kind:
        origins += (Origin(kind, _source(invocation)),)
    if call.stdin is not None:
        origins += tuple(o for o in call.stdin.origins if o.kind in ("downloaded", "decoded", "transformed", "file", "secret", "dump", "item"))
        if output.text == HOLE and not output.options and not kind and _text_known(call.stdin):
            origins += (Origin("transformed", invocation.command.name),)  # known text went in, some of it comes out
    if kind == "token":
        return Value("\uf8f1", origins=origins)
    if kind == "temporary":
        return Value("/tmp/\uf8f1", origins=origins)
    origins += tuple(
        Origin("file", normal(e.target.text, e.directory, call.state.home))
        for e in reader.effects[-64:]
        if e.kind == "read" and e.target is not None and e.index == len(reader.invocations) - 1
    )
    return output.but(origins=(*origins, *output.origins))


def _text_known(stdin: Value) -> bool:
    return any(text.strip(HOLE + TOKEN + " \n\t") for text in stdin.options or (stdin.text,))


def _chosen(invocation: Invocation) -> bool:
    """Does an option limit what it lists to what the text names?"""
    from guardsh.rules.globs import matches

    for option, globs in invocation.description.get("chosen", {}).items():
        if any(matches(glob, value.text) for glob in globs for value in invocation.values(option)):
            return True
    return False


def _source(invocation: Invocation) -> str:
    operands = [operand.text for operand in invocation.operands[invocation.base :]]
    return operands[0] if operands else invocation.command.name
