"""Callers that send on and on through the gateway while things break, each letter until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.faults.stream import Envelopes, Ledger, Letter

_PATIENCE_SECONDS = 5.0
"""How long a caller waits for an answer before it sends again."""
AGAIN_SECONDS = 0.2
"""How soon it does so."""
COME_AGAIN = frozenset({401, 429, 500, 502, 503, 504})
"""Answers after which a caller sends the same again. 401: to a replica whose clock is wrong, a signature is too old."""


class Driver:
    """A fixed number of callers, and the ledger of what was acknowledged to them."""

    def __init__(self, url: str, envelopes: Envelopes, sources: Sequence[Iterator[Letter]], *, pause: float) -> None:
        """Take what is sent; each caller rests `pause` seconds after each letter."""
        self.ledger = Ledger()
        self.answers: Counter[str] = Counter()
        """How often each answer came: statuses, and kinds of failures of the connection."""
        self._url = url
        self.envelopes = envelopes
        self._sources = sources
        self._pause = pause
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold the connections."""
        limits = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(self._url, timeout=limits, connector=connector) as self._session:
            yield

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send on and on until the block ends; then finish what was begun.

        Raises:
            AssertionError: Something was refused.
        """
        over = asyncio.Event()
        callers = [asyncio.create_task(self._send_all(source, over)) for source in self._sources]
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*callers)

    async def acknowledged(self, letter: Letter) -> dict[str, Any]:
        """Send a letter until it is acknowledged, and return its receipt."""
        while True:
            answer = await self.ask("POST", letter.path, letter)
            if answer is not None:
                self.ledger.receipts[letter.key] = answer
                self.ledger.letters[letter.key] = letter
                return answer
            await asyncio.sleep(AGAIN_SECONDS)

    async def ask(
        self, method: str, path: str, letter: Letter, *, again: Collection[int] = COME_AGAIN, **headers: str
    ) -> dict[str, Any] | None:
        """Send something once; None means that it is to be sent again, as after those answers.

        Raises:
            AssertionError: It was refused for good.
        """
        assert self._session is not None
        given = self.envelopes.headers(letter) | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            async with self._session.request(method, path, data=letter.body or None, headers=given) as answer:
                self.answers[str(answer.status)] += 1
                if answer.ok:
                    found: dict[str, Any] = await answer.json()
                    return found
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.answers[type(error).__name__] += 1
            return None
        assert answer.status in again, f"{method} {path} {answer.status}: {text}"
        return None

    async def _send_all(self, letters: Iterator[Letter], over: asyncio.Event) -> None:
        while not over.is_set():
            letter = next(letters, None)
            if letter is None:
                return
            await self.acknowledged(letter)
            await asyncio.sleep(self._pause)
