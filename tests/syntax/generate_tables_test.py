"""The tables are those of the installed bashlex."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guardsh.syntax import NotUnderstood, generate_tables, parse, signature, tables


def test_the_file_is_what_the_installed_bashlex_computes() -> None:
    assert Path(tables.__file__).read_text(encoding="utf-8") == generate_tables.source(generate_tables.compute())


def test_the_installed_bashlex_has_the_signature() -> None:
    assert signature.fits()


def test_another_bashlex_hasnt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bashlex").mkdir()
    for name in ("__init__.py", "parser.py", "tokenizer.py"):
        (tmp_path / "bashlex" / name).write_text("# another version\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert not signature.fits()


def test_a_broken_one_hasnt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bashlex").mkdir()
    (tmp_path / "bashlex" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert not signature.fits()


def test_reading_needs_no_bashlex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [])
    assert signature.fits()


def test_nothing_is_understood_with_tables_that_dont_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SIGNATURE", 1)
    monkeypatch.setattr("guardsh.syntax._fits", None)
    with pytest.raises(NotUnderstood, match="bashlex"):
        parse("ls")


def test_reading_imports_neither_bashlex_nor_anything_heavy() -> None:
    code = "import guardsh.syntax as s, sys; s.parse('a \"$b\" | c'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"bashlex", "typing", "dataclasses", "inspect", "json", "logging", "subprocess", "pathlib", "hashlib"}
    bare = subprocess.run([sys.executable, "-c", "import re, sys; print(*sys.modules)"], capture_output=True, text=True)
    assert not (loaded - set(bare.stdout.split())) & heavy
