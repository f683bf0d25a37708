"""What the language readers write down: acts, bounded in number and without repetitions."""

from __future__ import annotations

from guardsh.reading.model import HOLE, Arguments, CodeFile, Effect, Origin, ShellText, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from guardsh.reading.model import Act, Context, Span

MOST_ACTS = 400
NOWHERE: Span = (0, 0)
UNKNOWN = Value(HOLE)


def unreadable(span: Span = NOWHERE, why: str = "", directory: str = "/") -> Effect:
    """The effect of code that couldn't be read; `why` is for people."""
    details = (("why", why),) if why else ()
    return Effect(kind="run", verb="unreadable", details=details, span=span, directory=directory)


class Acts:
    """Collects the acts of one text.

    More than MOST_ACTS different acts end in one more, "unreadable": a script that long isn't silently cut.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.directory = context.directory
        self.full = False
        self._seen: set[object] = set()
        self._acts: list[Act] = []

    def __len__(self) -> int:
        return len(self._acts)

    def done(self) -> tuple[Act, ...]:
        """All acts, in order."""
        return tuple(self._acts)

    def add(self, act: Act) -> None:
        """Adds an act unless the same one is there, wherever it was written."""
        key = _key(act)
        if key in self._seen or self.full:
            return
        self._seen.add(key)
        if len(self._acts) >= MOST_ACTS:
            self.full = True
            self._acts.append(unreadable(why="too many acts", directory=self.directory))
            return
        self._acts.append(act)

    def extend(self, acts: Iterable[Act], span: Span | None = None) -> None:
        """Adds the acts of code within the code; its effects get the span of the place that holds it."""
        for act in acts:
            if span is not None and isinstance(act, Effect):
                act = act.but(span=span)
            self.add(act)

    def effect(
        self,
        kind: str,
        verb: str = "",
        target: Value | None = None,
        *,
        details: Sequence[tuple[str, str]] = (),
        recursive: bool = False,
        span: Span = NOWHERE,
    ) -> None:
        """Adds an effect in the current directory."""
        self.add(
            Effect(
                kind=kind,
                verb=verb,
                target=target,
                details=tuple(details),
                recursive=recursive,
                span=span,
                directory=self.directory,
            )
        )

    def unreadable(self, span: Span = NOWHERE, why: str = "") -> None:
        """Notes code that couldn't be read."""
        self.add(unreadable(span, why, self.directory))

    def shell(self, text: Value, dialect: str = "sh") -> None:
        """Text given to a shell; runs in the directory that the code has changed to."""
        if self.directory == self.context.directory:
            self.add(ShellText(text, dialect))
        else:
            self.program((Value("sh"), Value("-c"), text))

    def program(
        self,
        words: Sequence[Value],
        directory: Value | None = None,
        environment: Sequence[tuple[str, Value]] = (),
    ) -> None:
        """A program with its arguments; another directory or environment is written as `env -C` writes it."""
        before: list[Value] = []
        if directory is None and self.directory != self.context.directory:
            directory = Value(self.directory)
        if directory is not None:
            before += [Value("-C"), directory]
        before += [value.but(text=f"{name}={value.text}") for name, value in environment]
        if before:
            words = [Value("env"), *before, *words]
        self.add(Arguments(tuple(words)))

    def code_file(self, path: Value, language: str) -> None:
        """A file whose code runs too."""
        self.add(CodeFile(path, language))

    def nested(self, language: str, code: Value, span: Span = NOWHERE) -> None:
        """Code in `language` that this code runs: read if known, else judged by where it comes from."""
        from guardsh.languages import read

        for kind in ("downloaded", "decoded", "transformed"):
            if code.comes_from(kind) and not code.known:
                self.effect("run", kind, code, span=span)
                return
        files = [origin.detail for origin in code.origins if origin.kind == "file"]
        if files and code.text == HOLE:
            for path in files:
                self.code_file(Value(path), language)
        elif code.text != HOLE:
            self.extend(read(language, code.text, self.context.but(directory=self.directory)), span)


def _key(act: Act) -> object:
    if isinstance(act, Effect):
        target = act.target.text if act.target else None
        return ("effect", act.kind, act.verb, target, act.details, act.recursive, act.directory)
    if isinstance(act, ShellText):
        return ("shell", act.text.text, act.dialect)
    if isinstance(act, Arguments):
        return ("arguments", tuple(word.text for word in act.words))
    return ("file", act.path.text, act.language)


def joined(*parts: Value) -> Value:
    """Values written one after the other, with the origins of all."""
    origins: tuple[Origin, ...] = ()
    for part in parts:
        origins += tuple(origin for origin in part.origins if origin not in origins)
    return Value("".join(part.text for part in parts), origins=origins[:8])
