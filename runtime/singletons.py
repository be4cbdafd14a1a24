"""Run what only one of all replicas may run: the consumers, the relay, and what watches the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from runtime.cancellation import all_of, is_asked_to_end
from runtime.database import Database
from runtime.database.lock import held_lock
from runtime.pauses import Pauses
from runtime.telemetry.log import get_logger

PAUSES = Pauses(first=0.1, longest=5.0)
"""When the broker or the database fails."""
_SOUND_SECONDS = 10.0
"""After so long without a failure, the next one is the first again."""


async def run_alone(
    database: Database,
    jobs: Sequence[Callable[[], Awaitable[None]]],
    *,
    lock: str = "singletons",
    pauses: Pauses = PAUSES,
    held: asyncio.Event | None = None,
) -> None:
    """Run endless jobs until cancelled, in the one replica of the service that holds a lock.

    When one fails, or the lock is lost, all stop, so that a replica that is better off may take over. `held` is set
    while this replica has the lock.
    """
    log = get_logger(database.service)
    loop = asyncio.get_running_loop()
    waits = iter(pauses)
    while True:
        began = loop.time()
        try:
            async with held_lock(database, lock) as until_cut:
                if held is not None:
                    held.set()
                await all_of(*(_endless(job) for job in (until_cut, *jobs)))
        except Exception as error:
            log.warning("lock is let go", lock=lock, error=_kind(error))
            if is_asked_to_end():
                # Something failed while it was ended: the failure came in the place of the cancellation.
                raise asyncio.CancelledError from error
        finally:
            if held is not None:
                held.clear()
        if loop.time() - began > _SOUND_SECONDS:
            waits = iter(pauses)
        await asyncio.sleep(next(waits))


class JobEnded(Exception):
    """A job ended that has no end."""


async def _endless(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job; that it ends is a failure too."""
    await job()
    raise JobEnded


def _kind(error: BaseException) -> str:
    """Return the class of the first error of a group."""
    return _kind(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else type(error).__name__
