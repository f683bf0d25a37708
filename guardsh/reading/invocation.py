"""A command's arguments, read as its program would read them, and the questions rules ask about them."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.model import HOLE, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from guardsh.reading.model import Command

    Table = dict[str, Any]

_PLAIN: Table = {}


class Option(Frozen):
    """One option as it was given; `value` is None for a flag."""

    name: str  # "-f", "--force", "of=", "-name"
    value: Value | None = None
    words: tuple[Value, ...] = ()  # of options that hold a command: find -exec … ;


class Invocation(Frozen):
    """A command with its words sorted into options and operands."""

    command: Command
    description: dict[str, Any]  # of the program, with that of the subcommand merged in; {} if none
    options: tuple[Option, ...] = ()
    operands: tuple[Value, ...] = ()
    base: int = 0  # number of operands that named the subcommand
    assignments: tuple[tuple[str, Value], ...] = ()  # NAME=value operands of env, sudo …
    described: bool = False
    leading: int = 0  # operands given before the first option
    unlisted: int = 0  # options in front of the first operand that the description doesn't list: they may take a value

    def has(self, name: str) -> bool:
        """Is this option given? A unique abbreviation of a long option counts."""
        for option in self.options:
            if option.name == name or self._abbreviates(option.name, name):
                if option.value is None or option.value.text.lower() not in ("false", "0", "no"):
                    return True
        return False

    def has_exactly(self, name: str) -> bool:
        """Is this option given by its full name (for options that make a command harmless)?"""
        return any(
            option.name == name and (option.value is None or option.value.text.lower() not in ("false", "0", "no"))
            for option in self.options
        )

    def _abbreviates(self, given: str, name: str) -> bool:
        """May a long option that the description doesn't list be short for this one?"""
        if not self.described or len(given) < 5 or not given.startswith("--") or not name.startswith(given):
            return False
        return not any(given in self.description.get(key, ()) for key in ("values", "optional", "flags")) and given != "--force"

    def values(self, name: str) -> list[Value]:
        """All values given to an option."""
        return [o.value for o in self.options if o.value is not None and (o.name == name or self._abbreviates(o.name, name))]

    def select(self, selectors: Sequence[str]) -> list[Value]:
        """The values that selectors of a description name (see rules/README.md)."""
        found: list[Value] = []
        for selector in selectors:
            found += self._one(selector)
        return found

    def _one(self, selector: str) -> list[Value]:
        own = list(self.operands[self.base :])
        if selector == "operands":
            return own
        if selector == "leading":
            return list(self.operands[self.base : max(self.leading, self.base)])
        if selector == "line":
            words = self.command.words
            return [Value(" ".join(word.text for word in words), self.command.span, words[0].origins)] if words else []
        if selector == "first":
            return own[:1]
        if selector == "last":
            return own[-1:]
        if selector == "rest":
            return own[1:]
        if selector == "but-last":
            return own[:-1]
        if selector == "stdin":
            return [self.command.stdin] if self.command.stdin is not None else []
        if selector.startswith("operand:"):
            place = int(selector[8:])
            return own[place - 1 : place] if place > 0 else own[place:][:1]
        if selector.startswith("operands:"):
            return own[int(selector[9:]) - 1 :]
        if selector.startswith("variable:"):
            return [value for name, value in self.command.environment if name == selector[9:]]
        return self.values(selector)


def read_arguments(command: Command, description: Table | None) -> Invocation:
    """Sort a command's words as its description says; without one, as getopt would: -abc are flags, the rest operands."""
    return _Sorter(command, description).sorted()


