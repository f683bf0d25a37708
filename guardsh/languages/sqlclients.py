"""Commands of SQL clients beside SQL: psql's \\!, sqlite3's .shell, mysql's \\! and source, sqlcmd's :r, sqlplus' HOST.

Sources: PostgreSQL 16 psql manual, MySQL 8.4 manual 6.5.1.2, sqlite.org/cli.html, SQL*Plus User's Guide, sqlcmd.
"""

from __future__ import annotations

import re

from guardsh.languages.sqltokens import Client
from guardsh.reading.model import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.languages.acts import Acts
    from guardsh.reading.model import Span

_MYSQL_LINES = r"(?:system|source|tee|pager)\b"
_SQLPLUS_LINES = r"(?:host|ho|spool|spo|start|sta|run|@@?)(?=\s|@|\w|$)|!|\$"
_SQLCMD_LINES = r":(?:!!|r|out|error|on|connect|setvar)\b|:!!|!!"

_PSQL = Client("postgres", backslash=True, variables=True)
_MYSQL = Client("mysql", backslash=True, lines=_MYSQL_LINES)
_SQLITE = Client("sqlite", dots=True)
_ORACLE = Client("oracle", lines=_SQLPLUS_LINES)
_TSQL = Client("tsql", lines=_SQLCMD_LINES)
_CLIENTS = {  # by program, or by the dialect that is given in the place of one
    "psql": _PSQL,
    "postgres": _PSQL,
    "pgcli": _PSQL,
    "usql": Client("", backslash=True, variables=True),
    "cockroach": Client("postgres", backslash=True, variables=True),
    "mysql": _MYSQL,
    "mycli": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite3": _SQLITE,
    "sqlite": _SQLITE,
    "litecli": _SQLITE,
    "duckdb": Client("duckdb", dots=True),
    "sqlcmd": _TSQL,
    "tsql": _TSQL,
    "sqlplus": _ORACLE,
    "sql": _ORACLE,
    "oracle": _ORACLE,
}
_DIALECTS = {
    "clickhouse": "clickhouse",
    "clickhouse-client": "clickhouse",
    "clickhouse-local": "clickhouse",
    "snowsql": "snowflake",
    "snow": "snowflake",
    "bq": "bigquery",
    "mssql-cli": "tsql",
    "beeline": "hive",
    "hive": "hive",
    "spark-sql": "spark",
    "trino": "trino",
    "presto": "presto",
    "turso": "sqlite",
    "wrangler": "sqlite",
}
_ALIASES = {
    "postgresql": "postgres",
    "pg": "postgres",
    "mariadb": "mysql",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "sql": "",
}


def client(program: str, dialect: str) -> Client:
    """How `program` reads its input; `dialect` is one that is given, or ""."""
    dialect = _ALIASES.get(dialect, dialect)
    found = _CLIENTS.get(program)
    if found is None:
        return Client(dialect or _DIALECTS.get(program) or (program if program in _DIALECTS.values() else ""))
    return found.but(dialect=dialect) if dialect and not found.dialect else found


def command(text: str, rules: Client, acts: Acts, span: Span) -> None:
    """The acts of one client command, written as in the text."""
    if rules.dots and text.startswith("."):
        _dot(text, acts, span)
    elif rules.variables:
        _psql(text, acts, span)
    elif rules.dialect == "mysql":
        _mysql(text, acts, span)
    elif rules.dialect == "oracle":
        _sqlplus(text, acts)
    else:
        _sqlcmd(text, acts)


def _psql(text: str, acts: Acts, span: Span) -> None:
    name, rest = _split(r"\\([A-Za-z_]+|!|\?)\+?\s*(.*)", text)
    for shell in re.findall(r"`([^`]+)`", rest) if name not in ("!", "copy") else []:
        acts.shell(Value(shell))
    if name == "!":
        acts.shell(Value(rest))
    elif name in ("i", "ir", "include", "include_relative"):
        acts.code_file(Value(_bare(rest)), "sql")
    elif name in ("g", "gx", "o", "out", "w", "write") and rest:
        options = re.sub(r"^\([^)]*\)\s*", "", rest)
        _output(options, acts, span)
    elif name == "copy":
        _copy(rest, acts, span)
    elif name in ("s",) and rest:
        acts.effect("overwrite", target=Value(_bare(rest)), span=span)
    elif name == "lo_unlink":
        acts.effect("sql", "call lo_unlink", Value(_bare(rest)), span=span)
    elif name == "lo_export":
        acts.effect("overwrite", target=Value(_bare(rest.partition(" ")[2])), span=span)
    elif name == "password":
        acts.effect("sql", "alter user", Value(_bare(rest)), span=span)
    elif name == "gexec":
        acts.effect("sql", "unreadable", span=span)


