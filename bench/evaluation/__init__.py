"""The evaluation: how fast a national book of five years is judged, beside a copy of its columns and other engines.

And how fast a board is answered, beside models of what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.evaluation.boards import measure_boards
from bench.evaluation.clock import measure_clock
from bench.evaluation.full import measure_full, measure_growth
from bench.evaluation.indicators import measure_indicators
from bench.evaluation.kept import kept_book
from bench.evaluation.loading import measure_loading
from bench.evaluation.moving import measure_moving
from bench.evaluation.promised import measure_promised
from bench.row import Row
from bench.servers import Servers
from services.reports.board.kernels import make_ready


async def measure_evaluation(servers: Servers) -> Sequence[Row]:
    """Measure the evaluation, and the board."""
    make_ready()
    of_all = [*await measure_full(servers), await measure_growth()]
    moving = [*await measure_moving(), *await measure_clock(), *await measure_indicators(), *await measure_promised()]
    async with kept_book(servers.postgres) as kept:
        return [*of_all, *moving, *await measure_boards(servers, kept), *await measure_loading(kept)]
