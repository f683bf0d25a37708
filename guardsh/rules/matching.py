"""Which rules match a command or an effect, and what each then scores."""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.rules.globs import matches, matches_any
from guardsh.verdict import Finding, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Value
    from guardsh.reading.reader import Reading
    from guardsh.rules.conditions import Situation
    from guardsh.rules.loading import Rules

    Table = dict[str, Any]

REFUSED = 90  # a score under it doesn't grow past CAPPED by raising
CAPPED = 89
NOTED = 20  # what guardsh saved stays a note
_KEEPING = frozenset(("production", "backup", "path.precious"))  # no lowering against these
_SAVED = "loss.saved"


class Found(Frozen):
    """A finding, the rule that made it, and the situation in which it matched."""

    finding: Finding
    rule: dict[str, Any]
    situation: Situation


def findings(reading: Reading, world: Any, rules: Rules) -> list[Found]:
    """Every rule that matches any command or effect of a reading."""
    from guardsh.rules.conditions import Situation

    found: list[Found] = []
    for invocation in reading.commands:
        situation = Situation(world, reading, invocation)
        for rule in _candidates(invocation, rules):
            if "effect" not in rule:
                found += _finding(rule, situation)
    for effect in reading.effects:
        if not reading.commands:
            continue
        invocation = reading.commands[min(effect.index, len(reading.commands) - 1)]
        situation = Situation(world, reading, invocation, effect, rules)
        for rule in rules.of_effect(effect.kind):
            found += _finding(rule, situation)
        for rule in _candidates(invocation, rules):
            if effect.kind in rule.get("effect", ()):
                found += _finding(rule, situation)
    return found


def _candidates(invocation: Invocation, rules: Rules) -> list[Table]:
    name = invocation.command.name
    found = rules.of_program(name) if name else []
    if name and name != name.lower():
        found = found + rules.of_program(name.lower())
    if name and _by_its_words(invocation):
        found = found + rules.of_undescribed()
    for variable, _ in invocation.command.environment:
        found = found + [rule for rule in rules.of_variable(variable) if not rule["command"]]
    return found


def _by_its_words(invocation: Invocation) -> bool:
    """Is it a program whose subcommands say what it does: one that nobody described, or only in its options?"""
    about = invocation.description
    if not invocation.described:
        return True
    return bool(about.get("data", True)) and not any(
        key in about for key in ("reads", "runs", "effects", "request", "answer")
    )


def _finding(rule: Table, situation: Situation) -> list[Found]:
    behind = command_words(rule, situation.invocation)
    if behind is None:
        return []
    situation.operands = situation.invocation.operands[behind:]
    if not matched(rule, situation):
        return []
    score, steps = scored(rule, situation)
    return [Found(_filled(rule, situation, score, steps), rule, situation)]


def command_words(rule: Table, invocation: Invocation) -> int | None:
    """How many operands the rule's command words take up; None if the command isn't the rule's."""
    if not rule["command"]:
        return invocation.base
    for words in rule["command"]:
        if not matches(words[0], invocation.command.name) and words[0] != "*":
            if not _same_program(words[0], invocation):
                continue
        taken = _take(words[1:], invocation.operands, 0)
        if taken is not None:
            return taken
    return None


def _same_program(name: str, invocation: Invocation) -> bool:
    same = invocation.description.get("same")
    return same is not None and matches(name, same)


def _take(words: list[str], operands: tuple[Value, ...], start: int) -> int | None:
    for place, word in enumerate(words):
        if word == "**":
            rest = words[place + 1 :]
            for begin in range(start, len(operands) + 1):
                taken = _take(rest, operands, begin)
                if taken is not None:
                    return taken
            return None
        if start >= len(operands) or not matches(word, operands[start].text):
            return None
        start += 1
    return start


# ---------------------------------------------------------------- matching


