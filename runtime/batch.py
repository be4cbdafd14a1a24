"""Let many share one transaction: a batch is what queued while the previous one ran.

Nobody waits for a timer: alone, an item goes at once; under load, the flush to disk is paid once for all that came
meanwhile. Round trips are what a batch costs, so its work should be few statements over many rows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from kernel.problems import Problem
from runtime.database.failure import is_passing

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 500
"""Items in one transaction at most: writers that wait for their turn wait for one batch."""


class Batch(Generic[Item, Result]):
    """A queue whose items are worked on together, each with a result of its own."""

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Problem]]],
        *,
        most: int = MOST,
    ) -> None:
        """Take what is done with the items of a batch, `most` of them: one result or refusal each, in their order.

        It is one transaction: when it raises, nothing was done.
        """
        self._most = most
        self._work = work
        self._waiting: deque[tuple[Item, asyncio.Future[Result | Problem]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def run(self, item: Item) -> Result:
        """Have an item worked on, and return its result once the transaction is durable.

        A caller that is cancelled leaves its item in the queue: half of a batch cannot be taken back.

        Raises:
            Problem: What the work says of this item.
        """
        result: asyncio.Future[Result | Problem] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._running is None or self._running.done():
            # Of no request: a batch carries no one's trace, and logs under no one's id.
            self._running = asyncio.create_task(self._until_empty(), context=Context())
        # Cancelled with its caller, it is done: the batch goes on, and settles the others.
        found = await result
        if isinstance(found, Problem):
            raise found
        return found

    async def _until_empty(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            await self._finish(together)

    async def _finish(self, together: Sequence[tuple[Item, asyncio.Future[Result | Problem]]]) -> None:
        items = [item for item, _ in together]
        try:
            found = await self._work(items)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the item
            if len(together) > 1 and not is_passing(error):
                # One of them is to blame: alone, it fails alone.
                for one in together:
                    await self._finish([one])
                return
            for _, result in together:
                _settle(result, error)
            return
        for (_, result), one_found in zip(together, found, strict=True):
            if not result.done():
                result.set_result(one_found)


def _settle(result: asyncio.Future[Result], error: Exception) -> None:
    if not result.done():
        result.set_exception(error)
        # A caller that left does not ask for it, and that is no news.
        result.exception()
