from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from guardsh.confirm import presence, terminal
from guardsh.confirm.terminal import Line, read_line
from tests.support import TOP
from tests.support_home import environment

Keys = Callable[[PipeInput], None]


def by_hand(text: str) -> Keys:
    def send(source: PipeInput) -> None:
        for key in text:
            time.sleep(0.015)
            source.send_text(key)

    return send


def at_once(text: str) -> Keys:
    return lambda source: source.send_text(text)


def asked(keys: Keys, *, counts_pastes: bool = False, patience: float = 5.0, hidden: bool = False) -> Line:
    with create_pipe_input() as source:
        sender = threading.Thread(target=keys, args=(source,))
        sender.start()
        try:
            return read_line(source, DummyOutput(), "> ", by_hand=not counts_pastes, patience=patience, hidden=hidden)
        finally:
            sender.join()


def test_what_is_typed_by_hand_counts() -> None:
    assert asked(by_hand("drop users\r")) == Line("drop users")


def test_corrections_are_part_of_typing() -> None:
    assert asked(by_hand("drop usr\x7f\x7fers\r")) == Line("drop uers")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (by_hand("drop\x03"), terminal.STOPPED),
        (by_hand("\x03"), terminal.STOPPED),
        (by_hand("\x04"), terminal.STOPPED),
        (at_once("drop users\r"), terminal.PASTED),
        (at_once("drop u\r"), terminal.PASTED),
        (at_once("\x1b[200~drop users\x1b[201~\r"), terminal.PASTED),
        (at_once("\x1b[200~d\x1b[201~"), terminal.PASTED),
    ],
)
def test_what_does_not_count(keys: Keys, reason: str) -> None:
    assert asked(keys) == Line(None, reason)


def test_a_burst_within_typing_does_not_count() -> None:
    def keys(source: PipeInput) -> None:
        by_hand("dr")(source)
        source.send_text("op use")
        by_hand("rs\r")(source)

    assert asked(keys) == Line(None, terminal.PASTED)


def test_five_keys_at_once_are_still_a_hand() -> None:
    assert asked(at_once("drop\r")) == Line("drop")


def test_a_terminal_that_goes_away_is_no_answer() -> None:
    assert asked(lambda source: source.close()) == Line(None, terminal.STOPPED)


def test_no_answer_in_time() -> None:
    start = time.monotonic()
    assert asked(by_hand("dr"), patience=0.3) == Line(None, terminal.SLOW)
    assert time.monotonic() - start < 3


def test_a_passphrase_may_be_pasted() -> None:
    pasted = at_once("\x1b[200~correct horse\x1b[201~\r")
    assert asked(pasted, counts_pastes=True, hidden=True) == Line("correct horse")


def test_without_a_terminal_the_answer_is_no(tmp_path: Path) -> None:
    from tests.show.examples import one

    verdict = one("x", "x", loses="x")
    for path in (tmp_path / "none", tmp_path, Path("/dev/null")):
        answer = terminal.confirm(verdict, path=str(path))
        assert not answer.yes
        assert "terminal" in answer.said


def test_whatever_fails_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.show.examples import one

    def broken(path: str) -> None:
        raise RuntimeError("x")

    monkeypatch.setattr(terminal, "terminal", broken)
    assert terminal.confirm(one("x", "x", loses="x")) == terminal.Answer(False, "asking failed (RuntimeError)")


# ---- in a real pseudo-terminal

ASK = f"""\
import sys, time
sys.path.insert(0, {str(TOP)!r})
from guardsh.confirm import terminal
from tests.show.examples import one
verdict = one("dropdb shop", "dropdb shop", loses="the database shop", phrase="drop shop")
print("typed ahead now", file=sys.stderr, flush=True)
time.sleep(1 if "slow" in sys.argv else 0)
answer = terminal.confirm(verdict, patience=3.0)
open(sys.argv[1], "w").write(repr(answer))
print("answer:", answer.yes, file=sys.stderr)
"""


