"""Redis commands, one a line."""

from __future__ import annotations

import pytest

from tests.languages.support import acts

CASES = [
    ("FLUSHALL", ["data FLUSHALL"]),
    ("flushdb async", ["data FLUSHDB async"]),
    ("DEL a b", ["data DEL a b"]),
    ('unlink "a b"', ["data UNLINK a b"]),
    ("config set dir /var/spool/cron", ["data CONFIG SET dir /var/spool/cron"]),
    ("CONFIG GET dir", []),
    ("SHUTDOWN NOSAVE", ["data SHUTDOWN NOSAVE"]),
    ("cluster reset hard", ["data CLUSTER RESET hard"]),
    ("EVAL \"return redis.call('FLUSHALL')\" 0", ["data EVAL", "data FLUSHALL"]),
    ("eval \"return redis.call('set', 'a', 1)\" 0", ["data EVAL"]),
    ("SET a FLUSHALL\nGET a\nKEYS *", []),
    ("SELECT 1\n3 FLUSHDB", ["data FLUSHDB"]),
    ("… a", ["run unreadable"]),
    ("DEL …", ["data DEL …"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_commands_do(code: str, found: list[str]) -> None:
    assert acts("redis", code) == found
