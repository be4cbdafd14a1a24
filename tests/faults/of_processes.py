"""Faults of the product's own processes: replicas that are killed, that were away, and whose clocks jump."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random

import asyncpg

from lanhmanh.services import Name
from tests.faults.fault import Fault
from tests.faults.world import SET_CLOCKS, World, until
from tests.servers.own_process import OwnProcess

REPLICA_SECONDS = 5.0
"""How soon another replica must have taken over."""


@asynccontextmanager
async def _lost(process: OwnProcess) -> AsyncIterator[None]:
    await asyncio.to_thread(process.kill)
    yield
    process.begin()


@asynccontextmanager
async def replica_killed(service: Name, world: World, dice: Random) -> AsyncIterator[None]:
    """Kill a replica, whatever it does at this moment."""
    await world.whole(*world.replicas(service))
    async with _lost(dice.choice(world.replicas(service))):
        yield


@asynccontextmanager
async def relay_killed(world: World, _dice: Random) -> AsyncIterator[None]:
    """Kill the replica of tips that sends its events."""
    await world.whole(*world.replicas(Name.TIPS))
    held = (
        "SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
        "AND granted AND objid::bigint = $1"
    )
    async with _lost(await client_of(world, Name.TIPS, held, zlib.crc32(b"tips/singletons"))):
        yield


@asynccontextmanager
async def consumer_killed(world: World, _dice: Random) -> AsyncIterator[None]:
    """Kill a replica of reports in the middle of the transaction in which it handles tips."""
    await world.whole(*world.replicas(Name.REPORTS))
    waiting = (
        "SELECT client_port FROM pg_stat_activity WHERE datname = 'reports' "
        "AND wait_event_type = 'Lock' AND wait_event = 'relation'"
    )
    holder = await asyncpg.connect(world.database("reports"))
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE tip_history IN SHARE ROW EXCLUSIVE MODE")
            process = await client_of(world, Name.REPORTS, waiting)
            await asyncio.to_thread(process.kill)
    finally:
        await holder.close()
    yield
    process.begin()


async def client_of(world: World, service: Name, ports: str, *arguments: object) -> OwnProcess:
    """Return the replica whose connection a query tells by its port, once it tells one."""
    found: list[asyncpg.Record] = []

    async def is_there() -> bool:
        found[:] = await world.ask(service, ports, *arguments)
        return bool(found)

    await until(is_there)
    return world.process_at(found[0]["client_port"])


@asynccontextmanager
async def consumer_away(world: World, _dice: Random) -> AsyncIterator[None]:
    """Have all replicas of reports away, while tips keep coming."""
    away = world.replicas(Name.REPORTS)
    await world.whole(*away)
    for process in away:
        await asyncio.to_thread(process.kill)
    yield
    for process in away:
        process.begin()


@asynccontextmanager
async def clock_jumped(world: World, _dice: Random) -> AsyncIterator[None]:
    """Set the clocks of a replica of tips and of one of reports an hour ahead, and then back."""
    await world.whole(*(world.services[name] for name in SET_CLOCKS))
    world.set_clocks("+3600")
    yield
    world.set_clocks("+0")


def process_faults(*, away_seconds: float, with_clocks: bool) -> list[Fault]:
    """Return the faults of this module."""
    return [
        *(
            Fault(f"{name} replica killed", partial(replica_killed, name), bound_seconds=REPLICA_SECONDS)
            for name in Name
        ),
        Fault("relay holder killed", relay_killed, bound_seconds=REPLICA_SECONDS),
        Fault("consumer killed in its transaction", consumer_killed, bound_seconds=REPLICA_SECONDS),
        Fault("consumer away for long", consumer_away, outage_seconds=away_seconds),
        *([Fault("clock jumps", clock_jumped)] if with_clocks else []),
    ]
