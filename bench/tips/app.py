"""The tips service as `lanhmanh serve` runs it, or one of the ways that it is compared with.

`python -m bench.tips.app PORT WAY`; settings come from the environment. All ways check the token, read the body, seal
what it says with keys of its own, and sign a receipt.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

from kernel.clock import SystemClock
from lanhmanh.cluster.ports import HOST
from runtime.batch import Batch
from runtime.garbage import set_apart
from runtime.http.request_once import Made
from runtime.reference import Look
from runtime.telemetry import log
from services.tips.main import create
from services.tips.store.ledger import NOTHING, WHOLE
from services.tips.usecases.receive_tips import Entered, Intake, Received, ReceiveTips, enter
from services.tips.wiring import Tips, from_environment

PRODUCT, SINGLE, NO_DATABASE = "product", "single", "no_database"


class _Forgetful(Batch[Intake, Received]):
    """Enters tips in a ledger in memory, each at once, and keeps none."""

    def __init__(self, service: Tips) -> None:
        super().__init__(ReceiveTips(service.database))
        self._heads, self._counters = {WHOLE: NOTHING}, dict[tuple[object, int], int]()

    async def run(self, item: Intake) -> Received:
        self._heads.setdefault(item.unit_id, NOTHING)
        self._counters.setdefault((item.unit_id, item.received_at.year), 0)
        row = enter(item, self._heads, self._counters)  # type: ignore[arg-type]
        return Received(
            Entered(**{name: row[name] for name in Entered._fields}), Made(str(item.tip_id), repeated=False)
        )


def application(way: str) -> FastAPI:
    """Return the product's application, changed in the way that is asked for."""
    service = from_environment(SystemClock())
    if way == SINGLE:
        service.intake = Batch(ReceiveTips(service.database), most=1)
    if way == NO_DATABASE:
        service.intake = _Forgetful(service)
        _look_once(service)
    return create(service)


def _look_once(service: Tips) -> None:
    """Have requests go on with the units that were seen first."""
    look, kept = service.reference.look, list[Look]()

    async def same() -> Look:
        if not kept:
            kept.append(await look())
        return kept[0]

    service.reference.look = same  # type: ignore[method-assign]


if __name__ == "__main__":
    log.configure()
    made = application(sys.argv[2])
    set_apart()
    uvicorn.run(made, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
