"""When something is saved, for the shell's gate and the agents' hooks.

- A command that would be asked about passes if all that stops it is local and could be saved whole: it is judged again
  as if it were, and if it would pass then, it is saved, and passes as a note that says how to undo it.
- A command that a person allowed, and one that runs because nothing is enforced, is saved as far as it can be.
- A command that passes anyway is saved where it takes work that is in no commit, if that is quick.

Whatever goes wrong means that nothing is saved, and that the command is asked about as before.
"""

from __future__ import annotations

from guardsh.frozen import Frozen
from guardsh.verdict import PASS, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.config import Settings
    from guardsh.facts.world import World
    from guardsh.undo.keep import About
    from guardsh.undo.plan import Plan
    from guardsh.undo.store import Limits

SMALL_BYTES = 32 << 20  # that a command which passes anyway may cost
SMALL_FILES = 500
SMALL_SECONDS = 0.5
HANDED = 60.0  # seconds in which the shell follows the hook
_HOPED = "saved: guardsh undo"


class Kept(Frozen):
    """What came of saving."""

    number: int = 0  # of the save, 0 if there is none
    why_not: str = ""  # "" also where there was nothing to save

    @property
    def said(self) -> str:
        """How the log and people are told; "" if there is nothing to tell."""
        if self.number:
            return f"saved: guardsh undo {self.number}"
        return f"not saved: {self.why_not}" if self.why_not else ""


def limits_of(settings: Settings, seconds: float = 3600.0) -> Limits:
    """What the configuration allows saving to cost; `seconds`: what there is at most."""
    from guardsh.undo.store import Limits

    return Limits(
        settings.undo_bytes,
        settings.undo_bytes,
        settings.undo_days,
        settings.undo_files,
        min(settings.undo_seconds, seconds),
    )


def to_pass(
    verdict: Verdict,
    again: Callable[[], Verdict],
    world: World,
    settings: Settings,
    about: About,
    seconds: float = 3600.0,
) -> tuple[Verdict, Kept]:
    """The verdict of a command that would be asked about, once what it takes is saved; the same if that can't be.

    again: judges the same in the same world. Raises nothing.
    """
    if not settings.undo or not verdict.losses or verdict.action == PASS or not verdict.understood:
        return verdict, Kept()
    try:
        world.saved = _HOPED
        hoped = again()
        if hoped.action != PASS:
            return verdict, Kept()
        kept = _kept(verdict, world, limits_of(settings, seconds), about, whole=True)
        if not kept.number:
            return _with_note(verdict, kept), kept
        world.saved = kept.said
        lowered = again()
        return (lowered, kept) if lowered.action == PASS else (verdict, kept)
    except Exception as problem:
        return verdict, Kept(why_not=f"guardsh failed on it ({type(problem).__name__})")
    finally:
        world.saved = ""


def _with_note(verdict: Verdict, kept: Kept) -> Verdict:
    """The person who is asked learns why it can't be undone."""
    if not kept.why_not or not verdict.findings:
        return verdict
    worst = verdict.findings[0]
    worst = worst.but(notes=(*worst.notes, f"it couldn't be undone: {kept.why_not}"))
    return verdict.but(findings=(worst, *verdict.findings[1:]))


def before(verdict: Verdict, world: World, settings: Settings, about: About, seconds: float = 3600.0) -> Kept:
    """Saves what a command takes that is going to run, whatever comes of it. Raises nothing."""
    if not settings.undo or not verdict.losses:
        return Kept()
    limits = limits_of(settings, seconds)
    if about.how == "score":
        limits = limits.but(
            largest=min(limits.bytes, SMALL_BYTES), files=min(limits.files, SMALL_FILES),
            seconds=min(limits.seconds, SMALL_SECONDS),
        )  # fmt: skip
    try:
        return _kept(verdict, world, limits, about, whole=False)
    except Exception as problem:
        return Kept(why_not=f"guardsh failed on it ({type(problem).__name__})")


def _kept(verdict: Verdict, world: World, limits: Limits, about: About, *, whole: bool) -> Kept:
    from guardsh.undo import keep
    from guardsh.undo.plan import plan
    from guardsh.undo.store import NotSaved

    wanted = plan(verdict, world)
    if not wanted.roots and not wanted.git:
        return Kept(why_not=wanted.holes[0] if wanted.holes and (whole or about.how != "score") else "")
    about = about.but(key=_key(wanted, about))
    try:
        handed = _handed(about) if about.layer == "shell" else 0
        return Kept(handed or keep.save(wanted, limits, about, whole=whole).number)
    except NotSaved as problem:
        return Kept(why_not=str(problem))


def _key(wanted: Plan, about: About) -> str:
    """What tells that two layers save for the same act."""
    from hashlib import sha256

    parts = [about.text, about.directory, *(root.path for root in wanted.roots), *(work.top for work in wanted.git)]
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _handed(about: About) -> int:
    """The number of the save that the agent's hook has just made for the same act, once; 0 if there is none."""
    import os
    import time

    from guardsh.undo import store

    newest = store.saves()[-1:]
    if not newest or time.time() - newest[0].time > HANDED:
        return 0
    try:
        header = newest[0].header()
    except (OSError, ValueError):
        return 0
    if (header.get("layer"), header.get("key")) != ("hook", about.key):
        return 0
    try:
        os.close(
            os.open(os.path.join(newest[0].path, "handed"), os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        )
    except FileExistsError:
        return 0
    return newest[0].number
