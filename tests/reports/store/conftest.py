"""A plan to which everything happened that can happen to what is owed under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest_asyncio

from contracts.plan import Plan
from kernel.clock import SetClock
from tests.reports.builders import AD_HOC, FLASH, FRONT, HALF_YEAR, POLICE, QUARTER, a_plan, a_rule, at, owed
from tests.reports.office import H1, Q2, Office, PlansOffice, cover

REASON = {"reason": "Lũ lụt"}


@pytest_asyncio.fixture
async def plan(plans: PlansOffice) -> Plan:
    """A plan with a rule of every sort, issued this morning."""
    return await plans.issue(a_plan(rules=[QUARTER, HALF_YEAR, POLICE, FRONT, AD_HOC, FLASH]))


@pytest_asyncio.fixture
async def eventful(
    plans: PlansOffice,
    plan: Plan,
    office: Callable[[str], Office],
    district: Office,
    health: Office,
    province: Office,
    clock: SetClock,
) -> Plan:
    """The plan after some months: reports, returns, extensions, excuses, requests, imports, and an amendment."""
    request = {"plan": plan.slug, "rule": "r4-ad-hoc", "units": ["593", "594"], "title": "Kiểm tra cơ sở"}
    await health.create("/v1/report-requests", request | {"last_timely_on": "2025-04-30"})
    await health.create("/v1/report-requests", request | {"title": "Báo cáo thêm"})
    flash = request | {"rule": "r5-flash", "units": ["60.CA"], "title": "Vụ việc nóng"}
    await office("60.CA").create("/v1/report-requests", flash)
    clock.set(at("2025-05-20"))
    await district.reported(H1)
    await health.accept(await district.reported(Q2))
    returned = await office("594").reported(Q2)
    await health.review(returned, "return", reason="Thiếu số liệu")
    await office("60.MTTQ").reported(cover("r3-quarter", "2025-Q2", {"activities.held": 2}))
    await decided(health, owed("r1-half-year", "2025-H1", "594"), "excuse", REASON)
    later = REASON | {"last_timely_on": "2025-06-20", "decision": "Công văn 12/SYT"}
    await decided(health, owed("r1-half-year", "2025-H1", "595"), "extension", later)
    imported = {"plan": plan.slug, "unit": "595", "covers": [Q2], "received_at": "2025-05-10T02:00:00Z"}
    await province.load("/v1/report-imports/bulk", [imported | {"channel": "paper", "evidence": "Sổ đến số 412"}])
    clock.set(at("2025-07-01"))
    later = a_rule(due={"bound": "before", "day": 20}, reporters=["593", "594"])
    await plans.amend(plan, rules=[later, HALF_YEAR, POLICE, FRONT, AD_HOC, FLASH])
    return plan


async def decided(office: Office, obligation_id: str, verb: str, body: dict[str, Any]) -> None:
    """Have an obligation extended or excused."""
    path = f"/v1/obligations/{obligation_id}"
    answer = await office.edit("POST", f"{path}/{verb}", body, of=path)
    assert answer.status_code == 200, answer.text
