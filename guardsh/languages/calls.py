"""One call of a library function, with its arguments as far as they are known."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.things import Known, Pairs, argument, text, texts
from guardsh.reading.model import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.languages.acts import Acts
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span


class Call(Frozen):
    """A call: the full name of the function, or the name of the method."""

    walker: Any  # of the language: walks on into functions that are handed over
    name: str
    arguments: tuple[Thing, ...]
    keywords: tuple[tuple[str, Thing], ...]
    span: Span

    @property
    def acts(self) -> Acts:
        """Where the acts go."""
        acts: Acts = self.walker.acts
        return acts

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

    def option(self, name: str) -> Thing | None:
        """A member of an object among the arguments, as JavaScript takes options; None if it isn't given."""
        for thing in reversed(self.arguments):
            if isinstance(thing, Pairs) and thing.get(name) is not None:
                return thing.get(name)
        return None

    def set(self, name: str) -> bool:
        """Is this option given, and not certainly false?"""
        thing = self.option(name)
        return thing is not None and not (isinstance(thing, Known) and not thing.value)

    def true(self, keyword: str) -> bool:
        """Is this keyword given, and not certainly false?"""
        thing = self.keyword(keyword)
        return thing is not None and not (isinstance(thing, Known) and not thing.value)
