"""A BASH_ENV file in a real bash, with all of guardsh behind it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardsh import places
from guardsh.confirm import requests
from guardsh.shell import inside
from tests.shell.support_shell import STAND_IN, Shell


class Inside(Shell):
    """Plain bash with the BASH_ENV file in its environment."""

    def __init__(self, folder: Path, before: str = STAND_IN) -> None:
        super().__init__(folder, before)
        self.python = folder / "python"
        self.python.symlink_to(sys.executable)
        self.argv[0] = str(self.python)
        file = folder / "bash env"
        file.write_text(inside.environment_file(self.argv))
        self.plain = dict(self.environment, PATH=f"{self.bin}:/usr/bin:/bin")
        self.environment = {**self.plain, "BASH_ENV": str(file)}

    def bash(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        done = subprocess.run(
            ["/bin/bash", *arguments], cwd=self.work, env={**self.environment, **more}, capture_output=True, text=True,
            timeout=30, check=False, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def plainly(self, arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[int, bytes, bytes]:
        """The real bash in this environment."""
        done = subprocess.run(
            ["/bin/bash", *(os.fsencode(word) for word in arguments)], cwd=self.work, env=environment,
            capture_output=True, input=b"in\n", timeout=30, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inside:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(home))
    return Inside(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", 'echo "$0" "$1" $# "$*"; exit 7', "name", "a b", ""),
        ("-c", "echo $0 $?"),
        ("-euo", "pipefail", "-c", "echo $-; false; echo never"),
        ("-xc", "echo traced; x=1"),
        ("-Cc", "echo $-; echo a > /dev/null"),
        ("-ac", "x=1; /usr/bin/env | /bin/grep -c guardsh; echo $?"),
        ("-fc", "echo *"),
        ("-O", "extglob", "-O", "nullglob", "-c", "shopt extglob nullglob; case aa in +(a)) echo yes ;; esac"),
        ("-c", "compgen -v | /bin/grep -i guardsh; compgen -A function | /bin/grep -i guardsh"),
        ("-c", "cat <&0; echo end"),
        ("-c", "echo )"),
        ("-c", "kill -TERM $$"),
        ("-c", ""),
        ("-c", "echo $'\\xff' é \"$1\"", "x", "\udcff"),
        ("-rc", "cd /"),
        ("-pc", "echo privileged"),
    ],
)
def test_what_passes_runs_as_without_it(shell: Inside, arguments: tuple[str, ...]) -> None:
    guarded = shell.plainly(arguments, shell.environment)
    plain = shell.plainly(arguments, shell.plain)
    if arguments == ("-c", "echo )"):
        assert guarded[:2] == (2, b"") and b"syntax error near unexpected token" in guarded[2]
        return
    assert guarded == plain


def test_what_is_stopped_does_not_begin(shell: Inside) -> None:
    status, out, err = shell.bash("-c", "> marker; echo STOP")
    assert (status, out) == (126, "")
    assert err.startswith("guardsh: BLOCKED by your user's policy, nothing ran:")
    assert not (shell.work / "marker").exists()


def test_stopped_inside_a_program_the_program_goes_on_as_with_a_failed_command(shell: Inside) -> None:
    shell.stub("tool", '/bin/bash -c "> marker; echo STOP"; echo status $?')
    assert shell.bash("-c", "tool")[:2] == (0, "status 126\n")
    assert not (shell.work / "marker").exists()


def test_its_arguments_are_judged_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(home))
    shell = Inside(tmp_path, "")
    assert shell.bash("-c", '"$1"', "x", "guardsh-canary")[0] == 126
    assert shell.bash("-c", "guardsh-canary")[0] == 126
    assert shell.bash("-c", '"$1" fine', "x", "echo") == (0, "fine\n", "")


def test_scripts_and_standard_input_are_left_alone(shell: Inside) -> None:
    (shell.work / "s.sh").write_text("echo script\n")
    assert shell.bash("s.sh")[:2] == (0, "script\n")
    assert shell.log() == []


@pytest.mark.parametrize("broken", ["deleted", "door", "fails", "killed"])
def test_without_guardsh_nothing_runs(shell: Inside, broken: str) -> None:
    if broken == "deleted":
        shell.python.unlink()
    elif broken == "door":
        Path(shell.argv[-1]).unlink()
    else:
        shell.python.unlink()
        shell.python.write_text("#!/bin/sh\nexit 1\n" if broken == "fails" else "#!/bin/sh\nkill -9 $$\n")
        shell.python.chmod(0o755)
    status, out, _ = shell.bash("-c", "echo ran > marker")
    assert (status, out) == (126, "")
    assert not (shell.work / "marker").exists()


def test_functions_of_the_environment_do_not_turn_a_stop_into_a_pass(shell: Inside) -> None:
    traps = {f"BASH_FUNC_{name}%%": "() { :; }" for name in ("exit", "unset", "read", "[", "test", "echo", "set")}
    status, _, _ = shell.bash("-c", "> marker; : STOP", **traps)
    assert status == 126
    assert not (shell.work / "marker").exists()


# ---------------------------------------------------------------- judged once


def outer(shell: Inside, *arguments: str) -> tuple[int, str]:
    done = shell.run(*arguments, start_new_session=True)
    return done.status, done.out


def test_what_the_shell_itself_judged_is_not_judged_again(shell: Inside) -> None:
    assert outer(shell, "-c", "echo hi") == (0, "hi\n")
    assert [entry["text"] for entry in shell.log()] == ["echo hi"]
    assert outer(shell, "-c", "/bin/bash -c 'echo inner'; exit 3") == (3, "inner\n")
    assert [entry["text"] for entry in shell.log()][1:] == ["/bin/bash -c 'echo inner'; exit 3", "echo inner"]


def test_the_note_is_taken_once(shell: Inside) -> None:
    assert outer(shell, "-c", "exec /bin/bash -c 'echo hi'") == (0, "hi\n")
    assert [entry["text"] for entry in shell.log()] == ["exec /bin/bash -c 'echo hi'", "echo hi"]


def note(shell: Inside, text: str, ago: int = 0) -> tuple[int, str]:
    """A bash with a note for its process id, by a shell that writes the note and becomes it."""
    folder = places.state_dir("judged")
    writes = f'printf "%s %s" $(( $(date +%s) - {ago} )) "$1" > {folder}/$$; exec /bin/bash -c "$2"'
    done = subprocess.run(
        ["/bin/sh", "-c", writes, "sh", text, "echo STOP"], cwd=shell.work, env=shell.environment, capture_output=True,
        text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_note_is_for_exactly_that_text_and_for_seconds(shell: Inside) -> None:
    assert note(shell, "echo STOP") == (0, "STOP\n"), "the note works at all"
    for other in ("echo STO", "echo STOP ", " echo STOP", "true; echo STOP", "*", "", "5 echo STOP"):
        assert note(shell, other) == (126, ""), other
    assert note(shell, "echo STOP", ago=60) == (126, "")


def test_old_notes_go(shell: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(places.state_dir("judged"))
    for number in range(inside._KEPT + 1):
        (folder / f"9{number}").write_text("")
        os.utime(folder / f"9{number}", (0, 0))
    inside.leave_judged("x")
    assert os.listdir(folder) == [str(os.getpid())]
    (folder / str(os.getpid())).unlink()
    folder.rmdir()
    folder.write_text("in its place")
    inside.leave_judged("x")  # costs time only


# ---------------------------------------------------------------- one yes


def test_a_yes_covers_the_shells_inside(shell: Inside) -> None:
    text = "/bin/bash -c 'echo ASK >> marker'"
    assert outer(shell, "-c", text) == (126, "")
    requests.approve(requests.waiting()[0].id)
    assert outer(shell, "-c", text) == (0, "")
    assert (shell.work / "marker").read_text() == "ASK\n"
    assert [entry["outcome"] for entry in shell.log()] == ["blocked", "asked-yes", "asked-yes"]


def test_it_covers_each_loss_once(shell: Inside) -> None:
    text = "for i in 1 2; do /bin/bash -c 'echo ASK >> marker'; done"
    outer(shell, "-c", text)
    requests.approve(requests.waiting()[0].id)
    outer(shell, "-c", text)
    assert (shell.work / "marker").read_text() == "ASK\n"


def test_it_covers_nobody_else(shell: Inside) -> None:
    outer(shell, "-c", "echo ASK; sleep 3")
    requests.approve(requests.waiting()[0].id)
    process = shell.start("-c", "echo ASK; sleep 3", start_new_session=True)
    folder = shell.home / ".local/state/guardsh/approved"
    until = time.monotonic() + 10
    while not (folder.exists() and os.listdir(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    assert os.listdir(folder) == [str(process.pid)]
    assert shell.bash("-c", "echo ASK")[0] == 126
    process.kill()
    process.communicate()
