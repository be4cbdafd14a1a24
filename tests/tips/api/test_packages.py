"""A tip is forwarded to a body outside: sealed, signed, with the receipt, and with nothing of who gave the tip."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete

from kernel.clock import SetClock
from lanhmanh.ledger_check import check_receipt
from lanhmanh.package_open import Unopened, findings, opened
from runtime.database import Write
from runtime.telemetry import log
from services.tips.api import follow_up
from services.tips.store.tips import ContentRow, InformantRow
from services.tips.wiring import Tips
from tests.reports.office import refusal
from tests.rig import published
from tests.tips.api.test_informants import everything
from tests.tips.auditor import sealed, trusted_keys
from tests.tips.court import NAME, Court
from tests.tips.desk import SCOPES, Desk, Hotline
from tests.tips.process import body_of

pytestmark = pytest.mark.asyncio

TEXT = "Ngọn đèn nhấp nháy mỗi tối, theo người đi biển."
GROUND = "TTLT 01/2017, Điều 8.2"
TOLD, KNOWN = "chim-yến-7341", "chim-yến-7342"
"""Canaries in what a tip says, and in who said it."""
CONTENTS, INFORMANTS = ContentRow.__table__, InformantRow.__table__  # type: ignore[attr-defined]


@pytest.fixture
def court() -> Court:
    return Court()


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Every line of the log, down to the least."""
    before = structlog.get_config()
    stream = io.StringIO()
    log.configure(stream, level=0)
    yield stream
    structlog.configure(**before)


async def received(hotline: Hotline, province: Desk, category: str = "crime_report") -> dict[str, Any]:
    """Receive a tip with canaries in it, classify it, and return the receipt."""
    said = {"content": {"summary": TOLD, "place": TOLD}, "informant": {"name": KNOWN, "phone": KNOWN}}
    receipt: dict[str, Any] = (await hotline.send({"unit": "60", **said})).json()
    await province.done(path_of(receipt), "classify", category=category)
    return receipt


def path_of(receipt: dict[str, Any]) -> str:
    return f"/v1/tips/{receipt['tip_id']}"


async def forward(desk: Desk, tip: str, body_id: str, **more: Any) -> httpx.Response:
    return await desk.step(tip, "forward", **{"body_id": body_id, "text": TEXT, "ground": GROUND} | more)


async def forwarded(desk: Desk, tip: str, body_id: str) -> Any:
    return await desk.done(tip, "forward", body_id=body_id, text=TEXT, ground=GROUND)


async def test_the_body_reads_the_officers_words_and_checks_the_receipt_against_the_ledger(
    hotline: Hotline, province: Desk, police: Desk, court: Court, clock: SetClock
) -> None:
    receipt = await received(hotline, province)
    tip, body_id = path_of(receipt), await court.registered(province)
    await province.done(tip, "assign", to="60.CA")

    package = await forwarded(police, tip, body_id)

    keys = await trusted_keys(province)
    inside = opened(package, court.key)
    assert list(findings(inside, court.key, keys)) == []
    said = dict(inside.said)
    proof_of_receipt = said.pop("receipt")
    assert datetime.fromisoformat(said.pop("received_at")) == datetime.fromisoformat(receipt["received_at"])
    assert datetime.fromisoformat(said.pop("forwarded_at")) == clock.now()
    assert said == {
        "package": "tips",
        "key": package["key"],
        "number": receipt["number"],
        "unit": "60",
        "category": "crime_report",
        "text": TEXT,
        "ground": GROUND,
        "forwarded_by": "60.CA",
    }
    told = {name: value for name, value in receipt.items() if name not in {"follow_up_code", "received_at"}}
    assert {name: value for name, value in proof_of_receipt.items() if name != "received_at"} == told
    await sealed(province, "head")
    proof = await province.read("/v1/tips/ledger/inclusion", tip_id=receipt["tip_id"])
    assert check_receipt(proof_of_receipt, proof, keys) == []


async def test_nobody_else_opens_it_and_not_as_that_of_another_tip(
    hotline: Hotline, province: Desk, court: Court
) -> None:
    tip = path_of(await received(hotline, province))
    package = await forwarded(province, tip, await court.registered(province))

    changed = bytearray(b64decode(package["sealed"]))
    changed[40] ^= 1
    for other, key in (
        (package, X25519PrivateKey.generate()),
        (package | {"number": "TB-60-2025-000002"}, court.key),
        (package | {"sealed": b64encode(changed).decode()}, court.key),
    ):
        with pytest.raises(Unopened):
            opened(other, key)


