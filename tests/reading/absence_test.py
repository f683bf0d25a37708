"""What isn't there can't be lost: tests of the text itself, where they hold and where they don't."""

from __future__ import annotations

import pytest

from guardsh.config import Settings
from guardsh.facts.world import ExampleWorld
from guardsh.judge import judge

from .support import rules

COPY = "cp .env.example .env"
GUARDED = [
    f"[ -f .env ] || {COPY}",
    f"test -e .env || {COPY}",
    f"[[ -f .env ]] || {COPY}",
    f"[[ -s $PWD/.env ]] || {{ echo none; {COPY}; }}",
    f"[ ! -f .env ] && {COPY}",
    f"[ ! -f .env ] && echo none && {COPY}",
    f"if [ ! -f .env ]; then {COPY}; fi",
    f"if ! [ -f x ]; then :; elif [[ ! -f .env ]]; then {COPY}; fi",
    f"if [ -f .env ]; then echo there; else {COPY}; fi",
    f"cd /home/u/project && ([ -f .env ] || {COPY})",
]
UNGUARDED = [
    COPY,
    f"[ -f .env ] && {COPY}",
    f"[ -f .env ]; {COPY}",
    f"[ -f .env ] || echo none; {COPY}",
    f"[ -f .env ] || echo none && {COPY}",
    f"[ ! -f .env ] || {COPY}",
    f"[ ! -f other ] && {COPY}",
    f"[ -d .env ] || {COPY}",
    f"[ -f .env -o -f x ] || {COPY}",
    f'[ -f "$X" ] || {COPY}',
    f"if [ ! -f .env ]; then :; fi; {COPY}",
    f"if [ -f .env ]; then {COPY}; fi",
    f"if [ ! -f x ]; then :; elif [ -f .env ]; then :; else {COPY}; fi",
    f"if [ ! -f .env ] || true; then {COPY}; fi",
    "[ -f .env ] || cp x y; rm .env",
]


def action(text: str) -> str:
    world = ExampleWorld(given=frozenset({"path.precious", "path.exists"}), files={".env": "A=1\n"})
    return judge(text, world, rules(), Settings()).action


@pytest.mark.parametrize("text", GUARDED)
def test_behind_a_test_there_is_nothing_to_lose(text: str) -> None:
    assert action(text) == "pass"


@pytest.mark.parametrize("text", UNGUARDED)
def test_elsewhere_there_is(text: str) -> None:
    assert action(text) == "confirm"
