"""An interactive guardsh on a terminal: the user's own shell, with the guard in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from guardsh import places
from guardsh.shell.arguments import parse
from guardsh.shell.interactive import _handed_on
from tests.shell.support_shell import Shell
from tests.shell.support_terminal import ALONE, Terminal

RC = """\
PS1='P> '
PS2='C> '
alias hi='echo hello'
greet() { echo "greeted $1"; }
complete -W 'alphabet' tool
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(home))
    (home / ".bashrc").write_text(RC)
    return home


def shell_of(folder: Path) -> Shell:
    """guardsh that starts itself again by the launcher of the tests."""
    argv = Shell(folder).argv
    return Shell(folder, f"{ALONE}\nimport guardsh.shell.interactive as i\ni.start_words = lambda: {argv!r}\n")


def started(folder: Path, *arguments: str, **environment: str) -> Terminal:
    shell = shell_of(folder)
    return Terminal(shell, [*shell.argv, *arguments], **environment)


@pytest.mark.parametrize("arguments", [(), ("-i",), ("-l", "-i"), ("--as", "-bash"), ("--as", "/shims/bash", "-il")])
def test_what_is_typed_is_judged(tmp_path: Path, home: Path, arguments: tuple[str, ...]) -> None:
    (home / ".profile").write_text(". ~/.bashrc")
    terminal = started(tmp_path, *arguments)
    assert "one2\n" in terminal.run("echo one$((1 + 1))")
    assert "BLOCKED" in terminal.run("> marker; echo STOP")
    assert terminal.status == 126
    assert not (terminal.shell.work / "marker").exists()
    terminal.type("exit 5\r")
    assert terminal.close() == 5


def test_it_is_the_users_bash(tmp_path: Path, home: Path) -> None:
    terminal = started(tmp_path, HISTFILE=str(home / "history"))
    assert "hello\n" in terminal.run("hi")
    assert "greeted you\n" in terminal.run("greet you")
    terminal.type("\x15")
    terminal.type("tool alp\t")
    terminal.child.expect("alphabet")
    terminal.type("\x15")
    terminal.type("sleep 30\r")
    time.sleep(0.7)
    terminal.type("\x1a")
    assert "Stopped" in terminal.run("jobs")
    terminal.run("kill -9 %1")
    assert "BASH=/usr/bin/bash" in terminal.run("echo BASH=$BASH").replace("=/bin", "=/usr/bin")
    terminal.run("echo ' I was here'")
    terminal.close()
    assert "echo ' I was here'" in (home / "history").read_text()


def test_the_login_files_are_read_for_a_login_shell(tmp_path: Path, home: Path) -> None:
    (home / ".bash_profile").write_text("PS1='L> '; LOGGED=in\n")
    assert "<in>" in started(tmp_path, "-l").run('echo "<$LOGGED>"')


def test_options_and_rc_files_as_given(tmp_path: Path, home: Path) -> None:
    (home / "mine").write_text("PS1='M> '; MINE=yes\n")
    terminal = started(tmp_path, "--rcfile", str(home / "mine"), "-o", "vi", "-O", "nullglob")
    output = terminal.run('echo "<$MINE>" $(shopt nullglob; set -o | grep "^vi ")')
    assert "<yes>" in output and "nullglob on" in output and "vi on" in output
    assert "BLOCKED" in terminal.run("echo STOP")
    terminal = started(tmp_path, "--norc")
    assert "hello" not in terminal.run("hi")
    assert "BLOCKED" in terminal.run("echo STOP")


def test_arguments_are_the_shells() -> None:
    found = parse(["bash", "-s", "-x", "a b", "c"], "bash", terminal=True)
    assert _handed_on(found) == ["-x", "-s", "--", "a b", "c"]


@pytest.mark.parametrize("option", ["-p", "-r", "--restricted"])
def test_what_would_leave_the_guard_out_does_not_start(tmp_path: Path, option: str) -> None:
    shell = shell_of(tmp_path)
    import pexpect

    child = pexpect.spawn(shell.argv[0], [*shell.argv[1:], option, "-i"], env=shell.environment, timeout=15)
    child.expect("BLOCKED, nothing ran: with")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 126


def test_sh_is_guarded_as_bash_in_posix_mode(tmp_path: Path) -> None:
    terminal = started(tmp_path, "--as", "sh", PS1="S> ")
    assert "BLOCKED" in terminal.run("echo STOP > marker")
    assert "posix" in terminal.run("set -o | grep 'posix *on'")
    assert not (terminal.shell.work / "marker").exists()


