from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.shell import script
from guardsh.shell.script import CannotRun


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_read_once_and_compared_later(work: Path) -> None:
    (work / "s").write_bytes(b"echo \xff\n")
    found = script.named("s", {})
    assert found.text == "echo \udcff\n"
    assert found.unchanged()
    (work / "s").write_bytes(b"echo \xfe\n")
    assert not found.unchanged()
    (work / "s").unlink()
    assert not found.unchanged()


def test_the_working_directory_comes_before_path(work: Path) -> None:
    (work / "bin").mkdir()
    (work / "bin" / "tool").write_text("from path")
    path = {"PATH": f"/nonexistent:{work / 'bin'}"}
    assert script.named("tool", path).text == "from path"
    (work / "tool").write_text("from here")
    assert script.named("tool", path).text == "from here"
    with pytest.raises(CannotRun):
        script.named("./bin/none", path)


@pytest.mark.parametrize(
    "file, message, status",
    [
        ("none", "bash: none: No such file or directory", 127),
        ("", "bash: : No such file or directory", 127),
        (".", ".: .: Is a directory", 126),
        ("binary", "binary: binary: cannot execute binary file", 126),
        ("binary/x", "bash: binary/x: Not a directory", 126),
        ("large", "bash: large: File too large to be judged", 126),
    ],
)
def test_what_cannot_run(work: Path, file: str, message: str, status: int) -> None:
    (work / "binary").write_bytes(b"\x7fELF\0")
    (work / "large").touch()
    os.truncate(work / "large", script.LARGEST + 1)
    with pytest.raises(CannotRun) as raised:
        script.named(file, {})
    assert (str(raised.value), raised.value.status) == (message, status)


def test_a_nul_behind_the_first_line_is_no_sign_of_a_binary(work: Path) -> None:
    (work / "archive").write_bytes(b"echo self-extracting\n\0\0")
    assert script.named("archive", {}).text.endswith("\0")


def test_a_pipe_is_read_to_its_end_and_replaced(work: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"echo hi\n")
    os.close(writer)
    try:
        found = script.named(f"/dev/fd/{reader}", {})
        assert (found.text, found.pipe, found.unchanged()) == ("echo hi\n", True, True)
        found.hand_on()
        again = os.open(f"/dev/fd/{reader}", os.O_RDONLY)
        assert os.read(again, 100) == b"echo hi\n", "what the shell opens"
        assert os.read(reader, 100) == b"", "what the script's commands read"
        os.close(again)
    finally:
        os.close(reader)
