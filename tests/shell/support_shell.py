"""Starting all of guardsh in a process of its own, in a temporary home, with stub programs only."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.support_home import environment, launcher

# Stands in for the judge: what holds STOP is refused, what holds ASK needs a person; everything else passes. So the
# shell's tests don't depend on the packs, and what they stop is harmless.
STAND_IN = """
import guardsh.shell.gate
from guardsh.syntax import NotUnderstood, SyntaxProblem, bash_verdict, parse
from guardsh.verdict import Finding, Step, Verdict

def stand_in(text, world, rules, settings, dialect="bash", arguments=(), past=0):
    try:
        parse(text, dialect)
    except SyntaxProblem:
        return Verdict("pass", 0, problem=bash_verdict(text).message, syntax_error=True, text=text)
    except NotUnderstood as problem:
        return Verdict("confirm", 50, understood=False, problem=str(problem), text=text)
    for word, action, score in (("STOP", "refuse", 95), ("ASK", "confirm", 60)):
        at = text.rfind(word)
        if at >= past:
            finding = Finding("test.rule", "test", score, (Step(score, "a test"),), (at, at + len(word)), "a thing")
            return Verdict(action, score, (finding,), text=text)
    return Verdict("pass", 0, text=text)

guardsh.shell.gate.judge = stand_in
"""


class Shell:
    """guardsh with a home, a working directory and a PATH below one temporary folder."""

    def __init__(self, folder: Path, before: str = STAND_IN) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.work = folder / "work"
        self.bin = folder / "bin"
        for made in (self.work, self.bin):
            made.mkdir(exist_ok=True)
        self.argv = launcher(folder, self.home, before)
        self.environment = environment(self.home, PATH=str(self.bin))

    def stub(self, name: str, script: str) -> None:
        """A program for the PATH, a shell script."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """guardsh, running."""
        given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        more = given.pop("env", {})
        return subprocess.Popen(
            [*self.argv, *arguments], cwd=given.pop("cwd", self.work), env={**self.environment, **more}, **given
        )

    def run(self, *arguments: str, input: bytes | None = None, **options: Any) -> Done:
        """guardsh, run to its end."""
        stdin = {} if input is not None or "stdin" in options else {"stdin": subprocess.DEVNULL}
        process = self.start(*arguments, **stdin, **options)
        out, err = process.communicate(input, timeout=20)
        return Done(process.returncode, _text(out), _text(err))

    def log(self) -> list[dict[str, Any]]:
        """The entries of the audit log."""
        import json

        path = self.home / ".local/state/guardsh/log/log.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def configure(self, text: str) -> None:
        """Writes the user's configuration."""
        path = self.home / ".config/guardsh/config.toml"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)


def _text(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "surrogateescape")


class Done:
    """How a run ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    def __eq__(self, other: object) -> bool:
        return (self.status, self.out, self.err) == other

    def __repr__(self) -> str:
        return repr((self.status, self.out, self.err))


def bash(shell: Shell, *arguments: str, input: bytes | None = None, **options: Any) -> Done:
    """The real bash with the same arguments in the same surroundings."""
    done = subprocess.run(
        ["bash", *arguments],
        executable="/bin/bash" if os.path.exists("/bin/bash") else "/usr/bin/bash",
        cwd=shell.work,
        env=shell.environment,
        input=input if input is not None else b"",
        capture_output=True,
        timeout=20,
        check=False,
        **options,
    )
    return Done(done.returncode, _text(done.stdout), _text(done.stderr))
