"""One attempt to hand an event over: a signed POST to a checked address, and what came of it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from runtime.webhooks.targets import AddressForbidden, Targets

LIMIT = timedelta(seconds=15)
"""Of one attempt: name, connection, and answer."""
_HEADERS = {"Content-Type": "application/json", "User-Agent": "lanhmanh"}
_GONE = 410
_ASK_LATER = (429, 503)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt."""

    word: str
    """For metrics: delivered, refused (another status), gone, forbidden (an address), or unreachable."""
    status: int | None = None
    failure: str | None = None
    """Kind of the error, where no answer came."""
    retry_after: str | None = None


class Post:
    """Sends to subscribers: no redirects, no proxies, no cookies, a fresh connection for each attempt."""

    def __init__(self, targets: Targets, *, limit: timedelta = LIMIT) -> None:
        self._targets = targets
        self._limit = limit

    async def __aenter__(self) -> Self:
        # No limit of connections: one that hangs must not take another's place. Each subscription has one.
        connector = aiohttp.TCPConnector(
            limit=0,
            force_close=True,
            use_dns_cache=False,
            resolver=_CheckedResolver(self._targets),
            socket_factory=self._socket,
        )
        timeout = aiohttp.ClientTimeout(total=self._limit.total_seconds())
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def attempt(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send, and say what came of it. Of an answer, nothing but its head is read."""
        try:
            async with self._session.post(
                URL(url), data=body, headers={**_HEADERS, **headers}, allow_redirects=False
            ) as response:
                return _answered(response)
        except Exception as error:  # noqa: BLE001 - whatever a subscriber does to us is its own failure, and nobody else's
            cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
            word = "forbidden" if isinstance(cause, AddressForbidden) else "unreachable"
            return Outcome(word, failure=type(cause).__name__)

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """Open the socket for a connection: here, at the latest, it is seen where it goes."""
        family, kind, protocol, _, (host, *_) = address
        self._targets.ensure_address(host)
        return socket.socket(family, kind, protocol)


class _CheckedResolver(AbstractResolver):
    """Gives the client a host's addresses, once they were checked: it looks up nothing itself."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._targets.addresses_of(host, port)
            if family in (socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET)
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def _answered(response: aiohttp.ClientResponse) -> Outcome:
    status = response.status
    if 200 <= status < 300:
        return Outcome("delivered", status)
    if status == _GONE:
        return Outcome("gone", status)
    return Outcome("refused", status, retry_after=response.headers.get("Retry-After") if status in _ASK_LATER else None)
