"""Bring letters to the service: addressed, authenticated and signed, once or several times."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import requests

from tests.tips.fuzz.callers import Callers
from tests.tips.fuzz.letters import Letter, Manner
from tests.tips.fuzz.premises import Premises

_BASE = "http://service.test"
_ODD_KEYS = [*(str(UUID(int=place, version=4)) for place in range(4)), "x" * 201, "khóa 1", "", None]
"""Keys that were used before, what is none, and none at all."""
_ODD_VERSIONS = ['"0"', 'W/"1"', "x", "", None]


class Post:
    """Delivers letters, and knows what the answers told."""

    def __init__(self, premises: Premises) -> None:
        self._at = premises
        self._callers = Callers(premises)

    async def deliver(self, letter: Letter) -> Sequence[httpx.Response]:
        """Send it as often as it wants to be sent."""
        if letter.manner.pause:
            self._at.clock.advance(timedelta(seconds=letter.manner.pause))
            for watch in self._at.watches:
                await watch.catch_up()
        written = self._written(letter)
        match letter.manner.times:
            case "once":
                return [await self._send(written)]
            case "again":
                return [await self._send(written), await self._send(written)]
            case "twins":
                return await asyncio.gather(self._send(written), self._send(written))

    def learn(self, answer: httpx.Response) -> None:
        """Take note of what an answer tells: the next letters ask for it."""
        if answer.is_success and answer.headers["content-type"].startswith("application/json"):
            self._at.known.learn(answer.request.url.path, answer.json(), answer.headers.get("etag"))

    async def _send(self, written: httpx.Request) -> httpx.Response:
        one = httpx.Request(written.method, written.url, headers=written.headers, content=written.content)
        return await self._at.client.send(one)

    def _written(self, letter: Letter) -> httpx.Request:
        """Return a request, whose headers are bytes as they come over the network: a fuzzer sends what is no ASCII."""
        if letter.manner.is_known:
            self._address(letter)
        plain = requests.Request(**letter.case.as_transport_kwargs(base_url=_BASE)).prepare()
        # Damage comes last: known units and ids stand in it.
        body = letter.body
        if body is None:
            body = plain.body if isinstance(plain.body, bytes) else str(plain.body or "").encode()
        headers: dict[str, str | None] = {
            name: str(value) for name, value in plain.headers.items() if name.lower() != "content-length"
        }
        headers |= self._own_headers(letter, httpx.URL(str(plain.url)).path, body)
        named = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items() if value is not None
        ]
        changed = b" " if letter.manner.is_changed and letter.access == "signature" else b""
        return httpx.Request(str(plain.method), str(plain.url), headers=named, content=body + changed)

    def _address(self, letter: Letter) -> None:
        case, known, manner = letter.case, self._at.known, letter.manner
        case.path_parameters = known.addressed(case.path_parameters, letter.act, manner.place)
        case.query = known.addressed(case.query, letter.act, manner.place)
        if isinstance(case.body, dict):
            case.body = known.addressed(case.body, letter.act, manner.place)
        if letter.access == "signature":
            case.path_parameters["sender"] = manner.sender

    def _own_headers(self, letter: Letter, path: str, body: bytes) -> dict[str, str | None]:
        manner, known, asked = letter.manner, self._at.known, letter.header_names
        headers: dict[str, str | None] = {} if manner.media is None else {"Content-Type": manner.media}
        if letter.access == "token":
            headers |= self._callers.authorization(manner)
        if letter.access == "signature":
            headers |= self._callers.signature(manner, letter.operation, body)
        if manner.is_known and "If-Match" in asked:
            headers["If-Match"] = known.version_of(path) if manner.place % 10 else _one_of(_ODD_VERSIONS, manner)
        if manner.is_known and "Idempotency-Key" in asked:
            headers["Idempotency-Key"] = str(uuid4()) if manner.place % 10 else _one_of(_ODD_KEYS, manner)
        if manner.is_known and "Follow-Up-Code" in asked:
            headers["Follow-Up-Code"] = known.find("follow_up_code", manner.place) or ""
        return headers


def _one_of(values: Sequence[str | None], manner: Manner) -> str | None:
    return values[manner.place // 10 % len(values)]
