"""Pad texts, so that their length tells next to nothing about what they say.

PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019(4),
section 4.3): a text grows by 12 % at most, and of its length no more than O(log log n) bits can be seen.
"""

from __future__ import annotations

LEAST = 512
"""All shorter texts are of this length, in bytes: a few sentences."""
_END = b"\x80"
"""Between a text and its padding (ISO/IEC 7816-4)."""


def padded_length(length: int, *, least: int = LEAST) -> int:
    """Return how long a text of some length in bytes becomes.

    >>> [padded_length(n) for n in (0, 512, 513, 1000, 20_000, 1_000_000)]
    [512, 512, 544, 1024, 20480, 1015808]
    """
    if length <= least:
        return least
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    step = 1 << exponent - kept
    return (length + step - 1) // step * step


def pad(text: bytes) -> bytes:
    """Return a text with its end marked, and zeros behind it."""
    marked = text + _END
    return marked.ljust(padded_length(len(marked)), b"\x00")


def unpad(padded: bytes) -> bytes:
    """Return what was padded.

    Raises:
        ValueError: Its end is not marked.
    """
    marked = padded.rstrip(b"\x00")
    if not marked.endswith(_END):
        raise ValueError("the end of a padded text is not marked")
    return marked[:-1]
