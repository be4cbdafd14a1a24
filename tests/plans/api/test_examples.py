"""The example files, loaded as `lanhmanh` loads them: the whole country, its standing bodies, and every plan."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from fastapi.encoders import jsonable_encoder

from contracts.plan import Plan
from kernel.clock import SetClock
from lanhmanh.national import bodies_decision, national_decision
from services.plans.wiring import Plans
from tests.examples.example_files import SLUGS, UNIT_FILES, issued_plan, read
from tests.rig import Tokens, published


@pytest.fixture
def clock() -> SetClock:
    """After the day from which the youngest of the plans binds."""
    return SetClock(datetime(2026, 6, 20, 2, 0, tzinfo=UTC))


# On one database: it takes long, and the statements are those of every other test.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.asyncio
async def test_the_whole_country_and_every_plan_are_taken_in_as_the_files_are(
    client: httpx.AsyncClient, tokens: Tokens, service: Plans
) -> None:
    loads = [national_decision(), bodies_decision("all"), *(read(f"units/{name}.yaml") for name in UNIT_FILES)]
    headers = tokens.bearer("plans:units", "plans:write", unit="VN")
    changed = []
    for number, load in enumerate(loads):
        key = {"Idempotency-Key": f"load-{number}"}
        answer = await client.post("/v1/unit-decisions", json=jsonable_encoder(load), headers=headers | key)
        assert answer.status_code == 201, answer.text
        changed.append(answer.json()["units"])
    for slug in SLUGS:
        key = {"Idempotency-Key": f"plan-{slug}"}
        draft = jsonable_encoder(read(f"plans/{slug}.yaml"))
        answer = await client.post("/v1/plans", json=draft, headers=headers | key)
        assert answer.status_code == 201, answer.text
        answer = await client.post(f"/v1/plans/{slug}/issue", headers=headers | {"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text

    # What the template made already is left out of the files that state it again; ten units turn out to be older.
    assert changed == [3356, 12 * 3355, 25, 22 + 1, 6 + 1, 51 + 10]
    facts = await published(service.database)
    parts = [data for fact, data in facts if fact == "units.changed"]
    assert max(len(part["units"]) for part in parts) == 500
    for told in (data["plan"] for fact, data in facts if fact == "plan.issued"):
        expected = issued_plan(told["slug"])
        assert Plan.model_validate(told | {"plan_id": expected.plan_id}) == expected
