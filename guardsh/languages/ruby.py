"""Ruby, by tree-sitter's grammar: an abstract walk with what is known of variables."""

from __future__ import annotations

import re
from functools import partial

from guardsh.languages import rubylib
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.calls import Call
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
    spread,
    text,
)
from guardsh.languages.treesitter import Walker, content, parse
from guardsh.reading.model import HOLE, MARKS, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "s": " "}


def read(code: str, context: Context, variant: str = "ruby") -> tuple[Act, ...]:
    """The acts of a Ruby program."""
    acts = Acts(context)
    code = re.sub(r"(?ms)^__END__$.*", "", code)
    root = parse("ruby", code)
    if root.has_error:
        acts.unreadable((0, 0), "not valid Ruby")
    _Ruby(code, acts, True).program(root)
    return acts.done()


class _Ruby(Walker):
    """The walk over a program's tree."""

    def program(self, root: Any) -> None:
        """The whole program: its top level, then what nothing has called."""
        self.used = set(re.findall(r"\w+[?!]?", re.sub(r"\bdef\s+(?:self\.)?\w+[?!]?", "", self.code)))
        self.heredocs = _heredocs(root)
        self.value(root)
        self.uncalled(lambda function: function.name in self.used)

    def enter(self, function: Function, arguments: Sequence[Thing], unknown: bool) -> Thing | None:
        node: Any = function.node
        parameters = node.child_by_field_name("parameters")
        given = [each for each in arguments if not isinstance(each, Pairs) or len(arguments) == 1]
        options = next((each for each in arguments if isinstance(each, Pairs)), Pairs())
        for index, parameter in enumerate(parameters.named_children if parameters is not None else []):
            name = content(parameter.child_by_field_name("name") or parameter)
            default = parameter.child_by_field_name("value")
            if parameter.type == "splat_parameter":
                self.scope.put(name, Items((), UNKNOWN) if unknown else Items(tuple(given[index:])))
            elif parameter.type == "keyword_parameter":
                fallback = self.value(default) if default is not None and not unknown else UNKNOWN
                self.scope.put(name, options.get(name) or fallback)
            elif parameter.type == "destructured_parameter":
                for each in parameter.named_children:
                    self.scope.put(content(each), UNKNOWN)
            elif index < len(given):
                self.scope.put(name, given[index])
            else:
                self.scope.put(name, self.value(default) if default is not None and not unknown else UNKNOWN)
        return self.value(node.child_by_field_name("body"))

    def apply(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        if isinstance(thing, OneOf):
            return one_of(*(self.apply(each, arguments, span) for each in thing.things))
        if isinstance(thing, Function):
            return self.call_function(thing, arguments)
        if isinstance(thing, Named):
            receiver, _, name = thing.name.rpartition(".")
            call = Call(self, name, tuple(arguments), (), span)
            return rubylib.call(call, Named(receiver) if receiver else None, None)
        return UNKNOWN

    # --- definitions ---

    def _define(self, node: Any) -> Function:
        function = Function(content(node.child_by_field_name("name")), node, self.globals)
        self.functions.append(function)
        self.globals.put(f"def {function.name}", function)
        return function

    def of_method(self, node: Any) -> Thing:
        return self._define(node)

    of_singleton_method = of_method

    def of_class(self, node: Any) -> Thing:
        return self.value(node.child_by_field_name("body"))

    of_module = of_class

    def of_block(self, node: Any) -> Function:
        function = Function("", node, self.scope)
        self.functions.append(function)
        return function

    of_do_block = of_lambda = of_block

    # --- statements ---

    def _all(self, node: Any) -> Thing:
        last: Thing = Known(None)
        for child in node.named_children:
            if not self.step():
                break
            last = self.value(child)
            if child.type == "identifier" and not content(child).strip(MARKS):
                self.acts.unreadable(self.span(child), "unknown code")
        return last

    of_program = of_body_statement = of_block_body = of_then = of_do = of_else = of_begin = of_ensure = _all
    of_parenthesized_statements = of_begin_block = of_end_block = of_right_assignment_list = _all

    def of_if(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        results: list[Thing] = []
        ways = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
        self.branches([partial(self._into, results, way) for way in ways])
        return one_of(*results) if results else UNKNOWN

    of_unless = of_elsif = of_conditional = of_if

    def _into(self, results: list[Thing], node: Any) -> None:
        if node is not None:
            results.append(self.value(node))

    def of_if_modifier(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        self.branches([lambda: self.value(node.child_by_field_name("body")), lambda: None])
        return UNKNOWN

    of_unless_modifier = of_if_modifier

    def of_case(self, node: Any) -> Thing:
        for child in node.named_children:
            if child.type in ("when", "else", "in_clause"):
                self.branches([partial(self._all, child), lambda: None])
            else:
                self.value(child)
        return UNKNOWN

    def of_rescue(self, node: Any) -> Thing:
        self.branches([lambda: self.value(node.child_by_field_name("body")), lambda: None])
        return UNKNOWN

    def of_while(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        self.repeat(lambda: self.value(node.child_by_field_name("body")), True)
        return UNKNOWN

    of_until = of_while_modifier = of_until_modifier = of_while

    def of_for(self, node: Any) -> Thing:
        whole = node.child_by_field_name("value")
        things = self.items(
            every(self.value(whole.named_children[0] if whole is not None and whole.type == "in" else whole))
        )
        for thing in things:
            self.repeat(partial(self._each, node, thing), len(things) == 1)
        return UNKNOWN

    def _each(self, node: Any, thing: Thing) -> None:
        self._assign(node.child_by_field_name("pattern"), thing)
        self.value(node.child_by_field_name("body"))

    def of_return(self, node: Any) -> Thing:
        thing = self.value(node.named_children[0]) if node.named_children else Known(None)
        self.returns.append(thing)
        return thing

    # --- variables ---

    def of_assignment(self, node: Any) -> Thing:
        thing = self.value(node.child_by_field_name("right"))
        right = node.child_by_field_name("right")
        if right is not None and right.type == "right_assignment_list":
            thing = Items(tuple(self.value(child) for child in right.named_children))
        self._assign(node.child_by_field_name("left"), thing)
        return thing

    def of_operator_assignment(self, node: Any) -> Thing:
        left, right = node.child_by_field_name("left"), self.value(node.child_by_field_name("right"))
        before = self.value(left)
        operator = content(node.child_by_field_name("operator"))
        after = add(before, right) if operator in ("+=", "<<=") else one_of(before, right)
        self._assign(left, after)
        return after

    def _assign(self, target: Any, thing: Thing) -> None:
        kind = target.type if target is not None else ""
        if kind in ("instance_variable", "global_variable", "class_variable", "constant"):
            name = content(target)
            before = self.globals.find(name)
            self.globals.put(name, thing if before is None else one_of(before, thing))
        elif kind == "identifier":
            self.scope.change(content(target), thing)
        elif kind == "left_assignment_list":
            items = thing.items if isinstance(thing, Items) else ()
            for index, child in enumerate(target.named_children):
                self._assign(child, items[index] if index < len(items) else UNKNOWN)
        elif kind == "element_reference":
            holder = self.value(target.named_children[0])
            key = text(self.value(target.named_children[1])).text if len(target.named_children) > 1 else ""
            if holder == Named("ENV"):
                self.environment[key] = text(thing)
            elif isinstance(holder, Pairs) and target.named_children[0].type == "identifier":
                self.scope.change(content(target.named_children[0]), holder.but(items=(*holder.items, (key, thing))))
            elif isinstance(holder, Made) and holder.name == "request":
                self.attributes[("request", key)] = thing
        elif kind == "call":
            holder = self.value(target.child_by_field_name("receiver"))
            if isinstance(holder, Made) and holder.name == "request":
                self.attributes[("request", f".{content(target.child_by_field_name('method'))}")] = thing

    def of_identifier(self, node: Any) -> Thing:
        name = content(node)
        known = self.scope.find(name)
        if known is not None:
            return known
        if any(mark in name for mark in MARKS):
            return UNKNOWN
        return self._call(name, None, [], None, self.span(node))

    def of_instance_variable(self, node: Any) -> Thing:
        return self.globals.find(content(node)) or UNKNOWN

    of_global_variable = of_class_variable = of_instance_variable

    def of_constant(self, node: Any) -> Thing:
        name = content(node)
        if name == "ARGV":
            return Items((), UNKNOWN.but(origins=(Origin("input", "argv"),)))
        return self.globals.find(name) or Named(name)

    def of_scope_resolution(self, node: Any) -> Thing:
        return Named(content(node).removeprefix("::"))

    # --- literals and operators ---

    def of_string(self, node: Any) -> Thing:
        raw = node.text[:1] == b"'"
        parts = [self._piece(child, raw) for child in node.named_children]
        return (
            spread(parts, lambda things: concatenated(*things).but(span=self.span(node)))
            if parts
            else Value("", self.span(node))
        )

    of_bare_string = of_delimited_symbol = of_heredoc_body = of_chained_string = of_string

    def _piece(self, child: Any, raw: bool = False) -> Thing:
        if child.type == "interpolation":
            return self.value(child.named_children[0]) if child.named_children else Value("")
        if child.type == "escape_sequence":
            return Value(_escape(content(child)) if not raw else content(child).replace("\\'", "'"))
        if child.type in ("string_content", "heredoc_content"):
            return Value(content(child))
        return self.value(child) if child.type == "string" else Value("")

    def of_heredoc_beginning(self, node: Any) -> Thing:
        body = self.heredocs.get(node.start_byte)
        return self.of_string(body) if body is not None else UNKNOWN

    def of_simple_symbol(self, node: Any) -> Thing:
        return Value(content(node).removeprefix(":"))

    of_hash_key_symbol = of_simple_symbol

    def of_string_array(self, node: Any) -> Thing:
        return Items(tuple(self.value(child) for child in node.named_children))

    of_symbol_array = of_array = of_string_array

    def of_hash(self, node: Any) -> Thing:
        items: list[tuple[str, Thing]] = []
        for child in node.named_children:
            if child.type == "pair":
                items.append(self._pair(child))
        return Pairs(tuple(items), any(child.type == "hash_splat_argument" for child in node.named_children))

    def _pair(self, node: Any) -> tuple[str, Thing]:
        value = node.child_by_field_name("value")
        key = text(self.value(node.child_by_field_name("key"))).text
        return key, self.value(value) if value is not None else self.scope.find(key) or UNKNOWN

    def of_integer(self, node: Any) -> Thing:
        try:
            return Known(int(content(node).replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def of_true(self, node: Any) -> Thing:
        return Known(True)

    def of_false(self, node: Any) -> Thing:
        return Known(False)

    def of_nil(self, node: Any) -> Thing:
        return Known(None)

    def of_unary(self, node: Any) -> Thing:
        thing = self.value(node.child_by_field_name("operand"))
        return Known(-thing.value) if isinstance(thing, Known) and isinstance(thing.value, int) else UNKNOWN

    def of_binary(self, node: Any) -> Thing:
        operator = content(node.child_by_field_name("operator"))
        left, right = self.value(node.child_by_field_name("left")), self.value(node.child_by_field_name("right"))
        if operator in ("+", "<<"):
            return spread([left, right], lambda pair: add(*pair))
        if operator == "/" and isinstance(left, Made) and left.name == "pathlib.Path":
            return rubylib.path(concatenated(left, Value("/"), right))
        if operator in ("||", "or"):
            return left if isinstance(left, Value) and left.known else one_of(left, right)
        return right if operator in ("&&", "and") else UNKNOWN

    def of_element_reference(self, node: Any) -> Thing:
        holder = self.value(node.named_children[0])
        keys = [self.value(child) for child in node.named_children[1:]]
        return rubylib.element(self, holder, keys[0] if keys else UNKNOWN)

    def of_subshell(self, node: Any) -> Thing:
        value = concatenated(*(self._piece(child) for child in node.named_children))
        return rubylib.shell(Call(self, "`", (value,), (), self.span(node)), [value])

    # --- calls ---

    def of_call(self, node: Any) -> Thing:
        receiver = node.child_by_field_name("receiver")
        thing = self.value(receiver) if receiver is not None else None
        name = content(node.child_by_field_name("method")) or "call"
        block = node.child_by_field_name("block")
        function = self.value(block) if block is not None else None
        arguments = self._arguments(node.child_by_field_name("arguments"))
        return self._call(name, thing, arguments, function, self.span(node))

    def _call(self, name: str, thing: Thing | None, arguments: list[Thing], block: Thing | None, span: Span) -> Thing:
        known = self.globals.find("def initialize" if name == "new" else f"def {name}")
        if isinstance(known, Function) and not (isinstance(thing, Named) and rubylib.handles(thing.name)):
            result = self.call_function(known, arguments)
            if isinstance(block, Function):
                self.callback(block, (), span)
            return result
        if isinstance(thing, OneOf):
            return one_of(*(self._call(name, each, arguments, block, span) for each in thing.things))
        call = Call(self, name, tuple(arguments), (), span)
        return rubylib.call(call, thing, block if isinstance(block, Function) else None)

    def _arguments(self, node: Any) -> list[Thing]:
        arguments: list[Thing] = []
        pairs: list[tuple[str, Thing]] = []
        for child in node.named_children if node is not None else []:
            if child.type == "pair":
                pairs.append(self._pair(child))
            elif child.type == "splat_argument":
                arguments += every(self.value(child.named_children[0])) if child.named_children else [UNKNOWN]
            elif child.type == "block_argument":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                arguments.append(Made("block", (inner,)))
            elif child.type not in ("comment", "heredoc_body"):
                arguments.append(self.value(child))
        return [*arguments, Pairs(tuple(pairs))] if pairs else arguments


def _heredocs(root: Any) -> dict[int, Any]:
    """The body of each here-document by the place of its beginning."""
    beginnings, bodies, stack, count = [], [], [root], 0
    while stack and count < 200_000:
        node = stack.pop()
        count += 1
        if node.type == "heredoc_beginning":
            beginnings.append(node.start_byte)
        elif node.type == "heredoc_body":
            bodies.append(node)
        stack += reversed(node.children)
    return dict(zip(sorted(beginnings), sorted(bodies, key=lambda body: int(body.start_byte))))


def _escape(sequence: str) -> str:
    body = sequence[1:]
    if body[:1] in ("x", "u") and len(body) > 1:
        try:
            return chr(int(body[1:].strip("{}"), 16))
        except (ValueError, OverflowError):
            return HOLE
    return _ESCAPES.get(body, body)