async def test_what_somebody_else_sealed_to_the_body_is_found_out(
    hotline: Hotline, province: Desk, court: Court
) -> None:
    receipt = await received(hotline, province)
    first, second = await court.registered(province), await Court().registered(province)
    keys = await trusted_keys(province)
    inside = opened(await forwarded(province, path_of(receipt), first), court.key)
    await forwarded(province, path_of(receipt), second)

    forged = inside._replace(signed={**inside.signed, "statement": json.dumps({**inside.said, "text": "Khác."})})
    another_thing = inside._replace(signed=receipt, said=json.loads(receipt["statement"]))
    assert [one.partition(":")[0] for one in findings(forged, court.key, keys)] == ["package_signature_broken"]
    assert [one.partition(":")[0] for one in findings(another_thing, court.key, keys)] == ["package_signature_broken"]
    assert [one.partition(":")[0] for one in findings(inside, court.key, {})] == ["package_signature_broken"]
    passed_on = findings(inside, X25519PrivateKey.generate(), keys)
    assert [one.partition(":")[0] for one in passed_on] == ["package_for_another"]


async def test_neither_the_informant_nor_the_tips_own_words_are_in_it_for_they_are_not_even_read(
    hotline: Hotline, province: Desk, court: Court, service: Tips
) -> None:
    receipt = await received(hotline, province)
    body_id = await court.registered(province)
    inside = opened(await forwarded(province, path_of(receipt), body_id), court.key)

    said = json.dumps([inside.signed, inside.said], ensure_ascii=False)
    for secret in (TOLD, KNOWN, receipt["follow_up_code"], receipt["follow_up_code"].replace("-", "")):
        assert secret not in said

    async def take(tx: Write) -> None:
        for table in (CONTENTS, INFORMANTS):
            await tx.execute(delete(table))

    await service.database.write(take)
    assert court.read(await forwarded(province, path_of(receipt), body_id))["text"] == TEXT


async def test_no_word_of_it_is_kept_told_logged_or_repeated_in_a_refusal(
    hotline: Hotline, province: Desk, court: Court, service: Tips, logs: io.StringIO
) -> None:
    receipt = await received(hotline, province)
    tip, body_id = path_of(receipt), await court.registered(province)
    canary = "chim-yến-7343"

    package = await forward(province, tip, body_id, text=canary)
    refused = [
        await forward(province, tip, body_id, text=canary * 2000),
        await forward(province, tip, canary, text=canary),
        await forward(province, tip, "01890a5d-ac96-774b-bcce-b302099a8057", text=canary),
        await forward(province, tip, body_id, text=canary, more=canary),
    ]

    assert court.read(package.json())["text"] == canary
    assert [one.status_code for one in refused] == [422, 422, 404, 422]
    kept = await everything(service)
    told = str(await published(service.database))
    for place in (kept, told.encode(), logs.getvalue().encode(), *(one.content for one in (package, *refused))):
        assert all(form not in place for form in (canary.encode(), json.dumps(canary)[1:-1].encode()))
    assert b64decode(package.json()["sealed"]) not in kept


async def test_what_is_kept_is_who_sent_which_package_where_on_what_ground(
    hotline: Hotline, province: Desk, court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up, "ANSWER_SECONDS", 0.0)
    receipt = await received(hotline, province)
    tip, body_id = path_of(receipt), await court.registered(province)
    before = await province.read(tip)

    package = await forwarded(province, tip, body_id)

    assert package["digest"] == sha256(b64decode(package["sealed"])).hexdigest()
    shown = await province.read(tip)
    happened = shown["history"][-1]
    assert (happened["kind"], happened["by"]) == ("forward", "60")
    assert happened["facts"] == {"body": NAME, "body_id": body_id, "ground": GROUND, "package": package["digest"]}
    same = ("state", "responsible", "due_at", "deadlines", "handled_at", "late")
    assert {name: shown[name] for name in same} == {name: before[name] for name in same}
    assert shown["readings"] == before["readings"] + 1
    [reading] = (await province.read("/v1/tips/readings"))["items"]
    assert (reading["kind"], reading["client"]) == ("package", "harbour-office-7")
    code = {"Follow-Up-Code": receipt["follow_up_code"]}
    followed = (await province.client.get("/v1/tips/follow-up", headers=code)).json()
    assert followed["forwarded"] == [{"forwarded_at": happened["occurred_at"], "body": NAME}]


async def test_a_package_that_was_made_twice_is_two_packages(hotline: Hotline, province: Desk, court: Court) -> None:
    tip, body_id = path_of(await received(hotline, province)), await court.registered(province)
    tag = (await province.get(tip)).headers["etag"]

    first, second = [await forwarded(province, tip, body_id) for _ in range(2)]
    body = {"body_id": body_id, "text": TEXT, "ground": GROUND}
    again = await province.client.post(f"{tip}/packages", json=body, headers=province.headers(If_Match=tag))

    assert first["digest"] != second["digest"]
    assert refusal(again) == (412, "version_outdated")
    packages = [one["facts"]["package"] for one in (await province.read(tip))["history"] if one["kind"] == "forward"]
    assert packages == [first["digest"], second["digest"]]


