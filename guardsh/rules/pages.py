"""A page about one rule, made from its record."""

from __future__ import annotations

from guardsh.rules.schema import as_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TEXTS = ("id", "score", "loses", "instead", "advice", "phrase", "catches", "spares", "raise", "lower", "exposure")


def page(rule: dict[str, Any], file: str) -> str:
    """The rule as text: what it matches, how it scores, what to do instead, its examples both ways."""
    from guardsh.rules.examples import shown

    lines = [f"{rule['id']}  score {rule['score']}", f"would {'expose' if rule.get('exposure') else 'lose'}: {rule['loses']}", f"from {file}", ""]
    lines += ["matches when"] + [f"  {key}: {_shown(value)}" for key, value in rule.items() if key not in _TEXTS]
    for key, sign in (("raise", "+"), ("lower", "-")):
        for step in rule.get(key, ()):
            conditions = "; ".join(f"{k} {_shown(v)}" for k, v in step.items() if k not in ("by", "why"))
            lines.append(f"  {sign}{step['by']}  {conditions}")
    for key in ("instead", "advice", "phrase"):
        if key in rule:
            lines.append(f"{key}: {rule[key]}")
    for key in ("catches", "spares"):
        lines += ["", key] + [f"  {shown(example)}" for example in rule.get(key, ())]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_shown(item)}" for key, item in value.items())
    if isinstance(value, (str, list)):
        return ", ".join(map(str, as_list(value)))
    return str(value)
