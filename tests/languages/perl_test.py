"""Perl one-liners and programs."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ('system("rm -rf ~")', ["$ rm -rf ~"]),
    ("system 'rm', '-rf', $x;", ["! rm -rf …"]),
    ("exec {'rm'} 'rm', 'x'", ["! rm x"]),
    ("print `id $x`; print qx(ls); readpipe('w')", ["$ id …", "$ ls", "$ w"]),
    ("my $c = 'rm'; $c .= ' x'; system($c) or die", ["$ rm x"]),
    ("system('r' . 'm x')", ["$ rm x"]),
    ("system(qq{rm $ENV{HOME}/x})", ["$ rm /home/u/x"]),
    ("unlink 'a', \"b\"; rmdir('c')", ["delete a", "delete b", "delete c"]),
    ("unlink glob '*.o'; unlink <*.log>", ["delete *.o", "delete *.log"]),
    ("unlink for glob('*.o')", ["delete *.o"]),
    ("for my $f (glob '*.o') { unlink $f }", ["delete *.o"]),
    ("foreach (qw(a b)) { unlink }", ["delete a", "delete b"]),
    ("unlink $x;", ["delete …"]),
    ("unlink …", ["delete …"]),
    (
        "use File::Path qw(remove_tree); remove_tree('/home/u/x', {safe => 1}); File::Path::rmtree(\"y\")",
        ["delete -r /home/u/x", "delete -r y"],
    ),
    ("use File::Copy; move('a', 'b'); rename 'c', 'd'", ["move a", "overwrite b", "move c", "overwrite d"]),
    (
        "open(my $f, '>', 'a'); open F, '>>b'; open(F, 'c'); open(my $p, '-|', 'id'); open P, 'w|'",
        ["overwrite a", "append b", "read c", "$ id", "$ w"],
    ),
    ("eval \"system('id')\"; eval { system('w') }", ["$ id", "$ w"]),
    ("use MIME::Base64; eval decode_base64('c3lzdGVtKCdpZCcp')", ["$ id"]),
    ("use MIME::Base64; eval decode_base64($ARGV[0])", ["run decoded …"]),
    ("use LWP::Simple; eval get('http://x/y')", ["request GET http://x/y", "run downloaded …"]),
    ("HTTP::Tiny->new->delete('https://h/x')", ["request DELETE https://h/x"]),
    ("HTTP::Tiny->new->request('PUT', 'https://h/x', {content => 'a=1'})", ["request PUT https://h/x"]),
    ("$ua->request(HTTP::Request->new(DELETE => 'https://h/x'))", ["request DELETE https://h/x"]),
    ("$dbh->do('DROP TABLE x'); $dbh->prepare(\"delete from $t\")", ["sql drop table x", "sql delete all …"]),
    ("kill 'KILL', -1", ["! kill -KILL -- -1"]),
    ("do 'x.pl'; require './y.pl'", ["< x.pl", "< ./y.pl"]),
    ("s/(.*)/system('id')/e", ["$ id"]),
    ("chdir '/'; unlink 'etc'", ["delete /etc"]),
    ("my $x = <<EOT;\nrm $y\nEOT\nsystem($x); unlink 'z'", ["$ rm …\n", "delete z"]),
    # ordinary work
    ("s/a/b/g; print if /unlink 'x'/; y/a/b/; tr/a-z/A-Z/", []),
    ("while (<>) { chomp; print join(',', split /\\t/), \"\\n\" }", []),
    ("print \"system('rm -rf /')\"; # unlink 'x'", []),
    ("$h{unlink} = 1; %h = (system => 1); my @a = sort { $a <=> $b } keys %h;", []),
    ("…", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_it_does(code: str, found: list[str]) -> None:
    assert sorted(acts("perl", code)) == sorted(found)


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5_000,
        "q" + "{" * 5_000,
        "'" * 5_001,
        "<<A\n" * 2_000,
        "$x." * 5_000,
        "unlink " * 3_000,
        "/" * 4_001,
        "\x00",
        "f->" * 3_000,
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("perl", code, context()):
        assert isinstance(act, Effect)
