from __future__ import annotations

import marshal
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guardsh import patterns, places
from guardsh.syntax import ansi, expansions, tokens, words, zsh
from tests.support import TOP

SAMPLES = [
    (r"(?:\\\n)+(.?)", re.DOTALL),
    (r"\{(?P<name>[a-z]+(?:\[.+\])?)\}\Z", 0),
    (r"(?<![^ \t])#[^\n]*|(a)(?P<b>b)?", 0),
    ("[\uf8f0-\uf8ff]", 0),
    (r"a(?=\})", re.VERBOSE | re.IGNORECASE),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an empty cache, and nothing known in this process."""
    tmp_path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(tmp_path))
    for name, value in (("_kept", None), ("_fresh", {}), ("_objects", {})):
        monkeypatch.setattr(patterns, name, value)
    return tmp_path


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_kept", None), ("_fresh", {}), ("_objects", {})):
        monkeypatch.setattr(patterns, name, value)


def test_every_pattern_of_the_scanner_is_what_re_makes() -> None:
    found = [
        value for module in (ansi, expansions, tokens, words, zsh) for value in vars(module).values()
        if isinstance(value, re.Pattern)
    ]  # fmt: skip
    assert len(found) > 30
    for value in found:
        assert value == re.compile(value.pattern, value.flags & ~re.UNICODE)


@pytest.mark.parametrize("text, flags", SAMPLES)
def test_kept_and_read_again_it_is_the_same(home: Path, monkeypatch: pytest.MonkeyPatch, text: str, flags: int) -> None:
    first = patterns.compiled(text, int(flags))
    patterns.keep()
    forget(monkeypatch)
    assert (text, int(flags)) in patterns._read()
    monkeypatch.setattr(patterns, "_arguments", None)  # nothing needs to be made
    again = patterns.compiled(text, int(flags))
    assert first == again == re.compile(text, flags)
    assert (again.groups, again.groupindex) == (first.groups, first.groupindex)
    for sample in ("", "a}", "{x[1]}", "\\\n\\\nx", " #c", "ab", "\uf8f3"):
        found, expected = again.search(sample), re.search(text, sample, flags)
        assert (found and (found.span(), found.groupdict(), found.lastgroup)) == (
            expected and (expected.span(), expected.groupdict(), expected.lastgroup)
        )


def cache(home: Path) -> Path:
    return home / ".cache/guardsh/patterns.bin"


def test_what_is_known_is_not_written_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns.compiled("a+")
    patterns.keep()
    before = cache(home).stat()
    forget(monkeypatch)
    patterns.compiled("a+")
    patterns.keep()
    assert os.path.samestat(before, cache(home).stat())
    patterns.compiled("b+")
    patterns.keep()
    assert set(patterns._read()) == {("a+", 0), ("b+", 0)}
    assert cache(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xfb\x00\x00\x00\x00"])
def test_a_broken_cache_is_none(home: Path, content: bytes) -> None:
    cache(home).parent.mkdir(parents=True, mode=0o700)
    cache(home).write_bytes(content)
    assert patterns.compiled("a+").fullmatch("aaa")
    patterns.keep()
    assert ("a+", 0) in patterns._read()


def test_another_pythons_cache_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns.compiled("a+")
    patterns.keep()
    monkeypatch.setattr(patterns, "_engine", lambda: ("another", 0, 0))
    assert patterns._read() == {}


def test_a_cache_that_others_may_write_is_none(home: Path) -> None:
    patterns.compiled("a+")
    patterns.keep()
    cache(home).chmod(0o666)
    assert patterns._read() == {}


def test_code_that_the_engine_refuses_is_made_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_read", lambda: {("a+", 0): marshal.dumps((32, [1, 2, 3], 0, {}, ()))})
    assert patterns.compiled("a+").fullmatch("aaa")
    patterns.keep()
    monkeypatch.undo()


def test_without_a_cache_it_works(home: Path) -> None:
    (home / ".cache").write_text("a file in its place")
    assert patterns.compiled("a+").fullmatch("aaa")
    patterns.keep()


def test_where_re_is_another_it_is_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_arguments", lambda *_: ())
    assert patterns.compiled("a+") == re.compile("a+")


def test_the_scanner_starts_without_re(tmp_path: Path) -> None:
    """With the cache filled, reading a text imports no `re`."""
    code = (
        f"import sys; sys.path.insert(0, {str(TOP)!r})\n"
        f"import guardsh.places; guardsh.places.home = lambda: {str(tmp_path)!r}\n"
        "from guardsh import patterns; from guardsh.syntax import parse\n"
        "parse('ls -la \"$HOME\" | grep x'); patterns.keep();"
        "print('re' in sys.modules)"
    )
    tmp_path.chmod(0o700)
    runs = [subprocess.check_output([sys.executable, "-I", "-S", "-c", code], text=True).strip() for _ in range(2)]
    assert runs == ["True", "False"]
