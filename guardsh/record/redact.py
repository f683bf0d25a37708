"""Takes secrets out of text before it goes anywhere: the log, requests, notifications, answers to agents, reports.

What stays is what a reader needs: which kind of secret stood there (`ghp_…`, `Bearer ***`, `PASSWORD=***`).
References (`$TOKEN`, `$(cat key)`) are no secrets and stay. Every pattern is guarded by plain substrings, because
ordinary commands hold none of them and compiling an expression costs more than judging a command.
"""

from __future__ import annotations

from guardsh.patterns import DOTALL, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import Union

    Replacement = Union[str, Callable[["re.Match[str]"], str]]

HIDDEN = "***"

# Tokens that tell their kind: (what they begin with, what follows). The beginning stays. Sources: the issuers'
# documentation, and the rules of gitleaks and of GitHub's secret scanning.
_TOKENS: tuple[tuple[str, str], ...] = (
    *((key, r"[A-Z0-9]{16}\b") for key in ("AKIA", "ASIA", "ABIA", "ACCA")),  # AWS
    *((key, r"[A-Za-z0-9]{20,}") for key in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),  # GitHub
    ("github_pat_", r"\w{20,}"),
    *(
        (f"gl{kind}-", r"[\w.-]{16,}")  # GitLab
        for kind in ("pat", "dt", "rt", "cbt", "ptt", "ft", "soat", "agent", "imt", "oas", "ffct")
    ),
    *((f"xox{kind}", r"[.\w-]{10,}") for kind in ("a-", "b-", "c-", "d-", "e-", "e.", "o-", "p-", "r-", "s-")),  # Slack
    ("xapp-", r"[\w-]{10,}"),
    *(
        (f"{kind}_{mode}_", r"\w{10,}")  # Stripe; other payment services use the same shape
        for kind in ("sk", "rk")
        for mode in ("live", "test", "prod")
    ),
    ("whsec_", r"[\w+/=]{16,}"),
    ("sk-ant-", r"[\w-]{10,}"),  # Anthropic
    ("sk-", r"(?=[\w-]*\d)[\w-]{20,}"),  # OpenAI and those who copied it
    ("AIza", r"[\w-]{35}"),  # Google
    ("ya29.", r"[\w-]{20,}"),
    ("GOCSPX-", r"[\w-]{20,}"),
    ("1//0", r"[\w-]{30,}"),
    ("npm_", r"[A-Za-z0-9]{30,}"),
    ("pypi-AgE", r"[\w-]{16,}"),
    ("dop_v1_", r"[a-f0-9]{32,}"),  # DigitalOcean
    ("doo_v1_", r"[a-f0-9]{32,}"),
    ("dor_v1_", r"[a-f0-9]{32,}"),
    ("HRKU-", r"[\w-]{20,}"),  # Heroku
    ("eyJ", r"[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?"),  # JWT
    ("SG.", r"[\w-]{16,}\.[\w-]{16,}"),  # SendGrid
    ("key-", r"[0-9a-f]{32}\b"),  # Mailgun
    ("SK", r"[0-9a-f]{32}\b"),  # Twilio
    ("hf_", r"[A-Za-z]{30,}"),  # Hugging Face
    ("shpat_", r"[a-fA-F0-9]{32}"),  # Shopify
    ("shpca_", r"[a-fA-F0-9]{32}"),
    ("shppa_", r"[a-fA-F0-9]{32}"),
    ("shpss_", r"[a-fA-F0-9]{32}"),
    ("dapi", r"[a-f0-9]{32}"),  # Databricks
    ("hvs.", r"[\w-]{20,}"),  # Vault
    ("hvb.", r"[\w-]{20,}"),
    ("sbp_", r"[a-f0-9]{20,}"),  # Supabase
    ("sb_secret_", r"[\w-]{16,}"),
    ("napi_", r"[a-z0-9]{20,}"),  # Neon
    ("pscale_tkn_", r"[\w-]{20,}"),  # PlanetScale
    ("pscale_pw_", r"[\w-]{20,}"),
    ("pscale_oauth_", r"[\w-]{20,}"),
    ("lin_api_", r"\w{20,}"),  # Linear
    ("ntn_", r"[A-Za-z0-9]{30,}"),  # Notion
    ("secret_", r"[A-Za-z0-9]{43}\b"),
    ("figd_", r"[\w-]{20,}"),
    ("ATATT3", r"[\w=-]{40,}"),  # Atlassian
    ("dp.pt.", r"\w{30,}"),  # Doppler
    ("dp.st.", r"[\w.]{30,}"),
    ("sntrys_", r"[\w+/=-]{20,}"),  # Sentry
    ("sntryu_", r"\w{20,}"),
    ("NRAK-", r"[A-Z0-9]{20,}"),  # New Relic
    ("glsa_", r"\w{20,}"),  # Grafana
    ("glc_", r"[\w+/=]{20,}"),
    ("PMAK-", r"[\w-]{20,}"),  # Postman
    ("fm2_", r"[\w+/=,]{20,}"),  # Fly
    ("fo1_", r"[\w-]{20,}"),
    ("AGE-SECRET-KEY-1", r"[A-Z0-9]{20,}"),
    ("sq0atp-", r"[\w-]{20,}"),  # Square
    ("sq0csp-", r"[\w-]{20,}"),
    ("dckr_pat_", r"[\w-]{20,}"),
    ("rubygems_", r"[a-f0-9]{40,}"),
    ("gsk_", r"[A-Za-z0-9]{40,}"),  # Groq
    ("pplx-", r"[A-Za-z0-9]{40,}"),
    ("r8_", r"[A-Za-z0-9]{30,}"),  # Replicate
    ("xai-", r"[A-Za-z0-9]{40,}"),
    ("nfp_", r"[A-Za-z0-9]{30,}"),  # Netlify
    ("bkua_", r"[a-z0-9]{30,}"),  # Buildkite
    ("tskey-", r"[\w-]{16,}"),  # Tailscale
    ("ops_eyJ", r"[\w+/=-]{40,}"),  # 1Password
    ("pul-", r"[a-f0-9]{40}"),  # Pulumi
    ("PRIVATE KEY", ""),  # found by its own pattern below; here so that the table names every kind
)

