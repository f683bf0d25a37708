"""Past sessions are read from each format: what was run, whose session it was, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardsh.record import sessions
from guardsh.record.sessions import Past, Unreadable

FILES = Path(__file__).parent / "sessions"
ONE, TWO = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"


def shown(past: Past) -> tuple[str, str, str]:
    if past.call is None:
        return past.session, "made", past.made
    call = past.call
    return past.session, call.tool, call.text or call.path or str(call.arguments)


def read(path: Path, directory: str = "/home/ana/here") -> list[Past]:
    return list(sessions.read(str(path), directory))


def test_claude_codes_log() -> None:
    past = read(FILES / "claude.jsonl")
    assert list(map(shown, past)) == [
        (ONE, "Bash", "ls -la"),
        (ONE, "Write", "/home/ana/pocket/made.txt"),
        (ONE, "made", "/home/ana/pocket/made.txt"),
        (ONE, "Bash", "rm -rf ~"),
        (TWO, "mcp__railway__volume_delete", "{'volumeId': '3d2c'}"),
    ]
    assert {one.call.directory for one in past if one.call} == {"/home/ana/pocket"}


def test_specstory() -> None:
    claude, cursor = "5c7d5c23-0691-4467-b98e-0fb865b4a639", "198f391d-8ae2-4788-975c-8c8e23345506"
    assert list(map(shown, read(FILES / "specstory.md"))) == [
        (claude, "Bash", "pytest tests/ -q"),
        (claude, "Bash", 'cd /home/dev/widgets\ngrep -rn "flaky" src/'),
        (cursor, "Bash", "cd /home/dev && rm -rf ~"),
        (cursor, "Bash", "npm test"),
    ]


def test_specstory_of_a_project_ran_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / ".specstory" / "history"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text((FILES / "specstory.md").read_text())
    assert {one.call.directory for one in read(folder / "a.md") if one.call} == {str(tmp_path / "shop")}


def test_json_lines_with_commands(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"command": "ls", "cwd": "/srv", "session": "s1"}\n{"command": "a\\nb"}\n\n{"command": 7}\n[]\n'
        '{"command": "x", "cwd": "y"}'
    )
    assert [(one.session, one.call.text, one.call.directory) for one in read(path, "/p") if one.call] == [
        ("s1", "ls", "/srv"),
        (str(path), "a\nb", "/p"),
        (str(path), "x", "/p"),
    ]


def test_shell_histories(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"ls\n#1700000000\ngit status  \n\n# a comment\n: 1700000000:0;make test\r\ncat \xff\n")
    assert [one.call.text for one in read(path) if one.call] == [
        "ls",
        "git status  ",
        "# a comment",
        "make test",
        "cat \ufffd",
    ]


@pytest.mark.parametrize("content", [b"\0\0\0", b"\x7fELF\0\0"])
def test_what_is_no_text_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(Unreadable, match="isn't a text"):
        read(tmp_path / "a")


def test_other_markdown_and_missing_files_are_said(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Hello\n\n```bash\nrm -rf ~\n```\n")
    with pytest.raises(Unreadable, match="isn't a SpecStory history"):
        read(tmp_path / "README.md")
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "missing")
    (tmp_path / "d.jsonl").mkdir()
    with pytest.raises(Unreadable, match="Is a directory"):
        read(tmp_path / "d.jsonl")


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "{" * 100_000, '{"message": {"content": [[]]}}', '{"message": 3}', '{"sessionId": 3}']
)
def test_odd_lines_are_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"command": "ls"}\n' + line + '\n{"command": "pwd"}\n')
    assert [one.call.text for one in read(tmp_path / "a.jsonl") if one.call] == ["ls", "pwd"]


def test_folders_are_searched_for_logs(tmp_path: Path) -> None:
    for name in ("b/2.jsonl", "a/1.md", "a/x.txt", "c.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [Path(path).relative_to(tmp_path).as_posix() for path in sessions.files_in(str(tmp_path))]
    assert found == ["c.jsonl", "a/1.md", "b/2.jsonl"]
    assert list(sessions.files_in(str(tmp_path / "a" / "x.txt"))) == [str(tmp_path / "a" / "x.txt")]
