"""The subcommands, one small module each, loaded when asked for."""

from __future__ import annotations

from importlib import import_module

import click

from guardsh import __version__

COMMANDS = {
    "approve": "allow a waiting request once",
    "check": "judge commands without running them",
    "config": "the settings in force, and where each came from",
    "demo": "the nine seconds, replayed against a stand-in",
    "deny": "turn a waiting request down",
    "doctor": "what is guarded here, and what is open",
    "explain": "how a score comes about, line by line",
    "hook": "answer an agent's hook",
    "init": "start-up code that guards a shell from inside",
    "install": "put guardsh in front of an agent",
    "log": "what was judged, and what came of it",
    "pause": "not be asked for a while",
    "pending": "requests that wait for a person",
    "replay": "judge past sessions: what would have been stopped",
    "report": "stops, notes and answers, summed up",
    "rules": "list, show and test rules",
    "setup": "choose the passphrase that unlocks a terminal",
    "shims": "front doors named bash, sh and zsh for agents",
    "undo": "bring back what a command took",
    "trust": "let a project's configuration loosen too",
    "uninstall": "take guardsh away from an agent",
    "unlock": "let this terminal answer agents' requests",
    "watch": "answer agents' requests on a screen of your own",
    "wrong": "turn a wrong verdict into an example",
}


class Commands(click.Group):
    """Finds each subcommand in the module of its name, so that only the one in use is imported."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"guardsh.cli.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="guardsh %(version)s")
def main() -> None:
    """The shell that hesitates for coding agents.

    guardsh -c COMMAND, guardsh SCRIPT and guardsh -s judge a script as bash would run it, then run it with bash, ask a
    person, or refuse it.
    """
