"""Start an Apache Kafka of one node for the tests."""

from __future__ import annotations

import os
from pathlib import Path

from lanhmanh.cluster.jars import ensure_kafka_jars
from lanhmanh.cluster.kafka import Node, broker_commands, broker_version
from lanhmanh.cluster.ports import accepts_connections
from tests.servers.lease import Lease, Server, await_answer


def start_kafka(folder: Path, lease: Lease) -> Server:
    """Start a broker; or take the one that LANHMANH_TEST_KAFKA points to.

    Raises:
        ServerUnavailable: Java or the jars cannot be had, or the broker does not start.
    """
    if existing := os.environ.get("LANHMANH_TEST_KAFKA"):
        # Kafka's protocol does not tell a broker's version.
        return Server(version=f"Apache Kafka at {existing} (LANHMANH_TEST_KAFKA)", address=existing)
    return start_broker(folder, lease)


def start_broker(folder: Path, lease: Lease) -> Server:
    """Format and start a broker with its data in `folder`, where the file `pid` names its process.

    Raises:
        ServerUnavailable: Java or the jars cannot be had, or the broker does not start.
    """
    jars, node = ensure_kafka_jars(), Node(folder)
    (command,) = broker_commands([node], jars)
    # SIGKILL: nobody needs this data again, and an orderly stop takes seconds.
    guard = lease.guard(folder, command, stop="SIGKILL")
    await_answer(guard, folder, lambda: accepts_connections(node.port))
    return Server(version=f"Apache Kafka {broker_version(jars)}", address=f"127.0.0.1:{node.port}")
