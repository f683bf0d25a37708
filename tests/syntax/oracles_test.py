"""What others say about the same text: `bash -n`, shfmt's tree, bash's own printer, and bash with harmless words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from guardsh.syntax import NotUnderstood, bash_verdict, nodes, parse
from guardsh.syntax.walk import walk
from tests.support import corpus
from tests.syntax import commands_test, expansions_test, heredocs_test

BASH = shutil.which("bash") or "/bin/bash"
SHFMT = shutil.which("shfmt", path=str(Path(sys.executable).parent)) or shutil.which("shfmt")

TABLES = [
    *(text for text, _ in commands_test.LISTS + commands_test.COMPOUND + commands_test.SIMPLE),
    *("x " + text for text, _ in expansions_test.QUOTES + expansions_test.SUBSTITUTIONS + expansions_test.PARAMETERS),
    *(text for text, _ in heredocs_test.BODIES),
]

VALID = [
    *("a; }x", "a in b", "echo if", "{a; }b", "! a", "time", "a=b if", "x() [[ y ]]", "a () ((1))", "f() >x"),
    *("case x in (esac) a;; esac", "for f=a in x; do y; done", "for 1 in x; do y; done", "function if { a; }"),
    *("[[ a ]]\nb", "[[ -n $a || ( b && c ) ]]", "a >b c=1 d", "alias a=(x)", "let a=(1)", "a=b() { c; }"),
    *("FOO=1 declare a=(1)", "{a}>f b", "a {x[1]}>f", "a >&b", ">f", '"a"() { b; }', "a$x() { b; }", "a | ! b"),
    *("coproc N=1 { a; }", "coproc N a", "time | a", "a;;", "if a; then b fi; fi", "for x { a; }", "if() { a; }"),
    *("for ((a;b)); do c; done", "for ((;;)); do a; done", "select x in; do y; done", "while a; do b; done c"),
    *("echo $(!)", "echo ${}", "echo ${x", "a <<E <<F\nE\nF", "a 1>x 2>", "a 1>&2-", "a <", "$(", "a )", "x=(a|b)"),
    *("a[1]=(2)", "a[1", "a [1", "{ a; } | b", "{a;} | b", "( a; ) b", "case x in a) b; esac", "[[ a == (b) ]]x"),
]


# bash reads no further and runs nothing of these, but says nothing, with status 0.
SILENT = {"[[ ]]", "for ((;)); do a; done"}


def _asked(texts: list[str]) -> Iterator[tuple[str, bool | None]]:
    with ThreadPoolExecutor(2) as pool:
        yield from zip(texts, pool.map(lambda text: bash_verdict(text, BASH, 10).valid, texts))


def _read(text: str) -> nodes.Script | None:
    try:
        return parse(text)
    except NotUnderstood:
        return None


def test_bash_accepts_the_tables() -> None:
    # `coproc N { … }` in a pipeline's place and ${…} of unknown kinds included: bash -n only reads.
    refused = [text for text, valid in _asked(TABLES) if not valid]
    assert refused == []


def test_bash_refuses_what_we_refuse() -> None:
    accepted = [text for text, valid in _asked(commands_test.REFUSED) if valid and text not in SILENT]
    assert accepted == []


def test_validity_agrees_with_bash() -> None:
    differing = [text for text, valid in _asked(VALID) if valid is not (_read(text) is not None)]
    assert differing == []


@pytest.mark.parametrize("name, share", [("agent-commands.jsonl", 0.999), ("nl2bash-commands.jsonl", 0.999)])
def test_corpora_are_read(name: str, share: float) -> None:
    """Whatever isn't read must be refused by bash, too; only those few texts are shown to it."""
    texts = [record["command"] for record in corpus(name)]
    unread = [text for text in texts if _read(text) is None]
    accepted = [text for text, valid in _asked(unread) if valid]
    assert len(accepted) <= (1 - share) * len(texts), accepted[:10]


# ---------------------------------------------------------------- shfmt


