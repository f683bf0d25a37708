"""How figures are said, on the terminal and on the page."""

from __future__ import annotations

from guardsh.report.counting import Summary
from guardsh.show.safe import clean
from guardsh.show.text import visible


def percent(part: int, whole: int) -> str:
    """ "0.6 %"; "-" of nothing."""
    if not whole:
        return "-"
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %" if share >= 1 else f"{share:.2f} %"


def duration(seconds: float) -> str:
    """ "12 s", "3 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def nameless(name: str) -> str:
    """A group's name; "-" for what has none."""
    return visible(clean(name)) or "-"


def of_time(found: Summary) -> str:
    """From when to when."""
    if not found.first:
        return "No entries."
    first, last = found.first[:10], found.last[:10]
    return first if first == last else f"{first} to {last}"


def shown_text(text: str, most: int) -> str:
    """A command on one line, redacted once more, cut."""
    text = visible(clean(text))
    return text if len(text) <= most else text[: most - 1] + "…"
