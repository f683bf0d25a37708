"""From a logged verdict that was wrong to an example that a pack can hold."""

from __future__ import annotations

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.rules.loading import Rules

    Record = dict[str, Any]

_SHORTEST = 6  # characters of an entry's hash that name it
_HOME, _PROJECT = "/home/u", "/home/u/project"  # of the world in which examples are judged


class Unusable(ValueError):
    """No entry, several, or one whose text isn't whole; says which."""


class Example(Frozen):
    """What a logged command is as an example of a rule."""

    rule: str  # that decided, "" if nothing was found
    kind: str  # spares or catches
    command: str  # redacted, with the example world's home and project
    line: str  # as a pack holds it
    stopped: bool  # is it stopped in the examples' world too? Else its state decided


def entry(name: str, entries: list[Record]) -> Record:
    """The log's entry of this name: a request's id, the beginning of an entry's hash, or `last` for the last stop.

    Raises Unusable.
    """
    if name == "last":
        found = [record for record in entries if record.get("action") in ("confirm", "refuse")][-1:]
    else:
        found = [record for record in entries if name and record.get("request") == name][-1:]
        if not found and len(name) >= _SHORTEST:
            found = [record for record in entries if str(record.get("hash", "")).startswith(name)]
    if not found:
        raise Unusable(f"the log has no entry {name}; guardsh log --json shows requests and hashes")
    if len({record.get("hash") for record in found}) > 1:
        raise Unusable(f"several entries begin with {name}; give more of it")
    if "sha256" in found[0]:
        raise Unusable("of this command the log holds the beginning only, as it is too long")
    return found[0]


def example(record: Record, rules: Rules, home: str = "") -> Example:
    """The example that an entry makes: `spares` of the rule that stopped it, `catches` if it passed."""
    from guardsh.record.redact import redact
    from guardsh.rules.examples import judged
    from guardsh.verdict import PASS

    command = redact(str(record.get("text", "")))
    for real, told in ((str(record.get("directory", "")), _PROJECT), (home, _HOME)):
        if len(real) > 1:
            command = command.replace(real.rstrip("/"), told)
    rule = next(iter(record.get("rules", ())), "")
    kind = "catches" if record.get("action") == PASS else "spares"
    return Example(rule, kind, command, f"{kind} = [{quoted(command)}]", judged(command, rules).action != PASS)


def quoted(text: str) -> str:
    """The text as a TOML basic string."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
