"""The reports service as `lanhmanh serve` runs it, and beside its board the ways that it is compared with.

`python -m bench.boards.app PORT`; settings come from the environment.
"""

from __future__ import annotations

import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bench.boards.modelled import ComplianceModel, Modelled
from kernel.clock import SystemClock
from lanhmanh.cluster.ports import HOST
from runtime.garbage import set_apart
from runtime.http.declaration import UnitRule
from runtime.http.routes import Reads, Routes
from runtime.telemetry import log
from services.reports.api.compliance import Filter, get_compliance
from services.reports.api.viewing import View, top_of
from services.reports.board import Board
from services.reports.board.survey import Extent
from services.reports.main import create
from services.reports.wiring import from_environment

KEPT, FRESH, MODELLED = "/v1/compliance", "/bench/fresh", "/bench/modelled"
routes = Routes("reports", "bench")


def application() -> FastAPI:
    """Return the product's application with the other ways added. They have a board that keeps no answers."""
    service = from_environment(SystemClock())
    app = create(service)
    app.state.forgetful = Board(service.database, service.reference, service.clock, keep=0)
    app.include_router(routes.router)
    return app


async def _view(request: Request, unit: str | None = None) -> View:
    return View(request.app.state.forgetful, unit, None, None, "then")


Views = Annotated[View, Depends(_view)]


@routes.read(FRESH, scope="reports:read", units=UnitRule.WITHIN, response_model=None)
async def get_fresh(call: Reads, view: Views, plan: str) -> Response:
    """Answer as the product does, each time anew."""
    answer: Response = await get_compliance(call, view, Filter(plan, (), ()))
    return answer


@routes.read(MODELLED, scope="reports:read", units=UnitRule.WITHIN, response_model=ComplianceModel)
async def get_modelled(call: Reads, view: Views, plan: str) -> ComplianceModel | None:
    """Answer with models, each time anew."""
    question = Modelled(Extent(await top_of(call, view, plan), plan))
    await view.board.ask(question, call.look)
    return question.model


if __name__ == "__main__":
    log.configure()
    made = application()
    set_apart()
    uvicorn.run(made, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
