"""Arguments, read as the program would read them."""

from __future__ import annotations

import pytest

from tests.rules.packs import invocation_of

GNU = 'name = "t"\nvalues = ["-o", "--output", "-n"]\noptional = ["-i", "--in-place"]\nflags = ["-v", "--verbose", "--version", "--force"]'


def sorted_words(text: str, program: str = GNU) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Options with their values, and operands."""
    invocation = invocation_of(text, program)
    options = [(option.name, option.value.text if option.value is not None else None) for option in invocation.options]
    return options, [operand.text for operand in invocation.operands]


@pytest.mark.parametrize(
    ("text", "options", "operands"),
    [
        ("t a b", [], ["a", "b"]),
        ("t -v a", [("-v", None)], ["a"]),
        ("t -vx a", [("-v", None), ("-x", None)], ["a"]),
        ("t -o f a", [("-o", "f")], ["a"]),
        ("t -of a", [("-o", "f")], ["a"]),
        ("t -vof a", [("-v", None), ("-o", "f")], ["a"]),
        ("t -o=f a", [("-o", "f")], ["a"]),
        ("t --output f a", [("--output", "f")], ["a"]),
        ("t --output=f a", [("--output", "f")], ["a"]),
        ("t --out f a", [("--output", "f")], ["a"]),
        ("t --ver a", [("--ver", None)], ["a"]),
        ("t --verb a", [("--verbose", None)], ["a"]),
        ("t --in-place a", [("--in-place", None)], ["a"]),
        ("t --in-place=.bak a", [("--in-place", ".bak")], ["a"]),
        ("t -i a", [("-i", None)], ["a"]),
        ("t -i.bak a", [("-i", ".bak")], ["a"]),
        ("t -- -v a", [], ["-v", "a"]),
        ("t a -v", [("-v", None)], ["a"]),
        ("t -", [], ["-"]),
        ("t -5 a", [("-5", None)], ["a"]),
        ("t -o", [("-o", None)], []),
        ("t --=x", [("--", "x")], []),
        ("t ''", [], [""]),
    ],
)
def test_gnu_style(text: str, options: list[tuple[str, str | None]], operands: list[str]) -> None:
    assert sorted_words(text) == (options, operands)


def test_word_style() -> None:
    program = 'name = "t"\nstyle = "word"\nvalues = ["-name"]'
    assert sorted_words("t -name x -auto-approve", program) == ([("-name", "x"), ("-auto-approve", None)], [])
    assert sorted_words("t -state=f", program) == ([("-state", "f")], [])


def test_pairs_style() -> None:
    assert sorted_words("t if=/dev/zero of=x plain", 'name = "t"\nstyle = "pairs"') == (
        [("if=", "/dev/zero"), ("of=", "x")],
        ["plain"],
    )


def test_bundle_style() -> None:
    program = 'name = "t"\nstyle = "bundle"\nvalues = ["-f"]'
    assert sorted_words("t xvf a.tar b", program) == ([("-x", None), ("-v", None), ("-f", "a.tar")], ["b"])
    assert sorted_words("t -xf a.tar", program) == ([("-x", None), ("-f", "a.tar")], [])


def test_without_style_everything_is_an_operand() -> None:
    assert sorted_words("t -a --b", 'name = "t"\nstyle = "none"') == ([], ["-a", "--b"])


def test_a_program_that_nobody_described() -> None:
    assert sorted_words("t -abc --long=x --flag y", "") == (
        [("-a", None), ("-b", None), ("-c", None), ("--long", "x"), ("--flag", None)],
        ["y"],
    )


def test_options_end_after_as_many_operands_as_are_said() -> None:
    assert sorted_words("t -v cmd -v --x", 'name = "t"\nstops = 0') == ([("-v", None)], ["cmd", "-v", "--x"])
    assert sorted_words("t 5 cmd -v", 'name = "t"\nstops = 1') == ([], ["5", "cmd", "-v"])


def test_leading_assignments() -> None:
    invocation = invocation_of("t A=1 B=$HOME cmd C=3", 'name = "t"\nstops = 0\nassigns = true')
    assert [(name, value.text) for name, value in invocation.assignments] == [("A", "1"), ("B", "/home/u")]
    assert [operand.text for operand in invocation.operands] == ["cmd", "C=3"]


def test_a_subcommand_says_more() -> None:
    program = 'name = "t"\nvalues = ["-p"]\n[program.sub."volume rm|delete"]\nvalues = ["-m"]\nstops = 0'
    invocation = invocation_of("t -p shop volume delete -m hard v1 -x", program)
    assert invocation.base == 2
    assert [option.name for option in invocation.options] == ["-p", "-m"]
    assert [value.text for value in invocation.select(["operands"])] == ["v1", "-x"]
    assert invocation_of("t volume list", program).base == 0


def test_commands_within_options() -> None:
    program = 'name = "t"\nstyle = "word"\nruns = [{ as = "command", on = ["-exec"], until = [";", "+"] }]'
    invocation = invocation_of("t . -exec rm -rf {} + -print", program)
    options = {option.name: [word.text for word in option.words] for option in invocation.options}
    assert options == {"-exec": ["rm", "-rf", "{}"], "-print": []}
    assert invocation_of("t . -exec echo 1 + 2 ';'", program).options[0].words[-1].text == "2"


def test_an_option_counts_by_a_unique_abbreviation_or_its_name() -> None:
    invocation = invocation_of("t --verb --dry --force-x", GNU)
    assert invocation.has("--verbose")
    assert invocation.has("--dry-run")
    assert not invocation.has_exactly("--dry-run")
    assert not invocation.has("--force")
    assert not invocation_of("t --force", GNU).has("--force-with-lease")
    assert not invocation_of("undescribed --dry", "").has("--dry-run")


@pytest.mark.parametrize("word", ["false", "0", "no", "False"])
def test_an_option_that_is_turned_off_is_not_there(word: str) -> None:
    invocation = invocation_of(f"t --force={word}", GNU)
    assert not invocation.has("--force")
    assert not invocation.has_exactly("--force")
    assert invocation_of("t --force=true", GNU).has("--force")


@pytest.mark.parametrize(
    ("selectors", "wanted"),
    [
        (["operands"], ["a", "b", "c"]),
        (["first"], ["a"]),
        (["last"], ["c"]),
        (["rest"], ["b", "c"]),
        (["but-last"], ["a", "b"]),
        (["operand:2"], ["b"]),
        (["operand:-1"], ["c"]),
        (["operand:9"], []),
        (["operands:2"], ["b", "c"]),
        (["leading"], ["a"]),
        (["-o"], ["x", "y"]),
        (["-o", "first"], ["x", "y", "a"]),
        (["variable:V"], ["1"]),
        (["variable:W"], []),
        (["line"], ["t a -o x b -o y c"]),
        (["stdin"], ["in\n"]),
    ],
)
def test_selectors(selectors: list[str], wanted: list[str]) -> None:
    invocation = invocation_of("V=1 t a -o x b -o y c <<<in", GNU)
    assert [value.text for value in invocation.select(selectors)] == wanted