_NAMES = (
    r"(?:pass(?:wor[dt]|wd|phrase|code)|secret|token|api[_-]?key|access[_-]?key|(?:account|shared|private|secret|signing|"
    r"encryption|master|service|role|anon|deploy|license|auth|admin|webhook|app)[_-]?key|secret_key_base|credentials?|"
    r"(?<=_)(?:pwd|pass|pw|auth|dsn_secret)|(?<=; )pwd|(?<=;)pwd)"
)
_QUOTED = (
    r"""\\+(?P<{0}q>["'])(?:(?!\\+(?P={0}q))[^\n])*\\+(?P={0}q)|\$?"(?:\\[^\n]|[^"\\\n])*"|\$?'[^'\n]*'|"""
    r"""\\*["'][^\s"']+\Z"""
)
_BARE = r"""(?:\\[^"'\n]|[^\s"'`;|&()<>\\])+(?![\w(\[])"""
_WORD = _QUOTED.format("w") + "|" + _BARE
_SEGMENT = r"[^|;&\n]{0,200}?"  # bounded, or a long line takes quadratic time

# No secrets: references to one, placeholders, words of programming languages.
_REFERENCE = (
    r"\\?\$(?:\w+|\{\w+\}|\{\{.*\}\}|\(.*\)?|\{\w+:[?+].*\})|`.*`?|\{\{.*\}\}|%\w+%?|\{\w*\}|<[\w -]+>|\*+|x+|\.\.\.|…|"
    r"\.[*+]\$?"
)
_NOTHING = (
    r"(?i:none|null|nil|true|false|undefined|str(?:ing)?|int|bool(?:ean)?|any|optional|required|required\b.*|id=.*)"
)
_CODE = r"(?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*(?:\[.*)?"

