"""One SQL statement, by its tokens, to verbs and targets."""

from __future__ import annotations

import re

from guardsh.languages.sqltokens import name_at, slice_for_parser
from guardsh.reading.model import HOLE, MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.sqltokens import Token

    Details = tuple[tuple[str, str], ...]
    Found = tuple[str, str, Details]  # verb, target, details


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Functions that do more than compute, whatever statement calls them.
CALLS = _words(
    "pg_terminate_backend pg_cancel_backend pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file",
    "pg_file_write pg_file_unlink pg_file_rename pg_rotate_logfile pg_reload_conf pg_promote",
    "pg_drop_replication_slot pg_replication_origin_drop pg_stat_reset pg_switch_wal set_config lo_import",
    "lo_export lo_unlink lo_put lo_from_bytea dblink dblink_exec dblink_send_query query_to_xml",
    "query_to_xml_and_xmlschema database_to_xml schema_to_xml cursor_to_xml table_to_xml drop_chunks",
    "remove_retention_policy add_retention_policy master_drop_all_shards undistribute_table load_file",
    "sys_exec sys_eval writefile readfile load_extension edit fsdir xp_cmdshell openrowset opendatasource",
    "system$drop dbms_scheduler utl_file utl_http executeimmediate",
)
# Functions and procedures whose text arguments are SQL.
TAKES_SQL = _words(
    "query_to_xml query_to_xml_and_xmlschema dblink dblink_exec dblink_send_query sp_executesql",
    "sp_msforeachtable schedule schedule_in_database run_command_on_shards run_command_on_workers",
    "sp_msforeachdb exec execute",
)
READS = _words(
    "SELECT SHOW DESCRIBE DESC VALUES TABLE PRAGMA FETCH HELP LIST LS SUMMARIZE FROM EXISTS CHECK CHECKSUM",
    "PRINT DECLARE OPEN CLOSE MOVE STATUS USE SET RESET LISTEN NOTIFY UNLISTEN SAVEPOINT RELEASE BEGIN START",
    "COMMIT END ROLLBACK ABORT DEALLOCATE DISCARD LOCK UNLOCK HANDLER CONNECT DISCONNECT WHENEVER PROMPT",
    "COLUMN EXIT QUIT COMMENT ANALYZE GET RETURN IF WHILE RAISE PERFORM WAITFOR DELIMITER WATCH FORMAT ECHO",
    "PIVOT UNPIVOT",
)
OTHERS = _words(
    "VACUUM REINDEX CLUSTER CHECKPOINT REFRESH GRANT REVOKE DENY CALL IMPORT EXPORT ATTACH DETACH OPTIMIZE",
    "REPAIR FLUSH KILL SHUTDOWN RESTART PURGE INSTALL UNINSTALL LOAD UNLOAD RENAME SECURITY REASSIGN RESTORE",
    "BACKUP BULK DBCC RECONFIGURE STOP CHANGE MSCK UNDROP PUT REMOVE RM CACHE UNCACHE CLEAR COMPUTE SYSTEM",
    "EXCHANGE MOVE NOAUDIT AUDIT FLASHBACK",
)
_KINDS = _words(
    "TABLE DATABASE SCHEMA VIEW INDEX COLUMN USER ROLE GROUP FUNCTION PROCEDURE TRIGGER SEQUENCE TYPE DOMAIN",
    "EXTENSION TABLESPACE POLICY RULE SERVER PUBLICATION SUBSCRIPTION AGGREGATE OPERATOR LANGUAGE COLLATION",
    "CONVERSION CAST EVENT WAREHOUSE STAGE STREAM TASK PIPE SHARE ACCOUNT DICTIONARY MACRO SECRET KEYSPACE",
    "CATALOG SYNONYM PACKAGE LOGIN PROC PARTITION OWNED STATISTICS PROFILE QUOTA SETTINGS CLUSTER LINK",
    "DIRECTORY CONTEXT PLUGGABLE SCHEDULE RESOURCE SNAPSHOT",
)
_PREFIXES = _words(
    "TEMPORARY TEMP MATERIALIZED FOREIGN EXTERNAL UNIQUE GLOBAL LOCAL VIRTUAL UNLOGGED PUBLIC TRANSIENT",
    "DYNAMIC ICEBERG EVENT ACCESS USER ROW TEXT NAMED FULLTEXT SPATIAL CONCURRENTLY CLUSTERED NONCLUSTERED",
    "RECURSIVE PROCEDURAL TRUSTED SECURE OR REPLACE ALTER DEFINER CONSTRAINT",
)


