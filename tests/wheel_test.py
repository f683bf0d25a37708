"""What the wheel carries: the packs, the licence, the console script, and nothing that only a checkout needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import TOP


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    (wheel,) = folder.glob("guardsh-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "guardsh = guardsh.__main__:main" in archive.read(entry).decode()
        return archive.namelist()


def test_every_pack_is_in_it(names: list[str]) -> None:
    packs = {path.name for path in (TOP / "rules").glob("*.toml")}
    assert packs and {f"guardsh/packs/{name}" for name in packs} <= set(names)


def test_every_module_is_in_it(names: list[str]) -> None:
    modules = {str(path.relative_to(TOP)) for path in (TOP / "guardsh").rglob("*.py")}
    assert modules <= set(names)


def test_the_licence_is_in_it(names: list[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_tests_and_scripts_stay_out(names: list[str]) -> None:
    outside = {Path(name).parts[0] for name in names}
    assert all(part == "guardsh" or part.endswith(".dist-info") for part in outside)


def test_the_sources_tell_where_the_packs_are_in_both() -> None:
    from guardsh.rules.loading import pack_directory

    assert any(Path(pack_directory()).glob("*.toml"))
