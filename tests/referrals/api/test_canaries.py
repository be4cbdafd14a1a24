"""Nothing personal leaves: what is planted in a person, an evidence and a reason is found nowhere in the clear."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import select, text

from runtime.schema import TABLES as RUNTIME_TABLES
from runtime.telemetry import log
from services.referrals.main import create
from services.referrals.store.schema import metadata
from services.referrals.wiring import Referrals
from tests.referrals.builders import a_case
from tests.referrals.office import Office

CANARIES = ("chim-yến-7341", "chim-yến-7342", "chim-yến-7343")
"""In the person, in the evidence of a consent, in the reason of a decision."""


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Every line of the log, down to the least."""
    before = structlog.get_config()
    stream = io.StringIO()
    log.configure(stream, level=0)
    yield stream
    structlog.configure(**before)


def traces(place: str, content: str | bytes) -> list[str]:
    """Return the canaries found in a text or in bytes, as themselves or as JSON escapes them."""
    data = content.encode() if isinstance(content, str) else content
    forms = {one: (one.encode(), json.dumps(one)[1:-1].encode()) for one in CANARIES}
    return [f"{place}: {one}" for one, written in forms.items() if any(form in data for form in written)]


async def traces_in_database(service: Referrals) -> list[str]:
    """Look into every column of every row of every table."""
    found: list[str] = []
    async with service.database.read() as read:
        for table in {*RUNTIME_TABLES, *metadata.sorted_tables}:
            # As it is stored, past the types that decode it.
            for row in (await read.execute(select(text("*")).select_from(table))).all():
                for column, value in row._mapping.items():
                    found += traces(f"{table.name}.{column}", value if isinstance(value, bytes) else str(value))
    return found


async def lived_through(union: Office, station: Office) -> list[str]:
    """Let everything happen in which something personal is sent, and return traces in what was answered."""
    person, evidence, reason = CANARIES
    health = await station.service()
    case = await union.case(person={"tên": person, "ghi chú": [{"nơi ở": person}]})
    need = await union.need(case, positive=None)
    decided = await union.made(f"{case}/needs/{need}/decisions", {"positive": True, "reason": reason})
    consent = await union.consent(case, health, evidence=evidence)
    referral = f"/v1/referrals/{(await union.refer(case, need, health)).json()['referral_id']}"
    shown = [await union.read(case), await station.read(referral), await station.read("/v1/referrals"), decided]
    withdrawn = await union.edit(f"/v1/consents/{consent}/withdraw", version=1)
    opened = await union.read(f"{case}/person")
    assert opened["person"]["tên"] == person
    answers = [json.dumps(one) for one in shown] + [withdrawn.text] + await refused(union, case, need, health)
    return [trace for answer in answers for trace in traces("answer", answer)]


async def refused(union: Office, case: str, need: str, health: str) -> list[str]:
    """Send what cannot be taken, with canaries in every place, and return the problem documents."""
    person, evidence, reason = CANARIES
    wrong: list[tuple[str, Mapping[str, Any]]] = [
        ("/v1/support-cases", a_case(person=[person])),
        ("/v1/support-cases", a_case(person=person)),
        ("/v1/support-cases", a_case(person={"tên": person, person: "\ud800"})),
        ("/v1/support-cases", a_case(person={"tên": person}, group=person)),
        ("/v1/support-cases", a_case(person={"tên": person}, unit=person)),
        ("/v1/support-cases", a_case(person={"tên": person}, họ=person)),
        ("/v1/support-cases", a_case(person={"tên": person + "\0"})),
        ("/v1/support-cases", a_case(person={"tên": person}, holder="15187.CA")),
        (f"{case}/needs", {"kind": person}),
        (f"{case}/needs/{need}/decisions", {"positive": reason, "reason": reason}),
        (f"{case}/needs/{need}/decisions", {"positive": True, "reason": [reason]}),
        (f"{case}/needs/{need}/decisions", {"positive": True, "reason": reason * 1000}),
        (f"{case}/consents", {"service_id": evidence, "evidence": evidence}),
        (f"{case}/consents", {"service_id": health, "evidence": {"x": evidence}, "expires_on": evidence}),
        (f"{case}/consents", {"service_id": health, "evidence": evidence, "purpose": evidence}),
        (f"{case}/consents", {"service_id": health, "evidence": evidence, "expires_on": "2030-01-01"}),
        ("/v1/referrals", {"case_id": person, "need_id": reason, "service_id": evidence}),
    ]
    documents = []
    for number, (path, body) in enumerate(wrong):
        headers = union.headers(Idempotency_Key=f"wrong-{number}") | {"Content-Type": "application/json"}
        # As it stands: escaped, so that also what is no text can be sent.
        for sent in (json.dumps(body).encode(), json.dumps(body).encode()[:-1]):
            answer = await union.client.post(path, content=sent, headers=headers)
            assert 400 <= answer.status_code < 500, (body, answer.text)
            documents.append(answer.text)
    return documents


@pytest.mark.asyncio
async def test_nothing_personal_is_found_in_the_clear_anywhere(
    union: Office, station: Office, service: Referrals, logs: io.StringIO
) -> None:
    # An application of its own around the running service: its metrics are those of these requests alone.
    app = create(service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service.test") as client:
        union.client = station.client = client
        answered = await lived_through(union, station)
        metrics = (await client.get("/metrics")).text

    assert answered == []
    assert await traces_in_database(service) == []
    assert "request" in logs.getvalue()
    assert traces("log", logs.getvalue()) == []
    assert "lanhmanh_requests_total" in metrics
    assert traces("metrics", metrics) == []
    assert traces("openapi", json.dumps(app.openapi())) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "leak",
    [
        "UPDATE support_case SET person = :bytes",
        "UPDATE support_case SET reference = :text",
        "UPDATE consent SET evidence = :bytes",
        "UPDATE eligibility_decision SET reason = :bytes",
        "UPDATE request SET resource = :text",
        "UPDATE unit SET name = :text WHERE code = '15187'",
    ],
)
async def test_a_planted_leak_is_found(union: Office, station: Office, service: Referrals, leak: str) -> None:
    case = await union.case()
    await union.need(case)
    await union.consent(case, await station.service())
    name = "bytes" if ":bytes" in leak else "text"
    value = f"tên: {CANARIES[0]}"

    async def plant(tx: Any) -> None:
        await tx.execute(text(leak), {name: value.encode() if name == "bytes" else value})

    await service.database.write(plant)

    found = await traces_in_database(service)
    assert found
    assert all(one.startswith(leak.split()[1]) for one in found)
