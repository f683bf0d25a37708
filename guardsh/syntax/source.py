"""A text being read, where its characters stand in the script, and how much work may still be spent on it."""

from __future__ import annotations

from .errors import NotUnderstood, SyntaxProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeVar

    from .nodes import Span

    T = TypeVar("T")

SIZE = 1_000_000  # characters of a script
WORK = 500_000  # units of 1 to 2 µs: a word costs 6, a character that may be looked at twice 1/2
DEPTH = 60  # compound commands, substitutions, ${…} and arithmetic inside each other
SPLICES = 50  # restarts for a backslash-newline inside an operator or an expansion's head


class Budget:
    """What reading one script may cost, all its nested texts together."""

    __slots__ = ("work", "depth")

    def __init__(self, work: int = WORK) -> None:
        self.work = work
        self.depth = 0


class Splice(Exception):
    """A backslash-newline stands where the reader looks ahead; the text is read again without it."""

    def __init__(self, source: Source, at: int) -> None:
        super().__init__(at)
        self.source = source
        self.at = at


class Source:
    """One stretch of text: the script itself, the inside of backquotes or the body of a here-document.

    `place` gives the offset in the script for an offset in `text`; `fixed` the one span that all of it has.
    `strict` says that bash reads this text together with the script, so that its errors are the script's.
    """

    __slots__ = ("text", "budget", "dialect", "memo", "strict", "pending", "_place", "_fixed", "_cuts")

    def __init__(
        self,
        text: str,
        budget: Budget,
        dialect: str,
        place: Callable[[int], int] | None = None,
        fixed: Span | None = None,
        strict: bool = True,
    ) -> None:
        self.text = text
        self.budget = budget
        self.dialect = dialect
        self.memo: dict[tuple[int, int], tuple[Any, int]] = {}
        self.strict = strict
        self.pending = False  # a here-document is waiting for the end of the line
        self._place = place
        self._fixed = fixed
        self._cuts: list[int] = []

    def inner(self, text: str, place: Callable[[int], int] | None = None, fixed: Span | None = None) -> Source:
        """A text that bash reads only when it expands this one."""
        if self._fixed:
            place, fixed = None, self._fixed
        return Source(text, self.budget, self.dialect, place, fixed, strict=False)

    def read(self, reader: Callable[[Source], T]) -> T:
        """What `reader` makes of the text, started again after each splice."""
        depth, strict = self.budget.depth, self.strict
        for _ in range(SPLICES):
            self.budget.depth, self.strict, self.pending = depth, strict, False
            try:
                return reader(self)
            except Splice as splice:
                if splice.source is not self:
                    raise
                self._cuts = sorted([*self._cuts, self._uncut(splice.at)])
                self.text = self.text[: splice.at] + self.text[splice.at + 2 :]
                self.memo.clear()
        return self.fail("too many broken lines inside operators", 0)

    def _uncut(self, i: int) -> int:
        for cut in self._cuts:
            if i < cut:
                break
            i += 2
        return i

    def place(self, i: int) -> int:
        """The offset in the script of the character at `i`."""
        if self._fixed:
            return self._fixed[0]
        if self._cuts:
            i = self._uncut(i)
        return self._place(i) if self._place else i

    def span(self, start: int, end: int) -> Span:
        """The stretch of the script that text[start:end] comes from."""
        if self._fixed:
            return self._fixed
        if self._cuts or self._place:
            return self.place(start), self.place(end - 1) + 1 if end > start else self.place(start)
        return start, end

    def spend(self, units: int, i: int) -> None:
        """Take `units` of work from the budget."""
        self.budget.work -= units
        if self.budget.work < 0:
            self.fail("the script takes too long to read", i)

    def enter(self, i: int) -> None:
        """One level deeper; to be paired with `leave`."""
        self.budget.depth += 1
        if self.budget.depth > DEPTH:
            self.fail("nested too deep", i)

    def leave(self) -> None:
        self.budget.depth -= 1

    def fail(self, reason: str, i: int) -> NoReturn:
        """The text at `i` isn't handled."""
        raise NotUnderstood(reason, self.place(min(i, len(self.text))))

    def problem(self, message: str, i: int, at_end: bool = False) -> NoReturn:
        """The grammar refuses the text at `i`."""
        if not self.strict:
            self.fail(message, i)
        raise SyntaxProblem(message, self.place(min(i, len(self.text))), at_end)


def segments(starts: list[int], places: list[int]) -> Callable[[int], int]:
    """Places for a text put together from pieces that start at `starts` and come from `places`."""
    from bisect import bisect_right

    def place(i: int) -> int:
        piece = bisect_right(starts, i) - 1
        return places[piece] + i - starts[piece]

    return place
