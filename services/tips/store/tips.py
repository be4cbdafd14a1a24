"""Tips: where each stands, what happened to it, and, sealed and apart, what it says and who said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlmodel import Field

from runtime.database import Additions, Instant, Json, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.tips.domain.refusals import LedgerIncomplete, TipUnknown
from services.tips.domain.tip import TipState
from services.tips.store.table import TipsTable


class TipRow(TipsTable, table=True):
    """A tip as it stands, without a word of it."""

    __tablename__ = "tip"
    __table_args__ = (UniqueConstraint("unit_id", "year", "place"),)

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(index=True)
    """The unit that received it: it counts there for ever."""
    responsible_id: UUID = Field(index=True)
    """The one unit that is responsible for it now."""
    reached_id: UUID
    """The unit that it came to last, by its receipt or by a transfer: its house handles the tip."""
    reached_at: datetime = Field(sa_type=Instant)
    """When it came there: its clocks run from then."""
    transferred_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was first transferred: for the unit that received it, it is handled since."""
    transferred_late: bool | None = Field(default=None, sa_type=Boolean)
    """Whether it was late then."""
    year: int = Field(sa_type=Integer)
    place: int = Field(sa_type=Integer)
    """Place among the tips of its unit and year, from 1 on, without gaps."""
    number: str
    """Receipt number."""
    channel: str
    readable: bool = Field(sa_type=Boolean)
    """Whether what came could be read; if not, its bytes are kept as they came."""
    state: str
    category: str | None = None
    instance: str | None = None
    """Of a complaint."""
    remote: bool = Field(sa_type=Boolean)
    grade: str | None = None
    """An officer's mark: `spam`, `off_subject`. It hides nothing."""
    duplicate_of: UUID | None = Field(default=None, index=True)
    """The tip that says the same."""
    informant_known: bool = Field(sa_type=Boolean)
    """Whether they said who they are, and so can be told."""
    received_at: datetime = Field(sa_type=Instant, index=True)
    classified_at: datetime | None = Field(default=None, sa_type=Instant)
    incompetent_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was established that the unit is not competent."""
    accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    receipt_told_at: datetime | None = Field(default=None, sa_type=Instant)
    acceptance_told_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome_told_at: datetime | None = Field(default=None, sa_type=Instant)
    suspended_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when the clock of resolving stands still."""
    paused: int = Field(sa_type=BigInteger)
    """How long it stood still before, in microseconds."""
    extensions: list[str] = Field(sa_type=Json)
    """Names of those that were granted, in their order."""
    handled_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    retained_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when its content is to be kept beyond the period for which contents are kept."""
    destroyed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the keys of its content were destroyed."""
    outcome: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """The next deadline that is open; none once it is handled, or where the law sets none."""
    salt: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    leaf: bytes = Field(sa_type=LargeBinary)
    chain: bytes = Field(sa_type=LargeBinary)
    """The receiving unit's chain up to this tip."""
    entry: int = Field(sa_type=BigInteger)
    """Place in that chain, from 1 on."""
    position: int = Field(sa_type=BigInteger, unique=True)
    """Place in the whole ledger, from 1 on, without gaps."""
    signing_key: str
    """Id of the key that signs its receipt."""
    follow_up: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    """Digest of the code with which the informant follows it."""
    unread_since: datetime | None = Field(default=None, sa_type=Instant)
    """When the informant wrote what nobody has read who acts for the responsible unit."""
    etag: int = Field(sa_type=Integer)
    """Grows with every change."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


class ContentRow(TipsTable, table=True):
    """What a tip says, sealed with a key of its own."""

    __tablename__ = "tip_content"

    tip_id: UUID = Field(primary_key=True)
    key: str
    """Wrapped: destroy it, and the content is gone. Empty where that was done."""
    sealed: bytes = Field(sa_type=LargeBinary)


class InformantRow(TipsTable, table=True):
    """Who said it, where that is known, sealed with another key."""

    __tablename__ = "tip_informant"

    tip_id: UUID = Field(primary_key=True)
    key: str
    sealed: bytes = Field(sa_type=LargeBinary)


class HistoryRow(TipsTable, table=True):
    """One thing that happened to a tip. Rows are added, never changed."""

    __tablename__ = "tip_history"

    tip_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger, primary_key=True)
    ordinal: int = Field(sa_type=Integer, primary_key=True)
    kind: str
    """`received`, `deadline_missed`, or the act's name."""
    occurred_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    by_unit: UUID | None = None
    """Who did it; none where nobody did anything."""
    client: str | None = None
    facts: dict[str, Any] = Field(sa_type=Json)
    """Category, units, outcome, step: never a word of the tip."""
    note: bytes | None = Field(default=None, sa_type=LargeBinary)
    """What the officer wrote, sealed with the content's key."""


RECEIVED = "received"
"""Kind of what every history begins with."""
DEADLINE_MISSED = "deadline_missed"
"""Kind of what the clock brings into a history."""
DEADLINES_MOVED = "deadlines_moved"
"""Kind of what a decision on days off brings into it."""

