"""The argument forms of a shell, parsed as the shell itself parses them, so that the right word is judged.

Source: bash 5.2 shell.c (parse_long_options, parse_shell_options, main), dash options.c, zsh init.c (parseopts). A form
that isn't known here is WRONG and runs nothing: a newer shell may give it a meaning that would hide the command.
"""

from __future__ import annotations

from guardsh.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = "command"  # -c TEXT
FILE = "file"  # a script file
STDIN = "stdin"  # commands on standard input that isn't a terminal
INTERACTIVE = "interactive"  # commands typed by a person, or -i
INFORM = "inform"  # --help, --version: the shell prints something and runs nothing
WRONG = "wrong"  # the shell refuses these arguments: exit status 2

# Without the dash; the bool says whether the next word is its value.
LONG_OPTIONS = {
    "debug": False,
    "debugger": False,
    "dump-po-strings": False,
    "dump-strings": False,
    "help": False,
    "init-file": True,
    "login": False,
    "noediting": False,
    "noprofile": False,
    "norc": False,
    "posix": False,
    "pretty-print": False,
    "protected": False,
    "rcfile": True,
    "restricted": False,
    "verbose": False,
    "version": False,
    "wordexp": False,
}
BASH_LETTERS = "abefhiklmnprstuvxBCDEHPT"
SH_LETTERS = BASH_LETTERS + "IVq"  # dash, busybox; where sh is bash it refuses these itself
ZSH_ENDS_OPTIONS = "b"


class Invocation(Frozen):
    """What a shell was asked to do."""

    mode: str  # COMMAND, FILE, STDIN, INTERACTIVE, INFORM or WRONG
    dialect: str  # bash, sh or zsh
    program: str  # argv[0] as given
    text: str = ""  # the command text of -c
    file: str = ""  # the script's path as written
    name: str = ""  # $0
    arguments: tuple[str, ...] = ()  # $1 …
    interactive: bool = False
    login: bool = False
    options: tuple[str, ...] = ()  # "-o pipefail", "+o posix", "-O extglob" … in order
    startup: tuple[str, ...] = ()  # files of --rcfile and --init-file: an interactive bash reads the last
    problem: str = ""  # for WRONG: what the shell would say

    @property
    def runs_nothing(self) -> bool:
        """-n or -o noexec in force: the shell reads commands and runs none. Interactive shells don't heed it."""
        if self.interactive:
            return False
        if self.dialect == "zsh":
            return self.options == ("-n",)  # zsh has too many ways to say that commands do run
        said = [option for option in self.options if option in ("-n", "+n", "-o noexec", "+o noexec")]
        return bool(said) and said[-1] in ("-n", "-o noexec")


def dialect_of(program: str) -> str:
    """bash, sh or zsh by the name a shell is called by (a leading dash of a login shell aside); "" for another name."""
    name = program.rsplit("/", 1)[-1].lstrip("-")
    if name in ("bash", "rbash"):
        return "bash"
    if name in ("sh", "dash", "ash"):
        return "sh"
    return "zsh" if name in ("zsh", "rzsh") else ""


def parse(argv: Sequence[str], dialect: str, terminal: bool) -> Invocation:
    """What a shell of this dialect, called with argv (argv[0] included), would do.

    `terminal` says whether both standard input and standard error are terminals: then a shell without a command and
    without a file is interactive.
    """
    parser = _Zsh(argv, dialect) if dialect == "zsh" else _Bash(argv, dialect)
    try:
        parser.read()
    except _Wrong as problem:
        return Invocation(WRONG, dialect, argv[0], problem=str(problem))
    return parser.invocation(terminal)


class _Wrong(Exception):
    """The shell would refuse these arguments."""


class _Parser:
    def __init__(self, argv: Sequence[str], dialect: str) -> None:
        self.argv = argv
        self.dialect = dialect
        self.index = 1
        self.command = False
        self.stdin = False
        self.interactive = False
        self.inform = False
        self.login = argv[0].startswith("-")
        self.options: list[str] = []
        self.startup: list[str] = []

    def read(self) -> None:
        """Reads the options; `index` is then the first word behind them."""
        raise NotImplementedError

    def invocation(self, terminal: bool) -> Invocation:
        """The record, from the options and the words behind them."""
        rest = list(self.argv[self.index :])
        found = Invocation(
            INFORM if self.inform else STDIN,
            self.dialect,
            self.argv[0],
            name=self.argv[0],
            interactive=self.interactive,
            login=self.login,
            options=tuple(self.options),
            startup=tuple(self.startup),
        )
        if self.inform:
            return found
        if self.command:
            return self._command(found, rest)
        if rest and not self.stdin:
            return found.but(mode=FILE, file=rest[0], name=rest[0], arguments=tuple(rest[1:]))
        mode = INTERACTIVE if self.interactive or terminal else STDIN
        return found.but(mode=mode, arguments=tuple(rest), interactive=mode == INTERACTIVE)

    def _command(self, found: Invocation, rest: list[str]) -> Invocation:
        if not rest:
            return found.but(mode=WRONG, problem="-c: option requires an argument")
        return found.but(
            mode=COMMAND, text=rest[0], name=rest[1] if rest[1:] else self.argv[0], arguments=tuple(rest[2:])
        )


