"""Pages about rules, made from their records: one rule's, and the list of all."""

from __future__ import annotations

from guardsh.rules.schema import as_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_TEXTS = ("id", "score", "loses", "instead", "advice", "phrase", "catches", "spares", "raise", "lower", "exposure")

_HEAD = """\
# Rules

Every rule that comes with guardsh, by pack: its score before facts raise or lower it, its id, and what would be lost,
or shown to others (then the score is followed by an e). From 40 a person is asked, from 90 a command is refused.
`guardsh rules show ID` is a rule's whole page: what it matches, what raises and lowers it, its examples.
`rules/README.md` tells how rules are written. This file is made by `guardsh rules docs`.
"""


def page(rule: dict[str, Any], file: str) -> str:
    """The rule as text: what it matches, how it scores, what to do instead, its examples both ways."""
    from guardsh.rules.examples import shown

    lines = [
        f"{rule['id']}  score {rule['score']}",
        f"would {'expose' if rule.get('exposure') else 'lose'}: {rule['loses']}",
        f"from {file}",
        "",
        "matches when",
    ]
    lines += [f"  {key}: {_shown(value)}" for key, value in rule.items() if key not in _TEXTS]
    for key, sign in (("raise", "+"), ("lower", "-")):
        for step in rule.get(key, ()):
            conditions = "; ".join(f"{k} {_shown(v)}" for k, v in step.items() if k not in ("by", "why"))
            why = f"  ({step['why']})" if "why" in step else ""
            lines.append(f"  {sign}{step['by']}  {conditions}{why}")
    lines += [f"{key}: {rule[key]}" for key in ("instead", "advice", "phrase") if key in rule]
    for key in ("catches", "spares"):
        lines += ["", key] + [f"  {_example(example, shown(example))}" for example in rule.get(key, ())]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_shown(item)}" for key, item in value.items())
    if isinstance(value, (str, list)):
        return ", ".join(map(str, as_list(value)))
    return str(value)


def _example(example: str | dict[str, Any], text: str) -> str:
    """An example with the state that it assumes."""
    if isinstance(example, str):
        return text
    state = "; ".join(f"{key} {_shown(value)}" for key, value in example.items() if key != "run")
    return f"{text}  [{state}]" if state else text


def document(packs: Sequence[dict[str, Any]]) -> str:
    """All rules of these packs as one Markdown document."""
    parts = [_HEAD]
    for pack in packs:
        rules = pack.get("rule", ())
        if rules:
            rows = "".join(_row(rule) for rule in rules)
            title = pack["pack"].get("title", pack["pack"]["id"])
            parts.append(f"\n## {title}\n\n| score | rule | would lose |\n|---|---|---|\n{rows}")
    return "".join(parts)


def _row(rule: dict[str, Any]) -> str:
    loses = " ".join(str(rule["loses"]).split()).replace("|", "\\|").replace("<", "&lt;")
    return f"| {rule['score']}{' e' if rule.get('exposure') else ''} | `{rule['id']}` | {loses} |\n"
