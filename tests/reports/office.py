"""Offices that call reports for their unit, and plans, which tells it of units and plans."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from contracts.events.plans import PlanAmended, PlanIssued
from contracts.plan import Plan
from kernel.clock import Clock
from runtime.database import Database
from services.reports.store.schema import metadata
from tests.plans_told import Teller, count_rows
from tests.rig import Tokens

SCOPES = ("reports:read", "reports:submit", "reports:review", "reports:import", "reports:subscribe")


@dataclass
class PlansOffice(Teller):
    """Plans, which issues and amends. Tips and referrals tell through its outbox too."""

    clock: Clock

    async def issue(self, plan: Plan, occurred_at: datetime | None = None) -> Plan:
        """Tell that a plan was issued, by default now."""
        await self.tell(PlanIssued(plan=plan, occurred_at=occurred_at or self.clock.now()))
        return plan

    async def amend(self, plan: Plan, **changed: Any) -> Plan:
        """Tell that a plan was amended now; by default its next version takes effect today."""
        content = plan.model_dump(mode="json") | {"version": plan.version + 1, "decision": "Quyết định 7/QĐ-UBND"}
        amended = Plan.model_validate(content | changed)
        await self.tell(PlanAmended(plan=amended, occurred_at=self.clock.now()))
        return amended


async def rows_written(database: Database) -> dict[str, int]:
    """Return how many rows each table of the service has."""
    return {table.name: await count_rows(database, table) for table in metadata.sorted_tables}


def cover(rule: str, period: str, figures: Mapping[str, Any] | None = None, *, nil: bool = False) -> dict[str, Any]:
    """Return the part of a report that is for one obligation; without figures it confirms that nothing happened."""
    return {"rule": rule, "period": period, "figures": dict(figures or {}), "nil": nil or not figures}


Q2 = cover("r1-quarter", "2025-Q2", {"activities.held": 5})
H1 = cover("r1-half-year", "2025-H1", {"activities.held": 9})


@dataclass
class Office:
    """An office that talks to the service for its unit. It asks for a new token with every call."""

    client: httpx.AsyncClient
    tokens: Tokens
    unit: str
    scopes: tuple[str, ...] = SCOPES
    _numbers = itertools.count(1)

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of a call."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return self.tokens.bearer(*self.scopes, unit=self.unit, client=f"office-{self.unit}") | named

    async def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Read something; what is None in the query is left out."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return await self.client.get(path, params=given or None, headers=self.headers(**headers))

    async def read(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = await self.get(path, query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> httpx.Response:
        """Create something under a key, by default a new one."""
        own = self.headers(Idempotency_Key=key or f"harbour-{next(self._numbers)}", **headers)
        return await self.client.post(path, json=body, headers=own)

    async def load(self, path: str, lines: Iterable[Any], *, key: str | None = None, **query: Any) -> httpx.Response:
        """Send many lines; those that are texts go as they are."""
        body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        own = self.headers(Idempotency_Key=key or f"harbour-{next(self._numbers)}")
        return await self.client.post(path, content=body.encode(), params=query or None, headers=own)

    async def edit(
        self, method: str, path: str, body: Any = None, *, of: str | None = None, etag: str | None = None
    ) -> httpx.Response:
        """Change something as it was read just now, or with the ETag that is given."""
        tag = etag or (await self.get(of or path)).headers["etag"]
        return await self.client.request(method, path, json=body, headers=self.headers(If_Match=tag))

    async def report(
        self, *covers: dict[str, Any], unit: str | None = None, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send a report for the own unit, or for one whose duties it bears."""
        body = {"plan": "binh-thuan-2025", "unit": unit or self.unit, "covers": covers} | more
        return await self.create("/v1/reports", body, key=key)

    async def reported(self, *covers: dict[str, Any], **more: Any) -> str:
        """Send a report that is received, and return its path."""
        answer = await self.report(*covers, **more)
        assert answer.status_code == 201, answer.text
        return f"/v1/reports/{answer.json()['report_id']}"

    async def review(self, report: str, verb: str, **body: Any) -> httpx.Response:
        """Return or accept a report."""
        return await self.edit("POST", f"{report}/{verb}", body or None, of=report)

    async def accept(self, report: str) -> None:
        """Accept a report."""
        answer = await self.review(report, "accept")
        assert answer.status_code == 200, answer.text

    async def pages(self, path: str, **query: Any) -> list[Any]:
        """Read all pages of a list that is there."""
        pages = [await self.read(path, **query)]
        while (cursor := pages[-1]["next_cursor"]) is not None:
            pages.append(await self.read(path, **query | {"cursor": cursor}))
        return pages

    async def obligations(self, **query: Any) -> list[dict[str, Any]]:
        """Return how each single obligation of the plan stands."""
        pages = await self.pages("/v1/compliance/obligations", **{"plan": "binh-thuan-2025", "limit": 1000} | query)
        return [one for page in pages for one in page["items"]]

    async def statuses(self, **query: Any) -> dict[tuple[str, str, str], str]:
        """Return the status of each obligation of the plan, by rule, period and unit."""
        found = await self.obligations(**query)
        return {(one["rule"], one["period"], one["unit"]["code"]): one["status"] for one in found}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a refused request."""
    return answer.status_code, answer.json()["code"]


def spots(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return where a refused request is wrong, and by which code."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
