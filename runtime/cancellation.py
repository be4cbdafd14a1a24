"""Tell a task that is asked to end from one that merely waited for something that was cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


def is_asked_to_end() -> bool:
    """Say whether somebody has cancelled the task that asks.

    Libraries cancel futures of their own, and whoever waits for one gets the same exception. A task that takes it for
    its own end is gone unnoticed.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class BrokenOff(Exception):
    """Something that was waited for was cancelled, and nobody had asked for it."""


async def all_of(*works: Coroutine[Any, Any, Any]) -> list[Any]:
    """Do several things at once, and return what each returned. The first failure ends the others, and is raised.

    `asyncio.TaskGroup` would take one that was cancelled for done, and leave its caller looking like one that is asked
    to end (before Python 3.13).

    Raises:
        BrokenOff: One was cancelled, and nobody had asked for it.
    """
    tasks = [asyncio.create_task(_uncancelled(work)) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _uncancelled(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await work
    except asyncio.CancelledError as error:
        if is_asked_to_end():
            raise
        raise BrokenOff from error
