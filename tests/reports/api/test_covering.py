"""What one report is for: obligations that fall together, each covered once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.reports.wiring import Reports
from tests.reports.builders import owed
from tests.reports.office import H1, Q2, Office, cover, refusal, rows_written

pytestmark = pytest.mark.usefixtures("plan")

QUARTER = ("r1-quarter", "2025-Q2", "593")
HALF = ("r1-half-year", "2025-H1", "593")
EDITED = {"covers": [cover("r1-quarter", "2025-Q2", {"activities.held": 7})], "narrative": {"results": "Bảy buổi."}}


async def drafted(office: Office, *covers: dict[str, Any]) -> str:
    """Keep a draft, and return its path."""
    return await office.reported(*(covers or (Q2,)), draft=True)


@pytest.mark.asyncio
async def test_one_report_discharges_quarter_and_half_year_each_for_itself(
    district: Office, health: Office, province: Office
) -> None:
    path = await district.reported(Q2, H1)
    await health.accept(path)

    found = await province.statuses()
    board = await province.read("/v1/compliance", plan="binh-thuan-2025")

    assert (found[QUARTER], found[HALF]) == ("on_time", "on_time")
    assert board["counts"]["on_time"] == 2


@pytest.mark.asyncio
async def test_a_return_acts_on_all_that_the_report_covers(district: Office, health: Office, province: Office) -> None:
    path = await district.reported(Q2, H1)

    await health.review(path, "return", reason="Thiếu số liệu")

    found = await province.statuses()
    assert (found[QUARTER], found[HALF]) == ("returned", "returned")


@pytest.mark.asyncio
async def test_a_correction_covers_what_the_first_version_covered(district: Office) -> None:
    path = await district.reported(Q2, H1)

    answer = await district.create(f"{path}/versions", {"covers": [Q2]})

    assert refusal(answer) == (422, "cover_fixed")


@pytest.mark.asyncio
async def test_a_draft_may_still_be_for_other_obligations(district: Office, province: Office) -> None:
    path = await drafted(district)

    await district.edit("PUT", f"{path}/draft", {"covers": [H1]}, of=path)

    await district.edit("POST", f"{path}/submit", of=path)
    await district.reported(Q2)
    found = await province.statuses()
    assert (found[QUARTER], found[HALF]) == ("on_time", "on_time")


@pytest.mark.asyncio
async def test_a_draft_whose_obligations_came_apart_is_not_received(district: Office, health: Office) -> None:
    path = await drafted(district, Q2, H1)
    extended = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
    body = {"last_timely_on": "2025-06-20", "reason": "Lũ lụt"}
    await health.edit("POST", f"{extended}/extension", body, of=extended)

    answer = await district.edit("POST", f"{path}/submit", of=path)

    assert refusal(answer) == (422, "obligations_apart")
    assert "thời hạn" in answer.json()["detail"]


@pytest.mark.asyncio
async def test_obligations_with_other_due_instants_do_not_fall_together(district: Office, service: Reports) -> None:
    before = await rows_written(service.database)

    answer = await district.report(Q2, cover("r1-nine-months", "2025-9M"))

    assert refusal(answer) == (422, "obligations_apart")
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_covered_obligation_is_not_covered_again(district: Office, service: Reports) -> None:
    path = await district.reported(Q2)
    before = await rows_written(service.database)

    answer = await district.report(Q2, H1)

    assert refusal(answer) == (409, "obligation_covered")
    assert path.rpartition("/")[2] in answer.json()["detail"]
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_of_reports_that_come_at_once_for_one_obligation_one_is_received(district: Office) -> None:
    answers = await asyncio.gather(*(district.report(Q2) for _ in range(5)))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409]
    assert [one["state"] for one in (await district.read("/v1/reports"))["items"]] == ["submitted"]
