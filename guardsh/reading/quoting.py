"""Shell quoting of a value, so that it can be put into a text that is parsed again."""

from __future__ import annotations

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


def quoted(text: str) -> str:
    """The text as one word; marks stay active characters of the word."""
    if text and all(sign in _PLAIN for sign in text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"
