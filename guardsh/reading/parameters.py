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


def expand(expander: Expander, node: nodes.Parameter) -> list[Chunks]:
    """The readings of a parameter expansion, each a list of chunks."""
    if node.operator in ("prefix", "keys"):
        return [[_chunk(node, Value(HOLE, origins=(Origin("names", node.name),)))]]
    items = _items(expander, node)
    if items is not None and not node.length:
        return [_list(expander, node, items)]
    if node.length:
        return [[_chunk(node, Value(_length(expander, node)))]]
    if node.indirect:
        return _indirect(expander, node)
    return _scalar(expander, node, _values(expander, node))


def _values(expander: Expander, node: nodes.Parameter) -> tuple[Value, ...]:
    state = expander.state
    name = node.name
    if name.isdigit() and name != "0":
        if state.positional is None:
            return (Value(HOLE, origins=(Origin("input", "$" + name),)),)
        place = int(name) - 1
        return (state.positional[place],) if place < len(state.positional) else (Value("", origins=(Origin("unset", name),)),)
    if name == "0":
        return (Value(TOKEN),)
    if node.subscript is not None:
        array = state.arrays.get(name)
        index = expander.text(node.subscript)[0].text
        if array is not None and index.lstrip("-").isdigit() and -len(array) <= int(index) < len(array):
            return (array[int(index)],)
        if array is not None:
            return array[:8] or (Value(""),)
        return state.look_up(name) if index in ("0", "") else (Value(HOLE, origins=(Origin("item", name),)),)
    return state.look_up(name)


def _items(expander: Expander, node: nodes.Parameter) -> tuple[Value, ...] | None:
    """The items of $@, $*, ${a[@]} or ${a[*]}; None for anything else."""
    state = expander.state
    if node.name in ("@", "*") and node.subscript is None:
        if state.positional is None:
            return (Value(HOLE, origins=(Origin("input", "$@"),)),)
        return state.positional
    subscript = node.subscript
    if subscript is None or len(subscript.parts) != 1:
        return None
    part = subscript.parts[0]
    if not isinstance(part, nodes.Literal) or part.text not in ("@", "*"):
        return None
    if node.name in state.arrays:
        return state.arrays[node.name]
    if state.is_set(node.name) is False:
        return ()
    return state.look_up(node.name)


def _list(expander: Expander, node: nodes.Parameter, items: tuple[Value, ...]) -> Chunks:
    star = node.name == "*" or node.subscript is not None and _is_star(node.subscript)
    if node.operator == ":" or node.indirect:
        items = items[:1] and (Value(HOLE, origins=tuple(o for item in items for o in item.origins)),)
    elif node.operator in (":-", "-", ":=", "=") and not items and node.word is not None:
        return [chunk for chunk in expander.chunks(node.word.parts, tilde=True)[0]]
    elif node.operator in (":+", "+"):
        return expander.chunks(node.word.parts, tilde=True)[0] if items and node.word is not None else []
    elif node.operator:
        items = tuple(option for item in items for option in _applied(expander, node, item))
    chunks: Chunks = []
    for place, item in enumerate(items):
        last = place == len(items) - 1
        if node.quoted and star:
            chunks.append(_chunk(node, item))
            if not last:
                chunks.append(Chunk(" "))
        else:
            chunks.append(_chunk(node, item).but(ends_field=not last))
    return chunks


def _is_star(subscript: nodes.Word) -> bool:
    part = subscript.parts[0]
    return isinstance(part, nodes.Literal) and part.text == "*"


def _length(expander: Expander, node: nodes.Parameter) -> str:
    items = _items(expander, node)
    if items is not None:
        return str(len(items)) if expander.state.positional is not None or node.name not in ("@", "*") else TOKEN
    values = _values(expander, node)
    return str(len(values[0].text)) if len(values) == 1 and values[0].known else TOKEN


def _indirect(expander: Expander, node: nodes.Parameter) -> list[Chunks]:
    readings: list[Chunks] = []
    for value in _values(expander, node):
        name, bracket, index = value.text.partition("[")
        if not value.known or not name:
            readings.append([_chunk(node, Value(HOLE, origins=(Origin("indirect", node.name), *value.origins)))])
            continue
        subscript = nodes.Word(node.span, (nodes.Literal(node.span, index[:-1]),)) if bracket else None
        if "$(" in index or "`" in index:
            expander.evaluate(index, node.span)
        readings += expand(expander, node.but(name=name, indirect=False, subscript=subscript))
    return readings


