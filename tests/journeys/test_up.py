"""The product as one process: stopped by Ctrl-C, and started again on the same data."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.product import LANHMANH, PATIENCE_SECONDS, ROOT, Product, Running, up


def boards(running: Running) -> tuple[bytes, bytes]:
    """Return both boards of a plan at an instant that is over."""
    asked = ("--plan", "lam-dong-2026", "--as-of", "2026-11-01T00:00:00Z", "--format", "csv")
    return running.command("status", *asked), running.command("indicators", *asked)


def test_ctrl_c_stops_it_cleanly_and_the_next_start_finds_the_same_data(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--no-examples") as first:
        first.command("units", "load-national", "--bodies", "provinces")
        first.command("plan", "load", str(ROOT / "examples" / "walkthrough" / "plan.json"))
        wait_until_known(first)
        at_first = boards(first)
        assert first.stop() == 0

    with up(tmp_path / "data") as second:
        assert boards(second) == at_first


def wait_until_known(running: Running) -> None:
    """Wait until reports has heard of the plan."""
    until = time.monotonic() + PATIENCE_SECONDS
    while b"items" not in subprocess.run(
        [LANHMANH, "status", "--plan", "lam-dong-2026", "--format", "json"],
        env=running.environment(), check=False, capture_output=True,
    ).stdout:  # fmt: skip
        assert time.monotonic() < until, "the event did not arrive"


@pytest.mark.parametrize("shape", ["product", "cluster"])
def test_first_start_prints_address_token_and_both_boards_of_all_five_plans(
    shape: str, request: pytest.FixtureRequest
) -> None:
    running: Product = request.getfixturevalue(shape)
    said = (running.data.parent / "server.log").read_text(encoding="utf-8")

    assert running.url in said
    assert "lanhmanh token" in said
    plans = ["binh-luc-2022", "binh-thuan-2025", "kim-tan-2026", "nghe-an-2024", "quy-chau-2025"]
    for plan in plans:
        assert f"Báo cáo theo {plan}" in said
        assert f"Chỉ tiêu của {plan}" in said
    (loaded,) = re.findall(r"Báo cáo, tin, hỗ trợ .* (\d+)/(\d+)", said)
    assert loaded[0] == loaded[1]


def test_tips_and_support_of_the_examples_are_judged_from_events(product: Product) -> None:
    found = {plan: judged(product, plan) for plan in ("binh-thuan-2025", "nghe-an-2024", "quy-chau-2025")}

    assert {plan: one["support.served"]["verdict"] for plan, one in found.items()} == {
        "binh-thuan-2025": "met",
        "nghe-an-2024": "not_met",
        "quy-chau-2025": "suppressed",
    }
    assert found["binh-thuan-2025"]["support.served"]["value"] == {"n": 20, "d": 30}
    assert found["quy-chau-2025"]["support.served"]["value"] == {"n": None, "d": None}
    counted = {plan: sum(one["tips.handled-in-time"]["tips"].values()) for plan, one in found.items()}
    assert counted == {"binh-thuan-2025": 24, "nghe-an-2024": 14, "quy-chau-2025": 6}


def judged(product: Product, plan: str) -> dict[str, Any]:
    """Return the indicators of a plan by their codes, at the end of 2025."""
    asked = ("--plan", plan, "--as-of", "2025-12-31T00:00:00Z", "--format", "json")
    return {one["code"]: one for one in json.loads(product.command("indicators", *asked))["indicators"]}


def test_alarms_of_the_examples_were_raised_when_they_fell_due_to_those_who_owed(product: Product) -> None:
    token = product.command("token").decode().strip()
    asked = httpx.get(f"{product.url}/v1/alarms", params={"limit": 1000}, headers={"Authorization": f"Bearer {token}"})
    raised = asked.json()["items"]

    assert {(one["kind"], one["step"]) for one in raised} == {
        ("due_soon", 0), ("overdue", 0), ("escalated", 1), ("escalated", 2)
    }  # fmt: skip
    # A microsecond each where several are written down at one instant.
    assert {one["alarm_id"]: one["raised_at"][:19] for one in raised} == {
        one["alarm_id"]: one["fell_at"][:19] for one in raised
    }
    late = {one["obligation_id"] for one in raised if one["kind"] == "overdue"}
    assert {one["obligation_id"] for one in raised if one["kind"] == "escalated"} <= late


def test_documents_work_offline(product: Product) -> None:
    page = httpx.get(f"{product.url}/docs")
    document = httpx.get(f"{product.url}/openapi.json").json()

    assert page.status_code == 200
    assert "https://" not in page.text
    paths = {"/v1/plans", "/v1/reports", "/v1/compliance", "/v1/units", "/v1/tips", "/v1/referrals", "/token"}
    assert paths <= document["paths"].keys()
