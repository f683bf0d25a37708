"""Where guardsh starts: as a shell, or with a subcommand. Nothing heavier than the way taken is imported."""

from __future__ import annotations

import os
import sys

OWN_FAILURE = 125
_NAMES = (
    "approve check config demo deny doctor explain hook init install log pause pending replay report rules setup shims "
    "trust undo uninstall unlock watch wrong"
)
SUBCOMMANDS = frozenset(_NAMES.split())
OPTIONS = frozenset(("--help", "--version"))


def main() -> int:
    """Runs what the arguments ask for; returns the exit status. A failure of guardsh's own is a line and status 125."""
    try:
        return _main(sys.argv)
    except KeyboardInterrupt:
        return _die_of_interrupt()
    except Exception as error:
        if os.environ.get("GUARDSH_DEBUG") == "1":
            import traceback

            traceback.print_exc()
        return _failed(error)


def _main(argv: list[str]) -> int:
    from guardsh.shell.arguments import dialect_of

    argv = list(argv)
    if argv[1:2] == ["--as"] and len(argv) > 2:
        # A front door says which shell it stands for: --as NAME, before the shell's own arguments.
        argv = argv[2:]
        return _shell(argv, dialect_of(argv[0]) or "bash")
    if argv[1:2] == ["--inside"] and len(argv) > 3:
        from guardsh.shell import inside

        text, name, *arguments = map(_as_utf8, argv[2:])
        return inside.judge(text, name, arguments)
    if argv[1:2] in (["--line"], ["--serve"]) and len(argv) > 3:
        from guardsh.shell import lines

        return lines.main(argv[1], [_as_utf8(word) for word in argv[2:]])
    if argv[1:2] == ["--works"]:
        from guardsh.shell.gate import works

        return 0 if works() else OWN_FAILURE
    dialect = dialect_of(argv[0])
    if dialect:
        return _shell(argv, dialect)
    if is_subcommand(argv[1:], os.environ.get("_GUARDSH_COMPLETE", "")):
        from guardsh.cli import main as cli_main

        return cli_main() or 0
    login = argv[0].startswith("-")
    return _shell(["-bash" if login else "bash", *argv[1:]], "bash")


def is_subcommand(arguments: list[str], completing: str = "") -> bool:
    """Do these arguments ask for a subcommand rather than for a shell? A script of such a name is given as ./check."""
    if not arguments:
        return bool(completing)  # a completion script asks for itself without arguments
    return arguments[0] in SUBCOMMANDS or arguments[0] in OPTIONS or arguments == ["-h"]


def _shell(argv: list[str], dialect: str) -> int:
    import gc

    gc.set_threshold(50_000)  # a process this short makes little garbage; looking for it took a tenth of its time
    from guardsh.shell import run

    status = run.main([_as_utf8(word) for word in argv], dialect)
    # Python would turn an exit status into 120 where nobody reads its standard error any more.
    sys.stdout = sys.stderr = None
    return status


def _as_utf8(word: str) -> str:
    """An argument as the bytes it was given as, read as UTF-8 whatever the locale; the exec gives the same bytes on."""
    if word.isascii():
        return word
    return os.fsencode(word).decode("utf-8", "surrogateescape")


def _die_of_interrupt() -> int:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
    return 128 + signal.SIGINT


def _failed(error: Exception) -> int:
    what = str(error) if isinstance(error, OSError) and str(error) else f"{type(error).__name__}: {error}"
    try:
        sys.stderr.write(
            f"guardsh: failed, nothing ran: {what}\n  GUARDSH_DEBUG=1 shows where; guardsh doctor looks for causes\n"
        )
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass
    return OWN_FAILURE


if __name__ == "__main__":
    sys.exit(main())
