"""Tell operations how many tips are open, and how long entries of the ledger have waited to be sealed."""

from __future__ import annotations

from kernel.clock import Clock
from runtime.database import Read
from runtime.telemetry.metrics import Metrics
from services.tips.domain.tip import TipState
from services.tips.store.running import count_open
from services.tips.store.seals import oldest_unsealed


class MeasureTips:
    """What the service measures of its own, beside what every service does."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, read: Read) -> None:
        """Set the gauges."""
        metrics, name = self._metrics, self._metrics.service
        counts = await count_open(read)
        for state in TipState:
            if state is not TipState.CLOSED:
                metrics.tips_open.labels(name, state.value).set(counts.get(state.value, 0))
        oldest = await oldest_unsealed(read)
        age = 0 if oldest is None else (self._clock.now() - oldest).total_seconds()
        metrics.unsealed_age.labels(name).set(age)
