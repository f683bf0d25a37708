from __future__ import annotations

import io

import pytest

from guardsh import show
from guardsh.verdict import CONFIRM, PASS, REFUSE, Finding, Step, Verdict
from tests.show.examples import one

HOME = one(
    "rm -rf tests/ patches/ ~/",
    "~/",
    action=REFUSE,
    score=95,
    loses="the home directory /home/ana",
    lost=("214,083 files, 61 GB, most of them in no repository",),
    instead="rm -rf tests/ patches/",
)
VOLUME = one(
    'curl -d \'{"query":"mutation { volumeDelete(volumeId: 1) }"}\'',
    "volumeDelete",
    score=88,
    loses="a Railway volume and the backups on it",
    notes=("the token comes from ../infra/.env, a file that this project doesn't use",),
)


def test_refused_reads_as_an_agent_needs_it() -> None:
    assert show.blocked(HOME) == (
        "guardsh: BLOCKED by your user's policy, nothing ran: would lose the home directory /home/ana\n"
        "    rm -rf tests/ patches/ ~/\n"
        "                           ^^\n"
        "  lost: 214,083 files, 61 GB, most of them in no repository\n"
        "  allowed instead: rm -rf tests/ patches/\n"
        "  not allowed: the same outcome by retry, rewording, another tool or a script\n"
        "  Go on with other work, and tell your user that this was blocked.\n"
    )


def test_a_request_is_named_and_nothing_that_would_approve_it() -> None:
    said = show.blocked(VOLUME, request="7QK2")
    assert said.startswith("guardsh: BLOCKED until a person says yes, nothing ran: would lose a Railway volume and")
    assert "Tell your user: guardsh request 7QK2." in said
    for word in ("approve", "unlock", "88", "example.rule", "score"):
        assert word not in said


@pytest.mark.parametrize(
    ("loses", "exposure", "sentence"),
    [
        ("table users", False, "would lose table users"),
        ("the keys in ~/.ssh", True, "would expose the keys in ~/.ssh"),
        ("run a program from get.example.com", True, "would run a program from get.example.com"),
        ("", False, "would lose something that example.rule protects"),
    ],
)
def test_loses_becomes_a_sentence(loses: str, exposure: bool, sentence: str) -> None:
    verdict = one("x", "x", loses=loses, exposure=exposure)
    assert show.why(verdict) == sentence
    assert show.would(verdict.findings[0]) == sentence


def test_further_losses_are_named_once() -> None:
    first = VOLUME.findings[0]
    others = (first.but(loses="table users"), first.but(loses="table users"), first.but(loses="a note", score=25))
    said = show.blocked(VOLUME.but(findings=(first, *others)))
    assert said.count("also would lose table users") == 1
    assert "a note" not in said


def test_a_text_that_cannot_be_read_shows_the_place() -> None:
    verdict = Verdict(CONFIRM, 50, understood=False, problem="unbalanced ( [line 2]", offset=7, text="ls\nfoo ((")
    said = show.blocked(verdict)
    assert said.startswith("guardsh: BLOCKED until a person says yes, nothing ran: can't be read: unbalanced (")
    assert "    foo ((\n        ^\n" in said
    assert "can't be read: unbalanced (" in show.question(verdict)
    assert "not understood from line 2, column 5" in show.explain(verdict)


def test_question_shows_losses_facts_score_and_reasons() -> None:
    verdict = one(
        "git reset --hard HEAD~3",
        "--hard",
        score=62,
        loses="3 changed files",
        lost=("src/app.py +120 -4", "src/db.py +31 -0"),
        notes=("on branch main",),
        instead="git stash -u",
        steps=(Step(50, "git reset --hard"), Step(12, "changes of a person")),
    )
    said = show.question(verdict)
    assert said.splitlines()[0] == "guardsh  needs your word" + " " * 47 + "score 62"
    for part in (
        "would lose 3 changed files",
        "      src/db.py +31 -0",
        "note: on branch main",
        "instead: git stash -u",
    ):
        assert part in said
    assert "     50   git reset --hard\n    +12   changes of a person\n     62   in all" in said


def test_explain_caps_visibly() -> None:
    steps = (
        Step(75, "terraform destroy removes everything"),
        Step(15, "workspace is production"),
        Step(5, "no question"),
    )
    said = show.explain(one("terraform destroy", "terraform destroy", score=89, steps=steps, loses="41 resources"))
    assert said.startswith("confirm, typed · 89 · example.rule\n    terraform destroy\n    ^^^^^^^^^^^^^^^^^\n")
    assert "    +15   workspace is production\n     +5   no question\n     89   capped: refused only from 90" in said
    assert said.endswith("  read: 1 command, understood completely\n")


