"""Only who holds a secret is heard without a token: bad, old, moved and missing signatures are refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.clock import SetClock
from runtime.webhooks.incoming import SENDERS_FILE, open_senders
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.tips.desk import CONTENT, Desk, Hotline

pytestmark = pytest.mark.asyncio

BODY = json.dumps({"unit": "60", "content": CONTENT}).encode()


async def kept(province: Desk) -> int:
    """Return how many tips there are."""
    return len((await province.read("/v1/tips"))["items"])


async def test_a_body_that_was_changed_is_refused(hotline: Hotline, province: Desk) -> None:
    headers = hotline.signed(BODY, "msg_1")

    answer = await hotline.send(BODY.replace(b"60", b"38"), headers=headers)

    assert refusal(answer) == (401, "signature_invalid")
    assert await kept(province) == 0


async def test_an_id_or_a_timestamp_that_was_changed_is_refused(hotline: Hotline, clock: SetClock) -> None:
    headers = hotline.signed(BODY, "msg_1")
    later = str(int(clock.now().timestamp()) + 1)

    moved = [headers | {"webhook-id": "msg_2"}, headers | {"webhook-timestamp": later}]

    assert [refusal(await hotline.send(BODY, headers=one)) for one in moved] == [(401, "signature_invalid")] * 2


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v1,****", "v1a,AAAA", "v2,AAAA", "v1,é", "v1,AAAA v1,BBBB"], ids=range(8)
)
async def test_what_is_no_signature_is_refused(signature: str, hotline: Hotline) -> None:
    headers = hotline.signed(BODY, "msg_1") | {"webhook-signature": signature}

    status, code = refusal(await hotline.send(BODY, headers=headers))

    assert (status, code) in {(401, "signature_invalid"), (401, "signature_missing")}


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_a_missing_header_is_named(header: str, hotline: Hotline) -> None:
    headers = hotline.signed(BODY, "msg_1")
    del headers[header]

    answer = await hotline.send(BODY, headers=headers)

    assert refusal(answer) == (401, "signature_missing")
    assert header in answer.json()["detail"]


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
async def test_a_signature_that_is_old_or_from_the_future_is_refused(
    off: timedelta, hotline: Hotline, clock: SetClock, province: Desk
) -> None:
    headers = hotline.signed(BODY, "msg_1")
    clock.advance(off)

    assert refusal(await hotline.send(BODY, headers=headers)) == (401, "signature_stale")
    assert await kept(province) == 0


async def test_five_minutes_are_tolerated(hotline: Hotline, clock: SetClock) -> None:
    headers = hotline.signed(BODY, "msg_1")
    clock.advance(timedelta(minutes=5))

    assert (await hotline.send(BODY, headers=headers)).status_code == 201


async def test_a_request_that_is_played_again_gives_no_second_tip(hotline: Hotline, province: Desk) -> None:
    headers = hotline.signed(BODY, "msg_1")

    first, replayed = await hotline.send(BODY, headers=headers), await hotline.send(BODY, headers=headers)

    assert replayed.json() == first.json()
    assert await kept(province) == 1


async def test_an_unknown_sender_is_told_the_same_as_a_wrong_signature(hotline: Hotline) -> None:
    hotline.name = "nobody"

    assert refusal(await hotline.send(BODY)) == (401, "signature_invalid")


async def test_while_a_secret_is_replaced_both_are_good(hotline: Hotline, service: Tips, tmp_path: Path) -> None:
    file = tmp_path / "keys" / SENDERS_FILE
    known = json.loads(file.read_text("utf-8"))
    old, new = known["development"]["secrets"][0], "whsec_" + "A" * 43 + "="
    known["development"]["secrets"] = [new, old]
    file.write_text(json.dumps(known), "utf-8")
    service.senders = open_senders(file)

    with_old = await hotline.send(BODY)
    hotline.secret = new
    with_new = await hotline.send(BODY, message_id="msg_new")

    assert (with_old.status_code, with_new.status_code) == (201, 201)


async def test_an_id_that_is_no_key_is_refused(hotline: Hotline) -> None:
    assert refusal(await hotline.send(BODY, message_id="x" * 201)) == (400, "idempotency_key_invalid")
