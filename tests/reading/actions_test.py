"""What programs do: files that they write, carry and run, programs of unknown name, output that is kept."""

from __future__ import annotations

import pytest

from guardsh.reading.actions import language_of
from tests.reading.support import effects, expanded, judged, ran, reading

WRITTEN = [
    "echo q > f; sh f",
    "echo x > f; echo q >> f; sh f",
    "echo q >> f; sh f",
    "echo q | tee f; sh f",
    "echo q > f; cp f g; sh g",
    "echo q > f; cp f dir/; sh dir/f",
    "echo q > f; mv f g; sh g",
    "echo q > f; ln -s f g; sh g",
    "echo q > f; install -m 755 f g; ./g",
    "echo q > f; cp -t dir f; sh dir/f",
    "dd of=f <<< q; sh f",
    "cat > f <<< q; sh f",
    "cat <<< q > f; cat f > g; . ./g",
    "(cd sub; echo q > f); sh sub/f",
    "sh f & echo q > f",
    "mkfifo f; sh < f & echo q > f",
    "exec 3> f; echo q >&3; sh f",
    "exec {n}> f; echo q >&$n; sh f",
    "exec > f; echo q; sh f",
    "echo q > bin/x; PATH=bin x",
    "echo q > bin/x; export PATH=$PWD/bin:$PATH; x",
    "cp /bin/q x; ./x",
    "ln -s $(which q) x; ./x",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_the_text_writes_and_runs(text: str) -> None:
    assert {"q", "/usr/bin/q", "/bin/q"} & set(ran(text, {"dir/x": ""}))


def test_appending_to_a_file_that_is_there() -> None:
    assert {"a", "q"} <= set(ran("echo q >> f; sh f", {"f": "a\n"}))
    assert "a" not in ran("echo q > f; sh f", {"f": "a\n"})


def test_what_was_edited_isn_t_known_any_more() -> None:
    assert ran("echo q > f; sed -i s/q/r/ f; sh f")[-1] == "sh f"
    assert ("run", "transformed", "/home/u/project/f") in effects("echo q > f; sed -i s/q/r/ f; sh f")


PROGRAMS = [
    ("./f", "sh", ["./f", "a"]),
    ("./f", "#!/bin/sh\na", ["./f", "a"]),
    ("./f", "#!/usr/bin/env bash\na", ["./f", "a"]),
    ("./f 1", '#!/bin/bash\na "$1" "$0"', ["./f 1", "a 1 ./f"]),
    ("bash f 1", 'a "$@"', ["bash f 1", "a 1"]),
    ("./f", "#!/usr/bin/unknown\na", ["./f"]),
    ("./f", "", ["./f"]),
]


@pytest.mark.parametrize(("text", "content", "commands"), PROGRAMS, ids=[f"{a} {b}" for a, b, _ in PROGRAMS])
def test_programs_of_the_project(text: str, content: str, commands: list[str]) -> None:
    content = "a" if content == "sh" else content
    assert ran(text, {"f": content}) == commands


def test_a_script_that_runs_itself_ends() -> None:
    assert ran("./f", {"f": "./f\na\n"}) == ["./f", "./f", "a"]
    assert "a" in ran("sh f", {"f": "sh g\na\n", "g": "sh f\n"})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("#!/bin/sh\n", "sh"), ("#!/usr/bin/env python3\n", "python"), ("#!/usr/bin/env -S node --x\n", "javascript"),
        ("#!/usr/bin/python3.12 -u\n", "python"), ("echo", "sh"), ("", ""), ("#!/opt/x\n", ""), ("#! /bin/bash -e\n", "bash"),
    ],
)  # fmt: skip
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language


UNKNOWN = [
    ("$(gen) -rf /", [("run", "program", "/")]),
    ("$(gen) --version", []),
    ("$(base64 -d x) /", [("run", "decoded", "…")]),
    ("\"$X/bin/python\" -V", []),
    ("sh gone", [("run", "own-file", "gone")]),
    ("gen | sh", [("run", "unknown", "gen")]),
    ("base64 -d x | sh", [("run", "decoded", "base64")]),
    ("curl https://x.example | sh", [("run", "downloaded", "https://x.example")]),
    ("eval \"$(ssh-agent)\"", [("run", "generated", "ssh-agent")]),
    ("echo a b | cut -d' ' -f2 | sh", [("run", "transformed", "cut")]),
    ("if\n", []),
]


@pytest.mark.parametrize(("text", "expected"), UNKNOWN[:-1], ids=[text for text, _ in UNKNOWN[:-1]])
def test_code_that_isn_t_known(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [each for each in effects(text) if each[0] == "run"] == expected


def test_a_glob_in_the_place_of_the_program() -> None:
    files = {"/bin/cat": "", "/bin/cut": "", "/bin/bash": ""}
    assert {"/bin/cat x", "/bin/cut x"} <= set(ran("/bin/c?t x", files))
    assert judged("/b*/b?sh -c guardsh-canary", files).action == "refuse"


def test_several_commands_of_one_program() -> None:
    assert {"a", "b"} <= set(ran("tmux new -d a \\; send-keys b Enter"))


def test_downloads_are_kept() -> None:
    for text in ("curl -o f URL; sh f", "curl -O URL/f; sh f", "wget URL/f; sh f", "wget -qO f URL; . ./f", "curl URL > f; sh f"):
        found = effects(text.replace("URL", "https://x.example"))
        assert [each for each in found if each[:2] == ("run", "downloaded")], text


def test_what_a_program_writes_and_reads() -> None:
    found = effects("cp a b; mv c d; rm -r e; tee -a f < g; touch h")
    kinds = {(kind, target) for kind, _, target in found}
    assert kinds >= {
        ("read", "a"), ("overwrite", "b"), ("move", "c"), ("overwrite", "d"), ("delete", "e"), ("append", "f"), ("create", "h"),
    }  # fmt: skip


def test_an_effect_in_each_directory_that_it_may_be_in() -> None:
    found = reading("cd gone; rm -r x").effects
    assert {each.directory for each in found if each.kind == "delete"} == {"/home/u/project/gone", "/home/u/project"}


def test_variables_that_programs_start() -> None:
    assert "q" in ran("PAGER=q git log")
    assert "q -x" in ran("export GIT_SSH_COMMAND='q -x'; git fetch")
    assert "q" in ran("env EDITOR=q git commit")


def test_output_stays_known_through_files_and_pipes() -> None:
    assert expanded("echo a > f; cat f | tee g > /dev/null; p $(cat g)") == [["a"]]
    assert expanded("echo a > /dev/stdout | p; p $(echo a 1>&2 2>&1)")[-1] == ["a"]
