"""cmd.exe: deletions, nested shells, other programs."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from tests.languages.support import acts, context

CASES = [
    ("rd /s /q C:\\", ["delete -r C:/"]),
    ('"rd /s /q C:\\"', ["delete -r C:/"]),
    ("rmdir /s /q d:\\", ["delete -r d:/"]),
    ("rd/s/q x", ["delete -r x"]),
    ("del /f /s /q *.log", ["delete -r *.log"]),
    ('del a.txt "b c.txt"', ["delete a.txt", "delete b c.txt"]),
    ("r^d /s /q x", ["delete -r x"]),
    ("if exist x (rd /s /q x) else echo no", ["delete -r x"]),
    ("if not %a%==b del c", ["delete c"]),
    ("for /d %i in (*) do rd /s /q %i", ["delete -r …"]),
    ("for %%f in (a b) do @del %%f", ["delete …"]),
    ('rd /s /q "%USERPROFILE%\\x"', ["delete -r /home/u/x"]),
    ("set X=C:\\a & rd /s /q %X%", ["delete -r C:/a"]),
    ("cd /d D:\\a && del /q *", ["delete D:/a/*"]),
    ("rd /s /q %unset%", ["delete -r …"]),
    ('rd /s /q "\\\\?\\$resolved"', ["delete -r //?/$resolved"]),
    ("echo x > y & type z >> nul", ["overwrite y"]),
    ('powershell -Command "Remove-Item x -Recurse"', ["delete -r x"]),
    ("cmd /c del x", ["delete x"]),
    ("cmd.exe /d /c rmdir /s /q d:\\", ["delete -r d:/"]),
    ("start /wait cmd /c del x", ["delete x"]),
    ("move a b & copy c d", ["move a", "overwrite b", "read c", "overwrite d"]),
    ("format D: /q && vssadmin delete shadows /all", ["! format D: /q", "! vssadmin delete shadows /all"]),
    ("call x.bat", ["< x.bat"]),
    ("echo rd /s /q C:\\\nrem del x\ndir C:\\", []),
    ("… /s", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("cmd", code)) == sorted(found)


@pytest.mark.parametrize(
    "code", ["(" * 5_000, '"' * 5_001, "if " * 3_000, "for " * 3_000, "%a" * 3_000, "cmd /c " * 900, "\x00"]
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    read("cmd", code, context())