_tip = TipRow.__table__  # type: ignore[attr-defined]
IS_OPEN = _tip.c.state != literal_column(f"'{TipState.CLOSED}'")
"""Written out, so that the index of open tips is found."""
Index("ix_tip_open", _tip.c.state, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
_content = ContentRow.__table__  # type: ignore[attr-defined]
_informant = InformantRow.__table__  # type: ignore[attr-defined]
_history = HistoryRow.__table__  # type: ignore[attr-defined]


def add_tip(
    additions: Additions, tip: Mapping[str, Any], content: Mapping[str, Any], informant: Mapping[str, Any] | None
) -> None:
    """Write a tip that has just come, with the parts of it that are sealed and what its history begins with."""
    stamp = {"etag": 1, "recorded_at": additions.recorded_at, "revision": additions.number}
    additions.add(_tip, {**tip, **_begun(tip), **stamp})
    additions.add(_content, {"tip_id": tip["id"], **content})
    if informant is not None:
        additions.add(_informant, {"tip_id": tip["id"], **informant})
    channel = {"channel": tip["channel"]}
    additions.add(_history, _happened(additions, tip["id"], RECEIVED, tip["received_at"], channel))


def _begun(row: Mapping[str, Any]) -> dict[str, Any]:
    reached = {"reached_id": row["unit_id"], "reached_at": row["received_at"]}
    return reached | {"remote": False, "paused": 0, "extensions": []}


def _happened(
    additions: Additions, tip_id: UUID, kind: str, occurred_at: datetime, facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "tip_id": tip_id,
        "revision": additions.number,
        "ordinal": 0,
        "kind": kind,
        "occurred_at": occurred_at,
        "recorded_at": additions.recorded_at,
        "by_unit": None,
        "client": None,
        "facts": facts,
        "note": None,
    }


async def change_tip(tx: Write, tip: Any, **changed: Any) -> None:
    """Write where a tip stands now."""
    values = {**changed, "etag": tip.etag + 1, "revision": tx.number}
    await tx.execute(update(_tip).where(_tip.c.id == tip.id).values(values))


async def note_happening(
    tx: Write,
    tip_id: UUID,
    kind: str,
    occurred_at: datetime,
    facts: Mapping[str, Any],
    *,
    by_unit: UUID | None = None,
    client: str | None = None,
    note: bytes | None = None,
) -> None:
    """Add one thing to a tip's history, behind what this transaction added before."""
    same = (_history.c.tip_id == tip_id, _history.c.revision == tx.number)
    before = (await tx.execute(select(func.count()).select_from(_history).where(*same))).scalar_one()
    by = {"ordinal": before, "by_unit": by_unit, "client": client, "note": note}
    await insert_rows(tx.connection, _history, [_happened(tx, tip_id, kind, occurred_at, facts) | by])


async def get_tip(read: Read, tip_id: UUID) -> Any:
    """Return the row of a tip.

    Raises:
        TipUnknown: There is none.
    """
    row = (await read.execute(select(_tip).where(_tip.c.id == tip_id))).one_or_none()
    if row is None:
        raise TipUnknown(tip=tip_id)
    return row


async def find_by_code(read: Read, digest: bytes) -> Any:
    """Return the tip that is followed with a code, by the code's digest, or None."""
    return (await read.execute(select(_tip).where(_tip.c.follow_up == digest))).one_or_none()


async def get_content(read: Read, tip_id: UUID) -> Any:
    """Return the sealed content of a tip that is known to exist."""
    return (await read.execute(select(_content).where(_content.c.tip_id == tip_id))).one()


async def find_informant(read: Read, tip_id: UUID) -> Any:
    """Return the sealed informant of a tip, or None where nobody is known."""
    return (await read.execute(select(_informant).where(_informant.c.tip_id == tip_id))).one_or_none()


async def history_of(read: Read, tip_id: UUID) -> Sequence[Any]:
    """Return what happened to a tip, in the order in which it was recorded."""
    mine = select(_history).where(_history.c.tip_id == tip_id)
    return (await read.execute(mine.order_by(_history.c.revision, _history.c.ordinal))).all()


async def recorded_at_position(read: Read, position: int) -> datetime:
    """Return when the entry at a position of the ledger was written down.

    Raises:
        LedgerIncomplete: It is not there.
    """
    row = (await read.execute(select(_tip.c.recorded_at).where(_tip.c.position == position))).one_or_none()
    if row is None:
        raise LedgerIncomplete(position=position)
    return cast("datetime", row.recorded_at)


async def entries_after(read: Read, position: int, limit: int) -> Sequence[Any]:
    """Return tips in the order of the ledger, from behind a position."""
    statement = select(_tip).where(_tip.c.position > position)
    return (await read.execute(statement.order_by(_tip.c.position).limit(limit))).all()


async def sealed_of(read: Read, tip_ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    """Return what is sealed of a few tips: their contents, and their informants where they are known."""
    parts = [_content.c.tip_id, _content.c.sealed.label("content"), _informant.c.sealed.label("informant")]
    joined = _content.outerjoin(_informant, _informant.c.tip_id == _content.c.tip_id)
    rows = await read.execute(select(*parts).select_from(joined).where(_content.c.tip_id.in_(tip_ids)))
    return {row.tip_id: row for row in rows}


async def changed_tips(read: Read, after: int, limit: int) -> Followed:
    """Return the rows of tips that changed after a revision, by whole revisions."""
    return await rows_after(read, _tip, after=after, limit=limit)


async def list_page(
    read: Read, *, limit: int, after_key: tuple[Any, ...] | None = None, state: str | None = None
) -> Sequence[Any]:
    """Return up to `limit` rows in the order (instant of receipt, id), from behind such a key."""
    statement = select(_tip).order_by(_tip.c.received_at, _tip.c.id).limit(limit)
    if state is not None:
        statement = statement.where(_tip.c.state == state)
    if after_key is not None:
        statement = statement.where(tuple_(_tip.c.received_at, _tip.c.id) > after_key)
    return (await read.execute(statement)).all()
