"""The rows of obligation_state say by themselves how obligations stand, and which of them have more to tell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from contracts.plan import Plan
from kernel.clock import to_micros
from runtime.database import Database
from runtime.database.migrate import migrate
from services.reports.evaluation.columns import Flag
from services.reports.evaluation.flat import flatten
from services.reports.evaluation.history import FactKind
from services.reports.store.numbers import NumberedPeriodRow, NumberedUnitRow, SeriesRow
from services.reports.store.obligations import ObligationRow, facts_of
from services.reports.store.schema import metadata
from services.reports.wiring import MIGRATIONS, Reports
from tests.reports.before import take_back
from tests.reports.builders import owed
from tests.reports.office import PlansOffice, rows_written

pytestmark = pytest.mark.asyncio

FLAT = ("due", "first_receipt_at", "first_recorded_at", "accepted_at", "correction_due_at", "flags")


async def rows_of(database: Database) -> dict[Any, Any]:
    """Return the rows of state by id, with what their numbers stand for instead of these."""
    state, series = ObligationRow.__table__, SeriesRow.__table__  # type: ignore[attr-defined]
    unit, period = NumberedUnitRow.__table__, NumberedPeriodRow.__table__  # type: ignore[attr-defined]
    opening = [series.c[name] for name in ("opened_at", "opened_recorded_at")]
    named = [series.c[name].label(f"series_{name}") for name in ("plan_id", "rule", "requirement", "period", "title")]
    numbered = [unit.c.unit_id.label("numbered_unit"), period.c.key.label("numbered_period")]
    kept = [state.c[name] for name in ("id", "plan_id", "unit_id", "rule", "period", "requirement", "title", *FLAT)]
    joined = (
        select(*kept, *numbered, *named, *opening, series.c.revision.label("opened_revision"))
        .join(unit, unit.c.number == state.c.unit_no)
        .join(period, period.c.number == state.c.period_no)
        .join(series, series.c.number == state.c.series_no)
    )
    async with database.read() as read:
        return {row.id: row for row in (await read.execute(joined)).all()}


@pytest.mark.usefixtures("eventful")
async def test_every_row_says_what_its_history_and_its_series_say(service: Reports) -> None:
    rows = await rows_of(service.database)
    async with service.database.read() as read:
        facts = await facts_of(read, rows)

    assert len(rows) == (await rows_written(service.database))["obligation_state"]
    for one, row in rows.items():
        flat = flatten(facts[one])
        requested = Flag.REQUESTED if row.requirement == "requested" else 0
        opened = min(facts[one], key=lambda fact: (fact.revision, fact.ordinal))
        assert row[7 : 7 + len(FLAT)] == (*_values(flat)[:-1], flat.flags | requested)
        assert (row.numbered_unit, row.numbered_period) == (row.unit_id, row.period)
        assert (row.series_plan_id, row.series_rule, row.series_title) == (row.plan_id, row.rule, row.title)
        assert row.series_requirement == row.requirement
        assert row.series_period == (row.period if ":" in row.period else "")
        assert (opened.kind, opened.revision) == (FactKind.OPENED, row.opened_revision)
        assert opened.occurred_at == to_micros(row.opened_at)
        assert opened.recorded_at == to_micros(row.opened_recorded_at)


def _values(flat: Any) -> tuple[int, ...]:
    return tuple(getattr(flat, name) for name in FLAT)


@pytest.mark.usefixtures("eventful")
async def test_only_what_is_more_than_a_report_in_its_turn_has_more_to_tell(service: Reports) -> None:
    rows = (await rows_of(service.database)).values()
    told = {(row.rule, row.period, str(row.id)) for row in rows if row.flags & Flag.TOLD}

    halves = {("r1-half-year", "2025-H1", owed("r1-half-year", "2025-H1", unit)) for unit in ("594", "595")}
    quarters = {("r1-quarter", "2025-Q2", owed("r1-quarter", "2025-Q2", unit)) for unit in ("594", "595")}
    amended = {
        ("r1-quarter", period, owed("r1-quarter", period, unit))
        for period in ("2025-Q3", "2025-Q4")
        for unit in ("593", "594", "595")
    }
    assert told == halves | quarters | amended
    received = [
        row for row in rows if row.id in {UUID(owed("r1-quarter", "2025-Q2")), UUID(owed("r1-half-year", "2025-H1"))}
    ]
    assert [row.flags for row in received] == [Flag.EXISTS | Flag.LIVE] * 2


@pytest.mark.usefixtures("eventful")
async def test_numbers_are_dense_and_those_opened_together_under_a_rule_share_a_series(service: Reports) -> None:
    async with service.database.read() as read:
        for name in ("numbered_unit", "numbered_period", "series"):
            numbers = sorted((await read.execute(select(metadata.tables[name].c.number))).scalars())
            assert numbers == list(range(len(numbers)))
            assert numbers
        series = SeriesRow.__table__  # type: ignore[attr-defined]
        shared = (await read.execute(select(series.c.rule).order_by(series.c.number))).scalars().all()
    assert shared == [
        *("r1-quarter", "r1-half-year", "r2-half-year", "r3-quarter"),
        *("r4-ad-hoc", "r4-ad-hoc", "r5-flash"),
    ]


async def test_what_is_told_again_begins_no_series(plans: PlansOffice, service: Reports, plan: Plan) -> None:
    before = await rows_written(service.database)

    await plans.issue(plan)

    assert await rows_written(service.database) == before


@pytest.mark.usefixtures("eventful")
async def test_rows_from_before_they_were_flat_are_filled_from_their_history(service: Reports) -> None:
    database = service.database
    before = await rows_of(database)
    await take_back(database)

    await migrate(database, MIGRATIONS)

    assert await rows_of(database) == before
