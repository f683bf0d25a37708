"""Parameter expansion (bash manual, 3.5.3): $name, ${name…} and every operator of it."""

from __future__ import annotations

from guardsh.reading import patterns
from guardsh.reading.expand import Chunk, Expander
from guardsh.reading.model import HOLE, TOKEN, Origin, Value
from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.expand import Chunks

_LONG_FOR_PATTERNS = 2000
_CONDITIONAL = (":-", "-", ":=", "=", ":?", "?", ":+", "+")


def expand(expander: Expander, node: nodes.Parameter) -> list[Chunks]:
    """The readings of a parameter expansion, each a list of chunks."""
    if node.operator == "prefix":
        return [_list(expander, node, _prefixed(expander, node.name))]
    if node.operator == "keys":
        return [_list(expander, node, items) for items in _keys(expander, node)]
    alternatives = _items(expander, node)
    if node.length:
        return [[_chunk(node, Value(_length(expander, node, alternatives)))]]
    if alternatives is not None and not node.indirect:
        return [reading for items in alternatives for reading in _listed(expander, node, items)]
    if node.indirect:
        return _indirect(expander, node)
    return _scalar(expander, node, _values(expander, node))


# ---------------------------------------------------------------- values


def _values(expander: Expander, node: nodes.Parameter) -> tuple[Value, ...]:
    state, name = expander.state, node.name
    if name.isdigit() and name != "0":
        return _positional(expander, int(name))
    if name == "0":
        return (state.zero,)
    if name == "#" and state.positional is not None:
        return (Value(str(len(state.positional))),)
    if node.subscript is not None:
        return _item(expander, name, node.subscript)
    return state.look_up(name)


def _positional(expander: Expander, number: int) -> tuple[Value, ...]:
    given = expander.state.positional
    if given is None:
        return (Value(HOLE, origins=(Origin("input", f"${number}"),)),)
    return (given[number - 1],) if number <= len(given) else (Value("", origins=(Origin("unset", str(number)),)),)


def _item(expander: Expander, name: str, subscript: nodes.Word) -> tuple[Value, ...]:
    """${name[subscript]}"""
    state = expander.state
    keys = key_texts(expander, name, subscript)
    arrays = state.array(name)
    if arrays is None:
        return state.look_up(name) if keys == ("0",) else (Value("", origins=(Origin("unset", name),)),)
    found: dict[Value, None] = {}
    for array in arrays:
        for key in keys:
            for value in array.get(key) or (Value("", origins=(Origin("unset", name),)),):
                found[value] = None
    return tuple(found)[:64]


def key_texts(expander: Expander, name: str, subscript: nodes.Word) -> tuple[str, ...]:
    """What a subscript may stand for: a number, or the key of an associative array."""
    state = expander.state
    arrays = state.arrays.get(state.resolved(name), ())
    if any(array.associative for array in arrays):
        return tuple(value.text for value in expander.text(subscript, tilde=False))
    return (expander.arithmetic(subscript).text,)


def _items(expander: Expander, node: nodes.Parameter) -> list[tuple[Value, ...]] | None:
    """What $@, $*, ${a[@]} or ${a[*]} may list; None for anything else."""
    state = expander.state
    if node.name in ("@", "*") and node.subscript is None:
        if state.positional is None:
            return [(Value(HOLE, origins=(Origin("input", "$@"),)),)]
        return [state.positional]
    if node.subscript is None or not _is_all(node.subscript):
        return None
    arrays = state.array(node.name)
    return [()] if arrays is None else [array.values for array in arrays]


def _keys(expander: Expander, node: nodes.Parameter) -> list[tuple[Value, ...]]:
    """${!name[@]}"""
    arrays = expander.state.array(node.name)
    if arrays is None:
        return [()]
    return [tuple(Value(key, origins=(Origin("names", node.name),)) for key, _ in array.items) for array in arrays]


def _prefixed(expander: Expander, prefix: str) -> tuple[Value, ...]:
    """${!prefix*}"""
    state = expander.state
    names = sorted({name for name in (*state.variables, *state.arrays, *state.environment) if name.startswith(prefix)})
    found = tuple(Value(name, origins=(Origin("names", prefix),)) for name in names)
    return (*found, Value(HOLE, origins=(Origin("names", prefix),))) if state.loose else found


