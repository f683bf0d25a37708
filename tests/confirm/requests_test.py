from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardsh import places
from guardsh.confirm import clock, requests
from guardsh.confirm.clock import Moment
from guardsh.verdict import PASS, REFUSE, Verdict
from tests.show.examples import one
from tests.support import TOP

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
DROP = one("dropdb shop", "dropdb shop", score=75, loses="the database shop", lost=("12 tables", "used 3 hours ago"))
DROP = DROP.but(bindings=(("PGHOST", "db.example"), ("file:/srv/x.sql", "0af3")))


@pytest.fixture
def folder(home: Path) -> Path:
    return home / ".local/state/guardsh/requests"


@pytest.fixture
def bound() -> str:
    return requests.binding(DROP)


def asked(bound: str, **more: str) -> requests.Request:
    request = requests.ask(DROP, bound, **more)
    assert request is not None
    return request


def later(monkeypatch: pytest.MonkeyPatch, seconds: float, boot: str = "") -> None:
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: Moment(boot or real.boot, real.seconds + seconds))


# ---- what a yes is bound to


def test_the_same_act_has_the_same_binding() -> None:
    again = DROP.but(bindings=DROP.bindings[::-1], score=80)
    assert requests.binding(again) == requests.binding(DROP)
    assert len(requests.binding(DROP)) == 64


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("used 3 hours ago", "used 4 hours ago", True),
        ("newest change 1 minute ago", "newest change just now", True),
        ("more than 5,413 files, 234 MB or more", "more than 6,020 files, 1.2 GB or more", True),
        ("5,413 files, 234 MB", "5,414 files, 234 MB", False),
        ("more than 5,413 files", "5,413 files", False),
    ],
)
def test_only_what_passes_with_time_is_left_out_of_the_losses(before: str, after: str, same: bool) -> None:
    first = DROP.but(findings=(DROP.findings[0].but(lost=(before,)),))
    second = DROP.but(findings=(DROP.findings[0].but(lost=(after,)),))
    assert (requests.binding(first) == requests.binding(second)) is same


@pytest.mark.parametrize(
    "other",
    [
        DROP.but(text="dropdb shop "),
        DROP.but(bindings=(("PGHOST", "db.prod"), DROP.bindings[1])),
        DROP.but(bindings=(DROP.bindings[0], ("file:/srv/x.sql", "0af4"))),
        DROP.but(bindings=()),
        DROP.but(findings=(DROP.findings[0].but(loses="the database shop2"),)),
        DROP.but(findings=(DROP.findings[0].but(lost=("13 tables", "used 3 hours ago")),)),
        DROP.but(findings=(DROP.findings[0].but(rule="other.rule"),)),
        DROP.but(findings=DROP.findings * 2),
        DROP.but(action=REFUSE),
        DROP.but(problem="not read"),
    ],
)
def test_whatever_differs_is_another_act(other: Verdict, bound: str) -> None:
    asked(bound)
    requests.approve(asked(bound).id)
    assert requests.binding(other) != bound
    assert not requests.take(requests.binding(other))


def test_another_directory_or_program_is_another_act(tmp_path: Path) -> None:
    here = requests.binding(DROP, directory=str(tmp_path), programs=[("dropdb", "/usr/bin/dropdb")])
    (tmp_path / "b").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    assert here == requests.binding(DROP, directory=str(tmp_path / "link"), programs=[("dropdb", "/usr/bin/dropdb")])
    assert here != requests.binding(DROP, directory=str(tmp_path / "b"), programs=[("dropdb", "/usr/bin/dropdb")])
    assert here != requests.binding(DROP, directory=str(tmp_path), programs=[("dropdb", "/tmp/dropdb")])


def test_text_that_is_no_utf8_can_be_bound() -> None:
    assert requests.binding(DROP.but(text="rm \udcff")) != requests.binding(DROP.but(text="rm \udcfe"))


# ---- the life of a request


def test_blocked_approved_runs_once_and_is_blocked_again(bound: str) -> None:
    request = asked(bound)
    assert requests.take(bound) is False
    requests.approve(request.id.lower())
    assert requests.take(bound) is True
    assert requests.take(bound) is False
    again = asked(bound)
    assert (again.state, again.id != request.id) == (requests.OPEN, True)


def test_the_id_has_no_letters_to_mix_up(bound: str) -> None:
    assert len(asked(bound).id) == 4
    assert not set("01ILOU") & set(requests.ALPHABET)


def test_asking_again_gives_the_same_request(bound: str) -> None:
    assert asked(bound).id == asked(bound).id
    assert len(requests.waiting()) == 1


