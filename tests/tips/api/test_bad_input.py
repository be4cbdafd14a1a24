"""Whatever comes through whichever door: it becomes one tip that can be read, or is refused before any receipt."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from kernel.clock import SetClock
from runtime.database import Database
from services.tips.store.tips import TipRow
from services.tips.wiring import Tips
from tests.plans_told import Teller
from tests.reports.builders import COUNTRY
from tests.reports.office import refusal
from tests.rig import Tokens
from tests.tips.desk import CONTENT, Desk, Hotline

pytestmark = pytest.mark.asyncio

MEGABYTES = 50
TIP = {"unit": "60", "content": CONTENT}


@dataclass
class Doors:
    """All ways by which a tip comes in."""

    client: httpx.AsyncClient
    desk: Desk
    hotline: Hotline

    async def form(self, body: bytes, key: str, content_type: str = "application/json") -> httpx.Response:
        headers = {"Idempotency-Key": key, "Content-Type": content_type}
        return await self.client.post("/v1/tips/form", content=body, headers=headers)

    async def officer(self, body: bytes, key: str) -> httpx.Response:
        entered = json.dumps({"channel": "phone"} | json.loads(body)).encode()
        headers = self.desk.headers(Idempotency_Key=key, Content_Type="application/json")
        return await self.client.post("/v1/tips", content=entered, headers=headers)

    async def signed(self, body: bytes, key: str) -> httpx.Response:
        return await self.hotline.send(body, message_id=key)

    async def mailbox(self, body: bytes, key: str) -> httpx.Response:
        """Send a mail with a body in it, or as it is."""
        raw = b"Subject: tin\n\n" + body if body.startswith(b"{") else body
        batch = json.dumps({"messages": [b64encode(raw).decode()]}).encode()
        path = f"/v1/tips/mailbox/{self.hotline.name}"
        return await self.client.post(path, content=batch, headers=self.hotline.signed(batch, key))


Door = Callable[[Doors, bytes, str], Awaitable[httpx.Response]]
EVERY_DOOR = pytest.mark.parametrize("door", [Doors.form, Doors.officer, Doors.signed, Doors.mailbox])


def doors_of(client: httpx.AsyncClient, tokens: Tokens, hotline: Hotline) -> Doors:
    return Doors(client, Desk(client, tokens, "VN"), hotline)


@pytest.fixture
def doors(client: httpx.AsyncClient, tokens: Tokens, hotline: Hotline) -> Doors:
    return doors_of(client, tokens, hotline)


def a_tip(**more: Any) -> bytes:
    return json.dumps(TIP | more).encode()


def receipt_in(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    said = answer.json()
    return said["receipts"][0] if "receipts" in said else said


async def count(service: Tips) -> int:
    async with service.database.read() as read:
        counted = select(func.count()).select_from(TipRow.__table__)  # type: ignore[attr-defined]
        return int((await read.execute(counted)).scalar_one())


async def content_of(doors: Doors, receipt: Any) -> Any:
    return await doors.desk.read(f"/v1/tips/{receipt['tip_id']}/content")


@EVERY_DOOR
async def test_twins_make_one_tip(door: Door, doors: Doors, service: Tips) -> None:
    key = str(uuid4())

    answers = await asyncio.gather(*(door(doors, a_tip(), key) for _ in range(6)))

    first, *others = [receipt_in(answer) for answer in answers]
    assert others == [first] * 5
    assert await count(service) == 1


@EVERY_DOOR
@pytest.mark.usefixtures("nobody_watches")
async def test_whoever_did_not_wait_for_the_answer_gets_the_receipt_of_then(
    door: Door, doors: Doors, service: Tips, clock: SetClock
) -> None:
    key, committed = str(uuid4()), service.database.committed
    rings = committed.rings
    asked = asyncio.ensure_future(door(doors, a_tip(), key))
    await committed.after(rings)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    clock.advance(timedelta(minutes=1))

    receipt = receipt_in(await door(doors, a_tip(), key))

    assert receipt["received_at"] == "2025-04-18T02:00:00Z"
    assert await count(service) == 1


@pytest.mark.parametrize("door", [Doors.form, Doors.officer, Doors.signed])
async def test_a_key_that_comes_with_another_body_is_refused(door: Door, doors: Doors, service: Tips) -> None:
    key = str(uuid4())
    await door(doors, a_tip(), key)

    assert refusal(await door(doors, a_tip(informant={"name": "A"}), key)) == (422, "idempotency_key_reused")
    assert await count(service) == 1


async def test_a_mailbox_that_uses_an_id_for_another_batch_loses_no_mail(doors: Doors, service: Tips) -> None:
    first, second = [await doors.mailbox(a_tip(unit=unit), "msg_1") for unit in ("60", "38")]

    assert receipt_in(first) != receipt_in(second)
    assert await count(service) == 2


async def test_webhooks_that_come_in_another_order_and_again_are_each_kept_once(
    hotline: Hotline, clock: SetClock, service: Tips
) -> None:
    bodies = [a_tip(content={"summary": f"Tin {place}"}) for place in range(3)]
    sent = []
    for place, body in enumerate(bodies):
        sent.append((body, hotline.signed(body, f"msg_{place}")))
        clock.advance(timedelta(seconds=30))

    answers = [await hotline.send(body, headers=headers) for body, headers in [*reversed(sent), *sent]]

    receipts = [receipt_in(answer) for answer in answers]
    assert receipts[:3] == receipts[:2:-1]
    assert await count(service) == 3


@pytest.mark.parametrize("timestamp", ["9" * 12, "9" * 30, "9" * 5000, "²", "-1", "1e9", "now"])
async def test_a_timestamp_that_is_none_is_refused_though_it_was_signed(
    timestamp: str, hotline: Hotline, service: Tips
) -> None:
    signed = hmac.digest(b64decode(hotline.secret.removeprefix("whsec_")), f"m.{timestamp}.x".encode(), "sha256")
    headers = {"webhook-id": "m", "webhook-signature": f"v1,{b64encode(signed).decode()}"}

    answer = await hotline.client.post(
        f"/v1/tips/hotline/{hotline.name}",
        content=b"x",
        headers=[*headers.items(), ("webhook-timestamp", timestamp.encode("latin-1"))],  # type: ignore[arg-type]
    )

    assert refusal(answer) == (401, "signature_stale")
    assert await count(service) == 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('"\\ud800"', None),
        ('{"\\ud800": 1}', None),
        ("1e999", None),
        ("NaN", None),
        ("[" * 200 + "]" * 200, None),
        ('{"a":' * 70 + "1" + "}" * 70, None),
        ('["\\ud83d\\ude00", -0.0, ""]', ["😀", -0.0, ""]),
        ("[" * 60 + "]" * 60, json.loads("[" * 60 + "]" * 60)),
    ],
    ids=["half-a-pair", "half-a-key", "infinite", "no-number", "deep", "deep-object", "odd", "nested"],
)
async def test_a_field_that_nobody_foresaw_is_kept_as_it_came_or_refused(
    value: str, written: Any, doors: Doors, service: Tips
) -> None:
    body = a_tip(content={"summary": "x", "more": "?"}).decode().replace('"?"', value)

    answers = [await doors.form(body.encode(), str(uuid4())), await _entered(doors, body)]
    signed = receipt_in(await doors.signed(body.encode(), "msg_1"))

    kept = await content_of(doors, signed)
    if written is None:
        assert [refusal(one) for one in answers] == [(422, "input_invalid")] * 2
        assert b64decode(kept["raw"]) == body.encode()
        assert await count(service) == 1
    else:
        shown = [(await content_of(doors, receipt_in(one)))["content"] for one in answers]
        assert [one["more"] for one in (*shown, kept["content"])] == [written] * 3


async def _entered(doors: Doors, body: str) -> httpx.Response:
    """Enter JSON as it is: Python could not write it."""
    entered = body.replace("{", '{"channel": "phone", ', 1).encode()
    headers = doors.desk.headers(Idempotency_Key="k", Content_Type="application/json")
    return await doors.client.post("/v1/tips", content=entered, headers=headers)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
async def test_the_form_reads_unicode_however_it_is_written(charset: str, doors: Doors) -> None:
    answer = await doors.form(json.dumps(TIP, ensure_ascii=False).encode(charset), str(uuid4()))

    assert (await content_of(doors, receipt_in(answer)))["content"] == CONTENT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"\xff" * 40,
        b"[" * 5000,
        b'{"content": ' + b"9" * 5000 + b"}",
        '{"content": "Đèn"}'.encode("cp1258"),
    ],
    ids=["empty", "zero", "bytes", "deep", "digits", "charset"],
)
async def test_the_form_refuses_what_is_no_json(body: bytes, doors: Doors, service: Tips) -> None:
    assert refusal(await doors.form(body, str(uuid4()))) == (422, "input_invalid")
    assert await count(service) == 0


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "/"]
)
async def test_a_body_that_says_it_is_something_else_is_refused_or_read(content_type: str, doors: Doors) -> None:
    answer = await doors.form(a_tip(), str(uuid4()), content_type)

    assert answer.status_code == 201 or refusal(answer) == (422, "input_invalid")


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: a\nContent-Type: text/plain; charset=utf-7\n\n+2AA-",
        b"Subject: =?utf-7?q?+2AA-?=\n\nx",
        b"Subject: \xff\0\nFrom: \xff\n\n\0\xff",
        b"Subject: a\nContent-Type: text/plain; charset=undefined\n\nx",
        b"From: a\n" + b"Content-Type: message/rfc822\n\n" * 500 + b"Subject: x\n\ny",
        b"From: a\n" + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(500)),
        b"From: a\nX: " + b"y" * 100_000 + b"\n\nz",
    ],
    ids=["half-a-pair", "half-a-subject", "bytes", "no-charset", "letters-in-letters", "parts-in-parts", "long"],
)
async def test_a_mail_that_means_harm_is_a_tip_that_can_be_read(raw: bytes, doors: Doors, service: Tips) -> None:
    receipt = receipt_in(await doors.mailbox(raw, "msg_1"))

    kept = await content_of(doors, receipt)
    assert kept["readable"] or b64decode(kept["raw"]) == raw
    assert await count(service) == 1


async def test_fifty_megabytes_that_reach_the_service_are_a_tip(doors: Doors, service: Tips) -> None:
    receipt_in(await doors.signed(b"x" * MEGABYTES * 1_000_000, "msg_1"))

    assert await count(service) == 1


@pytest.mark.parametrize("door", [Doors.form, Doors.signed, Doors.mailbox])
async def test_before_any_unit_is_known_nothing_is_receipted_and_the_same_request_is_good_later(
    door: Door,
    unknowing: httpx.AsyncClient,
    outbox: Database,
    service: Tips,
    tokens: Tokens,
    clock: SetClock,
    tmp_path: Path,
) -> None:
    doors = doors_of(unknowing, tokens, Hotline.with_secret_in(tmp_path, unknowing, clock))
    body, key = json.dumps({"content": CONTENT}).encode(), str(uuid4())

    too_early = await door(doors, body, key)
    nothing = await count(service)
    await Teller(outbox, service).tell(COUNTRY.first_units())

    assert (refusal(too_early), too_early.headers["retry-after"], nothing) == ((503, "nobody_receives"), "30", 0)
    assert receipt_in(await door(doors, body, key))["unit"] == "VN"


@pytest.mark.parametrize(
    ("door", "refused"), [(Doors.form, "unit_unknown"), (Doors.officer, "unit_unknown"), (Doors.signed, None)]
)
async def test_a_unit_that_nobody_knows_is_named_to_people_and_a_machine_loses_no_tip(
    door: Door, refused: str | None, doors: Doors, service: Tips
) -> None:
    answer = await door(doors, a_tip(unit="99999"), str(uuid4()))

    if refused is None:
        assert receipt_in(answer)["unit"] == "VN"
    else:
        assert refusal(answer) == (422, refused)
    assert await count(service) == (refused is None)


async def test_a_key_that_another_route_took_is_refused(doors: Doors, service: Tips) -> None:
    tip = receipt_in(await doors.officer(a_tip(), "first"))["tip_id"]
    headers = doors.desk.headers(Idempotency_Key="taken")
    await doors.client.post(f"/v1/tips/{tip}/messages", json={"text": "Xin chào."}, headers=headers)

    assert refusal(await doors.officer(a_tip(), "taken")) == (422, "idempotency_key_reused")
    assert await count(service) == 1
