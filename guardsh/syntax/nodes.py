"""The tree of a script: what bash's grammar says was written, before any expansion.

Positions are offsets (Unicode code points) into the text given to `guardsh.syntax.parse`, end exclusive; text inside
backquotes has its escapes removed before it is parsed, so nodes below a backquoted substitution carry the span of the
whole substitution. Names follow the bash manual. No logic lives here.
"""

from __future__ import annotations

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Part = Union["Literal", "Parameter", "CommandSubstitution", "ProcessSubstitution", "Arithmetic"]
    Command = Union[
        "Simple",
        "Pipeline",
        "Subshell",
        "Group",
        "If",
        "While",
        "For",
        "ArithmeticFor",
        "Select",
        "Case",
        "Function",
        "Conditional",
        "ArithmeticCommand",
        "Coprocess",
    ]

Span = tuple[int, int]


class Node(Frozen):
    """Anything with a place in the text."""

    span: Span


# ---------------------------------------------------------------- words


class Literal(Node):
    """Characters after quote removal; glob, brace and tilde characters act only where `quoted` is false."""

    text: str
    quoted: bool = False


class Parameter(Node):
    """$name or ${…}."""

    name: str  # name, digits, or one of @ * # ? - $ ! ; "" for what isn't a parameter name
    # :- - := = :? ? :+ + # ## % %% / // /# /% ^ ^^ , ,, ~ ~~ : (substring) @ (transformation) or "";
    # "prefix" for ${!name*}, "keys" for ${!name[@]}, with the * or @ as subscript
    operator: str = ""
    word: Word | None = None  # what follows the operator (pattern of / // included, offset and length of :)
    replacement: Word | None = None  # ${x/pattern/REPLACEMENT}
    subscript: Word | None = None  # ${name[SUBSCRIPT]}; @ and * as literals
    length: bool = False  # ${#name}
    indirect: bool = False  # ${!name}
    quoted: bool = False


class CommandSubstitution(Node):
    """$(…), `…` or, as $(< file), the same with one redirection."""

    body: Script
    quoted: bool = False


class ProcessSubstitution(Node):
    """<(…) or >(…)."""

    direction: str  # "<" or ">"
    body: Script


class Arithmetic(Node):
    """$((…)) or $[…]; the expression as a word: literal text and the expansions inside it."""

    expression: Word
    quoted: bool = False


class Word(Node):
    """One word: its parts in order. An empty quoted string is Literal("", quoted=True)."""

    parts: tuple[Part, ...]


class Assignment(Node):
    """NAME=value, NAME+=value, NAME[subscript]=value or NAME=(…)."""

    name: str
    value: Word | tuple[Element, ...]  # a tuple for NAME=(…)
    subscript: Word | None = None
    append: bool = False


class Element(Node):
    """One element of an array assignment: value, [subscript]=value or [subscript]+=value."""

    value: Word
    subscript: Word | None = None
    append: bool = False


# ---------------------------------------------------------------- redirections


class HereDocument(Node):
    """The body of <<WORD or <<-WORD, with tabs stripped for <<-; one Literal if the delimiter was quoted."""

    body: Word
    delimiter: str
    quoted: bool


class Redirection(Node):
    """[n]op word; `descriptor` is a number, the NAME of {NAME}op, or None for the operator's own."""

    operator: str  # < > >> >| <> <& >& &> &>> << <<- <<<
    target: Word  # the delimiter for here-documents
    descriptor: int | str | None = None
    document: HereDocument | None = None


# ---------------------------------------------------------------- commands


class Simple(Node):
    """Assignments, words and redirections in the order of their kind."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]  # an Assignment among the words of declare, export, local …, else Words
    redirections: tuple[Redirection, ...] = ()


class Pipeline(Node):
    """[time [-p]] [!] a | b |& c; a lone command stands for itself unless negated or timed."""

    commands: tuple[Command, ...]
    errors: tuple[bool, ...]  # for each command but the last: was the pipe |&
    negated: bool = False
    timed: bool = False


class Item(Node):
    """One command of a list and the operator that follows it."""

    command: Command
    operator: str  # && || ; & \n or "" at the end


class Script(Node):
    """A list of commands, also the body of every compound command and substitution."""

    items: tuple[Item, ...]


class Subshell(Node):
    """( … )"""

    body: Script
    redirections: tuple[Redirection, ...] = ()


class Group(Node):
    """{ …; }"""

    body: Script
    redirections: tuple[Redirection, ...] = ()


class If(Node):
    """if/elif: pairs of test and body; else: `otherwise`."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None = None
    redirections: tuple[Redirection, ...] = ()


class While(Node):
    """while (or until) test; do body; done"""

    test: Script
    body: Script
    until: bool = False
    redirections: tuple[Redirection, ...] = ()


class For(Node):
    """for name [in words]; words None means "$@"."""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirections: tuple[Redirection, ...] = ()


class ArithmeticFor(Node):
    """for (( a; b; c ))"""

    expression: Word
    body: Script
    redirections: tuple[Redirection, ...] = ()


class Select(Node):
    """select name [in words]"""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirections: tuple[Redirection, ...] = ()


class Clause(Node):
    """pattern | pattern) body ;; — terminator is ;; ;& ;;& or "" before esac"""

    patterns: tuple[Word, ...]
    body: Script
    terminator: str


class Case(Node):
    """case word in … esac"""

    word: Word
    clauses: tuple[Clause, ...]
    redirections: tuple[Redirection, ...] = ()


class Function(Node):
    """name() body or function name body"""

    name: str
    body: Command
    redirections: tuple[Redirection, ...] = ()


class Conditional(Node):
    """[[ … ]]: its words in order, operators among them as literals."""

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()


class ArithmeticCommand(Node):
    """(( … ))"""

    expression: Word
    redirections: tuple[Redirection, ...] = ()


class Coprocess(Node):
    """coproc [NAME] command"""

    name: str
    body: Command
