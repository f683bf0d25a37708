from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from guardsh.confirm import clock, connected, passphrase, presence, remembered, requests, watching
from guardsh.confirm.clock import Moment
from guardsh.confirm.watching import Watch
from guardsh.record import log
from tests.confirm.acts import RESET, SHAPE, VOLUME, asked, asked_with_its_like, runs

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLE", 0.0)


def watch(reason: str | None = None, driven: str = "") -> Watch:
    watching = Watch(lambda: reason, driven)
    watching.look()
    return watching


def type(watching: Watch, text: str, enter: bool = True) -> str:
    """Types by hand, and gives what was said then."""
    for char in text:
        watching.key(char)
    if enter:
        watching.enter()
    return watching.said


def state(request: requests.Request) -> str:
    found = requests.find(request.id)
    assert found is not None
    return found.state


# ---- answers


def test_the_phrase_allows_once() -> None:
    request = asked(VOLUME)
    at = watch()
    assert type(at, "delete volume 3d2c42fb").startswith(f"{request.id}: Approved: it runs once")
    assert state(request) == requests.APPROVED
    assert runs(VOLUME) and not runs(VOLUME)
    assert [entry["outcome"] for entry in log.read()] == ["approved"]
    assert at.board().answered == 1


@pytest.mark.parametrize(
    "text", ["yes", "y", "delete volume", "delete volume 3d2c42fb now", "", " ", "discard 3 files", "Q", "dd"]
)
def test_anything_else_allows_nothing(text: str) -> None:
    request = asked(VOLUME)
    assert "Nothing was allowed." in type(watch(), text)
    assert state(request) == requests.OPEN and not runs(VOLUME)


def test_case_and_blanks_do_not_matter() -> None:
    request = asked(VOLUME)
    type(watch(), "Delete  volume 3D2C42FB ")
    assert state(request) == requests.APPROVED


@pytest.mark.parametrize(
    ("text", "word"),
    [("d", ""), ("d use the staging copy", "use the staging copy"), ("d  x", "x"), ("d delete", "delete")],
)
def test_d_denies_with_a_word(text: str, word: str) -> None:
    request = asked(VOLUME)
    assert f"{request.id} is denied" in type(watch(), text)
    found = requests.find(request.id)
    assert found is not None and (found.state, found.word) == (requests.DENIED, word)
    assert [entry["outcome"] for entry in log.read()] == ["denied"]


def test_d_takes_a_yes_back_and_the_phrase_does_not_renew_it() -> None:
    request = asked(VOLUME)
    at = watch()
    type(at, "delete volume 3d2c42fb")
    assert "allowed already" in type(at, "delete volume 3d2c42fb")
    assert "is denied" in type(at, "d")
    assert state(request) == requests.DENIED and not runs(VOLUME)


def test_a_word_is_redacted() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    request = asked(VOLUME)
    type(watch(), f"d use {token}")
    found = requests.find(request.id)
    assert found is not None and token not in found.word


def test_the_like_is_remembered_where_it_is_offered() -> None:
    asked_with_its_like()
    assert "git reset in ~/shop" in type(watch(), "discard 3 files and the like")
    assert remembered.covers(RESET, "s-1", SHAPE)
    assert runs(RESET)


def test_the_phrase_alone_remembers_nothing() -> None:
    asked_with_its_like()
    type(watch(), "discard 3 files")
    assert remembered.listed() == []


def test_the_like_is_no_answer_where_it_is_not_offered() -> None:
    request = asked(RESET.but(score=75), session="s-1", like=SHAPE, likeness="x")
    assert "That isn't it." in type(watch(), "discard 3 files and the like")
    assert state(request) == requests.OPEN and remembered.listed() == []


def test_an_approval_stands_if_its_like_cannot_be_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: requests.Request) -> None:
        raise OSError("no space")

    monkeypatch.setattr(remembered, "remember", broken)
    asked_with_its_like()
    assert "can't be remembered: no space" in type(watch(), "discard 3 files and the like")
    assert runs(RESET)


