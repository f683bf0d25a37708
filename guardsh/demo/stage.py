"""The throw-away directory that the demo plays in, and running commands there through the real guardsh.

    DIRECTORY/home            what guardsh takes for the user's home: configuration, log and requests of the demo
    DIRECTORY/pocket/infra    somebody's notes and a token, outside the project
    DIRECTORY/pocket/staging  the project, a git repository where there is git
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time

from guardsh.demo.standin import HOST, TOKEN, VOLUME
from guardsh.frozen import Frozen

PATIENCE = 60.0  # seconds for one command; each takes a fraction of one

# The children are all of guardsh, started as it always is, but with the demo's home in the place of the one that the
# password database names, and without the machine's configuration. A program text and no module: a module that takes
# a home would be a way around the user's configuration for whoever calls it.
_START = """\
import sys

sys.path[:] = {path!r}
import functools
import guardsh.config
import guardsh.places

guardsh.places.home = lambda: {home!r}
guardsh.config.load = functools.partial(guardsh.config.load, system={home!r} + "/none.toml")
from guardsh.__main__ import main

sys.argv[0] = "guardsh"
sys.exit(main())
"""

_QUERY = r'{"query":"{ environment(name: \"staging\") { id } }"}'
_MUTATION = r'{"query":"mutation { volumeDelete(volumeId: \"VOLUME\") }"}'.replace("VOLUME", VOLUME)
_URL = f"http://{HOST}/graphql/v2"

_PYTHON = """\
{python} - <<'END'
import urllib.request as u
token = open("{file}").read().split("=")[1].strip()
body = b'''{body}'''
with_token = {{"Authorization": "Bearer " + token}}
call = u.Request("{url}", body, with_token)
print(u.urlopen(call).read().decode())
END"""


class Done(Frozen):
    """What a command did, as its caller sees it."""

    status: int
    said: str  # standard output and error, as they came
    seconds: float


class Stage:
    """The directory and everything in it, gone when the with-block ends."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy
        self.has_git = shutil.which("git") is not None
        self.has_curl = shutil.which("curl") is not None
        self.directory = ""

    def __enter__(self) -> Stage:
        # Where a path has a link in it, as on macOS, git and the judge would tell it in different words.
        self.directory = os.path.realpath(tempfile.mkdtemp(prefix="guardsh-demo-"))
        try:
            self._furnish()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_about: object) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def home(self) -> str:
        """The home of the demo."""
        return os.path.join(self.directory, "home")

    @property
    def project(self) -> str:
        """The directory that the commands run in."""
        return os.path.join(self.directory, "pocket", "staging")

    @property
    def deletion(self) -> str:
        """The command of the founding case; where there is no curl, a Python program that sends the same call."""
        if not self.has_curl:
            return self._python("../infra/.env", _MUTATION)
        return (
            f"curl -s -X POST {_URL} \\\n"
            '  -H "Authorization: Bearer $(cut -d= -f2 ../infra/.env)" \\\n'
            f"  -d '{_MUTATION}'"
        )

    def observe(self, on: bool) -> None:
        """Whether guardsh stops what it judges (the default), or only watches, here."""
        self._write("home/.config/guardsh/config.toml", 'mode = "observe"\n' if on else "", private=True)

    def run(self, command: str) -> Done:
        """Runs a command as an agent does: no input, no terminal, output caught."""
        began = time.perf_counter()
        done = subprocess.run(
            self._argv(command),
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=PATIENCE,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"), time.perf_counter() - began)

    def run_here(self, command: str) -> int:
        """Runs a command on this process's terminal, where a person can answer; returns its exit status."""
        return subprocess.run(self._argv(command), cwd=self.project, env=self._environment(), check=False).returncode

    def _argv(self, command: str) -> list[str]:
        start = _START.format(path=_import_path(), home=self.home)
        return [sys.executable, "-I", "-S", "-c", start, "-c", command]

    def _environment(self) -> dict[str, str]:
        """A small one of the demo's own: nothing of the user's reaches the commands but where programs lie."""
        kept = {name: os.environ[name] for name in ("PATH", "TERM", "NO_COLOR") if name in os.environ}
        return {"LANG": "C.UTF-8", **kept, "HOME": self.home, "GIT_CONFIG_NOSYSTEM": "1", "http_proxy": self._proxy}

    def _furnish(self) -> None:
        self.observe(False)
        # curl takes the first .curlrc that it finds, and would look for one in the user's home after this one.
        self._write("home/.curlrc", "")
        self._write("pocket/infra/.env", f"RAILWAY_TOKEN={TOKEN}\n", private=True)
        self._write("pocket/infra/domains.md", "Custom domains: the token is in .env\n")
        self._write("pocket/staging/.env", "RAILWAY_TOKEN=staging-of-last-year\n", private=True)
        self._write("pocket/staging/.gitignore", ".env\nnode_modules/\n")
        self._write("pocket/staging/package.json", '{ "name": "pocket", "scripts": { "test": "sh test.sh" } }\n')
        self._write("pocket/staging/test.sh", "test -f package.json && echo '3 checks passed'\n")
        self._write("pocket/staging/deploy.sh", self._deploy())
        self._write("pocket/staging/node_modules/left-pad/index.js", "module.exports = (s) => s;\n")
        if self.has_git:
            self._commit()

    def _deploy(self) -> str:
        if self.has_curl:
            call = f"curl -s -X POST {_URL} -H \"Authorization: Bearer $RAILWAY_TOKEN\" -d '{_QUERY}'"
        else:
            call = self._python(".env", _QUERY)
        failed = 'case $answer in *errors*) echo "deploy failed: $answer"; exit 1 ;; esac'
        return f". ./.env\nanswer=$({call}\n)\n{failed}\n"

    def _python(self, file: str, body: str) -> str:
        python = "python3" if shutil.which("python3") else sys.executable
        return _PYTHON.format(python=python, file=file, body=body.replace("\\", "\\\\"), url=_URL)

    def _commit(self) -> None:
        git = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@pocket.example", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Pocket, ready for staging"]):
            subprocess.run(
                [*git, *arguments],
                cwd=self.project,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=PATIENCE,
                check=True,
            )

    def _write(self, name: str, text: str, private: bool = False) -> None:
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if private:
            os.chmod(path, 0o600)


def _import_path() -> list[str]:
    """Where this process finds guardsh and what it needs, absolute: the children start elsewhere."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return [top, *(os.path.abspath(entry) for entry in sys.path if entry and entry != top)]
