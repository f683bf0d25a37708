"""What a name says: production, staging, test, a backup; this machine or another one. Pure text, no look-ups.

A name proves little, so the words are compared whole (`prod`, not `product`), and the more dangerous reading wins: a
name that says production and test proves no test.
"""

from __future__ import annotations

from guardsh.facts import known
from guardsh.reading.model import MARKS

PRODUCTION = known.words("prod production prd proddb dbprod prodapi apiprod prodapp appprod prodweb live golive")
STAGING = known.words("staging stage stg stag preprod preprd preproduction nonprod nonproduction uat qa")
# A development database may hold days of somebody's work; it is no test.
TEST = known.words(
    """
    test tests testing tst testdb dbtest sandbox demo scratch tmp temp ci e2e
    fixture fixtures mock mocks dummy playground throwaway junk poc unittest unittests integrationtest ephemeral
    disposable
    """
)
BACKUP = known.words("backup backups bak bkp dump dumps pgdump mysqldump snapshot snapshots restic borg velero pitr")
LOCAL = known.words(
    "local localhost localdev minikube kind k3d k3s microk8s orbstack colima rancher-desktop docker-desktop"
)

_NOT_BEFORE = known.words("non not no pre")  # non-prod, pre-production
_NOT_LIVE = known.words(
    "reload server view preview test tests edit share streaming stream chat demo coding data reloading"
)
_BLANKED = {code: " " for code in range(128) if not chr(code).isalnum()}


def words(text: str) -> tuple[str, ...]:
    """The words of a name in lower case: split at everything but letters and digits, and at humps (`mainProdDb`)."""
    if text.isascii() and text in (text.lower(), text.upper()):
        return tuple(text.translate(_BLANKED).lower().split())
    cut: list[str] = []
    before = ""
    for char in text:
        if not char.isalnum():
            cut.append(" ")
        elif char.isupper() and before.islower():
            cut.append(" " + char)
        else:
            cut.append(char)
        before = char
    return tuple("".join(cut).lower().split())


def name_facts(text: str) -> frozenset[str]:
    """production, staging, test, backup and local, as far as the name of a resource, host, database, URL or path says
    so.

    What lowers a score counts only where it names the thing itself: the last component of a path (not
    `/home/u/dev/…`), the host and database of a URL (not its credentials, nor an HTTP path).
    """
    found = _said(text)
    naming = _naming_part(text)
    if naming != text:
        found &= {"production"} | _said(naming)
    if is_backup_name(text):
        found.add("backup")
    if is_local_name(naming):
        found.add("local")
    if "production" in found:
        found -= {"staging", "test", "local"}
    if "staging" in found:
        found.discard("test")
    return frozenset(found)


def _said(text: str) -> set[str]:
    found: set[str] = set()
    parts = words(text)
    for index, word in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else ""
        previous = parts[index - 1] if index else ""
        found |= _word_facts(_without_number(word), previous, after)
    return found


def _naming_part(text: str) -> str:
    """What names the thing itself: a path's last component; a URL's host, and its path where that is a database."""
    if "://" in text:
        scheme, rest = text.split("://", 1)
        rest = rest.split("?", 1)[0].rsplit("@", 1)[-1]
        return rest.split("/", 1)[0] if scheme.lower() in ("http", "https", "ws", "wss", "ssh", "git") else rest
    if "/" in text:
        return "" if text.startswith("/dev/") else text.rstrip("/").rsplit("/", 1)[-1]
    return text


def _word_facts(word: str, previous: str, after: str) -> set[str]:
    if word in PRODUCTION:
        if previous in _NOT_BEFORE:
            return {"staging"}
        return set() if word == "live" and after in _NOT_LIVE else {"production"}
    if word in STAGING:
        return {"staging"}
    if word in TEST:
        return {"test"}
    return set()


def _without_number(word: str) -> str:
    return word.rstrip("0123456789") or word


def is_backup_name(text: str) -> bool:
    """Does a name, or a component of a path, say that it is a backup?"""
    lowered = text.lower().rstrip("/")
    if lowered.endswith(known.BACKUP_SUFFIXES) or (
        lowered.endswith("~") and len(lowered) > 1 and lowered[-2] not in "/~"
    ):
        return True
    return any(_is_backup_component(part) for part in text.split("/"))


