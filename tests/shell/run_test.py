"""Whole processes: guardsh as programs and agents start it, the real bash behind it, stub programs only."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.shell.support_shell import STAND_IN, Shell, bash


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


# ---------------------------------------------------------------- as bash does


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "exit 7"),
        ("-c", "echo out; echo err >&2; exit 3"),
        ("-c", 'echo "$0" "$1" "$#"', "name", "one two", ""),
        ("-c", 'echo "$0"'),
        ("-c", "echo $1", "--", "-x"),
        ("-euo", "pipefail", "-c", "false | true; echo not reached"),
        ("-xc", "echo traced"),
        ("-c", "-l", "shopt -q login_shell && echo login"),
        ("-lc", "shopt -q login_shell && echo login"),
        ("-O", "extglob", "-c", "case aa in +(a)) echo yes;; esac"),
        ("-c", "kill -9 $$"),
        ("-c", "kill -TERM $$"),
        ("-c", "nosuchprogram"),
        ("-c", "./nosuchfile"),
        ("-c", "echo )"),
        ("-c", "echo $'\\xff\\x01' é"),
        ("-c", ""),
        ("-c",),
        ("-Z", "-c", "echo"),
        ("--nosuch",),
        ("nosuchscript",),
        ("./nosuchscript", "a"),
        (".",),
        ("-n", "-c", "echo STOP"),
        ("-c", "set -o noexec; echo unread"),
    ],
)
def test_the_same_status_and_output_as_bash(shell: Shell, arguments: tuple[str, ...]) -> None:
    ours, theirs = shell.run(*arguments), bash(shell, *arguments)
    assert (ours.status, ours.out) == (theirs.status, theirs.out)
    if "-Z" not in arguments and "--nosuch" not in arguments:  # there bash also prints its usage
        assert ours.err == theirs.err


def test_information_is_bashs_own_for_a_shell_called_bash(shell: Shell) -> None:
    assert shell.run("--as", "/opt/shells/bash", "--version").out.startswith("GNU bash, version")
    assert "GNU bash" in shell.run("--as", "bash", "--help", "-c", "echo STOP").out


def test_the_name_of_a_front_door_is_kept(shell: Shell) -> None:
    assert shell.run("--as", "/opt/shells/bash", "-c", "echo $0").out == "/opt/shells/bash\n"
    assert shell.run("--as", "-bash", "-c", "shopt -q login_shell && echo login").out == "login\n"
    assert shell.run("--as", "/opt/shells/sh", "-c", "echo $0 $BASH_VERSION").out.startswith("/opt/shells/sh")


def test_standard_input_belongs_to_the_command(shell: Shell) -> None:
    data = bytes(range(256)) * 4096
    process = shell.start("-c", "/bin/cat")
    out, err = process.communicate(data, timeout=20)
    assert (out, err, process.returncode) == (data, b"", 0)


def test_standard_input_is_left_alone_by_what_does_not_read_it(shell: Shell) -> None:
    read, write = os.pipe()
    os.write(write, b"kept")
    assert shell.run("-c", "true", stdin=read).status == 0
    assert os.read(read, 10) == b"kept"


def test_further_descriptors_stay_open(shell: Shell) -> None:
    state_in, state_out = os.pipe(), os.pipe()
    os.write(state_in[1], b"state\n")

    def descriptors() -> None:
        os.dup2(state_in[0], 3)
        os.dup2(state_out[1], 4)

    done = shell.run("-c", "read line <&3; echo got $line >&4", preexec_fn=descriptors, close_fds=False)
    assert done == (0, "", "")
    assert os.read(state_out[0], 100) == b"got state\n"


def test_no_descriptor_of_guardshs_own_is_left(shell: Shell) -> None:
    listing = "for fd in /proc/self/fd/*; do echo ${fd##*/}; done"
    assert shell.run("-c", listing).out == bash(shell, "-c", listing).out


def test_closed_descriptors_stay_closed(shell: Shell) -> None:
    def close() -> None:
        os.close(0)
        os.close(2)

    script = "for fd in 0 1 2; do [ -e /proc/self/fd/$fd ] && echo $fd; done; :"
    assert shell.run("-c", script, preexec_fn=close, stdin=None, stderr=None) == (0, "1\n", "")


def test_the_shell_is_the_same_process(shell: Shell) -> None:
    process = shell.start("-c", "echo $$")
    out, _ = process.communicate(timeout=20)
    assert int(out) == process.pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_shell(shell: Shell, number: signal.Signals) -> None:
    process = shell.start(
        "-c", f"trap 'echo caught; exit 5' {number.name}; echo ready; while :; do /bin/sleep 0.05; done"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == (b"caught\n", 5)


def test_an_interrupt_ends_it_as_it_ends_bash(shell: Shell) -> None:
    process = shell.start("-c", "echo ready; exec /bin/sleep 20")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT


def test_an_ignored_signal_stays_ignored(shell: Shell) -> None:
    done = shell.run("-c", "kill -INT $$; echo alive", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    assert done.out == "alive\n"


def test_a_broken_pipe_ends_the_writer(shell: Shell) -> None:
    shell.stub("writes", "while :; do echo y; done 2>/dev/null; echo survived >&2")
    done = shell.run("-c", "writes | { read line; echo $line; }; echo ${PIPESTATUS[0]}")
    assert done == (0, "y\n141\n", "")


def test_a_background_job_does_not_hold_the_shell(shell: Shell) -> None:
    started = time.monotonic()
    assert shell.run("-c", "/bin/sleep 5 >/dev/null 2>&1 &") == (0, "", "")
    assert time.monotonic() - started < 4


def test_the_environment_is_as_it_was(shell: Shell) -> None:
    for more in ({}, {"LC_ALL": "C"}, {"LC_CTYPE": "C.UTF-8"}, {"LANG": "C"}, {"PYTHONPATH": "x", "A": "b\nc"}):
        ours = shell.run("-c", "/usr/bin/env", env=more)
        theirs = subprocess.run(
            ["/bin/bash", "-c", "/usr/bin/env"],
            env={**shell.environment, **more},
            capture_output=True,
            text=True,
            cwd=shell.work,
        )
        assert sorted(ours.out.splitlines()) == sorted(theirs.stdout.splitlines())


def test_the_c_locale_stays(shell: Shell) -> None:
    del shell.environment["LANG"]
    assert shell.run("-c", "echo ${LC_CTYPE-none}").out == "none\n"


def test_exported_functions_come_through(shell: Shell) -> None:
    assert shell.run("-c", "greet", env={"BASH_FUNC_greet%%": "() { echo hello; }"}).out == "hello\n"


def test_a_terminal_is_handed_on(shell: Shell) -> None:
    ours, theirs = pty.openpty()
    process = shell.start("-c", "[ -t 0 ] && [ -t 1 ] && echo terminal", stdin=theirs, stdout=theirs, stderr=theirs)
    assert process.wait(timeout=20) == 0
    assert os.read(ours, 100) == b"terminal\r\n"


# ---------------------------------------------------------------- stopped


def test_a_refused_command_does_not_run(shell: Shell) -> None:
    done = shell.run("-c", "> marker; echo STOP")
    assert (done.status, done.out) == (126, "")
    assert done.err.startswith("guardsh: BLOCKED by your user's policy, nothing ran:")
    assert not (shell.work / "marker").exists()
    assert [(entry["action"], entry["outcome"]) for entry in shell.log()] == [("refuse", "blocked")]


def test_nobody_to_ask_is_no(shell: Shell) -> None:
    done = shell.run("-c", "> marker; echo ASK", start_new_session=True)
    assert (done.status, done.out) == (126, "")
    assert "guardsh request" in done.err
    assert not (shell.work / "marker").exists()


def test_a_stop_is_said_only_on_stderr_even_when_that_is_closed(shell: Shell) -> None:
    done = shell.run("-c", "echo STOP > marker", stderr=None, preexec_fn=lambda: os.close(2))
    assert (done.status, done.out) == (126, "")
    assert not (shell.work / "marker").exists()


def test_a_reader_that_went_away_changes_nothing(shell: Shell) -> None:
    read, write = os.pipe()
    os.close(read)
    assert shell.run("-c", "echo STOP > marker", stderr=write).status == 126
    assert not (shell.work / "marker").exists()


def test_a_syntax_error_runs_nothing(shell: Shell) -> None:
    done = shell.run("-c", "> marker\necho )")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("bash: -c: line 2: syntax error near unexpected token `)'")
    assert not (shell.work / "marker").exists()


@pytest.mark.parametrize(
    "failing",
    [
        "import guardsh.config; guardsh.config.load = None",
        "import sys; sys.modules['guardsh.judge'] = None",
        "import guardsh.shell.gate; guardsh.shell.gate.judge = lambda *a: 1 / 0",
        "import guardsh.shell.gate; guardsh.shell.gate.judge = lambda *a: [][0]",
        "import guardsh.shell.gate\ndef deep(*a): return deep(*a)\nguardsh.shell.gate.judge = deep",
        "import guardsh.shell.real; guardsh.shell.real.DIRECTORIES = ('/nonexistent',)",
        "import os\ndef fails(*a): raise OSError(8, 'Exec format error')\nos.execv = fails",
        "import guardsh.shell.gate\ndef memory(*a): raise MemoryError\nguardsh.shell.gate.judge = memory",
    ],
)
def test_a_failure_of_guardshs_own_runs_nothing(tmp_path: Path, failing: str) -> None:
    shell = Shell(tmp_path, failing)
    done = shell.run("-c", "echo ran > marker")
    assert (done.status, done.out) == (125, "")
    assert done.err.startswith("guardsh: failed, nothing ran: ")
    assert "Traceback" not in done.err
    assert not (shell.work / "marker").exists()
    assert "Traceback" in shell.run("-c", "true", env={"GUARDSH_DEBUG": "1"}).err


def test_an_interrupt_while_judging_runs_nothing(tmp_path: Path) -> None:
    slow = "def slow(*a, **b):\n    print('judging', flush=True)\n    time.sleep(20)\nguardsh.shell.gate.judge = slow"
    shell = Shell(tmp_path, "import time, guardsh.shell.gate\n" + slow)
    process = shell.start("-c", "echo ran > marker")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == -signal.SIGINT
    assert not (shell.work / "marker").exists()


# ---------------------------------------------------------------- scripts


def test_a_script_file(shell: Shell) -> None:
    (shell.work / "s.sh").write_text('echo "$0" "$1" ${BASH_SOURCE[0]}; cat\n')
    shell.stub("cat", "while read -r line; do echo $line; done")
    for form in (("s.sh", "a b"), ("./s.sh", "a b"), ("-e", "s.sh", "x"), ("--", str(shell.work / "s.sh"))):
        assert shell.run(*form, input=b"in\n") == bash(shell, *form, input=b"in\n")


def test_a_script_is_found_in_path(shell: Shell) -> None:
    shell.stub("tool", "echo found $1")
    assert shell.run("tool", "x") == bash(shell, "tool", "x")
    shell.stub("tool", "echo STOP > marker")
    assert shell.run("tool").status == 126
    assert not (shell.work / "marker").exists()


def test_a_stopped_script_does_not_run(shell: Shell) -> None:
    (shell.work / "s.sh").write_text("> marker\n: STOP\n")
    assert shell.run("s.sh").status == 126
    assert not (shell.work / "marker").exists()


def test_what_bash_cannot_run_ends_as_with_bash(shell: Shell) -> None:
    (shell.work / "binary").write_bytes(b"\x7fELF\0\0")
    (shell.work / "unreadable").write_text("echo")
    (shell.work / "broken").write_text("echo a\nif\n")
    for form in (("binary",), ("/",)):
        ours, theirs = shell.run(*form), bash(shell, *form)
        assert (ours.status, ours.out) == (theirs.status, theirs.out)
        assert theirs.err.strip() in ours.err
    assert shell.run("broken").status == 2


def test_a_script_that_changes_while_it_is_judged_does_not_run(tmp_path: Path) -> None:
    changes = (
        "\nfrom pathlib import Path\n"
        "def changing(text, *more, **named):\n"
        "    Path('s.sh').write_text('> marker')\n"
        "    return stand_in(text, *more, **named)\n"
        "guardsh.shell.gate.judge = changing\n"
    )
    shell = Shell(tmp_path, STAND_IN + changes)
    (shell.work / "s.sh").write_text("echo harmless\n")
    done = shell.run("s.sh")
    assert (done.status, done.out) == (126, "")
    assert "changed while it was judged" in done.err
    assert not (shell.work / "marker").exists()


def test_a_script_through_a_pipe_by_name(shell: Shell) -> None:
    for form in (("/dev/stdin", "a"), ("/dev/fd/0", "a"), ("/proc/self/fd/0",)):
        text = b'echo "$0" $1; read x; echo "<$x>"\n'
        ours = shell.run(*form, input=text)
        assert ours.status == 0, ours
        assert ours.out == f"{form[0]} {' '.join(form[1:])}".rstrip() + "\n<>\n"
        assert shell.run(*form, input=b"echo ran\n: STOP\n").status == 126


def test_a_fifo_cannot_be_judged(shell: Shell) -> None:
    os.mkfifo(shell.work / "fifo")
    writer = subprocess.Popen(["/bin/sh", "-c", "echo 'echo ran' > fifo"], cwd=shell.work)
    try:
        done = shell.run("fifo")
        assert (done.status, done.out) == (126, "")
    finally:
        writer.kill()
        writer.wait()


def test_a_script_in_a_file_on_standard_input(shell: Shell) -> None:
    script = shell.work / "s.sh"
    script.write_text('skipped\necho "$0" $1\nread x\nthis is data\necho "<$x>"\n')
    with script.open("rb", buffering=0) as file:
        file.seek(8)
        assert shell.run("-s", "a", stdin=file) == (0, "bash a\n<this is data>\n", "")
    script.write_text("> marker\n: STOP\n")
    with script.open("rb", buffering=0) as file:
        assert shell.run(stdin=file).status == 126
        assert file.tell() == 0
    assert not (shell.work / "marker").exists()


def test_an_empty_script(shell: Shell) -> None:
    assert shell.run() == (0, "", "")
    assert shell.run("/dev/null") == (0, "", "")


# ---------------------------------------------------------------- agents


def test_what_an_agent_wraps_is_judged_and_the_wrapper_runs(shell: Shell) -> None:
    snapshot = shell.home / ".claude/shell-snapshots/snapshot-bash-1-a.sh"
    snapshot.parent.mkdir(parents=True)
    snapshot.write_text("greet() { echo hello; }\n")
    file = shell.folder / "claude-7f1a-cwd"

    def wrapped(command: str) -> str:
        return (
            f"source {snapshot} 2>/dev/null || true && shopt -u extglob 2>/dev/null || true && "
            f"eval '{command}' < /dev/null && pwd -P >| {file}"
        )

    assert shell.run("-c", "-l", wrapped("greet")).out == "hello\n"
    assert file.read_text() == f"{shell.work}\n"
    stopped = shell.run("-c", "-l", wrapped("greet STOP"))
    assert stopped.status == 126 and stopped.out == ""
    assert [(entry["text"], entry["agent"]) for entry in shell.log()] == [
        ("greet", "claude-code"),
        ("greet STOP", "claude-code"),
    ]


# ---------------------------------------------------------------- settings


def test_observing_stops_nothing_and_records_it(shell: Shell) -> None:
    shell.configure('mode = "observe"')
    assert shell.run("-c", "echo STOP") == (0, "STOP\n", "")
    assert [(entry["action"], entry["outcome"]) for entry in shell.log()] == [("refuse", "observed")]
    assert shell.run("-c", "echo STOP", env={"GUARDSH_MODE": "enforce"}).status == 126


@pytest.mark.parametrize("required, status", [("true", 126), ("false", 0)])
def test_an_unwritable_log_stops_only_where_it_is_required(shell: Shell, required: str, status: int) -> None:
    shell.configure(f"[audit]\nrequired = {required}")
    state = shell.home / ".local/state/guardsh"
    state.mkdir(parents=True, mode=0o700)
    (state / "log").write_text("a file in the place of the directory")
    done = shell.run("-c", "echo ran > marker", env={"TMPDIR": str(shell.folder)})
    assert done.status == status
    assert (shell.work / "marker").exists() is (status == 0)
    assert "log can't be written" in done.err


def test_a_broken_configuration_is_said(shell: Shell) -> None:
    shell.configure("confrim_from = 3")
    done = shell.run("-c", "true")
    assert 'unknown key "confrim_from"; did you mean "confirm_from"?' in done.err


def test_the_configured_shell(shell: Shell) -> None:
    shell.configure('bash = "/nonexistent/bash"')
    done = shell.run("-c", "echo ran")
    assert (done.status, done.out) == (125, "")
    shell.configure('bash = "/bin/sh"' if os.path.realpath("/bin/sh").endswith("dash") else 'bash = "/bin/bash"')
    assert shell.run("-c", "echo ran").out == "ran\n"


def test_a_front_door_is_not_the_real_shell(shell: Shell) -> None:
    shell.stub("bash", "echo never")
    shell.configure(f'bash = "{shell.bin}/bash"')
    assert shell.run("-c", "echo ran").status == 125


def test_standard_output_is_never_written_to(shell: Shell) -> None:
    shell.configure("broken")
    for arguments in (("-c", "true"), ("-c", "STOP"), ("-c",), ("nosuch",), ("-c", "echo )")):
        assert shell.run(*arguments).out == ""