def matched(rule: Table, situation: Situation) -> bool:
    """Do all keys of the rule hold?"""
    return (
        _options_hold(rule, situation)
        and _operands_hold(rule, situation)
        and ("effect" not in rule or _effect_holds(rule, situation))
        and _variables_hold(rule, situation.invocation)
        and _input_holds(rule, situation.invocation)
        and all(situation.holds(fact) for fact in rule.get("when", ()))
        and not any(situation.holds(fact, every=True) for fact in rule.get("unless", ()))
    )


def _options_hold(rule: Table, situation: Situation) -> bool:
    if "flags" in rule and not any(_given(flag, rule, situation) for flag in rule["flags"]):
        return False
    if "all" in rule and not all(_given(flag, rule, situation) for flag in rule["all"]):
        return False
    if "not" in rule and any(_given(flag, rule, situation, exactly=True) for flag in rule["not"]):
        return False
    return _values_hold(rule, situation.invocation)


def _of_any_program(rule: Table) -> bool:
    """Is it about whatever program? Then its options are nobody's in particular, and nothing is short for them."""
    return bool(rule["command"]) and all(words[0] == "*" for words in rule["command"])


def _given(flag: str, rule: Table, situation: Situation, *, exactly: bool = False) -> bool:
    """Is an option there, also among what an interpreter hands on to its script: `python manage.py flush --noinput`?"""
    invocation = situation.invocation
    exactly = exactly or _of_any_program(rule)
    if invocation.has_exactly(flag) if exactly else invocation.has(flag):
        return True
    if "stops" not in invocation.description or not any(len(words) > 1 for words in rule["command"]):
        return False
    return any(operand.text == flag or operand.text.startswith(flag + "=") for operand in situation.operands)


def _values_hold(rule: Table, invocation: Invocation) -> bool:
    wanted = rule.get("options")
    if not wanted:
        return True
    return any(matches_any(globs, value.text) for name, globs in wanted.items() for value in invocation.values(name))


def _operands_hold(rule: Table, situation: Situation) -> bool:
    operands = situation.operands
    if "operands" in rule and not any(matches_any(rule["operands"], o.text) for o in operands):
        return False
    if "no_operands" in rule and any(matches_any(rule["no_operands"], o.text) for o in operands):
        return False
    if "count" in rule:
        low, high = (list(rule["count"]) + [None])[:2] if isinstance(rule["count"], list) else (rule["count"], None)
        if len(operands) < low or high is not None and len(operands) > high:
            return False
    if "argument" in rule:
        from guardsh.patterns import compiled

        argument = compiled(rule["argument"])
        return any(argument.search(word.text) for word in situation.invocation.command.words[1:])
    return True


def _input_holds(rule: Table, invocation: Invocation) -> bool:
    if "input" not in rule:
        return True
    from guardsh.patterns import compiled

    stdin = invocation.command.stdin
    return stdin is not None and compiled(rule["input"]).search(stdin.text) is not None


def _variables_hold(rule: Table, invocation: Invocation) -> bool:
    if "variable" not in rule:
        return True
    for name, globs in rule["variable"].items():
        values = [value for key, value in invocation.command.environment if key == name]
        if any(matches_any(globs, value.text) for value in values):
            return True
    return False


def _effect_holds(rule: Table, situation: Situation) -> bool:
    effect = situation.effect
    if effect is None or effect.kind not in rule["effect"]:
        return False
    if "verb" in rule and not matches_any(rule["verb"], effect.verb):
        return False
    if "recursive" in rule and rule["recursive"] != effect.recursive:
        return False
    if "target" in rule:
        if not any(matches_any(rule["target"], text) for text in situation.target_texts()):
            return False
    if "no_target" in rule:
        if any(matches_any(rule["no_target"], text) for text in situation.target_texts()):
            return False
    for name in ("host", "path", "operation", "field", "credential"):
        if name in rule and not matches_any(rule[name], effect.detail(name)):
            return False
    return True


# ---------------------------------------------------------------- scoring


