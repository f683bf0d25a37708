"""What begins with $, a backquote, <( or >(, and text in double quotes, ${…}, (( )) and here-documents.

Each function takes the offset where its construct begins, adds the parts it finds, and returns the offset behind it.
`context` says what surrounds it: nothing, double quotes, or the body of a here-document.
"""

from __future__ import annotations

from guardsh.patterns import DOTALL, compiled

from .nodes import Arithmetic, CommandSubstitution, Literal, Parameter, ProcessSubstitution, Word
from .parts import Parts
from .source import Splice

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from .nodes import Part, Script
    from .source import Source

BARE, DOUBLE, DOCUMENT = 0, 1, 2

_NAME = compiled(r"[A-Za-z_][A-Za-z0-9_]*")
_PARAMETER = compiled(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED = compiled(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_LENGTH_OF = compiled(r"[A-Za-z0-9_]|[@*#?$!-]\}")
_INDIRECT = compiled(r"[A-Za-z0-9_#?@*]")
_OPERATOR = compiled(r":[-=?+]|##?|%%?|//|/[#%]?|\^\^?|,,?|~~?|[-=?+:]")
_TRANSFORM = compiled(r"@([A-Za-z])(?=\})")
_ALL_NAMES = compiled(r"[@*](?=\})")
_ALL_KEYS = compiled(r"\[([@*])\](?=\})")
_BROKEN = compiled(r"(?:\\\n)+(.?)", DOTALL)
_BACKQUOTED = compiled(r"(?:[^`\\]|\\.)*", DOTALL)
_ESCAPED = compiled(r"\\([\\$`])")
_ESCAPED_QUOTED = compiled(r'\\([\\$`"])')
_DOUBLE_TEXT = compiled(r'[^\\"`$]+')
_DOCUMENT_TEXT = compiled(r"[^\\`$]+")
_BRACE_TEXT = compiled(r"""[^\\"'`$<>}/]+""")
_SUM_TEXT = compiled(r"""[^\\"'`$()\[\]]+""")
_COUNTED = compiled(r"""[^\\"'`()]+""")
_MARK = compiled("[\uf8f0-\uf8ff]")


def expansion(source: Source, i: int, parts: Parts, context: int) -> int:
    """The expansion at a $ or backquote; a $ that begins none is a literal."""
    text = source.text
    if text[i] == "`":
        return _backquotes(source, i, parts, context)
    following = text[i + 1 : i + 2]
    if following == "(" or following == "{":
        return _memoised(source, i, parts, context)
    match = _PARAMETER.match(text, i + 1)
    if match:
        end = match.end()
        _check_broken(source, end, "abc_" if _NAME.match(match.group()) else "")
        parts.add(Parameter(source.span(i, end), match.group(), quoted=context != BARE))
        return end
    if following == "[":
        inner = Parts(source)
        expression_end = _expression(source, i + 2, "]", inner)
        word = inner.word(i + 2, expression_end - 1)
        parts.add(Arithmetic(source.span(i, expression_end), word, context != BARE))
        return expression_end
    _check_broken(source, i + 1, "({[@*#?$!-abc_0\"'")
    if source.dialect == "zsh" and following and following in "=~^+":
        source.fail("zsh: an expansion of another kind", i)
    parts.literal("$", context != BARE, i, i + 1)
    return i + 1


def _check_broken(source: Source, i: int, continuing: str) -> None:
    """Read again without a backslash-newline at `i` if what follows would have continued what came before.

    In `continuing` abc stands for any letter and 0 for any digit.
    """
    match = _BROKEN.match(source.text, i)
    if not match:
        return
    character = match.group(1)
    letter, digit = character.isalpha() and character.isascii(), character.isdigit() and character.isascii()
    if letter and "abc" in continuing or digit and ("0" in continuing or "abc" in continuing):
        raise Splice(source, i)
    if character and character in continuing:
        raise Splice(source, i)


def _memoised(source: Source, i: int, parts: Parts, context: int) -> int:
    """$(…), $((…)) and ${…}, each read once: text tried as arithmetic may be read again as commands."""
    known = source.memo.get((i, context))
    if known is None:
        source.enter(i)
        source.spend(4, i)
        known = _braces(source, i, context) if source.text[i + 1] == "{" else _parentheses(source, i, context)
        source.memo[i, context] = known
        source.leave()
    parts.add(known[0])
    return known[1]


def _parentheses(source: Source, i: int, context: int) -> tuple[Part, int]:
    _check_broken(source, i + 2, "(")
    if source.text.startswith("(", i + 2):
        inner = Parts(source)
        end = _expression(source, i + 3, "))", inner)
        if end >= 0:
            if end != balanced(source, i + 2):
                source.fail("arithmetic whose end isn't clear", i)
            return Arithmetic(source.span(i, end), inner.word(i + 3, end - 2), context != BARE), end
    body, end = _commands(source, i + 2)
    return CommandSubstitution(source.span(i, end), body, context != BARE), end


def _commands(source: Source, i: int) -> tuple[Script, int]:
    """Commands to the ) that ends a substitution.

    Behind $(( and <(( bash looks for that by counting parentheses, and parses only when it expands.
    """
    from .commands import read_substitution

    if not source.text.startswith("(", i):
        return read_substitution(source, i)
    strict, source.strict = source.strict, False
    body, end = read_substitution(source, i)
    source.strict = strict
    if end != balanced(source, i):
        source.fail("a substitution whose end isn't clear", i)
    return body, end


def balanced(source: Source, i: int) -> int:
    """The offset behind the ) that ends what was opened before `i`, as bash's parse_matched_pair counts."""
    text, length, nested, unused, start = source.text, len(source.text), 1, Parts(source), i
    while nested and i < length:
        match = _COUNTED.match(text, i)
        i = match.end() if match else i
        character = text[i : i + 1]
        if character == "'":
            i = ansi_quoted(source, i - 1, unused) if text[i - 1] == "$" else single_quoted(source, i, unused)
        elif character == '"':
            i = double_quoted(source, i + 1, unused)
        elif character == "`":
            quoted = _BACKQUOTED.match(text, i + 1)
            i = quoted.end() + 1 if quoted else length
        else:
            nested += (character == "(") - (character == ")")
            i += 2 if character == "\\" else 1
    source.spend((i - start) // 8, i)
    return i


def process_substitution(source: Source, i: int, parts: Parts) -> int:
    """<(…) or >(…)."""
    source.enter(i)
    body, end = _commands(source, i + 2)
    source.leave()
    parts.add(ProcessSubstitution(source.span(i, end), source.text[i], body))
    return end


def _backquotes(source: Source, i: int, parts: Parts, context: int) -> int:
    text = source.text
    match = _BACKQUOTED.match(text, i + 1)
    end = match.end() if match else i + 1
    if not text.startswith("`", end):
        source.problem("unexpected EOF while looking for matching ``'", len(text), True)
    escaped = _ESCAPED_QUOTED if context == DOUBLE else _ESCAPED
    commands = escaped.sub(lambda match: match.group(1), text[i + 1 : end])
    source.spend(16 + len(commands) // 8, i)
    source.enter(i)
    from .commands import read_script

    body = source.inner(commands, fixed=source.span(i, end + 1)).read(read_script)
    source.leave()
    parts.add(CommandSubstitution(source.span(i, end + 1), body, context != BARE))
    return end + 1


# ---------------------------------------------------------------- quotes


def single_quoted(source: Source, i: int, parts: Parts) -> int:
    """'…'"""
    end = source.text.find("'", i + 1)
    if end < 0:
        source.problem("unexpected EOF while looking for matching `''", len(source.text), True)
    parts.literal(source.text[i + 1 : end], True, i, end + 1)
    return end + 1


def ansi_quoted(source: Source, i: int, parts: Parts) -> int:
    """$'…'"""
    text, end = source.text, i + 2
    while text[end : end + 1] != "'":
        if end >= len(text):
            source.problem("unexpected EOF while looking for matching `''", len(text), True)
        end += 2 if text[end] == "\\" else 1
    if source.dialect == "sh" and "\\'" in text[i:end]:
        source.fail("$'…' ends elsewhere in shells without it", i)
    from . import ansi

    decoded = ansi.decode(text[i + 2 : end])
    if _MARK.search(decoded):
        source.fail("private characters that guardsh uses itself", i)
    parts.literal(decoded, True, i, end + 1)
    return end + 1


def double_quoted(source: Source, i: int, parts: Parts) -> int:
    """ "…", from behind its opening quote."""
    text, length, start, before = source.text, len(source.text), i, parts.count()
    while i < length:
        character = text[i]
        if character == '"':
            if parts.count() == before:
                parts.literal("", True, start - 1, i + 1)
            return i + 1
        if character == "\\":
            i = _escape(source, i, parts, '$`"\\')
        elif character == "$" or character == "`":
            i = expansion(source, i, parts, DOUBLE)
        else:
            i = _run(source, _DOUBLE_TEXT, i, parts, True)
    return source.problem("unexpected EOF while looking for matching `\"'", length, True)


def document(source: Source) -> Word:
    """The body of a here-document whose delimiter isn't quoted."""
    text, length, i, parts = source.text, len(source.text), 0, Parts(source)
    while i < length:
        character = text[i]
        if character == "\\":
            i = _escape(source, i, parts, "$`\\")
        elif character == "$" or character == "`":
            i = expansion(source, i, parts, DOCUMENT)
        else:
            i = _run(source, _DOCUMENT_TEXT, i, parts, True)
    return parts.word(0, length)


def _escape(source: Source, i: int, parts: Parts, escapable: str) -> int:
    """A backslash where it only acts before some characters."""
    following = source.text[i + 1 : i + 2]
    if following == "\n":
        return i + 2
    if following and following in escapable:
        parts.literal(following, True, i, i + 2)
        return i + 2
    parts.literal("\\", True, i, i + 1)
    return i + 1


def _run(source: Source, pattern: re.Pattern[str], i: int, parts: Parts, quoted: bool) -> int:
    """The longest stretch without special characters, at least one character."""
    match = pattern.match(source.text, i)
    end = match.end() if match else i + 1
    parts.literal(source.text[i:end], quoted, i, end)
    return end


# ---------------------------------------------------------------- ${…}


def _braces(source: Source, i: int, context: int) -> tuple[Part, int]:
    text, j, span = source.text, i + 2, source.span
    length = indirect = False
    _check_broken(source, j, "!#@*?$-abc_0 \t\n|")
    if text[j : j + 1] in (" ", "\t", "\n", "|"):
        source.fail("${ command; } of newer shells", i)
    if text.startswith("#", j) and _LENGTH_OF.match(text, j + 1):
        length, j = True, j + 1
    elif text.startswith("!", j) and _INDIRECT.match(text, j + 1):
        indirect, j = True, j + 1
    match = _BRACED.match(text, j)
    if match is None:
        return _bad_substitution(source, i, context)
    name, j = match.group(), match.end()
    _check_broken(source, j, "abc_0[:-=?+#%/^,~@}")
    if indirect:
        every = _ALL_NAMES.match(text, j) or _ALL_KEYS.match(text, j)
        if every:
            operator = "keys" if text[j] == "[" else "prefix"
            which = Word(span(j, every.end()), (Literal(span(j, every.end()), every.group().strip("[]")),))
            end = every.end() + 1
            return Parameter(span(i, end), name, operator, subscript=which, quoted=context != BARE), end
    subscript = None
    if text.startswith("[", j) and _NAME.match(name):
        strict, source.strict = source.strict, False  # bash only looks for the brace
        subscript, j = read_subscript(source, j)
        source.strict = strict
        if any("}" in part.text for part in subscript.parts if isinstance(part, Literal)):
            source.fail("a brace in a subscript", i)  # which bash takes for the end of ${…}
        _check_broken(source, j, ":-=?+#%/^,~@}")
    operation = _operation(source, j, context)
    if operation is None:
        return _bad_substitution(source, i, context)
    operator, word, replacement, j = operation
    quoted = context != BARE
    return Parameter(span(i, j), name, operator, word, replacement, subscript, length, indirect, quoted), j


def _operation(source: Source, i: int, context: int) -> tuple[str, Word | None, Word | None, int] | None:
    """Operator, word, replacement and end of what follows the parameter's name; None if that is no operator."""
    text = source.text
    if text.startswith("}", i):
        return "", None, None, i + 1
    transform = _TRANSFORM.match(text, i)
    if transform:
        span = source.span(i + 1, i + 2)
        return "@", Word(span, (Literal(span, transform.group(1)),)), None, i + 3
    match = _OPERATOR.match(text, i)
    if match is None:
        return None
    operator = match.group()
    _check_broken(source, match.end(), operator + "-=?+" if operator == ":" else operator)
    pattern = operator[0] in "#%/^,~"
    word, end = _brace_word(source, match.end(), context, pattern, operator[0] == "/")
    if text[end - 1] == "}":
        return operator, word, None, end
    replacement, end = _brace_word(source, end, context, True, False)
    return operator, word, replacement, end


def _bad_substitution(source: Source, i: int, context: int) -> tuple[Part, int]:
    """Bash reads it and complains when it expands it; what it contains is kept in view."""
    word, end = _brace_word(source, i + 2, context, False, False)
    return Parameter(source.span(i, end), "", "", word, quoted=context != BARE), end


def _brace_word(source: Source, i: int, context: int, pattern: bool, divided: bool) -> tuple[Word, int]:
    """What follows an operator, to the } (or, in ${x/pattern/…}, the next /), and the offset behind that.

    Within double quotes a pattern is read as outside them, another word as part of them.
    """
    text, length, start, parts = source.text, len(source.text), i, Parts(source)
    inner = BARE if pattern else context
    while i < length:
        character = text[i]
        if character == "}" or character == "/" and divided and i > start:
            return parts.word(start, i), i + 1
        if character == "\\":
            i = _brace_escape(source, i, parts, inner)
        elif character == "'":
            i = _kept_quotes(source, i, parts, inner) if inner else single_quoted(source, i, parts)
        elif character == '"':
            i = double_quoted(source, i + 1, parts)
        elif text.startswith("$'", i):
            i = ansi_quoted(source, i, parts)
        elif text.startswith('$"', i):
            i = double_quoted(source, i + 2, parts)
        elif character == "$" or character == "`":
            i = expansion(source, i, parts, inner)
        elif character in "<>" and _opens_parenthesis(source, i + 1):
            if context:
                source.fail("a process substitution in double quotes", i)
            i = process_substitution(source, i, parts)
        else:
            i = _run(source, _BRACE_TEXT, i, parts, inner != BARE)
    return source.problem("unexpected EOF while looking for matching `}'", length, True)


def _opens_parenthesis(source: Source, i: int) -> bool:
    _check_broken(source, i, "(")
    return source.text.startswith("(", i)


def _brace_escape(source: Source, i: int, parts: Parts, context: int) -> int:
    following = source.text[i + 1 : i + 2]
    if context:
        return _escape(source, i, parts, '$`"\\}')
    if following != "\n":
        parts.literal(following or "\\", True, i, i + 2)
    return i + 2


def _kept_quotes(source: Source, i: int, parts: Parts, context: int) -> int:
    """'…' of a ${…} in double quotes: it hides a }, but stays in the value, and expansions act in it."""
    text = source.text
    end = text.find("'", i + 1)
    if end < 0:
        source.problem("unexpected EOF while looking for matching `''", len(text), True)
    parts.literal("'", True, i, i + 1)
    i += 1
    while i < end:
        character = text[i]
        if character == "\\":
            i = _escape(source, i, parts, '$`"\\}')
        elif character == "$" or character == "`":
            i = expansion(source, i, parts, context)
        else:
            parts.literal(character, True, i, i + 1)
            i += 1
    if i > end:
        source.fail("quotes that overlap an expansion", end)
    parts.literal("'", True, end, end + 1)
    return end + 1


# ---------------------------------------------------------------- arithmetic and subscripts


def arithmetic(source: Source, i: int) -> tuple[Word, int] | None:
    """The expression from `i` to )) and the offset behind it; None if these are nested subshells."""
    parts = Parts(source)
    end = _expression(source, i, "))", parts)
    closed = balanced(source, i)
    if end != (closed + 1 if source.text.startswith(")", closed) else -1):
        source.fail("arithmetic whose end isn't clear", i)
    return None if end < 0 else (parts.word(i, end - 2), end)


def read_subscript(source: Source, i: int) -> tuple[Word, int]:
    """[subscript], from its bracket."""
    parts = Parts(source)
    end = bracketed(source, i, parts)
    return parts.word(i + 1, end - 1), end


def bracketed(source: Source, i: int, parts: Parts) -> int:
    """What stands between [ and ]."""
    return _expression(source, i + 1, "]", parts)


def _expression(source: Source, i: int, close: str, parts: Parts) -> int:
    """Text to the `close` that balances; -1 if a single ) ends it. It is expanded like text in double quotes."""
    text, length, nested, hidden, start = source.text, len(source.text), 0, False, i
    open_, shut = ("(", ")") if close == "))" else ("[", "]")
    while i < length:
        character = text[i]
        if character == "\\":
            if not text.startswith("\n", i + 1):
                parts.literal(text[i + 1 : i + 2], True, i, i + 2)
            i += 2
        elif character == "$" or character == "`":
            i = expansion(source, i, parts, DOUBLE)
        elif character == '"' and not hidden:
            i = double_quoted(source, i + 1, parts)
        elif character == shut and nested == 0 and not hidden:
            source.spend((i - start) // 2, i)
            return i + len(close) if text.startswith(close, i) else -1
        else:
            if character == "'":
                hidden = not hidden
            elif not hidden:
                nested += (character == open_) - (character == shut)
            i = _run(source, _SUM_TEXT, i, parts, False)
    return source.problem(f"unexpected EOF while looking for matching `{shut}'", length, True)
