"""Facts about a command or effect, each of them both ways."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from guardsh.facts.world import ExampleWorld
from guardsh.rules.schema import FACTS

from .packs import rules_of, situation

RULES = rules_of("""
[pack]
id = "t"
[[program]]
name = ["ls", "echo"]
reads = true
[[program]]
name = "t"
values = ["-h", "-H"]
host = ["-h", "variable:THOST"]
here = true
context = ["TPROFILE"]
context_files = [{ path = "t.toml", find = 'app = "(.*)"' }, { path = "~/.t" }]
effects = [{ kind = "delete", on = "operands", recursive = ["-r"] }]
[program.sub."push"]
remote = true
[[program]]
name = "cp"
effects = [{ kind = "overwrite", verb = "copy", on = "last" }, { kind = "read", verb = "copy", on = "but-last" }]
[[program]]
name = "fetch"
values = ["-H"]
request = { url = "operands", header = "-H" }
[[program]]
name = "cat"
answer = "content"
reads = true
effects = [{ kind = "read", on = "operands" }]
[[program]]
name = "yes"
[[program]]
name = "reveal"
output = "secret"
[[program]]
name = "dump"
output = "dump"
[[program]]
name = "sudo"
stops = 0
runs = [{ as = "command", on = "operands" }]
[[program]]
name = "ssh"
stops = 1
runs = [{ as = "shell", on = "operands:2", place = "host:operand:1" }]
[[program]]
name = "enter"
stops = 1
runs = [{ as = "command", on = "operands:2", place = "container:operand:1" }]
[[program]]
name = "fresh"
stops = 1
runs = [{ as = "command", on = "operands:2", place = "throwaway:operand:1" }]
[[program]]
name = "walk"
style = "word"
values = ["-name", "-type"]
items = { named = ["-name"], empty = ["-empty", "-type=l"], acts = ["-delete"] }
effects = [{ kind = "delete", on = "items", when = ["-delete"] }]
[[program]]
name = "add"
effects = [{ kind = "append", on = "operands" }]
[[program]]
name = "xargs"
stops = 0
runs = [{ as = "command", on = "operands", items = "stdin" }]
[[program]]
name = "sh"
values = ["-c"]
runs = [{ as = "shell", on = "-c" }]
""")


class Case(NamedTuple):
    """A fact, a text whose last command (or effect) it is true of, and one that it isn't true of."""

    fact: str
    true: str
    false: str
    effect: str = ""
    given: tuple[str, ...] = ()  # for the true one
    more: dict[str, Any] = {}