# ---- what doesn't count


def test_a_paste_is_no_answer_and_empties_the_entry() -> None:
    request = asked(VOLUME)
    at = watch()
    type(at, "delete ", enter=False)
    at.paste("volume 3d2c42fb")
    assert at.typed == "" and "Pasted text doesn't count." in at.said
    at.enter()
    assert state(request) == requests.OPEN


def test_keys_faster_than_a_hand_are_no_answer() -> None:
    request = asked(VOLUME)
    at = watch()
    for char in "delete volume 3d2c42fb":
        at.hand.key()
        at.key(char)
    at.enter()
    assert at.said == "Pasted text doesn't count. Nothing was allowed."
    assert state(request) == requests.OPEN


def test_fast_keys_stay_fast_until_the_entry_is_empty() -> None:
    asked(RESET)
    at = watch()
    for _ in range(9):
        at.hand.key()
    type(at, "discard 3 files!", enter=False)
    at.erase()
    at.enter()
    assert "Pasted" in at.said
    for _ in range(9):
        at.hand.key()
    at.key("x")
    at.erase(everything=True)
    assert "Approved" in type(at, "discard 3 files")


def test_keys_from_before_a_request_was_shown_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLE", 0.2)
    request = asked(RESET)
    at = watch()
    assert "Nothing was typed." in type(at, "discard 3 files")
    time.sleep(0.25)
    type(at, "discard 3 files")
    assert state(request) == requests.APPROVED


def test_what_was_typed_for_one_request_does_not_count_for_another() -> None:
    same = RESET.but(text="git reset --hard HEAD~4")
    first, second = asked(RESET), asked(same)
    at = watch()
    type(at, "discard 3 fil", enter=False)
    requests.deny(first.id)
    at.look()
    assert at.chosen == second.id and at.typed == ""
    assert at.said == f"{first.id} is denied. What was typed for it doesn't count."
    type(at, "es")
    assert state(second) == requests.OPEN


def test_choosing_another_empties_the_entry() -> None:
    asked(RESET), asked(VOLUME)
    at = watch()
    before = at.chosen
    type(at, "discard 3 files", enter=False)
    at.move(1)
    assert at.chosen != before and at.typed == ""
    at.move(1)
    assert at.chosen == before


def test_a_new_request_changes_neither_the_choice_nor_the_entry() -> None:
    first = asked(RESET)
    at = watch()
    type(at, "discard 3", enter=False)
    asked(VOLUME)
    at.look()
    assert (at.chosen, at.typed, at.news) == (first.id, "discard 3", 1)
    at.look()
    assert at.news == 0


def test_a_request_changed_under_the_eyes_is_not_approved(home: Path) -> None:
    request = asked(RESET)
    at = watch()
    path = home / f".local/state/guardsh/requests/{request.id}.asked"
    path.write_text(path.read_text().replace(request.binding, "0" * 64))
    assert "isn't the one that was shown" in type(at, "discard 3 files")
    assert state(request) == requests.OPEN


def test_an_expired_request_is_not_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(RESET)
    at = watch()
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(real.boot, real.seconds + requests.LIFE + 1))
    assert "has expired" in type(at, "discard 3 files")
    assert not runs(RESET)


@pytest.mark.parametrize("driven", ["", "tmux"])
def test_no_yes_while_something_speaks_against_it(driven: str) -> None:
    passphrase.store(SECRET)
    request = asked(RESET)
    assert type(watch("an agent is among the parents", driven), "discard 3 files") == (
        "Nothing was allowed: an agent is among the parents."
    )
    assert state(request) == requests.OPEN


def test_no_yes_in_a_window_that_shows_too_little() -> None:
    request = asked(RESET)
    at = watch()
    at.enough = False
    assert "too small" in type(at, "discard 3 files")
    assert state(request) == requests.OPEN


