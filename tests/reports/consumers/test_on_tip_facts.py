"""What tips and referrals tell takes effect once, in whichever order topics are read, and however often it comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.events import tips
from contracts.model import Event
from kernel.clock import to_micros
from runtime.bus.message import from_outbox
from runtime.database import Database
from runtime.database.outbox import BEGINNING, events_after
from runtime.database.outbox import outbox as outbox_table
from runtime.service import Service
from services.reports.evaluation.tips import TipFact, TipFactKind
from services.reports.wiring import Reports
from tests.reports.board.promises import cell
from tests.reports.builders import DISTRICTS, a_plan, at
from tests.reports.office import Office, PlansOffice, rows_written
from tests.reports.reference import ToldTip, tips_counted
from tests.reports.told import FACTS, IN_TIME, OWN_BOOKS, SERVED, Tip, released, what_of
from tests.reports.world import World, a_world
from tests.rig import MORNING, Blueprint

TIP = Tip()
LATER = "2026-01-01T00:00:00+07:00"
EXAMPLES = int(os.environ.get("LANHMANH_TEST_EXAMPLES", "12"))
"""Each one is a service of its own."""


async def deliver_again(outbox: Database, service: Service, topic: str) -> None:
    """Deliver all that a topic has once more, as after the loss of an offset."""
    async with outbox.read() as read:
        rows = (await read.execute(events_after(BEGINNING).where(outbox_table.c.topic == topic))).all()
        epoch = (await read.newest()).epoch
    consumer = next(one for one in service.consumers if one.topic == topic)
    await consumer._apply(from_outbox(rows, epoch), None)


@pytest.mark.asyncio
@pytest.mark.parametrize("event", [TIP.received(), TIP.closed(at("2025-05-10")), released()])
async def test_what_comes_again_changes_nothing(
    plans: PlansOffice, outbox: Database, service: Reports, event: Event
) -> None:
    await plans.tell(event)
    before = await rows_written(service.database)

    await deliver_again(outbox, service, event.topic)

    assert await rows_written(service.database) == before
    assert before["tip_history"] + before["statistics_release"] == 1


@pytest.mark.asyncio
async def test_a_release_told_by_another_event_is_kept_once(plans: PlansOffice, service: Reports) -> None:
    await plans.tell(released())
    before = await rows_written(service.database)

    await plans.tell(released())

    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_tips_and_releases_may_come_before_units_and_plans(plans: PlansOffice, province: Office) -> None:
    await plans.tell(TIP.received(), TIP.transferred(at("2025-05-05")), released())

    await plans.issue(a_plan(elements=OWN_BOOKS, indicators=[IN_TIME, SERVED], rules=[]))

    found = [(await cell(province, one["code"], as_of=LATER))["value"] for one in (IN_TIME, SERVED)]
    assert found == [{"n": 1, "d": 1}, {"n": 43, "d": 64}]


class Heard(NamedTuple):
    """Something that is told of a tip when the clock shows a day."""

    clock_day: int
    unit: str
    number: int
    fact: str
    days: int
    """After the receipt of the tip."""
    late: bool

    @property
    def tip(self) -> Tip:
        return Tip(self.unit, MORNING + timedelta(days=30 * self.number), name=str(self.number))

    @property
    def occurred_at(self) -> datetime:
        return self.tip.received_at + timedelta(days=self.days)

    @property
    def event(self) -> Event:
        return what_of(self.tip, self.fact, self.occurred_at, late=self.late)


_KINDS = dict(zip(FACTS, TipFactKind, strict=True))
DAYS = st.integers(0, 60)
heard = st.lists(
    st.builds(Heard, DAYS, st.sampled_from(DISTRICTS), st.integers(0, 2), st.sampled_from(FACTS), DAYS, st.booleans()),
    min_size=1,
    max_size=6,
)


def as_reference(told: Iterable[Heard]) -> list[ToldTip]:
    """Return what the second evaluator is to know: the n-th fact is recorded at n."""
    found: dict[tuple[str, int], ToldTip] = {}
    for number, one in enumerate(told):
        at_once = one.fact == "received"
        fact = TipFact(
            kind=_KINDS[one.fact],
            occurred_at=to_micros(one.tip.received_at if at_once else one.occurred_at),
            recorded_at=number,
            late=one.late and not at_once,
            handled_at=to_micros(one.occurred_at) if one.fact == "closed" else None,
        )
        unit, received_at = DISTRICTS.index(one.unit), to_micros(one.tip.received_at)
        before = found.get((one.unit, one.number), ToldTip(unit, received_at, ()))
        found[one.unit, one.number] = ToldTip(unit, received_at, (*before.facts, fact))
    return list(found.values())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=heard, asked=st.lists(DAYS, min_size=1, max_size=3), again=st.booleans())
def test_the_board_counts_as_the_second_evaluator_does(
    sqlite_reports: Blueprint, tmp_path: Path, told: list[Heard], asked: list[int], again: bool
) -> None:
    async def counted(world: World, day: int, known_at: str | None) -> list[dict[str, int] | None]:
        instant = (MORNING + timedelta(days=day)).isoformat()
        places = ("60", *DISTRICTS)
        return [
            (await cell(world.nation, IN_TIME["code"], as_of=instant, unit=unit, known_at=known_at))["tips"]
            for unit in places
        ]

    async def live() -> None:
        async with a_world(sqlite_reports, tmp_path) as world:
            known_at = []
            for one in told:
                # Forwards and backwards.
                world.clock.set(MORNING + timedelta(days=one.clock_day))
                await world.plans.tell(one.event)
                if again:
                    await deliver_again(world.plans.outbox, world.plans.service, tips.TOPIC)
                newest = await world.nation.read("/v1/indicators", plan=world.plan.slug)
                known_at.append(newest["standpoint"]["known_at"])

            slow, everywhere = as_reference(told), set(range(len(DISTRICTS)))
            for day, number in ((day, number) for day in asked for number in range(len(told))):
                t = to_micros(MORNING + timedelta(days=day))
                assert await counted(world, day, known_at[number]) == [
                    tips_counted(slow, units, "2025", t, number) for units in (everywhere, {0}, {1}, {2})
                ]

    asyncio.run(live())
