"""What names say of a file's contents."""

from __future__ import annotations

from guardsh.facts import contents


def test_build_files_and_likely_build_directories() -> None:
    assert contents.is_build_file("a.pyc") and contents.is_build_file("npm-debug.log.1")
    assert not contents.is_build_file(".pyc") and not contents.is_build_file("a.py")
    assert contents.is_likely_build(("packages", "a", "dist"))
    assert not contents.is_likely_build(("src", "dist"))


def test_secrets_by_place_and_name() -> None:
    assert contents.is_secret(("home", "u", ".aws", "credentials"), (".aws", "credentials"))
    assert contents.is_secret(("srv", "tls", "site.key"), ())
    assert not contents.is_secret(("srv", "tls", "fullchain.pem"), ())
    assert not contents.is_secret(("home", "u", ".ssh", "config"), (".ssh", "config"))
    assert contents.is_secret(("home", "u", ".kube", "config"), (".kube", "config"))


def test_startup_guard_and_data() -> None:
    assert contents.is_startup(("x", "authorized_keys"), ())
    assert not contents.is_startup(("x", ".bashrc.example"), ())
    assert contents.is_guard(("x", ".guardsh.toml"), (), False)
    assert contents.is_guard(("x", ".claude"), (), True) and not contents.is_guard(("x", ".claude"), (), False)
    assert contents.is_data(("x", "app.sqlite"), ("app.sqlite",))
    assert contents.is_data(("x", ".env.local"), (".env.local",)) and not contents.is_data(
        ("x", ".env.sample"), (".env.sample",)
    )
    assert contents.is_backup("dump-2024") and not contents.is_backup("dumpling")
