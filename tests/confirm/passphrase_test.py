from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from guardsh.confirm import passphrase

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "COST", 1 << 10)


@pytest.fixture
def kept(home: Path) -> Path:
    return home / ".config/guardsh/passphrase"


def test_only_the_same_passphrase_matches(kept: Path) -> None:
    passphrase.store(GOOD)
    assert passphrase.matches(GOOD)
    for other in ("", "correct horse", GOOD + " ", GOOD.upper()):
        assert not passphrase.matches(other)


def test_it_is_kept_as_a_salted_hash_and_privately(kept: Path) -> None:
    passphrase.store(GOOD)
    first = kept.read_text()
    assert GOOD not in first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    passphrase.store(GOOD)
    assert kept.read_text() != first


def test_letters_match_however_they_are_composed() -> None:
    passphrase.store("caf\u00e9 au lait")
    assert passphrase.matches("cafe\u0301 au lait")


@pytest.mark.parametrize("short", ["", "seven77", "aaaaaaaaaaaaa"])
def test_a_weak_one_is_not_taken(short: str) -> None:
    with pytest.raises(ValueError):
        passphrase.store(short)
    assert not passphrase.is_set()


def test_without_one_nothing_matches() -> None:
    with pytest.raises(passphrase.NoPassphrase, match="guardsh setup"):
        passphrase.matches("")


@pytest.mark.parametrize(
    "content",
    ["", "x", "scrypt$1024$8$1$00$", "scrypt$1024$8$1$00$00", "md5$1$1$1$00$" + "0" * 64, "scrypt$3$8$1$00$" + "0" * 64,
     "scrypt$1099511627776$8$1$00$" + "0" * 64, "scrypt$a$8$1$00$" + "0" * 64, "scrypt$1024$-8$1$00$" + "0" * 64],
)  # fmt: skip
def test_a_broken_file_matches_nothing(content: str, kept: Path) -> None:
    passphrase.store(GOOD)
    kept.write_text(content)
    with pytest.raises(passphrase.NoPassphrase):
        passphrase.matches(GOOD)
    assert passphrase.is_set()


def test_a_file_that_others_may_read_or_a_link_matches_nothing(kept: Path, tmp_path: Path) -> None:
    passphrase.store(GOOD)
    kept.chmod(0o640)
    with pytest.raises(passphrase.NoPassphrase, match="chmod 600"):
        passphrase.matches(GOOD)
    kept.chmod(0o600)
    os.rename(kept, tmp_path / "p")
    kept.symlink_to(tmp_path / "p")
    with pytest.raises(passphrase.NoPassphrase):
        passphrase.matches(GOOD)


def test_a_directory_that_others_may_write_holds_none(kept: Path) -> None:
    passphrase.store(GOOD)
    kept.parent.chmod(0o777)
    with pytest.raises(passphrase.NoPassphrase):
        passphrase.matches(GOOD)


def test_the_real_cost_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "COST", 1 << 15)
    passphrase.store(GOOD)
    assert passphrase.matches(GOOD)
