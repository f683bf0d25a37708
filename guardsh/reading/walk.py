"""One walk over the tree: every kind of node, both branches of every condition, loops and functions bodied out.

Each function takes the reader, a node, the state at that point and what the node reads on standard input, changes the state
as the shell would, and returns what the node writes to standard output, as far as known.
"""

from __future__ import annotations

from itertools import product

from guardsh.reading.expand import Expander
from guardsh.reading.model import HOLE, Origin, Redirect, Value
from guardsh.reading.reader import Call
from guardsh.reading.state import State
from guardsh.syntax import NotUnderstood, nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.reader import Reader

COMBINATIONS = 24  # readings of one command's words that are told apart
NOTHING = Value("")
_DECLARERS = frozenset(("declare", "typeset", "local", "export", "readonly"))


def script(reader: Reader, node: nodes.Script, state: State, stdin: Value | None) -> Value:
    """A list of commands."""
    outputs: list[Value] = []
    start: State | None = None  # the point before an and-or list that may stop in its middle
    first = True
    for item in node.items:
        if item.operator in ("&&", "||") and start is None:
            start, first = state.copy(), True
        directories = state.directories
        if item.operator == "&":
            outputs.append(command(reader, item.command, state.copy(), None))
        else:
            outputs.append(command(reader, item.command, state, stdin))
        if item.operator == "&&":
            first = False
            continue
        if start is not None:
            _joined(reader, start, state, first or item.operator == "||", item)
            if item.operator != "||":
                start = None
        else:
            _maybe_elsewhere(reader, state, directories)
        first = False
    return _together(outputs)


def _joined(reader: Reader, start: State, state: State, certain: bool, item: nodes.Item) -> None:
    """Behind an and-or list: any of its commands may not have run."""
    reached = state.directories
    state.join(start)
    state.directories = reached
    if not certain or not _leaves(item.command):
        _maybe_elsewhere(reader, state, start.directories)


def _leaves(node: nodes.Command) -> bool:
    """Is it exit or return: `cd x || exit`?"""
    while isinstance(node, nodes.Group) and node.body.items:
        node = node.body.items[-1].command
    if not isinstance(node, nodes.Simple) or not node.words:
        return False
    word = node.words[0]
    return isinstance(word, nodes.Word) and len(word.parts) == 1 and getattr(word.parts[0], "text", "") in ("exit", "return")


def _maybe_elsewhere(reader: Reader, state: State, before: tuple[str, ...]) -> None:
    """A cd to what isn't there leaves the shell where it was, and the next command runs there."""
    if state.directories == before:
        return
    there = [d for d in state.directories if d in state.made or HOLE in d or reader.world.kind(d) == "directory"]
    if len(there) < len(state.directories):
        state.directories = tuple(dict.fromkeys(state.directories + before))[:4]


def _together(outputs: list[Value]) -> Value:
    if len(outputs) == 1:
        return outputs[0]
    text = "".join(output.text for output in outputs)
    origins = tuple(dict.fromkeys(origin for output in outputs for origin in output.origins))
    return Value(text[:65536], origins=origins)


def command(reader: Reader, node: nodes.Command, state: State, stdin: Value | None) -> Value:
    """Any command. Raises NotUnderstood for a node that this walk doesn't know."""
    reader.step()
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotUnderstood(f"unknown syntax {type(node).__name__}", node.span[0])
    redirections: tuple[nodes.Redirection, ...] = () if isinstance(node, nodes.Simple) else getattr(node, "redirections", ())
    if not redirections or isinstance(node, nodes.Function):
        return handler(reader, node, state, stdin)
    call = Call((), state, reader.span(node.span), stdin, via=state.frame.via, place=state.frame.place)
    redirects, given = redirect(reader, redirections, state, stdin)
    call = call.but(redirects=redirects)
    output = handler(reader, node, state, given)
    from guardsh.reading import actions

    return actions.redirected(reader, call, output)


# ---------------------------------------------------------------- compound commands