_guards: list[tuple[tuple[str, ...], str, Replacement]] = []


def redact(text: str) -> str:
    """`text` without its secrets. Never raises, takes time in proportion to the text, and is its own fixed point."""
    for beginning, rest in _TOKENS:
        if beginning in text and rest:
            text = _sub(rf"(?<![A-Za-z0-9])({_escaped(beginning)}){rest}", r"\1…", text)
    lowered = text.lower()
    for hints, pattern, replacement in _guards:
        if any(hint in lowered for hint in hints):
            text = _sub(pattern, replacement, text)
    return text


def _sub(pattern: str, replacement: Replacement, text: str) -> str:
    expression = compiled(pattern, DOTALL)
    # A replacement with a group imports `re`, so not without need.
    return expression.sub(replacement, text) if expression.search(text) else text


def _escaped(literal: str) -> str:
    return "".join("\\" + char if char in ".+-/" else char for char in literal)


def _full(pattern: str, text: str) -> bool:
    return compiled(pattern, DOTALL).fullmatch(text) is not None


def _split(word: str) -> tuple[str, str, str]:
    """A word's opening quote, what is in it, and the closing quote."""
    start = 0
    while start < len(word) and word[start] in "\\$" and word[start + 1 : start + 2] in ("\\", '"', "'"):
        start += 1
    if start < len(word) and word[start] in "\"'":
        opening = word[: start + 1]
        closing = opening.lstrip("$")
        if len(word) >= len(opening) + len(closing) and word.endswith(closing):
            return opening, word[start + 1 : len(word) - len(closing)], closing
        return opening, word[start + 1 :], ""
    return "", word, ""


def _harmless(value: str) -> bool:
    """Is this no secret: empty, a reference to one, a placeholder, a word of a programming language?"""
    return not value.strip() or _full(f"{_REFERENCE}|{_NOTHING}", value)


def _hide_word(word: str) -> str:
    opening, value, closing = _split(word)
    return word if _harmless(value) else opening + HIDDEN + closing


def _hide(match: re.Match[str]) -> str:
    """Everything before the group `value` stays, and the quotes around it."""
    start = match.start("value") - match.start()
    return match.group()[:start] + _hide_word(match["value"]) + match.group()[match.end("value") - match.start() :]


def _hide_bare(match: re.Match[str]) -> str:
    """As `_hide`, for a value without quotes, which in program text may be an expression."""
    return match.group() if _full(_CODE, match["value"]) else _hide(match)


def _hide_field(match: re.Match[str]) -> str:
    """As `_hide`, unless the quote behind the name ends a text, as in `find('password=')`."""
    return match.group() if _split(match["value"])[1][:1] in (" ", ")", ",", "]", "}", ";") else _hide(match)


def _hide_option(match: re.Match[str]) -> str:
    """As `_hide`, but `--private-key ./deploy.pem` and `--token @file` name a file, `-pass env:PW` a variable."""
    named = _full(r"""\\*["']?(?:@|[.~]{0,2}/|env:|file:|fd:|pass:).*|[^"']*/[^"']*\.[a-z]{2,5}""", match["value"])
    return match.group() if named else _hide(match)


def _hide_if_random(match: re.Match[str]) -> str:
    """As `_hide`, where the value may as well be prose or a type: only what is long and mixes digits and letters."""
    value = match["value"].strip("\"'")
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    return _hide(match) if mixed and len(value) >= 6 or len(value) >= 32 else match.group()


def _hide_user(match: re.Match[str]) -> str:
    """The password of `-u user:password`, but not `-u 1000:1000` or `--user www-data:www-data` of a container."""
    user, value = match["user"], match["value"]
    if (user.isdigit() and value.isdigit()) or user == value or value.startswith(("//", "r:", "w:", "v:")):
        return match.group()
    return _hide(match)


