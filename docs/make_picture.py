"""Draws the picture of the README from a real run of the demo: python docs/make_picture.py, writes docs/demo.svg.

A terminal of 80 columns as an SVG with real text: no font, no image and no program beyond Python's own library.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

TOP = Path(__file__).resolve().parent.parent
COLUMNS = 80
WIDTH, LINE, CHARACTER, MARGIN, TITLE = 720, 18, 8.4, 24, 36
COLOURS = {"": "#d4d4d4", "command": "#ffffff", "blocked": "#ff8a80", "mark": "#ff5252", "told": "#8a919c"}
FIRST, LAST = "$ sh deploy.sh", "is there, with its"


def played() -> str:
    """What a run of the demo says. Raises if it didn't go as told."""
    command = [sys.executable, "-m", "guardsh", "demo", "--no-ask"]
    done = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    # The directory's name is another one in each run, and no part of the picture.
    return re.sub(re.escape(tempfile.gettempdir()) + r"/guardsh-demo-\w+", "/tmp/guardsh-demo", done.stdout)


def shown(text: str) -> list[tuple[str, str]]:
    """The lines of the middle act with what each is, broken at 80 columns."""
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(FIRST))
    end = next(number for number, line in enumerate(lines) if LAST in line)
    made = []
    blocked = False
    for number, line in enumerate(lines[begin : end + 1], begin):
        blocked = line.startswith("guardsh: BLOCKED") or (blocked and line.startswith(" "))
        kind = _kind(line, lines[number - 1], blocked, made[-1][0] if made else "")
        made += [(kind, part) for part in (textwrap.wrap(line, COLUMNS) if len(line) > COLUMNS else [line])]
    return made


def _kind(line: str, before: str, blocked: bool, last: str) -> str:
    if line.startswith("$ ") or (before.endswith("\\") and last == "command"):
        return "command"
    if line.startswith("guardsh: BLOCKED"):
        return "blocked"
    if line.strip() and not line.strip(" ^"):
        return "mark"
    told = re.match(r"(The token|that has|it\. The|Exit status|volume )", line)
    return "told" if told and not blocked else ""


def drawn(lines: list[tuple[str, str]]) -> str:
    """The SVG."""
    height = TITLE + len(lines) * LINE + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-label="guardsh demo in a terminal: the deletion of a production volume is blocked">',
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#1e2228"/>',
        *(f'<circle cx="{20 + 20 * n}" cy="18" r="6" fill="#4a505a"/>' for n in range(3)),
        f'<text x="{WIDTH // 2}" y="22" text-anchor="middle" font-family="sans-serif" font-size="13" '
        'fill="#8a919c">guardsh demo</text>',
        '<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" '
        'xml:space="preserve">',
    ]
    for number, (kind, line) in enumerate(lines):
        if not line.strip():
            continue
        weight = ' font-weight="bold"' if kind in ("command", "blocked") else ""
        length = f' textLength="{len(line) * CHARACTER:.1f}" lengthAdjust="spacingAndGlyphs"'
        y = TITLE + (number + 1) * LINE
        parts.append(f'<text x="{MARGIN}" y="{y}" fill="{COLOURS[kind]}"{weight}{length}>{escape(line)}</text>')
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def main() -> None:
    """Writes the picture beside this file."""
    Path(__file__).with_name("demo.svg").write_text(drawn(shown(played())), encoding="utf-8")


if __name__ == "__main__":
    main()
