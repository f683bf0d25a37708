"""The passphrase that tells a person from an agent: kept as a scrypt hash in ~/.config/guardsh/passphrase."""

from __future__ import annotations

import os

from guardsh import places

SHORTEST = 8
# RFC 7914's advice for interactive use, doubled since: 32 MiB and about a tenth of a second.
COST, BLOCK, PARALLEL = 1 << 15, 8, 1
_MOST = 1 << 20


class NoPassphrase(OSError):
    """None is set, or the file can't be trusted; the message says what to do."""


def is_set() -> bool:
    """Is there a file for it? (One that can't be trusted counts: it must not be replaced without a word.)"""
    return os.path.lexists(_path())


def store(passphrase: str) -> None:
    """Keeps the passphrase's hash, with mode 0600. Raises ValueError if it is too short, OSError if it can't be kept.

    Who calls this has checked the old one, if there is one.
    """
    if too_short(passphrase):
        raise ValueError(f"a passphrase has at least {SHORTEST} characters")
    salt = os.urandom(16)
    made = _hash(passphrase, salt, COST, BLOCK, PARALLEL)
    places.replace_private(_path(), f"scrypt${COST}${BLOCK}${PARALLEL}${salt.hex()}${made.hex()}\n")


def too_short(passphrase: str) -> bool:
    """Has it fewer characters than needed, or too few different ones?"""
    return len(passphrase) < SHORTEST or len(set(passphrase)) < 4


def matches(passphrase: str) -> bool:
    """Is it the stored one? Raises NoPassphrase if none is stored or the file is broken or open to others."""
    from hmac import compare_digest

    try:
        method, cost, block, parallel, salt, kept = places.read_private(_path()).strip().split("$")
        if method != "scrypt" or not 1 < int(cost) <= _MOST or len(bytes.fromhex(kept)) != 32:
            raise ValueError("not made by guardsh setup")
        made = _hash(passphrase, bytes.fromhex(salt), int(cost), int(block), int(parallel))
    except FileNotFoundError:
        raise NoPassphrase("no passphrase is set: run guardsh setup in a terminal of yours") from None
    except (OSError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise NoPassphrase(f"the passphrase file can't be used: {error}") from error
    return compare_digest(made, bytes.fromhex(kept))


def _hash(passphrase: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    import unicodedata
    from hashlib import scrypt

    # The same letters may come composed or not, by keyboard and system.
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogateescape")
    memory = 256 * cost * block
    return scrypt(secret, salt=salt, n=cost, r=block, p=parallel, maxmem=memory, dklen=32)


def _path() -> str:
    return os.path.join(places.config_dir(), "passphrase")
