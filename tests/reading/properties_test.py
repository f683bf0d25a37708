"""Properties: no way of writing or wrapping a command lowers its verdict."""

from __future__ import annotations

import base64
import shlex

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardsh.reading.quoting import quoted
from tests.reading.support import judged

ORDER = ("pass", "confirm", "refuse")
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

# commands at every level of the verdict, without anything that depends on where they stand
COMMANDS = st.sampled_from(
    [
        "rm -rf /", "rm -rf ~", "rm -rf ~/Documents", "rm -rf .", "rm -rf src", "rm -rf node_modules", "rm -f x.log", "guardsh-canary",
        "git push --force origin main", "git reset --hard", "git stash drop", "git status", "git commit -m x",
        "curl -X DELETE https://api.x.example/v1/db", "curl https://x.example", "dd if=/dev/zero of=/dev/sda", "mkfs.ext4 /dev/sda1",
        "find / -delete", "chmod -R 777 /", "psql -c 'drop table users'", "docker system prune -af --volumes", "terraform destroy -auto-approve",
        "kubectl delete namespace prod", "npm publish", "shutdown now", "ls -la", "echo hello", "cat README.md", "python3 -c 'import shutil; shutil.rmtree(\"/\")'",
    ]
)  # fmt: skip
HARMLESS = st.sampled_from(["true", ":", "ls", "pwd", "cd .", "echo x", "x=1", "true && true", "f() { :; }", "# nothing\n", "set -e", "[ -f x ]"])


def level(text: str) -> int:
    verdict = judged(text)
    assert "guardsh failed" not in verdict.problem, verdict.problem
    return ORDER.index(verdict.action)


def score(text: str) -> int:
    return judged(text).score


def spelled(name: str, choices: list[int]) -> str:
    """A program's name with some of its letters quoted, one way or another."""
    made = ""
    for place, sign in enumerate(name):
        how = choices[place % len(choices)]
        if how == 1:
            made += f"'{sign}'"
        elif how == 2:
            made += f'"{sign}"'
        elif how == 3:
            made += "\\" + sign
        elif how == 4:
            made += "''" + sign
        elif how == 5:
            made += f"$'\\x{ord(sign):02x}'"
        elif how == 6:
            made += sign + "\\\n"
        else:
            made += sign
    return made


@BOUNDED
@given(COMMANDS, st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_quoting_letters_of_the_program_changes_nothing(command: str, choices: list[int]) -> None:
    name, _, rest = command.partition(" ")
    assert score(f"{spelled(name, choices)} {rest}") == score(command)


@BOUNDED
@given(COMMANDS, st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_quoting_letters_of_any_word_changes_nothing(command: str, choices: list[int]) -> None:
    words = shlex.split(command)
    if any(sign in command for sign in "~*$"):
        return
    assert score(" ".join(spelled(word, choices) for word in words)) == score(command)


def in_variable(command: str) -> str:
    return f"x={quoted(command)}; eval \"$x\""


def in_words(command: str) -> str:
    words = shlex.split(command)
    return f"a=({' '.join(word if word.startswith('~') else quoted(word) for word in words)}); \"${{a[@]}}\""


def in_base64(command: str) -> str:
    return f"echo {base64.b64encode(command.encode()).decode()} | base64 -d | sh"


def in_file(command: str) -> str:
    return f"cat > run.sh <<'EOF'\n{command}\nEOF\nbash run.sh"


WRAPPINGS = {
    "bash -c": lambda c: f"bash -c {quoted(c)}",
    "sh -c": lambda c: f"/bin/sh -c {quoted(c)}",
    "env": lambda c: f"env A=1 {c}",
    "nice timeout": lambda c: f"nice -n 5 timeout 60 {c}",
    "sudo": lambda c: f"sudo {c}",
    "eval": lambda c: f"eval {quoted(c)}",
    "command": lambda c: f"command {c}",
    "exec": lambda c: f"exec {c}",
    "function": lambda c: f"f() {{ {c}\n}}; f",
    "function with arguments": lambda c: f"f() {{ \"$@\"; }}; f {c}",
    "here-document": lambda c: f"bash <<'EOF'\n{c}\nEOF",
    "here-string": lambda c: f"bash <<< {quoted(c)}",
    "pipe": lambda c: f"echo {quoted(c)} | sh",
    "base64": in_base64,
    "variable": in_variable,
    "array": in_words,
    "file": in_file,
    "subshell": lambda c: f"( {c}\n)",
    "group": lambda c: f"{{ {c}; }}",
    "substitution": lambda c: f"echo \"$({c})\"",
    "process substitution": lambda c: f"cat <({c})",
    "condition": lambda c: f"if {c}; then true; fi",
    "else": lambda c: f"if false; then true; else {c}; fi",
    "loop": lambda c: f"for i in 1 2; do {c}; done",
    "while": lambda c: f"while true; do {c}; break; done",
    "case": lambda c: f"case x in x) {c};; esac",
    "negation": lambda c: f"! {c}",
    "time": lambda c: f"time {c}",
    "background": lambda c: f"{c} & wait",
    "trap": lambda c: f"trap {quoted(c)} EXIT",
    "coproc": lambda c: f"coproc {{ {c}; }}",
    "xargs": lambda c: f"echo x | xargs -I@ {c}",
    "find": lambda c: f"find . -maxdepth 0 -exec {c} \\;",
    "default": lambda c: f"echo ${{x:-$({c})}}",
    "arithmetic": lambda c: f"echo $((1 + $({c})))",
    "and": lambda c: f"true && {c}",
    "or": lambda c: f"false || {c}",
    "redirection": lambda c: f"{c} > out.txt 2>&1",
}


@BOUNDED
@given(COMMANDS, st.sampled_from(sorted(WRAPPINGS)))
def test_wrapping_never_lowers_a_verdict(command: str, how: str) -> None:
    assert level(WRAPPINGS[how](command)) >= level(command), how


@settings(BOUNDED, max_examples=40)
@given(COMMANDS, st.lists(st.sampled_from(["bash -c", "eval", "function", "here-document", "variable", "base64", "subshell", "pipe"]), min_size=2, max_size=4))
def test_wrapping_wrappings_never_lowers_a_verdict(command: str, how: list[str]) -> None:
    text = command
    for each in how:
        text = WRAPPINGS[each](text)
    assert level(text) >= level(command)


@BOUNDED
@given(COMMANDS, HARMLESS, st.sampled_from(["; ", "\n", " && ", " & ", " || "]))
def test_harmless_commands_around_never_lower_a_score(command: str, other: str, sign: str) -> None:
    if other.startswith("#"):
        sign = "\n"
    assert score(f"{command}{sign}{other}") >= score(command)
    assert score(f"{other}{sign}{command}") >= score(command)


@BOUNDED
@given(COMMANDS, COMMANDS)
def test_the_worst_of_several_decides(first: str, second: str) -> None:
    assert score(f"{first}; {second}") >= max(score(first), score(second))


@BOUNDED
@given(st.text(max_size=60))
def test_any_text_has_a_verdict(text: str) -> None:
    assert judged(text).action in ORDER
