"""Python, by its own `ast`: an abstract walk of the statements with what is known of variables.

Branches are both walked, loops over known items item by item, functions where they are called with known arguments;
functions that nothing is seen to call are walked with unknown arguments, and their effects have the detail `called=no`.
As "python-module" (an imported file) those are left out: importing runs only the top level.

`context.program` may be the path of the script; then `__file__` is known.
"""

from __future__ import annotations

import ast
import warnings
from functools import partial

from guardsh.languages import pythonlib
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.pythonvalues import Values
from guardsh.languages.scope import Scope
from guardsh.languages.things import (
    Bound,
    Function,
    Items,
    Known,
    Made,
    Named,
    OneOf,
    Pairs,
    concatenated,
    every,
    one_of,
    text,
)
from guardsh.reading.model import HOLE, MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

MOST_STEPS = 60_000  # nodes walked
MOST_ITEMS = 30  # of a known list
DEEPEST_CALL = 8

# An identifier letter in the place of a mark, one character long so that offsets stay.
_STANDIN = "\ua7f7"


def read(code: str, context: Context, variant: str = "python") -> tuple[Act, ...]:
    """The acts of a Python program."""
    acts = Acts(context)
    for chunk in _chunks(code, acts):
        walker = _Walker(code, acts, variant == "python")
        walker.module(chunk)
    return acts.done()


