"""Front doors as programs start them, with guardsh behind them, and with its Python gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from guardsh.shell import doors, real
from tests.shell.support_shell import Shell


class Doors(Shell):
    """Front doors that start guardsh with a temporary home, by an interpreter that can be taken away."""

    def __init__(self, folder: Path, before: str | None = None) -> None:
        super().__init__(folder) if before is None else super().__init__(folder, before)
        self.python = folder / "python"
        self.python.symlink_to(sys.executable)
        self.shims = folder / "shims"
        doors.make(str(self.shims), [str(self.python), *self.argv[1:]])
        self.environment["PATH"] = f"{self.shims}:/usr/bin:/bin"

    def call(self, *argv: str, **options: object) -> subprocess.CompletedProcess[str]:
        given = {"stdin": subprocess.DEVNULL, "env": self.environment, "cwd": self.work, **options}
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, **given)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def shell(tmp_path: Path) -> Doors:
    return Doors(tmp_path)


def test_a_front_door_is_the_shell(shell: Doors) -> None:
    done = shell.call("bash", "-c", 'echo "$0" "$1" "$#"; exit 7', "name", "a b", "")
    assert (done.returncode, done.stdout, done.stderr) == (7, "name a b 2\n", "")
    done = shell.call("sh", "-c", "echo $0")
    assert (done.returncode, done.stdout) == (0, f"{shell.shims}/sh\n")


def test_it_refuses_what_guardsh_refuses(shell: Doors) -> None:
    for name in ("bash", "sh"):
        done = shell.call(name, "-c", "echo STOP > marker")
        assert (done.returncode, done.stdout) == (126, "")
    assert not (shell.work / "marker").exists()


def test_descriptors_and_standard_input_go_through(shell: Doors) -> None:
    read, write = os.pipe()
    done = shell.call("bash", "-c", f"cat; echo there >&{write}", input="in\n", stdin=None, pass_fds=[write])
    os.close(write)
    assert done.stdout == "in\n"
    assert os.read(read, 100) == b"there\n"


def test_neither_the_directory_nor_the_environment_says_what_is_imported(shell: Doors) -> None:
    for name in ("os", "click", "guardsh", "bashlex"):
        (shell.work / f"{name}.py").write_text("print('imported'); raise SystemExit(0)\n")
    traps = {"PYTHONPATH": str(shell.work), "PYTHONSTARTUP": str(shell.work / "os.py"), "PYTHONHOME": "/nonexistent"}
    done = shell.call("bash", "-c", "echo STOP", env={**shell.environment, **traps})
    assert (done.returncode, done.stdout) == (126, "")


def test_made_again_it_is_the_same(shell: Doors) -> None:
    before = {path.name: path.read_bytes() for path in shell.shims.iterdir()}
    doors.make(str(shell.shims), [str(shell.python), *shell.argv[1:]])
    assert {path.name: path.read_bytes() for path in shell.shims.iterdir()} == before
    assert set(before) == {"bash", "sh", *(["zsh"] if doors.has_real("zsh") else [])}
    assert all(os.access(shell.shims / name, os.X_OK) for name in before)


def test_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").write_text("#!/bin/sh\nmine\n")
    with pytest.raises(doors.CannotMake, match="isn't a front door"):
        doors.make(str(folder), ["/py", "/door.py"])
    assert os.listdir(folder) == ["sh"]
    assert doors.remove(str(folder)) == []
    assert (folder / "sh").read_text() == "#!/bin/sh\nmine\n"


def test_the_real_shells_are_never_replaced() -> None:
    for folder in real.DIRECTORIES:
        with pytest.raises(doors.CannotMake, match="a directory of their own"):
            doors.make(folder, ["/py", "/door.py"])


def test_removed_nothing_is_left(shell: Doors) -> None:
    (shell.shims / "other").write_text("")
    assert [Path(path).name for path in doors.remove(str(shell.shims))][:2] == ["bash", "sh"]
    assert os.listdir(shell.shims) == ["other"]
    (shell.shims / "other").unlink()
    assert doors.remove(str(shell.shims)) == []
    doors.make(str(shell.shims), ["/py", "/door.py"])
    doors.remove(str(shell.shims))
    assert not shell.shims.exists()


@pytest.mark.parametrize("name", ["bash", "sh"])
def test_names_with_signs_in_them(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a 'b' $c \"d\" `e`\\"
    folder.mkdir()
    shell = Doors(folder)
    done = shell.call(str(shell.shims / name), "-c", "echo $0")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{shell.shims}/{name}\n", "")
    shell.python.unlink()
    assert shell.call(str(shell.shims / name), "-c", "echo $0").returncode == 126


def test_no_shell_but_dash_is_needed(shell: Doors) -> None:
    for path in shell.shims.iterdir():
        subprocess.run(["/bin/sh", "-n", str(path)], check=True)
        if shutil.which("dash"):
            subprocess.run(["dash", "-n", str(path)], check=True)


# ---------------------------------------------------------------- the entry


def test_the_words_that_start_guardsh(tmp_path: Path) -> None:
    start = doors.start_words()
    assert start[0] == sys.executable and start[1:3] == ["-I", "-S"]
    done = subprocess.run([*start, "-Z"], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (2, "bash: -Z: invalid option\n")


def test_guardsh_that_cannot_be_loaded_runs_nothing(tmp_path: Path) -> None:
    *start, _ = doors.start_words()
    (tmp_path / "guardsh").mkdir()
    (tmp_path / "guardsh" / "__init__.py").write_text("import nosuchmodule\n")
    argv = [*start, str(tmp_path), "--as", "bash", "-c", "echo ran"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (126, "")
    assert "BLOCKED, nothing ran: guardsh can't be loaded" in done.stderr


# ---------------------------------------------------------------- broken


@pytest.mark.parametrize("broken", ["deleted", "no program", "door"])
def test_without_its_python_nothing_runs(shell: Doors, broken: str) -> None:
    if broken == "deleted":
        shell.python.unlink()
    elif broken == "no program":
        shell.python.unlink()
        shell.python.write_text("")
    else:
        Path(shell.argv[-1]).unlink()
    for name in ("bash", "sh"):
        done = shell.call(name, "-c", "echo ran > marker")
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr.startswith("guardsh: BLOCKED, nothing ran: guardsh can't start")
        assert shell.call(name, input="echo ran > marker\n", stdin=None).returncode == 126
    assert not (shell.work / "marker").exists()


def on_terminal(shell: Doors, *arguments: str, **environment: str) -> pexpect.spawn:
    return pexpect.spawn(
        str(shell.shims / "bash"), list(arguments), cwd=str(shell.work), timeout=20,
        env={**shell.environment, "PS1": "plain$ ", **environment},
    )  # fmt: skip


# The terminal of the tests may have an agent among its parents; the door's own walk is tested by itself below.
def alone(shell: Doors) -> None:
    path = shell.shims / "bash"
    path.write_text(path.read_text().replace("guardsh_pid=$PPID", "guardsh_pid=1"))


@pytest.mark.parametrize("arguments", [(), ("-i",), ("--norc", "-i"), ("--init-file", "/dev/null")])
def test_a_persons_terminal_gets_the_plain_shell_with_a_warning(shell: Doors, arguments: tuple[str, ...]) -> None:
    shell.python.unlink()
    alone(shell)
    child = on_terminal(shell, *arguments)
    child.expect("WARNING: guardsh can't start, so this shell isn't guarded")
    child.sendline("echo $((20 + 3)) typed; exit 3")
    child.expect("23 typed")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_broken_packs_leave_a_persons_terminal_usable(tmp_path: Path) -> None:
    broken = (
        "import guardsh.rules.store\ndef fails(*a): raise OSError('no packs')\nguardsh.rules.store.in_force = fails\n"
    )
    shell = Doors(tmp_path, broken)
    alone(shell)
    child = on_terminal(shell, "--norc")
    child.expect("WARNING")
    child.sendline("exit 4")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 4
    assert shell.call("bash", "-c", "echo ran > marker").returncode == 125
    assert not (shell.work / "marker").exists()


@pytest.mark.parametrize(
    "arguments, environment",
    [
        (("-c", "echo ran > marker"), {}),
        (("-i", "-c", "echo ran > marker"), {}),
        (("-s",), {}),
        ((), {"CODEX_CI": "1"}),
        ((), {"TERM_PROGRAM": "vscode", "GIT_PAGER": "cat"}),
        (("-i",), {"AI_AGENT": "x"}),
    ],
)
def test_an_agent_on_a_terminal_gets_nothing(
    shell: Doors, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    shell.python.unlink()
    alone(shell)
    child = on_terminal(shell, *arguments, **environment)
    child.expect("BLOCKED, nothing ran")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 126
    assert not (shell.work / "marker").exists()


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="the walk needs /proc")
def test_an_agent_among_the_parents_gets_nothing(shell: Doors) -> None:
    shell.python.unlink()
    agent = shell.folder / "codex"
    agent.mkdir()
    program = agent / "main.py"
    program.write_text(f"import pty, sys\nsys.exit(pty.spawn(['{shell.shims}/bash', '-i']) >> 8)\n")
    done = shell.call(sys.executable, str(program), stdin=None)
    assert "BLOCKED, nothing ran" in done.stdout
    assert done.returncode == 126
