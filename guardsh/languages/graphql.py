"""GraphQL: which operations a document runs, and which fields of a mutation.

Read with graphql-core; a document that it rejects, or that is too long, is scanned by tokens instead.
"""

from __future__ import annotations

import re

from guardsh.frozen import Frozen
from guardsh.reading.model import HOLE, MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

LARGEST = 60_000  # characters for graphql-core, about 0.3 s
MOST_FIELDS = 100
_STANDIN = "_u2e8_"  # an identifier in the place of unknown text

_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|$)|"(?:[^"\\\n]|\\.)*(?:"|$|\n)|#[^\n]*|\.\.\.|[_A-Za-z]\w*|[{}()\[\]:@$!]', re.S
)


class Operation(Frozen):
    """One operation, or one top-level field of a mutation."""

    kind: str  # query · mutation · subscription · unknown
    field: str = ""  # as written, also behind an alias or fragment; `volume.delete` in a namespace
    argument: str = ""  # the values of its arguments, as far as they are known, for people


def operations(text: str, variables: Mapping[str, Any] | None = None, name: str | None = None) -> tuple[Operation, ...]:
    """The operations of a document; with `name` only that one, as `operationName` selects it."""
    if not text.strip(MARKS + " \t\r\n"):
        return (Operation("unknown"),)
    if "mutation" not in text and "subscription" not in text and not _unknown_start(text):
        return (Operation("query", _first_field(text)),)
    if len(text) <= LARGEST:
        found = _parsed(text, variables or {}, name)
        if found:
            return found
    return _scanned(text)


def looks_like(text: str) -> bool:
    """Is this text a GraphQL document, by its beginning?"""
    return bool(
        re.match(r"(?:\s|#[^\n]*\n|,)*(?:(?:query|mutation|subscription)\b(?!\s*=)|fragment\s+\w+\s+on\b|\{)", text)
    )


def _unknown_start(text: str) -> bool:
    return bool(re.match(rf"\s*[{MARKS}]", text))


def _first_field(text: str) -> str:
    brace = text.find("{")
    match = re.compile(r"\s*(?:\w+\s*:\s*)?(\w+)").match(text, brace + 1) if brace >= 0 else None
    return match[1] if match else ""


def _parsed(text: str, variables: Mapping[str, Any], name: str | None) -> tuple[Operation, ...]:
    from graphql.error import GraphQLError
    from graphql.language import parse
    from graphql.language.ast import FragmentDefinitionNode, OperationDefinitionNode

    try:
        document = parse(re.sub(f"[{MARKS}]", _STANDIN, text), no_location=True)
    except (GraphQLError, RecursionError, ValueError):
        return ()
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in nodes if node.name and node.name.value == name] if name else nodes
    found: list[Operation] = []
    for node in chosen or nodes:
        fields = list(_fields(node.selection_set, fragments, variables, set()))
        if node.operation.value == "query":
            found.append(Operation("query", fields[0].field if fields else ""))
        else:
            found += [field.but(kind=node.operation.value) for field in fields] or [Operation(node.operation.value)]
    return tuple(found[:MOST_FIELDS])


def _fields(
    selections: Any, fragments: Mapping[str, Any], variables: Mapping[str, Any], seen: set[str]
) -> Iterator[Operation]:
    for node in selections.selections if selections else ():
        if node.kind == "fragment_spread":
            fragment = fragments.get(node.name.value)
            if fragment is None or node.name.value in seen:
                continue
            yield from _fields(fragment.selection_set, fragments, variables, seen | {node.name.value})
        elif node.kind == "inline_fragment":
            yield from _fields(node.selection_set, fragments, variables, seen)
        else:
            yield from _field(node, fragments, variables, seen)


def _field(
    node: Any, fragments: Mapping[str, Any], variables: Mapping[str, Any], seen: set[str]
) -> Iterator[Operation]:
    own = _known(node.name.value)
    values = ", ".join(text for text in (_text(each.value, variables) for each in node.arguments or ()) if text)
    if node.selection_set and not node.arguments and len(seen) < 20:
        inner = [each for each in node.selection_set.selections if each.kind == "field" and each.arguments]
        for each in inner:  # a namespace: mutation { volume { delete(id: 1) } }
            for operation in _field(each, fragments, variables, seen | {f"{own}{len(seen)}"}):
                yield operation.but(field=f"{own}.{operation.field}")
        if inner:
            return
    yield Operation("", own, values[:200])


def _text(node: Any, variables: Mapping[str, Any]) -> str:
    if node.kind == "variable":
        value = variables.get(node.name.value)
        return _plain(value)
    if node.kind == "object_value":
        return ", ".join(text for text in (_text(field.value, variables) for field in node.fields) if text)
    if node.kind == "list_value":
        return ", ".join(text for text in (_text(value, variables) for value in node.values) if text)
    return _known(str(getattr(node, "value", "")))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(text for text in map(_plain, value.values()) if text)
    if isinstance(value, list):
        return ", ".join(text for text in map(_plain, value) if text)
    return "" if value is None else str(value)


def _known(name: str) -> str:
    return name.replace(_STANDIN, HOLE)


def _scanned(text: str) -> tuple[Operation, ...]:
    """A tolerant scan: names directly inside the braces of an operation."""
    found: list[Operation] = []
    kind, depth, parens, previous = "", 0, 0, ""
    for match in _TOKEN.finditer(re.sub(f"[{MARKS}]", _STANDIN, text)):
        token = match[0]
        if token[0] in '"#':
            continue
        if token in "([":
            parens += 1
        elif token in ")]":
            parens = max(0, parens - 1)
        elif parens:
            continue
        elif token == "{":
            kind, depth = kind or "query", depth + 1
        elif token == "}":
            depth = max(0, depth - 1)
            kind = kind if depth else ""
        elif depth == 0 and token in ("query", "mutation", "subscription", "fragment"):
            kind = token
        elif depth == 1 and kind != "query" and token[0] not in ".:@$!" and previous not in ("@", "$", "..."):
            if previous == ":" and found:
                found.pop()
            found.append(Operation("mutation" if kind in ("fragment", "") else kind, _known(token)))
        previous = token
    if not found and ("mutation" in text or _unknown_start(text)):
        return (Operation("unknown"),)
    return tuple(found[:MOST_FIELDS]) or (Operation("query", _first_field(text)),)
