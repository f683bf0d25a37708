"""Where paths are by their text."""

from __future__ import annotations

import time

import pytest

from guardsh.facts.paths import ZONES, build_strength, normal, zones
from guardsh.reading.model import ANY, HOLE, SET, STAR, TOKEN

PROJECT = "/home/u/project"


def shown(path: str, directory: str = PROJECT, project: str = PROJECT, **options: bool) -> str:
    found = zones(path, directory=directory, home="/home/u", project=project, **options)
    assert found <= ZONES
    return " ".join(sorted(fact[5:] for fact in found))


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("a", "/home/u/project/a"),
        ("./a/", "/home/u/project/a"),
        ("a//b/./c", "/home/u/project/a/b/c"),
        ("..", "/home/u"),
        ("../../../../../x", "/x"),
        ("a/../b", "/home/u/project/b"),
        ("/", "/"),
        ("//", "/"),
        ("/..", "/"),
        ("/usr/../etc/", "/etc"),
        ("/proc/self/cwd/x", "/home/u/project/x"),
        ("/proc/self/root/etc", "/etc"),
        ("/proc/1/root/home/u", "/home/u"),
        ("", ""),
        ("C:\\Users\\x", "c:/Users/x"),
        ("d:\\", "d:"),
        ("C:Usersjane", "c:/Usersjane"),  # a POSIX shell took its backslashes
        ("c:", "c:"),
        ("c:/a/../../b", "c:/b"),
        ("\\\\?\\C:\\data", "c:/data"),
        ("%USERPROFILE%\\x", "/home/u/x"),
        (f"{HOLE}/", f"{HOLE}/"),
        (f"{HOLE}/.", f"{HOLE}/"),
        (HOLE, HOLE),
        (f"{HOLE}/../x", f"{HOLE}/../x"),
        (f"{HOLE}/a/../x", f"{HOLE}/x"),
        (f"{STAR}/../x", "/home/u/project/x"),
        (f"{TOKEN}/..", "/home/u/project"),
    ],
)
def test_a_path_is_made_absolute(path: str, whole: str) -> None:
    assert normal(path, PROJECT, "/home/u") == whole


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("/", "above root"),
        (f"/{STAR}", "above root"),
        (f"/{STAR}/{STAR}", "above root"),
        ("/home/u/project/../../..", "above root"),
        ("C:\\", "root"),
        ("d:\\", "root"),
        ("/mnt/c", "root"),
        (f"/c/{STAR}", "root"),
        ("/home/u", "above home"),
        ("..", "above home"),
        (f"../{STAR}", "above home"),
        (f"/home/u/{STAR}", "above home"),
        (f"/home/u/.{STAR}", "above home"),
        ("/home", "above home system"),
        (f"/home/{STAR}", "above home system"),
        ("/home/other", "home"),
        ("/Users/x", "home"),
        ("/users/X/", "home"),
        ("/root", "home system"),
        ("/var/home/x", "home"),
        ("C:\\Users\\x", "home"),
        ("/mnt/c/Users/x", "home"),
        ("/c/Users/x", "home"),
        ("/home/u/Documents", "home-part"),
        (f"/home/u/Documents/{STAR}", "home-part"),
        (f"/home/{STAR}/Documents", "home-part"),
        ("/home/u/Documents/a", "outside"),
        ("../other", "home-part"),
        ("../other/src", "outside"),
        ("/etc", "system"),
        ("/etc/hosts", "system"),
        ("/usr", "system"),
        ("/opt", "system"),
        ("/opt/app/x", "outside"),
        ("/tmp", "system"),
        ("C:\\Windows\\System32", "system"),
        ("/dev/sda", "device"),
        ("/dev/nvme0n1p2", "device"),
        ("/dev/mapper/vg-root", "device"),
        ("/dev/mmcblk0", "device"),
        (f"/dev/sd{ANY}", "device"),
        ("/dev", "system"),
        ("/dev/null", "temporary"),
        ("/dev/stderr", "temporary"),
        ("/dev/fd/3", "temporary"),
        ("/dev/tty", "temporary"),
        ("/dev/shm/x", "temporary"),
        ("/tmp/x", "temporary"),
        (f"/tmp/{STAR}", "temporary"),
        ("/private/tmp/x", "temporary"),
        ("/private/var/folders/zz/T/x", "temporary"),
        ("/mnt/c/Users/x/AppData/Local/Temp/y", "temporary"),
        (".", "project-root"),
        (PROJECT, "project-root"),
        (STAR, "project-root"),
        (f"./{STAR}", "project-root"),
        (f".{STAR}", "project-root"),
        (f"{STAR}/{STAR}", "project-root"),
        (f".[!.]{STAR}".replace("[!.]", SET), "project-root"),
        ("src/a.py", "project"),
        ("~", "project"),
        (f"src/{STAR}", "project"),
        (f"{TOKEN}/x", "project"),
        ("/srv/other/x", "outside"),
        ("", ""),
    ],
)
def test_position(path: str, facts: str) -> None:
    assert shown(path) == facts


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        (HOLE, "unknown"),
        (f"{HOLE}/{STAR}", "above empty-prefix root unknown"),
        (f"{HOLE}/", "above empty-prefix root unknown"),
        (f"{HOLE}/{HOLE}", "above empty-prefix root unknown"),
        (f"{HOLE}/build", "build empty-prefix unknown"),
        (f"{HOLE}/usr", "empty-prefix system unknown"),
        (f"{HOLE}/home/u", "above empty-prefix home unknown"),
        (f"{HOLE}/..", "above empty-prefix root unknown"),
        (f"{HOLE}/.ssh/id_rsa", "empty-prefix secret unknown"),
        (f"{HOLE}{STAR}", "project-root unknown"),
        (f"{HOLE}.txt", "unknown"),
        (f"/{HOLE}", "above root unknown"),
        (f"/tmp/{HOLE}", "temporary"),
        (f"/tmp/{HOLE}/x", "temporary"),
        (f"/tmp/{HOLE}/../x", "outside"),
        (f"/home/u/{HOLE}", "above home home-part"),
        (f"{PROJECT}/{HOLE}", "project-root"),
        (f"src/{HOLE}", "project"),
        (f"/usr/{HOLE}", "system"),
        (f"/us{STAR}", "home system"),
        (f"/et{ANY}", "system"),
        (f"/home/u/proj-{HOLE}", "home-part"),
    ],
)
def test_an_unknown_part_counts_as_its_worst_value(path: str, facts: str) -> None:
    assert shown(path) == facts


