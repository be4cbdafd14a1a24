"""Routes on the reconciliation of a service: ask for one, and read what it found."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.problems import Refusal, Words
from runtime.comparison import Reconciliation
from runtime.http.declaration import UnitRule
from runtime.http.instants import StrictInstant
from runtime.http.routes import Creates, Reads, Routes
from runtime.reconciliation.runs import ask, find_run


class RunUnknown(Refusal):
    """No run has this id."""

    code = "reconciliation_unknown"
    status = 404
    vi = Words("Không có lần đối soát này", "Không có lần đối soát {run}.", "Yêu cầu một lần mới.")
    en = Words("No such reconciliation", "There is no run {run}.", "Ask for a new one.")


class NewRun(BaseModel):
    """What is to be compared."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"since": "2026-11-24T00:00:00Z"}]})

    since: StrictInstant | None = Field(
        default=None, description="Only what was told since this instant. Without it all, which takes longer."
    )


class RunAsked(BaseModel):
    """A run that was asked for."""

    run_id: UUID


class Run(BaseModel):
    """A run, and what it found."""

    run_id: UUID
    since: datetime | None
    asked_at: datetime
    finished_at: datetime | None = Field(description="None until it is done: ask again.")
    failure: str | None = Field(description="Kind of the error, where something did not answer.")
    found: Reconciliation | None


def reconciliation_routes(service: str) -> Routes:
    """Return the routes of one service. Its operators call them; they concern no unit."""
    routes, scope, base = Routes(service, "operations"), f"{service}:operate", f"/v1/operations/{service}"

    @routes.create(
        f"{base}/reconciliations",
        scope=scope,
        units=UnitRule.ANY,
        response_model=RunAsked,
        summary="Ask for a comparison of state, outbox, topics and inbox",
    )
    async def ask_for_reconciliation(body: NewRun, call: Creates) -> RunAsked:
        effect = partial(ask, service=call.service, since=body.since, client=call.principal.client_id)
        return RunAsked(run_id=await call.once(effect))

    @routes.read(
        f"{base}/reconciliations/{{run_id}}",
        scope=scope,
        units=UnitRule.ANY,
        response_model=Run,
        summary="What it found",
    )
    async def get_reconciliation(run_id: UUID, call: Reads) -> Run:
        async with call.service.database.read() as read:
            row = await find_run(read, run_id)
        if row is None:
            raise RunUnknown(run=run_id)
        named = {name: row[name] for name in ("since", "asked_at", "finished_at", "failure", "found")}
        return Run(run_id=run_id, **named)

    return routes
