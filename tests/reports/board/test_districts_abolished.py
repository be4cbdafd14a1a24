"""The end of the districts on 1/7/2025, with real units of two plans: the boards of then and of now add up alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from tests.reports.builders import at
from tests.reports.consumers.test_example_plans import issued, real_plans, told_before
from tests.reports.office import Office, PlansOffice

__all__ = ["real_plans", "told_before"]
pytestmark = pytest.mark.asyncio

MERGER = "2025-06-30T17:00:00Z"
LATER = "2025-12-31T00:00:00Z"
HALF_YEAR = {"rule": "r1-half-year", "period": "2025-H1", "nil": True}
SUCCESSORS = ("16777", "16792", "16801", "16804")
"""The four communes of which Quỳ Châu consists now. Châu Bình (16804) was not merged."""


async def board(office: Office, plan: str, **query: Any) -> Any:
    return await office.read("/v1/compliance", plan=plan, **query)


def added(units: list[Any]) -> Counter[str]:
    """Add up the counts of units."""
    names = ("total", "on_time", "late", "overdue", "undated", "expected_so_far", "not_due", "due_soon")
    return Counter({name: sum(one["counts"][name] for one in units) for name in names})


async def test_quy_chau_becomes_four_communes_and_every_duty_has_one_place(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-04-29"))
    plan = await issued(real_plans, "quy-chau-2025")
    clock.set(at("2025-06-20"))
    reporters = {one["unit"]["code"] for one in await office("416").obligations(plan=plan.slug)}
    communes = sorted(code for code in reporters if code.isdigit() and code != "416")
    for commune in communes[:3]:
        await office(commune).reported(HALF_YEAR, plan=plan.slug)
    before = await board(office("416"), plan.slug)

    clock.set(at("2025-07-01", "00:00:00"))
    then = await board(office("16777"), plan.slug, unit="416")
    now = await board(office("VN"), plan.slug, unit="40", tree="now")

    # As it was: the same units, with the same counts.
    assert [one["unit"] for one in then["units"]] == [one["unit"] for one in before["units"]]
    assert [one["counts"] for one in then["units"]] == [one["counts"] for one in before["units"]]
    # As it is: all of it counts at those who took over, and nothing twice or not at all.
    assert set(SUCCESSORS) <= {one["unit"]["code"] for one in now["units"]}
    assert now["counts"] == then["counts"]
    assert added(now["units"]) == added([then])
    owed = await office("VN").obligations(plan=plan.slug)
    bearers = {one["unit"]["code"]: (one["bearer"] or one["unit"])["code"] for one in owed}
    assert {bearers[commune] for commune in communes} == set(SUCCESSORS)
    assert bearers["16804"] == "16804"


async def test_what_came_before_the_merger_keeps_its_receipt_and_punctuality_and_who_sent_it(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-04-29"))
    plan = await issued(real_plans, "binh-thuan-2025")
    clock.set(at("2025-06-12"))
    sent = await office("595").reported({"rule": "r1-half-year", "period": "2025-H1", "nil": True})
    clock.set(at("2025-06-20"))
    late = await office("593").reported({"rule": "r1-half-year", "period": "2025-H1", "nil": True})
    then = await office("60").obligations(rule=None, plan=plan.slug, as_of=LATER)

    clock.set(at("2025-07-01", "00:00:00"))
    now = await office("68").obligations(plan=plan.slug, unit="60", as_of=LATER)

    # What is ahead is not different because somebody else bears it.
    assert [(one["obligation_id"], one["status"]) for one in now] == [
        (one["obligation_id"], one["status"]) for one in then
    ]
    statuses = {(one["unit"]["code"], one["period"]): one["status"] for one in now if one["rule"] == "r1-half-year"}
    assert (statuses["595", "2025-H1"], statuses["593", "2025-H1"]) == ("on_time", "late")
    for path, by in ((sent, "595"), (late, "593")):
        report = await office("68").read(path)
        assert report["unit"] == by
    # The one who bears the duties of Phan Thiết now answers for its being late.
    counted = await board(office("68"), plan.slug, unit="68", tree="now", as_of=MERGER)
    by_unit = {one["unit"]["code"]: one["counts"] for one in counted["units"]}
    assert by_unit["22945"]["late"] == 1
    assert counted["counts"] == (await board(office("68"), plan.slug, unit="60", as_of=MERGER))["counts"]