def read_statement(statement: list[Token], code: str, dialect: str) -> list[Found]:
    """The verbs of one statement with targets and details; `unreadable` where its beginning isn't known."""
    while statement and statement[0].text == "(":
        statement = statement[1:]
    if not statement:
        return []
    first = statement[0]
    if first.kind != "word" or any(mark in first.text for mark in MARKS):
        return [("unreadable", "", ())]
    reader = _READERS.get(first.text)
    found = reader(statement, code, dialect) if reader else _other(statement, first.text)
    return found + _calls(statement)


def statement_strings(statement: list[Token]) -> list[str]:
    """Texts that the statement hands on as SQL: literals joined by || or +, unknown parts as HOLE."""
    texts: list[str] = []
    current: list[str] = []
    depth = level = 0  # now, and where the current text began
    for token in [*statement, None]:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token is not None else -depth - 1
        if token is not None and token.kind == "string":
            level = level if current else depth
            current.append(token.text)
        elif current and (depth < level or (token is not None and depth == level and token.text == ",")):
            texts.append(re.sub(f"{HOLE}+", HOLE, "".join(current)))
            current = []
        elif current and token is not None and token.kind in ("word", "name", "param"):
            current.append(HOLE)
    return [text for text in texts if text.strip(MARKS + " ")]


def _drop(statement: list[Token], code: str, dialect: str) -> list[Found]:
    kind, index = _kind(statement, 1)
    if any(mark in kind.upper() for mark in MARKS) or not kind:
        return [("unreadable", "", ())]
    index = _after(statement, index, "CONCURRENTLY", "IF", "EXISTS")
    if kind == "owned":
        index = _after(statement, index, "BY")
    details: Details = (("cascade", "yes"),) if any(token.is_word("CASCADE") for token in statement) else ()
    return [(f"drop {kind}", name, details) for name in _names(statement, index)]


def _kind(statement: list[Token], index: int) -> tuple[str, int]:
    words: list[str] = []
    while index < len(statement) and statement[index].kind == "word" and len(words) < 5:
        text = statement[index].text
        index += 1
        if text in ("OR", "REPLACE", "CONCURRENTLY"):
            words += [text.lower()] if text != "CONCURRENTLY" else []
            continue
        words.append(text.lower())
        if text in _KINDS and not (index < len(statement) and text in _PREFIXES and statement[index].is_word(*_KINDS)):
            break
        if text not in _PREFIXES:
            break
    name = " ".join(words)
    return {"temp table": "temporary table", "proc": "procedure"}.get(name, name), index


def _names(statement: list[Token], index: int) -> list[str]:
    names: list[str] = []
    while index < len(statement):
        name, index = name_at(statement, _after(statement, index, "ONLY"))
        names.append(name)
        depth = 0
        while index < len(statement) and not (depth == 0 and statement[index].text == ","):
            depth += {"(": 1, ")": -1}.get(statement[index].text, 0)
            index += 1
        index += 1
    return names or [""]


def _after(statement: list[Token], index: int, *words: str) -> int:
    """The index behind these words, each of which may be missing."""
    for word in words:
        while index < len(statement) and (
            statement[index].is_word(word) or (word == "EXISTS" and statement[index].is_word("NOT"))
        ):
            index += 1
    return index


def _truncate(statement: list[Token], code: str, dialect: str) -> list[Found]:
    index = _after(statement, 1, "TEMPORARY", "ALL", "TABLES", "FROM", "TABLE", "DATABASE", "IF", "EXISTS", "ONLY")
    return [("truncate", name, ()) for name in _names(statement, index)]


def _change(statement: list[Token], code: str, dialect: str) -> list[Found]:
    """DELETE, UPDATE, MERGE, REPLACE and what stands behind WITH."""
    from guardsh.languages import sqltree

    if statement[0].is_word("DELETE", "UPDATE"):
        plain = _plain_change(statement)
        if plain is not None:
            return plain
    found = sqltree.changes(slice_for_parser(code, statement), dialect)
    if found is not None:
        found = [each for each in found if each[0] != "insert"] or found
        if statement[0].is_word("DELETE", "UPDATE", "MERGE") and not found:
            found = None
    if found is not None:
        return [(verb, table, ()) for verb, table in found] or [("select", "", ())]
    return _scanned_change(statement)


