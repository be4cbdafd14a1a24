"""Entries of the ledger: each part counts, and the chain holds them in their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from services.tips.ledger.entry import GENESIS, chained, digest_of, leaf_of

AT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=8, unique=True)


def test_a_leaf_is_the_digest_of_its_four_parts_each_with_its_length_before_it() -> None:
    parts = (b"salt", b"TB-68-2026-000123", b"digest", (1772417100000000).to_bytes(8, "big"))
    written = b"".join(len(part).to_bytes(8, "big") + part for part in parts)

    leaf = leaf_of(salt=b"salt", number="TB-68-2026-000123", digest=b"digest", received_at=AT)

    assert leaf == sha256(written).digest()


def test_every_part_of_a_leaf_counts() -> None:
    one = {"salt": b"salt", "number": "TB-68-2026-000123", "digest": b"digest", "received_at": AT}
    others = [
        one | {"salt": b"tlas"},
        one | {"number": "TB-68-2026-000124"},
        one | {"digest": b"tsegid"},
        one | {"received_at": AT + timedelta(microseconds=1)},
        one | {"salt": b"saltT", "number": "B-68-2026-000123"},
    ]

    assert len({leaf_of(**parts) for parts in (one, *others)}) == 6  # type: ignore[arg-type]


def test_the_digest_tells_content_from_informant() -> None:
    assert len({digest_of(b"ab", b"c"), digest_of(b"a", b"bc"), digest_of(b"abc", None), digest_of(b"", b"abc")}) == 4


def end_of(leaves: list[bytes]) -> bytes:
    chain = GENESIS
    for leaf in leaves:
        chain = chained(chain, leaf)
    return chain


@given(LEAVES, st.data())
def test_a_chain_tells_of_every_entry_that_is_missing_changed_or_moved(
    leaves: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(leaves) - 2))
    without = leaves[:place] + leaves[place + 1 :]
    swapped = [*leaves[:place], leaves[place + 1], leaves[place], *leaves[place + 2 :]]
    flipped = [*leaves]
    flipped[place] = bytes([flipped[place][0] ^ 1]) + flipped[place][1:]

    assert end_of(leaves) not in {end_of(without), end_of(swapped), end_of(flipped), end_of(leaves[:-1])}
