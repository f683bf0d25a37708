"""What follows from a verdict: running, asking, blocking, and what is recorded of it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from guardsh import places
from guardsh.confirm import connected, pause, remembered, requests
from guardsh.shell.gate import _as_said_by
from tests.shell.support_shell import STAND_IN, Shell

# A terminal without an agent above it, whoever runs the tests.
ALONE = STAND_IN + "\nimport guardsh.confirm.presence as presence\npresence.may_ask = lambda *more: None\n"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def outcomes(shell: Shell) -> list[tuple[str, str]]:
    return [(entry["action"], entry["outcome"]) for entry in shell.log()]


def test_everything_is_recorded(shell: Shell) -> None:
    shell.run("-c", "true")
    shell.run("-c", "echo STOP")
    shell.run("-c", "echo ASK", start_new_session=True)
    shell.run("-c", "echo )")
    assert outcomes(shell) == [("pass", "ran"), ("refuse", "blocked"), ("confirm", "blocked"), ("pass", "blocked")]
    assert shell.log()[2]["request"]
    assert {entry["directory"] for entry in shell.log()} == {str(shell.work)}


def test_the_agent_is_recorded(shell: Shell) -> None:
    shell.run("-c", "true", env={"CODEX_CI": "1"})
    assert shell.log()[0]["agent"] == "codex"


def asked(shell: Shell, text: str, **environment: str) -> tuple[int, str]:
    """The exit status of a blocked command and the id of its request."""
    done = shell.run("-c", text, start_new_session=True, env=environment)
    name = done.err.partition("guardsh request ")[2][:4]
    return done.status, name


def test_a_yes_from_elsewhere_lets_the_same_command_run_once(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    status, name = asked(shell, "echo ASK >> marker")
    assert status == 126 and len(name) == 4
    assert asked(shell, "echo ASK >> marker") == (126, name), "the same act, the same request"
    requests.approve(name)
    assert shell.run("-c", "echo ASK >> marker", start_new_session=True).status == 0
    assert asked(shell, "echo ASK >> marker")[0] == 126
    assert (shell.work / "marker").read_text() == "ASK\n"
    assert outcomes(shell)[2] == ("confirm", "asked-yes")


def test_a_yes_is_for_that_command_in_that_directory(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    _, name = asked(shell, "echo ASK")
    requests.approve(name)
    assert shell.run("-c", "echo ASK again", start_new_session=True).status == 126
    assert shell.run("-c", "echo ASK", start_new_session=True, cwd=shell.folder).status == 126
    assert shell.run("-c", "echo ASK", start_new_session=True).status == 0


def test_a_no_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    _, name = asked(shell, "echo ASK")
    requests.deny(name, "use the copy instead")
    done = shell.run("-c", "echo ASK", start_new_session=True)
    assert done.status == 126
    assert "Your user said no: use the copy instead. Go on with other work." in done.err
    assert "guardsh request" not in done.err


def test_a_no_without_a_word_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    _, name = asked(shell, "echo ASK")
    requests.deny(name)
    assert "Your user said no. Go on with other work." in shell.run("-c", "echo ASK", start_new_session=True).err


def test_a_refusal_opens_no_request(shell: Shell) -> None:
    assert "request" not in shell.run("-c", "echo STOP", start_new_session=True).err
    assert not (shell.home / ".local/state/guardsh/requests").exists()


def test_without_a_state_directory_it_is_blocked(shell: Shell) -> None:
    (shell.home / ".local").write_text("a file in its place")
    done = shell.run("-c", "echo ASK > marker", start_new_session=True, env={"TMPDIR": str(shell.folder)})
    assert done.status == 126
    assert not (shell.work / "marker").exists()


def test_the_person_is_told_by_the_configured_command(shell: Shell) -> None:
    told = shell.folder / "told"
    shell.configure(
        f"""on_request = ["/bin/sh", "-c", 'echo "$GUARDSH_REQUEST $1" > {told}.new; mv {told}.new {told}', "sh"]"""
    )
    shell.environment["PATH"] = "/usr/bin:/bin"
    _, name = asked(shell, "echo ASK")
    deadline = time.monotonic() + 10
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert told.read_text() == f"{name} guardsh request {name}: would lose a thing\n"


def test_telling_that_fails_changes_nothing(shell: Shell) -> None:
    shell.configure('on_request = ["/nonexistent"]')
    status, name = asked(shell, "echo ASK")
    assert status == 126 and len(name) == 4


def typing(folder: Path, command: str) -> tuple[Shell, pexpect.spawn]:
    """guardsh on a terminal of its own, waiting for the phrase; `child.match` holds it."""
    shell = Shell(folder, ALONE)
    program, *arguments = [*shell.argv, "-c", command]
    surroundings = {**shell.environment, "NO_COLOR": "1"}
    child = pexpect.spawn(program, arguments, cwd=str(shell.work), env=surroundings, timeout=15)
    child.expect(r"Type  (.+?)  to run it\. Anything else stops it\.")
    time.sleep(0.5)  # what is typed before the question is shown doesn't count
    return shell, child


def type_slowly(child: pexpect.spawn, text: str) -> None:
    for letter in text:
        child.send(letter)
        time.sleep(0.03)


def test_a_person_types_the_phrase(tmp_path: Path) -> None:
    shell, child = typing(tmp_path, "echo ran ASK > marker; exit 3")
    type_slowly(child, child.match.group(1).decode() + "\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3
    assert (shell.work / "marker").exists()
    assert outcomes(shell) == [("confirm", "asked-yes")]


@pytest.mark.parametrize("answer", ["y\r", "yes\r", "\r", "\x03", "\x04"])
def test_anything_else_is_no(tmp_path: Path, answer: str) -> None:
    shell, child = typing(tmp_path, "echo ran ASK > marker")
    type_slowly(child, answer)
    child.expect("Nothing was run")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 126
    assert not (shell.work / "marker").exists()
    assert outcomes(shell) == [("confirm", "asked-no")]


def test_what_an_agent_wrapped_is_never_asked_inline(tmp_path: Path) -> None:
    shell = Shell(tmp_path, ALONE)
    snapshot = shell.home / ".claude/shell-snapshots/snapshot-bash-1-a.sh"
    snapshot.parent.mkdir(parents=True)
    snapshot.write_text("")
    text = f"source {snapshot} && eval 'echo ASK > marker' < /dev/null && pwd -P >| {tmp_path}/claude-7f1a-cwd"
    program, *arguments = [*shell.argv, "-c", text]
    child = pexpect.spawn(program, arguments, cwd=str(shell.work), env=dict(shell.environment), timeout=15)
    child.expect("guardsh request")
    child.expect(pexpect.EOF)
    child.close()
    assert b"Type" not in (child.before or b"")
    assert child.exitstatus == 126
    assert not (shell.work / "marker").exists()


def test_a_message_is_as_wide_as_the_terminal(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    widest = {}
    for columns in (40, 100):
        program, *arguments = [*shell.argv, "-c", "echo STOP"]
        child = pexpect.spawn(
            program, arguments, cwd=str(shell.work), env=dict(shell.environment), timeout=15, dimensions=(24, columns)
        )
        output = child.read().decode().replace("\r\n", "\n").split("\n")
        child.close()
        widest[columns] = max(map(len, output[1:]))
    assert widest[40] <= 40 < widest[100] <= 100


# ---------------------------------------------------------------- a pause


def test_in_a_pause_nobody_is_asked_about_a_persons_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, STAND_IN + "\nimport guardsh.confirm.presence as p\np.among_parents = lambda *a: None\n")
    shell.run("-c", "true")
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    pause.begin(60)
    assert shell.run("-c", "echo ASK", start_new_session=True) == (0, "ASK\n", "")
    assert shell.run("-c", "echo STOP", start_new_session=True).status == 126, "what is refused stays refused"
    assert shell.run("-c", "echo ASK", start_new_session=True, env={"CODEX_CI": "1"}).status == 126
    assert [outcome for _, outcome in outcomes(shell)] == ["ran", "paused", "blocked", "blocked"]
    pause.begin(60, agents=True)
    assert shell.run("-c", "echo ASK", start_new_session=True, env={"CODEX_CI": "1"}).status == 0
    pause.end()
    assert shell.run("-c", "echo ASK", start_new_session=True).status == 126


# ---------------------------------------------------------------- the session


def test_a_session_remembers_what_its_commands_made(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "")
    shell.environment["PATH"] = "/usr/bin:/bin"
    session = {"CODEX_THREAD_ID": "t-1"}
    assert shell.run("-c", "mkdir made && echo x > made/file", env=session).status == 0
    lines = (shell.home / ".local/state/guardsh/sessions/t-1").read_text()
    assert f"made\t{shell.work}/made\n" in lines
    assert shell.log()[0]["session"] == "t-1"
    assert shell.run("-c", "guardsh-canary", env=session).status == 126
    assert "refused\tguardsh-canary\n" in (shell.home / ".local/state/guardsh/sessions/t-1").read_text()


def test_a_shell_on_a_pipe_remembers_too(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "")
    shell.environment["PATH"] = "/usr/bin:/bin"
    assert shell.run(input=b"mkdir one\nmkdir two\n", env={"CODEX_THREAD_ID": "t-1"}).status == 0
    lines = (shell.home / ".local/state/guardsh/sessions/t-1").read_text()
    assert f"made\t{shell.work}/one\n" in lines and f"made\t{shell.work}/two\n" in lines


def test_without_a_session_nothing_is_remembered(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "")
    assert shell.run("-c", "> made").status == 0
    assert not (shell.home / ".local/state/guardsh/sessions").exists()


def test_unattended_never_asks(tmp_path: Path) -> None:
    shell = Shell(tmp_path, ALONE)
    shell.configure('profile = "unattended"')
    program, *arguments = [*shell.argv, "-c", "echo ran ASK > marker"]
    output = pexpect.run(
        " ".join([program, *arguments[:-1], f"'{arguments[-1]}'"]),
        cwd=str(shell.work),
        env=dict(shell.environment),
        timeout=15,
    )
    assert b"BLOCKED" in output and b"Type" not in output
    assert not (shell.work / "marker").exists()


def test_asking_that_fails_is_no(tmp_path: Path) -> None:
    fails = (
        "import guardsh.confirm.terminal as terminal\ndef fails(*a, **k): raise RuntimeError\nterminal.ask = fails\n"
    )
    shell = Shell(tmp_path, ALONE + fails)
    program, *arguments = [*shell.argv, "-c", "echo ran ASK > marker"]
    child = pexpect.spawn(program, arguments, cwd=str(shell.work), env=dict(shell.environment), timeout=15)
    child.expect("guardsh request")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 126
    assert not (shell.work / "marker").exists()


def test_bashs_message_begins_as_bash_would_begin_it() -> None:
    said = "/bin/bash: -c: line 1: syntax error near unexpected token `)'\n/bin/bash: -c: line 1: `echo )'\n"
    assert _as_said_by("s.sh: ", said) == (
        "s.sh: line 1: syntax error near unexpected token `)'\ns.sh: line 1: `echo )'\n"
    )


# ---- an approver is connected


@pytest.fixture
def watched(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell for which somebody watches: this process."""
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    shell.home.mkdir(mode=0o700, exist_ok=True)
    connected.beat()
    return shell


