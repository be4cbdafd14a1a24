"""The ledger, for whoever wants to make sure: signed heads, proofs, and the entries themselves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from kernel.ids import UnitId
from runtime.database import Read
from runtime.http.declaration import UnitRule
from runtime.http.pages import Limit, Page, cursor_beyond, key_of
from runtime.http.routes import Creates, Open, Reads, Routes
from services.tips.api.ledger_shapes import Consistency, EntryShown, HeadMade, HeadShown, Inclusion
from services.tips.api.tip_views import keys_in
from services.tips.domain.refusals import EntryUnsealed, HeadUnknown
from services.tips.ledger.entry import digest_of
from services.tips.ledger.merkle import consistency_spans, inclusion_spans
from services.tips.store.seals import find_seal, get_seal, hashes_of, list_seals, newest_seal
from services.tips.store.tips import entries_after, get_tip, sealed_of
from services.tips.usecases.seal_ledger import seal_ledger

routes = Routes("tips", "ledger")

_LARGEST = 2**63 - 1
_AT_ONCE = 10
Entries = Annotated[
    int | None, Query(ge=1, le=_LARGEST, description="Entries of a signed head; by default the newest.")
]


@routes.public("/v1/tips/ledger/heads", response_model=list[HeadShown], summary="List signed heads, the newest first")
async def get_heads(
    call: Open,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    below: Annotated[int | None, Query(ge=1, le=_LARGEST, description="Heads of fewer entries only.")] = None,
) -> list[HeadShown]:
    async with call.service.database.read() as read:
        return [to_head(row) for row in await list_seals(read, limit=limit, below=below)]


@routes.create(
    "/v1/tips/ledger/heads",
    scope="tips:audit",
    units=UnitRule.ANY,
    response_model=HeadMade,
    summary="Seal the ledger now",
)
async def post_head(call: Creates) -> HeadMade:
    head_id = await call.once(lambda tx: seal_ledger(tx, keys_in(call)))
    async with call.service.database.read() as read:
        return HeadMade(id=head_id, **to_head(await get_seal(read, head_id)).model_dump())


@routes.public("/v1/tips/ledger/inclusion", response_model=Inclusion, summary="Prove that a tip is in the ledger")
async def get_inclusion(call: Open, tip_id: UUID, entries: Entries = None) -> Inclusion:
    async with call.service.database.read() as read:
        tip, head = await get_tip(read, tip_id), await _head(read, entries)
        if head is None or head.entries < tip.position:
            raise EntryUnsealed(position=tip.position)
        path = await hashes_of(read, inclusion_spans(tip.position - 1, head.entries))
    return Inclusion(tip_id=tip_id, position=tip.position, path=[one.hex() for one in path], head=to_head(head))


@routes.public("/v1/tips/ledger/consistency", response_model=Consistency, summary="Prove that nothing left the ledger")
async def get_consistency(
    call: Open, first: Annotated[int, Query(ge=1, le=_LARGEST)], second: Entries = None
) -> Consistency:
    async with call.service.database.read() as read:
        old, new = await _head(read, first), await _head(read, second)
        if old is None or new is None or new.entries < old.entries:
            raise HeadUnknown(entries=first)
        path = await hashes_of(read, consistency_spans(old.entries, new.entries))
    return Consistency(path=[one.hex() for one in path], first=to_head(old), second=to_head(new))


@routes.read(
    "/v1/tips/ledger/entries",
    scope="tips:audit",
    units=UnitRule.WITHIN,
    response_model=Page[EntryShown],
    summary="List the entries of the ledger, with all that they are made of",
)
async def get_entries(call: Reads, limit: Limit = 100, cursor: str | None = None) -> Page[EntryShown]:
    call.actor.must_act_for(call.actor.unit())
    (beyond,) = key_of(cursor, int) or (0,)
    async with call.service.database.read() as read:
        rows = await entries_after(read, beyond, limit + 1)
        held = await _held(read, [row.id for row in rows[:limit] if call.actor.can_act_for(UnitId(row.unit_id))])
    shown = [_entry(row, held.get(row.id), is_open=row.id in held) for row in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_beyond(rows, limit, "position"))


def to_head(row: Any) -> HeadShown:
    """Return a signed head as it is shown."""
    return HeadShown(
        entries=row.entries,
        root=row.root.hex(),
        sealed_at=row.sealed_at,
        statement=row.statement.decode(),
        signature=b64encode(row.signature).decode(),
        key_id=row.signing_key,
    )


async def _head(read: Read, entries: int | None) -> Any:
    """Return the head of so many entries; by default the newest, or None where there is none at all.

    Raises:
        HeadUnknown: There is none of so many.
    """
    if entries is None:
        return await newest_seal(read)
    found = await find_seal(read, entries)
    if found is None:
        raise HeadUnknown(entries=entries)
    return found


async def _held(read: Read, tip_ids: Sequence[UUID]) -> Mapping[UUID, str | None]:
    """Return the digest of what is kept now of each tip, or None. A few at a time: mails are large."""
    held: dict[UUID, str | None] = dict.fromkeys(tip_ids)
    for start in range(0, len(tip_ids), _AT_ONCE):
        sealed = await sealed_of(read, tip_ids[start : start + _AT_ONCE])
        held |= {tip_id: digest_of(one.content, one.informant).hex() for tip_id, one in sealed.items()}
    return held


def _entry(row: Any, held: str | None, *, is_open: bool) -> EntryShown:
    told = {
        "chain": row.chain.hex(),
        "unit_id": row.unit_id,
        "entry": row.entry,
        "number": row.number,
        "received_at": row.received_at,
        "salt": row.salt.hex(),
        "digest": row.digest.hex(),
        "held": held,
    }
    return EntryShown(position=row.position, leaf=row.leaf.hex(), **told if is_open else dict.fromkeys(told))