def _copy(rest: str, acts: Acts, span: Span) -> None:
    """`\\copy table from|to file|program 'command'`: done by psql, so here."""
    match = re.search(r"(?i)\b(from|to)\s+(program\s+)?('(?:[^']|'')*'|\S+)", rest)
    table = rest.split("(")[0].split()[:1]
    if match is None:
        return
    what = _bare(match[3])
    if match[2]:
        acts.shell(Value(what))
    elif what.lower() not in ("stdin", "stdout", "pstdin", "pstdout"):
        acts.effect("overwrite" if match[1].lower() == "to" else "read", target=Value(what), span=span)
    if match[1].lower() == "from":
        acts.effect("sql", "copy from", Value(table[0] if table else ""), span=span)


def _mysql(text: str, acts: Acts, span: Span) -> None:
    name, rest = _split(r"\\(.)\s*(.*)", text) if text.startswith("\\") else _split(r"(\w+)\s*(.*)", text)
    rest = rest.rstrip().rstrip(";")
    name = name.lower() if len(name) > 1 else name
    if name in ("!", "system"):
        acts.shell(Value(rest))
    elif name in (".", "source"):
        acts.code_file(Value(rest.strip()), "sql")
    elif name in ("T", "tee"):
        acts.effect("append", target=Value(rest.strip()), span=span)
    elif name in ("P", "pager") and rest:
        acts.shell(Value(rest))


def _dot(text: str, acts: Acts, span: Span) -> None:
    name, rest = _split(r"\.(\w+)\s*(.*)", text)
    word = rest.split()[-1] if rest.split() else ""
    if name and ("shell".startswith(name) or "system".startswith(name)):  # sqlite3 takes abbreviations
        acts.shell(Value(rest))
    elif len(name) > 1 and "read".startswith(name):
        acts.shell(Value(rest[1:])) if rest.startswith("|") else acts.code_file(Value(_bare(rest)), "sql")
    elif len(name) > 1 and ("output".startswith(name) or "once".startswith(name)):
        _output(re.sub(r"^(?:-\w+\s+)*", "", rest), acts, span)
    elif name in ("backup", "save", "clone", "log", "trace"):
        if _bare(word) not in ("", "off", "stdout", "stderr", "on"):
            acts.effect("overwrite", target=Value(_bare(word)), span=span)
    elif name in ("restore", "recover"):
        acts.effect("sql", "restore" if name == "restore" else "select", Value(_bare(word)), span=span)
    elif name == "import":
        _import(rest, acts, span)
    elif name == "open" and "--new" in rest:
        acts.effect("overwrite", target=Value(_bare(word)), span=span)
    elif name == "load":
        acts.effect("run", "program", Value(_bare(rest.split()[0] if rest.split() else "")), span=span)
    elif name == "cd" and rest:
        acts.directory = _bare(rest) if rest.startswith("/") else acts.directory + "/" + _bare(rest)


def _import(rest: str, acts: Acts, span: Span) -> None:
    match = re.search(r"""("[^"]*"|'[^']*'|\S+)\s+(\S+)\s*$""", rest)
    if match is None:
        return
    source = _bare(match[1])
    acts.shell(Value(source[1:])) if source.startswith("|") else acts.effect("read", target=Value(source), span=span)
    acts.effect("sql", "insert", Value(match[2]), span=span)


def _sqlplus(text: str, acts: Acts) -> None:
    if text[0] in "!$":
        acts.shell(Value(text[1:].strip()))
        return
    name, rest = _split(r"(@@?|\w+)\s*(.*)", text)
    if name.lower() in ("host", "ho"):
        acts.shell(Value(rest))
    elif name.lower() in ("spool", "spo") and rest.split() and rest.split()[0].lower() not in ("off", "out"):
        acts.effect("overwrite", target=Value(rest.split()[0]))
    elif name in ("@", "@@") or name.lower() in ("start", "sta"):
        acts.code_file(Value(rest.split()[0] if rest.split() else ""), "sql")


def _sqlcmd(text: str, acts: Acts) -> None:
    name, rest = _split(r":?(!!|\w+)\s*(.*)", text)
    if name == "!!":
        acts.shell(Value(rest), "cmd")
    elif name.lower() == "r":
        acts.code_file(Value(_bare(rest)), "sql")
    elif name.lower() in ("out", "error") and rest.lower() not in ("stdout", "stderr"):
        acts.effect("overwrite", target=Value(_bare(rest)))


def _output(rest: str, acts: Acts, span: Span) -> None:
    rest = rest.strip()
    if rest.startswith("|"):
        acts.shell(Value(rest[1:].strip()))
    elif rest and rest not in ("stdout", "off"):
        acts.effect("overwrite", target=Value(_bare(rest)), span=span)


def _split(pattern: str, text: str) -> tuple[str, str]:
    match = re.match(pattern, text, re.S)
    return (match[1], match[2].strip()) if match else ("", "")


def _bare(text: str) -> str:
    text = text.strip().rstrip(";") if text[:1] not in ("'", '"') else text.strip()
    if len(text) > 1 and text[0] in "'\"" and text[0] in text[1:]:
        return text[1 : text.index(text[0], 1)]
    return text
