"""How events travel between services: through the outbox itself in one process, through Kafka in production."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus.message import Message, Position
from runtime.database import Database

__all__ = ["Bus", "Listed", "Message", "Position", "Publisher", "Subscription"]


class Listed(NamedTuple):
    """An event that lies in a topic."""

    event_id: UUID
    type: str
    key: str
    time: datetime
    is_passed: bool
    """Whether the consumer that was asked about says that it has handled everything up to here."""


class Subscription(Protocol):
    """One consumer's place in one topic. Messages come at least once, in order by key.

    After a failure the consumer closes it and subscribes anew: what was fetched and not committed comes again.
    """

    async def fetch(self, limit: int) -> Sequence[Message]:
        """Wait until there are messages after the last ones fetched, and return some, those of one key in order."""
        ...

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        """Note in the consumer's own transaction how far it has come, unless the bus itself keeps that."""
        ...

    async def commit(self, handled: Sequence[Message]) -> None:
        """Tell the bus how far the consumer has come, after its transaction committed."""
        ...

    async def lag(self) -> int:
        """Return how many messages of the topic are still to be handled."""
        ...

    async def close(self) -> None:
        """Leave the topic."""
        ...


class Publisher(Protocol):
    """Sends the outbox's messages out of the process."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Send messages in order; return when all are acknowledged as kept.

        Raises:
            OSError: Some may not be kept: send all again.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


class Bus(Protocol):
    """Where a service subscribes. `publisher` is None where the outbox is the bus."""

    async def subscribe(self, consumer: str, topic: str, database: Database) -> Subscription:
        """Return the place of `consumer` in a topic: where it stopped, or the topic's beginning."""
        ...

    def publisher(self) -> Publisher | None:
        """Return what the relay sends with, or None where no relay is needed."""
        ...

    def differences(self) -> int:
        """Return how many settings of topics are not as declared, as far as that is known."""
        ...

    def contents(
        self, topic: str, *, since: datetime | None = None, reader: Database | None = None, consumer: str = ""
    ) -> AsyncIterator[Listed]:
        """Yield what a topic holds, told since an instant: at least everything that was in it when it was asked.

        With `consumer`, whose own database is `reader`, it is also said how far that one has come: at least so far.

        Raises:
            OSError: The bus does not answer.
        """
        ...
