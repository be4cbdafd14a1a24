"""Verdicts on promises without a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts.plan import Plan
from kernel.clock import SetClock
from services.reports.wiring import Reports
from tests.reports.builders import a_plan, an_indicator
from tests.reports.office import Office, refusal, rows_written

SUPPORT = an_indicator("support.women", measure={"measure": "narrative"}, area="support")


@pytest.fixture
def plan() -> Plan:
    """A plan that promises support without a number."""
    return a_plan(indicators=[SUPPORT, an_indicator("premises.share")])


def judged(**changed: Any) -> dict[str, Any]:
    """Return a verdict on the province."""
    body = {"plan": "binh-thuan-2025", "indicator": "support.women", "unit": "60", "period": "2025", "met": True}
    return body | {"reason": "Đủ các xã có tổ hỗ trợ."} | changed


async def verdict(office: Office, **query: Any) -> str:
    """Return what is said of the promise."""
    return str((await office.read("/v1/indicators", plan="binh-thuan-2025", **query))["indicators"][0]["verdict"])


@pytest.mark.asyncio
async def test_the_receivers_verdict_counts_from_when_it_is_given(
    health: Office, province: Office, clock: SetClock
) -> None:
    clock.advance(timedelta(days=3))

    answer = await health.create("/v1/judgements", judged())

    assert (answer.status_code, answer.json()["met"]) == (201, True)
    assert await verdict(province) == "met"
    assert await verdict(province, as_of="2025-04-20T00:00:00Z") == "not_judged"


@pytest.mark.asyncio
async def test_a_later_verdict_takes_the_place_of_an_earlier_one(
    health: Office, province: Office, clock: SetClock
) -> None:
    await health.create("/v1/judgements", judged())
    first = clock.now().isoformat()
    clock.advance(timedelta(days=3))

    await health.create("/v1/judgements", judged(met=False, reason="Tổ hỗ trợ đã giải thể."))

    assert [await verdict(province), await verdict(province, as_of=first)] == ["not_met", "met"]


@pytest.mark.asyncio
async def test_a_verdict_that_was_recorded_later_may_be_left_out(
    health: Office, province: Office, clock: SetClock
) -> None:
    clock.advance(timedelta(days=3))
    await health.create("/v1/judgements", judged())
    known_at = "2025-04-20T00:00:00Z"

    assert await verdict(province, as_of="2025-12-31T00:00:00Z", known_at=known_at) == "not_judged"


@pytest.mark.asyncio
async def test_a_verdict_is_on_the_unit_that_it_names(health: Office, province: Office) -> None:
    await health.create("/v1/judgements", judged(unit="593"))

    assert [await verdict(province), await verdict(province, unit="593")] == ["not_judged", "met"]


@pytest.mark.asyncio
async def test_a_verdict_sent_again_is_one(health: Office, service: Reports) -> None:
    first = await health.create("/v1/judgements", judged(), key="danh-gia-7")
    before = await rows_written(service.database)

    again = await health.create("/v1/judgements", judged(), key="danh-gia-7")

    assert again.json() == first.json()
    assert await rows_written(service.database) == before


@pytest.mark.asyncio
async def test_whoever_is_judged_does_not_judge(district: Office, office: Callable[[str], Office]) -> None:
    assert refusal(await district.create("/v1/judgements", judged(unit="593"))) == (403, "unit_outside")
    assert (await office("60").create("/v1/judgements", judged())).status_code == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"indicator": "harbour"}, (404, "indicator_unknown")),
        ({"period": "2025-Q2"}, (404, "indicator_unknown")),
        ({"period": "năm nay"}, (404, "indicator_unknown")),
        ({"indicator": "premises.share"}, (422, "indicator_measured")),
        ({"plan": "harbour-2025"}, (404, "plan_unknown")),
        ({"unit": "999"}, (422, "unit_unknown")),
        ({"reason": ""}, (422, "input_invalid")),
    ],
)
async def test_a_verdict_on_what_is_not_promised_is_refused(
    health: Office, service: Reports, changed: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = await rows_written(service.database)

    assert refusal(await health.create("/v1/judgements", judged(**changed))) == expected
    assert await rows_written(service.database) == before
