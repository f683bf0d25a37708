"""PowerShell: cmdlets, aliases, .NET, pipelines."""

from __future__ import annotations

import base64

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ("Remove-Item -Recurse -Force C:\\data", ["delete -r C:/data"]),
    ("rm -r -fo .\\worktree", ["delete -r worktree"]),
    ("ri $x -rec; del a, b, 'c d'", ["delete -r …", "delete a", "delete b", "delete c d"]),
    ("Remove-Item -LiteralPath 'a b' -Recurse:$true -Confirm:$false", ["delete -r a b"]),
    ("Get-ChildItem C:\\a -Recurse -Filter *.log | Remove-Item -Force", ["delete C:/a/**/*.log"]),
    ("gci $HOME\\x | % { Remove-Item $_.FullName -Recurse }", ["delete -r /home/u/x/*"]),
    ("foreach ($f in Get-ChildItem *.tmp) { Remove-Item $f }", ["delete *.tmp"]),
    ('$p = "C:\\x"; Remove-Item "$p\\*" -Recurse', ["delete -r C:/x/*"]),
    ("Remove-Item (Join-Path $env:USERPROFILE 'x') -Recurse", ["delete -r /home/u/x"]),
    ("[System.IO.Directory]::Delete('E:\\x', $true)", ["delete -r E:/x"]),
    ('[IO.File]::Delete("$env:USERPROFILE\\a.txt")', ["delete /home/u/a.txt"]),
    ("if (Test-Path x) { ri x } else { ri y }", ["delete x", "delete y"]),
    ("Set-Location C:\\; Remove-Item a", ["delete C:/a"]),
    (
        "Clear-Content a; Set-Content b 'x'; 'x' | Out-File c; Add-Content d x; 'x' > e; 'x' >> f",
        ["truncate a", "overwrite b", "overwrite c", "append d", "overwrite e", "append f"],
    ),
    (
        "Move-Item a b; Rename-Item c d; Copy-Item -Recurse e f",
        ["move a", "overwrite b", "move c", "overwrite d", "read -r e", "overwrite -r f"],
    ),
    ("Format-Volume -DriveLetter D -Confirm:$false", ["delete -r D:/"]),
    (
        "Stop-Computer -Force; Stop-Service x; Stop-Process -Id 7 -Force",
        ["! shutdown", "! systemctl stop x", "! kill -9 7"],
    ),
    ("Remove-Item HKLM:\\Software\\x -Recurse", ["! reg delete HKLM:/Software/x /f"]),
    ("Remove-AzResourceGroup -Name rg -Force", ["data remove-azresourcegroup rg"]),
    # code
    ("iex (iwr https://x/y.ps1).Content", ["request GET https://x/y.ps1", "run downloaded …"]),
    ("iex ((New-Object Net.WebClient).DownloadString('https://x/y'))", ["request GET https://x/y", "run downloaded …"]),
    ("iwr https://x/y.ps1 | iex", ["request GET https://x/y.ps1", "run downloaded …"]),
    ("iex 'Remove-Item x'; Invoke-Expression \"ri $y\"", ["delete x", "delete …"]),
    ("iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('UmVtb3ZlLUl0ZW0geA==')))", ["delete x"]),
    ("iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String($args[0])))", ["run decoded …"]),
    ("cmd /c \"rd /s /q C:\\\"; Start-Process cmd -ArgumentList '/c','del /s x'", ["delete -r C:/", "delete -r x"]),
    ('powershell -NoProfile -Command "Remove-Item x -Recurse"', ["delete -r x"]),
    ("powershell -ep bypass -c Remove-Item -Recurse 'a b'", ["delete -r a b"]),
    ("pwsh.exe Remove-Item -Recurse C:/", ["delete -r C:/"]),
    (
        "git reset --hard; docker rm -f x; & 'C:\\a b\\x.exe' -a",
        ["! git reset --hard", "! docker rm -f x", "! C:/a b/x.exe -a"],
    ),
    (". .\\b.ps1; & $cmd a", ["< b.ps1", "! … a"]),
    ("Invoke-RestMethod -Method Delete -Uri https://h/x", ["request DELETE https://h/x"]),
    ("irm https://h/x -Method Post -Body (@{_method='delete'} | ConvertTo-Json)", ["request DELETE https://h/x"]),
    ("Invoke-WebRequest -Uri https://h/x -OutFile a.zip", ["request GET https://h/x", "overwrite a.zip"]),
    ('Invoke-Sqlcmd -Query "DROP TABLE x" -ServerInstance prod', ["sql drop table x"]),
    # ordinary work
    ("Remove-Item x -WhatIf", []),
    ('Write-Host "Remove-Item x" # Remove-Item y\n<# ri z #>', []),
    ("Get-Process | Where-Object { $_.CPU -gt 10 } | Sort-Object CPU | Select-Object -First 5", []),
    ("$x = Get-Date; $y = @{a=1; b='c'}; \"$($x.Year) $y\"", []),
    ("…", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("powershell", code)) == sorted(found)


def test_an_encoded_command_is_read() -> None:
    code = base64.b64encode("Remove-Item x -Recurse".encode("utf-16-le")).decode()
    assert acts("powershell-encoded", code) == ["delete -r x"]
    assert acts("powershell", f"powershell -enc {code}") == ["delete -r x"]
    assert acts("powershell-encoded", "no base64!") == ["run decoded …"]


def test_a_token_in_a_header_is_seen() -> None:
    body = '{"query":"mutation { a }"}'
    code = f"irm https://h/graphql -Method Post -Headers @{{Authorization='Bearer abc'}} -Body '{body}'"
    (effect,) = read("powershell", code, context())
    assert isinstance(effect, Effect)
    assert (effect.detail("credential"), effect.detail("field")) == ("literal", "a")


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5_000,
        "{" * 5_000,
        "'" * 5_001,
        '"$(' * 2_000,
        "@{" * 3_000,
        "$a." * 3_000,
        "| " * 4_000,
        "a " * 20_000,
        "\x00",
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    read("powershell", code, context())
