"""The walk: what runs, in which directory and through what, in every kind of command."""

from __future__ import annotations

import pytest

from guardsh.reading.reader import Reader
from guardsh.reading.state import State
from guardsh.reading.walk import command
from guardsh.syntax import NotUnderstood, nodes
from tests.reading.support import effects, ran, reading, rules, world

RUNS = [
    ("a; b", ["a", "b"]),
    ("a | b", ["a", "b"]),
    ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
    ("while a; do b; done", ["a", "b"]),
    ("for x in 1 2; do a $x; done", ["a 1", "a 2"]),
    ("for x in; do a; done", []),
    ("for x; do a; done", []),
    ("case $x in a) b;; *) c;; esac", ["b", "c"]),
    ("f() { a \"$@\"; }; f 1; f 2", ["a 1", "a 2"]),
    ("f() { a; }", []),
    ("f() { a; f; }; f", ["a"] * 8),
    ("f() (cd /; a)\nf; b", ["cd /", "a", "b"]),
    ("f() { a; }; unset -f f; f", ["unset -f f", "f"]),
    ("f() { a; }; if x; then unset -f f; fi; f", ["x", "unset -f f", "a", "f"]),
    ("f() { a; }; command f", ["f"]),
    ("f() { a; }; nice f", ["nice f", "f"]),
    ("f() { a; }; bash -c f", ["bash -c f", "f"]),
    ("f() { a; }; export -f f; bash -c f", ["export -f f", "bash -c f", "a", "f"]),
    ("x='a b'; $x c", ["a b c"]),
    ("a & b", ["a", "b"]),
    ("! a", ["a"]),
    ("coproc a", ["a"]),
    ("select x in 1; do a $x; done", ["a 1"]),
    ("a > f < g 2>&1", ["a"]),
]


@pytest.mark.parametrize(("text", "commands"), RUNS, ids=[text for text, _ in RUNS])
def test_runs(text: str, commands: list[str]) -> None:
    assert ran(text) == commands


def test_aliases_hold_or_not() -> None:
    """Whether a shell expands aliases can't always be seen: both are read."""
    assert {"a 1 2", "l 2"} <= set(ran("alias l='a 1'; l 2"))
    assert {"l -x", "l"} <= set(ran("alias l='l -x'; l"))


DIRECTORIES = [
    ("cd /tmp; a", {"/tmp"}),
    ("cd src && a", {"/home/u/project/src"}),
    ("cd src; a", {"/home/u/project/src", "/home/u/project"}),
    ("cd src || exit; a", {"/home/u/project/src"}),
    ("mkdir src; cd src; a", {"/home/u/project/src"}),
    ("(cd /tmp); a", {"/home/u/project"}),
    ("cd /tmp & a", {"/home/u/project"}),
    ("cd /tmp | b; a", {"/home/u/project"}),
    ("if x; then cd /tmp; fi; a", {"/home/u/project", "/tmp"}),
    ("for d in /tmp /usr; do cd $d; a; done", {"/tmp", "/usr"}),
    ("cd; a", {"/home/u"}),
    ("cd ~; cd -; a", {"/home/u/project"}),
    ("cd ..; a", {"/home/u"}),
    ("cd $(x); a", {"…"}),
    ("cd src || a", {"/home/u/project/src", "/home/u/project"}),
    ("b && cd src || exit 1; a", {"/home/u/project/src"}),
    ("cd src && b || c; a", {"/home/u/project/src", "/home/u/project"}),
    ("pushd /tmp; a", {"/tmp"}),
    ("pushd /tmp; popd; a", {"/home/u/project", "/tmp"}),
    ("CDPATH=/; cd home; a", {"/home/u/project/home", "/home", "/home/u/project"}),
    ("env -C /tmp a", {"/tmp"}),
    ("git -C /tmp a", {"/tmp"}),
    ("f() { cd /tmp; }; f; a", {"/tmp"}),
    ("bash -c 'cd /tmp'; a", {"/home/u/project"}),
    ("eval 'cd /tmp'; a", {"/tmp"}),
]