class Asked:
    """The question, asked in a terminal of its own."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.result = folder / "answer"
        program = folder / "ask.py"
        program.write_text(ASK)
        self.child = pexpect.spawn(
            sys.executable,
            ["-I", str(program), str(self.result), *more],
            env=environment(folder),  # type: ignore[arg-type]
            encoding="utf-8",
            timeout=15,
        )
        self.child.delaybeforesend = None

    def type(self, text: str) -> None:
        for key in text:
            time.sleep(0.02)
            self.child.send(key)

    def question(self) -> None:
        self.child.expect("Type .*drop shop.* to run it. Anything else stops it.")
        self.child.expect(">")
        time.sleep(0.2)

    def answer(self) -> str:
        self.child.expect(pexpect.EOF)
        return self.result.read_text() if self.result.exists() else ""


@pytest.fixture
def in_a_terminal(tmp_path: Path) -> Iterator[Callable[..., Asked]]:
    started: list[Asked] = []

    def start(*more: str) -> Asked:
        started.append(Asked(tmp_path, *more))
        return started[-1]

    yield start
    for one in started:
        one.child.close(force=True)


def test_the_phrase_typed_at_a_terminal_is_a_yes(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.type("drop shop\r")
    assert asked.answer() == "Answer(yes=True, said='', like=False)"


def test_the_wrong_phrase_is_a_no_without_a_second_try(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.type("yes\r")
    asked.child.expect("That isn't it. Nothing was run.")
    assert asked.answer().startswith("Answer(yes=False")


@pytest.mark.parametrize(("keys", "said"), [("drop\x03", "Stopped"), ("\x04", "Stopped"), ("\r", "Nothing was typed")])
def test_stopping_is_a_no(in_a_terminal: Callable[..., Asked], keys: str, said: str) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.type(keys)
    asked.child.expect(f"{said}. Nothing was run.")
    assert asked.answer().startswith("Answer(yes=False")


def test_a_phrase_sent_in_one_piece_is_a_no(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.child.send("drop shop\r")
    asked.child.expect("Pasted text doesn't count. Nothing was run.")
    assert asked.answer().startswith("Answer(yes=False")


def test_a_phrase_typed_ahead_is_thrown_away(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal("slow")
    asked.child.expect("typed ahead now")
    asked.type("drop shop\r")
    asked.question()
    assert "yes=False" in asked.answer()


def test_silence_is_a_no(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.child.expect("No answer in time. Nothing was run.")
    assert asked.answer().startswith("Answer(yes=False")


def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(in_a_terminal: Callable[..., Asked]) -> None:
    import termios

    asked = in_a_terminal()
    asked.question()
    during = termios.tcgetattr(asked.child.child_fd)[3]
    assert asked.child.pid
    os.kill(asked.child.pid, signal.SIGTERM)
    asked.child.expect(pexpect.EOF)
    asked.child.wait()
    assert asked.child.signalstatus == signal.SIGTERM
    assert not asked.result.exists()
    assert not during & termios.ECHO


def test_a_terminal_that_hangs_up_is_a_no(in_a_terminal: Callable[..., Asked]) -> None:
    asked = in_a_terminal()
    asked.question()
    asked.child.ptyproc.fileobj.close()
    asked.child.ptyproc.closed = asked.child.closed = True
    asked.child.ptyproc.terminated = asked.child.terminated = True
    deadline = time.monotonic() + 8
    assert asked.child.pid
    while time.monotonic() < deadline:
        done, _status = os.waitpid(asked.child.pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.05)
    else:
        pytest.fail("it still waits for an answer")
    assert not asked.result.exists() or "yes=False" in asked.result.read_text()


def test_standard_input_and_output_are_left_alone(tmp_path: Path) -> None:
    program = tmp_path / "ask.py"
    program.write_text(ASK)
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", f"printf 'drop shop\\n' | {sys.executable} -I {program} {tmp_path}/answer > {tmp_path}/stdout"],
        env=environment(tmp_path),  # type: ignore[arg-type]
        encoding="utf-8",
        timeout=15,
    )
    child.expect("Anything else stops it.")
    time.sleep(0.3)
    for key in "nothing\r":
        time.sleep(0.02)
        child.send(key)
    child.expect(pexpect.EOF)
    assert (tmp_path / "stdout").read_bytes() == b""
    assert "yes=False" in (tmp_path / "answer").read_text()


def test_a_process_without_a_terminal_is_told_no(tmp_path: Path) -> None:
    program = tmp_path / "ask.py"
    program.write_text(ASK)
    subprocess.run(
        [sys.executable, "-I", str(program), str(tmp_path / "answer")],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
        timeout=15,
    )
    assert "yes=False, said='there is no terminal" in (tmp_path / "answer").read_text()


def test_a_background_job_is_told_no(tmp_path: Path) -> None:
    program = tmp_path / "ask.py"
    program.write_text(ASK)
    child = pexpect.spawn(
        "/bin/bash",
        ["--norc", "-ic", f"set -m; {sys.executable} -I {program} {tmp_path}/answer & wait; echo all-done"],
        env=environment(tmp_path),  # type: ignore[arg-type]
        encoding="utf-8",
        timeout=15,
    )
    child.expect("all-done")
    child.expect(pexpect.EOF)
    assert "foreground" in (tmp_path / "answer").read_text()


def test_a_foreground_that_cannot_be_read_is_a_reason() -> None:
    with open(os.devnull) as file:
        assert presence.background(file.fileno())