def test_a_plain_pass_says_nothing_lost() -> None:
    assert (
        show.explain(Verdict(PASS, 0, text="ls", commands=1)) == "pass · 0\n  read: 1 command, understood completely\n"
    )
    assert show.why(Verdict(PASS, 0, text="ls")) == ""


TOKEN = "ghp_" + "a1B2c3D4e5" * 4


def test_secrets_are_hidden_everywhere_and_the_underline_moves_along() -> None:
    verdict = one(
        f"curl -H 'Authorization: Bearer {TOKEN}' -X DELETE https://x.example/v",
        "-X DELETE",
        loses=f"what {TOKEN} opens",
        lost=(f"{TOKEN}",),
        notes=(f"token {TOKEN}",),
        instead=f"curl -H 'Authorization: Bearer {TOKEN}' https://x.example/v",
        steps=(Step(40, TOKEN), Step(2, "b")),
    ).but(bindings=(("T", TOKEN),))
    for said in (show.blocked(verdict), show.question(verdict), show.explain(verdict), show.why(verdict)):
        assert TOKEN not in said and TOKEN[4:] not in said
    lines = show.blocked(verdict).splitlines()
    marks = lines[2]
    assert lines[1][marks.index("^") : marks.rindex("^") + 1] == "-X DELETE"


def test_a_span_inside_a_secret_underlines_what_stands_for_it() -> None:
    verdict = one(f"curl -H 'Authorization: Bearer {TOKEN}' https://x.example", TOKEN[8:20], loses="x")
    lines = show.blocked(verdict).splitlines()
    assert "^" in lines[2] and TOKEN[8:20] not in "\n".join(lines)


def test_nothing_is_shown_if_redaction_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    import guardsh.record.redact

    def broken(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.setattr(guardsh.record.redact, "redact", broken)
    said = show.blocked(one("secret-text", "secret-text", loses="secret-thing"))
    assert "secret" not in said.replace("checked for secrets", "")


def test_colour_only_on_a_willing_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert show.colours(Terminal(), {"TERM": "xterm"})
    assert not show.colours(io.StringIO(), {"TERM": "xterm"})
    assert not show.colours(Terminal(), {"TERM": "dumb"})
    assert not show.colours(Terminal(), {})
    assert not show.colours(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert "\x1b" not in show.blocked(HOME)
    painted = show.blocked(HOME, colour=True)
    assert painted.startswith("\x1b[1;31mguardsh: BLOCKED")


def test_a_long_text_is_kept_only_around_what_decided() -> None:
    from guardsh.show.safe import redacted

    text = "echo ok\n" * 20_000 + "rm -rf /srv\n" + "echo ok\n" * 20_000
    verdict = one(text, "rm -rf /srv", loses="/srv")
    kept = redacted(verdict)
    start, end = kept.findings[0].span
    assert kept.text[start:end] == "rm -rf /srv"
    assert len(kept.text) < 25_000


def test_an_unknown_finding_without_text_is_still_a_block() -> None:
    finding = Finding("a.b", "a", 50, (), (0, 0), "table users")
    assert "would lose table users" in show.blocked(Verdict(CONFIRM, 50, (finding,)))


def test_a_no_reaches_the_agent_with_its_word() -> None:
    assert show.blocked(VOLUME, denied="use staging.").endswith(
        "  Your user said no: use staging. Go on with other work.\n"
    )
    assert show.blocked(VOLUME, denied="").endswith("  Your user said no. Go on with other work.\n")


def test_two_rules_about_the_same_part_are_said_once() -> None:
    worst = one("x delete shop", "x delete shop", score=80, loses="the data store shop").findings[0].but(index=0)
    generic = worst.but(rule="x.delete", score=70, loses="what this call deletes")
    shown = generic.but(exposure=True, loses="the store's keys")
    other = generic.but(index=1, loses="the table users")
    unplaced = generic.but(index=-1, loses="something else")
    for said in (show.blocked, show.question):
        text = said(Verdict(CONFIRM, 80, (worst, generic, shown, other, unplaced), text="x delete shop"))
        assert "what this call deletes" not in text
        for kept in ("would expose the store's keys", "also would lose the table users", "also would lose something"):
            assert kept in text
