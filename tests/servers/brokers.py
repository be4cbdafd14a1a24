"""An Apache Kafka of three brokers, each of which may be killed, held and started again by itself."""

from __future__ import annotations

from functools import partial

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.kafka import Node, broker_commands
from lanhmanh.cluster.ports import accepts_connections
from tests.servers.lease import Lease
from tests.servers.own_process import OwnProcess

COPIES = 3
"""Of each topic: one on each broker. Two must have what is acknowledged."""
_HEAP_MB = 384


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
