"""Tell a task that is asked to end from one that merely waited for something that was cancelled."""

from __future__ import annotations

import asyncio


def is_asked_to_end() -> bool:
    """Say whether somebody has cancelled the task that asks.

    Libraries cancel futures of their own, and whoever waits for one gets the same exception. A task that takes it for
    its own end is gone unnoticed.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
