"""The Merkle tree: roots as the standard defines them, and proofs that hold for what is true and for nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lanhmanh.ledger_check import is_consistent, is_included
from services.tips.ledger.merkle import (
    EMPTY,
    Span,
    Subtree,
    consistency_spans,
    hash_of,
    inclusion_spans,
    leaf_hash,
    node_hash,
)

KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",  # pragma: allowlist secret
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",  # pragma: allowlist secret
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",  # pragma: allowlist secret
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",  # pragma: allowlist secret
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",  # pragma: allowlist secret
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",  # pragma: allowlist secret
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",  # pragma: allowlist secret
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",  # pragma: allowlist secret
]
"""The vectors of Certificate Transparency's own tests (leaves in hex)."""
OTHER = bytes(33)
"""No leaf."""
LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The definition in RFC 9162, 2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaf_hash(leaves[0]) if leaves else EMPTY
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(root_of(leaves[:half]), root_of(leaves[half:]))


def path_of(leaves: Sequence[bytes], spans: Sequence[Span]) -> list[bytes]:
    def hashed(one: Subtree) -> bytes:
        return root_of(leaves[one.place << one.level : (one.place + 1) << one.level])

    return [hash_of(span, hashed) for span in spans]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_known_vectors(size: int) -> None:
    leaves = [bytes.fromhex(one) for one in KNOWN_LEAVES]

    assert path_of(leaves, [Span(0, size)]) == [bytes.fromhex(KNOWN_ROOTS[size - 1])]


@given(LEAVES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_place_alone(leaves: list[bytes], data: st.DataObject) -> None:
    size = len(leaves)
    place = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size).filter(lambda one: one != place))
    path, root = path_of(leaves, inclusion_spans(place, size)), root_of(leaves)

    assert is_included(leaves[place], place, size, path, root)
    assert not is_included(leaves[place], other, size, path, root)
    assert not is_included(OTHER, place, size, path, root)
    assert not is_included(leaves[place], place, size, [*path, root], root)
    assert not path or not is_included(leaves[place], place, size, path[:-1], root)


@given(LEAVES, st.data())
def test_a_consistency_proof_holds_for_a_tree_that_goes_on_and_for_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = len(leaves)
    first = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, first - 1))
    forked = [OTHER if place == changed else leaf for place, leaf in enumerate(leaves)]
    path, roots = path_of(leaves, consistency_spans(first, size)), (root_of(leaves[:first]), root_of(leaves))

    assert is_consistent(first, size, roots, path)
    assert not is_consistent(first, size, (root_of(forked[:first]), roots[1]), path)
    assert not is_consistent(first, size, (roots[0], root_of(forked)), path)
    assert not is_consistent(first, size, roots, [*path, roots[0]])
    assert not path or not is_consistent(first, size, roots, path[:-1])
