"""Texts run by the real bash where they can do no harm: new user, PID, mount and network namespaces, a root of its own that is
read-only, stub programs that only write down how they were called. Where that can't be made, nothing runs and Unavailable is raised.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

STUBS = ("p", "q", "r", "s", "t")  # programs that exist; each writes its words to the log
TOOLS = ("cat", "env", "xargs", "timeout", "nice", "nohup", "tr", "base64", "rev", "dirname", "basename", "find", "sh", "bash", "mkdir", "tee")
SECONDS = 2  # for one text

_STUB = """#!/bin/bash
printf '%s\\0' "${0##*/}" "$@" $'\\n' > "/log/$$.$RANDOM"
"""

# $1: an empty directory to build the root in; $2: the directory with what goes into it
_BUILD = """
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir usr dev proc tmp home log
mount --rbind /usr usr
mount -o remount,bind,ro usr
for d in bin lib lib64 sbin; do
    if [ -L "/$d" ]; then cp -P "/$d" .; elif [ -d "/$d" ]; then mkdir "$d"; mount --rbind "/$d" "$d"; mount -o remount,bind,ro "$d"; fi
done
: > dev/null
mount --bind /dev/null dev/null
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
mount -t proc proc proc
cp -R "$2" given
mount -t tmpfs tmpfs home
mount -t tmpfs tmpfs log
mount -t tmpfs tmpfs tmp
mount -o remount,ro .
ulimit -t 10 -u 400 -f 20000 2>/dev/null || true
exec chroot . /bin/bash /given/drive
"""

# runs every text in a fresh project and prints what was called
_DRIVE = """
for text in /given/texts/*; do
    rm -rf /home/u /tmp/* /log/*
    mkdir -p /home/u/project
    cp -R /given/project/. /home/u/project/
    cd /home/u/project
    /usr/bin/timeout -k 1 %d /usr/bin/env -i PATH=/given/stubs HOME=/home/u USER=u LC_ALL=C.UTF-8 PWD=/home/u/project \
        /bin/bash --norc --noprofile -c "$(/bin/cat "$text")" > /dev/null 2>&1 < /dev/null
    wait
    printf '%%s\\0' "TEXT ${text##*/}"
    /bin/cat /log/* 2>/dev/null
done
"""


class Unavailable(Exception):
    """The namespaces can't be made; nothing was run."""


def called(texts: list[str], files: dict[str, str], where: Path) -> list[list[list[str]]]:
    """For each text the words of each stub program that bash ran. `where`: an empty directory. Raises Unavailable."""
    given, root = where / "given", where / "root"
    for folder in (given / "texts", given / "project", given / "stubs", root):
        folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (given / "texts" / f"{number:05}").write_text(text)
    for name, content in files.items():
        path = given / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o755)
    for name in STUBS:
        (given / "stubs" / name).write_text(_STUB)
        (given / "stubs" / name).chmod(0o755)
    for name in TOOLS:
        (given / "stubs" / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    (given / "drive").write_text(_DRIVE % SECONDS)
    command = ["unshare", "-Urmpfn", "/bin/sh", "-c", _BUILD, "sh", str(root), str(given)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60 + len(texts) * 2, stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from None
    if done.returncode or b"TEXT " not in done.stdout:
        raise Unavailable(done.stderr.decode(errors="replace")[-500:])
    return _parsed(done.stdout.decode(errors="surrogateescape"), len(texts))


def _parsed(printed: str, count: int) -> list[list[list[str]]]:
    found: list[list[list[str]]] = [[] for _ in range(count)]
    current: list[list[str]] = []
    words: list[str] = []
    for piece in printed.split("\0"):
        if piece.startswith("TEXT "):
            current = found[int(piece[5:])]
        elif piece == "\n":
            current.append(words)
            words = []
        else:
            words.append(piece)
    return found
