"""setup, unlock, approve, deny and pending as a person meets them: each in a real terminal, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from guardsh import places
from guardsh.confirm import connected, passphrase, presence, remembered, requests
from tests.show.examples import one
from tests.support_home import environment, launcher

SECRET = "correct horse battery"
DROP = one("dropdb shop", "dropdb shop", score=75, loses="the database shop", phrase="drop shop")

# The subcommand alone, without the rest of the command line. Whoever runs these tests may do so through an agent or in
# a sandbox, which the product would notice in the real parents and marks: left out, but for the tests about them.
ALONE = """
import importlib
from guardsh.confirm import passphrase, presence
if "--as-it-is" in sys.argv:
    sys.argv.remove("--as-it-is")
else:
    presence.PROGRAMS.clear()
    presence.restrained = lambda: None
if "--in-tmux" in sys.argv:
    sys.argv.remove("--in-tmux")
    presence.TYPED_INTO = (("tmux", "PATH", ()),)
else:
    presence.TYPED_INTO = ()
passphrase.COST = 1024
importlib.import_module("guardsh.cli." + sys.argv[1]).command.main(sys.argv[2:], sys.argv[1])
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(folder))
    monkeypatch.setattr(passphrase, "COST", 1 << 10)
    return folder


@pytest.fixture
def guardsh(tmp_path: Path, home: Path) -> list[str]:
    return launcher(tmp_path, home, before=ALONE)


class Window:
    """A terminal with a shell, as a person has it."""

    def __init__(self, guardsh: list[str], home: Path, **more: str) -> None:
        self.guardsh = " ".join(guardsh)
        self.child = pexpect.spawn(
            "/bin/bash",
            ["--norc", "--noprofile", "-i"],
            env=environment(home, PS1="ready> ", **more),  # type: ignore[arg-type]
            encoding="utf-8",
            timeout=20,
            dimensions=(40, 100),
        )
        self.child.delaybeforesend = None
        self.child.expect("ready> ")

    def start(self, line: str) -> None:
        self.child.sendline(line.replace("guardsh", self.guardsh))

    def run(self, line: str) -> str:
        """The output of a line that asks nothing, with its exit status."""
        self.start(f"{line}; echo status=$?")
        self.child.expect(r"status=(\d+)\r\n")
        said = f"{self.child.before}status={self.child.match.group(1)}"
        self.child.expect("ready> ")
        return said

    def expect(self, *parts: str) -> None:
        for part in parts:
            self.child.expect_exact(part.rstrip())  # a prompt's last blank is drawn as a movement

    def type(self, text: str) -> None:
        time.sleep(0.25)
        for key in f"{text}\r":
            time.sleep(0.02)
            self.child.send(key)


@pytest.fixture
def window(guardsh: list[str], home: Path) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def open_one(**more: str) -> Window:
        opened.append(Window(guardsh, home, **more))
        return opened[-1]

    yield open_one
    for one_of_them in opened:
        one_of_them.child.close(force=True)


@pytest.fixture
def request_id(home: Path) -> str:
    request = requests.ask(DROP, requests.binding(DROP), agent="claude-code")
    assert request is not None
    return request.id


def approved() -> bool:
    return requests.take(requests.binding(DROP))


def test_setup_then_approve_from_another_terminal_then_it_runs_once(
    window: Callable[..., Window], request_id: str
) -> None:
    person = window()
    person.start("guardsh setup")
    person.expect("New passphrase: ")
    person.type(SECRET)
    person.expect("The same again: ")
    person.type(SECRET)
    person.expect("The passphrase is set.")
    assert passphrase.matches(SECRET)

    other = window()
    other.start(f"guardsh approve {request_id.lower()}")
    other.expect("Passphrase: ")
    other.type(SECRET)
    other.expect(
        f"request {request_id} of claude-code in", "guardsh  needs your word", "score 75", "dropdb shop", "^^^"
    )
    other.expect("would lose the database shop", "drop shop", ">")
    assert not approved()
    other.type("drop shop")
    other.expect("Approved: it runs once")
    assert approved()
    assert not approved()


