"""Running the examples of rules, both ways, through the whole pipeline: one function for the product and for our tests.

Examples live in a world of their own: the project /home/u/project of the user u, a git repository with a clean tree, in
which no named file exists unless the example gives it. Nothing of the real machine is looked at.
"""

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

STOP = 40
NOTED = 20


class Failure(Frozen):
    """An example that didn't turn out as its rule says, or a rule without examples."""

    file: str
    rule: str
    example: str
    problem: str


def check(files: Sequence[str], rules: Rules) -> Iterator[Failure]:
    """Every failing example of the packs in `files`, judged by `rules`. Raises PackError for a broken file."""
    from guardsh.rules.loading import read_pack

    for file in files:
        for rule in read_pack(file).get("rule", ()):
            yield from check_rule(file, rule, rules)


def check_rule(file: str, rule: Table, rules: Rules) -> Iterator[Failure]:
    """The failing examples of one rule, as written in its pack."""
    name = rule["id"]
    for kind in ("catches", "spares"):
        if not rule.get(kind):
            yield Failure(file, name, "", f"has no {kind}: a rule needs examples both ways")
    for example in rule.get("catches", ()):
        problem = _uncaught(rule, judged(example, rules, lowest=0 if rule["score"] < NOTED else None))
        if problem:
            yield Failure(file, name, shown(example), problem)
    for example in rule.get("spares", ()):
        verdict = judged(example, rules)
        if any(finding.rule == name and finding.score >= NOTED for finding in verdict.findings):
            yield Failure(file, name, shown(example), "should be spared, but the rule matches")
        elif not verdict.understood:
            yield Failure(file, name, shown(example), f"can't be read: {verdict.problem}")
    instead = rule.get("instead", "")
    if instead and "{" not in instead:
        verdict = judged(instead, rules)
        if verdict.action != "pass":
            yield Failure(file, name, instead, f"instead must pass, but {verdict.reason}")


def _uncaught(rule: Table, verdict: Verdict) -> str:
    found = [finding for finding in verdict.findings if finding.rule == rule["id"]]
    if not verdict.understood:
        return f"can't be read: {verdict.problem}"
    if not found:
        others = ", ".join(f"{finding.rule} {finding.score}" for finding in verdict.findings[:3])
        return f"isn't caught by this rule{f' (but by {others})' if others else ''}"
    if rule["score"] >= STOP and verdict.score < STOP:
        return f"is caught with {found[0].score} only, which stops nothing"
    return ""


def judged(example: str | Table, rules: Rules, lowest: int | None = None) -> Verdict:
    """The verdict on an example in its world; findings from the score `lowest` on are in it, from 20 on without one."""
    from guardsh.config import Settings
    from guardsh.facts.world import ExampleWorld
    from guardsh.judge import judge

    table: Table = {"run": example} if isinstance(example, str) else example
    given = frozenset(as_list(table.get("given", ())))
    world = ExampleWorld(given=given, files=dict(table.get("files", {})), env=dict(table.get("env", {})))
    if "in" in table:
        world.directory = table["in"]
    if table["run"].startswith("mcp__"):
        from guardsh.agents import tools

        call = tools.parsed(table["run"], world.directory)
        if call is not None:
            return tools.judged(call, world, rules, Settings())
    settings = Settings() if lowest is None else Settings(confirm_from=lowest)
    return judge(table["run"], world, rules, settings)


def shown(example: str | Table) -> str:
    """An example as people read it."""
    return example if isinstance(example, str) else example["run"]