def _plain_change(statement: list[Token]) -> list[Found] | None:
    """`DELETE FROM name` and `UPDATE name SET …` without WHERE, joins or subqueries need no tree."""
    lead = statement[0].text
    if any(token.is_word("WHERE", "JOIN", "LIMIT", "USING", "SELECT", "TOP", "CURRENT") for token in statement):
        return None
    index = _after(statement, 1, "LOW_PRIORITY", "QUICK", "IGNORE", "FROM", "ONLY")
    if index < len(statement) and statement[index].is_word("OR"):
        index += 2
    name, _ = name_at(statement, index)
    return [(f"{lead.lower()} all", name, ())] if name else None


def _scanned_change(statement: list[Token]) -> list[Found]:
    found: list[Found] = []
    depth = 0
    for index, token in enumerate(statement):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if not token.is_word("DELETE", "UPDATE", "MERGE", "REPLACE", "INSERT"):
            continue
        if index and statement[index - 1].is_word("FOR", "ON", "OR", "DO", "THEN", "KEY", "NO", "BEFORE", "AFTER"):
            continue
        start = _after(statement, index + 1, "LOW_PRIORITY", "QUICK", "IGNORE", "INTO", "FROM", "ONLY")
        name, _ = name_at(statement, start)
        verb = token.text.lower()
        if verb in ("delete", "update"):
            verb += "" if _limited(statement, index) else " all"
        found.append((verb, name, ()))
    return found or [("unreadable", "", ())]


def _limited(statement: list[Token], index: int) -> bool:
    depth = 0
    for position in range(index, len(statement)):
        token = statement[position]
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth < 0:
            return False
        if depth == 0 and token.is_word("WHERE", "LIMIT", "TOP"):
            rest = "".join(each.text for each in statement[position + 1 : position + 4])
            return rest.rstrip(");") not in ("1=1", "1", "TRUE", "'1'='1'")
    return False


def _alter(statement: list[Token], code: str, dialect: str) -> list[Found]:
    kind, index = _kind(statement, 1)
    index = _after(statement, index, "IF", "EXISTS", "ONLY")
    name, index = name_at(statement, index)
    if kind != "table":
        return [(f"alter {kind}".strip(), name, ())]
    found: list[Found] = []
    depth, previous = 0, ""
    for position in range(index, len(statement)):
        token = statement[position]
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        following = statement[position + 1] if position + 1 < len(statement) else None
        if depth == 0 and token.kind == "word" and previous not in ("ALTER", "COLUMN", "SET", "ADD"):
            verb = _alteration(token, following, statement, position)
            if verb:
                found.append((verb, name, ()))
        if token.is_word("DROP") and depth == 0 and following is not None and _drops_attribute(following):
            found.append(("alter table", name, ()))
        previous = token.text
    return found or [("alter table", name, ())]


_PARTS = (
    "CONSTRAINT",
    "PARTITION",
    "INDEX",
    "KEY",
    "PRIMARY",
    "FOREIGN",
    "PROJECTION",
    "CHECK",
    "PART",
    "DETACHED",
    "PARTITIONS",
    "TAG",
)


def _drops_attribute(token: Token) -> bool:
    return token.is_word("DEFAULT", "NOT", "EXPRESSION", "IDENTITY")


def _alteration(token: Token, following: Token | None, statement: list[Token], position: int) -> str:
    if token.is_word("DROP") and following is not None:
        if following.is_word(*_PARTS):
            return f"alter drop {following.text.lower()}"
        return "" if _drops_attribute(following) else "alter drop column"
    if token.is_word("RENAME"):
        return "alter rename"
    if token.is_word("TRUNCATE", "DISCARD"):
        return "alter truncate partition" if token.is_word("TRUNCATE") else "alter drop partition"
    if token.is_word("DELETE") and following is not None and following.is_word("WHERE"):
        return "delete" if _limited(statement, position) else "delete all"
    if token.is_word("UPDATE") and any(each.is_word("WHERE") for each in statement[position:]):
        return "update" if _limited(statement, position) else "update all"
    if token.is_word("DETACH") and following is not None and following.is_word("PARTITION"):
        return "alter detach partition"
    return ""


