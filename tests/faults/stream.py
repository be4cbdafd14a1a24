"""Callers that keep sending reports and tips, and remember what was acknowledged: as other systems do, they retry."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from kernel.clock import SystemClock
from runtime.webhooks.incoming import DEVELOPMENT_SENDER, SENDERS_FILE

CLIENTS = 6
"""How many send at once: half of them reports, half of them tips."""
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that is sent until it is acknowledged, always under the same key."""

    kind: str
    key: str
    path: str
    body: bytes


@dataclass
class Ledger:
    """What was acknowledged, and what is still to be sent."""

    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By key: the first answer."""
    letters: dict[str, Letter] = field(default_factory=dict)
    """Acknowledged letters by key."""
    unanswered: list[Letter] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Return how many letters of a kind were acknowledged."""
        return sum(letter.kind == kind for letter in self.letters.values())


def reports(plan: str, duties: Iterator[tuple[str, str]]) -> Iterator[Letter]:
    """Yield a report for each duty (unit, period)."""
    for unit, period in duties:
        covers = [{"rule": "monthly", "period": period, "figures": {"activities.held": 1}}]
        body = {"plan": plan, "unit": unit, "covers": covers}
        yield Letter("report", f"{plan}/{unit}/{period}", "/v1/reports", json.dumps(body).encode())


def tips(units: list[str]) -> Iterator[Letter]:
    """Yield tips without end, for one unit after the other."""
    for number in itertools.count():
        body = {"unit": units[number % len(units)], "content": {"summary": f"Tin thứ {number}"}}
        path = f"/v1/tips/hotline/{DEVELOPMENT_SENDER}"
        yield Letter("tip", f"msg_{number}", path, json.dumps(body, ensure_ascii=False).encode())


class Envelopes:
    """What is written on letters: a signature on tips, a token on everything else."""

    def __init__(self, data: Path) -> None:
        self.token = ""
        """Of the product that is running: another start may have another address, and so another issuer."""
        self.support_token = ""
        """The same for referrals: no token opens everything."""
        self._secret = json.loads((data / "keys" / SENDERS_FILE).read_text("utf-8"))[DEVELOPMENT_SENDER]["secrets"][0]

    def headers(self, letter: Letter) -> dict[str, str]:
        """Return the headers with which a letter is sent now."""
        headers = {"content-type": "application/json"}
        if letter.kind != "tip":
            token = self.support_token if letter.kind == "release" else self.token
            return headers | {"Authorization": f"Bearer {token}", "Idempotency-Key": letter.key}
        now = SystemClock().now()
        return headers | {
            "webhook-id": letter.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(letter.key, now, letter.body.decode()),
        }


class Stream:
    """Sends letters to a product that may die at any moment."""

    def __init__(self, data: Path, *sources: Iterator[Letter]) -> None:
        self.ledger = Ledger()
        self.envelopes = Envelopes(data)
        self._sources = sources

    async def run_until(self, dead: asyncio.Event, url: str) -> None:
        """Send from several callers at once until the product is dead."""
        async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:
            callers = [self._send_all(client, self._sources[n % len(self._sources)], dead) for n in range(CLIENTS)]
            await asyncio.gather(*callers)

    async def retry(self, url: str) -> None:
        """Send again what nobody answered."""
        unanswered, self.ledger.unanswered = self.ledger.unanswered, []
        async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:
            for letter in unanswered:
                assert await self._send(client, letter), f"{letter.key} was not acknowledged by a living product"

    async def send_again(self, url: str, letter: Letter) -> httpx.Response:
        """Send something once more that was acknowledged."""
        async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE_SECONDS) as client:
            return await client.post(letter.path, content=letter.body, headers=self.envelopes.headers(letter))

    async def _send_all(self, client: httpx.AsyncClient, letters: Iterator[Letter], dead: asyncio.Event) -> None:
        while not dead.is_set():
            letter = next(letters, None)
            if letter is None or not await self._send(client, letter):
                return

    async def _send(self, client: httpx.AsyncClient, letter: Letter) -> bool:
        """Send a letter, and tell whether it was acknowledged."""
        try:
            answer = await client.post(letter.path, content=letter.body, headers=self.envelopes.headers(letter))
        except httpx.TransportError:
            self.ledger.unanswered.append(letter)
            return False
        assert answer.status_code == 201, answer.text
        self.ledger.receipts[letter.key] = answer.json()
        self.ledger.letters[letter.key] = letter
        return True
