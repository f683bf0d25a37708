"""Builtins that change what the shell knows, or run text. Names are bash's own (manual, 4); what is dangerous about any of
them is in the packs, as for programs."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading import actions, arrays, assignments, output
from guardsh.reading.expansion import evaluated, expander_of
from guardsh.reading.model import HOLE, TOKEN, Origin, Value
from guardsh.reading.output import NOTHING
from guardsh.reading.reader import Call, Reader
from guardsh.reading.state import limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.state import State

LINES = 7  # lines of input that `read` tells apart in one walk of a loop's body
ITEMS = 2048  # of mapfile


def _plain(reader: Reader, call: Call) -> Value:
    """A builtin that matters to rules only."""
    actions.note(reader, call)
    return NOTHING


def _leave(reader: Reader, call: Call) -> Value:
    """return, break, continue: what stands behind them needn't run, so the state here is one that the rest may meet."""
    actions.note(reader, call)
    reader.leave(call.state, returns=call.words[0].text == "return")
    return NOTHING


def options_of(words: tuple[Value, ...], values: str = "") -> tuple[list[Value], str, dict[str, Value]]:
    """Operands, the letters of the options, and the values of the letters that take one (`values`)."""
    rest, letters, given = list(words[1:]), "", {}
    while rest and len(rest[0].text) > 1 and rest[0].text[0] in "-+":
        word = rest.pop(0)
        if word.text == "--":
            break
        for place, letter in enumerate(word.text[1:], 2):
            letters += letter
            if letter in values:
                attached = word.text[place:]
                if attached:
                    given[letter] = word.but(text=attached)
                elif rest:
                    given[letter] = rest.pop(0)
                break
    return rest, letters, given


def _subscript(reader: Reader, call: Call, word: Value) -> str:
    """The name in NAME[subscript]; the shell evaluates the subscript."""
    name, bracket, index = word.text.partition("[")
    if bracket:
        expander_of(reader, call.state).evaluate_names(index, word.span)
    return name


# ---------------------------------------------------------------- directories


