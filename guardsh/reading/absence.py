"""What a test tells of a path: behind `[ -f x ] ||`, and in `if [ ! -f x ]; then`, there is no x to lose."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.reading.expansion import expander_of
from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.reading.reader import Reader
    from guardsh.reading.state import State

_TESTS = ("-e", "-f", "-s")  # -d says nothing of a file of that name


class Tested(Frozen):
    """The absolute path that a test asks for, and whether it is there where the test succeeds."""

    path: str
    there: bool


class Guard:
    """Tests and what is done by their answer: in a list, by the operators between; in an if, by its branches."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.begin = 0  # commands that were noted before the present one
        self.path = ""  # isn't there when the present command runs
        self.operator = ""  # in front of it
        self.test: Tested | None = None

    def begins(self) -> None:
        """Before a command of a list, the test of a branch, or the last branch."""
        self.begin = len(self.reader.invocations)

    def ends(self, item: nodes.Item, state: State) -> None:
        """Behind a command of a list: notes what wasn't there for it, and what isn't for the next.

        Behind `a || b &&` that isn't known: a may have succeeded.
        """
        if self.path:
            self._note(self.path)
        kept = self.path if item.operator == self.operator == "&&" else ""
        test = tested(self.reader, item.command, state, self.begin) if item.operator in ("&&", "||") else None
        if test is not None and test.there == (item.operator == "||"):
            kept = test.path
        self.path, self.operator = kept, item.operator

    def asked(self, test: nodes.Script, state: State) -> None:
        """Behind the test of a branch, before its body."""
        self.test = tested(self.reader, test.items[0].command, state, self.begin) if len(test.items) == 1 else None
        self.begins()

    def passed(self, there: bool) -> None:
        """Behind a branch that runs where the last test, if it was for something that's `there`, failed."""
        if self.test is not None and self.test.there == there:
            self._note(self.test.path)

    def _note(self, path: str) -> None:
        self.reader.absent.append((path, self.begin, len(self.reader.invocations)))


def tested(reader: Reader, node: nodes.Command, state: State, before: int) -> Tested | None:
    """What a command that was just walked tests; None for other commands. `before`: how many had been noted then."""
    words = _words(reader, node, state, before)
    there = True
    while words[:1] == ["!"]:
        words, there = words[1:], not there
    if len(words) != 2 or words[0] not in _TESTS:
        return None
    return Tested(reader.path(words[1], state), there)


def _words(reader: Reader, node: nodes.Command, state: State, before: int) -> Sequence[str]:
    if isinstance(node, nodes.Conditional):
        options = [expander_of(reader, state).text(word) for word in node.words]
        known = all(len(values) == 1 and values[0].known for values in options)
        return [values[0].text for values in options] if known else []
    if not isinstance(node, nodes.Simple) or len(reader.invocations) != before + 1:
        return []
    words = reader.invocations[-1].command.words
    if not words or not all(word.known for word in words) or words[0].text not in ("[", "test"):
        return []
    texts = [word.text for word in words[1:]]
    return texts[:-1] if words[0].text == "[" and texts[-1:] == ["]"] else texts
