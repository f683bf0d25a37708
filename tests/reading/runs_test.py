"""What programs run, by their descriptions: commands, texts, files, with items put in."""

from __future__ import annotations

import pytest

from guardsh.reading.runs import program_of_package
from tests.reading.support import judged, ran

RUNS = [
    ("sudo q a", "q a"),
    ("env A=1 q", "q"),
    ("timeout 5 q", "q"),
    ("nohup nice -n 5 q", "q"),
    ("bash -c 'q \"$1\"' _ a", "q a"),
    ("bash -c 'q \"$0\"' a", "q a"),
    ("bash -s a <<< 'q $1'", "q a"),
    ("xargs q <<< 'a b'", "q a b"),
    ("xargs -n1 q <<< 'a b'", "q b"),
    ("xargs -I% q % x <<< 'a b'", "q a b x"),
    ("xargs -I{} sh -c 'q {}' <<< a", "q a"),
    ("xargs q <<< \"'a b' c\"", "q a b c"),
    ("xargs -a f q", "q 1 2"),
    ("xargs -0 q < z", "q a b c"),
    ("xargs q", "q …"),
    ("find . -exec q {} \\;", "q ./*"),
    ("find d -name '*.x' -exec q {} +", "q d/*/*.x"),
    ("find . -exec q \\;", "q"),
    ("parallel q ::: a b", "q b"),
    ("parallel q {} x ::: a", "q a x"),
    ("parallel ::: 'q a'", "q a"),
    ("parallel q :::: f", "q 1"),
    ("echo a | parallel q", "q a"),
    ("flock l -c 'q a'", "q a"),
    ("su -c 'q a' root", "q a"),
    ("watch -n 1 q a", "q a"),
    ("tmux send-keys 'q a' Enter", "q a"),
    ("tmux send-keys q Space a Enter", "q a"),
    ("screen -dmS s q a", "q a"),
    ("ssh -p 22 h q a", "q a"),
    ("ssh h 'q a; x'", "q a"),
    ("docker exec -it c q a", "q a"),
    ("python -m q a", "q a"),
    ("npx @scope/q@1.2 a", "q a"),
    ("npx q@latest a", "q a"),
    ("concurrently 'q a' x", "q a"),
    ("env -S 'q a' b", "q a b"),
    ("direnv exec . q a", "q a"),
    ("BASH_ENV=e bash -c x", "q"),
    ("caffeinate -i q", "q"),
    ("bwrap --ro-bind / / --dev /dev q", "q"),
    ("unshare --net q", "q"),
]


@pytest.mark.parametrize(("text", "command"), RUNS, ids=[text for text, _ in RUNS])
def test_runs(text: str, command: str) -> None:
    assert command in ran(text, {"f": "1\n2\n", "e": "q\n", "z": "a\nb c"})


NOT = [
    ("xargs sh -c 'x' <<< q", "q"),
    ("bash x.sh < data", "q"),
    ("sudo -u q ls", "q"),
    ("timeout 5 ls q", "q"),
    ("ssh q ls", "q"),
    ("docker exec q ls", "q"),
    ("watch -n q ls", "q"),
    ("xargs -I q ls", "q"),
    ("find . -name q -exec ls {} +", "q"),
    ("flock q ls", "q"),
    ("time -f q ls", "q"),
]


@pytest.mark.parametrize(("text", "command"), NOT, ids=[text for text, _ in NOT])
def test_doesn_t_run(text: str, command: str) -> None:
    assert command not in ran(text, {"x.sh": "ls\n", "data": "q\n"})


def test_more_items_than_are_told_apart() -> None:
    items = " ".join(f"f{n}" for n in range(3000))
    assert "…" in ran(f"echo {items} | xargs q")[-1]


def test_the_child_s_environment() -> None:
    assert "q a" in ran("x=q bash -c '$x a'")
    assert "q a" in ran("env x=q bash -c '$x a'")
    assert "a" in ran("x=q; bash -c '$x a'")
    assert "q a" in ran("export x=q; bash -c '$x a'")


def test_options_of_unknown_arity_are_read_both_ways() -> None:
    assert judged("fakeroot --strange guardsh-canary").action == "refuse"
    assert judged("fakeroot --strange x guardsh-canary").action == "refuse"


@pytest.mark.parametrize(
    ("package", "program"),
    [("a", "a"), ("a@1.2", "a"), ("@s/a", "a"), ("@s/a@1", "a"), ("@railway/cli", "railway"), ("a/b", "b")],
)
def test_program_of_package(package: str, program: str) -> None:
    assert program_of_package(package) == program
