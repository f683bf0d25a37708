"""The whole pipeline: text in, verdict out.

    text - syntax.parse -> tree - reading.read -> commands and effects - rules.matching -> findings - weigh -> verdict

The worst finding decides: below `confirm_from` the text passes, from there a person is asked, from `refuse_from` it is
refused. What can't be read is asked. Facts are asked of the world lazily; nothing else is looked at, nothing is run.
"""

from __future__ import annotations

from guardsh.syntax import NotUnderstood, SyntaxProblem, parse
from guardsh.verdict import CONFIRM, PASS, REFUSE, TAKING, Finding, Step, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardsh.config import Settings
    from guardsh.facts.world import World
    from guardsh.reading.model import Command, Effect
    from guardsh.reading.reader import Reading
    from guardsh.rules.loading import Rules
    from guardsh.rules.matching import Found
    from guardsh.verdict import Loss

UNREAD = 50  # the score of a text that can't be read
HIGHEST = 89  # of what a person may still allow
NOTED = 20  # from here a finding is kept as a note


def judge(
    text: str, world: World, rules: Rules, settings: Settings, dialect: str = "bash", arguments: Sequence[str] = (),
    past: int = 0,
) -> Verdict:
    """The verdict on a text that a shell of this dialect is about to run in this world.

    arguments: $1, $2 … of the text. The commands in its first `past` characters have run already. Raises nothing: what
    can't be read, or goes wrong within, is a verdict that asks.
    """
    try:
        try:
            return _judged(text, world, rules, settings, dialect, arguments, past)
        except SyntaxProblem as problem:
            return _syntax_problem(text, problem, world, rules, settings, dialect, arguments, past)
    except NotUnderstood as problem:
        return _not_understood(text, problem.reason, problem.offset)
    except RecursionError:
        return _not_understood(text, "nested too deep", 0)
    except Exception as error:
        if world.environment.get("GUARDSH_DEBUG") == "1":
            raise
        return _not_understood(text, f"guardsh failed on it ({type(error).__name__})", 0)


def judge_effects(
    effects: Sequence[Effect], world: World, rules: Rules, settings: Settings, text: str = "", via: tuple[str, ...] = ()
) -> Verdict:
    """The verdict on effects that no shell text stands for: an agent's file tool, an MCP tool. Raises nothing."""
    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Command
    from guardsh.reading.reader import Reading

    command = Invocation(Command((), (0, len(text)), directory=world.directory, via=via), {})
    try:
        reading = Reading((command,), tuple(effect.but(span=(0, len(text))) for effect in effects))
        return weigh(text, reading, world, rules, settings)
    except Exception as error:
        if world.environment.get("GUARDSH_DEBUG") == "1":
            raise
        return _not_understood(text, f"guardsh failed on it ({type(error).__name__})", 0)


def _judged(
    text: str, world: World, rules: Rules, settings: Settings, dialect: str, arguments: Sequence[str], past: int = 0
) -> Verdict:
    if dialect == "powershell":
        return _as_powershell(text, world, rules, settings)
    return weigh(text, _read(text, world, rules, dialect, arguments, past), world, rules, settings)


def _read(text: str, world: World, rules: Rules, dialect: str, arguments: Sequence[str], past: int = 0) -> Reading:
    from guardsh.reading.reader import read

    return read(parse(text, dialect), text, world, rules, dialect, tuple(arguments), past)


def weigh(text: str, reading: Reading, world: World, rules: Rules, settings: Settings) -> Verdict:
    """The verdict that the findings on a reading amount to: the worst decides."""
    from guardsh.rules import matching

    found = matching.findings(reading, world, rules)
    found = _configured(found, settings)
    if settings.throwaway:
        found = [_on_throwaway(one, world, settings.throwaway) for one in found]
    found.sort(key=lambda one: -one.finding.score)
    if settings.broken or rules.problems:
        return _unsure(text, reading, found, settings, rules)
    told = min(NOTED, settings.confirm_from)
    findings = _distinct([one.finding for one in found if one.finding.score >= told])
    action = max((_action(finding, settings) for finding in findings), key=_ORDER.index, default=PASS)
    if action != PASS:
        findings = (_with_losses(found, settings), *findings[1:])
        if not findings[0].instead:
            rest = _harmless_rest(text, found, world, rules, settings)
            findings = (findings[0].but(instead=rest), *findings[1:])
    return Verdict(
        action,
        findings[0].score if findings else max((one.finding.score for one in found), default=0),
        findings,
        text=text,
        commands=len({invocation.command.span for invocation in reading.commands}),
        bindings=_bindings(reading) if action != PASS else (),
        losses=_losses(reading, found),
    )


