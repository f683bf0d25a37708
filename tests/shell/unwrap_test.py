from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardsh import places
from guardsh.shell.arguments import parse
from guardsh.shell.unwrap import Unwrapped, unwrap

HOSTILE = "rm -rf ~/it\"s 'quoted' $HOME `x` \\ && echo \n#"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "ana"
    for folder in (".claude/shell-snapshots", ".codex/shell_snapshots"):
        (found / folder).mkdir(parents=True)
    monkeypatch.setattr(places, "home", lambda: str(found))
    return found


@pytest.fixture
def pipes() -> Iterator[None]:
    """Descriptors 3 and 4 are pipes, as an agent that keeps a shell's state makes them."""
    saved = {fd: _duplicate(fd) for fd in (3, 4)}
    ends = os.pipe()
    for fd, end in zip((3, 4), [os.dup2(os.dup(end), 60 + i) for i, end in enumerate(ends)]):
        os.dup2(end, fd)
    yield
    for fd, copy in saved.items():
        os.close(fd) if copy is None else os.dup2(copy, fd)


def _duplicate(descriptor: int) -> int | None:
    try:
        return os.dup(descriptor)
    except OSError:
        return None


def run(*arguments: str, shell: str = "bash", **environment: str) -> Unwrapped:
    return unwrap(parse((shell, *arguments), "zsh" if shell == "zsh" else "bash", False), environment)


