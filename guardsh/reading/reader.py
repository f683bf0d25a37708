"""The abstract interpreter: what a script would run, without running anything.

One exhaustive walk over the tree (`walk`), with the state of the shell at every point (`state`), words expanded
(`expand`), programs read by their descriptions (`actions`) and code in other languages by `guardsh.languages`. What isn't
known stays visible as unknown; what can't be read raises NotUnderstood.
"""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.model import HERE, HOLE, Command, Context, Effect, Origin, Place, Redirect, Value
from guardsh.reading.state import Frame, State
from guardsh.syntax import NotUnderstood, SyntaxProblem, nodes, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
    external: bool = False  # started by another program: no function, alias or builtin of this shell

    def through(self, name: str, words: tuple[Value, ...], place: Place | None = None) -> Call:
        """The call that a wrapper makes of this one."""
        return self.but(words=words, via=(*self.via, name), place=place or self.place, depth=self.depth + 1)


class Leaving:
    """Collects the points at which return, break and continue leave a function or loop."""

    def __init__(self, reader: Reader, boundary: bool) -> None:
        self.reader = reader
        self.boundary = boundary
        self.states: list[State] = []

    def __enter__(self) -> list[State]:
        self.reader.leavings.append(self)
        return self.states

    def __exit__(self, *_error: object) -> None:
        self.reader.leavings.pop()


