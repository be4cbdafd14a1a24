"""The bus of production: Apache Kafka, with settings under which nothing acknowledged is lost.

Every error of the client leaves here as `KafkaUnavailable`, an `OSError`: wait and try again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from runtime.bus import Listed
from runtime.bus.kafka_contents import contents
from runtime.bus.kafka_publisher import KafkaPublisher
from runtime.bus.kafka_settings import KafkaSettings
from runtime.bus.kafka_subscription import KafkaSubscription
from runtime.bus.kafka_topics import Topics
from runtime.database import Database


class KafkaBus:
    """Publishes to and subscribes at one Kafka cluster. It holds no connection itself."""

    def __init__(self, settings: KafkaSettings, *, service: str, partitions: Mapping[str, int]) -> None:
        """Take the declaration of all topics: how many partitions each has."""
        self._settings = settings
        self._topics = Topics(settings, partitions, service=service)

    async def subscribe(self, consumer: str, topic: str, database: Database) -> KafkaSubscription:  # noqa: ARG002
        """Return the place of `consumer` in a topic, which is created if it is missing.

        Raises:
            KafkaUnavailable: Kafka does not answer.
        """
        await self._topics.ensure()
        return await KafkaSubscription.resumed(self._settings, topic, group=_group(consumer, topic))

    def publisher(self) -> KafkaPublisher:
        """Return what the relay sends with. It connects when it first sends."""
        return KafkaPublisher(self._settings, self._topics)

    def differences(self) -> int:
        """Return how many settings of topics were not as declared when a connection was first made."""
        return len(self._topics.differences)

    def contents(
        self,
        topic: str,
        *,
        since: datetime | None = None,
        reader: Database | None = None,  # noqa: ARG002
        consumer: str = "",
    ) -> AsyncIterator[Listed]:
        """Yield what a topic holds; the offsets of its consumers are Kafka's own.

        Raises:
            KafkaUnavailable: Kafka does not answer.
        """
        return contents(self._settings, topic, since=since, group=_group(consumer, topic) if consumer else None)


def _group(consumer: str, topic: str) -> str:
    """Return the name under which Kafka keeps a consumer's offsets in a topic."""
    return f"{consumer}.{topic}"