def _is_all(subscript: nodes.Word) -> bool:
    part = subscript.parts[0] if len(subscript.parts) == 1 else None
    return isinstance(part, nodes.Literal) and part.text in ("@", "*")


# ---------------------------------------------------------------- lists


def _listed(expander: Expander, node: nodes.Parameter, items: tuple[Value, ...]) -> list[Chunks]:
    """`"$@"` and its kin with whatever operator stands behind them."""
    operator = node.operator
    word = node.word
    if operator == ":":
        return [_list(expander, node, chosen) for chosen in _sliced(expander, node, items)]
    if operator.endswith("+"):
        return _word(expander, node, word) if items and word is not None else [[]]
    if operator in _CONDITIONAL:
        if items and not (operator.startswith(":") and all(item.text == "" for item in items)):
            return [_list(expander, node, items)]
        return _word(expander, node, word) if word is not None else [[]]
    if operator:
        items = tuple(option for item in items for option in _applied(expander, node, item))
    return [_list(expander, node, items)]


def _list(expander: Expander, node: nodes.Parameter, items: tuple[Value, ...]) -> Chunks:
    star = node.name == "*" or node.subscript is not None and _is_star(node.subscript) or node.operator == "prefix"
    separators = expander.state.look_up("IFS")[0].text
    chunks: Chunks = []
    for place, item in enumerate(items):
        last = place == len(items) - 1
        if node.quoted and star:
            chunks.append(_chunk(node, item))
            if not last and separators:
                chunks.append(Chunk(separators[0]))
        else:
            chunks.append(_chunk(node, item).but(ends_field=not last))
    if not items and node.quoted and star:
        chunks.append(Chunk(""))
    return chunks


def _is_star(subscript: nodes.Word) -> bool:
    part = subscript.parts[0]
    return isinstance(part, nodes.Literal) and part.text == "*"


def _sliced(expander: Expander, node: nodes.Parameter, items: tuple[Value, ...]) -> list[tuple[Value, ...]]:
    """${@:offset:length} and ${a[@]:offset:length}; where offset or length isn't known, each item may be the first."""
    offset, length = _bounds(expander, node)
    if node.name in ("@", "*") and node.subscript is None:
        if expander.state.positional is None:
            return [items]
        items = (expander.state.zero, *items)
    if offset is None or length == TOKEN:
        return [items[start:] for start in range(min(len(items), 16))] or [()]
    start = offset if offset >= 0 else max(len(items) + offset, 0)
    if length is None:
        return [items[start:]]
    count = int(length)
    return [items[start : start + count] if count >= 0 else items[start:count]]


def _bounds(expander: Expander, node: nodes.Parameter) -> tuple[int | None, str | None]:
    """Offset and length of ${…:offset:length}; None and TOKEN where they aren't known, None for no length."""
    first, second = _at_colon(node.word) if node.word is not None else (None, None)
    start = expander.arithmetic(first).text if first is not None and first.parts else "0"
    length = expander.arithmetic(second).text if second is not None else None
    if length is not None and not _is_number(length):
        length = TOKEN
    return int(start) if _is_number(start) else None, length


def _at_colon(word: nodes.Word) -> tuple[nodes.Word, nodes.Word | None]:
    """`offset:length` as two words; a colon in parentheses or behind ? is part of the expression."""
    depth = 0
    for place, part in enumerate(word.parts):
        if not isinstance(part, nodes.Literal):
            continue
        for at, sign in enumerate(part.text):
            depth += (sign in "(?") - (sign == ")")
            if sign == ":" and depth <= 0:
                before, after = part.but(text=part.text[:at]), part.but(text=part.text[at + 1 :])
                return word.but(parts=(*word.parts[:place], before)), word.but(parts=(after, *word.parts[place + 1 :]))
            if sign == ":":
                depth -= 1
    return word, None


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit() and text.isascii()