def test_an_unlocked_terminal_needs_only_the_phrase_and_another_one_the_passphrase(
    window: Callable[..., Window], request_id: str
) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh unlock --hours 1")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("This terminal is unlocked for an hour")
    person.start(f"guardsh approve {request_id}")
    person.expect("request", "Type", "drop shop", ">")
    person.type("no")
    person.expect("That isn't it. Nothing was approved.")
    assert not approved()

    other = window()
    other.start(f"guardsh approve {request_id}")
    other.expect("Passphrase: ")
    other.type("wrong horse battery")
    other.expect("that isn't the passphrase")
    assert not approved()

    assert "This terminal is locked." in person.run("guardsh unlock --lock")
    person.start(f"guardsh approve {request_id}")
    person.expect("Passphrase: ")


@pytest.mark.parametrize(
    "asked", ["setsid -w guardsh approve ID", "guardsh approve ID &", "(guardsh approve ID &) ; sleep 2"]
)
def test_no_detached_process_approves_even_in_an_unlocked_terminal(
    asked: str, window: Callable[..., Window], request_id: str
) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh unlock")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("is unlocked")
    person.start(asked.replace("ID", request_id))
    person.expect("Not approved: ")
    assert not approved()


def test_a_second_pseudo_terminal_is_another_terminal(window: Callable[..., Window], request_id: str) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh unlock")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("is unlocked")
    inner = "import pty, sys; pty.spawn(sys.argv[1:])"
    person.start(f"{person.guardsh.split()[0]} -c '{inner}' guardsh approve {request_id}")
    person.expect("Passphrase: ")
    person.type("")
    person.expect("Not approved: that isn't the passphrase.")
    assert not approved()


def test_a_marked_process_approves_nothing_and_sets_nothing(window: Callable[..., Window], request_id: str) -> None:
    passphrase.store(SECRET)
    agent = window(CLAUDE_CODE_CHILD_SESSION="1")
    for line in (f"guardsh approve {request_id}", "guardsh unlock", "guardsh setup"):
        said = agent.run(line)
        assert "CLAUDE_CODE_CHILD_SESSION is set" in said and "status=1" in said
    assert not approved()


def test_an_agents_child_approves_nothing(window: Callable[..., Window], request_id: str, tmp_path: Path) -> None:
    passphrase.store(SECRET)
    agent = tmp_path / "aider"
    agent.write_text('#!/bin/bash\n"$@"\nexit $?\n')
    agent.chmod(0o755)
    said = window().run(f"{agent} guardsh approve {request_id} --as-it-is")
    assert "among the parent processes" in said and "status=1" in said
    assert not approved()


def test_an_agent_started_in_an_unlocked_terminal_approves_nothing(
    window: Callable[..., Window], request_id: str, tmp_path: Path
) -> None:
    passphrase.store(SECRET)
    agent = tmp_path / "aider"
    agent.write_text('#!/bin/bash\n"$@"\nexit $?\n')
    agent.chmod(0o755)
    person = window()
    person.start("guardsh unlock")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("is unlocked")
    said = person.run(f"{agent} guardsh approve {request_id} --as-it-is")
    assert "status=1" in said and "Not approved" in said
    assert not approved()


@pytest.mark.parametrize("line", [["approve", "7QK2"], ["unlock"], ["setup"]])
def test_without_a_terminal_nothing_is_given(line: list[str], guardsh: list[str], home: Path) -> None:
    passphrase.store(SECRET)
    done = subprocess.run(
        [*guardsh, *line],
        input=f"{SECRET}\n{SECRET}\n{SECRET}\n",
        capture_output=True,
        text=True,
        start_new_session=True,
        env=environment(home),
        timeout=20,
    )
    assert done.returncode == 1
    assert "terminal" in done.stderr
    assert done.stdout == ""


def test_without_a_passphrase_nothing_is_approved_or_unlocked(window: Callable[..., Window], request_id: str) -> None:
    person = window()
    for line in (f"guardsh approve {request_id}", "guardsh unlock"):
        said = person.run(line)
        assert "no passphrase is set yet. Run guardsh setup" in said and "status=1" in said
    assert not approved()


def test_the_passphrase_changes_only_by_the_old_one(window: Callable[..., Window]) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh setup")
    person.expect("The passphrase until now: ")
    person.type("another one entirely")
    person.expect("Nothing was changed: that isn't the passphrase.")
    person.start("guardsh setup")
    person.expect("The passphrase until now: ")
    person.type(SECRET)
    person.expect("New passphrase: ")
    person.type("another one entirely")
    person.expect("The same again: ")
    person.type("another one entirelY")
    person.expect("These two differ. Nothing was set.")
    assert passphrase.matches(SECRET)


