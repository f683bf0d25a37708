"""One walk over the tree: every kind of node, both branches of every condition, loops and functions bodied out.

Each function takes the reader, a node, the state at that point and what the node reads on standard input, changes the state
as the shell would, and returns what the node writes to standard output, as far as known.
"""

from __future__ import annotations

from itertools import product

from guardsh.reading import absence, output
from guardsh.reading.expansion import evaluated, expander_of
from guardsh.reading.model import HOLE, Origin, Redirect, Value
from guardsh.reading.output import NOTHING
from guardsh.reading.reader import Call
from guardsh.reading.state import State, limited
from guardsh.syntax import NotUnderstood, nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.expand import Expander
    from guardsh.reading.reader import Reader
    from guardsh.reading.state import Binding

COMBINATIONS = 64  # readings of one command's words that are told apart
PAIRS = 2000  # beyond these a command isn't understood
RECURSION = 8  # calls of one function within itself that are followed
WINDOWS = 64  # times that a loop's body is walked for as many further lines of what it reads
AT_ONCE = 8  # values of a loop's variable in one walk of its body


def script(reader: Reader, node: nodes.Script, state: State, stdin: Value | None) -> Value:
    """A list of commands."""
    outputs: list[Value] = []
    start: State | None = None  # the point before an and-or list that may stop in its middle
    lefts: list[State] = []  # points behind what stands in front of a ||: the list may go on from there
    guard = absence.Guard(reader)
    for item in node.items:
        guard.begins()
        if item.operator in ("&&", "||") and start is None:
            start, lefts = state.copy(), []
        directories = state.directories
        if item.operator == "&":
            outputs.append(command(reader, item.command, state.copy(), None))
        else:
            outputs.append(command(reader, item.command, state, stdin))
        guard.ends(item, state)
        if item.operator == "&&":
            continue
        if start is None:
            _maybe_elsewhere(reader, state, directories)
        elif item.operator == "||":
            lefts.append(state.copy())
            state.join(start)
        else:
            _joined(reader, start, state, lefts, item)
            start = None
    return output.together(outputs)


def _joined(reader: Reader, start: State, state: State, lefts: list[State], item: nodes.Item) -> None:
    """Behind an and-or list: any of its commands may not have run, unless `… || exit` saw to it."""
    if lefts and _leaves(item.command):
        state.become(lefts.pop())
        for left in lefts:
            state.join(left)
        return
    reached = limited(tuple(d for left in lefts for d in left.directories) + state.directories)
    for left in (*lefts, start):
        state.join(left)
    state.directories = reached
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
        state.directories = limited(state.directories + before)


def command(reader: Reader, node: nodes.Command, state: State, stdin: Value | None) -> Value:
    """Any command. Raises NotUnderstood for a node that this walk doesn't know."""
    reader.step()
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotUnderstood(f"unknown syntax {type(node).__name__}", node.span[0])
    redirections: tuple[nodes.Redirection, ...] = () if isinstance(node, nodes.Simple) else getattr(node, "redirections", ())
    if not redirections or isinstance(node, nodes.Function):
        return handler(reader, node, state, stdin)
    return _redirected(reader, redirections, reader.span(node.span), state, stdin, lambda given: handler(reader, node, state, given))


def _redirected(
    reader: Reader,
    redirections: tuple[nodes.Redirection, ...],
    span: nodes.Span,
    state: State,
    stdin: Value | None,
    body: Callable[[Value | None], Value],
) -> Value:
    """A compound command with redirections of its own."""
    from guardsh.reading import actions

    call = Call((), state, span, stdin, via=state.frame.via, place=state.frame.place)
    redirects, given = redirect(reader, redirections, state, stdin)
    call = call.but(redirects=redirects)
    if redirects:
        actions.note(reader, call)
    return actions.redirected(reader, call, body(given))


# ---------------------------------------------------------------- compound commands


def _pipeline(reader: Reader, node: nodes.Pipeline, state: State, stdin: Value | None) -> Value:
    if len(node.commands) == 1:
        return command(reader, node.commands[0], state, stdin)
    flowing: Value | None = stdin
    stage_state = state
    for stage in node.commands:
        stage_state = state.copy()
        flowing = command(reader, stage, stage_state, flowing)
    if "L" in state.options or reader.dialect == "zsh":  # lastpipe: the last stage runs in the shell itself
        state.join(stage_state)
    return flowing if flowing is not None else NOTHING


