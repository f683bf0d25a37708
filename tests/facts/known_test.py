"""The data: well formed, and nothing twice in opposite lists."""

from __future__ import annotations

from guardsh.facts import known
from guardsh.facts.known import Places


def tables() -> dict[str, object]:
    return {name: value for name, value in vars(known).items() if name.isupper()}


def test_names_are_lower_case_and_without_blanks_around() -> None:
    cased = {"PROJECT_FILES"}
    for name, value in tables().items():
        if isinstance(value, Places):
            for place in value.every:
                assert all(part and part == part.strip().lower() for part in place), (name, place)
        elif name not in cased:
            assert all(part and part == part.lower() for part in value), name  # type: ignore[attr-defined]


def test_build_output_is_neither_data_nor_secret() -> None:
    assert not (known.BUILD | known.BUILD_FILES | known.BUILD_LIKELY) & (known.DATA_NAMES | known.SECRET_FILES)
    assert not set(known.BUILD_SUFFIXES) & (set(known.DATA_SUFFIXES) | set(known.SECRET_SUFFIXES))
    assert not known.BUILD & known.BUILD_LIKELY
    assert ".terraform" not in known.BUILD


def test_places_are_found_by_their_first_component() -> None:
    places = Places((("a", "b"), ("x*", "c")))
    assert places.beginning("a") == (("a", "b"), ("x*", "c"))
    assert places.beginning("q") == (("x*", "c"),)
