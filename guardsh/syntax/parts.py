"""The parts of a word as they are found."""

from __future__ import annotations

from .nodes import Literal, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .nodes import Part
    from .source import Source


class Parts:
    """Collects parts, joining neighbouring literals of the same quoting."""

    __slots__ = ("source", "_parts", "_texts", "_quoted", "_start", "_end")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._parts: list[Part] = []
        self._texts: list[str] = []
        self._quoted = False
        self._start = self._end = 0

    def literal(self, text: str, quoted: bool, start: int, end: int) -> None:
        """Characters written at start:end, as they are after quote removal."""
        if self._texts:
            if self._quoted is quoted:
                self._texts.append(text)
                self._end = end
                return
            self._flush()
        self._texts.append(text)
        self._quoted, self._start, self._end = quoted, start, end

    def add(self, part: Part) -> None:
        if self._texts:
            self._flush()
        self._parts.append(part)

    def count(self) -> int:
        """Grows when something is added to the parts."""
        return len(self._parts) + len(self._texts)

    def word(self, start: int, end: int) -> Word:
        """What was collected, as the word written at start:end."""
        if self._texts:
            self._flush()
        return Word(self.source.span(start, end), tuple(self._parts))

    def _flush(self) -> None:
        span = self.source.span(self._start, self._end)
        self._parts.append(Literal(span, "".join(self._texts), self._quoted))
        self._texts = []
