"""JavaScript and TypeScript, by tree-sitter's grammars: an abstract walk with what is known of variables.

As in Python's reader, branches are both walked, functions where they are called, and functions that nothing is seen to
call with unknown arguments (their effects have the detail `called=no`). As "javascript-module" those are left out.
"""

from __future__ import annotations

import re
from functools import partial

from guardsh.languages import javascriptlib, strings
from guardsh.languages.acts import UNKNOWN, Acts
from guardsh.languages.things import (
    Bound,
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
from guardsh.languages.treesitter import Walker, content, parse, spread_items
from guardsh.reading.model import HOLE, MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from guardsh.languages.things import Thing
    from guardsh.reading.model import Act, Context, Span

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v", "f": "\f", "0": "\0", "\n": ""}


def read(code: str, context: Context, variant: str = "javascript") -> tuple[Act, ...]:
    """The acts of a program; `variant` is javascript, javascript-module, jsx, typescript or tsx."""
    acts = Acts(context)
    root = tree(code, "typescript" if variant == "typescript" else "tsx" if variant == "tsx" else "javascript")
    if root.has_error:
        acts.unreadable((0, 0), "not valid JavaScript")
    walker = JavaScript(code, acts, not variant.endswith("-module"))
    walker.program(root)
    return acts.done()


def tree(code: str, grammar: str) -> Any:
    """The tree by the first grammar that takes the whole text, else by the one asked for."""
    root = parse(grammar, code)
    for other in ("typescript", "tsx", "javascript"):
        if not root.has_error:
            break
        if other != grammar:
            second = parse(other, code)
            root = root if second.has_error else second
    return root


class JavaScript(Walker):
    """The walk over a program's tree."""

    def program(self, root: Any) -> None:
        """The whole program: its top level, then what nothing has called."""
        self.used = set(re.findall(r"[\w$]+", re.sub(r"\bfunction\s*\*?\s+[\w$]+", "", self.code)))
        self.block_of(root)
        self.uncalled(lambda function: function.name in self.used)
        if "net connect" in self.seen and "shell" in self.seen:
            self.acts.effect("run", "reverse-shell", Value(self.seen["net connect"]))

    def block_of(self, node: Any) -> None:
        """A block: function declarations count from its beginning."""
        for child in node.named_children:
            inner = child.child_by_field_name("declaration") if child.type == "export_statement" else child
            if inner is not None and inner.type in ("function_declaration", "generator_function_declaration"):
                self._declare(inner)
        self.block(node.named_children)

    def enter(self, function: Function, arguments: Sequence[Thing], unknown: bool) -> Thing | None:
        node: Any = function.node
        if function.owner is not None:
            self.scope.put("this", function.owner)
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        parameters = [single] if single is not None else listed.named_children if listed is not None else []
        for index, parameter in enumerate(each for each in parameters if each.type != "comment"):
            if parameter.type == "rest_pattern":
                rest = Items((), UNKNOWN) if unknown else Items(tuple(arguments[index:]))
                self.bind(parameter.named_children[0], rest)
            else:
                self.bind(
                    parameter,
                    arguments[index] if index < len(arguments) else UNKNOWN,
                    index >= len(arguments) and not unknown,
                )
        body = node.child_by_field_name("body")
        if body is None:
            return None
        if body.type == "statement_block":
            self.block_of(body)
            return None
        return self.value(body)

    def apply(self, thing: Thing, arguments: Sequence[Thing], span: Span) -> Thing:
        if not self.step():
            return UNKNOWN
        if isinstance(thing, OneOf):
            return one_of(*(self.apply(each, arguments, span) for each in thing.things))
        if isinstance(thing, Function):
            return self.call_function(thing, arguments)
        if isinstance(thing, Bound) and isinstance(thing.thing, (Made, Pairs)):
            method = (
                thing.thing.get(thing.name) if isinstance(thing.thing, Pairs) else thing.thing.argument(-1, thing.name)
            )
            if isinstance(method, Function):
                return self.call_function(method, arguments)
        return javascriptlib.call(self, thing, tuple(arguments), span)

    # --- declarations and patterns ---

    def _declare(self, node: Any, owner: Thing | None = None) -> Function:
        name = content(node.child_by_field_name("name"))
        known = self.scope.own().get(name)
        if isinstance(known, Function) and known.node == node:
            return known
        function = Function(name, node, self.scope)
        function.owner = owner
        self.functions.append(function)
        if name and owner is None:
            self.scope.put(name, function)
        return function

    def of_function_declaration(self, node: Any) -> Thing:
        return self._declare(node)

    of_generator_function_declaration = of_function_declaration

    def of_arrow_function(self, node: Any) -> Thing:
        function = Function("", node, self.scope)
        self.functions.append(function)
        return function

    of_function_expression = of_function = of_generator_function = of_arrow_function

    def of_class_declaration(self, node: Any) -> Thing:
        name = content(node.child_by_field_name("name"))
        made = Made("instance", (Value(name or "class"),))
        members: list[tuple[str, Thing]] = []
        body = node.child_by_field_name("body")
        for member in body.named_children if body is not None else []:
            if member.type == "method_definition":
                members.append((content(member.child_by_field_name("name")), self._declare(member, made)))
            elif member.child_by_field_name("value") is not None:
                key = content(member.child_by_field_name("property") or member.child_by_field_name("name"))
                self.attributes[(name or "class", key)] = self.value(member.child_by_field_name("value"))
        made = Made("instance", (Value(name or "class"),), tuple(members))
        for _, member in members:
            if isinstance(member, Function):
                member.owner = made
        whole = Made("class", (Value(name or "class"),), tuple(members))
        if name:
            self.scope.put(name, whole)
        return whole

    of_class = of_class_declaration

    def of_variable_declarator(self, node: Any) -> Thing:
        value = node.child_by_field_name("value")
        thing = self.value(value) if value is not None else Known(None)
        if isinstance(thing, Function) and not thing.name:
            thing.name = content(node.child_by_field_name("name"))
        self.bind(node.child_by_field_name("name"), thing)
        return thing

    def bind(self, pattern: Any, thing: Thing, missing: bool = False) -> None:
        """Gives the names of a pattern their values; `missing`: the argument isn't given, defaults count."""
        kind = pattern.type if pattern is not None else ""
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            self.scope.put(content(pattern), thing)
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            default = self.value(pattern.child_by_field_name("right"))
            self.bind(pattern.child_by_field_name("left"), default if missing or thing == Known(None) else thing)
        elif kind in ("required_parameter", "optional_parameter"):
            value = pattern.child_by_field_name("value")
            default = self.value(value) if value is not None else UNKNOWN
            self.bind(pattern.child_by_field_name("pattern"), default if missing and value is not None else thing)
        elif kind == "object_pattern":
            for child in pattern.named_children:
                self._bind_member(child, thing)
        elif kind == "array_pattern":
            for index, child in enumerate(pattern.named_children):
                self.bind(child, self.part(thing, Known(index)))
        elif kind == "rest_pattern":
            self.bind(pattern.named_children[0], thing)
        elif kind in ("member_expression", "subscript_expression"):
            self._set_member(pattern, thing)

    def _bind_member(self, child: Any, thing: Thing) -> None:
        if child.type == "pair_pattern":
            key = content(child.child_by_field_name("key")).strip("'\"")
            self.bind(child.child_by_field_name("value"), self.member(thing, key))
        elif child.type == "object_assignment_pattern":
            name = content(child.child_by_field_name("left"))
            found = self.member(thing, name)
            self.bind(child, found, missing=found == UNKNOWN and isinstance(thing, Pairs))
        elif child.type == "shorthand_property_identifier_pattern":
            self.bind(child, self.member(thing, content(child)))
        else:
            self.bind(child, thing)

    def _set_member(self, target: Any, thing: Thing) -> None:
        whole = self.value(target.child_by_field_name("object"))
        name = target.child_by_field_name("property")
        key = content(name) if name is not None else text(self.value(target.child_by_field_name("index"))).text
        holder = content(target.child_by_field_name("object"))
        if whole == Named("process.env"):
            self.environment[key] = text(thing)
        elif isinstance(whole, Pairs):
            self.scope.change(holder, whole.but(items=(*whole.items, (key, thing))))
        elif isinstance(whole, Made) and whole.name in ("instance", "class"):
            place = (text(whole.arguments[0]).text, key)
            self.attributes[place] = one_of(self.attributes.get(place, thing), thing)
        elif holder in ("module.exports", "exports", "module"):
            return

    def of_assignment_expression(self, node: Any) -> Thing:
        thing = self.value(node.child_by_field_name("right"))
        left = node.child_by_field_name("left")
        if left.type == "identifier":
            self.scope.change(content(left), thing)
        else:
            self.bind(left, thing)
        return thing

    def of_augmented_assignment_expression(self, node: Any) -> Thing:
        left, right = node.child_by_field_name("left"), self.value(node.child_by_field_name("right"))
        before = self.value(left)
        after = add(before, right) if content(node.child_by_field_name("operator")) == "+=" else one_of(before, right)
        if left.type == "identifier":
            self.scope.change(content(left), after)
        else:
            self.bind(left, after)
        return after

    def of_import_statement(self, node: Any) -> Thing:
        source = text(self.value(node.child_by_field_name("source"))).text
        module = javascriptlib.imported(self, source)
        for clause in (child for child in node.named_children if child.type == "import_clause"):
            for child in clause.named_children:
                if child.type == "identifier":
                    self.scope.put(content(child), module)
                elif child.type == "namespace_import":
                    self.scope.put(content(child.named_children[-1]), module)
                elif child.type == "named_imports":
                    for each in child.named_children:
                        name = content(each.child_by_field_name("name"))
                        alias = content(each.child_by_field_name("alias")) or name
                        self.scope.put(alias, self.member(module, name))
        return UNKNOWN

    # --- statements ---

    def of_statement_block(self, node: Any) -> Thing:
        self.block_of(node)
        return UNKNOWN

    def of_expression_statement(self, node: Any) -> Thing:
        inner = node.named_children[0] if node.named_children else None
        if inner is not None and inner.type == "identifier" and not content(inner).strip(MARKS):
            self.acts.unreadable(self.span(node), "unknown code")
        return self.value(inner)

    def of_if_statement(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        alternative = node.child_by_field_name("alternative")
        self.branches([lambda: self.value(node.child_by_field_name("consequence")), lambda: self.value(alternative)])
        return UNKNOWN

    def of_switch_statement(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("value"))
        body = node.child_by_field_name("body")
        for case in body.named_children if body is not None else []:
            self.branches([partial(self.block, case.named_children), lambda: None])
        return UNKNOWN

    def of_try_statement(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("body"))
        handler = node.child_by_field_name("handler")
        self.branches([lambda: None, lambda: self.value(handler)])
        return self.value(node.child_by_field_name("finalizer"))

    def of_for_in_statement(self, node: Any) -> Thing:
        whole = self.value(node.child_by_field_name("right"))
        of = content(node.child_by_field_name("operator")) == "of"
        things = self.items(every(whole) if of or isinstance(whole, Pairs) else [UNKNOWN])
        for thing in things:
            self.repeat(partial(self._each, node, thing), len(things) == 1)
        return UNKNOWN

    def _each(self, node: Any, thing: Thing) -> None:
        self.bind(node.child_by_field_name("left"), thing)
        self.value(node.child_by_field_name("body"))

    def of_for_statement(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("initializer"))
        self.value(node.child_by_field_name("condition"))
        counter = node.child_by_field_name("initializer")
        for child in counter.named_children if counter is not None else []:
            if child.type == "variable_declarator":
                self.bind(child.child_by_field_name("name"), UNKNOWN)
        self.repeat(lambda: self.value(node.child_by_field_name("body")), True)
        return UNKNOWN

    def of_while_statement(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        self.repeat(lambda: self.value(node.child_by_field_name("body")), True)
        return UNKNOWN

    of_do_statement = of_while_statement

    def of_return_statement(self, node: Any) -> Thing:
        thing = self.value(node.named_children[0]) if node.named_children else Known(None)
        self.returns.append(thing)
        return thing

    # --- expressions ---

    def _inner(self, node: Any) -> Thing:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    of_parenthesized_expression = of_as_expression = of_satisfies_expression = _inner
    of_non_null_expression = of_yield_expression = _inner

    def of_await_expression(self, node: Any) -> Thing:
        thing = self._inner(node)
        return thing.arguments[0] if isinstance(thing, Made) and thing.name == "promise" else thing

    def of_unary_expression(self, node: Any) -> Thing:
        thing = self.value(node.child_by_field_name("argument"))
        if (
            content(node.child_by_field_name("operator")) == "-"
            and isinstance(thing, Known)
            and isinstance(thing.value, int)
        ):
            return Known(-thing.value)
        return UNKNOWN

    def of_sequence_expression(self, node: Any) -> Thing:
        things = [self.value(child) for child in node.named_children]
        return things[-1] if things else UNKNOWN

    def of_identifier(self, node: Any) -> Thing:
        name = content(node)
        known = self.scope.find(name)
        if known is not None:
            return known
        return javascriptlib.unbound(self, name)

    def of_this(self, node: Any) -> Thing:
        return self.scope.find("this") or UNKNOWN

    def of_string(self, node: Any) -> Thing:
        return Value(_unescaped(content(node)[1:-1]), self.span(node))

    def of_template_string(self, node: Any) -> Thing:
        parts: list[Thing] = []
        position = node.start_byte + 1
        source = node.text
        for child in node.named_children:
            if child.type == "template_substitution":
                before = source[position - node.start_byte : child.start_byte - node.start_byte]
                parts += [Value(_unescaped(before.decode("utf-8", "replace"))), self._inner(child)]
                position = child.end_byte
        last = source[position - node.start_byte : -1].decode("utf-8", "replace")
        parts.append(Value(_unescaped(last), self.span(node)))
        return spread(parts, lambda things: concatenated(*things))

    def of_number(self, node: Any) -> Thing:
        try:
            return Known(int(content(node).replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def of_true(self, node: Any) -> Thing:
        return Known(True)

    def of_false(self, node: Any) -> Thing:
        return Known(False)

    def of_null(self, node: Any) -> Thing:
        return Known(None)

    of_undefined = of_null

    def of_binary_expression(self, node: Any) -> Thing:
        operator = content(node.child_by_field_name("operator"))
        if operator == "+":
            return self._sum(node)
        left, right = self.value(node.child_by_field_name("left")), self.value(node.child_by_field_name("right"))
        if operator in ("||", "??"):
            return left if isinstance(left, Value) and left.known and left.text else one_of(left, right)
        if operator == "&&":
            return right
        if isinstance(left, Known) and isinstance(right, Known):
            names = {"-": "Sub", "*": "Mult", "^": "BitXor", "|": "BitOr", "&": "BitAnd", "%": "Mod"}
            return strings.arithmetic(names.get(operator, ""), left.value, right.value)
        return UNKNOWN

    def _sum(self, node: Any) -> Thing:
        """A chain of + from the left, without a recursion for each."""
        operands: list[Any] = []
        while node.type == "binary_expression" and content(node.child_by_field_name("operator")) == "+":
            operands.append(node.child_by_field_name("right"))
            node = node.child_by_field_name("left")
        total = self.value(node)
        for operand in reversed(operands):
            total = spread([total, self.value(operand)], lambda pair: add(*pair))
        return total

    def of_ternary_expression(self, node: Any) -> Thing:
        self.value(node.child_by_field_name("condition"))
        return one_of(
            self.value(node.child_by_field_name("consequence")), self.value(node.child_by_field_name("alternative"))
        )

    def of_array(self, node: Any) -> Thing:
        items: list[Thing] = []
        for child in node.named_children[:2_000]:
            if child.type == "spread_element":
                items += every(spread_items(self._inner(child)))
            elif child.type != "comment":
                items.append(self.value(child))
        return Items(tuple(items))

    def of_object(self, node: Any) -> Thing:
        items: list[tuple[str, Thing]] = []
        whole = True
        for child in node.named_children[:2_000]:
            if child.type == "pair":
                items.append(
                    (self._key(child.child_by_field_name("key")), self.value(child.child_by_field_name("value")))
                )
            elif child.type == "shorthand_property_identifier":
                items.append(
                    (content(child), self.scope.find(content(child)) or javascriptlib.unbound(self, content(child)))
                )
            elif child.type == "spread_element":
                inner = self._inner(child)
                items += inner.items if isinstance(inner, Pairs) else ()
                whole = whole and isinstance(inner, Pairs) and not inner.open
            elif child.type == "method_definition":
                items.append((content(child.child_by_field_name("name")), self._declare(child, Known(None))))
        return Pairs(tuple(items), not whole)

    def _key(self, node: Any) -> str:
        if node.type == "computed_property_name":
            return text(self._inner(node)).text
        if node.type == "string":
            return text(self.of_string(node)).text
        return content(node)

    def of_member_expression(self, node: Any) -> Thing:
        name = content(node.child_by_field_name("property"))
        return spread([self.value(node.child_by_field_name("object"))], lambda things: self.member(things[0], name))

    def of_subscript_expression(self, node: Any) -> Thing:
        whole, key = self.value(node.child_by_field_name("object")), self.value(node.child_by_field_name("index"))
        return spread([whole, key], lambda pair: self.part(*pair))

    def member(self, thing: Thing, name: str) -> Thing:
        """A member by name."""
        if isinstance(thing, Pairs):
            return thing.get(name) or (Bound(thing, name) if name in ("hasOwnProperty",) else UNKNOWN)
        if isinstance(thing, Made) and thing.name in ("instance", "class") and thing.arguments:
            known = self.attributes.get((text(thing.arguments[0]).text, name))
            return known if known is not None else thing.argument(-1, name) or Bound(thing, name)
        return javascriptlib.member(self, thing, name)

    def part(self, whole: Thing, key: Thing) -> Thing:
        """`whole[key]`."""
        if isinstance(whole, Items) and isinstance(key, Known) and isinstance(key.value, int):
            return whole.items[key.value] if 0 <= key.value < len(whole.items) else whole.rest or UNKNOWN
        if isinstance(whole, Items) and not (isinstance(key, Value) and key.known):
            return one_of(*every(whole)) if every(whole) else UNKNOWN
        if isinstance(key, Value) and key.known:
            return self.member(whole, key.text)
        if isinstance(whole, Named) and javascriptlib.risky(whole.name):
            return Made("attribute unknown", (Value(whole.name),))
        return UNKNOWN.but(origins=text(whole).origins)

    def of_call_expression(self, node: Any) -> Thing:
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        span = self.span(node)
        if function.type == "import":
            return Made("promise", (javascriptlib.imported(self, text(self._inner(given)).text),))
        if content(function) == "await" and given is not None:  # a script's top level knows no await
            return self.of_await_expression(given)
        thing = self.value(function)
        if given is not None and given.type == "template_string":
            return javascriptlib.tagged(self, thing, content(function), self.of_template_string(given), span)
        return self.apply(thing, self._arguments(given), span)

    def of_new_expression(self, node: Any) -> Thing:
        thing = self.value(node.child_by_field_name("constructor"))
        arguments = self._arguments(node.child_by_field_name("arguments"))
        if isinstance(thing, Made) and thing.name == "class":
            made = Made("instance", thing.arguments, thing.keywords)
            constructor = thing.argument(-1, "constructor")
            if isinstance(constructor, Function):
                self.call_function(constructor, arguments)
            return made
        return javascriptlib.constructed(self, thing, tuple(arguments), self.span(node))

    def _arguments(self, node: Any) -> list[Thing]:
        arguments: list[Thing] = []
        for child in node.named_children if node is not None else []:
            if child.type == "spread_element":
                arguments += every(spread_items(self._inner(child)))
            elif child.type != "comment":
                arguments.append(self.value(child))
        return arguments


def _unescaped(source: str) -> str:
    if "\\" not in source:
        return source

    def replace(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] in "xu" and len(escape) > 1:
            number = int(escape[1:].strip("{}"), 16)
            return chr(number) if number < 0x110000 else HOLE
        return _ESCAPES.get(escape, escape)

    return re.sub(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]+\}|.)", replace, source, flags=re.S)
