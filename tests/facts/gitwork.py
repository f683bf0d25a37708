"""Throw-away git repositories for tests: own home, no configuration of the machine's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "U",
    "GIT_AUTHOR_EMAIL": "u@example.com",
    "GIT_COMMITTER_NAME": "U",
    "GIT_COMMITTER_EMAIL": "u@example.com",
    "LC_ALL": "C",
}


def git(folder: Path, *arguments: str, **more: str) -> str:
    """Runs git in the folder; raises if it fails."""
    command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    environment = {**ENVIRONMENT, "HOME": str(folder), **more}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    """A repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    git(folder, "config", "user.email", "u@example.com")
    write(folder, files if files is not None else {"a.py": "a\n", "src/b.py": "b\n"})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return Path(os.path.realpath(folder))


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
