"""What is sealed stays sealed: to whoever lacks the key, in another place, and for ever once the key is gone."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from runtime.crypto import DataKey, Vault
from runtime.crypto.vault import SealBroken

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
VAULT = Vault({"old": OLD})


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_was_sealed_is_opened_with_the_unwrapped_key(plaintext: bytes, context: str) -> None:
    key = VAULT.new_key("lamp/1")

    sealed = key.seal(plaintext, context)

    assert VAULT.unwrap(key.wrapped, "lamp/1").open(sealed, context) == plaintext
    assert len(plaintext) < 8 or plaintext not in sealed


@given(st.data())
def test_a_single_flipped_bit_is_found(data: st.DataObject) -> None:
    key = VAULT.new_key("lamp/1")
    sealed = bytearray(key.seal(b"The lamp is out.", "content"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(SealBroken):
        key.open(bytes(sealed), "content")


def test_what_is_sealed_opens_only_in_its_own_context() -> None:
    key = VAULT.new_key("lamp/1")
    sealed = key.seal(b"The lamp is out.", "content/1")

    with pytest.raises(SealBroken):
        key.open(sealed, "content/2")
    with pytest.raises(SealBroken):
        VAULT.unwrap(key.wrapped, "lamp/2")


def test_a_key_of_its_own_opens_nothing_else() -> None:
    first, second = VAULT.new_key("lamp/1"), VAULT.new_key("lamp/1")

    with pytest.raises(SealBroken):
        second.open(first.seal(b"The lamp is out.", "content"), "content")


def test_a_new_wrapping_key_takes_over_and_the_old_one_still_opens() -> None:
    before = VAULT.new_key("lamp/1")
    sealed = before.seal(b"The lamp is out.", "content")

    rotated = Vault({"new": NEW, "old": OLD})

    assert rotated.new_key("lamp/2").wrapped.startswith("new.")
    assert rotated.unwrap(before.wrapped, "lamp/1").open(sealed, "content") == b"The lamp is out."


def test_without_the_wrapping_key_nothing_opens_any_more() -> None:
    wrapped = VAULT.new_key("lamp/1").wrapped

    with pytest.raises(SealBroken):
        Vault({"new": NEW}).unwrap(wrapped, "lamp/1")
    with pytest.raises(SealBroken):
        Vault({"old": NEW}).unwrap(wrapped, "lamp/1")


def test_what_was_sealed_before_texts_were_padded_still_opens() -> None:
    raw, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    sealed = nonce + AESGCM(raw).encrypt(nonce, b"The lamp is out.", b"content")

    assert DataKey(raw, "").open(sealed, "content") == b"The lamp is out."
    with pytest.raises(SealBroken):
        DataKey(raw, "").open(sealed, "another")
