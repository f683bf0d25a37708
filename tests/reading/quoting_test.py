"""Values as words of a text that is parsed again."""

from __future__ import annotations

import pytest

from guardsh.reading.quoting import quoted
from tests.reading.support import expanded


@pytest.mark.parametrize("text", ["a", "", "a b", "it's", "$x", "`x`", "*", "a\nb", '"', "\\", "~", "{a,b}", "a;b", "'''"])
def test_round_trip(text: str) -> None:
    assert expanded(f"p {quoted(text)}") == [[text]]
