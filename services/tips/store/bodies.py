"""Competent bodies outside of this system, and the public keys that packages for them are sealed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, select, update
from sqlmodel import Field

from runtime.database import Instant, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.tips.domain.body import BodyUnknown
from services.tips.store.table import TipsTable


class BodyRow(TipsTable, table=True):
    """A body with its key. A key is revoked, never changed: who has a new one is registered again."""

    __tablename__ = "tip_body"

    id: UUID = Field(primary_key=True)
    unit_id: UUID
    """The unit for which it was registered: it vouches for the key, for itself and those below it."""
    name: str
    public_key: bytes = Field(sa_type=LargeBinary)
    """X25519, 32 bytes."""
    fingerprint: str
    """SHA-256 of the key, hex."""
    registered_by: str
    registered_at: datetime = Field(sa_type=Instant)
    revoked_by: str | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    etag: int = Field(sa_type=Integer)
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger)


_body = BodyRow.__table__  # type: ignore[attr-defined]


async def add_body(tx: Write, row: Mapping[str, Any]) -> None:
    """Keep a body whose key is in force."""
    stamp = {"revoked_by": None, "revoked_at": None, "etag": 1, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, _body, [{**row, **stamp}])


async def revoke_key(tx: Write, body: Any, by: str, at: datetime) -> None:
    """Write that a body's key is in force no more."""
    values = {"revoked_by": by, "revoked_at": at, "etag": body.etag + 1, "revision": tx.number}
    await tx.execute(update(_body).where(_body.c.id == body.id).values(values))


async def get_body(read: Read, body_id: UUID) -> Any:
    """Return a body.

    Raises:
        BodyUnknown: There is none.
    """
    row = (await read.execute(select(_body).where(_body.c.id == body_id))).one_or_none()
    if row is None:
        raise BodyUnknown(body=body_id)
    return row


async def revocations_of(read: Read, fingerprint: str) -> Sequence[Any]:
    """Return the bodies with a key that were revoked, whoever had registered them."""
    revoked = select(_body).where(_body.c.fingerprint == fingerprint, _body.c.revoked_at.is_not(None))
    return (await read.execute(revoked.order_by(_body.c.id))).all()


async def changed_bodies(read: Read, after: int, limit: int) -> Followed:
    """Return the bodies that were registered or revoked after a revision, by whole revisions."""
    return await rows_after(read, _body, after=after, limit=limit)


async def list_page(read: Read, *, limit: int, beyond: UUID | None = None) -> Sequence[Any]:
    """Return up to `limit` bodies in the order in which they were registered (by id), from behind one."""
    statement = select(_body).order_by(_body.c.id).limit(limit)
    if beyond is not None:
        statement = statement.where(_body.c.id > beyond)
    return (await read.execute(statement)).all()