def waiting_request() -> requests.Request:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if found := requests.waiting():
            return found[0]
        time.sleep(0.05)
        connected.beat()
    raise AssertionError("no request came")


def waiting_shell(shell: Shell, text: str) -> tuple[subprocess.Popen[bytes], requests.Request]:
    process = shell.start("-c", text, start_new_session=True, stdin=subprocess.DEVNULL)
    request = waiting_request()
    time.sleep(0.3)
    connected.beat()
    assert process.poll() is None, "it waits"
    return process, request


def test_the_shell_waits_for_a_yes(watched: Shell) -> None:
    process, request = waiting_shell(watched, "echo ASK; exit 7")
    requests.approve(request.id)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (7, b"ASK\n", b"")
    assert outcomes(watched) == [("confirm", "asked-yes")]
    assert not requests.take(requests.binding(request.verdict)), "used"


def test_the_shell_waits_for_a_no(watched: Shell) -> None:
    process, request = waiting_shell(watched, "echo ASK > marker")
    requests.deny(request.id, "use the copy")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 126 and b"Your user said no: use the copy." in err
    assert not (watched.work / "marker").exists()
    assert outcomes(watched) == [("confirm", "blocked")]


def test_the_shell_stops_waiting_when_the_approver_leaves(watched: Shell) -> None:
    process, request = waiting_shell(watched, "echo ASK > marker")
    connected.leave()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 126 and f"guardsh request {request.id}".encode() in err
    assert not (watched.work / "marker").exists()


