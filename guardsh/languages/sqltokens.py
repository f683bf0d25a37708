"""SQL text to tokens and statements, tolerant of every dialect.

Comments and strings are told from words by the rules of the dialect at hand: PostgreSQL 16 manual 4.1, MySQL 8.4 manual
11.1 and 11.7 (`/*! … */` is executed), SQLite "Command Line Shell For SQLite".
"""

from __future__ import annotations

import re

from guardsh.frozen import Frozen
from guardsh.reading.model import HOLE, MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STANDIN = "_u2e8_"  # an identifier in the place of unknown text, for parsers

_BACKSLASH = {
    "mysql",
    "clickhouse",
    "bigquery",
    "snowflake",
    "spark",
    "hive",
    "databricks",
}  # '\'' is a quote in a string
_BRACKETS = {"tsql", "sqlite"}  # [name]
_HASH = {"mysql", "bigquery"}  # a comment begins with #
_DOUBLE = {"mysql", "bigquery", "spark", "hive", "databricks"}  # "text" is a string
_EXECUTED = {"mysql", ""}  # /*! … */ is code

_compiled: dict[str, re.Pattern[str]] = {}


class Token(Frozen):
    """One token: a word in upper case (quoted names as written), a string's content, an operator."""

    kind: str  # word · name · string · number · param · op · end · meta
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Is it one of these unquoted words?"""
        return self.kind == "word" and self.text in words


class Client(Frozen):
    """How a client program reads its input, beside SQL."""

    dialect: str
    backslash: bool = False  # psql: \x … begins a command anywhere
    dots: bool = False  # sqlite3: .x at the beginning of a line
    lines: str = ""  # a pattern for other commands that take a line
    variables: bool = False  # psql: :name is replaced


def _pattern(dialect: str) -> re.Pattern[str]:
    if dialect in _compiled:
        return _compiled[dialect]
    body = r"(?:[^'\\]|''|\\.)*" if dialect in _BACKSLASH else r"(?:[^']|'')*"
    double = r'"(?:[^"\\]|""|\\.)*(?:"|$)' if dialect in _BACKSLASH else r'"(?:[^"]|"")*(?:"|$)'
    dash = r"--(?=\s|$)[^\n]*" if dialect == "mysql" else r"--[^\n]*"
    parts = [
        rf"(?P<comment>{dash}"
        + (r"|\#[^\n]*" if dialect in _HASH else "")
        + (r"|//[^\n]*" if dialect == "snowflake" else "")
        + ")",
        r"(?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$)"
        if dialect in ("", "postgres", "redshift", "duckdb", "snowflake")
        else r"(?P<dollar>(?P<tag>(?!)))",
        r"(?P<escaped>[eE]'(?:[^'\\]|''|\\.)*(?:'|$))",
        rf"(?P<string>(?:[nNbBxXrR]|[uU]&)?'{body}(?:'|$))",
        rf"(?P<double>{double})",
        r"(?P<back>`(?:[^`]|``)*(?:`|$))",
        r"(?P<bracket>\[[^\]\n]*\])" if dialect in _BRACKETS else r"(?P<bracket>(?!))",
        r"(?P<param>%\(\w+\)s|%s|\$\d+|\{\w*\})",
        rf"(?P<word>[^\W\d{MARKS}][\w$#{MARKS}]*|[{MARKS}][\w${MARKS}]*|@@?[\w$]+)",
        r"(?P<number>\d[\w.]*|\.\d\w*)",
        r"(?P<end>;)",
        r"(?P<op><=>|<>|>=|<=|!=|::|\|\||->>?|#>>?|@>|<@|:=|==|&&|=>|[^\s\w])",
    ]
    _compiled[dialect] = re.compile("|".join(parts), re.S)
    return _compiled[dialect]


def tokens(code: str, client: Client) -> Iterator[Token]:
    """All tokens in order; comments are left out. An unterminated string or comment reaches to the end."""
    pattern, position, fresh, previous = _pattern(client.dialect), 0, True, ""
    while True:
        while position < len(code) and code[position].isspace():
            position += 1
        if position >= len(code):
            return
        if code.startswith("/*", position):
            position = _after_comment(code, position, client.dialect)
            continue
        if code.startswith("*/", position) and client.dialect in _EXECUTED:
            position += 2
            continue
        command = _command(code, position, fresh, client)
        if command is not None:
            yield command
            position, fresh = command.end, True
            continue
        match = pattern.match(code, position)
        if match is None:
            position += 1
            continue
        token = _token(match, code, client.dialect, previous)
        if token is not None:
            yield token
            fresh, previous = token.kind == "end", token.text
            position = token.end
        else:
            position = match.end()


def statements(code: str, client: Client) -> Iterator[list[Token]]:
    """Statements, each without its `;`; a client's command is a statement of its own (one token of kind meta)."""
    statement: list[Token] = []
    skip, data, delimiter = -1, (-1, -1), ";"
    for token in tokens(code, client):
        if token.start < skip or data[0] <= token.start < data[1]:
            continue
        if token.kind == "meta":
            if (
                not token.text.startswith(("\\g", "\\G", "\\;"))
                and statement
                and client.backslash
                and not _ends(token.text)
            ):
                yield [token]  # psql runs it at once, the query buffer stays
                continue
            yield statement
            yield [token]
            statement = []
        elif statement and statement[0].is_word("DELIMITER"):
            delimiter = code[token.start :].split(None, 1)[0]
            skip = token.start + len(delimiter)
            statement = []
        elif token.kind == "end" and delimiter == ";" and not _open(statement):
            yield statement
            data = _data(code, statement, token.end) or data
            statement = []
        elif _separates(code, token, client):
            yield statement
            statement = []
        elif delimiter != ";" and code.startswith(delimiter, token.start):
            yield statement
            skip = token.start + len(delimiter)
            statement = []
        else:
            statement.append(token)
    yield statement


