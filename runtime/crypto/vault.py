"""Seal each thing with a key of its own, which the service's keys wrap: destroy the wrapped key, and the thing is gone.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces: a data key seals a handful of texts, a wrapping key stays far
below 2^32 data keys. What is sealed is bound to its context, so that no ciphertext can be put in another's place.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.problems import Fault, Words

_NONCE_BYTES = 12
_KEY_BITS = 256


class SealBroken(Fault):
    """What was sealed cannot be opened: it was changed, moved, or its key is gone."""

    code = "seal_broken"
    vi = Words("Không mở được dữ liệu mã hóa", "Dữ liệu đã bị thay đổi hoặc khóa không còn.", "Kiểm tra bản sao lưu.")
    en = Words("Sealed data cannot be opened", "It was changed, or its key is gone.", "Compare with a backup.")


class DataKey:
    """The key of one thing, in memory. Only its wrapped form is kept."""

    def __init__(self, key: bytes, wrapped: str) -> None:
        self._cipher = AESGCM(key)
        self.wrapped = wrapped
        """The key sealed with one of the service's keys, whose id stands before the dot."""

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Return nonce and ciphertext. `context` says what it is and of which thing."""
        return _sealed(self._cipher, plaintext, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed in this context.

        Raises:
            SealBroken: It was changed, or is of another context.
        """
        return _opened(self._cipher, sealed, context)


class Vault:
    """Makes and unwraps data keys."""

    def __init__(self, wrapping: Mapping[str, bytes]) -> None:
        """Take the wrapping keys by id, the current one first."""
        self._wrapping = {key_id: AESGCM(key) for key_id, key in wrapping.items()}
        self._current = next(iter(self._wrapping))

    def new_key(self, context: str) -> DataKey:
        """Return a new key for the thing that `context` names."""
        key = AESGCM.generate_key(_KEY_BITS)
        wrapped = _sealed(self._wrapping[self._current], key, context)
        return DataKey(key, f"{self._current}.{urlsafe_b64encode(wrapped).decode()}")

    def unwrap(self, wrapped: str, context: str) -> DataKey:
        """Return the key of a thing.

        Raises:
            SealBroken: It was changed, is of another thing, or the service's key that wrapped it is gone.
        """
        key_id, _, sealed = wrapped.partition(".")
        cipher = self._wrapping.get(key_id)
        if cipher is None:
            raise SealBroken
        return DataKey(_opened(cipher, urlsafe_b64decode(sealed), context), wrapped)


def _sealed(cipher: AESGCM, plaintext: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, context.encode())


def _opened(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None