def _losses(reading: Reading, found: list[Found]) -> tuple[Loss, ...]:
    """What would have to be saved; nothing is looked at, and for most commands nothing is loaded."""
    if not any(effect.kind in TAKING for effect in reading.effects) and not any("undo" in one.rule for one in found):
        return ()
    from guardsh.undo.losses import losses

    return losses(reading, found)


_ORDER = (PASS, CONFIRM, REFUSE)


def _action(finding: Finding, settings: Settings) -> str:
    if finding.score >= settings.refuses_from(finding.pack):
        return REFUSE
    return CONFIRM if finding.score >= settings.confirm_from else PASS


def _distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    """One finding for each rule and place, the worst; at most twenty."""
    seen: dict[tuple[str, tuple[int, int]], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.rule, finding.span), finding)
    return tuple(seen.values())[:20]


def _configured(found: list[Found], settings: Settings) -> list[Found]:
    """Findings as the user's configuration wants them: rules turned off, scores set."""
    if not settings.disabled and not settings.scores:
        return found
    off = {rule for rule, _ in settings.disabled}
    changed = {override.rule: override for override in settings.scores}
    made = []
    for one in found:
        finding = one.finding
        if finding.rule in off:
            continue
        override = changed.get(finding.rule)
        if override is not None and not (override.raises and override.score <= finding.score):
            step = Step(override.score - finding.score, f"set in the configuration: {override.reason}")
            one = one.but(finding=finding.but(score=override.score, steps=(*finding.steps, step)))
        made.append(one)
    return made


_ON_FILES = frozenset(("delete", "overwrite", "truncate", "edit", "append", "create", "move", "permissions"))
_ON_WORK = frozenset(("git.dirty", "git.untracked", "git.unchanged", "git.clean", "git.session", "git.stash"))


def _on_throwaway(found: Found, world: World, by: int) -> Found:
    """A local loss on a file system that is thrown away anyway, by so many points less.

    Exposure, what is refused, production and backups keep their scores; so does what isn't proven to lie there.
    """
    from guardsh.facts import throwaway
    from guardsh.reading.model import HOLE

    finding, situation = found.finding, found.situation
    command, effect = situation.invocation.command, situation.effect
    if finding.exposure or finding.score >= HIGHEST + 1 or command.place.kind != "here":
        return found
    if effect is not None and effect.kind in _ON_FILES and effect.place.kind == "here" and effect.target is not None:
        target, directory, recursive = effect.target, effect.directory, effect.recursive
        written = target.matches or (target.text,)
        known = target.known or bool(target.matches)
    else:
        steps = (found.rule, *found.rule["raise"], *found.rule["lower"])
        known = any(fact in _ON_WORK for step in steps for fact in step.get("when", ()))
        written, directory, recursive = (".",), command.directory, True
    if not known or situation.holds("production") or situation.holds("backup"):
        return found
    places = [world.resolve(path if path.startswith("/") else f"{directory}/{path}") for path in written]
    if HOLE in directory or not all(throwaway.is_throwaway(place, recursive) for place in places):
        return found
    step = Step(-min(by, finding.score), "on a file system that is thrown away")
    return found.but(finding=finding.but(score=finding.score + step.by, steps=(*finding.steps, step)))


def _with_losses(found: list[Found], settings: Settings) -> Finding:
    from guardsh.rules import losses

    return losses.named(found[0], [one for one in found if one.finding.score >= settings.confirm_from])


def _harmless_rest(text: str, found: list[Found], world: World, rules: Rules, settings: Settings) -> str:
    """The command without the operands that stop it, if that would pass: `rm -rf tests/ ~/` is fine without ~/."""
    start, end = found[0].situation.invocation.command.span
    command = text[start:end]
    stopping = {
        one.finding.span
        for one in found
        if one.finding.score >= settings.confirm_from and start <= one.finding.span[0] and one.finding.span[1] <= end
    }
    if (start, end) in stopping or "\n" in command:
        return ""
    for first, last in sorted(stopping, reverse=True):
        command = command[: first - start].rstrip() + command[last - start :]
    if len(found[0].situation.operands) <= len(stopping):
        return ""
    try:
        reading = _read(command, world, rules, "bash", ())
    except NotUnderstood:
        return ""
    from guardsh.rules import matching

    rest = _configured(matching.findings(reading, world, rules), settings)
    return "" if any(one.finding.score >= settings.confirm_from for one in rest) or not reading.effects else command


