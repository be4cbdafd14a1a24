"""Seal what is said of a tip for a body outside: signed by this service, opened with that body's key alone."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from runtime.crypto import ServiceKeys
from runtime.crypto.padding import padded_length
from services.tips.domain.body import fingerprint_of, read_key

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""RFC 9180 in its base mode: who sends is told by the signature inside."""

_LEAST_BYTES = 4096
"""How long it is, but for one that says much."""


class Package(NamedTuple):
    """What a body outside gets of a tip. It is kept nowhere here."""

    number: str
    """Of the tip."""
    fingerprint: str
    """Of the key that it is sealed to."""
    sealed: bytes
    """The encapsulated key (32 bytes), and the ciphertext."""

    @property
    def digest(self) -> str:
        """Return by what a package is known: SHA-256 of what is sealed, hex."""
        return sha256(self.sealed).hexdigest()


def seal_package(number: str, said: Mapping[str, Any], key: bytes, keys: ServiceKeys) -> Package:
    """Sign what is said of the tip with a number, and seal it to a body's key (X25519, 32 bytes).

    What is signed names the key too: no other body can pass it on as its own.

    Raises:
        BodyKeyInvalid: It is no key.
    """
    fingerprint = fingerprint_of(key)
    statement = json.dumps({"package": "tips", "key": fingerprint, **said}, ensure_ascii=False, separators=(",", ":"))
    signed = json.dumps(sign(statement.encode(), keys.signing_key_id, keys), ensure_ascii=False).encode()
    # Spaces behind JSON: nobody on the way sees how much is said.
    padded = signed.ljust(padded_length(len(signed), least=_LEAST_BYTES))
    return Package(number, fingerprint, _SUITE.encrypt(padded, read_key(key), _info(number)))


def sign(statement: bytes, key_id: str, keys: ServiceKeys) -> dict[str, str]:
    """Return a statement with its signature, as a receipt has both.

    Raises:
        KeyUnknown: This replica has no such key, or not yet.
    """
    signature = b64encode(keys.sign(statement, key_id)).decode()
    return {"statement": statement.decode(), "signature": signature, "key_id": key_id}


def _info(number: str) -> bytes:
    """Return to what a package is bound: it cannot be taken for that of another tip."""
    return f"lanhmanh/tips/package/v1/{number}".encode()
