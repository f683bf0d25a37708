"""Indexed and associative arrays (bash manual, 6.7) of which keys or values may be unknown."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.model import MARKS, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 4096  # items that are told apart


class Array(Frozen):
    """Items by key, in the order of "${a[@]}"."""

    items: tuple[tuple[str, Value], ...] = ()
    associative: bool = False
    sure: bool = True  # is every key known?

    @property
    def values(self) -> tuple[Value, ...]:
        """What "${a[@]}" expands to."""
        return tuple(value for _, value in self.items)

    def get(self, key: str) -> tuple[Value, ...]:
        """The values that ${a[key]} may have; empty if there is no such item."""
        if not _known(key):
            return self.values
        found = [value for name, value in self.items if name == self._absolute(key)]
        if self.sure:
            return tuple(found[-1:])
        return tuple(dict.fromkeys([*found, *(value for name, value in self.items if not _known(name))]))

    def put(self, key: str, value: Value, append: bool = False) -> Array:
        """a[key]=value, or a[key]+=value"""
        if not _known(key):
            return self.but(items=(*self.items, (key, value)), sure=False)
        key = self._absolute(key)
        if append:
            before = self.get(key)
            if before:
                value = value.but(text=before[0].text + value.text, origins=(*before[0].origins, *value.origins))
        items = [*((name, old) for name, old in self.items if name != key), (key, value)]
        if not self.associative and self.sure:
            items.sort(key=lambda item: int(item[0]) if item[0].lstrip("-").isdigit() else 0)
        return self.but(items=tuple(items[:LARGEST]))

    def add(self, values: Iterable[Value]) -> Array:
        """a+=(values)"""
        numbers = [int(name) for name, _ in self.items if name.isdigit()]
        start = max(numbers) + 1 if numbers else 0
        added = tuple((str(start + place), value) for place, value in enumerate(values))
        return self.but(items=(*self.items, *added)[:LARGEST])

    def _absolute(self, key: str) -> str:
        """The index that a negative one means."""
        if self.associative or not key.startswith("-"):
            return key
        numbers = [int(name) for name, _ in self.items if name.isdigit()]
        return str(max(numbers) + 1 + int(key)) if numbers and key[1:].isdigit() else key


def of(values: Iterable[Value]) -> Array:
    """The indexed array of these values."""
    return Array().add(values)


def unknown(origin: Origin, text: str) -> Array:
    """An array of which nothing is known."""
    return Array(((text, Value(text, origins=(origin,))),), sure=False)


def _known(key: str) -> bool:
    return not any(mark in key for mark in MARKS)