def _bindings(reading: Reading) -> tuple[tuple[str, str], ...]:
    """What the verdict depended on beside the text: variables and files that were read, programs that are named."""
    names: dict[tuple[str, str], None] = {}
    for invocation in reading.commands:
        if program := program_of(invocation.command):
            names[("program", program)] = None
        for word in invocation.command.words:
            for origin in word.origins:
                if origin.kind in ("environment", "file"):
                    names[(origin.kind, origin.detail)] = None
    for file in reading.files:
        names[("file", file)] = None
    return tuple(names)


def program_of(command: Command) -> str:
    """A command's program as a path, or as a name, and behind a NUL the PATH that the text sets for it."""
    if not command.words or not command.words[0].known or command.place.kind != "here":
        return ""
    name = command.words[0].text
    if "/" in name:
        return name if name.startswith("/") else f"{command.directory}/{name}"
    path = next((value.text for variable, value in command.environment if variable == "PATH"), "")
    return f"{name}\0{path}" if path else name


# ---------------------------------------------------------------- what can't be read


def _not_understood(text: str, reason: str, offset: int) -> Verdict:
    finding = Finding(
        "guardsh.not-understood", "guardsh", UNREAD, (Step(UNREAD, "can't be read: " + reason),), (offset, offset + 1),
        f"run a text that guardsh can't read: {reason}", advice="write it in simpler commands", phrase="run it unread",
        exposure=True,
    )  # fmt: skip
    return Verdict(CONFIRM, UNREAD, (finding,), False, reason, offset, text=text)


def _syntax_problem(
    text: str, problem: SyntaxProblem, world: World, rules: Rules, settings: Settings, dialect: str,
    arguments: Sequence[str], past: int,
) -> Verdict:
    """A text that bash refuses too: only the complete commands in front of the error would run."""
    from guardsh.syntax import bash_verdict, complete_prefix

    says = bash_verdict(text)
    if dialect == "zsh" or says.valid is not False:
        raise NotUnderstood(problem.reason, problem.offset)
    before = _judged(complete_prefix(text, problem.offset), world, rules, settings, dialect, arguments, past)
    for reading in (_as_powershell, _as_meant):
        before = max(before, reading(text[past:], world, rules, settings), key=lambda verdict: verdict.score)
    return before.but(understood=False, problem=says.message, offset=problem.offset, syntax_error=True, text=text)


def _as_powershell(text: str, world: World, rules: Rules, settings: Settings) -> Verdict:
    """What isn't bash may be meant for PowerShell: agents have tools for it, and pass their text the same way."""
    from guardsh.reading.reader import read_code

    return weigh(text, read_code(text, "powershell", world, rules), world, rules, settings)


def _as_meant(text: str, world: World, rules: Rules, settings: Settings) -> Verdict:
    """What bash refuses for its parentheses another shell may take as they stand: `mongosh --eval db.users.drop()`."""
    meant = text.replace("(", "\\(").replace(")", "\\)")
    try:
        return _judged(meant, world, rules, settings, "bash", ())
    except NotUnderstood:
        return Verdict(PASS, 0, text=text)


def _unsure(text: str, reading: Reading, found: list[Found], settings: Settings, rules: Rules) -> Verdict:
    """Rules or configuration are broken and no last good version is there: everything is asked."""
    why = rules.problems[0].message if rules.problems else (settings.problems or ("the configuration is broken",))[0]
    finding = Finding(
        "guardsh.broken", "guardsh", UNREAD, (Step(UNREAD, why),), (0, len(text)), "run a command that can't be judged",
        notes=(why,), advice="mend the file, then run it again", phrase="run it unjudged", exposure=True,
    )  # fmt: skip
    findings = sorted([*(one.finding for one in found), finding], key=lambda one: -one.score)
    action = max((_action(one, settings) for one in findings), key=_ORDER.index)
    return Verdict(
        CONFIRM if action == PASS else action, max(findings[0].score, UNREAD), _distinct(findings), text=text,
        commands=len(reading.commands),
    )  # fmt: skip
