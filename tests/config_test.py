from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from guardsh import config, config_file, places
from guardsh.config import Override, Settings
from tests.support import TOP


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the password database, empty, mode 0700."""
    found = tmp_path / "home"
    found.mkdir(mode=0o700)
    monkeypatch.setattr(places, "home", lambda: str(found))
    return found


@pytest.fixture
def work(tmp_path: Path) -> Path:
    found = tmp_path / "work"
    found.mkdir()
    return found


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


def user(home: Path, text: str) -> Path:
    return write(home / ".config" / "guardsh" / "config.toml", text)


def load(work: Path, system: Path | None = None, **environment: str) -> Settings:
    return config.load(str(work), environment, str(system or work / "no-system.toml"))


def test_without_files_the_standard_profile(home: Path, work: Path) -> None:
    assert load(work) == Settings()
    assert Settings().confirm_from == 40
    assert Settings().refuse_from == 90
    assert not (home / ".local").exists(), "nothing is made where nothing is configured"


def test_without_files_no_parser_is_imported(home: Path, work: Path) -> None:
    for name in ("tomllib", "tomli"):
        sys.modules.pop(name, None)
    load(work)
    assert "tomllib" not in sys.modules and "tomli" not in sys.modules


def test_user_file(home: Path, work: Path) -> None:
    user(
        home,
        """
