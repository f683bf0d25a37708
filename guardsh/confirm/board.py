"""The approver's screen as lines of styled text: what waits, the chosen request, and where the answer is typed."""

from __future__ import annotations

from guardsh.confirm import remembered
from guardsh.confirm.phrase import phrase
from guardsh.confirm.requests import APPROVED, OPEN, Request
from guardsh.frozen import Frozen
from guardsh.show.text import visible, width_of, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    Line = list[tuple[str, str]]  # (style, text)

LEAST_WIDTH, LEAST_DETAIL = 30, 5  # below, what would be lost can't be shown, and no answer counts
_INDENT = "  "

HELP = """\
Above are the commands that wait for your yes, below is the chosen one: what it would do, what would be lost, why it was
stopped, and what that session ran before.

To allow it once, type the phrase that is shown, by hand, and Enter. Pasted text never counts. Where it is offered, add
"and the like" to allow the same kind of act in the same place for the rest of that session.

d and Enter says no; "d use the staging copy" says no with a word to the agent. A no also takes back a yes that wasn't
used yet.

Up, Down    choose a request             PageUp, PageDown   read on in it
Esc         empty the entry              q, Ctrl-C          leave

While this runs, a shell that needs your yes waits for it. Without it, or when its time is over, the command is stopped,
and runs when the agent tries it again within ten minutes of your yes."""


class Board(Frozen):
    """What there is to show."""

    requests: tuple[Request, ...] = ()
    chosen: str = ""  # id
    typed: str = ""
    hidden: bool = False  # a passphrase is typed
    said: str = ""  # what came of the last answer
    notes: tuple[str, ...] = ()  # what the person should know of this set-up
    answered: int = 0  # today
    history: tuple[str, ...] = ()  # of the chosen request's session
    helping: bool = False
    scroll: int = 0  # lines of the detail above the first shown one

    @property
    def request(self) -> Request | None:
        """The chosen one."""
        return next((one for one in self.requests if one.id == self.chosen), None)


class Drawn(Frozen):
    """A screen: its lines, where the cursor is, how far the detail can be scrolled, and whether it shows enough."""

    lines: list[Line]
    cursor: tuple[int, int] = (0, 0)  # column, line
    furthest: int = 0
    enough: bool = True


def drawn(board: Board, width: int, height: int) -> Drawn:
    """The board on a screen of this size."""
    if width < LEAST_WIDTH or height < 6:
        return _too_small("This window is too small.", width, height)
    head = [_head(board, width)]
    if board.helping:
        return _helping(head, width, height)
    foot, cursor = _foot(board, width)
    if board.request is None:
        return _nothing(head, foot, width, height)
    detail = _detail(board, width)
    least = min(LEAST_DETAIL, len(detail))
    if height - 2 - len(foot) < least:
        foot, cursor = _foot(board, width, short=True)
    listed, ruled = _shares(len(board.requests), len(detail), height - 1 - len(foot))
    rule: list[Line] = [[("class:rule", "─" * width)]] if ruled else []
    top = [*head, *rule, *_list(board, width, listed), *rule]
    room = height - len(top) - len(foot)
    if room < least:
        return _too_small("This window is too small to show what would be lost.", width, height)
    shown, furthest = _window(detail, board.scroll, room)
    lines = [*top, *shown, *foot]
    return Drawn(lines, (cursor[0], len(lines) - len(foot) + cursor[1]), furthest)


def _too_small(said: str, width: int, height: int) -> Drawn:
    lines: list[Line] = [[("bold", line[:width])] for line in wrap(said, width)]
    return Drawn(lines[:height], enough=False)