async def test_the_body_is_one_that_the_responsible_unit_or_one_above_it_vouches_for(
    hotline: Hotline, province: Desk, desk: Callable[[str], Desk], court: Court
) -> None:
    tip = path_of(await received(hotline, province))
    country = desk("VN")
    above, below, elsewhere = [await court.registered(country, unit=unit) for unit in ("VN", "593", "38")]

    assert (await forward(province, tip, above)).status_code == 200
    for other in (below, elsewhere):
        assert refusal(await forward(country, tip, other)) == (404, "body_unknown")


async def test_nothing_is_sealed_to_a_revoked_key(hotline: Hotline, province: Desk, court: Court) -> None:
    tip, body_id = path_of(await received(hotline, province)), await court.registered(province)
    own = province.headers(If_Match='"1"')
    assert (await province.client.post(f"/v1/tips/bodies/{body_id}/revoke", headers=own)).status_code == 200

    refused = await forward(province, tip, body_id)

    assert refusal(refused) == (409, "body_revoked")
    assert NAME in refused.json()["detail"]
    assert (await province.read(tip))["readings"] == 0


async def test_nothing_is_sealed_to_a_key_that_the_unit_or_one_above_it_revoked_whoever_else_vouches_for_it(
    hotline: Hotline, province: Desk, desk: Callable[[str], Desk], court: Court
) -> None:
    tip, country = path_of(await received(hotline, province)), desk("VN")
    own, above, below = [await court.registered(country, unit=unit) for unit in ("60", "VN", "593")]

    async def revoked(body_id: str) -> None:
        headers = country.headers(If_Match='"1"')
        assert (await country.client.post(f"/v1/tips/bodies/{body_id}/revoke", headers=headers)).status_code == 200

    await revoked(below)
    assert (await forward(province, tip, own)).status_code == 200
    await revoked(own)
    assert refusal(await forward(province, tip, above)) == (409, "body_revoked")

    another = Court()
    own, above = [await another.registered(country, unit=unit) for unit in ("60", "VN")]
    await revoked(above)
    assert refusal(await forward(province, tip, own)) == (409, "body_revoked")


async def test_only_who_reads_contents_for_the_responsible_unit_forwards(
    hotline: Hotline, province: Desk, desk: Callable[[str], Desk], court: Court
) -> None:
    tip, body_id = path_of(await received(hotline, province)), await court.registered(desk("VN"))
    others = [scope for scope in SCOPES if scope != "tips:content"]
    body = {"body_id": body_id, "text": TEXT, "ground": GROUND}

    async def asked(*scopes: str, unit: str) -> tuple[int, str]:
        headers = province.tokens.bearer(*scopes, unit=unit) | {"If-Match": "*"}
        return refusal(await province.client.post(f"{tip}/packages", json=body, headers=headers))

    assert await asked(*others, unit="60") == (403, "scope_missing")
    for unit in ("60.CA", "38"):
        assert await asked(*SCOPES, unit=unit) == (403, "unit_outside")


async def test_it_is_forwarded_while_it_can_be_handed_over_or_was_and_not_else(province: Desk, court: Court) -> None:
    tip, body_id = await province.entered(), await court.registered(province)
    unclassified = await forward(province, tip, body_id)
    await province.done(tip, "classify", category="feedback")
    first = await forwarded(province, tip, body_id)
    handed = await province.done(tip, "hand_over", **body_of("hand_over", package=first["digest"]))
    later = await forward(province, tip, body_id)
    await province.done(tip, "close")
    closed = await forward(province, tip, body_id)

    assert refusal(unclassified) == refusal(closed) == (409, "transition_illegal")
    assert "classify" in unclassified.json()["mend"]
    assert (handed["history"][-1]["facts"]["package"], later.status_code) == (first["digest"], 200)


async def test_a_handover_names_no_package_but_one_of_this_tip(province: Desk, court: Court) -> None:
    tip, other, body_id = await province.entered(), await province.entered(), await court.registered(province)
    for one in (tip, other):
        await province.done(one, "classify", category="feedback")
    elsewhere = await forwarded(province, other, body_id)

    refused = await province.step(tip, "hand_over", **body_of("hand_over", package=elsewhere["digest"]))

    assert refusal(refused) == (422, "package_unknown")
    assert "package" not in (await province.done(tip, "hand_over", **body_of("hand_over")))["history"][-1]["facts"]
