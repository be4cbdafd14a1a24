"""`lanhmanh status` and `GET /v1/compliance/obligations` tell one second from the next."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx

from lanhmanh.api import OPERATE, SCOPES
from tests.journeys.product import Product

LAST_SECOND = "2025-06-14T16:59:59Z"
"""23:59:59 on 14/6/2025 in Viet Nam."""
NEXT_SECOND = "2025-06-14T17:00:00Z"


def obligations(product: Product, as_of: str) -> dict[str, dict[str, Any]]:
    said = product.command("status", "--plan", "binh-thuan-2025", "--as-of", as_of, "--format", "json")
    return {one["obligation_id"]: one for one in json.loads(said)["items"]}


def test_status_differs_in_exactly_what_was_due_before_15_june_without_a_report(product: Product) -> None:
    before, after = obligations(product, LAST_SECOND), obligations(product, NEXT_SECOND)

    changed = {one for one in before if before[one] != after[one]}
    due = datetime.fromisoformat(NEXT_SECOND)
    fell_due = {
        identity
        for identity, one in before.items()
        if one["due_at"] is not None
        and datetime.fromisoformat(one["due_at"]) == due
        and one["first_receipt_at"] is None
        and one["status"] not in {"requested", "excused", "undated"}
    }
    assert before.keys() == after.keys()
    assert changed == fell_due
    assert len(fell_due) > 0
    assert {before[one]["status"] for one in changed} == {"due_soon"}
    assert {after[one]["status"] for one in changed} == {"overdue"}


def test_compliance_over_http_says_the_same_with_another_etag(product: Product) -> None:
    token = product.command("token").decode().strip()
    with httpx.Client(base_url=product.url, headers={"Authorization": f"Bearer {token}"}) as client:
        path, query = "/v1/compliance/obligations", {"plan": "binh-thuan-2025", "limit": "1000"}
        first, second, again = (
            client.get(path, params={**query, "as_of": instant}) for instant in (LAST_SECOND, NEXT_SECOND, NEXT_SECOND)
        )
        unchanged = client.get(
            path, params={**query, "as_of": NEXT_SECOND}, headers={"If-None-Match": again.headers["etag"]}
        )

    assert {one["obligation_id"]: one for one in second.json()["items"]} == obligations(product, NEXT_SECOND)
    assert first.headers["etag"] != second.headers["etag"]
    assert second.headers["etag"] == again.headers["etag"]
    assert unchanged.status_code == 304


def test_every_scope_of_the_command_line_is_one_that_a_route_asks_for(product: Product) -> None:
    document = httpx.get(f"{product.url}/openapi.json").json()
    asked = {
        operation["x-lanhmanh-scope"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "x-lanhmanh-scope" in operation
    }

    operated = {f"{service}:{OPERATE}" for service in SCOPES}
    assert {scope for scopes in SCOPES.values() for scope in scopes} | operated == asked