def _is_backup_component(part: str) -> bool:
    """One component of a path or name. Test runners' `__snapshots__` and Maven's `-SNAPSHOT` aren't backups."""
    if (
        part.lower() in ("__snapshots__", "snapshots.js", ".snapshots")
        or "-SNAPSHOT" in part
        or part.lower().endswith((".snap", ".snap.new"))
    ):
        return False
    stem_words = words(part)
    return any(_without_number(word) in BACKUP for word in stem_words)


def is_local_name(text: str) -> bool:
    """Is this the name of something on this machine: `localhost`, `minikube`, `kind-x`, `docker-desktop`, `.local`
    names?
    """
    lowered = text.lower()
    if "/" in lowered:
        return False
    if lowered in LOCAL or lowered.startswith(("kind-", "k3d-", "minikube-", "local-", "localhost:", "colima-")):
        return True
    return lowered.endswith(("-local", "_local", ".local", ".localhost", ".localdomain")) and not lowered.endswith(
        ".cluster.local"
    )


def host_facts(host: str) -> frozenset[str]:
    """local or remote, for a host as written: `db`, `[::1]:5432`, `ana@10.0.0.7`, `/run/postgresql` (a socket), ""
    (none: local).

    A name without a dot is a compose or hosts-file name on this machine, unless it says production or staging. A host
    that isn't known proves neither.
    """
    if any(mark in host for mark in MARKS):
        return frozenset()
    name = _bare_host(host)
    if not name or name.startswith(("/", "@")):
        return frozenset({"local"})
    return frozenset({"local"}) if _is_local_host(name) else frozenset({"remote"})


def _is_local_host(name: str) -> bool:
    if name in ("::1", "::", "0.0.0.0", "0:0:0:0:0:0:0:1") or name.startswith("::ffff:127."):
        return True
    if name in (
        "host.docker.internal",
        "gateway.docker.internal",
        "kubernetes.docker.internal",
        "host.containers.internal",
    ):
        return True
    if ":" in name:
        return False
    labels = name.rstrip(".").split(".")
    if len(labels) == 4 and all(label.isdigit() for label in labels):
        return labels[0] == "127"
    if len(labels) == 1:
        return not labels[0].isdigit() and not name_facts(name) & {"production", "staging"}
    if name_facts(name) & {"production"} and labels[-1] != "localhost":
        return False
    return labels[-1] in ("local", "localhost", "localdomain", "test") and labels[-2:] != ["cluster", "local"]


def _bare_host(host: str) -> str:
    host = host.strip().rsplit("@", 1)[-1].lower() if not host.startswith("@") else host
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    if host.count(":") == 1:
        return host.split(":", 1)[0]
    return host


def url_host(url: str) -> str:
    """The host in a URL, connection string or scp-like address; "" where it names none (a file, a socket).

    Of several hosts (`mongodb://a,b/x`) the first that isn't local.
    """
    text = url.strip()
    lowered = text.lower()
    for prefix in ("jdbc:", "sqlalchemy:"):
        if lowered.startswith(prefix):
            text = text[len(prefix) :]
    if "://" in text:
        return _authority_host(text)
    if "@tcp(" in text:
        return _bare_host(text.split("@tcp(", 1)[1].split(")", 1)[0])
    if "=" in text:
        return _keyword_host(text)
    return _plain_host(text)


def _authority_host(text: str) -> str:
    scheme, rest = text.split("://", 1)
    for end in "/?#\\":
        rest = rest.split(end, 1)[0]
    if scheme.lower() in ("file", "unix", "npipe") or scheme.lower().startswith(("sqlite", "duckdb")):
        return ""
    hosts = [_bare_host(part) for part in rest.rsplit("@", 1)[-1].split(",")]
    if not hosts[0]:
        return _keyword_host(text.split("?", 1)[1]) if "?" in text else ""
    for host in hosts:
        if "local" not in host_facts(host):
            return host
    return hosts[0]


def _keyword_host(text: str) -> str:
    for separator in ";&":
        text = text.replace(separator, " ")
    for pair in text.split():
        key, _, value = pair.partition("=")
        if key.lower() in ("host", "hostaddr", "server", "hostname", "addr", "address") and value:
            value = value.strip("'\"")
            value = value[4:] if value.lower().startswith("tcp:") else value
            return "" if value.startswith("/") else _bare_host(value.split(",", 1)[0])
    return ""


def _plain_host(text: str) -> str:
    """`host`, `host:port/path`, `user@host:path`; a path has none."""
    if text.startswith(("/", "./", "../", "~", ".")) or not text:
        return ""
    head = text.split("/", 1)[0]
    if "@" in head or ":" in head or "/" not in text:
        return _bare_host(head)
    return head.lower() if "." in head else ""
