"""Callers of plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.plans.builders import a_plan
from tests.rig import Tokens


@dataclass
class Office:
    """An office that talks to the service for its unit."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    sent: int = 0

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers | headers)

    async def create(self, path: str, body: Any, *, key: str | None = None, language: str = "vi") -> httpx.Response:
        """Create something under a key, by default a new one."""
        self.sent += 1
        own = {"Idempotency-Key": key or f"harbour-{self.sent}", "Accept-Language": language}
        return await self.client.post(path, json=body, headers=self.headers | own)

    async def edit(
        self, method: str, path: str, body: Any = None, *, edition: int, language: str = "vi"
    ) -> httpx.Response:
        """Change something whose edition was read."""
        own = {"If-Match": f'"{edition}"', "Accept-Language": language}
        return await self.client.request(method, path, json=body, headers=self.headers | own)

    async def draft(self, **changed: Any) -> str:
        """Draft a plan, and return its path."""
        plan = a_plan(**changed)
        answer = await self.create("/v1/plans", plan)
        assert answer.status_code == 201, answer.text
        return f"/v1/plans/{plan['slug']}"

    async def issue(self, **changed: Any) -> str:
        """Draft and issue a plan, and return its path."""
        path = await self.draft(**changed)
        answer = await self.edit("POST", f"{path}/issue", edition=1)
        assert answer.status_code == 200, answer.text
        return path


SCOPES = ("plans:read", "plans:write", "plans:units", "plans:calendar")


@pytest.fixture
def province(settled: httpx.AsyncClient, tokens: Tokens) -> Office:
    """Bình Thuận's office, with every scope of plans."""
    return Office(settled, tokens.bearer(*SCOPES, unit="60"))


@pytest.fixture
def nation(settled: httpx.AsyncClient, tokens: Tokens) -> Office:
    """An office for the whole country, with every scope of plans."""
    return Office(settled, tokens.bearer(*SCOPES, unit="VN", client="harbour-office-1"))


@pytest.fixture
def neighbour(settled: httpx.AsyncClient, tokens: Tokens) -> Office:
    """Thanh Hóa's office, with every scope of plans."""
    return Office(settled, tokens.bearer(*SCOPES, unit="38", client="harbour-office-38"))


def spots(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return where a refused request is wrong, and by which code."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