def _create(statement: list[Token], code: str, dialect: str) -> list[Found]:
    kind, index = _kind(statement, 1)
    index = _after(statement, index, "IF", "EXISTS")
    name, _ = name_at(statement, index)
    if kind.startswith("or replace") and not kind.endswith(
        ("function", "procedure", "view", "trigger", "macro", "type", "package", "rule", "aggregate")
    ):
        return [(f"create or replace{kind[10:]}", name, ())]
    return [(f"create {kind.removeprefix('or replace').strip()}".strip(), name, ())]


def _insert(statement: list[Token], code: str, dialect: str) -> list[Found]:
    replace = statement[0].is_word("REPLACE") or any(token.is_word("REPLACE") for token in statement[1:3])
    overwrite = any(token.is_word("OVERWRITE") for token in statement[1:3])
    index = _after(
        statement,
        1,
        "OVERWRITE",
        "LOW_PRIORITY",
        "DELAYED",
        "IGNORE",
        "OR",
        "REPLACE",
        "ABORT",
        "FAIL",
        "ROLLBACK",
        "IGNORE",
        "INTO",
        "TABLE",
        "DIRECTORY",
    )
    name, _ = name_at(statement, index)
    return [("insert overwrite" if overwrite else "replace" if replace else "insert", name, ())]


def _select(statement: list[Token], code: str, dialect: str) -> list[Found]:
    depth, target, verb = 0, "", "select"
    for index, token in enumerate(statement):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.is_word("INTO") and depth == 0:
            following = statement[index + 1 : index + 3]
            if following and following[0].is_word("OUTFILE", "DUMPFILE"):
                return [("into outfile", following[1].text if len(following) > 1 else "", ())]
            return [
                (
                    "select into",
                    name_at(statement, _after(statement, index + 1, "TEMPORARY", "TEMP", "UNLOGGED", "TABLE"))[0],
                    (),
                )
            ]
        if token.is_word("FROM") and depth == 0 and not target:
            target, _ = name_at(statement, _after(statement, index + 1, "ONLY", "LATERAL"))
    return [(verb, target, ())]


def _with(statement: list[Token], code: str, dialect: str) -> list[Found]:
    if any(token.is_word("DELETE", "UPDATE", "MERGE", "INSERT", "REPLACE") for token in statement):
        return _change(statement, code, dialect)
    return [("select", "", ())]


_EXPLAINED = ("SELECT", "DELETE", "UPDATE", "INSERT", "MERGE", "WITH", "REPLACE", "CREATE", "TABLE", "VALUES")


def _explain(statement: list[Token], code: str, dialect: str) -> list[Found]:
    """EXPLAIN ANALYZE runs its statement, plain EXPLAIN doesn't."""
    index, runs = 1, statement[0].is_word("ANALYZE", "PROFILE")
    while index < len(statement) and not statement[index].is_word(*_EXPLAINED):
        off = index + 1 < len(statement) and statement[index + 1].is_word("OFF", "FALSE")
        runs = runs or (statement[index].is_word("ANALYZE", "ANALYSE") and not off)
        index += 1
    if runs and index < len(statement) and not statement[index].is_word("SELECT", "TABLE", "VALUES"):
        return read_statement(statement[index:], code, dialect)
    return [("explain" if not statement[0].is_word("ANALYZE") else "analyze", "", ())]


def _copy(statement: list[Token], code: str, dialect: str) -> list[Found]:
    name, _ = name_at(statement, 1)
    for index, token in enumerate(statement):
        if token.is_word("FROM", "TO") and index + 1 < len(statement):
            following = statement[index + 1]
            if following.is_word("PROGRAM"):
                return [("copy program", statement[index + 2].text if index + 2 < len(statement) else "", ())]
            if token.is_word("TO") and following.kind == "string":
                return [("copy to file", following.text, ())]
    into = any(token.is_word("FROM", "INTO") for token in statement)
    if len(statement) > 1 and statement[1].is_word("INTO"):
        name = name_at(statement, 2)[0]
    return [("copy from" if into else "copy to", name, ())]


