"""Deliveries: one for each event that a subscription may see, kept for ever with what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Uuid, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.database import Instant, Read, Write
from runtime.database.outbox import IN_ORDER, Place, outbox
from runtime.database.tables import metadata
from runtime.webhooks.refusals import DeliveryUnknown
from runtime.webhooks.subscription import SubscriptionState, place, subscription

delivery = Table(
    "webhook_delivery",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("event_revision", BigInteger, nullable=False),
    Column("event_ordinal", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Instant),
    Column("delivered_at", Instant),
    Column("dead_at", Instant),
    Column("last_status", Integer),
    Column("last_failure", String),
)
"""One of `next_at`, `delivered_at` and `dead_at` is set. Of an answer the status is kept, and never the body."""
_WAITING = delivery.c.next_at.is_not(None)
_DEAD = delivery.c.dead_at.is_not(None)
Index("ix_webhook_delivery_place", delivery.c.subscription_id, delivery.c.event_revision, delivery.c.event_ordinal)
Index(
    "ix_webhook_delivery_next_at",
    delivery.c.subscription_id,
    delivery.c.next_at,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index(
    "ix_webhook_delivery_waiting",
    delivery.c.subscription_id,
    delivery.c.event_revision,
    delivery.c.event_ordinal,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
Index("ix_webhook_delivery_dead", delivery.c.subscription_id, sqlite_where=_DEAD, postgresql_where=_DEAD)

AS_NEW = {"tries": 0, "delivered_at": None, "dead_at": None}
"""What is set, with `next_at`, to send a delivery again from the beginning of the plan."""
_ACTIVE = subscription.c.state == SubscriptionState.ACTIVE


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Every attempt of the plan failed."""


_SET_IN = {
    DeliveryState.WAITING: delivery.c.next_at,
    DeliveryState.DELIVERED: delivery.c.delivered_at,
    DeliveryState.DEAD: delivery.c.dead_at,
}


async def find_due(read: Read, subscription_id: UUID, now: datetime) -> Any | None:
    """Return what a subscription is to be sent next: event, URL and generation of its secret. The oldest goes first."""
    event = (outbox.c.type, outbox.c.recorded_at, outbox.c.traceparent, outbox.c.data)
    to = (subscription.c.url, subscription.c.generation, subscription.c.previous_signs_until)
    due = (
        select(delivery, *event, *to)
        .join(outbox, outbox.c.event_id == delivery.c.event_id)
        .join(subscription, subscription.c.id == delivery.c.subscription_id)
        .where(delivery.c.subscription_id == subscription_id, _ACTIVE, delivery.c.next_at <= now)
        .order_by(delivery.c.event_revision, delivery.c.event_ordinal)
        .limit(1)
    )
    return (await read.execute(due)).one_or_none()


async def subscriptions_due(read: Read, now: datetime, *, but: Collection[UUID]) -> Sequence[UUID]:
    """Return the subscriptions that are to be sent something, but for some."""
    # Asked of each subscription, not of all deliveries: of those there may be many.
    due = exists().where(delivery.c.subscription_id == subscription.c.id, delivery.c.next_at <= now)
    found = select(subscription.c.id).where(_ACTIVE, subscription.c.id.not_in(but), due)
    return (await read.execute(found)).scalars().all()


async def note_attempt(connection: AsyncConnection, row: Any, **result: Any) -> None:
    """Write down what became of an attempt, unless somebody asked meanwhile to begin anew."""
    mine = (delivery.c.subscription_id == row.subscription_id, delivery.c.event_id == row.event_id)
    as_read = (delivery.c.next_at == row.next_at, delivery.c.tries == row.tries)
    await connection.execute(update(delivery).where(*mine, *as_read).values(**result))


async def list_deliveries(
    read: Read,
    subscription_id: UUID,
    *,
    state: DeliveryState | None,
    beyond: tuple[int, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return a subscription's deliveries in the order of their events: those after the place `beyond`."""
    where = delivery.c.event_revision, delivery.c.event_ordinal
    statement = (
        select(delivery, outbox.c.type, outbox.c.recorded_at)
        .join(outbox, outbox.c.event_id == delivery.c.event_id)
        .where(delivery.c.subscription_id == subscription_id)
        .order_by(*where)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(_SET_IN[state].is_not(None))
    if beyond is not None:
        statement = statement.where(tuple_(*where) > beyond)
    return (await read.execute(statement)).all()


async def count_open(read: Read) -> tuple[int, int]:
    """Return how many deliveries of active subscriptions wait, and how many are dead."""
    ours = delivery.join(subscription, subscription.c.id == delivery.c.subscription_id)
    counts = [
        (await read.execute(select(func.count()).select_from(ours).where(_ACTIVE, which))).scalar_one()
        for which in (_WAITING, _DEAD)
    ]
    return counts[0], counts[1]


async def replay_one(tx: Write, subscription_id: UUID, event_id: UUID, now: datetime) -> None:
    """Send one event again, whatever became of it.

    Raises:
        DeliveryUnknown: The subscription has none of it.
    """
    mine = (delivery.c.subscription_id == subscription_id, delivery.c.event_id == event_id)
    if not (await tx.execute(update(delivery).where(*mine).values(**AS_NEW, next_at=now))).rowcount:
        raise DeliveryUnknown(event=event_id)


async def replay_dead(tx: Write, subscription_id: UUID, now: datetime) -> None:
    """Send everything again that is dead."""
    dead = (delivery.c.subscription_id == subscription_id, _DEAD)
    await tx.execute(update(delivery).where(*dead).values(**AS_NEW, next_at=now))


async def find_place_before(read: Read, since: datetime) -> Place | None:
    """Return the place before the first event recorded at an instant or later.

    Not for a write transaction: it looks at the outbox from its beginning. What it finds never changes.
    """
    first = select(*IN_ORDER).where(outbox.c.recorded_at >= since).order_by(*IN_ORDER).limit(1)
    row = (await read.execute(first)).one_or_none()
    return None if row is None else Place(row.revision, row.ordinal - 1)


async def replay_from(tx: Write, subscription_id: UUID, before: Place) -> None:
    """Let a subscription follow again from an earlier place: it sends anew what it may see from there."""
    mine = (place.c.subscription_id == subscription_id, tuple_(place.c.revision, place.c.ordinal) > before)
    await tx.execute(update(place).where(*mine).values(revision=before.revision, ordinal=before.ordinal))
