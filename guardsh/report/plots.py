"""Plots as inline SVG: drawn from numbers, readable without colour by their titles and labels, nothing loaded."""

from __future__ import annotations

from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Part = tuple[str, int]  # what is counted (a class of the style sheet), and how many
    Bar = tuple[str, Sequence[Part]]  # label and parts

ROW, WIDTH = 24, 720
_LABEL = 240  # columns for the labels of lying bars


def lying(bars: Sequence[Bar], title: str) -> str:
    """Bars from left to right, one below the other, each of several parts, with its label and number."""
    most = max((_total(parts) for _, parts in bars), default=0) or 1
    room = WIDTH - _LABEL - 60
    shapes = []
    for row, (label, parts) in enumerate(bars):
        top, left = row * ROW, float(_LABEL)
        shapes.append(f'<text x="{_LABEL - 8}" y="{top + 16}" class="label end">{escape(_short(label, 34))}</text>')
        for kind, count in parts:
            width = _long(room, count, most)
            shapes.append(_bar(kind, left, top + 4, width, ROW - 8, f"{label}: {count:,} {kind}"))
            left += width
        shapes.append(f'<text x="{left + 6:.1f}" y="{top + 16}" class="label">{_total(parts):,}</text>')
    return _svg(shapes, max(len(bars), 1) * ROW + 4, title)


def standing(bars: Sequence[Bar], title: str, height: int = 160) -> str:
    """Bars from the bottom up, one beside the other, with as many labels as there is room for."""
    most = max((_total(parts) for _, parts in bars), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    width = min(step * 0.8, 48)
    every = max(1, round(len(bars) * 64 / WIDTH + 0.5))
    shapes = []
    for place, (label, parts) in enumerate(bars):
        left, bottom = place * step + (step - width) / 2, float(height)
        for kind, count in parts:
            tall = _long(height - 20, count, most)
            bottom -= tall
            shapes.append(_bar(kind, left, bottom, width, tall, f"{label}: {count:,} {kind}"))
        if total := _total(parts):
            shapes.append(_middle(left + width / 2, bottom - 4, f"{total:,}"))
        if place % every == 0:
            shapes.append(_middle(left + width / 2, height + 16, label))
    shapes.append(f'<line x1="0" y1="{height}" x2="{WIDTH}" y2="{height}" class="axis"/>')
    return _svg(shapes, height + 24, title)


def _long(room: float, count: int, most: int) -> float:
    """A part's length: what is there at all can be seen."""
    return max(room * count / most, 1.0) if count else 0.0


def _middle(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="label middle">{escape(text)}</text>'


def _bar(kind: str, x: float, y: float, width: float, height: float, title: str) -> str:
    if width <= 0 or height <= 0:
        return ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{class_of(kind)}">'
        f"<title>{escape(title)}</title></rect>"
    )


def class_of(kind: str) -> str:
    """The class of the style sheet for what is counted."""
    return "".join(char if char.isalnum() else "-" for char in kind)


def _svg(shapes: Sequence[str], height: int, title: str) -> str:
    inside = "\n".join(shape for shape in shapes if shape)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>\n{inside}\n</svg>"
    )


def _total(parts: Sequence[Part]) -> int:
    return sum(count for _, count in parts)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
