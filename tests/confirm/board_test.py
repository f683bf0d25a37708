from __future__ import annotations

import pytest

from guardsh.confirm import requests
from guardsh.confirm.board import LEAST_DETAIL, Board, Drawn, drawn
from guardsh.show.text import width_of
from guardsh.verdict import Verdict
from tests.confirm.acts import RESET, SHAPE, VOLUME, asked
from tests.show.examples import one


def board(*verdicts: Verdict, **more: object) -> Board:
    found = tuple(asked(verdict, agent="claude-code", directory="/srv/pocket") for verdict in verdicts)
    return Board(found, found[0].id if found else "", **more)  # type: ignore[arg-type]


def text(screen: Drawn) -> list[str]:
    return ["".join(part for _, part in line) for line in screen.lines]


def lines(of: Board, width: int = 80, height: int = 24) -> list[str]:
    return text(drawn(of, width, height))


def test_the_whole_screen() -> None:
    of = board(VOLUME, RESET, answered=14, history=("08:14  git status", "08:15  railway status"))
    first, second = of.requests
    screen = drawn(of, 80, 30)
    shown = text(screen)
    assert shown[0].startswith(" guardsh watch · 2 waiting · 14 answered today · unlocked")
    assert shown[0].endswith("q quit  ? help ") and len(shown[0]) == 80
    assert shown[1] == shown[4] == "─" * 80
    assert (
        shown[2].startswith(f" ▸ {first.id}  ") and "88  claude-code  /srv/pocket  delete a Railway volume" in shown[2]
    )
    assert shown[3].startswith(f"   {second.id}  9:5")
    assert shown[5].startswith(f" {first.id} of claude-code in /srv/pocket") and shown[5].endswith("score 88")
    marks = next(place for place, line in enumerate(shown) if set(line.strip()) == {"^"})
    assert shown[marks - 1][shown[marks].index("^") : shown[marks].rindex("^") + 1] == "volumeDelete"
    for part in (
        "  would delete a Railway volume",
        "volume 3d2c42fb. No way back",
        "note: the token",
        "+12   its backups",
    ):
        assert any(part in line for line in shown), part
    assert "  before it, in that session:" in shown and "    08:15  railway status" in shown
    assert "  Type  delete volume 3d2c42fb  to allow it once · d deny with a word to the agent" not in shown
    assert shown[-3:] == [
        "  Type  delete volume 3d2c42fb",
        "  to allow it once · d deny with a word to the agent",
        "  > ",
    ]
    assert len(shown) == 30 and screen.cursor == (4, 29) and screen.enough


def test_nothing_waits() -> None:
    shown = lines(Board(answered=2))
    assert "  Nothing waits for your word." in shown
    assert not any(line.startswith("  >") for line in shown)


@pytest.mark.parametrize("width", [30, 40, 64, 80, 132])
@pytest.mark.parametrize("height", [6, 8, 11, 16, 24, 60])
def test_it_fits_any_window_or_says_that_it_does_not(width: int, height: int) -> None:
    long = one("echo " + "x" * 900, "x" * 900, loses="y" * 200, lost=("z" * 150,), phrase="lose all of it")
    for verdict in (VOLUME, RESET, long):
        screen = drawn(board(verdict, RESET, notes=("a note",), said="what was said before " * 3), width, height)
        shown = text(screen)
        assert len(shown) <= height
        assert all(width_of(line) <= width for line in shown)
        if screen.enough:
            assert any("Type" in line for line in shown) and shown[-1].startswith("  >")
            assert sum("^" in line for line in shown) >= 1
            assert screen.cursor[1] == len(shown) - 1
        else:
            assert "too small" in " ".join(shown)


def test_a_window_without_room_for_the_loss_takes_no_answer() -> None:
    assert not drawn(board(VOLUME), 80, 6).enough
    assert drawn(board(VOLUME), 80, 6 + LEAST_DETAIL).enough
    assert not drawn(board(VOLUME), 20, 24).enough


def test_a_long_request_can_be_read_to_its_end() -> None:
    verdict = one("rm -rf x", "rm -rf x", loses="x", lost=tuple(f"file {n}" for n in range(8)), phrase="lose it all")
    of = board(verdict)
    top = drawn(of, 80, 14)
    assert top.furthest > 0 and "PageDown" in " ".join(text(top)) and "file 7" not in " ".join(text(top))
    end = text(drawn(of.but(scroll=99), 80, 14))
    assert "      file 7" in end and "PageUp" in " ".join(end)


def test_the_likeness_is_offered_only_below_70() -> None:
    for score, offers in ((62, True), (75, False)):
        verdict = RESET.but(score=score, text=f"git reset {score}")
        request = asked(verdict, session="s", like=SHAPE, likeness="git reset in ~/shop")
        shown = " ".join(" ".join(lines(Board((request,), request.id))).split())
        assert ('Add "and the like" to allow, for the rest of this session: git reset in ~/shop.' in shown) is offers


def test_an_allowed_request_says_so() -> None:
    of = board(RESET)
    allowed = Board((of.requests[0].but(state=requests.APPROVED),), of.chosen)
    shown = lines(allowed)
    assert " 0 waiting " in shown[0]
    assert any("allowed" in line for line in shown[2:3])
    assert "  Allowed, and not run yet. Type  d  to take it back." in shown
    assert not any("discard 3 files" in line for line in shown)


def test_a_passphrase_is_hidden() -> None:
    shown = lines(board(RESET, typed="correct horse", hidden=True))
    assert shown[-1] == "  > " + "•" * 13
    assert not any("correct" in line for line in shown)


def test_what_hides_is_shown_where_it_is_typed_and_where_it_is_told() -> None:
    shown = lines(board(RESET, typed="a\u202eb"))
    assert shown[-1] == "  > a<U+202E>b"
    evil = RESET.but(text="git reset --hard\u202e x")
    request = asked(evil, agent="cur\u200bsor", directory="/srv/\u202ex")
    shown = lines(Board((request,), request.id))
    assert all(line.isprintable() for line in shown)
    assert "cur<U+200B>sor" in " ".join(shown)


def test_many_requests_scroll_around_the_chosen_one() -> None:
    found = tuple(asked(RESET.but(text=f"git reset --hard HEAD~{n}")) for n in range(30))
    for chosen in (found[0], found[15], found[29]):
        shown = lines(Board(found, chosen.id))
        assert sum(line.startswith(" ▸ ") for line in shown) == 1
        assert any(line.startswith(f" ▸ {chosen.id}") for line in shown)


def test_help_fits_80_by_24_and_takes_no_answer() -> None:
    screen = drawn(board(RESET, helping=True), 80, 24)
    shown = text(screen)
    assert len(shown) <= 24 and all(width_of(line) <= 80 for line in shown)
    assert shown[-1] == "  Any key goes back." and not screen.enough
    assert any("ten minutes" in line for line in shown)