def slice_for_parser(code: str, statement: list[Token]) -> str:
    """The statement's text with unknown text and parameters as plain identifiers."""
    pieces, position = [], statement[0].start
    for token in statement:
        pieces.append(code[position : token.start])
        text = code[token.start : token.end]
        if token.kind == "param":
            text = "?"
        elif token.kind != "string":
            text = re.sub(f"[{MARKS}]", STANDIN, text)
        pieces.append(text)
        position = token.end
    return "".join(pieces)


def name_at(statement: list[Token], index: int) -> tuple[str, int]:
    """The dotted name that begins at `index`, unquoted, and the index behind it; "" if there is none."""
    parts: list[str] = []
    while index < len(statement):
        token = statement[index]
        if token.kind in ("word", "name", "string"):
            parts.append(_written(token))
            index += 1
        elif token.kind == "param" or (token.text == "?" and not parts):
            parts.append(HOLE)
            index += 1
        elif token.text == ":" and index + 1 < len(statement):
            parts.append(HOLE)  # a variable of the client
            index += 2
        else:
            break
        if index < len(statement) and statement[index].text == "." and statement[index].kind == "op":
            index += 1
            continue
        break
    return ".".join(parts), index


def _written(token: Token) -> str:
    return token.text.lower() if token.kind == "word" else token.text


def _token(match: re.Match[str], code: str, dialect: str, previous: str) -> Token | None:
    kind, text, start, end = match.lastgroup or "op", match[0], match.start(), match.end()
    if match["dollar"] is not None:
        close = code.find(text, end)
        stop = len(code) if close < 0 else close
        return Token("string", code[end:stop], start, len(code) if close < 0 else close + len(text))
    if kind == "comment":
        return None
    if kind in ("string", "escaped"):
        return Token(
            "string", _unquoted(text[text.index("'") :], "'", kind == "escaped" or dialect in _BACKSLASH), start, end
        )
    if kind == "double":
        return Token(
            "string" if dialect in _DOUBLE else "name", _unquoted(text, '"', dialect in _BACKSLASH), start, end
        )
    if kind == "back":
        return Token("name", _unquoted(text, "`", False), start, end)
    if kind == "bracket":
        if dialect == "tsql" or previous in (
            "",
            ".",
            ",",
            "TABLE",
            "FROM",
            "INTO",
            "UPDATE",
            "EXISTS",
            "JOIN",
            "DATABASE",
            "COLUMN",
            "VIEW",
            "INDEX",
        ):
            return Token("name", text[1:-1], start, end)
        return Token("op", "[", start, start + 1)
    return Token(kind, text.upper() if kind == "word" else text, start, end)


