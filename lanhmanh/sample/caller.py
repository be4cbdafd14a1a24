"""Call the services in this process as one unit or another, each time with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from lanhmanh.embedded import Product


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever does something in the examples."""

    product: Product
    clients: dict[str, httpx.AsyncClient]
    """By service."""

    async def __call__(
        self, service: str, method: str, path: str, *, unit: str, scope: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Send a request that must be granted."""
        token = self.product.issuer.mint(f"sample-{unit}", scopes=[scope], unit=unit)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.clients[service].request(
            method, path, json=body, headers={"Authorization": f"Bearer {token}", **named}
        )
        answer.raise_for_status()
        return answer

    async def create(self, service: str, path: str, key: str, *, unit: str, scope: str, body: Any) -> dict[str, Any]:
        """Create something under a key, and return the answer."""
        made = await self(service, "POST", path, unit=unit, scope=scope, body=body, Idempotency_Key=key)
        answer: dict[str, Any] = made.json()
        return answer
