"""The code with which somebody who gave a tip follows it, without an account or a name.

19 characters of an HMAC of the tip's id (95 bits), and one that shows a mistyped one (Luhn modulo 32). Made of the id,
so that a retry gets the very same code; only its digest is kept. Letters that look like digits are left out
(Crockford's Base32), and read as those digits.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from services.tips.domain.refusals import FollowUpCodeMistyped

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
_LOOK_ALIKE = str.maketrans("OIL", "011", " -")
_LENGTH = 20
_GROUP = 4


def code_of(secret: bytes, tip_id: UUID) -> str:
    """Return a tip's code, in groups as people read it out.

    >>> code_of(b"secret", UUID(int=7))
    'Y45K-7TR0-JCMR-HA8P-NN6R'
    """
    number = int.from_bytes(hmac.digest(secret, b"follow-up:" + tip_id.bytes, "sha256"), "big")
    drawn = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_LENGTH - 1))
    whole = drawn + _check(drawn)
    return "-".join(whole[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def read_code(written: str) -> str:
    """Return a code as it is compared.

    >>> read_code("y45k 7tro jcmr ha8p nn6r")
    'Y45K7TR0JCMRHA8PNN6R'

    Raises:
        FollowUpCodeMistyped: It cannot be one.
    """
    read = written.upper().translate(_LOOK_ALIKE)
    is_whole = len(read) == _LENGTH and all(one in _ALPHABET for one in read)
    if not is_whole or _check(read[:-1]) != read[-1]:
        raise FollowUpCodeMistyped
    return read


def digest_of_code(read: str) -> bytes:
    """Return what is kept of a code. It is too long to be guessed from it."""
    return sha256(b"follow-up:" + read.encode()).digest()


def _check(drawn: str) -> str:
    total = 0
    for place, one in enumerate(reversed(drawn)):
        value = _ALPHABET.index(one) * (1 if place % 2 else 2)
        total += value // 32 + value % 32
    return _ALPHABET[-total % 32]
