"""Tips: how many receipts a second are durable, beside batches of one, and beside the endpoint without a database."""

from __future__ import annotations

from collections.abc import Sequence

from bench.row import Row
from bench.servers import Servers
from bench.tips.receipts import measure_on_postgres, measure_on_sqlite


async def measure_tips(servers: Servers) -> Sequence[Row]:
    """Measure intake on both databases."""
    return [*await measure_on_postgres(servers), *await measure_on_sqlite(servers)]
