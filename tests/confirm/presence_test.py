from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guardsh.confirm import presence, processes, unlocked
from guardsh.confirm.processes import Process
from tests.support import TOP


@pytest.fixture
def parents(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The parent processes, a person's shell in a terminal; a test adds to it."""
    leader = os.getsid(0)
    found = [Process(leader, 1, "34816", "77", ("bash",)), Process(1, 0, "", "1", ("systemd",))]
    monkeypatch.setattr(processes, "ancestors", lambda pid=0: found)
    return found


@pytest.mark.parametrize(
    "environment",
    [
        {"CLAUDE_CODE_CHILD_SESSION": "1"},
        {"CODEX_THREAD_ID": "x"},
        {"CODEX_CI": "1"},
        {"CODEX_SANDBOX": "seatbelt"},
        {"GEMINI_CLI": "1"},
        {"COPILOT_CLI": "1"},
        {"COPILOT_AGENT_SESSION_ID": "7"},
        {"CURSOR_AGENT": "1"},
        {"CURSOR_EXTENSION_HOST_ROLE": "agent-exec"},
        {"OPENCODE": "1"},
        {"OPENCODE_PID": "12"},
        {"CLINE_ACTIVE": "true"},
        {"GOOSE_TERMINAL": "1"},
        {"AGENT": "amp"},
        {"AMP_CURRENT_THREAD_ID": "T-1"},
        {"TERM_PROGRAM": "vscode", "GIT_PAGER": "cat"},
        {"TERM_PROGRAM": "zed", "PAGER": "cat"},
        {"AI_AGENT": "something-new"},
        {"PI_CODING_AGENT": "true"},
    ],
)
def test_marks_that_speak_for_an_agent(environment: dict[str, str], parents: list[Process]) -> None:
    reason = presence.agent_speaks(environment)
    assert reason and "is set" in reason
    assert presence.may_ask(environment) == reason
    assert presence.may_approve(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"CURSOR_TRACE_ID": "abc", "TERM_PROGRAM": "vscode"},
        {"CLAUDECODE": "1"},
        {"TERM_PROGRAM": "vscode"},
        {"GIT_PAGER": "cat", "PAGER": "cat"},
        {"CURSOR_EXTENSION_HOST_ROLE": "main"},
        {"GEMINI_CLI": "0", "OPENCODE": "", "CLINE_ACTIVE": "false"},
    ],
)
def test_a_persons_terminal_is_left_in_peace(environment: dict[str, str], parents: list[Process]) -> None:
    assert presence.agent_speaks(environment) is None
    assert presence.may_ask(environment) is None


@pytest.mark.parametrize("name", sorted(presence.PROGRAMS))
def test_an_agent_among_the_parents_speaks(name: str, parents: list[Process]) -> None:
    parents.insert(0, Process(500, parents[0].pid, "34816", "80", ("node", name)))
    reason = presence.agent_speaks({})
    assert reason and "among the parent processes (pid 500)" in reason
    assert presence.may_ask({})
    assert presence.agent_named({}) == presence.PROGRAMS[name]


def test_parents_that_cannot_be_read_count_as_an_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(pid: int = 0) -> list[Process]:
        raise processes.Unknown("hidden")

    monkeypatch.setattr(processes, "ancestors", unknown)
    assert "can't be read" in (presence.agent_speaks({}) or "")
    assert "can't be read" in (presence.may_ask({}) or "")
    assert "can't be read" in (presence.may_approve({}) or "")
    assert presence.agent_named({}) == ""


def test_the_setting_closes_a_terminal_that_is_not_unlocked(
    parents: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in ("unlocked", "", "Inline", "nonsense"):
        assert "unlocked terminal" in (presence.may_ask({}, setting) or "")
    monkeypatch.setattr(unlocked, "here", lambda: True)
    assert presence.may_ask({}, "unlocked") is None


def test_in_an_unlocked_terminal_a_mark_does_not_count_but_an_agent_in_the_session_does(
    parents: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlocked, "here", lambda: True)
    monkeypatch.setattr(presence, "restrained", lambda: None)
    mark = {"CLAUDE_CODE_CHILD_SESSION": "1"}
    assert presence.may_ask(mark) is None
    assert presence.may_approve(mark) is None
    parents.append(Process(3, 1, "", "1", ("claude",)))
    assert presence.may_approve(mark) is None  # above the shell that a person unlocked
    parents.insert(0, Process(500, parents[0].pid, "34816", "80", ("claude",)))
    assert presence.may_ask(mark)
    assert presence.may_approve(mark)


def test_a_process_detached_from_its_shell_may_neither_ask_nor_approve(
    parents: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getsid(0) == os.getpid():
        monkeypatch.setattr(os, "getpid", lambda: 1_000_000)
    del parents[0]
    for here in (True, False):
        monkeypatch.setattr(unlocked, "here", lambda here=here: here)
        assert "detached" in (presence.may_ask({}) or "")
        assert "detached" in (presence.may_approve({}) or "") or presence.restrained()


def test_the_name_for_showing() -> None:
    assert presence.agent_named({"CODEX_CI": "1"}) == "codex"
    assert presence.agent_named({"AI_AGENT": "newcomer"}) == "newcomer"
    assert presence.agent_named({"AI_AGENT": "a\x1b[2Jb"}) == "an agent"


def sandboxed(mark: str) -> subprocess.CompletedProcess[str]:
    program = (
        f"import sys; sys.path.insert(0, {str(TOP)!r})\n"
        "import ctypes\n"
        f"{mark}\n"
        "from guardsh.confirm import presence\n"
        "print(presence.restrained()); print(presence.may_approve({}))\n"
    )
    return subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="marks of the Linux kernel")
def test_no_new_privs_is_a_sandbox() -> None:
    # prctl(PR_SET_NO_NEW_PRIVS, 1)
    done = sandboxed("assert ctypes.CDLL(None).prctl(38, 1, 0, 0, 0) == 0")
    assert done.stdout == "this process runs in a sandbox (no_new_privs)\n" * 2


def write_status(proc: Path, pid: str, text: str) -> None:
    (proc / pid).mkdir(exist_ok=True)
    (proc / pid / "status").write_text("Name:\tx\n" + text)


@pytest.mark.skipif(sys.platform != "linux", reason="marks of the Linux kernel")
@pytest.mark.parametrize(
    ("own", "first", "confined"),
    [
        ("NoNewPrivs:\t0\nSeccomp:\t0\n", "NoNewPrivs:\t0\nSeccomp:\t0\n", False),
        ("NoNewPrivs:\t0\nSeccomp:\t2\n", "NoNewPrivs:\t0\nSeccomp:\t0\n", True),
        (
            "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            False,
        ),
        (
            "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t2\n",
            "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",
            True,
        ),
        ("NoNewPrivs:\t1\nSeccomp:\t0\n", "NoNewPrivs:\t1\nSeccomp:\t0\n", True),
        ("NoNewPrivs:\t0\nSeccomp:\t2\n", "", True),
        ("NoNewPrivs:\t0\nSeccomp:\t0\n", "", False),
        ("Seccomp:\t0\n", "NoNewPrivs:\t0\n", True),
        ("NoNewPrivs:\tx\n", "NoNewPrivs:\t0\n", True),
        ("", "NoNewPrivs:\t0\n", True),
    ],
)
def test_seccomp_beyond_the_first_process_is_a_sandbox(
    own: str, first: str, confined: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PROC", str(tmp_path))
    write_status(tmp_path, "self", own)
    if first:
        write_status(tmp_path, "1", first)
    assert (presence.restrained() is not None) is confined
