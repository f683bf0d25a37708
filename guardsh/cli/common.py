"""What several subcommands need: rules, settings and a judge for texts."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from guardsh.config import Settings, load
from guardsh.facts.world import World
from guardsh.judge import judge
from guardsh.rules.loading import Rules
from guardsh.verdict import Verdict


class Judge:
    """Judges texts one after the other, each in its own directory; rules and settings are read once."""

    def __init__(self) -> None:
        self.environment = dict(os.environ)
        self._settings: dict[str, Settings] = {}

    def __call__(
        self, text: str, directory: str | None = None, *, dialect: str = "bash", session: object = None
    ) -> Verdict:
        """The verdict on a text in a directory (the current one if None)."""
        directory = directory or here()
        settings = self._settings.get(directory)
        if settings is None:
            settings = self._settings[directory] = load(directory, self.environment)
        world = World(directory, self.environment.get("HOME", ""), self.environment, session=session)  # type: ignore[arg-type]
        return judge(text, world, rules(settings.packs), settings, dialect)


@lru_cache(maxsize=4)
def rules(extra: tuple[str, ...] = ()) -> Rules:
    """The rules in force, compiled once for all."""
    from guardsh.rules.store import in_force

    return in_force(extra)


def judged(text: str, directory: str | None = None, *, dialect: str = "bash") -> Verdict:
    """The verdict on one text."""
    return Judge()(text, directory, dialect=dialect)


def here() -> str:
    """The working directory, by PWD if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return os.environ.get("PWD", "/")


def text_given(text: str | None) -> str:
    """The text of an argument, or all of standard input; bytes that aren't UTF-8 stay as they are, as in arguments."""
    if text is not None:
        return text
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
