"""Faults of the servers beneath: PostgreSQL and brokers that are lost or hang, and a disk that is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random

from tests.faults.fault import Fault
from tests.faults.world import World, until
from tests.servers.brokers import COPIES

BROKER_SECONDS = 15.0
"""How soon the two that are left must have taken over."""
_FULL = "could not extend file"


@asynccontextmanager
async def postgres_killed(world: World, _dice: Random) -> AsyncIterator[None]:
    """Kill PostgreSQL with all its processes, and start it on what it had flushed."""
    # A service does not start without its database.
    await world.whole()
    await asyncio.to_thread(world.postgres.kill)
    yield
    world.postgres.process.begin()


@asynccontextmanager
async def brokers_lost(count: int, world: World, dice: Random) -> AsyncIterator[None]:
    """Kill some brokers at once."""
    await world.whole(*world.brokers.all)
    # Of three copies one may be missing: one that is still on its way back would be the second.
    await world.brokers.in_sync()
    lost = dice.sample(world.brokers.all, count)
    for broker in lost:
        await asyncio.to_thread(broker.kill)
    yield
    for broker in lost:
        broker.begin()


@asynccontextmanager
async def broker_hangs(world: World, dice: Random) -> AsyncIterator[None]:
    """Have a broker keep its connections and answer nothing."""
    await world.whole(*world.brokers.all)
    # Of three copies one may be missing: one that is still on its way back would be the second.
    await world.brokers.in_sync()
    broker = dice.choice(world.brokers.all)
    broker.hold()
    yield
    broker.let_go()


@asynccontextmanager
async def disk_full(world: World, _dice: Random) -> AsyncIterator[None]:
    """Use up the disk on which the outbox of tips lies, until PostgreSQL has said so."""
    disk, log = world.postgres.disk, world.postgres.process.log
    assert disk is not None
    said = log.read_text(errors="replace").count(_FULL)

    async def is_full() -> bool:
        return log.read_text(errors="replace").count(_FULL) > said

    disk.fill()
    await until(is_full)
    yield
    disk.free()


def server_faults(*, outage_seconds: float, with_small_disk: bool) -> list[Fault]:
    """Return the faults of this module."""
    return [
        Fault("PostgreSQL killed", postgres_killed, outage_seconds=0.5),
        Fault("one broker of three lost", partial(brokers_lost, 1), bound_seconds=BROKER_SECONDS),
        Fault("two brokers of three lost", partial(brokers_lost, 2), outage_seconds=outage_seconds),
        Fault("all brokers lost", partial(brokers_lost, COPIES), outage_seconds=outage_seconds),
        Fault("a broker hangs", broker_hangs, bound_seconds=BROKER_SECONDS),
        *([Fault("disk of the outbox full", disk_full, outage_seconds=0.5)] if with_small_disk else []),
    ]
