"""Notice a client that stands still although there are messages: it says nothing of it, and never recovers by itself.

Seen with aiokafka after brokers came back (its issues 847, 1154), also in one partition while the others went on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from runtime.bus.kafka_settings import KafkaUnavailable, answered_within

_PAUSE_SECONDS = 2.0
"""Between two looks."""
_LOOKS = 3
"""So often in a row the same messages may wait: a look may come just before them."""
_UNANSWERED = 6
"""So many looks in a row may fail, some 25 s: a client gets over a broker that hangs by itself, and sooner than that.
A new one would meet it too."""
_ANSWER_SECONDS = 3.0
"""How long a look may take."""


class Watchdog:
    """Looks after one client of one topic, partition by partition."""

    def __init__(self, client: AIOKafkaConsumer, topic: str) -> None:
        self._client = client
        self._topic = topic
        self._waiting: Mapping[TopicPartition, int] = {}
        self._looks: Mapping[TopicPartition, int] = {}
        self._unanswered = 0
        self._is_emptied = False

    def emptied(self) -> None:
        """Note that the reader has taken all that the client had: what waits now, waits at the brokers.

        While it handles what it took before, or others' messages fill what it asks for, waiting means nothing.
        """
        self._is_emptied = True

    async def watch(self) -> None:
        """Look now and then, until something is wrong.

        Raises:
            KafkaUnavailable: The same messages have waited for too long, or nobody says so. Subscribe anew.
        """
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                async with answered_within(_ANSWER_SECONDS):
                    waiting = await self._behind_which_there_are_messages()
            except KafkaUnavailable:
                self._unanswered += 1
                if self._unanswered == _UNANSWERED:
                    raise
            else:
                self._unanswered = 0
                self._note(waiting)

    def _note(self, waiting: Mapping[TopicPartition, int]) -> None:
        self._looks = {
            place: self._looks[place] + self._is_emptied if self._waiting.get(place) == at else 1
            for place, at in waiting.items()
        }  # fmt: skip
        self._waiting, self._is_emptied = waiting, False
        if max(self._looks.values(), default=0) >= _LOOKS:
            raise KafkaUnavailable(f"the client of {self._topic} has stalled")

    async def _behind_which_there_are_messages(self) -> dict[TopicPartition, int]:
        """Return where this reader stands in the partitions that go on behind it."""
        places = self._client.assignment()
        ends = await self._client.end_offsets(places)
        at = {place: await self._client.position(place) for place in places}
        return {place: at[place] for place, end in ends.items() if at[place] < end}
