"""The product in its production shape: every part a process of its own, on PostgreSQL and Kafka."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from lanhmanh.commands.migrate import bring_to_newest
from lanhmanh.services import Name
from tests.journeys.product import PATIENCE_SECONDS, ROOT, Running, part
from tests.servers.postgres import PostgresServer


@pytest.mark.asyncio
async def test_plan_issued_to_plans_is_owed_and_judged_in_reports(
    postgres: PostgresServer, kafka: str, tmp_path: Path
) -> None:
    async with postgres.database() as plans_url, postgres.database() as reports_url:
        await bring_to_newest(Name.PLANS, plans_url)
        await bring_to_newest(Name.REPORTS, reports_url)

        with ExitStack() as stack:
            gateway = _start(stack, {"plans": plans_url, "reports": reports_url}, kafka, tmp_path)

            board = _story(gateway)

    assert board["counts"] == {**board["counts"], "total": 2, "on_time": 1}


def _start(stack: ExitStack, databases: dict[str, str], kafka: str, data: Path) -> Running:
    """Start issuer, services and gateway, and return the gateway."""
    issuer = stack.enter_context(part("serve", "issuer", data=data, environment={}))
    around = {
        "LANHMANH_ISSUER": issuer.url,
        "LANHMANH_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "LANHMANH_KAFKA__REPLICATION": "1",
    }
    upstreams = {}
    for name, url in databases.items():
        service = part("serve", name, data=data, environment={**around, "LANHMANH_DATABASE_URL": url})
        upstreams[name] = stack.enter_context(service).url
    doors = {**around, "LANHMANH_UPSTREAMS": json.dumps(upstreams)}
    return stack.enter_context(part("serve", "gateway", data=data, environment=doors))


def _story(gateway: Running) -> dict[str, Any]:
    """Load units and a plan, send a report, and return the compliance board."""
    gateway.command("units", "load-national", "--bodies", "provinces")
    gateway.command("plan", "load", str(ROOT / "examples" / "walkthrough" / "plan.json"))
    token = gateway.command("token").decode().strip()
    with httpx.Client(base_url=gateway.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        _wait_for_obligations(client)
        report = json.loads((ROOT / "examples" / "walkthrough" / "report.json").read_text(encoding="utf-8"))
        client.post("/v1/reports", json=report, headers={"Idempotency-Key": "by-kafka"}).raise_for_status()
        board: dict[str, Any] = client.get("/v1/compliance", params={"plan": "lam-dong-2026"}).json()
        return board


def _wait_for_obligations(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if client.get("/v1/obligations", params={"plan": "lam-dong-2026"}).is_success:
            return
        time.sleep(0.1)
    raise AssertionError("the event did not arrive")
