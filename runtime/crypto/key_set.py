"""A service's own keys, as a JWK set (RFC 7517) in one file that nobody else can read.

Of the keys for one use, the first is current. The others stay as long as something is sealed or signed with them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, OctKey, OKPKey

from kernel.problems import Fault, Words
from runtime.auth.key_folder import ensure_secret_file, read_secret_file
from runtime.crypto.vault import Vault

_WRAPPING_BITS = 256


class KeyFileInvalid(Fault):
    """A file does not hold the keys that a service needs."""

    code = "key_file_invalid"
    vi = Words(
        "Tệp khóa không hợp lệ", "Tệp `{path}` không có đủ khóa `enc` và `sig`.", "Khôi phục tệp từ bản sao lưu."
    )
    en = Words("Key file invalid", "The file `{path}` lacks a key for `enc` or `sig`.", "Restore it from a backup.")


@dataclass(frozen=True)
class ServiceKeys:
    """The keys that wrap the keys of data, and those that sign."""

    vault: Vault
    signing: tuple[OKPKey, ...]

    @property
    def signing_key_id(self) -> str:
        """Return the id of the key that signs now."""
        return _id_of(self.signing[0])

    def sign(self, statement: bytes, key_id: str) -> bytes:
        """Return the Ed25519 signature (RFC 8032) of a statement: the same for the same statement and key."""
        key = next(key for key in self.signing if _id_of(key) == key_id)
        return cast("Ed25519PrivateKey", key.private_key).sign(statement)

    def public(self) -> KeySetSerialization:
        """Return the public keys with which signatures are checked, as a JWK set."""
        return KeySet(list(self.signing)).as_dict(private=False)


def open_keys(path: Path) -> ServiceKeys:
    """Return the keys in a file that is mounted. The process's group may read it: it often gets its secrets that way.

    Raises:
        KeyFileExposed: Everybody can read it.
        KeyFileInvalid: It lacks a key.
        OSError: It is not there.
    """
    return _parse(read_secret_file(path, forbidden=0o007), path)


def ensure_keys(path: Path) -> ServiceKeys:
    """Return the keys in a file that is made on first use: for development.

    Raises:
        KeyFileExposed, KeyFileInvalid: As `open_keys`.
    """
    return _parse(ensure_secret_file(path, new_key_file), path)


def new_key_file() -> str:
    """Return a new key file's text: one key for each use."""
    wrapping = OctKey.generate_key(_WRAPPING_BITS, {"use": "enc", "alg": "A256GCM"}, auto_kid=True)
    signing = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
    return json.dumps({"keys": [key.as_dict(private=True) for key in (wrapping, signing)]}, indent=2)


def _parse(text: str, path: Path) -> ServiceKeys:
    try:
        keys: list[dict[str, Any]] = json.loads(text)["keys"]
        signing = tuple(OKPKey.import_key(key) for key in keys if key["use"] == "sig")
        wrapping = {str(key["kid"]): _bytes_of(str(key["k"])) for key in keys if key["use"] == "enc"}
        if not signing or not wrapping:
            raise ValueError("a use without a key")
        return ServiceKeys(Vault(wrapping), signing)
    except (JoseError, ValueError, KeyError, TypeError):
        raise KeyFileInvalid(path=path) from None


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _id_of(key: OKPKey) -> str:
    assert key.kid is not None  # noqa: S101 - every key of a file has an id
    return key.kid
