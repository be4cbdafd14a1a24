"""List what a topic holds, from outside of all groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from kernel.clock import to_micros
from runtime.bus import Listed
from runtime.bus.binary_mode import UNREADABLE, from_record
from runtime.bus.kafka_consumer import Consumer
from runtime.bus.kafka_settings import CLIENT, CONSUMER, KafkaSettings, answered_within

_AT_ONCE = 2000
_PATIENCE_SECONDS = 20.0
"""How long the brokers may take to answer, and how long nothing may come although there is something."""
_SKEW = timedelta(minutes=10)
"""How much earlier than its event a record may be stamped: the clocks of two machines differ."""


async def contents(
    settings: KafkaSettings, topic: str, *, since: datetime | None, group: str | None
) -> AsyncIterator[Listed]:
    """Yield what is in a topic now, told since an instant; with `group`, also whether that group has passed it.

    Raises:
        KafkaUnavailable: Kafka does not answer.
    """
    # First how far the group has come, then how far the topic goes: what is passed is in the topic.
    committed = await _committed(settings, group) if group is not None else {}
    client = Consumer(topic, group_id=None, **CONSUMER, **settings.client())
    try:
        async with answered_within(_PATIENCE_SECONDS):
            await client.start()
            ends = await client.end_offsets(client.assignment())
            left = await _sought(client, ends, since)
        while left:
            for place, records in (await _some(client, left)).items():
                for record in records:
                    one = _listed(record, is_passed=record.offset < committed.get(place, 0))
                    if since is None or one.time >= since:
                        yield one
            async with answered_within(_PATIENCE_SECONDS):
                left = {place for place in left if await client.position(place) < ends[place]}
    finally:
        await client.give_up()


async def _committed(settings: KafkaSettings, group: str) -> Mapping[TopicPartition, int]:
    admin = AIOKafkaAdminClient(**CLIENT, **settings.client())
    try:
        async with answered_within(_PATIENCE_SECONDS):
            await admin.start()
            offsets = await admin.list_consumer_group_offsets(group)
            return {place: kept.offset for place, kept in offsets.items()}
    finally:
        await admin.close()


async def _sought(client: Consumer, ends: Mapping[TopicPartition, int], since: datetime | None) -> set[TopicPartition]:
    """Go to the beginning, or before an instant; return the partitions in which there is something from there on."""
    begins = dict(await client.beginning_offsets(ends))
    if since is not None:
        millis = to_micros(since - _SKEW) // 1000
        found = await client.offsets_for_times(dict.fromkeys(ends, millis))
        begins = {place: ends[place] if at is None else at.offset for place, at in found.items()}
    for place, begin in begins.items():
        client.seek(place, begin)
    return {place for place, begin in begins.items() if begin < ends[place]}


async def _some(client: Consumer, places: set[TopicPartition]) -> Mapping[TopicPartition, Any]:
    async with answered_within(_PATIENCE_SECONDS):
        while True:
            records = await client.getmany(*places, timeout_ms=1000, max_records=_AT_ONCE)
            if records:
                return records  # type: ignore[no-any-return]


def _listed(record: Any, *, is_passed: bool) -> Listed:
    message = from_record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=None,
        headers=record.headers,
    )
    # What is no event says no time of its own.
    time = datetime.fromtimestamp(record.timestamp / 1000, UTC) if message.type == UNREADABLE else message.time
    return Listed(message.event_id, message.type, message.key, time, is_passed)
