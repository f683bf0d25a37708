"""Builtins that change what the shell knows, or run text. Names are bash's own (manual, 4); what is dangerous about any of
them is in the packs, as for programs."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading import actions
from guardsh.reading.model import HOLE, TOKEN, Origin, Value
from guardsh.reading.reader import Call, Reader
from guardsh.reading.walk import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _plain(reader: Reader, call: Call) -> Value:
    """A builtin that matters to rules only."""
    actions.note(reader, call)
    return NOTHING


def _operands(call: Call, values: str = "") -> tuple[list[Value], str]:
    """Operands and the letters of the options; `values` are the letters that take one."""
    words, letters = list(call.words[1:]), ""
    while words and len(words[0].text) > 1 and words[0].text[0] in "-+":
        text = words.pop(0).text
        if text == "--":
            break
        letters += text[1:]
        if text[-1] in values and words:
            words.pop(0)
    return words, letters


def _cd(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    operands, _ = _operands(call) if len(call.words) < 2 or call.words[1].text != "-" else (list(call.words[1:]), "")
    target = operands[0].text if operands else state.look_up("HOME")[0].text
    if call.words[0].text == "pushd" and (not operands or target.lstrip("+-").isdigit()):
        target = HOLE
    if target == "-":
        target = state.before
    if operands and operands[0].matches:
        target = operands[0].matches[0]
    if target == "":
        return NOTHING
    state.before = state.directory
    state.directories = tuple(dict.fromkeys(normal(target, d, state.home) for d in state.directories))
    return Value(state.directory + "\n") if call.words[0].text == "pushd" else NOTHING


def _popd(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    state.directories = tuple(dict.fromkeys((state.before, *state.directories)))
    return NOTHING


def _declare(reader: Reader, call: Call) -> Value:
    state = call.state
    words, letters = _operands(call)
    exporting = call.words[0].text == "export" or "x" in letters
    environment = list(call.environment)
    for word in words:
        name, equals, text = word.text.partition("=")
        name = name.removesuffix("+")
        if not name.isidentifier():
            name, _, index = name.partition("[")
            if "$(" in index or "`" in index:
                from guardsh.reading.walk import evaluated

                evaluated(reader, index, state, word.span)
            if not name.isidentifier():
                continue
        if equals and name not in state.arrays:
            if not (name in state.variables and any(v.text == text for v in state.variables[name])):
                state.assign(name, (word.but(text=text),))
        if exporting:
            state.exported[name] = None
            if equals:
                environment.append((name, word.but(text=text)))
    actions.note(reader, call.but(environment=tuple(environment)))
    return NOTHING


def _unset(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, letters = _operands(call)
    for word in words:
        if "f" in letters:
            call.state.functions.pop(word.text, None)
        else:
            call.state.forget(word.text)
            if word.text not in call.state.variables:
                call.state.functions.pop(word.text, None)
    return NOTHING


def _set(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words = list(call.words[1:])
    while words:
        text = words[0].text
        if text == "--" or text[:1] not in "-+" or len(text) < 2:
            call.state.positional = tuple(words[1:] if text in ("--", "-") else words)
            break
        words.pop(0)
        if "f" in text[1:]:
            call.state.no_glob = text[0] == "-"
        if text[-1] == "o" and words:
            if words.pop(0).text == "noglob":
                call.state.no_glob = text[0] == "-"
    return NOTHING


def _shift(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    count = call.words[1].text if len(call.words) > 1 else "1"
    if state.positional is not None:
        state.positional = state.positional[int(count) :] if count.isdigit() else None
    return NOTHING


def _read(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    words, letters = _operands(call, "adinNptu")
    array = next((call.words[i + 1].text for i, w in enumerate(call.words[:-1]) if w.text in ("-a",)), "")
    source = reader.content(call.stdin, state) if call.stdin is not None else Value(HOLE, origins=(Origin("input", "stdin"),))
    lines = [source.but(text=line) for line in source.text.replace("\0", "\n").split("\n") if line][:32] or [source.but(text="")]
    if array:
        state.arrays[array] = tuple(line.but(text=piece) for line in lines[:1] for piece in line.text.split() or [""])
    names = [word.text for word in words] or ["REPLY"]
    for place, name in enumerate(names):
        if not name.isidentifier():
            continue
        if len(names) == 1:
            values = tuple(lines)
        else:
            values = tuple(line.but(text=_field(line.text, place, len(names))) for line in lines)
        state.assign(name, tuple(dict.fromkeys(values)))
    return NOTHING


def _field(line: str, place: int, count: int) -> str:
    pieces = line.split(None, count - 1)
    if HOLE in line and place >= len(pieces):
        return HOLE
    return pieces[place] if place < len(pieces) else ""


def _mapfile(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, _ = _operands(call, "dnOsuCc")
    source = reader.content(call.stdin, call.state) if call.stdin is not None else Value(HOLE, origins=(Origin("input", "stdin"),))
    items = [source.but(text=line) for line in source.text.split("\n") if line][:256]
    call.state.arrays[words[0].text if words else "MAPFILE"] = tuple(items)
    for place, word in enumerate(call.words[:-1]):
        if word.text == "-C":
            reader.shell_text(call.words[place + 1], call, same_shell=True)
    return NOTHING


def _printf(reader: Reader, call: Call) -> Value:
    if len(call.words) > 3 and call.words[1].text == "-v":
        from guardsh.reading.answers import formatted
        from guardsh.reading.walk import evaluated

        actions.note(reader, call)
        name, bracket, index = call.words[2].text.partition("[")
        if "$(" in index or "`" in index:
            evaluated(reader, index, call.state, call.words[2].span)
        value = formatted(call.words[3], list(call.words[4:]))
        if bracket:
            call.state.arrays[name] = (*call.state.arrays.get(name, ()), value)
        else:
            call.state.assign(name, (value,))
        return NOTHING
    return actions.program(reader, call)


def _eval(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words = call.words[1:]
    if words and words[0].text == "--":
        words = words[1:]
    origins = tuple(dict.fromkeys(origin for word in words for origin in word.origins))
    text = Value(" ".join(word.text for word in words), call.span, origins)
    return reader.shell_text(text, call.but(depth=call.depth + 1), same_shell=True)


def _source(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words = call.words[1:]
    if words and words[0].text == "--":
        words = words[1:]
    if not words:
        return NOTHING
    state = call.state
    path = normal(words[0].text, state.directory, state.home)
    if words[0].text in ("/dev/stdin", "-") and call.stdin is not None:
        return reader.shell_text(call.stdin, call.but(stdin=None), same_shell=True)
    written = state.files.get(path)
    text = written if written is not None else None
    if text is None:
        known = reader.file_text(path, state)
        text = Value(known, words[0].span, (Origin("file", path),)) if known is not None else None
    if text is None or path in reader.active:
        reader.effect("run", call, words[0], "own-file", details=(("language", "shell"),))
        state.loose = True
        return Value(HOLE)
    outer = state.positional
    if len(words) > 1:
        state.positional = words[1:]
    reader.active.append(path)
    try:
        return reader.shell_text(text, call.but(depth=call.depth + 1), same_shell=True)
    finally:
        reader.active.pop()
        state.positional = outer


def _exec(reader: Reader, call: Call) -> Value:
    from guardsh.reading import walk

    words = list(call.words[1:])
    while words and words[0].text[:1] == "-" and len(words[0].text) > 1:
        option = words.pop(0).text
        if option == "--":
            break
        if option.endswith("a") and words:
            words.pop(0)
    actions.note(reader, call)
    if not words:
        return NOTHING
    return walk.run(reader, call.through("exec", tuple(words)).but(redirects=()))


def _command(reader: Reader, call: Call) -> Value:
    words, letters = _operands(call)
    if "v" in letters or "V" in letters:
        actions.note(reader, call)
        return Value(f"/usr/bin/{words[0].text}\n") if words else NOTHING
    if not words:
        return NOTHING
    inner = call.through(call.words[0].text, tuple(words))
    builtin = BUILTINS.get(words[0].text)
    return builtin(reader, inner) if builtin is not None else actions.program(reader, inner)


def _trap(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, letters = _operands(call)
    if len(words) > 1 and words[0].text not in ("", "-") and "p" not in letters:
        state = call.state.copy()
        return reader.shell_text(words[0], call.but(state=state, stdin=None, depth=call.depth + 1))
    return NOTHING


def _alias(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    for word in call.words[1:]:
        name, equals, text = word.text.partition("=")
        if equals and name:
            call.state.aliases[name] = text
    return NOTHING


def _unalias(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    for word in call.words[1:]:
        call.state.aliases.pop(word.text, None)
    return NOTHING


def _let(reader: Reader, call: Call) -> Value:
    from guardsh.reading.walk import evaluated

    actions.note(reader, call)
    for word in call.words[1:]:
        if "$(" in word.text or "`" in word.text:
            evaluated(reader, word.text, call.state, word.span)
        name, equals, _ = word.text.partition("=")
        if equals and name.isidentifier():
            call.state.assign(name, (Value(TOKEN),))
    return NOTHING


def _getopts(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    if len(call.words) > 2 and call.words[2].text.isidentifier():
        call.state.assign(call.words[2].text, (Value(TOKEN),))
        call.state.assign("OPTARG", (Value(HOLE, origins=(Origin("input", "OPTARG"),)),))
    return NOTHING


def _test(reader: Reader, call: Call) -> Value:
    """test -v 'a[$(cmd)]' evaluates its subscript."""
    actions.note(reader, call)
    for place, word in enumerate(call.words[:-1]):
        following = call.words[place + 1]
        if word.text == "-v" and ("$(" in following.text or "`" in following.text):
            from guardsh.reading.walk import evaluated

            evaluated(reader, following.text, call.state, following.span)
    return NOTHING


def _shopt(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    texts = [word.text for word in call.words[1:]]
    if "expand_aliases" in texts:
        call.state.expand_aliases = "-s" in texts
    return NOTHING


def _hash(reader: Reader, call: Call) -> Value:
    """hash -p /path/to/program name: name runs that program from here on."""
    actions.note(reader, call)
    texts = call.words[1:]
    if len(texts) > 2 and texts[0].text == "-p":
        call.state.aliases[texts[2].text] = texts[1].text
    return NOTHING


BUILTINS: dict[str, Callable[[Reader, Call], Value]] = {
    "cd": _cd,
    "pushd": _cd,
    "popd": _popd,
    "export": _declare,
    "declare": _declare,
    "typeset": _declare,
    "local": _declare,
    "readonly": _declare,
    "unset": _unset,
    "set": _set,
    "shift": _shift,
    "read": _read,
    "mapfile": _mapfile,
    "readarray": _mapfile,
    "printf": _printf,
    "eval": _eval,
    "source": _source,
    ".": _source,
    "exec": _exec,
    "command": _command,
    "builtin": _command,
    "trap": _trap,
    "alias": _alias,
    "unalias": _unalias,
    "let": _let,
    "getopts": _getopts,
    "test": _test,
    "[": _test,
    "shopt": _shopt,
    "hash": _hash,
    ":": _plain,
    "return": _plain,
    "exit": _plain,
    "wait": _plain,
    "jobs": _plain,
    "times": _plain,
    "umask": _plain,
    "break": _plain,
    "continue": _plain,
}
