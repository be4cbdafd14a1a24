"""The servers that are measured with: real ones of their own, with the settings of production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.servers.kafka import start_kafka
from tests.servers.lease import Lease
from tests.servers.postgres import PostgresServer, start_postgres


@dataclass(frozen=True, slots=True)
class Servers:
    """A PostgreSQL that flushes each commit to the disk, and an Apache Kafka of one broker."""

    postgres: PostgresServer
    kafka: str
    """`host:port`."""
    versions: str


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Run the servers until the block ends.

    Raises:
        ServerUnavailable: One cannot be had here.
    """
    lease = Lease.begin()
    try:
        postgres = lease.obtain("PostgreSQL", start_postgres)
        kafka = lease.obtain("Apache Kafka", start_kafka)
        yield Servers(PostgresServer(postgres.address), kafka.address, f"{postgres.version}, {kafka.version}")
    finally:
        lease.end()
