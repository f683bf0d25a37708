"""The package's door: every language is read lazily, nothing raises, everything is bounded."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardsh import languages
from guardsh.languages import LANGUAGES, LARGEST, known, read
from guardsh.reading.model import HOLE, MARKS, Arguments, CodeFile, Effect, ShellText
from tests.languages import javascript_test, perl_test, php_test, powershell_test, python_test, ruby_test, sql_test
from tests.languages.support import context

SEEDS = {
    "python": [code for code, _ in python_test.ONE_LINERS + python_test.PROGRAMS],
    "javascript": [code for code, _ in javascript_test.CASES],
    "ruby": [code for code, _ in ruby_test.CASES],
    "sql": [code for _, code, _ in sql_test.STATEMENTS + sql_test.PROCEDURAL + sql_test.CLIENTS],
    "perl": [code for code, _ in perl_test.CASES],
    "php": [code for code, _ in php_test.CASES],
    "powershell": [code for code, _ in powershell_test.CASES],
    "cmd": ["rd /s /q C:\\", "if exist x (del %a%) else echo b > c", "for /d %i in (*) do rd %i"],
    "awk": ['{ print $1 > "a"; system("rm " $2) }', 'BEGIN { "id" | getline x }'],
    "sed": ["s/a/b/e;w f", "1,$!{/x/d;y/a/b/}"],
    "lua": ["os.execute('rm ' .. x)", "local f = io.open('a', 'w')"],
    "mongosh": ["db.users.deleteMany({})", "use x\ndb.dropDatabase()"],
    "redis": ["FLUSHALL\nDEL a", "EVAL \"redis.call('del', 1)\" 0"],
    "applescript": ['do shell script "a" & b'],
    "graphql": ["mutation { a(id: 1) { b } }", "query { a }"],
}


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, guardsh.languages, guardsh.languages.http\n"
        "from guardsh.reading.model import Value\n"
        "guardsh.languages.http.request_effects('', Value('https://a.example/x'))\n"
        "print([name for name in ('sqlglot', 'graphql', 'tree_sitter', 'ast', 'json', 'typing', 'inspect',"
        " 'dataclasses', 'pathlib', 'logging', 'subprocess') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env={"PYTHONPATH": "."}, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("language", "code", "absent"),
    [
        ("sql", "select 1; drop table x", "sqlglot"),
        ("sql", "delete from x", "sqlglot"),
        ("graphql", "{ a }", "graphql"),
        ("sed", "s/a/b/", "tree_sitter"),
    ],
)
def test_parsers_are_loaded_only_where_they_are_needed(language: str, code: str, absent: str) -> None:
    program = (
        "import sys; from guardsh.languages import read; from guardsh.reading.model import Context\n"
        f"read({language!r}, {code!r}, Context('/', '/', {{}}, lambda path: None))\n"
        f"print({absent!r} in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": "."}, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_its_reader(language: str) -> None:
    assert known(language)
    module = __import__(f"guardsh.languages.{LANGUAGES[language]}", fromlist=["read"])
    assert callable(module.read)


def test_text_for_a_shell_is_handed_back_to_it() -> None:
    (act,) = read("bash", "rm x", context())
    assert isinstance(act, ShellText) and (act.text.text, act.dialect) == ("rm x", "bash")


def test_nothing_is_nothing() -> None:
    assert read("python", " \n", context()) == ()


@pytest.mark.parametrize(
    ("language", "code"),
    [("cobol", "x"), ("python", "x" * (LARGEST + 1)), ("sql", HOLE), ("python", f" {HOLE} "), ("ruby", HOLE)],
)
def test_what_cannot_be_read_says_so(language: str, code: str) -> None:
    (act,) = read(language, code, context())
    assert isinstance(act, Effect) and (act.kind, act.verb) == ("run", "unreadable")


def test_a_reader_that_fails_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    from guardsh.languages import sed

    def fails(*_: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(sed, "read", fails)
    (act,) = read("sed", "p", context())
    assert isinstance(act, Effect) and act.verb == "unreadable" and "KeyError" in act.detail("why")


def test_code_within_code_within_code_ends() -> None:
    code = "print(1)"
    for _ in range(12):
        code = f"exec({code!r})"
    assert any(isinstance(act, Effect) and act.verb == "unreadable" for act in read("python", code, context()))
    assert languages._depth == 0


def _check(language: str, code: str) -> None:
    start = time.monotonic()
    for act in read(language, code, context("psql")):
        assert isinstance(act, (Effect, ShellText, Arguments, CodeFile))
        if isinstance(act, Effect) and act.kind == "run":
            assert "Error" not in act.detail("why"), (act.detail("why"), code)
            assert 0 <= act.span[0] <= act.span[1] <= len(code) + 1
    assert time.monotonic() - start < 5, code


@pytest.mark.parametrize("language", sorted(SEEDS))
def test_mutations_never_make_a_reader_fail(language: str) -> None:
    chance = random.Random(language)
    pieces = [
        "'",
        '"',
        "`",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "\\",
        "\n",
        ";",
        "$",
        "#",
        "/",
        "<<",
        "*/",
        "/*",
        "=",
        ".",
        ",",
        HOLE,
        "\0",
        "é",
    ]
    for _ in range(150):
        code = chance.choice(SEEDS[language])
        for _ in range(chance.randint(1, 4)):
            place = chance.randint(0, len(code))
            cut = chance.choice((0, 0, 1, 3))
            code = code[:place] + chance.choice(pieces) + code[place + cut :]
        if chance.random() < 0.2:
            code += chance.choice(SEEDS[language])
        _check(language, code)


@given(
    language=st.sampled_from(sorted(SEEDS)),
    code=st.text(st.sampled_from("ab1 \n'\"`$(){}[];:.,=+-*/\\|&<>#@!%^~_?" + MARKS), max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_failing(language: str, code: str) -> None:
    _check(language, code)