def _unquoted(text: str, quote: str, backslash: bool) -> str:
    inner = text[1:-1] if len(text) > 1 and text.endswith(quote) else text[1:]
    inner = inner.replace(quote * 2, quote)
    if backslash and "\\" in inner:
        inner = re.sub(
            r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), inner, flags=re.S
        )
    return inner


def _after_comment(code: str, position: int, dialect: str) -> int:
    if code.startswith(("/*!", "/*M!"), position) and dialect in _EXECUTED:
        match = re.compile(r"/\*M?!\d*").match(code, position)
        return match.end() if match else position + 3
    if dialect not in ("", "postgres", "duckdb", "redshift", "tsql", "clickhouse"):
        close = code.find("*/", position + 2)
        return len(code) if close < 0 else close + 2
    depth, mark = 0, re.compile(r"/\*|\*/")
    if dialect == "":  # of an unknown dialect: the shorter comment, so that nothing is hidden
        close = code.find("*/", position + 2)
        return len(code) if close < 0 else close + 2
    for match in mark.finditer(code, position):
        depth += 1 if match[0] == "/*" else -1
        if not depth:
            return match.end()
    return len(code)


def _command(code: str, position: int, fresh: bool, client: Client) -> Token | None:
    end = code.find("\n", position)
    end = len(code) if end < 0 else end
    if client.backslash and code[position] == "\\" and position + 1 < len(code) and not code[position + 1].isspace():
        stop = _command_end(code, position, end) if client.variables else end
        return Token("meta", code[position:stop], position, stop)
    line_start = code.rfind("\n", 0, position) + 1
    if fresh and not code[line_start:position].strip():
        line = code[position:end]
        if (client.dots and line.startswith(".")) or (client.lines and re.match(client.lines, line, re.I)):
            return Token("meta", line, position, end)
    return None


def _command_end(code: str, position: int, end: int) -> int:
    """psql: a command ends at the next unquoted backslash, except for \\! and \\copy, which take the line."""
    if re.compile(r"\\(?:!|copy\b|help\b|h\b)").match(code, position):
        return end
    quote = ""
    for index in range(position + 1, end):
        char = code[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char == "\\" and not (index + 1 < end and code[index + 1] == "\\"):
            return index if index > position + 1 else end
        elif char == "\\":
            return index
    return end


def _ends(command: str) -> bool:
    """Does this psql command send or drop the query buffer?"""
    return (
        re.match(r"\\(?:g|gx|gexec|gset|gdesc|crosstabview|watch|r|reset|bind|parse|sendpipeline)\b", command)
        is not None
    )


def _separates(code: str, token: Token, client: Client) -> bool:
    """GO ends a batch of sqlcmd, / one of sqlplus."""
    separator = (client.dialect == "tsql" and token.is_word("GO")) or (client.dialect == "oracle" and token.text == "/")
    return separator and _alone(code, token)


def _alone(code: str, token: Token) -> bool:
    line = code[code.rfind("\n", 0, token.start) + 1 : (code + "\n").index("\n", token.start)]
    return re.match(r"\s*(?:GO(?:\s+\d+)?|/)\s*;?\s*$", line, re.I) is not None


def _open(statement: list[Token]) -> bool:
    """Is the `;` inside the body of a routine, trigger or block?"""
    if len(statement) > 5000:
        return False
    words = [token.text for token in statement[:14] if token.kind == "word"]
    if not words or not (
        words[0] == "CREATE" and {"TRIGGER", "PROCEDURE", "PROC", "FUNCTION", "EVENT", "PACKAGE"} & set(words[:12])
    ):
        return False
    depth, seen = 0, False
    for index, token in enumerate(statement):
        if token.is_word("BEGIN", "CASE"):
            depth, seen = depth + 1, True
        elif token.is_word("END") and not (
            index + 1 < len(statement) and statement[index + 1].is_word("IF", "LOOP", "WHILE", "REPEAT")
        ):
            depth -= 1
    return seen and depth > 0


def _data(code: str, statement: list[Token], end: int) -> tuple[int, int] | None:
    """Where the rows stand that follow the line of `COPY … FROM stdin;`, up to `\\.`"""
    if not (statement and statement[0].is_word("COPY") and any(token.is_word("STDIN") for token in statement)):
        return None
    line = code.find("\n", end)
    if line < 0:
        return None
    match = re.compile(r"^\\\.", re.M).search(code, line)
    return (line, match.end() if match else len(code))
