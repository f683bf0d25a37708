from __future__ import annotations

import pytest

from guardsh.facts.throwaway import is_throwaway, mounts

CONTAINER = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 0:40 / / rw,relatime master:7 - overlay overlay rw,lowerdir=/l,upperdir=/u
28 27 0:50 / /run rw shared:3 master:1 - tmpfs tmpfs rw
29 27 8:1 /home/ana/shop /workspaces/shop rw - ext4 /dev/sda1 rw
30 27 8:1 / /var/lib/my\\040data rw - ext4 /dev/sda1 rw
31 29 0:60 / /workspaces/shop/tmp rw - tmpfs tmpfs rw
"""
MACHINE = """\
27 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw
28 27 0:40 / /mnt rw - overlay overlay rw
"""


def lies(path: str, recursive: bool = False, text: str = CONTAINER, marks: bool = True) -> bool:
    return is_throwaway(path, recursive, table=mounts(text), marks=marks)


@pytest.mark.parametrize("path", ["/srv/x", "/run/lock", "/workspaces/shop/tmp/a", "/workspacesx", "/var/lib/my"])
def test_thrown_away_with_the_container(path: str) -> None:
    assert lies(path)


@pytest.mark.parametrize("path", ["/workspaces/shop", "/workspaces/shop/a/b", "/var/lib/my data/x", "/proc/1"])
def test_a_mount_is_kept(path: str) -> None:
    assert not lies(path)


def test_what_holds_a_mount_is_kept() -> None:
    assert lies("/workspaces") and not lies("/workspaces", recursive=True)
    assert not lies("/", recursive=True) and lies("/srv", recursive=True)
    assert not lies("/workspaces/shop", recursive=True)


def test_a_machine_is_not_thrown_away() -> None:
    assert not lies("/srv/x", text=MACHINE)
    assert not lies("/mnt/x", text=MACHINE), "only the root of a container is known to be its layer"


def test_without_the_mark_of_a_container_nothing_is_proven() -> None:
    assert not lies("/srv/x", marks=False)
    assert lies("/run/x", marks=False), "memory is memory"


@pytest.mark.parametrize("text", ["", "garbage\n", "27 1 8:2 / / rw\n", "27 1 - overlay\n"])
def test_without_a_table_nothing_is_proven(text: str) -> None:
    assert not lies("/srv/x", text=text)
    assert not lies("/srv/x", recursive=True, text=text)
