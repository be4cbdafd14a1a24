"""Seal each thing with a key of its own, which the service's keys wrap: destroy the wrapped key, and the thing is gone.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces: a data key seals a handful of texts, a wrapping key stays far
below 2^32 data keys. What is sealed is padded, and bound to its context: no ciphertext can be put in another's place.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.problems import Fault, Words
from runtime.crypto.padding import pad, unpad

DESTROYED = ""
"""What stands in the place of a wrapped key that was destroyed."""
_NONCE_BYTES = 12
_KEY_BITS = 256
_PADDED = "padded/"
"""Before the context of what is padded."""
RETRY_SECONDS = 30
"""When to ask again where a service's key is not here yet: a mounted file needs a while."""


class SealBroken(Fault):
    """What was sealed cannot be opened: it was changed, moved, or its key is gone."""

    code = "seal_broken"
    vi = Words("Không mở được dữ liệu mã hóa", "Dữ liệu đã bị thay đổi hoặc khóa không còn.", "Kiểm tra bản sao lưu.")
    en = Words("Sealed data cannot be opened", "It was changed, or its key is gone.", "Compare with a backup.")


class KeyUnknown(SealBroken):
    """The service's key is not in the file of this replica: it is gone, or not here yet. `retry_after` in seconds."""

    code = "service_key_unknown"
    status = 503
    vi = Words(
        "Chưa có khóa của dịch vụ",
        "Bản sao này của dịch vụ chưa có khóa `{key}`.",
        "Gửi lại cùng khóa sau {retry_after} giây; vẫn lỗi thì kiểm tra tệp khóa.",
    )
    en = Words(
        "The service's key is not here",
        "This replica of the service does not have the key `{key}`.",
        "Send again with the same key in {retry_after} seconds; else look at the key file.",
    )


class DataKey:
    """The key of one thing, in memory. Only its wrapped form is kept."""

    def __init__(self, key: bytes, wrapped: str) -> None:
        self._cipher = AESGCM(key)
        self.wrapped = wrapped
        """The key sealed with one of the service's keys, whose id stands before the dot."""

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Return nonce and ciphertext, padded. `context` says what it is and of which thing."""
        return _sealed(self._cipher, pad(plaintext), _PADDED + context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed in this context.

        Raises:
            SealBroken: It was changed, or is of another context.
        """
        try:
            return unpad(_opened(self._cipher, sealed, _PADDED + context))
        except SealBroken:
            # Before 2026-12 nothing was padded. Which it is, nobody without the key can change.
            return _opened(self._cipher, sealed, context)


class Vault:
    """Makes and unwraps data keys."""

    def __init__(
        self,
        wrapping: Mapping[str, bytes],
        *,
        current: Callable[[], str] | None = None,
        look_again: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the wrapping keys by id.

        `current` says which one wraps now, by default the first. `look_again` is called before a key is given up that
        is not among them: it may `hold` others.
        """
        self._current = current or (lambda: next(iter(wrapping)))
        self._look_again = look_again
        self.hold(wrapping)

    def hold(self, wrapping: Mapping[str, bytes]) -> None:
        """Have these wrapping keys, and no others."""
        self._wrapping = {key_id: AESGCM(key) for key_id, key in wrapping.items()}

    @property
    def current(self) -> str:
        """Return the id of the key that wraps now."""
        return self._current()

    def new_key(self, context: str) -> DataKey:
        """Return a new key for the thing that `context` names."""
        key = AESGCM.generate_key(_KEY_BITS)
        return DataKey(key, self._wrapped(key, context))

    def unwrap(self, wrapped: str, context: str) -> DataKey:
        """Return the key of a thing.

        Raises:
            SealBroken: It was changed, or is of another thing.
            KeyUnknown: The service's key that wrapped it is gone, or not here yet.
        """
        return DataKey(self._unwrapped(wrapped, context), wrapped)

    def wrap_again(self, wrapped: str, context: str) -> str:
        """Return the same key of a thing, wrapped by the key that is current. What it sealed stays as it is.

        Raises:
            SealBroken, KeyUnknown: As `unwrap`.
        """
        return self._wrapped(self._unwrapped(wrapped, context), context)

    def _wrapped(self, key: bytes, context: str) -> str:
        current = self.current
        sealed = _sealed(self._wrapping[current], key, context)
        return f"{current}.{urlsafe_b64encode(sealed).decode()}"

    def _unwrapped(self, wrapped: str, context: str) -> bytes:
        key_id, _, sealed = wrapped.partition(".")
        if key_id not in self._wrapping:
            self._look_again()
        cipher = self._wrapping.get(key_id)
        if cipher is None:
            raise KeyUnknown(key=key_id, retry_after=RETRY_SECONDS)
        try:
            return _opened(cipher, urlsafe_b64decode(sealed), context)
        except ValueError:
            raise SealBroken from None


def _sealed(cipher: AESGCM, plaintext: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, context.encode())


def _opened(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None
