"""A fault while keys are rotated: the replica that wraps keys of data again is killed in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg

from kernel.clock import SystemClock
from lanhmanh.services import Name
from runtime.crypto.key_file import Use
from tests.faults.fault import Fault
from tests.faults.of_processes import REPLICA_SECONDS, client_of
from tests.faults.world import World, until
from tests.key_files import keys_in, rotated


@asynccontextmanager
async def rewrapping_killed(world: World, _dice: Random) -> AsyncIterator[None]:
    """Rotate both keys of tips, and kill the replica that wraps again when it has come to the newest tip."""
    await world.whole(*world.replicas(Name.TIPS))
    waiting = (
        "SELECT client_port FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE tip_content%'"
    )
    holder = await asyncpg.connect(world.database(Name.TIPS))
    try:
        async with holder.transaction():
            await _one_is_held(holder)
            for use in Use:
                rotated(world.data / "keys" / "tips-keys.json", use, now=SystemClock().now())
            process = await client_of(world, Name.TIPS, waiting)
            await asyncio.to_thread(process.kill)
    finally:
        await holder.close()
    yield
    process.begin()


async def _one_is_held(holder: asyncpg.Connection) -> None:
    """Return when there is a tip, and its key is held."""
    newest = "SELECT tip_id FROM tip_content ORDER BY tip_id DESC LIMIT 1 FOR UPDATE"

    async def is_held() -> bool:
        return await holder.fetchval(newest) is not None

    await until(is_held)


async def ensure_rewrapped(world: World) -> None:
    """Make sure that the newest wrapping key, which is current, comes to wrap everything."""
    newest = keys_in(world.data / "keys" / "tips-keys.json").of(Use.WRAP)[-1].id
    other = "SELECT count(*) FROM tip_content WHERE NOT starts_with(key, $1)"

    async def is_done() -> bool:
        (row,) = await world.ask(Name.TIPS, other, f"{newest}.")
        return not row[0]

    async with asyncio.timeout(60):
        await until(is_done)


def key_faults() -> list[Fault]:
    """Return the faults of this module."""
    return [Fault("killed while keys are wrapped again", rewrapping_killed, bound_seconds=REPLICA_SECONDS)]