mode = "observe"
confirm_from = 50
refuse_from = 95
bash = "/opt/bash"
packs = ["~/own.toml", "beside.toml", "/etc/packs"]
on_request = ["ntfy", "publish"]
[confirm]
terminal = "unlocked"
[audit]
required = true
[undo]
enabled = false
max_bytes = 1
max_age_days = 2
max_files = 3
max_seconds = 4
[pack.kubernetes]
refuse_from = 80
[rules.disable]
"npm.publish" = "published from here daily"
[rules.score]
"git.push-force" = { score = 30, reason = "own forks" }
""",
    )
    found = load(work)
    assert found.problems == ()
    assert found.mode == "observe"
    assert (found.confirm_from, found.refuse_from) == (50, 95)
    assert found.shell("bash") == "/opt/bash"
    assert found.shell("zsh") == ""
    assert found.packs == (str(home / "own.toml"), str(home / ".config/guardsh/beside.toml"), "/etc/packs")
    assert found.on_request == ("ntfy", "publish")
    assert found.terminal == "unlocked"
    assert found.audit_required
    assert (found.undo, found.undo_bytes, found.undo_days, found.undo_files, found.undo_seconds) == (False, 1, 2, 3, 4)
    assert found.refuses_from("kubernetes") == 80
    assert found.refuses_from("git") == 95
    assert found.disabled == (("npm.publish", "published from here daily"),)
    assert found.scores == (Override("git.push-force", 30, "own forks"),)


@pytest.mark.parametrize(
    "profile, confirm_from, waits, throwaway",
    [("relaxed", 60, True, 0), ("standard", 40, True, 0), ("strict", 20, True, 0), ("unattended", 40, False, 40)],
)
def test_profiles(home: Path, work: Path, profile: str, confirm_from: int, waits: bool, throwaway: int) -> None:
    user(home, f'profile = "{profile}"')
    found = load(work)
    assert (found.profile, found.confirm_from, found.waits, found.throwaway) == (
        profile,
        confirm_from,
        waits,
        throwaway,
    )


def test_the_user_overrides_the_system(home: Path, work: Path) -> None:
    system = write(work / "etc" / "config.toml", "confirm_from = 30\nrefuse_from = 85")
    system.parent.chmod(0o700)
    user(home, "confirm_from = 55")
    found = load(work, system)
    assert (found.confirm_from, found.refuse_from) == (55, 85)
    origins = dict(found.origins)
    assert origins["confirm_from"].endswith(".config/guardsh/config.toml")
    assert origins["refuse_from"] == str(system)


LOOSE = [
    ('mode = "observe"', "mode", "enforce"),
    ("confirm_from = 80", "confirm_from", 40),
    ("refuse_from = 99", "refuse_from", 90),
    ('profile = "relaxed"', "confirm_from", 40),
    ('profile = "unattended"', "throwaway", 0),
    ('bash = "/tmp/evil"', "shells", ()),
    ('packs = ["weak.toml"]', "packs", ()),
    ('on_request = ["/tmp/evil"]', "on_request", ()),
    ("[pack.git]\nrefuse_from = 99", "pack_refuse_from", ()),
    ("[undo]\nenabled = false", "undo", True),
    ("[undo]\nmax_bytes = 1", "undo_bytes", 5_000_000_000),
    ("[undo]\nmax_seconds = 600", "undo_seconds", 5),
    ('[rules.disable]\n"git.push-force" = "annoying"', "disabled", ()),
]


@pytest.mark.parametrize("text, field, value", LOOSE)
def test_a_project_file_cannot_loosen(home: Path, work: Path, text: str, field: str, value: object) -> None:
    write(work / ".guardsh.toml", text)
    found = load(work)
    assert getattr(found, field) == value
    assert found.notes and not found.problems


@pytest.mark.parametrize("text, field, value", LOOSE)
def test_a_configuration_below_another_home_cannot_loosen(
    home: Path, work: Path, text: str, field: str, value: object
) -> None:
    write(work / "other" / ".config" / "guardsh" / "config.toml", text)
    write(work / "xdg" / "guardsh" / "config.toml", text)
    found = load(work, HOME=str(work / "other"), XDG_CONFIG_HOME=str(work / "xdg"))
    assert getattr(found, field) == value


TIGHT: list[tuple[str, str, Any]] = [
    ("confirm_from = 20", "confirm_from", 20),
    ("refuse_from = 70", "refuse_from", 70),
    ('profile = "strict"', "confirm_from", 20),
    ('profile = "unattended"', "waits", False),
    ("[audit]\nrequired = true", "audit_required", True),
    ('[confirm]\nterminal = "unlocked"', "terminal", "unlocked"),
    ("[pack.git]\nrefuse_from = 60", "pack_refuse_from", (("git", 60),)),
    (
        '[rules.score]\n"git.push" = { score = 50, reason = "deploys" }',
        "scores",
        (Override("git.push", 50, "deploys", raises=True),),
    ),
]


@pytest.mark.parametrize("text, field, value", TIGHT)
def test_a_project_file_can_tighten(home: Path, work: Path, text: str, field: str, value: object) -> None:
    write(work / ".guardsh.toml", text)
    below = work / "a" / "b"
    below.mkdir(parents=True)
    assert getattr(load(below), field) == value


@pytest.mark.parametrize("text, field, value", TIGHT)
def test_another_home_can_tighten(home: Path, work: Path, text: str, field: str, value: object) -> None:
    write(work / "other" / ".config" / "guardsh" / "config.toml", text)
    assert getattr(load(work, HOME=str(work / "other")), field) == value


@pytest.mark.parametrize(
    "text, field, value",
    [
        ("[audit]\nrequired = false", "audit_required", True),
        ('[confirm]\nterminal = "inline"', "terminal", "unlocked"),
        ('mode = "observe"', "mode", "enforce"),
    ],
)
def test_a_project_file_cannot_take_back(home: Path, work: Path, text: str, field: str, value: object) -> None:
    user(home, '[audit]\nrequired = true\n[confirm]\nterminal = "unlocked"')
    write(work / ".guardsh.toml", text)
    assert getattr(load(work), field) == value


def test_a_nearer_project_file_hides_no_stricter_one(home: Path, work: Path) -> None:
    write(work / ".guardsh.toml", 'confirm_from = 25\n[rules.score]\n"a.b" = { score = 80, reason = "x" }')
    write(work / "in" / ".guardsh.toml", 'confirm_from = 35\n[rules.score]\n"a.b" = { score = 10, reason = "y" }')
    found = load(work / "in")
    assert found.confirm_from == 25
    assert found.scores == (Override("a.b", 80, "x", raises=True),)


def test_a_project_file_raises_what_the_user_set(home: Path, work: Path) -> None:
    user(home, '[rules.score]\n"a.b" = { score = 30, reason = "mine" }\n"c.d" = { score = 50, reason = "mine" }')
    write(
        work / ".guardsh.toml",
        '[rules.score]\n"a.b" = { score = 45, reason = "x" }\n"c.d" = { score = 45, reason = "x" }',
    )
    assert load(work).scores == (Override("a.b", 45, "x"), Override("c.d", 50, "mine"))


def test_trust_is_for_one_content(home: Path, work: Path) -> None:
    path = write(work / ".guardsh.toml", 'confirm_from = 80\n[rules.disable]\n"git.push-force" = "forks"')
    config_file.trust(str(path))
    found = load(work)
    assert found.confirm_from == 80
    assert found.disabled == (("git.push-force", "forks"),)
    path.write_text(path.read_text() + "# changed\n")
    assert load(work).confirm_from == 40
    assert load(work).disabled == ()


def test_trust_can_be_taken_back_and_is_for_one_path(home: Path, work: Path) -> None:
    path = write(work / ".guardsh.toml", "confirm_from = 80")
    config_file.trust(str(path))
    write(work / "in" / ".guardsh.toml", "confirm_from = 80")
    path.rename(work / "elsewhere.toml")
    assert load(work / "in").confirm_from == 40
    (work / "elsewhere.toml").rename(path)
    assert config_file.distrust(str(path))
    assert not config_file.distrust(str(path))
    assert load(work).confirm_from == 40


@pytest.mark.parametrize("text", ['bash = "/tmp/evil"', 'on_request = ["/tmp/evil"]'])
def test_even_a_trusted_project_chooses_no_program(home: Path, work: Path, text: str) -> None:
    path = write(work / ".guardsh.toml", text)
    config_file.trust(str(path))
    assert load(work).shells == ()
    assert load(work).on_request == ()


@pytest.mark.parametrize(
    "name, value, field, expected",
    [
        ("GUARDSH_MODE", "observe", "mode", "enforce"),
        ("GUARDSH_CONFIRM_FROM", "90", "confirm_from", 40),
        ("GUARDSH_CONFIRM_FROM", "10", "confirm_from", 10),
        ("GUARDSH_REFUSE_FROM", "50", "refuse_from", 50),
        ("GUARDSH_PROFILE", "relaxed", "confirm_from", 40),
        ("GUARDSH_PROFILE", "strict", "confirm_from", 20),
        ("GUARDSH_PROFILE", "unattended", "waits", False),
        ("GUARDSH_AUDIT_REQUIRED", "1", "audit_required", True),
        ("GUARDSH_CONFIRM_TERMINAL", "unlocked", "terminal", "unlocked"),
    ],
)
def test_the_environment_only_tightens(
    home: Path, work: Path, name: str, value: str, field: str, expected: object
) -> None:
    found = load(work, **{name: value})
    assert getattr(found, field) == expected
    assert not found.broken


def test_the_environment_turns_observing_off(home: Path, work: Path) -> None:
    user(home, 'mode = "observe"')
    assert load(work, GUARDSH_MODE="enforce").mode == "enforce"
    assert load(work, GUARDSH_AUDIT_REQUIRED="0").audit_required is False


@pytest.mark.parametrize("name, value", [("GUARDSH_PROFILE", "strcit"), ("GUARDSH_CONFIRM_FROM", "low")])
def test_a_variable_that_cannot_be_understood_confirms_everything(
    home: Path, work: Path, name: str, value: str
) -> None:
    found = load(work, **{name: value})
    assert found.broken and found.confirm_from == 0
    assert name in found.problems[0]


BAD = [
    ("confrim_from = 3", 'unknown key "confrim_from"; did you mean "confirm_from"?'),
    ("[audit]\nrequierd = true", 'unknown key "audit.requierd"; did you mean "audit.required"?'),
    ("[pack.git]\nrefuse_form = 3", 'unknown key "pack.git.refuse_form"; did you mean "refuse_from"?'),
    ("zzzz = 1", 'unknown key "zzzz"'),
    ('mode = "watch"', "mode is one of enforce, observe, not 'watch'"),
    ("confirm_from = 101", "confirm_from is a whole number from 0 to 100, not 101"),
    ("confirm_from = true", "confirm_from is a whole number from 0 to 100, not True"),
    ('bash = "bash"', "bash is an absolute path, not 'bash'"),
    ("packs = [1]", "packs is a list of texts, not [1]"),
    ('[rules.disable]\n"a.b" = ""', "rules.disable.a.b is a text that says why, not ''"),
    ('[rules.score]\n"a.b" = { score = 3 }', "rules.score.a.b needs score and reason"),
    ("audit = 3", "audit is a table, not 3"),
    ("[undo]\nmax_files = 0", "undo.max_files is a whole number from 1, not 0"),
    ("[undo]\nenabled = 1", "undo.enabled is true or false, not 1"),
    ("confirm_from = 90\nrefuse_from = 20", "confirm_from 90 is above refuse_from 20"),
    ("mode = ", "Invalid value"),
    ("day = 2020-01-01", 'unknown key "day"'),
]


@pytest.mark.parametrize("text, message", BAD)
def test_a_broken_file_without_a_good_version_confirms_everything(
    home: Path, work: Path, text: str, message: str
) -> None:
    path = user(home, text)
    found = load(work)
    assert found.broken and found.confirm_from == 0 and found.mode == "enforce"
    assert found.problems[0].startswith(f"{path}: ") and message in found.problems[0]


def test_a_broken_file_leaves_its_last_good_version_in_force(home: Path, work: Path) -> None:
    path = user(home, 'confirm_from = 30\nmode = "observe"')
    load(work)
    path.write_text('confirm_from = "thirty"')
    found = load(work)
    assert (found.confirm_from, found.mode, found.broken) == (30, "observe", False)
    assert "last good version stays in force" in found.problems[0]


def test_a_last_good_version_that_others_can_write_is_none(home: Path, work: Path) -> None:
    path = user(home, "confirm_from = 30")
    load(work)
    (kept,) = (home / ".local" / "state" / "guardsh" / "config").iterdir()
    kept.chmod(0o666)
    path.write_text("broken")
    assert load(work).broken


def test_a_damaged_last_good_version_is_none(home: Path, work: Path) -> None:
    path = user(home, "confirm_from = 30")
    load(work)
    (kept,) = (home / ".local" / "state" / "guardsh" / "config").iterdir()
    kept.write_bytes(kept.read_bytes()[:20])
    path.write_text("broken")
    assert load(work).broken
    path.write_text("confirm_from = 35")
    assert load(work) == load(work)
    assert load(work).confirm_from == 35


def test_a_file_is_parsed_once(home: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user(home, "confirm_from = 30")
    first = load(work)
    monkeypatch.setattr(config_file, "_parsed", lambda path, content: pytest.fail("parsed again"))
    assert load(work) == first


@pytest.mark.parametrize("mode", [0o666, 0o622, 0o646])
def test_a_file_that_others_may_write_is_refused(home: Path, work: Path, mode: int) -> None:
    user(home, 'mode = "observe"').chmod(mode)
    found = load(work)
    assert found.broken and found.mode == "enforce"
    assert "may be written by" in found.problems[0]


def test_a_directory_that_others_may_write_is_refused(home: Path, work: Path) -> None:
    user(home, 'mode = "observe"').parent.chmod(0o777)
    assert load(work).broken


def test_the_own_group_is_not_others(home: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user(home, 'mode = "observe"').chmod(0o664)
    monkeypatch.setattr(places, "own_group", lambda gid: True)
    assert load(work).mode == "observe"
    monkeypatch.setattr(places, "own_group", lambda gid: False)
    assert "may be written by its group" in load(work).problems[0]


def test_a_file_that_cannot_be_read_confirms_everything(home: Path, work: Path) -> None:
    (work / ".guardsh.toml").symlink_to(work / "nowhere")
    found = load(work)
    assert found.broken and found.confirm_from == 0


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_thing_that_is_no_plain_file_confirms_everything(home: Path, work: Path, make: Any) -> None:
    make(work / ".guardsh.toml")
    assert load(work).broken


def test_a_user_without_a_home_has_the_defaults(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise places.Unsafe("no home")

    monkeypatch.setattr(places, "home", nowhere)
    assert load(work) == Settings()
    write(work / ".guardsh.toml", "confirm_from = 20")
    assert load(work).confirm_from == 20


def test_the_examples_are_valid(home: Path, work: Path) -> None:
    user(home, (TOP / "examples" / "config.toml").read_text())
    write(work / ".guardsh.toml", (TOP / "examples" / "project.guardsh.toml").read_text())
    found = load(work)
    assert (found.problems, found.notes) == ((), ())
    assert found.confirm_from == 20
    assert found.audit_required
    assert found.refuses_from("kubernetes") == 80


def test_the_examples_name_what_exists() -> None:
    packs = [path.read_text() for path in (TOP / "rules").glob("*.toml")]
    ids = {line.split('"')[1] for text in packs for line in text.splitlines() if line.startswith(("id ", "id="))}
    for name in ("config.toml", "project.guardsh.toml"):
        table = config_file._parsed(name, (TOP / "examples" / name).read_bytes())
        rules = table["rules"]
        assert {*table["pack"], *rules.get("disable", {}), *rules.get("score", {})} <= ids
