"""Measure one area or all, print the figures, and end with 1 if a bound does not hold: `python -m bench [AREA …]`."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence

from bench.evaluation import measure_evaluation
from bench.events import measure_events
from bench.row import RESULTS, Row, save, table
from bench.servers import Servers, running_servers
from bench.tips import measure_tips
from lanhmanh.cluster.unavailable import ServerUnavailable

AREAS: Mapping[str, Callable[[Servers], Coroutine[None, None, Sequence[Row]]]] = {
    "evaluation": measure_evaluation,
    "events": measure_events,
    "tips": measure_tips,
}


def main(asked: Sequence[str]) -> int:
    """Measure the areas that are asked for, or all; return the exit code."""
    unknown = [name for name in asked if name not in AREAS]
    if unknown:
        print(f"No area is called {', '.join(unknown)}. There are: {', '.join(AREAS)}.", file=sys.stderr)
        return 2
    rows: list[Row] = []
    with running_servers() as servers:
        print(f"{os.cpu_count()} processors, Python {platform.python_version()}, {servers.versions}")
        for name in asked or AREAS:
            rows += asyncio.run(AREAS[name](servers))
    save(rows)
    print(f"\n{table(rows)}\n\nWritten to {RESULTS}.")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ServerUnavailable as unavailable:
        sys.exit(f"Nothing was measured: {unavailable}")
