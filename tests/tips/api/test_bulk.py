"""Many tips at once, notices of villages, and senders that sign with a key of their own."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.clock import SetClock
from runtime.webhooks.incoming import open_senders
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.desk import CONTENT, Desk

pytestmark = pytest.mark.asyncio


async def load(desk: Desk, lines: list[Any], *, key: str = "load-1", **query: Any) -> httpx.Response:
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines).encode()
    headers = desk.headers(Idempotency_Key=key, Content_Type="application/x-ndjson")
    return await desk.client.post("/v1/tips/bulk", content=body, params=query, headers=headers)


def a_line(**more: Any) -> dict[str, Any]:
    return {"unit": "60", "channel": "letter", "content": CONTENT} | more


async def test_each_line_is_kept_or_refused_for_itself_and_a_repeated_load_makes_nothing_new(
    province: Desk, service: Tips
) -> None:
    lines = [a_line(), "not json", a_line(unit="38"), a_line(unit="99"), a_line(channel="visitor")]

    first, again = (await load(province, lines)).json(), (await load(province, lines)).json()

    assert [row["status"] for row in first["rows"]] == ["made", "refused", "refused", "refused", "made"]
    codes = [row["problem"]["code"] for row in first["rows"] if row["problem"] is not None]
    assert codes == ["input_invalid", "unit_outside", "unit_unknown"]
    assert again == first
    assert [fact for fact, _ in await published(service.database)] == ["tip.received"] * 2


async def test_a_line_that_changed_under_its_key_is_refused_alone(province: Desk) -> None:
    await load(province, [a_line(), a_line()])

    again = (await load(province, [a_line(), a_line(channel="visitor")])).json()

    assert [row["status"] for row in again["rows"]] == ["made", "refused"]
    assert again["rows"][1]["problem"]["code"] == "idempotency_key_reused"


async def test_a_dry_run_keeps_nothing(province: Desk, service: Tips) -> None:
    checked = (await load(province, [a_line(), "{}"], dry_run=True)).json()

    assert [row["status"] for row in checked["rows"]] == ["fine", "refused"]
    assert await published(service.database) == []


async def test_a_village_gives_notice_to_a_unit_above_it_and_to_no_other(desk: Callable[[str], Desk]) -> None:
    village = desk("593")

    notice = await village.enter(unit="60", channel="village")
    elsewhere = await village.enter(unit="38", channel="village")
    as_officer = await village.enter(unit="60", channel="visitor")

    assert (notice.status_code, notice.json()["number"]) == (201, "TB-60-2025-000001")
    assert refusal(elsewhere) == (403, "unit_outside")
    assert refusal(as_officer) == (403, "unit_outside")


def signed(key: Ed25519PrivateKey, body: bytes, clock: SetClock) -> dict[str, str]:
    timestamp = str(int(clock.now().timestamp()))
    signature = b64encode(key.sign(f"msg_1.{timestamp}.".encode() + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,AAAA v1a,{signature}"}


async def test_a_sender_signs_with_a_key_of_its_own_and_with_the_next_one_while_it_is_replaced(
    client: httpx.AsyncClient, service: Tips, clock: SetClock, tmp_path: Path
) -> None:
    old, new, other = (Ed25519PrivateKey.generate() for _ in range(3))
    known = [f"whpk_{b64encode(key.public_key().public_bytes_raw()).decode()}" for key in (old, new)]
    file = tmp_path / "senders-with-keys.json"
    file.write_text(json.dumps({"portal": {"secrets": known, "unit": "60"}}))
    file.chmod(0o600)
    service.senders = open_senders(file)
    body = json.dumps({"content": CONTENT}).encode()

    answers = [
        await client.post("/v1/tips/hotline/portal", content=body, headers=signed(key, body, clock))
        for key in (old, new, other)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["unit"] == "60"
