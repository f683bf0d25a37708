"""Finding, compiling and keeping packs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh.rules import loading
from guardsh.rules.loading import Keeper, compile_files, load, pack_files, read_pack
from guardsh.rules.schema import PackError

GOOD = '[pack]\nid = "{0}"\n[[rule]]\nid = "{0}.rm"\ncommand = "{0} rm"\nscore = {1}\nloses = "x"\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """guardsh's own packs are one small pack, `own`."""
    folder = tmp_path / "packs"
    folder.mkdir()
    write(folder / "own.toml", GOOD.format("own", 50))
    (folder / "README.md").write_text("no pack")
    monkeypatch.setattr(loading, "pack_directory", lambda: str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    return folder


def write(path: Path, text: str) -> str:
    """Write a pack; each time with another time of change."""
    count = write.__dict__["count"] = write.__dict__.get("count", 0) + 1
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(count * 10**9, count * 10**9))
    return str(path)


def score(rules: loading.Rules, program: str) -> int | None:
    found = rules.of_program(program)
    return found[0]["score"] if found else None


def test_our_own_packs_are_found_and_good() -> None:
    files = pack_files(["mine.toml"])
    assert files[-1] == "mine.toml"
    assert {"files.toml", "git.toml"} <= {os.path.basename(file) for file in files}
    rules = compile_files(pack_files())
    assert rules.problems == rules.warnings == rules.said == ()
    assert rules.program("rm") is not None
    for file in pack_files():
        assert read_pack(file)["pack"]["id"] == Path(file).stem


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[pack", "isn't valid TOML"),
        (b"\xff\xfe", "isn't UTF-8"),
        (b"x = " + b"[" * 5000, "is"),
        (b'[pack]\nid = "x"\nflavour = 1\n', "unknown key 'flavour'"),
        (b"", "the table [pack] with an id is missing"),
        (b"pack = 3", "pack must be a table"),
        (b'rule = ["x"]\n[pack]\nid = "x"', "rule must be a list of tables"),
    ],
)
def test_a_file_that_is_no_pack_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(PackError) as caught:
        read_pack(str(file))
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="can't be read: No such file"):
        read_pack(str(tmp_path / "none.toml"))
    with pytest.raises(PackError, match="can't be read"):
        read_pack(str(tmp_path))


