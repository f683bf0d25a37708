"""PHP one-liners and programs."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ("system('rm -rf ~');", ["$ rm -rf ~"]),
    ("<?php\n// system('x')\nexec(\"rm $x/a\", $out); ?>", ["$ rm …/a"]),
    ("echo shell_exec('id') . `ls`; passthru('w');", ["$ id", "$ ls", "$ w"]),
    ("$c = 'rm'; $c .= ' x'; system($c);", ["$ rm x"]),
    ("$f = 'sys' . 'tem'; $f('id');", ["$ id"]),
    ("call_user_func('system', 'id');", ["$ id"]),
    ("proc_open(['rm', 'x'], [], $p); pcntl_exec('/bin/rm', ['y']);", ["! rm x", "! /bin/rm y"]),
    ("eval(\"system('id');\"); eval(base64_decode('c3lzdGVtKCdpZCcpOw=='));", ["$ id"]),
    ("eval(base64_decode($_GET['x']));", ["run decoded …"]),
    ("eval(file_get_contents('http://x/y'));", ["request GET http://x/y", "run downloaded …"]),
    ("unlink('a'); rmdir($d . '/b');", ["delete a", "delete …/b"]),
    ("array_map('unlink', glob('cache/*'));", ["delete cache/*"]),
    ("foreach (glob('*.log') as $f) { unlink($f); }", ["delete *.log"]),
    ("foreach (scandir('d') as $k => $f) unlink('d/' . $f);", ["delete d/*"]),
    (
        "rename('a', 'b'); copy('c', 'd'); file_put_contents('e', 'x'); fopen('f', 'a'); chmod('g', 0777);",
        ["move a", "overwrite b", "read c", "overwrite d", "overwrite e", "append f", "permissions g"],
    ),
    ("require 'x.php'; require_once 'vendor/autoload.php';", ["< x.php"]),
    ("unlink(getenv('HOME') . '/x');", ["delete /home/u/x"]),
    (
        "$c = curl_init('https://h/x'); curl_setopt($c, CURLOPT_CUSTOMREQUEST, 'DELETE'); curl_exec($c);",
        ["request DELETE https://h/x"],
    ),
    (
        "file_get_contents('https://h/x', false, stream_context_create(['http' => ['method' => 'DELETE']]));",
        ["request DELETE https://h/x"],
    ),
    (
        "(new GuzzleHttp\\Client())->delete('https://h/x'); $c->request('PUT', 'https://h/y', ['json' => ['a' => 1]]);",
        ["request DELETE https://h/x", "request PUT https://h/y"],
    ),
    ("Http::withToken('x')->delete('https://h/x');", ["request DELETE https://h/x"]),
    (
        "$pdo->exec('DROP TABLE x'); DB::statement(\"truncate $t\"); mysqli_query($c, 'delete from y');",
        ["sql drop table x", "sql truncate …", "sql delete all y"],
    ),
    (
        "DB::table('users')->delete(); DB::table('users')->where('id', 1)->delete(); User::truncate();",
        ["sql delete all users", "sql delete users", "data truncate User"],
    ),
    (
        "Schema::dropIfExists('users'); Artisan::call('migrate:fresh', ['--force' => true]);",
        ["sql drop table users", "! php artisan migrate:fresh --force"],
    ),
    ("File::deleteDirectory('x'); Storage::delete(['a', 'b']);", ["delete -r x", "delete a", "delete b"]),
    ("unlink(…);", ["delete …"]),
    ("echo \"rm -rf /\"; $x->delete(); $cart->remove(1); count($a); print_r(array_filter($b)); // unlink('x')", []),
    ("phpinfo(); echo json_encode(['unlink' => 1]);", []),
    ("…", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("php", code)) == sorted(found)


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5_000,
        "[" * 5_000,
        "'" * 5_001,
        "<<<A\n" * 2_000,
        "$x." * 5_000,
        "unlink(" * 3_000,
        "\x00",
        "$a->b" * 3_000,
        "{" * 4_000,
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("php", code, context()):
        assert isinstance(act, Effect)
