"""Subscriptions: who wants which events of which units at which URL, and how far each has followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, String, Table, Uuid, func, select, update

from kernel.ids import new_id
from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.database.tables import metadata
from runtime.webhooks.refusals import SubscriptionsTooMany, SubscriptionUnknown

MOST_PER_CLIENT = 20
"""Each may have a request on its way at any time."""
OVERLAP = timedelta(hours=24)
"""How long the secret before the current one signs too."""


class SubscriptionState(StrEnum):
    """Whether a subscription follows."""

    ACTIVE = "active"
    PAUSED = "paused"
    """It keeps its place: nothing is lost."""
    GONE = "gone"
    """Its receiver answered 410: as paused, until somebody makes it active again."""


subscription = Table(
    "webhook_subscription",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("client", String, nullable=False, index=True),
    Column("unit_id", Uuid, nullable=False),
    Column("url", String, nullable=False),
    Column("types", Json),
    Column("state", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("previous_signs_until", Instant),
    Column("version", Integer, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
)
"""`types` is null for all that can be subscribed to, now or later; `occurred_at` is when it was last changed."""

place = Table(
    "webhook_place",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
)
"""The last event of the outbox that a subscription has seen. It stands apart because it moves without a number.

It needs no epoch: it is restored with the outbox that it points into.
"""


async def add_subscription(tx: Write, *, client: str, unit_id: UUID, url: str, types: Any, at: datetime) -> UUID:
    """Begin a subscription, which follows what is published from now on.

    Raises:
        SubscriptionsTooMany: The client has its number of them.
    """
    mine = select(func.count()).select_from(subscription).where(subscription.c.client == client)
    if (await tx.execute(mine)).scalar_one() >= MOST_PER_CLIENT:
        raise SubscriptionsTooMany(most=MOST_PER_CLIENT)
    subscription_id = new_id(tx.clock)
    row = {"id": subscription_id, "client": client, "unit_id": unit_id, "url": url, "types": types}
    begun = {"state": SubscriptionState.ACTIVE.value, "generation": 1, "version": 1, "previous_signs_until": None}
    stamp = {"occurred_at": at, "recorded_at": tx.recorded_at, "revision": tx.number}
    await insert_rows(tx.connection, subscription, [row | begun | stamp])
    here = {"subscription_id": subscription_id, "revision": tx.number, "ordinal": -1}
    await insert_rows(tx.connection, place, [here])
    return subscription_id


async def change_subscription(tx: Write, row: Any, changed: Mapping[str, Any], at: datetime) -> None:
    """Change a subscription that was read in this transaction."""
    stamp = {"version": row.version + 1, "occurred_at": at, "recorded_at": tx.recorded_at, "revision": tx.number}
    await tx.execute(update(subscription).where(subscription.c.id == row.id).values(**changed, **stamp))


async def rotate_secret(tx: Write, row: Any, at: datetime) -> int:
    """Begin the next generation of a subscription's secret, and return its number.

    The one before signs too for a while, and an older one no more: two rotations in a row drop a secret at once.
    """
    generation: int = row.generation + 1
    await change_subscription(tx, row, {"generation": generation, "previous_signs_until": at + OVERLAP}, at)
    return generation


async def note_gone(tx: Write, subscription_id: UUID, url: str, at: datetime) -> None:
    """Note that nobody is at a subscription's URL any more, unless it was changed meanwhile."""
    row = await get_subscription(tx, subscription_id)
    if row.url == url and row.state == SubscriptionState.ACTIVE:
        await change_subscription(tx, row, {"state": SubscriptionState.GONE.value}, at)


async def get_subscription(read: Read, subscription_id: UUID) -> Any:
    """Return the row of a subscription.

    Raises:
        SubscriptionUnknown: There is none.
    """
    found = select(subscription).where(subscription.c.id == subscription_id)
    row = (await read.execute(found)).one_or_none()
    if row is None:
        raise SubscriptionUnknown(subscription=subscription_id)
    return row


async def list_subscriptions(read: Read, *, beyond: UUID | None, limit: int) -> Sequence[Any]:
    """Return rows by id, so by age: those after the id `beyond`."""
    statement = select(subscription).order_by(subscription.c.id).limit(limit)
    if beyond is not None:
        statement = statement.where(subscription.c.id > beyond)
    return (await read.execute(statement)).all()