@pytest.mark.parametrize(("text", "directories"), DIRECTORIES, ids=[text for text, _ in DIRECTORIES])
def test_directories(text: str, directories: set[str]) -> None:
    found = reading(text, {"/tmp/x": "", "/usr/x": "", "/home/x": ""}).commands
    last = [each.command for each in found if each.command.name in ("a", "git")]
    shown = {each.directory.replace("\uf8f0", "…") for each in last}
    assert directories <= shown
    if "for" not in text:
        assert shown <= directories | {"/home/u/project/…"}


def test_through_what() -> None:
    found = reading("f() { sudo nice a; }; for x in 1; do f; done").commands
    assert found[-1].command.via == ("loop", "f", "sudo", "nice")


def test_elsewhere() -> None:
    found = reading("ssh web 'a; b'; docker exec db c; d").commands
    places = {each.command.name: (each.command.place.kind, each.command.place.name) for each in found}
    assert places["a"] == places["b"] == ("host", "web")
    assert places["c"] == ("container", "db")
    assert places["d"] == ("here", "")


def test_spans_point_into_the_judged_text() -> None:
    text = "true; bash -c 'x; rm -rf /'"
    found = [each.command for each in reading(text).commands if each.command.name == "rm"]
    assert text[slice(*found[0].span)] == "rm -rf /"


def test_standard_input() -> None:
    found = {each.command.name: each.command.stdin for each in reading("echo a | b; c <<< d; e < /dev/null; f").commands}
    assert [found["b"].text, found["c"].text, found["e"].text, found["f"]] == ["a\n", "d\n", "", None]  # type: ignore[union-attr]


EFFECTS = [
    ("> f", ("overwrite", "", "f")),
    ("a >> f", ("append", "", "f")),
    ("{ a; } > f", ("overwrite", "", "f")),
    ("(a) > f", ("overwrite", "", "f")),
    ("for x in 1; do a; done > f", ("overwrite", "", "f")),
    ("while a; do b; done >> f", ("append", "", "f")),
    ("if a; then b; fi > f", ("overwrite", "", "f")),
    ("f() { a; } > g; f", ("overwrite", "", "g")),
    ("f() { a; }; f > g", ("overwrite", "", "g")),
    ("a 2> f", ("overwrite", "", "f")),
    ("a &> f", ("overwrite", "", "f")),
    ("a >| f", ("overwrite", "", "f")),
    ("a < f", ("read", "", "f")),
    ("exec > f", ("overwrite", "", "f")),
    ("exec 3> f; a >&3", ("append", "", "/home/u/project/f")),
    ("x=f; a > $x", ("overwrite", "", "f")),
    ("a > $(x)", ("overwrite", "", "…")),
    ("coproc a > f", ("overwrite", "", "f")),
]


@pytest.mark.parametrize(("text", "effect"), EFFECTS, ids=[text for text, _ in EFFECTS])
def test_redirections(text: str, effect: tuple[str, str, str]) -> None:
    assert effect in effects(text)


def test_descriptors_aren_t_files() -> None:
    assert effects("a >&2; a 2>&1; a <&3; a >&-") == []


def test_a_fork_bomb_is_one_whatever_its_name() -> None:
    assert ("run", "fork-bomb", "b") in effects("b() { b | b & }; b")
    assert not [each for each in effects("b() { a | c; }; b") if each[1] == "fork-bomb"]


def test_a_node_that_the_walk_doesn_t_know_is_not_understood() -> None:
    class Strange(nodes.Node):
        pass

    with pytest.raises(NotUnderstood, match="unknown syntax Strange"):
        command(Reader(world(), rules()), Strange((0, 1)), State("/", {}, "/home/u"), None)  # type: ignore[arg-type]


def test_lastpipe() -> None:
    assert "a b" in ran("shopt -s lastpipe; echo b | read x; a $x")
    assert "a" in ran("echo b | read x; a $x")


def test_combinations_are_bounded_but_pairs_are_seen() -> None:
    loops = "".join(f"for {v} in {' '.join(f'{v}{n}' for n in range(8))}; do " for v in "xyz")
    found = set(ran(loops + "a $x $y $z" + "; done" * 3))
    pairs = {(x, y) for x, y, _ in (each.split()[1:] for each in found)}
    assert len(pairs) == 64
