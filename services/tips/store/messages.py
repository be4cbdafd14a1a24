"""What the informant of a tip and the unit that handles it write to each other, sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, select
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from services.tips.store.table import TipsTable


class MessageRow(TipsTable, table=True):
    """One message. Rows are added, never changed."""

    __tablename__ = "tip_message"

    id: UUID = Field(primary_key=True)
    tip_id: UUID = Field(index=True)
    by_unit: UUID | None = None
    """The unit that wrote it; none for the informant."""
    client: str | None = None
    sealed: bytes = Field(sa_type=LargeBinary)
    """Sealed with the key of the tip's content."""
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_message = MessageRow.__table__  # type: ignore[attr-defined]


async def add_message(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a message."""
    stamp = {"recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _message, [{"by_unit": None, "client": None, **row, **stamp}])


async def get_message(read: Read, message_id: UUID) -> Any:
    """Return a message that is known to exist."""
    return (await read.execute(select(_message).where(_message.c.id == message_id))).one()


async def messages_of(read: Read, tip_id: UUID) -> Sequence[Any]:
    """Return the messages on a tip, the first one first."""
    mine = select(_message).where(_message.c.tip_id == tip_id)
    return (await read.execute(mine.order_by(_message.c.revision, _message.c.id))).all()
