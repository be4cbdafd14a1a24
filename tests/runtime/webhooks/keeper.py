"""Who subscribes to what the lighthouse tells of lamps, and a lighthouse that tells whose lamps they are."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from uuid import UUID

import httpx
from sqlalchemy import select

from contracts.model import Event
from kernel.clock import Clock
from runtime.database import Database
from runtime.service import Service
from runtime.webhooks.delivery import delivery
from runtime.webhooks.subscribable import Subscribable
from runtime.webhooks.targets import Targets
from tests.rig import Tokens
from tests.runtime.lighthouse.lamps import LampLit
from tests.runtime.lighthouse.service import a_service
from tests.runtime.units import KIM_TAN
from tests.runtime.webhooks.receiver import PATIENCE_SECONDS

HERE = Targets(https_only=False, private_allowed=True)
"""The receivers of tests stand on this machine."""
PATH = "/v1/subscriptions/lighthouse"
SCOPE = "lighthouse:subscribe"


class LampWatched(Event):
    """Somebody looked after a lamp of a unit."""

    type: ClassVar[str] = "vn.lanhmanh.lighthouse.lamp.watched.v1"
    topic: ClassVar[str] = LampLit.topic

    place: str
    unit_id: UUID | None = KIM_TAN.unit_id

    def key(self) -> str:
        return self.place

    def unit(self) -> UUID | None:
        return self.unit_id


class LampBroken(LampWatched):
    """It is broken."""

    type: ClassVar[str] = "vn.lanhmanh.lighthouse.lamp.broken.v1"


OFFERED = Subscribable((LampWatched, LampBroken), HERE)


def a_watched_service(url: str, *, clock: Clock, tokens: Tokens, offered: Subscribable = OFFERED) -> Service:
    """Return a lighthouse whose lamps can be followed from outside."""
    return replace(a_service(url, clock=clock, verifier=tokens.verifier()), subscribable=offered)


async def watched(database: Database, *places: str, unit: UUID | None = KIM_TAN.unit_id) -> list[str]:
    """Publish that lamps were looked after, in one transaction."""
    await publish(database, *(LampWatched(place=place, unit_id=unit) for place in places))
    return list(places)


async def publish(database: Database, *events: Event) -> None:
    """Publish events in one transaction."""

    async def effect(tx: Any) -> None:
        tx.publish(*events)

    await database.write(effect)


async def deliveries_are(database: Database, **wanted: Any) -> list[Any]:
    """Wait until every delivery is as wanted, and there is one at least; return them in the order of their events."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rings = database.committed.rings
            async with database.read() as read:
                order = (delivery.c.event_revision, delivery.c.event_ordinal)
                rows = (await read.execute(select(delivery).order_by(*order))).all()
            if rows and all(matches(row, **wanted) for row in rows):
                return list(rows)
            # Another replica may have written it down: its commits ring no bell here.
            await database.committed.after(rings, at_most=0.5)


def matches(row: Any, **wanted: Any) -> bool:
    """Tell whether a row has these values, where True and False ask whether there is any."""
    return all(
        (getattr(row, name) is not None) == value if isinstance(value, bool) else getattr(row, name) == value
        for name, value in wanted.items()
    )


@dataclass
class Keeper:
    """A system that acts for a unit."""

    client: httpx.AsyncClient
    tokens: Tokens
    unit: str
    _numbers = itertools.count(1)

    def headers(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return self.tokens.bearer(SCOPE, unit=self.unit, client=f"keeper-{self.unit}") | named

    async def create(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        own = self.headers(Idempotency_Key=key or f"key-{next(self._numbers)}")
        return await self.client.post(path, json=body, headers=own)

    async def subscribe(self, url: str, *, key: str | None = None, **more: Any) -> tuple[str, str]:
        """Subscribe for the own unit; return the path of the subscription, and its secret."""
        answer = await self.create(PATH, {"unit": self.unit, "url": url} | more, key=key)
        assert answer.status_code == 201, answer.text
        return f"{PATH}/{answer.json()['subscription_id']}", answer.json()["secret"]

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self.headers())

    async def read(self, path: str, **query: Any) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change(self, path: str, **body: Any) -> httpx.Response:
        tag = (await self.get(path)).headers["etag"]
        return await self.client.patch(path, json=body, headers=self.headers(If_Match=tag))

    async def rotate(self, path: str, *, key: str | None = None) -> Any:
        answer = await self.create(f"{path}/secrets", None, key=key)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def replay(self, path: str, **body: Any) -> httpx.Response:
        return await self.create(f"{path}/replays", body)

    async def deliveries(self, path: str, **query: Any) -> list[Any]:
        return list((await self.read(f"{path}/deliveries", **query))["items"])
