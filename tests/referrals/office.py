"""Offices that call referrals for their unit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import httpx

from tests.referrals.builders import a_case, a_service
from tests.rig import Tokens

SCOPES = (
    "referrals:read",
    "referrals:case",
    "referrals:person",
    "referrals:provide",
    "referrals:directory",
    "referrals:release",
    "referrals:operate",
)


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

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """Read something."""
        return await self.client.get(path, params=query or None, headers=self.headers())

    async def read(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create(self, path: str, body: Any, *, key: str | None = None, language: str = "vi") -> httpx.Response:
        """Create something under a key, by default a new one."""
        own = self.headers(Idempotency_Key=key or f"harbour-{next(self._numbers)}", Accept_Language=language)
        return await self.client.post(path, json=body, headers=own)

    async def made(self, path: str, body: Any) -> Any:
        """Create something that is not refused."""
        answer = await self.create(path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def edit(self, path: str, body: Any = None, *, version: int) -> httpx.Response:
        """Change something whose version was read."""
        return await self.client.post(path, json=body, headers=self.headers(If_Match=f'"{version}"'))

    async def service(self, **changed: Any) -> str:
        """Register a service, and return its id."""
        return str((await self.made("/v1/support-services", a_service(**changed)))["service_id"])

    async def case(self, **changed: Any) -> str:
        """Open a case, and return its path."""
        return f"/v1/support-cases/{(await self.made('/v1/support-cases', a_case(**changed)))['case_id']}"

    async def need(self, case: str, kind: str = "arv", *, positive: bool | None = True) -> str:
        """State a need and decide on it, unless there is to be no decision; return its id."""
        need = str((await self.made(f"{case}/needs", {"kind": kind}))["need_id"])
        if positive is not None:
            await self.made(f"{case}/needs/{need}/decisions", {"positive": positive, "reason": "Theo phiếu số 7"})
        return need

    async def consent(self, case: str, service: str, **changed: Any) -> str:
        """Record a consent, and return its id."""
        body = {"service_id": service, "evidence": "Phiếu số 7"} | changed
        return str((await self.made(f"{case}/consents", body))["consent_id"])

    async def refer(self, case: str, need: str, service: str) -> httpx.Response:
        """Ask for a referral."""
        body = {"case_id": case.rpartition("/")[2], "need_id": need, "service_id": service}
        return await self.create("/v1/referrals", body)

    async def referral(self, service: str, **changed: Any) -> str:
        """Open a case with all that a referral needs, request one, and return its path."""
        case = await self.case(**changed)
        need = await self.need(case)
        await self.consent(case, service)
        answer = await self.refer(case, need, service)
        assert answer.status_code == 201, answer.text
        return f"/v1/referrals/{answer.json()['referral_id']}"

    async def advance(self, referral: str, *steps: str, delivered_on: str = "2025-04-18") -> httpx.Response:
        """Take steps with a referral, each as it was read just before; return the last answer."""
        for step in steps:
            version = (await self.read(referral))["version"]
            body = {"delivered_on": delivered_on} if step == "complete" else None
            answer = await self.edit(f"{referral}/{step}", body, version=version)
        return answer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json()["code"]
