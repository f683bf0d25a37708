"""Assignments: NAME=value, NAME=(…), NAME[subscript]=value, in front of a command and as words of declare."""

from __future__ import annotations

from guardsh.reading.arrays import Array, unknown
from guardsh.reading.model import HOLE, TOKEN, Origin, Value
from guardsh.reading.output import named
from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.expand import Expander
    from guardsh.reading.state import State

_PROMPTS = frozenset("PS0 PS1 PS2 PS4".split())  # expanded again by the shell before it prints them
_TABLES = ("BASH_ALIASES", "BASH_CMDS")  # associative arrays that the shell keeps itself
_FOLLOWED = 16  # arrays that one assignment may yield
Pairs = tuple[tuple[str, Value], ...]


def assign(expander: Expander, node: nodes.Assignment, state: State) -> None:
    """NAME=value as a command of its own."""
    if isinstance(node.value, tuple):
        _assign_list(expander, node, node.value, state)
        return
    values = expander.text(node.value)
    if node.subscript is not None:
        _assign_item(expander, node, node.subscript, values, state)
        return
    if node.append:
        values = tuple(v.but(text=o.text + v.text, origins=o.origins + v.origins) for o in state.look_up(node.name) for v in values)
    store(expander, node.name, values, state, node.span)


def store(expander: Expander, name: str, values: tuple[Value, ...], state: State, span: nodes.Span) -> None:
    """A variable gets a value; what the shell does with some variables by itself is read."""
    if state.attributes and "i" in state.attributes.get(state.resolved(name), ""):
        for value in values:
            expander.evaluate_names(value.text, span)
        values = tuple(value.but(text=expander.number(value.text)) for value in values)
    state.assign(name, values)
    special(expander, name, values, span)


def special(expander: Expander, name: str, values: tuple[Value, ...], span: nodes.Span) -> None:
    """Prompts and PROMPT_COMMAND hold text that the shell runs."""
    if name in _PROMPTS:
        for value in values:
            if "$(" in value.text or "`" in value.text or "${" in value.text:
                expander.evaluate(value.text, span)
    elif name == "PROMPT_COMMAND":
        for value in values:
            if value.text.strip():
                expander.evaluate(f"$({value.text}\n)", span)


def _assign_list(expander: Expander, node: nodes.Assignment, elements: tuple[nodes.Element, ...], state: State) -> None:
    """NAME=(…)"""
    known = state.arrays.get(state.resolved(node.name), ())
    associative = node.name in _TABLES or any(array.associative for array in known)
    start = tuple(known) or (Array(),) if node.append else (Array(associative=associative),)
    arrays = list(start)
    for element in elements:
        if element.subscript is None:
            readings = expander.fields(element.value)
            arrays = _followed([array.add(named(reading)) for array in arrays for reading in readings])
            continue
        keys = _keys(expander, element.subscript, associative)
        values = expander.text(element.value)
        arrays = _followed([array.put(key, value, element.append) for array in arrays for key in keys for value in values])
    state.assign_array(node.name, tuple(arrays))
    _told(node.name, tuple(arrays), state)


def _followed(arrays: list[Array]) -> list[Array]:
    """As many as are followed; what is more becomes one of which nothing is known."""
    if len(arrays) <= _FOLLOWED:
        return arrays
    return [*arrays[: _FOLLOWED - 1], unknown(Origin("transformed", "too many values"), HOLE)]


def _assign_item(expander: Expander, node: nodes.Assignment, subscript: nodes.Word, values: tuple[Value, ...], state: State) -> None:
    """NAME[subscript]=value"""
    arrays = state.array(node.name) or (Array(),)
    told = node.name in _TABLES
    keys = _keys(expander, subscript, told or any(array.associative for array in arrays))
    made = tuple(array.put(key, value, node.append) for array in arrays for key in keys for value in values)
    state.assign_array(node.name, made)
    _told(node.name, made, state)


def _told(name: str, arrays: tuple[Array, ...], state: State) -> None:
    """BASH_ALIASES and BASH_CMDS are the shell's own tables."""
    if name in _TABLES:
        for array in arrays:
            for key, value in array.items:
                state.aliases[key] = value.text


def _keys(expander: Expander, subscript: nodes.Word, associative: bool) -> tuple[str, ...]:
    if associative:
        return tuple(value.text for value in expander.text(subscript, tilde=False))
    key = expander.arithmetic(subscript).text
    if key != TOKEN:
        return (key,)
    # an array that nobody declared may still be an associative one
    texts = tuple(value.text for value in expander.text(subscript, tilde=False))
    return texts if all(text.isidentifier() and expander.state.is_set(text) is False for text in texts) else (TOKEN,)


def prefixed(expander: Expander, node: nodes.Assignment, state: State) -> Pairs:
    """NAME=value in front of a command: the pairs of name and value, one for each value it may be."""
    if isinstance(node.value, tuple):
        return ((node.name, Value(HOLE, node.span)),)
    values = expander.text(node.value)
    if node.append:
        values = tuple(value.but(text=old.text + value.text) for old in state.look_up(node.name) for value in values)
    special(expander, node.name, values, node.span)
    return tuple((node.name, value) for value in values)


def declared(expander: Expander, node: nodes.Assignment, state: State, letters: str = "", hides: bool = False) -> Value:
    """NAME=value among the words of declare, export …: the word, with its value; arrays are assigned at once.

    letters: of the options in front of it. hides: does it make a local variable?
    """
    if hides:
        hide(state, node.name)
    if isinstance(node.value, tuple) or node.subscript is not None:
        if "A" in letters and node.name not in state.arrays:
            state.assign_array(node.name, (Array(associative=True),))
        assign(expander, node, state)
        return Value(node.name, node.span)
    values = expander.text(node.value)
    sign = "+=" if node.append else "="
    texts = tuple(dict.fromkeys(f"{node.name}{sign}{value.text}" for value in values))
    origins = tuple(dict.fromkeys(origin for value in values for origin in value.origins))
    if len(texts) == 1:
        return Value(texts[0], node.span, origins)
    return Value(f"{node.name}{sign}{HOLE}", node.span, origins, options=texts)


def hide(state: State, name: str) -> None:
    """A local variable hides what the name meant outside of the function."""
    if state.scope is not None and name not in state.scope:
        state.scope[name] = state.binding(name)
