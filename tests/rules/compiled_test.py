from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.rules.compiled import Compiled, open_compiled, write_compiled

SIGNATURE = (("format", 1, 2), ("a.toml", 3, 4))
INDEX = {f"rule {name}": [{"id": name, "flags": ["-f"]}] for name in ("rm", "mr", "git", "é", "\udcff")}
SAID = (("b.toml", "broken"),)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_compiled(str(tmp_path / "packs.bin"), SIGNATURE, INDEX, SAID)
    return tmp_path / "packs.bin"


def opened(path: Path) -> Compiled:
    found = open_compiled(str(path))
    assert found is not None
    return found


def test_what_was_written_is_read(path: Path) -> None:
    found = opened(path)
    assert (found.signature, found.said) == (SIGNATURE, SAID)
    assert {key: found.records(key) for key in found.keys()} == INDEX  # noqa: SIM118
    assert found.records("rule nosuch") == []
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_held_it_needs_no_descriptor(path: Path) -> None:
    found = opened(path)
    found.hold()
    path.write_bytes(b"")
    assert found.records("rule git") == INDEX["rule git"]


def test_a_replaced_file_changes_nothing_for_who_has_it_open(path: Path) -> None:
    found = opened(path)
    write_compiled(str(path), SIGNATURE, {"rule git": []}, ())
    assert found.records("rule git") == INDEX["rule git"]
    assert opened(path).records("rule git") == []


@pytest.mark.parametrize("change", ["cut", "longer", "other", "empty", "head", "huge"])
def test_a_broken_file_is_none(path: Path, change: str) -> None:
    whole = path.read_bytes()
    broken = {
        "cut": whole[:-1],
        "longer": whole + b"x",
        "other": b"x" + whole[1:],
        "empty": b"",
        "head": whole[:22] + b"\0" * 40 + whole[62:],
        "huge": whole[:14] + b"\xff" * 8 + whole[22:],
    }
    path.write_bytes(broken[change])
    assert open_compiled(str(path)) is None


def test_who_else_may_write_it_is_not_trusted(path: Path) -> None:
    path.chmod(0o620)
    assert open_compiled(str(path)) is None
    path.chmod(0o600)
    link = path.with_name("link")
    link.symlink_to(path)
    assert open_compiled(str(link)) is None
    assert open_compiled(str(path.with_name("nosuch"))) is None


def test_a_broken_record_is_an_error_and_no_empty_answer(path: Path) -> None:
    found = opened(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size - 300)  # the records are at the end
        file.write(b"\xff" * 300)
    with pytest.raises((ValueError, TypeError, EOFError)):
        for key in INDEX:
            found.records(key)


def test_a_folder_that_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    write_compiled(str(tmp_path / "nosuch" / "packs.bin"), SIGNATURE, INDEX, ())
