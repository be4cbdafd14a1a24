"""What is kept of the present over all plans says what is counted anew, whatever happened and however late it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import QUARTER, a_plan, at, owed
from tests.reports.office import H1, Q2, Office, PlansOffice

OTHER = {"plan_id": "5b8f0f2e-9999-5222-8333-b1a2c3d4e5f6", "slug": "la-gi-2025"}


async def counts(office: Office, **query: Any) -> dict[str, Any]:
    """Return the board over all plans, but for from where it looks."""
    shown: dict[str, Any] = await office.read("/v1/compliance", **query)
    return {name: value for name, value in shown.items() if name != "standpoint"}


async def assert_kept_is_counted(office: Office, clock: SetClock) -> dict[str, Any]:
    kept = await counts(office)
    written = datetime.fromisoformat((await office.read("/v1/compliance"))["standpoint"]["known_at"])
    now = max(clock.now(), written).astimezone(UTC).isoformat()

    assert kept == await counts(office, as_of=now)
    return kept


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_the_present_is_kept_through_changes_and_hours(
    office: Callable[[str], Office],
    province: Office,
    health: Office,
    plans: PlansOffice,
    clock: SetClock,
    service: Reports,
) -> None:
    district = office("593")
    seen = [await assert_kept_is_counted(province, clock)]

    path = await district.reported(Q2)
    seen.append(await assert_kept_is_counted(province, clock))
    await health.review(path, "return", reason="Thiếu số liệu")
    seen.append(await assert_kept_is_counted(province, clock))
    clock.set(at("2025-06-14", "23:59:59"))
    seen.append(await assert_kept_is_counted(province, clock))
    clock.set(at("2025-06-15", "00:00:00"))
    seen.append(await assert_kept_is_counted(province, clock))
    late = f"/v1/obligations/{owed('r1-half-year', '2025-H1', '594')}"
    await health.edit("POST", f"{late}/excuse", {"reason": "Lũ lụt"}, of=late)
    seen.append(await assert_kept_is_counted(province, clock))
    await office("595").reported(H1)
    seen.append(await assert_kept_is_counted(province, clock))
    await plans.issue(a_plan(**OTHER, rules=[QUARTER]))
    seen.append(await assert_kept_is_counted(province, clock))

    totals = [board["counts"] for board in seen]
    assert [one["on_time"] for one in totals] == [0, 1, 0, 0, 0, 0, 0, 0]
    assert [one["returned"] for one in totals[:4]] == [0, 0, 1, 1]
    assert totals[5]["excused"] == 1
    assert totals[6]["late"] == 1
    assert totals[7]["total"] > totals[6]["total"]
    assert service.board._memory.everywhere is not None, "it was kept"


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_a_clock_that_goes_back_has_it_counted_anew(province: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-20"))
    after = await assert_kept_is_counted(province, clock)
    clock.set(at("2025-06-01"))
    before = await assert_kept_is_counted(province, clock)

    assert after["counts"]["overdue"] > before["counts"]["overdue"] == 0


@pytest.mark.asyncio
@pytest.mark.usefixtures("plan")
async def test_a_body_is_counted_by_itself(province: Office, clock: SetClock) -> None:
    await assert_kept_is_counted(province, clock)
    bodies = [one["unit"]["code"] for one in (await counts(province))["units"] if "." in one["unit"]["code"]]

    for code in bodies:
        assert (await counts(province, unit=code))["counts"]["total"] > 0
    assert bodies
