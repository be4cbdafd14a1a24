"""Mails come in as they lay in the mailbox: who sent them is sealed apart, and none is lost or counted twice."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from email.message import EmailMessage
from functools import cache
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.tips.store.tips import InformantRow, TipRow
from services.tips.usecases.seal_tip import SealedPart
from services.tips.wiring import Tips
from tests.tips.desk import Desk, Hotline

pytestmark = pytest.mark.asyncio


@cache
def a_mail(text: str = "Có người lạ ở bến cá.") -> bytes:
    """Return a mail, with the boundary that it once got."""
    mail = EmailMessage()
    mail["From"] = "Người gác đèn <den@example.vn>"
    mail["Subject"] = "Tin về bến cá"
    mail["Date"] = "Mon, 02 Mar 2026 09:05:00 +0700"
    mail.set_content(text)
    mail.add_attachment(b"\x89PNG...", maintype="image", subtype="png", filename="bến.png")
    return mail.as_bytes()


async def send(hotline: Hotline, *mails: bytes, key: str | None = None) -> httpx.Response:
    body = json.dumps({"messages": [b64encode(one).decode() for one in mails]}).encode()
    return await post(hotline, body, key or f"batch-{len(mails)}-{hash(mails)}")


async def post(hotline: Hotline, body: bytes, key: str) -> httpx.Response:
    headers = {"content-type": "application/json"} | hotline.signed(body, key)
    return await hotline.client.post(f"/v1/tips/mailbox/{hotline.name}", content=body, headers=headers)


async def content_of(province: Desk, receipt: Any) -> Any:
    return await province.read(f"/v1/tips/{receipt['tip_id']}/content")


async def test_a_mail_is_a_tip_and_who_sent_it_is_not_in_what_it_says(
    hotline: Hotline, desk: Any, service: Tips
) -> None:
    answer = await send(hotline, a_mail())

    assert answer.status_code == 201, answer.text
    [receipt] = answer.json()["receipts"]
    shown = (await content_of(desk("VN"), receipt))["content"]
    assert (shown["subject"], shown["text"].strip()) == ("Tin về bến cá", "Có người lạ ở bến cá.")
    assert [(one["name"], b64decode(one["data"])) for one in shown["attachments"]] == [("bến.png", b"\x89PNG...")]
    assert "den@example.vn" not in json.dumps(shown)
    async with service.database.read() as read:
        kept = (await read.execute(select(InformantRow.__table__))).one()  # type: ignore[attr-defined]
    part = SealedPart(kept.key, kept.sealed)
    context = f"tips/informant/{receipt['tip_id']}"
    informant = json.loads(service.keys.vault.unwrap(part.key, context).open(part.sealed, context))
    assert "den@example.vn" in informant["headers"]["from"]
    assert b64decode(informant["raw"]) == a_mail()


async def test_a_mail_that_comes_again_in_another_batch_is_one_tip(hotline: Hotline, service: Tips) -> None:
    first = (await send(hotline, a_mail(), a_mail("Khác."), key="one")).json()["receipts"]
    again = (await send(hotline, a_mail("Khác."), a_mail(), a_mail(), key="two")).json()["receipts"]

    assert again == [first[1], first[0], first[0]]
    async with service.database.read() as read:
        tips = select(func.count()).select_from(TipRow.__table__)  # type: ignore[attr-defined]
        assert (await read.execute(tips)).scalar_one() == 2


@pytest.mark.parametrize("raw", [b"", b"\0" * 40, b"no header at all", b"\xff\xfe" * 100])
async def test_what_is_no_mail_is_an_unreadable_tip_with_its_bytes(hotline: Hotline, desk: Any, raw: bytes) -> None:
    [receipt] = (await send(hotline, raw)).json()["receipts"]

    shown = await content_of(desk("VN"), receipt)
    assert (shown["readable"], b64decode(shown["raw"])) == (False, raw)


@pytest.mark.parametrize("body", [b"not json", b"{}", b'{"messages": ["not base64!"]}', b'{"messages": []}'])
async def test_what_is_no_batch_is_an_unreadable_tip_too(hotline: Hotline, desk: Any, body: bytes) -> None:
    [receipt] = (await post(hotline, body, "k")).json()["receipts"]

    shown = await content_of(desk("VN"), receipt)
    assert (shown["readable"], b64decode(shown["raw"])) == (False, body)
