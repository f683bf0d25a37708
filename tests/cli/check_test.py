"""`guardsh check` as programs and people meet it: each in a process of its own, in a project of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support_home import environment, launcher

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "package.json").write_text("{}\n")
    return folder


@pytest.fixture
def argv(tmp_path: Path) -> list[str]:
    return launcher(tmp_path, tmp_path / "home")


@pytest.fixture
def check(argv: list[str], project: Path, tmp_path: Path) -> Run:
    def run(*arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*argv, "check", *arguments],
            cwd=project,
            env=environment(tmp_path / "home", **more),
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return run


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("ls -la && git status", 0, "pass"),
        ("git push --force origin main", 10, "confirm 75: would lose commits on the remote"),
        ("rm -rf /", 20, "refuse 100: would lose the whole file system"),
        ("if then", 0, "syntax error, nothing would run: "),
        ("", 0, "pass"),
    ],
)
def test_the_exit_status_and_one_line_tell_the_verdict(check: Run, text: str, status: int, said: str) -> None:
    done = check(text)
    assert (done.returncode, done.stderr) == (status, b"")
    assert done.stdout.decode().startswith(said)
    assert done.stdout.count(b"\n") == 1


def test_without_a_text_it_reads_standard_input(check: Run) -> None:
    assert check(stdin=b"rm -rf /\n").returncode == 20
    assert check(stdin=b"echo \xff\xfe\n").returncode == 0


def test_json_has_what_a_program_needs(check: Run) -> None:
    done = check("--json", 'psql "$DATABASE_URL" -c "drop table users"')
    answer = json.loads(done.stdout)
    assert done.returncode == 10
    assert answer["verdict"] == "confirm" and answer["understood"] is True and answer["rule"]
    assert answer["score"] >= 40 and "users" in answer["reason"]
    finding = answer["findings"][0]
    assert finding["score"] == answer["score"] and finding["span"][0] < finding["span"][1]


def test_secrets_are_in_no_answer(check: Run) -> None:
    secret = "ghp_" + "Ab1" * 12
    text = f"curl -X DELETE https://api.x.example/v1/db/{secret} -H 'Authorization: Bearer {secret}'"
    assert secret.encode() not in check("--json", text).stdout + check(text).stdout


def test_nothing_runs(check: Run, project: Path) -> None:
    marks = [f"touch {name}" for name in ("a", "b")]
    texts = [marks[0], f"x=$({marks[1]})", "rm package.json", "eval 'touch c'", "> d", "echo ${x:-$(touch e)}"]
    for text in texts:
        check(text)
    stdin = "".join(json.dumps({"command": text, "cwd": str(project)}) + "\n" for text in texts)
    assert len(answers(check("--stdin-jsonl", stdin=stdin.encode()))) == len(texts)
    assert [entry.name for entry in project.iterdir()] == ["package.json"]


def test_lines_are_answered_in_order_with_their_ids(check: Run) -> None:
    texts = ["ls", "rm -rf /", "git push --force origin main", "echo hi"] * 5
    stdin = "".join(json.dumps({"command": text, "id": number}) + "\n" for number, text in enumerate(texts))
    found = answers(check("--stdin-jsonl", stdin=stdin.encode()))
    assert [answer["id"] for answer in found] == list(range(20))
    assert [answer["verdict"] for answer in found] == ["pass", "refuse", "confirm", "pass"] * 5
    assert all({"verdict", "score", "rule", "understood", "reason"} <= answer.keys() for answer in found)


def test_each_line_is_answered_before_the_next_is_sent(argv: list[str], project: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*argv, "check", "--stdin-jsonl"],
        cwd=project,
        env=environment(tmp_path / "home"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        for text, verdict in (("ls", "pass"), ("rm -rf /", "refuse"), ("pwd", "pass")):
            child.stdin.write(json.dumps({"command": text}).encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["verdict"] == verdict
        child.stdin.close()
        assert child.wait(20) == 0


@pytest.mark.parametrize(
    "line",
    [
        b"ls",
        b"[1]",
        b"3",
        b"null",
        b'"ls"',
        b"{}",
        b'{"command": 1}',
        b'{"command": "ls", "cwd": 3}',
        b'{"command": "\xff"}',
        b'{"command": "ls"',
        b"[" * 100_000,
    ],
)
def test_a_line_that_cant_be_read_is_a_confirm_and_the_next_is_judged(check: Run, line: bytes) -> None:
    bad, good = answers(check("--stdin-jsonl", stdin=line + b'\n{"command": "ls"}\n'))
    assert (bad["verdict"], bad["understood"], good["verdict"]) == ("confirm", False, "pass")
    assert bad.keys() == good.keys()


def test_each_line_is_judged_in_its_own_directory(check: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "notes.txt").write_text("mine\n")
    lines = [{"command": "rm -rf data", "cwd": str(tmp_path)}, {"command": "rm -rf data", "cwd": "/nonexistent"}]
    there, gone = answers(check("--stdin-jsonl", stdin="".join(json.dumps(line) + "\n" for line in lines).encode()))
    assert there["findings"] and there["findings"][0]["lost"] != gone.get("findings", [{}])[:1]


def test_no_line_remembers_another(check: Run, project: Path) -> None:
    deletion = json.dumps({"command": "rm -rf out"}) + "\n"
    (project / "out").mkdir()
    (project / "out" / "result.csv").write_text("1\n")
    made = json.dumps({"command": "mkdir out && echo 1 > out/result.csv"}) + "\n"
    alone = answers(check("--stdin-jsonl", stdin=deletion.encode()))[-1]
    after = answers(check("--stdin-jsonl", stdin=(made + deletion + deletion).encode()))
    assert after[1] == after[2] == alone


def test_it_writes_no_log(check: Run, tmp_path: Path) -> None:
    check("rm -rf /")
    assert not list((tmp_path / "home").rglob("log*"))