def test_the_shell_stops_waiting_when_its_time_is_over(watched: Shell) -> None:
    watched.configure("[confirm]\nwait = 1\n")
    began = time.monotonic()
    done = watched.run("-c", "echo ASK > marker", start_new_session=True)
    assert done.status == 126 and "guardsh request" in done.err and time.monotonic() - began < 10
    assert not (watched.work / "marker").exists()


@pytest.mark.parametrize("configuration", ["[confirm]\nwait = 0\n", 'profile = "unattended"\n'])
def test_where_it_may_not_wait_it_does_not(watched: Shell, configuration: str) -> None:
    watched.configure(configuration)
    began = time.monotonic()
    assert watched.run("-c", "echo ASK", start_new_session=True).status == 126
    assert time.monotonic() - began < 8


def test_a_yes_to_what_has_changed_meanwhile_is_none(watched: Shell) -> None:
    watched.stub("tool", "echo first >> marker")
    made = "Verdict(action, score, (finding,), text=text"
    other = Shell(watched.folder, STAND_IN.replace(f"{made})", f"{made}, bindings=(('program', 'tool'),))"))
    process, request = waiting_shell(other, "tool ASK")
    watched.stub("tool", "echo second >> marker")
    requests.approve(request.id)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 126
    assert not (watched.work / "marker").exists()
    assert request.id.encode() not in err and b"guardsh request" in err, "it is asked anew"


