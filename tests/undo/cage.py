"""Running destructive programs for real: in new user, mount and PID namespaces, with a root that is read-only but for one
throw-away directory. Where these can't be made, a test that wants them fails; nothing is run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support import TOP

# Run in the new namespaces, before anything else: everything but DIR becomes read-only, and that is checked.
_INSIDE = r"""
set -eu
dir=$1; shift
[ "$$" = 1 ] || { echo 'not in a PID namespace' >&2; exit 97; }
read -r inside outside count < /proc/self/uid_map
[ "$count" = 1 ] || { echo 'not in a user namespace' >&2; exit 97; }
mount --make-rprivate /
mount --bind "$dir" "$dir"
cut -d' ' -f5 /proc/self/mountinfo | sort -r | while IFS= read -r place; do
    place=$(printf '%b' "$place")
    case $place in "$dir"|/proc|/proc/*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;; esac
done
for place in / /tmp /var/tmp /dev/shm /home /root /etc /usr /opt /run /srv "$HOME" "$REAL_HOME" "$TOP" "$(dirname "$dir")"; do
    [ -d "$place" ] || continue
    case $place in "$dir"|"$dir"/*) continue ;; esac
    if mkdir "$place/guardsh-cage-probe" 2>/dev/null; then
        rmdir "$place/guardsh-cage-probe"; echo "$place can be written" >&2; exit 98
    fi
done
mkdir "$dir/guardsh-cage-probe" && rmdir "$dir/guardsh-cage-probe" || exit 99
cd "$dir"
exec "$@"
"""
_OUTSIDE = (97, 98, 99)


class NoCage(AssertionError):
    """The namespaces can't be made, or don't hold; nothing was run."""


class Cage:
    """A throw-away directory with a home and a project, in which programs run caged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.home = self.folder / "home"
        self.work = self.home / "project"
        self.work.mkdir(parents=True)
        self.home.chmod(0o700)
        self.environment = {
            "HOME": str(self.home),
            "REAL_HOME": os.path.expanduser("~"),
            "TOP": str(TOP),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.folder),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "u@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    def argv(self, *command: str) -> list[str]:
        """The argv that runs a command caged."""
        cage = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
        return [*cage, "sh", "-c", _INSIDE, "cage", str(self.folder), *command]

    def start(self, *command: str, cwd: Path | None = None, **more: Any) -> subprocess.Popen[str]:
        """Starts a command caged, in the project."""
        inner = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "in", str(cwd or self.work), *command]
        return subprocess.Popen(
            self.argv(*inner), env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="surrogateescape", **more,
        )  # fmt: skip

    def run(self, *command: str, check: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a command caged, in the project. Raises NoCage where it can't be caged."""
        process = self.start(*command, cwd=cwd)
        out, err = process.communicate(timeout=120)
        done = subprocess.CompletedProcess(command, process.returncode, out, err)
        if done.returncode in _OUTSIDE or "unshare:" in err or "mount:" in err:
            raise NoCage(f"not caged: {err}")
        if check and done.returncode:
            raise AssertionError(f"{command}: {done.returncode}\n{out}\n{err}")
        return done

    def bash(self, script: str, check: bool = True) -> str:
        """Runs a plain bash script caged."""
        return self.run("bash", "-c", script, check=check).stdout

    # ------------------------------------------------------------ guardsh

    def launcher(self, before: str = "") -> list[str]:
        """The argv that starts guardsh with this home; `before` is Python run at its start."""
        program = self.folder / f"guardsh-caged-{abs(hash(before))}.py"
        program.write_text(
            f"import sys\nsys.path.insert(0, {str(TOP)!r})\nimport guardsh.places\n"
            f"guardsh.places.home = lambda: {str(self.home)!r}\n{before}\n"
            "from guardsh.__main__ import main\nsys.exit(main())\n",
            encoding="utf-8",
        )
        return [sys.executable, "-I", "-B", str(program)]

    def guardsh(self, *arguments: str, before: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs guardsh caged."""
        return self.run(*self.launcher(before), *arguments, check=check)

    def shell(self, text: str, *, forced: bool = False, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Has guardsh run a text as a shell; `forced`: a person says yes to whatever is asked or refused."""
        return self.guardsh("-c", text, before=FORCED if forced else "", check=check)

    def log(self) -> list[dict[str, Any]]:
        """The entries of the audit log."""
        path = self.home / ".local/state/guardsh/log/log.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def saves(self) -> Path:
        """The directory of the saves."""
        return self.home / ".local/state/guardsh/undo"

    def saved(self) -> int:
        """The number of the newest save, 0 without one."""
        names = [name.split("-") for name in os.listdir(self.saves)] if self.saves.exists() else []
        return max((int(name[0]) for name in names if len(name) == 3 and name[0].isdigit()), default=0)

    def configure(self, text: str) -> None:
        """Writes the user's configuration."""
        path = self.home / ".config/guardsh/config.toml"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)


# A person's yes to everything, what is refused too.
FORCED = """
import guardsh.shell.gate as gate
from guardsh.shell import approval

real = gate.Gate._follow
def follow(self, command, verdict, *more):
    return real(self, command, verdict, *more) if verdict.action == "pass" else self._approved(command, verdict)
gate.Gate._follow = follow
approval.cover = lambda *more: None
"""


def picture(folder: Path, leave: tuple[str, ...] = ()) -> dict[str, tuple[Any, ...]]:
    """Everything in a directory: kind, mode, time, content, attributes, links, and which names are one file."""
    found: dict[str, tuple[Any, ...]] = {}
    inodes: dict[int, str] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if os.path.join(place, name) not in leave)
        for name in [*folders, *sorted(names)]:
            path = os.path.join(place, name)
            if path in leave:
                continue
            short = os.path.relpath(path, folder)
            status = os.lstat(path)
            if os.path.islink(path):
                found[short] = ("link", os.readlink(path), status.st_mtime_ns)
            elif os.path.isdir(path):
                found[short] = ("folder", status.st_mode)
            else:
                content = Path(path).read_bytes()
                attributes = {key: os.getxattr(path, key) for key in os.listxattr(path)}
                same = inodes.setdefault(status.st_ino, short) if status.st_nlink > 1 else ""
                found[short] = ("file", status.st_mode, status.st_mtime_ns, content, attributes, same)
    return found
