"""One walk over a tree, the same for every type of node."""

from __future__ import annotations

from .nodes import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def children(node: Node) -> list[Node]:
    """The nodes directly below `node`, in the order of its fields."""
    found: list[Node] = []
    waiting: list[object] = [getattr(node, field) for field in reversed(type(node)._fields)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            waiting.extend(reversed(value))
    return found


def walk(node: Node) -> Iterator[Node]:
    """`node` and every node below it, parents before children, without recursion."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(children(each)))
