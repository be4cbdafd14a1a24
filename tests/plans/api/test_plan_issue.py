"""A plan on its way from draft to issue, as callers see it."""

from __future__ import annotations

import httpx
import pytest

from services.plans.wiring import Plans
from tests.plans.builders import a_plan
from tests.rig import Tokens, published


@pytest.mark.asyncio
async def test_an_issued_plan_is_told_to_the_other_services_with_every_unit_resolved(
    settled: httpx.AsyncClient, tokens: Tokens, service: Plans
) -> None:
    writer = tokens.bearer("plans:write", unit="60")
    await settled.post("/v1/plans", json=a_plan(), headers=writer | {"Idempotency-Key": "k1"})

    answer = await settled.post("/v1/plans/binh-thuan-2025/issue", headers=writer | {"If-Match": '"1"'})

    assert answer.status_code == 200, answer.text
    fact, event = (await published(service.database))[-1]
    assert fact == "plan.issued"
    assert event["plan"]["slug"] == "binh-thuan-2025"
    assert event["occurred_at"] == "2025-04-18T02:00:00Z"
    assert event["plan"] == answer.json()["plan"]
    assert len(event["plan"]["rules"][0]["reporter_ids"]) == 3
