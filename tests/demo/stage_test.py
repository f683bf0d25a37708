"""The throw-away directory of the demo, and what commands in it get to see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardsh.demo.stage import Stage


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Stage("http://127.0.0.1:9") as made:
        yield made


def test_it_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Stage("http://127.0.0.1:9") as stage:
        assert os.path.isfile(os.path.join(stage.project, "deploy.sh"))
        assert os.path.dirname(stage.directory) == os.path.realpath(tmp_path)
    assert os.listdir(tmp_path) == []


def test_it_is_gone_too_if_it_cant_be_furnished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_stage: Stage) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Stage, "_furnish", fails)
    with pytest.raises(OSError, match="no space left"), Stage("http://127.0.0.1:9"):
        pass
    assert os.listdir(tmp_path) == []


def test_commands_see_the_demos_home_and_nothing_of_the_users(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_USER", "1")
    monkeypatch.setenv("BASH_ENV", "/nonexistent")
    monkeypatch.setenv("GUARDSH_PROFILE", "strict")
    monkeypatch.setenv("no_proxy", "*")
    done = stage.run('echo "$HOME ${SECRET_OF_THE_USER-}${BASH_ENV-}${GUARDSH_PROFILE-}${no_proxy-}"; pwd')
    assert done.said == f"{stage.home} \n{stage.project}\n"
    assert done.status == 0


def test_its_log_and_requests_lie_in_its_home(stage: Stage) -> None:
    stage.run("true")
    assert os.path.isdir(os.path.join(stage.home, ".local", "state", "guardsh"))


def test_what_is_stopped_there_runs_in_observe_mode_only(stage: Stage) -> None:
    never = "if false; then rm -rf ~; fi; echo went on"
    assert stage.run(never).status == 126
    stage.observe(True)
    assert stage.run(never).said == "went on\n"
    stage.observe(False)
    assert stage.run(never).status == 126
