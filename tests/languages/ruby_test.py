"""Ruby: the same acts as the shell's."""

from __future__ import annotations

import pytest

from guardsh.languages import read
from guardsh.reading.model import Effect
from tests.languages.support import acts, context

CASES = [
    ('system("rm -rf ~")', ["$ rm -rf ~"]),
    ('system "rm", "-rf", a', ["! rm -rf …"]),
    ("`id #{x}`; %x(ls)", ["$ id …", "$ ls"]),
    ("exec('id') if a", ["$ id"]),
    ("spawn({'PGHOST' => 'prod'}, 'psql', chdir: '/srv')", ["! env -C /srv PGHOST=prod sh -c psql"]),
    ("require 'open3'; Open3.capture3('rm', 'x'); IO.popen('id'); open('|id')", ["! rm x", "$ id"]),
    ("Kernel.send('sys' + 'tem', 'id'); send(:system, 'ls'); method(:system).call('w')", ["$ id", "$ ls"]),
    ("Kernel.send(x, 'id')", ["run unreadable"]),
    ("Process.kill('KILL', -1)", ["! kill -KILL -- -1"]),
    ("eval \"system('id')\"", ["$ id"]),
    ("require 'base64'; eval Base64.decode64('c3lzdGVtKCdpZCcp')", ["$ id"]),
    ("eval Base64.decode64(ARGV[0])", ["run decoded …"]),
    ("require 'open-uri'; eval URI.open('http://x/y').read", ["request GET http://x/y", "run downloaded …"]),
    ("system(<<~EOS)\n  rm -rf #{dir}/x\nEOS\n", ["$ \n  rm -rf …/x\n"]),
    # files
    ('FileUtils.rm_rf("a/#{x}")', ["delete -r a/…"]),
    ("require 'fileutils'; include FileUtils; rm_rf %w[a b]", ["delete -r a", "delete -r b"]),
    ("FileUtils.rm_rf(Dir.home); FileUtils.rm_r(ENV['HOME'] + '/x')", ["delete -r /home/u", "delete -r /home/u/x"]),
    ("FileUtils.rm_rf(File.expand_path('~/x'))", ["delete -r /home/u/x"]),
    ("File.delete('a', 'b'); Dir.rmdir('c')", ["delete a", "delete b", "delete c"]),
    ('Dir.glob("*.log").each { |f| File.delete(f) }', ["delete *.log"]),
    ("Dir['x/*'].each do |f|\n  File.unlink f\nend", ["delete x/*"]),
    ("Dir.children('d').each { |f| File.delete(File.join('d', f)) }", ["delete d/*"]),
    ("Dir.glob('*').each(&File.method(:delete))", ["delete *"]),
    ("Pathname.new('a').children.each(&:rmtree)", ["delete -r a/*"]),
    (
        "File.write('a', 'x'); File.open('b', 'w') { |f| f.write 1 }; File.read('c')",
        ["overwrite a", "overwrite b", "read c"],
    ),
    (
        "FileUtils.mv('a', 'b'); File.rename('c', 'd'); File.truncate('e', 0)",
        ["move a", "overwrite b", "move c", "overwrite d", "truncate e"],
    ),
    ("Dir.chdir('/') { FileUtils.rm_rf('home') }; FileUtils.rm_rf('x')", ["delete -r /home", "delete -r x"]),
    ("p = '/tmp/x'\np = '/' if a\nFileUtils.rm_rf(p)", ["delete -r /", "delete -r /tmp/x"]),
    ("def clean(d)\n  FileUtils.rm_rf(d)\nend\nclean('/tmp/x')", ["delete -r /tmp/x"]),
    (
        "class A\n  def initialize; @d = '/data'; end\n  def clean; FileUtils.rm_rf(@d); end\nend\nA.new.clean",
        ["delete -r /data"],
    ),
    ("…", ["run unreadable"]),
    ("File.delete(…)", ["delete …"]),
    # services
    ("Net::HTTP.start('h') { |h| h.request(Net::HTTP::Delete.new('/x')) }", ["request DELETE https://h/x"]),
    (
        "require 'httparty'; HTTParty.delete('https://h/x'); RestClient.post('https://h/y', {a: 1})",
        ["request DELETE https://h/x", "request POST https://h/y"],
    ),
    ("ActiveRecord::Base.connection.execute('DROP TABLE x')", ["sql drop table x"]),
    ('conn.exec("delete from #{t}")', ["sql delete all …"]),
    ("User.delete_all; User.where(id: 1).delete_all", ["data delete all User", "data delete"]),
    ("ActiveRecord::Base.connection.drop_table(:users)", ["sql drop table users"]),
    ("Redis.new.flushall", ["data FLUSHALL"]),
    # ordinary work
    ("puts 'rm -rf /'; [1, 2].map { |x| x * 2 }.each { |x| puts x }; h = {a: 1}; h.delete(:a)", []),
    ("x.update(name: 'a'); list.delete('b'); s = 'abc'.tr('a', 'b')", []),
    ("puts(", ["run unreadable"]),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_a_program_does(code: str, found: list[str]) -> None:
    assert sorted(acts("ruby", code)) == sorted(found)


def test_an_effect_that_nothing_calls_says_so() -> None:
    (effect,) = read("ruby", "def unused(p)\n  File.delete(p)\nend\n", context())
    assert isinstance(effect, Effect) and effect.detail("called") == "no"


@pytest.mark.parametrize(
    "code",
    [
        "(" * 3_000,
        "a" + ".b" * 3_000,
        "'x'" + "+'x'" * 2_000,
        "[" * 2_000,
        "if a\n" * 1_000,
        "#{" * 900,
        "\x00",
        "<<~A\n" * 300,
        "def f\n f\n f\nend\nf",
    ],
)
def test_it_never_raises_and_stays_bounded(code: str) -> None:
    for act in read("ruby", code, context()):
        assert isinstance(act, Effect)
