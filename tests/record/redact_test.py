"""Secrets of many kinds disappear from commands; ordinary commands stay as they are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardsh.record.redact import redact
from tests.support import corpus

HEX = "0123456789abcdef"
MIXED = "A1b2C3d4E5f6G7h8J9k0"  # made up, as everything below


def long(length: int) -> str:
    return (MIXED * 9)[:length]


def hexes(length: int) -> str:
    return (HEX * 9)[:length]


# Kind, secret, and the part of it that no reader may see. Put together here, so that no scanner takes them for real.
TOKENS = [
    ("aws access key", "AKIA" + "Q2W3E4R5T6Y7U8I9", 4),
    ("aws session key", "ASIA" + "Q2W3E4R5T6Y7U8I9", 4),
    ("github personal", "ghp_" + long(36), 4),
    ("github oauth", "gho_" + long(36), 4),
    ("github server", "ghs_" + long(36), 4),
    ("github fine-grained", "github_pat_" + long(22) + "_" + long(59), 11),
    ("gitlab personal", "glpat-" + long(20), 6),
    ("gitlab runner", "glrt-" + long(20), 5),
    ("slack bot", "xoxb-" + "123456789012-123456789012-" + long(24), 5),
    ("slack app", "xapp-" + "1-A0123-" + long(30), 5),
    ("stripe live", "sk_live_" + long(24), 8),
    ("stripe restricted", "rk_test_" + long(24), 8),
    ("stripe webhook", "whsec_" + long(32), 6),
    ("openai", "sk-" + long(48), 3),
    ("openai project", "sk-proj-" + long(60), 8),
    ("anthropic", "sk-ant-api03-" + long(80), 7),
    ("google api key", "AIza" + long(35), 4),
    ("google oauth", "ya29." + long(60), 5),
    ("google client secret", "GOCSPX-" + long(28), 7),
    ("npm", "npm_" + long(36), 4),
    ("pypi", "pypi-AgE" + "IcHlwaS5vcmc" + long(60), 8),
    ("digitalocean", "dop_v1_" + hexes(64), 7),
    ("heroku", "HRKU-" + hexes(8) + "-" + hexes(40), 5),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0." + long(43), 4),
    ("sendgrid", "SG." + long(22) + "." + long(43), 3),
    ("mailgun", "key-" + hexes(32), 4),
    ("twilio", "SK" + hexes(32), 2),
    ("hugging face", "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", 3),
    ("shopify", "shpat_" + hexes(32), 6),
    ("databricks", "dapi" + hexes(32), 4),
    ("vault", "hvs." + long(40), 4),
    ("supabase", "sbp_" + hexes(40), 4),
    ("planetscale", "pscale_tkn_" + long(40), 11),
    ("linear", "lin_api_" + long(40), 8),
    ("doppler", "dp.pt." + long(40), 6),
    ("sentry", "sntrys_" + long(40), 7),
    ("new relic", "NRAK-" + "ABCDEFGHIJKLMNOPQRSTUVW1234", 5),
    ("grafana", "glsa_" + long(32) + "_" + hexes(8), 5),
    ("fly", "fm2_" + long(60), 4),
    ("age", "AGE-SECRET-KEY-1" + "QQPQZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 16),
    ("docker", "dckr_pat_" + long(27), 9),
    ("tailscale", "tskey-" + "auth-kAbCd11CNTRL-" + long(20), 6),
    ("square", "sq0atp-" + long(22), 7),
]
NAMES = [kind for kind, _, _ in TOKENS]

PLACES = [
    "deploy {}",
    "X={} make",
    "curl -H 'Authorization: Bearer {}' https://api.example.com",
    'echo \'{{"x":"{}"}}\' | jq',
    "f({})",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("_kind", "secret", "shown"), TOKENS, ids=NAMES)
def test_tokens_of_known_shapes(_kind: str, secret: str, shown: int, place: str) -> None:
    told = redact(place.format(secret))
    assert secret[shown:] not in told
    assert secret[-8:] not in told
    assert len(told) < len(place) + 24  # nothing else went, nothing of the secret's length stayed


def test_the_kind_of_a_token_stays() -> None:
    assert redact("curl -u x https://h/ghp_" + long(36)) == "curl -u x https://h/ghp_…"


# A command, what becomes of it.
CHANGED = [
    # headers
    ("curl -H 'Authorization: Bearer 3d2c42fb-1111-2222-3333-444455556666' h", "curl -H 'Authorization: Bearer ***' h"),
    ('curl -H "authorization: Basic dXNlcjpwYXNz" h', 'curl -H "authorization: Basic ***" h'),
    ("curl -H 'Authorization: token hunter2' h", "curl -H 'Authorization: token ***' h"),
    ("curl -H 'Authorization: hunter22' h", "curl -H 'Authorization: ***' h"),
    ("curl -H 'X-Api-Key: hunter2' h", "curl -H 'X-Api-Key: ***' h"),
    ("curl -H 'PRIVATE-TOKEN: hunter2' h", "curl -H 'PRIVATE-TOKEN: ***' h"),
    ("curl -H 'Cookie: session=abc; csrf=def' h", "curl -H 'Cookie: ***' h"),
    ("curl --cookie 'session=abc; csrf=def' h", "curl --cookie '***' h"),
    ("curl -b session=abcdef h", "curl -b *** h"),
    (
        'requests.get(u, headers={"Authorization": "Bearer abc123def"})',
        'requests.get(u, headers={"Authorization": "Bearer ***"})',
    ),
    # options
    ("curl -u ana:hunter2 https://h", "curl -u ana:*** https://h"),
    ("curl -uana:hunter2 https://h", "curl -uana:*** https://h"),
    ("curl --user 'ana:hunter 2' https://h", "curl --user 'ana:*** 2' https://h"),
    ("docker login -u ana -p hunter2 r.io", "docker login -u ana -p *** r.io"),
    ("psql --password hunter2", "psql --password ***"),
    ("x --api-key=hunter2 --force", "x --api-key=*** --force"),
    ("x --client-secret 'hunter 2' --force", "x --client-secret '***' --force"),
    ("vercel --token hunter2 rm app", "vercel --token *** rm app"),
    ("mysql -u root -phunter2 shop", "mysql -u root -p*** shop"),
    ("mysqldump -h db -u root -p'hunter 2' shop", "mysqldump -h db -u root -p'***' shop"),
    ("sshpass -p hunter2 ssh h", "sshpass -p *** ssh h"),
    ("redis-cli -h r -a hunter2 ping", "redis-cli -h r -a *** ping"),
    ("mongosh db -u a -p hunter2", "mongosh db -u a -p *** "[:-1]),
    ("7z x -phunter2 a.7z", "7z x -p*** a.7z"),
    ("zip -r -P hunter2 a.zip d", "zip -r -P *** a.zip d"),
    ("openssl enc -pass pass:hunter2 -in f", "openssl enc -pass pass:*** -in f"),
    ("smbclient //h/s -U ana%hunter2", "smbclient //h/s -U ana%***"),
    ("ldapsearch -D cn=a -w hunter2 -b dc=x", "ldapsearch -D cn=a -w *** -b dc=x"),
    # standard input
    ("echo hunter2 | sudo -S rm f", "echo *** | sudo -S rm f"),
    ("echo 'hunter2' | docker login -u a --password-stdin", "echo '***' | docker login -u a --password-stdin"),
    ("printf '%s' hunter2 | gh auth login --with-token", "printf '%s' *** | gh auth login --with-token"),
    ("echo 'root:hunter2' | chpasswd", "echo '***' | chpasswd"),
    ("sudo -S ls <<< hunter2", "sudo -S ls <<< ***"),
    # assignments
    ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=*** psql -h db"),
    ("MYSQL_PWD=hunter2 mysql", "MYSQL_PWD=*** mysql"),
    ("export RAILWAY_TOKEN='3d2c42fb-1111'", "export RAILWAY_TOKEN='***'"),
    ('API_KEY="hunter2" ./run', 'API_KEY="***" ./run'),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG aws s3 ls", "AWS_SECRET_ACCESS_KEY=*** aws s3 ls"),
    ("aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG", "aws configure set aws_secret_access_key ***"),
    ("heroku config:set SECRET_KEY_BASE=hunter2", "heroku config:set SECRET_KEY_BASE=***"),
    ("fly secrets set STRANGE=hunter2 OTHER=x1", "fly secrets set STRANGE=*** OTHER=***"),
    ("gh secret set NAME --body hunter2", "gh secret set NAME --body ***"),
    (
        "kubectl create secret generic s --from-literal=password=hunter2",
        "kubectl create secret generic s --from-literal=password=***",
    ),
    ("sed -i 's/DB_PASS=.*/DB_PASS=hunter2/' .env", "sed -i 's/DB_PASS=.*/DB_PASS=***' .env"),
    ("cat > .env <<E\nDB_PASSWORD=hunter2\nPORT=80\nE", "cat > .env <<E\nDB_PASSWORD=***\nPORT=80\nE"),
    # JSON, YAML, programs
    ('curl -d \'{"password": "hunter2", "a": 1}\' h', 'curl -d \'{"password": "***", "a": 1}\' h'),
    ('curl -d "{\\"apiKey\\":\\"hunter2\\"}" h', 'curl -d "{\\"apiKey\\":\\"***\\"}" h'),
    ("python -c \"c(access_token='hunter2')\"", "python -c \"c(access_token='***')\""),
    ('cat > c.yml <<E\nclient_secret: "hunter2"\nE', 'cat > c.yml <<E\nclient_secret: "***"\nE'),
    ("cat > c.yml <<E\n  password: hunter2\nE", "cat > c.yml <<E\n  password: ***\nE"),
    ("psql -c \"ALTER ROLE a WITH PASSWORD 'hunter2'\"", "psql -c \"ALTER ROLE a WITH PASSWORD '***'\""),
    ("mysql -e \"CREATE USER a IDENTIFIED BY 'hunter2'\"", "mysql -e \"CREATE USER a IDENTIFIED BY '***'\""),
    (
        "echo 'machine h login a password hunter2' > ~/.netrc",
        "echo 'machine h login a password ***' > ~/.netrc".replace("***'", "***"),
    ),
    # URLs
    ("git clone https://ana:hunter2@github.com/a/b", "git clone https://ana:***@github.com/a/b"),
    ("psql postgres://ana:p@ss@db.prod/shop", "psql postgres://ana:***@db.prod/shop"),
    ("redis-cli -u redis://:hunter2@h", "redis-cli -u redis://:***@h"),
    ("git clone https://" + hexes(40) + "@git.example.com/a", "git clone https://***@git.example.com/a"),
    ("curl 'https://h/x?token=hunter2&page=2'", "curl 'https://h/x?token=***&page=2'"),
    ("curl 'https://h/x?X-Amz-Signature=abcdef0123'", "curl 'https://h/x?X-Amz-Signature=***'"),
    ("curl -d x https://hooks.slack.com/services/T1/B2/abcDEF", "curl -d x https://hooks.slack.com/services/***"),
    ("curl https://discord.com/api/webhooks/123/abc-DEF_g", "curl https://discord.com/api/webhooks/123/***"),
    (
        "curl https://api.telegram.org/bot123456789:" + "AA" + long(33) + "/getMe",
        "curl https://api.telegram.org/bot123456789:***/getMe",
    ),
    # keys
    (
        "cat > k <<E\n-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3Bl\nbm5z\n-----END OPENSSH " + "PRIVATE KEY-----\nE",
        "cat > k <<E\n-----BEGIN OPENSSH " + "PRIVATE KEY----- *** -----END OPENSSH " + "PRIVATE KEY-----\nE",
    ),
    ("echo '-----BEGIN " + "PRIVATE KEY-----\nMIIE", "echo '-----BEGIN " + "PRIVATE KEY----- *** "),
]


@pytest.mark.parametrize(("command", "told"), CHANGED, ids=[command[:40] for command, _ in CHANGED])
def test_secrets_by_where_they_stand(command: str, told: str) -> None:
    assert redact(command) == told


UNCHANGED = [
    "ls -la && git status",
    'curl -H "Authorization: Bearer $TOKEN" https://api.example.com',
    'curl -H "Authorization: Bearer ${TOKEN}" https://h',
    "curl -u \"$USER:$PASS\" https://h",
    'export TOKEN="$(cat token.txt)"',
    "TOKEN=$(gcloud auth print-access-token) make",
    "PASSWORD=$PW ./run",
    "PGPASSWORD=${PW:?missing} psql",
    "docker run -u 1000:1000 -p 8080:80 nginx",
    "docker run --user www-data:www-data -p8080:80 nginx",
    "docker login -u ana --password-stdin < token",
    "mkdir -p a/b && cp -p a b && ssh -p 22 h",
    "psql -h localhost -p 5432 -U ana shop",
    "mysql -u root -p shop",
    "mysql --port 3306 -e 'select 1'",
    "mongod --port 27017 --dbpath /data",
    "grep -rn 'token' src && grep -c 'password=' log",
    "PWD=/tmp OLDPWD=/ ls",
    "python train.py --max-tokens 100 max_tokens=100",
    "git log --format='%H %an' -- src/auth.py",
    "git commit -m 'Add token refresh and password reset: closes #12'",
    "docker build --secret id=npm,src=.npmrc .",
    "ssh -i ~/.ssh/id_ed25519 git@github.com",
    "git clone git@github.com:a/b.git && git clone https://github.com/a/b",
    "curl https://h:8443/x?page=2",
    "x --private-key ./deploy.pem --token-file t --token @file",
    "dropdb --no-password shop",
    "interface A { token: string; password?: string }",
    "def f(token: str, password=None): return token.strip()",
    "token = get_token(); password = os.environ['PW']",
    "kubectl get secrets && kubectl delete secret web-tls",
    "echo sk-loading-indicator-of-the-page-header",
    "npm ci && npm run build -- --base=/x",
    "git checkout 3d2c42fb1a2b3c4d5e6f708192a3b4c5d6e7f809",
    'curl -d \'{"query":"mutation { volumeDelete(volumeId: \\"3d2c42fb-1111-2222-3333-444455556666\\") }"}\' h',
    "sed -i 's/password=.*/password=<your password>/' f",
    "avrdude -c usbasp -U flash:w:a.hex",
    "openssl enc -pass env:PW -in f",
    "echo done | sudo tee /etc/x",
]  # fmt: skip


@pytest.mark.parametrize("command", UNCHANGED)
def test_ordinary_commands_stay(command: str) -> None:
    assert redact(command) == command


def test_of_real_commands_few_change() -> None:
    commands = [record["command"] for record in corpus("agent-commands.jsonl")]
    changed = [command for command in commands if redact(command) != command]
    assert len(changed) <= len(commands) * 0.008, changed


@given(st.text())
def test_any_text(text: str) -> None:
    assert redact(redact(text)) == redact(text)


FRAGMENTS = [
    "password",
    "token",
    "=",
    ":",
    '"',
    "'",
    "\\",
    " ",
    "$",
    "(",
    "x1y2z3",
    "--",
    "-u ",
    "a:b",
    "://",
    "@",
    "***",
    "\n",
    "Bearer ",
    "|",
    "mysql -p",
    "…",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14))
def test_redacting_twice_changes_nothing(parts: list[str]) -> None:
    once = redact("".join(parts))
    assert redact(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "token " * 20_000,
        "password=" * 20_000,
        "mysql -p " * 10_000,
        "login " * 20_000,
        "://a:" + "x@" * 30_000,
        "://a:" + "/@" * 30_000,
        "sudo -S " * 10_000 + "<<<",
        "echo " * 10_000 + "|sudo " * 4_000 + "-S",
        "\\" * 50_000 + 'password="',
        "password=`" * 10_000,
        "--" + "-token" * 20_000,
        "-----BEGIN " + "PRIVATE KEY-----" * 5_000,
        "secret set " * 10_000,
        "authorization: x" + " a=b," * 10_000,
    ],
    ids=lambda text: text[:20],
)
def test_long_text_takes_no_quadratic_time(text: str) -> None:
    start = time.process_time()
    redact(text)
    assert time.process_time() - start < 5  # a quadratic pattern takes minutes
