"""The server fixtures, and the closing lines that say which versions ran and what could not be tested."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

import pytest
import pytest_asyncio

from lanhmanh.cluster.unavailable import ServerUnavailable
from tests.servers.kafka import start_broker, start_kafka
from tests.servers.lease import Lease, Server
from tests.servers.postgres import PostgresServer, start_postgres

_LEASE = pytest.StashKey[Lease]()

T = TypeVar("T")


class _WorkerNode(Protocol):
    """What the controller of pytest-xdist knows of a worker."""

    config: pytest.Config
    workerinput: dict[str, str]


def pytest_configure(config: pytest.Config) -> None:
    joined: dict[str, str] | None = getattr(config, "workerinput", None)
    config.stash[_LEASE] = Lease(Path(joined["lease_folder"])) if joined else Lease.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: _WorkerNode) -> None:
    node.workerinput["lease_folder"] = str(node.config.stash[_LEASE].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_LEASE].end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lease = config.stash[_LEASE]
    for name, why in lease.unavailable().items():
        terminalreporter.section(f"{name} WAS NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"{name} cannot be had here: {why}")
    versions = [server.version for server in lease.servers()]
    terminalreporter.write_line("Servers that ran: " + ", ".join([*versions, f"SQLite {sqlite3.sqlite_version}"]))


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> PostgresServer:
    """The run's PostgreSQL."""
    return PostgresServer(obtain(pytestconfig, "PostgreSQL", start_postgres).address)


@pytest_asyncio.fixture
async def postgres_database(postgres: PostgresServer) -> AsyncIterator[str]:
    """The URL of a fresh, empty database, dropped after the test."""
    async with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> str:
    """The address (`host:port`) of the run's Apache Kafka. Topics and groups of earlier tests are still in it."""
    return obtain(pytestconfig, "Apache Kafka", start_kafka).address


@dataclass(frozen=True)
class OwnBroker:
    """A broker that one test alone uses, and may hurt."""

    address: str
    pid: int


@pytest.fixture
def own_kafka() -> Iterator[OwnBroker]:
    """A broker of the test's own: it may be stopped and killed."""
    lease = Lease.begin()
    try:
        server = or_do_without("Apache Kafka", lambda: lease.obtain("own", start_broker))
        yield OwnBroker(server.address, int((lease.folder / "own" / "pid").read_text()))
    finally:
        lease.end()


def obtain(config: pytest.Config, name: str, start: Callable[[Path, Lease], Server]) -> Server:
    """Return the run's one server of a name, started by whoever asks first; or do without it."""
    return or_do_without(name, lambda: config.stash[_LEASE].obtain(name, start))


def find(config: pytest.Config, name: str, start: Callable[[Path, Lease], Server]) -> Server | None:
    """Return the run's one of a name for a test that goes on without it, on someone's own machine: the run tells it."""
    try:
        return config.stash[_LEASE].obtain(name, start)
    except ServerUnavailable as why:
        if is_continuous_integration():
            pytest.fail(f"{name} cannot be had: {why.say('en').detail}", pytrace=False)
        return None


def is_continuous_integration() -> bool:
    """Say whether the verdict is taken for the whole."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def or_do_without(name: str, have: Callable[[], T]) -> T:
    """Return what is to be had; or do without it (see `do_without`)."""
    try:
        return have()
    except ServerUnavailable as why:
        reason = why.say("en").detail
    return do_without(name, reason, continuous_integration=is_continuous_integration())


def do_without(name: str, why: str, *, continuous_integration: bool) -> NoReturn:
    """Skip what needs a missing server on someone's own machine; fail it where the verdict is taken for the whole."""
    if continuous_integration:
        pytest.fail(f"{name} cannot be had: {why}", pytrace=False)
    pytest.skip(f"{name} cannot be had: {why}")
