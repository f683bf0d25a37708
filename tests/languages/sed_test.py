"""sed scripts: what they run, write and read."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ("s/t/touch \\/tmp\\/p/e", ["$ touch /tmp/p", "run transformed touch /tmp/p"]),
    ("s/.*/rm &/ge", ["$ rm …", "run transformed rm …"]),
    ("s|(.*)|\\1|e", ["run transformed …"]),
    ("1e id", ["$ id"]),
    ("/x/{e rm -rf y\n}", ["$ rm -rf y"]),
    ("e", ["run transformed …"]),
    ("w out.txt", ["overwrite out.txt"]),
    ("/a/,/b/w out.txt\np", ["overwrite out.txt"]),
    ("s/a/b/gw /home/u/.bashrc", ["overwrite /home/u/.bashrc"]),
    ("s/a/b/w /dev/stdout", []),
    ("$r /etc/passwd", ["read /etc/passwd"]),
    # ordinary work
    ("s/a/b/g", []),
    ("s/e/w file/;s|/usr/e|w|g", []),
    ("1,10p;$!d;/re/Id;\\%x%d", []),
    ("/^#/d; s/[/e]/x/; y/abc/xyz/; n;n; G;h;x;=;q5", []),
    ("a\\\nw out.txt\\\ne id\ni w x\nc\\e rm", []),
    (":a;N;$!ba;s/\\n/ /g", []),
    ("10,20!{s/a/b/;t end;b}; :end", []),
    ("# e id\nw", []),
    ("2~3d;0,/x/s//y/;+2p", []),
    ("s/a/…/;…,…p;…q", []),
    ("…", ["run unreadable"]),
    ("?", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("sed", code)) == sorted(found)


@pytest.mark.parametrize(
    "code", ["s/" * 3_000, "{" * 5_000, "\\" * 5_001, "[" * 3_000, "s/[" * 2_000, "/" * 3_001, "y", "s", "\x00"]
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("sed", code, context()):
        assert isinstance(act, Effect)
