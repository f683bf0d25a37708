"""What a program runs, by the `runs` of its description: other programs, shell text, code, files, tasks."""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading import actions
from guardsh.reading import output as outputs
from guardsh.reading.invocation import Invocation
from guardsh.reading.model import HOLE, Origin, Place, Value
from guardsh.reading.reader import Call, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Table = dict[str, Any]

    Words = tuple[Value, ...]

ITEMS = 1000  # of xargs, known ones told apart


def run(reader: Reader, call: Call, invocation: Invocation, about: Table) -> Value | None:
    """One entry of `runs`; its output if that is what the program prints."""
    if not actions.applies(invocation, about):
        return None
    language = about["as"]
    call = _placed(call, invocation, about)
    if language == "command" or "items" in about:
        return _run_words(reader, call, invocation, about)
    values = actions.targets_of(invocation, about.get("on", ["operands"]))
    if about.get("on") == ["stdin"]:
        values = values or ([] if call.stdin is None else [call.stdin])
        call = call.but(stdin=None)
    if language == "task":
        from guardsh.reading import tasks

        return tasks.run(reader, call, invocation, about, values)
    if not values:
        return None
    arguments = _arguments(invocation, about)
    if language.endswith("-file"):
        output: Value | None = None
        for value in values:
            words = arguments or (value, *invocation.operands[invocation.base + 1 :])
            output = actions.run_file(reader, call, value, language[:-5], words, about.get("dialect", ""))
        return output if output is not None else Value(HOLE, origins=(Origin("output", language),))
    if "keys" in about:
        values = [_typed(values, about["keys"])]
    elif language in (*actions.SHELLS, "cmd", "powershell") and len(values) > 1 and about.get("on") != ["stdin"] and not about.get("each"):
        values = [_joined(values)]
    return outputs.any_of([actions.code(reader, call, language, value, about.get("dialect", ""), arguments) for value in values])


def _joined(values: list[Value]) -> Value:
    """Several words as the text that a shell gets of them."""
    origins = tuple(origin for value in values for origin in value.origins)
    return Value(" ".join(value.text for value in values), values[0].span, origins)


def _typed(values: list[Value], keys: dict[str, str]) -> Value:
    """Words that are typed one after the other, some of them names of keys."""
    text = "".join(keys.get(value.text, value.text) for value in values)
    return Value(text, values[0].span, tuple(origin for value in values for origin in value.origins))


def _arguments(invocation: Invocation, about: Table) -> Words | None:
    """$0 $1 … of shell text, as `zero` and `arguments` of the description say."""
    if "arguments" not in about:
        return None
    zero = invocation.select(about.get("zero", ())) or [Value(invocation.command.name)]
    return (zero[0], *invocation.select(about["arguments"]))


def _placed(call: Call, invocation: Invocation, about: Table) -> Call:
    """The call through this program: elsewhere, if the description says so, and with the variables that it sets."""
    place, state = call.place, call.state
    if "directory" in invocation.description and invocation.command.directory != state.directory:
        state = state.copy()
        state.directories = (invocation.command.directory,)
    if "place" in about:
        kind, _, selector = about["place"].partition(":")
        names = invocation.select([selector]) if selector else []
        place = Place(kind, names[0].text if names else HOLE)
    return call.but(
        via=(*call.via, invocation.command.name),
        state=state,
        place=place,
        depth=call.depth + 1,
        environment=(*call.environment, *invocation.assignments),
        redirects=(),
        external=True,
    )


def _run_words(reader: Reader, call: Call, invocation: Invocation, about: Table) -> Value | None:
    """A command's words, or with items those of shell text."""
    from guardsh.reading import walk

    made: list[Value] = []
    state = call.state
    if "directory" in about:
        moved = invocation.select(about["directory"])
        if moved:
            state = state.copy()
            state.directories = (normal(moved[0].text, state.directory, state.home),)
    call = call.but(state=state, via=(*call.via, "loop") if "items" in about else call.via)
    for words, items in _word_lists(reader, call, invocation, about):
        if words and about.get("package"):
            words = (words[0].but(text=program_of_package(words[0].text)), *words[1:])
        for complete in _with_items(words, items, invocation, about):
            if not complete:
                continue
            if about["as"] != "command":
                made.append(actions.code(reader, call.but(stdin=None), about["as"], _joined(list(complete))))
            elif len(complete) == 1 and " " in complete[0].text.strip():
                # no program's name has blanks: whoever quotes a whole command counts on a shell at the other end
                made.append(actions.code(reader, call, "shell", complete[0]))
            elif complete[0].text not in reader.active:
                inner = call.but(words=complete, stdin=None) if items is not None else call.but(words=complete)
                made.append(walk.run(reader, inner))
    return outputs.any_of(made) if made else None


def program_of_package(package: str) -> str:
    """The program that a package is started as: without version; `@scope/cli` is the scope's own."""
    scope, slash, name = package.rpartition("/")
    name = name.partition("@")[0] if not name.startswith("@") else name
    if slash and scope.startswith("@") and name in ("cli", "cli-bin", "cmd"):
        return scope[1:]
    return name


Listed = list[tuple["tuple[Value, ...]", "list[Value] | None"]]