def test_a_broken_passphrase_file_is_neither_used_nor_replaced(
    window: Callable[..., Window], request_id: str, home: Path
) -> None:
    passphrase.store(SECRET)
    kept = home / ".config/guardsh/passphrase"
    kept.write_text("broken")
    person = window()
    for line in (f"guardsh approve {request_id}", "guardsh unlock", "guardsh setup"):
        person.start(line)
        person.expect("assphrase", ":")
        person.type(SECRET)
        person.expect("the passphrase file can't be used")
    assert kept.read_text() == "broken"
    assert not approved()


def test_an_expired_or_unknown_request_is_said(window: Callable[..., Window], home: Path, request_id: str) -> None:
    passphrase.store(SECRET)
    person = window()
    assert "there is no request ZZZZ; guardsh pending lists them" in person.run("guardsh approve zzzz")
    path = home / f".local/state/guardsh/requests/{request_id}.asked"
    path.write_text(path.read_text().replace('"seconds": ', '"seconds": -'))
    said = person.run(f"guardsh approve {request_id}")
    assert "is expired" in said and "status=1" in said


def test_pending_lists_and_deny_needs_nothing(guardsh: list[str], home: Path, request_id: str) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*guardsh, *arguments], capture_output=True, text=True, env=environment(home), timeout=20)

    listed = run("pending").stdout
    assert listed.startswith(f"{request_id}  9:5")
    assert "claude-code" in listed and listed.endswith("would lose the database shop\n")
    (plain,) = json.loads(run("pending", "--json").stdout)
    assert (plain["id"], plain["state"], plain["score"], plain["command"]) == (request_id, "open", 75, "dropdb shop")
    assert "approve" not in listed

    denied = run("deny", request_id, "use", "staging")
    assert (denied.returncode, denied.stderr) == (0, f"Refused: {request_id} doesn't run.\n")
    again = requests.ask(DROP, requests.binding(DROP))
    assert again is not None and (again.state, again.word) == (requests.DENIED, "use staging")
    assert run("pending").stdout == "Nothing is waiting.\n"
    missing = run("deny", "ZZZZ")
    assert missing.returncode == 1 and "there is no request ZZZZ" in missing.stderr


def test_pending_says_when_it_cannot_read(guardsh: list[str], home: Path) -> None:
    (home / ".local").write_text("in the way")
    done = subprocess.run([*guardsh, "pending"], capture_output=True, text=True, env=environment(home), timeout=20)
    assert done.returncode == 1 and "can't be read" in done.stderr


def test_the_marks_are_the_products() -> None:
    assert presence.PROGRAMS and presence.MARKERS


# ---- guardsh watch, in a real terminal


def started(window: Callable[..., Window], line: str = "guardsh watch", **more: str) -> Window:
    passphrase.store(SECRET)
    person = window(**more)
    person.start(line)
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("guardsh watch", "waiting")
    time.sleep(0.8)
    return person


def state(name: str) -> str:
    found = requests.find(name)
    assert found is not None
    return found.state


def until(holds: Callable[[], bool]) -> bool:
    """Does it hold within some seconds? Of a full screen only what changes is drawn, so that texts come in pieces."""
    deadline = time.monotonic() + 15
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def test_watch_shows_a_request_and_takes_the_phrase(window: Callable[..., Window], request_id: str) -> None:
    person = started(window)
    assert connected.anyone()
    person.type("drop shop")
    person.expect("Approved: it runs once")
    assert approved()
    person.child.send("q")
    person.expect("Left: shells no longer wait", "ready> ")
    assert not connected.anyone()


def test_watch_takes_no_typed_ahead_or_pasted_answer(window: Callable[..., Window], request_id: str) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh watch")
    person.expect("Passphrase: ")
    person.type(f"{SECRET}\rdrop shop")
    person.expect("guardsh watch", "waiting")
    time.sleep(0.8)
    person.child.send("drop shop\r")
    time.sleep(0.4)
    person.child.send("\x1b[200~drop shop\x1b[201~")
    person.type("")
    time.sleep(0.4)
    assert state(request_id) == requests.OPEN
    person.type("d no, use staging")
    assert until(lambda: state(request_id) == requests.DENIED)
    assert not approved()


