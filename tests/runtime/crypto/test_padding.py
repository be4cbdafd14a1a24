"""What is padded comes back as it was, and its length tells next to nothing."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.crypto import Vault
from runtime.crypto.padding import LEAST, pad, padded_length, unpad

KEY = Vault({"old": os.urandom(32)}).new_key("lamp/1")
_NONCE_AND_TAG = 28


@given(st.binary(max_size=2000), st.integers(0, 40))
def test_a_text_comes_back_whatever_it_ends_with(text: bytes, zeros: int) -> None:
    whole = text + bytes(zeros)

    assert unpad(pad(whole)) == whole


@given(st.integers(0, 1 << 24), st.integers(0, 1 << 24))
def test_it_grows_by_an_eighth_at_most_and_longer_texts_are_not_shorter(one: int, other: int) -> None:
    less, more = sorted((one, other))

    assert less <= padded_length(less) <= max(LEAST, less * 1.125)
    assert padded_length(less) <= padded_length(more)


def test_few_lengths_are_left() -> None:
    lengths = {padded_length(length) for length in range(1 << 16)}

    assert len(lengths) < 128


@given(st.binary(max_size=LEAST - 1))
def test_all_short_texts_are_sealed_at_one_length(text: bytes) -> None:
    assert len(KEY.seal(text, "content")) == LEAST + _NONCE_AND_TAG


def test_what_has_no_end_is_not_read() -> None:
    for broken in (b"", b"\x00\x00", b"The lamp is out.\x00"):
        with pytest.raises(ValueError, match="not marked"):
            unpad(broken)