def _subshell(reader: Reader, node: nodes.Subshell, state: State, stdin: Value | None) -> Value:
    return script(reader, node.body, state.copy(), stdin)


def _group(reader: Reader, node: nodes.Group, state: State, stdin: Value | None) -> Value:
    return script(reader, node.body, state, stdin)


def _if(reader: Reader, node: nodes.If, state: State, stdin: Value | None) -> Value:
    ends: list[State] = []
    outputs: list[Value] = []
    guard = absence.Guard(reader)
    for test, body in node.branches:
        guard.begins()
        script(reader, test, state, stdin)
        guard.asked(test, state)
        branch = state.copy()
        outputs.append(script(reader, body, branch, stdin))
        guard.passed(there=False)
        ends.append(branch)
    if node.otherwise is not None:
        guard.begins()
        outputs.append(script(reader, node.otherwise, state, stdin))
        if len(node.branches) == 1:
            guard.passed(there=True)
    else:
        outputs.append(NOTHING)
    for end in ends:
        state.join(end)
    return output.any_of(outputs)


def _while(reader: Reader, node: nodes.While, state: State, stdin: Value | None) -> Value:
    _changing(state, node)
    before = state.copy()
    outputs = []
    window, more = reader.window, reader.more
    with reader.leaving() as left:
        for turn in range(WINDOWS):
            reader.window, reader.more = turn, False
            script(reader, node.test, state, stdin)
            outputs.append(_loop_body(reader, node.body, state, stdin))
            if not reader.more:
                break
        else:
            raise NotUnderstood("a loop reads too many lines", node.span[0])
    reader.window, reader.more = window, more
    for end in (before, *left):
        state.join(end)
    for name in _read_names(node.test):
        state.assign(name, (*state.look_up(name), Value("")))  # the last read met the end
    return output.repeated(outputs)


def _read_names(test: nodes.Script) -> list[str]:
    """The variables that `while read …` sets."""
    names: list[str] = []
    for item in test.items:
        node = item.command
        if isinstance(node, nodes.Simple) and node.words and isinstance(node.words[0], nodes.Word) and _literal(node.words[0]) == "read":
            texts = [_literal(word) for word in node.words[1:] if isinstance(word, nodes.Word)]
            names += [text for text in texts if text.isidentifier()] or ["REPLY"]
    return names


def _for(reader: Reader, node: nodes.For | nodes.Select, state: State, stdin: Value | None) -> Value:
    items = _items(reader, node, state)
    if items == []:
        return NOTHING
    _changing(state, node)
    before = state.copy()
    with reader.leaving() as left:
        made = _each(reader, node, state, stdin, items)
    for end in (before, *left):
        state.join(end)
    return made


def _each(reader: Reader, node: nodes.For | nodes.Select, state: State, stdin: Value | None, items: list[Value] | None) -> Value:
    """The body once for every few values, so that each value is seen."""
    if items is None:
        items = [Value(HOLE, node.span, (Origin("item", node.name),))]
    outputs = []
    for start in range(0, len(items), AT_ONCE):
        state.assign(node.name, tuple(items[start : start + AT_ONCE]))
        outputs.append(_loop_body(reader, node.body, state, stdin))
    return outputs[0] if len(items) == 1 else output.repeated(outputs)


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
    expander = expander_of(reader, state)
    items: list[Value] = []
    for word in node.words:
        readings = expander.fields(word)
        for reading in readings:
            for value in reading:
                if value.matches and len(value.matches) <= 32:
                    items += [Value(name, value.span, value.origins) for name in value.matches]
                else:
                    items.append(value)
    reader.step(len(items))
    return list(dict.fromkeys(items))


def _arithmetic_for(reader: Reader, node: nodes.ArithmeticFor, state: State, stdin: Value | None) -> Value:
    _changing(state, node)
    before = state.copy()
    expander_of(reader, state).arithmetic(node.expression)
    with reader.leaving() as left:
        made = _loop_body(reader, node.body, state, stdin)
    for end in (before, *left):
        state.join(end)
    return output.repeated([made])


def _case(reader: Reader, node: nodes.Case, state: State, stdin: Value | None) -> Value:
    expander = expander_of(reader, state)
    expander.text(node.word)
    outputs: list[Value] = [NOTHING]
    ends: list[State] = []
    falling: State | None = None
    for clause in node.clauses:
        for pattern in clause.patterns:
            expander.pattern(pattern)
        branch = state.copy()
        if falling is not None:
            branch.join(falling)
        outputs.append(script(reader, clause.body, branch, stdin))
        falling = branch.copy() if clause.terminator in (";&", ";;&") else None
        ends.append(branch)
    for end in ends:
        state.join(end)
    return output.any_of(outputs)