def _load(statement: list[Token], code: str, dialect: str) -> list[Found]:
    if any(token.is_word("INFILE", "INPATH") for token in statement):
        overwrite = any(token.is_word("OVERWRITE") for token in statement)
        into = next((index for index, token in enumerate(statement) if token.is_word("TABLE")), len(statement))
        return [("load file overwrite" if overwrite else "load file", name_at(statement, into + 1)[0], ())]
    return [("load", name_at(statement, 1)[0], ())]


def _alter_rights(statement: list[Token], code: str, dialect: str) -> list[Found]:
    to = next((index for index, token in enumerate(statement) if token.is_word("TO", "FROM")), len(statement))
    return [(statement[0].text.lower(), name_at(statement, to + 1)[0], ())]


def _vacuum(statement: list[Token], code: str, dialect: str) -> list[Found]:
    into = next((index for index, token in enumerate(statement) if token.is_word("INTO")), -1)
    if into > 0 and into + 1 < len(statement):
        return [("vacuum into", statement[into + 1].text, ())]
    full = any(token.is_word("FULL") for token in statement)
    return [("vacuum full" if full else "vacuum", "", ())]


def _execute(statement: list[Token], code: str, dialect: str) -> list[Found]:
    """A prepared statement or procedure by name; text that is executed is read by the caller."""
    if len(statement) > 1 and statement[1].text in ("(", "IMMEDIATE"):
        return [] if statement_strings(statement) else [("unreadable", "", ())]
    return [("execute", name_at(statement, 1)[0], ())] if len(statement) > 1 and statement[1].kind != "string" else []


def _exchange(statement: list[Token], code: str, dialect: str) -> list[Found]:
    index = _after(statement, 1, "TABLE", "TABLES")
    return [(f"{statement[0].text.lower()} table", name_at(statement, index)[0], ())]


def _pragma(statement: list[Token], code: str, dialect: str) -> list[Found]:
    name, index = name_at(statement, 1)
    sets = index < len(statement) and statement[index].text == "="
    return [("set", name, ())] if sets else [("pragma", name, ())]


def _other(statement: list[Token], lead: str) -> list[Found]:
    if lead in OTHERS:
        following = statement[1] if len(statement) > 1 else None
        verb = lead.lower()
        if following is not None and lead in (
            "SYSTEM",
            "FLUSH",
            "KILL",
            "PURGE",
            "RESTORE",
            "BACKUP",
            "DETACH",
            "ATTACH",
            "UNDROP",
        ):
            verb += f" {following.text.lower()}" if following.kind == "word" and following.text.isalpha() else ""
            return [(verb, name_at(statement, 2)[0], ())]
        return [(verb, name_at(statement, 1)[0], ())]
    if lead in READS:
        return [(lead.lower(), name_at(statement, 1)[0] if lead == "USE" else "", ())]
    return [("unreadable", "", ())]


def _calls(statement: list[Token]) -> list[Found]:
    found: list[Found] = []
    for token, following in zip(statement, statement[1:]):
        if (
            token.kind in ("word", "name")
            and token.text.lower() in CALLS
            and (following.text in ("(", ".") or token.is_word("XP_CMDSHELL"))
        ):
            after = statement[statement.index(following) + 1 :] if following.text == "(" else [following]
            argument = after[0].text if after and after[0].kind == "string" else ""
            found.append((f"call {token.text.lower()}", argument, (("function", token.text.lower()),)))
    return found


_READERS = {
    "DROP": _drop,
    "TRUNCATE": _truncate,
    "DELETE": _change,
    "UPDATE": _change,
    "MERGE": _change,
    "WITH": _with,
    "ALTER": _alter,
    "CREATE": _create,
    "INSERT": _insert,
    "REPLACE": _insert,
    "UPSERT": _insert,
    "SELECT": _select,
    "EXPLAIN": _explain,
    "ANALYZE": _explain,
    "COPY": _copy,
    "LOAD": _load,
    "GRANT": _alter_rights,
    "REVOKE": _alter_rights,
    "VACUUM": _vacuum,
    "RENAME": _exchange,
    "EXECUTE": _execute,
    "EXEC": _execute,
    "PREPARE": _execute,
    "EXCHANGE": _exchange,
    "PRAGMA": _pragma,
}
