"""A bus in memory that keeps its offsets outside the consumer's database, as Kafka does, and fails on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.model import Event
from runtime.bus import Listed, Message, Position
from runtime.database import Database
from runtime.database.wakeup import Wakeup
from tests.rig import MORNING
from tests.runtime.lighthouse.lamps import LampLit

PATIENCE_SECONDS = 20


def message_of(event: Event, number: int, *, trace: str | None = None) -> Message:
    """Return an event on its way. The same number gives the same event id: a redelivery."""
    return Message(
        topic=event.topic,
        key=event.key(),
        event_id=UUID(int=number),
        type=event.type,
        source="/lanhmanh/lighthouse",
        time=MORNING,
        data=event.model_dump_json().encode(),
        position=Position("0", number),
        traceparent=trace,
    )


@dataclass
class Pier:
    """One topic of one partition."""

    messages: list[Message] = field(default_factory=list)
    committed: int = 0
    """How many messages the consumer has committed."""
    lost_commits: int = 0
    """How many of the next commits fail: a crash between the transaction and the commit."""
    troubles: list[Exception] = field(default_factory=list)
    """What the next subscriptions fail with."""
    subscriptions: int = 0
    _news: Wakeup = field(default_factory=Wakeup)

    def land(self, *events: Event) -> None:
        """Let new events arrive together."""
        first = len(self.messages)
        self.bring(*(message_of(event, first + place) for place, event in enumerate(events)))

    def bring(self, *messages: Message) -> None:
        """Let messages arrive, perhaps not for the first time."""
        # Each with an identity of its own, by which a commit finds its place.
        self.messages += [message._replace() for message in messages]
        self._news.ring()

    async def cleared(self) -> None:
        """Wait until everything that arrived is committed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            rings = self._news.rings
            while self.committed < len(self.messages):
                await self._news.after(rings)
                rings = self._news.rings

    async def subscribe(self, consumer: str, topic: str, database: Database) -> Berth:  # noqa: ARG002
        if self.troubles:
            raise self.troubles.pop(0)
        self.subscriptions += 1
        return Berth(self, self.committed)

    def publisher(self) -> None:
        return None

    def differences(self) -> int:
        return 0

    async def contents(
        self,
        topic: str,  # noqa: ARG002
        *,
        since: datetime | None = None,  # noqa: ARG002
        reader: Database | None = None,  # noqa: ARG002
        consumer: str = "",  # noqa: ARG002
    ) -> AsyncIterator[Listed]:
        for place, one in enumerate(self.messages):
            yield Listed(one.event_id, one.type, one.key, one.time, place < self.committed)


@dataclass
class Berth:
    """The place of the only consumer."""

    pier: Pier
    at: int

    async def fetch(self, limit: int) -> Sequence[Message]:
        rings = self.pier._news.rings
        while self.at >= len(self.pier.messages):
            await self.pier._news.after(rings)
            rings = self.pier._news.rings
        fetched = self.pier.messages[self.at : self.at + limit]
        self.at += len(fetched)
        return fetched

    async def record(self, connection: AsyncConnection, last: Message) -> None:  # noqa: ARG002 - kept elsewhere
        return None

    async def commit(self, handled: Sequence[Message]) -> None:
        if self.pier.lost_commits:
            self.pier.lost_commits -= 1
            raise ConnectionResetError
        self.pier.committed = 1 + max(
            place for place, one in enumerate(self.pier.messages) if any(one is last for last in handled)
        )
        self.pier._news.ring()

    async def lag(self) -> int:
        return len(self.pier.messages) - self.pier.committed

    async def close(self) -> None:
        return None


def lamps(*places: str) -> list[LampLit]:
    """Return events of lamps that were lit."""
    return [LampLit(place=place) for place in places]
