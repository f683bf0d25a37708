from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from guardsh.shell.arguments import (
    COMMAND,
    FILE,
    INFORM,
    INTERACTIVE,
    STDIN,
    WRONG,
    Invocation,
    dialect_of,
    parse,
)


def bash(*arguments: str, terminal: bool = False, program: str = "bash") -> Invocation:
    return parse((program, *arguments), "bash", terminal)


def zsh(*arguments: str) -> Invocation:
    return parse(("zsh", *arguments), "zsh", False)


# The word judged, $0, $1 … of every form that holds a command.
COMMANDS: list[tuple[tuple[str, ...], tuple[str, str, tuple[str, ...]]]] = [
    (("-c", "T"), ("T", "bash", ())),
    (("-c", "T", "n"), ("T", "n", ())),
    (("-c", "T", "n", "1", "2"), ("T", "n", ("1", "2"))),
    (("-c", "T", "--", "1"), ("T", "--", ("1",))),
    (("-c", "T", "-x"), ("T", "-x", ())),
    (("-c", "--", "T", "--", "x"), ("T", "--", ("x",))),
    (("-c", "-l", "T"), ("T", "bash", ())),
    (("-c", "-", "T"), ("T", "bash", ())),
    (("-lc", "T"), ("T", "bash", ())),
    (("-cl", "T"), ("T", "bash", ())),
    (("-cc", "T"), ("T", "bash", ())),
    (("-l", "-c", "T"), ("T", "bash", ())),
    (("-ic", "T"), ("T", "bash", ())),
    (("-i", "-l", "-c", "T"), ("T", "bash", ())),
    (("-euc", "T"), ("T", "bash", ())),
    (("-xlc", "T"), ("T", "bash", ())),
    (("-ec", "-", "T", "q"), ("T", "q", ())),
    (("-euo", "pipefail", "-c", "T"), ("T", "bash", ())),
    (("-euxo", "pipefail", "-c", "T"), ("T", "bash", ())),
    (("-co", "pipefail", "T"), ("T", "bash", ())),
    (("-oc", "pipefail", "T"), ("T", "bash", ())),
    (("-e", "-u", "-o", "pipefail", "-c", "T"), ("T", "bash", ())),
    (("-oo", "errexit", "nounset", "-c", "T"), ("T", "bash", ())),
    (("+o", "posix", "-c", "T"), ("T", "bash", ())),
    (("-O", "extglob", "+O", "dotglob", "-c", "T"), ("T", "bash", ())),
    (("+c", "T", "n", "1"), ("T", "n", ("1",))),
    (("+x", "-c", "T"), ("T", "bash", ())),
    (("-s", "-c", "T"), ("T", "bash", ())),
    (("--norc", "-c", "T"), ("T", "bash", ())),
    (("-norc", "-c", "T"), ("T", "bash", ())),
    (("-login", "-c", "T", "x"), ("T", "x", ())),
    (("--login", "--noprofile", "--posix", "-c", "T"), ("T", "bash", ())),
    (("--rcfile", "F", "-c", "T"), ("T", "bash", ())),
    (("--init-file", "-c", "-c", "T"), ("T", "bash", ())),
    (("-c", ""), ("", "bash", ())),
]


@pytest.mark.parametrize("arguments, expected", COMMANDS)
def test_command_forms(arguments: tuple[str, ...], expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = bash(*arguments)
    assert found.mode == COMMAND
    assert (found.text, found.name, found.arguments) == expected


FILES: list[tuple[tuple[str, ...], tuple[str, tuple[str, ...]]]] = [
    (("f.sh",), ("f.sh", ())),
    (("f.sh", "-c", "x"), ("f.sh", ("-c", "x"))),
    (("-x", "f.sh", "a"), ("f.sh", ("a",))),
    (("--", "f.sh", "a"), ("f.sh", ("a",))),
    (("--", "-c", "x"), ("-c", ("x",))),
    (("-", "f.sh"), ("f.sh", ())),
    (("--norc", "--", "f.sh", "a"), ("f.sh", ("a",))),
    (("-i", "f.sh"), ("f.sh", ())),
    (("",), ("", ())),
]


@pytest.mark.parametrize("arguments, expected", FILES)
def test_file_forms(arguments: tuple[str, ...], expected: tuple[str, tuple[str, ...]]) -> None:
    found = bash(*arguments)
    assert found.mode == FILE
    assert (found.file, found.arguments) == expected
    assert found.name == found.file


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ((), ()),
        (("-",), ()),
        (("--",), ()),
        (("-s", "a", "b"), ("a", "b")),
        (("-es", "--", "-c"), ("-c",)),
        (("-o",), ()),
    ],
)
def test_stdin_forms(arguments: tuple[str, ...], expected: tuple[str, ...]) -> None:
    found = bash(*arguments)
    assert (found.mode, found.name, found.arguments) == (STDIN, "bash", expected)


@pytest.mark.parametrize("arguments", [(), ("-l",), ("--login",), ("-s", "a"), ("--norc",)])
def test_on_a_terminal_a_shell_without_a_command_is_interactive(arguments: tuple[str, ...]) -> None:
    assert bash(*arguments, terminal=True).mode == INTERACTIVE
    assert bash(*arguments, terminal=False).mode == STDIN


def test_a_command_or_a_file_on_a_terminal_is_not_interactive() -> None:
    assert bash("-c", "T", terminal=True).interactive is False
    assert bash("f.sh", terminal=True).interactive is False


def test_the_interactive_option() -> None:
    assert bash("-i").mode == INTERACTIVE
    assert bash("-il").login
    assert bash("-ic", "T").interactive
    assert bash("-i", "+i", "-c", "T").interactive is False


