"""What the receiver decides on single obligations, and what it asks for beside the periodic ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import at, owed
from tests.reports.office import Q2, Office, refusal, rows_written

pytestmark = pytest.mark.usefixtures("plan")

QUARTER = ("r1-quarter", "2025-Q2", "593")
PATH = f"/v1/obligations/{owed('r1-quarter', '2025-Q2')}"
POLICE = f"/v1/obligations/{owed('r2-half-year', '2025-H1', '60.CA')}"
REASON = {"reason": "Lũ lụt"}
END = "2026-01-01T00:00:00Z"


def until(day: str) -> dict[str, str]:
    """Return a decision on a due day."""
    return REASON | {"last_timely_on": day, "decision": "Công văn 12/SYT"}


@pytest.mark.asyncio
async def test_a_duty_without_a_day_gets_one_and_can_then_be_overdue(health: Office, province: Office) -> None:
    police = ("r2-half-year", "2025-H1", "60.CA")
    assert (await province.statuses(as_of=END))[police] == "undated"

    answer = await health.edit("PUT", f"{POLICE}/due-day", until("2025-06-30"), of=POLICE)

    assert (answer.status_code, answer.json()["due_at"]) == (200, "2025-06-30T17:00:00Z")
    assert answer.headers["etag"] == '"2"'
    last, first = [(await province.statuses(as_of=t))[police] for t in ("2025-06-30T16:59:59Z", "2025-06-30T17:00:00Z")]
    assert (last, first) == ("due_soon", "overdue")


@pytest.mark.asyncio
async def test_an_extension_makes_what_is_overdue_timely_again(
    district: Office, health: Office, province: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-16"))
    assert (await province.statuses())[QUARTER] == "overdue"

    await health.edit("POST", f"{PATH}/extension", until("2025-06-20"), of=PATH)
    await district.reported(Q2)

    assert (await province.statuses())[QUARTER] == "on_time"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("verb", "day", "code"),
    [
        ("extension", "2025-06-14", "not_extended"),
        ("extension", "2025-06-01", "not_extended"),
        ("due-day", "2025-04-17", "due_day_past"),
    ],
)
async def test_a_due_day_lies_ahead_and_an_extension_gives_more_time(
    health: Office, service: Reports, verb: str, day: str, code: str
) -> None:
    before = await rows_written(service.database)

    answer = await health.edit("PUT" if verb == "due-day" else "POST", f"{PATH}/{verb}", until(day), of=PATH)

    assert refusal(answer) == (422, code)
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_an_extension_into_the_past_is_none(health: Office, clock: SetClock) -> None:
    clock.set(at("2025-06-25"))

    assert refusal(await health.edit("POST", f"{PATH}/extension", until("2025-06-20"), of=PATH)) == (
        422,
        "due_day_past",
    )


@pytest.mark.asyncio
async def test_what_has_no_day_is_not_extended(health: Office) -> None:
    answer = await health.edit("POST", f"{POLICE}/extension", until("2025-06-30"), of=POLICE)

    assert refusal(answer) == (422, "not_extended")


@pytest.mark.asyncio
async def test_of_several_due_days_the_latest_decision_binds(health: Office) -> None:
    await health.edit("POST", f"{PATH}/extension", until("2025-06-25"), of=PATH)

    answer = await health.edit("PUT", f"{PATH}/due-day", until("2025-06-18"), of=PATH)

    assert answer.json()["due_at"] == "2025-06-18T17:00:00Z"


@pytest.mark.asyncio
async def test_an_excuse_takes_a_report_out_of_the_rates_until_it_is_lifted(
    health: Office, province: Office, clock: SetClock
) -> None:
    clock.set(at("2025-06-16"))
    await health.edit("POST", f"{PATH}/excuse", REASON, of=PATH)
    excused = await province.read("/v1/compliance", plan="binh-thuan-2025")
    clock.set(at("2025-06-17"))

    lifted = await health.edit("POST", f"{PATH}/excuse/lift", {"reason": "Hết lũ"}, of=PATH)

    assert (excused["counts"]["excused"], excused["counts"]["expected_so_far"]) == (1, 5)
    assert lifted.status_code == 200
    assert (await province.statuses())[QUARTER] == "overdue"
    assert (await province.statuses(as_of="2025-06-16T12:00:00Z"))[QUARTER] == "excused"


@pytest.mark.asyncio
async def test_an_excuse_that_is_not_in_force_is_not_lifted(health: Office) -> None:
    assert refusal(await health.edit("POST", f"{PATH}/excuse/lift", REASON, of=PATH)) == (409, "excuse_unknown")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("verb", "body"), [("extension", until("2025-06-20")), ("excuse", REASON), ("excuse/lift", REASON)]
)
async def test_a_decision_names_what_it_was_made_from(health: Office, verb: str, body: dict[str, str]) -> None:
    without = await health.client.post(f"{PATH}/{verb}", json=body, headers=health.headers())
    stale = await health.edit("POST", f"{PATH}/{verb}", body, etag='"7"')

    assert (refusal(without), refusal(stale)) == ((428, "if_match_missing"), (412, "version_outdated"))


@pytest.mark.asyncio
async def test_an_obligation_that_is_not_there_is_not_found(health: Office) -> None:
    answer = await health.get("/v1/obligations/019ee2c1-9d00-7d38-9e87-5ed40c6065e7")

    assert refusal(answer) == (404, "obligation_unknown")


def request(**changed: Any) -> dict[str, Any]:
    """Return a request for one report more, of two districts."""
    asked = {"plan": "binh-thuan-2025", "rule": "r4-ad-hoc", "title": "Kiểm tra cơ sở dịp lễ", "units": ["593", "594"]}
    return asked | changed


@pytest.mark.asyncio
async def test_an_ad_hoc_request_is_owed_by_whom_it_asks_by_its_own_day(health: Office, province: Office) -> None:
    answer = await health.create("/v1/report-requests", request(last_timely_on="2025-04-30"))

    period = f"ad_hoc:{answer.json()['request_id']}"
    asked = [one for one in await province.obligations(as_of=END) if one["rule"] == "r4-ad-hoc"]
    assert [(one["unit"]["code"], one["period"], one["due_at"], one["status"], one["title"]) for one in asked] == [
        (unit, period, "2025-04-30T17:00:00Z", "overdue", "Kiểm tra cơ sở dịp lễ") for unit in ("593", "594")
    ]
    before = await province.statuses(as_of="2025-04-18T01:59:59Z")
    assert ("r4-ad-hoc", period, "593") not in before


@pytest.mark.asyncio
async def test_a_request_without_units_asks_all_reporters_and_without_a_day_is_undated(
    health: Office, province: Office
) -> None:
    await health.create("/v1/report-requests", request(units=[]))

    asked = {key[2]: status for key, status in (await province.statuses()).items() if key[0] == "r4-ad-hoc"}
    assert asked == dict.fromkeys(("593", "594", "595"), "undated")


@pytest.mark.asyncio
async def test_a_request_is_answered_by_a_report(district: Office, health: Office, province: Office) -> None:
    made = await health.create("/v1/report-requests", request(last_timely_on="2025-04-30"))
    period = f"ad_hoc:{made.json()['request_id']}"

    await district.reported({"rule": "r4-ad-hoc", "period": period, "figures": {"premises.total": 12}})

    assert (await province.statuses())["r4-ad-hoc", period, "593"] == "on_time"


@pytest.mark.asyncio
async def test_a_request_sent_again_asks_once(health: Office, province: Office) -> None:
    first = await health.create("/v1/report-requests", request(), key="cv-12-syt")

    again = await health.create("/v1/report-requests", request(), key="cv-12-syt")

    assert again.json() == first.json()
    assert [rule for rule, _, _ in await province.statuses()].count("r4-ad-hoc") == 2


@pytest.mark.asyncio
async def test_a_unit_opens_a_flash_report_of_its_own(office: Callable[[str], Office], province: Office) -> None:
    flash = request(rule="r5-flash", title="Vụ việc nóng", units=["60.CA"])

    assert (await office("60.CA").create("/v1/report-requests", flash)).status_code == 201
    assert ("r5-flash", "60.CA") in {(rule, unit) for rule, _, unit in await province.statuses()}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"rule": "r1-quarter"}, (422, "rule_unfit")),
        ({"rule": "harbour"}, (422, "rule_unfit")),
        ({"units": ["60.CA"]}, (422, "reporter_unfit")),
        ({"units": ["999"]}, (422, "unit_unknown")),
        ({"last_timely_on": "2025-04-17"}, (422, "due_day_past")),
        ({"plan": "harbour-2025"}, (404, "plan_unknown")),
    ],
)
async def test_a_request_that_the_plan_does_not_provide_for_is_refused(
    health: Office, service: Reports, changed: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = await rows_written(service.database)

    assert refusal(await health.create("/v1/report-requests", request(**changed))) == expected
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_a_unit_does_not_ask_itself_or_others_for_an_ad_hoc_report(district: Office) -> None:
    answer = await district.create("/v1/report-requests", request(units=["593"]))

    assert refusal(answer) == (403, "unit_outside")
