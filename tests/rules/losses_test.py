"""What would be lost, named: files counted, everything else by where it lies; data together with its backup."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from guardsh import show
from guardsh.config import Settings
from guardsh.facts.world import World
from guardsh.judge import judge
from guardsh.rules import store
from guardsh.rules.loading import Rules
from guardsh.rules.losses import BACKUP_TOO
from guardsh.verdict import Finding


@pytest.fixture(scope="module")
def rules() -> Rules:
    return store.in_force(())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def worst(text: str, rules: Rules, folder: Path, **environment: str) -> Finding:
    world = World(str(folder), str(folder.parent / "home"), {"PATH": "/usr/bin:/bin", **environment})
    verdict = judge(text, world, rules, Settings())
    assert verdict.worst is not None and verdict.action != "pass", (text, verdict.score)
    return verdict.worst


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("aws rds delete-db-instance --db-instance-identifier shop --region eu-west-1", "in region eu-west-1"),
        ("aws --profile acme s3 rb --force s3://shop", "in profile acme"),
        ("gcloud sql instances delete shop --project=acme-9", "in project acme-9"),
        ("az group delete --name shop --subscription s-1", "in subscription s-1"),
        ("kubectl --context web delete pvc data", "in context web"),
        ("dropdb -h db.example.com shop", "on db.example.com"),
        ("psql -h db.example.com -c 'drop table users'", "on db.example.com"),
        ("psql 'postgres://u:geheim9@db.example.com/shop?x=1' -c 'drop table users'", "on db.example.com/shop"),
        ("dropdb shop", None),
        ("git push --force origin main", None),
    ],
)
def test_where_it_lies(text: str, lost: str | None, rules: Rules, project: Path) -> None:
    found = worst(text, rules, project).lost
    assert (lost in ", ".join(found).split(", ")) if lost else found == ()
    assert "geheim9" not in str(found)


def test_variables_and_files_of_the_project_tell(rules: Rules, project: Path) -> None:
    text = "aws rds delete-db-instance --db-instance-identifier shop"
    assert worst(text, rules, project, AWS_PROFILE="acme").lost == ("AWS_PROFILE=acme",)
    assert worst(f"AWS_PROFILE=other {text}", rules, project, AWS_PROFILE="acme").lost == ("AWS_PROFILE=other",)
    (project / ".terraform").mkdir()
    (project / ".terraform/environment").write_text("blue")
    assert any("blue by .terraform/environment" in one for one in worst("terraform destroy", rules, project).lost)


def test_unknown_and_overlong_names_are_not_said(rules: Rules, project: Path) -> None:
    for value in ('"$(cat x)"', "x" * 200, "'a\nb'"):
        found = worst(f"gcloud sql instances delete shop --project={value}", rules, project)
        assert "project" not in str(found.lost)


def test_a_missing_where_is_said_with_its_table(rules: Rules, project: Path) -> None:
    assert "users" in (loses := worst("psql -c 'delete from users'", rules, project).loses) and "no WHERE" in loses


def test_files_are_counted(rules: Rules, project: Path) -> None:
    os.makedirs(project / "data")
    for number in range(3):
        (project / "data" / f"{number}.sqlite").write_text("somebody's")
    assert any(part.startswith("3 files") for part in worst("rm -rf data", rules, project).lost)


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("rm -rf /srv/data /srv/data-backup", True),
        ("rm -rf /srv/data && rm -rf /var/backups/data", True),
        ("dropdb shop; rm -rf /var/backups/shop", True),
        ("rm -rf /srv/data /srv/other", False),
        ("rm -rf /var/backups/a /var/backups/b", False),
        ("rm -rf /var/backups/a", False),
        ("rm -rf /var/backups/a; ls /srv/data", False),
    ],
)
def test_data_together_with_its_backup(text: str, noted: bool, rules: Rules, project: Path) -> None:
    assert (BACKUP_TOO in worst(text, rules, project).notes) is noted


def test_two_rules_about_one_thing_are_said_once(rules: Rules, project: Path) -> None:
    world = World(str(project), "/home/x", {"PATH": "/usr/bin:/bin"})

    def said(text: str) -> str:
        return show.question(judge(text, world, rules, Settings()))

    twice = judge("gcloud sql instances delete shop", world, rules, Settings()).findings
    assert len(twice) > 1 and len({finding.span for finding in twice}) == 1
    assert "also" not in said("gcloud sql instances delete shop")
    assert "also would lose" in said("gcloud sql instances delete shop; dropdb other")
    assert said("mysql -e 'drop table a; drop table b'").count("also would lose") == 1
