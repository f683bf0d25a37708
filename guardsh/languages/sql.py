"""SQL, in the dialect of the program that runs it, and the commands of its clients.

Each statement is an effect of kind "sql": its verb in lower case, its target a table, database, user … The verbs that
lose something: `drop KIND` (table, database, schema, view, materialized view, index, column, user …), `truncate`,
`delete all` and `update all` (no WHERE, or one that is always true), `delete`, `update`, `alter drop column`,
`alter drop partition`, `create or replace table`, `insert overwrite`, `replace`, `merge`, `copy program`,
`copy to file`, `into outfile`, `load file`, `call FUNCTION`, `restore …`, `shutdown`, `grant`, `revoke`, `kill …`.
Others: `select`, `insert`, `create KIND`, `explain`, `set`, `vacuum`, `show` … `unreadable`: a statement whose
beginning isn't known.

Details: `database` (after USE or \\c), `cascade`, `function`, `rolled_back` ("yes": the text itself rolls it back),
`dialect`. sqlglot is loaded only for statements whose reach depends on a WHERE or WITH.
"""

from __future__ import annotations

import re

from guardsh.languages import sqlclients, sqlverbs
from guardsh.languages.acts import Acts
from guardsh.languages.sqltokens import Client, Token, name_at, statements
from guardsh.reading.model import HOLE, Effect, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context

