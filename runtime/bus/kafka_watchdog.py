"""Notice a client that stands still although there are messages: it says nothing of it, and never recovers by itself.

Seen with aiokafka after a broker came back or a group was rebalanced (its issues 847, 1154).
"""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from runtime.bus.kafka_settings import KafkaUnavailable

_LOOKS = 2
"""So often in a row the same messages may wait at a reader that asks for them: one look may come just before them."""
_LOOKS_WITHOUT_PARTITION = 12
"""So often they may wait at the others of the group: they may be long at work on one. Joining anew moves everyone."""


class Watchdog:
    """Looks after one client of one topic."""

    def __init__(self, client: AIOKafkaConsumer, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._waiting: Mapping[TopicPartition, int] = {}
        self._looks = 0

    async def look(self) -> None:
        """Look whether messages wait: call it whenever none came for a while.

        Raises:
            KafkaUnavailable: The same ones have waited for too long. Subscribe anew.
        """
        mine = self._client.assignment()
        waiting = await self._in_mine(mine) if mine else await self._in_all()
        self._looks = self._looks + 1 if waiting == self._waiting else 1
        self._waiting = waiting
        if waiting and self._looks >= (_LOOKS if mine else _LOOKS_WITHOUT_PARTITION):
            raise KafkaUnavailable(f"the client of {self._topic} has stalled")

    async def _in_mine(self, places: frozenset[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the places of this reader behind which there are messages."""
        ends = await self._client.end_offsets(places)
        at = {place: await self._client.position(place) for place in places}
        return {place: at[place] for place, end in ends.items() if at[place] < end}

    async def _in_all(self) -> dict[TopicPartition, int]:
        """Return the places of the whole group behind which there are messages: this reader was given none."""
        partitions = self._client.partitions_for_topic(self._topic) or ()
        places = [TopicPartition(self._topic, partition) for partition in partitions]
        ends = await self._client.end_offsets(places) if places else {}
        at = {place: await self._client.committed(place) or 0 for place in places}
        return {place: at[place] for place, end in ends.items() if at[place] < end}