def test_watch_without_the_passphrase_does_not_start(window: Callable[..., Window], request_id: str) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh watch")
    person.expect("Passphrase: ")
    person.type("wrong horse battery")
    person.expect("Not started: that isn't the passphrase.")
    assert not connected.anyone()
    said = window(TERM="dumb").run("guardsh watch")
    assert "TERM=dumb" in said and "status=1" in said


def test_watch_leaves_the_terminal_as_it_was_after_a_signal(window: Callable[..., Window], request_id: str) -> None:
    person = started(window)
    (sign,) = (Path(places.state_dir("approvers"))).iterdir()
    os.kill(int(sign.stem), signal.SIGTERM)
    person.expect("ready> ")
    assert "still 1" in person.run("echo still 1")
    assert not connected.anyone() and not approved()


def test_watch_without_colour_uses_none(window: Callable[..., Window], request_id: str) -> None:
    passphrase.store(SECRET)
    for more, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        person = window(**more)
        person.start("guardsh watch")
        person.expect("Passphrase: ")
        person.type(SECRET)
        person.expect("drop shop")
        assert bool(re.search(r"\x1b\[[0-9;]*[39][0-7]m", person.child.before)) is coloured


def test_in_tmux_each_yes_needs_the_passphrase(window: Callable[..., Window], request_id: str) -> None:
    person = started(window, "guardsh watch --in-tmux")
    for secret, then in (("drop shop", requests.OPEN), ("wrong horse", requests.OPEN), (SECRET, requests.APPROVED)):
        person.type("drop shop")
        time.sleep(0.5)
        assert state(request_id) == requests.OPEN
        person.type(secret)
        person.expect("•")
        time.sleep(1.5)  # after a wrong one it pauses
        assert state(request_id) == then
    assert approved()


def test_in_tmux_an_unlocked_terminal_is_asked_the_passphrase_too(
    window: Callable[..., Window], request_id: str
) -> None:
    passphrase.store(SECRET)
    person = window()
    person.start("guardsh unlock")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect("is unlocked")
    person.start(f"guardsh approve {request_id} --in-tmux")
    person.expect("Passphrase: ")
    person.type("drop shop")
    person.expect("that isn't the passphrase")
    assert not approved()


# ---- the like of an act


def test_the_like_is_approved_listed_and_forgotten(
    window: Callable[..., Window], guardsh: list[str], home: Path
) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*guardsh, *arguments], capture_output=True, text=True, env=environment(home), timeout=20)

    passphrase.store(SECRET)
    assert run("pending", "--remembered").stdout == "Nothing is remembered.\n"
    low = DROP.but(score=55)
    request = requests.ask(
        low, requests.binding(low), session="s-1", like="c" * 64, likeness="dropdb in ~/shop", agent="codex"
    )
    assert request is not None
    person = window()
    person.start(f"guardsh approve {request.id}")
    person.expect("Passphrase: ")
    person.type(SECRET)
    person.expect('Add "and the like" to allow, for the rest of this session: dropdb in ~/shop.', ">")
    person.type("drop shop and the like")
    person.expect("In this session so does: dropdb in ~/shop, for 4 hours.")
    (kept,) = remembered.listed()
    assert remembered.covers(low, "s-1", "c" * 64) == kept
    listed = run("pending", "--remembered").stdout
    assert listed.startswith(f"{kept.id}  3:59 h left  to 55  codex  s-1  dropdb in ~/shop")
    (plain,) = json.loads(run("pending", "--remembered", "--json").stdout)
    assert (plain["id"], plain["allows"]) == (kept.id, "dropdb in ~/shop")
    missing = run("deny", "--forget", "ZZZZ")
    assert missing.returncode == 1 and "not forgotten: no yes is remembered as ZZZZ" in missing.stderr
    done = run("deny", "--forget", kept.id)
    assert (done.returncode, done.stderr) == (0, "Forgotten: dropdb in ~/shop\n")
    assert remembered.listed() == []
    assert run("deny", "--forget", "all").returncode == 1
