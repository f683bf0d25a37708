"""Redis commands: as redis-cli reads them, one a line, or as the words of its command line.

Each command is an effect of kind "data": its verb in upper case (with its subcommand: CONFIG SET), its target the key
or keys. Commands that only read or set ordinary keys yield nothing. EVAL's script is read for redis.call(…).
"""

from __future__ import annotations

import re

from guardsh.languages.acts import Acts
from guardsh.reading.model import MARKS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from guardsh.reading.model import Act, Context, Span

_DESTROYS = {
    *(
        "FLUSHALL",
        "FLUSHDB",
        "DEL",
        "UNLINK",
        "GETDEL",
        "SHUTDOWN",
        "REPLICAOF",
        "SLAVEOF",
        "SWAPDB",
        "MIGRATE",
        "RENAME",
        "FAILOVER",
    ),
    *(
        "XTRIM",
        "LTRIM",
        "ZREMRANGEBYRANK",
        "ZREMRANGEBYSCORE",
        "ZREMRANGEBYLEX",
        "EVAL",
        "EVALSHA",
        "FCALL",
        "DEBUG",
        "RESTORE",
    ),
    *(
        "FT.DROPINDEX",
        "FT.DROP",
        "JSON.DEL",
        "TS.DEL",
        "GRAPH.DELETE",
        "MONITOR",
        "SAVE",
        "BGSAVE",
        "PFMERGE",
        "EVAL_RO",
    ),
}
_SUBCOMMANDS = {
    "CONFIG": {"SET", "REWRITE", "RESETSTAT"},
    "CLUSTER": {"RESET", "FLUSHSLOTS", "FORGET", "DELSLOTS", "FAILOVER", "DELSLOTSRANGE", "SETSLOT"},
    "ACL": {"DELUSER", "SETUSER", "LOAD", "SAVE"},
    "FUNCTION": {"FLUSH", "DELETE", "LOAD", "RESTORE"},
    "SCRIPT": {"FLUSH", "KILL"},
    "MODULE": {"LOAD", "UNLOAD", "LOADEX"},
    "XGROUP": {"DESTROY"},
    "CLIENT": {"KILL"},
    "SENTINEL": {"REMOVE", "FAILOVER", "RESET"},
}
_READ_ONLY = {"EVAL_RO", "MONITOR", "SAVE", "BGSAVE", "PFMERGE"}
_WORD = re.compile(r"""\"((?:[^"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|(\S+)""")


def read(code: str, context: Context, variant: str = "redis") -> tuple[Act, ...]:
    """The acts of redis commands, one a line."""
    acts = Acts(context)
    position = 0
    for line in code.splitlines(keepends=True):
        words = [next(part for part in match.groups() if part is not None) for match in _WORD.finditer(line)]
        _command(words, acts, (position, position + len(line.rstrip())))
        position += len(line)
    return acts.done()


def _command(words: list[str], acts: Acts, span: Span) -> None:
    while words and words[0].isdecimal():  # redis-cli: repeat the command
        words = words[1:]
    if not words or words[0].startswith("#"):
        return
    verb, rest = words[0].upper(), words[1:]
    if any(mark in verb for mark in MARKS):
        acts.unreadable(span, "an unknown command")
        return
    if verb in _SUBCOMMANDS and rest and rest[0].upper() in _SUBCOMMANDS[verb]:
        acts.effect(
            "data", f"{verb} {rest[0].upper()}", Value(" ".join(rest[1:])), details=(("client", "redis"),), span=span
        )
    elif verb in _DESTROYS - _READ_ONLY:
        acts.effect(
            "data", verb, Value("" if verb == "EVAL" else " ".join(rest)), details=(("client", "redis"),), span=span
        )
    if verb in ("EVAL", "EVAL_RO") and rest:
        for match in re.finditer(r"redis\.p?call\s*\(([^()]*)\)", rest[0]):
            inner = [part.strip().strip("'\"") for part in match[1].split(",")]
            _command([part for part in inner if part], acts, span)
