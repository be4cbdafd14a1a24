"""What closed tips say is destroyed when its time is over, unless it is retained; that it was there stays provable."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import make_url, select

from kernel.clock import SetClock
from runtime.database import Database
from runtime.watch import Watch
from services.tips.api import follow_up
from services.tips.store.tips import ContentRow
from services.tips.usecases import destroy_content
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.tips.auditor import exported, found, sealed, trusted_keys
from tests.tips.conftest import a_service
from tests.tips.court import Court
from tests.tips.desk import CONTENT, INFORMANT, Desk, Hotline
from tests.tips.process import body_of

pytestmark = pytest.mark.asyncio

CONTENTS = ContentRow.__table__  # type: ignore[attr-defined]
DAYS = 30
PERIOD = timedelta(days=DAYS)
APPROVED = {"ground": "Phục vụ điều tra vụ án 15/2026", "approver": "Quyết định 12/QĐ-CQĐT"}


@pytest.fixture
def service(database_url: str, clock: SetClock, outbox: Database, tmp_path: Path) -> Tips:
    """The service, where contents are kept for a while."""
    return a_service(database_url, clock, outbox, tmp_path, retention_days=DAYS)


@pytest.fixture
def watch(service: Tips, monkeypatch: pytest.MonkeyPatch) -> Watch[Any]:
    """What destroys contents, when the test asks for it; codes are answered at once."""
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.0)
    watch = service.watches[-1]
    service.watches = ()
    return watch


async def received(hotline: Hotline) -> dict[str, Any]:
    receipt: dict[str, Any] = (await hotline.send({"unit": "60", "content": CONTENT, "informant": INFORMANT})).json()
    return receipt


def path_of(receipt: dict[str, Any]) -> str:
    return f"/v1/tips/{receipt['tip_id']}"


async def closed(province: Desk, receipt: dict[str, Any]) -> str:
    """Handle a tip and close it, and return its path."""
    tip = path_of(receipt)
    await province.done(tip, "classify", category="feedback", note="Đã gọi lại.")
    await province.done(tip, "assign", to="60.CA")
    await province.done(tip, "resolve", outcome="unfounded")
    await province.done(tip, "close")
    return tip


def kinds(shown: Any) -> list[str]:
    return [one["kind"] for one in shown["history"]]


async def test_what_a_closed_tip_says_is_destroyed_when_its_time_is_over_and_not_before(
    watch: Watch[Any], hotline: Hotline, province: Desk, clock: SetClock
) -> None:
    first, second, running = [await received(hotline) for _ in range(3)]
    tip = await closed(province, first)
    closed_at = clock.now()
    clock.advance(timedelta(microseconds=1))
    later = await closed(province, second)

    clock.advance(PERIOD - timedelta(microseconds=2))
    await watch.catch_up()
    assert (await province.read(f"{tip}/content"))["content"] == CONTENT
    assert await watch.next_at() == closed_at + PERIOD

    clock.advance(timedelta(microseconds=1))
    before = (await province.get(tip)).headers["etag"]
    await watch.catch_up()

    assert refusal(await province.get(f"{tip}/content")) == (410, "content_destroyed")
    for other in (later, path_of(running)):
        assert (await province.read(f"{other}/content"))["content"] == CONTENT
    answer = await province.get(tip)
    shown = answer.json()
    assert (kinds(shown)[-1], shown["history"][-1]["facts"]) == ("content_destroyed", {"days": DAYS})
    assert datetime.fromisoformat(shown["history"][-1]["occurred_at"]) == clock.now()
    assert shown["content_destroyed_at"] == shown["history"][-1]["recorded_at"]
    assert datetime.fromisoformat(shown["closed_at"]) == closed_at
    assert answer.headers["etag"] != before
    assert await watch.next_at() == closed_at + PERIOD + timedelta(microseconds=1)


async def test_who_said_it_and_all_that_was_written_on_it_is_gone_too(
    watch: Watch[Any], hotline: Hotline, province: Desk, client: httpx.AsyncClient, clock: SetClock
) -> None:
    receipt = await received(hotline)
    tip, code = path_of(receipt), {"Follow-Up-Code": receipt["follow_up_code"]}
    own = province.headers(Idempotency_Key="message")
    assert (await client.post(f"{tip}/messages", json={"text": "Cảm ơn."}, headers=own)).status_code == 201
    reason = {"reason": "Cần mời người cung cấp tin đến làm việc."}
    asked = await client.post(f"{tip}/disclosures", json=reason, headers=province.headers(Idempotency_Key="ask"))
    decision = f"{tip}/disclosures/{asked.json()['disclosure_id']}/decision"
    await closed(province, receipt)
    clock.advance(PERIOD)
    second = province.tokens.bearer("tips:identity", unit="60", client="second") | {"If-Match": '"1"'}
    assert (await client.post(decision, json={"granted": True}, headers=second)).status_code == 200
    await watch.catch_up()

    gone = (410, "content_destroyed")
    assert refusal(await province.get(f"{tip}/informant")) == gone
    assert refusal(await province.get(f"{tip}/messages")) == gone
    followed = (await client.get("/v1/tips/follow-up", headers=code)).json()
    assert (followed["messages"], followed["number"]) == ([], receipt["number"])
    assert datetime.fromisoformat(followed["content_destroyed_at"]) >= clock.now()
    [disclosure] = await province.read(f"{tip}/disclosures")
    assert (disclosure["reason"], disclosure["granted"]) == (None, True)
    late = {"json": {"text": "Còn một việc."}}
    again = await client.post("/v1/tips/follow-up/messages", headers=code | {"Idempotency-Key": str(uuid4())}, **late)  # type: ignore[arg-type]
    assert refusal(again) == gone
    own = province.headers(Idempotency_Key="late")
    assert refusal(await client.post(f"{tip}/messages", headers=own, **late)) == gone  # type: ignore[arg-type]
    body = await Court().registered(province)
    assert refusal(await province.step(tip, "forward", **body_of("forward", body_id=body))) == gone
    own = province.headers(Idempotency_Key="ask-late")
    assert refusal(await client.post(f"{tip}/disclosures", json=reason, headers=own)) == gone


async def test_the_ledger_and_the_receipt_still_verify(
    watch: Watch[Any], hotline: Hotline, province: Desk, clock: SetClock
) -> None:
    receipts = [await received(hotline) for _ in range(3)]
    head, keys = await sealed(province, "before"), await trusted_keys(province)
    for receipt in receipts[:2]:
        await closed(province, receipt)
    clock.advance(PERIOD)
    await watch.catch_up()
    assert refusal(await province.get(f"{path_of(receipts[0])}/content"))[0] == 410

    assert found(await exported(province), keys=keys, heads=[head], receipts=receipts) == []
    body = {"unit": "60", "content": CONTENT, "informant": INFORMANT}
    assert (await hotline.send(body, message_id="msg_1")).json() == receipts[0]


async def test_it_is_done_in_small_transactions_until_nothing_is_left(
    watch: Watch[Any],
    hotline: Hotline,
    province: Desk,
    service: Tips,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(destroy_content, "BATCH", 1)
    tips = [await closed(province, await received(hotline)) for _ in range(3)]
    clock.advance(PERIOD)

    await watch.catch_up()
    await watch.catch_up()

    stands = [await province.read(tip) for tip in tips]
    assert [kinds(shown).count("content_destroyed") for shown in stands] == [1] * 3
    assert len({shown["content_destroyed_at"] for shown in stands}) == 3
    async with service.database.read() as read:
        assert set((await read.execute(select(CONTENTS.c.key))).scalars()) == {""}


async def test_what_is_still_needed_is_retained_until_it_is_released(
    watch: Watch[Any], hotline: Hotline, province: Desk, clock: SetClock
) -> None:
    tip, before = await closed(province, await received(hotline)), await received(hotline)
    early = path_of(before)
    await province.done(early, "retain", retained=True, **APPROVED)
    await closed(province, before)
    shown = await province.done(tip, "retain", retained=True, **APPROVED)
    assert (kinds(shown)[-1], shown["history"][-1]["facts"]) == ("retain", APPROVED)
    clock.advance(2 * PERIOD)
    await watch.catch_up()

    for one in (tip, early):
        assert (await province.read(f"{one}/content"))["content"] == CONTENT
    own = {**APPROVED, "approver": "harbour-office-7"}
    assert refusal(await province.step(tip, "retain", retained=False, **own)) == (422, "approver_is_actor")
    shown = await province.done(tip, "retain", retained=False, **APPROVED)
    assert (kinds(shown)[-1], shown["retained_at"], shown["state"]) == ("release", None, "closed")
    await watch.catch_up()
    assert refusal(await province.get(f"{tip}/content")) == (410, "content_destroyed")
    assert refusal(await province.step(tip, "retain", retained=True, **APPROVED)) == (410, "content_destroyed")
    assert (await province.read(f"{early}/content"))["content"] == CONTENT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_destroyed_key_is_nowhere_in_the_file_any_more(
    watch: Watch[Any], hotline: Hotline, province: Desk, service: Tips, clock: SetClock
) -> None:
    file = str(make_url(service.database.settings.url).database)
    receipts = [await received(hotline) for _ in range(3)]

    def on_disk(key: str) -> bool:
        """Say whether any part of a key is in the file, once all that was written is there."""
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        secret, there = key.partition(".")[2].encode(), Path(file).read_bytes()
        return any(secret[start : start + 12] in there for start in range(len(secret) - 11))

    async with service.database.read() as read:
        keys = list((await read.execute(select(CONTENTS.c.key))).scalars())
    assert [on_disk(key) for key in keys] == [True] * 3
    for receipt in receipts:
        await closed(province, receipt)
    clock.advance(PERIOD)
    await watch.catch_up()

    assert [on_disk(key) for key in keys] == [False] * 3


async def test_unless_a_period_is_set_nothing_is_ever_destroyed(
    database_url: str, clock: SetClock, outbox: Database, tmp_path: Path, service: Tips
) -> None:
    assert len(a_service(database_url, clock, outbox, tmp_path).watches) == len(service.watches) - 1
