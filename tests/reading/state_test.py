"""The state of the shell at a point: look-ups, copies, joins, children."""

from __future__ import annotations

from guardsh.reading import arrays
from guardsh.reading.arrays import Array
from guardsh.reading.model import HOLE, Value
from guardsh.reading.state import ALTERNATIVES, DIRECTORIES, State, limited


def state(**environment: str) -> State:
    return State("/home/u/project", environment, "/home/u")


def texts(at: State, name: str) -> list[str]:
    return [value.text for value in at.look_up(name)]


def one(text: str) -> tuple[Value, ...]:
    return (Value(text),)


def test_look_up() -> None:
    at = state(A="1")
    at.assign("B", one("2"))
    assert texts(at, "A") == ["1"]
    assert texts(at, "B") == ["2"]
    assert texts(at, "C") == [""]
    assert at.look_up("C")[0].comes_from("unset")
    assert at.look_up("A")[0].comes_from("environment")
    assert texts(at, "HOME") == ["/home/u"]
    assert texts(at, "PWD") == ["/home/u/project"]


def test_unset() -> None:
    at = state(A="1")
    at.forget("A")
    assert texts(at, "A") == [""]
    assert at.is_set("A") is False
    at.assign("A", one("2"))
    assert at.is_set("A") is True


def test_after_unreadable_code_any_variable_may_be_set() -> None:
    at = state()
    at.loose = True
    assert texts(at, "X") == [HOLE]
    assert at.is_set("X") is None


def test_copies_are_independent_but_for_files() -> None:
    at = state()
    other = at.copy()
    other.assign("X", one("1"))
    other.aliases["l"] = "ls"
    other.files["/x"] = Value("a")
    assert texts(at, "X") == [""]
    assert at.aliases == {}
    assert at.files == other.files


def test_join_keeps_both_values() -> None:
    at = state()
    at.assign("X", one("1"))
    other = at.copy()
    other.assign("X", one("2"))
    other.assign("Y", one("3"))
    at.join(other)
    assert texts(at, "X") == ["1", "2"]
    assert texts(at, "Y") == ["", "3"]


def test_join_of_arrays_directories_and_arguments() -> None:
    at = state()
    at.assign_array("a", (arrays.of(one("1")),))
    other = at.copy()
    other.assign_array("a", (arrays.of(one("2")),))
    other.directories = ("/tmp",)
    other.positional = one("x")
    at.join(other)
    assert [value.text for array in at.array("a") or () for value in array.values] == ["1", "2"]
    assert at.directories == ("/home/u/project", "/tmp")
    assert at.positional is None


def test_many_values_become_unknown() -> None:
    at = state()
    at.assign("X", tuple(Value(str(n)) for n in range(50)))
    assert len(texts(at, "X")) == ALTERNATIVES
    assert texts(at, "X")[-1] == HOLE
    assert limited(tuple(f"/{n}" for n in range(50)))[-1] == HOLE
    assert len(limited(tuple(f"/{n}" for n in range(50)))) == DIRECTORIES


def test_a_child_inherits_the_environment_only() -> None:
    at = state(A="1")
    at.assign("A", one("2"))
    at.assign("B", one("3"))
    at.assign("C", one("4"))
    at.exported["C"] = None
    at.aliases["l"] = "ls"
    at.options = "f"
    at.positional = one("x")
    child = at.child((("D", Value("5")), ("C", Value("6"))))
    assert [texts(child, name) for name in "ABCD"] == [["2"], [""], ["6"], ["5"]]
    assert (child.aliases, child.options, child.positional) == ({}, "", ())


def test_references() -> None:
    at = state()
    at.references["r"] = "x"
    at.assign("r", one("1"))
    assert texts(at, "x") == ["1"]
    assert texts(at, "r") == ["1"]


def test_attributes() -> None:
    at = state()
    at.attributes["x"] = "l"
    at.assign("x", one("ABC"))
    assert texts(at, "x") == ["abc"]


def test_bindings_come_back() -> None:
    at = state(A="1")
    at.assign("A", one("2"))
    before = at.binding("A"), at.binding("Z")
    at.assign("A", one("3"))
    at.assign("Z", one("4"))
    at.bind("A", before[0])
    at.bind("Z", before[1])
    assert texts(at, "A") == ["2"]
    assert texts(at, "Z") == [""]


def test_allexport() -> None:
    at = state()
    at.options = "a"
    at.assign("X", one("1"))
    assert ("X", Value("1")) in at.child_environment()


def test_the_shell_s_own_variables() -> None:
    at = state()
    assert texts(at, "BASH") == ["/bin/bash"]
    assert at.look_up("BASH_COMMAND")[0].comes_from("transformed")
    assert texts(at, "IFS") == [" \t\n"]
    assert at.array("nothing") is None
    assert at.array("HOME") == (Array((("0", at.look_up("HOME")[0]),)),)
