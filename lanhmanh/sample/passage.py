"""Let time pass in the examples: reports raises each alarm at the instant at which it falls due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.clock import SetClock
from lanhmanh.embedded import Product
from runtime.watch import Watch


class Passage:
    """Moves the clock. Nobody waits for the service's own watch here: what it raised would depend on who was faster."""

    def __init__(self, product: Product, clock: SetClock) -> None:
        self._watches = product.services["reports"].watches
        self._clock = clock
        self._next_at: dict[Watch[Any], datetime | None] = {}
        """When each watch has something to do next. Asked again after something was done in reports only."""

    async def to(self, instant: datetime) -> None:
        """Move the clock to an instant, and stop on the way at all that falls due by then."""
        for watch in self._watches:
            if watch not in self._next_at:
                self._next_at[watch] = await watch.next_at()
            while (at := self._next_at[watch]) is not None and at <= instant:
                self._clock.set(max(at, self._clock.now()))
                await watch.catch_up()
                self._next_at[watch] = await watch.next_at()
        self._clock.set(instant)

    def something_was_reported(self) -> None:
        """Note that what falls due next may be another thing now."""
        self._next_at.clear()
