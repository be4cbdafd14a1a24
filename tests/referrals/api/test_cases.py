"""Cases, and who sees the person in them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from kernel.clock import SetClock, as_utc
from services.referrals.store.cases import CaseRow, readings_of
from services.referrals.wiring import Referrals
from tests.referrals.builders import a_case, a_service, at
from tests.referrals.office import Office, refusal


async def readings(service: Referrals, case: str) -> list[Any]:
    async with service.database.read() as read:
        return await readings_of(read, UUID(case.rpartition("/")[2]))


@pytest.mark.asyncio
async def test_a_case_is_shown_with_its_needs_and_consents_and_without_the_person(
    union: Office, station: Office
) -> None:
    case = await union.case()
    need, undecided = await union.need(case), await union.need(case, "legal", positive=None)
    consent = await union.consent(case, await station.service())

    shown = await union.read(case)

    assert (shown["group"], shown["unit"], shown["holder"]) == ("woman_at_high_risk", "15187", "15187.HPN")
    assert [(one["need_id"], one["name"]) for one in shown["needs"]] == [
        (need, "Điều trị ARV"),
        (undecided, "Trợ giúp pháp lý"),
    ]
    assert [one["decision"] and one["decision"]["positive"] for one in shown["needs"]] == [True, None]
    assert [(one["consent_id"], one["version"]) for one in shown["consents"]] == [(consent, 1)]
    assert "person" not in shown


@pytest.mark.asyncio
async def test_each_reading_of_a_person_is_written_down(union: Office, service: Referrals, clock: SetClock) -> None:
    case = await union.case()
    clock.set(at("2025-04-20"))

    first = await union.read(f"{case}/person")
    await union.read(f"{case}/person")

    assert first["person"] == {"tên": "Bến cảng 7"}
    seen = await readings(service, case)
    assert [(one.client, one.occurred_at) for one in seen] == [("office-15187.HPN", as_utc(at("2025-04-20")))] * 2


@pytest.mark.asyncio
async def test_a_reading_is_written_down_before_the_seal_is_opened(union: Office, service: Referrals) -> None:
    case, other = await union.case(), await union.case()
    ids = [UUID(one.rpartition("/")[2]) for one in (case, other)]
    table: Any = CaseRow.__table__  # type: ignore[attr-defined]

    async def exchange(tx: Any) -> None:
        async with service.database.read() as read:
            sealed = (await read.execute(table.select().where(table.c.id == ids[1]))).one().person
        await tx.execute(update(table).where(table.c.id == ids[0]).values(person=sealed))

    await service.database.write(exchange)

    answer = await union.get(f"{case}/person")

    assert refusal(answer) == (500, "seal_broken")
    assert len(await readings(service, case)) == 1


@pytest.mark.asyncio
async def test_an_anonymous_case_has_no_person(union: Office) -> None:
    case = await union.case(person=None)

    assert (await union.read(f"{case}/person"))["person"] is None


@pytest.mark.asyncio
@pytest.mark.parametrize("person", [["x"], "x", {"x": "\ud800"}, {"\ud800": 1}, {"x": float("nan")}])
async def test_a_person_is_a_json_object_and_a_refusal_names_no_field_of_it(union: Office, person: Any) -> None:
    body = json.dumps(a_case(person=person)).encode()
    headers = union.headers(Idempotency_Key="harbour-7") | {"Content-Type": "application/json"}

    answer = await union.client.post("/v1/support-cases", content=body, headers=headers)

    assert refusal(answer) == (422, "input_invalid")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/person"]


@pytest.mark.asyncio
async def test_a_repeated_request_opens_one_case(union: Office, clock: SetClock) -> None:
    first = await union.create("/v1/support-cases", a_case(), key="harbour-7")
    clock.advance(timedelta(days=1))
    again = await union.create("/v1/support-cases", a_case(), key="harbour-7")
    other = await union.create("/v1/support-cases", a_case(person={}), key="harbour-7")

    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(other) == (422, "idempotency_key_reused")


@pytest.mark.asyncio
async def test_a_case_is_kept_by_a_unit_of_the_caller_and_read_by_whoever_stands_above(
    union: Office, station: Office, commune: Office, neighbour: Office
) -> None:
    case = await union.case()

    assert refusal(await station.create("/v1/support-cases", a_case())) == (403, "unit_outside")
    assert (await commune.get(case)).status_code == 200
    for path in (case, f"{case}/person"):
        assert refusal(await neighbour.get(path)) == (403, "unit_outside")
    assert refusal(await neighbour.create(f"{case}/needs", {"kind": "arv"})) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_a_service_is_registered_for_the_callers_unit_and_listed(station: Office, neighbour: Office) -> None:
    service = await station.service(confidential_location=True, needs=["arv", "arv", "condoms"])

    (shown,) = (await neighbour.read("/v1/support-services"))["items"]
    followed = await neighbour.read("/v1/support-services", after=0)

    assert {name: shown[name] for name in ("service_id", "provider", "needs", "confidential_location")} == {
        "service_id": service,
        "provider": "15187.YT",
        "needs": ["arv", "condoms"],
        "confidential_location": True,
    }
    assert followed["items"] == [shown]
    assert refusal(await neighbour.create("/v1/support-services", a_service())) == (403, "unit_outside")


@pytest.mark.asyncio
async def test_what_is_not_there_is_not_found(union: Office, station: Office) -> None:
    nothing = "019ee2c1-9d00-7d38-9e87-5ed40c6065e7"
    case = await union.case()

    answers = [
        await union.get(f"/v1/support-cases/{nothing}"),
        await union.create(f"{case}/needs/{nothing}/decisions", {"positive": True, "reason": "x"}),
        await union.create(f"{case}/consents", {"service_id": nothing, "evidence": "x"}),
        await union.edit(f"/v1/consents/{nothing}/withdraw", version=1),
        await station.get(f"/v1/referrals/{nothing}"),
    ]

    assert [refusal(answer) for answer in answers] == [
        (404, "case_unknown"),
        (404, "need_unknown"),
        (404, "support_service_unknown"),
        (404, "consent_unknown"),
        (404, "referral_unknown"),
    ]
