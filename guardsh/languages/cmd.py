"""cmd.exe, read tolerantly: commands joined by &, && and |, `if`, `for`, redirections, variables, nested shells.

del, erase, rd and rmdir become deletions; other commands are programs with their words as written. Source: Microsoft's
Windows commands reference.
"""

from __future__ import annotations

import re

from guardsh.languages.acts import Acts
from guardsh.languages.things import globbed
from guardsh.reading.model import HOLE, MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context, Span

_TOKEN = re.compile(
    r"""(?P<space>[ \t,]+)
    |(?P<op>\r?\n|&&|\|\||[&|()]|[0-9]?>>|[0-9]?>&?[0-9]?|<)
    |(?P<word>(?:"[^"]*(?:"|$)|\^.|[^\s,&|()<>"^])+)""",
    re.S | re.X,
)
_DELETES = {"del": "delete", "erase": "delete", "rd": "tree", "rmdir": "tree", "deltree": "tree"}
_QUIET = {
    "echo",
    "rem",
    "echo.",
    "title",
    "cls",
    "pause",
    "exit",
    "goto",
    "setlocal",
    "endlocal",
    "color",
    "ver",
    "dir",
    "type",
    "cd.",
    "shift",
    "prompt",
}
_SKIPPED = {"call", "start", "cmd", "@"}


def read(code: str, context: Context, variant: str = "cmd") -> tuple[Act, ...]:
    """The acts of a command line or batch text."""
    acts = Acts(context)
    text = code.strip()
    if len(text) > 1 and text[0] == '"' and text[-1] == '"' and text.count('"') == 2:
        code = " " + text[1:-1]
    words: list[str] = []
    variables: dict[str, str] = {}
    start = position = 0
    redirect, listing = "", False
    for match in _TOKEN.finditer(code):
        if listing:  # for %i in (…) do
            listing = match["op"] != ")"
        elif match["op"] == "(" and words and words[0].lower().lstrip("@") == "for":
            words, listing = [], True
        elif match["op"] is not None and match["op"].strip("0123456789&") in (">", ">>"):
            redirect = match["op"]
        elif match["op"] is not None and match["op"] != "<":
            _command(words, acts, variables, (start, match.start()))
            words, start = [], match.end()
        elif match["word"] is not None:
            word = _unquoted(_expanded(match["word"], variables, context))
            if redirect:
                _redirected(redirect, word, acts, match.span())
                redirect = ""
            else:
                words.append(word)
        position = match.end()
    _command(words, acts, variables, (start, position))
    return acts.done()


def _unquoted(word: str) -> str:
    return re.sub(r"\^(.)", r"\1", word).replace('"', "")


def _expanded(word: str, variables: dict[str, str], context: Context) -> str:
    def replace(match: re.Match[str]) -> str:
        name = (match[1] or match[2]).lower()
        if name in variables:
            return variables[name]
        if name in ("userprofile", "homepath"):
            return context.home
        known = {key.lower(): value for key, value in context.environment.items()}.get(name)
        if known is not None:
            return known
        return match[0] if name in ("systemdrive", "systemroot", "windir", "programfiles", "homedrive") else HOLE

    word = re.sub(r"%([A-Za-z_]\w*)(?::[^%]*)?%|!([A-Za-z_]\w*)!", replace, word)
    return re.sub(r"%%?~?[a-z]*[A-Za-z0-9*]\b", HOLE, word) if re.search(r"%%?~?[a-z]*[A-Za-z0-9*]$", word) else word


def _redirected(operator: str, word: str, acts: Acts, span: Span) -> None:
    if word.lower() not in ("nul", "con", "&1", "&2", ""):
        acts.effect("append" if ">>" in operator else "overwrite", target=_path(word), span=span)


def _path(word: str) -> Value:
    return globbed(Value(word.replace("\\", "/")))


def _command(words: list[str], acts: Acts, variables: dict[str, str], span: Span) -> None:
    while words and (words[0].lower().lstrip("@") in ("", "call") or words[0].lower() in ("else", "do")):
        words = words[1:]
    if not words:
        return
    name = words[0].lstrip("@")
    lower = name.lower().replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    rest = words[1:]
    if lower.startswith(("rd/", "del/")) or re.match(r"(?:rd|rmdir|del|erase)/", name.lower()):
        name, _, switch = name.partition("/")
        lower, rest = name.lower(), [f"/{switch}", *rest]
    if lower == "if":
        _conditional(rest, acts, variables, span)
    elif lower == "for":
        if "do" in [word.lower() for word in rest]:
            _command(rest[[word.lower() for word in rest].index("do") + 1 :], acts, variables, span)
    elif lower == "set":
        name, separator, value = " ".join(rest).partition("=")
        if separator and not rest[0].startswith("/"):
            variables[name.strip().lower()] = value
    elif lower in ("cd", "chdir", "pushd"):
        targets = [word for word in rest if not word.startswith("/")]
        if targets:
            path = _path(targets[0]).text
            acts.directory = path if re.match(r"[A-Za-z]:|/", path) else f"{acts.directory.rstrip('/')}/{path}"
    elif lower in _DELETES:
        _delete(lower, rest, acts, span)
    elif any(mark in name for mark in MARKS) and not name.strip(MARKS):
        acts.unreadable(span, "an unknown command")
    else:
        _program(lower, name, rest, acts, span)


def _conditional(words: list[str], acts: Acts, variables: dict[str, str], span: Span) -> None:
    """if [/i] [not] exist NAME | A==B | A op B | errorlevel N | defined NAME, then a command."""
    index = 0
    while index < len(words) and words[index].lower() in ("/i", "not"):
        index += 1
    condition = words[index].lower() if index < len(words) else ""
    taken = 2 if condition in ("exist", "defined", "errorlevel", "cmdextversion") else 1 if "==" in condition else 3
    _command(words[index + taken :], acts, variables, span)


def _delete(name: str, rest: list[str], acts: Acts, span: Span) -> None:
    switches = {
        word.lower()
        for word in rest
        if re.match(r"/[a-z](?::.*)?$", word.lower()) or re.match(r"(?:/[a-z])+$", word.lower())
    }
    targets = [word for word in rest if word.lower() not in switches]
    recursive = any("/s" in switch for switch in switches) or name == "deltree"
    for target in targets:
        acts.delete(_path(target), span, recursive)


def _program(lower: str, name: str, rest: list[str], acts: Acts, span: Span) -> None:
    if lower in _QUIET or name.startswith(":"):
        return
    if lower in ("move", "ren", "rename", "copy", "xcopy"):
        targets = [word for word in rest if not re.match(r"/[A-Za-z-]", word)]
        if len(targets) > 1:
            act = acts.copy if lower in ("copy", "xcopy") else acts.move
            act(_path(targets[0]), _path(targets[1]), span)
        return
    if lower in ("powershell", "pwsh", "cmd"):
        from guardsh.languages.powershell import PowerShell
        from guardsh.languages.powershellcmd import nested_shell

        nested_shell(PowerShell("", acts), lower, [Value(word) for word in rest], span)
        return
    if lower == "start":
        while rest and (not rest[0] or re.match(r"/[A-Za-z]", rest[0])):  # its title and switches
            rest = rest[1:]
        if rest:
            _command(rest, acts, {}, span)
        return
    if name.lower().endswith((".bat", ".cmd")):
        acts.code_file(_path(name), "cmd")
        return
    acts.program([Value(name.replace("\\", "/")), *(Value(word) for word in rest)], span=span)
