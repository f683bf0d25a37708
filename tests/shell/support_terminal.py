"""An interactive shell with the guard in it, on a terminal of its own."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pexpect

from guardsh.shell import prompts
from tests.shell.support_shell import STAND_IN, Shell

# A terminal without an agent above it, whoever runs the tests.
ALONE = STAND_IN + "\nimport guardsh.confirm.presence as presence\npresence.may_ask = lambda *more: None\n"
_SEQUENCE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\x1b[=>]|\r")


def plain(text: str) -> str:
    """Text without a terminal's control sequences."""
    return _SEQUENCE.sub("", text)


class Terminal:
    """Types into a shell, and sees what it prints."""

    def __init__(self, shell: Shell, argv: list[str], **environment: str) -> None:
        self.shell = shell
        surroundings = {
            **shell.environment,
            "PATH": f"{shell.bin}:/usr/bin:/bin",
            "HISTFILE": "/dev/null",
            **environment,
        }
        self.child = pexpect.spawn(
            argv[0], argv[1:], cwd=str(shell.work), env=surroundings, timeout=20, encoding="utf-8",
            dimensions=(50, 150), codec_errors="surrogateescape",
        )  # fmt: skip
        self.number = 0
        self.run("true")
        self.ready()

    def ready(self) -> None:
        """Waits for the server of the shell, which starts beside it."""
        folder = self.shell.home / ".local/state/guardsh/lines"
        until = time.monotonic() + 10
        while not list(folder.glob("*/answered")) and time.monotonic() < until:
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Types text, without Enter."""
        self.child.send(text)

    def run(self, text: str) -> str:
        """Types lines with Enter behind each, waits for their end, and returns what was printed, plainly."""
        self.type(text.replace("\n", "\r") + "\r")
        return self.settle()

    def settle(self) -> str:
        """What was printed until the shell took another line."""
        self.number += 1
        self.type(f"echo settled-$(({self.number} + 0))-$?\r")
        self.child.expect(rf"settled-{self.number}-([0-9]+)\r\n")
        self.status = int(self.child.match.group(1))  # type: ignore[union-attr]
        return plain(self.child.before or "")

    def close(self) -> int | None:
        """Ends the shell; its exit status."""
        self.child.sendeof()
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus

    @property
    def ran(self) -> list[str]:
        """What the log says ran, without this class's own lines."""
        return [e["text"] for e in self.shell.log() if e["outcome"] == "ran" and "settled-" not in e["text"]][1:]


def plain_bash(folder: Path, *, before: str = ALONE, rc: str = "", after: str = "", **environment: str) -> Terminal:
    """bash with the code of `guardsh init bash` in its rc file."""
    shell = Shell(folder, before)
    file = folder / "rc"
    file.write_text(f"PS1='P> '\nPS2='C> '\n{rc}\n{prompts.bash(shell.argv)}\n{after}\n")
    return Terminal(shell, ["/bin/bash", "--rcfile", str(file), "-i"], **environment)