def test_what_is_kept_is_redacted_and_private(bound: str, folder: Path, home: Path) -> None:
    secret = one(f"curl -H 'Authorization: Bearer {TOKEN}' -X DELETE u", "-X DELETE", loses=f"what {TOKEN} opens")
    secret = secret.but(bindings=(("T", TOKEN),))
    request = requests.ask(secret, requests.binding(secret), directory=str(home / "shop"), agent="claude-code")
    assert request is not None
    (path,) = folder.iterdir()
    assert TOKEN not in path.read_text() and TOKEN[4:] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    found = requests.find(request.id)
    assert found == request
    assert (found.directory, found.agent) == ("~/shop", "claude-code")
    start, end = found.verdict.findings[0].span
    assert found.verdict.text[start:end] == "-X DELETE"


@pytest.mark.parametrize("action", [REFUSE, PASS])
def test_only_a_confirm_can_be_asked(action: str, bound: str) -> None:
    assert requests.ask(DROP.but(action=action), bound) is None


def test_deny_after_approve_takes_the_yes_back(bound: str) -> None:
    request = asked(bound)
    requests.approve(request.id)
    requests.deny(request.id, "not today")
    assert requests.take(bound) is False
    again = asked(bound)
    assert (again.id, again.state, again.word) == (request.id, requests.DENIED, "not today")
    with pytest.raises(requests.NotOpen, match="denied"):
        requests.approve(request.id)


def test_a_no_counts_even_if_the_yes_is_still_there(bound: str, folder: Path) -> None:
    request = asked(bound)
    requests.approve(request.id)
    yes = (folder / f"{request.id}.yes").read_text()
    requests.deny(request.id)
    places.create_private(str(folder / f"{request.id}.yes"), yes)
    assert requests.take(bound) is False


def test_a_no_after_it_ran_says_so(bound: str) -> None:
    request = asked(bound)
    requests.approve(request.id)
    assert requests.take(bound)
    with pytest.raises(requests.NotOpen, match="has run"):
        requests.deny(request.id)


def test_approving_twice_is_one_yes(bound: str) -> None:
    request = asked(bound)
    requests.approve(request.id)
    with pytest.raises(requests.NotOpen, match="approved"):
        requests.approve(request.id)
    assert requests.take(bound)
    with pytest.raises(requests.NotOpen, match="used"):
        requests.approve(request.id)
    assert not requests.take(bound)