CASES = [
    # where a target is
    Case("path.root", "t -r /", "t -r /srv", "delete"),
    Case("path.home", "t -r ~", "t -r ~/x", "delete"),
    Case("path.home-part", "t -r ~/Documents", "t -r ~/project/x", "delete"),
    Case("path.system", "t /etc/passwd", "t etc/passwd", "delete"),
    Case("path.device", "t /dev/sda", "t dev/sda", "delete"),
    Case("path.temporary", "t /tmp/x", "t tmp.x", "delete"),
    Case("path.project-root", "t -r .", "t -r src", "delete"),
    Case("path.project", "t src/x", "t /srv/x", "delete"),
    Case("path.above", "t -r ..", "t -r ../other", "delete"),
    Case("path.outside", "t /srv/x", "t src/x", "delete"),
    Case("path.build", "t node_modules", "t src", "delete"),
    Case("path.git", "t -r .git", "t -r git", "delete"),
    Case("path.secret", "t ~/.ssh/id_rsa", "t ~/project/id", "delete"),
    Case("path.startup", "t ~/.bashrc", "t bashrc", "delete"),
    Case("path.guard", "t ~/.config/guardsh/config.toml", "t config.toml", "delete"),
    Case("path.backup", "t shop.bak", "t shop.py", "delete"),
    Case("path.data", "t shop.sqlite3", "t shop.py", "delete"),
    Case("path.unknown", 't "$(x)"', "t x", "delete"),
    Case("path.empty-prefix", 't "$(x)/"*', 't "$HOME/"*', "delete"),
    Case("path.empty", "walk . -empty -delete", "walk . -name x -delete", "delete"),
    # what it is
    Case("path.missing", "t x", "t y", "delete", more={"files": {"y": ""}}),
    Case("path.exists", "t y", "t x", "delete", more={"files": {"y": ""}}),
    Case("path.directory", "t y", "t y/z", "delete", more={"files": {"y/z": ""}}),
    Case("path.clean", "t x", "t x", "delete", ("path.clean",)),
    Case("path.precious", "t x", "t x", "delete", ("path.precious",)),
    Case("path.mount", "t x", "t x", "delete", ("path.mount",)),
    Case("path.many", "t x", "t x", "delete", ("path.many",)),
    Case("path.session", "touch=1; echo > x; t x", "echo > x; t y", "delete"),
    Case("path.session", "echo > a/b; t a/b", "t a; echo > a/b", "delete"),
    Case("path.moved", "cp x a/b; t -r a", "cp x a/b; t -r c", "delete"),
    Case("path.moved", "cp x a/b; t -r a", "echo > a; cp x a/b; t -r a", "delete"),
    Case("path.moved", "cp a/b x; t -r a", "t -r a; cp a/b x", "delete"),
    # git
    Case("git.repository", "t", "ssh host t"),
    Case("git.clean", "t", "x; t"),
    Case("git.unchanged", "ls; t", "x; t"),
    Case("git.dirty", "t", "t", given=("git.dirty",)),
    Case("git.untracked", "t", "t", given=("git.untracked",)),
    Case("git.stash", "t", "t", given=("git.stash",)),
    Case("git.session", "t", "t", given=("git.session",)),
    Case("git.unpushed", "t", "t", given=("git.unpushed",)),
    Case("branch.protected", "t push origin main", "t push origin feature"),
    Case("branch.protected", "t push origin a HEAD:release", "t push main feature"),
    Case("branch.protected", "t push", "t push origin x"),
    Case("branch.mine", "t push origin x", "t push origin x", given=("branch.mine",)),
    Case("branch.merged", "t x", "t x", given=("branch.merged",)),
    # names
    Case("production", "t prod-db", "t product"),
    Case("production", "TPROFILE=prod t x", "OTHER=prod t x"),
    Case("production", "t x", "ls x", more={"env": {"TPROFILE": "live"}}),
    Case("production", "t x", "ls x", more={"files": {"t.toml": 'app = "shop-prod"'}}),
    Case("production", "t x", "ls x", more={"files": {"/home/u/.t": "prod\n"}}),
    Case("production", "ssh prod-1 t x", "ssh web-1 t x"),
    Case("staging", "t staging-db", "t stages"),
    Case("test", "t test-db", "t latest"),
    Case("backup", "t db-backup", "t db"),
    Case("remote", "t x", "t x", given=("remote",)),
    Case("local", "t x", "t -h db.example.com x"),
    Case("local", "t -h localhost x", "THOST=db.example.com t x"),
    Case("local", "fetch http://localhost:3000/x", "fetch https://api.example.com/x", "request"),
    Case("local", "t x", "ssh web t x"),
    Case("local", "t postgres://127.0.0.1/x", "t postgres://db.example.com/x"),
    Case("local", "t x", "ls x"),
    # credentials
    Case(
        "credential.literal",
        "fetch -H 'Authorization: Bearer abcdefgh12345678' https://a.example",
        'fetch -H "Authorization: Bearer $T" https://a.example',
        "request",
    ),
    Case(
        "credential.file",
        'fetch -H "Authorization: Bearer $(cat token)" https://a.example',
        "fetch https://a.example",
        "request",
    ),
    Case("credential.file", 't "$(cat token)"', "t token"),
    Case(
        "credential.foreign",
        'fetch -H "Authorization: Bearer $(cat ../infra/token)" https://a.example',
        'fetch -H "Authorization: Bearer $(cat infra/token)" https://a.example',
        "request",
    ),
    # input
    Case("input.answered", "yes | t", "ls | t"),
    Case("input.answered", "t <<< y", "t"),
    Case("input.file", "t < x", "t"),
    Case("input.file", "cat x | t", "ls | t"),
    Case("input.secret", "reveal | t", "ls | t"),
    Case("input.dump", "dump | t", "ls | t"),
    Case("argument.secret", 't "$(reveal)"', 't "$(ls)"'),
    Case("input.key", "cat ~/.ssh/id_rsa | t", "cat id | t"),
    Case("input.any", "ls | t", "t"),
    # surroundings
    Case("unattended", "CI=true t", "CI=false t"),
    Case("superuser", "sudo t", "t"),
    Case("place.host", "ssh web t", "t"),
    Case("path.outside", "ssh web t -r src", "t -r src"),  # nothing on another machine is this project's
    Case("path.project", "t src", "ssh web t src"),
    Case("place.container", "enter web t", "ssh web t"),
    Case("place.container", "fresh web t", "t"),
    Case("place.throwaway", "fresh web t", "enter web t"),
    Case("settings", "add ~/.bashrc <<< 'export A=1'", "add ~/.bashrc <<< 'nc -l 1'", "append"),
    Case("temporary-database", "t /tmp/x", "t x", "delete"),
    Case("temporary-database", "t :memory:", "t postgres:///tmp/x", "delete"),
    Case("loop", "ls | xargs t", "t"),
    Case("session.refused", "t", "t", given=("session.refused",)),
    Case("loss.saved", "t x", "t x", "delete", given=("loss.saved",)),
    Case("recursive", "t -r x", "t x", "delete"),
    Case("glob", "t x*", "t x", "delete"),
    Case("interpreter", "sh -c x; sh", "t"),
    Case("harmless-value", "GIT_SSH_COMMAND='ssh -i k' t", "GIT_SSH_COMMAND='sh -c id' t"),
    Case("local-file", "t ./x", "t https://x.example/y"),
]
WITHOUT_TEXT = {"tool.file", "tool.mcp"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.fact}: {case.true}"[:50] for case in CASES])
def test_fact(case: Case) -> None:
    world = ExampleWorld(given=frozenset(case.given), **case.more)
    other = ExampleWorld(**({} if case.given else case.more))
    assert situation(case.true, RULES, world, case.effect).holds(case.fact) is True
    assert situation(case.false, RULES, other, case.effect).holds(case.fact) is False


