"""What a program runs, by its description."""

from __future__ import annotations

import pytest

from .support import judged


@pytest.mark.parametrize(
    "command",
    [
        "heroku run 'rm -rf /app/data'",
        "aws-vault exec prod -- terraform destroy -auto-approve",
        "mise exec -- terraform destroy -auto-approve",
        "mise x node@20 -- terraform destroy -auto-approve",
        "yarn workspace @acme/db prisma db push --force-reset",
        "pdsh -w web1 'rm -rf /srv/app'",
        "lxc exec c -- rm -rf /srv",
    ],
)
def test_a_quoted_command_and_what_follows_an_environment_are_read(command: str) -> None:
    assert judged(command).action != "pass"


@pytest.mark.parametrize("command", ["heroku run 'ls /app'", "mise exec -- ls", "'/Applications/My App/run' x", "pdsh -w web1 uptime"])
def test_harmless_ones_pass(command: str) -> None:
    assert judged(command).action == "pass"