class _Sorter:
    def __init__(self, command: Command, description: Table | None) -> None:
        self.command = command
        self.words = command.words
        self.described = description is not None
        self.about: Table = description if description is not None else _PLAIN
        self.subs: Table = self.about.get("sub", _PLAIN)
        self.options: list[Option] = []
        self.operands: list[Value] = []
        self.assignments: list[tuple[str, Value]] = []
        self.base = 0
        self.next = 1
        self.ended = self.about.get("style") == "none"
        self.leading = 0
        self.unlisted = 0
        self._prepare()

    def _prepare(self) -> None:
        """What a description says about the form of options."""
        self.signs = "-+" if any(n[:1] == "+" for n in self.about.get("values", ())) else "-"
        self.until = {name: run["until"] for run in self.about.get("runs", ()) if "until" in run for name in run["on"]}

    def sorted(self) -> Invocation:
        words = self.words
        if self.about.get("style") == "bundle" and len(words) > 1 and words[1].text[:1] not in ("-", ""):
            self.next = 2
            self._letters(words[1], words[1].text)
        while self.next < len(words):
            word = words[self.next]
            self.next += 1
            self._word(word)
        return Invocation(
            self.command, self.about, tuple(self.options), tuple(self.operands), self.base,
            tuple(self.assignments), self.described, self.leading, self.unlisted,
        )  # fmt: skip

    def _word(self, word: Value) -> None:
        text = word.text
        if self.ended:
            self._operand(word)
        elif text == "--":
            self.ended = True
        elif text in self.until:
            self.options.append(Option(text, words=self._command(self.until[text])))
        elif self.about.get("style") == "pairs" and "=" in text:
            name, _, value = text.partition("=")
            self.options.append(Option(name + "=", word.but(text=value)))
        elif self.about.get("style") == "word" and text in self.about.get("flags", ()):
            self.options.append(Option(text))
        elif text.startswith("--") and len(text) > 2:
            self._long(word, text)
        elif len(text) > 1 and text[0] in self.signs:
            if self.about.get("style") == "word" or self._listed(text.partition("=")[0]):
                self._long(word, text)
            elif text[1:].isdigit() or text[1] == HOLE:
                self.options.append(Option(text))
            else:
                self._letters(word, text[1:], text[0])
        else:
            self._operand(word)

    def _command(self, ends: Sequence[str]) -> tuple[Value, ...]:
        """The words up to the one that ends them, that one left out."""
        start = self.next
        while self.next < len(self.words):
            text = self.words[self.next].text
            self.next += 1
            if text in ends and (text != "+" or self.words[self.next - 2].text == "{}"):
                return self.words[start : self.next - 1]
        return self.words[start:]

    def _listed(self, name: str) -> bool:
        if len(name) < 3:
            return False
        return any(name in self.about.get(key, ()) for key in ("values", "optional", "flags"))

    def _long(self, word: Value, text: str) -> None:
        name, equals, value = text.partition("=")
        name = self._full(name)
        if equals:
            self.options.append(Option(name, word.but(text=value)))
        elif name in self.about.get("values", ()):
            self.options.append(Option(name, self._following()))
        else:
            self.options.append(Option(name))
            self._count_unlisted(name)

    def _count_unlisted(self, name: str) -> None:
        """An option that nobody described may take the next word as its value."""
        if len(self.operands) <= self.base and not any(name in self.about.get(key, ()) for key in ("optional", "flags")):
            self.unlisted += 1

    def _full(self, name: str) -> str:
        """The option that a unique abbreviation means (getopt_long)."""
        known = [n for key in ("values", "optional", "flags") for n in self.about.get(key, ())]
        if name in known or not name.startswith("--"):
            return name
        fits = {n for n in known if n.startswith(name)}
        return fits.pop() if len(fits) == 1 else name

    def _letters(self, word: Value, letters: str, sign: str = "-") -> None:
        values, optional = self.about.get("values", ()), self.about.get("optional", ())
        for place, letter in enumerate(letters):
            name = sign + letter
            rest = letters[place + 1 :]
            if name in self.until:  # python -mMODULE: what follows is the module's
                attached = (word.but(text=rest),) if rest else ()
                self.options.append(Option(name, words=(*attached, *self._command(self.until[name]))))
                return
            if name in values:
                value = word.but(text=rest.removeprefix("=") if not rest.startswith("=/") else rest[1:]) if rest else None
                self.options.append(Option(name, value if value is not None else self._following()))
                return
            if name in optional and rest:
                self.options.append(Option(name, word.but(text=rest)))
                return
            self.options.append(Option(name))
        self._count_unlisted(sign + letters[-1:])

    def _following(self) -> Value | None:
        if self.next < len(self.words):
            self.next += 1
            return self.words[self.next - 1]
        return None

    def _operand(self, word: Value) -> None:
        if self.about.get("assigns") and not self.operands and not self.ended:
            if word.text == "-":  # env - is env -i
                self.options.append(Option("-i"))
                return
            name, equals, value = word.text.partition("=")
            if equals and name.replace("_", "a").isalnum():
                self.assignments.append((name, word.but(text=value)))
                return
        self.operands.append(word)
        if not self.options:
            self.leading = len(self.operands)
        if self.subs:
            self._subcommand()
        if self.ended:
            return
        stops = self.about.get("stops")
        if stops is not None and len(self.operands) - self.base > stops:
            self.ended = True

    def _subcommand(self) -> None:
        """Do the operands so far name a subcommand? All that the packs say about it counts."""
        count = len(self.operands)
        if count <= self.base:
            return
        found = [sub for words, sub in self.subs.items() if self._names(words.split(), count)]
        if not found:
            return
        from guardsh.rules.compiling import merge

        both = dict(self.about)
        for sub in found:
            for key in ("stops", "style", "effects", "runs", "reads", "output", "request", "data"):
                if key in sub:
                    both.pop(key, None)
        for sub in found:
            for key, other in (("values", "flags"), ("values", "optional"), ("flags", "values"), ("optional", "values")):
                if key in both and other in sub:
                    both[key] = [option for option in both[key] if option not in sub[other]]
            merge(both, sub)
            if self.ended and "stops" in sub:
                self.ended = False
        self.about, self.base = both, count
        self._prepare()

    def _names(self, parts: list[str], count: int) -> bool:
        return len(parts) == count and all(self.operands[i].text in part.split("|") for i, part in enumerate(parts))
