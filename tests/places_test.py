from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

import pytest

from guardsh import places
from tests.support_home import environment, launcher


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "home", lambda: str(tmp_path))
    return tmp_path


def test_the_home_is_the_password_databases_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOGNAME", "USER"):
        monkeypatch.setenv(name, "/nowhere")
    assert places.home() == pwd.getpwuid(os.getuid()).pw_dir


def test_a_user_without_an_entry_has_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999_999)
    with pytest.raises(places.Unsafe, match="password database"):
        places.home()


def test_directories_are_made_private(home: Path) -> None:
    old = os.umask(0)
    try:
        made = [places.config_dir(), places.state_dir(), places.cache_dir(), places.state_dir("requests")]
    finally:
        os.umask(old)
    assert made == [
        str(home / below)
        for below in (".config/guardsh", ".local/state/guardsh", ".cache/guardsh", ".local/state/guardsh/requests")
    ]
    for path in made:
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o700


def test_a_readable_directory_of_ours_is_closed(home: Path) -> None:
    (home / ".config" / "guardsh").mkdir(parents=True)
    os.chmod(home / ".config" / "guardsh", 0o755)
    assert stat.S_IMODE(os.stat(places.config_dir()).st_mode) == 0o700


@pytest.mark.parametrize("part", [".", ".config", ".config/guardsh"])
def test_what_everybody_may_write_is_refused(home: Path, part: str) -> None:
    places.config_dir()
    os.chmod(home / part, 0o777)
    with pytest.raises(places.Unsafe, match="everybody"):
        places.config_dir()


def test_what_a_group_may_write_is_refused_unless_it_is_the_users_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.config_dir()
    os.chmod(home / ".config", 0o770)
    monkeypatch.setattr(places, "own_group", lambda gid: False)
    with pytest.raises(places.Unsafe, match="group"):
        places.config_dir()
    monkeypatch.setattr(places, "own_group", lambda gid: True)
    assert places.config_dir()


def test_what_belongs_to_somebody_else_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places.config_dir()
    if os.getuid() == 0:
        os.chown(home / ".config" / "guardsh", 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(places.Unsafe, match="another user"):
        places.config_dir()


def test_a_file_in_the_way_is_refused(home: Path) -> None:
    (home / ".config").write_text("")
    with pytest.raises(OSError):
        places.config_dir()


def test_private_files_are_0600_and_never_half(home: Path) -> None:
    path = home / "f"
    places.create_private(str(path), "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        places.create_private(str(path), "two")
    places.replace_private(str(path), "three")
    assert places.read_private(str(path)) == "three"
    assert [entry.name for entry in home.iterdir()] == ["f"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_open_to_others_is_not_read(home: Path, mode: int) -> None:
    path = home / "f"
    path.write_text("x")
    path.chmod(mode)
    with pytest.raises(places.Unsafe, match="open to others"):
        places.read_private(str(path))


def test_links_pipes_and_huge_files_are_not_read(home: Path) -> None:
    (home / "target").write_text("x" * 100)
    (home / "target").chmod(0o600)
    (home / "link").symlink_to("target")
    os.mkfifo(home / "pipe", 0o600)
    with pytest.raises(OSError):
        places.read_private(str(home / "link"))
    with pytest.raises(places.Unsafe, match="plain file"):
        places.read_private(str(home / "pipe"))
    with pytest.raises(places.Unsafe, match="larger"):
        places.read_private(str(home / "target"), limit=99)


def test_a_launched_guardsh_uses_the_given_home(tmp_path: Path) -> None:
    started = launcher(tmp_path, tmp_path / "home", before="print(guardsh.places.config_dir()); sys.exit(0)")
    done = subprocess.run(started, capture_output=True, text=True, env=environment(Path("/elsewhere")), check=True)
    assert done.stdout.strip() == str(tmp_path / "home" / ".config" / "guardsh")