class Reading(Frozen):
    """What a text would do, in order."""

    commands: tuple[Invocation, ...]
    effects: tuple[Effect, ...]
    made: tuple[tuple[str, int], ...] = ()  # absolute paths that weren't there, and the number of the command that makes them
    disturbing: tuple[int, ...] = ()  # order numbers of the commands behind which facts about files needn't hold
    files: tuple[str, ...] = ()  # files that were read because they run
    absent: tuple[tuple[str, int, int], ...] = ()  # paths that aren't there from one command on, up to another


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
        self.absent: list[tuple[str, int, int]] = []  # by the text's own tests, see Reading
        self.active: list[str] = []  # functions and files being read, against endless recursion
        self.leavings: list[Leaving] = []
        self.consumers: dict[str, Callable[[Value], None]] = {}  # paths of >(…): what reads what is written there
        self.pending: dict[str, list[Callable[[Value], None]]] = {}  # paths that were run before they were written
        self.traps: list[tuple[Call, Value]] = []
        self.consumed: list[Value] = []  # inputs that something was read from
        self.window = 0  # which lines of its input a loop reads in this walk of its body
        self.more = False  # are there further ones?

    def forget(self, state: State) -> None:
        """Forget what was done: it is done, and the files are there to be looked at."""
        for found in (self.invocations, self.effects, self.leavings):
            found.clear()
        state.files.clear()
        state.made.clear()
        state.sinks.clear()

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
        from guardsh.reading.invocation import Invocation

        if not self.invocations:
            self.invocations.append(Invocation(self.command(call.but(words=()), call.state.directory), {}))
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

    # ------------------------------------------------------------ leaving functions and loops

    def leaving(self, *, boundary: bool = False) -> Leaving:
        """Collect the states of break and continue, with `boundary` of return."""
        return Leaving(self, boundary)

    def leave(self, state: State, *, returns: bool) -> None:
        """A return, or a break or continue, in this state."""
        for leaving in reversed(self.leavings):
            if leaving.boundary and not returns:
                break
            leaving.states.append(state.copy())
            if leaving.boundary:
                break

    # ------------------------------------------------------------ text and files

    def path(self, text: str, state: State) -> str:
        """The absolute path of a file as written; descriptors are files below /dev/fd."""
        from guardsh.facts.paths import normal

        path = normal(text, state.directory, state.home)
        for prefix in ("/proc/self/fd/", "/proc/$$/fd/", f"/proc/{HOLE}/fd/"):
            if path.startswith(prefix):
                return "/dev/fd/" + path[len(prefix) :]
        return path

    def from_file(self, value: Value, state: State) -> Value:
        """What is read from a file: what the text wrote there, else unknown and of that file."""
        if value.text in ("/dev/null", ""):
            return Value("")
        if value.matches:
            from guardsh.reading import output

            return output.any_of([self.from_file(value.but(text=name, matches=()), state) for name in value.matches[:8]])
        path = self.path(value.text, state)
        if path in state.files:
            return state.files[path]
        return Value(HOLE, value.span, (Origin("file", path),))

    def write(self, path: str, value: Value, state: State, *, append: bool = False) -> None:
        """The text writes to a file: what reads it later, or was waiting for it, gets this."""
        from guardsh.reading import output

        consumer = self.consumers.get(path)
        if consumer is not None:
            consumer(value)
            return
        if append:
            before = state.files.get(path)
            if before is None and self.world.kind(path) == "file":
                before = Value(HOLE + "\n", origins=(Origin("file", path), Origin("appended")))
            if before is not None:
                value = output.together([before, value])
        state.files[path] = value
        for waiting in self.pending.pop(path, ()):
            waiting(value)

    def written_names(self, pattern: str, state: State) -> tuple[str, ...]:
        """Files written by the text itself that a glob matches, as the glob names them."""
        from guardsh.reading import patterns

        whole = self.path(pattern, state)
        cut = len(whole) - len(pattern) if whole.endswith(pattern) else len(whole) - len(pattern.removeprefix("./"))
        prefix = "./" if pattern.startswith("./") and cut > 0 else ""
        found = []
        for path in state.files:
            if path.count("/") == whole.count("/") and patterns.fits(whole, path):
                found.append(prefix + path[cut:] if 0 <= cut < len(path) else path)
        return tuple(found)

    def content(self, value: Value, state: State) -> Value:
        """A value whose text is that of files, read; any other value as it is."""
        from guardsh.reading import output

        if value.options or not value.origins or value.origins[0].kind != "file" or not value.text.startswith(HOLE):
            return value
        appended = value.origins[1:2] == (Origin("appended"),)
        if not appended and any(origin.kind != "file" for origin in value.origins):
            return value
        files = [origin.detail for origin in value.origins if origin.kind == "file"][: 1 if appended else None]
        holes = len(value.text) - len(value.text.lstrip(HOLE))
        if holes > 1 and len(files) == 1:
            files *= holes
        read = [one for one in (self._content_of(file, state) for file in files[:64]) if one is not None]
        if len(read) < len(files) or holes not in (1, len(files)) or not appended and value.text.strip(HOLE):
            return value
        whole = output.any_of(read) if holes == 1 else output.together(read)
        if appended:
            whole = output.together([whole, Value(value.text[holes:])])
        return whole.but(span=value.span, origins=tuple(dict.fromkeys((*value.origins, *whole.origins))))

    def _content_of(self, path: str, state: State) -> Value | None:
        written = state.files.get(path)
        if written is not None and not (written.text.startswith(HOLE) and Origin("file", path) in written.origins):
            return written
        text = self._read(path)
        return None if text is None else Value(text)

    def file_text(self, path: str, state: State) -> str | None:
        """The text of a small file, one that the script itself wrote included; None if it can't be read."""
        if path in state.files:
            written = self.content(state.files[path], state)
            return written.text if written.known else None
        return self._read(path)

    def _read(self, path: str) -> str | None:
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

    def shell_text(
        self, value: Value, call: Call, *, same_shell: bool = False, dialect: str = "bash", arguments: tuple[Value, ...] | None = None
    ) -> Value:
        """Walk text that a shell is given; its output.

        With `same_shell` it is the shell that walks now (eval, source): its assignments stay; else a new one, which inherits
        the environment only. arguments: its $0 $1 …
        """
        from guardsh.reading import output

        value = self.content(value, call.state)
        if "\0" in value.text:
            value = value.but(text=value.text.replace("\0", ""))
        if value.options:
            return output.any_of(
                [self.shell_text(one, call, same_shell=same_shell, dialect=dialect, arguments=arguments) for one in output.variants(value)]
            )
        if value.text.strip(HOLE + " \n\t") == "" and HOLE in value.text:
            self.unknown_code(value, call)
            self._wait(value, call, same_shell, dialect)
            if same_shell:
                call.state.loose = True
            return Value(HOLE, origins=(Origin("output", "shell"),))
        if HOLE in value.text and any(o.kind in ("decoded", "downloaded", "transformed") for o in value.origins):
            self.unknown_code(value, call)
        if call.depth > DEPTH:
            raise NotUnderstood("texts are nested too deep", call.span[0])
        state = call.state if same_shell else call.state.child(call.environment)
        if arguments is not None:
            state.zero, state.positional = (arguments or (state.zero,))[0], output.named(arguments[1:])
        before = state.frame
        state.frame = Frame(call.via, call.place, call.depth + 1)
        try:
            return self._nested(value, call, state, dialect)
        finally:
            state.frame = before

    def _wait(self, value: Value, call: Call, same_shell: bool, dialect: str) -> None:
        """A file runs that isn't there yet; should the text write it later, that is what runs."""
        if same_shell or len(value.origins) != 1 or value.origins[0].kind != "file":
            return
        self.await_file(value.origins[0].detail, lambda written: self._late(written, call, dialect))

    def _late(self, written: Value, call: Call, dialect: str) -> None:
        if written.text.strip(HOLE) != "":
            self.shell_text(written, call, dialect=dialect)

    def await_file(self, path: str, run: Callable[[Value], None]) -> None:
        """Call `run` with the content that the text writes to a file after this point."""
        waiting = self.pending.setdefault(path, [])
        if len(waiting) < 8:
            waiting.append(run)

    def _nested(self, value: Value, call: Call, state: State, dialect: str) -> Value:
        from guardsh.reading import walk

        self.nested += len(value.text)
        self.step(2 + len(value.text) // 100)
        if self.nested > NESTED_TEXT:
            raise NotUnderstood("runs more text than can be read", call.span[0])
        outer = (self.offset, self.constant)
        start = self.top.find(value.text, call.span[0], call.span[1]) if len(value.text) > 1 else -1
        self.offset, self.constant = (start, call.span) if start >= 0 else (None, call.span)
        try:
            script = parse(value.text, dialect, marks=True)
        except SyntaxProblem as problem:
            self.offset, self.constant = outer
            return self._salvaged(value, call, state, dialect, problem)
        try:
            return walk.script(self, script, state, call.stdin)
        finally:
            self.offset, self.constant = outer

    def _salvaged(self, value: Value, call: Call, state: State, dialect: str, problem: SyntaxProblem) -> Value:
        """Text with a syntax error: noted, and its pieces read, for the shell that gets it may be another one (fish, csh).

        Raises NotUnderstood where bash takes the text for valid.
        """
        from guardsh.reading import walk
        from guardsh.syntax import bash_verdict

        if value.known and len(value.text) < 20_000 and bash_verdict(value.text).valid:
            raise NotUnderstood(problem.reason, call.span[0])
        self.effect("run", call, value.but(text=value.text[:200]), "unreadable", details=(("problem", problem.reason),))
        outer = (self.offset, self.constant)
        self.offset, self.constant = None, call.span
        try:
            for piece in _pieces(value.text):
                try:
                    script = parse(piece, dialect, marks=True)
                except NotUnderstood:
                    continue
                walk.script(self, script, state.copy(), call.stdin)
        finally:
            self.offset, self.constant = outer
        return Value(HOLE)

    def unknown_code(self, value: Value, call: Call, language: str = "shell") -> None:
        """Note that code runs of which only the origin is known."""
        verb = "unknown"
        for origin in value.origins:
            if origin.kind in ("decoded", "downloaded", "transformed") and not self._is_dump(origin, language):
                verb = origin.kind
                break
            if origin.kind == "generated":
                verb = "generated"
            elif origin.kind in ("file", "decoded", "transformed") and verb == "unknown":
                verb = "own-file"
        origin_text = value.origins[0].detail if value.origins else ""
        self.effect("run", call, value.but(text=origin_text or value.text), verb, details=(("language", language),))

    def _is_dump(self, origin: Origin, language: str) -> bool:
        """Is it SQL that is only unpacked or edited on its way (`zcat dump.sql.gz | psql`), not hidden by an encoding?"""
        about = self.rules.program(origin.detail) if origin.kind != "downloaded" else None
        return language == "sql" and origin.kind != "downloaded" and not (about or {}).get("answer")

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


def read(
    script: nodes.Script, text: str, world: World, rules: Rules, dialect: str = "bash", arguments: tuple[str, ...] = (),
    past: int = 0,
) -> Reading:
    """What the script would run and do.

    script: the tree of `text`. arguments: $1, $2 … of the script. The commands that begin in the first `past` characters
    have run: what they left behind in the shell counts, what they did doesn't. Raises NotUnderstood for what can't be
    read whole.
    """  # fmt: skip
    from guardsh.reading import walk
    from guardsh.reading.braces import TooManyWords

    reader = Reader(world, rules, dialect)
    reader.top = text
    state = State(world.directory, world.environment, world.home)
    state.positional = tuple(Value(argument) for argument in arguments)
    try:
        if past:
            before = tuple(item for item in script.items if item.command.span[0] < past)
            walk.script(reader, script.but(items=before), state, None)
            reader.forget(state)
            script = script.but(items=script.items[len(before) :])
        walk.script(reader, script, state, None)
        _run_traps(reader, state)
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


def _pieces(text: str) -> list[str]:
    """What stands between the separators of a text that can't be parsed."""
    for separator in (";", "&", "|", "`", "(", ")", "{", "}"):
        text = text.replace(separator, "\n")
    return [piece.strip() for piece in text.split("\n") if piece.strip()][:50]


def _run_traps(reader: Reader, state: State) -> None:
    """Traps run with what variables and functions are by then."""
    for call, text in reader.traps:
        inner = call.state.copy()
        inner.join(state)
        for name, values in (call.state.history or {}).items():
            inner.variables[name] = tuple(dict.fromkeys((*inner.variables.get(name, ()), *values)))
        reader.shell_text(text, call.but(state=inner), same_shell=True)


def reading_of(reader: Reader, state: State) -> Reading:
    """What a reader has found so far."""
    from guardsh.rules.conditions import disturbing

    commands, effects = tuple(reader.invocations), tuple(dict.fromkeys(reader.effects))
    return Reading(commands, effects, tuple(state.made.items()), disturbing(commands, effects), tuple(reader.files), tuple(reader.absent))
