"""Text as a terminal shows it: what hides is made visible, widths are columns, the offending part is underlined."""

from __future__ import annotations

import re

INDENT = "    "
CUT = "…"
MAX_ROWS = 8  # of an offending part that is longer than a line

# Blank although they count as letters or symbols.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# Cyrillic, Greek and Armenian letters that are drawn like a Latin one (from Unicode's confusables.txt).
_LOOK_ALIKE = frozenset("аеорсухіјѕһԁԛԝӏвгпкмнтАВЕЗІЈКМНОРСТУХЅԌԜαινοτυρκΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսհոցѵ")
_PLAIN = re.compile(r"[ -~]*\Z")
_LETTERS = re.compile(r"[^\W\d_]+")


def cells(text: str) -> list[str]:
    """One visible text for each character: itself, or <U+202E> for what hides, reorders or looks like another."""
    if _PLAIN.match(text):
        return list(text)
    alike = _look_alikes(text)
    return [_shown(char, index in alike) for index, char in enumerate(text)]


def visible(text: str) -> str:
    """The text on one line with everything that hides made visible."""
    return "".join(cells(text.strip()))


def _shown(char: str, alike: bool) -> str:
    import unicodedata

    if char == "\t":
        return "  "
    if char in "\n\r":
        return "⏎"
    if " " <= char <= "~":
        return char
    if alike or char in _BLANK or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"):
        return f"<U+{ord(char):04X}>"
    return char


def _look_alikes(text: str) -> set[int]:
    """Where letters stand that pass for Latin ones: in a word with Latin letters, or in a word of nothing else."""
    from unicodedata import normalize

    def normal(char: str) -> str:
        return normalize("NFKC", char)

    found: set[int] = set()
    for word in _LETTERS.finditer(text):
        letters = word.group()
        if letters.isascii():
            continue
        compatible = {i for i, char in enumerate(letters) if not char.isascii() and normal(char).isascii()}
        alike = {i for i, char in enumerate(letters) if char in _LOOK_ALIKE}
        mixed = any(char.isascii() for char in letters)
        if mixed or len(alike | compatible) == len(letters):
            compatible |= alike
        found.update(word.start() + i for i in compatible)
    return found


def width_of(text: str) -> int:
    """Columns that a visible text takes on a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    width = wcswidth(text)
    return width if width >= 0 else len(text)


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The text broken at blanks into lines of at most `width` columns; a longer word stays whole on its own line."""
    lines: list[str] = []
    line, empty = first, True
    for word in text.split():
        if not empty and width_of(line) + 1 + width_of(word) > width:
            lines.append(line)
            line, empty = rest, True
        line, empty = (line + word if empty else f"{line} {word}"), False
    return [*lines, line]


def excerpt(text: str, span: tuple[int, int], width: int = 80) -> list[str]:
    """Lines that show the part at `span` with a line of ^ under it, and as much around it as fits.

    The line's rest is cut with …, the part itself never is: a longer one goes on below, each of its lines underlined
    (up to eight; then the number of characters left is said).
    """
    start, end = _clamp(text, span)
    room = max(width - len(INDENT), 20)
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    inside = text[start:end]
    if "\n" not in inside and width_of("".join(cells(inside))) <= room - 4:
        before = text[max(line_start, start - room) : start]
        after = text[end : min(line_end, end + room)]
        more_before = start - room > line_start
        more_after = end + room < line_end
        return _one_row(before, inside, after, room, more_before, more_after)
    return _rows(inside, room, start > line_start, end < line_end)


def _clamp(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span within the text, without blanks at its ends, at least one character if there is one."""
    start = min(max(span[0], 0), max(len(text) - 1, 0))
    end = min(max(span[1], start + 1), len(text))
    while end - 1 > start and text[end - 1].isspace():
        end -= 1
    while start < end - 1 and text[start].isspace():
        start += 1
    return start, end


def _one_row(before: str, inside: str, after: str, room: int, more_before: bool, more_after: bool) -> list[str]:
    left, middle, right = cells(before), "".join(cells(inside)), cells(after)
    spare = room - width_of(middle)
    want_left, want_right = width_of("".join(left)), width_of("".join(right))
    if want_left + want_right > spare or more_before or more_after:
        for_left = max(spare // 2, spare - want_right) if not more_after else spare // 2
        left = _cut_left(left, for_left, more_before)
        right = _cut_right(right, spare - width_of("".join(left)), more_after)
    lead = "".join(left)
    marks = " " * width_of(lead) + "^" * max(width_of(middle), 1)
    return [(INDENT + lead + middle + "".join(right)).rstrip(), INDENT + marks]


def _cut_left(left: list[str], room: int, more: bool) -> list[str]:
    if not more and width_of("".join(left)) <= room:
        return left
    while left and width_of("".join(left)) > room - 2:
        left = left[1:]
    blank = next((i for i, cell in enumerate(left[:16]) if cell == " "), None)
    if blank is not None:
        left = left[blank + 1 :]
    return [CUT, " ", *left] if room >= 2 else []


def _cut_right(right: list[str], room: int, more: bool) -> list[str]:
    if not more and width_of("".join(right)) <= room:
        return right
    while right and width_of("".join(right)) > room - 2:
        right = right[:-1]
    while right and right[-1] == " ":
        right = right[:-1]
    return [*right, " ", CUT] if room >= 2 else []


def _rows(inside: str, room: int, more_before: bool, more_after: bool) -> list[str]:
    """A long part, or one over several lines: each of its lines in rows, each row underlined."""
    rows: list[str] = []
    shown = 0
    for line in inside.split("\n"):
        row = ""
        for cell in cells(line.rstrip("\r")):
            if width_of(row) + width_of(cell) > room - 4:
                rows.append(row)
                row = ""
            row += cell
            if len(rows) >= MAX_ROWS:
                break
            shown += 1
        if len(rows) >= MAX_ROWS:
            break
        rows.append(row)
        shown += 1
    cut = rows[MAX_ROWS:] or shown < len(inside)
    rows = rows[:MAX_ROWS]
    lines: list[str] = []
    for number, row in enumerate(rows):
        lead = f"{CUT} " if more_before and number == 0 else ""
        tail = f" {CUT}" if more_after and not cut and number == len(rows) - 1 else ""
        bare = row.lstrip(" ")
        marks = " " * (width_of(lead) + len(row) - len(bare)) + "^" * width_of(bare.rstrip())
        lines += [(INDENT + lead + row + tail).rstrip(), (INDENT + marks).rstrip()]
    if cut:
        lines.append(f"{INDENT}{CUT} and {max(len(inside) - shown, 1):,} characters more of it")
    return [line for line in lines if line]
