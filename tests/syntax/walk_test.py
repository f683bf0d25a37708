"""The walk knows every type of node."""

from __future__ import annotations

from guardsh.syntax import nodes, parse
from guardsh.syntax.walk import children, walk

EVERYTHING = """
x=1 y=([2]=a) declare z=b >f <<E | ! c
$d
E
(e); { f; }; if g; then h; fi; while i; do j; done
for k in l; do m; done; for ((n;;)); do o; done; select p in q; do r; done
case s in t) u;; esac
v() { w; }; [[ x ]]; ((y)); coproc z; echo `a` $((b)) <(c) ${d:-e}
"""


def types(base: type) -> set[type]:
    return {base}.union(*(types(derived) for derived in base.__subclasses__()))


def test_every_type_of_node_is_reached() -> None:
    assert {type(node) for node in walk(parse(EVERYTHING.replace("| !", "|")))} == types(nodes.Node) - {nodes.Node}


def test_parents_come_before_children_in_the_order_of_the_text() -> None:
    text = "a $(b) | c; d"
    assert [text[slice(*node.span)] for node in walk(parse(text)) if isinstance(node, nodes.Literal)] == list("abcd")


def test_children_are_found_inside_tuples() -> None:
    (branch,) = parse("if a; then b; elif c; then d; fi").items
    assert len(children(branch.command)) == 4
