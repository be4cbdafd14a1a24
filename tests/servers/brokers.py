"""An Apache Kafka of three brokers, each of which may be killed, held and started again by itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.kafka import Node, broker_commands
from lanhmanh.cluster.ports import accepts_connections
from tests.servers.lease import Lease
from tests.servers.own_process import OwnProcess

COPIES = 3
"""Of each topic: one on each broker. Two must have what is acknowledged."""
_HEAP_MB = 384
_CATCH_UP_SECONDS = 60.0


class Brokers:
    """Three brokers below a test's own lease."""

    def __init__(self, lease: Lease) -> None:
        """Make their folders and settings; none runs yet.

        Raises:
            ServerUnavailable: Java or the jars cannot be had.
        """
        nodes = [Node(lease.folder / f"broker-{number}") for number in range(1, COPIES + 1)]
        for node in nodes:
            node.folder.mkdir()
        commands = broker_commands(nodes, ensure_kafka_jars(), heap_mb=_HEAP_MB)
        self.all = [
            OwnProcess(lease, node.folder.name, command, answers=partial(accepts_connections, node.port))
            for node, command in zip(nodes, commands, strict=True)
        ]
        self.address = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        """What clients are given."""

    def start(self) -> None:
        """Start those that do not run, and return when all answer.

        Raises:
            ServerUnavailable: One does not start.
        """
        idle = [broker for broker in self.all if not broker.is_running]
        for broker in idle:
            broker.begin()
        for broker in idle:
            broker.wait()

    async def in_sync(self) -> None:
        """Return when each broker has all that it keeps a copy of: one that was away catches up first."""
        async with asyncio.timeout(_CATCH_UP_SECONDS):
            while True:
                with suppress(KafkaError):
                    if await self._are_in_sync():
                        return
                await asyncio.sleep(0.2)

    async def _are_in_sync(self) -> bool:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        try:
            await admin.start()
            topics = await admin.describe_topics(await admin.list_topics())
        finally:
            await admin.close()
        copies = [partition["isr"] for topic in topics for partition in topic["partitions"]]
        return bool(copies) and all(len(in_sync) == COPIES for in_sync in copies)