MOST_STATEMENTS = 20_000
_TRANSACTIONAL = {"postgres", "sqlite", "tsql", "duckdb", "redshift"}  # also for DDL
_ROUTINES = {"FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "EVENT", "PACKAGE"}
_BATCH_VERBS = (
    "DROP",
    "TRUNCATE",
    "DELETE",
    "UPDATE",
    "INSERT",
    "MERGE",
    "ALTER",
    "EXEC",
    "EXECUTE",
    "CREATE",
    "SHUTDOWN",
    "RESTORE",
)
_NO_START = (
    "ON",
    "FOR",
    "AFTER",
    "OF",
    "INSTEAD",
    "BEFORE",
    "OR",
    "THEN",
    "GRANT",
    "DENY",
    "REVOKE",
    "ALTER",
    "ADD",
    "COLUMN",
)


def read(code: str, context: Context, variant: str = "sql") -> tuple[Act, ...]:
    """The acts of SQL text; `variant` is a dialect, or "sql" for that of `context.program`."""
    acts = Acts(context)
    client = sqlclients.client(context.program, "" if variant == "sql" else variant)
    _Script(code, client, acts).run()
    return acts.done()


class _Script:
    """One text: its statements in order, with the database in use and the open transaction."""

    def __init__(self, code: str, client: Client, acts: Acts) -> None:
        self.code, self.client, self.acts = code, client, acts
        self.database = ""
        self.variables: dict[str, str] = {}
        self.routines: dict[str, list[Token]] = {}
        self.open: list[int] | None = None  # found in the open transaction
        self.found: list[Effect] = []
        self.last: list[Token] = []

    def run(self) -> None:
        for count, statement in enumerate(statements(self.code, self.client)):
            if count >= MOST_STATEMENTS:
                self.acts.unreadable(why="too many statements")
                break
            if statement:
                self._statement(self._substituted(statement))
        for effect in self.found:
            self.acts.add(effect)

    def _statement(self, statement: list[Token]) -> None:
        first, span = statement[0], (statement[0].start, statement[-1].end)
        if first.kind == "meta":
            self._command(first)
            return
        self.last = statement
        if first.is_word("BEGIN", "DECLARE", "IF", "WHILE") and not self._starts_transaction(statement):
            self._block(statement)
        elif first.is_word("DO") and any(token.kind == "string" for token in statement):
            self._routine(next(token for token in statement if token.kind == "string").text, span)
        elif first.is_word("CREATE") and any(token.is_word(*_ROUTINES) for token in statement[1:6]):
            self._define(statement)
        elif self.client.dialect == "tsql":
            for part in _batch(statement):
                self._simple(part)
        else:
            self._simple(statement)

    def _simple(self, statement: list[Token]) -> None:
        first, span = statement[0], (statement[0].start, statement[-1].end)
        self._transaction(statement)
        if first.is_word("USE") or (first.is_word("CONNECT") and self.client.dialect == "oracle"):
            self.database = name_at(
                statement, 2 if len(statement) > 2 and statement[1].is_word("DATABASE", "SCHEMA") else 1
            )[0]
        for verb, target, details in sqlverbs.read_statement(statement, self.code, self.client.dialect):
            self._add(verb, target, details, span)
        self._handed_on(statement, span)

    def _add(self, verb: str, target: str, details: tuple[tuple[str, str], ...], span: tuple[int, int]) -> None:
        if self.database:
            details += (("database", self.database),)
        if self.open is not None and _rolls_back(verb, self.client.dialect):
            self.open.append(len(self.found))
        elif (
            self.open is not None
            and self.client.dialect in ("mysql", "oracle")
            and verb.startswith(("drop", "alter", "create", "truncate"))
        ):
            self.open.clear()  # commits by itself
        effect = Effect(
            kind="sql", verb=verb, target=Value(target), details=details, span=span, directory=self.acts.directory
        )
        self.found.append(effect)

    def _handed_on(self, statement: list[Token], span: tuple[int, int]) -> None:
        """SQL in strings: EXECUTE IMMEDIATE '…', PREPARE x FROM '…', EXEC('…'), dblink_exec(…, '…')."""
        first = statement[0]
        executes = first.is_word("EXECUTE", "EXEC", "PREPARE") or any(
            token.kind in ("word", "name") and token.text.lower() in sqlverbs.TAKES_SQL for token in statement
        )
        if executes:
            sure = first.is_word("EXECUTE", "PREPARE") or statement[1].text in ("(", "IMMEDIATE")
            for text in sqlverbs.statement_strings(statement):
                self._inner(text, span, sure)
        elif first.is_word("CALL", "SELECT", "PERFORM"):
            for index, token in enumerate(statement[:-1]):
                if token.kind in ("word", "name") and statement[index + 1].text == "(":
                    self._named_routine(statement[index].text.lower())

    def _named_routine(self, name: str) -> None:
        body = self.routines.pop(name, None)
        if body is not None:
            self._body(body)

    def _inner(self, text: str, span: tuple[int, int], sure: bool = True) -> None:
        """SQL in a string; where it isn't `sure` that the string is SQL, only what reads as such counts."""
        script = _Script(text, Client(self.client.dialect), self.acts)
        script.database = self.database
        for _, statement in zip(range(50), statements(text, script.client)):
            if statement:
                script._statement(statement)
        self.found += [effect.but(span=span) for effect in script.found if sure or effect.verb != "unreadable"]

    def _define(self, statement: list[Token]) -> None:
        kind = next(index for index, token in enumerate(statement) if token.is_word(*_ROUTINES))
        start = kind + 1
        while start < len(statement) and statement[start].is_word("IF", "NOT", "EXISTS"):
            start += 1
        name, end = name_at(statement, start)
        self._simple(statement[:end])
        self.routines[name.rpartition(".")[2].lower()] = statement[end:]

    def _body(self, body: list[Token]) -> None:
        """The body of a routine that this text also calls."""
        for token in body:
            if token.kind == "string" and len(token.text) > 8:
                self._routine(token.text, (token.start, token.end))
                return
        self._block(body)

    def _routine(self, text: str, span: tuple[int, int]) -> None:
        inner = _Script(text, Client(self.client.dialect), self.acts)
        for _, statement in zip(range(MOST_STATEMENTS), statements(text, inner.client)):
            if statement:
                inner._block(statement)
        self.found += [effect.but(span=span) for effect in inner.found]

    def _block(self, statement: list[Token]) -> None:
        """Procedural code: the statements behind BEGIN, THEN, ELSE, LOOP, DO."""
        part: list[Token] = []
        for token in [*statement, Token("end", ";", 0, 0)]:
            opens = (
                token.is_word("BEGIN", "THEN", "ELSE", "LOOP", "DO", "AS", "DECLARE", "IS", "TRY", "CATCH", "IN")
                or token.kind == "end"
            )
            if (
                opens
                and token.is_word("IN", "AS", "IS")
                and part
                and part[0].is_word(*_BATCH_VERBS, "SELECT", "WITH", "PERFORM")
            ):
                opens = False
            if opens:
                self._segment(part)
                part = []
            else:
                part.append(token)

    def _segment(self, part: list[Token]) -> None:
        if not part:
            return
        runs = (*_BATCH_VERBS, "WITH", "GRANT", "REVOKE", "CALL", "PERFORM", "SELECT", "COPY", "REPLACE", "PREPARE")
        if part[0].is_word(*runs):
            for each in _batch(part) if self.client.dialect == "tsql" else [part]:
                if each[0].is_word("EXECUTE", "EXEC") and not sqlverbs.statement_strings(each):
                    self._add("unreadable", "", (), (each[0].start, each[-1].end))
                else:
                    self._simple(each)
        elif self.client.dialect == "tsql" or part[0].is_word("IF", "WHILE"):
            for each in _batch(part)[1:]:
                self._simple(each)

    def _starts_transaction(self, statement: list[Token]) -> bool:
        if statement[0].is_word("BEGIN"):
            return len(statement) == 1 or statement[1].is_word(
                "TRANSACTION",
                "WORK",
                "TRAN",
                "ISOLATION",
                "READ",
                "DEFERRED",
                "IMMEDIATE",
                "EXCLUSIVE",
                "CONCURRENT",
                "NOT",
                "DEFERRABLE",
            )
        return any(token.is_word("CURSOR") for token in statement)

    def _transaction(self, statement: list[Token]) -> None:
        first, words = statement[0], [token.text for token in statement[1:3]]
        if first.is_word("BEGIN") or (first.is_word("START") and words[:1] == ["TRANSACTION"]):
            self.open = []
        elif first.is_word("COMMIT", "END"):
            self.open = None
        elif first.is_word("ROLLBACK", "ABORT") and "TO" not in words:
            for index in self.open or []:
                effect = self.found[index]
                self.found[index] = effect.but(details=(*effect.details, ("rolled_back", "yes")))
            self.open = None

    def _command(self, token: Token) -> None:
        text, span = token.text, (token.start, token.end)
        match = re.match(r"\\(?:c|connect|u)\s+(\S+)", text)
        if match:
            self.database = match[1].strip("'\";")
        if re.match(r"\\(?:i|ir|include|\.)\b|\\\.", text):
            self.open = None  # what the file does to the transaction isn't known here
        match = re.match(r"\\set\s+(\w+)\s+(.*)", text, re.S)
        if match:
            self.variables[match[1]] = match[2].strip().strip("'")
        if text.startswith("\\gexec") and self.last:
            for inner in sqlverbs.statement_strings(self.last):
                self._inner(inner.rstrip(HOLE) + HOLE, span)
        sqlclients.command(text, self.client, self.acts, span)

    def _substituted(self, statement: list[Token]) -> list[Token]:
        """psql's `:name` at the beginning of a statement, set by \\set."""
        if len(statement) > 1 and self.client.variables and statement[0].text == ":":
            value = self.variables.get(self.code[statement[1].start : statement[1].end])
            if value is not None:
                self._inner(value, (statement[0].start, statement[1].end))
                return [Token("word", "SET", statement[0].start, statement[1].end)]
        return statement


def _batch(statement: list[Token]) -> list[list[Token]]:
    """T-SQL needs no `;` between statements: split before verbs that begin one."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in statement:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        current = parts[-1]
        if (
            depth == 0
            and current
            and token.is_word(*_BATCH_VERBS)
            and not current[-1].is_word(*_NO_START)
            and current[-1].text != ","
        ):
            if (
                not current[0].is_word("GRANT", "REVOKE", "DENY")
                and not (current[0].is_word("ALTER") and token.is_word("DROP", "ALTER"))
                and not current[0].is_word("MERGE")
            ):
                parts.append([])
        parts[-1].append(token)
    return [part for part in parts if part]


def _rolls_back(verb: str, dialect: str) -> bool:
    if verb.startswith(("delete", "update", "insert", "merge", "replace")):
        return verb != "insert overwrite"
    return dialect in _TRANSACTIONAL and verb.startswith(("drop", "alter", "create", "truncate"))