def scored(rule: Table, situation: Situation) -> tuple[int, tuple[Step, ...]]:
    """The score of a rule that matched, and its arithmetic."""
    base = rule["score"]
    steps = [Step(base, str(rule["loses"]))]
    kept: set[str] = set()
    for step in rule["raise"]:
        if _applies(step, situation, every=False):
            steps.append(Step(step["by"], step["why"] or _why(step)))
            kept |= _KEEPING & set(step.get("when", ()))
    for step in rule["lower"]:
        if _SAVED not in step.get("when", ()) and not kept and _applies(step, situation, every=True):
            steps.append(Step(-step["by"], step["why"] or _why(step)))
    steps += _saved(rule, situation, kept, sum(step.by for step in steps))
    score = sum(step.by for step in steps)
    return max(0, min(score, 100 if base >= REFUSED else CAPPED)), tuple(steps)


def _saved(rule: Table, situation: Situation, kept: set[str], score: int) -> list[Step]:
    """What it takes from a score that the loss can be undone: down to a note, never less. That the files are in no
    commit doesn't count against it, as they are saved; that it is production's or a backup does.
    """
    if kept - {"path.precious"}:
        return []
    for step in rule["lower"]:
        if _SAVED in step.get("when", ()) and score > NOTED and _applies(step, situation, every=True):
            return [Step(-min(step["by"], score - NOTED), situation.world.saved or _why(step))]
    return []


def _applies(step: Table, situation: Situation, *, every: bool) -> bool:
    invocation = situation.invocation
    if "flags" in step and not any(invocation.has(flag) for flag in step["flags"]):
        return False
    if "operands" in step and not any(matches_any(step["operands"], o.text) for o in situation.operands):
        return False
    if "options" in step and not _values_hold(step, invocation):
        return False
    if not all(situation.holds(fact, every=every) for fact in step.get("when", ())):
        return False
    return not any(situation.holds(fact) for fact in step.get("unless", ()))


def _why(step: Table) -> str:
    from guardsh.rules.wording import fact_in_words

    parts = [fact_in_words(fact) for fact in step.get("when", ())]
    parts += [", ".join(step["flags"])] if "flags" in step else []
    parts += ["not " + fact_in_words(fact) for fact in step.get("unless", ())]
    return ", ".join(parts) or ", ".join(step.get("operands", ())) or "its options"


def _filled(rule: Table, situation: Situation, score: int, steps: tuple[Step, ...]) -> Finding:
    from guardsh.rules.wording import fill

    effect, invocation = situation.effect, situation.invocation
    loses = fill(rule["loses"], situation)
    first = Step(steps[0].by, loses)
    return Finding(
        rule=rule["id"],
        pack=rule["pack"],
        score=score,
        steps=(first, *steps[1:]),
        span=effect.span if effect is not None and effect.span != (0, 0) else invocation.command.span,
        loses=loses,
        instead=fill(rule.get("instead", ""), situation),
        advice=fill(rule.get("advice", ""), situation),
        phrase=fill(rule.get("phrase", ""), situation).lower(),
        exposure=bool(rule.get("exposure", False)),
        notes=_notes(situation) if score >= 40 else (),
        index=invocation.command.index,
    )


def _notes(situation: Situation) -> tuple[str, ...]:
    """What a person wants to know beside the loss."""
    notes = []
    if situation.effect is not None and situation.effect.kind == "request":
        file = situation.effect.detail("credential_file")
        if file:
            foreign = (
                "" if situation.holds("credential.foreign") is False else ", a file that isn't part of this project"
            )
            notes.append(f"the credential comes from {file}{foreign}")
        elif situation.effect.detail("credential") == "literal":
            notes.append("the credential stands in the command itself")
    target = situation.effect.target if situation.effect is not None else None
    unset = [origin.detail for origin in target.origins if origin.kind == "unset"] if target is not None else []
    notes += [f"${name} isn't set here" for name in dict.fromkeys(unset)]
    if situation.invocation.command.via:
        notes.append("runs through " + ", ".join(dict.fromkeys(situation.invocation.command.via)))
    return tuple(notes)
