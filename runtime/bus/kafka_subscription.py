"""A consumer's place in a topic of Kafka, which keeps its offsets.

The reader takes all partitions by itself: which replica reads is decided before, by a lock of its database. So no
group has to be formed anew when a replica dies, and none stands still because another joined.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus.binary_mode import from_record
from runtime.bus.kafka_consumer import GroupConsumer
from runtime.bus.kafka_settings import CONSUMER, KafkaSettings, KafkaUnavailable, answered_within, translated
from runtime.bus.kafka_watchdog import Watchdog
from runtime.bus.message import Message

_QUIET_SECONDS = 1.0
"""After so long without a message it is asked whether something is wrong."""
_ANSWER_SECONDS = 7.0
"""How long a question to the brokers may take."""


class KafkaSubscription:
    """The place of the one replica that reads."""

    def __init__(self, client: GroupConsumer, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._watchdog = Watchdog(client, topic)
        self._watching = asyncio.create_task(self._watchdog.watch())

    @classmethod
    async def resumed(cls, settings: KafkaSettings, topic: str, *, group: str) -> KafkaSubscription:
        """Return the place after the last commit of a group, or at the topic's beginning.

        Raises:
            KafkaUnavailable: Kafka does not answer.
        """
        client = GroupConsumer(group_id=group, **CONSUMER, **settings.client())
        try:
            async with answered_within(_ANSWER_SECONDS):
                # Every topic has this one; the others are known once the client has asked for the topic.
                client.assign([TopicPartition(topic, 0)])
                await client.start()
                client.assign(_places(client, topic))
        except BaseException:
            await client.give_up()
            raise
        return cls(client, topic)

    async def fetch(self, limit: int) -> Sequence[Message]:
        """Wait for messages and return at most `limit`, those of one partition in their order.

        Raises:
            KafkaUnavailable: Kafka does not answer, the client has stalled, or the topic has more partitions now.
        """
        with translated():
            while True:
                if self._watching.done():
                    self._watching.result()
                if len(_places(self._client, self._topic)) > len(self._client.assignment()):
                    raise KafkaUnavailable(f"{self._topic} has more partitions now")
                found = await self._client.getmany(timeout_ms=int(_QUIET_SECONDS * 1000), max_records=limit)
                messages = [_to_message(record) for records in found.values() for record in records]
                if len(messages) < limit:
                    self._watchdog.emptied()
                if messages:
                    return messages

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        """Do nothing: Kafka keeps the offset."""

    async def commit(self, handled: Sequence[Message]) -> None:
        """Let Kafka keep the offset after the last message of each partition.

        Kafka takes none while others read as members of a group of this name, as replicas did before ADR 19: what is
        handled here is in the inbox, and comes to nothing when it comes again.
        """
        offsets = {TopicPartition(one.topic, int(one.position.stream)): one.position.number + 1 for one in handled}
        async with answered_within(_ANSWER_SECONDS):
            with suppress(CommitFailedError):
                await self._client.commit(offsets)

    async def lag(self) -> int:
        """Return how many messages after the last commit there are."""
        async with answered_within(_ANSWER_SECONDS):
            ends = await self._client.end_offsets(self._client.assignment())
            return sum([end - await self._committed(place) for place, end in ends.items()])

    async def close(self) -> None:
        """Let go of the place. What was fetched and not committed comes to the next reader."""
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._client.give_up()

    async def _committed(self, place: TopicPartition) -> int:
        committed = await self._client.committed(place)
        if committed is None:
            # Nothing of the partition was handled yet.
            committed = (await self._client.beginning_offsets([place]))[place]
        return int(committed)


def _places(client: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, partition) for partition in sorted(client.partitions_for_topic(topic) or ())]


def _to_message(record: Any) -> Message:
    return from_record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )
