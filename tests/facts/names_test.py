"""What names say."""

from __future__ import annotations

import pytest

from guardsh.facts.names import host_facts, name_facts, url_host, words
from guardsh.reading.model import HOLE, TOKEN


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("prod", {"production"}),
        ("PROD_DATABASE", {"production"}),
        ("db-production-1", {"production"}),
        ("prod2", {"production"}),
        ("mainProdDb", {"production"}),
        ("proddb", {"production"}),
        ("shop.prd.example.com", {"production"}),
        ("db.prod.example", {"production"}),
        ("live", {"production"}),
        ("product", set()),
        ("products-api", set()),
        ("reproduce", set()),
        ("live-reload", set()),
        ("alive", set()),
        ("delivery", set()),
        ("staging", {"staging"}),
        ("app_stg", {"staging"}),
        ("pre-prod", {"staging"}),
        ("preprod", {"staging"}),
        ("non-production", {"staging"}),
        ("test", {"test"}),
        ("test_app", {"test"}),
        ("myapp-dev", set()),
        ("e2e", {"test"}),
        ("latest", set()),
        ("contest", set()),
        ("device", set()),
        ("prod-test", {"production"}),
        ("staging-test", {"staging"}),
        ("poc_staging", {"staging"}),
        ("prod-backup", {"production", "backup"}),
        ("backup", {"backup"}),
        ("db_backups_2024", {"backup"}),
        ("x.sql.gz", {"backup"}),
        ("x.dump", {"backup"}),
        ("config.yml.bak", {"backup"}),
        ("notes.txt~", {"backup"}),
        ("~", set()),
        ("snapshot-123", {"backup"}),
        ("app-1.0-SNAPSHOT.jar", set()),
        ("__snapshots__", set()),
        ("localhost", {"local"}),
        ("minikube", {"local"}),
        ("kind-dev", {"local"}),
        ("docker-desktop", {"local"}),
        ("/usr/local/bin", set()),
        ("/home/u/dev/app/data", set()),
        ("/srv/app/test", {"test"}),
        ("/var/www/production/current", {"production"}),
        ("/dev/sda", set()),
        ("https://api.test.example/v1/items", {"test"}),
        ("https://api.example.com/v1/test/items", set()),
        ("https://api.example.com/v1/production/items", {"production"}),
        ("postgres://test:test@db.example.com/shop", set()),
        ("postgres://u:p@db.example.com/shop_test", {"test"}),
        ("", set()),
    ],
)
def test_names_say_what_something_is_for(name: str, facts: set[str]) -> None:
    assert name_facts(name) == facts


def test_words_of_a_name() -> None:
    assert words("mainProd_DB-2.x") == ("main", "prod", "db", "2", "x")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:5432",
        "127.0.0.1",
        "127.8.8.8:80",
        "::1",
        "[::1]:5432",
        "0.0.0.0",
        "db",
        "postgres:5432",
        "ana@localhost",
        "nas.local",
        "app.localhost",
        "shop.test",
        "host.docker.internal",
        "/var/run/postgresql",
        "",
    ],
)
def test_hosts_on_this_machine(host: str) -> None:
    assert host_facts(host) == {"local"}


@pytest.mark.parametrize(
    "host",
    [
        "db.example.com",
        "10.0.0.7",
        "192.168.1.2",
        "172.17.0.1",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "prod-db",
        "db-staging",
        "api.svc.cluster.local",
        "prod.local",
        "2130706433",
        "fe80::1",
        "[2001:db8::1]:5432",
    ],
)
def test_hosts_elsewhere(host: str) -> None:
    assert host_facts(host) == {"remote"}


@pytest.mark.parametrize("host", [HOLE, f"db-{TOKEN}", f"{HOLE}.local"])
def test_an_unknown_host_proves_nothing(host: str) -> None:
    assert host_facts(host) == frozenset()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.com/x?y=http://z", "api.example.com"),
        ("https://user:p@ss@api.example.com:8443/x", "api.example.com"),
        ("http://localhost:3000", "localhost"),
        ("http://[::1]:3000/x", "::1"),
        ("https://evil.example\\@localhost/", "evil.example"),
        ("postgres://u:p@db.example.com:5432/shop", "db.example.com"),
        ("postgresql:///shop", ""),
        ("postgresql:///shop?host=db.example.com", "db.example.com"),
        ("postgresql:///shop?host=/run/postgresql", ""),
        ("jdbc:mysql://db.example.com/shop", "db.example.com"),
        ("mongodb://localhost:27017,db.example.com:27017/x", "db.example.com"),
        ("mongodb+srv://u:p@cluster.example.net/x", "cluster.example.net"),
        ("sqlite:///x.db", ""),
        ("file:///x", ""),
        ("host=db.example.com dbname=x", "db.example.com"),
        ("Server=tcp:db.example.net,1433;Database=x", "db.example.net"),
        ("root:pw@tcp(db.example.com:3306)/x", "db.example.com"),
        ("git@github.com:a/b.git", "github.com"),
        ("robot:/", "robot"),
        ("db.example.com", "db.example.com"),
        ("api.example.com/v1", "api.example.com"),
        ("./a/b", ""),
        ("/a/b", ""),
        ("a/b", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert url_host(url) == host
