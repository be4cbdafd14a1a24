"""The text of a key file: a JWK set (RFC 7517) of a service's own keys, some that wrap (`enc`), some that sign (`sig`).

A key may say from when on it is used (`nbf`, seconds since 1970): it is put into the file before, so that every replica
knows it by the time at which the first one uses it. The others stay for what was sealed or signed with them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from kernel.problems import Fault, Words

_WRAPPING_BITS = 256
_BEGINS = "nbf"


class Use(StrEnum):
    """What a key is for."""

    WRAP = "enc"
    SIGN = "sig"


class Stage(StrEnum):
    """How a key stands at an instant."""

    NEXT = "next"
    """Known already, not used yet."""
    CURRENT = "current"
    OLD = "old"


class KeyFileInvalid(Fault):
    """A file does not hold the keys that a service needs."""

    code = "key_file_invalid"
    vi = Words(
        "Tệp khóa không hợp lệ", "Tệp `{path}` không có đủ khóa `enc` và `sig`.", "Khôi phục tệp từ bản sao lưu."
    )
    en = Words("Key file invalid", "The file `{path}` lacks a key for `enc` or `sig`.", "Restore it from a backup.")


@dataclass(frozen=True)
class StoredKey:
    """A key as it stands in the file."""

    id: str
    use: Use
    begins_at: datetime | None
    """From when on it is used; None for always."""
    jwk: dict[str, Any]
    """All its members, the secret ones too."""

    def wrapping_key(self) -> bytes:
        """Return the 256 bits of a key that wraps."""
        text = str(self.jwk["k"])
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))

    def signing_key(self) -> OKPKey:
        """Return a key that signs."""
        return OKPKey.import_key({name: value for name, value in self.jwk.items() if name != _BEGINS})


@dataclass(frozen=True)
class KeyFile:
    """The keys of a file, in its order."""

    keys: tuple[StoredKey, ...]

    def of(self, use: Use) -> tuple[StoredKey, ...]:
        """Return the keys for a use."""
        return self._by_use[use]

    @cached_property
    def _by_use(self) -> Mapping[Use, tuple[StoredKey, ...]]:
        return {use: tuple(key for key in self.keys if key.use is use) for use in Use}

    def current(self, use: Use, at: datetime) -> StoredKey:
        """Return the key that is used at an instant: the one that began last, of those without a beginning the first.

        Where none has begun, whatever the clock says, it is the first one.
        """
        keys = self.of(use)
        begun = [key for key in keys if key.begins_at is not None and key.begins_at <= at]
        always = [key for key in keys if key.begins_at is None]
        return max(begun, key=_beginning) if begun else (always or keys)[0]

    def stage(self, key: StoredKey, at: datetime) -> Stage:
        """Return how a key stands at an instant."""
        if key == self.current(key.use, at):
            return Stage.CURRENT
        return Stage.NEXT if key.begins_at is not None and key.begins_at > at else Stage.OLD

    def with_key(self, key: StoredKey) -> KeyFile:
        """Return the file with one more key, behind the others."""
        return KeyFile((*self.keys, key))

    def without(self, ids: Collection[str]) -> KeyFile:
        """Return the file without some keys."""
        return KeyFile(tuple(key for key in self.keys if key.id not in ids))

    def text(self) -> str:
        """Return what is written into the file."""
        return json.dumps({"keys": [key.jwk for key in self.keys]}, indent=2)


def parse_key_file(text: str, path: Path) -> KeyFile:
    """Return the keys of a file's text.

    Raises:
        KeyFileInvalid: It lacks a key for a use, or one is none.
    """
    try:
        file = KeyFile(tuple(_stored(jwk) for jwk in json.loads(text)["keys"]))
        if not all(file.of(use) for use in Use):
            raise ValueError("a use without a key")
        for key in file.keys:
            _ensure_works(key)
    except (JoseError, ValueError, KeyError, TypeError, OverflowError, OSError):
        raise KeyFileInvalid(path=path) from None
    return file


def new_key(use: Use, begins_at: datetime | None = None) -> StoredKey:
    """Return a new key, used from an instant on (whole seconds)."""
    given: Any = {"use": use.value, "alg": "A256GCM" if use is Use.WRAP else "Ed25519"}
    if begins_at is not None:
        given[_BEGINS] = int(begins_at.timestamp())
    made = (
        OctKey.generate_key(_WRAPPING_BITS, given, auto_kid=True)
        if use is Use.WRAP
        else OKPKey.generate_key("Ed25519", given, auto_kid=True)
    )
    return _stored(dict(made.as_dict(private=True)))


def new_key_file() -> str:
    """Return a new key file's text: one key for each use."""
    return KeyFile(tuple(new_key(use) for use in Use)).text()


def _stored(jwk: dict[str, Any]) -> StoredKey:
    begins = jwk.get(_BEGINS)
    begins_at = None if begins is None else datetime.fromtimestamp(int(begins), UTC)
    return StoredKey(str(jwk["kid"]), Use(jwk["use"]), begins_at, jwk)


def _ensure_works(key: StoredKey) -> None:
    if key.use is Use.SIGN:
        key.signing_key()
    elif len(key.wrapping_key()) * 8 != _WRAPPING_BITS:
        raise ValueError("a key of another length")


def _beginning(key: StoredKey) -> datetime:
    return key.begins_at or datetime.min.replace(tzinfo=UTC)
