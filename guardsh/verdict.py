"""The decision as a value: immutable, made by `guardsh.judge.judge`, read by everything that acts, shows or records."""

from __future__ import annotations

from guardsh.frozen import Frozen

Span = tuple[int, int]

PASS = "pass"
CONFIRM = "confirm"
REFUSE = "refuse"

TAKING = frozenset(("delete", "overwrite", "truncate", "edit", "move"))  # effects that take what a file holds


class Step(Frozen):
    """One line of a score's arithmetic."""

    by: int  # points; the first step is the rule's own score
    why: str


class Finding(Frozen):
    """A rule that matched one command or effect."""

    rule: str  # id, "git.push-force"
    pack: str
    score: int  # 0-100, after the steps
    steps: tuple[Step, ...]
    span: Span  # in the judged text
    loses: str  # what would be lost or exposed, filled in: "the home directory /home/ana"
    lost: tuple[str, ...] = ()  # named and counted: "214,083 files, 61 GB", "src/app.py +120 -4"
    notes: tuple[str, ...] = ()  # facts a person wants: "the token comes from ../infra/.env"
    instead: str = ""  # a command that passes
    advice: str = ""  # prose
    phrase: str = ""  # what a person types to allow it
    exposure: bool = False  # reveals or lets in, rather than loses
    index: int = -1  # order number of the command within the text, -1 if it is of none


class Loss(Frozen):
    """What one command of a text would take from this machine: what `guardsh.undo` has to save before it runs."""

    kind: str  # delete, overwrite, truncate, edit or move: of files; else as rules name it in `undo`: changes, stashes …
    span: Span = (0, 0)
    directory: str = "/"
    target: str = ""  # of files: the path as written, with marks
    matches: tuple[str, ...] = ()  # what an active glob in it matches
    recursive: bool = False
    verb: str = ""
    words: tuple[str, ...] = ()  # of git: what stands behind the subcommand; of an overwrite: what is put there
    index: int = 0  # order number of the command
    score: int = 0  # of the worst finding about it, 0 without one
    sure: bool = True  # is it what is there now, whatever else the text does before?
    unlinks: bool = False  # does the text nothing but delete files, by their names?


class Verdict(Frozen):
    """pass, confirm or refuse, with everything that led there."""

    action: str  # PASS, CONFIRM or REFUSE
    score: int  # 0-100, of the worst finding
    findings: tuple[Finding, ...] = ()  # worst first
    understood: bool = True  # was all of the text read?
    problem: str = ""  # why not, with the place
    offset: int = 0  # where in the text
    syntax_error: bool = False  # bash itself refuses the text: nothing behind this place would run
    text: str = ""  # what was judged, unwrapped
    commands: int = 0  # simple commands read
    bindings: tuple[tuple[str, str], ...] = ()  # what the verdict depended on: variables, files (by hash), directory
    losses: tuple[Loss, ...] = ()  # what the text takes from this machine, whether it is stopped for it or not

    @property
    def worst(self) -> Finding | None:
        """The finding that decided."""
        return self.findings[0] if self.findings else None

    @property
    def reason(self) -> str:
        """One line: what would be lost, or why the text couldn't be read; "" for a plain pass."""
        if self.findings and (self.understood or self.findings[0].score >= 40):
            return self.findings[0].loses
        return self.problem