def _pipeline(reader: Reader, node: nodes.Pipeline, state: State, stdin: Value | None) -> Value:
    if len(node.commands) == 1:
        return command(reader, node.commands[0], state, stdin)
    flowing: Value | None = stdin
    for stage in node.commands:
        flowing = command(reader, stage, state.copy(), flowing)
    # bash runs the last stage in the shell itself with lastpipe only; `read` there is lost, files are not
    return flowing if flowing is not None else NOTHING


def _subshell(reader: Reader, node: nodes.Subshell, state: State, stdin: Value | None) -> Value:
    return script(reader, node.body, state.copy(), stdin)


def _group(reader: Reader, node: nodes.Group, state: State, stdin: Value | None) -> Value:
    return script(reader, node.body, state, stdin)


def _if(reader: Reader, node: nodes.If, state: State, stdin: Value | None) -> Value:
    ends: list[State] = []
    outputs: list[Value] = []
    for test, body in node.branches:
        script(reader, test, state, stdin)
        branch = state.copy()
        outputs.append(script(reader, body, branch, stdin))
        ends.append(branch)
    if node.otherwise is not None:
        outputs.append(script(reader, node.otherwise, state, stdin))
    for end in ends:
        state.join(end)
    return _any_of(outputs)


def _any_of(outputs: list[Value]) -> Value:
    """The output of one of several branches: known only if all agree."""
    texts = {output.text for output in outputs}
    if len(texts) == 1:
        return outputs[0]
    origins = tuple(dict.fromkeys(origin for output in outputs for origin in output.origins))
    return Value(HOLE, origins=origins or (Origin("output", "if"),))


def _while(reader: Reader, node: nodes.While, state: State, stdin: Value | None) -> Value:
    _changing(state, node)
    before = state.copy()
    script(reader, node.test, state, stdin)
    _loop_body(reader, node.body, state, stdin)
    state.join(before)
    return Value(HOLE, origins=(Origin("output", "while"),))


def _for(reader: Reader, node: nodes.For | nodes.Select, state: State, stdin: Value | None) -> Value:
    items = _items(reader, node, state)
    _changing(state, node)
    before = state.copy()
    if items is None or len(items) > 64:
        origins = tuple(o for item in items or () for o in item.origins)[:8]
        values: tuple[Value, ...] = (Value(HOLE, node.span, origins or (Origin("item", node.name),)),)
        if items:
            values += tuple(items[:6])
    else:
        values = tuple(items)
    if items == []:
        return NOTHING
    output = _each(reader, node, state, stdin, values)
    state.join(before)
    return output


def _each(reader: Reader, node: nodes.For | nodes.Select, state: State, stdin: Value | None, values: tuple[Value, ...]) -> Value:
    """The body once for every few values, so that each value is seen."""
    outputs = []
    for start in range(0, len(values), 8):
        state.assign(node.name, values[start : start + 8])
        outputs.append(_loop_body(reader, node.body, state, stdin))
    return outputs[0] if len(values) == 1 else Value(HOLE, origins=(Origin("output", "for"),) + outputs[0].origins)


def _loop_body(reader: Reader, body: nodes.Script, state: State, stdin: Value | None) -> Value:
    frame = state.frame
    state.frame = frame.but(via=(*frame.via, "loop"))
    try:
        return script(reader, body, state, stdin)
    finally:
        state.frame = frame


def _items(reader: Reader, node: nodes.For | nodes.Select, state: State) -> list[Value] | None:
    """The words that a loop goes through; a glob's names one by one; None if they aren't known."""
    if node.words is None:
        return list(state.positional) if state.positional is not None else None
    expander = _expander(reader, state)
    items: list[Value] = []
    for word in node.words:
        readings = expander.fields(word)
        for reading in readings:
            for value in reading:
                if value.matches and len(value.matches) <= 32:
                    items += [Value(name, value.span, value.origins) for name in value.matches]
                else:
                    items.append(value)
    return list(dict.fromkeys(items))


def _arithmetic_for(reader: Reader, node: nodes.ArithmeticFor, state: State, stdin: Value | None) -> Value:
    _changing(state, node)
    _expander(reader, state).arithmetic(node.expression)
    _loop_body(reader, node.body, state, stdin)
    return Value(HOLE, origins=(Origin("output", "for"),))


