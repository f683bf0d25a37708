"""Numbers, room and age of saves."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from guardsh.undo import store
from guardsh.undo.store import NotSaved
from tests.undo.support import LIMITS, numbers, save


def content(project: Path, name: str, size: int) -> Path:
    path = project / name
    path.write_bytes(os.urandom(size))
    return path


def test_the_oldest_go_first(project: Path) -> None:
    limits = LIMITS.but(bytes=250_000, largest=250_000)
    for name in "abcd":
        save(content(project, name, 100_000), limits=limits)
    assert numbers() == [3, 4]
    with pytest.raises(NotSaved):
        save(content(project, "large", 300_000), limits=limits)
    assert numbers() == [3, 4], "nothing goes for what doesn't fit anyway"


def test_what_is_too_old_goes(project: Path) -> None:
    saved = save(content(project, "a", 10))
    old = f"{saved.number}-{int(time.time()) - 31 * 86400}-{saved.bytes}"
    os.rename(saved.path, os.path.join(store.folder(), old))
    save(content(project, "b", 10))
    assert numbers() == [2]


def test_numbers_are_never_given_twice(project: Path) -> None:
    store.forget(save(content(project, "a", 10)))
    assert numbers() == [] and save(content(project, "b", 10)).number == 2
    Path(store.folder(), "last").write_text("?")
    assert save(content(project, "c", 10)).number == 3


def test_a_full_disk_saves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(project)
    full = os.statvfs_result((real.f_bsize, real.f_frsize, real.f_blocks, 0, 0, *tuple(real)[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    with pytest.raises(NotSaved, match="no room"):
        save(content(project, "a", 10))


def test_a_lock_that_is_held_saves_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    with store.Locked(store.folder()), pytest.raises(NotSaved, match="holds the lock"):
        save(content(project, "a", 10))
    assert numbers() == []


def test_what_living_writers_write_is_left_alone(project: Path) -> None:
    mine = store.begin()
    dead = os.path.join(store.folder(), "new-999999999-aa")
    os.mkdir(dead)
    save(content(project, "a", 10))
    assert os.path.isdir(mine) and not os.path.exists(dead)


def test_another_version_is_not_read(project: Path) -> None:
    saved = save(content(project, "a", 10))
    manifest = Path(saved.path, "manifest")
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(ValueError, match="another version"):
        saved.read()


def test_the_command_is_redacted(project: Path) -> None:
    from guardsh.undo import keep
    from guardsh.undo.plan import Plan, Root

    about = keep.About("curl -H 'Authorization: Bearer abcdef0123456789abcdef' -o a", "/", "yes")
    saved = keep.save(Plan((Root(str(content(project, "a", 10))),)), LIMITS, about, whole=True)
    assert "abcdef0123456789" not in Path(saved.path, "manifest").read_text()
