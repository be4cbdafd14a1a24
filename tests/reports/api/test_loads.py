"""Many reports at once, and reports that came earlier or by another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import DISTRICTS, at
from tests.reports.office import H1, Q2, Office, cover, refusal, rows_written

pytestmark = pytest.mark.usefixtures("plan")

BULK, IMPORTS = "/v1/reports/bulk", "/v1/report-imports/bulk"


def line(unit: str, *covers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return one report of a load."""
    return {"plan": "binh-thuan-2025", "unit": unit, "covers": list(covers or (Q2,))} | more


def imported(unit: str = "593", *covers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return one report that came on paper."""
    proof = {"received_at": "2025-05-20T02:00:00Z", "channel": "paper", "evidence": "Sổ công văn đến số 412"}
    return line(unit, *covers) | proof | more


@pytest.mark.asyncio
async def test_many_reports_come_in_one_load(province: Office) -> None:
    answer = await province.load(BULK, [line(unit) for unit in DISTRICTS])

    body = answer.json()
    assert (answer.status_code, body["made"], body["refused"]) == (200, 3, 0)
    assert len((await province.read("/v1/reports"))["items"]) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("{harbour", "input_invalid"),
        (line("594", cover("r1-quarter", "2025-Q2", {"activities.held": -1})), "figures_invalid"),
        (line("593", H1), "obligation_covered"),
        (line("594", cover("r1-quarter", "2025-Q1")), "obligation_unknown"),
        (line("999"), "unit_unknown"),
    ],
)
async def test_a_broken_line_takes_the_whole_load_with_it_unless_each_stands_alone(
    province: Office, service: Reports, broken: Any, code: str
) -> None:
    lines = [line("593", Q2, H1), broken, line("595")]
    before = await rows_written(service.database)

    all_or_none = await province.load(BULK, lines)

    assert [row["status"] for row in all_or_none.json()["rows"]] == ["fine", "refused", "fine"]
    assert all_or_none.json()["rows"][1]["problem"]["code"] == code
    assert await rows_written(service.database) == before

    each = await province.load(BULK, lines, mode="each")

    assert [row["status"] for row in each.json()["rows"]] == ["made", "refused", "made"]
    assert len((await province.read("/v1/reports"))["items"]) == 2


@pytest.mark.asyncio
async def test_a_dry_run_changes_nothing(province: Office, service: Reports) -> None:
    before = await rows_written(service.database)

    answer = await province.load(BULK, [line("593")], dry_run=True)

    assert (answer.json()["applied"], [row["status"] for row in answer.json()["rows"]]) == (False, ["fine"])
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_report_that_came_on_paper_counts_from_then(province: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-20"))

    answer = await province.load(IMPORTS, [imported()])

    path = f"/v1/reports/{answer.json()['rows'][0]['resource']}"
    (version,) = (await province.read(path))["versions"]
    assert (version["received_at"], version["channel"], version["evidence"]) == (
        "2025-05-20T02:00:00Z",
        "paper",
        "Sổ công văn đến số 412",
    )
    quarter = ("r1-quarter", "2025-Q2", "593")
    assert (await province.statuses())[quarter] == "on_time"
    known_before = await province.statuses(as_of="2025-06-20T01:00:00Z", known_at="2025-06-20T01:00:00Z")
    assert known_before[quarter] == "overdue"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"received_at": "2025-04-18T02:00:01Z"}, "receipt_in_future"),
        ({"received_at": "2025-04-18 02:00"}, "input_invalid"),
        ({"evidence": ""}, "input_invalid"),
        ({"channel": "api"}, "input_invalid"),
    ],
)
async def test_an_import_needs_a_past_receipt_with_proof(
    province: Office, service: Reports, changed: dict[str, str], code: str
) -> None:
    before = await rows_written(service.database)
    # Nine o'clock on 18/4/2025 is now.
    good = imported(received_at="2025-04-18T02:00:00Z")

    answer = await province.load(IMPORTS, [good | changed])

    assert answer.json()["rows"][0]["problem"]["code"] == code
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_an_import_falls_together_by_the_due_instants_in_force_at_its_receipt(
    province: Office, health: Office, clock: SetClock
) -> None:
    listed = (await province.read("/v1/obligations", unit="593", plan="binh-thuan-2025", period="2025-Q2"))["items"]
    path = f"/v1/obligations/{listed[0]['obligation_id']}"
    clock.set(at("2025-06-01"))
    await health.edit("POST", f"{path}/extension", {"last_timely_on": "2025-06-20", "reason": "Lũ lụt"}, of=path)

    before = await province.load(IMPORTS, [imported("593", Q2, H1)], dry_run=True)
    after = await province.load(IMPORTS, [imported("593", Q2, H1, received_at="2025-06-01T02:00:00Z")], dry_run=True)

    assert before.json()["rows"][0]["status"] == "fine"
    assert after.json()["rows"][0]["problem"]["code"] == "obligations_apart"


@pytest.mark.asyncio
async def test_an_import_needs_a_scope_of_its_own(office: Callable[[str], Office]) -> None:
    clerk = office("60")
    clerk.scopes = ("reports:submit", "reports:read", "reports:review")

    assert refusal(await clerk.load(IMPORTS, [imported()])) == (403, "scope_missing")
