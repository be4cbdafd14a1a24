"""Reports with a plan in force and everybody who does something in it, begun anew for each example of a law."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.events.plans import PlanIssued
from contracts.plan import Plan
from kernel.clock import SetClock
from runtime.watch import Watch
from tests.beginnings import told
from tests.reports.builders import COUNTRY, FRONT, HALF_YEAR, POLICE, QUARTER, a_plan, an_indicator, owed
from tests.reports.conftest import a_service, application, informed
from tests.reports.office import Office, PlansOffice
from tests.reports.told import IN_TIME, SERVED
from tests.rig import MORNING, Blueprint, Tokens, a_client, a_database

BOARDS = ("/v1/compliance", "/v1/compliance/obligations", "/v1/compliance/ranking", "/v1/indicators")
RULES = [QUARTER, HALF_YEAR, POLICE, FRONT]
INDICATORS = [an_indicator("premises.share"), IN_TIME, SERVED]


class World:
    """Reports with a plan, and everybody who does something in it."""

    def __init__(
        self, plans: PlansOffice, office: Callable[[str], Office], clock: SetClock, watch: Watch[Any], plan: Plan
    ) -> None:
        self.plans, self.clock, self.watch, self.plan = plans, clock, watch, plan
        self.nation = office("VN")
        self.sent: dict[tuple[str, str, str], str] = {}
        """The path of the report on a duty: its rule, period and unit."""

    async def ask(self, as_of: datetime, known_at: str | None) -> list[bytes]:
        """Return what the boards and the explanations say, byte for byte."""
        query = {"plan": self.plan.slug, "as_of": as_of.isoformat(), "known_at": known_at}
        answers = [await self.nation.get(path, query) for path in BOARDS]
        explained = f"/v1/explanations/obligations/{owed('r1-quarter', '2025-Q2')}"
        answers.append(await self.nation.get(explained, query | {"plan": None}))
        for indicator in INDICATORS:
            cell = {"indicator": indicator["code"], "period": "2025"}
            answers.append(await self.nation.get("/v1/explanations/indicator", query | cell))
        assert {answer.status_code for answer in answers} == {200}
        return [answer.content for answer in answers]


@asynccontextmanager
async def a_world(
    blueprint: Blueprint,
    folder: Path,
    *,
    watched: bool = True,
    told_from: Blueprint | None = None,
    plan: Plan | None = None,
) -> AsyncIterator[World]:
    """Begin anew, with a plan that is in force. If it is not watched, its watch catches up only when told to.

    Plans has a database like that of reports, or by a blueprint of its own.
    """
    clock = SetClock(MORNING)
    in_force = plan or a_plan(rules=RULES, indicators=INDICATORS)
    events = (COUNTRY.first_units(), PlanIssued(plan=in_force, occurred_at=MORNING))
    told_outbox = await told(told_from or blueprint, events, folder)
    async with AsyncExitStack() as stack:
        urls = []
        for name, its_own in (
            ("plans", told_outbox),
            ("reports", await informed(blueprint, told_outbox, folder)),
        ):
            own = folder / name
            own.mkdir(exist_ok=True)
            urls.append(await stack.enter_async_context(its_own.fresh(own)))
        outbox = await stack.enter_async_context(a_database(urls[0], service="plans", clock=clock))
        service = a_service(urls[1], clock, outbox)
        (watch,) = service.watches
        if not watched:
            service.watches = ()
        app, tokens = application(), Tokens(clock)
        app.state.service = service
        client = await stack.enter_async_context(a_client(app))
        plans = PlansOffice(outbox, service, clock)
        yield World(plans, lambda unit: Office(client, tokens, unit), clock, watch, in_force)
