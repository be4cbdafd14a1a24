"""Plans are kept word for word in every version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from contracts.model import Event
from contracts.plan import Plan
from kernel.clock import SetClock
from runtime.database import Database
from services.reports.domain.refusals import PlanUnknown
from services.reports.store.plans import effective_days, get_plan, keep_version, list_rules, list_versions
from tests.reports.builders import HALF_YEAR, ISSUED_AT, PLAN_ID, QUARTER, a_plan
from tests.rig import a_database


@pytest.fixture
def told_before() -> Sequence[Event]:
    """Nothing."""
    return ()


@pytest_asyncio.fixture
async def database(database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    async with a_database(database_url, service="reports", clock=clock) as database:
        yield database


async def keep(database: Database, *plans: Plan) -> None:
    """Keep versions of plans, a transaction each."""
    for plan in plans:
        await database.write(lambda tx, plan=plan: keep_version(tx, plan, ISSUED_AT))  # type: ignore[misc]


@pytest.mark.asyncio
async def test_a_plan_is_read_as_it_was_issued(database: Database) -> None:
    plan = a_plan(title="Kế hoạch “phòng, chống” năm 2025")
    await keep(database, plan)

    async with database.read() as read:
        assert await get_plan(read, "binh-thuan-2025") == plan


@pytest.mark.asyncio
async def test_a_version_that_comes_again_does_not_take_the_place_of_a_newer_one(database: Database) -> None:
    first, second = a_plan(), a_plan(version=2, title="Kế hoạch sửa đổi")

    await keep(database, first, second, first)

    async with database.read() as read:
        assert (await get_plan(read, first.slug)).version == 2
        assert [row.version for row in await list_versions(read, PLAN_ID)] == [1, 2]


@pytest.mark.asyncio
async def test_rules_of_all_versions_are_known_in_their_newest_wording(database: Database) -> None:
    reworded = HALF_YEAR | {"name": "Báo cáo sơ kết"}
    amended: dict[str, Any] = {"version": 2, "rules": [reworded], "effective_on": date(2025, 8, 1)}
    await keep(database, a_plan(rules=[QUARTER, HALF_YEAR]), a_plan(**amended))

    async with database.read() as read:
        names = {code: rule.name for (_, code), rule in (await list_rules(read, [PLAN_ID])).items()}
        days = await effective_days(read, PLAN_ID)

    assert names == {"r1-quarter": "Chế độ báo cáo r1-quarter", "r1-half-year": "Báo cáo sơ kết"}
    assert days == [date(2025, 4, 18), date(2025, 8, 1)]


@pytest.mark.asyncio
async def test_a_plan_that_was_never_issued_is_unknown(database: Database) -> None:
    async with database.read() as read:
        with pytest.raises(PlanUnknown):
            await get_plan(read, "harbour-2025")