def _function(reader: Reader, node: nodes.Function, state: State, stdin: Value | None) -> Value:
    state.functions[node.name] = (node,)
    if node.name in ("command_not_found_handle", "command_not_found_handler"):  # the shell calls it by itself
        inner = state.copy()
        inner.positional = None
        command(reader, node.body, inner, None)
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


_NUMERIC = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")


def _conditional(reader: Reader, node: nodes.Conditional, state: State, stdin: Value | None) -> Value:
    expander = expander_of(reader, state)
    plain = [_literal(word) for word in node.words]
    numeric = any(text in _NUMERIC for text in plain)
    for place, word in enumerate(node.words):
        if numeric:
            expander.arithmetic(word)
            continue
        values = expander.pattern(word)
        if place and plain[place - 1] == "-v":
            for value in values:
                expander.evaluate_names(value.text.partition("[")[2], word.span)
    if "=~" in plain:
        _captured(expander, node.words, plain.index("=~"), state)
    return NOTHING


def _literal(word: nodes.Word) -> str:
    part = word.parts[0] if len(word.parts) == 1 else None
    return part.text if isinstance(part, nodes.Literal) else ""


def _captured(expander: Expander, words: tuple[nodes.Word, ...], place: int, state: State) -> None:
    """[[ text =~ expression ]] sets BASH_REMATCH; what it captures is some part of the text."""
    from guardsh.reading import arrays

    origin = Origin("transformed", "BASH_REMATCH")
    if 0 < place < len(words) - 1:
        origins = tuple(o for value in expander.text(words[place - 1]) for o in value.origins)
        text, pattern = expander.text(words[place - 1])[0], expander.text(words[place + 1])[0]
        if text.known and pattern.known and text.text:
            found = _groups(pattern.text, text.text)
            if found is not None:
                state.assign_array("BASH_REMATCH", (arrays.of(Value(group, origins=origins) for group in found),))
                return
    state.assign_array("BASH_REMATCH", (arrays.unknown(origin, HOLE),))


def _groups(pattern: str, text: str) -> list[str] | None:
    """What a regular expression captures, where Python's means the same as POSIX's; else None."""
    import re

    if len(text) > 1000 or len(pattern) > 200 or any(sign in pattern for sign in ("|", "[:", "\\", "*?", "+?", "(?", ")*", ")+", "){")):
        return None
    try:
        match = re.search(pattern, text)
    except re.error:
        return None
    return [match.group(0), *(group or "" for group in match.groups())] if match else None


def _arithmetic(reader: Reader, node: nodes.ArithmeticCommand, state: State, stdin: Value | None) -> Value:
    expander_of(reader, state).arithmetic(node.expression)
    return NOTHING


def _coprocess(reader: Reader, node: nodes.Coprocess, state: State, stdin: Value | None) -> Value:
    """coproc: it runs now, with whatever is written to its descriptor later."""
    from guardsh.reading import arrays

    inner = state.copy()
    name = node.name or "COPROC"
    number = str(60 - len(reader.consumers))
    path = f"/dev/fd/{number}"
    state.sinks[number] = path
    state.assign_array(name, (arrays.of((Value("61"), Value(number))),))

    def consume(written: Value) -> None:
        command(reader, node.body, inner.copy(), written)

    consume(Value(HOLE, origins=(Origin("input", "coproc"),)))
    reader.consumers[path] = consume
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


def _simple(reader: Reader, node: nodes.Simple, state: State, stdin: Value | None) -> Value:
    from guardsh.reading import actions, assignments

    expander = expander_of(reader, state)
    span = reader.span(node.span)
    if not node.words:
        for assignment in node.assignments:
            assignments.assign(expander, assignment, state)
        if not node.redirections:
            return NOTHING
        redirects, given = redirect(reader, node.redirections, state, stdin)
        return actions.redirection_alone(reader, Call((), state, span, given, redirects, via=state.frame.via, place=state.frame.place))
    environment = tuple(pair for assignment in node.assignments for pair in assignments.prefixed(expander, assignment, state))
    redirects, given = redirect(reader, node.redirections, state, stdin)
    call = Call(
        (), state, span, given, redirects, (*state.child_environment(), *environment), state.frame.via, state.frame.place,
        state.frame.depth,
    )  # fmt: skip
    readings = _readings(reader, expander, node, state)
    outputs = _run_readings(reader, call, readings, environment)
    if readings and readings[-1]:
        state.last = readings[-1][-1]
    return actions.redirected(reader, call, output.any_of(outputs or [NOTHING]))


