"""Arrays of which keys may be unknown."""

from __future__ import annotations

from guardsh.reading import arrays
from guardsh.reading.arrays import Array
from guardsh.reading.model import HOLE, Origin, Value


def values(*texts: str) -> list[Value]:
    return [Value(text) for text in texts]


def shown(array: Array) -> list[str]:
    return [value.text for value in array.values]


def test_indexed() -> None:
    array = arrays.of(values("a", "b")).put("5", Value("c")).add(values("d"))
    assert [key for key, _ in array.items] == ["0", "1", "5", "6"]
    assert array.get("5") == (Value("c"),)
    assert array.get("-1") == (Value("d"),)
    assert array.get("9") == ()


def test_order_is_that_of_the_indexes() -> None:
    assert shown(Array().put("2", Value("c")).put("0", Value("a"))) == ["a", "c"]


def test_assigning_again_replaces() -> None:
    assert shown(arrays.of(values("a", "b")).put("0", Value("z"))) == ["z", "b"]
    assert shown(arrays.of(values("a")).put("0", Value("b"), append=True)) == ["ab"]


def test_an_unknown_key_may_be_any() -> None:
    array = arrays.of(values("a", "b"))
    assert array.get(HOLE) == tuple(values("a", "b"))
    doubtful = array.put(HOLE, Value("c"))
    assert doubtful.get("0") == (Value("a"), Value("c"))
    assert doubtful.get("7") == (Value("c"),)


def test_associative() -> None:
    array = Array(associative=True).put("-1", Value("a")).put("k", Value("b"))
    assert array.get("-1") == (Value("a"),)
    assert array.get("k") == (Value("b"),)


def test_unknown() -> None:
    assert arrays.unknown(Origin("item"), HOLE).get("3")[0].text == HOLE


def test_bounded() -> None:
    assert len(arrays.of(Value(str(n)) for n in range(2 * arrays.LARGEST)).items) == arrays.LARGEST
