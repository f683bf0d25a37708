"""Commands through a pipe, whole processes; and the parts that can be asked alone."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from guardsh.config import Settings
from guardsh.shell import feeding
from guardsh.shell.arguments import parse
from guardsh.shell.gate import RUN, Answer
from guardsh.shell.unwrap import Unwrapped
from guardsh.verdict import Verdict
from tests.shell.support_shell import Shell, bash


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def line_of(process: subprocess.Popen[bytes], seconds: float = 10) -> str:
    """The next line of a process's output, or what came of it in time."""
    assert process.stdout is not None
    got, deadline = b"", time.monotonic() + seconds
    while not got.endswith(b"\n") and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.1)[0]:
            byte = os.read(process.stdout.fileno(), 1)
            if not byte:
                break
            got += byte
    return got.decode()


def tell(process: subprocess.Popen[bytes], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text.encode())
    process.stdin.flush()


@pytest.mark.parametrize(
    "text",
    [
        "echo a\necho b\nexit 3\n",
        "echo no newline at the end",
        "x=1\nf() {\n  echo f $x $1\n}\nf two\n",
        "cat <<EOF\nbody $((1 + 1))\nEOF\necho after\n",
        "cat <<EOF\nno end",
        "for i in 1 2; do\n  echo $i\ndone\n",
        "echo 'quoted\nacross lines'\n",
        "echo a \\\n  b\n",
        "if true; then echo yes; fi; echo $?\n",
        "",
        "\n\n# nothing\n",
        "exit 5\necho never\n",
        "set -e\nfalse\necho never\n",
        "read x\nthe line\necho got $x\n",
        "kill -TERM $$\n",
        "trap 'echo bye' EXIT\n",
        "echo é \\xff\n",
        "echo $0 $#\n",
        "nosuchprogram\necho $?\n",
        "echo before\necho )\necho after\n",
        "echo 'unclosed\n",
    ],
)
def test_the_same_status_and_output_as_bash(shell: Shell, text: str) -> None:
    shell.stub("cat", 'while IFS= read -r line; do printf "%s\\n" "$line"; done; printf %s "$line"')
    ours, theirs = shell.run(input=text.encode()), bash(shell, input=text.encode())
    assert (ours.status, ours.out) == (theirs.status, theirs.out)


def test_arguments_of_a_script_on_standard_input(shell: Shell) -> None:
    assert shell.run("-s", "one", "two", input=b"echo $0 $1 $2\n").out == "bash one two\n"
    assert shell.run("-es", input=b"false\necho never\n") == (1, "", "")


def test_a_persistent_shell_answers_line_by_line(shell: Shell) -> None:
    process = shell.start()
    for number in range(5):
        tell(process, f"x{number}={number}; echo answer $x{number} $?\n")
        assert line_of(process) == f"answer {number} 0\n"
    tell(process, "for i in a b; do\n")
    assert line_of(process, 0.3) == ""
    tell(process, "echo $i\ndone\n")
    assert [line_of(process), line_of(process)] == ["a\n", "b\n"]
    tell(process, "exit 4\n")
    assert process.wait(timeout=10) == 4


def test_nothing_behind_a_stop_runs(shell: Shell) -> None:
    process = shell.start()
    tell(process, "echo first\n")
    assert line_of(process) == "first\n"
    tell(process, "echo STOP > marker\n")
    assert process.wait(timeout=10) == 126
    assert process.stderr is not None
    assert b"BLOCKED" in process.stderr.read()
    assert not (shell.work / "marker").exists()


def test_a_stop_waits_for_what_already_runs(shell: Shell) -> None:
    process = shell.start()
    tell(process, "echo ready; /bin/sleep 0.5; echo slept\n")
    assert line_of(process) == "ready\n"
    tell(process, ": STOP\necho never\n")
    out, _ = process.communicate(timeout=10)
    assert (out, process.returncode) == (b"slept\n", 126)


def test_what_cannot_be_read_is_not_run(shell: Shell) -> None:
    for text in (b"echo \xef\xa3\xb0 > marker\n", b"echo \0 > marker\n"):
        done = shell.run(input=text, start_new_session=True)
        assert done.status == 126
        assert not (shell.work / "marker").exists()


