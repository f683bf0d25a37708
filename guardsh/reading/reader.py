"""The abstract interpreter: what a script would run, without running anything.

One exhaustive walk over the tree (`walk`), with the state of the shell at every point (`state`), words expanded
(`expand`), programs read by their descriptions (`actions`) and code in other languages by `guardsh.languages`. What isn't
known stays visible as unknown; what can't be read raises NotUnderstood.
"""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.model import HERE, HOLE, Command, Context, Effect, Origin, Place, Redirect, Value
from guardsh.reading.state import Frame, State
from guardsh.syntax import NotUnderstood, nodes, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.facts.world import World
    from guardsh.reading.invocation import Invocation
    from guardsh.rules.loading import Rules

STEPS = 20_000  # words of commands read for one text, nested ones included
DEPTH = 16  # of texts within texts: bash -c, eval, functions, scripts that run scripts
NESTED_TEXT = 1_000_000  # characters of nested texts and files in all


class Call(Frozen):
    """One simple command about to run: everything that doesn't depend on what its program is."""

    words: tuple[Value, ...]
    state: State
    span: nodes.Span
    stdin: Value | None = None
    redirects: tuple[Redirect, ...] = ()
    environment: tuple[tuple[str, Value], ...] = ()
    via: tuple[str, ...] = ()
    place: Place = HERE
    depth: int = 0

    def through(self, name: str, words: tuple[Value, ...], place: Place | None = None) -> Call:
        """The call that a wrapper makes of this one."""
        return self.but(words=words, via=(*self.via, name), place=place or self.place, depth=self.depth + 1)


class Reading(Frozen):
    """What a text would do, in order."""

    commands: tuple[Invocation, ...]
    effects: tuple[Effect, ...]
    made: tuple[tuple[str, int], ...] = ()  # absolute paths that weren't there, and the number of the command that makes them
    disturbing: tuple[int, ...] = ()  # order numbers of the commands behind which facts about files needn't hold
    files: tuple[str, ...] = ()  # files that were read because they run


