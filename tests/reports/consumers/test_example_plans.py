"""The real plans: what their units owe, and what one second before midnight divides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.events.plans import UnitsChanged
from contracts.model import Event
from contracts.plan import Plan
from contracts.unit import Placement, Succession, UnitRecord
from kernel.clock import SetClock
from kernel.ids import UnitId
from kernel.units import Unit
from runtime.database import Database
from services.reports.wiring import Reports
from tests.examples.example_files import example_tree, issued_plan
from tests.plans_told import units_changed
from tests.reports.builders import at
from tests.reports.office import Office, PlansOffice

BEFORE, AFTER = "2025-06-14T16:59:59Z", "2025-06-14T17:00:00Z"
DUE_IN_JUNE = (("r1-quarter", "2025-Q2"), ("r1-half-year", "2025-H1"))


@pytest.fixture
def told_before() -> Sequence[Event]:
    """Nothing."""
    return ()


@pytest.fixture
def real_plans(client: httpx.AsyncClient, outbox: Database, service: Reports, clock: SetClock) -> PlansOffice:  # noqa: ARG001 - the running service consumes
    """Plans, which has told of no units yet."""
    return PlansOffice(outbox, service, clock)


def units_of(plan: Plan) -> UnitsChanged:
    """Return the units that a plan names, those above them, and those that take over from them."""
    tree = example_tree()
    waiting: list[UUID] = [plan.issuer_id, *_named(plan)]
    found: dict[UUID, Unit] = {}
    successions = [one for one in tree.successions if one.bears_duties]
    while waiting:
        unit = tree.get(UnitId(waiting.pop()))
        if unit.id not in found:
            found[unit.id] = unit
            waiting += [place.parent_id for place in unit.placements if place.parent_id]
            waiting += [one.successor_id for one in successions if one.predecessor_id == unit.id]
    ordered = sorted(found.values(), key=lambda unit: unit.valid_from)
    heirs = [one for one in successions if one.predecessor_id in found]
    return units_changed(
        f"Đơn vị của {plan.slug}",
        tuple(_record(unit) for unit in ordered),
        tuple(
            Succession(
                predecessor_id=one.predecessor_id,
                successor_id=one.successor_id,
                on=one.on,
                decision=one.decision,
                bears_duties=True,
            )
            for one in heirs
        ),
    )


def _named(plan: Plan) -> Iterator[UUID]:
    for rule in plan.rules:
        yield from (*rule.reporter_ids, *rule.receiver_ids)
    for indicator in plan.indicators:
        yield from getattr(indicator.measure, "population_ids", ())


def _record(unit: Unit) -> UnitRecord:
    places = tuple(
        Placement(parent_id=one.parent_id, valid_from=one.valid_from, valid_until=one.valid_until)
        for one in unit.placements
    )
    kind: Any = unit.kind
    return UnitRecord(
        unit_id=unit.id,
        code=unit.code,
        name=unit.name,
        kind=kind,
        function=unit.function,
        valid_from=unit.valid_from,
        valid_until=unit.valid_until,
        placements=places,
    )


async def issued(plans: PlansOffice, slug: str) -> Plan:
    """Tell of a real plan and its units."""
    plan = issued_plan(slug)
    await plans.tell(units_of(plan))
    return await plans.issue(plan)


@pytest.mark.asyncio
async def test_binh_thuan_owes_from_its_second_quarter_on(
    real_plans: PlansOffice, office: Callable[[str], Office]
) -> None:
    plan = await issued(real_plans, "binh-thuan-2025")

    statuses = await office("60").statuses(as_of="2025-04-18T02:00:00Z")

    reporters = {rule.code: len(rule.reporter_ids) for rule in plan.rules}
    owed = Counter(rule for rule, _, _ in statuses)
    assert "2025-Q1" not in {period for _, period, _ in statuses}
    assert {code: owed[code] / reporters[code] for code in ("r1-quarter", "r1-half-year", "r1-year")} == {
        "r1-quarter": 3,
        "r1-half-year": 1,
        "r1-year": 1,
    }


@pytest.mark.asyncio
async def test_one_second_divides_exactly_what_binh_thuan_is_owed_before_the_fifteenth_of_june(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    plan = await issued(real_plans, "binh-thuan-2025")
    clock.set(at("2025-06-12"))
    both = [{"rule": rule, "period": period, "nil": True} for rule, period in DUE_IN_JUNE]
    await office("595").reported(*both)

    before = await office("60").statuses(as_of=BEFORE)
    after = await office("60").statuses(as_of=AFTER)

    changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    required = {rule.code: rule for rule in plan.rules if rule.code in dict(DUE_IN_JUNE)}
    codes = {
        code: {example_tree().get(UnitId(one)).code for one in rule.reporter_ids} for code, rule in required.items()
    }
    expected = {(rule, period, unit) for rule, period in DUE_IN_JUNE for unit in codes[rule] - {"595"}}
    assert changed == dict.fromkeys(expected, ("due_soon", "overdue"))


@pytest.mark.asyncio
async def test_kim_tan_owes_by_mid_december_and_its_police_without_a_day(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2026-01-20"))
    plan = await issued(real_plans, "kim-tan-2026")

    found = await office("15187").obligations(plan=plan.slug, as_of="2026-12-31T00:00:00Z")

    dated = {one["due_at"] for one in found if one["status"] == "overdue"}
    undated = {one["unit"]["code"] for one in found if one["status"] == "undated"}
    assert dated == {"2026-12-14T17:00:00Z"}
    assert "15187.CA" in undated


@pytest.mark.asyncio
async def test_quy_chau_owes_without_a_day_what_its_successors_send_and_receive(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2025-04-29"))
    plan = await issued(real_plans, "quy-chau-2025")
    half_year = next(one for one in plan.rules if one.code == "r1-half-year")

    before = await office("416").statuses(plan=plan.slug, as_of="2025-06-30T00:00:00Z")
    clock.set(at("2025-07-08"))
    path = await office("16792").reported(
        {"rule": "r1-half-year", "period": "2025-H1", "nil": True}, plan=plan.slug, unit="16783"
    )
    await office("16777").accept(path)

    assert {status for (rule, _, _), status in before.items() if rule == "r1-half-year"} == {"undated"}
    assert len([key for key in before if key[0] == "r1-half-year"]) == len(half_year.reporter_ids)


@pytest.mark.asyncio
async def test_the_report_over_the_programme_of_binh_luc_outlives_district_and_province(
    real_plans: PlansOffice, office: Callable[[str], Office], clock: SetClock
) -> None:
    clock.set(at("2022-02-15"))
    plan = await issued(real_plans, "binh-luc-2022")
    over_all_years = {"rule": "r2", "period": "2021-2025", "nil": True}

    clock.set(at("2025-12-26"))
    path = await office("13501.VHXH").reported(over_all_years, plan=plan.slug, unit="352.PLDTBXH")
    await office("37.SYT").accept(path)
    found = await office("VN").obligations(plan=plan.slug)

    owed = {(one["rule"], one["period"]): one for one in found}
    assert owed["r2", "2021-2025"]["unit"]["code"] == "352.PLDTBXH"
    assert owed["r2", "2021-2025"]["bearer"]["code"] == "13501.VHXH"
    assert owed["r2", "2021-2025"]["status"] == "undated"
