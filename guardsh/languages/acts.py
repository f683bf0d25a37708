"""What the language readers write down: acts, bounded in number and without repetitions."""

from __future__ import annotations

from guardsh.reading.model import HOLE, MARKS, Arguments, CodeFile, Effect, Origin, ShellText, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from guardsh.reading.model import Act, Context, Span

MOST_ACTS = 400
FILES = {"delete", "overwrite", "truncate", "edit", "append", "create", "move", "permissions", "read", "send"}
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

    def mark(self, start: int, detail: tuple[str, str]) -> None:
        """Gives the effects from number `start` on one more detail."""
        for index in range(start, len(self._acts)):
            act = self._acts[index]
            if isinstance(act, Effect) and act.verb != "unreadable":
                self._acts[index] = act.but(details=(*act.details, detail))

    def add(self, act: Act) -> None:
        """Adds an act unless the same one is there, wherever it was written."""
        key = _key(act)
        if key in self._seen or self.full:
            return
        self._seen.add(key)
        if len(self._acts) >= MOST_ACTS:
            self.full = True
            self._acts.append(unreadable(why="too many acts", directory=self.context.directory))
            return
        self._acts.append(act)

    def extend(self, acts: Iterable[Act], span: Span | None = None) -> None:
        """Adds the acts of code within the code; its effects get the span of the place that holds it."""
        for act in acts:
            if span is not None and isinstance(act, Effect):
                act = act.but(span=span)
            if self.directory == self.context.directory:
                self.add(act)
            elif isinstance(act, ShellText):
                self.shell(act.text, act.dialect)
            elif isinstance(act, Arguments):
                self.program(act.words)
            elif isinstance(act, CodeFile):
                self.code_file(act.path, act.language)
            else:
                target = self._placed(act.target) if act.kind in FILES and act.target is not None else act.target
                self.add(act.but(target=target, directory=self.context.directory))

    def _placed(self, path: Value) -> Value:
        """A relative path from the directory that the code has changed to."""
        if self.directory == self.context.directory or path.text.startswith(("/", HOLE)):
            return path
        return path.but(text=f"{self.directory.rstrip('/')}/{path.text}")

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
        """Adds an effect; a relative path counts from the directory that the code has changed to."""
        if target is not None and kind in FILES:
            target = self._placed(target)
        self.add(
            Effect(
                kind=kind,
                verb=verb,
                target=target,
                details=tuple(details),
                recursive=recursive,
                span=span,
                directory=self.context.directory,
            )
        )

    def unreadable(self, span: Span = NOWHERE, why: str = "") -> None:
        """Notes code that couldn't be read."""
        self.add(unreadable(span, why, self.context.directory))

    def shell(self, text: Value, dialect: str = "sh", span: Span = NOWHERE) -> None:
        """Text given to a shell; runs in the directory that the code has changed to."""
        if not text.text.strip(MARKS + " "):
            self.effect("run", _obscure(text) or "unknown", text, span=span)
        elif self.directory == self.context.directory:
            self.add(ShellText(text, dialect))
        else:
            self.program((Value("sh"), Value("-c"), text))

    def program(
        self,
        words: Sequence[Value],
        directory: Value | None = None,
        environment: Sequence[tuple[str, Value]] = (),
        span: Span = NOWHERE,
    ) -> None:
        """A program with its arguments; another directory or environment is written as `env -C` writes it."""
        if not words or (len(words) == 1 and words[0].text == HOLE):
            self.effect("run", (_obscure(words[0]) if words else "") or "unknown", UNKNOWN, span=span)
            return
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
        self.add(CodeFile(self._placed(path), language))

    def nested(self, language: str, code: Value, span: Span = NOWHERE) -> None:
        """Code in `language` that this code runs: read if known, else judged by where it comes from."""
        from guardsh.languages import read

        if _obscure(code) and not code.known:
            self.effect("run", _obscure(code), code, span=span)
            return
        files = [origin.detail for origin in code.origins if origin.kind == "file"]
        if files and code.text == HOLE:
            for path in files:
                self.code_file(Value(path), language)
        elif code.text.strip(MARKS + " "):
            self.extend(read(language, code.text, self.context.but(directory=self.directory)), span)

    # --- what libraries of all languages do ---

    def delete(self, path: Value, span: Span = NOWHERE, recursive: bool = False) -> None:
        """Removes a file or tree."""
        self.effect("delete", target=path, recursive=recursive, span=span)

    def move(self, source: Value, destination: Value, span: Span = NOWHERE) -> None:
        """Takes `source` away; what stood at `destination` is replaced."""
        self.effect("move", target=source, span=span)
        self.effect("overwrite", target=destination, span=span)

    def copy(self, source: Value, destination: Value, span: Span = NOWHERE, recursive: bool = False) -> None:
        """Copies over `destination`."""
        self.effect("read", target=source, recursive=recursive, span=span)
        self.effect("overwrite", target=destination, recursive=recursive, span=span)

    def open(self, path: Value, mode: str, span: Span = NOWHERE) -> None:
        """Opens a file with a mode as fopen takes it; an unknown mode counts as writing."""
        kinds = {"w": "overwrite", "a": "append", "x": "create", HOLE: "overwrite"}
        kind = next((kind for letter, kind in kinds.items() if letter in mode), "edit" if "+" in mode else "read")
        self.effect(kind, target=path, span=span)

    def request(
        self,
        method: Value | str,
        url: Value,
        headers: Sequence[Value] = (),
        body: Value | None = None,
        *,
        credential: Value | None = None,
        sends: Sequence[Value] = (),
        span: Span = NOWHERE,
    ) -> None:
        """Sends an HTTP request, with the SQL that it may carry."""
        from guardsh.languages import http

        self.extend(
            http.request_effects(
                method, url, headers, body, credential=credential, sends=sends, span=span, directory=self.directory
            )
        )
        self.extend(http.statements(url, body, self.context), span)

    def sql(
        self, text: Value, dialect: str = "", details: Sequence[tuple[str, str]] = (), span: Span = NOWHERE
    ) -> None:
        """Runs SQL over a connection of which `details` are known; text that doesn't look like SQL is none."""
        from guardsh.languages.http import looks_like_sql

        files = [origin.detail for origin in text.origins if origin.kind == "file"]
        if files and text.text == HOLE:
            self.code_file(Value(files[0]), "sql")
            return
        if not looks_like_sql(text.text):
            return
        from guardsh.languages import read

        context = self.context.but(directory=self.directory, program="")
        for act in read(f"sql:{dialect}" if dialect else "sql", text.text, context):
            self.add(act.but(span=span, details=(*act.details, *details)) if isinstance(act, Effect) else act)

    def data(self, verb: str, target: Value | None, client: str, span: Span = NOWHERE) -> None:
        """An operation of another data store or service."""
        self.effect("data", verb, target or Value(""), details=(("client", client),), span=span)


def _obscure(text: Value) -> str:
    """The kind of origin for which unknown code is asked about."""
    return next((kind for kind in ("downloaded", "decoded", "transformed") if text.comes_from(kind)), "")


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
