"""Outputs that are known without running anything."""

from __future__ import annotations

import base64

import pytest

from guardsh.reading.answers import formatted, unescaped
from guardsh.reading.model import HOLE, TOKEN, Value
from tests.reading.support import expanded

ANSWERS = [
    ("echo a  b", ["a b"]),
    ("echo -n a", ["a"]),
    ("echo -e 'a\\tb'", ["a\tb"]),
    ("echo -E 'a\\tb'", ["a\\tb"]),
    ("echo -- a", ["-- a"]),
    ("echo -x", ["-x"]),
    ("printf a", ["a"]),
    ("printf '%s %s' a b", ["a b"]),
    ("printf '%s,' a b c", ["a,b,c,"]),
    ("printf '%d%%' 5", ["5%"]),
    ("printf '%x %o' 255 8", ["ff 10"]),
    ("printf '%.2s' abc", ["ab"]),
    ("printf '%c%c' ab cd", ["ac"]),
    ("printf '%5s' a", ["    a"]),
    ("printf '%-3sx' a", ["a  x"]),
    ("printf '%*s' 3 a", ["  a"]),
    ("printf %b 'a\\0101'", ["aA"]),
    ("printf '\\101'", ["A"]),
    ("printf %q 'a b'", ["'a b'"]),
    ("printf -- '-%s' a", ["-a"]),
    ("printf '%(%F)T' -1", ["…"]),
    ("printf %d \"'A\"", ["65"]),
    ("pwd", ["/home/u/project"]),
    ("dirname /a/b/c", ["/a/b"]),
    ("dirname a", ["."]),
    ("basename /a/b.c .c", ["b"]),
    ("cat f", ["1\n2"]),
    ("cat f f", ["1\n2\n1\n2"]),
    ("echo x | cat", ["x"]),
    ("echo x | cat f -", ["1\n2\nx"]),
    ("echo x | tee g", ["x"]),
    ("realpath x", ["/home/u/project/x"]),
    ("which ls", ["/usr/bin/ls"]),
    ("command -v ls", ["/usr/bin/ls"]),
    ("git rev-parse --show-toplevel", ["/home/u/project"]),
    ("git rev-parse HEAD", ["…"]),
    ("mktemp -d", ["/tmp/tmp.…"]),
    ("mktemp /tmp/x.XXXX", ["/tmp/x.…"]),
    (f"echo {base64.b64encode(b'a b').decode()} | base64 -d", ["a b"]),
    ("echo -n 'a b' | base64", ["YSBi"]),
    ("echo abc | rev", ["cba"]),
    ("echo abc | tr a-c x-z", ["xyz"]),
    ("echo 'a b' | tr -d ' '", ["ab"]),
    ("echo ABC | tr '[:upper:]' '[:lower:]'", ["abc"]),
    ("echo 6162 | xxd -r -p", ["ab"]),
    ("printf 'a\\nb' | xargs", ["a b"]),
    ("gen", ["…"]),
    ("base64 -d < gone", ["…"]),
]


@pytest.mark.parametrize(("text", "words"), ANSWERS, ids=[text for text, _ in ANSWERS])
def test_answers(text: str, words: list[str]) -> None:
    assert expanded(f'p "$({text})"', {"f": "1\n2\n"}) == [words]


@pytest.mark.parametrize(
    ("text", "decoded", "cut"),
    [("a", "a", False), ("\\x41", "A", False), ("\\0101", "A", False), ("a\\cb", "a", True), ("a\\\\cb", "a\\cb", False)],
)
def test_unescaped(text: str, decoded: str, cut: bool) -> None:
    assert unescaped(text) == (decoded, cut)


def test_unknown_words_stay_visible() -> None:
    assert formatted(Value("a%sb"), [Value(HOLE)]).text == f"a{HOLE}b"
    assert formatted(Value("%d"), [Value(HOLE)]).text == TOKEN
    assert formatted(Value("%5d|"), [Value("x")]).text == TOKEN + "|"


def test_escapes_that_not_every_echo_knows() -> None:
    assert expanded("p \"$(echo 'a\\0101')\"") == [["a\\0101"], ["aA"]]


def test_a_format_that_repeats_ends() -> None:
    assert len(formatted(Value("%s" * 1000), [Value("x" * 1000)] * 1000).text) <= 65536
