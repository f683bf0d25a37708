"""Why a text could not be read. No other exception leaves `guardsh.syntax`."""

from __future__ import annotations


class NotUnderstood(Exception):
    """The text was not read: a bound was reached, or a construct is one that guardsh doesn't handle.

    `offset` is the place in the text; `complete` the end of the complete commands that were read before it.
    """

    complete = 0

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.reason} (at character {self.offset})"


class SyntaxProblem(NotUnderstood):
    """The shell's grammar refuses the text; `at_end` when it is only that the text stops too early."""

    def __init__(self, message: str, offset: int = 0, at_end: bool = False) -> None:
        super().__init__(message, offset)
        self.at_end = at_end

    @property
    def message(self) -> str:
        """What is wrong, in bash's words where it has some."""
        return self.reason
