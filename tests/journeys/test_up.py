"""The product as one process: stopped by Ctrl-C, killed, and started again on the same data."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.journeys.product import ROOT, Running, up


def boards(running: Running) -> tuple[bytes, bytes]:
    """Return both boards of a plan at an instant that is over."""
    asked = ("--plan", "binh-thuan-2025", "--as-of", "2025-12-31T00:00:00Z", "--format", "csv")
    return running.command("status", *asked), running.command("indicators", *asked)


def test_ctrl_c_stops_it_cleanly_and_the_next_start_finds_the_same_data(tmp_path: Path) -> None:
    with up(tmp_path / "data") as first:
        at_first = boards(first)
        assert first.stop() == 0

    with up(tmp_path / "data") as second:
        assert boards(second) == at_first


def test_first_start_prints_address_token_and_boards(product: Running) -> None:
    said = (product.data / "up.out").read_text(encoding="utf-8")

    assert product.url in said
    assert "lanhmanh token" in said
    assert "Báo cáo theo binh-thuan-2025" in said
    assert "Báo cáo theo kim-tan-2026" in said


def test_acknowledged_writes_and_their_events_survive_a_kill(tmp_path: Path) -> None:
    draft = json.loads((ROOT / "examples" / "walkthrough" / "plan.json").read_text(encoding="utf-8"))
    with up(tmp_path / "data", "--no-examples") as first:
        first.command("units", "load-national", "--bodies", "provinces")
        token = first.command("token").decode().strip()
        with httpx.Client(base_url=first.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
            client.post("/v1/plans", json=draft, headers={"Idempotency-Key": "before-the-kill"}).raise_for_status()
            issued = client.post("/v1/plans/lam-dong-2026/issue", headers={"If-Match": '"1"'})
        first.kill()

    with up(tmp_path / "data") as second:
        plan = json.loads(second.command("status", "--plan", "lam-dong-2026", "--format", "json"))

    assert issued.status_code == 200
    assert plan["counts"]["total"] == 2


def test_documents_work_offline(product: Running) -> None:
    page = httpx.get(f"{product.url}/docs")
    document = httpx.get(f"{product.url}/openapi.json").json()

    assert page.status_code == 200
    assert "https://" not in page.text
    assert {"/v1/plans", "/v1/reports", "/v1/compliance", "/v1/units", "/token"} <= document["paths"].keys()