@pytest.mark.parametrize(
    ("path", "facts"),
    [("build", "build unknown"), (STAR, "unknown"), (".", "unknown"), ("..", "unknown"), ("/tmp/x", "temporary")],
)
def test_in_an_unknown_directory_only_names_speak(path: str, facts: str) -> None:
    assert shown(path, directory=HOLE) == facts


@pytest.mark.parametrize(
    "path",
    [
        "node_modules",
        f"node_modules/{STAR}",
        "packages/a/node_modules/x",
        "../other/node_modules",
        "dist",
        "packages/a/dist",
        "target/debug/x",
        ".next",
        "a/__pycache__",
        "a/b.pyc",
        f"{STAR}.pyc",
        f"a/{STAR}.o",
        ".venv",
        "coverage",
        ".coverage",
        "cmake-build-debug",
        ".yarn/cache",
        ".terraform/providers/x",
        ".git/index.lock",
        "package-lock.json",
        "x.egg-info",
        "/home/u/.cache/pip",
        "/home/u/.npm/_cacache",
        "/home/u/.cargo/registry",
        "/home/u/Library/Caches/x",
        "/Users/x/Library/Developer/Xcode/DerivedData/App",
        f"/var/lib/apt/lists/{STAR}",
        "/home/other/.cache",
        "/tmp/x/node_modules",
    ],
)
def test_build_output_and_caches(path: str) -> None:
    assert "build" in shown(path).split()


@pytest.mark.parametrize(
    "path",
    [
        "src",
        "src/build/make.py",
        "lib/target/x.c",
        ".terraform",
        ".terraform/terraform.tfstate",
        ".wrangler/state",
        ".env",
        "data",
        "logs",
        "../other/dist",
        "/home/u/build",
        "/srv/build/x",
        "builders/x",
        "distribution",
        "release",
        "x.class.php",
        ".git",
        "/home/u/.config",
        f"{STAR}.py",
        f"/usr/bin/{STAR}g",
        f"node_{STAR}",
        f".cach{STAR}/x",
        f"{HOLE}.pyc/x",
    ],
)
def test_not_build_output(path: str) -> None:
    assert "build" not in shown(path).split()


def test_the_directory_of_the_project_itself_is_no_build_output() -> None:
    assert shown("src", directory="/home/u/build/app", project="/home/u/build/app") == "project"


