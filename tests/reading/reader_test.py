"""The reader: bounds, files, places in the text, and that nothing but NotUnderstood comes out."""

from __future__ import annotations

import random
import time

import pytest

from guardsh.reading.reader import read, read_code
from guardsh.syntax import NotUnderstood, SyntaxProblem, parse
from tests import support
from tests.reading import hiding_places
from tests.reading.support import judged, ran, reading, rules, world

SECONDS = 6.0  # far more than it takes: what is meant is "doesn't hang"


def timed(text: str, files: dict[str, str] | None = None) -> str:
    """The verdict on a text, "not understood" included, in time."""
    start = time.perf_counter()
    verdict = judged(text, files)
    assert time.perf_counter() - start < SECONDS
    assert "guardsh failed" not in verdict.problem, verdict.problem
    return verdict.action


NESTED = 3000
LARGE = {
    "substitutions": "echo " + "$(" * NESTED + "guardsh-canary" + ")" * NESTED,
    "open substitutions": "guardsh-canary; " + "$(" * NESTED,
    "quotes and substitutions": 'echo "$(' * 200 + "guardsh-canary" + ')"' * 200,
    "defaults": "echo " + "${x:-" * NESTED + "$(guardsh-canary)" + "}" * NESTED,
    "arithmetic": "echo " + "$((" * 500 + "$(guardsh-canary)" + "))" * 500,
    "subshells": "( " * NESTED + "guardsh-canary" + " )" * NESTED,
    "groups": "{ " * NESTED + "guardsh-canary; " + "}; " * NESTED,
    "conditions": "if true; then " * 500 + "guardsh-canary; " + "fi; " * 500,
    "loops": "for x in 1 2 3 4 5 6 7 8 9; do " * 12 + "guardsh-canary; " + "done; " * 12,
    "loops over many": "".join(f"for v{n} in {' '.join(map(str, range(60)))}; do " for n in range(6)) + "guardsh-canary $v1 $v2 $v3; " + "done; " * 6,
    "texts": "x40=guardsh-canary; " + "".join(f"x{n}='eval \"$x{n + 1}\"'; " for n in range(40)) + 'eval "$x0"',
    "evals": "eval " * 2000 + "guardsh-canary",
    "wrappers": "env " * 2000 + "guardsh-canary",
    "functions": "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}; " for n in range(30)) + "f30() { guardsh-canary; }; f0",
    "recursion": "f() { f a; f b; guardsh-canary; }; f",
    "recursion with arguments": 'f() { f "$@" x; f x "$@"; guardsh-canary; }; f',
    "a large here-document": "cat > x <<'E'\n" + "text " * 200_000 + "\nE\nguardsh-canary",
    "a large here-document with expansions": "cat <<E\n" + "$HOME " * 50_000 + "\nE\nguardsh-canary",
    "a large script for a shell": "bash <<'E'\n" + "ls -la\n" * 20_000 + "guardsh-canary\nE",
    "many words": "echo " + "word " * 10_000 + "; guardsh-canary",
    "many globs": "ls " + "*.x " * 5000 + "; guardsh-canary",
    "many braces": "echo " + "{a,b,c} " * 1000 + "; guardsh-canary",
    "braces in braces": "echo " + "{a,b}" * 20 + "; guardsh-canary",
    "many lines": "ls -la some/file | grep x\n" * 10_000 + "guardsh-canary",
    "many commands": "true; " * 20_000 + "guardsh-canary",
    "many assignments": "".join(f"x{n}=$x{n - 1}$x{n - 1}; " for n in range(1, 200)) + "guardsh-canary",
    "doubling": "x=aaaaaaaa; " + "x=$x$x; " * 60 + "echo $x; guardsh-canary",
    "doubling arrays": "x=(a b); " + 'x=("${x[@]}" "${x[@]}"); ' * 40 + 'echo "${x[@]}"; guardsh-canary',
    "alternatives": "".join(f"a && x{n}=1 || x{n}=2; " for n in range(200)) + "echo " + "".join(f"$x{n}" for n in range(200)) + "; guardsh-canary",
    "patterns": "x=" + "a" * 1900 + "; echo ${x##*a*a*a*a*b}; guardsh-canary",
    "replacements": "x=" + "ab" * 900 + "; echo ${x//a*b*c/x}; guardsh-canary",
    "printf": "printf '%999999999s' x; printf \"$(printf '%s' {1..500})\"; guardsh-canary",
    "items": "seq 100000 | xargs -I{} sh -c '{}'; guardsh-canary",
    "items that are known": "printf '%s\\n' {1..500} | xargs -n1 sh -c 'guardsh-canary'",
    "while read": "while read -r x; do eval \"$x\"; done <<E\n" + "\n".join(f"echo {n}" for n in range(5000)) + "\nguardsh-canary\nE",
    "traps": "trap 'guardsh-canary' EXIT; " * 500,
    "aliases": "".join(f"alias a{n}='a{n + 1}; a{n + 1}'; " for n in range(30)) + "alias a30=guardsh-canary; a0",
    "processes": "cat " + "<(" * 300 + "guardsh-canary" + ")" * 300,
    "cases": "case x in " + "a) ls;; " * 3000 + "*) guardsh-canary;; esac",
    "falling through": "case x in " + "a) x=$x$x;& " * 300 + "*) guardsh-canary;; esac",
    "an endless script": "bash x.sh",
    "self-writing": "f=x; while true; do cat $f $f > y; cat y y > $f; sh $f; done; guardsh-canary",
    "sockets of sockets": "exec 3> >(tee >(tee >(tee >(cat)))); " * 40 + "echo guardsh-canary >&3; guardsh-canary",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_large_and_deep_texts_are_judged_in_time(text: str) -> None:
    """No text is too clever to be refused or asked about, and none takes long."""
    files = {"x.sh": "guardsh-canary; " + "./x.sh; " * 50, "x": "y"}
    assert timed(text, files) in ("refuse", "confirm")


