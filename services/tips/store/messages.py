"""What the informant of a tip and the unit that handles it write to each other, sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, select, tuple_, update
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.tips.domain.follow_up import MessageUnknown
from services.tips.domain.tip import TipState
from services.tips.store.running import some_at_a_time
from services.tips.store.table import TipsTable
from services.tips.store.tips import TipRow


class MessageRow(TipsTable, table=True):
    """One message. Rows are added, never changed."""

    __tablename__ = "tip_message"

    id: UUID = Field(primary_key=True)
    tip_id: UUID
    by_unit: UUID | None = None
    """The unit that wrote it; none for the informant."""
    client: str | None = None
    sealed: bytes = Field(sa_type=LargeBinary)
    """Sealed with the key of the tip's content."""
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_message = MessageRow.__table__  # type: ignore[attr-defined]
_place = (_message.c.revision, _message.c.id)
Index("ix_tip_message_place", _message.c.tip_id, *_place)
"""Finds a page without reading what is sealed in the others."""
_tip = TipRow.__table__  # type: ignore[attr-defined]
_UNREAD = _tip.c.unread_since.is_not(None)
UNREAD_INDEX = Index("ix_tip_unread", _tip.c.unread_since, sqlite_where=_UNREAD, postgresql_where=_UNREAD)


async def add_message(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a message."""
    stamp = {"recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _message, [{"by_unit": None, "client": None, **row, **stamp}])


async def get_message(read: Read, message_id: UUID) -> Any:
    """Return a message that is known to exist."""
    return (await read.execute(select(_message).where(_message.c.id == message_id))).one()


async def messages_of(read: Read, tip_id: UUID, limit: int, *, beyond: tuple[Any, ...] | None = None) -> Sequence[Any]:
    """Return up to `limit` messages on a tip, the first one first, from behind such a place: (revision, id)."""
    mine = select(_message).where(_message.c.tip_id == tip_id).order_by(*_place).limit(limit)
    if beyond is not None:
        mine = mine.where(tuple_(*_place) > beyond)
    return (await read.execute(mine)).all()


async def newest_messages(read: Read, tip_id: UUID, limit: int, *, before: UUID | None = None) -> Sequence[Any]:
    """Return up to `limit` messages on a tip, the last one first, from before such a one on.

    Raises:
        MessageUnknown: There is no such message on the tip.
    """
    mine = select(_message).where(_message.c.tip_id == tip_id)
    if before is not None:
        named = await read.execute(select(*_place).where(_message.c.tip_id == tip_id, _message.c.id == before))
        place = named.one_or_none()
        if place is None:
            raise MessageUnknown(message=before)
        mine = mine.where(tuple_(*_place) < tuple(place))
    newest_first = (_message.c.revision.desc(), _message.c.id.desc())
    return (await read.execute(mine.order_by(*newest_first).limit(limit))).all()


async def mark_read(tx: Write, tip: Any) -> None:
    """Write that somebody read all messages. The tip keeps its ETag: whoever reads them goes on with what they saw."""
    if tip.unread_since is not None:
        values = {"unread_since": None, "revision": tx.number}
        await tx.execute(update(_tip).where(_tip.c.id == tip.id).values(values))


def closed_and_unread(read: Read, units: Collection[UUID] | None) -> AsyncIterator[Sequence[Any]]:
    """Yield the closed tips whose informants wrote what nobody has read. With `units` only those that one has."""
    return some_at_a_time(read, _UNREAD, _tip.c.state == TipState.CLOSED.value, units=units)
