"""Arguments as a program reads them, by its description."""

from __future__ import annotations

from typing import Any

import pytest

from guardsh.reading.invocation import Invocation, read_arguments
from guardsh.reading.model import HOLE, Command, Value
from guardsh.rules.compiling import describe


def read(line: str, sub: dict[str, Any] | None = None, **description: Any) -> Invocation:
    about = describe(description)
    about["sub"] = {words: describe(table) for words, table in (sub or {}).items()}
    return read_arguments(Command(tuple(Value(word) for word in line.split())), about)


def shown(invocation: Invocation) -> tuple[list[str], list[str]]:
    options = [o.name + ("=" + o.value.text if o.value is not None else "") for o in invocation.options]
    return options, [operand.text for operand in invocation.operands]


GNU: dict[str, Any] = {"values": ["-o", "--out", "-C"], "optional": ["-i", "--color"], "flags": ["-a", "-b", "--force", "--format"]}

CASES = [
    ("x -a -b c", (["-a", "-b"], ["c"])),
    ("x -ab c", (["-a", "-b"], ["c"])),
    ("x c -a", (["-a"], ["c"])),
    ("x -o f c", (["-o=f"], ["c"])),
    ("x -of c", (["-o=f"], ["c"])),
    ("x -o=f c", (["-o=f"], ["c"])),
    ("x -aof c", (["-a", "-o=f"], ["c"])),
    ("x -abo f", (["-a", "-b", "-o=f"], [])),
    ("x --out f c", (["--out=f"], ["c"])),
    ("x --out=f c", (["--out=f"], ["c"])),
    ("x --ou f", (["--out=f"], [])),
    ("x --fo", (["--fo"], [])),
    ("x --forc", (["--force"], [])),
    ("x --color c", (["--color"], ["c"])),
    ("x --color=a c", (["--color=a"], ["c"])),
    ("x -i.bak c", (["-i=.bak"], ["c"])),
    ("x -i c", (["-i"], ["c"])),
    ("x -- -a c", ([], ["-a", "c"])),
    ("x -a -- -b", (["-a"], ["-b"])),
    ("x -", ([], ["-"])),
    ("x -5 c", (["-5"], ["c"])),
    ("x -o", (["-o"], [])),
]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_gnu(line: str, expected: tuple[list[str], list[str]]) -> None:
    assert shown(read(line, **GNU)) == expected


def test_stops() -> None:
    assert shown(read("sudo -u x rm -rf y", values=["-u"], stops=0)) == (["-u=x"], ["rm", "-rf", "y"])
    assert shown(read("timeout -k 1 5 rm -k", values=["-k"], stops=1)) == (["-k=1"], ["5", "rm", "-k"])
    assert shown(read("ssh h -p 1 rm -p", values=["-p"], stops=1)) == (["-p=1"], ["h", "rm", "-p"])


def test_assignments() -> None:
    invocation = read("env -i A=1 B=2 x C=3", assigns=True, stops=0, flags=["-i"])
    assert [(name, value.text) for name, value in invocation.assignments] == [("A", "1"), ("B", "2")]
    assert shown(invocation)[1] == ["x", "C=3"]
    assert shown(read("env - x", assigns=True, stops=0)) == (["-i"], ["x"])


def test_styles() -> None:
    assert shown(read("find . -name x", style="word", values=["-name"])) == (["-name=x"], ["."])
    assert shown(read("dd if=a of=b c", style="pairs")) == (["if==a", "of==b"], ["c"])
    assert shown(read("tar czf a b", style="bundle", values=["-f"])) == (["-c", "-z", "-f=a"], ["b"])
    assert shown(read("echo -a --b", style="none")) == ([], ["-a", "--b"])


def test_options_with_a_plus() -> None:
    assert shown(read("bash +e +o posix x", values=["-o", "+o"], stops=0)) == (["+e", "+o=posix"], ["x"])
    assert shown(read("date +x", values=["-d"])) == ([], ["+x"])


def test_commands_as_values() -> None:
    about = {"style": "word", "runs": [{"as": "command", "on": ["-exec"], "until": [";", "+"]}]}
    invocation = read("find . -exec a + {} + -exec b ; -x", **about)
    assert [[word.text for word in option.words] for option in invocation.options] == [["a", "+", "{}"], ["b"], []]
    letters = read("python -um pip -x", stops=0, runs=[{"as": "command", "on": ["-m"], "until": []}])
    assert [word.text for word in letters.options[-1].words] == ["pip", "-x"]
    assert [word.text for word in read("python -mpip -x", runs=about["runs"] + letters.description["runs"]).options[-1].words] == ["pip", "-x"]


def test_subcommands() -> None:
    subs = {"run": {"values": ["-e"], "stops": 0}, "volume rm|remove": {"flags": ["-f"]}, "run|exec": {"flags": ["-x"]}}
    assert shown(read("d run -e a i -e b", subs, flags=["-e"])) == (["-e=a"], ["run", "i", "-e", "b"])
    assert read("d volume rm v", subs).base == 2
    assert read("d volume ls v", subs).base == 0
    assert "-x" in read("d run", subs).description["flags"], "every matching description counts"


def test_a_subcommand_behind_the_end_of_options() -> None:
    subs = {"manage shell": {"values": ["-c"], "stops": 9}}
    assert shown(read("py manage shell -c x", subs, stops=0)) == (["-c=x"], ["manage", "shell"])


def test_unlisted_options_are_counted() -> None:
    assert read("w --foo x rm", stops=0).unlisted == 1
    assert read("w --foo=x rm", stops=0).unlisted == 0
    assert read("w -a rm", stops=0, flags=["-a"]).unlisted == 0
    assert read("w rm --foo").unlisted == 0


def test_has() -> None:
    invocation = read("x --forc --format=false -a", **GNU)
    assert invocation.has("--force")
    assert invocation.has("-a")
    assert not invocation.has("--format")
    assert not invocation.has("-b")


def test_abbreviations_that_nobody_lists() -> None:
    assert read("sort --compress-prog=x", values=["-o"]).has("--compress-program")
    assert not read("x --f", **GNU).has("--force"), "ambiguous"
    assert not read("x --dry-r").has_exactly("--dry-run")


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("operands", ["a", "b", "c"]),
        ("first", ["a"]),
        ("last", ["c"]),
        ("rest", ["b", "c"]),
        ("but-last", ["a", "b"]),
        ("operand:2", ["b"]),
        ("operand:9", []),
        ("operands:2", ["b", "c"]),
        ("leading", ["a"]),
        ("-o", ["f"]),
        ("variable:V", ["1"]),
    ],
)
def test_selectors(selector: str, texts: list[str]) -> None:
    command = Command(tuple(map(Value, "x a -o f b c".split())), environment=(("V", Value("1")),))
    assert [value.text for value in read_arguments(command, describe(GNU)).select([selector])] == texts


def test_an_unknown_option_stays_one() -> None:
    assert shown(read(f"x -{HOLE} c", **GNU)) == ([f"-{HOLE}"], ["c"])


def test_without_a_description() -> None:
    invocation = read_arguments(Command(tuple(map(Value, "x -ab --c=d e".split()))), None)
    assert shown(invocation) == (["-a", "-b", "--c=d"], ["e"])
    assert not invocation.described