def _run_readings(
    reader: Reader, call: Call, readings: list[tuple[Value, ...]], environment: tuple[tuple[str, Value], ...]
) -> list[Value]:
    """Each reading of a command from the same point; what they change is joined."""
    state = call.state
    if not any(words and _is_of_the_shell(words[0].text, state) for words in readings):
        return [run(reader, call.but(words=words)) for words in readings]
    names = dict.fromkeys(name for name, _ in environment)
    outputs, ends = [], []
    for words in readings:
        branch = state if len(readings) == 1 else state.copy()
        before = [(name, branch.binding(name)) for name in names]
        for name in names:
            branch.assign(name, tuple(value for other, value in environment if other == name))
        outputs.append(run(reader, call.but(words=words, state=branch)))
        for name, binding in before:
            branch.bind(name, binding)
        ends.append(branch)
    if len(ends) > 1:
        state.become(ends[0])
        for end in ends[1:]:
            state.join(end)
    return outputs


def _is_of_the_shell(name: str, state: State) -> bool:
    from guardsh.reading import builtins

    return name in builtins.BUILTINS or name in state.functions or name in state.aliases


def _readings(reader: Reader, expander: Expander, node: nodes.Simple, state: State) -> list[tuple[Value, ...]]:
    """The word lists that a simple command may have."""
    from guardsh.reading import assignments

    options: list[list[list[Value]]] = []
    letters, hides = "", False
    for place, word in enumerate(node.words):
        if isinstance(word, nodes.Assignment):
            if not letters:
                before = [_literal(other) for other in node.words[:place] if isinstance(other, nodes.Word)]
                letters = "".join(text for text in before if text[:1] == "-") + "-"
                hides = before[:1] != [] and before[0] in ("local", "declare", "typeset") and "g" not in letters
            options.append([[assignments.declared(expander, word, state, letters, hides)]])
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
    return _pairs(options)


def _pairs(options: list[list[list[Value]]]) -> list[tuple[Value, ...]]:
    """Too many to combine: every two values of different words are still seen together, beside the first of the others.

    Raises NotUnderstood where even those are too many.
    """
    varying = [place for place, option in enumerate(options) if len(option) > 1]
    others = [(one, other) for number, one in enumerate(varying) for other in varying[number + 1 :]] or [(varying[0], varying[0])]
    if sum(len(options[one]) * len(options[other]) for one, other in others if one != other) > PAIRS:
        raise NotUnderstood("a command has too many readings", 0)
    found: dict[tuple[Value, ...], None] = {}
    for one, other in others:
        for first in options[one]:
            for second in options[other] if one != other else [first]:
                chosen = [option[0] for option in options]
                chosen[one], chosen[other] = first, second
                found[tuple(value for part in chosen for value in part)] = None
    return list(found)


def run(reader: Reader, call: Call) -> Value:
    """Run words: an alias, a function, a builtin or a program; behind a wrapper, a program."""
    if not call.words:
        return NOTHING
    from guardsh.reading import actions, builtins

    reader.step(len(call.words))
    if call.depth > 24:
        raise NotUnderstood("commands are wrapped too deep", call.span[0])
    name = call.words[0].text
    state = call.state
    if call.external:
        return actions.program(reader, call)
    outputs: list[Value] = []
    if name in state.aliases and f"alias {name}" not in reader.active:
        outputs.append(_alias(reader, call.but(state=state.copy()), name))
    functions = state.functions.get(name, (None,))
    certain = len(functions) == 1 and not outputs
    for function in functions:
        if function is not None:
            outputs.append(_call_function(reader, call if certain else call.but(state=state.copy()), function))
    if None in functions:
        builtin = builtins.BUILTINS.get(name)
        outputs.append(builtin(reader, call) if builtin is not None else actions.program(reader, call))
    return output.any_of(outputs)


def _alias(reader: Reader, call: Call, name: str) -> Value:
    """An alias as a shell with expand_aliases takes it; whether this one has it depends on what can't always be seen."""
    from guardsh.reading.quoting import quoted

    text = call.state.aliases[name]
    rest = list(call.words[1:])
    while rest and text[-1:] in (" ", "\t") and rest[0].text in call.state.aliases:
        text += call.state.aliases[rest.pop(0).text]
    text += "".join(" " + quoted(word.text) for word in rest)
    reader.active.append(f"alias {name}")
    try:
        return reader.shell_text(Value(text, call.span), call, same_shell=True)
    finally:
        reader.active.pop()


