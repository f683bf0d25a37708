"""SQL: verbs and targets by dialect, client commands, transactions."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import MARKED, acts, context

STATEMENTS = [
    ("", "drop table users", ["sql drop table users"]),
    ("", 'DROP TABLE IF EXISTS a.b, "C d" CASCADE', ["sql drop table a.b", "sql drop table C d"]),
    ("", "DrOp/**/TaBlE x", ["sql drop table x"]),
    ("psql", "drop materialized view concurrently v", ["sql drop materialized view v"]),
    ("psql", "drop index concurrently if exists i", ["sql drop index i"]),
    (
        "psql",
        "drop schema public cascade; create schema public",
        ["sql drop schema public", "sql create schema public"],
    ),
    ("psql", "drop owned by bob", ["sql drop owned bob"]),
    ("", "drop database …", ["sql drop database …"]),
    ("psql", 'drop table :"t"', ["sql drop table …"]),
    ("psql", "truncate a, only b restart identity cascade", ["sql truncate a", "sql truncate b"]),
    ("", "delete from t", ["sql delete all t"]),
    ("", "delete from t where 1=1", ["sql delete all t"]),
    ("", "delete from t where true or id = 1", ["sql delete all t"]),
    ("", "delete from t where id > 0", ["sql delete all t"]),
    ("", "delete from t where id is not null", ["sql delete all t"]),
    ("", "delete from t where name like '%'", ["sql delete all t"]),
    ("", "delete from t where id in (select id from t)", ["sql delete all t"]),
    ("", "delete from t …", ["sql delete all t"]),
    ("", "delete from t where id = 3", ["sql delete t"]),
    ("", "delete from t where 1=0", ["sql delete t"]),
    ("", "delete from t where id = %s and b = ?", ["sql delete t"]),
    ("", "delete from … where id = …", ["sql delete …"]),
    ("mysql", "delete from t limit 10", ["sql delete t"]),
    ("mysql", "delete t from t join s on t.a = s.a", ["sql delete t"]),
    ("psql", "delete from t using s where t.a = s.a", ["sql delete t"]),
    ("", "update t set a = 'where'", ["sql update all t"]),
    ("", "update t set a = 1 where id = 2", ["sql update t"]),
    ("psql", "with x as (delete from t returning *) select * from x", ["sql delete all t"]),
    ("psql", "with x as (select 1) select * from x", ["sql select"]),
    ("psql", "merge into t using s on a = b when matched then delete", ["sql delete t"]),
    ("psql", "alter table t drop column c", ["sql alter drop column t"]),
    ("mysql", "alter table t drop c, add d int", ["sql alter drop column t"]),
    ("psql", "alter table t alter column c drop not null", ["sql alter table t"]),
    ("psql", "alter table t drop constraint k", ["sql alter drop constraint t"]),
    ("psql", "alter table t rename to u", ["sql alter rename t"]),
    ("psql", "alter user bob with password 'x'", ["sql alter user bob"]),
    ("clickhouse-client", "alter table t delete where 1=1", ["sql delete all t"]),
    ("clickhouse-client", "alter table t drop partition 2020", ["sql alter drop partition t"]),
    ("snowsql", "create or replace table t as select 1", ["sql create or replace table t"]),
    ("psql", "create or replace view v as select 1", ["sql create view v"]),
    ("hive", "insert overwrite table t select 1", ["sql insert overwrite t"]),
    ("mysql", "replace into t values (1)", ["sql replace t"]),
    ("", "insert into t (a) values ('drop table x')", ["sql insert t"]),
    ("psql", "grant all on x to bob", ["sql grant bob"]),
    ("psql", "explain delete from t", ["sql explain"]),
    ("psql", "explain analyze delete from t", ["sql delete all t"]),
    ("psql", "explain (analyze, buffers) delete from t", ["sql delete all t"]),
    ("psql", "explain (analyze off) delete from t", ["sql explain"]),
    ("psql", "copy t to program 'sh -c id'", ["sql copy program sh -c id"]),
    ("psql", "copy t to '/tmp/x'", ["sql copy to file /tmp/x"]),
    ("psql", "copy t to stdout", ["sql copy to t"]),
    ("mysql", "select * from t into outfile '/tmp/x'", ["sql into outfile /tmp/x"]),
    ("mysql", "load data infile 'x' into table t", ["sql load file t"]),
    ("psql", "select pg_terminate_backend(pid) from a", ["sql select a", "sql call pg_terminate_backend"]),
    ("psql", "select dblink_exec('h', 'drop table x')", ["sql select", "sql call dblink_exec h", "sql drop table x"]),
    ("sqlcmd", "exec xp_cmdshell 'dir'", ["sql execute xp_cmdshell", "sql call xp_cmdshell dir"]),
    ("sqlcmd", "exec('drop table x')", ["sql drop table x"]),
    ("sqlcmd", "if exists (select 1) drop table x drop table y", ["sql drop table x", "sql drop table y"]),
    ("sqlcmd", "drop table x\nGO\nselect 1\nGO", ["sql drop table x", "sql select"]),
    ("mysql", "/*!50000 drop table x */", ["sql drop table x"]),
    ("mysql", "shutdown; flush privileges; kill 7", ["sql shutdown", "sql flush privileges", "sql kill"]),
    ("psql", "select 1; -- drop table x", ["sql select"]),
    ("psql", "select 'drop table x', \"drop table y\", $q$drop table z$q$", ["sql select"]),
    ("psql", "select /* drop table x; */ 1", ["sql select"]),
    ("psql", "select * from t for update", ["sql select t"]),
    ("mysql", "select 'it\\'s; drop table x'", ["sql select"]),
    ("psql", "select 'a\\'; drop table x; --'", ["sql select", "sql drop table x"]),
    ("sqlite3", "vacuum; vacuum into 'b.db'", ["sql vacuum", "sql vacuum into b.db"]),
    (
        "sqlite3",
        "pragma table_info(t); pragma writable_schema = 1",
        ["sql pragma table_info", "sql set writable_schema"],
    ),
    ("", "… table x", ["sql unreadable"]),
    ("", "blah blah", ["sql unreadable"]),
    ("", "…", ["run unreadable"]),
]

PROCEDURAL = [
    ("psql", "do $$ begin execute 'drop table x'; end $$", ["sql drop table x"]),
    (
        "psql",
        "do $$ declare r record; begin for r in (select t from p) loop "
        "execute 'drop table ' || quote_ident(r.t) || ' cascade'; end loop; end $$",
        ["sql drop table …"],
    ),
    ("psql", "do $$ begin execute q; end $$", ["sql unreadable"]),
    (
        "sqlite3",
        "create trigger r after insert on t begin delete from log; end; select 1",
        ["sql create trigger r", "sql select"],
    ),
    (
        "mysql",
        "delimiter //\ncreate procedure p() begin delete from t; end //\ndelimiter ;\ncall p()",
        ["sql create procedure p", "sql call p", "sql delete all t"],
    ),
    (
        "psql",
        "create function f() returns void as $$ begin drop table x; end $$ language plpgsql; select f()",
        ["sql create function f", "sql select", "sql drop table x"],
    ),
    (
        "psql",
        "create function f() returns void as $$ begin drop table x; end $$ language plpgsql",
        ["sql create function f"],
    ),
    ("mysql", "prepare s from 'drop table x'; execute s", ["sql drop table x", "sql execute s"]),
    ("sqlplus", "begin execute immediate 'drop table x'; end;\n/", ["sql drop table x", "sql end"]),
]

CLIENTS = [
    ("psql", "\\! rm -rf ~", ["$ rm -rf ~"]),
    ("psql", "select 1 \\! id", ["$ id", "sql select"]),
    ("psql", "\\x \\! id", ["$ id"]),
    ("psql", "\\i f.sql", ["< f.sql"]),
    ("psql", "\\copy t to program 'sh -c id'", ["$ sh -c id"]),
    ("psql", "\\copy (select 1) to 'out.csv' csv", ["overwrite out.csv"]),
    ("psql", "\\copy t from 'in.csv'", ["read in.csv", "sql copy from t"]),
    ("psql", "select 1 \\g |sh", ["$ sh", "sql select"]),
    ("psql", "\\o |sh\nselect 1;", ["$ sh", "sql select"]),
    ("psql", "\\set x `id`", ["$ id"]),
    ("psql", "\\set q 'drop table t'\n:q;", ["sql drop table t", "sql set"]),
    ("psql", "select 'drop table '||t from x \\gexec", ["sql unreadable", "sql select x", "sql drop table …"]),
    ("psql", "\\dt\n\\d users\n\\l", []),
    ("psql", "copy t from stdin;\n1\tdrop table x;\n\\.\ntruncate z;", ["sql copy from t", "sql truncate z"]),
    ("psql", "copy t from stdin; drop table y;\n1\n\\.", ["sql copy from t", "sql drop table y"]),
    ("postgres", "\\! id", ["$ id"]),
    ("sqlite", ".shell id", ["$ id"]),
    ("mysql", "\\! id", ["$ id"]),
    ("mysql", "system id", ["$ id"]),
    ("mysql", "source f.sql", ["< f.sql"]),
    ("mysql", "\\. f.sql", ["< f.sql"]),
    ("sqlite3", ".shell id", ["$ id"]),
    ("sqlite3", ".sy id", ["$ id"]),
    ("sqlite3", ".read f.sql", ["< f.sql"]),
    ("sqlite3", ".read |id", ["$ id"]),
    ("sqlite3", ".once out.txt\nselect 1;", ["overwrite out.txt", "sql select"]),
    ("sqlite3", ".output |sh", ["$ sh"]),
    ("sqlite3", ".restore main b.db", ["sql restore b.db"]),
    ("sqlite3", ".tables\n.schema users\n.mode csv\n.headers on\nselect 1;", ["sql select"]),
    ("sqlplus", "host id", ["$ id"]),
    ("sqlplus", "@f.sql", ["< f.sql"]),
    ("sqlcmd", ":!! dir", ["$ dir"]),
]


@pytest.mark.parametrize(("program", "code", "found"), STATEMENTS + PROCEDURAL + CLIENTS)
def test_what_sql_does(program: str, code: str, found: list[str]) -> None:
    assert sorted(acts("sql", code, program)) == sorted(found)


@pytest.mark.parametrize(
    ("program", "code", "rolled_back"),
    [
        ("psql", "begin; delete from t; rollback", True),
        ("psql", "begin; drop table t; rollback;", True),
        ("psql", "begin; delete from t; commit", False),
        ("psql", "begin; delete from t", False),
        ("psql", "delete from t; begin; rollback", False),
        ("psql", "begin; delete from t; rollback to s", False),
        ("psql", "begin; delete from t; \\i more.sql\nrollback", False),
        ("mysql", "begin; drop table t; rollback", False),
        ("mysql", "begin; delete from t; drop table u; rollback", False),
    ],
)
def test_what_the_text_itself_takes_back(program: str, code: str, rolled_back: bool) -> None:
    found = read("sql", code, context(program))
    effect = next(act for act in found if isinstance(act, Effect) and act.verb.startswith(("delete", "drop")))
    assert (effect.detail("rolled_back") == "yes") is rolled_back


def test_the_database_in_use_is_a_detail() -> None:
    for program, code in [("mysql", "use shop; drop table t"), ("psql", "\\c shop\ndrop table t")]:
        effect = next(
            act for act in read("sql", code, context(program)) if isinstance(act, Effect) and act.verb == "drop table"
        )
        assert effect.detail("database") == "shop"


def test_spans_are_offsets_of_the_statement() -> None:
    code = "select 1;\n  drop table x;"
    effect = next(act for act in read("sql", code, context()) if isinstance(act, Effect) and act.verb == "drop table")
    assert code[slice(*effect.span)] == "drop table x"


def test_a_dialect_can_be_named() -> None:
    (effect,) = read("sql:mysql", "delete from `t`", context())
    assert isinstance(effect, Effect) and effect.verb == "delete all"


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5_000,
        "'" * 5_001,
        "/*" * 5_000,
        "$$" * 3_001,
        "with " * 3_000,
        "delete from t where " + "not " * 4_000 + "1",
        "…" * 900,
    ],
)
def test_broken_and_deep_text_never_raises(code: str) -> None:
    for program in ("psql", "mysql", "sqlite3", "sqlcmd", ""):
        for act in read("sql", code.translate(MARKED), context(program)):
            assert isinstance(act, Effect)


def test_a_long_script_is_cut_loudly() -> None:
    code = "".join(f"drop table t{number};" for number in range(2_000))
    found = read("sql", code, context("psql"))
    last = found[-1]
    assert isinstance(last, Effect) and last.verb == "unreadable"
