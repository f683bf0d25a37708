"""Lines typed into real interactive shells on real terminals."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from guardsh import places
from guardsh.shell import prompts
from tests.shell.support_shell import Shell
from tests.shell.support_terminal import Terminal, plain, plain_bash


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(home))
    return home


@pytest.fixture
def bash(tmp_path: Path) -> Terminal:
    return plain_bash(tmp_path)


def marker(terminal: Terminal) -> Path:
    return terminal.shell.work / "marker"


def test_what_passes_runs_and_nothing_is_said(bash: Terminal) -> None:
    output = bash.run("echo one$((1 + 1))")
    assert "one2\n" in output and "guardsh" not in output
    assert bash.run("(exit 7)") is not None and bash.status == 7
    assert bash.ran == ["echo one$((1 + 1))", "(exit 7)"]
    assert bash.close() == 0


def test_a_line_is_stopped_as_a_whole(bash: Terminal) -> None:
    output = bash.run("> marker; echo STOP; > marker")
    assert "BLOCKED by your user's policy, nothing ran" in output
    assert bash.status == 126
    assert not marker(bash).exists()
    assert bash.run("echo still here") and bash.status == 0


def test_a_stopped_line_stays_in_the_history(bash: Terminal) -> None:
    bash.run("echo STOP please")
    history = bash.run("history 5")
    assert "echo STOP please" in history and " guardsh-stopped\n" not in history.partition("history 5")[2]


def test_a_command_of_several_lines_is_judged_whole(bash: Terminal) -> None:
    assert "1\n2\n" in bash.run("for i in 1 2; do\necho $i\ndone")
    output = bash.run("for i in 1 2; do\n> marker; echo STOP\ndone")
    assert "BLOCKED" in output and bash.status != 0
    assert not marker(bash).exists()
    assert "fine\n" in bash.run("echo fine"), "the loop was given up"
    assert "a b\n" in bash.run("echo a \\\nb")
    assert "x\ny\n" in bash.run("cat <<E\nx\ny\nE")


def test_a_given_up_line_is_forgotten(bash: Terminal) -> None:
    bash.type("echo 'STOP\r")
    time.sleep(0.5)
    bash.type("\x03")
    assert "fine\n" in bash.run("echo fine")
    assert "BLOCKED" not in bash.run("echo fine")


def test_syntax_errors_are_bashs_own(bash: Terminal) -> None:
    output = bash.run("echo )")
    assert "syntax error near unexpected token `)'" in output and "guardsh" not in output
    assert bash.status == 2


def test_what_history_expansion_makes_is_judged(bash: Terminal) -> None:
    bash.type("echo ST\r")
    assert "BLOCKED" in bash.run("!!OP > marker")
    assert not marker(bash).exists()
    bash.type("echo again\r")
    assert "again and again\n" in bash.run("!! and again")
    assert "BLOCKED" in bash.run("!?ST?")
    assert "a!b\n" in bash.run("echo 'a!b'")


def test_earlier_lines_count(tmp_path: Path) -> None:
    bash = plain_bash(tmp_path, before="", rc="alias away=guardsh-canary")
    assert "BLOCKED" in bash.run("x=guardsh-\n${x}canary")
    assert "BLOCKED" in bash.run("f() { guardsh-canary; }\nf")
    assert "BLOCKED" in bash.run("away")
    assert "guardsh-canary: command not found" not in bash.run("true")


def test_directories_and_the_environment_are_the_shells_own(bash: Terminal) -> None:
    bash.run("mkdir sub\ncd sub\nexport CODEX_THREAD_ID=t1\ntrue")
    entry = [entry for entry in bash.shell.log() if entry["text"] == "true"][-1]
    assert entry["directory"] == f"{bash.shell.work}/sub" and entry["session"] == "t1"


def test_input_of_a_command_is_not_judged(bash: Terminal) -> None:
    bash.type("read -e x\r")
    time.sleep(0.5)
    bash.type("STOP\r")
    assert "<STOP>" in bash.run('echo "<$x>" | tr a b')
    assert "STOP" not in "".join(bash.ran).replace("$x", "")


@pytest.mark.parametrize("keys", ["\x14", "\x0f"])
def test_the_backstop_judges_what_came_without_enter(tmp_path: Path, keys: str) -> None:
    bash = plain_bash(tmp_path, after="bind '\"\\C-t\": accept-line'")
    bash.type(f"echo STOP > marker{keys}")
    time.sleep(1)
    bash.type("\x15")  # operate-and-get-next leaves a line
    output = bash.settle()
    assert "BLOCKED" in output
    assert not marker(bash).exists()
    bash.type("echo fine > marker\x14")
    bash.settle()
    assert marker(bash).read_text() == "fine\n"


def test_vi_keys(tmp_path: Path) -> None:
    bash = plain_bash(tmp_path, rc="set -o vi")
    assert "BLOCKED" in bash.run("echo STOP > marker")
    bash.type("echo STOP > marker\x1b")
    time.sleep(0.7)
    bash.type("\r")
    assert "BLOCKED" in bash.settle()
    assert not marker(bash).exists()


def test_a_pasted_block_is_judged_before_its_first_line(bash: Terminal) -> None:
    bash.type("\x1b[200~> marker\necho STOP\n\x1b[201~")
    time.sleep(0.5)
    bash.type("\r")
    assert "BLOCKED" in bash.settle()
    assert not marker(bash).exists()


def test_the_users_own_prompt_code_goes_on(tmp_path: Path) -> None:
    rc = "PROMPT_COMMAND='echo prompted'\nPS0='begun '\ntrap 'traps=$((traps + 1))' DEBUG"
    bash = plain_bash(tmp_path, rc=rc)
    output = bash.run("echo fine")
    assert "prompted\n" in output and "begun fine\n" in output
    assert "traps 0" not in bash.run("echo traps $traps")
    assert bash.ran == ["echo fine", "echo traps $traps"]


def test_prompt_code_that_is_replaced_later_comes_back(bash: Terminal) -> None:
    bash.run("PROMPT_COMMAND='echo mine'; PS0=; trap - DEBUG")
    assert "BLOCKED" in bash.run("echo STOP > marker")
    bash.type("read -e x\r")
    time.sleep(0.5)
    bash.type("STOP\r")
    assert "<STOP>" in bash.run('echo "<$x>"')
    bash.type("echo 'STOP\r")
    time.sleep(0.5)
    bash.type("\x03")
    assert "BLOCKED" in bash.run("echo STOP > marker")
    assert not marker(bash).exists()


def test_evaluated_twice_it_is_there_once(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    bash = plain_bash(tmp_path, after=prompts.bash(shell.argv))
    bash.run("echo fine")
    assert bash.ran == ["echo fine"]


def test_job_control(bash: Terminal) -> None:
    bash.type("cat > marker\r")
    time.sleep(0.7)
    bash.type("\x1a")
    assert "Stopped" in bash.run("jobs")
    bash.type("fg\r")
    time.sleep(0.7)
    bash.type("back again\r\x04")
    bash.settle()
    assert marker(bash).read_text() == "back again\n"
    assert "Running" in bash.run("sleep 5 &\njobs")
    bash.run("kill %%")


def test_a_person_is_asked_at_the_prompt(bash: Terminal) -> None:
    bash.type("echo ASK > marker\r")
    bash.child.expect(r"Type  (.+?)  to run it\. Anything else stops it\.")
    phrase = plain(bash.child.match.group(1))  # type: ignore[union-attr]
    time.sleep(0.5)
    for letter in f"{phrase}\r":
        bash.type(letter)
        time.sleep(0.03)
    bash.settle()
    assert marker(bash).read_text() == "ASK\n"
    marker(bash).unlink()
    bash.type("echo ASK > marker\r")
    bash.child.expect("Anything else stops it")
    time.sleep(0.5)
    bash.type("\x03")
    bash.settle()
    assert bash.status == 126
    assert not marker(bash).exists()


# ---------------------------------------------------------------- the server


def server(terminal: Terminal) -> list[Path]:
    return list((terminal.shell.home / ".local/state/guardsh/lines").glob("*"))


def test_the_server_ends_with_the_shell(bash: Terminal) -> None:
    assert len(server(bash)) == 1
    bash.close()
    until = time.monotonic() + 12
    while server(bash) and time.monotonic() < until:
        time.sleep(0.1)
    assert server(bash) == []


def test_without_a_server_each_line_is_judged_by_a_process(tmp_path: Path) -> None:
    gone = "\nimport guardsh.shell.lines as lines\nlines.serve = lambda *a: 1\n"
    from tests.shell.support_terminal import ALONE

    shell_rc = plain_bash.__globals__["Terminal"].ready
    Terminal.ready = lambda self: None  # type: ignore[method-assign]
    try:
        bash = plain_bash(tmp_path, before=ALONE + gone)
    finally:
        Terminal.ready = shell_rc  # type: ignore[method-assign]
    assert "BLOCKED" in bash.run("echo STOP > marker")
    assert "fine\n" in bash.run("echo fine")
    assert not marker(bash).exists()


def test_a_server_that_died_is_not_waited_for_twice(bash: Terminal) -> None:
    folder = server(bash)[0]
    (folder / "asked").unlink()
    (folder / "answered").unlink()
    os.mkfifo(folder / "asked", 0o600)
    os.mkfifo(folder / "answered", 0o600)
    bash.run("__guardsh_server=''")  # connects anew, with pipes that nobody answers on
    assert "BLOCKED" in bash.run("echo STOP > marker")
    began = time.monotonic()
    assert "BLOCKED" in bash.run("echo STOP > marker")
    assert time.monotonic() - began < 2.5
    assert not marker(bash).exists()


def test_without_its_python_an_agents_lines_do_not_run(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    shell.argv[0] = str(python)
    file = tmp_path / "rc"
    file.write_text(prompts.bash(shell.argv))
    bash = Terminal(shell, ["/bin/bash", "--rcfile", str(file), "-i"])
    bash.run("__guardsh_server=gone; CODEX_CI=1")
    python.unlink()
    bash.type("echo ran > marker\r")
    bash.child.expect("BLOCKED, nothing ran: guardsh can't start")
    time.sleep(0.3)
    assert not marker(bash).exists()
    bash.child.close(force=True)


# ---------------------------------------------------------------- zsh

zsh_there = pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")


@pytest.fixture
def zsh(tmp_path: Path) -> Terminal:
    shell = Shell(tmp_path)
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / ".zshrc").write_text(f"PS1='P> '\n{prompts.zsh(shell.argv)}")
    return Terminal(shell, ["zsh", "-i"], ZDOTDIR=str(tmp_path / "z"))


@zsh_there
def test_zsh_what_passes_runs(zsh: Terminal) -> None:
    assert "one2\n" in zsh.run("echo one$((1 + 1))")
    assert "1\n2\n" in zsh.run("for i in 1 2; do\necho $i\ndone")
    assert zsh.run("(exit 7)") is not None and zsh.status == 7


@zsh_there
def test_zsh_a_line_is_stopped_as_a_whole(zsh: Terminal) -> None:
    assert "BLOCKED" in zsh.run("> marker; echo STOP")
    assert zsh.status == 126
    assert "BLOCKED" in zsh.run("for i in 1 2; do\n> marker; echo STOP\ndone")
    assert not marker(zsh).exists()
    assert "fine\n" in zsh.run("echo fine")
    assert "echo STOP" in zsh.run("fc -l -20")


@zsh_there
def test_zsh_history_is_expanded_before_it_is_judged(zsh: Terminal) -> None:
    zsh.type("echo ST\r")
    time.sleep(0.7)
    zsh.type("!!OP > marker\r")  # the first Enter shows what it stands for
    time.sleep(0.7)
    assert "BLOCKED" in zsh.run("")
    assert not marker(zsh).exists()
