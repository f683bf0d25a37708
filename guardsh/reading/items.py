"""What a program that walks trees comes upon (find, fd): its starting points, joined with what its tests leave.

A find expression is read as find(1) gives its precedence: parentheses, `!`, and, `-o`, `,`. Only the tests that stand
before what is done, and in the same alternative, limit it.
"""

from __future__ import annotations

from guardsh.reading.model import STAR, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.reading.invocation import Invocation, Option

    Table = dict[str, Any]
    Terms = list["Term"]

_OR = ("-o", "-or", ",")
_AND = ("-a", "-and")
_NOT = ("!", "-not")


class Term:
    """A part of an expression: what it lets through, whether it acts, whether it is turned round."""

    def __init__(self, names: list[Value] | None, acts: bool = False, empty: bool = False) -> None:
        self.names = names  # None: any name
        self.acts = acts
        self.empty = empty  # only what is empty, or a link


def items_of(invocation: Invocation) -> list[Value]:
    """The paths that it comes upon, as patterns; of those that hold nothing that is the origin."""
    about = invocation.description.get("items")
    if not about:
        return []
    starts = invocation.select(about.get("under", ["leading"])) or [Value(".", invocation.command.words[0].span)]
    left = _Expression(invocation, about).read()
    made: list[Value] = []
    for start in starts:
        if not start.text:
            start = start.but(text=TOKEN)  # a variable that isn't set here was meant; find itself takes no empty path
        base = start.text.rstrip("/") if start.text != "/" else ""
        origins = (*start.origins, Origin("item", start.text), *((Origin("empty"),) if left.empty else ()))
        for name in [None] if left.names is None else left.names:
            text = f"{base}/{STAR}" if name is None else f"{base}/{STAR}/{_globbed(name.text)}"
            made.append(Value(text, start.span, origins))
    return made


class _Expression:
    """Reads the options of a walking program as an expression."""

    def __init__(self, invocation: Invocation, about: Table) -> None:
        self.options: tuple[Option, ...] = invocation.options
        self.about = about
        self.next = 0
        self.any = any(invocation.has(option) for option in about.get("or", ()))

    def read(self) -> Term:
        """The whole expression; what is left over (a parenthesis too many) makes it unlimited."""
        term = self._either()
        return term if self.next >= len(self.options) and not self.any else Term(None)

    def _either(self) -> Term:
        terms = [self._all()]
        while self._take(_OR):
            terms.append(self._all())
        acting = [term for term in terms if term.acts] or terms
        names = None if any(term.names is None for term in acting) else [n for term in acting for n in term.names or ()]
        return Term(names, any(term.acts for term in terms), all(term.empty for term in acting))

    def _all(self) -> Term:
        """Tests side by side: each limits; those behind what is done don't."""
        names: list[Value] | None = None
        acts = empty = False
        while self.next < len(self.options) and self.options[self.next].name not in (*_OR, ")"):
            if self._take(_AND):
                continue
            term = self._one()
            if not acts:
                names = names if names is not None else term.names
                empty = empty or term.empty
            acts = acts or term.acts
        return Term(names, acts, empty)

    def _one(self) -> Term:
        if self._take(_NOT):
            term = self._one() if self.next < len(self.options) else Term(None)
            return Term(None, term.acts)
        if self._take(("(",)):
            term = self._either()
            self._take((")",))
            return term
        option = self.options[self.next]
        self.next += 1
        given = option.name if option.value is None else f"{option.name}={option.value.text}"
        named = option.name in self.about.get("named", ()) and option.value is not None
        names = [option.value] if named and option.value is not None else None
        return Term(names, option.name in self.about.get("acts", ()), given in self.about.get("empty", ()))

    def _take(self, names: tuple[str, ...]) -> bool:
        if self.next < len(self.options) and self.options[self.next].name in names:
            self.next += 1
            return True
        return False


def _globbed(name: str) -> str:
    from guardsh.reading.patterns import active

    return active(name.rsplit("/", 1)[-1] or name)
