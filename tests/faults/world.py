"""The product as in production, to be hurt: PostgreSQL, three brokers, two replicas of each service.

Everything is a process below the test's own lease, with its own folder and ports, and is started again by the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import asyncpg

from lanhmanh.cluster.parts import gateway_command, issuer_command, service_commands
from lanhmanh.cluster.ports import free_port
from lanhmanh.cluster.process import Command
from lanhmanh.commands.migrate import bring_to_newest
from lanhmanh.services import Name
from tests.journeys.product import Product
from tests.servers.brokers import COPIES, Brokers
from tests.servers.lease import Lease
from tests.servers.own_postgres import OwnPostgres
from tests.servers.own_process import OwnProcess

_UNLIMITED = {"LANHMANH_GATEWAY_RATE": "1000000/second", "LANHMANH_GATEWAY_ANONYMOUS_RATE": "1000000/second"}
"""All callers here are one client at one address."""
SET_CLOCKS = ("tips-2", "reports-2")
"""The replicas whose clock can be set, where that is possible."""
UNSENT = "SELECT count(*) FROM outbox WHERE (revision, ordinal) > (SELECT revision, ordinal FROM outbox_sent)"
"""Counts a service's events that no broker has acknowledged."""


@dataclass
class World:
    """What runs, and what was lost of it."""

    data: Path
    postgres: OwnPostgres
    brokers: Brokers
    services: dict[str, OwnProcess] = field(default_factory=dict)
    """The replicas by name, such as `tips-1`."""
    url: str = ""
    """Of the gateway."""
    issuer: str = ""
    clocks: Path | None = None
    """The file that says how far the clocks are set; None where clocks cannot be set."""

    _pools: dict[str, asyncpg.Pool] = field(default_factory=dict)

    @property
    def product(self) -> Product:
        """The product, as commands find it."""
        return Product(self.url, self.data, {"LANHMANH_ISSUER": self.issuer})

    def replicas(self, name: str) -> list[OwnProcess]:
        """Return the replicas of a service."""
        return [replica for replica in self.services.values() if replica.name.rpartition("-")[0] == name]

    async def whole(self, *processes: OwnProcess) -> None:
        """Return when these processes answer that were started again, or else everything that was."""
        begun = processes or (self.postgres.process, *self.brokers.all, *self.services.values())
        await asyncio.gather(*(asyncio.to_thread(process.wait) for process in begun))

    def database(self, name: str) -> str:
        """Return the URL of a service's database, as the superuser who sees everything."""
        return f"{self.postgres.url}/{name}"

    async def ask(self, name: str, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query in a service's database."""
        if name not in self._pools:
            self._pools[name] = asyncpg.create_pool(self.database(name), min_size=0, command_timeout=30)
        # Without effect, but for the first time.
        pool = await self._pools[name]
        rows: list[asyncpg.Record] = await pool.fetch(statement, *arguments)
        return rows

    async def close(self) -> None:
        """Let go of the databases."""
        for pool in self._pools.values():
            pool.terminate()

    def set_clocks(self, offset: str) -> None:
        """Have the clocks that can be set go on from now plus an offset, such as `+3600`."""
        assert self.clocks is not None
        draft = self.clocks.with_suffix(".new")
        draft.write_text(f"{offset}\n")
        draft.rename(self.clocks)

    def process_at(self, port: int) -> OwnProcess:
        """Return the replica whose own end of a connection is this port."""
        inodes = {
            f"socket:[{fields[9]}]"
            for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
            if int(fields[1].rpartition(":")[2], 16) == port
        }
        for replica in self.services.values():
            if replica.is_running and not inodes.isdisjoint(_open_files(replica.pid)):
                return replica
        raise LookupError(f"no replica has port {port}")


@asynccontextmanager
async def running_world(lease: Lease, *, small_disk: bool, faketime: str | None) -> AsyncIterator[World]:
    """Run everything until the block ends; `faketime` is the library with which clocks are set."""
    postgres, brokers = await asyncio.gather(
        asyncio.to_thread(OwnPostgres, lease, small_disk=small_disk), asyncio.to_thread(Brokers, lease)
    )
    world = World(lease.folder / "data", postgres, brokers)
    world.data.mkdir()
    for broker in brokers.all:
        broker.begin()
    await asyncio.to_thread(postgres.process.start)
    databases = await postgres.provide()
    for name, url in databases.items():
        await bring_to_newest(name, url)
    if postgres.disk is not None:
        await postgres.move_to_small_disk(Name.TIPS, "outbox")
    await asyncio.to_thread(brokers.start)
    await _start_parts(world, lease, databases, faketime)
    try:
        yield world
    finally:
        await world.close()


async def _start_parts(world: World, lease: Lease, databases: Mapping[Name, str], faketime: str | None) -> None:
    issuer = issuer_command(world.data)
    commands = service_commands(
        databases, data=world.data, issuer=issuer.url, kafka=world.brokers.address, copies=COPIES
    )
    gateway = gateway_command(commands, port=free_port(), data=world.data, issuer=issuer.url)
    world.url, world.issuer = gateway.url, issuer.url
    set_clock: dict[str, str] = {}
    if faketime is not None:
        world.clocks = lease.folder / "clocks"
        world.set_clocks("+0")
        set_clock = _faked(faketime, world.clocks)
    world.services = {
        command.name: _process(lease, command, set_clock if command.name in SET_CLOCKS else {}) for command in commands
    }
    first = _process(lease, issuer, {})
    # The first of all replicas makes the keys that the others share.
    for process in (first, *world.services.values()):
        process.begin()
    await asyncio.gather(*(asyncio.to_thread(process.wait) for process in (first, *world.services.values())))
    await asyncio.to_thread(_process(lease, gateway, _UNLIMITED).start)


def _process(lease: Lease, command: Command, around: Mapping[str, str]) -> OwnProcess:
    def is_ready() -> bool:
        asked = HTTPConnection(command.url.rpartition("/")[2], timeout=2)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()

    settings = {**command.environment, **around}
    return OwnProcess(lease, command.name, command.arguments, answers=is_ready, around=settings)


def _faked(library: str, clocks: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clocks),
        "FAKETIME_CACHE_DURATION": "1",
        # What measures time by the monotonic clock is not hurt by one that is set: neither here.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def _open_files(pid: int) -> Iterable[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            yield str(link.readlink())


async def until(holds: Callable[[], Awaitable[bool]], *, look_seconds: float = 0.05) -> None:
    """Return when something holds of processes that tell nobody of it."""
    while not await holds():  # noqa: ASYNC110
        await asyncio.sleep(look_seconds)