class _Bash(_Parser):
    """bash, and sh where it is bash, dash or busybox: what they share parses alike, the rest the real sh refuses."""

    def read(self) -> None:
        self._long_options()
        while self.index < len(self.argv) and self.argv[self.index][:1] in ("-", "+"):
            word = self.argv[self.index]
            self.index += 1
            if word in ("-", "--"):
                return
            self._letters(word)

    def _long_options(self) -> None:
        """Full-word options, with one dash or two, before all others."""
        while self.index < len(self.argv) and self.argv[self.index].startswith("-"):
            word = self.argv[self.index]
            name = word[2:] if word.startswith("--") else word[1:]
            if name not in LONG_OPTIONS:
                if word.startswith("--") and word != "--":
                    raise _Wrong(f"{word}: invalid option")
                return
            self.index += 1
            self._long(name)

    def _long(self, name: str) -> None:
        if LONG_OPTIONS[name]:
            if self.index >= len(self.argv):
                raise _Wrong(f"{name}: option requires an argument")
            self.startup.append(self.argv[self.index])
            self.index += 1
        elif name == "login":
            self.login = True
        elif name in ("help", "version"):
            self.inform = True
        else:
            self.options.append(f"--{name}")

    def _letters(self, word: str) -> None:
        letters = SH_LETTERS if self.dialect == "sh" else BASH_LETTERS
        for letter in word[1:]:
            if letter == "c":
                self.command = True
            elif letter in "oO":
                self._named(word[0] + letter)
            elif letter not in letters:
                raise _Wrong(f"{word[0]}{letter}: invalid option")
            else:
                self._letter(word[0], letter)

    def _named(self, option: str) -> None:
        """-o NAME and its kin; as the last word it lists the options instead."""
        if self.index < len(self.argv):
            self.options.append(f"{option} {self.argv[self.index]}")
            self.index += 1

    def _letter(self, sign: str, letter: str) -> None:
        if letter == "l":
            self.login = True
        elif letter == "s":
            self.stdin = True
        elif letter == "i":
            self.interactive = sign == "-"
        else:
            self.options.append(sign + letter)


class _Zsh(_Parser):
    """zsh: -o may hold its value, --NAME is any option, -b ends the options."""

    def read(self) -> None:
        while self.index < len(self.argv) and self.argv[self.index][:1] in ("-", "+"):
            word = self.argv[self.index]
            self.index += 1
            if word in ("-", "+", "--", "+-"):
                return
            if word.startswith("--"):
                self._long(word)
            elif self._letters(word):
                return

    def _long(self, word: str) -> None:
        if word in ("--help", "--version"):
            self.inform = True
        elif not word[2:].replace("-", "").replace("_", "").isalnum():
            raise _Wrong(f"no such option: {word[2:]}")
        else:
            self._option(f"--{word[2:]}")

    def _letters(self, word: str) -> bool:
        """Reads grouped letters; says whether one of them ends the options."""
        ends = False
        for place, letter in enumerate(word[1:], 1):
            if letter == "c":
                self.command = True
            elif letter == "o":
                self._named(word[0], word[place + 1 :])
                return ends
            elif letter in ZSH_ENDS_OPTIONS:
                ends = True
            elif not (letter.isascii() and letter.isalnum()):
                raise _Wrong(f"bad option: {word[0]}{letter}")
            else:
                self._letter(word[0], letter)
        return ends

    def _named(self, sign: str, attached: str) -> None:
        if not attached:
            if self.index >= len(self.argv):
                raise _Wrong("string expected after -o")
            attached = self.argv[self.index]
            self.index += 1
        self._option(f"{sign}o {attached}")

    def _option(self, option: str) -> None:
        """An option by name: upper case and underscores don't count."""
        self.options.append(option)
        name = option.lstrip("-+").removeprefix("o ").lower().replace("_", "").replace("-", "")
        on = not option.startswith("+")
        if name in ("interactive", "login", "shinstdin"):
            self._letter("-" if on else "+", {"interactive": "i", "login": "l", "shinstdin": "s"}[name])

    def _letter(self, sign: str, letter: str) -> None:
        on = sign == "-"
        if letter == "l":
            self.login = on
        elif letter == "s":
            self.stdin = on
        elif letter == "i":
            self.interactive = on
        else:
            self.options.append(sign + letter)
