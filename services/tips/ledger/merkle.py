"""The Merkle tree over all entries (RFC 9162, section 2.1): a short proof that an entry is in, and that nothing left.

Places are counted from 0 here, as in the standard. A span is a part of the leaves, [start, end); what a proof consists
of is a list of spans, each told by its hash. A span falls into perfect subtrees, whose hashes never change: they may
be kept, and the leaves need not be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

EMPTY = sha256().digest()
"""The root of no leaves at all."""


class Span(NamedTuple):
    """Some leaves that follow each other."""

    start: int
    end: int


class Subtree(NamedTuple):
    """A perfect subtree: 2^level leaves, and `place` others of the same size before it."""

    level: int
    place: int


Hashed = Callable[[Subtree], bytes]
"""Gives the hash of a perfect subtree."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf: told from that of a node by its first byte."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return sha256(b"\1" + left + right).digest()


def inclusion_spans(place: int, size: int) -> list[Span]:
    """Return what proves that the leaf at a place is among the first `size`, from the leaf upwards (2.1.3.1)."""
    return list(_beside(place, Span(0, size)))[::-1]


def _beside(place: int, span: Span) -> Iterator[Span]:
    while span.end - span.start > 1:
        left, right = _halves(span)
        span, other = (left, right) if place < left.end else (right, left)
        yield other


def consistency_spans(first: int, size: int) -> list[Span]:
    """Return what proves that the tree of `size` leaves goes on from that of the first `first` of them (2.1.4.1)."""
    return list(_between(first, Span(0, size)))[::-1]


def _between(first: int, span: Span) -> Iterator[Span]:
    if first == 0:
        return
    begun = True
    """Whether what was there before is all of the first tree, whose root is known."""
    while first != span.end:
        left, right = _halves(span)
        if first <= left.end:
            span, other = left, right
        else:
            span, other, begun = right, left, False
        yield other
    if not begun:
        yield span


def _halves(span: Span) -> tuple[Span, Span]:
    """Split at the largest power of two below the length."""
    middle = span.start + (1 << (span.end - span.start - 1).bit_length() - 1)
    return Span(span.start, middle), Span(middle, span.end)


def subtrees_of(span: Span) -> list[Subtree]:
    """Return the perfect subtrees of a span that a proof consists of, the largest one first."""
    found, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def hash_of(span: Span, hashed: Hashed) -> bytes:
    """Return the hash of a span, from those of its perfect subtrees."""
    return _folded([hashed(one) for one in subtrees_of(span)])


def _folded(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY
    *others, last = hashes
    return reduce(lambda right, left: node_hash(left, right), reversed(others), last)


def above(hashes: Sequence[bytes], levels: int) -> list[bytes]:
    """Return the hashes of the nodes so many levels above; those that are not full are left out."""
    for _ in range(levels):
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
    return list(hashes)
