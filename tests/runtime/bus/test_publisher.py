"""The publisher keeps the order of a partition, whatever fails: beside a client that acknowledges on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.bus.kafka_publisher import _send_in_order
from tests.runtime.bus.test_kafka import a_message

pytestmark = pytest.mark.asyncio

PARTITIONS = {0, 1, 2}


@dataclass
class Batch:
    """Holds two records."""

    records: list[bytes] = field(default_factory=list)

    def append(self, *, timestamp: int | None, key: bytes, value: bytes, headers: Sequence[Any]) -> object:  # noqa: ARG002
        if len(self.records) == 2:
            return None
        self.records.append(value)
        return self

    def close(self) -> None:
        """Do nothing."""


@dataclass
class Client:
    """Takes batches, and acknowledges none by itself."""

    sent: dict[int, list[tuple[list[bytes], asyncio.Future[None]]]] = field(default_factory=dict)

    async def partitions_for(self, topic: str) -> set[int]:  # noqa: ARG002
        return PARTITIONS

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> asyncio.Future[None]:  # noqa: ARG002
        acknowledged = asyncio.get_running_loop().create_future()
        self.sent.setdefault(partition, []).append((batch.records, acknowledged))
        return acknowledged

    def values(self, partition: int) -> list[bytes]:
        return [value for records, _ in self.sent[partition] for value in records]


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_partition_gets_its_next_batch_after_the_one_before_was_acknowledged() -> None:
    client = Client()
    messages = [a_message(topic="harbour", key="Hồng Hà", data=b"%d" % number) for number in range(5)]
    sending = asyncio.create_task(_send_in_order(client, messages))  # type: ignore[arg-type]

    await settled()
    ((partition, begun),) = [(place, list(batches)) for place, batches in client.sent.items()]
    for number in range(3):
        assert len(client.sent[partition]) == number + 1
        client.sent[partition][number][1].set_result(None)
        await settled()
    await sending

    assert [records for records, _ in begun] == [[b"0", b"1"]]
    assert client.values(partition) == [b"0", b"1", b"2", b"3", b"4"]


async def test_behind_a_batch_that_failed_nothing_is_sent() -> None:
    client = Client()
    messages = [a_message(topic="harbour", key=f"tàu {number % 7}", data=b"%d" % number) for number in range(40)]
    sending = asyncio.create_task(_send_in_order(client, messages))  # type: ignore[arg-type]

    await settled()
    first = min(client.sent)
    client.sent[first][0][1].set_exception(ConnectionResetError())
    await asyncio.wait([sending])

    assert isinstance(sending.exception(), ConnectionResetError)
    assert [len(batches) for batches in client.sent.values()] == [1] * len(client.sent)
    assert len(client.sent) > 1
