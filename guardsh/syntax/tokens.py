"""Tokens: operators, reserved words, words, and what stands between them.

The rules for what is a reserved word, an assignment or a number where are those of bash's parse.y (5.2):
`reserved_word_acceptable`, `command_token_position`, `special_case_tokens`, CHECK_FOR_RESERVED_WORD.
"""

from __future__ import annotations

from guardsh.patterns import DOTALL, compiled

from . import tables
from .expansions import arithmetic
from .heredocs import Awaited, awaited, read_bodies
from .nodes import Assignment, Literal, Word
from .source import Splice
from .words import COMPOUND, PATTERN, REGULAR, read_assignment, read_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .nodes import Span
    from .source import Source

OPERATORS = tables.OPERATORS
RESERVED = tables.RESERVED

_BLANK = compiled(r"(?:[ \t]|\\\n)+")
_OPERATOR = compiled(r"&>>|<<<|<<-|;;&|&&|\|\||<<|>>|<&|>&|<>|>\||&>|\|&|;;|;&|[()<>;&|\n]")
_SPELLINGS = frozenset(OPERATORS) | {";;"}
_BROKEN = compiled(r"(?:\\\n)+([&|<>;-])")
_BROKEN_PARENTHESIS = compiled(r"(?:\\\n)+\(")
_IN_CONDITION = compiled(r"(?:[ \t\n]|\\\n|(?<![^ \t\n])#[^\n]*)+")
_CONDITION_OPERATOR = compiled(r"&&|\|\||[()<>]")
_CONDITION_END = compiled(r"\]\](?=[ \t\n;&|()<>]|\Z)")
_VARIABLE = compiled(r"\{([A-Za-z_][A-Za-z0-9_]*(?:\[.+\])?)\}\Z", DOTALL)

_REDIRECTS = {
    *("LESS", "GREATER", "GREATER_GREATER", "LESS_LESS", "LESS_LESS_MINUS", "LESS_LESS_LESS", "LESS_AND"),
    *("GREATER_AND", "LESS_GREATER", "GREATER_BAR", "AND_GREATER", "AND_GREATER_GREATER"),
}
_CLAUSE_ENDS = {"SEMI_SEMI", "SEMI_AND", "SEMI_SEMI_AND"}
_BEFORE_TIME = {
    *("START", "SEMICOLON", "NEWLINE", "AND_AND", "OR_OR", "AMPERSAND", "WHILE", "DO", "UNTIL", "IF", "THEN", "ELIF"),
    *("ELSE", "LEFT_CURLY", "LEFT_PAREN", "RIGHT_PAREN", "BANG", "TIME", "TIMEOPT", "TIMEIGN"),
}
_BEFORE_RESERVED = {
    *_BEFORE_TIME,
    *_CLAUSE_ENDS,
    *("BAR", "BAR_AND", "RIGHT_CURLY", "ARITH_CMD", "COND_END", "DONE", "ESAC", "FI", "COPROC"),
}
# Builtins whose arguments bash's parser reads as assignments (NAME=(…) is allowed), and those that expand them so.
_ASSIGNING = frozenset({"alias", "declare", "export", "local", "readonly", "typeset", "eval", "let"})
_DECLARING = frozenset({"declare", "export", "local", "readonly", "typeset"})


class Token:
    """A terminal of the grammar; `word` is what a word, arithmetic or condition token holds."""

    __slots__ = ("type", "value", "span", "word", "words", "awaited")

    def __init__(self, type_: str, value: str, span: Span, word: Word | Assignment | None = None) -> None:
        self.type = type_
        self.value = value
        self.span = span
        self.word = word
        self.words: tuple[Word, ...] = ()
        self.awaited: Awaited | None = None