def test_every_fact_is_tried() -> None:
    assert {case.fact for case in CASES} | WITHOUT_TEXT == FACTS


@pytest.mark.parametrize("fact", sorted(WITHOUT_TEXT))
def test_what_an_agents_tool_does(fact: str) -> None:
    from guardsh.reading.invocation import Invocation
    from guardsh.reading.model import Command
    from guardsh.reading.reader import Reading
    from guardsh.rules.conditions import Situation

    for via, wanted in (((fact,), True), (("sudo",), False)):
        invocation = Invocation(Command((), via=via), {})
        assert Situation(ExampleWorld(), Reading((invocation,), ()), invocation).holds(fact) is wanted


def test_what_guardsh_saves_is_no_loss_here() -> None:
    world = ExampleWorld()
    assert not situation("t x", RULES, world, "delete").holds("loss.saved")
    world.saved = "saved: guardsh undo 1"
    assert situation("t x", RULES, world, "delete").holds("loss.saved")
    assert not situation("ssh web t x", RULES, world, "delete").holds("loss.saved")


def test_of_several_operands_any_or_every_one() -> None:
    both = situation("t /tmp/a b", RULES)
    assert both.holds("path.temporary")
    assert not both.holds("path.temporary", every=True)
    assert situation("t /tmp/a /tmp/b", RULES).holds("path.temporary", every=True)
    assert not situation("t", RULES).holds("path.temporary", every=True)


def test_state_of_files_elsewhere_is_not_known() -> None:
    world = ExampleWorld(given=frozenset(["path.clean", "path.session"]))
    for fact in ("path.clean", "path.session", "path.missing"):
        assert not situation("ssh web t x", RULES, world, "delete").holds(fact)


@pytest.mark.parametrize("fact", ["path.clean", "path.missing", "git.clean", "git.unchanged", "git.session"])
def test_what_an_earlier_command_may_have_changed_proves_nothing(fact: str) -> None:
    world = ExampleWorld(given=frozenset({fact} - {"path.missing"}))
    effect = "delete" if fact.startswith("path") else ""
    for before, wanted in (
        ("", True),
        ("ls -la; ", True),
        ("echo > /tmp/log; ", True),
        ("make; ", False),
        ("t y; ", False),
    ):
        assert situation(before + "t x", RULES, world, effect).holds(fact) is wanted, before


def test_an_unknown_fact_is_an_error_not_a_no() -> None:
    for fact in ("path.nothing", "git.nothing"):
        with pytest.raises(ValueError, match="no such fact"):
            situation("t x", RULES, ExampleWorld(), "delete").holds(fact)
    with pytest.raises(KeyError):
        situation("t x", RULES).holds("nothing")


def test_names_are_looked_for_once() -> None:
    asked = situation("t prod", RULES)
    assert asked.names() is asked.names()
