"""AppleScript: shell text and Finder's deletions."""

from __future__ import annotations

import pytest

from tests.languages.support import acts

CASES = [
    ('do shell script "rm -rf ~/x"', ["$ rm -rf ~/x"]),
    ('do shell script "rm " & quoted form of p with administrator privileges', ["$ rm …"]),
    ('set p to "/a"\ndo shell script "rm " & p & "/b"', ["$ rm /a/b"]),
    ('do shell script "echo \\"a\\""', ['$ echo "a"']),
    ('tell app "Terminal" to do script "rm x"', ["$ rm x"]),
    ('tell application "Finder" to delete POSIX file "/a/b"', ["delete /a/b"]),
    ('tell application "Finder" to delete file "Macintosh HD:Users:u:x"', ["delete /Users/u/x"]),
    ('tell app "Finder" to empty trash', ["delete -r /home/u/.Trash"]),
    ('display dialog "do shell script"', []),
    ("do shell script cmd", ["run unknown …"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert acts("applescript", code) == found
