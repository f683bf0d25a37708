"""What Python expressions evaluate to, as far as it can be told without running them."""

from __future__ import annotations

import ast
import builtins

from guardsh.languages import pythonlib, strings
from guardsh.languages.acts import UNKNOWN
from guardsh.languages.scope import Scope
from guardsh.languages.things import (
    Function,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    add,
    concatenated,
    every,
    one_of,
    path_join,
    spread,
    text,
)
from guardsh.reading.model import HOLE, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.acts import Acts
    from guardsh.languages.things import Thing
    from guardsh.reading.model import Context, Span

_BUILT_IN = {*dir(builtins), "execfile"}

DEEPEST = 120  # expressions within expressions


class Values:
    """Evaluates expressions; what a call does is left to the walker."""

    def __init__(self, code: str, acts: Acts, standin: str) -> None:
        self.acts = acts
        self.context: Context = acts.context
        self.standin = standin
        self.scope = self.globals = Scope()
        self.stars: list[str] = []  # modules of `from x import *`
        self.attributes: dict[tuple[str, str], Thing] = {}
        self.environment: dict[str, Value] = {}
        self.seen: dict[str, str] = {}  # what pythonlib remembers of the program
        self.nested = 0
        self._lines: list[tuple[int, str]] = []
        start = 0
        for line in code.splitlines(keepends=True):
            self._lines.append((start, line))
            start += len(line)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node stands, in characters."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return (self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column))

    def _offset(self, line: int, column: int) -> int:
        if not 0 < line <= len(self._lines):
            return 0
        start, content = self._lines[line - 1]
        if not content.isascii():
            column = len(content.encode("utf-8", "replace")[:column].decode("utf-8", "replace"))
        return start + column

    def call(self, node: ast.Call) -> Thing:
        raise NotImplementedError

    def apply(
        self, thing: Thing, arguments: Sequence[Thing], keywords: Sequence[tuple[str, Thing]], span: Span
    ) -> Thing:
        raise NotImplementedError

    def callback(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        raise NotImplementedError

    def step(self) -> bool:
        raise NotImplementedError

    def assign(self, target: ast.expr, thing: Thing) -> None:
        raise NotImplementedError

    def value(self, node: ast.expr | None) -> Thing:
        """What an expression is."""
        if node is None or not self.step():
            return UNKNOWN
        if self.nested > DEEPEST:
            self.acts.unreadable(self.span(node), "nested too deeply")
            return UNKNOWN
        method: Callable[[ast.expr], Thing] | None = getattr(self, f"_of_{type(node).__name__}", None)
        self.nested += 1
        try:
            if method is not None:
                return method(node)
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.value(child)
            return UNKNOWN
        finally:
            self.nested -= 1

    def _of_Constant(self, node: ast.Constant) -> Thing:
        if isinstance(node.value, str):
            return Value(node.value.replace(self.standin, HOLE), self.span(node))
        if isinstance(node.value, bytes):
            return Value(node.value.decode("utf-8", "surrogateescape"), self.span(node))
        return Known(node.value)

    def _of_Name(self, node: ast.Name) -> Thing:
        known = self.scope.find(node.id)
        if known is not None:
            return known
        if self.standin in node.id:
            return UNKNOWN
        if node.id == "__file__":
            return Value(self.context.program) if self.context.program.endswith(".py") else UNKNOWN
        if node.id == "__name__":
            return Value("__main__")
        for module in self.stars:
            if pythonlib.handles(f"{module}.{node.id}"):
                return Named(f"{module}.{node.id}")
        return Named(f"builtins.{node.id}") if node.id in _BUILT_IN else Made("name", (Value(node.id),))

    def _of_Attribute(self, node: ast.Attribute) -> Thing:
        return spread([self.value(node.value)], lambda things: self.attribute(things[0], node.attr))

    def attribute(self, thing: Thing, name: str) -> Thing:
        """An attribute of a thing."""
        if isinstance(thing, Named):
            return pythonlib.constant(self, f"{thing.name}.{name}")
        if isinstance(thing, Made) and thing.name in ("instance", "class") and thing.arguments:
            known = self.attributes.get((text(thing.arguments[0]).text, name))
            member = thing.argument(-1, name)
            if known is not None or (member is not None and not isinstance(member, Function)):
                return known if known is not None else member if member is not None else UNKNOWN
        return pythonlib.attribute(self, thing, name)

    def _of_JoinedStr(self, node: ast.JoinedStr) -> Thing:
        return spread([self.value(part) for part in node.values], lambda things: concatenated(*things))

    def _of_FormattedValue(self, node: ast.FormattedValue) -> Thing:
        inner = self.value(node.value)
        if node.format_spec is not None or node.conversion not in (-1, 115):
            self.value(node.format_spec)
            return UNKNOWN.but(origins=text(inner).origins)
        return inner if isinstance(inner, (Value, OneOf)) else text(inner)

    def _of_BinOp(self, node: ast.BinOp) -> Thing:
        if isinstance(node.op, ast.Add):
            return self._sum(node)
        return spread([self.value(node.left), self.value(node.right)], lambda pair: self._operated(node.op, *pair))

    def _sum(self, node: ast.expr) -> Thing:
        """A chain of + from the left, without a recursion for each."""
        operands: list[ast.expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            operands.append(node.right)
            node = node.left
        total = self.value(node)
        for operand in reversed(operands):
            total = spread([total, self.value(operand)], lambda pair: add(*pair))
        return total

    def _operated(self, operator: ast.operator, left: Thing, right: Thing) -> Thing:
        if isinstance(operator, ast.Div):
            return _divided(left, right)
        if isinstance(operator, ast.Mod) and isinstance(left, Value):
            return strings.formatted(left, right)
        if isinstance(operator, ast.Mult):
            return _repeated(left, right)
        if isinstance(operator, ast.BitOr) and isinstance(left, Pairs) and isinstance(right, Pairs):
            return Pairs((*left.items, *right.items), left.open or right.open)
        if isinstance(left, Known) and isinstance(right, Known):
            return strings.arithmetic(type(operator).__name__, left.value, right.value)
        return UNKNOWN

    def _of_BoolOp(self, node: ast.BoolOp) -> Thing:
        things = [self.value(each) for each in node.values]
        if isinstance(node.op, ast.Or):
            truthy = [thing for thing in things if not (isinstance(thing, Known) and not thing.value)]
            first = truthy[0] if truthy else things[-1]
            return first if isinstance(first, Value) and first.known and first.text else one_of(*truthy or things)
        return one_of(*things[-1:])

    def _of_UnaryOp(self, node: ast.UnaryOp) -> Thing:
        thing = self.value(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(thing, Known) and isinstance(thing.value, (int, float)):
            return Known(-thing.value)
        return UNKNOWN

    def _of_Compare(self, node: ast.Compare) -> Thing:
        things = [self.value(each) for each in [node.left, *node.comparators]]
        if isinstance(node.left, ast.Name) and node.left.id == "__name__" and isinstance(node.ops[0], ast.Eq):
            return Known(things[1] == Value("__main__", text(things[1]).span))
        return UNKNOWN

    def _of_IfExp(self, node: ast.IfExp) -> Thing:
        self.value(node.test)
        return one_of(self.value(node.body), self.value(node.orelse))

    def _of_List(self, node: ast.List | ast.Tuple | ast.Set) -> Thing:
        items: list[Thing] = []
        rest: Thing | None = None
        for each in node.elts[:2_000]:
            if isinstance(each, ast.Starred):
                inner = self.value(each.value)
                items += inner.items if isinstance(inner, Items) else ()
                rest = inner.rest if isinstance(inner, Items) else UNKNOWN
                if rest is not None:
                    items, rest = [*items, rest], None
            else:
                items.append(self.value(each))
        return Items(tuple(items), UNKNOWN if len(node.elts) > 2_000 else None)

    _of_Tuple = _of_Set = _of_List

    def _of_Dict(self, node: ast.Dict) -> Thing:
        items: list[tuple[str, Thing]] = []
        whole = True
        for key, value in zip(node.keys, node.values):
            thing = self.value(value)
            if key is None:
                items += thing.items if isinstance(thing, Pairs) else ()
                whole = whole and isinstance(thing, Pairs) and not thing.open
            else:
                items.append((text(self.value(key)).text, thing))
        return Pairs(tuple(items), not whole)

    def _of_Subscript(self, node: ast.Subscript) -> Thing:
        whole = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = [
                self.value(each) if each is not None else None
                for each in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            return spread([whole], lambda things: strings.sliced(things[0], bounds))
        return spread([whole, self.value(node.slice)], lambda pair: self.part(pair[0], pair[1]))

    def part(self, whole: Thing, key: Thing | int) -> Thing:
        """An item of a list, dictionary or something unknown."""
        if isinstance(key, int):
            key = Known(key)
        if isinstance(whole, Items) and isinstance(key, Known) and isinstance(key.value, int):
            items = whole.items
            if whole.rest is None and -len(items) <= key.value < len(items) or 0 <= key.value < len(items):
                return items[key.value]
            return whole.rest or UNKNOWN
        if isinstance(whole, Items):
            return one_of(*every(whole)) if whole.items or whole.rest else UNKNOWN
        if isinstance(whole, Pairs):
            found = whole.get(text(key).text)
            return found if found is not None else UNKNOWN
        if isinstance(whole, Value) and isinstance(key, Known):
            return strings.sliced(
                whole, [key, Known(key.value + 1) if isinstance(key.value, int) and key.value != -1 else None, None]
            )
        return pythonlib.item(self, whole, key)

    def _of_Call(self, node: ast.Call) -> Thing:
        return self.call(node)

    def _of_Await(self, node: ast.Await | ast.Starred) -> Thing:
        return self.value(node.value)

    _of_Starred = _of_Await

    def _of_NamedExpr(self, node: ast.NamedExpr) -> Thing:
        thing = self.value(node.value)
        self.assign(node.target, thing)
        return thing

    def _of_Lambda(self, node: ast.Lambda) -> Thing:
        return Function("", node, self.scope)

    def _of_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Thing:
        return self._comprehended(node.generators, lambda: self.value(node.elt))

    _of_SetComp = _of_GeneratorExp = _of_ListComp

    def _of_DictComp(self, node: ast.DictComp) -> Thing:
        self._comprehended(node.generators, lambda: (self.value(node.key), self.value(node.value))[1])
        return Pairs((), open=True)

    def _comprehended(self, generators: Sequence[ast.comprehension], element: Callable[[], Thing]) -> Thing:
        first, rest = generators[0], generators[1:]
        source = self.value(first.iter)
        outer, self.scope = self.scope, Scope(self.scope)
        found: list[Thing] = []
        things = every(source)
        for item in things[:300] if len(generators) == 1 else things[:8]:
            self.assign(first.target, item)
            for test in first.ifs:
                self.value(test)
                self.narrow(test)
            if rest:
                found += every(self._comprehended(rest, element))
            else:
                found.append(element())
        self.scope = outer
        whole = isinstance(source, Items) and source.rest is None and len(things) <= 300 and not first.ifs
        if whole:
            return Items(tuple(found))
        return Items((), one_of(*found) if found else UNKNOWN)

    def narrow(self, test: ast.expr) -> None:
        raise NotImplementedError


def _divided(left: Thing, right: Thing) -> Thing:
    """`/` of paths."""
    for thing in (left, right):
        if isinstance(thing, Made) and thing.name == "pathlib.Path":
            return Made("pathlib.Path", (path_join(text(left), text(right)),))
    if isinstance(left, Known) and isinstance(right, Known):
        return UNKNOWN
    # an unknown thing divided by text can only be a path
    return Made("pathlib.Path", (path_join(text(left), text(right)),)) if isinstance(right, Value) else UNKNOWN


def _repeated(left: Thing, right: Thing) -> Thing:
    if isinstance(left, Value) and isinstance(right, Known) and isinstance(right.value, int):
        if len(left.text) * max(right.value, 0) < 10_000:
            return left.but(text=left.text * right.value)
    if isinstance(left, Items):
        return left
    if isinstance(left, Known) and isinstance(right, Known):
        return strings.arithmetic("Mult", left.value, right.value)
    return UNKNOWN