def test_a_request_expires(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(bound)
    later(monkeypatch, requests.LIFE + 1)
    with pytest.raises(requests.NotOpen, match="expired"):
        requests.approve(request.id)
    assert requests.waiting() == []
    assert asked(bound).id != request.id


def test_a_yes_expires(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.approve(asked(bound).id)
    later(monkeypatch, requests.LIFE + 1)
    assert requests.take(bound) is False


def test_a_yes_does_not_outlive_the_machines_run(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.approve(asked(bound).id)
    later(monkeypatch, 1, boot="another")
    assert requests.take(bound) is False
    assert requests.waiting() == []


def test_setting_the_wall_clock_back_revives_nothing(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.approve(asked(bound).id)
    later(monkeypatch, requests.LIFE + 1)
    past = time.time() - 86_400
    monkeypatch.setattr(time, "time", lambda: past)
    assert requests.take(bound) is False
    assert requests.waiting() == []


def test_without_a_clock_there_is_no_yes(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(bound)
    requests.approve(request.id)

    def broken() -> Moment:
        raise OSError("no clock")

    monkeypatch.setattr(clock, "now", broken)
    assert requests.take(bound) is False
    assert requests.ask(DROP, bound) is None
    with pytest.raises(requests.NotOpen):
        requests.approve(request.id)


# ---- hook and shell are one execution


def test_what_a_hook_let_through_runs_once_in_the_shell(bound: str) -> None:
    requests.approve(asked(bound).id)
    assert requests.take(bound, layer="hook") is True
    assert requests.take(bound, layer="hook") is False
    assert requests.take(bound) is True
    assert requests.take(bound) is False


def test_the_shell_must_follow_soon(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.approve(asked(bound).id)
    assert requests.take(bound, layer="hook")
    later(monkeypatch, requests.HANDED + 1)
    assert requests.take(bound) is False


def test_a_no_stops_the_shell_behind_the_hook_too(bound: str, folder: Path) -> None:
    request = asked(bound)
    requests.approve(request.id)
    assert requests.take(bound, layer="hook")
    handed = (folder / f"{request.id}.hook").read_text()
    (folder / f"{request.id}.no").write_text("{}")
    assert requests.take(bound) is False
    assert "binding" in handed


# ---- broken, forged and unwritable


def test_ids_that_are_none() -> None:
    for name in ("", "../x", "7QK", "7QK22", "7QK0", "7QK2.yes", "\u0667QK2", "7QK2\n8"):
        assert requests.find(name) is None
        with pytest.raises(requests.NotOpen, match="there is no request"):
            requests.approve(name)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"binding": 1}',
        '{"binding":"%s"}',
        "[" * 50_000,
        '{"binding":"%s","boot":"x","seconds":"y"}',
    ],
)
def test_a_broken_yes_is_no_yes(content: str, bound: str, folder: Path) -> None:
    request = asked(bound)
    places.create_private(str(folder / f"{request.id}.yes"), content.replace("%s", bound))
    assert requests.take(bound) is False


def test_a_yes_that_others_may_read_or_write_is_no_yes(bound: str, folder: Path) -> None:
    request = asked(bound)
    requests.approve(request.id)
    (folder / f"{request.id}.yes").chmod(0o666)
    assert requests.take(bound) is False


def test_a_linked_yes_is_no_yes(bound: str, folder: Path, tmp_path: Path) -> None:
    request = asked(bound)
    requests.approve(request.id)
    (folder / f"{request.id}.yes").rename(tmp_path / "elsewhere")
    (folder / f"{request.id}.yes").symlink_to(tmp_path / "elsewhere")
    assert requests.take(bound) is False


def test_a_yes_from_the_future_is_no_yes(bound: str, folder: Path) -> None:
    request = asked(bound)
    moment = clock.now()
    yes = {"binding": bound, "boot": moment.boot, "seconds": moment.seconds + 10_000}
    places.create_private(str(folder / f"{request.id}.yes"), json.dumps(yes))
    assert requests.take(bound) is False


@pytest.mark.parametrize("change", [{"verdict": {}}, {"id": "2222"}, {"seconds": "soon"}, {"binding": 7}])
def test_a_broken_request_is_none(change: dict[str, object], bound: str, folder: Path) -> None:
    request = asked(bound)
    path = folder / f"{request.id}.asked"
    written = json.loads(path.read_text())
    path.write_text(json.dumps({**written, **change}))
    assert requests.find(request.id) is None
    path.write_text(path.read_text()[:40])
    assert requests.find(request.id) is None


def test_a_request_with_wrong_types_inside_is_none(bound: str, folder: Path) -> None:
    request = asked(bound)
    path = folder / f"{request.id}.asked"
    written = json.loads(path.read_text())
    written["verdict"]["findings"][0]["loses"] = 5
    path.write_text(json.dumps(written))
    assert requests.find(request.id) is None


def test_a_folder_that_others_may_write_holds_no_yes(bound: str, folder: Path) -> None:
    requests.approve(asked(bound).id)
    folder.chmod(0o777)
    assert requests.take(bound) is False
    assert requests.ask(DROP, bound) is None


def test_no_place_to_keep_it_means_no_request(home: Path, bound: str) -> None:
    (home / ".local").write_text("in the way")
    assert requests.ask(DROP, bound) is None
    assert requests.take(bound) is False


def test_a_flood_opens_no_more_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST", 3)
    opened = [requests.ask(DROP, f"{n}") for n in range(5)]
    assert [request is not None for request in opened] == [True, True, True, False, False]


def test_old_requests_are_cleared_away(bound: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(bound)
    requests.approve(request.id)
    assert requests.take(bound)
    later(monkeypatch, requests.KEPT + 1)
    asked("another")
    assert len(list(folder.iterdir())) == 1


def test_of_many_processes_that_take_one_yes_exactly_one_wins(bound: str, home: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(TOP)!r})\n"
        f"import guardsh.places; guardsh.places.home = lambda: {str(home)!r}\n"
        "from guardsh.confirm import requests\n"
        "sys.stdout.write('ready\\n'); sys.stdout.flush(); sys.stdin.readline()\n"
        f"sys.stdout.write(str(requests.take({bound!r})))\n"
    )
    for _round in range(3):
        requests.approve(asked(bound).id)
        racers = [
            subprocess.Popen([sys.executable, "-I", "-c", program], stdin=-1, stdout=-1, text=True) for _n in range(6)
        ]
        for racer in racers:
            assert racer.stdout and racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("go\n")
            racer.stdin.flush()
        said = [racer.communicate()[0] for racer in racers]
        assert sorted(said) == ["False"] * 5 + ["True"]


def test_a_taker_that_dies_in_between_leaves_no_second_yes(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests.approve(asked(bound).id)
    real = os.rename

    def dies(old: str, new: str) -> None:
        real(old, new)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", dies)
    with pytest.raises(KeyboardInterrupt):
        requests.take(bound)
    monkeypatch.setattr(os, "rename", real)
    assert requests.take(bound) is False
