"""Every program and argument list that the real bash runs is among what reading said. Reading may say more, never less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from guardsh.reading.model import GLOBS, HOLE, MARKS, SET, STAR, TOKEN
from guardsh.syntax import SyntaxProblem
from tests.reading import harmless_texts, sandbox
from tests.reading.support import reading

ENVIRONMENT = {"PATH": "/given/stubs", "HOME": "/home/u", "USER": "u", "PWD": "/home/u/project"}


def said(text: str) -> list[re.Pattern[str]]:
    """What reading says would run, as expressions for the words joined by NUL; unknown parts match anything."""
    found = []
    for invocation in reading(text, harmless_texts.FILES, ENVIRONMENT).commands:
        words = invocation.command.words
        if words:
            name = words[0].but(text=words[0].text.rsplit("/", 1)[-1])
            found.append(re.compile("".join(_expression(word.text, word.matches) for word in (name, *words[1:])), re.S))
    return found


def _expression(text: str, matches: tuple[str, ...]) -> str:
    """One word, or as many as it may become."""
    if matches:
        return "(?:(?:" + "|".join(map(re.escape, matches)) + ")\0)*"
    if text.startswith("/dev/fd/"):
        return "/dev/fd/[0-9]+\0"
    if not any(mark in text for mark in MARKS):
        return re.escape(text) + "\0"
    if SET in text:
        text = re.sub(f"{SET}[^]]*]", STAR, text)
    text = text.replace(f"/{STAR}/", f"/{STAR}")  # `find` comes upon files at any depth
    if HOLE in text or any(mark in text for mark in GLOBS):
        return "".join(".*" if sign in MARKS else re.escape(sign) for sign in text) + "\0?"
    return "".join("[^\0/]*" if sign == TOKEN else re.escape(sign) for sign in text) + "\0"


@pytest.mark.parametrize(
    "texts", [harmless_texts.TEXTS, harmless_texts.generated(150)], ids=["hand-written", "generated"]
)
def test_reading_says_at_least_what_bash_runs(texts: list[str], tmp_path: Path) -> None:
    try:
        called = sandbox.called(texts, harmless_texts.FILES, tmp_path)
    except sandbox.Unavailable as why:
        pytest.fail(f"no namespaces, so nothing was run: {why}")
    assert sum(map(len, called)) > len(texts) // 2, "the sandbox runs hardly anything"
    unsaid = []
    for text, runs in zip(texts, called):
        try:
            expressions = said(text)
        except SyntaxProblem:  # bash runs nothing of it either
            expressions = []
        for words in runs:
            joined = "".join(word + "\0" for word in words)
            if not any(expression.fullmatch(joined) for expression in expressions):
                unsaid.append((text, words))
    assert unsaid == []


def test_the_sandbox_keeps_everything_in(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept")
    texts = [f"echo gone > {outside}", f"rm -f {outside}", "rm -rf /usr/bin /home /given; p still", "kill -9 -1", "p after"]
    try:
        called = sandbox.called(texts, {}, tmp_path / "sandbox")
    except sandbox.Unavailable as why:
        pytest.fail(f"no namespaces, so nothing was run: {why}")
    assert outside.read_text() == "kept"
    assert Path("/usr/bin/env").exists()
    assert called[2] == [["p", "still"]]
