"""What is odd about rules that load and keep their word: what nobody sees, what another hides, what is missing."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.rules.schema import as_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from guardsh.rules.loading import Rules
    from guardsh.verdict import Verdict

    Table = dict[str, Any]

DEAD = "dead"
SHADOWED = "shadowed"
INSTEAD = "instead"
ADVICE = "advice"
SCORE = "score"
NEAR_MISS = "near-miss"
WORDING = "wording"

_NOTED, _STOPS, _REFUSED = 20, 40, 90
_LONGEST_PHRASE = 60
_FILLED = ("operand", "operands", "target", "program", "words", "host", "field", "path", "verb")
# Facts about a target that say by themselves how bad its loss is (rules/README.md, Choosing a score).
_LEAST = {"path.root": 90, "path.home": 90, "path.guard": 70}
_DESTROYING = frozenset(("delete", "overwrite", "truncate", "move"))


class Remark(Frozen):
    """One odd thing about a rule."""

    file: str
    rule: str
    kind: str  # DEAD, SHADOWED …
    text: str


def lint(files: Sequence[str], rules: Rules) -> Iterator[Remark]:
    """What is odd in the packs in `files`, judged by `rules`. Raises PackError for a broken file."""
    from guardsh.rules.loading import read_pack

    for file in files:
        pack = read_pack(file)
        steps = {key: pack["pack"].get(key, []) for key in ("raise", "lower")}
        for rule in pack.get("rule", ()):
            for kind, text in _of_rule(rule, steps, rules):
                yield Remark(file, rule["id"], kind, text)


def _of_rule(rule: Table, of_pack: Table, rules: Rules) -> Iterator[tuple[str, str]]:
    yield from _examples(rule, rules)
    yield from _instead(rule, rules)
    yield from _score(rule, of_pack)
    yield from _near_misses(rule, rules)
    yield from _wording(rule, of_pack)


# ---------------------------------------------------------------- what its examples show


def _examples(rule: Table, rules: Rules) -> Iterator[tuple[str, str]]:
    from guardsh.rules.examples import judged

    verdicts = [judged(example, rules, lowest=0) for example in rule.get("catches", ())]
    matched = [verdict for verdict in verdicts if any(finding.rule == rule["id"] for finding in verdict.findings)]
    if not matched:
        yield DEAD, "no example is ever matched by it"
        return
    hiding = set.intersection(*(_worse_than(verdict, rule["id"]) for verdict in matched))
    if hiding:
        yield SHADOWED, f"in each of its examples {', '.join(sorted(hiding))} scores more"


def _worse_than(verdict: Verdict, rule: str) -> set[str]:
    """The rules that score more at the same place."""
    own = max((finding for finding in verdict.findings if finding.rule == rule), key=lambda finding: finding.score)
    return {
        finding.rule
        for finding in verdict.findings
        if finding.rule != rule and finding.score > own.score and _overlap(finding.span, own.span)
    }


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _instead(rule: Table, rules: Rules) -> Iterator[tuple[str, str]]:
    from guardsh.rules.examples import judged
    from guardsh.verdict import PASS

    instead = rule.get("instead", "")
    if instead and "{" not in instead:
        verdict = judged(instead, rules)
        if verdict.action != PASS:
            yield INSTEAD, f"`{instead}` doesn't pass: {verdict.reason}"
    if not instead and not rule.get("advice") and rule["score"] >= _STOPS:
        yield ADVICE, "it stops, and says neither what to do instead nor an advice"


# ---------------------------------------------------------------- its score


def _score(rule: Table, of_pack: Table) -> Iterator[tuple[str, str]]:
    highest = _highest(rule, of_pack)
    if highest < _NOTED:
        yield SCORE, f"even with all that raises it, it scores {highest}: nobody will ever see it"
    destroys = bool(_DESTROYING & set(as_list(rule.get("effect", ()))))
    for fact in as_list(rule.get("when", ())) if destroys else ():
        if highest < _LEAST.get(fact, 0):
            yield SCORE, f"{highest} at most, where {fact} asks for {_LEAST[fact]} and up"


def _highest(rule: Table, of_pack: Table) -> int:
    score: int = rule["score"] + sum(step["by"] for step in (*rule.get("raise", ()), *of_pack["raise"]))
    return min(score, 100 if rule["score"] >= _REFUSED else _REFUSED - 1)


# ---------------------------------------------------------------- what is missing or misspelt


def _near_misses(rule: Table, rules: Rules) -> Iterator[tuple[str, str]]:
    """A near miss of a subcommand is another use of the rule's own program."""
    from guardsh.rules.examples import shown

    commands = [words.split() for words in as_list(rule.get("command", ()))]
    if not commands or any(len(words) == 1 or "*" in words[0] for words in commands):
        return
    programs = {name for words in commands for name in words[0].split("|")}
    spared = [word.rsplit("/", 1)[-1] for example in rule.get("spares", ()) for word in shown(example).split()]
    same = {str((rules.program(word) or {}).get("same", "")) for word in spared}
    if rule.get("spares") and not programs & ({*spared} | same):
        yield NEAR_MISS, f"none of what it spares is a use of {' or '.join(sorted(programs)[:4])}"


def _wording(rule: Table, of_pack: Table) -> Iterator[tuple[str, str]]:
    for key in ("loses", "instead", "advice", "phrase"):
        for name in _names_in(rule.get(key, "")):
            if name not in _FILLED and not name.startswith("option:"):
                yield WORDING, f"{key}: {{{name}}} is never filled in"
    if rule["loses"].endswith("."):
        yield WORDING, "loses: ends with a full stop"
    phrase = rule.get("phrase", "")
    if len(phrase) > _LONGEST_PHRASE:
        yield WORDING, f"phrase: {len(phrase)} characters to type"
    if phrase and _highest(rule, of_pack) < _STOPS:
        yield WORDING, "phrase: it never stops a command, so nobody is asked to type it"


def _names_in(text: str) -> list[str]:
    names = []
    for piece in text.split("{")[1:]:
        name, found, _ = piece.partition("}")
        if found and name.replace(":", "").replace("-", "").isalnum():
            names.append(name)
    return names