def _length(expander: Expander, node: nodes.Parameter, alternatives: list[tuple[Value, ...]] | None) -> str:
    if alternatives is not None:
        if expander.state.positional is None and node.name in ("@", "*"):
            return TOKEN
        return str(len(alternatives[0])) if len(alternatives) == 1 else TOKEN
    values = _values(expander, node)
    return str(len(values[0].text)) if len(values) == 1 and values[0].known else TOKEN


def _indirect(expander: Expander, node: nodes.Parameter) -> list[Chunks]:
    """${!name}: the parameter whose name is the value of another."""
    readings: list[Chunks] = []
    for value in _values(expander, node):
        name, bracket, index = value.text.partition("[")
        if not name or not (name.isidentifier() or name.isdigit() or name in "@*#?-$!"):
            readings.append([_chunk(node, Value(HOLE, node.span, (Origin("names", node.name), *value.origins)))])
            continue
        subscript = nodes.Word(node.span, (nodes.Literal(node.span, index.rstrip("]")),)) if bracket else None
        if bracket:
            expander.evaluate_names(index, node.span)
        readings += expand(expander, node.but(name=name, indirect=False, subscript=subscript))
    return readings


# ---------------------------------------------------------------- operators


def _scalar(expander: Expander, node: nodes.Parameter, values: tuple[Value, ...]) -> list[Chunks]:
    if node.operator in _CONDITIONAL:
        return _conditional(expander, node, values)
    readings: list[Chunks] = []
    for value in values:
        for option in _applied(expander, node, value) if node.operator else (value,):
            readings.append([_chunk(node, option)])
    return readings


def _conditional(expander: Expander, node: nodes.Parameter, values: tuple[Value, ...]) -> list[Chunks]:
    """${x:-word} and its kin: by what is known of x, one side or both."""
    state, operator = expander.state, node.operator
    readings: list[Chunks] = []
    word = node.word if node.word is not None else nodes.Word(node.span, ())
    if operator.endswith("?"):
        _word(expander, node, word)
    for value in values:
        missing = _missing(state.is_set(node.name) if not node.name.isdigit() else None, value, operator)
        if operator.endswith("+"):
            if missing is not True:
                readings += _word(expander, node, word)
            if missing is not False:
                readings.append([Chunk("", node.quoted, not node.quoted)])
            continue
        if missing is not True:
            readings.append([_chunk(node, value)])
        if missing is not False and not operator.endswith("?"):
            options = _word(expander, node, word)
            readings += options
            if operator.endswith("=") and node.name.isidentifier():
                text = tuple(Value("".join(c.text for c in chunks), node.span) for chunks in options)
                state.assign(node.name, text if missing else values + text)
    return readings or [[_chunk(node, Value(HOLE))]]


def _missing(is_set: bool | None, value: Value, operator: str) -> bool | None:
    """Is the parameter taken for unset (or null, with a colon)? None: that isn't known."""
    if value.comes_from("unset") and value.text == "":
        return True
    if operator.startswith(":"):
        if value.text == "":
            return True
        return None if value.text.strip(HOLE) == "" else False
    return None if is_set is None or HOLE in value.text else not is_set


def _word(expander: Expander, node: nodes.Parameter, word: nodes.Word) -> list[Chunks]:
    readings = expander.chunks(word.parts, tilde=True) if word.parts else [[Chunk("", node.quoted, not node.quoted)]]
    if node.quoted:
        return [[chunk.but(quoted=True, split=False) for chunk in chunks] for chunks in readings]
    return [[chunk if chunk.quoted else chunk.but(split=True) for chunk in chunks] for chunks in readings]


