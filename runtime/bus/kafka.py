"""The bus of production: Apache Kafka, with settings under which nothing acknowledged is lost.

Every error of the client leaves here as `KafkaUnavailable`, an `OSError`: wait and try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.bus import Listed
from runtime.bus.binary_mode import from_record, to_headers
from runtime.bus.kafka_contents import contents
from runtime.bus.kafka_settings import PRODUCER, KafkaSettings, translated
from runtime.bus.kafka_topics import Topics
from runtime.bus.kafka_watchdog import Watchdog
from runtime.bus.message import Message
from runtime.database import Database

SEND_SECONDS = 15.0
"""How long a batch may wait for its acknowledgement before its producer is given up for a new one."""
_QUIET_SECONDS = 5.0
"""After so long without a message it is looked whether there are any."""
_ANSWER_SECONDS = 10.0
"""How long a question to the brokers may take. After the loss of several the client waits for some answers for ever."""
_CLOSE_SECONDS = 5.0
"""How long leaving a group may take: a broker that hangs does not answer, and others must go on."""


class KafkaBus:
    """Publishes to and subscribes at one Kafka cluster. It holds no connection itself."""

    def __init__(self, settings: KafkaSettings, *, service: str, partitions: Mapping[str, int]) -> None:
        """Take the declaration of all topics: how many partitions each has."""
        self._settings = settings
        self._topics = Topics(settings, partitions, service=service)

    async def subscribe(self, consumer: str, topic: str, database: Database) -> KafkaSubscription:  # noqa: ARG002
        """Return the place of `consumer` in a topic, which is created if it is missing.

        The offset is Kafka's to keep, under a group of this consumer and topic alone: a replica that comes or goes
        in one topic does not interrupt the others.

        Raises:
            KafkaUnavailable: Kafka does not answer.
        """
        await self._topics.ensure()
        client = _Consumer(topic, group_id=_group(consumer, topic), **self._settings.consumer())
        try:
            with translated():
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await client.start()
        except BaseException:
            await client.give_up()
            raise
        return KafkaSubscription(client, Watchdog(client, topic))

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


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc] # the client is untyped
    """The client's consumer, which can also be given up."""

    async def give_up(self) -> None:
        """Leave the group, but do not wait for long until its coordinator says that it has heard it."""
        with translated():
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self.stop()
            except TimeoutError:
                await self._client.close()


class KafkaSubscription:
    """A consumer's place in a topic: the partitions that its group gives to this replica."""

    def __init__(self, client: _Consumer, watchdog: Watchdog) -> None:
        self._client = client
        self._watchdog = watchdog

    async def fetch(self, limit: int) -> Sequence[Message]:
        """Wait for messages and return at most `limit` of one partition, in their order.

        After a rebalance, what was fetched and not committed comes again, here or at another replica.

        Raises:
            KafkaUnavailable: Kafka does not answer, or the client has stalled.
        """
        with translated():
            first = await self._next()
            place = TopicPartition(first.topic, first.partition)
            rest = []
            if limit > 1:
                rest = (await self._client.getmany(place, max_records=limit - 1)).get(place, [])
        # A rebalance between the two calls has gone back to the last commit: `first` is in `rest` again.
        records = rest if rest and rest[0].offset <= first.offset else [first, *rest]
        return [_to_message(record) for record in records]

    async def record(self, connection: AsyncConnection, last: Message) -> None:
        """Do nothing: Kafka keeps the offset."""

    async def commit(self, last: Message) -> None:
        """Let Kafka keep the offset after `last`.

        A partition that went to another replica meanwhile is left alone: that replica gets the same messages again,
        and its inbox drops them.
        """
        place = TopicPartition(last.topic, int(last.position.stream))
        with translated():
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._client.commit({place: last.position.number + 1})
            except (CommitFailedError, IllegalStateError):
                return

    async def lag(self) -> int:
        """Return how many messages after the last commit there are, in the partitions of this replica."""
        with translated():
            async with asyncio.timeout(_ANSWER_SECONDS):
                places = self._client.assignment()
                ends = await self._client.end_offsets(places) if places else {}
                return sum([end - await self._committed(place) for place, end in ends.items()])

    async def close(self) -> None:
        """Leave the group, so that the other replicas take over at once."""
        await self._client.give_up()

    async def _next(self) -> Any:
        while True:
            try:
                async with asyncio.timeout(_QUIET_SECONDS):
                    return await self._client.getone()
            except TimeoutError:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._watchdog.look()

    async def _committed(self, place: TopicPartition) -> int:
        committed = await self._client.committed(place)
        if committed is None:
            # Nothing of the partition was handled yet.
            committed = (await self._client.beginning_offsets([place]))[place]
        return int(committed)


class _Producer(AIOKafkaProducer):  # type: ignore[misc] # the client is untyped
    """The client's producer, which can also be given up."""

    async def give_up(self) -> None:
        """Close without what is still queued. The client's `stop` would wait until a broker takes it."""
        self._closed = True
        with translated():
            try:
                await self._sender.close()
            finally:
                await self.client.close()


class KafkaPublisher:
    """Sends in order, with a producer that is replaced by a new one after any failure."""

    def __init__(self, settings: KafkaSettings, topics: Topics, *, send_seconds: float = SEND_SECONDS) -> None:
        self._settings = settings
        self._topics = topics
        self._send_seconds = send_seconds
        self._producer: _Producer | None = None

    async def send(self, messages: Sequence[Message]) -> None:
        """Send messages in order; return when all are acknowledged by all replicas in sync.

        Raises:
            KafkaUnavailable: Some may not be kept: send all again. Readers know those that were kept by their ids.
        """
        try:
            with translated():
                async with asyncio.timeout(self._send_seconds):
                    await _send_in_order(await self._connected(), messages)
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of the producer, and of what it still holds: the outbox has it too."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.give_up()

    async def _connected(self) -> _Producer:
        if self._producer is None:
            await self._topics.ensure()
            producer = _Producer(**PRODUCER, **self._settings.client())
            try:
                await producer.start()
            except BaseException:
                await producer.give_up()
                raise
            self._producer = producer
        return self._producer


async def _send_in_order(producer: _Producer, messages: Sequence[Message]) -> None:
    acknowledgements: list[asyncio.Future[Any]] = []
    try:
        # Queued one after the other, which keeps their order, and acknowledged together.
        for message in messages:
            headers = to_headers(message)
            queued = await producer.send(message.topic, message.data, key=message.key.encode(), headers=headers)
            acknowledgements.append(queued)
        await asyncio.gather(*acknowledgements)
    finally:
        for acknowledgement in acknowledgements:
            acknowledgement.cancel()


def _group(consumer: str, topic: str) -> str:
    return f"{consumer}.{topic}"


def _to_message(record: Any) -> Message:
    return from_record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )
