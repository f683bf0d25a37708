"""Trees of other languages' code by tree-sitter grammars, and what a walk over them shares."""

from __future__ import annotations

from guardsh.languages.acts import UNKNOWN
from guardsh.languages.scope import Scope
from guardsh.languages.things import Function, Items, Named, OneOf, one_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from guardsh.languages.acts import Acts
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Span

MOST_STEPS = 60_000
DEEPEST = 150  # nodes within nodes
DEEPEST_CALL = 8

_parsers: dict[str, Any] = {}


def parse(grammar: str, code: str) -> Any:
    """The root node of a text; `grammar` is javascript, typescript, tsx or ruby."""
    if grammar not in _parsers:
        import importlib

        import tree_sitter

        module = importlib.import_module("tree_sitter_typescript" if grammar == "tsx" else f"tree_sitter_{grammar}")
        name = {"typescript": "language_typescript", "tsx": "language_tsx"}.get(grammar, "language")
        _parsers[grammar] = tree_sitter.Parser(tree_sitter.Language(getattr(module, name)()))
    return _parsers[grammar].parse(code.encode("utf-8", "replace")).root_node


def content(node: Any) -> str:
    """The text of a node."""
    return str(node.text.decode("utf-8", "replace")) if node is not None else ""


class Walker:
    """Walks a tree, evaluating as it goes: `of_TYPE` methods yield what a node is; others visit its children."""

    def __init__(self, code: str, acts: Acts, whole: bool) -> None:
        self.code, self.acts, self.context, self.whole = code, acts, acts.context, whole
        self.data = None if code.isascii() else code.encode("utf-8", "replace")
        self.scope = self.globals = Scope()
        self.environment: dict[str, Any] = {}
        self.attributes: dict[tuple[str, str], Thing] = {}
        self.seen: dict[str, str] = {}
        self.functions: list[Function] = []
        self.used: set[str] = set()
        self.active: list[object] = []
        self.returns: list[Thing] = []
        self.steps = self.nested = self.depth = self.loops = 0

    def span(self, node: Any) -> Span:
        """Where a node stands, in characters."""
        start, end = node.start_byte, node.end_byte
        if self.data is not None:
            start, end = (len(self.data[:byte].decode("utf-8", "replace")) for byte in (start, end))
        return (start, end)

    def step(self) -> bool:
        """Counts a step; false once the program is too long to follow."""
        self.steps += 1
        if self.steps == MOST_STEPS:
            self.acts.unreadable(why="too long to follow")
        return self.steps < MOST_STEPS and not self.acts.full

    def value(self, node: Any) -> Thing:
        """What a node is; its acts are done on the way."""
        if node is None or not self.step():
            return UNKNOWN
        if self.nested > DEEPEST:
            self.acts.unreadable(self.span(node), "nested too deeply")
            return UNKNOWN
        self.nested += 1
        try:
            method: Callable[[Any], Thing] | None = getattr(self, f"of_{node.type}", None)
            if method is not None:
                return method(node)
            for child in node.named_children:
                self.value(child)
            return UNKNOWN
        finally:
            self.nested -= 1

    def block(self, nodes: Sequence[Any]) -> None:
        """Statements one after the other."""
        for node in nodes:
            if not self.step():
                return
            self.value(node)

    def uncalled(self, named: Callable[[Function], bool]) -> None:
        """Walks the functions that nothing has called, first those that nothing names."""
        for first in (True, False) if self.whole else ():
            index = 0
            while index < len(self.functions):
                function = self.functions[index]
                index += 1
                if function.called or (first and named(function)):
                    continue
                before = len(self.acts)
                self.call_function(function, (), unknown=True)
                if not named(function) and function.name:
                    self.acts.mark(before, ("called", "no"))

    def call_function(self, function: Function, arguments: Sequence[Thing], unknown: bool = False) -> Thing:
        """Walks a function's body with these arguments; what it returns."""
        if function.node in self.active or self.depth >= DEEPEST_CALL or not self.step():
            return UNKNOWN
        function.called = True
        self.active.append(function.node)
        self.depth += 1
        nested, self.nested = self.nested, min(self.nested, DEEPEST // 2)
        outer, self.scope = self.scope, Scope(function.scope if isinstance(function.scope, Scope) else self.globals)
        returns, self.returns = self.returns, []
        result = self.enter(function, arguments, unknown)
        results = [*self.returns, *([result] if result is not None else [])]
        self.returns, self.scope, self.nested = returns, outer, nested
        self.depth -= 1
        self.active.pop()
        return one_of(*results) if results else UNKNOWN

    def enter(self, function: Function, arguments: Sequence[Thing], unknown: bool) -> Thing | None:
        """Binds the parameters and walks the body; the value of an expression body or last statement."""
        raise NotImplementedError

    def apply(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        """Calls a thing with arguments."""
        raise NotImplementedError

    def callback(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        """A function given to something that will call it."""
        if isinstance(thing, OneOf):
            return one_of(*(self.callback(each, arguments, span) for each in thing.things))
        if isinstance(thing, Function):
            return self.call_function(thing, arguments, unknown=not arguments)
        if isinstance(thing, Named) and arguments:
            return self.apply(thing, arguments, span)
        return UNKNOWN

    def branches(self, walks: Sequence[Callable[[], object]]) -> None:
        """Each from the same state and directory."""
        directory = self.acts.directory

        def from_here(walk: Callable[[], object]) -> Callable[[], None]:
            def act() -> None:
                self.acts.directory = directory
                walk()

            return act

        self.scope.branches([from_here(walk) for walk in walks])

    def repeat(self, walk: Callable[[], object], again: bool) -> None:
        """The body of a loop."""
        self.loops += 1

        def act() -> None:
            walk()

        self.scope.loop(act, again and self.loops <= 2)
        self.loops -= 1

    def items(self, things: Sequence[Thing]) -> list[Thing]:
        """The items that a loop is walked for, bounded."""
        most = 30 if self.loops < 1 else 5
        return list(things) if len(things) <= most else [*things[:most], UNKNOWN]


def spread_items(thing: Thing) -> Items:
    """What `...thing` adds to a list."""
    return thing if isinstance(thing, Items) else Items((), UNKNOWN)
