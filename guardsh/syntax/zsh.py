"""What zsh reads differently from bash (zshexpn(1), zshmisc(1)).

zsh text goes through bash's grammar. What means the same in both passes; what zsh spells otherwise is refused there or
here. Left to the reader of the tree: no splitting of $x, nomatch, and what else happens after parsing.
"""

from __future__ import annotations

from guardsh.patterns import compiled

from .errors import NotUnderstood
from .nodes import Coprocess, Literal, Node, Parameter, Redirection, Simple, Word
from .walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .nodes import Script

_WORDS = {"repeat", "foreach", "end", "nocorrect", "-", "always"}  # reserved words and modifiers that bash lacks
_MODIFIER = compiled(r":[A-Za-z&]")
_RANGE = compiled(r"[0-9]*-[0-9]*\Z")


def check(script: Script) -> None:
    """Raise NotUnderstood for the first construct that zsh would read in another way."""
    for node in walk(script):
        reason = _difference(node)
        if reason:
            raise NotUnderstood(f"zsh: {reason}", node.span[0])


def _difference(node: Node) -> str:
    if isinstance(node, Word):
        return _in_word(node)
    if isinstance(node, Parameter):
        return _in_parameter(node)
    if isinstance(node, Simple):
        return _in_command(node)
    if isinstance(node, Redirection):
        return _in_redirection(node)
    return "coproc" if isinstance(node, Coprocess) else ""


def _in_word(word: Word) -> str:
    for part, following in zip(word.parts, (*word.parts[1:], None)):
        if isinstance(part, Literal) and not part.quoted and "**" in part.text:
            return "** descends into directories"
        if not isinstance(part, Parameter) or not isinstance(following, Literal):
            continue
        if following.text.startswith("[") or part.name == "#" and following.text[:1].isalnum():
            return "subscript or length without braces"
        if _MODIFIER.match(following.text):
            return "modifier of a parameter"
    return ""


def _in_parameter(parameter: Parameter) -> str:
    if not parameter.name or parameter.indirect or parameter.operator in ("@", "^", "^^", ",", ",,", "~", "~~"):
        return "parameter expansion of another kind"
    if parameter.operator == ":" and not _is_offset(parameter.word):
        return "modifier of a parameter"
    if parameter.subscript and _text(parameter.subscript) not in ("@", "*"):
        return "subscripts count from one"
    return ""


def _is_offset(word: Word | None) -> bool:
    if word is None or not word.parts:
        return False
    first = word.parts[0]
    return not isinstance(first, Literal) or first.text[0] in "0123456789 ("


def _in_command(command: Simple) -> str:
    words = [word for word in command.words if isinstance(word, Word)]
    if words and _text(words[0]) in _WORDS:
        return f"`{_text(words[0])}`"
    for word in words:
        first = word.parts[0] if word.parts else None
        if isinstance(first, Literal) and not first.quoted and first.text.startswith("=") and first.text not in "==":
            return "=command"
    return ""


def _in_redirection(redirection: Redirection) -> str:
    target = _text(redirection.target)
    if target in ("!", "|") or redirection.operator == "<" and _RANGE.match(target):
        return "a redirection of its own"
    return ""


def _text(word: Word) -> str:
    return "".join(part.text if isinstance(part, Literal) else "$" for part in word.parts)
