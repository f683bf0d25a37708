"""The expander of a point of the script: how substitutions inside words are read there."""

from __future__ import annotations

from guardsh.reading.expand import Expander
from guardsh.reading.model import HOLE, Origin, Value
from guardsh.reading.reader import Call
from guardsh.reading.state import State
from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.reader import Reader


def expander_of(reader: Reader, state: State) -> Expander:
    """Expands words in this state; what they substitute is walked."""
    from guardsh.reading import walk

    def substitute(body: nodes.Script) -> Value:
        inner = state.copy()
        file = _only_a_file(body)
        if file is not None:
            return reader.content(walk.redirect(reader, (file,), inner, None)[1] or Value(""), inner)
        made = reader.content(walk.script(reader, body, inner, None), inner)
        return made.but(text=made.text.replace("\0", "")) if "\0" in made.text else made

    def process(part: nodes.ProcessSubstitution) -> Value:
        return _process(reader, part, state)

    def evaluate(text: str, span: nodes.Span) -> None:
        evaluated(reader, text, state, span)

    def glob(pattern: str, directory: str) -> tuple[str, ...]:
        found = reader.world.glob(pattern, directory)
        if not state.files:
            return found
        return (*found, *(name for name in reader.written_names(pattern, state) if name not in found))

    return Expander(state, substitute, process, evaluate, glob, reader.step)


def _only_a_file(body: nodes.Script) -> nodes.Redirection | None:
    """$(< file)"""
    node = body.items[0].command if len(body.items) == 1 else None
    if not isinstance(node, nodes.Simple) or node.words or node.assignments or len(node.redirections) != 1:
        return None
    return node.redirections[0] if node.redirections[0].operator == "<" else None


def _process(reader: Reader, part: nodes.ProcessSubstitution, state: State) -> Value:
    """<(…) is a file with the commands' output; >(…) one whose content the commands read."""
    from guardsh.reading import walk

    inner = state.copy()
    path = f"/dev/fd/{63 + len(reader.consumers) + len(state.files)}"
    if part.direction == ">":

        def consume(written: Value) -> None:
            walk.script(reader, part.body, inner.copy(), written)

        consume(Value(HOLE, origins=(Origin("output", ">()"),)))
        reader.consumers[path] = consume
        return Value(path, part.span)
    output = walk.script(reader, part.body, inner, None)
    state.files[path] = output
    return Value(path, part.span, output.origins)


def evaluated(reader: Reader, text: str, state: State, span: nodes.Span) -> None:
    """Text that the shell expands a second time, as a prompt or an arithmetic expression: what it substitutes runs."""
    key = "evaluated " + text
    if key in reader.active:
        return
    call = Call((), state, reader.span(span), via=state.frame.via, place=state.frame.place, depth=state.frame.depth + 1)
    reader.effect("run", call, Value(text, span), "transformed", details=(("language", "shell"),))
    quoted = text.replace('"', "").replace("\\", "")
    reader.active.append(key)
    try:
        reader.shell_text(Value(f': "{quoted}"', span), call.but(state=state.copy()), same_shell=True)
    finally:
        reader.active.pop()
