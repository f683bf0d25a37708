"""One call of a library function in Python, with its arguments as far as they are known."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.things import Known, argument, text, texts
from guardsh.reading.model import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.acts import Acts
    from guardsh.languages.pythonvalues import Values
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span


class Call(Frozen):
    """A call: the full name of the function, or the name of the method."""

    walker: Values
    name: str
    arguments: tuple[Thing, ...]
    keywords: tuple[tuple[str, Thing], ...]
    span: Span

    @property
    def acts(self) -> Acts:
        """Where the acts go."""
        return self.walker.acts

    def thing(self, index: int, keyword: str = "") -> Thing:
        """An argument, unknown if it isn't there."""
        found = argument(self.arguments, self.keywords, index, keyword)
        return UNKNOWN if found is None else found

    def given(self, index: int, keyword: str = "") -> Thing | None:
        """An argument, None if it isn't there."""
        return argument(self.arguments, self.keywords, index, keyword)

    def keyword(self, keyword: str) -> Thing | None:
        """A keyword argument, None if it isn't there."""
        return argument((), self.keywords, -1, keyword)

    def text(self, index: int, keyword: str = "") -> Value:
        """An argument as text."""
        return text(self.thing(index, keyword))

    def texts(self, index: int, keyword: str = "") -> list[Value]:
        """An argument as the texts that it may be."""
        return texts(self.thing(index, keyword))

    def true(self, keyword: str) -> bool:
        """Is this keyword given, and not certainly false?"""
        thing = self.keyword(keyword)
        return thing is not None and not (isinstance(thing, Known) and not thing.value)
