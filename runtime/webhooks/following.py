"""Follow the outbox for every subscription from its own place: what it may see becomes a delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import legal_day
from kernel.ids import UnitId
from kernel.units import UnitTree
from runtime.database import Database
from runtime.database.outbox import IN_ORDER, Place, is_after, outbox
from runtime.database.rows import insert_for
from runtime.reference import Reference
from runtime.webhooks.delivery import AS_NEW, delivery
from runtime.webhooks.subscription import SubscriptionState, place, subscription

AT_ONCE = 500
"""Events looked at in one transaction at most."""


_ACTIVE = subscription.c.state == SubscriptionState.ACTIVE


class Following:
    """Moves the places of all active subscriptions. Moving one and making its deliveries is one transaction."""

    def __init__(self, database: Database, reference: Reference, types: Sequence[str]) -> None:
        self._database = database
        self._reference = reference
        self._types = types

    async def step(self) -> bool:
        """Move every place that is behind, by a batch; return whether some may still be behind."""
        is_behind = False
        # The newest first: who follows anew from long ago keeps nobody waiting.
        for start in sorted(await self._places_behind(), reverse=True):
            tree = (await self._reference.view()).tree
            seen = await self._database.mark(partial(self._follow, start=start, tree=tree))
            is_behind |= seen == AT_ONCE
        return is_behind

    async def _places_behind(self) -> set[Place]:
        places = select(place.c.revision, place.c.ordinal).distinct()
        active = places.join(subscription, subscription.c.id == place.c.subscription_id).where(_ACTIVE)
        last = select(*IN_ORDER).order_by(outbox.c.revision.desc(), outbox.c.ordinal.desc()).limit(1)
        async with self._database.read() as read:
            found = {Place(row.revision, row.ordinal) for row in (await read.execute(active)).all()}
            newest = (await read.execute(last)).one_or_none() if found else None
        return set() if newest is None else {one for one in found if one < (newest.revision, newest.ordinal)}

    async def _follow(self, connection: AsyncConnection, *, start: Place, tree: UnitTree) -> int:
        # Locked: a replay that moves a place back is not to be overwritten.
        waiting = (
            select(subscription.c.id, subscription.c.unit_id, subscription.c.types)
            .join(place, place.c.subscription_id == subscription.c.id)
            .where(_ACTIVE, place.c.revision == start.revision, place.c.ordinal == start.ordinal)
            .with_for_update(of=place)
        )
        followers = (await connection.execute(waiting)).all()
        columns = (*IN_ORDER, outbox.c.event_id, outbox.c.type, outbox.c.unit_id)
        later = select(*columns).where(is_after(start)).order_by(*IN_ORDER).limit(AT_ONCE)
        events = (await connection.execute(later)).all() if followers else []
        if not events:
            return 0
        rows = [row for one in followers for row in self._deliveries(one, events, tree)]
        if rows:
            # There already if the place was moved back: then it is sent again, under the same id.
            anew = {**AS_NEW, "next_at": self._database.clock.now()}
            statement = insert_for(connection, delivery)
            keys = ["subscription_id", "event_id"]
            await connection.execute(
                statement.on_conflict_do_update(index_elements=keys, set_=anew), [row | anew for row in rows]
            )
        moved = update(place).where(place.c.subscription_id.in_([one.id for one in followers]))
        await connection.execute(moved.values(revision=events[-1].revision, ordinal=events[-1].ordinal))
        return len(events)

    def _deliveries(self, follower: Any, events: Sequence[Any], tree: UnitTree) -> Iterator[dict[str, Any]]:
        wanted = set(self._types if follower.types is None else follower.types)
        today = legal_day(self._database.clock.now())
        for event in events:
            if event.type in wanted and _is_within(tree, event.unit_id, follower.unit_id, today):
                key = {"subscription_id": follower.id, "event_id": event.event_id}
                yield key | {"event_revision": event.revision, "event_ordinal": event.ordinal}


def _is_within(tree: UnitTree, unit_id: UUID | None, above: UUID, today: date) -> bool:
    """Tell whether a unit, or today's bearer of its duties, lies in the subtree of another."""
    unit, root = UnitId(unit_id) if unit_id else None, UnitId(above)
    if unit is None or unit not in tree or root not in tree:
        return False
    bearer = tree.bearer(unit, today)
    return bearer is not None and tree.is_within(bearer, root, today)
