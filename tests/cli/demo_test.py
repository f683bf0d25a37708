"""`guardsh demo` as a whole process: without a terminal, on one, without curl and git, and where it goes wrong."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from tests.support_home import environment, launcher


def in_children(code: str) -> str:
    """Python for the demo's own start, so that each guardsh that it starts runs this code first."""
    return f"""
import guardsh.demo.stage as stage
stage._START = stage._START.replace("import guardsh.places", "import guardsh.places\\n" + {code!r})
"""


# Whoever runs these tests may do so through an agent, which the product would notice among the parents.
_CLEAR = "from guardsh.confirm import presence\npresence.PROGRAMS.clear()\n"
NO_AGENT = _CLEAR + in_children(_CLEAR)
# A judge that is broken in the worst way.
LETS_ALL_PASS = in_children("""
import guardsh.judge
from guardsh.verdict import Verdict
guardsh.judge.weigh = lambda *_arguments: Verdict("pass", 0)
""")


class Theatre:
    """A home and a temporary directory that must be as empty after the demo as before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()

    def environment(self, **more: str) -> dict[str, str]:
        return environment(self.home, TMPDIR=str(self.temporary), **more)

    def demo(self, *arguments: str, before: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*launcher(self.folder, self.home, before), "demo", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            start_new_session=True,
        )

    @property
    def left_over(self) -> list[str]:
        return sorted(os.listdir(self.home)) + sorted(os.listdir(self.temporary))


@pytest.fixture
def theatre(tmp_path: Path) -> Theatre:
    return Theatre(tmp_path)


def programs(folder: Path, *names: str) -> str:
    """A PATH with these programs and no other."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return str(folder)


def in_order(text: str, *parts: str) -> None:
    at = 0
    for part in parts:
        assert part in text[at:], f"{part!r} isn't in what follows:\n{text[at:]}"
        at = text.index(part, at) + len(part)


def test_without_a_terminal_it_plays_to_the_end_and_leaves_nothing(theatre: Theatre) -> None:
    done = theatre.demo()
    assert (done.returncode, done.stderr) == (0, "")
    in_order(
        done.stdout,
        "$ ls\n",
        "3 checks passed",
        "deploy failed",
        "../infra/.env",
        "guardsh: BLOCKED",
        "volumeDelete",
        "Exit status 126",
        "got no delete call",
        "3d2c42fb is there",
        "only watches",
        "got 1 delete call",
        "3d2c42fb is gone",
    )
    assert "Type the phrase" not in done.stdout
    assert theatre.left_over == []


def test_lines_fit_a_terminal_but_for_the_one_that_says_all_by_itself(theatre: Theatre) -> None:
    said = theatre.demo().stdout.replace(str(theatre.temporary), "/tmp")  # which tests put far below
    assert [line for line in said.splitlines() if len(line) > 80 and not line.startswith("guardsh: BLOCKED")] == []
    assert said.isascii() or not re.search(r"[^\x00-\x7f…]", said)
    assert "\x1b" not in said


def test_without_curl_and_git_a_python_program_sends_the_same_call(theatre: Theatre, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", "sh", "ls", "rm", "grep", "cut")
    done = theatre.demo(PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    in_order(done.stdout, "no curl here", "urllib", "guardsh: BLOCKED", "no delete call", "got 1 delete call")
    assert "git status" not in done.stdout


def test_the_users_proxies_and_curl_settings_have_no_say(theatre: Theatre) -> None:
    theatre.home.mkdir(mode=0o700)
    (theatre.home / ".curlrc").write_text("fail-early\nproxy = http://127.0.0.1:1\n")
    done = theatre.demo(http_proxy="http://127.0.0.1:1", no_proxy="*", CURL_HOME=str(theatre.home))
    assert done.returncode == 0, done.stdout
    assert theatre.left_over == [".curlrc"]


def test_a_guard_that_lets_the_call_through_is_told_and_fails(theatre: Theatre) -> None:
    done = theatre.demo(before=LETS_ALL_PASS)
    assert done.returncode == 1
    assert "Not as it should be: the deletion wasn't blocked: exit status 0" in done.stdout
    assert "Not as it should be: the deletion reached the stand-in" in done.stdout
    assert theatre.left_over == []


def test_an_interrupted_demo_leaves_nothing(theatre: Theatre) -> None:
    child = pexpect.spawn(
        "/bin/sh", ["-c", 'exec "$@"', "sh", *launcher(theatre.folder, theatre.home, NO_AGENT), "demo"],
        env=theatre.environment(), encoding="utf-8", timeout=30,
    )  # fmt: skip
    child.expect_exact("Type the phrase")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert theatre.left_over == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("delete the volume", ["Exit status 0.", "got 1 delete call", "is gone"]),
        ("yes", ["That isn't it.", "Exit status 126.", "got no delete call", "is there"]),
    ],
)
def test_on_a_terminal_the_person_decides(theatre: Theatre, typed: str, expected: list[str]) -> None:
    said = _on_terminal(theatre, [], typed)
    in_order(said, "only watches", "got 1 delete call", "Type the phrase", "needs your word", *expected)
    assert said.rstrip().endswith("status=0")
    assert theatre.left_over == []


def test_nobody_is_asked_if_they_say_so(theatre: Theatre) -> None:
    assert "Type the phrase" not in _on_terminal(theatre, ["--no-ask"], "")


def test_an_agent_on_a_terminal_isnt_asked(theatre: Theatre) -> None:
    assert "Type the phrase" not in _on_terminal(theatre, [], "", CLAUDE_CODE_CHILD_SESSION="1")


def _on_terminal(theatre: Theatre, arguments: list[str], typed: str, **more: str) -> str:
    command = " ".join([*launcher(theatre.folder, theatre.home, NO_AGENT), "demo", *arguments])
    child = pexpect.spawn(
        "/bin/bash", ["--norc", "--noprofile", "-c", f"{command}; echo status=$?"],
        env=theatre.environment(**more), encoding="utf-8", timeout=30, dimensions=(60, 100),
    )  # fmt: skip
    said = ""
    if typed:
        child.expect_exact("else stops it.")
        said += child.before
        time.sleep(0.5)
        for key in f"{typed}\r":
            time.sleep(0.03)
            child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    return said + str(child.before)
