"""Requests and verdicts for the tests of answering."""

from __future__ import annotations

from guardsh.confirm import requests
from guardsh.verdict import Step, Verdict
from tests.show.examples import one

VOLUME = one(
    'curl https://x.example/graphql -d \'{"query":"mutation { volumeDelete(volumeId: \\"3d2c42fb\\") }"}\'',
    "volumeDelete",
    score=88,
    loses="delete a Railway volume and the backups on it",
    lost=("volume 3d2c42fb. No way back from here.",),
    notes=("the token comes from ../infra/.env, a file that this project doesn't use",),
    instead="railway volume list",
    phrase="delete volume 3d2c42fb",
    steps=(Step(76, "deletes a volume"), Step(12, "its backups")),
)
RESET = one(
    "git reset --hard HEAD~3",
    "--hard",
    score=62,
    loses="throw away 3 changed files",
    lost=("src/app.py  +120 −4", "src/db.py  +31 −0"),
    phrase="discard 3 files",
)
SHAPE = "c" * 64


def asked(verdict: Verdict, *, session: str = "", like: str = "", likeness: str = "", **more: str) -> requests.Request:
    """A request for a verdict, opened in the test's own home."""
    request = requests.ask(verdict, requests.binding(verdict), session=session, like=like, likeness=likeness, **more)
    assert request is not None
    return request


def asked_with_its_like(verdict: Verdict = RESET, session: str = "s-1") -> requests.Request:
    """A request whose like may be allowed with it."""
    return asked(verdict, session=session, like=SHAPE, likeness="git reset in ~/shop", agent="cursor")


def runs(verdict: Verdict) -> bool:
    """Would the act run now by a person's yes? Uses it up."""
    return requests.take(requests.binding(verdict))
