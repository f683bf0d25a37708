"""Bodies of here-documents."""

from __future__ import annotations

from .expansions import document
from .nodes import HereDocument, Literal, Redirection, Word
from .source import segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .source import Source


class Awaited:
    """A here-document whose body begins after the next newline, and the redirection that gets it."""

    __slots__ = ("delimiter", "quoted", "strip", "redirection", "document")

    def __init__(self, delimiter: str, quoted: bool, strip: bool) -> None:
        self.delimiter = delimiter
        self.quoted = quoted
        self.strip = strip  # <<-: tabs at the start of a line are removed
        self.redirection: Redirection | None = None
        self.document: HereDocument | None = None


def awaited(source: Source, word: Word, raw: str, strip: bool) -> Awaited:
    """The here-document with the delimiter `word`; `raw` is its text."""
    delimiter = []
    for part in word.parts:
        if not isinstance(part, Literal):
            source.fail("expansion in the delimiter of a here-document", 0)
        delimiter.append(part.text)
    quoted = any(quote in raw for quote in "\\'\"")
    return Awaited("".join(delimiter), quoted, strip)


class _Body:
    """The lines of a body as they come, with the places they come from."""

    def __init__(self, source: Source, start: int) -> None:
        self.source = source
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.places: list[int] = []
        self.size = 0
        self.start = self.end = start

    def add(self, text: str, at: int) -> None:
        if text:
            self.pieces.append(text)
            self.starts.append(self.size)
            self.places.append(self.source.place(at))
            self.size += len(text)


def read_bodies(source: Source, pending: list[Awaited], i: int, closing: bool) -> tuple[int, bool]:
    """Read the bodies that begin at the line `i`; the offset behind them, and whether each had its delimiter."""
    complete = True
    for each in pending:
        body = _Body(source, i)
        i, found = _lines(source, each, body, i, closing)
        complete &= found
        each.document = _document(source, each, body)
        if each.redirection is not None:
            # The one place where a node changes: its grammar symbol is complete before the body is read.
            object.__setattr__(each.redirection, "document", each.document)
    pending.clear()
    return i, complete


def _lines(source: Source, each: Awaited, body: _Body, i: int, closing: bool) -> tuple[int, bool]:
    """Collect lines up to the delimiter. Without one, bash warns and takes what there is."""
    text, length = source.text, len(source.text)
    while i < length:
        line, end = _logical_line(text, i, each.quoted)
        source.spend(2, i)
        written = "".join(piece for piece, _ in line)
        skipped = len(written) - len(written.lstrip("\t")) if each.strip else 0
        if written[skipped:] == each.delimiter or written == each.delimiter:
            return min(end + 1, length), True
        if closing and written.startswith(each.delimiter, skipped) and ")" in written[skipped + len(each.delimiter) :]:
            if len(line) > 1:
                source.fail("a here-document that ends inside a broken line", i)
            return i + skipped + len(each.delimiter), True
        for piece, at in line:
            dropped = min(skipped, len(piece))
            skipped -= dropped
            body.add(piece[dropped:], at + dropped)
        body.add("\n", min(end, length - 1))
        i = min(end + 1, length)
        body.end = i
    return i, False


def _logical_line(text: str, i: int, quoted: bool) -> tuple[list[tuple[str, int]], int]:
    """A line as bash compares it with the delimiter, in pieces with their offsets, and the offset of its newline."""
    line = []
    while True:
        end = text.find("\n", i)
        end = len(text) if end < 0 else end
        piece = text[i:end]
        backslashes = len(piece) - len(piece.rstrip("\\"))
        if quoted or backslashes % 2 == 0 or end == len(text):
            line.append((piece, i))
            return line, end
        line.append((piece[:-1], i))
        i = end + 1


def _document(source: Source, each: Awaited, body: _Body) -> HereDocument:
    text, span = "".join(body.pieces), source.span(body.start, body.end)
    if each.quoted:
        parts = (Literal(span, text, True),) if text else ()
        return HereDocument(span, Word(span, parts), each.delimiter, True)
    inner = source.inner(text, place=segments(body.starts, body.places) if text else None)
    source.enter(body.start)
    word = inner.read(document)
    source.leave()
    return HereDocument(span, word, each.delimiter, False)
