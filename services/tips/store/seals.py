"""Signed heads of the ledger, and of its Merkle tree those hashes that need not be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, and_, func, or_, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.tips.domain.refusals import LedgerIncomplete
from services.tips.ledger.merkle import Hashed, Span, Subtree, above, hash_of, leaf_hash, subtrees_of
from services.tips.store.table import TipsTable
from services.tips.store.tips import TipRow

STEP = 8
"""Hashes are kept of every eighth level: of 256 leaves, of 256 of those, and so on."""


class SealRow(TipsTable, table=True):
    """A signed head. Rows are added, never changed."""

    __tablename__ = "ledger_seal"

    id: UUID = Field(primary_key=True)
    entries: int = Field(sa_type=BigInteger, unique=True)
    root: bytes = Field(sa_type=LargeBinary)
    sealed_at: datetime = Field(sa_type=Instant)
    statement: bytes = Field(sa_type=LargeBinary)
    signature: bytes = Field(sa_type=LargeBinary)
    signing_key: str
    revision: int = Field(sa_type=BigInteger, index=True)


class NodeRow(TipsTable, table=True):
    """The hash of a perfect subtree below a signed head. It never changes."""

    __tablename__ = "ledger_node"

    level: int = Field(sa_type=Integer, primary_key=True)
    place: int = Field(sa_type=BigInteger, primary_key=True)
    hash: bytes = Field(sa_type=LargeBinary)


_seal = SealRow.__table__  # type: ignore[attr-defined]
_node = NodeRow.__table__  # type: ignore[attr-defined]
_tip = TipRow.__table__  # type: ignore[attr-defined]


async def newest_seal(read: Read) -> Any:
    """Return the newest head, or None."""
    return (await read.execute(select(_seal).order_by(_seal.c.entries.desc()).limit(1))).one_or_none()


async def oldest_unsealed(read: Read) -> datetime | None:
    """Return when the first tip came that is below no head; None if all are."""
    sealed = select(func.coalesce(func.max(_seal.c.entries), 0)).scalar_subquery()
    waiting = select(_tip.c.received_at).where(_tip.c.position > sealed).order_by(_tip.c.position).limit(1)
    return (await read.execute(waiting)).scalar_one_or_none()


async def find_seal(read: Read, entries: int) -> Any:
    """Return the head of so many entries, or None."""
    return (await read.execute(select(_seal).where(_seal.c.entries == entries))).one_or_none()


async def get_seal(read: Read, seal_id: UUID) -> Any:
    """Return a head that is known to exist."""
    return (await read.execute(select(_seal).where(_seal.c.id == seal_id))).one()


async def list_seals(read: Read, *, limit: int, below: int | None) -> Sequence[Any]:
    """Return heads, the newest one first, of fewer entries than `below`."""
    statement = select(_seal).order_by(_seal.c.entries.desc()).limit(limit)
    if below is not None:
        statement = statement.where(_seal.c.entries < below)
    return (await read.execute(statement)).all()


async def add_seal(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a head."""
    await insert_rows(tx.connection, _seal, [{**row, "revision": tx.number}])


async def keep_nodes(tx: Write, before: int, entries: int) -> None:
    """Keep the hashes of the subtrees that became full since there were so many entries."""
    level, full_before, full = 0, before, entries
    while full >> STEP > 0:
        full_before, full = full_before >> STEP, full >> STEP
        level += STEP
        if full > full_before:
            below = await _hashes(tx, level - STEP, [Span(full_before << STEP, full << STEP)])
            hashes = above([below[place] for place in range(full_before << STEP, full << STEP)], STEP)
            rows = [{"level": level, "place": full_before + place, "hash": one} for place, one in enumerate(hashes)]
            await insert_rows(tx.connection, _node, rows)


async def hashes_of(read: Read, spans: Sequence[Span]) -> list[bytes]:
    """Return the hashes of spans of leaves below the newest head, with a statement for each level that is kept."""
    needed = {one for span in spans for one in subtrees_of(span)}
    kept: dict[int, dict[int, bytes]] = {}
    for level in {_kept_below(one) for one in needed}:
        of_level = [one for one in needed if _kept_below(one) == level]
        kept[level] = await _hashes(read, level, [_children(one, level) for one in of_level])
    hashed = _hashed_from(kept)
    return [hash_of(span, hashed) for span in spans]


def _hashed_from(kept: Mapping[int, Mapping[int, bytes]]) -> Hashed:
    def hashed(one: Subtree) -> bytes:
        level = _kept_below(one)
        start, end = _children(one, level)
        return above([kept[level][place] for place in range(start, end)], one.level - level)[0]

    return hashed


def _kept_below(one: Subtree) -> int:
    return one.level - one.level % STEP


def _children(one: Subtree, level: int) -> Span:
    """Return which subtrees of a lower level it is made of."""
    wide = one.level - level
    return Span(one.place << wide, one.place + 1 << wide)


async def _hashes(read: Read, level: int, spans: Sequence[Span]) -> dict[int, bytes]:
    """Return the hashes of a kept level in some spans, by their place.

    Raises:
        LedgerIncomplete: One is not there.
    """
    if level:
        at = or_(*(and_(_node.c.place >= start, _node.c.place < end) for start, end in spans))
        rows = await read.execute(select(_node.c.place, _node.c.hash).where(_node.c.level == level, at))
        found = {row.place: row.hash for row in rows}
    else:
        at = or_(*(and_(_tip.c.position > start, _tip.c.position <= end) for start, end in spans))
        leaves = await read.execute(select(_tip.c.position, _tip.c.leaf).where(at))
        found = {row.position - 1: leaf_hash(row.leaf) for row in leaves}
    gone = next((place for start, end in spans for place in range(start, end) if place not in found), None)
    if gone is not None:
        raise LedgerIncomplete(position=(gone << level) + 1)
    return found