def test_files_are_read_once_and_bounded() -> None:
    files = {f"f{n}.sh": "ls\n" * 20_000 + f"bash f{n + 1}.sh\n" for n in range(30)}
    assert timed("bash f0.sh", files) in ("confirm", "pass")


def test_arguments() -> None:
    text = 'a "$1" "$2" "$#"'
    found = read(parse(text), text, world(), rules(), "bash", ("x y", "z"))
    assert [word.text for word in found.commands[0].command.words] == ["a", "x y", "z", "2"]


def test_files_that_the_verdict_depends_on() -> None:
    found = reading("bash a.sh", {"a.sh": "source b.sh\n", "b.sh": "x\n", "c.sh": ""})
    assert set(found.files) == {"/home/u/project/a.sh", "/home/u/project/b.sh"}


def test_what_the_text_makes() -> None:
    found = reading("mkdir a; touch b; echo > c", {"c": "x"})
    assert [path for path, _ in found.made] == ["/home/u/project/a", "/home/u/project/b"]


def test_code_of_another_language() -> None:
    found = read_code("import os; os.system('a')", "python", world(), rules())
    assert [each.command.name for each in found.commands] == ["python", "a"]


def test_text_that_can_t_be_parsed_within_text_is_noted() -> None:
    found = [(each.kind, each.verb) for each in reading("bash -c 'if'; a").effects]
    assert found == [("run", "unreadable")]
    assert "a" in ran("bash -c 'if'; a")


def mutated(text: str, chance: random.Random) -> str:
    """The text with some characters removed, doubled, exchanged or put in."""
    signs = list(text)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(signs) + 1)
        how = chance.randrange(4)
        if how == 0 and place < len(signs):
            del signs[place]
        elif how == 1:
            signs.insert(place, chance.choice("\"'`$(){}[]<>|&;\\\n*?~!#=: @/"))
        elif how == 2 and signs:
            signs[place:place] = signs[max(place - chance.randint(1, 8), 0) : place]
        else:
            signs.insert(place, chance.choice(["$(", "${x", "<<E\n", "\nE\n", "<(", "$((", "))", "[[ ", " ]]", "|&", "{a,b}", "$@", "${!x}", "x[1]="]))
    return "".join(signs)


def survives(text: str) -> None:
    try:
        read(parse(text), text, world(), rules())
    except (NotUnderstood, SyntaxProblem):
        pass


@pytest.mark.parametrize("seed", range(6))
def test_mutations_of_the_table_raise_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    rows = [row if isinstance(row, str) else row[0] for name in ("COMPOUND", "FUNCTIONS", "SUBSTITUTIONS", "NAMES", "SHELLS") for row in getattr(hiding_places, name)]
    for _ in range(250):
        survives(mutated(chance.choice(rows), chance))


def test_mutations_of_the_corpus_raise_nothing_else() -> None:
    chance = random.Random(7)
    lines = [record["command"] for record in support.corpus("agent-commands.jsonl")]
    end = time.monotonic() + 8
    for _ in range(2500):
        text = chance.choice(lines)
        if len(text) < 2000:
            survives(mutated(text, chance))
        if time.monotonic() > end:
            break
