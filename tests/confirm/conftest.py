"""A home of its own for every test of confirming."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh import places


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(folder))
    return folder