def _scalar(expander: Expander, node: nodes.Parameter, values: tuple[Value, ...]) -> list[Chunks]:
    operator = node.operator
    if operator in (":-", "-", ":=", "=", ":?", "?", ":+", "+"):
        return _conditional(expander, node, values)
    readings: list[Chunks] = []
    for value in values:
        for option in _applied(expander, node, value) if operator else (value,):
            readings.append([_chunk(node, option)])
    return readings


def _conditional(expander: Expander, node: nodes.Parameter, values: tuple[Value, ...]) -> list[Chunks]:
    """${x:-word} and its kin: by what is known of x, one side or both."""
    state, operator = expander.state, node.operator
    readings: list[Chunks] = []
    word = node.word if node.word is not None else nodes.Word(node.span, ())
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
            if operator.endswith("="):
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
    return readings


def _applied(expander: Expander, node: nodes.Parameter, value: Value) -> tuple[Value, ...]:
    """The value behind an operator that changes its text."""
    operator, text = node.operator, value.text
    if operator.startswith("@"):
        return (_transformed(expander, node, value),)
    if operator == ":":
        return (_substring(expander, node, value),)
    if operator[:1] in ("^", ","):
        return (value.but(text=_cased(text, operator)),)
    if not value.known or len(text) > _LONG_FOR_PATTERNS:
        if operator in ("%", "%%") and not text.startswith(HOLE) and len(text) <= _LONG_FOR_PATTERNS:
            return (value.but(text=text[: text.index(HOLE)] + HOLE if HOLE in text else text),)
        return (value.but(text=HOLE, origins=value.origins or (Origin("transformed", node.name),)),)
    found = []
    for pattern in expander.pattern(node.word) if node.word is not None else (Value(""),):
        if operator in ("#", "##"):
            found.append(patterns.without_prefix(text, pattern.text, operator == "##"))
        elif operator in ("%", "%%"):
            found.append(patterns.without_suffix(text, pattern.text, operator == "%%"))
        else:
            by = expander.text(node.replacement)[0].text if node.replacement is not None else ""
            found.append(patterns.replaced(text, pattern.text, by, operator))
    return tuple(value.but(text=option) for option in dict.fromkeys(found))


def _transformed(expander: Expander, node: nodes.Parameter, value: Value) -> Value:
    """${x@OPERATOR}: Q quotes, U u L change case, E decodes escapes, P expands as a prompt: its substitutions run."""
    operator = expander.text(node.word)[0].text if node.word is not None else ""
    if operator == "P" and ("$" in value.text or "`" in value.text or not value.known):
        expander.evaluate(value.text, node.span)
        return Value(HOLE, node.span, (Origin("transformed", node.name), *value.origins))
    if operator in ("U", "u", "L"):
        return value.but(text=_cased(value.text, {"U": "^^", "u": "^", "L": ",,"}[operator]))
    if operator in ("Q", "P") and value.text.isalnum():
        return value
    return Value(HOLE, node.span, (Origin("transformed", node.name), *value.origins))


def _substring(expander: Expander, node: nodes.Parameter, value: Value) -> Value:
    word = expander.text(node.word, tilde=False)[0].text if node.word is not None else ""
    offset, _, length = word.partition(":")
    if node.replacement is not None:
        length = expander.text(node.replacement, tilde=False)[0].text
    try:
        start = int(offset.strip() or "0")
        count = int(length.strip()) if length.strip() else None
    except ValueError:
        return value.but(text=HOLE, origins=value.origins or (Origin("transformed", node.name),))
    if not value.known:
        return value.but(text=HOLE)
    text = value.text[start:] if start >= 0 else value.text[max(len(value.text) + start, 0) :]
    return value.but(text=text if count is None else text[:count] if count >= 0 else text[:count])


def _cased(text: str, operator: str) -> str:
    if operator == "^^":
        return text.upper()
    if operator == ",,":
        return text.lower()
    return (text[:1].upper() if operator == "^" else text[:1].lower()) + text[1:]


def _chunk(node: nodes.Parameter, value: Value) -> Chunk:
    return Chunk(value.text, node.quoted, not node.quoted, value.origins)