def _shfmt(text: str) -> Any:
    done = subprocess.run([str(SHFMT), "-ln", "bash", "--to-json"], input=text.encode(), capture_output=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def _theirs(tree: Any, text: bytes) -> Iterator[tuple[str, int]]:
    """Program and number of words of each simple command in shfmt's tree."""
    if isinstance(tree, list):
        for each in tree:
            yield from _theirs(each, text)
    if not isinstance(tree, dict):
        return
    if tree.get("Type") == "CallExpr" and tree.get("Args"):
        start, end = (tree["Args"][0][edge]["Offset"] for edge in ("Pos", "End"))
        yield _program(text[start:end].decode()), len(tree["Args"])
    elif tree.get("Type") == "DeclClause":
        yield tree["Variant"]["Value"], 1 + len(tree.get("Args") or ())
    elif tree.get("Type") == "LetClause":
        yield "let", 1 + len(tree["Exprs"])
    for key, value in tree.items():
        if key not in ("Pos", "End"):
            yield from _theirs(value, text)


def _ours(tree: nodes.Script, text: str) -> Iterator[tuple[str, int]]:
    for node in walk(tree):
        if isinstance(node, nodes.Simple) and node.words:
            yield _program(text[slice(*node.words[0].span)]), len(node.words)


def _program(written: str) -> str:
    return "`" if written.startswith("`") else written.replace("\\\n", "")


def _disagreements(texts: list[str]) -> list[str]:
    differing = []
    with ThreadPoolExecutor(2) as pool:
        for text, theirs in zip(texts, pool.map(_shfmt, texts)):
            tree = _read(text)
            if theirs is None or tree is None:
                continue
            ours, expected = sorted(_ours(tree, text)), sorted(_theirs(theirs, text.encode()))
            if "`" in text:  # nodes below backquotes carry the place of the whole: only the counts can be compared
                ours = sorted(("", count) for _, count in ours)
                expected = sorted(("", count) for _, count in expected)
            if ours != expected:
                differing.append(text)
    return differing


# Where bash itself (its printer, or a run) shows that shfmt is mistaken.
SHFMT_WRONG = {
    "!(a)",  # a negated subshell, as long as extglob isn't set
    *("time -- a", "time -p -- a | b", "a | time b"),  # `--` belongs to time; behind | it is a program
    "a>&-b",  # >&- and the word b
    "x ${b:-<(a)}",  # a process substitution acts there
    "a\r\nb\r",  # a carriage return is a character
}


@pytest.mark.skipif(SHFMT is None, reason="shfmt isn't installed")
def test_simple_commands_are_those_of_shfmt() -> None:
    assert set(_disagreements(TABLES)) - SHFMT_WRONG == set()


@pytest.mark.skipif(SHFMT is None, reason="shfmt isn't installed")
def test_simple_commands_are_those_of_shfmt_in_the_corpus() -> None:
    texts = [record["command"] for record in corpus("agent-commands.jsonl")]
    assert _disagreements(texts[::10]) == []


# ---------------------------------------------------------------- bash's own printer


def _printed(text: str, folder: Path) -> str | None:
    """`text` as bash prints what it parsed; nothing is run."""
    script = folder / "script"
    script.write_text(text + "\n")
    command = [BASH, "--pretty-print", "-O", "extglob", str(script)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env={}, timeout=10)
    return done.stdout.decode() if done.returncode == 0 and not done.stderr else None


def _plain(value: Any) -> Any:
    """A tree in which what bash prints otherwise is the same: spans, quoting, separators, what has a default."""
    if isinstance(value, (nodes.For, nodes.Select)) and value.words is None:
        value = value.but(words=(parse('x "$@"').items[0].command.words[1],))  # type: ignore[union-attr]
    if isinstance(value, nodes.Clause) and not value.terminator:
        value = value.but(terminator=";;")
    if isinstance(value, nodes.Script):
        return [(_plain(item.command), re.sub(r"[;\n]", "", item.operator)) for item in value.items]
    if isinstance(value, nodes.Redirection):
        default = 0 if value.operator.startswith("<") else 1
        target = value.document.delimiter if value.document else _plain(value.target)
        descriptor = default if value.descriptor is None else value.descriptor
        operator = ">&" if value.operator == "<&" and target == _plain(CLOSING) else value.operator
        return (operator, target, descriptor, _plain(value.document))
    if isinstance(value, nodes.Node):
        fields = [field for field in type(value)._fields if field not in ("span", "quoted")]
        return (type(value).__name__, [_plain(getattr(value, field)) for field in fields])
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


CLOSING = nodes.Word((0, 0), (nodes.Literal((0, 0), "-"),))

# Printed in another form that means the same: |&, &>, elif, the name of a coprocess, spaces in arithmetic, [[ a ]],
# $'…' and $"…" translated, ! ! left out, a function's ( ) put into braces, one named f=g that bash couldn't read again.
PRINTED_OTHERWISE = re.compile(r"\|&|&>|elif|coproc|for \(\(|\[\[|\$'|\$\"|time|! !|\)\n\(a|f=g|\\\Z")


def test_the_structure_is_the_one_that_bash_prints(tmp_path: Path) -> None:
    differing = []
    for text in TABLES:
        printed = None if PRINTED_OTHERWISE.search(text) else _printed(text, tmp_path)
        if printed is not None and _plain(parse(printed)) != _plain(parse(text)):
            differing.append((text, printed))
    assert differing == []


# ---------------------------------------------------------------- bash itself, with harmless words

WORDS = [
    *("a 'b c' \"d e\" f\\ g", "'' \"\" a''b", "a\\\nb c", "\"a\\b\\\\c\\\"d\\$e\"", "'\\a'", "a\\'b", '$"a b"'),
    *("$'a\\tb\\x41\\u20ac\\'c'", "a=b =c", "a#b", "{ } if then", "x~\\~", "a\\\\", "'a\nb'", "\"a\nb\"", "\\a\\b"),
    *("$'\\c\\\\a'", "$ a$", '"$"', "a\\", "'$a' \\$a \\`", "\"'\" '\"'", "''", "a;", "a # b", "a\tb"),
    *("a'b'\"c\"d$'e'", "é'€'", "'it'\\''s'", "\"it's\"", "-n -e", "1 2", "[x] [[ ]]", "\\#a", "$'a\\0b'c"),
]  # fmt: skip


def _literal(word: nodes.Word | nodes.Assignment) -> str:
    assert isinstance(word, nodes.Word)
    assert all(isinstance(part, nodes.Literal) for part in word.parts)
    return "".join(part.text for part in word.parts if isinstance(part, nodes.Literal))


@pytest.mark.parametrize("text", WORDS)
def test_words_are_split_and_unquoted_as_by_bash(text: str, tmp_path: Path) -> None:
    """bash's own printf prints the arguments; there is nothing on PATH, no file to match, and only literals."""
    command = parse(f"printf '<%s>' {text}").items[0].command
    assert isinstance(command, nodes.Simple)
    expected = "".join(f"<{_literal(word)}>" for word in command.words[2:])
    done = subprocess.run(
        [BASH, "-c", f"printf '<%s>' {text}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        timeout=10,
    )
    assert done.stdout.decode() == expected