def _parse(code: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _chunks(code: str, acts: Acts) -> list[ast.Module]:
    """The program; where it doesn't parse, those of its top-level statements that do, and an unreadable."""
    text = code.translate({ord(mark): _STANDIN for mark in MARKS}) if any(mark in code for mark in MARKS) else code
    tree = _parse(text)
    if tree is not None:
        return [tree]
    acts.unreadable((0, 0), "not valid Python")
    lines = text.splitlines(keepends=True)
    starts = [
        index
        for index, line in enumerate(lines)
        if line[:1].strip() and not line.startswith((")", "]", "}", "#", "else", "elif", "except", "finally"))
    ]
    body: list[ast.stmt] = []
    for start, end in zip(starts[:400], [*starts[1:400], len(lines)]):
        part = _parse("\n" * start + "".join(lines[start:end]))
        body += part.body if part is not None else []
    return [ast.Module(body=body, type_ignores=[])]


class _Walker(Values):
    """Walks statements; expressions are evaluated by `Values`, calls acted on by `pythonlib`."""

    def __init__(self, code: str, acts: Acts, whole: bool) -> None:
        super().__init__(code, acts, _STANDIN)
        self.whole = whole
        self.steps = 0
        self.depth = 0
        self.loops = 0
        self.functions: list[Function] = []
        self.active: list[object] = []
        self.returns: list[Thing] = []
        self.used: set[str] = set()

    def module(self, tree: ast.Module) -> None:
        """The whole program: its top level, then what nothing has called."""
        self.used = {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        self.used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        self.scope = self.globals = Scope()
        self.block(tree.body)
        for first in (True, False) if self.whole else ():
            # first what nothing names: what those call needn't be read with unknown arguments
            index = 0
            while index < len(self.functions):
                function = self.functions[index]
                index += 1
                if not function.called and not (first and function.name in self.used):
                    self._uncalled(function)
        pythonlib.finish(self)

    def _uncalled(self, function: Function) -> None:
        node = function.node
        quiet = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not (
            node.name in self.used or node.decorator_list or node.name.startswith("__")
        )
        before = len(self.acts)
        self.call_function(function, (), (), unknown=True)
        if quiet:
            self.acts.mark(before, ("called", "no"))

    def step(self) -> bool:
        """Counts a step; false once the program is too long to follow."""
        self.steps += 1
        if self.steps == MOST_STEPS:
            self.acts.unreadable(why="too long to follow")
        return self.steps < MOST_STEPS and not self.acts.full

    # --- statements ---

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Statements one after the other."""
        for statement in statements:
            if not self.step():
                return
            method = getattr(self, f"_do_{type(statement).__name__}", None)
            if method is not None:
                method(statement)
            else:
                for child in ast.iter_child_nodes(statement):
                    if isinstance(child, ast.expr):
                        self.value(child)

    def _do_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Name) and _STANDIN in node.value.id:
            self.acts.unreadable(self.span(node), "unknown code")
        self.value(node.value)

    def _do_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            pythonlib.imported(self, alias.name)
            if alias.asname:
                self.scope.put(alias.asname, Named(alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.scope.put(top, Named(top))

    def _do_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        pythonlib.imported(self, module)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(module)
            else:
                self.scope.put(alias.asname or alias.name, Named(f"{module}.{alias.name}"))

    def _do_Assign(self, node: ast.Assign) -> None:
        thing = self.value(node.value)
        for target in node.targets:
            self.assign(target, thing)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        read = ast.copy_location(ast.BinOp(left=_loaded(node.target), op=node.op, right=node.value), node)
        self.assign(node.target, self.value(read))

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = Function(node.name, node, self.scope)
        self.functions.append(function)
        for default in [*node.args.defaults, *node.args.kw_defaults, *node.decorator_list]:
            if default is not None:
                self.value(default)
        self.scope.put(node.name, function)
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr == "register":
                self.call_function(function, (), (), unknown=True)

    _do_AsyncFunctionDef = _do_FunctionDef

    def _do_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self.scope = self.scope, Scope(self.scope)
        inner = self.scope
        self.block(node.body)
        self.scope = outer
        methods = tuple(inner.own().items())
        self.scope.put(node.name, Made("class", (Value(node.name),), methods))
        for _, thing in methods:
            if isinstance(thing, Function):
                thing.owner = Made("instance", (Value(node.name),), methods)

    def _do_Return(self, node: ast.Return) -> None:
        self.returns.append(self.value(node.value) if node.value is not None else Known(None))

    def _do_If(self, node: ast.If) -> None:
        test = self.value(node.test)
        if isinstance(test, Known) and isinstance(test.value, bool):
            self.block(node.body if test.value else node.orelse)
            return
        self._branches([lambda: self._then(node), lambda: self.block(node.orelse)])

    def _then(self, node: ast.If) -> None:
        self.narrow(node.test)
        self.block(node.body)

    def _each(self, node: ast.For | ast.AsyncFor, item: Thing) -> None:
        self.assign(node.target, item)
        self.block(node.body)

    def _do_Try(self, node: ast.Try) -> None:
        self.block(node.body)
        self._branches([lambda: self.block(node.orelse), *(partial(self.block, each.body) for each in node.handlers)])
        self.block(node.finalbody)

    _do_TryStar = _do_Try

    def _do_For(self, node: ast.For | ast.AsyncFor) -> None:
        items = every(self.value(node.iter))
        most = MOST_ITEMS if self.loops < 1 else 5
        if len(items) > most:
            items = [*items[:most], UNKNOWN]
        for item in items:
            self._loop(partial(self._each, node, item), len(items) == 1)
        self.block(node.orelse)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While) -> None:
        self.value(node.test)
        self._loop(lambda: self.block(node.body), True)
        self.block(node.orelse)

    def _do_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            thing = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, pythonlib.entered(thing))
        self.block(node.body)

    _do_AsyncWith = _do_With

    def _do_Match(self, node: ast.Match) -> None:
        self.value(node.subject)
        self._branches([partial(self.block, case.body) for case in node.cases])

    def _do_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.shared.update(node.names)

    _do_Nonlocal = _do_Global

    def _do_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.drop(target.id)

    def _branches(self, walks: Sequence[Callable[[], None]]) -> None:
        directory = self.acts.directory

        def from_here(walk: Callable[[], None]) -> None:
            self.acts.directory = directory
            walk()

        self.scope.branches([partial(from_here, walk) for walk in walks])

    def _loop(self, walk: Callable[[], None], twice: bool) -> None:
        self.loops += 1
        self.scope.loop(walk, twice and self.loops <= 2)
        self.loops -= 1

    # --- names and functions ---

    def assign(self, target: ast.expr, thing: Thing) -> None:
        """Gives a name, tuple of names or attribute its value."""
        if isinstance(target, ast.Name):
            owner = self.globals if target.id in self.scope.shared else self.scope
            owner.put(target.id, thing if owner is self.scope else one_of(owner.find(target.id) or thing, thing))
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, thing)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, Items((), UNKNOWN))
        elif isinstance(target, ast.Attribute):
            self._set_attribute(target, thing)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, thing)

    def _set_attribute(self, target: ast.Attribute, thing: Thing) -> None:
        owner = self.value(target.value)
        if isinstance(owner, Made) and owner.name in ("instance", "class"):
            key = (text(owner.arguments[0]).text, target.attr)
            self.attributes[key] = one_of(self.attributes.get(key, thing), thing)
        elif isinstance(owner, Made) and target.attr in ("headers", "auth", "base_url"):
            self.attributes[(owner.name, target.attr)] = thing

    def _set_item(self, target: ast.Subscript, thing: Thing) -> None:
        whole, key = self.value(target.value), self.value(target.slice)
        if (
            isinstance(whole, Bound)
            and whole.name == "headers"
            and isinstance(whole.thing, Made)
            and isinstance(key, Value)
        ):
            owner = (whole.thing.name, "headers")
            known = self.attributes.get(owner)
            self.attributes[owner] = Pairs((*(known.items if isinstance(known, Pairs) else ()), (key.text, thing)))
        elif isinstance(whole, Pairs) and isinstance(key, Value) and isinstance(target.value, ast.Name):
            self.scope.put(target.value.id, whole.but(items=(*whole.items, (key.text, thing))))
        elif whole == Named("os.environ") and isinstance(key, Value):
            self.environment[key.text] = text(thing)

    def _unpack(self, targets: Sequence[ast.expr], thing: Thing) -> None:
        known = (
            thing.items
            if isinstance(thing, Items) and thing.rest is None and len(thing.items) == len(targets)
            else None
        )
        stars = any(isinstance(target, ast.Starred) for target in targets)
        for index, target in enumerate(targets):
            self.assign(target, known[index] if known is not None and not stars else self.part(thing, index))

    def call_function(
        self,
        function: Function,
        arguments: Sequence[Thing],
        keywords: Sequence[tuple[str, Thing]],
        unknown: bool = False,
    ) -> Thing:
        """Walks a function's body with these arguments; what it returns."""
        node = function.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return UNKNOWN
        if node in self.active or self.depth >= DEEPEST_CALL or not self.step():
            return UNKNOWN
        function.called = True
        self.active.append(node)
        self.depth += 1
        outer, self.scope = self.scope, Scope(function.scope if isinstance(function.scope, Scope) else self.globals)
        returns, self.returns = self.returns, []
        if unknown and function.owner is not None:
            arguments = (function.owner,)
        self._bind(node.args, arguments, keywords, unknown)
        if isinstance(node, ast.Lambda):
            self.returns.append(self.value(node.body))
        else:
            self.block(node.body)
        result = one_of(*self.returns) if self.returns else Known(None)
        self.returns, self.scope = returns, outer
        self.depth -= 1
        self.active.pop()
        return result

    def _bind(
        self, spec: ast.arguments, given: Sequence[Thing], keywords: Sequence[tuple[str, Thing]], unknown: bool
    ) -> None:
        names = [argument.arg for argument in [*spec.posonlyargs, *spec.args]]
        defaults = dict(zip(reversed(names), reversed(spec.defaults)))
        named = dict(keywords)
        for index, name in enumerate(names):
            if index < len(given):
                self.scope.put(name, given[index])
            elif name in named:
                self.scope.put(name, named[name])
            elif name in defaults and not unknown:
                self.scope.put(name, self.value(defaults[name]))
            else:
                self.scope.put(name, UNKNOWN)
        for argument, default in zip(spec.kwonlyargs, spec.kw_defaults):
            fallback = self.value(default) if default is not None and not unknown else UNKNOWN
            self.scope.put(argument.arg, named.get(argument.arg, fallback))
        if spec.vararg:
            self.scope.put(spec.vararg.arg, Items(tuple(given[len(names) :]), UNKNOWN if unknown else None))
        if spec.kwarg:
            self.scope.put(spec.kwarg.arg, Pairs(tuple(keywords), open=True))

    def call(self, node: ast.Call) -> Thing:
        """A call: of the program's own functions, or of a library's."""
        thing = self.value(node.func)
        arguments, keywords = self._arguments(node)
        span = self.span(node)
        choices = thing.things if isinstance(thing, OneOf) else (thing,)
        return one_of(*(self.apply(choice, arguments, keywords, span) for choice in choices))

    def apply(
        self, thing: Thing, arguments: Sequence[Thing], keywords: Sequence[tuple[str, Thing]], span: Span
    ) -> Thing:
        """Calls a thing."""
        if not self.step():
            return UNKNOWN
        if isinstance(thing, Function):
            return self.call_function(thing, arguments, keywords)
        if isinstance(thing, Bound) and isinstance(thing.thing, Made) and thing.thing.name == "instance":
            return self._method(thing.thing, thing.name, arguments, keywords)
        if isinstance(thing, Made) and thing.name == "class":
            made = Made("instance", thing.arguments, thing.keywords)
            self._method(made, "__init__", arguments, keywords)
            return made
        return pythonlib.call(self, thing, tuple(arguments), tuple(keywords), span)

    def _method(
        self, made: Made, name: str, arguments: Sequence[Thing], keywords: Sequence[tuple[str, Thing]]
    ) -> Thing:
        function = made.argument(-1, name)
        if isinstance(function, Function):
            node = function.node
            static = isinstance(node, ast.FunctionDef) and any(
                isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list
            )
            return self.call_function(function, arguments if static else (made, *arguments), keywords)
        return UNKNOWN

    def callback(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        """A function given to something that will call it."""
        if isinstance(thing, Function):
            return self.call_function(thing, arguments, (), unknown=not arguments)
        if isinstance(thing, (Named, Bound)):
            return pythonlib.call(self, thing, tuple(arguments), (), span)
        return UNKNOWN

    def _arguments(self, node: ast.Call) -> tuple[list[Thing], list[tuple[str, Thing]]]:
        arguments: list[Thing] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                inner = self.value(each.value)
                arguments += every(inner) if isinstance(inner, Items) else [UNKNOWN]
            else:
                arguments.append(self.value(each))
        keywords: list[tuple[str, Thing]] = []
        for keyword in node.keywords:
            thing = self.value(keyword.value)
            if keyword.arg is not None:
                keywords.append((keyword.arg, thing))
            elif isinstance(thing, Pairs):
                keywords += thing.items
        return arguments, keywords

    def narrow(self, test: ast.expr) -> None:
        """In a branch, a variable is what the condition says: `if name == "x"`, `if name.endswith(".pyc")`."""
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for each in test.values:
                self.narrow(each)
        elif isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
            right = self.value(test.comparators[0])
            if isinstance(test.ops[0], ast.Eq) and isinstance(right, Value):
                self.scope.put(test.left.id, right)
            elif isinstance(test.ops[0], ast.In) and isinstance(right, Items) and right.items and right.rest is None:
                self.scope.put(test.left.id, one_of(*right.items))
        elif (
            isinstance(test, ast.Call)
            and isinstance(test.func, ast.Attribute)
            and isinstance(test.func.value, ast.Name)
        ):
            self._narrow_affix(test.func.value.id, test.func.attr, [self.value(each) for each in test.args])

    def _narrow_affix(self, name: str, method: str, arguments: Sequence[Thing]) -> None:
        if method not in ("endswith", "startswith") or not arguments:
            return
        before = self.scope.find(name)
        if not isinstance(before, Value) or before.text.strip(MARKS):
            return  # only of a wholly unknown name is more known now
        affixes = every(arguments[0]) if isinstance(arguments[0], Items) else [arguments[0]]
        first = before.text[:1] or HOLE
        parts = [(Value(first), affix) if method == "endswith" else (affix, Value(first)) for affix in affixes]
        self.scope.put(name, one_of(*(concatenated(*pair) for pair in parts)))


def _loaded(target: ast.expr) -> ast.expr:
    copy = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(copy, target)