class Lexer:
    """The tokens of `source` from `start`; `closing` if a ) ends them, as in a substitution."""

    def __init__(self, source: Source, start: int, closing: bool) -> None:
        self.source = source
        self.at = start
        self.closing = closing
        self.whole = True  # no here-document lacked its delimiter
        self._pushed: Token | None = None
        self._last = self._before = "START"
        self._pending: list[Awaited] = []
        self._command_next = True  # a program's name, an assignment or a redirection before them may follow
        self._pattern = False  # between `in` or ;; and the ) of a case clause
        self._heading = ""  # FOR (or select) or CASE, whose `in` or `do` may follow
        self._condition = False  # behind [[
        self._assigning = False  # NAME=(…) may be an argument
        self._declaring = False  # NAME=value is an assignment among the arguments
        self._evaluating = False  # NAME=(…) is an argument of eval or let, a mere word

    def token(self) -> Token:
        """The next token."""
        token = self._pushed
        self._pushed = None
        if token is None:
            token = self._read()
        self._remember(token)
        return token

    def push(self, token: Token) -> None:
        """Make `token` the next one again."""
        self._pushed = token

    def _remember(self, token: Token) -> None:
        type_, last = token.type, self._last
        if type_ in _REDIRECTS or last in _REDIRECTS or type_ == "NUMBER" or type_ == "REDIR_WORD":
            pass  # a redirection leaves the position in its command as it was
        elif type_ == "WORD":
            self._command_next = last == "FUNCTION" or last == "COPROC"
        elif type_ == "ASSIGNMENT_WORD":
            self._command_next = True
        else:
            self._command_next = type_ in _BEFORE_RESERVED and type_ not in _CLAUSE_ENDS
            self._declaring = False
        if type_ == "FOR" or type_ == "CASE":
            self._heading = type_
        elif self._heading and type_ not in ("WORD", "NEWLINE", "SEMICOLON"):
            self._heading = ""
        self._before, self._last = last, type_

    # ---------------------------------------------------------------- reading

    def _read(self) -> Token:
        source, i = self.source, self.at
        text = source.text
        source.spend(2, i)
        match = _BLANK.match(text, i)
        if match:
            i = match.end()
        if text.startswith("#", i):
            end = text.find("\n", i)
            i = len(text) if end < 0 else end
        if i >= len(text):
            return self._end()
        if self._condition:
            return self._read_condition(i)
        if self._last == "COND_CMD":
            return self._token("COND_END", i, i + 2)
        match = _OPERATOR.match(text, i)
        if match is None:
            return self._read_word(i)
        if text[i] in "<>":
            if text.startswith("(", i + 1):
                return self._read_word(i)
            if _BROKEN_PARENTHESIS.match(text, i + 1):
                raise Splice(source, i + 1)
        return self._read_operator(i, match.group(), match.end())

    def _token(self, type_: str, i: int, end: int, word: Word | Assignment | None = None) -> Token:
        self.at = end
        return Token(type_, self.source.text[i:end], self.source.span(i, end), word)

    def _end(self) -> Token:
        end = len(self.source.text)
        if self._pending:
            self._read_bodies(end)
        return self._token("EOF", end, end)

    def _read_operator(self, i: int, operator: str, end: int) -> Token:
        source = self.source
        source.spend(1, i)
        broken = _BROKEN.match(source.text, end)
        if broken and operator + broken.group(1) in _SPELLINGS:
            raise Splice(source, end)
        if operator == "(" and not self._pattern:
            if _BROKEN_PARENTHESIS.match(source.text, end):
                raise Splice(source, end)
            token = self._double_parenthesis(i) if source.text.startswith("(", end) else None
            if token:
                return token
        token = self._token(OPERATORS[operator], i, end)
        self._assigning = False
        if operator == "\n":
            if self._pending:
                self._read_bodies(end)
        elif operator[0] == ";" and len(operator) > 1:
            self._pattern = True
        elif operator == ")":
            self._pattern = False
        return token

    def _read_bodies(self, i: int) -> None:
        self.at, whole = read_bodies(self.source, self._pending, i, self.closing)
        self.whole &= whole
        self.source.pending = False

    def _double_parenthesis(self, i: int) -> Token | None:
        """((…)), if it is arithmetic and not a subshell in a subshell."""
        if self._last != "FOR" and not self._reserved_acceptable():
            return None
        source = self.source
        found = arithmetic(source, i + 2)
        if found is None:
            return None
        word, end = found
        if source.dialect == "sh" and ">" in source.text[i:end]:
            source.fail("((…)) redirects in shells without it", i)
        if self._last != "FOR":
            return self._token("ARITH_CMD", i, end, word)
        if sum(part.text.count(";") for part in word.parts if isinstance(part, Literal)) != 2:
            source.problem("syntax error: arithmetic expression required", i)
        return self._token("ARITH_FOR_EXPRS", i, end, word)

    def _reserved_acceptable(self) -> bool:
        if self._last == "WORD":
            return self._before == "FUNCTION" or self._before == "COPROC"
        return self._last in _BEFORE_RESERVED

    # ---------------------------------------------------------------- words

    def _read_word(self, i: int) -> Token:
        source, last = self.source, self._last
        text = source.text
        source.spend(4, i)
        if text[i] == "-" and (last == "LESS_AND" or last == "GREATER_AND"):
            return self._token("DASH", i, i + 1)
        if text.startswith("!(", i) and not self._pattern and self._reserved_acceptable():
            if "extglob" in text:
                source.fail("!(…) is a pattern if extglob is set", i)
            return self._token("BANG", i, i + 1)
        first = self._command_next and last not in _REDIRECTS
        word, end = self._scan_word(i, first)
        if end == i:
            source.problem(f"syntax error near unexpected token `{text[i]}'", i)
        token = self._token("WORD", i, end, word)
        if "\\\n" in token.value:
            token.value = token.value.replace("\\\n", "")
        self._classify(token, first)
        return token

    def _scan_word(self, i: int, first: bool) -> tuple[Word | Assignment, int]:
        source = self.source
        if self._pattern or self._last in _REDIRECTS:
            return read_word(source, i)
        if first:
            return read_assignment(source, i, arrays=True)
        if self._declaring:
            return read_assignment(source, i, self._assigning, spaced=False)
        return read_word(source, i, COMPOUND if self._evaluating and self._assigning else PATTERN)

    def _classify(self, token: Token, first: bool) -> None:
        """Set the type of a word token, and what it means for the words after it."""
        value, last = token.value, self._last
        if self._is_number(value):
            token.type = "NUMBER"
            return
        if last == "LESS_LESS" or last == "LESS_LESS_MINUS":
            self._await(token, last == "LESS_LESS_MINUS")
            return
        reserved = self._special(value) or self._reserved(value)
        if reserved:
            token.type = reserved
            self._enter_reserved(reserved)
            return
        if value[0] == "{" and self.source.text[self.at : self.at + 1] in ("<", ">") and _VARIABLE.match(value):
            token.type = "REDIR_WORD"
            return
        if first and isinstance(token.word, Assignment):
            token.type = "ASSIGNMENT_WORD"
        elif first and last != "FUNCTION":
            self._assigning = value in _ASSIGNING
            self._declaring = value in _DECLARING
            self._evaluating = self._assigning and not self._declaring

    def _is_number(self, value: str) -> bool:
        if not (value.isdigit() and value.isascii()) or int(value[:11]) > 0x7FFFFFFF:
            return False
        following = self.source.text[self.at : self.at + 1]
        return following in ("<", ">") or self._last == "LESS_AND" or self._last == "GREATER_AND"

    def _await(self, token: Token, strip: bool) -> None:
        assert isinstance(token.word, Word)
        token.awaited = awaited(self.source, token.word, token.value, strip)
        self._pending.append(token.awaited)
        self.source.pending = True

    def _special(self, value: str) -> str:
        """Words that are reserved only behind certain tokens."""
        last = self._last
        if self._heading:
            if value == "in" and (last == "WORD" or last == "NEWLINE"):
                self._pattern = self._heading == "CASE"
                return "IN"
            if value == "do" and self._heading == "FOR" and last in ("WORD", "NEWLINE", "SEMICOLON"):
                return "DO"
        if last == "IN" and value == "esac":
            self._pattern = False
            return "ESAC"
        if last == "ARITH_FOR_EXPRS" and value in ("do", "{"):
            return RESERVED[value]
        if last == "TIME":
            # The grammar of bashlex has no `time --`; it means the same as `time -p --`.
            return "TIMEOPT" if value == "-p" or value == "--" else ""
        return "TIMEIGN" if last == "TIMEOPT" and value == "--" else ""

    def _reserved(self, value: str) -> str:
        type_ = RESERVED.get(value, "")
        if not type_ or not self._reserved_acceptable():
            return ""
        last = self._last
        if self._pattern and (type_ != "ESAC" or last == "BAR" or last == "LEFT_PAREN"):
            return ""
        if type_ == "TIME" and (last not in _BEFORE_TIME or last == "NEWLINE" and self._before == "BAR"):
            return ""
        # `select` is written like `for`; the grammar of bashlex knows fewer forms of it than bash does.
        return "FOR" if type_ == "SELECT" else type_

    def _enter_reserved(self, type_: str) -> None:
        if type_ == "ESAC":
            self._pattern = False
        elif type_ == "COND_START":
            self._condition = True
        if self.source.dialect == "sh" and type_ == "FUNCTION":
            self.source.fail("`function` means something else in other shells", self.at)

    # ---------------------------------------------------------------- [[ … ]]

    def _read_condition(self, i: int) -> Token:
        """All between [[ and ]] as one token, as in bash; ]] itself comes next."""
        source, start, words, pattern = self.source, i, [], PATTERN
        self._condition = False
        text = source.text
        while True:
            match = _IN_CONDITION.match(text, i)
            if match:
                i = match.end()
                if source.pending and "\n" in match.group():
                    source.fail("a here-document whose body begins inside [[ ]]", i)
            source.spend(6, i)
            if i >= len(text):
                source.problem("unexpected EOF while looking for `]]'", i, True)
            if _CONDITION_END.match(text, i):
                break
            operator = None if pattern == REGULAR and text[i] == "(" else _CONDITION_OPERATOR.match(text, i)
            if operator and not (operator.group() in "<>" and text.startswith("(", i + 1)):
                end, span = operator.end(), source.span(i, operator.end())
                words.append(Word(span, (Literal(span, operator.group()),)))
            else:
                word, end = read_word(source, i, pattern)
                if end == i:
                    source.problem(f"syntax error in conditional expression: unexpected token `{text[i]}'", i)
                words.append(word)
            pattern = REGULAR if text[i:end] == "=~" else PATTERN
            i = end
        if not words:
            source.problem("syntax error in conditional expression: unexpected token `]]'", i)
        if source.dialect == "sh" and (">" in text[start:i] or "|" in text[start:i] or "&" in text[start:i]):
            source.fail("[[ … ]] redirects or splits in shells without it", start)
        token = Token("COND_CMD", text[start:i], source.span(start, i))
        token.words = tuple(words)
        self.at = i
        return token
