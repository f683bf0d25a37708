"""Languages without a reader of their own: what a text in quotes is given to."""

from __future__ import annotations

import pytest

from tests.languages.support import acts

CASES = [
    ("r", "unlink('/srv', recursive=TRUE)", ["delete -r /srv"]),
    ("r", 'system("rm -rf ~")', ["$ rm -rf ~"]),
    ("r", 'system2("rm", c("-rf", "/srv"))', ["$ rm -rf /srv"]),
    ("julia", 'rm("/srv", recursive=true)', ["delete -r /srv"]),
    ("julia", "run(`rm -rf /srv`)", ["$ rm -rf /srv"]),
    ("groovy", "new File('/srv').deleteDir()", ["delete -r /srv"]),
    ("groovy", "'rm -rf /srv'.execute()", ["$ rm -rf /srv"]),
    ("scala", 'import sys.process._; "rm -rf /srv".!', ["$ rm -rf /srv"]),
    ("java", 'Runtime.getRuntime().exec("rm -rf /")', ["$ rm -rf /"]),
    ("elixir", 'File.rm_rf!("/srv")', ["delete -r /srv"]),
    ("erlang", 'os:cmd("rm -rf /srv"), halt().', ["$ rm -rf /srv"]),
    ("lisp", '(system "rm -rf /srv")', ["$ rm -rf /srv"]),
    ("lisp", '(delete-directory "/srv" t)', ["delete -r /srv"]),
    ("go", 'package main\nimport "os"\nfunc main(){ os.RemoveAll("/srv") }', ["delete -r /srv"]),
    ("tcl", "file delete -force /srv", ["delete -r /srv"]),
    ("tcl", "exec rm -rf /srv", ["$ rm -rf /srv"]),
    ("r", "print('rm(1)')", ["run unreadable"]),
    ("r", "# system('rm -rf /')\nx <- 1", ["run unreadable"]),
    ("scala", 'println("delete nothing")', ["run unreadable"]),
    ("r", "x <- …", ["run unreadable"]),
]


@pytest.mark.parametrize(("language", "code", "found"), CASES)
def test_what_it_does(language: str, code: str, found: list[str]) -> None:
    assert sorted(acts(language, code)) == sorted(found)
