"""What saving costs: 10,000 files of 1 GB in all, copied, linked and cloned; then brought back.

    python benchmarks/undo.py [DIRECTORY…]     directories on the file systems to measure, by default a temporary one
    python benchmarks/undo.py --corpus         how many of agents' commands need a question with saving, and without

Each is measured in a throw-away home and project below the directory; what is deleted there, is deleted by this script.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from support import TOP, records

from guardsh import places
from guardsh.facts.world import World
from guardsh.undo import keep, restore, store
from guardsh.undo.keep import About
from guardsh.undo.plan import Plan, Root, plan
from guardsh.undo.store import Limits
from guardsh.verdict import Loss, Verdict

assert TOP
FILES, SIZE = 10_000, 100_000
LIMITS = Limits(1 << 40, 1 << 40, 30, 1 << 20, 600.0)
TIMES = 3


def main() -> None:
    """Prints a block of lines for each directory, or the corpus's figures."""
    if sys.argv[1:] == ["--corpus"]:
        corpus()
        return
    for directory in sys.argv[1:] or [tempfile.gettempdir()]:
        with tempfile.TemporaryDirectory(prefix="guardsh-benchmark-", dir=directory) as folder:
            measure(Path(folder).resolve())


def corpus() -> None:
    """Agents' commands with all they name made to exist as a person's, in no commit: stopped without and with saving.

    What a plan names without a hole counts as saved; nothing is there to be copied.
    """
    from guardsh.config import Settings
    from guardsh.judge import judge
    from guardsh.rules.loading import compile_files, pack_files
    from guardsh.verdict import PASS
    from tests.support_worlds import PERSONS, StateWorld, starts_in

    rules, settings = compile_files(pack_files()), Settings()
    commands, without, left = 0, 0, []
    for record in records("agent-commands.jsonl"):
        commands += 1
        world = StateWorld(PERSONS, starts_in(record))
        verdict = judge(record["command"], world, rules, settings)
        if verdict.action == PASS:
            continue
        without += 1
        wanted = plan(verdict, world)
        world.saved = "saved" if wanted.roots and not wanted.holes else ""
        if not world.saved or judge(record["command"], world, rules, settings).action != PASS:
            left.append((verdict.findings[0].rule, wanted.holes[:1], record["command"]))
    if not commands:
        print("corpus: no corpus here")
        return
    print(f"a person's untracked files, {commands:,} commands: {without} stopped without saving, {len(left)} with it")
    for rule, holes, text in left:
        print(f"  {rule:28} {holes[0][:50] if holes else '':50} {text[:70]!r}")


def measure(folder: Path) -> None:
    """Saves, deletes and brings back a tree in a home below the folder."""
    home = folder / "home"
    tree = home / "project" / "data"
    tree.mkdir(parents=True)
    home.chmod(0o700)
    places.home = lambda: str(home)
    fill(tree)
    print(f"{FILES:,} files, {FILES * SIZE / 1e9:.1f} GB on {kind_of(folder)}:")
    plain = [
        timed(lambda: shutil.copytree(tree, folder / "copy", symlinks=True), lambda: shutil.rmtree(folder / "copy"))
    ]
    print(f"  cp -a in Python, for comparison    {plain[0]:6.2f} s")
    for word, unlinks, fresh in (
        ("copied or cloned", False, True),
        ("shared with the save before", False, False),
        ("linked", True, True),
    ):
        times, saved = [], None
        for _ in range(TIMES):
            if fresh:
                forget_all()
            begun = time.perf_counter()
            saved = keep.save(
                Plan((Root(str(tree)),), unlinks=unlinks), LIMITS, About("rm -r data", str(home), "yes"), whole=True
            )
            times.append(time.perf_counter() - begun)
        assert saved is not None
        print(
            f"  saved: {word:27} {statistics.median(times):6.2f} s   ({', '.join(f'{one:.2f}' for one in times)}; {ways(saved)})"
        )
        shutil.rmtree(tree)
        begun = time.perf_counter()
        done = restore.undo(saved, LIMITS)
        print(f"  brought back, {len(done.back):,} entries        {time.perf_counter() - begun:6.2f} s")
        assert not done.problems and not done.left, done
    forget_all()
    clean(home / "clean")


def clean(project: Path) -> None:
    """What is added to a command whose losses are clean in git, or aren't there."""
    import subprocess

    (project / "src").mkdir(parents=True)

    def run(*words: str) -> None:
        subprocess.run(["git", "-C", str(project), "-c", "user.name=u", "-c", "user.email=u", *words], check=True)

    run("init", "-q")
    for number in range(500):
        (project / "src" / f"{number}.py").write_text(f"{number}\n")
    run("add", "-A")
    run("commit", "-q", "-m", "x")
    for name, kind in (("src/7.py", "edit"), ("missing", "overwrite"), ("/dev/null", "overwrite"), ("src", "delete")):
        loss = Loss(kind, (0, 1), str(project), name, recursive=kind == "delete", score=0)
        times = []
        for _ in range(5):
            world = World(str(project), str(project.parent), {}, "u", known_home=str(project.parent))
            begun = time.perf_counter()
            assert not plan(Verdict("pass", 0, losses=(loss,)), world).roots
            times.append(time.perf_counter() - begun)
        print(f"  nothing to save: {kind} {name:10}  {1000 * statistics.median(times):6.2f} ms")


def fill(tree: Path) -> None:
    """A hundred directories with a hundred files each, none like another."""
    for number in range(FILES):
        folder = tree / f"{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}").write_bytes(os.urandom(SIZE))
    os.sync()


def timed(act: object, after: object) -> float:
    """Seconds that an act takes."""
    begun = time.perf_counter()
    act()  # type: ignore[operator]
    seconds = time.perf_counter() - begun
    after()  # type: ignore[operator]
    return seconds


def ways(saved: store.Save) -> str:
    """How the contents are kept."""
    _, entries, _ = saved.read()
    files = [entry for entry in entries if entry.kind == "file"]
    linked = sum(entry.place[0].startswith("link-") for entry in files)
    cloned = sum(not entry.place[2] for entry in files) - linked
    return f"{linked:,} linked, {cloned:,} cloned, {len(files) - linked - cloned:,} copied"


def kind_of(folder: Path) -> str:
    """The file system that a directory is on."""
    best = ("", "?")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if f"{folder}/".startswith(place.rstrip("/") + "/") and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1]


def forget_all() -> None:
    """Lets go of every save."""
    for save in store.saves():
        store.forget(save)


if __name__ == "__main__":
    main()