def test_build_strength_tells_sure_names_from_likely_ones() -> None:
    def strength(path: str) -> str:
        return build_strength(path, directory=PROJECT, home="/home/u", project=PROJECT)

    assert [strength("node_modules/x"), strength("dist/x"), strength("src/dist"), strength("a")] == [
        "sure",
        "likely",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        (".git", "git project"),
        (".GIT/config", "git project startup"),
        (".git/hooks/pre-commit", "git project startup"),
        ("sub/.git/objects", "git project"),
        ("/home/u/.ssh/id_rsa", "outside secret"),
        (f"/home/u/.ssh/id_{STAR}", "outside secret"),
        ("/home/u/.ssh", "home-part secret"),
        ("/home/u/.ssh/id_rsa.pub", "outside"),
        ("/home/u/.ssh/known_hosts", "outside"),
        ("/home/u/.ssh/authorized_keys", "outside startup"),
        ("/root/.ssh/id_ed25519", "outside secret"),
        ("/home/u/.aws/credentials", "outside secret"),
        ("/home/u/.netrc", "home-part secret"),
        ("/home/u/.npmrc", "home-part secret"),
        (".npmrc", "project"),
        ("/home/u/.kube/config", "outside secret"),
        ("/etc/shadow", "secret system"),
        ("/proc/self/environ", "secret system"),
        ("deploy/server.pem", "project secret"),
        ("deploy/ca.pem", "project"),
        ("service-account.json", "project secret"),
        (".env", "data project"),
        (".env.production", "data project"),
        (".env.example", "project"),
        (f".e{STAR}", "data project"),
        ("db.sqlite3", "data project"),
        ("uploads/a.png", "data project"),
        ("terraform.tfstate", "data project"),
        ("terraform.tfstate.backup", "backup data project"),
        ("/var/lib/postgresql/16/main", "data system"),
        ("backups/a.sql.gz", "backup project"),
        ("a.py.bak", "backup project"),
        ("src/__snapshots__/a.snap", "project"),
        ("/home/u/.bashrc", "home-part startup"),
        ("/home/u/.zshenv", "home-part startup"),
        ("/etc/cron.d/x", "startup system"),
        ("/etc/systemd/system/x.service", "startup system"),
        ("/home/u/.config/systemd/user/x.service", "outside startup"),
        (".claude/settings.json", "guard project startup"),
        ("/home/u/.claude/settings.json", "guard outside startup"),
        (".claude/commands/x.md", "project"),
        (".claude", "project"),
        (f".claude/{STAR}", "guard project"),
        (".cUrSoR/mcp.json", "project startup"),
        (".Cursor/Hooks.json", "guard project startup"),
        (".github/hooks/x.json", "guard project startup"),
        (".github/workflows/x.yml", "project"),
        (".guardsh.toml", "guard project"),
        ("/home/u/.config/guardsh/config.toml", "guard outside"),
        ("/home/u/.local/state/guardsh/log.jsonl", "guard outside"),
        ("/etc/guardsh", "guard system"),
        ("/home/u/venv/lib/python3.11/site-packages/guardsh/judge.py", "build guard outside"),
    ],
)
def test_names(path: str, facts: str) -> None:
    assert shown(path) == facts


@pytest.mark.parametrize(
    "path", [f"{STAR}.json", f"{STAR}.toml", f"{STAR}.yml", f"{STAR}.dat", f"{STAR}.enc", f"a{STAR}"]
)
def test_a_glob_that_gives_little_of_a_name_means_no_file_in_particular(path: str) -> None:
    assert shown(path) == "project"


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        (f"{STAR}secret{STAR}.yaml", "project secret"),
        (f"/home/u/.bash{STAR}", "home-part startup"),
        (f".claude/sett{STAR}", "guard project startup"),
        (f"/home/u/.ss{ANY}/id_rsa", "outside secret"),
        (f"{STAR}.pem", "project secret"),
    ],
)
def test_a_glob_that_gives_most_of_a_name_means_it(path: str, facts: str) -> None:
    assert shown(path) == facts


def test_the_directory_of_hook_settings_counts_when_what_is_below_counts() -> None:
    assert shown(".claude", recursive=True) == "guard project"
    assert shown(".github", recursive=True) == "project"


def test_case_counts_only_where_the_disk_tells_it_apart() -> None:
    assert shown("/home/u/Project") == "home-part"
    assert shown("/home/u/Project", case_blind=True) == "project-root"
    assert shown("/HOME/U", case_blind=True) == "above home"


def test_a_repository_in_the_home_itself_protects_no_part_of_it() -> None:
    assert shown("/home/u/Documents", directory="/home/u", project="/home/u") == "home-part"
    assert shown(STAR, directory="/home/u", project="/home/u") == "home project-root"


def test_work_inside_system_directories_is_a_project() -> None:
    assert shown("a", directory="/var/www/site", project="/var/www/site") == "project"
    assert shown("nginx", directory="/etc", project="/etc") == "system"


def test_without_a_project_nothing_is_inside_one() -> None:
    assert shown("a", directory="/srv/x", project="") == "outside"
    assert shown("a/b", directory="/tmp/x", project="") == "temporary"


def test_an_enormous_pattern_ends() -> None:
    start = time.monotonic()
    for pattern in (f"a{STAR}" * 40, f"{STAR}{HOLE}" * 40 + "x", f"{TOKEN}{STAR}a" * 40):
        for path in (f"/{pattern}", pattern, f"/home/u/{pattern}/x"):
            shown(path)
    assert time.monotonic() - start < 1
