"""The evaluation: how fast a national book of five years is judged, beside a copy of its columns and other engines."""

from __future__ import annotations

from collections.abc import Sequence

from bench.evaluation.full import measure_full, measure_growth
from bench.evaluation.loading import measure_loading
from bench.row import Row
from bench.servers import Servers
from services.reports.board.kernels import make_ready


async def measure_evaluation(servers: Servers) -> Sequence[Row]:
    """Measure the full evaluation, and how it is loaded."""
    make_ready()
    return [*await measure_full(servers), await measure_growth(), *await measure_loading(servers.postgres)]
