"""Events: how fast they leave an outbox and take effect elsewhere, beside clients that do nothing but move bytes."""

from __future__ import annotations

from collections.abc import Sequence

from bench.events.consumer import measure_consumer
from bench.events.latency import measure_latency
from bench.events.relay import measure_relay
from bench.row import Row
from bench.servers import Servers


async def measure_events(servers: Servers) -> Sequence[Row]:
    """Measure relay, consumer and latency."""
    return [
        await measure_relay(servers),
        await measure_consumer(servers),
        *await measure_latency(servers),
    ]