# What VS Code's integration does to bash: an --init-file that reads the user's rc files, then takes the DEBUG trap over
# and evaluates the earlier one for the first command of a line only.
INTEGRATION = """\
. ~/.bashrc
__vsc_first=1
__vsc_trap=$(trap -p DEBUG); __vsc_trap=${__vsc_trap#trap -- }; __vsc_trap=${__vsc_trap% DEBUG}
eval "__vsc_trap=$__vsc_trap"
__vsc_preexec() {
    if [ "$__vsc_first" = 1 ]; then __vsc_first=0; printf '\\e]633;E;%s\\a' "$(history 1)"; eval "$__vsc_trap"; fi
}
__vsc_prompt() { __vsc_status=$?; __vsc_first=1; printf '\\e]633;D;%s\\a' "$__vsc_status"; }
trap '__vsc_preexec "$_"' DEBUG
PROMPT_COMMAND=__vsc_prompt
"""


@pytest.mark.parametrize("order", ["guardsh around it", "guardsh in ~/.bashrc"])
def test_with_an_editors_integration(tmp_path: Path, home: Path, order: str) -> None:
    (tmp_path / "integration").write_text(INTEGRATION)
    if order == "guardsh around it":
        terminal = started(tmp_path, "--init-file", str(tmp_path / "integration"))
    else:
        from guardsh.shell import prompts

        shell = shell_of(tmp_path)
        (home / ".bashrc").write_text(RC + prompts.bash(shell.argv))
        terminal = Terminal(shell, ["/bin/bash", "--init-file", str(tmp_path / "integration"), "-i"])
    assert "one2\n" in terminal.run("echo one$((1 + 1))")
    terminal.type("echo STOP > marker\r")
    terminal.child.expect("BLOCKED")
    terminal.child.expect_exact("\x1b]633;D;126\x07")
    terminal.type("echo  spaced\r")
    terminal.child.expect(r"\x1b\]633;E; *[0-9]+ +echo  spaced\x07spaced\r\n")
    assert "633;E" not in terminal.child.before.partition("P> ")[2], "told once, and of this line"
    assert not (terminal.shell.work / "marker").exists()
    assert "greeted you\n" in terminal.run("greet you")


@pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux here")
def test_in_tmux(tmp_path: Path) -> None:
    shell = shell_of(tmp_path)
    socket = str(tmp_path / "tmux")
    environment = {**shell.environment, "PATH": "/usr/bin:/bin", "TERM": "xterm"}

    def tmux(*words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", socket, "-f", "/dev/null", *words], env=environment, capture_output=True, text=True,
            timeout=15, check=True,
        ).stdout  # fmt: skip

    def screen(wanted: str) -> str:
        until = time.monotonic() + 15
        while wanted not in (seen := tmux("capture-pane", "-p")) and time.monotonic() < until:
            time.sleep(0.1)
        return seen

    tmux("new-session", "-d", "-x", "120", "-y", "40", "-c", str(shell.work), *shell.argv)
    try:
        screen("P>")
        tmux("send-keys", "echo shown once", "Enter")
        assert "shown once\nP>" in screen("once\nP>")
        tmux("send-keys", "echo STOP > marker", "Enter")
        seen = screen("guardsh-stopped")
        assert "P> echo shown once\nshown once\nguardsh: BLOCKED" in seen.replace("P> echo STOP > marker\n", "")
        assert not (shell.work / "marker").exists()
        tmux("send-keys", "echo status $?", "Enter")
        assert "status 126" in screen("status 126")
    finally:
        tmux("kill-server")


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
def test_zsh(tmp_path: Path, home: Path) -> None:
    (home / ".zshrc").write_text("PS1='P> '\nMINE=rc\nalias hi='echo hello'\n")
    (home / ".zshenv").write_text("MINE_TOO=env\n")
    terminal = started(tmp_path, "--as", "zsh")
    assert "<rc env>" in terminal.run('echo "<$MINE $MINE_TOO>"')
    assert "hello\n" in terminal.run("hi")
    assert "<>" in terminal.run('echo "<$ZDOTDIR>"')
    assert "BLOCKED" in terminal.run("echo STOP > marker")
    assert not (terminal.shell.work / "marker").exists()


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
def test_zsh_with_a_directory_of_the_users(tmp_path: Path, home: Path) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / ".zshrc").write_text("PS1='P> '\nMINE=other\n")
    terminal = started(tmp_path, "--as", "zsh", ZDOTDIR=str(tmp_path / "z"))
    assert f"<other {tmp_path}/z>" in terminal.run('echo "<$MINE $ZDOTDIR>"')
    assert "BLOCKED" in terminal.run("echo STOP > marker")
    assert os.listdir(terminal.shell.work) == []