def quoted(text: str) -> str:
    """As Claude Code and Codex quote."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def claude(command: str, snapshot: str, middle: str = "shopt -u extglob 2>/dev/null || true && ", **parts: str) -> str:
    stdin = parts.get("stdin", " < /dev/null")
    source = f"source {snapshot} 2>/dev/null || true && " if snapshot else ""
    return f"{source}{middle}eval {quoted(command)}{stdin} && pwd -P >| {parts.get('file', '/tmp/claude-7f1a-cwd')}"


SNAPSHOT = ".claude/shell-snapshots/snapshot-bash-1790452891926-09cuz2.sh"
UNSET = r"{ \builtin unalias -- 'unsetenv'; \builtin unset -f -- 'unsetenv'; } >/dev/null 2>&1 || true && "


@pytest.mark.parametrize("command", ["ls", "git status && ls", HOSTILE, "cat <<'EOF'\nit's\nEOF", ""])
@pytest.mark.parametrize(
    "middle",
    [
        "shopt -u extglob 2>/dev/null || true && ",
        "setopt NO_EXTENDED_GLOB 2>/dev/null || true && ",
        "setopt NO_EXTENDED_GLOB NO_BARE_GLOB_QUAL 2>/dev/null || true && " + UNSET,
        "shopt -u extglob 2>/dev/null || true && " + UNSET,
        "{ shopt -u extglob || setopt NO_EXTENDED_GLOB; } 2>/dev/null || true && ",
        "{ shopt -u extglob || setopt NO_EXTENDED_GLOB; } >/dev/null 2>&1 || true && ",
        "",
    ],
)
@pytest.mark.parametrize("stdin", [" < /dev/null", r" \< /dev/null", ""])
def test_claude_code(home: Path, command: str, middle: str, stdin: str) -> None:
    found = run("-c", claude(command, str(home / SNAPSHOT), middle, stdin=stdin))
    assert found == Unwrapped(command, "bash", (), "bash", "claude-code")


def test_claude_code_without_a_snapshot_and_with_login(home: Path) -> None:
    assert run("-c", "-l", claude("ls", "")).agent == "claude-code"
    assert run("-c", claude("ls", "", file="/home/u/.openclaw/tmp/claude-e51c-cwd")).text == "ls"
    assert run("-c", claude("ls", str(home / SNAPSHOT)).replace("source ", ". ", 1)).text == "ls"


def test_claude_codes_exports_are_judged_with_the_command(home: Path) -> None:
    middle = "export A='x y' && export PATH=/usr/bin:/bin && shopt -u extglob 2>/dev/null || true && "
    assert run("-c", claude("ls", str(home / SNAPSHOT), middle)).text == "export A='x y'\nexport PATH=/usr/bin:/bin\nls"


def test_claude_code_keeps_an_export_that_holds_the_separator_as_it_stands(home: Path) -> None:
    text = claude("ls", str(home / SNAPSHOT), "export A='x && y' && ")
    assert run("-c", text).text == text


@pytest.mark.parametrize(
    "before, after",
    [
        ("&& pwd -P", "; rm -rf x && pwd -P"),
        ("&& pwd -P", "&& rm -rf x && pwd -P"),
        (" < /dev/null", " < /dev/null || rm -rf x"),
        ("source ", "rm -rf x; source "),
        ("eval '", "eval $(rm -rf x)'"),
        ("eval '", 'eval "$(rm -rf x)"\''),
        ("eval '", "eval `rm -rf x`'"),
        ("eval '", "eval $X'"),
        ("eval '", "evil '"),
        ("|| true && shopt", "|| rm && shopt"),
        ("/tmp/claude-7f1a-cwd", "/home/u/.bashrc"),
        ("/tmp/claude-7f1a-cwd", "/tmp/claude-7f1a-cwd; rm -rf x"),
        ("/tmp/claude-7f1a-cwd", "/tmp/claude-7f1a-cwd & rm -rf x"),
        ("/tmp/claude-7f1a-cwd", "/tmp/claude-7f1a-cwd\nrm -rf x"),
        ("/tmp/claude-7f1a-cwd", "$(rm -rf x)/claude-7f1a-cwd"),
        ("/.claude/", "/project/.claude/"),
        ("/.claude/", "/.claude/../evil/.claude/"),
        ("snapshot-bash-", "other-"),
        ("shell-snapshots/", "shell-snapshots/../../x/shell-snapshots/"),
    ],
)
def test_what_only_resembles_claude_codes_wrapper_is_judged_as_it_stands(home: Path, before: str, after: str) -> None:
    text = claude("ls", str(home / SNAPSHOT))
    assert before in text
    changed = text.replace(before, after, 1)
    assert run("-c", changed) == Unwrapped(changed, "bash", (), "bash")


def test_a_snapshot_that_others_can_write_is_read_like_any_script(home: Path) -> None:
    snapshot = home / SNAPSHOT
    snapshot.write_text("")
    snapshot.chmod(0o644)
    assert run("-c", claude("ls", str(snapshot))).agent == "claude-code"
    snapshot.chmod(0o666)
    assert run("-c", claude("ls", str(snapshot))).agent == ""
    snapshot.chmod(0o644)
    snapshot.parent.chmod(0o777)
    assert run("-c", claude("ls", str(snapshot))).agent == ""


def test_claude_codes_configured_folder_must_lie_in_the_home(home: Path, tmp_path: Path) -> None:
    inside, outside = home / "town", tmp_path / "elsewhere"
    name = "shell-snapshots/snapshot-bash-1.sh"
    for folder in (inside, outside):
        (folder / "shell-snapshots").mkdir(parents=True)
    assert run("-c", claude("ls", str(inside / name)), CLAUDE_CONFIG_DIR=str(inside)).agent == "claude-code"
    assert run("-c", claude("ls", str(inside / name))).agent == ""
    assert run("-c", claude("ls", str(outside / name)), CLAUDE_CONFIG_DIR=str(outside)).agent == ""


def codex(command: str, home: Path, before: str = "", between: str = "", rest: str = "") -> str:
    snapshot = home / ".codex/shell_snapshots/0199-a.sh"
    source = f"if . '{snapshot}' >/dev/null 2>&1; then :; fi\n\n"
    return f"{before}{source}{between}exec '/bin/zsh' -c {quoted(command)}{rest}"


CAPTURE = '__CODEX_SNAPSHOT_OVERRIDE_SET_0="${PATH+x}"\n__CODEX_SNAPSHOT_OVERRIDE_0="${PATH-}"\n\n'
RESTORE = (
    'if [ -n "${__CODEX_SNAPSHOT_OVERRIDE_SET_0}" ]; then export PATH="${__CODEX_SNAPSHOT_OVERRIDE_0}"; '
    "else unset PATH; fi\n\n"
)


@pytest.mark.parametrize("command", ["ls", HOSTILE, "cat <<'EOF'\nit's\nEOF"])
@pytest.mark.parametrize("before, between", [("", ""), (CAPTURE, RESTORE)])
def test_codex(home: Path, command: str, before: str, between: str) -> None:
    found = run("-c", codex(command, home, before, between))
    assert found == Unwrapped(command, "/bin/zsh", (), "zsh", "codex")


def test_codex_passes_further_words(home: Path) -> None:
    found = run("-c", codex("ls", home, rest=" 'name' 'a b'"))
    assert (found.name, found.arguments) == ("name", ("a b",))


def test_codexs_first_wrapper(home: Path) -> None:
    snapshot = str(home / ".codex/shell_snapshots/a.sh")
    found = run("-c", '. "$1" && shift && exec "$@"', "sh", snapshot, "/bin/bash", "-lc", HOSTILE)
    assert found == Unwrapped(HOSTILE, "/bin/bash", (), "bash", "codex")


@pytest.mark.parametrize(
    "before, after",
    [
        ("then :; fi", "then rm -rf x; fi"),
        ("exec '/bin/zsh'", "rm -rf x; exec '/bin/zsh'"),
        ("exec '/bin/zsh'", "exec '/bin/rm'"),
        (" -c ", " -x "),
        ("/.codex/", "/evil/.codex/"),
        ('"${PATH-}"', '"$(rm -rf x)"'),
        ("else unset PATH", "else rm -rf x"),
    ],
)
def test_what_only_resembles_codexs_wrapper_is_judged_as_it_stands(home: Path, before: str, after: str) -> None:
    text = codex("ls", home, CAPTURE, RESTORE)
    assert before in text
    changed = text.replace(before, after, 1)
    assert run("-c", changed).text == changed


def test_codexs_first_wrapper_needs_its_own_snapshot(home: Path) -> None:
    found = run("-c", '. "$1" && shift && exec "$@"', "sh", str(home / "evil.sh"), "/bin/bash", "-lc", "ls")
    assert found.agent == ""
    assert run("-c", '. "$1" && shift && exec "$@"').agent == ""


CURSOR_BASH = (
    'snap=$(command cat <&3) && builtin shopt -s extglob && builtin eval -- "$snap" && { builtin set +u 2>/dev/null || '
    'true; builtin eval "${__CURSOR_SANDBOX_ENV_RESTORE:-}" 2>/dev/null; builtin export PWD="$(builtin pwd)"; builtin '
    'shopt -s expand_aliases 2>/dev/null; builtin eval "$1" < /dev/null; }; COMMAND_EXIT_CODE=$?; dump_bash_state >&4; '
    "builtin exit $COMMAND_EXIT_CODE"
)
CURSOR_ZSH = (
    'builtin export PATH="/usr/bin:/bin:/usr/sbin:/sbin${PATH:+:$PATH}"; snap=$(command cat <&3); builtin unsetopt '
    "aliases 2>/dev/null; builtin unalias -m '*' 2>/dev/null || true; builtin eval \"$snap\" && { builtin unsetopt "
    'nounset 2>/dev/null || true; builtin eval "${__CURSOR_SANDBOX_ENV_RESTORE:-}" 2>/dev/null; builtin export '
    'PWD="$(builtin pwd)"; builtin setopt aliases 2>/dev/null; builtin eval "$1" < /dev/null; }; COMMAND_EXIT_CODE=$?; '
    "dump_zsh_state >&4; builtin exit $COMMAND_EXIT_CODE"
)
CURSOR_ZSH_2025 = (
    "snap=$(command cat <&3); builtin unsetopt aliases 2>/dev/null; builtin unalias -m '*' 2>/dev/null || true; "
    'builtin setopt extendedglob; builtin eval "$snap" && { builtin export PWD="$(builtin pwd)"; builtin setopt '
    'aliases 2>/dev/null; builtin eval "$1" < /dev/null; }; COMMAND_EXIT_CODE=$?; dump_zsh_state >&4; builtin exit '
    "$COMMAND_EXIT_CODE"
)


@pytest.mark.parametrize(
    "shell, script, options",
    [
        ("bash", CURSOR_BASH, ("-O", "extglob")),
        ("zsh", CURSOR_ZSH, ()),
        ("zsh", CURSOR_ZSH_2025, ("-o", "extendedglob")),
    ],
)
@pytest.mark.parametrize("command", ["ls", HOSTILE])
@pytest.mark.usefixtures("pipes")
def test_cursor(shell: str, script: str, options: tuple[str, ...], command: str) -> None:
    found = run(*options, "-c", script, "--", command, shell=shell)
    assert found == Unwrapped(command, "--", (command,), shell, "cursor")


@pytest.mark.usefixtures("pipes")
def test_what_cursors_environment_restores_is_judged() -> None:
    found = run("-c", CURSOR_BASH, "--", "ls", __CURSOR_SANDBOX_ENV_RESTORE="export A=1")
    assert found.text == "export A=1\nls"


@pytest.mark.usefixtures("pipes")
@pytest.mark.parametrize("arguments", [("--", "ls", "more"), ("x", "ls"), ("--",), ()])
def test_cursors_wrapper_has_one_argument(arguments: tuple[str, ...]) -> None:
    assert run("-c", CURSOR_BASH, *arguments).agent == ""


@pytest.mark.usefixtures("pipes")
@pytest.mark.parametrize("added", ["rm -rf x; ", "builtin eval x; "])
def test_what_only_resembles_cursors_wrapper_is_judged_as_it_stands(added: str) -> None:
    for place in ("snap=", "builtin eval", "COMMAND_EXIT_CODE", "builtin exit"):
        changed = CURSOR_BASH.replace(place, added + place, 1)
        assert run("-c", changed, "--", "ls").text == changed


def test_cursors_state_must_come_through_a_pipe(tmp_path: Path) -> None:
    saved = {fd: _duplicate(fd) for fd in (3, 4)}
    file = os.open(tmp_path / "state", os.O_RDWR | os.O_CREAT)
    try:
        os.dup2(file, 3)
        os.dup2(file, 4)
        assert run("-c", CURSOR_BASH, "--", "ls").agent == ""
    finally:
        for fd, copy in saved.items():
            os.close(fd) if copy is None else os.dup2(copy, fd)


OPTIONS = "shopt -u promptvars nullglob extglob nocaseglob dotglob; "


def gemini(command: str, file: str = "/tmp/gemini-shell-DJy1jL/bgpids.tmp") -> str:
    trap = "trap 'jobs -p > \"$_bgpids_file\"' EXIT"
    return f"{OPTIONS}_bgpids_file={file}\n(\n  {trap}\n{command}\n)\n__code=$?\nexit $__code"


@pytest.mark.parametrize("command", ["ls", HOSTILE, "cat <<'EOF'\nit's\nEOF", "sleep 5 &", "(\nls\n)"])
def test_gemini(command: str) -> None:
    assert run("-c", gemini(command)) == Unwrapped(command, "bash", (), "bash", "gemini")
    assert run("-c", gemini(command, "'/tmp/gemini-shell-a/bgpids.tmp'")).text == command
    assert run("-c", OPTIONS + command).text == command


def test_geminis_wrapper_before_2026() -> None:
    text = f"{OPTIONS}{{ ls; }}; __code=$?; pgrep -g 0 >/tmp/shell_pgrep_ab12.tmp 2>&1; exit $__code;"
    assert run("-c", text).text == "ls;"


def test_a_command_that_closes_geminis_parenthesis_cannot_hide_what_follows() -> None:
    inner = "ls\n)\nrm -rf x\n("
    assert run("-c", gemini(inner)).text == inner, "which no parser reads as a script of its own"


@pytest.mark.parametrize(
    "before, after",
    [
        ("/tmp/gemini-shell-DJy1jL/bgpids.tmp", "/home/ana/.bashrc"),
        ("__code=$?", "rm -rf x"),
        ("jobs -p", "rm -rf x"),
    ],
)
def test_what_only_resembles_geminis_wrapper_is_judged_with_it(before: str, after: str) -> None:
    changed = gemini("ls").replace(before, after, 1)
    assert after in run("-c", changed).text


def test_a_plain_command_stays_as_it_is() -> None:
    found = run("-c", "rm -rf x", "name", "one")
    assert found == Unwrapped("rm -rf x", "name", ("one",), "bash")