def test_a_long_script_in_many_pieces(shell: Shell) -> None:
    lines = (
        [f"v{n}={n}\n" for n in range(300)]
        + ["f() {\n"]
        + [f"  : {n}\n" for n in range(3000)]
        + ["}\n", "f; echo $v299\n"]
    )
    process = shell.start()
    for start in range(0, len(lines), 200):
        tell(process, "".join(lines[start : start + 200]))
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == (b"299\n", b"", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_signals_are_passed_on(shell: Shell, number: signal.Signals) -> None:
    process = shell.start()
    tell(process, f"trap 'echo caught' {number.name}\necho ready\n")
    assert line_of(process) == "ready\n"
    process.send_signal(number)
    tell(process, "/bin/sleep 0.1; exit 6\n")
    out, _ = process.communicate(timeout=10)
    assert (out, process.returncode) == (b"caught\n", 6)


def test_it_dies_as_the_shell_dies(shell: Shell) -> None:
    process = shell.start()
    tell(process, "echo ready\n")
    assert line_of(process) == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == -signal.SIGTERM


def test_the_end_of_the_shell_is_the_end_though_the_input_stays_open(shell: Shell) -> None:
    process = shell.start()
    tell(process, "exit 2\n")
    assert process.wait(timeout=10) == 2


def test_the_output_is_held_by_the_shell_alone(shell: Shell) -> None:
    process = shell.start()
    tell(process, "exec >/dev/null\n")
    assert process.stdout is not None
    assert process.stdout.read() == b""
    tell(process, "exit\n")
    assert process.wait(timeout=10) == 0


def test_a_background_job_does_not_hold_it(shell: Shell) -> None:
    started = time.monotonic()
    assert shell.run(input=b"/bin/sleep 5 >/dev/null 2>&1 &\n").status == 0
    assert time.monotonic() - started < 4


def test_what_earlier_commands_left_behind_counts() -> None:
    """The judge sees what earlier lines defined, without what they only did."""
    seen: list[str] = []

    def judge(command: Unwrapped, past: str) -> Verdict:
        seen.append(past + command.text)
        return Verdict("pass", 0, text=command.text)

    gate = SimpleNamespace(look_again=lambda: None, settings=Settings(), judge=judge, act=lambda *_: RUN)
    feeder = feeding._Feeder(gate, parse(("bash",), "bash", False), -1, 0)  # type: ignore[arg-type]
    for text in ("x=1\n", "echo $x\n", "f() { :; }\n", "cd /\n", "true | true\n", "echo )\n", "exit"):
        assert feeder._ask(text) == RUN
    past = "x=1\nf() { :; }\n"
    assert seen == [
        "x=1\n",
        "x=1\necho $x\n",
        past,
        past + "cd /\n",
        past + "cd /\ntrue | true\n",
        "echo )\n",
        past + "cd /\nexit",
    ]


def test_a_shell_that_has_read_too_much_stops(capfd: pytest.CaptureFixture[str]) -> None:
    gate = SimpleNamespace(
        look_again=lambda: None, settings=Settings(), judge=lambda *_: Verdict("pass", 0), act=lambda *_: RUN
    )
    feeder = feeding._Feeder(gate, parse(("bash",), "bash", False), -1, 0)  # type: ignore[arg-type]
    assert feeder._ask("x=" + "1" * feeding.LONGEST_PAST + "\n").may_run
    assert feeder._ask("ls\n") == Answer(False, 126)
    assert "nothing more ran" in capfd.readouterr().err


def fed(shell: Shell, *lines: str) -> tuple[int, list[str]]:
    """Exit status and log of a shell that gets each line when it has answered the one before."""
    process = shell.start()
    assert process.stdin and process.stdout
    for line in lines:
        process.stdin.write(f"{line}\necho answered\n".encode())
        process.stdin.flush()
        if process.stdout.readline() != b"answered\n":
            break
    process.communicate(timeout=20)
    return process.returncode, [f"{e['outcome']} {e['text'].splitlines()[0]}" for e in shell.log()]


def test_what_was_defined_before_is_judged_when_it_is_called(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "")
    assert fed(shell, "f() { guardsh-canary; }", "f") == (126, ["ran f() { guardsh-canary; }", "blocked f"])
    assert fed(shell, "x=guardsh-", "${x}canary")[0] == 126


def test_what_was_allowed_and_has_run_is_no_reason_to_stop(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "")
    shell.configure('mode = "observe"')
    _, log = fed(shell, "if true; then guardsh-canary 2>/dev/null; fi", "x=1", "true $x")
    assert log == ["observed if true; then guardsh-canary 2>/dev/null; fi", "ran x=1", "ran true $x"]


@pytest.mark.parametrize(
    "text, lasting",
    [
        ("ls -la", False),
        ("ls | grep x", False),
        ("(cd /; x=1)", False),
        ("x=1", True),
        ("x=1 ls", False),
        ("cd /", True),
        ("ls; cd /", True),
        ("! cd /", True),
        ("f() { ls; }", True),
        ("if a; then b; fi", True),
        ("$x y", True),
        ('"cd" /', True),
        ("'l's", False),
        ("export A=1", True),
        ("[[ a ]]", True),
    ],
)
def test_what_lasts(text: str, lasting: bool) -> None:
    assert feeding.lasting(text, "bash") is lasting
