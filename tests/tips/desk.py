"""Who brings tips and who handles them: desks of units, and a hotline."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from kernel.clock import Clock
from runtime.webhooks.incoming import DEVELOPMENT_SENDER, SENDERS_FILE
from tests.rig import Tokens

SCOPES = (
    *("tips:read", "tips:intake", "tips:handle", "tips:content", "tips:identity", "tips:bodies", "tips:audit"),
    *("tips:routes", "tips:statistics", "tips:subscribe"),
)

CONTENT = {"summary": "Đèn biển Kê Gà nhấp nháy lạ về đêm.", "place": "Mũi Kê Gà"}
INFORMANT = {"name": "Người gác đèn", "phone": "0912345678"}
_WORDS = {"forward": "packages"}
"""Last words of routes that are not called like the act."""


@dataclass
class Desk:
    """A desk that acts for one unit."""

    client: httpx.AsyncClient
    tokens: Tokens
    unit: str
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def headers(self, **more: str) -> dict[str, str]:
        """Return the headers of a request."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return self.tokens.bearer(*SCOPES, unit=self.unit) | named

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """Read something."""
        return await self.client.get(path, params=query, headers=self.headers())

    async def read(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def enter(self, *, key: str | None = None, **body: Any) -> httpx.Response:
        """Enter a tip for somebody who came by."""
        tip = {"unit": self.unit, "channel": "visitor", "content": CONTENT} | body
        own = self.headers(Idempotency_Key=key or f"{self.unit}-{next(self._numbers)}")
        return await self.client.post("/v1/tips", json=tip, headers=own)

    async def entered(self, **body: Any) -> str:
        """Enter a tip, and return its path."""
        answer = await self.enter(**body)
        assert answer.status_code == 201, answer.text
        return f"/v1/tips/{answer.json()['tip_id']}"

    async def step(self, tip: str, verb: str, **body: Any) -> httpx.Response:
        """Do something with a tip as it was read just now."""
        tag = (await self.get(tip)).headers["etag"]
        return await self.client.post(f"{tip}/{_WORDS.get(verb, verb)}", json=body, headers=self.headers(If_Match=tag))

    async def done(self, tip: str, verb: str, **body: Any) -> Any:
        """Do something with a tip that can be done, and return how it stands then."""
        answer = await self.step(tip, verb, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Hotline:
    """A machine that signs what it sends."""

    client: httpx.AsyncClient
    clock: Clock
    secret: str
    name: str = DEVELOPMENT_SENDER
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def with_secret_in(cls, data: Path, client: httpx.AsyncClient, clock: Clock) -> Hotline:
        """Return the hotline that the service in a folder knows."""
        known = json.loads((data / "keys" / SENDERS_FILE).read_text("utf-8"))
        return cls(client, clock, known[DEVELOPMENT_SENDER]["secrets"][0])

    def signed(self, body: bytes, message_id: str) -> dict[str, str]:
        """Return the headers with which the official library signs a body."""
        now = self.clock.now()
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(message_id, now, body.decode()),
        }

    async def send(
        self, body: Any, *, message_id: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a tip, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        signed = self.signed(content, message_id or f"msg_{next(self._numbers)}") if headers is None else headers
        named = {"content-type": "application/json"} | signed
        sent = [(name.encode(), value.encode()) for name, value in named.items()]
        return await self.client.post(f"/v1/tips/hotline/{self.name}", content=content, headers=sent)