def test_broken_packs_are_left_out_and_said(own: Path, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.toml", "[[[")
    rules = compile_files([*pack_files(), broken])
    assert score(rules, "own") == 50
    assert [problem.file for problem in rules.problems] == [broken]
    assert rules.said == (rules.problems[0].message,)


def test_an_id_belongs_to_one_pack(own: Path, tmp_path: Path) -> None:
    twin = write(tmp_path / "twin.toml", GOOD.format("own", 10))
    rules = compile_files([*pack_files(), twin])
    assert "rule own.rm: the id is used in" in rules.problems[0].message
    assert len(rules.of_program("own")) == 1


# ---------------------------------------------------------------- the compiled file


def test_rules_from_the_compiled_file_are_the_same(cache: Path) -> None:
    made = load(cache=str(cache))
    kept = load(cache=str(cache))
    assert kept is not made
    assert sorted(kept.keys()) == sorted(made.keys())
    for key in made.keys():  # noqa: SIM118 - a method of Rules
        assert kept.records(key) == made.records(key)
    assert kept.records("rule nobody") == []


def test_a_compiled_file_is_used_while_its_packs_are_as_they_were(
    own: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(cache=str(cache))
    monkeypatch.setattr(loading, "compile_files", lambda *_: pytest.fail("compiled again"))
    assert score(load(cache=str(cache)), "own") == 50


def test_a_changed_pack_is_compiled_again(own: Path, cache: Path) -> None:
    load(cache=str(cache))
    write(own / "own.toml", GOOD.format("own", 60))
    assert score(load(cache=str(cache)), "own") == 60
    write(own / "more.toml", GOOD.format("more", 30))
    assert score(load(cache=str(cache)), "more") == 30
    (own / "more.toml").unlink()
    assert score(load(cache=str(cache)), "more") is None


def test_another_format_is_compiled_again(own: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(cache=str(cache))
    monkeypatch.setattr(loading, "FORMAT", loading.FORMAT + 1)
    called: list[object] = []
    monkeypatch.setattr(loading, "compile_files", lambda *a: called.append(a) or compile_files(*a))
    load(cache=str(cache))
    assert called


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_compiled_file_that_others_may_write_is_not_used(own: Path, cache: Path, mode: int) -> None:
    load(cache=str(cache))
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes().replace(b"own.rm", b"own.xx"))
    assert load(cache=str(cache)).of_program("own")[0]["id"] == "own.xx"  # one's own file is believed
    file.chmod(mode)
    assert load(cache=str(cache)).of_program("own")[0]["id"] == "own.rm"


def test_a_link_in_place_of_the_compiled_file_is_not_followed(own: Path, cache: Path, tmp_path: Path) -> None:
    load(cache=str(cache))
    (file,) = cache.iterdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(file.read_bytes().replace(b"own.rm", b"own.xx"))
    elsewhere.chmod(0o600)
    file.unlink()
    file.symlink_to(elsewhere)
    assert load(cache=str(cache)).of_program("own")[0]["id"] == "own.rm"


@pytest.mark.parametrize("keep", [0, 5, 14, 30, -1])
def test_a_damaged_compiled_file_is_made_again(own: Path, cache: Path, keep: int) -> None:
    load(cache=str(cache))
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:keep] if keep >= 0 else b"guardsh-packs\n" + b"\xff" * 200)
    assert score(load(cache=str(cache)), "own") == 50
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_harm(own: Path, cache: Path) -> None:
    (cache / "packs.bin").mkdir()
    assert score(load(cache=str(cache)), "own") == 50
    assert score(load(cache=str(cache / "none")), "own") == 50
    assert [entry.name for entry in cache.iterdir()] == ["packs.bin"]


def test_each_set_of_packs_has_its_own_compiled_file(own: Path, cache: Path, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.toml", GOOD.format("mine", 30))
    load(cache=str(cache))
    load([mine], str(cache))
    assert len(list(cache.iterdir())) == 2
    assert score(load([mine], str(cache)), "mine") == 30
    assert score(load(cache=str(cache)), "mine") is None


# ---------------------------------------------------------------- when packs break


class Notes(Keeper):
    """Remembers packs in memory."""

    def __init__(self) -> None:
        self.packs: dict[str, loading.Table] = {}

    def keep(self, file: str, pack: loading.Table) -> None:
        self.packs[file] = pack

    def last_good(self, file: str) -> loading.Table | None:
        return self.packs.get(file)


def test_the_last_good_version_of_a_pack_stays_in_force(own: Path, cache: Path, tmp_path: Path) -> None:
    mine, notes = write(tmp_path / "mine.toml", GOOD.format("mine", 30)), Notes()
    load([mine], str(cache), notes)
    write(own / "own.toml", GOOD.format("own", 55))
    write(Path(mine), "[[[")
    for _ in range(2):  # compiled, then from the compiled file
        rules = load([mine], str(cache), notes)
        assert rules.problems == ()
        assert (score(rules, "mine"), score(rules, "own")) == (30, 55)
        assert "its last good version stays in force" in rules.said[0]
    write(Path(mine), GOOD.format("mine", 45))
    rules = load([mine], str(cache), notes)
    assert (score(rules, "mine"), rules.said) == (45, ())


def test_a_remembered_pack_that_is_no_longer_valid_is_not_used(own: Path, tmp_path: Path) -> None:
    mine, notes = write(tmp_path / "mine.toml", "[[["), Notes()
    notes.packs[mine] = {"pack": {"id": "mine"}, "gone": 1}
    assert compile_files([mine], notes).problems
    notes.packs[mine] = read_pack(str(own / "own.toml"))
    assert compile_files([*pack_files(), mine], notes).problems


def test_all_packs_stay_as_compiled_last_where_nothing_is_remembered_of_one(own: Path, cache: Path) -> None:
    load(cache=str(cache))
    write(own / "own.toml", "[[[")
    rules = load(cache=str(cache))
    assert rules.problems == ()
    assert score(rules, "own") == 50
    assert "the last good version of all packs stays in force" in rules.said[0]


def test_without_any_good_version_there_is_a_problem(own: Path, cache: Path, tmp_path: Path) -> None:
    load(cache=str(cache))
    fresh = write(tmp_path / "fresh.toml", "[[[")
    assert load([fresh], str(cache)).problems
    write(own / "own.toml", "[[[")
    assert load().problems