def test_a_signal_ends_the_waiting_and_nothing_runs(watched: Shell) -> None:
    process, request = waiting_shell(watched, "echo ASK > marker")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode != 0
    requests.approve(request.id)
    assert not (watched.work / "marker").exists()


# ---- the like of an act


def test_the_like_of_an_allowed_act_runs_in_that_session_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, before="")
    monkeypatch.setattr(places, "home", lambda: str(shell.home))
    shell.stub("git", 'echo "$@" >> marker')

    def run(text: str, session: str) -> int:
        return shell.run("-c", text, start_new_session=True, env={"CLAUDE_CODE_SESSION_ID": session}).status

    assert run("git branch -D old", "s-1") == 126
    (request,) = requests.waiting()
    kept = remembered.remember(request)
    assert kept is not None and kept.words == f"git branch -D old in {shell.work}"
    assert run("git branch -D old", "s-2") == 126
    assert run("git branch -D other", "s-1") == 126
    assert run("git branch -D old", "s-1") == run("true; git branch -D old", "s-1") == 0
    assert (shell.work / "marker").read_text() == "branch -D old\n" * 2
    assert [entry["outcome"] for entry in shell.log()][-2:] == ["like-yes", "like-yes"]
    remembered.forget(kept.id)
    assert run("git branch -D old", "s-1") == 126
