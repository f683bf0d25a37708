"""The report as one HTML page: style and plots inside, no script, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape

from guardsh.report import plots
from guardsh.report.counting import ENDS, NO, REFUSED, UNANSWERED, YES, Act, Group, Summary, by, nearly_always_yes
from guardsh.report.words import duration, nameless, of_time, percent, shown_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAYS, RULES, LAST = 60, 20, 25  # shown of each
TIMES = ((5, "5 s"), (15, "15 s"), (30, "30 s"), (60, "1 min"), (120, "2 min"), (300, "5 min"), (float("inf"), "more"))

_STYLE = """\
:root { color-scheme: light dark; --ink: #1c1f23; --paper: #fff; --pale: #69707a; --line: #d8dce1;
  --yes: #2e7d4f; --no: #b3402e; --unanswered: #8a93a0; --refused: #4a2545; --dialog: #2f6f9f; --observed: #c08a1e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #15181c; --pale: #98a1ad; --line: #343a42;
  --yes: #5fbf85; --no: #e8836f; --unanswered: #7a8491; --refused: #b583ac; --dialog: #6fb0de; --observed: #e0b458; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 56rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .4rem }
p.when, .note { color: var(--pale) }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 } dl div { min-width: 7rem }
dt { color: var(--pale) } dd { margin: 0; font-size: 1.6rem }
table { border-collapse: collapse; width: 100% } th, td { padding: .2rem .6rem .2rem 0; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: top } td.number, th.number { text-align: right }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
svg { width: 100%; height: auto; display: block } svg .label { font: 12px system-ui, sans-serif; fill: var(--ink) }
svg .end { text-anchor: end } svg .middle { text-anchor: middle } svg .axis { stroke: var(--line) }
.yes { fill: var(--yes) } .no { fill: var(--no) } .unanswered { fill: var(--unanswered) }
.refused { fill: var(--refused) } .agent-s-dialog { fill: var(--dialog) } .observed { fill: var(--observed) }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em } .key svg { width: .8em }
"""


def page(found: Summary, made: str) -> str:
    """The whole page; `made` is when, for its foot. Everything in it is redacted and escaped."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>guardsh report</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>\n{_STYLE}</style></head><body>",
        "<h1>guardsh report</h1>",
        f'<p class="when">{escape(of_time(found))}</p>',
        _figures(found),
        *(_plots(found) if found.commands or found.acts else ["<p>Nothing is in the log.</p>"]),
        f'<p class="note">Made by guardsh report, {escape(made)}, on this machine, from its own log.</p>',
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _figures(found: Summary) -> str:
    whole = found.whole
    figures = [
        ("commands", f"{found.commands:,}"),
        ("stopped", f"{whole.stops:,} ({percent(whole.stops, found.commands)})"),
        ("noted", f"{found.noted:,}"),
        ("sessions without a stop", f"{found.quiet:,} of {found.sessions:,}"),
        ("answered yes", f"{whole.yes:,} of {whole.answers:,}"),
        ("answered within", duration(whole.seconds) if whole.seconds else "-"),
    ]
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in figures) + "</dl>"


def _plots(found: Summary) -> Iterable[str]:
    days = by(found, "day")[-DAYS:]
    bars = [(day.name[5:], _ends(found, "day", day)) for day in days]
    yield from _headed("Stopped, by day", plots.standing(bars, "Stops by day"))
    yield _key()
    rules = [group for group in by(found, "rule") if group.stops][:RULES]
    bars = [(nameless(group.name), _ends(found, "rule", group)) for group in rules]
    yield from _headed("Stopped, by rule", plots.lying(bars, "Stops by rule"))
    if liked := nearly_always_yes(found):
        yield from _headed("Rules that people nearly always say yes to", _table("rule", liked))
        yield '<p class="note">Perhaps their scores are too high for you: [rules.score] in your configuration.</p>'
    yield from _headed("Time until an answer", plots.standing(_times(found.acts), "Answers by time"))
    for field in ("pack", "agent", "day"):
        groups = [group for group in by(found, field) if group.stops or group.notes or field == "day"]
        yield from _headed(f"By {field}", _table(field, groups[-DAYS:] if field == "day" else groups))
    yield from _headed("The last stops", _last(found.acts))


def _headed(head: str, body: str) -> tuple[str, str]:
    return f"<h2>{escape(head)}</h2>", body


def _key() -> str:
    box = '<svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" class="{}"/></svg>'
    return "<p>" + "".join(f"{box.format(plots.class_of(end))}{escape(end)}" for end in ENDS) + "</p>"


def _ends(found: Summary, field: str, group: Group) -> list[tuple[str, int]]:
    ends = [act.end for act in found.acts if getattr(act, field) == group.name]
    return [(end, ends.count(end)) for end in ENDS]


def _times(acts: Sequence[Act]) -> list[tuple[str, list[tuple[str, int]]]]:
    bars = []
    low = 0.0
    for high, label in TIMES:
        within = [act.end for act in acts if act.seconds and act.end in (YES, NO) and low < act.seconds <= high]
        bars.append((label, [(YES, within.count(YES)), (NO, within.count(NO))]))
        low = high
    return bars


def _table(field: str, groups: Sequence[Group]) -> str:
    heads = ("commands", "notes", "stops", "yes", "no", "yes-rate", "answered within")
    headed = "".join(f'<th class="number">{head}</th>' for head in heads)
    lines = [f"<table><tr><th>{field}</th>{headed}</tr>"]
    for one in groups:
        rate = "-" if one.yes_rate is None else percent(one.yes, one.answers)
        cells = [f"{one.commands:,}", f"{one.notes:,}", f"{one.stops:,}", f"{one.yes:,}", f"{one.no:,}", rate]
        cells.append(duration(one.seconds) if one.seconds else "-")
        numbers = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
        lines.append(f"<tr><td>{escape(nameless(one.name))}</td>{numbers}</tr>")
    return "\n".join([*lines, "</table>"])


def _last(acts: Sequence[Act]) -> str:
    lines = ["<table><tr><th>when</th><th>score</th><th>rule</th><th>command</th><th>then</th></tr>"]
    for act in sorted(acts, key=lambda one: one.time)[-LAST:][::-1]:
        end = {REFUSED: "refused", UNANSWERED: "nobody answered"}.get(act.end, act.end)
        cells = (act.time[:16], str(act.score), nameless(act.rule))
        lines.append(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + f"<td><code>{escape(shown_text(act.text, 300))}</code></td><td>{escape(end)}</td></tr>"
        )  # fmt: skip
    return "\n".join([*lines, "</table>"])
