"""The cluster's PostgreSQL and Apache Kafka, on their own folders."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lanhmanh.cluster.cluster import Cluster, until_answering
from lanhmanh.cluster.kafka import Node, broker_commands
from lanhmanh.cluster.ports import HOST, accepts_connections, free_port
from lanhmanh.cluster.postgres import (
    ADMIN,
    PostgresHome,
    find_binaries,
    major_of_data,
    unprivileged_user,
    within_reach,
)
from lanhmanh.cluster.process import Command, Process
from lanhmanh.services import Name
from runtime.auth.key_folder import ensure_secret
from runtime.database.provision import ensure_own_database


@contextmanager
def postgres_home(folder: Path) -> Iterator[PostgresHome]:
    """Give PostgreSQL's folder and its binaries in a form that whoever it runs as can reach.

    As root it runs as somebody who may not be able to look into the folders above: an open folder leads past them.

    Raises:
        PostgresMissing: There are no binaries, or none of the version that the data are of.
    """
    user, binaries = unprivileged_user(), find_binaries(major=major_of_data(folder))
    if user is None:
        yield PostgresHome(folder, binaries, user)
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with tempfile.TemporaryDirectory(prefix="lanhmanh-postgres-") as reachable:
            Path(reachable).chmod(0o711)
            binaries = within_reach(binaries, Path(reachable))
            yield PostgresHome(folder, binaries, user, seen_as=f"/proc/self/fd/{opened}", pass_fds=(opened,))
    finally:
        os.close(opened)


async def start_postgres(cluster: Cluster, home: PostgresHome) -> Mapping[Name, str]:
    """Start PostgreSQL, and return the URL of each service's own database in it.

    Raises:
        ServerNotStarted: The data could not be made.
        Refused: It does not answer.
    """
    passwords, port = cluster.folder.passwords, free_port()
    secret = ensure_secret(passwords, ADMIN)
    if major_of_data(home.folder) is None:
        await asyncio.to_thread(home.init, password=secret)
    command = Command(
        part="postgres",
        name="postgres",
        arguments=home.command(port=port),
        url=f"postgresql://{HOST}:{port}",
        folder=home.folder,
        # A fast shutdown: it does not wait for clients.
        stop=signal.SIGINT,
        user=home.user,
        pass_fds=home.pass_fds,
    )
    (server,) = await cluster.start(command)
    await until_answering(server, lambda: asyncio.to_thread(home.is_ready, port))
    urls = {}
    for name in Name:
        password = ensure_secret(passwords, name)
        await ensure_own_database(f"postgresql://{ADMIN}:{secret}@{HOST}:{port}", name, password=password)
        urls[name] = f"postgresql+asyncpg://{name}:{password}@{HOST}:{port}/{name}"
    return urls


async def start_kafka(cluster: Cluster, jars: Path) -> Process:
    """Start a broker, which need not answer yet; its address is `host:port`.

    Raises:
        ServerNotStarted: Its storage could not be formatted.
    """
    node = Node(cluster.folder.kafka)
    (arguments,) = await asyncio.to_thread(broker_commands, [node], jars)
    command = Command(part="kafka", name="kafka", arguments=arguments, url=f"{HOST}:{node.port}", folder=node.folder)
    (broker,) = await cluster.start(command)
    return broker


async def until_listening(broker: Process) -> None:
    """Return when a broker takes connections.

    Raises:
        Refused: It takes too long.
    """
    port = int(broker.url.rpartition(":")[2])
    await until_answering(broker, lambda: asyncio.to_thread(accepts_connections, port))
