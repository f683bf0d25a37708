"""$'…' as bash decodes it."""

from __future__ import annotations

import pytest

from guardsh.syntax.ansi import decode

ESCAPES = [
    ("plain", "plain"),
    (r"\a\b\e\E\f\n\r\t\v\\\'\"\?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?"),
    (r"\x41\x4g\x{42}\x{4143}z", "A\x04gBCz"),
    (r"\x\xg\u\U", r"\x\xg\u\U"),
    (r"\101\0101\7z", "A\b1\az"),
    (r"a\0b", "a"),
    (r"a\x00b", "a"),
    (r"\400z", ""),
    (r"\u20ac\U1F600", "€😀"),
    (r"\xc3\xa9", "é"),
    (r"\xff", "\udcff"),
    (r"\ca\c?\c\\a\c", "\x01\x7f\x1ca\\c"),
    (r"\q\_", r"\q\_"),
    ("é\\t€", "é\t€"),
    ("\\", "\\"),
]


@pytest.mark.parametrize("text, decoded", ESCAPES)
def test_decode(text: str, decoded: str) -> None:
    assert decode(text) == decoded


def test_beyond_unicode() -> None:
    assert decode(r"\U110000z") == "\udcf4\udc90\udc80\udc80z"
    with pytest.raises(ValueError):
        decode(r"\Uffffffff")
