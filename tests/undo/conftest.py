from __future__ import annotations

from pathlib import Path

import pytest

from guardsh import places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the saves, in which the tests' files lie too."""
    made = tmp_path.resolve() / "home"
    made.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(made))
    return made


@pytest.fixture
def project(home: Path) -> Path:
    made = home / "project"
    made.mkdir()
    return made
