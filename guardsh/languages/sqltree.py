"""The parts of SQL that need a parse tree: which rows a DELETE, UPDATE or MERGE reaches, and statements inside WITH.

Parsed with sqlglot; `None` where it rejects a statement, so that the caller falls back to a scan by tokens.
"""

from __future__ import annotations

import re

from guardsh.languages.sqltokens import STANDIN
from guardsh.reading.model import HOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 20_000  # characters of one statement, about 0.2 s

Found = tuple[str, str]  # verb, target

_DIALECTS = {"cockroach": "postgres", "mariadb": "mysql", "": None, "http": None}


def changes(text: str, dialect: str) -> list[Found] | None:
    """The data changes of one statement: delete, delete all, update, update all, insert, merge … with their tables."""
    if len(text) > LARGEST:
        return None
    import logging

    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    logger = logging.getLogger("sqlglot")
    quiet, logger.disabled = logger.disabled, True
    try:
        tree = parse_one(text, dialect=_DIALECTS.get(dialect, dialect))
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        return None
    finally:
        logger.disabled = quiet
    if isinstance(tree, exp.Command):
        return None
    found: list[Found] = []
    for node in tree.find_all(exp.Delete, exp.Update, exp.Insert, exp.Merge, exp.Drop, exp.TruncateTable, exp.Alter):
        found += _change(node, exp)
    return found


def _change(node: Any, exp: Any) -> list[Found]:
    table = _table(node.this, exp)
    if isinstance(node, exp.Delete):
        tables = [_table(each, exp) for each in node.args.get("tables") or ()] or [table]
        return [("delete all" if _everything(node, exp) else "delete", each) for each in tables]
    if isinstance(node, exp.Update):
        return [("update all" if _everything(node, exp) else "update", table)]
    if isinstance(node, exp.Insert):
        return [("insert overwrite" if node.args.get("overwrite") else "insert", table)]
    if isinstance(node, exp.Merge):
        deletes = any(
            isinstance(each, (exp.Delete, exp.Var)) and "DELETE" in each.sql().upper()
            for each in node.find_all(exp.Var, exp.Delete)
        )
        return [("delete" if deletes else "merge", table)]
    if isinstance(node, exp.TruncateTable):
        return [("truncate", _table(each, exp)) for each in node.expressions]
    if isinstance(node, exp.Drop):
        return [(f"drop {str(node.args.get('kind') or '').lower()}".strip(), table)]
    return [("alter table", table)]


def _table(node: Any, exp: Any) -> str:
    if node is None:
        return ""
    if isinstance(node, exp.Schema):
        node = node.this
    if not isinstance(node, exp.Expression):
        return ""
    table = node if isinstance(node, exp.Table) else node.find(exp.Table)
    parts = [part.name for part in table.parts] if table is not None else [getattr(node, "name", "")]
    return ".".join(HOLE if STANDIN in part or part == "?" else part for part in parts if part)


def _everything(node: Any, exp: Any) -> bool:
    """Does the statement reach every row?"""
    if node.args.get("limit"):
        return False
    where = node.args.get("where")
    if where is None:
        # a join condition limits what `DELETE a FROM a JOIN b ON …` reaches
        return not any(join.args.get("on") or join.args.get("using") for join in node.find_all(exp.Join))
    return _always(where.this, node, exp)


def _always(node: Any, statement: Any, exp: Any) -> bool:
    """Is this condition true for every row? Wrong only towards no."""
    if isinstance(node, exp.Paren):
        return _always(node.this, statement, exp)
    if isinstance(node, exp.Or):
        return _always(node.left, statement, exp) or _always(node.right, statement, exp)
    if isinstance(node, exp.And):
        return _always(node.left, statement, exp) and _always(node.right, statement, exp)
    if isinstance(node, exp.Not):
        return _never(node.this, exp)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal):
        return node.is_string is False and node.name not in ("0", "0.0") or node.name.lower() in ("t", "true", "1")
    if isinstance(node, exp.Like):
        return isinstance(node.expression, exp.Literal) and set(node.expression.name) == {"%"}
    if isinstance(node, exp.Exists):
        inner = node.find(exp.Select)
        return (
            inner is not None
            and inner.args.get("where") is None
            and inner.args.get("from_", inner.args.get("from")) is None
        )
    if isinstance(node, exp.Is) and node.args.get("negate"):
        return isinstance(node.expression, exp.Null) and _is_key(node.this, exp)
    if isinstance(node, exp.In):
        return _all_of_itself(node, statement, exp)
    if isinstance(node, exp.Binary):
        return _compares(node, exp)
    return False


def _never(node: Any, exp: Any) -> bool:
    if isinstance(node, exp.Paren):
        return _never(node.this, exp)
    if isinstance(node, exp.Boolean):
        return not bool(node.this)
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return not bool(node.args.get("negate")) and _is_key(node.this, exp)  # NOT id IS NULL
    if isinstance(node, exp.Literal):
        return str(node.name) == "0"
    return isinstance(node, exp.Binary) and _constant(node, exp) is False


def _compares(node: Any, exp: Any) -> bool:
    constant = _constant(node, exp)
    if constant is not None:
        return bool(constant)
    left, right = node.left, node.right
    if isinstance(node, (exp.EQ, exp.GTE, exp.LTE)) and isinstance(left, exp.Column) and left == right:
        return True
    if isinstance(node, (exp.GT, exp.GTE, exp.NEQ)) and _is_key(left, exp):
        if isinstance(right, exp.Neg):
            return isinstance(right.this, exp.Literal)
        return isinstance(right, exp.Literal) and (
            right.name in ("0", "") or (right.name == "1" and isinstance(node, exp.GTE))
        )
    return False


def _constant(node: Any, exp: Any) -> bool | None:
    left, right = node.left, node.right
    if not (isinstance(left, exp.Literal) and isinstance(right, exp.Literal)):
        return None
    try:
        one, two = (
            (left.name, right.name) if left.is_string or right.is_string else (float(left.name), float(right.name))
        )
    except ValueError:
        return None
    tests = {
        exp.EQ: one == two,
        exp.NEQ: one != two,
        exp.GT: one > two,
        exp.GTE: one >= two,
        exp.LT: one < two,
        exp.LTE: one <= two,
    }
    return tests.get(type(node))


def _is_key(node: Any, exp: Any) -> bool:
    return (
        isinstance(node, exp.Column)
        and re.fullmatch(r"(?i)(?:\w*_)?id|rowid|_rowid_|oid|ctid|uuid|pk", node.name) is not None
    )


def _all_of_itself(node: Any, statement: Any, exp: Any) -> bool:
    """`WHERE id IN (SELECT id FROM the same table)`."""
    query = node.args.get("query")
    select = query.find(exp.Select) if query is not None else None
    if select is None or select.args.get("where") is not None or select.args.get("limit") is not None:
        return False
    own, other = statement.find(exp.Table), select.find(exp.Table)
    return own is not None and other is not None and own.name == other.name and not select.args.get("joins")
