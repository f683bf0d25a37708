"""A loose reader for languages that nobody wrote a reader for: R, Julia, Groovy, Scala, Elixir, Go, Tcl, Lisp …

It knows no grammar: it finds texts in quotes and the name of what they are given to. A text given to something that
is called system, exec, shell, spawn … is shell text; one given to something that is called rm, remove, unlink, delete
… names what is deleted. Whatever else the code does isn't seen, which is why such code is also noted as unreadable.
"""

from __future__ import annotations

import re

from guardsh.languages.acts import Acts
from guardsh.reading.model import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context

# A text in quotes, and what stands before it: a name, perhaps with a receiver, perhaps with an opening bracket.
_TEXT = re.compile(
    r"""(?P<name>[A-Za-z_][\w.:!?+/-]*)?(?P<between>[\s(\[{,=*&]{0,6}(?:/[A-Za-z]+\s+)?)
    (?P<quote>\"\"\"|\"|'|`)(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)(?P<behind>\s*[.!|]{0,3}\s*[\w!]*)""",
    re.X | re.S,
)
_COMMENT = re.compile(r"(?m)^\s*(#|//|;|--).*$")
_RUNS = re.compile(
    r"(?i)(^|[.:_/-])(system|system2|exec|execute|shell|sh|bash|cmd|popen|spawn|run|command|os:cmd|process|qx|call)"
    r"[!?*]?$"
)
_RUNS_BEHIND = re.compile(r"^\s*(\.(!|!!|lines|lineStream|execute|shell|exec|spawn)|!|\.\s*!)")
_DELETES = re.compile(
    r"(?i)(^|[.:_/-])(rm|rmdir|rmtree|rm_rf|rm-rf|removeall|remove|unlink|delete|deletedir|deleterecursively|delete_file"
    r"|delete-file|delete-directory|delete_directory|del_dir|del_dir_r|rm_r|remove_tree|remove_dir_all|remove_file|"
    r"deltree|erase|fdelete|remove-file|deleteifexists)[!?*]?$"
)
_MAKES_PATH = re.compile(r"(?i)(^|[.:])(file|path|paths\.get|of|get|files?|directory|join|expanduser|url)$")
_DELETES_LATER = re.compile(r"(?i)\.\s*(delete|deleteDir|deleteRecursively|deleteOnExit|remove|rmtree|unlink)\b")
_BARE = re.compile(
    r"(?im)(?:^|[;\[{(]\s*)(?:file\s+delete|rm|remove|del)\s+(?:-[\w-]+\s+)*"
    r"(?P<path>(?:~|/|\.\.?/|\$env\(|[A-Za-z]:)[^\s;\]})\"']*)"
)
_BARE_EXEC = re.compile(
    r"(?im)(?:^|[;\[{]\s*)(?:exec|system|run|!)\s+(?P<text>(?:sudo\s+)?(?:/\w+/)*[a-z][\w.-]*\s+[^;\]}\n\"']+)"
)


def read(code: str, context: Context, variant: str = "") -> tuple[Act, ...]:
    """What texts in quotes of any language say that it runs or deletes."""
    acts = Acts(context)
    plain = _COMMENT.sub("", code)
    for found in _TEXT.finditer(plain):
        _text(acts, found, plain)
    for found in _BARE.finditer(plain):
        acts.delete(Value(found["path"]), found.span("path"), recursive=True)
    for found in _BARE_EXEC.finditer(plain):
        acts.shell(Value(found["text"].strip()), span=found.span("text"))
    if len(acts) == 0:
        acts.unreadable(why="no reader for this language")
    return acts.done()


def _text(acts: Acts, found: re.Match[str], code: str) -> None:
    name, body = found["name"] or "", found["body"].replace('\\"', '"')
    span = found.span("body")
    if not body.strip():
        return
    if found["quote"] == "`" or _RUNS.search(name) or _RUNS_BEHIND.match(found["behind"]):
        acts.shell(Value(_with_arguments(body, code[found.end("body") + 1 :])), span=span)
    elif _DELETES.search(name) or (_MAKES_PATH.search(name) and _DELETES_LATER.search(code[found.end("body") :][:80])):
        acts.delete(Value(body), span, recursive=True)


def _with_arguments(program: str, behind: str) -> str:
    """`"rm", "-rf", "/srv"`: a program and its arguments as separate texts."""
    words = [program]
    while True:
        more = re.match(r"""[\s,\[(c]{1,6}["']((?:\\.|[^"'\\])*)["']""", behind)
        if more is None:
            return " ".join(words)
        words.append(more[1])
        behind = behind[more.end() :]
