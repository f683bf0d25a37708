"""Reading code in tests, and writing down what was found in a line each."""

from __future__ import annotations

from collections.abc import Mapping

from guardsh.languages import read
from guardsh.reading.model import ANY, HOLE, SET, STAR, TOKEN, Arguments, Context, Effect, ShellText

SHOWN = str.maketrans({HOLE: "…", TOKEN: "¤", STAR: "*", ANY: "?", SET: "[]"})
MARKED = str.maketrans({"…": HOLE, "¤": TOKEN})


def context(
    program: str = "", files: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Context:
    """The surroundings of a made-up user in /home/u/project."""
    return Context(
        directory="/home/u/project",
        home="/home/u",
        environment={"HOME": "/home/u", **(environment or {})},
        read_text=(files or {}).get,
        program=program,
    )


def acts(language: str, code: str, program: str = "", files: Mapping[str, str] | None = None) -> list[str]:
    """The acts of a text, a line each; … in the text is unknown text."""
    found = read(language, code.translate(MARKED), context(program, files, {"TOKEN": "t0"}))
    return [line(act) for act in found]


def line(act: object) -> str:
    """`kind verb target` of an effect (-r for recursive), `$ text` for a shell, `! words` for a program, `< file`."""
    if isinstance(act, Effect):
        words = [act.kind, act.verb, "-r" if act.recursive else "", act.target.text if act.target else ""]
        where = "" if act.directory == "/home/u/project" else f" @{act.directory}"
        return " ".join(word for word in words if word).translate(SHOWN) + where
    if isinstance(act, ShellText):
        return f"$ {act.text.text}".translate(SHOWN)
    if isinstance(act, Arguments):
        return ("! " + " ".join(word.text for word in act.words)).translate(SHOWN)
    return f"< {act.path.text}".translate(SHOWN)
