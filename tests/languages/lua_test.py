"""Lua one-liners."""

from __future__ import annotations

import pytest

from tests.languages.support import acts

CASES = [
    ("os.execute('rm -rf ~')", ["$ rm -rf ~"]),
    ('os.execute "id"', ["$ id"]),
    ("local d = '/x'; os.execute('rm ' .. d .. f)", ["$ rm /x…"]),
    ("local h = io.popen([[id]]); print(h:read('*a'))", ["$ id"]),
    ("os.remove('a'); os.rename('b', 'c')", ["delete a", "move b", "overwrite c"]),
    ("io.open('a', 'w'):write('x'); io.open('b')", ["overwrite a", "read b"]),
    ("load(\"os.execute('id')\")()", ["$ id"]),
    ("dofile('x.lua')", ["< x.lua"]),
    ("local e = os.execute; e('id')", ["$ id"]),
    ("os.remove(os.getenv('HOME') .. '/x')", ["delete /home/u/x"]),
    ("if x then os.remove('a') end -- os.remove('b')", ["delete a"]),
    ("return redis.call('FLUSHALL')", ["data FLUSHALL"]),
    ("print('os.execute(1)'); table.remove(t, 1)", []),
    ("os.remove(…)", ["delete …"]),
    ("…", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("lua", code)) == sorted(found)
