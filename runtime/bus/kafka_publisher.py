"""Send messages to Kafka, so that those of one partition are kept in order whatever fails."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaProducer, TopicPartition

from runtime.bus.binary_mode import to_headers
from runtime.bus.kafka_settings import PRODUCER, KafkaSettings, translated
from runtime.bus.kafka_topics import Topics
from runtime.bus.message import Message
from runtime.cancellation import all_of

SEND_SECONDS = 7.0
"""How long messages may wait for their acknowledgement before their producer is given up for a new one."""
_CLOSE_SECONDS = 1.0
"""How long an orderly end may take: a broker that hangs does not answer, and others must go on."""


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
        except BaseException:
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


class _Producer(AIOKafkaProducer):  # type: ignore[misc] # the client is untyped
    """The client's producer, which can also be given up."""

    async def give_up(self) -> None:
        """Close without what is still queued. The client's `stop` would wait until a broker takes it."""
        self._closed = True
        with translated(), suppress(TimeoutError):
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._sender.close()
            finally:
                await self.client.close()


async def _send_in_order(producer: _Producer, messages: Sequence[Message]) -> None:
    """Send to all partitions at once, but to each its next batch only after the one before is acknowledged.

    Were two under way, the first could fail and the second be kept: a reader would see an aggregate's later fact first.
    """
    lanes = await _split(producer, messages)
    await all_of(*(_send_lane(producer, place, lane) for place, lane in lanes.items()))


async def _split(producer: _Producer, messages: Sequence[Message]) -> Mapping[TopicPartition, list[Message]]:
    """Return the messages of each partition."""
    lanes: defaultdict[TopicPartition, list[Message]] = defaultdict(list)
    count = {topic: len(await producer.partitions_for(topic)) for topic in {one.topic for one in messages}}
    for message in messages:
        # As librdkafka's clients do it. The hash of Java's clients, in Python, would be a fifth of the relay's work.
        partition = crc32(message.key.encode()) % count[message.topic]
        lanes[TopicPartition(message.topic, partition)].append(message)
    return lanes


async def _send_lane(producer: _Producer, place: TopicPartition, messages: Sequence[Message]) -> None:
    with translated():
        for batch in _batches(producer, messages):
            await (await producer.send_batch(batch, place.topic, partition=place.partition))


def _batches(producer: _Producer, messages: Sequence[Message]) -> Iterator[Any]:
    """Yield batches of the client that hold the messages: one after the other, whole lanes at a time.

    The client's `send` would make a future of each message and wait for each in turn, which costs more than all else.
    """
    batch = producer.create_batch()
    for message in messages:
        record = {"key": message.key.encode(), "value": message.data, "headers": to_headers(message)}
        if batch.append(timestamp=None, **record) is None:
            yield batch
            batch = producer.create_batch()
            # The first of a batch always fits: one that is too large is refused by the broker.
            batch.append(timestamp=None, **record)
    batch.close()
    yield batch