def _case(reader: Reader, node: nodes.Case, state: State, stdin: Value | None) -> Value:
    expander = _expander(reader, state)
    expander.text(node.word)
    outputs: list[Value] = [NOTHING]
    ends: list[State] = []
    falling: State | None = None
    for clause in node.clauses:
        for pattern in clause.patterns:
            expander.pattern(pattern)
        branch = falling if falling is not None else state.copy()
        outputs.append(script(reader, clause.body, branch, stdin))
        falling = branch if clause.terminator == ";&" else None
        ends.append(branch)
    for end in ends:
        state.join(end)
    return _any_of(outputs)


def _function(reader: Reader, node: nodes.Function, state: State, stdin: Value | None) -> Value:
    state.functions[node.name] = node
    return NOTHING


def _multiplies(node: nodes.Function) -> bool:
    """Does the function pipe itself into itself: a fork bomb, whatever its name?"""
    found: list[nodes.Pipeline] = []
    _pipelines(node.body, found, 0)
    return any(sum(_calls(command, node.name) for command in pipeline.commands) > 1 for pipeline in found)


def _pipelines(node: object, found: list[nodes.Pipeline], depth: int) -> None:
    if isinstance(node, nodes.Pipeline):
        found.append(node)
    if isinstance(node, nodes.Node) and depth < 40:
        for field in node._fields:
            _pipelines(getattr(node, field), found, depth + 1)
    elif isinstance(node, tuple):
        for item in node:
            _pipelines(item, found, depth + 1)


def _calls(node: nodes.Command, name: str) -> bool:
    if not isinstance(node, nodes.Simple) or not node.words:
        return False
    word = node.words[0]
    return isinstance(word, nodes.Word) and "".join(getattr(part, "text", "") for part in word.parts) == name


def _conditional(reader: Reader, node: nodes.Conditional, state: State, stdin: Value | None) -> Value:
    expander = _expander(reader, state)
    numeric = False
    for word in node.words:
        part = word.parts[0] if len(word.parts) == 1 else None
        if isinstance(part, nodes.Literal) and part.text in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
            numeric = True
    for word in node.words:
        if numeric:
            expander.arithmetic(word)
        else:
            expander.pattern(word)
    return NOTHING


def _arithmetic(reader: Reader, node: nodes.ArithmeticCommand, state: State, stdin: Value | None) -> Value:
    _expander(reader, state).arithmetic(node.expression)
    return NOTHING


def _coprocess(reader: Reader, node: nodes.Coprocess, state: State, stdin: Value | None) -> Value:
    command(reader, node.body, state.copy(), Value(HOLE, origins=(Origin("input", "coproc"),)))
    return NOTHING


def _changing(state: State, node: nodes.Node) -> None:
    """Variables that a loop's body sets aren't what they were when it begins again."""
    for name in _assigned(node, set(), 0):
        if name in state.variables:
            origin = Origin("item", name)
            state.assign(name, (*state.variables[name], Value(HOLE, origins=(origin,))))


def _assigned(node: object, found: set[str], depth: int) -> set[str]:
    if isinstance(node, nodes.Simple):
        if not node.words:
            found.update(assignment.name for assignment in node.assignments)
        return found
    if isinstance(node, nodes.Node) and depth < 40:
        for field in node._fields:
            _assigned(getattr(node, field), found, depth + 1)
    elif isinstance(node, tuple):
        for item in node:
            _assigned(item, found, depth + 1)
    return found


# ---------------------------------------------------------------- simple commands


def _expander(reader: Reader, state: State) -> Expander:
    def substitute(body: nodes.Script) -> Value:
        inner = state.copy()
        output = reader.content(script(reader, body, inner, None), inner)
        return output

    def process(part: nodes.ProcessSubstitution) -> Value:
        inner = state.copy()
        if part.direction == ">":
            script(reader, part.body, inner, Value(HOLE, origins=(Origin("output", ">()"),)))
            return Value("/dev/fd/63", part.span)
        output = script(reader, part.body, inner, None)
        path = f"/dev/fd/{63 - len(state.files) % 1000}"
        state.files[path] = output
        return Value(path, part.span, output.origins)

    def evaluate(text: str, span: nodes.Span) -> None:
        evaluated(reader, text, state, span)

    return Expander(state, substitute, process, evaluate, reader.world.glob)


