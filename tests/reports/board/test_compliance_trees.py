"""Whose obligations are counted where: subtrees, the tree of then and of now, decisions on units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from contracts.unit import Placement, UnitRecord
from kernel.clock import SetClock
from tests.plans_told import MERGER, units_changed
from tests.reports.builders import QUARTER, SINCE, UNIT, a_plan, at
from tests.reports.office import Office, PlansOffice, refusal

pytestmark = pytest.mark.usefixtures("plan")

PLAN = {"plan": "binh-thuan-2025"}
BEFORE, AFTER = "2025-06-14T16:59:59Z", "2025-06-14T17:00:00Z"
COUNTED = ("on_time", "late", "returned", "overdue", "due_soon", "not_due", "excused", "undated", "requested")


async def board(office: Office, **query: Any) -> Any:
    """Return the compliance board of the plan."""
    return await office.read("/v1/compliance", **(PLAN | query))


@pytest.mark.asyncio
async def test_a_district_sees_its_own(district: Office) -> None:
    own = await board(district, unit="593")

    assert own["counts"]["total"] == 6
    assert {one["unit"]["code"] for one in await district.obligations(unit="593")} == {"593"}
    assert refusal(await district.get("/v1/compliance", PLAN)) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_without_a_plan_all_plans_of_the_own_unit_are_counted(
    plans: PlansOffice, district: Office, province: Office
) -> None:
    other = {"plan_id": "5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", "slug": "la-gi-2025", "rules": [QUARTER]}
    await plans.issue(a_plan(**other))

    assert (await district.read("/v1/compliance"))["counts"]["total"] == 9
    assert (await province.read("/v1/compliance"))["counts"]["total"] == 31
    assert (await province.read("/v1/compliance", unit="594"))["counts"]["total"] == 9


@pytest.mark.asyncio
async def test_the_tree_of_then_keeps_what_the_tree_of_now_counts_with_the_successors(
    office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-07-01", "00:00:00"))
    lam_dong = office("68")

    then = await board(lam_dong, unit="60")
    now = await board(lam_dong, unit="68", tree="now")

    assert [one["unit"]["code"] for one in then["units"]] == ["593", "594", "595", "60.CA", "60.MTTQ"]
    assert [one["unit"]["code"] for one in now["units"]] == ["22945", "22969", "23235", "68.CA"]
    assert (then["counts"], then["tree"]) == (now["counts"], "then")
    bearers = {one["unit"]["code"]: one["bearer"]["code"] for one in await lam_dong.obligations(unit="60")}
    assert bearers == {"593": "22945", "594": "23235", "595": "22969", "60.CA": "68.CA", "60.MTTQ": "68"}


def phan_thiet(name: str, *places: Placement) -> UnitRecord:
    """Return the city as a decision states it again; by default it stands where it stood."""
    stays = Placement(parent_id=UNIT["60"], valid_from=SINCE, valid_until=MERGER)
    return UnitRecord(
        unit_id=UNIT["593"],
        code="593",
        name=name,
        kind="district",
        valid_from=SINCE,
        valid_until=MERGER,
        placements=places or (stays,),
    )


@pytest.mark.asyncio
async def test_midnight_of_a_decision_changes_the_tree_of_now_though_nothing_was_written(
    plans: PlansOffice, province: Office, clock: SetClock
) -> None:
    moves_on = date(2025, 5, 20)
    moved = phan_thiet(
        "Thành phố Phan Thiết",
        Placement(parent_id=UNIT["60"], valid_from=SINCE, valid_until=moves_on),
        Placement(parent_id=UNIT["38"], valid_from=moves_on, valid_until=MERGER),
    )
    await plans.tell(units_changed("Nghị quyết 7", (moved,)))
    clock.set(at("2025-05-19", "23:59:59"))
    before = await province.get("/v1/compliance", PLAN | {"tree": "now"})
    clock.set(at("2025-05-20", "00:00:00"))

    after = await province.get("/v1/compliance", PLAN | {"tree": "now"})

    units = [[one["unit"]["code"] for one in each.json()["units"]] for each in (before, after)]
    assert units == [["593", "594", "595", "60.CA", "60.MTTQ"], ["594", "595", "60.CA", "60.MTTQ"]]
    assert before.headers["etag"] != after.headers["etag"]


@pytest.mark.asyncio
async def test_a_decision_on_units_is_seen_at_the_next_question(plans: PlansOffice, province: Office) -> None:
    before = await province.get("/v1/compliance", PLAN)

    await plans.tell(units_changed("Nghị quyết 7", (phan_thiet("Thành phố Phan Thiết mới"),)))

    after = await province.get("/v1/compliance", PLAN)
    assert after.json()["units"][0]["unit"]["name"] == "Thành phố Phan Thiết mới"
    assert after.headers["etag"] != before.headers["etag"]
