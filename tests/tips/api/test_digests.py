"""Every morning says what is stuck: also where nothing is, once, and after an outage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from kernel.clock import SetClock
from kernel.ids import UnitId
from runtime.database import Read
from runtime.watch import Watch
from services.tips.store import running
from services.tips.usecases import digest_tips
from services.tips.usecases.digest_tips import IssueDigests, next_issue
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import CONTENT, Desk

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("nobody_watches")]

NOTHING = dict.fromkeys(("open", "unclassified", "unassigned", "suspended", "unclosed", "near", "late", "unread"), 0)
DAY = timedelta(days=1)


async def issued(service: Tips) -> list[tuple[str, str, int]]:
    """Have the watch look; return the unit, day and number of open tips of every digest that was published."""
    watch = Watch(service.database, next_at=next_issue, act=IssueDigests(service.reference))
    await watch.catch_up()
    await watch.catch_up()
    tree = (await service.reference.view()).tree
    facts = [fact for kind, fact in await published(service.database) if kind == "digest.issued"]
    return [(tree.get(UnitId(UUID(one["unit_id"]))).code, str(one["day"]), one["open"]) for one in facts]


async def followed(desk: Desk, types: list[str] | None = None) -> None:
    """Subscribe for a unit."""
    wanted: dict[str, Any] = {"types": types} if types else {}
    body = {"unit": desk.unit, "url": "http://127.0.0.1:9/su-kien"} | wanted
    headers = desk.headers(Idempotency_Key=f"s-{desk.unit}")
    answer = await desk.client.post("/v1/subscriptions/tips", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


async def test_what_is_stuck_is_counted_by_who_is_responsible(province: Desk, police: Desk, clock: SetClock) -> None:
    late = await province.entered(unit="593")
    clock.advance(timedelta(hours=22))
    near = await province.entered()
    clock.advance(timedelta(hours=21))
    assigned, handled, closed = [await province.entered() for _ in range(3)]
    for tip in (assigned, handled, closed):
        await province.done(tip, "classify", category="feedback")
    await province.done(assigned, "assign", to="60.CA")
    for tip in (handled, closed):
        await province.done(tip, "not_accept", ground="nhầm")
    await province.done(closed, "close")

    all_below = await province.read("/v1/tips/digest")
    of_police = await police.read("/v1/tips/digest")

    assert all_below["now"] == NOTHING | {"open": 4, "unclassified": 2, "unclosed": 1, "near": 1, "late": 1}
    assert [(one["tip_id"], one["reasons"]) for one in all_below["stuck"]] == [
        (late.rpartition("/")[2], ["unclassified", "late"]),
        (near.rpartition("/")[2], ["unclassified", "near"]),
    ]
    assert (of_police["now"], of_police["stuck"]) == (NOTHING | {"open": 1}, [])
    assert refusal(await police.get("/v1/tips/digest", unit="60")) == (403, "unit_outside")


async def test_a_digest_comes_every_morning_whether_or_not_there_is_anything_to_tell(
    desk: Callable[[str], Desk], province: Desk, service: Tips, clock: SetClock
) -> None:
    assert await issued(service) == []
    tip = await province.entered()
    await followed(province)
    await followed(desk("60.CA"), ["vn.lanhmanh.tips.tip.deadline_near.v1"])
    await followed(desk("38"), ["vn.lanhmanh.tips.digest.issued.v1"])
    same_day = await issued(service)
    clock.advance(DAY)
    first = await issued(service)
    await province.done(tip, "classify", category="feedback")
    await province.done(tip, "not_accept", ground="nhầm")
    await province.done(tip, "close")
    clock.advance(9 * DAY)
    later = await issued(service)

    assert same_day == []
    assert sorted(first) == [("38", "2025-04-19", 0), ("60", "2025-04-19", 1), ("VN", "2025-04-19", 1)]
    assert sorted(later[3:]) == [("38", "2025-04-28", 0), ("60", "2025-04-28", 0), ("VN", "2025-04-28", 0)]
    shown = (await province.read("/v1/tips/digest"))["issued"]
    assert [(one["day"], one["open"]) for one in shown] == [("2025-04-28", 0), ("2025-04-19", 1)]


async def test_tips_are_judged_some_at_a_time_while_others_come(
    province: Desk, desk: Callable[[str], Desk], service: Tips, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await province.entered()
    clock.advance(DAY)
    monkeypatch.setattr(running, "_AT_ONCE", 2)
    other, pages, came = desk("38"), list[int](), set[str]()

    async def meanwhile(read: Read, units: Collection[UUID] | None = None) -> AsyncIterator[Sequence[Any]]:
        async for some in running.running_tips(read, units):
            pages.append(len(some))
            async with asyncio.timeout(10):
                came.add(await other.entered())
            yield some

    monkeypatch.setattr(digest_tips, "running_tips", meanwhile)

    (told,) = await issued(service)

    assert told == ("VN", "2025-04-19", 5)
    assert (pages, len(came)) == ([2, 2, 1], 3)


async def test_after_a_merger_its_tips_are_among_those_of_the_heir(
    province: Desk, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    await province.entered()
    clock.set(datetime(2025, 7, 2, 1, tzinfo=UTC))
    await desk("68").entered()

    below = await desk("68").read("/v1/tips/digest")
    beside = await desk("38").read("/v1/tips/digest")

    assert (below["now"]["open"], beside["now"]["open"]) == (2, 0)


async def test_a_morning_begins_at_seven_legal_time(province: Desk, service: Tips, clock: SetClock) -> None:
    await province.entered()
    clock.advance(timedelta(hours=21, minutes=59))
    before = await issued(service)
    clock.advance(timedelta(minutes=1))

    assert (before, [day for _, day, _ in await issued(service)]) == ([], ["2025-04-19"])


async def test_what_an_informant_wrote_is_unread_until_somebody_read_its_last_page(
    client: httpx.AsyncClient, province: Desk, police: Desk, service: Tips, clock: SetClock
) -> None:
    receipt, code = await given(client)
    tip = f"/v1/tips/{receipt['tip_id']}"
    for text in ("Một.", "Hai."):
        await write(client, code, text)
        clock.advance(timedelta(minutes=1))
    shown = await province.read(tip)
    before = await province.read("/v1/tips/digest")
    await issued(service)
    clock.advance(timedelta(hours=3))
    first = await province.read(f"{tip}/messages", limit=1)
    half_read = (await province.read("/v1/tips/digest"))["now"]["unread"]
    await province.read(f"{tip}/messages", limit=1, cursor=first["next_cursor"])
    after = await province.read(tip)

    assert shown["unread_since"] == shown["received_at"]
    assert [one["facts"] for one in shown["history"][1:]] == [{"from": "informant"}]
    assert before["now"] == NOTHING | {"open": 1, "unclassified": 1, "unread": 1}
    assert [one["reasons"] for one in before["stuck"]] == [["unclassified", "unread"]]
    assert (half_read, (await province.read("/v1/tips/digest"))["now"]["unread"]) == (1, 0)
    assert after["unread_since"] is None
    assert after["revision"] > shown["revision"]
    await province.done(tip, "classify", category="feedback")
    assert (await police.read("/v1/tips/digest"))["now"] == NOTHING


async def test_a_message_on_a_closed_tip_is_told_in_the_digest(
    client: httpx.AsyncClient, province: Desk, service: Tips, clock: SetClock
) -> None:
    receipt, code = await given(client)
    tip = f"/v1/tips/{receipt['tip_id']}"
    await province.done(tip, "classify", category="feedback")
    await province.done(tip, "not_accept", ground="nhầm")
    await province.done(tip, "close")
    await write(client, code, "Đèn lại nhấp nháy.")
    await followed(province)
    clock.advance(DAY)
    await issued(service)

    now = await province.read("/v1/tips/digest")
    facts = [fact for kind, fact in await published(service.database) if kind == "digest.issued"]
    await province.read(f"{tip}/messages")

    assert now["now"] == NOTHING | {"unread": 1}
    assert [(one["tip_id"], one["reasons"]) for one in now["stuck"]] == [(receipt["tip_id"], ["unread"])]
    assert [(one["open"], one["unread"]) for one in facts] == [(0, 1), (0, 1)]
    assert (await province.read("/v1/tips/digest"))["now"] == NOTHING


async def given(client: httpx.AsyncClient) -> tuple[dict[str, Any], str]:
    """Give a tip without a name; return its receipt, and the code on it."""
    headers = {"Idempotency-Key": str(uuid4())}
    answer = await client.post("/v1/tips/form", json={"unit": "60", "content": CONTENT}, headers=headers)
    return answer.json(), answer.json()["follow_up_code"]


async def write(client: httpx.AsyncClient, code: str, text: str) -> None:
    """Write to the unit as the informant."""
    headers = {"Follow-Up-Code": code, "Idempotency-Key": str(uuid4())}
    answer = await client.post("/v1/tips/follow-up/messages", json={"text": text}, headers=headers)
    assert answer.status_code == 201, answer.text