def evaluated(reader: Reader, text: str, state: State, span: nodes.Span) -> None:
    """Text that the shell expands a second time, as a prompt or an arithmetic expression: what it substitutes runs."""
    call = Call((), state, reader.span(span), via=state.frame.via, place=state.frame.place, depth=state.frame.depth + 1)
    reader.effect("run", call, Value(text, span), "transformed", details=(("language", "shell"),))
    quoted = text.replace('"', "").replace("\\", "")
    reader.shell_text(Value(f': "{quoted}"', span), call)


def _simple(reader: Reader, node: nodes.Simple, state: State, stdin: Value | None) -> Value:
    expander = _expander(reader, state)
    span = reader.span(node.span)
    if not node.words:
        for assignment in node.assignments:
            assign(expander, assignment, state)
        output = NOTHING
        if node.redirections:
            redirects, given = redirect(reader, node.redirections, state, stdin)
            call = Call((), state, span, given, redirects, via=state.frame.via, place=state.frame.place)
            from guardsh.reading import actions

            actions.redirection_alone(reader, call)
        return output
    environment = tuple(_prefix(expander, assignment, state) for assignment in node.assignments)
    redirects, given = redirect(reader, node.redirections, state, stdin)
    call = Call(
        (), state, span, given, redirects, (*state.child_environment(), *environment), state.frame.via, state.frame.place,
        state.frame.depth,
    )  # fmt: skip
    outputs = [run(reader, call.but(words=words)) for words in _readings(reader, expander, node, state)]
    from guardsh.reading import actions

    return actions.redirected(reader, call, outputs[0] if len(outputs) == 1 else _any_of(outputs or [NOTHING]))


def _readings(reader: Reader, expander: Expander, node: nodes.Simple, state: State) -> list[tuple[Value, ...]]:
    """The word lists that a simple command may have."""
    options: list[list[list[Value]]] = []
    for word in node.words:
        if isinstance(word, nodes.Assignment):
            options.append([[_declared(expander, word, state)]])
        else:
            options.append(expander.fields(word))
    reader.step(len(options))
    if all(len(option) == 1 for option in options):
        return [tuple(value for option in options for value in option[0])]
    count = 1
    for option in options:
        count *= len(option)
    if count <= COMBINATIONS:
        return list(dict.fromkeys(tuple(v for part in chosen for v in part) for chosen in product(*options)))
    # too many to combine: each value is still seen once, beside the first of the others
    found: dict[tuple[Value, ...], None] = {}
    for place, option in enumerate(options):
        for choice in option:
            chosen = [choice if place == other else options[other][0] for other in range(len(options))]
            found[tuple(value for part in chosen for value in part)] = None
    return list(found)


def run(reader: Reader, call: Call) -> Value:
    """Run words: a function, a builtin or a program."""
    if not call.words:
        return NOTHING
    from guardsh.reading import actions, builtins

    reader.step(len(call.words))
    if call.depth > 24:
        raise NotUnderstood("commands are wrapped too deep", call.span[0])
    name = call.words[0].text
    state = call.state
    if name in state.aliases and name not in reader.active:
        return _alias(reader, call, name)
    if name in state.functions and call.place == state.frame.place:
        return _call_function(reader, call, state.functions[name])
    builtin = builtins.BUILTINS.get(name)
    if builtin is not None:
        return builtin(reader, call)
    return actions.program(reader, call)


def _alias(reader: Reader, call: Call, name: str) -> Value:
    from guardsh.reading.quoting import quoted

    text = call.state.aliases[name] + "".join(" " + quoted(word.text) for word in call.words[1:])
    reader.active.append(name)
    try:
        return reader.shell_text(Value(text, call.span), call, same_shell=True)
    finally:
        reader.active.pop()


