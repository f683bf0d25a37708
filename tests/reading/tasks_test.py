"""Tasks of projects: npm scripts, makefiles, just recipes, composer scripts."""

from __future__ import annotations

import json

import pytest

from guardsh.reading.tasks import Makefile
from tests.reading.support import ran


def package(**scripts: str) -> dict[str, str]:
    return {"package.json": json.dumps({"scripts": scripts})}


NPM = [
    ("npm run build", package(build="q"), "q"),
    ("npm run build -- a b", package(build="q"), "q a b"),
    ("npm run build", package(prebuild="q", build="x"), "q"),
    ("npm run build", package(build="x", postbuild="q"), "q"),
    ("npm test", package(test="q"), "q"),
    ("npm t", package(test="q"), "q"),
    ("npm install", package(postinstall="q"), "q"),
    ("npm ci", package(prepare="q"), "q"),
    ("yarn build", package(build="q"), "q"),
    ("pnpm run build", package(build="q"), "q"),
    ("bun run build", package(build="q"), "q"),
    ("node --run build", package(build="q"), "q"),
    ("npm run build", package(build="npm run other", other="q"), "q"),
    ("npm --prefix sub run build", {"sub/package.json": package(build="q")["package.json"]}, "q"),
    ("cd src && npm run build", {**package(build="q"), "src/x": ""}, "q"),
    ("composer build", {"composer.json": '{"scripts": {"build": ["x", "q"]}}'}, "q"),
    ("composer run build", {"composer.json": '{"scripts": {"build": "@other", "other": "q"}}'}, "q"),
    ("just build", {"justfile": "build:\n  q\n"}, "q"),
    ("just", {"justfile": "first:\n  @q\n"}, "q"),
    ("just build", {"justfile": "x := 'q'\nbuild: dep\ndep:\n  {{x}} a\n"}, "q a"),
]


@pytest.mark.parametrize(("text", "files", "command"), NPM, ids=[f"{text}-{n}" for n, (text, _, _) in enumerate(NPM)])
def test_tasks(text: str, files: dict[str, str], command: str) -> None:
    assert command in ran(text, files)


MAKE = [
    ("make", "all:\n\tq\n", "q"),
    ("make", ".PHONY: all\nall:\n\tq\n", "q"),
    ("make x", "all:\n\ta\nx:\n\t@q\n", "q"),
    ("make x", "x: y\ny:\n\t-q\n", "q"),
    ("make x", "C = q\nx:\n\t$(C) a\n", "q a"),
    ("make x", "C = q\nD = $(C)\nx:\n\t${D}\n", "q"),
    ("make x C=q", "C = a\nx:\n\t$(C)\n", "q"),
    ("make x", "C ?= q\nx:\n\t$(C)\n", "q"),
    ("make x", "C = a\nC += b\nx:\n\tq $(C)\n", "q a b"),
    ("make x", "x: ; q\n", "q"),
    ("make x", "x:\n\ta && \\\n\tq\n", "q"),
    ("make x", "C := $(shell q)\nx:\n\ta\n", "q"),
    ("make x", "C != q\nx:\n\ta\n", "q"),
    ("make x", "define C\nq\na\nendef\nx:\n\t$(C)\n", "q"),
    ("make x.o", "%.o: %.c\n\tq\n", "q"),
    ("make other", ".DEFAULT:\n\tq\n", "q"),
    ("make x", "x: export A = 1\nx:\n\tq\n", "q"),
    ("make x", "x:\n\techo $$HOME; q $@\n", "q x"),
    ("make -j4 x", "x:\n\tq\n", "q"),
    ("make -B x", "x:\n\tq\n", "q"),
    ("make x", "x:\n\t$(MAKE) y\ny:\n\tq\n", "q"),
    ("gmake x", "x:\n\tq\n", "q"),
    ("make x y", "x:\n\ta\ny:\n\tq\n", "q"),
    ("make a b", "a b:\n\tq $@\n", "q b"),
]


@pytest.mark.parametrize(("text", "content", "command"), MAKE, ids=[f"{text}-{n}" for n, (text, _, _) in enumerate(MAKE)])
def test_make(text: str, content: str, command: str) -> None:
    assert command in ran(text, {"Makefile": content})


def test_makefiles_elsewhere() -> None:
    content = "x:\n\tq\n"
    assert "q" in ran("make -f - x <<< $'x:\\n\\tq'")
    assert "q" in ran("make -f b.mk x", {"b.mk": content})
    assert "q" in ran("make -C sub x", {"sub/Makefile": content})
    assert "q" in ran("cd sub; make x", {"sub/Makefile": content})
    assert "q" in ran("make x", {"Makefile": "include b.mk", "b.mk": content})
    assert "q" in ran("make --eval='x: ; q' x")
    assert "q" in ran("printf 'x:\\n\\tq' > Makefile; make x")


def test_each_line_of_a_recipe_starts_in_the_makefile_s_directory() -> None:
    from tests.reading.support import reading

    found = reading("make x", {"Makefile": "x:\n\tcd /tmp\n\tq\n"}).commands
    assert [each.command.directory for each in found if each.command.name == "q"] == ["/home/u/project"]


NOTHING = [
    ("make -n x", "x:\n\tq\n"),
    ("make y", "x:\n\tq\n"),
    ("make", "a:\n\tb\nx:\n\tq\n"),
    ("make x", "# x:\n#\tq\nx:\n\ta # q\n"),
]


@pytest.mark.parametrize(("text", "content"), NOTHING, ids=[text for text, _ in NOTHING])
def test_doesn_t_run(text: str, content: str) -> None:
    assert "q" not in ran(text, {"Makefile": content})


def test_what_isn_t_there_or_can_t_be_read_runs_nothing() -> None:
    assert ran("npm run build") == ["npm run build"]
    assert ran("npm run build", {"package.json": "{"}) == ["npm run build"]
    assert ran("npm run build", {"package.json": "[]"}) == ["npm run build"]
    assert ran("make x") == ["make x"]
    assert ran("composer x", {"composer.json": "1"}) == ["composer x"]


def test_scripts_that_call_each_other_end() -> None:
    assert ran("npm run a", package(a="npm run b", b="npm run a"))[-1] == "npm run a"
    assert ran("make a", {"Makefile": "a: b\n\tmake a\nb: a\n\tx\n"})


def test_files_that_include_each_other_end() -> None:
    file = Makefile(lambda name: f"include {name}", {})
    file.read("include a")
    assert file.rules == {}
