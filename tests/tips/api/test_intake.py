"""Tips come in: kept, numbered, receipted, whoever brings them and whatever they say."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import select

from kernel.clock import SetClock
from runtime.database.outbox import outbox
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import CONTENT, INFORMANT, Desk, Hotline

pytestmark = pytest.mark.asyncio


async def test_a_signed_tip_is_kept_numbered_and_published_without_a_word_of_it(
    hotline: Hotline, province: Desk, service: Tips
) -> None:
    answer = await hotline.send({"unit": "60", "content": CONTENT, "informant": INFORMANT})

    receipt = answer.json()
    assert (answer.status_code, receipt["number"], receipt["unit"]) == (201, "TB-60-2025-000001", "60")
    shown = await province.read(f"/v1/tips/{receipt['tip_id']}")
    assert (shown["channel"], shown["state"], shown["readable"]) == ("hotline", "received", True)
    assert [fact for fact, _ in await published(service.database)] == ["tip.received"]
    assert "Kê Gà" not in json.dumps(await published(service.database), ensure_ascii=False)


async def test_anyone_can_check_a_receipt_with_the_public_key(hotline: Hotline, client: httpx.AsyncClient) -> None:
    receipt = (await hotline.send({"unit": "60", "content": CONTENT})).json()

    keys = (await client.get("/v1/tips/receipt-keys")).json()["keys"]
    key = OKPKey.import_key(next(key for key in keys if key["kid"] == receipt["key_id"]))
    key.public_key.verify(b64decode(receipt["signature"]), receipt["statement"].encode())  # type: ignore[union-attr]
    said = json.loads(receipt["statement"])
    assert (said["number"], said["unit"], said["leaf"]) == (receipt["number"], "60", receipt["leaf"])
    assert not any("d" in key for key in keys)


async def test_numbers_are_dense_for_each_unit_and_year(hotline: Hotline, clock: SetClock) -> None:
    clock.set(datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC))  # 23:59:59 in Viet Nam
    first = [(await hotline.send({"unit": unit, "content": CONTENT})).json()["number"] for unit in ("68", "68", "38")]
    clock.advance(timedelta(seconds=1))
    second = (await hotline.send({"unit": "68", "content": CONTENT})).json()["number"]

    assert first == ["TB-68-2025-000001", "TB-68-2025-000002", "TB-38-2025-000001"]
    assert second == "TB-68-2026-000001"


async def test_many_at_once_share_transactions_and_every_one_has_its_own_number(
    hotline: Hotline, service: Tips
) -> None:
    async with service.database.read() as read:
        before = (await read.newest()).number

    answers = await asyncio.gather(*(hotline.send({"unit": "60", "content": CONTENT}) for _ in range(40)))

    async with service.database.read() as read:
        transactions = (await read.newest()).number - before
    numbers = sorted(answer.json()["number"] for answer in answers)
    assert numbers == [f"TB-60-2025-{place:06d}" for place in range(1, 41)]
    assert transactions < 40


async def test_each_tip_of_a_batch_carries_the_trace_of_its_own_request(hotline: Hotline, service: Tips) -> None:
    body = json.dumps({"unit": "60", "content": CONTENT}).encode()
    traces = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 21)]
    headers = [hotline.signed(body, f"msg_{trace}") | {"traceparent": trace} for trace in traces]

    answers = await asyncio.gather(*(hotline.send(body, headers=own) for own in headers))

    async with service.database.read() as read:
        told = {row.key: row.traceparent for row in (await read.execute(select(outbox))).all()}
    assert told == {answer.json()["tip_id"]: trace for answer, trace in zip(answers, traces, strict=True)}


async def test_a_retry_gets_the_very_same_receipt_and_makes_no_second_tip(
    hotline: Hotline, province: Desk, clock: SetClock
) -> None:
    body = {"unit": "60", "content": CONTENT}
    first = await hotline.send(body, message_id="msg_harbour")
    clock.advance(timedelta(days=40))

    again = await hotline.send(body, message_id="msg_harbour")

    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert again.json() == first.json()
    assert len((await province.read("/v1/tips"))["items"]) == 1


async def test_twins_in_one_batch_make_one_tip(hotline: Hotline, province: Desk) -> None:
    body = {"unit": "60", "content": CONTENT}

    answers = await asyncio.gather(*(hotline.send(body, message_id="msg_twin") for _ in range(8)))

    assert len({answer.json()["tip_id"] for answer in answers}) == 1
    assert len((await province.read("/v1/tips"))["items"]) == 1


async def test_the_same_id_with_another_body_is_refused_and_the_first_tip_stays(
    hotline: Hotline, province: Desk
) -> None:
    await hotline.send({"unit": "60", "content": CONTENT}, message_id="msg_harbour")

    other = await hotline.send({"unit": "60", "content": CONTENT | {"place": "Hòn Dấu"}}, message_id="msg_harbour")

    assert refusal(other) == (422, "idempotency_key_reused")
    assert len((await province.read("/v1/tips"))["items"]) == 1


async def test_conflicting_twins_in_one_batch_get_each_their_answer(hotline: Hotline) -> None:
    bodies = [{"unit": "60", "content": CONTENT | {"place": place}} for place in ("Kê Gà", "Hòn Dấu")]

    answers = await asyncio.gather(*(hotline.send(body, message_id="msg_twin") for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [201, 422]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'{"content": {"summary": "',
        b'{"content": {}}',
        b'{"content": {"summary": "x"}, "unexpected": 1}',
        b'{"unit": "99999", "content": {"summary": "a unit that nobody knows"}}',
        b'{"content": {"summary": "zero \\u0000 byte"}, "unit": 7}',
        b"[" * 5000,
        "Tin nhắn không phải JSON".encode(),
    ],
    ids=["empty", "text", "torn", "no-summary", "more", "unknown-unit", "wrong-type", "deep", "words"],
)
async def test_what_is_authentic_but_cannot_be_read_is_a_tip_all_the_same(
    body: bytes, hotline: Hotline, desk: Callable[[str], Desk]
) -> None:
    answer = await hotline.send(body)

    assert answer.status_code == 201
    assert answer.json()["number"] == "TB-VN-2025-000001"
    tip = f"/v1/tips/{answer.json()['tip_id']}"
    country = desk("VN")
    assert (await country.read(tip))["readable"] is False
    assert b64decode((await country.read(f"{tip}/content"))["raw"]) == body


async def test_bytes_that_are_no_text_are_kept_as_they_came(
    hotline: Hotline, desk: Callable[[str], Desk], clock: SetClock
) -> None:
    raw = bytes(range(256))
    headers = signed_by_hand(hotline, raw, clock)

    answer = await hotline.send(raw, headers=headers)

    shown = await desk("VN").read(f"/v1/tips/{answer.json()['tip_id']}/content")
    assert b64decode(shown["raw"]) == raw


def signed_by_hand(hotline: Hotline, raw: bytes, clock: SetClock) -> dict[str, str]:
    """Sign bytes that the official library cannot take, as the standard says."""
    timestamp = str(int(clock.now().timestamp()))
    key = b64decode(hotline.secret.removeprefix("whsec_"))
    signature = hmac.digest(key, f"msg_raw.{timestamp}.".encode() + raw, "sha256")
    return {
        "webhook-id": "msg_raw",
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


async def test_fields_that_nobody_foresaw_are_kept(hotline: Hotline, province: Desk) -> None:
    answer = await hotline.send({"unit": "60", "content": CONTENT | {"call_seconds": 212}})

    shown = await province.read(f"/v1/tips/{answer.json()['tip_id']}/content")
    assert shown["content"] == CONTENT | {"call_seconds": 212}


async def test_a_sender_whose_unit_is_gone_reaches_who_bears_its_duties(hotline: Hotline, clock: SetClock) -> None:
    clock.set(datetime(2025, 8, 1, 2, 0, tzinfo=UTC))

    answer = await hotline.send({"unit": "60", "content": CONTENT})

    assert answer.json()["unit"] == "68"


async def test_before_any_unit_is_known_a_sender_is_told_to_send_again(
    unknowing: httpx.AsyncClient, clock: SetClock, tmp_path: Any
) -> None:
    hotline = Hotline.with_secret_in(tmp_path, unknowing, clock)

    answer = await hotline.send({"content": CONTENT})

    assert refusal(answer) == (503, "nobody_receives")
    assert answer.headers["retry-after"] == "30"


async def test_an_officer_enters_a_tip_for_the_own_units_only(province: Desk) -> None:
    own = await province.enter(unit="593", channel="letter", informant=INFORMANT)
    other = await province.enter(unit="38")
    unknown = await province.enter(unit="99999")
    wrong = await province.enter(content={"place": "nowhere"})

    assert (own.status_code, own.json()["number"]) == (201, "TB-593-2025-000001")
    assert refusal(other) == (403, "unit_outside")
    assert refusal(unknown) == (422, "unit_unknown")
    assert refusal(wrong) == (422, "input_invalid")
    assert [tip["number"] for tip in (await province.read("/v1/tips"))["items"]] == ["TB-593-2025-000001"]


async def test_an_officer_who_sends_twice_gets_the_first_receipt(province: Desk) -> None:
    first, again = await province.enter(key="harbour"), await province.enter(key="harbour")
    other = await province.enter(key="harbour", channel="phone")

    assert first.json() == again.json()
    assert refusal(other) == (422, "idempotency_key_reused")


async def test_refusals_are_counted_by_their_code(hotline: Hotline, service: Tips) -> None:
    await hotline.send({"content": CONTENT}, headers={})

    counted = service.metrics.registry.get_sample_value(
        "lanhmanh_refusals_total", {"service": "tips", "code": "signature_missing"}
    )
    assert counted == 1
