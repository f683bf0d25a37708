"""sed scripts: the commands that run something or touch files. What they edit in place is the program's description.

`e command` runs it, `e` and `s///e` run the line itself, which is text out of the input ("transformed"); `w file`,
`W file` and `s///w file` write, `r file` and `R file` read. Source: GNU sed manual 3 and 4.
"""

from __future__ import annotations

import re

from guardsh.languages.acts import Acts
from guardsh.reading.model import HOLE, MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context, Span

_STANDARD = ("/dev/stdout", "/dev/stderr", "")
MOST_COMMANDS = 20_000


def read(code: str, context: Context, variant: str = "sed") -> tuple[Act, ...]:
    """The acts of a sed script."""
    acts = Acts(context)
    index = count = 0
    while index < len(code):
        count += 1
        after = _command(code, index, acts)
        if count > MOST_COMMANDS:
            acts.unreadable(why="too many commands")
            break
        index = max(after, index + 1)
    return acts.done()


def _command(code: str, index: int, acts: Acts) -> int:
    """One command with its address; the index behind it."""
    index = _address(code, index)
    letter = code[index : index + 1]
    if not letter:
        return len(code)
    end = code.find("\n", index)
    end = len(code) if end < 0 else end
    span = (index, end)
    rest = code[index + 1 : end]
    if letter == "s":
        return _substitution(code, index, acts)
    if letter == "y":
        _, after = _part(code, index + 2, code[index + 1 : index + 2])
        return _part(code, after, code[index + 1 : index + 2])[1]
    if letter == "e":
        if rest.strip():
            acts.shell(Value(rest.strip()), span=span)
        else:
            acts.effect("run", "transformed", Value(HOLE), span=span)
        return end
    if letter in "wW":
        _write(acts, rest.strip(), span)
        return end
    if letter in "rR":
        if rest.strip() not in ("/dev/stdin", ""):
            acts.effect("read", target=Value(rest.strip()), span=span)
        return end
    if letter in "aic":
        return _text(code, index + 1)
    if letter in "#:":
        return end
    if letter in "btTqQlL":
        stop = re.compile(r"[^;\n}]*").match(code, index + 1)
        return stop.end() if stop else end
    if letter in MARKS:
        acts.unreadable((index, index + 1), "an unknown command")
    elif letter not in "{};dDgGhHnNpPxzFv=\n":
        acts.unreadable((index, end), "not valid sed")
        return end
    return index + 1


def _address(code: str, index: int) -> int:
    """Behind blanks, separators and addresses: 1,$  /re/I  \\cREc  0~3  +2  !"""
    while index < len(code):
        char = code[index]
        unknown = char in MARKS and code[index + 1 : index + 2] not in ("", "\n", ";", " ")
        if char in " \t;\n!,+~$" or char.isdigit() or unknown:  # "${n}q": an unknown address
            index += 1
        elif char in "/\\":
            delimiter = char if char == "/" else code[index + 1 : index + 2]
            index = _part(code, index + (1 if char == "/" else 2), delimiter)[1]
            while code[index : index + 1] in ("I", "M") and index < len(code):
                index += 1
        else:
            break
    return index


def _part(code: str, index: int, delimiter: str) -> tuple[str, int]:
    """Text up to an unescaped delimiter outside of a bracket expression, and the index behind it."""
    start, bracket = index, False
    while index < len(code):
        char = code[index]
        if char == "\\":
            index += 2
            continue
        if char == "[" and not bracket:
            bracket = _closes(code, index, delimiter)
        elif char == "]" and bracket:
            bracket = False
        elif char == delimiter and not bracket:
            return code[start:index], index + 1
        index += 1
    return code[start:], len(code)


def _closes(code: str, index: int, delimiter: str) -> bool:
    """Is there a bracket expression that hides a delimiter?"""
    match = re.compile(r"\[\^?\]?(?:\[[:.=][^]]*[:.=]\]|[^]\n])*\]").match(code, index)
    return match is not None and delimiter in match[0]


def _substitution(code: str, index: int, acts: Acts) -> int:
    delimiter = code[index + 1 : index + 2]
    if not delimiter or delimiter == "\n":
        acts.unreadable((index, index + 1), "not valid sed")
        return len(code)
    _, middle = _part(code, index + 2, delimiter)
    replacement, after = _part(code, middle, delimiter)
    flags = re.compile(r"[gpiImMe0-9]*").match(code, after)
    after = flags.end() if flags else after
    if flags is not None and "e" in flags[0]:
        filled = re.sub(r"\\[0-9]|(?<!\\)&", HOLE, replacement)
        command = Value(re.sub(r"\\(.)", r"\1", filled, flags=re.S).replace("\\n", "\n"))
        if command.text.strip(HOLE + " "):
            acts.shell(command, span=(index, after))
        acts.effect("run", "transformed", command, span=(index, after))
    if code[after : after + 1] == "w":
        end = code.find("\n", after)
        end = len(code) if end < 0 else end
        _write(acts, code[after + 1 : end].strip(), (index, end))
        return end
    return after


def _write(acts: Acts, path: str, span: Span) -> None:
    if path not in _STANDARD:
        acts.effect("overwrite", target=Value(path), span=span)


def _text(code: str, index: int) -> int:
    """Behind the text of a, i or c: lines that end in a backslash go on."""
    while index < len(code):
        end = code.find("\n", index)
        if end < 0:
            return len(code)
        if not code[index:end].endswith("\\"):
            return end
        index = end + 1
    return index