def _call_function(reader: Reader, call: Call, node: nodes.Function) -> Value:
    key = node.name + "()"
    if key not in reader.active and _multiplies(node):
        from guardsh.reading import actions

        actions.note(reader, call)
        reader.effect("run", call, call.words[0], "fork-bomb")
    if reader.active.count(key) >= 2 or len(reader.active) > 40:
        return Value(HOLE, origins=(Origin("output", node.name),))
    state = call.state
    outer, frame = state.positional, state.frame
    state.positional = call.words[1:]
    state.frame = frame.but(via=(*call.via, node.name), depth=call.depth + 1)
    reader.active.append(key)
    try:
        return command(reader, node.body, state, call.stdin)
    finally:
        reader.active.pop()
        state.positional, state.frame = outer, frame


# ---------------------------------------------------------------- assignments and redirections


def assign(expander: Expander, node: nodes.Assignment, state: State) -> None:
    """NAME=value as a command of its own."""
    if isinstance(node.value, tuple):
        items: list[Value] = []
        for element in node.value:
            for reading in expander.fields(element.value)[:1]:
                items += reading
        state.arrays[node.name] = (*state.arrays.get(node.name, ()), *items) if node.append else tuple(items)
        state.variables.pop(node.name, None)
        state.unset.discard(node.name)
        return
    values = expander.text(node.value)
    if node.subscript is not None:
        expander.arithmetic(node.subscript)
        state.arrays[node.name] = (*state.arrays.get(node.name, ()), *values)[:256]
        return
    if node.append:
        values = tuple(v.but(text=o.text + v.text, origins=o.origins + v.origins) for o in state.look_up(node.name) for v in values)
    state.assign(node.name, values)


def _prefix(expander: Expander, node: nodes.Assignment, state: State) -> tuple[str, Value]:
    """NAME=value in front of a command."""
    if isinstance(node.value, tuple):
        return node.name, Value(HOLE, node.span)
    value = expander.text(node.value)[0]
    if node.append:
        value = value.but(text=state.look_up(node.name)[0].text + value.text)
    return node.name, value


def _declared(expander: Expander, node: nodes.Assignment, state: State) -> Value:
    """NAME=value among the words of declare, export …: assigned there, and kept as the word."""
    assign(expander, node, state)
    value = state.look_up(node.name)[0]
    return Value(f"{node.name}={value.text}", node.span, value.origins)


def redirect(
    reader: Reader, redirections: tuple[nodes.Redirection, ...], state: State, stdin: Value | None
) -> tuple[tuple[Redirect, ...], Value | None]:
    """The redirections as they would be done, and what the command then reads on standard input."""
    if not redirections:
        return (), stdin
    expander = _expander(reader, state)
    made: list[Redirect] = []
    for node in redirections:
        if node.document is not None:
            if node.descriptor in (None, 0):
                stdin = expander.text(node.document.body, tilde=False)[0]
            made.append(Redirect(node.operator, None, node.descriptor))
            continue
        values = expander.text(node.target)
        if node.operator == "<<<":
            if node.descriptor in (None, 0):
                stdin = values[0].but(text=values[0].text + "\n")
            continue
        if node.operator in ("<", "<>") and node.descriptor in (None, 0):
            stdin = _from_file(reader, values[0], state)
        for value in values:
            made.append(Redirect(node.operator, value, node.descriptor))
    return tuple(made), stdin


def _from_file(reader: Reader, value: Value, state: State) -> Value:
    from guardsh.facts.paths import normal

    if value.text in ("/dev/null", ""):
        return NOTHING
    path = normal(value.text, state.directory, state.home)
    if path in state.files:
        return state.files[path]
    return Value(HOLE, value.span, (Origin("file", path),))


_HANDLERS: dict[type, Callable[..., Value]] = {
    nodes.Simple: _simple,
    nodes.Pipeline: _pipeline,
    nodes.Subshell: _subshell,
    nodes.Group: _group,
    nodes.If: _if,
    nodes.While: _while,
    nodes.For: _for,
    nodes.Select: _for,
    nodes.ArithmeticFor: _arithmetic_for,
    nodes.Case: _case,
    nodes.Function: _function,
    nodes.Conditional: _conditional,
    nodes.ArithmeticCommand: _arithmetic,
    nodes.Coprocess: _coprocess,
}
