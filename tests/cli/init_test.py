from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from guardsh import places
from guardsh.cli import init, shims


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(places, "home", lambda: str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "bash-env"])
def test_the_code_is_that_shells(shell: str) -> None:
    done = CliRunner().invoke(init.command, [shell])
    assert done.exit_code == 0 and "--serve" in done.output or "--inside" in done.output
    program = shutil.which("zsh" if shell == "zsh" else "bash")
    if program is None:
        pytest.skip(f"there is no {shell} here")
    checked = subprocess.run(
        [program, "-n"], input=done.output, text=True, capture_output=True, check=False, timeout=20
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_bash_env_file_is_installed_and_named(home: Path) -> None:
    done = CliRunner().invoke(init.command, ["bash-env", "--install"])
    path = home / ".config/guardsh/bash-env.bash"
    assert done.output == f"export BASH_ENV={path}\n"
    assert "BASH_EXECUTION_STRING" in path.read_text() and path.stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(init.command, ["bash-env", "--install"]).output == done.output
    assert CliRunner().invoke(init.command, ["bash", "--install"]).exit_code == 1


def test_front_doors_are_made_and_removed(tmp_path: Path) -> None:
    folder = str(tmp_path / "shims")
    done = CliRunner().invoke(shims.command, [folder])
    assert done.exit_code == 0 and f"{folder}/bash\n{folder}/sh\n" in done.output
    assert os.access(f"{folder}/bash", os.X_OK)
    done = CliRunner().invoke(shims.command, [folder, "--remove"])
    assert done.exit_code == 0 and not os.path.exists(folder)
    assert "There are no front doors" in CliRunner().invoke(shims.command, [folder, "--remove"]).output
    done = CliRunner().invoke(shims.command, ["/usr/bin"])
    assert done.exit_code == 1 and "a directory of their own" in done.output