def test_requests_that_cannot_be_read_are_said(home: Path) -> None:
    asked(RESET)
    at = watch()
    folder = home / ".local/state/guardsh/requests"
    folder.rename(folder.with_name("moved"))
    folder.write_text("in the way")
    at.look()
    assert at.requests == () and "can't be read" in at.board().notes[0]
    type(at, "discard 3 files")
    assert not at.left


# ---- where other programs can type, each yes needs the passphrase


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "COST", 1 << 10)
    monkeypatch.setattr(watching.approver, "WRONG_PAUSE", 0.0)
    passphrase.store(SECRET)


def test_in_tmux_the_phrase_is_followed_by_the_passphrase(secret: None) -> None:
    request = asked(RESET)
    at = watch(driven="tmux")
    type(at, "discard 3 files")
    assert state(request) == requests.OPEN and at.board().hidden
    assert "Approved" in type(at, SECRET)
    assert state(request) == requests.APPROVED and not at.board().hidden


@pytest.mark.parametrize("typed", ["wrong horse battery", "", "discard 3 files", "d"])
def test_a_wrong_passphrase_allows_nothing(secret: None, typed: str) -> None:
    request = asked(RESET)
    at = watch(driven="tmux")
    type(at, "discard 3 files")
    assert "That isn't the passphrase." in type(at, typed)
    assert state(request) == requests.OPEN and not at.board().hidden


def test_a_broken_passphrase_file_allows_nothing(secret: None, home: Path) -> None:
    request = asked(RESET)
    at = watch(driven="tmux")
    (home / ".config/guardsh/passphrase").write_text("broken")
    type(at, "discard 3 files")
    assert "can't be used" in type(at, SECRET)
    assert state(request) == requests.OPEN


def test_choosing_another_request_takes_the_phrase_back(secret: None) -> None:
    first, second = asked(RESET), asked(VOLUME)
    at = watch(driven="tmux")
    type(at, "discard 3 files")
    at.move(1)
    type(at, SECRET)
    assert state(first) == state(second) == requests.OPEN


# ---- keys


def test_q_leaves_unless_something_is_typed() -> None:
    asked(RESET)
    at = watch()
    type(at, "xq", enter=False)
    assert not at.left
    at.stop()
    at.key("q")
    assert at.left


def test_q_is_a_letter_where_the_phrase_begins_with_it() -> None:
    asked(RESET.but(findings=(RESET.findings[0].but(phrase="quit the queue"),)))
    at = watch()
    type(at, "quit the queue")
    assert not at.left and "Approved" in at.said
    requests.deny(at.chosen)
    asked(RESET.but(text="x x x", findings=(RESET.findings[0].but(phrase="quit the queue"),)))
    at.look()
    type(at, "q")
    assert at.left


def test_an_interrupt_empties_the_entry_and_then_leaves() -> None:
    asked(RESET)
    at = watch()
    type(at, "disc", enter=False)
    at.interrupt()
    assert at.typed == "" and not at.left
    at.interrupt()
    assert at.left


def test_help_comes_and_goes_and_hides_no_answer() -> None:
    request = asked(RESET)
    at = watch()
    at.key("?")
    assert at.board().helping
    at.enter()
    assert not at.board().helping and state(request) == requests.OPEN
    at.key("?")
    at.key("d")
    assert not at.board().helping and at.typed == ""


def test_control_characters_are_not_typed() -> None:
    asked(RESET)
    at = watch()
    at.key("\x1b")
    at.key("\x07")
    assert at.typed == ""


# ---- the application, with keys through a pipe


class Screen(DummyOutput):
    """An output that only has a size, and counts bells."""

    bells = 0

    def get_size(self) -> Size:
        return Size(rows=24, columns=80)

    def bell(self) -> None:
        self.bells += 1


def played(at: Watch, keys: Callable[[PipeInput], Iterator[float]], colour: bool = False) -> Screen:
    """Runs the application while keys come in; each number is a pause in seconds."""
    output = Screen()

    async def play(source: PipeInput) -> None:
        running = asyncio.ensure_future(watching._show(at, source, output, colour))
        await asyncio.sleep(0.1)
        for pause in keys(source):
            await asyncio.sleep(pause)
        await asyncio.wait_for(running, 5)

    with create_pipe_input() as source:
        asyncio.run(play(source))
    return output