@pytest.mark.parametrize(
    "program, login", [("-bash", True), ("-/bin/bash", True), ("/bin/bash", False), ("bash", False)]
)
def test_a_leading_dash_means_login(program: str, login: bool) -> None:
    assert bash("-c", "T", program=program).login is login
    assert bash("-c", "T", program=program).name == program


@pytest.mark.parametrize("arguments", [("-l", "-c", "T"), ("-lc", "T"), ("--login", "-c", "T"), ("-c", "-l", "T")])
def test_login_options(arguments: tuple[str, ...]) -> None:
    assert bash(*arguments).login


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("-help",), ("--version", "-c", "T"), ("--norc", "--help")]
)
def test_information(arguments: tuple[str, ...]) -> None:
    assert bash(*arguments).mode == INFORM


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (("-c",), "-c: option requires an argument"),
        (("-c", "-e"), "-c: option requires an argument"),
        (("-Z", "-c", "T"), "-Z: invalid option"),
        (("--foo",), "--foo: invalid option"),
        (("--c", "T"), "--c: invalid option"),
        (("-x", "--norc", "-c", "T"), "--: invalid option"),
        (("--rcfile",), "rcfile: option requires an argument"),
        (("-c", "-x-", "T"), "--: invalid option"),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], problem: str) -> None:
    found = bash(*arguments)
    assert (found.mode, found.problem) == (WRONG, problem)


def test_options_and_startup_files_are_kept() -> None:
    found = bash("--init-file", "F", "--posix", "-eO", "extglob", "+o", "history", "-c", "T")
    assert found.options == ("--posix", "-e", "-O extglob", "+o history")
    assert found.startup == ("F",)


@pytest.mark.parametrize(
    "program, dialect",
    [
        ("bash", "bash"),
        ("/opt/shells/bash", "bash"),
        ("-bash", "bash"),
        ("rbash", "bash"),
        ("sh", "sh"),
        ("/bin/dash", "sh"),
        ("-zsh", "zsh"),
        ("guardsh", ""),
        ("/bin/fish", ""),
    ],
)
def test_dialects(program: str, dialect: str) -> None:
    assert dialect_of(program) == dialect


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (("-c", "T", "n", "1"), ("T", "n", ("1",))),
        (("-lc", "T"), ("T", "zsh", ())),
        (("-o", "extendedglob", "-c", "T"), ("T", "zsh", ())),
        (("-oextendedglob", "-c", "T"), ("T", "zsh", ())),
        (("-oc", "-c", "T"), ("T", "zsh", ())),
        (("-fc", "T"), ("T", "zsh", ())),
        (("--extended-glob", "-c", "T"), ("T", "zsh", ())),
        (("-c", "-b", "-T"), ("-T", "zsh", ())),
        (("-cb", "-T"), ("-T", "zsh", ())),
        (("-c", "--", "T", "--", "A"), ("T", "--", ("A",))),
    ],
)
def test_zsh_command_forms(arguments: tuple[str, ...], expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = zsh(*arguments)
    assert found.mode == COMMAND
    assert (found.text, found.name, found.arguments) == expected


def test_other_zsh_forms() -> None:
    assert zsh("f.zsh", "a").file == "f.zsh"
    assert zsh("-s", "a").mode == STDIN
    assert zsh("-i").mode == INTERACTIVE
    assert zsh("--interactive").mode == INTERACTIVE
    assert zsh("--version").mode == INFORM
    assert zsh("-c").mode == WRONG
    assert zsh("-o").mode == WRONG
    assert zsh("-c", "-e=", "T").mode == WRONG


PRINTS = 'printf "<%s>" "$0" "$@"; exit 3'


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize("form", [arguments for arguments, _ in COMMANDS])
def test_the_real_shell_agrees_on_commands(shell: str, form: tuple[str, ...], tmp_path: Path) -> None:
    """A harmless text in the place of T must be what the real shell runs, with the $0 and $1 that parse found."""
    program = shutil.which(shell, path="/usr/bin:/bin:/usr/local/bin")
    if program is None:
        pytest.skip(f"no {shell} here")
    arguments = [PRINTS if word == "T" else word for word in form]
    found = parse([program, *arguments], "bash" if shell == "bash" else "sh", False)
    done = _run(program, arguments, tmp_path)
    if done.returncode == 2 and shell == "dash":
        return  # dash refuses bash's own options: nothing runs
    text = "".join(f"<{word}>" for word in (found.name, *found.arguments)) if found.text else ""
    assert (done.stdout, done.returncode) == (text, 3 if found.text else 0)


@pytest.mark.parametrize("form", [arguments for arguments, _ in FILES if arguments[-1]])
def test_bash_agrees_on_files(form: tuple[str, ...], tmp_path: Path) -> None:
    found = bash(*form)
    (tmp_path / found.file).write_text(PRINTS)
    done = _run("bash", list(form), tmp_path)
    assert done.stdout == "".join(f"<{word}>" for word in (found.name, *found.arguments))


@pytest.mark.parametrize(
    "form", [("-c",), ("-Z", "-c", "T"), ("--foo",), ("-x", "--norc", "-c", "T"), ("-c", "-x-", "T")]
)
def test_bash_agrees_on_wrong_arguments(form: tuple[str, ...], tmp_path: Path) -> None:
    assert bash(*form).mode == WRONG
    done = _run("bash", [PRINTS if word == "T" else word for word in form], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


def _run(program: str, arguments: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=directory,
        env={"HOME": str(directory), "PATH": str(directory)},
        executable=shutil.which(program, path="/usr/bin:/bin:/usr/local/bin"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