def _cd(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    words = call.words
    pushing = words[0].text == "pushd"
    operands = options_of(words)[0] if len(words) < 2 or words[1].text != "-" else list(words[1:])
    targets = [operands[0].text] if operands else [value.text for value in state.look_up("HOME")]
    if pushing and (not operands or targets[0].lstrip("+-").isdigit()):
        targets = [*([state.before] if state.before else []), HOLE]
    if targets == ["-"]:
        targets = [state.before]
    if operands and operands[0].matches:
        targets = list(operands[0].matches[:8])
    if targets == [""]:
        return NOTHING
    targets += _along(targets, state.look_up("CDPATH")[0].text)
    state.before = state.directory
    state.directories = limited(tuple(normal(target, d, state.home) for target in targets for d in state.directories))
    return Value(state.directory + "\n") if pushing else NOTHING


def _along(targets: list[str], path: str) -> list[str]:
    """Where CDPATH may lead instead."""
    if not path:
        return []
    return [
        f"{entry}/{target}"
        for entry in path.split(":")[:8]
        for target in targets
        if entry and target[:1] not in ("/", HOLE) and not target.startswith(("./", "../"))
    ]


def _popd(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    state.directories = limited((*((state.before,) if state.before else ()), *state.directories))
    return NOTHING


# ---------------------------------------------------------------- variables


def _declare(reader: Reader, call: Call) -> Value:
    state, kind = call.state, call.words[0].text
    words, letters, _ = options_of(call.words)
    if "p" in letters or "F" in letters:
        actions.note(reader, call)
        return NOTHING
    if "f" in letters:
        for word in words if kind == "export" or "x" in letters else ():
            state.exported[word.text] = None
        actions.note(reader, call)
        return NOTHING
    exporting = kind == "export" or "x" in letters
    local = kind in ("local", "declare", "typeset") and "g" not in letters
    environment = list(call.environment)
    for word in words:
        for variant in output.variants(word):
            pair = _declared(reader, call, variant, letters, local)
            if pair is None:
                continue
            if exporting:
                state.exported[pair[0]] = None
                if pair[1] is not None:
                    environment.append((pair[0], pair[1]))
        if word.options:
            _all_variants(state, word)
    actions.note(reader, call.but(environment=tuple(environment)))
    return NOTHING


def _all_variants(state: State, word: Value) -> None:
    """declare x=$y where $y may be several values: x may be each of them."""
    name = word.options[0].partition("=")[0]
    if name.isidentifier():
        state.assign(name, tuple(word.but(text=text.partition("=")[2], options=()) for text in word.options))


def _declared(reader: Reader, call: Call, word: Value, letters: str, local: bool) -> tuple[str, Value | None] | None:
    """One NAME or NAME=value of declare: the name, and its value if one was given."""
    state = call.state
    name, equals, text = word.text.partition("=")
    append = name.endswith("+")
    name = name.removesuffix("+")
    subscripted = "[" in name
    name = _subscript(reader, call, word.but(text=name))
    if not name.isidentifier():
        return None
    if local:
        assignments.hide(state, name)
    if "n" in letters:
        if equals and text.isidentifier():
            state.references[name] = text
        return None
    for letter in "ilu":
        if letter in letters and letter not in state.attributes.get(name, ""):
            state.attributes[name] = state.attributes.get(name, "") + letter
    if "A" in letters and name not in state.arrays:
        state.assign_array(name, (arrays.Array(associative=True),))
    elif "a" in letters and state.array(name) is None:
        state.assign_array(name, (arrays.Array(),))
    elif local and not equals and state.scope is not None and name not in state.arrays:
        state.forget(name)
        if "i" in letters:
            state.attributes[name] = letters
    if not equals:
        return name, None
    if subscripted:
        state.assign_array(name, (*(state.array(name) or ()), arrays.unknown(Origin("item", name), text)))
        return name, None
    value = word.but(text=state.look_up(name)[0].text + text if append else text)
    assignments.store(expander_of(reader, state), name, (value,), state, word.span)
    return name, value


def _unset(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, letters, _ = options_of(call.words)
    state = call.state
    for word in words:
        name = _subscript(reader, call, word)
        if "n" in letters:
            state.references.pop(name, None)
        elif "f" in letters:
            state.functions.pop(name, None)
        elif name != word.text:
            continue
        elif state.is_set(name) is False:
            state.functions.pop(name, None)
        else:
            state.forget(name)
    return NOTHING


def _set(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    words = list(call.words[1:])
    while words:
        text = words[0].text
        if text == "--" or text[:1] not in ("-", "+") or len(text) < 2:
            state.positional = output.named(words[1:] if text in ("--", "-") else words)
            break
        words.pop(0)
        letters = text[1:]
        if text[-1] == "o" and words:
            letters += {"noglob": "f", "allexport": "a", "xtrace": "x"}.get(words.pop(0).text, "")
        for letter in letters:
            state.options = state.options.replace(letter, "") + (letter if text[0] == "-" else "")
    return NOTHING


def _shift(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    state = call.state
    count = call.words[1].text if len(call.words) > 1 else "1"
    if state.positional is not None:
        state.positional = state.positional[int(count) :] if count.isdigit() else None
    return NOTHING


# ---------------------------------------------------------------- input


def _source_of(reader: Reader, call: Call, given: dict[str, Value]) -> Value:
    """What `read -u N` and `mapfile -u N`, or without -u standard input, give."""
    from_descriptor = call.state.files.get(f"/dev/fd/{given['u'].text}") if "u" in given else None
    source = from_descriptor if from_descriptor is not None else call.stdin
    if source is None:
        source = call.state.files.get("/dev/fd/0")
    if source is None:
        return Value(HOLE, origins=(Origin("input", "stdin"),))
    return reader.content(source, call.state)


def _lines(source: Value) -> list[str]:
    found: dict[str, None] = {}
    for text in source.options or (source.text,):
        text = text.replace("\0", "\n")
        for line in text.removesuffix("\n").split("\n"):
            found[line] = None
    return list(found)


def _read(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, letters, given = options_of(call.words, "adinNptu")
    source = _source_of(reader, call, given)
    lines = _lines(source)
    if "d" in given and given["d"].text == "" and source.known:
        lines = [source.text.rstrip("\n"), *lines]
    start = reader.window * LINES
    if len(lines) > start + LINES:
        reader.more = True
    texts = lines[start : start + LINES] or ([""] if not lines else lines[-1:])
    rows = [source.but(text=text, options=()) for text in texts]
    if call.stdin is not None and "u" not in given:
        if not reader.window and any(call.stdin is one for one in reader.consumed) and rows[-1].text:
            rows.append(source.but(text="", options=()))  # what was there may be read already
        reader.consumed.append(call.stdin)
    separators = _separators(call)
    if "a" in given:
        made = tuple(arrays.of(row.but(text=piece) for piece in _pieces(row.text, separators, 0)) for row in rows)
        call.state.assign_array(given["a"].text, made)
        return NOTHING
    names = [_subscript(reader, call, word) for word in words] or ["REPLY"]
    for place, name in enumerate(names):
        if not name.isidentifier():
            continue
        values = [row if len(names) == 1 else row.but(text=_field(row.text, place, len(names), separators)) for row in rows]
        call.state.assign(name, tuple(dict.fromkeys(values)))
    return NOTHING


def _separators(call: Call) -> str:
    given = [value.text for name, value in call.environment if name == "IFS"]
    return given[-1] if given else call.state.look_up("IFS")[0].text


def _field(line: str, place: int, count: int, separators: str) -> str:
    pieces = _pieces(line, separators, count)
    if HOLE in line and place >= len(pieces):
        return HOLE
    return pieces[place] if place < len(pieces) else ""


def _pieces(line: str, separators: str, count: int) -> list[str]:
    """The fields of a line; the last of `count` takes the rest, 0 for as many as there are."""
    if separators and all(sign in " \t\n" for sign in separators):
        return line.split(None, count - 1 if count else -1)
    others = [sign for sign in separators if sign not in " \t\n"]
    if not others:
        return [line]
    for sign in others[1:]:
        line = line.replace(sign, others[0])
    return line.split(others[0], count - 1 if count else -1)


def _mapfile(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words, _, given = options_of(call.words, "dnOsuCc")
    source = _source_of(reader, call, given)
    by = given["d"].text if "d" in given and given["d"].text else "\0" if "d" in given else "\n"
    alternatives = []
    for variant in output.variants(source):
        items = [variant.but(text=line) for line in variant.text.split(by) if line]
        if len(items) > ITEMS:
            items = [*items[:ITEMS], variant.but(text=HOLE, origins=(Origin("transformed", "too many values"),))]
        alternatives.append(arrays.of(items))
    call.state.assign_array(words[0].text if words else "MAPFILE", tuple(alternatives))
    if "C" in given:
        reader.shell_text(given["C"], call, same_shell=True)
    return NOTHING


def _printf(reader: Reader, call: Call) -> Value:
    words, _, given = options_of(call.words, "v")
    if "v" not in given or not words:
        return actions.program(reader, call)
    from guardsh.reading.answers import formatted

    actions.note(reader, call)
    name = _subscript(reader, call, given["v"])
    value = formatted(words[0], words[1:])
    if name != given["v"].text:
        key = given["v"].text.partition("[")[2].rstrip("]")
        call.state.assign_array(name, tuple(array.put(key, value) for array in call.state.array(name) or (arrays.Array(),)))
    elif name.isidentifier():
        call.state.assign(name, (value,))
    return NOTHING


# ---------------------------------------------------------------- text that runs


def _eval(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    words = call.words[1:]
    if words and words[0].text == "--":
        words = words[1:]
    if len(words) == 1:
        text = words[0]
    else:
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
    path = reader.path(words[0].text, state)
    if path in ("/dev/stdin", "/dev/fd/0") or words[0].text == "-":
        return reader.shell_text(call.stdin, call.but(stdin=None), same_shell=True) if call.stdin is not None else NOTHING
    text = reader.content(reader.from_file(words[0], state), state)
    if path in reader.active or text.text == HOLE and not text.options and text.comes_from("file"):
        reader.effect("run", call, words[0], "own-file", details=(("language", "shell"),))
        reader.await_file(path, lambda written: _late_source(reader, call, written))
        state.loose = True
        return Value(HOLE)
    outer = state.positional
    if len(words) > 1:
        state.positional = output.named(words[1:])
    reader.active.append(path)
    try:
        with reader.leaving(boundary=True) as left:
            made = reader.shell_text(text.but(span=words[0].span), call.but(depth=call.depth + 1), same_shell=True)
        for end in left:
            state.join(end)
        return made
    finally:
        reader.active.pop()
        state.positional = outer


def _late_source(reader: Reader, call: Call, written: Value) -> None:
    if written.text.strip(HOLE):
        reader.shell_text(written, call.but(state=call.state.copy()), same_shell=True)


def _exec(reader: Reader, call: Call) -> Value:
    from guardsh.reading import walk

    words, _, _ = options_of(call.words, "a")
    actions.note(reader, call)
    if words:
        return walk.run(reader, call.through("exec", tuple(words)).but(redirects=(), external=True))
    state = call.state
    if call.stdin is not None:
        state.files["/dev/fd/0"] = call.stdin
    for redirect in call.redirects:
        if redirect.target is not None and redirect.operator in (">", ">>", ">|", "&>", "&>>") and redirect.descriptor in (None, 1):
            state.sinks["1"] = reader.path(redirect.target.text, state)
    return NOTHING


def _command(reader: Reader, call: Call) -> Value:
    words, letters, _ = options_of(call.words)
    if "v" in letters or "V" in letters:
        actions.note(reader, call)
        return Value(f"/usr/bin/{words[0].text}\n") if words else NOTHING
    if not words:
        return NOTHING
    inner = call.through(call.words[0].text, tuple(words))
    builtin = BUILTINS.get(words[0].text)
    return builtin(reader, inner) if builtin is not None else actions.program(reader, inner)


def _trap(reader: Reader, call: Call) -> Value:
    """The text is read as it would run now, and again as it would run at the end, when variables may have changed."""
    actions.note(reader, call)
    words, letters, _ = options_of(call.words)
    if len(words) < 2 or words[0].text in ("", "-") or "p" in letters:
        return NOTHING
    if call.state.history is None:
        call.state.history = {}
    state = call.state.copy()
    later = call.but(state=state, stdin=None, depth=call.depth + 1)
    reader.traps.append((later, words[0]))
    return reader.shell_text(words[0], later.but(state=state.copy()), same_shell=True)


def _alias(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    for word in call.words[1:]:
        name, equals, text = word.text.partition("=")
        if equals and name:
            call.state.aliases[name] = text
            if " " in text:  # what it will run with arguments of its own; a plain name is read where it is used
                reader.shell_text(word.but(text=f"{text} {HOLE}"), call.but(state=call.state.copy(), depth=call.depth + 1))
    return NOTHING


def _unalias(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    for word in call.words[1:]:
        if word.text == "-a":
            call.state.aliases.clear()
        call.state.aliases.pop(word.text, None)
    return NOTHING


def _let(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    expander = expander_of(reader, call.state)
    for word in call.words[1:]:
        expander.evaluate_names(word.text, word.span)
        expander.assign_in(word.text)
    return NOTHING


def _getopts(reader: Reader, call: Call) -> Value:
    """getopts OPTIONS NAME [words]: OPTARG may be any of the words."""
    actions.note(reader, call)
    words, _, _ = options_of(call.words)
    if len(words) > 1 and words[1].text.isidentifier():
        state = call.state
        state.assign(words[1].text, (Value(TOKEN),))
        given = words[2:] or state.positional
        if given is None:
            state.assign("OPTARG", (Value(HOLE, origins=(Origin("input", "OPTARG"),)),))
        else:
            values = (word.but(text=word.text[2:] if word.text[:1] == "-" else word.text) for word in given)
            state.assign("OPTARG", tuple(dict.fromkeys(value for value in values if value.text)) or (Value(""),))
    return NOTHING


def _test(reader: Reader, call: Call) -> Value:
    """test -v 'a[$(cmd)]' evaluates its subscript."""
    actions.note(reader, call)
    for place, word in enumerate(call.words[:-1]):
        if word.text == "-v":
            _subscript(reader, call, call.words[place + 1])
    return NOTHING


def _shopt(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    texts = [word.text for word in call.words[1:]]
    if "lastpipe" in texts and "-s" in texts:
        call.state.options += "L"
    return NOTHING


def _hash(reader: Reader, call: Call) -> Value:
    """hash -p /path/to/program name: name runs that program from here on."""
    actions.note(reader, call)
    words, _, given = options_of(call.words, "p")
    for word in words if "p" in given else ():
        call.state.aliases[word.text] = given["p"].text
    return NOTHING


def _wait(reader: Reader, call: Call) -> Value:
    actions.note(reader, call)
    _, _, given = options_of(call.words, "p")
    if "p" in given:
        _subscript(reader, call, given["p"])
    return NOTHING


def _jobs(reader: Reader, call: Call) -> Value:
    """jobs -x command"""
    from guardsh.reading import walk

    actions.note(reader, call)
    words, letters, _ = options_of(call.words)
    return walk.run(reader, call.through("jobs", tuple(words))) if "x" in letters and words else NOTHING


def _completion(reader: Reader, call: Call) -> Value:
    """complete and compgen: -C runs a command, -F a function, -W expands a word list."""
    from guardsh.reading import walk

    actions.note(reader, call)
    _, _, given = options_of(call.words, "CFWAGPSXo")
    if "C" in given:
        reader.shell_text(given["C"], call, same_shell=True)
    if "F" in given:
        walk.run(reader, call.through("complete", (given["F"],)))
    if "W" in given and ("$(" in given["W"].text or "`" in given["W"].text):
        evaluated(reader, given["W"].text, call.state, given["W"].span)
    return Value(HOLE, origins=(Origin("output", "compgen"),))


def _bind(reader: Reader, call: Call) -> Value:
    """bind -x '"key": command'"""
    actions.note(reader, call)
    _, _, given = options_of(call.words, "xmqurf")
    if "x" in given:
        text = given["x"].text.partition(":")[2].strip()
        unquoted = text[1:-1] if text[:1] == text[-1:] == '"' else text
        reader.shell_text(given["x"].but(text=unquoted), call, same_shell=True)
    return NOTHING


def _fc(reader: Reader, call: Call) -> Value:
    """fc -s and fc -e run commands of the history, which aren't known here."""
    actions.note(reader, call)
    words, letters, _ = options_of(call.words, "e")
    if "l" not in letters:
        text = " ".join(word.text.partition("=")[2] for word in words if "=" in word.text)
        reader.effect("run", call, Value(text or "history", call.span), "transformed", details=(("language", "shell"),))
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
    "wait": _wait,
    "jobs": _jobs,
    "complete": _completion,
    "compgen": _completion,
    "bind": _bind,
    "fc": _fc,
    "return": _leave,
    "break": _leave,
    "continue": _leave,
    ":": _plain,
    "exit": _plain,
    "times": _plain,
    "umask": _plain,
}
