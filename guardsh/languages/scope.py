"""Variables of a program while its branches and functions are walked."""

from __future__ import annotations

from guardsh.languages.things import one_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.things import Thing


class Scope:
    """Names and what they are; a name that isn't here is looked up in the scope around it.

    A journal of changes makes branches cheap: each is walked from the same state, and only what it changed is merged.
    """

    __slots__ = ("_journals", "_names", "outer", "shared")

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.shared: set[str] = set()  # names that belong to the outermost scope
        self._names: dict[str, Thing] = {}
        self._journals: list[dict[str, Thing | None]] = []

    def find(self, name: str) -> Thing | None:
        """What a name is, here or in a scope around."""
        scope: Scope | None = self
        while scope is not None:
            thing = scope._names.get(name)
            if thing is not None:
                return thing
            scope = scope.outer
        return None

    def put(self, name: str, thing: Thing) -> None:
        """Gives a name its value here."""
        self._note(name)
        self._names[name] = thing

    def change(self, name: str, thing: Thing) -> None:
        """Gives a name its value where it was declared; here if it wasn't."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._names:
                scope.put(name, thing if scope is self else one_of(scope._names[name], thing))
                return
            scope = scope.outer
        self.put(name, thing)

    def drop(self, name: str) -> None:
        """Forgets a name."""
        if name in self._names:
            self._note(name)
            del self._names[name]

    def own(self) -> dict[str, Thing]:
        """The names of this scope."""
        return self._names

    def outermost(self) -> Scope:
        """The scope of the whole program."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def branches(self, walks: Sequence[Callable[[], None]]) -> None:
        """Each walk from the same state; afterwards a name is one of what they made of it."""
        ends: list[dict[str, Thing | None]] = []
        before: dict[str, Thing | None] = {}
        for walk in walks:
            changed = self._recorded(walk)
            ends.append({name: self._names.get(name) for name in changed})
            before.update({name: old for name, old in changed.items() if name not in before})
            self._restore(changed)
        for name, old in before.items():
            values = [end.get(name, old) for end in ends]
            known = [value for value in values if value is not None]
            if known:
                self.put(name, one_of(*known))

    def loop(self, walk: Callable[[], None], again: bool) -> None:
        """A walk that may happen any number of times; `again` walks it a second time if it changed anything."""
        changed = self._recorded(walk)
        if again and changed:
            changed = {**self._recorded(walk), **changed}
        for name, old in changed.items():
            new = self._names.get(name)
            if old is not None and new is not None and old != new:
                self.put(name, one_of(old, new))

    def _recorded(self, walk: Callable[[], None]) -> dict[str, Thing | None]:
        self._journals.append({})
        try:
            walk()
        finally:
            changed = self._journals.pop()
            if self._journals:
                for name, old in changed.items():
                    self._journals[-1].setdefault(name, old)
        return changed

    def _restore(self, changed: dict[str, Thing | None]) -> None:
        for name, old in changed.items():
            if old is None:
                self._names.pop(name, None)
            else:
                self._names[name] = old

    def _note(self, name: str) -> None:
        if self._journals:
            self._journals[-1].setdefault(name, self._names.get(name))
