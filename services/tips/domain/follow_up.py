"""The code with which somebody who gave a tip follows it, without an account or a name.

19 characters of an HMAC of the tip's id (95 bits), and one that shows a mistyped one (Luhn modulo 32). Made of the id,
so that a retry gets the very same code; only its digest is kept. Letters that look like digits are left out
(Crockford's Base32), and read as those digits.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from kernel.problems import Refusal, Words
from services.tips.domain.refusals import FollowUpCodeMistyped

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
_LOOK_ALIKE = str.maketrans("OIL", "011", " -")
_LENGTH = 20
_GROUP = 4
_TWICE = [2 * value // 32 + 2 * value % 32 for value in range(32)]
"""Sums of the digits of what is doubled."""


class MessageUnknown(Refusal):
    """Messages before one were asked for that is not on the tip."""

    code = "message_unknown"
    status = 422
    vi = Words("Không có lời nhắn này", "Tin không có lời nhắn {message}.", "Dùng nguyên văn `earlier` của lần trước.")
    en = Words("No such message", "The tip has no message {message}.", "Use `earlier` of the last answer, unchanged.")


def code_of(secret: bytes, tip_id: UUID) -> str:
    """Return a tip's code, as it is compared.

    >>> code_of(b"secret", UUID(int=7))
    'Y45K7TR0JCMRHA8PNN6R'
    """
    number = int.from_bytes(hmac.digest(secret, b"follow-up:" + tip_id.bytes, "sha256"), "big")
    drawn = [number >> shift & 31 for shift in range(0, 5 * (_LENGTH - 1), 5)]
    return "".join([_ALPHABET[value] for value in drawn]) + _check(drawn)


def in_groups(code: str) -> str:
    """Return a code as people read it out.

    >>> in_groups("Y45K7TR0JCMRHA8PNN6R")
    'Y45K-7TR0-JCMR-HA8P-NN6R'
    """
    return "-".join([code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP)])


def read_code(written: str) -> str:
    """Return a code as it is compared.

    >>> read_code("y45k 7tro jcmr ha8p nn6r")
    'Y45K7TR0JCMRHA8PNN6R'

    Raises:
        FollowUpCodeMistyped: It cannot be one.
    """
    read = written.upper().translate(_LOOK_ALIKE)
    is_whole = len(read) == _LENGTH and all(one in _ALPHABET for one in read)
    if not is_whole or _check([_ALPHABET.index(one) for one in read[:-1]]) != read[-1]:
        raise FollowUpCodeMistyped
    return read


def digest_of_code(read: str) -> bytes:
    """Return what is kept of a code. It is too long to be guessed from it."""
    return sha256(b"follow-up:" + read.encode()).digest()


def _check(drawn: Sequence[int]) -> str:
    backwards = drawn[::-1]
    return _ALPHABET[-(sum([_TWICE[value] for value in backwards[::2]]) + sum(backwards[1::2])) % 32]
