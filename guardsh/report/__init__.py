"""What the log adds up to: how often guardsh stopped something, and what people said to it."""

from __future__ import annotations

from guardsh.report.counting import Act, Group, Summary, by, nearly_always_yes, summary

__all__ = ["Act", "Group", "Summary", "by", "nearly_always_yes", "summary"]