def _shares(requests: int, detail: int, room: int) -> tuple[int, bool]:
    """Lines for the list, and whether there is room for the rules around it: the detail comes first."""
    ruled = room >= 10
    room -= 2 if ruled else 0
    most = max(room // 3, 1)
    spare = max(room - detail, 0)
    return min(requests, max(min(most, 8), min(spare, 12))), ruled


def _head(board: Board, width: int) -> Line:
    waiting = sum(one.state == OPEN for one in board.requests)
    parts = [" guardsh watch", f"{waiting:,} waiting", f"{board.answered:,} answered today", "unlocked"]
    right = "q quit  ? help "
    left = " · ".join(parts)
    while parts and width_of(left) + len(right) + 2 > width:
        if len(parts) == 1:
            right = ""
            break
        parts.pop()
        left = " · ".join(parts)
    return [("class:head", left + " " * max(width - width_of(left) - len(right), 0) + right)]


def _list(board: Board, width: int, count: int) -> list[Line]:
    """The requests around the chosen one, in columns as wide as their content."""
    at = next((place for place, one in enumerate(board.requests) if one.id == board.chosen), 0)
    start = max(0, min(at - count // 2, len(board.requests) - count))
    shown = board.requests[start : start + count]
    rows = [_row(one) for one in shown]
    columns = 5 if width >= 64 else 3
    most = (4, 9, 3, 14, max(width // 4, 12))
    widths = [min(max(map(width_of, column)), limit) for column, limit in zip(zip(*rows), most)]
    lines: list[Line] = []
    for one, row in zip(shown, rows):
        cells = [_fitted(cell, widths[place], place == 1) for place, cell in enumerate(row[:columns])]
        mark = "▸ " if one.id == board.chosen else "  "
        text = _cut(" " + mark + "  ".join([*cells, row[5]]), width)
        lines.append([("class:chosen" if one.id == board.chosen else "class:row", text)])
    return lines


def _row(request: Request) -> tuple[str, ...]:
    from guardsh import show

    left = "allowed" if request.state == APPROVED else f"{_time_left(request)} left"
    why = show.why(request.verdict).removeprefix("would ")
    agent = visible(request.agent) or "-"
    return request.id, left, f"{request.verdict.score:>3}", agent, visible(request.directory), why


def _detail(board: Board, width: int) -> list[Line]:
    """What a person decides by: whose it is, the block of the question, and what came before it in that session."""
    from guardsh import show

    request = board.request
    assert request is not None
    block = show.question(request.verdict, width=min(width, 100)).splitlines()
    agent = f" of {visible(request.agent)}" if request.agent else ""
    whose = f" {request.id}{agent} in {visible(request.directory)}"
    score = f"score {request.verdict.score}"
    gap = min(width, 100) - width_of(whose) - len(score) - 1
    heads = [whose + " " * gap + score] if gap >= 2 else [*wrap(whose, width, " ", "   "), f" {score}"]
    lines: list[Line] = [[("class:whose", _cut(line, width))] for line in heads]
    for line in block[1:]:
        lines += [[("class:marks" if set(line.strip()) == {"^"} else "", part)] for part in _broken(line, width)]
    if board.history:
        lines += [[("", "")], [("class:dim", f"{_INDENT}before it, in that session:")]]
        lines += [[("class:dim", _cut(f"{_INDENT}  {line}", width))] for line in board.history]
    return lines


def _broken(line: str, width: int) -> list[str]:
    """A line in pieces that fit: nothing of what decides may be cut off."""
    pieces = []
    while width_of(line) > width:
        end = len(line)
        while width_of(line[:end]) > width:
            end -= 1
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]


def _window(detail: list[Line], scroll: int, room: int) -> tuple[list[Line], int]:
    """The lines of the detail that fit, with a word about those that don't; and the furthest one can scroll."""
    if len(detail) <= room:
        return [*detail, *([[("", "")]] * (room - len(detail)))], 0
    inner = room - 1
    furthest = len(detail) - inner
    scroll = min(scroll, furthest)
    more = furthest - scroll
    below = f"… {more:,} more {'line' if more == 1 else 'lines'}: PageDown"
    last: Line = [("class:more", _INDENT + (below if more else "… above: PageUp"))]
    return [*detail[scroll : scroll + inner], last], furthest


def _foot(board: Board, width: int, short: bool = False) -> tuple[list[Line], tuple[int, int]]:
    """What was said, what to type, and the entry; and where the cursor is in it. `short`: no more than that."""
    lines: list[Line] = [] if short else [[("", "")]]
    for note in board.notes:
        lines += [[("class:dim", line)] for line in wrap(note, width - 1, _INDENT, _INDENT)]
    if board.said:
        lines += [[("class:said", line)] for line in wrap(board.said, width - 1, _INDENT, _INDENT)]
    request = board.request
    if request is None:
        return lines, (0, 0)
    if board.hidden:
        lines.append([("", f"{_INDENT}Passphrase, because other programs may type here. Esc stops.")])
    elif request.state == APPROVED:
        lines += _wrapped("Allowed, and not run yet. Type  d  to take it back.", "", width)
    else:
        lines += _offer(request, width, short)
    prompt = f"{_INDENT}> "
    shown = "•" * len(board.typed) if board.hidden else visible_typed(board.typed)
    room = width - len(prompt) - 1
    while width_of(shown) > room:
        shown = shown[1:]
    lines.append([("", prompt), ("class:typed", shown)])
    return lines, (len(prompt) + width_of(shown), len(lines) - 1)


def visible_typed(text: str) -> str:
    """What is being typed, its last blanks too."""
    from guardsh.show.text import cells

    return "".join(cells(text))


def _offer(request: Request, width: int, short: bool) -> list[Line]:
    from guardsh.confirm.terminal import offered

    wanted = phrase(request.verdict)
    if short:
        return _wrapped(f"Type  {wanted}", wanted, width)
    lines = _wrapped(f"Type  {wanted}  to allow it once · d deny with a word to the agent", wanted, width)
    if likeness := remembered.offered(request):
        lines += [[("", line)] for line in offered(likeness, width)]
    return lines


def _wrapped(text: str, strong: str, width: int) -> list[Line]:
    """The text on as few lines as it needs, with the phrase set off; a long one is broken behind it."""
    before, _, after = text.partition(strong) if strong else (text, "", "")
    if width_of(text) + len(_INDENT) <= width or not strong:
        return [[("", f"{_INDENT}{before}"), ("class:phrase", strong), ("", after)]]
    lines: list[Line] = [[("", f"{_INDENT}{before}"), ("class:phrase", strong)]]
    if width_of(before) + width_of(strong) + len(_INDENT) > width:
        lines = [[("", f"{_INDENT}{before.rstrip()}")]]
        lines += [[("class:phrase", line)] for line in wrap(strong, width, _INDENT, _INDENT)]
    return [*lines, *([("", line)] for line in wrap(after.strip(), width, _INDENT, _INDENT) if after)]


def _nothing(head: list[Line], foot: list[Line], width: int, height: int) -> Drawn:
    lines: list[Line] = [*head, [("class:rule", "─" * width)], [("", "")]]
    lines += [[("", line)] for line in wrap("Nothing waits for your word.", width, _INDENT, _INDENT)]
    text = "A command that needs it appears here, and its shell waits for your answer while this runs."
    lines += [[("class:dim", line)] for line in wrap(text, width - 1, _INDENT, _INDENT)]
    lines = [*lines, *foot][:height]
    return Drawn(lines, (0, len(lines) - 1))


def _helping(head: list[Line], width: int, height: int) -> Drawn:
    lines: list[Line] = [*head]
    for paragraph in HELP.split("\n\n"):
        lines.append([("", "")])
        if paragraph.startswith("Up,"):
            lines += [[("", _cut(_INDENT + line, width))] for line in paragraph.splitlines()]
        else:
            lines += [[("", line)] for line in wrap(" ".join(paragraph.split("\n")), width - 1, _INDENT, _INDENT)]
    last: Line = [("class:more", _cut(f"{_INDENT}Any key goes back.", width))]
    return Drawn([*lines[: height - 1], last], (0, min(len(lines), height - 1)), enough=False)


def _time_left(request: Request) -> str:
    seconds = int(request.left())
    return f"{seconds // 60}:{seconds % 60:02}"


def _fitted(text: str, width: int, right: bool = False) -> str:
    text = _cut(text, width)
    pad = " " * (width - width_of(text))
    return pad + text if right else text + pad


def _cut(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    while text and width_of(text) > width - 1:
        text = text[:-1]
    return text + "…"