def by_hand(source: PipeInput, text: str) -> Iterator[float]:
    for char in text:
        source.send_text(char)
        yield 0.015


@pytest.mark.parametrize("colour", [True, False])
def test_typed_by_hand_through_the_screen(colour: bool) -> None:
    request = asked(VOLUME)

    def keys(source: PipeInput) -> Iterator[float]:
        yield from by_hand(source, "delete volume 3d2c42fb\r")
        yield 0.1
        assert connected.anyone(), "the shell may wait"
        yield from by_hand(source, "q")

    played(watch(), keys, colour)
    assert state(request) == requests.APPROVED


@pytest.mark.parametrize(
    "sent",
    [
        "delete volume 3d2c42fb\r",
        "\x1b[200~delete volume 3d2c42fb\x1b[201~\r",
        "\x1b[200~delete volume 3d2c42fb\r\x1b[201~",
    ],
)
def test_a_paste_through_the_screen_allows_nothing(sent: str) -> None:
    request = asked(VOLUME)

    def keys(source: PipeInput) -> Iterator[float]:
        source.send_text(sent)
        yield 0.2
        yield from by_hand(source, "\x03\x03")

    at = watch()
    played(at, keys)
    assert state(request) == requests.OPEN


def test_arrows_choose_and_corrections_are_typing() -> None:
    asked(RESET)
    second = asked(VOLUME)

    def keys(source: PipeInput) -> Iterator[float]:
        source.send_text("\x1b[B")
        yield 0.1
        yield from by_hand(source, "delete volxme\x7f\x7f\x7fume 3d2c42fb\r")
        yield 0.1
        yield from by_hand(source, "q")

    played(watch(), keys)
    assert state(second) == requests.APPROVED


def test_new_requests_appear_by_themselves_with_a_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK", 0.05)

    def keys(source: PipeInput) -> Iterator[float]:
        asked(RESET)
        yield 0.3
        yield from by_hand(source, "d no\r")
        yield 0.2
        yield from by_hand(source, "q")

    assert played(watch(), keys).bells == 1
    assert [entry["outcome"] for entry in log.read()] == ["denied"]


def test_a_terminal_that_goes_away_ends_it() -> None:
    request = asked(RESET)

    def keys(source: PipeInput) -> Iterator[float]:
        yield from by_hand(source, "discard 3 files")
        source.close()

    played(watch(), keys)
    assert state(request) == requests.OPEN


def test_a_sign_of_life_that_cannot_be_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no space")

    monkeypatch.setattr(connected, "beat", broken)
    at = watch()
    asked(RESET)

    def keys(source: PipeInput) -> Iterator[float]:
        yield 0.1
        assert "Shells can't see that somebody is here: no space" in at.board().notes
        yield from by_hand(source, "q")

    played(at, keys)


# ---- starting it


def test_it_starts_only_for_a_person_at_a_full_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = watching.watch({"CLAUDE_CODE_CHILD_SESSION": "1", "TERM": "xterm"})
    assert not marked.yes and marked.said.startswith("Not started: ")
    monkeypatch.setattr(presence, "may_approve", lambda environment: None)
    dumb = watching.watch({"TERM": "dumb"})
    assert not dumb.yes and "no full screen" in dumb.said

    def none() -> None:
        raise watching.NoTerminal("there is no terminal")

    monkeypatch.setattr(watching, "terminal", none)
    nowhere = watching.watch({"TERM": "xterm"})
    assert not nowhere.yes and "there is no terminal" in nowhere.said


def test_the_verdict_shown_is_the_one_approved() -> None:
    """The request is taken as it was shown, by its binding."""
    request = asked(RESET)
    with pytest.raises(requests.NotOpen):
        requests.approve(request.id, requests.binding(VOLUME))
    assert requests.approve(request.id, requests.binding(RESET)).state == requests.APPROVED
