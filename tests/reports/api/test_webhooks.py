"""What becomes of a report is told to systems that subscribed for the unit or one above it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kernel.clock import SetClock
from tests.reports.builders import UNIT
from tests.reports.office import H1, Office
from tests.runtime.webhooks.receiver import a_receiver, let_the_library_read

pytestmark = pytest.mark.asyncio


async def test_the_province_hears_of_a_report_of_its_district_and_another_province_does_not(
    office: Callable[[str], Office], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_the_library_read(clock, monkeypatch)
    async with a_receiver() as receiver, a_receiver() as other:
        made = await office("60").create("/v1/subscriptions/reports", {"unit": "60", "url": receiver.url})
        await office("38").create("/v1/subscriptions/reports", {"unit": "38", "url": other.url})
        report = await office("593").reported(H1)
        await office("60.SYT").accept(report)
        submitted, accepted = await receiver.received(2)

    assert [one.said["type"].split(".", 3)[3] for one in (submitted, accepted)] == [
        "report.submitted.v1",
        "report.accepted.v1",
    ]
    assert submitted.is_signed_with(made.json()["secret"])
    assert submitted.said["data"]["unit_id"] == str(UNIT["593"])
    assert report.endswith(submitted.said["data"]["report_id"])
    assert other.got == []