class Reader:
    """Reads one text in one world. Use `read`."""

    def __init__(self, world: World, rules: Rules, dialect: str = "bash") -> None:
        self.world = world
        self.rules = rules
        self.dialect = dialect
        self.invocations: list[Invocation] = []
        self.effects: list[Effect] = []
        self.steps = 0
        self.nested = 0
        self.offset: int | None = 0  # of the text being walked within the judged one; None: it isn't a part of it
        self.constant: nodes.Span = (0, 0)  # where what runs it stands, if it isn't
        self.top = ""
        self.files: dict[str, None] = {}  # read because they run, or are sent
        self.active: list[str] = []  # functions and files being read, against endless recursion

    # ------------------------------------------------------------ places

    def span(self, span: nodes.Span) -> nodes.Span:
        """The place in the judged text of a place in the text being walked."""
        if self.offset is None:
            return self.constant
        return span[0] + self.offset, span[1] + self.offset

    # ------------------------------------------------------------ what is found

    def step(self, weight: int = 1) -> None:
        """Count work. Raises NotUnderstood when the text runs more than can be judged."""
        self.steps += weight
        if self.steps > STEPS:
            raise NotUnderstood(f"runs more than {STEPS} words", 0)

    def command(self, call: Call, directory: str) -> Command:
        """The command that a call is, at its place in the order."""
        return Command(
            call.words, call.span, call.redirects, call.environment, directory, call.stdin, call.via, call.place,
            len(self.invocations),
        )  # fmt: skip

    def effect(self, kind: str, call: Call, target: Value | None = None, verb: str = "", **more: Any) -> None:
        """Note an effect of the command read last."""
        span = call.span
        if target is not None and self.offset is not None and target.span != (0, 0):
            start, end = target.span
            if call.span[0] <= start and end <= call.span[1]:
                span = target.span
        self.effects.append(
            Effect(
                kind, verb, target, span=span, place=call.place, index=max(len(self.invocations) - 1, 0),
                directory=str(more.pop("directory", call.state.directory)), **more,
            )  # fmt: skip
        )

    # ------------------------------------------------------------ text and files

    def content(self, value: Value, state: State) -> Value:
        """A value whose text is that of a file, read; any other value as it is."""
        if value.text != HOLE or len(value.origins) != 1 or value.origins[0].kind != "file":
            return value
        path = value.origins[0].detail
        if path in state.files:
            return state.files[path]
        text = self.file_text(path, state)
        return value if text is None else value.but(text=text)

    def file_text(self, path: str, state: State) -> str | None:
        """The text of a small file, one that the script itself wrote included; None if it can't be read."""
        if path in state.files:
            written = state.files[path]
            return written.text if written.known else None
        if HOLE in path:
            return None
        text = self.world.read_text(path)
        if text is None or "\0" in text:
            return None
        self.files[path] = None
        self.nested += len(text)
        if self.nested > NESTED_TEXT:
            raise NotUnderstood("runs more text from files than can be read", 0)
        return text

    def shell_text(self, value: Value, call: Call, *, same_shell: bool = False, dialect: str = "bash") -> Value:
        """Walk text that a shell is given; its output. With `same_shell` its assignments stay (eval, source)."""
        value = self.content(value, call.state)
        if value.text.strip(HOLE + " \n\t") == "" and HOLE in value.text:
            self.unknown_code(value, call)
            if same_shell:
                call.state.loose = True
            return Value(HOLE, origins=(Origin("output", "shell"),))
        if HOLE in value.text and any(o.kind in ("decoded", "downloaded", "transformed") for o in value.origins):
            self.unknown_code(value, call)
        if call.depth > DEPTH:
            raise NotUnderstood("texts are nested too deep", call.span[0])
        state = call.state if same_shell else call.state.copy()
        state.frame = Frame(call.via, call.place, call.depth + 1)
        return self._nested(value, call, state, dialect)

    def _nested(self, value: Value, call: Call, state: State, dialect: str) -> Value:
        from guardsh.reading import walk

        self.nested += len(value.text)
        if self.nested > NESTED_TEXT:
            raise NotUnderstood("runs more text than can be read", call.span[0])
        outer = (self.offset, self.constant)
        frame = state.frame
        start = self.top.find(value.text, call.span[0], call.span[1]) if len(value.text) > 1 else -1
        self.offset, self.constant = (start, call.span) if start >= 0 else (None, call.span)
        try:
            script = parse(value.text, dialect, marks=True)
            return walk.script(self, script, state, call.stdin)
        except NotUnderstood as problem:
            if self.steps > STEPS or self.nested > NESTED_TEXT:
                raise
            self.effect("run", call, value.but(text=value.text[:200]), "unreadable", details=(("problem", problem.reason),))
            return Value(HOLE)
        finally:
            self.offset, self.constant = outer
            state.frame = frame

    def unknown_code(self, value: Value, call: Call, language: str = "shell") -> None:
        """Note that code runs of which only the origin is known."""
        verb = "unknown"
        for origin in value.origins:
            if origin.kind in ("decoded", "downloaded", "transformed"):
                verb = origin.kind
                break
            if origin.kind == "generated":
                verb = "generated"
            elif origin.kind == "file" and verb == "unknown":
                verb = "own-file"
        origin_text = value.origins[0].detail if value.origins else ""
        self.effect("run", call, value.but(text=origin_text or value.text), verb, details=(("language", language),))

    def context(self, call: Call) -> Context:
        """What a language reader may know."""
        state = call.state
        environment = dict(state.environment)
        for name, values in state.variables.items():
            if len(values) == 1:
                environment[name] = values[0].text
        environment.update((name, value.text) for name, value in call.environment)
        return Context(
            state.directory, state.look_up("HOME")[0].text, environment, lambda path: self.file_text(path, state),
            call.span, call.words[0].text.rsplit("/", 1)[-1] if call.words else "",
        )  # fmt: skip


def read(script: nodes.Script, text: str, world: World, rules: Rules, dialect: str = "bash", arguments: tuple[str, ...] = ()) -> Reading:
    """What the script would run and do.

    script: the tree of `text`. arguments: $1, $2 … of the script. Raises NotUnderstood for what can't be read whole.
    """
    from guardsh.reading import walk
    from guardsh.reading.braces import TooManyWords

    reader = Reader(world, rules, dialect)
    reader.top = text
    state = State(world.directory, world.environment, world.home)
    state.positional = tuple(Value(argument) for argument in arguments)
    try:
        walk.script(reader, script, state, None)
    except TooManyWords:
        raise NotUnderstood("a brace expansion makes too many words", 0) from None
    except RecursionError:
        raise NotUnderstood("nested too deep", 0) from None
    return reading_of(reader, state)


def read_code(text: str, language: str, world: World, rules: Rules) -> Reading:
    """What a text in another language than the shell's would do, given to its interpreter as it stands."""
    from guardsh.reading import actions

    reader = Reader(world, rules)
    reader.top = text
    state = State(world.directory, world.environment, world.home)
    whole = Value(text, (0, len(text)))
    call = Call((Value(language, whole.span),), state, whole.span)
    actions.note(reader, call)
    actions.code(reader, call, language, whole)
    return reading_of(reader, state)


def reading_of(reader: Reader, state: State) -> Reading:
    """What a reader has found so far."""
    from guardsh.rules.conditions import disturbing

    commands, effects = tuple(reader.invocations), tuple(dict.fromkeys(reader.effects))
    return Reading(commands, effects, tuple(state.made.items()), disturbing(commands, effects), tuple(reader.files))