def _applied(expander: Expander, node: nodes.Parameter, value: Value) -> tuple[Value, ...]:
    """The value behind an operator that changes its text."""
    operator, text = node.operator, value.text
    if operator.startswith("@"):
        return (_transformed(expander, node, value),)
    if operator == ":":
        return _substring(expander, node, value)
    if operator[:1] in ("^", ",", "~"):
        return _recased(expander, node, value)
    found = _pattern_options(expander, node)
    if not value.known or len(text) > _LONG_FOR_PATTERNS:
        if operator in ("%", "%%") and not text.startswith(HOLE) and len(text) <= _LONG_FOR_PATTERNS:
            return (value.but(text=text[: text.index(HOLE)] + HOLE if HOLE in text else text),)
        return (value.but(text=HOLE, origins=value.origins or (Origin("transformed", node.name),)),)
    made = []
    for pattern, by in found:
        if operator in ("#", "##"):
            made.append(patterns.without_prefix(text, pattern, operator == "##"))
        elif operator in ("%", "%%"):
            made.append(patterns.without_suffix(text, pattern, operator == "%%"))
        else:
            made.append(patterns.replaced(text, pattern, by, operator))
    origins = (*value.origins, Origin("transformed", node.name)) if HOLE in made else value.origins
    return tuple(value.but(text=option, origins=origins) for option in dict.fromkeys(made))


def _pattern_options(expander: Expander, node: nodes.Parameter) -> list[tuple[str, str]]:
    """Pattern and replacement, in every reading; their substitutions run, whatever the value is."""
    found = [value.text for value in expander.pattern(node.word)] if node.word is not None else [""]
    by = [value.text for value in expander.text(node.replacement)] if node.replacement is not None else [""]
    return [(pattern, replacement) for pattern in found[:8] for replacement in by[:8]]


def _recased(expander: Expander, node: nodes.Parameter, value: Value) -> tuple[Value, ...]:
    """${x^^pattern} and its kin"""
    chosen = [pattern.text for pattern in expander.pattern(node.word)] if node.word is not None and node.word.parts else [""]
    if chosen == [""]:
        return (value.but(text=_cased(value.text, node.operator)),)
    if not value.known:
        return (value.but(text=HOLE, origins=value.origins or (Origin("transformed", node.name),)),)
    made = []
    for pattern in chosen:
        signs = list(value.text)
        for place in range(len(signs) if len(node.operator) == 2 else min(len(signs), 1)):
            if patterns.fits(pattern, signs[place]):
                signs[place] = _cased(signs[place], node.operator[:1])
        made.append("".join(signs))
    return tuple(value.but(text=text) for text in dict.fromkeys(made))


def _transformed(expander: Expander, node: nodes.Parameter, value: Value) -> Value:
    """${x@OPERATOR}: Q quotes, U u L change case, E decodes escapes, P expands as a prompt: its substitutions run."""
    operator = expander.text(node.word)[0].text if node.word is not None else ""
    if operator == "P" and ("$" in value.text or "`" in value.text or "\\" in value.text or not value.known):
        expander.evaluate(value.text, node.span)
        return Value(HOLE, node.span, (Origin("transformed", node.name), *value.origins))
    if operator in ("U", "u", "L"):
        return value.but(text=_cased(value.text, {"U": "^^", "u": "^", "L": ",,"}[operator]))
    if operator == "E" and value.known:
        from guardsh.syntax import ansi

        try:
            return value.but(text=ansi.decode(value.text))
        except ValueError:
            pass
    if operator in ("Q", "P") and value.known:
        from guardsh.reading.quoting import quoted

        return value if operator == "P" else value.but(text=quoted(value.text))
    return Value(HOLE, node.span, (Origin("transformed", node.name), *value.origins))


def _substring(expander: Expander, node: nodes.Parameter, value: Value) -> tuple[Value, ...]:
    """${x:offset:length}; where offset or length isn't known, any part of the text may be meant."""
    start, length = _bounds(expander, node)
    if not value.known or start is None or length == TOKEN:
        return (value.but(text=HOLE, origins=(Origin("transformed", node.name), *value.origins)),)
    text = value.text[start:] if start >= 0 else value.text[max(len(value.text) + start, 0) :]
    return (value.but(text=text if length is None else text[: int(length)]),)


def _cased(text: str, operator: str) -> str:
    if operator == "^^":
        return text.upper()
    if operator == ",,":
        return text.lower()
    if operator == "~~":
        return text.swapcase()
    change = {"^": str.upper, ",": str.lower, "~": str.swapcase}[operator]
    return change(text[:1]) + text[1:]


def _chunk(node: nodes.Parameter, value: Value) -> Chunk:
    return Chunk(value.text, node.quoted, not node.quoted, value.origins)
