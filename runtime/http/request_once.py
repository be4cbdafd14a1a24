"""Let a request that creates take effect once, however often it is sent.

One table holds (client, key), a keyed digest of what was sent, and the resource that it made, in the same transaction
as the effect. A twin waits for the writer's turn and then finds the row. The answer is rebuilt from the resource, so
the first caller and all its retries read the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, select, tuple_

from runtime.database import Additions, Instant, Manner, Write, insert_rows
from runtime.database.tables import metadata
from runtime.http.refusals import KeyReused

request = Table(
    "request",
    metadata,
    Column("client", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("resource", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False),
)


Place = tuple[str, str]
"""Client and key: where a request is remembered."""


class Sent(NamedTuple):
    """What identifies a request, and what it said."""

    client: str
    key: str
    digest: bytes

    @property
    def place(self) -> Place:
        """Return where it is remembered."""
        return self.client, self.key


class Made(NamedTuple):
    """What a request made, now or when it was first sent."""

    resource: str
    repeated: bool


class Seen(NamedTuple):
    """What was remembered of an earlier request."""

    digest: bytes
    resource: str

    def for_request(self, sent: Sent) -> Made:
        """Return what an earlier request made, if it is this one.

        Raises:
            KeyReused: It said something else.
        """
        if not hmac.compare_digest(self.digest, sent.digest):
            raise KeyReused
        return Made(self.resource, repeated=True)


def digest_of(secret: bytes, method: str, path: str, body: bytes) -> bytes:
    """Return the keyed digest of a request.

    Keyed, because some bodies are short enough to be guessed from a plain one. `path` is that of the ASGI scope: to
    make a URL for it takes as long as the digest.
    """
    digest = hmac.new(secret, digestmod="sha256")
    for part in (method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


async def once(tx: Write, sent: Sent, effect: Callable[[Write], Awaitable[str]]) -> Made:
    """Run `effect`, which returns the id of what it made, unless the same request was here before.

    Raises:
        KeyReused: The key was used for something else.
    """
    found = (await seen_before(tx, [sent])).get(sent.place)
    if found is not None:
        return found.for_request(sent)
    resource = await effect(tx)
    await remember(tx, [(sent, resource)])
    return Made(resource, repeated=False)


async def seen_before(tx: Write, requests: Sequence[Sent]) -> dict[Place, Seen]:
    """Return those requests of a batch that were here before, by their place."""
    places = tuple_(request.c.client, request.c.key).in_({one.place for one in requests})
    rows = (await tx.execute(select(request).where(places))).all()
    return {(row.client, row.key): Seen(row.digest, row.resource) for row in rows}


async def remember(tx: Write, made: Sequence[tuple[Sent, str]]) -> None:
    """Keep what requests made, so that they make it once."""
    await insert_rows(tx.connection, request, [_row(tx, sent, resource) for sent, resource in made])


def claim(additions: Additions, made: Sequence[tuple[Sent, str]]) -> None:
    """Keep what requests made with all else that is added, if none of them was here before."""
    for sent, resource in made:
        additions.add(request, _row(additions, sent, resource), Manner.CLAIMED)


def _row(additions: Additions, sent: Sent, resource: str) -> dict[str, Any]:
    said = {"client": sent.client, "key": sent.key, "digest": sent.digest, "resource": resource}
    return said | {"recorded_at": additions.recorded_at, "revision": additions.number}
