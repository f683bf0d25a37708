"""A verdict as it may be shown, kept or sent: secrets redacted everywhere, the spans moved along."""

from __future__ import annotations

import re

from guardsh.verdict import Span, Step, Verdict

KEPT = 20_000  # characters of a text; more is cut around what was found
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LOST = "(not shown: it couldn't be checked for secrets)"


def clean(text: str) -> str:
    """The text without secrets; if that can't be found out, none of it."""
    if not text:
        return text
    from guardsh.record.redact import redact

    try:
        return redact(text)
    except Exception:
        return _LOST


def redacted(verdict: Verdict) -> Verdict:
    """The same verdict with every text redacted and no bindings, small enough to keep."""
    verdict = _around(verdict)
    text = clean(verdict.text)
    findings = tuple(
        finding.but(
            span=moved(verdict.text, text, finding.span),
            steps=tuple(Step(step.by, clean(step.why)) for step in finding.steps),
            loses=clean(finding.loses),
            lost=tuple(map(clean, finding.lost)),
            notes=tuple(map(clean, finding.notes)),
            instead=clean(finding.instead),
            advice=clean(finding.advice),
            phrase=clean(finding.phrase),
        )
        for finding in verdict.findings
    )
    offset = moved(verdict.text, text, (verdict.offset, verdict.offset))[0]
    problem = clean(verdict.problem)
    return verdict.but(text=text, findings=findings, problem=problem, offset=offset, bindings=(), losses=())


def moved(before: str, after: str, span: Span) -> Span:
    """Where a span of a text is in its redacted form; a part that was replaced counts whole."""
    if before == after:
        return span
    return _position(before, after, span[0], True), _position(before, after, span[1], False)


def _position(before: str, after: str, at: int, begin: bool) -> int:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if at <= head:
        return at
    if at >= len(before) - tail:
        return at + len(after) - len(before)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    return head + _aligned(old, new, at - head, begin)


def _aligned(old: str, new: str, at: int, begin: bool) -> int:
    """A position by the tokens that both texts share; inside a replaced part its begin or its end."""
    from difflib import SequenceMatcher

    if len(old) > KEPT:
        return 0 if begin else len(new)
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    old_at, new_at = _offsets(old_tokens), _offsets(new_tokens)
    for kind, a, b, c, d in SequenceMatcher(None, old_tokens, new_tokens, autojunk=False).get_opcodes():
        if not old_at[a] <= at <= old_at[b] or (at == old_at[b] and begin and b < len(old_tokens)):
            continue
        if kind == "equal":
            return new_at[c] + at - old_at[a]
        return new_at[c] if begin else new_at[d]
    return 0 if begin else len(new)


def _offsets(tokens: list[str]) -> list[int]:
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    return offsets


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    from os.path import commonprefix

    return len(commonprefix([one, other]))


def _around(verdict: Verdict) -> Verdict:
    """A verdict on a long text, cut to the surroundings of what decided; findings elsewhere lose their place.

    Cut before redaction at blanks, so that no half of a secret stays behind unrecognised.
    """
    text = verdict.text
    if len(text) <= KEPT:
        return verdict
    start, end = verdict.findings[0].span if verdict.findings else (verdict.offset, verdict.offset)
    end = min(end, start + KEPT // 2)
    low = max(text.rfind("\n", 0, max(start - KEPT // 4, 0)) + 1, start - KEPT // 2, 0)
    high = text.find("\n", min(end + KEPT // 4, len(text)))
    high = min(len(text) if high < 0 else high, end + KEPT // 2)

    def shifted(span: Span) -> Span:
        return min(max(span[0] - low, 0), high - low), min(max(span[1] - low, 0), high - low)

    findings = tuple(finding.but(span=shifted(finding.span)) for finding in verdict.findings)
    return verdict.but(text=text[low:high], findings=findings, offset=shifted((verdict.offset, verdict.offset))[0])