def _hide_settings(match: re.Match[str]) -> str:
    """The values of `secrets set NAME=value …`, whatever the names are."""
    return _sub(rf"(?P<name>[A-Za-z_]\w*=|--body[= ]\s*|-b\s+)(?P<value>{_WORD})", _hide, match.group())


def _word_after(hints: tuple[str, ...], before: str, behind: str = "") -> tuple[tuple[str, ...], str, Replacement]:
    """Hides the word behind a pattern, in which `<within>` stands for the rest of a command."""
    return hints, f"(?P<name>{before.replace('<within>', _SEGMENT)})(?P<value>{_WORD}){behind}", _hide


_SECRET_NAMES = ("pass", "secret", "token", "key", "credential", "pwd", "_auth", "_pw")

_guards += [
    (
        ("private key",),
        r"(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----).*?(-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
        rf"\1 {HIDDEN} \2",
    ),
    # URLs: user:password@, a long user alone (a token), and parameters that sign or authorise
    (
        ("://",),
        r"""(?P<name>[A-Za-z][\w+.-]*://[^\s/:@"'`\[]*:)(?P<value>[^\s/"'`]{1,300})(?=@)""",
        _hide,
    ),
    (("://",), r"""(?P<name>://)(?P<value>[^\s/:@"'`$.\[]{20,})(?=@)""", _hide),
    (
        ("key=", "sig=", "signature=", "credential=", "code=", "token=", "auth="),
        r"""(?P<name>(?i:[?&](?:key|sig|signature|code|auth|x-amz-(?:signature|credential|security-token)|[\w-]*token)=))"""
        r"""(?P<value>[^&\s"'`;|)>]+)""",
        _hide,
    ),
    (("hooks.slack.com/",), r"(hooks\.slack\.com/(?:services|workflows|triggers)/)[\w/-]+", rf"\1{HIDDEN}"),
    (("/api/webhooks/",), r"(/api/webhooks/\d+/)[\w-]+", rf"\1{HIDDEN}"),
    (("bot",), r"(\bbot\d{6,12}:)[\w-]{20,}", rf"\1{HIDDEN}"),
    # HTTP headers
    (
        ("authorization",),
        r"""(?P<name>(?i:authorization)\\*["']?\s*[:=,]\s*\\*["']?(?:(?i:bearer|basic|token|digest|apikey|bot|"""
        r"""aws4-hmac-sha256|negotiate|key|sso-key|oauth|discogs|pat)[\s=]+|(?=[^\s"']{6}))?)(?P<value>[^\s"'\\`]+(?:,?\s*\w+=[^\s"'\\`]+)*)""",
        _hide,
    ),
    (("bearer",), r"(?P<name>\b[Bb](?:earer|EARER)\\?[\s+]\s*)(?P<value>[\w.~+/=:-]+)", _hide_if_random),
    (
        ("x-", "-token:", "-key:", "apikey:"),
        r"""(?P<name>(?i:\b(?:x-[\w-]*(?:key|token|secret|auth|signature)|private-token|job-token|deploy-token|api-key|apikey|"""
        r"""dd-(?:api|application)-key|ocp-apim-subscription-key)):\s*)(?P<value>[^\s"'`\\]+)""",
        _hide,
    ),
    (("cookie:",), r"""(?P<name>(?i:\b(?:set-)?cookie):\s*)(?P<value>[^"'\n]+)""", _hide),
    (
        ("--cookie", "curl"),
        rf"""(?P<name>(?<!\S)--cookie[= ]\s*|\bcurl\b{_SEGMENT}\s-b(?:\s+|(?=["'])))"""
        r"""(?P<value>"\w[^"=\n]*=[^"\n]*"|'\w[^'=\n]*=[^'\n]*'|\w[\w.-]*=[^\s"']+)""",
        _hide,
    ),
    # options of programs
    (
        _SECRET_NAMES,
        rf"(?P<name>(?<![\w-])--?(?!-|no-)[\w-]*(?i:{_NAMES}|(?<=-)pass|oauth2-bearer|(?<=-)pw)(?:=|[ \t]+(?!-)))"
        rf"(?P<value>{_WORD})",
        _hide_option,
    ),
    (
        ("-u", "-user"),
        r"""(?P<name>(?<!\S)(?:-u|-U|--user|--proxy-user|--http-user)(?:=|\s*)["']?(?P<user>[^\s:"'$/]+):)"""
        r"""(?P<value>[^\s"'|;&]+)""",
        _hide_user,
    ),
    _word_after(("mysql", "mariadb", "mycli"), r"\b(?:mysql\w*|mariadb[\w-]*|mycli)\b<within>\s-p"),
    _word_after(("7z", "rar "), r"\b(?:7z[ar]?|7zz|unrar|rar)\s<within>-p"),
    _word_after(("sshpass",), r"\bsshpass\s+(?:-v\s+)?-p\s*"),
    _word_after(("redis-cli", "valkey-cli"), r"\b(?:redis|valkey)-cli\b<within>\s(?:-a|--pass)\s+"),
    _word_after(("login",), r"\blogin\b<within>\s-p\s+"),
    _word_after(("mongo",), r"\bmongo\w*\b<within>\s-p\s*"),
    _word_after(("ldap",), r"\bldap\w+\b<within>\s-w\s*"),
    _word_after(("zip",), r"\b(?:un)?zip\b<within>\s-P\s*"),
    _word_after(("htpasswd",), r"\bhtpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+"),
    (("pass:",), r"""(?P<name>\bpass:)(?P<value>[^\s"'`]+)""", _hide),
    (("-u",), r"""(?P<name>(?<!\S)-U\s*["']?[^\s%"'$]+%)(?P<value>[^\s"']+)""", _hide),
    # standard input
    _word_after(
        ("-s", "-stdin", "with-token", "passwd"),
        r"\b(?:echo|printf)\s+(?:-\w+\s+|['\"]?%s(?:\\n)?['\"]?\s+)*",
        r"(?=\s*\|[^|;&\n]{0,200}(?:\bsudo\s[^|;&\n]{0,60}-\w{0,9}S|--password-stdin|--with-token|--token-stdin|"
        r"\bch?passwd\b|\bchpasswd\b))",
    ),
    _word_after(
        ("<<<",),
        r"\b(?:sudo\s[^|;&\n]{0,60}-\w{0,9}S|passwd|chpasswd|cryptsetup|--password-stdin)\b[^|;&\n]{0,200}<<<\s*",
    ),
    # settings of services
    (("secret",), r"\bsecrets?[ :](?:set|put|add|create|import)\b[^|;&\n]{0,200}", _hide_settings),
    (
        ("secret", "session_token"),
        r"(?P<name>(?i:secret_?access_?key|aws_session_token|secret_?key)[ \t]+)(?P<value>[\w/+=]{16,})",
        _hide,
    ),
    # SQL and .netrc
    (
        ("identified", "password"),
        rf"(?P<name>(?i:\bidentified\s+(?:with\s+\S+\s+)?by\s+(?:password\s+)?|\bpassword\s+))(?P<value>{_QUOTED.format('s')})",
        _hide,
    ),
    (("password",), r"(?P<name>\blogin\s+\S+\s+password\s+)(?P<value>\S+)", _hide),
    # assignments, fields of JSON, YAML and programs
    (
        _SECRET_NAMES,
        rf"""(?P<name>(?i:{_NAMES})(?:_?\d+)?\\*["']?\]?\s*(?:=>|:=|==|!=|=|:)\s*)(?P<value>{_QUOTED.format('n')})""",
        _hide_field,
    ),
    (_SECRET_NAMES, rf"(?P<name>(?i:{_NAMES})(?:_?\d+)?=)(?P<value>(?!\.[*+]|\[){_BARE})", _hide_bare),
    (_SECRET_NAMES, rf"""(?P<name>(?i:{_NAMES})(?:_?\d+)?\\*["']?[ \t]*:[ \t]*)(?P<value>{_BARE})""", _hide_if_random),
]  # fmt: skip