def _call_function(reader: Reader, call: Call, node: nodes.Function) -> Value:
    from guardsh.reading import actions

    key = node.name + "()"
    if key not in reader.active and _multiplies(node):
        actions.note(reader, call.but(words=()))
        reader.effect("run", call, call.words[0], "fork-bomb")
    if reader.active.count(key) >= RECURSION or len(reader.active) > 40:
        return Value(HOLE, origins=(Origin("output", node.name),))
    if call.redirects:
        actions.note(reader, call.but(words=()))
    state = call.state
    outer, frame, scope = state.positional, state.frame, state.scope
    state.positional = output.named(call.words[1:])
    state.frame = frame.but(via=(*call.via, node.name), depth=call.depth + 1)
    hidden: dict[str, Binding] = {}
    state.scope = hidden
    reader.active.append(key)
    try:
        with reader.leaving(boundary=True) as left:
            made = _function_body(reader, node, call.span, state, call.stdin)
        for end in left:
            end.positional = state.positional
            state.join(end)
        return made
    finally:
        reader.active.pop()
        state.positional, state.frame, state.scope = outer, frame, scope
        for name, binding in hidden.items():
            state.bind(name, binding)


def _function_body(reader: Reader, node: nodes.Function, span: nodes.Span, state: State, stdin: Value | None) -> Value:
    if not node.redirections:
        return command(reader, node.body, state, stdin)
    return _redirected(reader, node.redirections, span, state, stdin, lambda given: command(reader, node.body, state, given))


# ---------------------------------------------------------------- redirections


def redirect(
    reader: Reader, redirections: tuple[nodes.Redirection, ...], state: State, stdin: Value | None
) -> tuple[tuple[Redirect, ...], Value | None]:
    """The redirections as they would be done, and what the command then reads on standard input."""
    if not redirections:
        return (), stdin
    expander = expander_of(reader, state)
    made: list[Redirect] = []
    for node in redirections:
        if node.document is not None or node.operator == "<<<":
            word = node.document.body if node.document is not None else node.target
            given: Value | None = output.any_of(list(expander.text(word, tilde=node.document is None)))
            if node.document is None and given is not None:
                given = output.changed(given, lambda text: text + "\n")
            else:
                made.append(Redirect(node.operator, None, node.descriptor))
        else:
            given = _opened(reader, expander, node, state, made)
        if given is None:
            continue
        if node.descriptor in (None, 0):
            stdin = given
        elif node.descriptor not in (1, 2):
            state.files[f"/dev/fd/{_descriptor(state, node.descriptor)}"] = given
    return tuple(made), stdin


def _opened(reader: Reader, expander: Expander, node: nodes.Redirection, state: State, made: list[Redirect]) -> Value | None:
    """A redirection to or from a file or another descriptor; what is read from it, if it is for reading."""
    given: list[Value] = []
    for value in expander.text(node.target):
        if node.operator == "<&":
            copied = state.files.get(f"/dev/fd/{value.text.rstrip('-')}")
            given += [copied] if copied is not None else []
        elif node.operator in ("<", "<>"):
            given.append(reader.from_file(value, state))
        sink = state.sinks.get(value.text.rstrip("-")) if node.operator == ">&" else None
        if sink is not None:
            made.append(Redirect(">>", value.but(text=sink), node.descriptor))
            continue
        if node.operator in (">", ">>", ">|", "<>") and node.descriptor not in (None, 0, 1, 2):
            state.sinks[_descriptor(state, node.descriptor)] = reader.path(value.text, state)
        for name in value.matches or (value.text,):
            made.append(Redirect(node.operator, value.but(text=name) if value.matches else value, node.descriptor))
    return output.any_of(given) if given else None


def _descriptor(state: State, descriptor: int | str | None) -> str:
    """The number of a descriptor; {name} gets one of its own."""
    if not isinstance(descriptor, str) or descriptor.isdigit():
        return str(descriptor)
    name = descriptor.strip("{}")
    values = state.variables.get(name)
    if values is None or not values[0].text.isdigit():
        values = (Value(str(10 + len(state.sinks) + len(state.files))),)
        state.assign(name, values)
    return values[0].text


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

__all__ = ["evaluated"]