def _word_lists(reader: Reader, call: Call, invocation: Invocation, about: Table) -> Listed:
    """The words of each command that is run, and the items that are put into them (None: it isn't that kind of program)."""
    if "until" in about:
        lists = [option.words for option in invocation.options if option.name in about["on"]]
    else:
        words = tuple(actions.targets_of(invocation, about.get("on", ["operands"])))
        if words and words[0].text == "--":
            words = words[1:]
        lists = _from_doubtful_starts(words, _doubtful(invocation, about))
    if "items" not in about:
        return [(words, None) for words in lists]
    made: Listed = []
    for words in lists:
        words, listed = _separated(reader, call, words, about)
        if listed is not None:
            made.append((words, listed))
            continue
        source = reader.content(call.stdin, call.state) if call.stdin is not None else None
        for one in outputs.variants(source) if source is not None else [None]:
            made.append((words, _items(reader, call.but(stdin=one), invocation, about)))
    return made


def _from_doubtful_starts(words: Words, doubtful: int) -> list[Words]:
    """The command behind options that may have values; each may have two (--bind FROM TO)."""
    if not words:
        return [words]
    left, lists = 2 * doubtful, []
    for start, word in enumerate(words):
        if word.text[:1] == "-" and doubtful:
            left += 2
            continue
        if _may_be_program(word.text) or len(words) == 1 or not doubtful:
            lists.append(words[start:])
        left -= 1
        if left < 0 or len(lists) > 8:
            break
    return lists


def _may_be_program(text: str) -> bool:
    return bool(text) and text[0] != "-" and text[-1] != "/" and not text.isdigit()


def _doubtful(invocation: Invocation, about: Table) -> int:
    """How many options in front of the command may take a value, for all that the description tells."""
    if "stops" not in invocation.description or not about.get("on", ["operands"])[0].startswith("operands"):
        return 0
    return invocation.unlisted


def _separated(reader: Reader, call: Call, words: Words, about: Table) -> tuple[Words, list[Value] | None]:
    """`parallel command ::: items`: the words, and the items behind the first separator."""
    for place, word in enumerate(words):
        how = about.get("separators", {}).get(word.text.rstrip("+"))
        if how is None:
            continue
        items = [item for item in words[place + 1 :] if item.text.rstrip("+") not in about["separators"]]
        if how == "files":
            items = [piece for item in items for piece in _pieces(reader, call, reader.from_file(item, call.state), lines=True)]
        return words[:place], items
    return words, None


def _items(reader: Reader, call: Call, invocation: Invocation, about: Table) -> list[Value]:
    """What a program like xargs or find puts into the words of its command."""
    files = invocation.select(about.get("from", ()))
    by_line = any(invocation.has(option) for option in about.get("lines", ())) or about["as"] != "command"
    if files:
        return [piece for file in files for piece in _pieces(reader, call, reader.from_file(file, call.state), lines=by_line)]
    if about["items"] == "stdin":
        return _pieces(reader, call, call.stdin, lines=by_line)
    return actions.targets_of(invocation, [about["items"]]) or [Value(HOLE, call.words[0].span, (Origin("item"),))]


def _pieces(reader: Reader, call: Call, source: Value | None, *, lines: bool) -> list[Value]:
    """The items in an input: its words, or its lines."""
    span = call.words[0].span if call.words else (0, 0)
    if source is None:
        return [Value(HOLE, span, (Origin("input", "stdin"),))]
    source = reader.content(source, call.state)
    found: list[str] = []
    for text in source.options or (source.text,):
        if "\0" in text:
            pieces = text.split("\0")
        else:
            pieces = text.split("\n") if lines else _unquoted(text)
        found += [piece for piece in pieces if piece.strip()]
    pieces = found
    reader.step(len(pieces))
    if len(pieces) > ITEMS:
        pieces = pieces[:ITEMS] + [HOLE]
    return [Value(piece, span, (*source.origins, Origin("item"))) for piece in pieces]


def _unquoted(text: str) -> list[str]:
    """Words as xargs splits them: blanks and newlines separate, quotes and backslashes protect."""
    if not any(sign in text for sign in "'\"\\"):
        return text.split()
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _chunks(items: list[Value], invocation: Invocation, about: Table) -> list[list[Value]]:
    """The items of each command, as `xargs -n 2` deals them out."""
    sizes = [value.text for option in about.get("size", ()) for value in invocation.values(option)]
    if about["as"] != "command":
        return [[item] for item in items]
    if not sizes:
        return [items]
    size = int(sizes[-1]) if sizes[-1].isdigit() and sizes[-1] != "0" else 1
    return [items[start : start + size] for start in range(0, len(items), size)]


def _with_items(words: Words, items: list[Value] | None, invocation: Invocation, about: Table) -> list[Words]:
    """The words with the items put in."""
    if items is None:
        return [words]
    if not words:
        return [(item,) for item in items] if about["as"] != "command" else []
    tokens = ["{}"] if "{}" in about.get("replace", ()) else []
    tokens += [value.text for option in about.get("replace", ()) for value in invocation.values(option)]
    tokens += ["{}"] if any(invocation.has(option) and not invocation.values(option) for option in about.get("replace", ())) else []
    present = [token for token in dict.fromkeys(tokens) if token and any(token in word.text for word in words)]
    if not items:
        return [words]
    if not present:
        return [(*words, *chunk) for chunk in _chunks(items, invocation, about)] if about["items"] == "stdin" else [words]
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
