"""Who gave a tip is shown for a reason, after a second person agreed, for a while; and the informant sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from kernel.clock import SetClock
from runtime.database import Write
from services.tips.api import follow_up
from services.tips.store.readings import ReadingRow, readings_with_chain
from services.tips.store.told import ledger_with_tips
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.tips.desk import CONTENT, INFORMANT, SCOPES, Desk, Hotline

pytestmark = pytest.mark.asyncio

READING = ReadingRow.__table__  # type: ignore[attr-defined]
REASON = "Cần mời người cung cấp tin đến làm việc."


@pytest.fixture
def second(client: httpx.AsyncClient, province: Desk) -> Callable[..., Any]:
    """Another person of the province, who decides."""

    async def decide(path: str, *, tag: str = '"1"', client_id: str = "second", **body: Any) -> httpx.Response:
        headers = province.tokens.bearer(*SCOPES, unit="60", client=client_id)
        return await client.post(path, json={"granted": True} | body, headers=headers | {"If-Match": tag})

    return decide


async def asked(province: Desk, tip: str, key: str = "ask-1") -> httpx.Response:
    headers = province.headers(Idempotency_Key=key)
    return await province.client.post(f"{tip}/disclosures", json={"reason": REASON}, headers=headers)


async def test_the_informant_is_shown_after_a_second_person_agreed_and_sees_that_it_happened(
    hotline: Hotline, province: Desk, second: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.0)
    receipt = (await hotline.send({"unit": "60", "content": CONTENT, "informant": INFORMANT})).json()
    tip = f"/v1/tips/{receipt['tip_id']}"
    before = await province.get(f"{tip}/informant")
    request = (await asked(province, tip)).json()
    undecided = await province.get(f"{tip}/informant")
    decided = await second(f"{tip}/disclosures/{request['disclosure_id']}/decision", hours=2)
    shown = await province.read(f"{tip}/informant")

    assert refusal(before) == refusal(undecided) == (403, "disclosure_needed")
    assert (decided.status_code, decided.json()["decided_by"], decided.json()["reason"]) == (200, "second", REASON)
    assert shown["informant"] == INFORMANT
    code = {"Follow-Up-Code": receipt["follow_up_code"]}
    followed = (await province.client.get("/v1/tips/follow-up", headers=code)).json()
    assert [one["by_unit"] for one in followed["informant_seen"]] == ["60"]
    stands = await province.read(tip)
    assert [one["kind"] for one in stands["history"]] == ["received", "disclosure_asked", "disclosure_decided"]
    assert REASON not in str(stands)


async def test_it_is_shown_to_who_asked_alone_and_only_for_as_long_as_was_granted(
    province: Desk, second: Callable[..., Any], clock: SetClock, client: httpx.AsyncClient
) -> None:
    tip = await province.entered(informant=INFORMANT)
    request = (await asked(province, tip)).json()
    await second(f"{tip}/disclosures/{request['disclosure_id']}/decision", hours=2)

    other = await client.get(f"{tip}/informant", headers=province.tokens.bearer(*SCOPES, unit="60", client="other"))
    clock.advance(timedelta(hours=2) - timedelta(microseconds=1))
    at_the_end = await province.get(f"{tip}/informant")
    clock.advance(timedelta(microseconds=1))
    after = await province.get(f"{tip}/informant")

    assert refusal(other) == refusal(after) == (403, "disclosure_needed")
    assert at_the_end.status_code == 200


async def test_nobody_decides_for_themselves_or_twice_and_a_refusal_shows_nothing(
    province: Desk, second: Callable[..., Any]
) -> None:
    tip = await province.entered(informant=INFORMANT)
    first, other = [(await asked(province, tip, key)).json()["disclosure_id"] for key in ("ask-1", "ask-2")]
    decision = f"{tip}/disclosures/{first}/decision"

    own = await province.client.post(decision, json={"granted": True}, headers=province.headers(If_Match='"1"'))
    refused = await second(decision, granted=False)
    again = await second(decision, tag='"2"')

    assert refusal(own) == (403, "second_person_needed")
    assert (refused.json()["granted"], refused.json()["expires_at"]) == (False, None)
    assert refusal(again) == (409, "disclosure_decided")
    assert refusal(await province.get(f"{tip}/informant")) == (403, "disclosure_needed")
    assert [one["granted"] for one in await province.read(f"{tip}/disclosures")] == [False, None]
    assert other != first


async def test_where_nobody_is_known_there_is_nobody_to_show(province: Desk, desk: Callable[[str], Desk]) -> None:
    tip = await province.entered()

    assert refusal(await asked(province, tip)) == (404, "informant_unknown")
    assert refusal(await asked(desk("38"), tip)) == (403, "unit_outside")


async def test_every_look_is_in_a_log_that_names_what_was_taken_out_or_changed(province: Desk, service: Tips) -> None:
    tip = await province.entered(informant=INFORMANT)
    for _ in range(3):
        await province.read(f"{tip}/content")
    await province.read(f"{tip}/messages")

    log = (await province.read("/v1/tips/readings"))["items"]
    assert [(one["entry"], one["kind"]) for one in log] == [
        (1, "content"),
        (2, "content"),
        (3, "content"),
        (4, "messages"),
    ]
    assert await broken(service) == []
    async with service.database.read() as read:
        assert (await ledger_with_tips(read)).missing_count == 0

    async def change(tx: Write) -> None:
        await tx.execute(update(READING).where(READING.c.entry == 2).values(client="somebody else"))

    await service.database.write(change)
    assert await broken(service) == ["2"]

    async def take(tx: Write) -> None:
        await tx.execute(delete(READING).where(READING.c.entry.in_([2, 4])))

    await service.database.write(take)
    assert await broken(service) == ["2", "3", "4"]


async def broken(service: Tips) -> list[str]:
    async with service.database.read() as read:
        return [one.key for one in (await readings_with_chain(read)).missing]
