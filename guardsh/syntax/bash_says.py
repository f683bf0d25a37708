"""What the real bash says about a text's syntax, without running it."""

from __future__ import annotations

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ARGUMENT = 100_000  # bytes; Linux allows 128 KiB for one argument


class BashSays(Frozen):
    """`valid` is None if bash couldn't be asked; `message` what it wrote, warnings included.

    `extglob`: it is valid only with that option, which bash sets while it runs a script, never while it checks one.
    """

    valid: bool | None
    message: str = ""
    extglob: bool = False


def bash_verdict(text: str, bash: str = "/bin/bash", timeout: float = 2.0) -> BashSays:
    """Ask `bash -n`, and if it refuses the text, `bash -O extglob -n`. Nothing is run; raises nothing."""
    if "\0" in text:
        return BashSays(None, "NUL character")
    plain = _ask(text, [bash], timeout)
    if plain.valid is not False:
        return plain
    extended = _ask(text, [bash, "-O", "extglob"], timeout)
    return BashSays(True, extended.message, extglob=True) if extended.valid else plain


def _ask(text: str, command: Sequence[str], timeout: float) -> BashSays:
    import subprocess

    script = text.encode("utf-8", "surrogateescape")
    by_argument = len(script) < _ARGUMENT
    try:
        done = subprocess.run(
            [*command, "-n", "-c", "--", script] if by_argument else [*command, "-n"],
            input=b"" if by_argument else script,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={},
            timeout=timeout,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return BashSays(None, str(error))
    message = done.stderr.decode("utf-8", "surrogateescape")
    if done.returncode < 0:
        return BashSays(None, message)
    # A wrong [[ ]] is reported, and its line not run, but the exit status is 0.
    complaint = any("warning:" not in line for line in message.splitlines())
    return BashSays(done.returncode == 0 and not complaint, message)
